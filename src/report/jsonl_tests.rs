//! Facts about JSON Lines: one object a line, in the order that is promised, of the shape of the schema.

use serde_json::Value;

use super::super::example;
use super::*;

fn lines(report: &Report) -> Vec<Value> {
    let text = example::printed(&FORMAT, report, &Presentation::default());
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_line_says_its_type_in_the_order_that_is_promised() {
    let lines = lines(&example::two_captures());
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["report", "capture", "capture", "redirect", "redirect", "redirect", "companion", "summary"]);
    assert_eq!(lines[0]["schema"], "sip3xx.report/1");
    assert_eq!(lines[2]["index"], 1);
    assert_eq!(lines[7]["by_verdict"]["incorrect"], 1);
    assert_eq!(lines[7]["orphans"]["responses"], 1);
}

#[test]
fn a_line_holds_what_the_one_document_holds() {
    let report = example::one_capture();
    let mut line = lines(&report).swap_remove(2);
    line.as_object_mut().unwrap().remove("type");
    assert_eq!(line, serde_json::to_value(&report.redirects[0]).unwrap());
}

#[test]
fn hostile_text_keeps_to_its_line() {
    assert_eq!(lines(&example::hostile()).len(), 4);
}
