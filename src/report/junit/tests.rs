//! Facts about the JUnit XML, read back by an XML parser.

use roxmltree::{Document, Node};

use super::*;
use crate::report::example;

fn printed(report: &Report) -> String {
    example::printed(&FORMAT, report, &Presentation::default())
}

fn named<'a>(node: Node<'a, 'a>, name: &str) -> Vec<Node<'a, 'a>> {
    node.descendants().filter(|node| node.has_tag_name(name)).collect()
}

/// What `junit-10.xsd` lets stand: each element with its attributes.
const SCHEMA: &[(&str, &[&str])] = &[
    ("testsuites", &["name", "time", "tests", "failures", "errors"]),
    ("testsuite", &["name", "tests", "failures", "errors", "time", "skipped", "timestamp"]),
    ("testcase", &["name", "time", "classname"]),
    ("failure", &["type", "message"]),
    ("skipped", &["type", "message"]),
    ("system-out", &[]),
    ("system-err", &[]),
];

#[test]
fn only_what_the_schema_knows_is_written_and_hostile_text_stays_text() {
    for report in [example::one_capture(), example::two_captures(), example::damaged(), example::hostile(), Report::default()] {
        let text = printed(&report);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']));
        let document = Document::parse(&text).unwrap();
        for node in document.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            let (_, allowed) = SCHEMA.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("<{name}>"));
            for attribute in node.attributes() {
                assert!(allowed.contains(&attribute.name()), "{} in <{name}>", attribute.name());
            }
        }
    }
}

#[test]
fn a_redirect_is_a_case_and_its_verdict_decides_how_it_went() {
    let text = printed(&example::one_capture());
    let document = Document::parse(&text).unwrap();
    let cases = named(document.root(), "testcase");
    let went: Vec<_> = cases.iter().map(|case| case.first_element_child().map(|child| child.tag_name().name().to_owned())).collect();
    assert_eq!(went, [None, Some("failure".to_owned()), Some("skipped".to_owned()), None]);
    let failure = named(document.root(), "failure")[0];
    assert_eq!(failure.attribute("type"), Some("redirect-not-followed"));
    assert!(failure.text().unwrap().contains("error redirect-not-followed (RFC 3261 21.3.3, frame 31): no request went to"));
    assert_eq!(cases[0].attribute("time"), Some("0.001"));
    let suite = named(document.root(), "testsuite")[0];
    for (attribute, wanted) in
        [("tests", "4"), ("failures", "1"), ("skipped", "1"), ("name", "office.pcap"), ("timestamp", "2024-05-01T12:00:00")]
    {
        assert_eq!(suite.attribute(attribute), Some(wanted), "{attribute}");
    }
}

#[test]
fn names_are_the_same_in_the_next_run_and_differ_within_one() {
    let mut report = example::one_capture();
    let again = report.redirects[1].clone();
    report.redirects.push(again);
    let text = printed(&report);
    let document = Document::parse(&text).unwrap();
    let names: Vec<_> = named(document.root(), "testcase").iter().map(|case| case.attribute("name").unwrap().to_owned()).collect();
    assert_eq!(names[1], "302 to INVITE sip:carol@example.com from 10.77.0.3");
    assert_eq!(names[3], "302 to INVITE sip:carol@example.com from 10.77.0.3 (2)");
}

#[test]
fn what_the_baseline_knows_is_no_failure() {
    let mut report = example::one_capture();
    for finding in &mut report.redirects[1].findings {
        finding.known = true;
    }
    let text = printed(&report);
    assert!(!text.contains("<failure") && text.contains("<skipped message=\"known: the Contact was not tried"));
}

#[test]
fn each_capture_has_its_suite_and_the_damaged_one_says_so() {
    let text = printed(&example::two_captures());
    assert_eq!(named(Document::parse(&text).unwrap().root(), "testsuite").len(), 2);
    assert!(printed(&example::damaged()).contains("<system-err>1 x cut-file: "));
}
