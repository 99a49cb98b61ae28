//! Takes XML or HTML, puts pseudonyms in its text and in the values of its attributes.
//!
//! Invariant: tags, names of attributes, entities, comments' marks and what names schemas stay, so that the document is read as before; so does what the network asks
//! of a handset (3GPP TS 24.229, 7.6).

use super::message::Redactor;

/// The elements of which the text says what is to be done, and not to whom.
const PLAIN: [&[u8]; 8] = [b"type", b"action", b"basic", b"method", b"status", b"state", b"style", b"script"];

impl Redactor {
    /// A document of tags and text.
    pub(super) fn markup(&self, document: &mut [u8]) {
        let mut rest = document;
        // Whether the element that was opened last says nothing of persons.
        let mut is_plain = false;
        while !rest.is_empty() {
            let text_len = rest.iter().position(|octet| *octet == b'<').unwrap_or(rest.len());
            let (text, behind) = std::mem::take(&mut rest).split_at_mut(text_len);
            if !is_plain {
                self.with_entities(text);
            }
            let tag_len = tag_len(behind);
            let (tag, behind) = behind.split_at_mut(tag_len);
            rest = behind;
            is_plain = self.tag(tag);
        }
    }

    /// A tag, or what else stands in angle brackets; says whether the text behind it says nothing of persons.
    fn tag(&self, tag: &mut [u8]) -> bool {
        let inside = tag.get_mut(1..).unwrap_or_default();
        for mark in [&b"![CDATA["[..], b"!--"] {
            if inside.starts_with(mark) {
                self.prose(inside.get_mut(mark.len()..).unwrap_or_default());
                return false;
            }
        }
        if inside.first().is_none_or(|octet| matches!(octet, b'/' | b'?' | b'!')) {
            return false;
        }
        let name_len = inside.iter().position(|octet| octet.is_ascii_whitespace() || matches!(octet, b'/' | b'>')).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at_mut(name_len);
        // "<sip:bob@example.com>" is no tag, but a URI that nobody escaped.
        if name.contains(&b'@') || name.starts_with(b"tel:") {
            self.prose(name);
            self.prose(attributes);
            return false;
        }
        self.attributes(attributes);
        let local = name.rsplit(|octet| *octet == b':').next().unwrap_or_default();
        PLAIN.iter().any(|plain| local.eq_ignore_ascii_case(plain))
    }

    /// The attributes of a tag: `entity="sip:bob@host"`.
    fn attributes(&self, attributes: &mut [u8]) {
        let mut rest = attributes;
        while let Some(equals) = rest.iter().position(|octet| *octet == b'=') {
            let (name, value) = std::mem::take(&mut rest).split_at_mut(equals);
            let name = name.trim_ascii().rsplit(u8::is_ascii_whitespace).next().unwrap_or_default().to_ascii_lowercase();
            let value = value.get_mut(1..).unwrap_or_default();
            let blanks = value.iter().take_while(|octet| octet.is_ascii_whitespace()).count();
            let value = value.get_mut(blanks..).unwrap_or_default();
            let (begin, end) = match value.first().copied() {
                Some(quote @ (b'"' | b'\'')) => {
                    (1, value.iter().skip(1).position(|octet| *octet == quote).map_or(value.len(), |at| at + 1))
                }
                _ => (0, value.iter().position(|octet| octet.is_ascii_whitespace() || *octet == b'>').unwrap_or(value.len())),
            };
            let (content, behind) = value.split_at_mut(end);
            let is_plain = name.starts_with(b"xmlns") || name.ends_with(b"schemalocation") || PLAIN_ATTRIBUTES.contains(&name.as_slice());
            if !is_plain {
                self.with_entities(content.get_mut(begin..).unwrap_or_default());
            }
            rest = behind.get_mut(begin..).unwrap_or_default();
        }
    }

    /// Text in which entities stand: `&amp;`.
    fn with_entities(&self, text: &mut [u8]) {
        for piece in text.split_mut(|octet| *octet == b'&') {
            let len = piece.iter().position(|octet| *octet == b';').filter(|len| *len <= MAX_ENTITY);
            let is_entity = |name: &[u8]| !name.is_empty() && name.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'#');
            let begin = len.filter(|len| piece.get(..*len).is_some_and(is_entity)).unwrap_or_default();
            self.prose(piece.get_mut(begin..).unwrap_or_default());
        }
    }
}

/// The longest name of an entity, in octets.
const MAX_ENTITY: usize = 8;

/// The attributes of which the value says what the document is.
const PLAIN_ATTRIBUTES: [&[u8]; 9] =
    [b"version", b"encoding", b"type", b"http-equiv", b"state", b"event", b"srsname", b"style", b"standalone"];

/// How long what stands in angle brackets is, with which `text` begins.
fn tag_len(text: &[u8]) -> usize {
    let end_at = |mark: &[u8]| memchr::memmem::find(text, mark).map_or(text.len(), |at| at + mark.len());
    if text.starts_with(b"<!--") {
        end_at(b"-->")
    } else if text.starts_with(b"<![CDATA[") {
        end_at(b"]]>")
    } else {
        end_at(b">")
    }
}
