//! What is read of a URI, and what is called wrong in it.

use super::{Scheme, Uri, UriFault, UriTransport, bare_contact_readings};

fn uri(text: &str) -> Uri {
    Uri::parse(text.as_bytes())
}

/// Writes user, password, host, port, parameters and headers with `|` between them, `-` for what is absent.
fn components(text: &str) -> String {
    let uri = uri(text);
    let text = |text: Option<&[u8]>| text.map_or_else(|| "-".to_owned(), |text| String::from_utf8_lossy(text).into_owned());
    let list = |list: &[super::Parameter]| {
        let shown: Vec<String> = list.iter().map(|one| format!("{}={}", text(Some(&one.name)), text(one.value.as_deref()))).collect();
        shown.join(" ")
    };
    let host = uri.host().map_or_else(|| "-".to_owned(), ToString::to_string);
    let port = uri.port().map_or_else(|| "-".to_owned(), |port| port.to_string());
    format!("{}|{}|{host}|{port}|{}|{}", text(uri.user()), text(uri.password()), list(uri.parameters()), list(uri.headers()))
}

#[test]
fn the_examples_of_rfc_3261_are_read() {
    let facts = [
        ("sip:alice@atlanta.com", "alice|-|atlanta.com|-||"),
        ("sip:alice:secretword@atlanta.com;transport=tcp", "alice|secretword|atlanta.com|-|transport=tcp|"),
        ("sips:alice@atlanta.com?subject=project%20x&priority=urgent", "alice|-|atlanta.com|-||subject=project%20x priority=urgent"),
        ("sip:+1-212-555-1212:1234@gateway.com;user=phone", "+1-212-555-1212|1234|gateway.com|-|user=phone|"),
        ("sips:1212@gateway.com", "1212|-|gateway.com|-||"),
        ("sip:alice@192.0.2.4", "alice|-|192.0.2.4|-||"),
        ("sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", "-|-|atlanta.com|-|method=REGISTER|to=alice%40atlanta.com"),
        ("sip:alice;day=tuesday@atlanta.com", "alice;day=tuesday|-|atlanta.com|-||"),
        ("sip:+358-555-1234567;postd=pp22@foo.com;user=phone", "+358-555-1234567;postd=pp22|-|foo.com|-|user=phone|"),
    ];
    for (text, expected) in facts {
        assert_eq!(components(text), expected, "{text}");
        assert!(uri(text).is_valid(), "{text}: {:?}", uri(text).faults());
        assert!(uri(text).is_usable_target(), "{text}");
    }
}

