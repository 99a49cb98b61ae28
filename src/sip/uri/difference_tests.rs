//! What of a Contact is found to be missing in a Request-URI, and how the whole is graded.

use super::{
    Difference, HostDifference, Match, ParameterChange, ParameterRole, PortDifference, SchemeDifference, Uri, UserDifference,
    bare_contact_readings,
};

const ORIGINAL: &str = "sip:bob@biloxi.example.com";

fn difference(contact: &str, request_uri: &str) -> Difference {
    let uri = |text: &str| Uri::parse(text.as_bytes());
    Difference::between(&uri(contact), &uri(request_uri), Some(&uri(ORIGINAL)))
}

#[track_caller]
fn check(facts: &[(&str, &str, Match)]) {
    for (contact, request_uri, expected) in facts {
        assert_eq!(difference(contact, request_uri).grade(), *expected, "{contact} -> {request_uri}");
    }
}

#[test]
fn a_contact_taken_over_is_exact() {
    check(&[
        ("sip:bob@chicago.example.com;transport=tcp", "sip:bob@chicago.example.com;transport=tcp", Match::Exact),
        ("sip:%62ob@CHICAGO.example.com", "sip:bob@chicago.example.com", Match::Exact),
        ("sip:b@[2001:db8::1]:5060", "sip:b@[2001:DB8:0::1]:5060", Match::Exact),
        ("sip:b@h?Subject=x&Route=%3Csip:p%3E", "sip:b@h", Match::Exact),
        ("sip:b@h;method=MESSAGE;transport=tcp", "sip:b@h;transport=tcp", Match::Exact),
        ("urn:service:sos.police", "urn:service:SOS.police", Match::Exact),
        ("tel:+1-201-555-0123", "tel:+12015550123", Match::Exact),
    ]);
}

#[test]
fn order_and_lr_leave_it_equal() {
    check(&[
        ("sip:b@h;transport=tcp;line=1", "sip:b@h;line=1;transport=tcp", Match::Equal),
        ("sip:b@h;lr", "sip:b@h", Match::Equal),
        ("sip:b@h", "sip:b@h;lr", Match::Equal),
    ]);
}

#[test]
fn unknown_parameters_are_told_apart_from_routing_ones() {
    check(&[
        ("sip:b@h;line=1", "sip:b@h", Match::ParametersLost),
        ("sip:b@h;line=1", "sip:b@h;line=2", Match::ParametersLost),
        ("sip:b@h", "sip:b@h;ob", Match::ParametersAdded),
        ("sip:b@h;transport=tcp", "sip:b@h", Match::RoutingChanged),
        ("sip:b@h;transport=tcp", "sip:b@h;transport=udp", Match::RoutingChanged),
        ("sip:b@h;maddr=192.0.2.1;line=1", "sip:b@h", Match::RoutingChanged),
        ("sip:b@h;user=phone", "sip:b@h", Match::RoutingChanged),
        ("sip:b@h;ttl=15", "sip:b@h", Match::RoutingChanged),
        ("sip:b@h:5070", "sip:b@h", Match::RoutingChanged),
        ("sip:b@h", "sip:b@h:5070", Match::RoutingChanged),
        ("sip:b@h:5070", "sip:b@h:5080", Match::RoutingChanged),
        ("sips:b@h", "sip:b@h", Match::SchemeChanged),
    ]);
}

#[test]
fn defaults_spelled_out_or_dropped_are_told() {
    check(&[
        ("sip:b@h:5060", "sip:b@h", Match::DefaultChanged),
        ("sip:b@h", "sip:b@h:5060", Match::DefaultChanged),
        ("sips:b@h", "sips:b@h:5061", Match::DefaultChanged),
        ("sip:b@h;transport=tls", "sip:b@h:5061;transport=tls", Match::DefaultChanged),
        ("sip:b@h", "sip:b@h:5061", Match::RoutingChanged),
        ("sip:b@h;transport=udp", "sip:b@h", Match::DefaultChanged),
        ("sip:b@h", "sip:b@h;transport=UDP", Match::DefaultChanged),
        ("sips:b@h", "sips:b@h;transport=tcp", Match::DefaultChanged),
        ("sip:+15550123@h;user=phone", "sip:+15550123@h", Match::DefaultChanged),
        ("sip:b@h.", "sip:b@h", Match::DefaultChanged),
        ("sip:b@192.0.2.1", "sip:b@[::ffff:192.0.2.1]", Match::DefaultChanged),
    ]);
}

