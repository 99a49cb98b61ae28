//! Takes ladders built by hand, holds the SVG of them to what a page and a reader of XML want.

use roxmltree::{Document, Node};

use super::example::{crowd, hostile_office, office, reason};
use super::svg::{FORMAT, figure};
use crate::report::frames::FrameNames;
use crate::report::model::Report;

fn drawn(report: &Report) -> String {
    let mut out = Vec::new();
    FORMAT.write(report, false, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn has_class(node: &Node<'_, '_>, class: &str) -> bool {
    node.attribute("class").is_some_and(|classes| classes.split(' ').any(|known| known == class))
}

#[test]
fn every_message_is_a_group_that_says_where_it_stands_and_what_it_is() {
    let svg = drawn(&office());
    let document = Document::parse(&svg).unwrap();
    let messages: Vec<Node<'_, '_>> = document.descendants().filter(|node| has_class(node, "message")).collect();
    let places: Vec<_> = messages.iter().filter_map(|message| message.attribute("data-message")).collect();
    assert_eq!(places, ["0/30/0", "0/31/0", "0/32/0", "0/40/0", "0/41/0", "0/42/0"]);
    let title = |message: &Node<'_, '_>| message.first_element_child().and_then(|title| title.text()).unwrap_or_default().to_owned();
    assert!(title(&messages[1]).starts_with("frame 31, 0.010000 s (+10.0 ms): 302 Moved Temporarily; "), "{}", title(&messages[1]));
    for (nth, class) in [(0, "redirected"), (1, "error"), (1, "response"), (3, "again"), (4, "request")] {
        assert!(has_class(&messages[nth], class), "{nth} {class}");
    }
    assert!(svg.contains(&reason()) && svg.contains("#2  INCORRECT") && svg.contains("7 more messages of these calls not shown"));
}

#[test]
fn an_arrow_points_to_who_received_it() {
    let svg = drawn(&office());
    let tips: Vec<&str> = svg.lines().filter(|line| line.contains("\"tip\"")).collect();
    // To the right, to the left, to itself.
    assert!(tips[0].contains(" l-8 -4") && tips[1].contains(" l8 -4") && tips[5].contains(" l8 -4"), "{tips:?}");
}

#[test]
fn the_look_comes_from_classes_alone() {
    let report = office();
    let element = figure(&report.ladders[0], &report, &FrameNames::of(&report.captures)).element;
    let document = Document::parse(&element).unwrap();
    assert!(document.descendants().all(|node| !node.has_tag_name("style") && node.attribute("style").is_none()));
    assert!(document.descendants().flat_map(|node| node.attributes()).all(|attribute| !attribute.name().starts_with("on")));
    assert_eq!(drawn(&report).matches("<style>").count(), 1);
}

#[test]
fn what_the_wire_held_is_no_markup_and_steers_nothing() {
    let svg = drawn(&hostile_office());
    let (plain, hostile) = (drawn(&office()), Document::parse(&svg).unwrap());
    let elements = |text: &str| {
        Document::parse(text)
            .unwrap()
            .descendants()
            .filter(Node::is_element)
            .map(|node| node.tag_name().name().to_owned())
            .collect::<Vec<_>>()
    };
    let kinds: std::collections::BTreeSet<String> = elements(&svg).into_iter().collect();
    assert_eq!(kinds, elements(&plain).into_iter().collect());
    assert!(hostile.descendants().filter_map(|node| node.text()).all(|text| !text.contains(['\u{1b}', '\u{202e}', '\u{0}'])));
}

#[test]
fn forty_participants_and_no_message_at_all_are_drawn() {
    for mut report in [crowd(40), crowd(1), crowd(0)] {
        Document::parse(&drawn(&report)).unwrap();
        report.ladders.clear();
        Document::parse(&drawn(&report)).unwrap();
    }
}