#[test]
fn odd_but_legal_uris_are_valid() {
    let facts = [
        ("SIP:a.b.c&d=e+f$g,h;i?j/k@example.com", "a.b.c&d=e+f$g,h;i?j/k|-|example.com|-||"),
        ("sip:[2001:db8::10]:5070;lr", "-|-|[2001:db8::10]|5070|lr=-|"),
        (
            "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
            "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*|&it+has=1,weird!*pas$wo~d_too.(doesn't-it)|example.com|-||",
        ),
        ("sip:a@sip_proxy_1:5060;line=sr-x~1;alias=192.0.2.1~5060~1;ob", "a|-|sip_proxy_1|5060|line=sr-x~1 alias=192.0.2.1~5060~1 ob=-|"),
        ("sip:a@b;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "a|-|b|-|gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6|"),
        ("sip:%00@example.com?x=", "%00|-|example.com|-||x="),
    ];
    for (text, expected) in facts {
        assert_eq!(components(text), expected, "{text}");
        assert_eq!(uri(text).faults(), [], "{text}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let facts: [(&str, &[UriFault]); 34] = [
        ("", &[UriFault::NoScheme]),
        ("*", &[UriFault::NoScheme]),
        ("alice", &[UriFault::NoScheme]),
        ("302,sip:10.10.0.5", &[UriFault::NoScheme]),
        ("<sip:a@b>", &[UriFault::NoScheme]),
        (" sip:a@b", &[UriFault::NoScheme]),
        ("sip:", &[UriFault::Empty, UriFault::EmptyHost]),
        ("sip:alice@@@:port", &[UriFault::Host, UriFault::Port]),
        ("sip:alice@", &[UriFault::EmptyHost]),
        ("sip:@b", &[UriFault::EmptyUser]),
        ("sip:al ice@b", &[UriFault::User]),
        ("sip:al\"ice@b", &[UriFault::User]),
        ("sip:al%2@b", &[UriFault::User]),
        ("sip:a:p;w@b", &[UriFault::Password]),
        ("sip:a@b c", &[UriFault::Host]),
        ("sip:a@b ", &[UriFault::Host]),
        ("sip:911", &[UriFault::Host]),
        ("sip:a@2001:db8::1", &[UriFault::BareIpv6]),
        ("sip:a@[fe80::1%25eth0]", &[UriFault::Zone]),
        ("sip:a@[2001:db8::1]5060", &[UriFault::Host]),
        ("sip:a@b:", &[UriFault::Port]),
        ("sip:a@b:0", &[UriFault::Port]),
        ("sip:a@b:65536", &[UriFault::Port]),
        ("sip:a@b:99999999999999999999", &[UriFault::Port]),
        ("sip:a@b:+5060", &[UriFault::Port]),
        ("sip:a@b;;lr", &[UriFault::Parameter]),
        ("sip:a@b;transport=", &[UriFault::Parameter]),
        ("sip:a@b;+sip.instance=\"<urn:uuid:1>\"", &[UriFault::Parameter]),
        ("sip:a@b;lr;LR", &[UriFault::RepeatedParameter]),
        ("sip:a@b;ttl=256", &[UriFault::ParameterValue]),
        ("sip:a@b;maddr=a..b", &[UriFault::ParameterValue]),
        ("sip:a@b?x", &[UriFault::Header]),
        ("tel:alice", &[UriFault::Number]),
        ("urn:service", &[UriFault::Urn]),
    ];
    for (text, expected) in facts {
        assert_eq!(uri(text).faults(), expected, "{text}");
        assert!(!uri(text).is_valid(), "{text}");
    }
}

#[test]
fn only_what_spoils_the_address_makes_a_target_unusable() {
    for text in ["sip:a@b;+sip.instance=\"x\"", "sip:a@b;lr;lr", "sip:a@b?x"] {
        assert!(uri(text).is_usable_target(), "{text}");
    }
    for text in ["*", "tel:+1", "urn:service:sos", "sip:alice@@@:port", "sip:a@b:0", "302,sip:10.10.0.5", "http://b"] {
        assert!(!uri(text).is_usable_target(), "{text}");
    }
}

#[test]
fn parameters_have_their_meaning() {
    let full = uri("sip:+1%2D2@b;Transport=%54CP;MADDR=239.255.255.1;ttl=015;user=phone;method=MESSAGE;lr=on");
    assert_eq!(full.transport(), Some(UriTransport::Tcp));
    assert_eq!(full.maddr().map(|host| host.to_string()).as_deref(), Some("239.255.255.1"));
    assert_eq!(full.ttl(), Some(15));
    assert_eq!(full.user_param(), Some(&b"phone"[..]));
    assert_eq!(full.method(), Some(&b"MESSAGE"[..]));
    assert!(full.lr());
    assert_eq!(full.unescaped_user().as_deref(), Some(&b"+1-2"[..]));
    assert_eq!(uri("sip:a@b;transport=x-Quic").transport(), Some(UriTransport::Other("x-quic".to_owned())));
    assert_eq!(uri("sip:a@b").transport(), None);
}

#[test]
fn the_default_port_depends_on_scheme_and_transport() {
    let facts = [
        ("sip:a@b", Some(5060)),
        ("sips:a@b", Some(5061)),
        ("sip:a@b;transport=tls", Some(5061)),
        ("sip:a@b:7", Some(7)),
        ("tel:+1", None),
    ];
    for (text, expected) in facts {
        assert_eq!(uri(text).effective_port(), expected, "{text}");
    }
}

#[test]
fn emergency_services_are_known_in_any_case() {
    for text in ["urn:service:sos", "URN:Service:SOS.police", "urn:service:sos.country-specific.de.112"] {
        assert!(uri(text).is_emergency_service(), "{text}");
        assert!(uri(text).is_valid(), "{text}");
    }
    for text in ["urn:service:sosx", "urn:service:counseling", "urn:services:sos", "sip:sos@b", "urn:service:", "urn:service"] {
        assert!(!uri(text).is_emergency_service(), "{text}");
    }
}

#[test]
fn any_absolute_uri_is_read() {
    let facts = [
        ("tel:8003569377;cic=0222;rn=18003569377", Scheme::Tel),
        ("tel:+1-201-555-0123", Scheme::Tel),
        ("tel:911", Scheme::Tel),
        ("urn:service:sos.police", Scheme::Urn),
        ("mailto:bob@example.com", Scheme::Other),
        ("http://example.com/busy?x=1", Scheme::Other),
        ("nobodyKnowsThisScheme:totallyopaquecontent", Scheme::Other),
    ];
    for (text, scheme) in facts {
        assert_eq!((uri(text).scheme(), uri(text).faults()), (scheme, &[][..]), "{text}");
    }
}

#[test]
fn more_parameters_than_are_read_are_a_fault() {
    let many = format!("sip:a@b{}", (0..1000).map(|index| format!(";p{index}")).collect::<String>());
    assert_eq!(uri(&many).faults(), [UriFault::TooMany]);
    assert_eq!(uri(&many).parameters().len(), 128);
    let many = format!("tel:+1{}", (0..1000).map(|index| format!(";p{index}")).collect::<String>());
    assert_eq!(uri(&many).faults(), [UriFault::TooMany]);
}

#[test]
fn octets_that_are_no_text_are_shown_escaped() {
    assert_eq!(Uri::parse(b"sip:a\n\xff@b").to_string(), "sip:a\\n\\xff@b");
}

#[test]
fn a_contact_without_brackets_has_two_readings() {
    let facts = [
        ("sip:a@h", "sip:a@h", "sip:a@h"),
        ("sip:a@h;q=0.5", "sip:a@h", "sip:a@h"),
        ("sip:a@h;transport=tcp", "sip:a@h", "sip:a@h;transport=tcp"),
        ("sip:a@h:5070;q=0.5;transport=tcp;expires=60", "sip:a@h:5070", "sip:a@h:5070;transport=tcp"),
        ("sip:x@h;+sip.instance=\"<urn:uuid:1>\"", "sip:x@h", "sip:x@h"),
        ("sip:a;b=c@h;q=1", "sip:a;b=c@h", "sip:a;b=c@h"),
        ("tel:+1;q=1", "tel:+1", "tel:+1"),
        ("sip:a@h ; transport=tcp", "sip:a@h", "sip:a@h ; transport=tcp"),
    ];
    for (text, header, uri) in facts {
        let shown = bare_contact_readings(text.as_bytes()).map(|reading| reading.to_string());
        assert_eq!(shown, [header, uri], "{text}");
    }
}
