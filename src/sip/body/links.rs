//! Takes text, gives the URIs that stand in it.
//!
//! A URI is taken only where its scheme is a whole word and the rest is well-formed, so that prose stays prose. The number and the
//! length of URIs are bounded.

use super::fault::BodyFault;
use crate::sip::uri::{Scheme, Uri};

/// How many URIs of one body are kept.
pub const MAX_URIS: usize = 64;

/// How long a URI in a body may be, in octets.
pub const MAX_URI_LENGTH: usize = 1024;

/// The schemes that are looked for.
const SCHEMES: [&[u8]; 10] = [b"sip", b"sips", b"tel", b"im", b"pres", b"xmpp", b"mailto", b"http", b"https", b"urn"];

/// The URIs found so far.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// In the order of the text, each once.
    pub(super) uris: Vec<Uri>,
}

impl Links {
    /// Adds the URIs in `text`, which is decoded already.
    pub(super) fn find(&mut self, text: &[u8], faults: &mut Vec<BodyFault>) {
        let mut read = 0;
        for colon in memchr::memchr_iter(b':', text) {
            let Some(start) = scheme_start(text, colon).filter(|&start| start >= read) else { continue };
            let candidate = text.get(start..).unwrap_or_default();
            let Some(end) = candidate_end(candidate, text.get(..start).and_then(<[u8]>::last).copied()) else {
                faults.push(BodyFault::UriTooLong);
                continue;
            };
            let candidate = trimmed(candidate.get(..end).unwrap_or_default());
            let Some(uri) = accepted(candidate) else { continue };
            read = start.saturating_add(uri.as_bytes().len());
            if !self.uris.iter().any(|known| known == &uri) {
                if self.uris.len() >= MAX_URIS {
                    faults.push(BodyFault::TooManyUris);
                    return;
                }
                self.uris.push(uri);
            }
        }
    }
}

/// Where the scheme begins that ends before `colon`; none where the word is no scheme that is looked for.
fn scheme_start(text: &[u8], colon: usize) -> Option<usize> {
    let before = text.get(..colon)?;
    let is_part_of_word = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.' | b'_');
    let start = before.iter().rposition(|octet| !is_part_of_word(octet)).map_or(0, |at| at.saturating_add(1));
    is_scheme(before.get(start..)?).then_some(start)
}

/// Whether `word` is a scheme that is looked for, in any case.
fn is_scheme(word: &[u8]) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Where the URI at the start of `text` ends; none where it is longer than is read. `before` is the octet ahead of it.
fn candidate_end(text: &[u8], before: Option<u8>) -> Option<usize> {
    let ends = |octet: u8| {
        !octet.is_ascii_graphic()
            || matches!(octet, b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'`')
            // An apostrophe may stand in a URI, but not in one that is set in apostrophes.
            || octet == b'\'' && before == Some(b'\'')
    };
    let end = text.iter().take(MAX_URI_LENGTH.saturating_add(1)).position(|&octet| ends(octet)).unwrap_or(text.len());
    if end > MAX_URI_LENGTH {
        return None;
    }
    // A list: "sip:a@b,sip:c@d".
    let next_in_list = text.get(..end)?.iter().enumerate().position(|(at, &octet)| {
        matches!(octet, b',' | b';') && {
            let next = text.get(at.saturating_add(1)..end).unwrap_or_default();
            let word = next.iter().take("mailto:".len()).position(|&octet| octet == b':').and_then(|colon| next.get(..colon));
            word.is_some_and(is_scheme)
        }
    });
    Some(next_in_list.unwrap_or(end))
}

/// Takes the punctuation of the sentence off the end of a URI: stops, commas, and brackets that were not opened in it.
fn trimmed(mut uri: &[u8]) -> &[u8] {
    let count = |text: &[u8], mark: u8| memchr::memchr_iter(mark, text).count();
    let (mut round, mut square) = (count(uri, b')').saturating_sub(count(uri, b'(')), count(uri, b']').saturating_sub(count(uri, b'[')));
    while let Some((&last, rest)) = uri.split_last() {
        match last {
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' => {}
            b')' if round > 0 => round = round.saturating_sub(1),
            b']' if square > 0 => square = square.saturating_sub(1),
            _ => break,
        }
        uri = rest;
    }
    uri
}

/// The URI, where it is one; a spoilt one is tried again up to its first comma.
fn accepted(text: &[u8]) -> Option<Uri> {
    let whole = Uri::parse(text);
    if is_address(&whole) {
        return Some(whole);
    }
    let comma = memchr::memchr(b',', text)?;
    Some(Uri::parse(trimmed(text.get(..comma)?))).filter(is_address)
}

