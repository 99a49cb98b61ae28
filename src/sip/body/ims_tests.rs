//! Every form of IMS XML that networks were seen to send, and every cut of one.

use super::ims::read;
use super::{AlternativeAction, AlternativeService, AlternativeType, BodyFault};

/// A body as the standard has it.
const PLAIN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ims-3gpp version=\"1\">\r\n  <alternative-service>\r\n    <type>emergency</type>\r\n    \
    <reason>Dial again</reason>\r\n    <action>emergency-registration</action>\r\n  </alternative-service>\r\n</ims-3gpp>\r\n";

fn read_text(document: &str) -> (AlternativeService, Vec<BodyFault>) {
    let mut faults = Vec::new();
    (read(document.as_bytes(), &mut faults), faults)
}

/// Holds a document to type, action and reason, each `-` where absent, and to its faults.
#[track_caller]
fn check(document: &str, expected: [&str; 3], expected_faults: &[BodyFault]) {
    let (service, faults) = read_text(document);
    let kind = service.kind.as_ref().map_or("-", AlternativeType::name);
    let action = service.action.as_ref().map_or("-", AlternativeAction::name);
    assert_eq!([kind, action, service.reason.as_deref().unwrap_or("-")], expected, "{document}");
    assert_eq!(faults, expected_faults, "{document}");
}

/// Wraps the content of an alternative service.
fn with(content: &str) -> String {
    format!("<ims-3gpp version=\"1\"><alternative-service>{content}</alternative-service></ims-3gpp>")
}

#[test]
fn the_form_of_the_standard_is_read() {
    check(PLAIN, ["emergency", "emergency-registration", "Dial again"], &[]);
    assert_eq!(read_text(PLAIN).0.version.as_deref(), Some("1"));
}

#[test]
fn every_known_value_is_known_in_any_case() {
    for (kind, action) in
        [("emergency", "emergency-registration"), ("restoration", "initial-registration"), ("emergency", "anonymous-emergencycall")]
    {
        let document = with(&format!("<type>\n {} </type><action>\t{}</action>", kind.to_uppercase(), action.to_uppercase()));
        check(&document, [kind, action, "-"], &[]);
    }
    check(
        &with("<type>video</type><action>redial</action>"),
        ["video", "redial", "-"],
        &[BodyFault::UnknownType, BodyFault::UnknownAction],
    );
}

#[test]
fn the_older_form_of_the_type_is_read() {
    check(&with("<type><emergency/></type><reason/>"), ["emergency", "-", "-"], &[]);
    check(&with("<type>\r\n<emergency></emergency>\r\n</type>"), ["emergency", "-", "-"], &[]);
    check(&with("<type><x:emergency xmlns:x=\"u\"/></type>"), ["emergency", "-", "-"], &[]);
}

#[test]
fn order_prefix_and_further_elements_say_nothing() {
    check(
        "<?xml version='1.0'?><m:ims-3gpp xmlns:m='urn:x' m:v='2' version='1.0'><m:extra><type>no</type></m:extra><m:alternative-service a='b'>\
         <!-- <type>no</type> --><m:action>anonymous-emergencycall</m:action><m:reason>a &amp; b</m:reason><m:type><![CDATA[emergency]]></m:type>\
         <other>x</other></m:alternative-service></m:ims-3gpp>",
        ["emergency", "anonymous-emergencycall", "a & b"],
        &[],
    );
}

#[test]
fn of_two_types_the_known_one_counts() {
    check(&with("<type>video</type><type>emergency</type>"), ["emergency", "-", "-"], &[BodyFault::SecondType]);
    check(&with("<type>emergency</type><type>restoration</type>"), ["emergency", "-", "-"], &[BodyFault::SecondType]);
}

