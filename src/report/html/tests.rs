//! Takes reports built by hand, holds the page to what it promises: all is there, nothing of the wire is markup, nothing is loaded.
//!
//! The page is written so that past its first line, and without style and script, it is well-formed XML too; so a strict reader can tell what in it
//! is an element, an attribute and a text.

use roxmltree::{Document, Node};

use super::super::example;
use super::super::format::Sort;
use super::super::ladder::example::office;
use super::super::model::*;
use super::super::wording::{escape, steers};
use super::*;

/// What an attacker would put into a header: ends of elements and attributes, script and style, handlers, URLs, entities, bidirectional marks.
const EVIL: &str = "x\"'></code></script></style><script>alert(1)</script><style>*{display:none}</style><img src=//evil.example onerror=alert(1)>\
                    javascript:alert(1) &lt;b&gt; &#x202e; \u{202e}\u{2066}\u{0}]]>--><!--<a href=\"javascript:alert(2)\">";

fn page(report: &Report) -> String {
    example::printed(&FORMAT, report, &Presentation::default())
}

/// The page without what only HTML allows: its first line, and the text of style and script.
fn as_xml(page: &str) -> String {
    let page = page.strip_prefix("<!doctype html>\n").expect("the page begins as HTML");
    page.replace(policy::STYLE, "").replace(policy::SCRIPT, "")
}

/// A report in which every text that can come from the wire or from a file name is `text`.
fn made_of(text: &str) -> Report {
    let json = serde_json::to_string(&example::hostile()).unwrap();
    let hostile = serde_json::to_string(example::HOSTILE).unwrap();
    assert!(json.matches(&hostile).count() > 20);
    let mut report: Report = serde_json::from_str(&json.replace(&hostile, &serde_json::to_string(text).unwrap())).unwrap();
    report.hints = vec![text.to_owned()];
    report.options.display_filter = Some(text.to_owned());
    report.options.config = Some(text.to_owned());
    report.redirects[0].findings[0].rule = text.to_owned();
    report.redirects[0].client.address = text.to_owned();
    report.captures[0].link_types = vec![text.to_owned()];
    report.companions = report.redirects.clone();
    report.companions[0].status = 504;
    report.ladders = office().ladders;
    let ladder = &mut report.ladders[0];
    ladder.call_ids = vec![text.to_owned(); 2];
    ladder.participants.iter_mut().for_each(|participant| participant.product = Some(text.to_owned()));
    for message in &mut ladder.messages {
        (message.label, message.cseq, message.text) = (text.to_owned(), text.to_owned(), format!("{text}\r\n{text}").into());
        (message.source, message.destination, message.transport) = (text.to_owned(), text.to_owned(), text.to_owned());
    }
    report
}

/// Every element in its order, with the names of its attributes.
fn markup_of(document: &Document<'_>) -> Vec<String> {
    let elements = document.descendants().filter(Node::is_element);
    let names = |node: Node<'_, '_>| node.attributes().map(|attribute| attribute.name().to_owned()).collect::<Vec<_>>().join(" ");
    elements.map(|node| format!("{} {}", node.tag_name().name(), names(node))).collect()
}

#[test]
fn nothing_of_the_wire_is_markup() {
    let (plain, evil) = (as_xml(&page(&made_of("plain"))), as_xml(&page(&made_of(EVIL))));
    let (plain, evil) = (Document::parse(&plain).unwrap(), Document::parse(&evil).unwrap());
    assert_eq!(markup_of(&evil), markup_of(&plain));
    let shown = escape(EVIL).into_owned();
    assert!(evil.descendants().filter(|node| node.text() == Some(&shown)).count() > 10);
}

#[test]
fn every_link_stays_within_the_page_and_nothing_is_loaded_or_run() {
    let evil = as_xml(&page(&made_of(EVIL)));
    let evil = Document::parse(&evil).unwrap();
    for node in evil.descendants().filter(Node::is_element) {
        assert!(node.attribute("href").is_none_or(|href| href.starts_with('#')), "{node:?}");
        assert!(node.attributes().all(|a| !a.name().starts_with("on") && !["src", "style", "action"].contains(&a.name())), "{node:?}");
        assert!(
            !["iframe", "object", "embed", "img", "base", "link", "foreignObject", "use"].contains(&node.tag_name().name()),
            "{node:?}"
        );
    }
}

#[test]
fn no_character_steers_the_eye() {
    let steered: Vec<char> = page(&made_of(EVIL)).chars().filter(|c| *c != '\n' && steers(*c)).collect();
    assert!(steered.is_empty(), "{steered:?}");
}

#[test]
fn the_policy_lets_style_and_script_run_and_nothing_else() {
    let page = page(&example::one_capture());
    let xml = as_xml(&page);
    let document = Document::parse(&xml).unwrap();
    let meta = document.descendants().find(|node| node.attribute("http-equiv") == Some("Content-Security-Policy")).unwrap();
    let policy = meta.attribute("content").unwrap();
    for part in [
        "default-src 'none'",
        &format!("style-src 'sha256-{}'", policy::STYLE_HASH),
        &format!("script-src 'sha256-{}'", policy::SCRIPT_HASH),
        "base-uri 'none'",
        "form-action 'none'",
    ] {
        assert!(policy.split("; ").any(|directive| directive == part), "{policy} lacks {part}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http"));
    // A policy holds only for what comes after it.
    assert!(page.find("Content-Security-Policy") < page.find("<title"));
    assert!(page.contains(&format!("<style>{}</style>", policy::STYLE)) && page.contains(&format!("<script>{}</script>", policy::SCRIPT)));
}

