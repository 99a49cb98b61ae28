//! Takes a call that is redirected and followed, changes how the capture saw it, holds the report to the same word; each trap by its number
//! in the catalogue of requirements. Those that need no frames stand beside the rules, in `trap_tests.rs`.

use sip3xx::report::model::{Report, Verdict};

use crate::support::audited::report_of_bytes;
use crate::support::capture_text::capture_of_text;
use crate::support::flow::{Flow, Variant};
use crate::support::frames::{in_fragments, in_gre, in_segments, in_vlan, one_hop_on, with_every_frame};

fn report_of(capture: Vec<u8>) -> Report {
    report_of_bytes(capture).unwrap_or_else(|error| panic!("{error}"))
}

/// The capture of a call that is redirected and followed.
fn followed(variant: Variant) -> Vec<u8> {
    capture_of_text(&Flow::named("direct").text(variant)).unwrap_or_else(|error| panic!("{error}"))
}

/// Holds a capture to one redirect that was rightly followed.
#[track_caller]
fn hold_followed(capture: Vec<u8>) {
    let report = report_of(capture);
    let [redirect] = report.redirects.as_slice() else { panic!("one redirect, found {:?}", report.redirects) };
    assert_eq!((redirect.verdict, redirect.attempts.len()), (Verdict::Correct, 1), "{}", redirect.reason);
    assert!(redirect.findings.is_empty(), "{:?}", redirect.findings);
}

#[test]
fn t20_a_message_that_a_mirror_port_shows_twice_is_one_message() {
    for variant in [Variant::Udp, Variant::Tcp] {
        hold_followed(with_every_frame(&followed(variant), |frame| vec![frame.to_vec(), one_hop_on(frame)]));
        hold_followed(with_every_frame(&followed(variant), |frame| vec![frame.to_vec(), in_vlan(frame)]));
    }
}

#[test]
fn t22_a_message_in_fragments_or_segments_is_one_message() {
    hold_followed(with_every_frame(&followed(Variant::Udp), in_fragments));
    hold_followed(with_every_frame(&followed(Variant::Udp), |frame| in_fragments(frame).into_iter().rev().collect()));
    hold_followed(with_every_frame(&followed(Variant::Tcp), in_segments));
    hold_followed(with_every_frame(&followed(Variant::Tcp), |frame| in_segments(frame).into_iter().rev().collect()));
}

#[test]
fn t25_what_a_tag_or_a_tunnel_wraps_is_read() {
    for variant in [Variant::Udp, Variant::Tcp] {
        hold_followed(with_every_frame(&followed(variant), |frame| vec![in_vlan(frame)]));
        hold_followed(with_every_frame(&followed(variant), |frame| vec![in_vlan(&in_vlan(frame))]));
        hold_followed(with_every_frame(&followed(variant), |frame| vec![in_gre(frame)]));
    }
}

/// The report on the call with another status line of the 3xx.
fn with_status_line(line: &str) -> Report {
    let mut flow = Flow::named("direct");
    flow.edit("redirect", "SIP/2.0 302 Moved Temporarily", line);
    report_of(capture_of_text(&flow.text(Variant::Udp)).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn t27_a_reason_phrase_may_say_anything() {
    for line in
        ["SIP/2.0 302 Push notifications are enabled for unregistered user", "SIP/2.0 302 ", "SIP/2.0 302", "SIP/2.0 302 380 Busy 200 OK"]
    {
        let report = with_status_line(line);
        let told: Vec<_> = report.redirects.iter().map(|redirect| (redirect.status, redirect.verdict)).collect();
        assert_eq!(told, [(302, Verdict::Correct)], "{line}");
    }
}

#[test]
fn t38_sip_is_known_by_what_it_says_and_not_by_its_port() {
    for (variant, port) in [(Variant::Udp, ":40060"), (Variant::Tcp, ":443"), (Variant::Tcp, ":80"), (Variant::Udp, ":53")] {
        let mut flow = Flow::named("direct");
        // The URIs name no port, so that only where a packet goes says which; the Contact does.
        flow.edit("redirect", "<sip:bob@198.51.100.30>", &format!("<sip:bob@198.51.100.30{port}>"));
        flow.edit("retry", "INVITE sip:bob@198.51.100.30", &format!("INVITE sip:bob@198.51.100.30{port}"));
        let text = flow.text(variant).replace(&format!(";transport=tcp{port}"), &format!("{port};transport=tcp"));
        let capture = capture_of_text(&text.replace(":5060", port)).unwrap_or_else(|error| panic!("{error}"));
        let report = report_of(capture);
        let told: Vec<_> = report.redirects.iter().map(|redirect| (redirect.status, redirect.verdict)).collect();
        assert_eq!(told, [(302, Verdict::Correct)], "{variant:?} {port}");
    }
}

#[test]
fn t40_a_status_code_that_is_none_becomes_no_redirect() {
    for code in ["4294967598", "65838", "702", "1302", "30", "0302", "-302", "3O2"] {
        let report = with_status_line(&format!("SIP/2.0 {code} Moved Temporarily"));
        assert!(report.redirects.is_empty(), "{code}: {:?}", report.redirects);
    }
}
