//! Facts about the JSON document: types, nulls, and that it is what the schema says, no more and no less.

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use super::super::example;
use super::super::jsonl;
use super::*;

const SCHEMA: &str = include_str!("../../docs/report.schema.json");

fn printed(report: &Report) -> String {
    example::printed(&FORMAT, report, &Presentation::default())
}

/// Why `value` is not of the shape at `location` of the schema; nothing where it is.
fn refusal(location: &str, value: &Value) -> Option<String> {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("report.schema.json", serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let shape = compiler.compile(&format!("report.schema.json{location}"), &mut schemas).unwrap();
    schemas.validate(value, shape).err().map(|error| format!("{error:#}"))
}

/// The pointers of all objects with fixed members in `value`.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        // Its members are the status codes that occur.
        Value::Object(_) if at.ends_with("/by_status") => {}
        Value::Object(members) => {
            found.push(at.to_owned());
            members.iter().for_each(|(name, member)| objects(member, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(nth, item)| objects(item, &format!("{at}/{nth}"), found)),
        _ => {}
    }
}

#[test]
fn numbers_are_numbers_and_absent_is_null() {
    let value: Value = serde_json::from_str(&printed(&example::one_capture())).unwrap();
    for (pointer, wanted) in [
        ("/schema", json!("sip3xx.report/1")),
        ("/options/retry_window_s", json!(32.0)),
        ("/captures/0/frames", json!(1_234)),
        ("/summary/by_status", json!({"302": 2, "380": 1})),
        ("/summary/by_verdict", json!({"correct": 1, "incorrect": 1, "inconclusive": 0, "not-applicable": 1})),
        ("/summary/future", json!({"kept": 1, "cached-allowed": 0, "violated": 0, "not-observed": 1})),
        ("/summary/findings", json!({"error": 1, "warning": 0, "note": 1})),
        ("/redirects/0/status", json!(302)),
        ("/redirects/0/request/frame", json!(2)),
        ("/redirects/0/request/frames", json!([1, 2])),
        ("/redirects/0/response/time", json!("2024-05-01T12:00:00.002000000Z")),
        ("/redirects/0/response/epoch_ns", json!("1714564800002000000")),
        ("/redirects/0/contacts/0/q", json!(0.5)),
        ("/redirects/0/contacts/1/q", Value::Null),
        ("/redirects/0/contacts/1/expires", Value::Null),
        ("/redirects/0/alternative", Value::Null),
        ("/redirects/0/attempts/0/delay_ms", json!(1.25)),
        ("/redirects/0/attempts/0/outcome", json!(200)),
        ("/redirects/0/relayed_to", Value::Null),
        ("/redirects/1/ack", Value::Null),
        ("/redirects/1/verdict", json!("incorrect")),
        ("/redirects/1/findings/1/strength", Value::Null),
        ("/redirects/2/attempts/0/contact", Value::Null),
        ("/redirects/2/attempts/0/link", json!("emergency-call")),
        ("/redirects/2/client/user_agent", Value::Null),
        ("/redirects/2/future", Value::Null),
        ("/redirects/2/alternative/type", json!("emergency")),
    ] {
        assert_eq!(value.pointer(pointer), Some(&wanted), "{pointer}");
    }
}

#[test]
fn the_first_member_is_the_schema() {
    assert!(printed(&Report::default()).starts_with("{\n  \"schema\": \"sip3xx.report/1\",\n  \"tool\": {\n"));
}

#[test]
fn a_report_that_was_written_reads_back_the_same() {
    for report in [example::damaged(), example::two_captures(), example::hostile()] {
        assert_eq!(serde_json::from_str::<Report>(&printed(&report)).unwrap(), report);
    }
}

#[test]
fn every_report_is_of_the_shape_of_the_schema() {
    for report in [example::one_capture(), example::damaged(), example::two_captures(), example::hostile(), Report::default()] {
        let value = serde_json::from_str(&printed(&report)).unwrap();
        assert_eq!(refusal("", &value), None);
    }
}

#[test]
fn the_schema_refuses_a_member_too_many_and_a_member_too_few_anywhere() {
    let value = serde_json::to_value(example::damaged()).unwrap();
    let mut pointers = Vec::new();
    objects(&value, "", &mut pointers);
    assert!(pointers.len() > 30);
    for pointer in pointers {
        let mut more = value.clone();
        more.pointer_mut(&pointer).unwrap()["surprise"] = json!(1);
        assert!(refusal("", &more).is_some(), "an extra member of {pointer} passes");
        let names: Vec<String> = value.pointer(&pointer).unwrap().as_object().unwrap().keys().cloned().collect();
        for name in names {
            let mut less = value.clone();
            less.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(&name);
            assert!(refusal("", &less).is_some(), "{pointer} passes without {name}");
        }
    }
}

#[test]
fn the_schema_refuses_values_of_the_wrong_kind() {
    let value = serde_json::to_value(example::damaged()).unwrap();
    for (pointer, wrong) in [
        ("/schema", json!("sip3xx.report/2")),
        ("/redirects/0/status", json!("302")),
        ("/redirects/0/status", json!(200)),
        ("/redirects/0/verdict", json!("fine")),
        ("/redirects/0/request/frame", json!(0)),
        ("/redirects/0/request/epoch_ns", json!(1)),
        ("/redirects/0/request/time", json!("yesterday")),
        ("/redirects/0/attempts/0/link", json!("hunch")),
        ("/redirects/0/contacts/0/q", json!(2)),
        ("/summary/by_status", json!({"200": 1})),
        ("/options/fail_on", json!("sometimes")),
    ] {
        let mut broken = value.clone();
        *broken.pointer_mut(pointer).unwrap() = wrong.clone();
        assert!(refusal("", &broken).is_some(), "{pointer} may be {wrong}");
    }
}

#[test]
fn every_line_of_json_lines_is_of_the_shape_of_a_line() {
    for report in [example::damaged(), example::two_captures(), example::hostile()] {
        let mut out = Vec::new();
        jsonl::FORMAT.write(&report, &Presentation::default(), &mut out).unwrap();
        for line in String::from_utf8(out).unwrap().lines() {
            let mut line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(refusal("#/$defs/line", &line), None);
            line["surprise"] = json!(1);
            assert!(refusal("#/$defs/line", &line).is_some());
        }
    }
}

#[test]
fn every_word_of_the_model_stands_in_the_schema() {
    use super::super::model::{AlternativeKind, FutureVerdict, Level, Link, Party, Role, Verdict};
    fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|word| name(*word)).collect()
    }
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for (def, words) in [
        ("verdict", names(Verdict::ALL, Verdict::name)),
        ("future_verdict", names(FutureVerdict::ALL, FutureVerdict::name)),
        ("level", names(Level::ALL, Level::name)),
        ("party", names(Party::ALL, Party::name)),
        ("role", names(Role::ALL, Role::name)),
        ("link", names(Link::ALL, Link::name)),
        ("alternative_kind", names(AlternativeKind::ALL, AlternativeKind::name)),
    ] {
        assert_eq!(schema["$defs"][def]["enum"], json!(words), "{def}");
    }
}