#[test]
fn what_breaks_the_schema_is_told_and_read_all_the_same() {
    let emergency = "<alternative-service><type>emergency</type></alternative-service>";
    let facts: [(String, &[BodyFault]); 8] = [
        (format!("<ims-3gpp>{emergency}</ims-3gpp>"), &[BodyFault::MissingVersion]),
        (format!("<ims-3gpp version=''>{emergency}</ims-3gpp>"), &[BodyFault::BadVersion]),
        (format!("<ims-3gpp version='one'>{emergency}</ims-3gpp>"), &[BodyFault::BadVersion]),
        (format!("<3gpp-ims version='1'>{emergency}</3gpp-ims>"), &[BodyFault::NotWellFormed, BodyFault::WrongRoot]),
        (format!("<ims version='1'>{emergency}</ims>"), &[BodyFault::WrongRoot]),
        (format!("<ims-3gpp version='1'>{emergency}</ims-3gp>"), &[BodyFault::NotWellFormed]),
        (format!("<ims-3gpp version='1'>{emergency}</ims-3gpp>&"), &[BodyFault::NotWellFormed]),
        (
            "<ims-3gpp version='1'><alternative-service><type>emergency<reason></alternative-service></ims-3gpp>".to_owned(),
            &[BodyFault::NotWellFormed],
        ),
    ];
    for (document, faults) in facts {
        check(&document, ["emergency", "-", "-"], faults);
        assert!(faults.iter().all(|fault| fault.breaks_ims_schema()));
    }
}

#[test]
fn a_body_that_offers_no_service_says_so() {
    check("<ims-3gpp version='1'/>", ["-", "-", "-"], &[BodyFault::NoAlternativeService]);
    check("<ims-3gpp version='1'><service-info>x</service-info></ims-3gpp>", ["-", "-", "-"], &[]);
    check(&with("<reason>none</reason>"), ["-", "-", "none"], &[BodyFault::NoType]);
    check(
        "",
        ["-", "-", "-"],
        &[BodyFault::NotWellFormed, BodyFault::WrongRoot, BodyFault::MissingVersion, BodyFault::NoAlternativeService],
    );
}

#[test]
fn a_document_type_is_refused() {
    let (service, faults) =
        read_text("<!DOCTYPE a [<!ENTITY e 'emergency'>]><ims-3gpp version='1'><alternative-service><type>emergency</type>");
    assert_eq!(service, AlternativeService::default());
    assert!(faults.contains(&BodyFault::Doctype));
}

#[test]
fn text_that_is_not_utf_8_is_read_as_far_as_it_is_ascii() {
    let mut faults = Vec::new();
    let service = read(
        b"<ims-3gpp version='1'><alternative-service><type>emergency</type><reason>\xe9</reason></alternative-service></ims-3gpp>",
        &mut faults,
    );
    assert_eq!(faults, [BodyFault::NotUtf8]);
    assert_eq!(service.kind, Some(AlternativeType::Emergency));
    assert_eq!(service.reason.as_deref(), Some("\u{fffd}"));
}

#[test]
fn a_cut_body_gives_what_was_whole() {
    for length in 0..PLAIN.trim_end().len() {
        let (service, faults) = read_text(&PLAIN[..length]);
        assert!(faults.contains(&BodyFault::NotWellFormed), "{length}");
        let kind_is_whole = PLAIN[..length].contains("<type>emergency");
        assert_eq!(service.kind, kind_is_whole.then_some(AlternativeType::Emergency), "{length}");
        let action_is_whole = PLAIN[..length].contains("<action>emergency-registration");
        assert_eq!(service.action, action_is_whole.then_some(AlternativeAction::EmergencyRegistration), "{length}");
    }
}

#[test]
fn depth_and_values_are_bounded() {
    let deep = "<a>".repeat(20_000);
    let mut faults = read_text(&deep).1;
    faults.retain(|fault| *fault == BodyFault::TooDeep);
    assert_eq!(faults, [BodyFault::TooDeep]);
    let (service, _) = read_text(&with(&format!("<type>emergency</type><reason>{}</reason>", "a".repeat(60_000))));
    assert_eq!(service.reason.map(|reason| reason.len()), Some(super::MAX_VALUE));
}

#[test]
fn a_document_that_costs_too_much_is_read_but_not_judged() {
    let namespaces: String = (0..1000).map(|index| format!(" xmlns:a{index}='u{index}'")).collect();
    let document = format!("<ims-3gpp version='1'{namespaces}><alternative-service><type>emergency</type></alternative-service>");
    check(&document, ["emergency", "-", "-"], &[BodyFault::TooComplex]);
    check(&with(&format!("<type>emergency</type>{}", "<a/>".repeat(2000))), ["emergency", "-", "-"], &[BodyFault::TooComplex]);
}
