//! Properties of URIs over generated text.

use proptest::prelude::*;

use super::{Difference, Match, Uri, bare_contact_readings};

/// Text near enough to a URI to get deep into the parser.
fn near_uri() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("sip:"),
        Just("sips:"),
        Just("tel:"),
        Just("urn:service:sos"),
        Just("@"),
        Just(":"),
        Just(";"),
        Just("?"),
        Just("&"),
        Just("="),
        Just("[::1]"),
        Just("["),
        Just("]"),
        Just("192.0.2.1"),
        Just("example.com"),
        Just("5060"),
        Just("%41"),
        Just("%"),
        Just("%40"),
        Just("transport=tcp"),
        Just("maddr"),
        Just("ttl=1"),
        Just("user=phone"),
        Just("lr"),
        Just("to=sip:a%40b"),
        Just("+1-555"),
        Just("a"),
        Just("A"),
        Just("\u{e9}"),
        Just(" "),
        Just("\0"),
        Just("*"),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// URIs that are valid by construction.
fn valid_uri() -> impl Strategy<Value = String> {
    let user = "([a-zA-Z0-9+;,/$-]|%4[0-9a-f]){1,6}(:[a-z]{0,3})?@";
    let host = "(a|B[.]com|example[.]com|192[.]0[.]2[.][0-9]|\\[2001:(db8|DB8)::[0-9a-f]\\])";
    let parameters = "(;transport=(tcp|TCP|udp))?(;a(=[a-z])?)?(;user=phone)?(;maddr=[a-c])?";
    let sip = format!("(sip|SIP|sips):({user})?{host}(:[1-9][0-9]{{0,3}})?{parameters}([?]x=[a-c]?(&to=sip:[a-c]%40b)?)?");
    let tel = "tel:[+]?[0-9][0-9.-]{0,3}(;ext=[0-9])?(;phone-context=[a-c])?";
    let other = "(urn:(service|x):[a-cA-C]{1,3}|http://[a-cA-C]/[a-cA-C]|im:[a-c]@[a-c])";
    proptest::string::string_regex(&format!("({sip}|{tel}|{other})")).expect("the pattern is well-formed")
}

proptest! {
    #[test]
    fn parsing_never_panics_and_keeps_the_text(text in proptest::collection::vec(any::<u8>(), 0..80)) {
        let uri = Uri::parse(&text);
        prop_assert_eq!(uri.as_bytes(), &text[..]);
        let _ = (uri.to_string(), uri.next_hop(), uri.lookup_key(), uri.subscriber(), bare_contact_readings(&text));
    }

    #[test]
    fn what_looks_like_a_uri_is_read_and_compared(one in near_uri(), other in near_uri()) {
        let (one, other) = (Uri::parse(one.as_bytes()), Uri::parse(other.as_bytes()));
        prop_assert!(one.equals(&one));
        prop_assert_eq!(one.equals(&other), other.equals(&one));
        prop_assert!(!one.equals(&other) || one.lookup_key() == other.lookup_key());
        prop_assert_eq!(one.next_hop().is_some(), one.is_usable_target());
        let difference = Difference::between(&one, &other, Some(&one));
        prop_assert_eq!(difference.equals_original, one.equals(&other));
        prop_assert!(difference.grade() != Match::Original, "the original is never nearer than itself");
    }

    #[test]
    fn a_valid_uri_is_written_as_it_was_read(text in valid_uri()) {
        let uri = Uri::parse(text.as_bytes());
        prop_assert_eq!(uri.faults(), &[]);
        prop_assert_eq!(Uri::parse(uri.to_string().as_bytes()), uri);
    }

    #[test]
    fn equality_of_valid_uris_is_reflexive_and_symmetric(one in valid_uri(), other in valid_uri()) {
        let (one, other) = (Uri::parse(one.as_bytes()), Uri::parse(other.as_bytes()));
        prop_assert!(one.equals_at(&one, true), "without the short cut for the same octets");
        prop_assert_eq!(one.equals(&other), other.equals(&one));
        prop_assert!(!one.equals(&other) || one.lookup_key() == other.lookup_key());
    }

    #[test]
    fn a_valid_uri_taken_over_is_exact(text in valid_uri()) {
        let uri = Uri::parse(text.as_bytes());
        prop_assert_eq!(Difference::between(&uri, &uri, None).grade(), Match::Exact);
    }
}