/// Whether a URI can be meant as one: prose such as "sip:the protocol" or "Tel: none" is not.
fn is_address(uri: &Uri) -> bool {
    let rest = uri.opaque().unwrap_or_default();
    let holds = |marks: &[u8]| uri.as_bytes().iter().any(|octet| marks.contains(octet));
    match uri.scheme() {
        Scheme::Sip | Scheme::Sips => uri.is_valid() && holds(b"@.["),
        Scheme::Tel => uri.is_valid() && uri.subscriber().is_some_and(|number| number.is_dialled()),
        Scheme::Urn => uri.is_valid(),
        // A fragment makes a reference of a URI (RFC 3986, 4.1), and links on web pages have them.
        Scheme::Other if rest.starts_with(b"//") => rest.get(2).is_some_and(|first| first.is_ascii_alphanumeric() || *first == b'['),
        Scheme::Other => uri.is_valid() && holds(b"@.") && !uri.scheme_text().to_ascii_lowercase().starts_with(b"http"),
        Scheme::Missing => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyFault, Links, MAX_URI_LENGTH, MAX_URIS};

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let (mut links, mut faults) = (Links::default(), Vec::new());
        links.find(text.as_bytes(), &mut faults);
        let found: Vec<String> = links.uris.iter().map(ToString::to_string).collect();
        assert_eq!((found.as_slice(), faults.as_slice()), (expected.map_owned().as_slice(), &[][..]), "{text}");
    }

    /// Owned copies of the expected texts.
    trait MapOwned {
        fn map_owned(&self) -> Vec<String>;
    }

    impl MapOwned for &[&str] {
        fn map_owned(&self) -> Vec<String> {
            self.iter().map(|&text| text.to_owned()).collect()
        }
    }

    #[test]
    fn uris_of_every_scheme_are_found_in_prose() {
        check(
            "Try SIP:bob@example.com, sips:bob@example.com;transport=tcp or call tel:+1-201-555-0123.",
            &["SIP:bob@example.com", "sips:bob@example.com;transport=tcp", "tel:+1-201-555-0123"],
        );
        check(
            "im:a@b.c pres:a@b.c xmpp:a@b.c mailto:a@b.c http://b.c/x#y https://b.c urn:service:sos",
            &["im:a@b.c", "pres:a@b.c", "xmpp:a@b.c", "mailto:a@b.c", "http://b.c/x#y", "https://b.c", "urn:service:sos"],
        );
    }

    #[test]
    fn punctuation_around_a_uri_is_none_of_it() {
        for text in [
            "<sip:a@b.c>",
            "(sip:a@b.c)",
            "\"sip:a@b.c\"",
            "'sip:a@b.c'",
            "sip:a@b.c.",
            "sip:a@b.c!?",
            "sip:a@b.c).",
            "Contact:sip:a@b.c",
            "[sip:a@b.c]",
            "sip:a@b.c,or",
            "\u{8bf7}sip:a@b.c\u{3002}",
        ] {
            check(text, &["sip:a@b.c"]);
        }
        check("(http://b.c/x_(y))", &["http://b.c/x_(y)"]);
        check("sip:a@[2001:db8::1]", &["sip:a@[2001:db8::1]"]);
    }

    #[test]
    fn a_list_without_blanks_is_taken_apart() {
        check("sip:a@b.c,sip:d@e.f;tel:+1", &["sip:a@b.c", "sip:d@e.f", "tel:+1"]);
        check("sip:a,b@c.d", &["sip:a,b@c.d"]);
    }

    #[test]
    fn words_that_end_like_a_scheme_are_none() {
        for text in [
            "gossip:bob@example.com",
            "x-sip:a@b.c",
            "Tel: 555",
            "sip: a@b.c",
            "the sip:protocol",
            "tel:fade",
            "http:x.y",
            "http://",
            "sip:alice@@@:port",
            "mailto:nobody",
            "urn:x",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn the_same_uri_is_kept_once() {
        check("sip:a@b.c sip:a@b.c", &["sip:a@b.c"]);
    }

    #[test]
    fn a_uri_inside_another_is_no_offer_of_its_own() {
        check("http://b.c/call?to=sip:a@b.c", &["http://b.c/call?to=sip:a@b.c"]);
    }

    #[test]
    fn number_and_length_are_bounded() {
        let (mut links, mut faults) = (Links::default(), Vec::new());
        let many: String = (0..1000).map(|index| format!("sip:{index}@b.c ")).collect();
        links.find(many.as_bytes(), &mut faults);
        assert_eq!((links.uris.len(), faults.as_slice()), (MAX_URIS, &[BodyFault::TooManyUris][..]));

        let (mut links, mut faults) = (Links::default(), Vec::new());
        links.find(format!("sip:{}@b.c", "a".repeat(MAX_URI_LENGTH)).as_bytes(), &mut faults);
        assert_eq!((links.uris.len(), faults.as_slice()), (0, &[BodyFault::UriTooLong][..]));
    }
}