#[test]
fn user_and_host_are_told_apart() {
    check(&[
        ("sip:carol@chicago.example.com", "sip:carol@own-proxy.example.net", Match::UserOnly),
        ("sip:carol@chicago.example.com", "sip:dave@chicago.example.com", Match::HostOnly),
        ("sip:carol@chicago.example.com", "sip:chicago.example.com", Match::HostOnly),
        ("sip:chicago.example.com", "sip:bob@chicago.example.com", Match::HostOnly),
        ("sip:+1-201-555-0123@h", "sip:12015550123@h", Match::NumberNormalised),
        ("sip:+12015550123@h", "sip:+12015550123;npdi;rn=+12015550000@h", Match::NumberNormalised),
        ("sip:+12015550123@h", "sip:2015550123@gw", Match::None),
        ("sip:+12015550123@h", "sip:12015550123@gw", Match::UserOnly),
        ("sip:carol@chicago.example.com", "sip:dave@other.example.com", Match::None),
        ("sip:chicago.example.com", "sip:other.example.com", Match::None),
    ]);
}

#[test]
fn the_original_is_recognised_unless_the_contact_is_nearer() {
    check(&[
        ("sip:carol@chicago.example.com", ORIGINAL, Match::Original),
        ("sip:bob@chicago.example.com", ORIGINAL, Match::Original),
        ("sip:bob@biloxi.example.com;transport=tcp", ORIGINAL, Match::Original),
        (ORIGINAL, ORIGINAL, Match::Exact),
        ("sip:bob@biloxi.example.com;line=5", "sip:bob@biloxi.example.com;line=5", Match::Exact),
        ("302,sip:10.10.0.5", ORIGINAL, Match::Original),
    ]);
    assert!(difference(ORIGINAL, ORIGINAL).equals_original);
    assert_eq!(difference("sip:bob@chicago.example.com", ORIGINAL).against_contact, Match::UserOnly);
}

#[test]
fn without_the_original_nothing_is_said_of_it() {
    let difference = Difference::between(&Uri::parse(b"sip:bob@chicago.example.com"), &Uri::parse(ORIGINAL.as_bytes()), None);
    assert_eq!((difference.grade(), difference.equals_original), (Match::UserOnly, false));
}

#[test]
fn a_tel_contact_may_become_a_sip_uri() {
    check(&[
        ("tel:+358-555-1234567;postd=pp22", "sip:+358-555-1234567;postd=pp22@foo.com;user=phone", Match::TelConverted),
        ("tel:+358-555-1234567;POSTD=PP22", "sips:+3585551234567;postd=pp22@foo.com;user=phone", Match::TelConverted),
        ("tel:+358-555-1234567;postd=pp22", "sip:+358-555-1234567@foo.com;postd=pp22;user=phone", Match::None),
        ("tel:8003569377;cic=0222;rn=18003569377", "sip:8003569377@gw;user=phone", Match::NumberNormalised),
        ("tel:+15550123", "sip:+15550124@foo.com;user=phone", Match::None),
        ("tel:+15550123", "sip:alice@foo.com", Match::None),
        ("sip:+15550123@h;user=phone", "tel:+15550123", Match::UserOnly),
    ]);
    let spare = difference("tel:+15550123", "sip:+15550123@foo.com");
    assert_eq!((spare.grade(), spare.scheme), (Match::TelConverted, SchemeDifference::TelToSip));
    assert_eq!(spare.parameters_of(ParameterRole::Routing).count(), 1);
}

#[test]
fn each_component_says_how_it_differs() {
    let found = difference("sips:b:x@h:5070;transport=tcp;line=1;lr", "sip:c@g;q=0.5;line=2;method=INVITE;ob?Subject=x");
    assert_eq!(found.scheme, SchemeDifference::Downgraded);
    assert_eq!(found.user, UserDifference::Changed);
    assert!(found.password_differs && found.method_in_request_uri && found.headers_in_request_uri);
    assert_eq!((found.host, found.port), (HostDifference::Changed, PortDifference::Lost));
    let parameters: Vec<_> = found
        .parameters
        .iter()
        .map(|parameter| {
            let shown = parameter.contact.as_ref().or(parameter.request.as_ref());
            (shown.map(|shown| shown.name.as_slice()).unwrap_or_default(), parameter.role, parameter.change)
        })
        .collect();
    assert_eq!(
        parameters,
        [
            (&b"transport"[..], ParameterRole::Routing, ParameterChange::Lost),
            (b"line", ParameterRole::Unknown, ParameterChange::Changed),
            (b"lr", ParameterRole::Lr, ParameterChange::Lost),
            (b"q", ParameterRole::Header, ParameterChange::Added),
            (b"ob", ParameterRole::Unknown, ParameterChange::Added),
        ]
    );
}

#[test]
fn either_reading_of_a_bare_contact_can_be_followed() {
    let readings = bare_contact_readings(b"sip:a@h;transport=tcp;q=0.7");
    let grades = |request_uri: &str| {
        readings.each_ref().map(|reading| Difference::between(reading, &Uri::parse(request_uri.as_bytes()), None).grade())
    };
    assert_eq!(grades("sip:a@h"), [Match::Exact, Match::RoutingChanged]);
    assert_eq!(grades("sip:a@h;transport=tcp"), [Match::RoutingChanged, Match::Exact]);
    assert_eq!(grades("sip:a@h;q=0.7"), [Match::ParametersAdded, Match::RoutingChanged]);
}
