//! What filters pick, what they refuse, and that no text breaks them; the meaning is that of tshark 4.0.17.

use proptest::prelude::*;

use super::*;
use crate::filter::scene::{INVITE, MOVED, picks, with_row};

/// Holds that each filter picks the INVITE, or the 302, or both, or none.
fn holds(filters: &[(&str, bool, bool)]) {
    for (filter, invite, moved) in filters {
        assert_eq!((picks(filter, INVITE), picks(filter, MOVED)), (*invite, *moved), "{filter}");
    }
}

#[test]
fn a_name_alone_asks_whether_it_is_there() {
    holds(&[
        ("", true, true),
        ("sip", true, true),
        ("sip && udp && ip && vlan && eth", true, true),
        ("tcp or sctp or tls or websocket or hep or ipv6", false, false),
        ("sdp", true, false),
        ("xml", false, false),
        ("sip.Status-Code", false, true),
        ("not sip.Status-Code", true, false),
        ("sip.resend", true, true),
        ("not sip.resend", false, false),
        ("sip.resend == 0", true, true),
        ("sip.resend == false", true, true),
        ("!(sip.resend == 1)", true, true),
        ("sip.unrecognized_header", true, false),
    ]);
}

#[test]
fn comparisons_mean_what_they_mean_in_tshark() {
    holds(&[
        ("sip.Method == INVITE", true, false),
        ("sip.Method == \"INVITE\"", true, false),
        ("sip.Method == invite", false, false),
        ("sip.Method != INVITE", false, false),
        ("not sip.Method == INVITE", false, true),
        ("sip.Status-Code >= 300 and sip.Status-Code lt 400", false, true),
        ("sip.Status-Code == 0x12e", false, true),
        ("sip.Status-Code in {300..399}", false, true),
        ("sip.Status-Code in {301, 380}", false, false),
        ("sip.Status-Code not in {301, 380}", true, true),
        ("sip.Method in {\"A\" .. \"K\"}", true, false),
        ("sip.Method contains NVI", true, false),
        ("sip.Method contains \"\"", false, false),
        ("sip.Method matches \"^inv\"", true, false),
        ("sip.Method ~ r\"^\\w+$\"", true, false),
        ("sip.r-uri == sip:carol:pw@c.example:5070", false, false),
        ("sip contains \"v=0\"", true, false),
        ("sdp contains 76:3d", true, false),
        ("frame contains \"302 Moved\"", false, true),
        ("sip.Call-ID == c1@h", true, true),
        ("sip.contact.host == h2", true, false),
        ("sip.CSeq.seq < 8 && sip.CSeq.seq > 6", true, true),
        ("frame.time == \"2023-11-14 22:13:20.5\"", true, true),
        ("frame.time > \"Nov 14, 2023 22:13:20.5 UTC\"", false, false),
        ("frame.time_relative == 1.5", true, true),
        ("sip.r-uri.host == sip.to.host", false, false),
        ("sip.CSeq.method == sip.Method", true, false),
        ("sip.Status-Code == udp.port", false, false),
    ]);
}

#[test]
fn of_several_values_any_suffices_but_all_must_differ() {
    holds(&[
        ("ip.addr == 10.0.0.1", true, true),
        ("ip.addr != 10.0.0.1", false, false),
        ("ip.addr != 10.0.0.9", true, true),
        ("ip.addr !== 10.0.0.1", true, true),
        ("ip.addr === 10.0.0.1", false, false),
        ("ip.addr any_ne 10.0.0.1", true, true),
        ("any ip.addr != 10.0.0.1", true, true),
        ("all ip.addr == 10.0.0.0/8", true, true),
        ("all udp.port > 5060", false, false),
        ("any udp.port > 5060", true, true),
        ("ip.addr == 10.0.0.0/30", true, true),
        ("ip.addr == 10.0.0.4/30", false, false),
        ("ip.addr == 0.0.0.0/0", true, true),
        ("udp.port in {5061..5063}", true, true),
        ("all udp.port in {5061..5063}", false, false),
        ("all sip.Status-Code != 200", false, true),
        ("sip.contact.host != h1", false, false),
    ]);
}

#[test]
fn slices_layers_masks_and_functions_make_values_of_values() {
    holds(&[
        ("sip.Method[0:2] == \"IN\"", true, false),
        ("sip.Method[0:2] == 49:4e", true, false),
        ("sip.Method[-2:] == \"TE\"", true, false),
        ("sip.Method[0:9] == \"INVITE\"", false, false),
        ("sip.Method[0-1,-1] == \"INE\"", true, false),
        ("eth.src[0:3] == 02:00:00", true, true),
        ("ip.src[0] == 0a", true, true),
        ("ip.src#1 == 10.0.0.1", true, true),
        ("ip.src#[2]", false, false),
        // The second message of its frame.
        ("sip.Method#2 == INVITE", true, false),
        ("sip.Method#1 == INVITE", false, false),
        ("udp.port & 0xff == 0xc6", true, true),
        ("sip.Status-Code & 2", false, true),
        ("sip.Status-Code & 1", false, false),
        ("len(sip.Method) == 6", true, false),
        ("len(sip.Status-Code) == 4", false, true),
        ("lower(sip.Method) == invite", true, false),
        ("upper(sip.r-uri.host) == \"C.EXAMPLE\"", true, false),
        ("count(sip.contact.uri) == 3", true, false),
        ("count(sip.Method) == 0", false, false),
        ("max(udp.port) == 5062 and min(udp.port) == 5060", true, true),
        ("max(sip.CSeq.seq, 9) == 9", true, true),
        ("string(ip.src) matches r\"^10\\.\"", true, true),
    ]);
}

