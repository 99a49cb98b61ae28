//! Takes bodies that are text of some kind, gives the URIs in them and the prose for the user.
//!
//! Only what is meant as a link or stands in the text is offered: not the namespaces of XML, the style sheets of HTML, or the From of a
//! SIP message. RFC 3261, 21.3.5 leaves the format open.

use super::fault::BodyFault;
use super::links::Links;
use super::markup::{Markup, Token, attributes, decoded, local_name};

/// The text in one line: every run of blanks and controls made one blank, none around it, up to `bound` characters.
pub(super) fn on_one_line(text: &[u8], bound: usize) -> String {
    let text = String::from_utf8_lossy(text);
    let is_blank = |letter: char| letter.is_whitespace() || letter.is_control();
    let mut line = String::new();
    let mut left = bound;
    for word in text.split(is_blank).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
            left = left.saturating_sub(1);
        }
        let before = line.len();
        line.extend(word.chars().take(left));
        left = left.saturating_sub(line.get(before..).unwrap_or_default().chars().count());
        if left == 0 {
            break;
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Reads HTML: the targets of links and the URIs in the text; gives the text.
pub(super) fn read_html(document: &[u8], links: &mut Links, faults: &mut Vec<BodyFault>) -> Vec<u8> {
    let mut prose = Vec::new();
    // Text in these elements is not shown.
    let mut hidden: Option<Vec<u8>> = None;
    for token in Markup::of(document) {
        match token {
            Token::Open { name, attributes: text, closed } => {
                if hidden.is_none() && !closed && [&b"script"[..], b"style", b"title"].iter().any(|own| name.eq_ignore_ascii_case(own)) {
                    hidden = Some(name.to_vec());
                }
                // "<sip:bob@example.com>" in a page is no tag, but prose whose author forgot to escape it.
                links.find(name, faults);
                if let Some(link) = link_of(name, text) {
                    attributes(text)
                        .filter(|(name, _)| name.eq_ignore_ascii_case(link))
                        .for_each(|(_, value)| links.find(&decoded(value), faults));
                }
                prose.push(b' ');
            }
            Token::Close { name } => {
                if hidden.as_ref().is_some_and(|open| open.eq_ignore_ascii_case(name)) {
                    hidden = None;
                }
                prose.push(b' ');
            }
            Token::Text(text) | Token::Verbatim(text) if hidden.is_none() => {
                let text = decoded(text);
                links.find(&text, faults);
                prose.extend_from_slice(&text);
            }
            Token::Text(_) | Token::Verbatim(_) | Token::Doctype => {}
        }
    }
    prose
}

/// The attribute of an element of HTML in which its link stands, where it is one: also of a page that leads on by itself,
/// `<meta http-equiv="refresh" content="0; url=sip:desk@example.com">`.
fn link_of(element: &[u8], text: &[u8]) -> Option<&'static [u8]> {
    let is = |name: &[u8]| element.eq_ignore_ascii_case(name);
    let leads_on = |(name, value): (&[u8], &[u8])| name.eq_ignore_ascii_case(b"http-equiv") && value.eq_ignore_ascii_case(b"refresh");
    if is(b"a") || is(b"area") {
        return Some(b"href");
    }
    (is(b"meta") && attributes(text).any(leads_on)).then_some(b"content")
}

/// Reads XML of any kind: the URIs in its text and in its attributes, except those that name schemas.
pub(super) fn read_xml(document: &[u8], links: &mut Links, faults: &mut Vec<BodyFault>) {
    for token in Markup::of(document) {
        match token {
            Token::Open { attributes: text, .. } => {
                let is_schema = |name: &[u8]| {
                    name.starts_with(b"xmlns") || [&b"schemaLocation"[..], b"noNamespaceSchemaLocation"].contains(&local_name(name))
                };
                attributes(text).filter(|(name, _)| !is_schema(name)).for_each(|(_, value)| links.find(&decoded(value), faults));
            }
            Token::Text(text) => links.find(&decoded(text), faults),
            Token::Verbatim(text) => links.find(text, faults),
            Token::Close { .. } | Token::Doctype => {}
        }
    }
}

/// Reads a SIP message or a fragment of one: the URIs of its request line, Contact and Refer-To.
pub(super) fn read_sip(message: &[u8], links: &mut Links, faults: &mut Vec<BodyFault>) {
    let mut wanted = false;
    for (index, line) in message.split(|&octet| octet == b'\n').enumerate() {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            break;
        }
        let is_folded = line.first().is_some_and(u8::is_ascii_whitespace);
        let words: Vec<&[u8]> = line.split(|&octet| octet == b' ').take(3).collect();
        if let (0, [_, target, version]) = (index, words.as_slice())
            && version.starts_with(b"SIP/")
        {
            links.find(target, faults);
            continue;
        }
        if !is_folded {
            let name = line.split(|&octet| octet == b':').next().unwrap_or_default().trim_ascii_end();
            wanted = [&b"contact"[..], b"m", b"refer-to", b"r"].iter().any(|own| name.eq_ignore_ascii_case(own));
        }
        if wanted {
            links.find(line, faults);
        }
    }
}

/// The kinds of media that a session description offers (`audio`, `message`, ...), up to `bound` of them (RFC 4566, 5.14).
pub(super) fn offered_media(description: &[u8], bound: usize) -> Vec<String> {
    let mut media = Vec::new();
    for line in description.split(|&octet| octet == b'\n') {
        let Some(line) = line.strip_prefix(b"m=") else { continue };
        let mut words = line.split(|&octet| octet == b' ');
        let (Some(kind), Some(port)) = (words.next(), words.next()) else { continue };
        // Port 0: the stream is refused.
        if port != b"0" && media.len() < bound {
            media.push(on_one_line(kind, 32));
        }
    }
    media
}

#[cfg(test)]
mod tests {
    use super::{offered_media, on_one_line};

    #[test]
    fn blanks_and_controls_become_one_blank() {
        assert_eq!(on_one_line(b" a\r\n\tb\x1b[1m \xff ", 100), "a b [1m \u{fffd}");
        assert_eq!(on_one_line(b"abc def", 5), "abc d");
        assert_eq!(on_one_line(b"abc def", 4), "abc");
        assert_eq!(on_one_line("\u{e9}\u{e9}\u{e9}".as_bytes(), 2), "\u{e9}\u{e9}");
        assert_eq!(on_one_line(b"", 5), "");
    }

    #[test]
    fn refused_streams_are_no_offer() {
        assert_eq!(offered_media(b"v=0\r\nm=audio 0 RTP/AVP 0\r\nm=message 2855 TCP/MSRP *\r\n", 9), ["message"]);
    }
}
