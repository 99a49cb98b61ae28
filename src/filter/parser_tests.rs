//! Takes texts, holds the tree of each to what it prints as.

use super::*;

fn printed(text: &str) -> String {
    parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}")).expect("a condition").to_string()
}

#[test]
fn and_binds_more_than_or_and_not_more_than_both() {
    for (text, wanted) in [
        ("a or b and c", "a or (b and c)"),
        ("a && b || c", "(a and b) or c"),
        ("not a and b", "not a and b"),
        ("!(a or b)", "not (a or b)"),
        ("not a == 1", "not a == 1"),
        ("! ! a", "not not a"),
        ("(a)", "a"),
        ("a and (b and c)", "a and (b and c)"),
        ("a and b and c", "a and b and c"),
    ] {
        assert_eq!(printed(text), wanted, "{text}");
    }
}

#[test]
fn every_way_to_write_an_operator_is_understood() {
    for (written, operator) in OPERATORS {
        let (first, _) = OPERATORS.iter().find(|(_, known)| known == operator).expect("in the table");
        assert_eq!(printed(&format!("a {written} b")), format!("a {first} b"));
    }
}

#[test]
fn operands_are_fields_values_slices_layers_masks_and_functions() {
    for (text, wanted) in [
        ("a&0x4==4", "a & 0x4 == 4"),
        ("a#1 == b", "a#[1:1] == b"),
        ("a#[1-2,-1][0:2]==01", "a#[1-2,-1:1][0:2] == 01"),
        ("len(a) > 3", "len(a) > 3"),
        ("max( a , 3 )[0] == \"x\"", "max(a, 3)[0:1] == \"x\""),
        ("a in {1..3,5}", "a in {1 .. 3, 5}"),
        ("a not in {b}", "a not in {b}"),
        ("any a != 'x'", "any a != 'x'"),
        ("all a ~ r\"\\d\"", "all a matches \"\\\\d\""),
    ] {
        assert_eq!(printed(text), wanted, "{text}");
        assert_eq!(printed(wanted), wanted);
    }
}

#[test]
fn a_blank_text_has_no_condition() {
    assert!(parse("").expect("blank").is_none());
    assert!(parse(" \t\n").expect("blank").is_none());
}

#[test]
fn what_does_not_fit_is_told_at_its_place() {
    for (text, start, end) in [
        ("a &&", 4, 4),
        ("a b", 2, 3),
        ("(a", 2, 2),
        ("a)", 1, 2),
        ("a == ", 4, 4),
        ("a == == b", 5, 7),
        ("a == b == c", 7, 9),
        ("a in b", 5, 6),
        ("a in {}", 6, 7),
        ("a in {b c}", 8, 9),
        ("any a", 5, 5),
        ("a == any", 5, 8),
        ("a#b", 2, 3),
        ("a[0:0]", 1, 6),
        ("NOT a", 4, 5),
        ("[1]", 0, 3),
        ("len(a", 5, 5),
        ("len()", 4, 5),
    ] {
        assert_eq!(parse(text).expect_err(text).place(), Place { start, end }, "{text}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    for (front, back) in [("(", ")"), ("not ", ""), ("!", ""), ("len(", ")")] {
        for times in [MAX_DEPTH + 1, 10_000] {
            assert!(parse(&format!("{}a{}", front.repeat(times), back.repeat(times))).is_err(), "{times} x {front}");
        }
        assert!(parse(&format!("{}a{}", front.repeat(MAX_DEPTH), back.repeat(MAX_DEPTH))).is_ok(), "{front}");
    }
    for repeated in ["a[0]".to_owned() + &"[0]".repeat(10_000), "a".to_owned() + &"&1".repeat(10_000), "a or ".repeat(100_000) + "a"] {
        assert!(parse(&repeated).is_err());
    }
    assert!(parse(&("a or ".repeat(10_000) + "a")).is_ok());
}