#[test]
fn what_cannot_be_asked_is_refused_at_its_place() {
    for (filter, message, under) in [
        ("sip.method == INVITE", "did you mean sip.Method?", "sip.method"),
        ("weather", "weather is neither a field nor a protocol", "weather"),
        ("INVITE == sip.Method", "the left side of a comparison must be one", "INVITE"),
        ("sip.Status-Code == \"302\"", "which stands without quotes", "\"302\""),
        ("sip.Status-Code ~ \"30\"", "string() makes text of it", "sip.Status-Code"),
        ("sip.Method ~ inv", "a pattern stands in double quotes", "inv"),
        ("sip.Method ~ \"[bad\"", "this is no pattern", "\"[bad\""),
        ("sip.msg_body contains \"x\"", "sip contains", "sip.msg_body"),
        ("sip.Method = INVITE", "equality is `==`", "="),
        ("sip.Method == sip", "stands in double quotes", "sip"),
        ("sip.Method == ip.src", "cannot be compared with a IPv4 address", "ip.src"),
        ("udp.port == 70000", "highest value is 65535", "70000"),
        ("sip.Status-Code in {301 302}", "parted by commas", "302"),
        ("ip.src == host", "names are not resolved", "host"),
        ("frame.time > \"yesterday\"", "no date and time", "\"yesterday\""),
        ("sip.Status-Code[0] == 1", "no octets can be taken", "sip.Status-Code"),
        ("len(sip.Method)", "is to be compared", "len(sip.Method)"),
        ("size(sip.Method) == 3", "there is no function size()", "size(sip.Method)"),
        ("sip.resend & 1", "no bits can be taken", "sip.resend"),
        ("\u{e9}\u{e9} == \"\u{e9}\" and", "the filter ends here", ""),
    ] {
        let error = Filter::parse(filter).expect_err(filter);
        assert!(error.to_string().contains(message), "{filter}: {error}");
        let [text, carets] = error.picture();
        let start = carets.chars().take_while(|character| *character == ' ').count();
        let pointed: String = text.chars().skip(start).take(under.chars().count()).collect();
        assert_eq!(pointed, under, "{text}\n{carets}");
        assert_eq!(carets.trim_start().chars().count(), under.chars().count().max(1), "{text}\n{carets}");
    }
}

#[test]
fn a_field_of_yes_and_no_that_stands_alone_is_hinted_at() {
    for (filter, hints) in [("not sip.resend", 1), ("sip.resend and sip.resend", 1), ("sip.resend == 1", 0), ("not sip", 0)] {
        assert_eq!(Filter::parse(filter).expect(filter).hints().len(), hints, "{filter}");
    }
}

#[test]
fn a_pattern_cannot_grow_without_bound() {
    assert!(Filter::parse("sip.Method ~ \"(((a{1000}){1000}){1000})\"").is_err());
    assert!(Filter::parse(&format!("sip.Method ~ \"{}\"", "(".repeat(10_000))).is_err());
}

/// Pieces of which filters consist, in no order.
fn soup() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "sip",
        "sip.Method",
        "ip.addr",
        "udp.port",
        "sip.resend",
        "frame.time",
        "frame.time_epoch",
        "eth.src",
        "INVITE",
        "\"x\"",
        "'a'",
        "302",
        "-1",
        "10.0.0.0/8",
        "10.0.0.1/",
        "::1/64",
        "==",
        "!=",
        "===",
        "!==",
        ">",
        "<=",
        "contains",
        "matches",
        "~",
        "in",
        "{",
        "}",
        "..",
        ",",
        "(",
        ")",
        "and",
        "or",
        "not",
        "!",
        "&",
        "&&",
        "||",
        "any",
        "all",
        "#",
        "#1",
        "[0:2]",
        "[-1]",
        "[",
        "]",
        "len(",
        "max(",
        "count(",
        "\"",
        "\\",
        "r\"(\"",
        "\u{e9}",
        "0x",
    ]);
    prop::collection::vec(words, 0..24).prop_map(|words| words.join(" "))
}

/// Texts that are filters.
fn sound() -> impl Strategy<Value = String> {
    let test = prop::sample::select(vec![
        "sip",
        "sip.Method == INVITE",
        "all sip.Via.branch != \"a\\x00\\\"b\"",
        "sip.Status-Code in {300..399, 180}",
        "sip.Method not in {ACK, \"BYE\"}",
        "udp.port & 0xff == 0xc4",
        "sip.Method[0:2,-1][1-2] == 49:4e",
        "ip.addr#[1,3-4] == 10.0.0.0/8",
        "max(udp.port, 3) >= len(sip.Method)",
        "sip.Method ~ r\"^\\d\"",
        "frame.time < \"2023-11-14\"",
        "sip.Method == 'a'",
    ]);
    test.prop_map(str::to_owned).prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("not ({one})")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(") and ("))),
            prop::collection::vec(inner, 2..4).prop_map(|all| format!("({})", all.join(") || ("))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_filter_panic(text in prop_oneof![soup(), any::<String>()]) {
        match Filter::parse(&text) {
            Ok(filter) => {
                with_row(INVITE, |row| filter.matches(row));
                let _ = filter.hints();
            }
            Err(error) => prop_assert!(error.picture().iter().all(|line| !line.contains(char::is_control))),
        }
    }

    #[test]
    fn a_filter_is_printed_as_a_filter_that_means_the_same(text in sound()) {
        let filter = Filter::parse(&text).expect("a filter");
        let printed = filter.to_string();
        let again = Filter::parse(&printed).expect("what is printed is a filter");
        prop_assert_eq!(again.to_string(), printed);
        for message in [INVITE, MOVED] {
            prop_assert_eq!(with_row(message, |row| filter.matches(row)), with_row(message, |row| again.matches(row)));
        }
    }
}