#[test]
fn style_and_script_load_nothing() {
    for word in ["url(", "@import", "http", "fetch", "import(", "XMLHttp", "innerHTML", "insertAdjacent", "document.write", "eval"] {
        assert!(!policy::STYLE.contains(word) && !policy::SCRIPT.contains(word), "{word}");
    }
}

#[test]
fn every_redirect_and_companion_is_there_with_what_the_filters_ask() {
    let report = example::one_capture();
    let xml = as_xml(&page(&report));
    let document = Document::parse(&xml).unwrap();
    let row = |id: &str| document.descendants().find(|node| node.attribute("id") == Some(id)).unwrap_or_else(|| panic!("no {id}"));
    let ids: Vec<_> =
        document.descendants().filter(|node| node.attribute("class") == Some("redirect")).map(|row| row.attribute("id").unwrap()).collect();
    assert_eq!(ids, ["r1", "r2", "r3", "rc1"]);
    for (name, value) in [
        ("data-verdict", "incorrect"),
        ("data-status", "302"),
        ("data-client", "10.77.0.3 pjsua v2.15.1"),
        ("data-rule", "redirect-not-followed contact-without-sip-target"),
        ("data-future", "not-observed"),
    ] {
        assert_eq!(row("r2").attribute(name), Some(value));
    }
}

#[test]
fn a_detail_tells_what_the_text_tells() {
    let text = page(&example::one_capture());
    for part in [
        "frame 2</b> (carried by frames 1, 2)",
        "again in frames 5, 7",
        "<code>mailto:alice@example.com</code> (no SIP client can ask there)",
        "<dt>meaning</dt><dd class=\"words\">this is an emergency call</dd>",
        "<dt>expected</dt><dd class=\"words\">register for emergencies, then call urn:service:sos</dd>",
        ", port unreachable (",
        "the client&apos;s last packet",
        "client, SHOULD, RFC 3261 21.3.3",
        "<a href=\"#r2\">#2</a>",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let remedy = rules::remedy("redirect-not-followed").unwrap();
    assert!(text.contains(&format!("<b>Remedy:</b> {}", markup::Text(remedy))));
}

#[test]
fn a_frame_leads_to_its_message_which_stands_once_line_by_line() {
    let mut report = office();
    report.ladders[0].messages[1].text = "SIP/2.0 302 Moved\r\nTo: <sip:\u{1b}>\r\n\r\nbody\n".into();
    let again = Ladder { subject: Subject::Redirect(1), ..report.ladders[0].clone() };
    report.ladders.push(again);
    let text = page(&report);
    assert!(text.contains("<li><a href=\"#m0/31/0\">frame 31</a>: the 302"));
    assert_eq!(text.matches("<noscript id=\"m0/31/0\">").count(), 1);
    assert!(text.contains("<pre>SIP/2.0 302 Moved\nTo: &lt;sip:\\u{1b}&gt;\n\nbody\n</pre>"));
    assert!(text.contains("Without 7 more messages of these calls."));
    // Frame 40 index 1 stands in no picture.
    assert!(text.contains("<b>frame 40</b>: the client&apos;s last packet"));
}

#[test]
fn a_picture_of_many_messages_shows_those_next_to_what_is_told() {
    let mut report = office();
    let plain = LadderMessage { marks: Vec::new(), ..report.ladders[0].messages[0].clone() };
    let at = |frame: u64| LadderMessage { seen: example::seen(frame, 0), ..plain.clone() };
    let marked = LadderMessage { seen: example::seen(900, 0), ..report.ladders[0].messages[0].clone() };
    report.ladders[0].messages = (100..900).map(at).chain([marked]).chain((901..1_000).map(at)).collect();
    let text = page(&report);
    let shown: Vec<u64> = (100..1_000).filter(|frame| text.contains(&format!("data-message=\"0/{frame}/0\""))).collect();
    assert_eq!(shown, (880..920).collect::<Vec<u64>>());
    assert!(text.contains("Without 867 more messages of these calls."));
}

#[test]
fn damage_is_told_at_the_beginning_and_explained() {
    let text = page(&example::damaged());
    let head = text.split("<main>").next().unwrap();
    assert!(head.contains("incomplete") && !page(&example::one_capture()).split("<main>").next().unwrap().contains("incomplete"));
    assert!(text.contains("<b>cut-file</b> x 1, first in frame 1235 (pcap record header: 400 wanted, 12 there, at offset 456777)"));
    assert!(text.contains("stop the capture before copying it"));
}

#[test]
fn the_worst_come_first_when_asked() {
    let presentation = Presentation { sort: Sort::Verdict, ..Presentation::default() };
    let text = example::printed(&FORMAT, &example::one_capture(), &presentation);
    assert!(text.find("id=\"r2\"") < text.find("id=\"r1\""));
}

#[test]
fn the_same_report_is_the_same_page() {
    assert_eq!(page(&example::two_captures()), page(&example::two_captures()));
}

#[test]
fn a_report_without_redirects_says_why() {
    let text = page(&Report { captures: vec![example::capture()], ..Report::default() });
    assert!(text.contains("<h1>No redirects</h1>") && text.contains("there is SIP, and no 3xx in it") && !text.contains("<form"));
    Document::parse(&as_xml(&text)).unwrap();
}
