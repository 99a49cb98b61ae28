//! Takes XML or HTML, gives its tags and text one after the other, however broken it is.
//!
//! Comments and processing instructions are left out. A tag that never ends is the last token, so every octet is looked at a bounded
//! number of times. References to entities are decoded by [`decoded`], and only those that need no declaration.

use memchr::memmem;

/// One piece of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `<name attributes>` or `<name attributes/>`
    Open {
        /// The name with its prefix.
        name: &'a [u8],
        /// What stands between the name and the end of the tag.
        attributes: &'a [u8],
        /// Whether the tag closes itself.
        closed: bool,
    },
    /// `</name>`
    Close {
        /// The name with its prefix.
        name: &'a [u8],
    },
    /// Text with its references as written.
    Text(&'a [u8]),
    /// Text that holds no references.
    Verbatim(&'a [u8]),
    /// `<!DOCTYPE ...>`
    Doctype,
}

/// The tokens of a document.
#[derive(Debug, Clone)]
pub(super) struct Markup<'a> {
    rest: &'a [u8],
}

impl<'a> Markup<'a> {
    /// Takes a document.
    pub(super) const fn of(document: &'a [u8]) -> Self {
        Self { rest: document }
    }

    /// Takes `start`, and all up to and with `end`, off the rest; all of the rest where there is no `end`.
    fn take_through(&mut self, start: &[u8], end: &[u8]) -> &'a [u8] {
        let inner = self.rest.get(start.len()..).unwrap_or_default();
        let (inner, rest) = match memmem::find(inner, end).and_then(|at| inner.split_at_checked(at)) {
            Some((inner, behind)) => (inner, behind.get(end.len()..).unwrap_or_default()),
            None => (inner, &[][..]),
        };
        self.rest = rest;
        inner
    }

    /// Takes a tag off the rest, without its angle brackets.
    fn take_tag(&mut self) -> &'a [u8] {
        let inner = self.rest.get(1..).unwrap_or_default();
        let end = tag_end(inner).or_else(|| memchr::memchr(b'>', inner)).unwrap_or(inner.len());
        let (tag, behind) = inner.split_at_checked(end).unwrap_or((inner, &[]));
        self.rest = behind.get(1..).unwrap_or_default();
        tag
    }

    /// Takes the text up to the next `<` that begins something off the rest.
    fn take_text(&mut self) -> &'a [u8] {
        let mut end = 0;
        loop {
            let behind = self.rest.get(end..).unwrap_or_default();
            let Some(at) = memchr::memchr(b'<', behind) else {
                end = self.rest.len();
                break;
            };
            end = end.saturating_add(at);
            if begins_markup(behind.get(at..).unwrap_or_default()) {
                break;
            }
            end = end.saturating_add(1);
        }
        let (text, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        self.rest = rest;
        text
    }
}

impl<'a> Iterator for Markup<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.rest.is_empty() {
            if !begins_markup(self.rest) {
                return Some(Token::Text(self.take_text()));
            }
            if self.rest.starts_with(b"<!--") {
                self.take_through(b"<!--", b"-->");
            } else if self.rest.starts_with(b"<![CDATA[") {
                return Some(Token::Verbatim(self.take_through(b"<![CDATA[", b"]]>")));
            } else if self.rest.starts_with(b"<?") {
                self.take_through(b"<?", b">");
            } else if self.rest.starts_with(b"<!") {
                return Some(self.take_doctype());
            } else {
                return Some(tag(self.take_tag()));
            }
        }
        None
    }
}

impl Markup<'_> {
    /// Takes a declaration off the rest, with the subset between brackets where it has one.
    fn take_doctype(&mut self) -> Token<'static> {
        let bracket = memchr::memchr2(b'[', b'>', self.rest).and_then(|at| self.rest.get(at));
        self.take_through(b"<!", if bracket == Some(&b'[') { b"]>" } else { b">" });
        Token::Doctype
    }
}

/// Whether `text` begins with a tag, a comment, a declaration or an instruction; a name may begin with a digit, since `3gpp-ims` does.
fn begins_markup(text: &[u8]) -> bool {
    match text {
        // A "<" at the very end is a tag that was cut.
        [b'<'] | [b'<', b'/' | b'!' | b'?', ..] => true,
        [b'<', first, ..] => first.is_ascii_alphanumeric() || matches!(first, b'_' | b':'),
        _ => false,
    }
}

/// Where the `>` stands that ends a tag, quoted ones skipped; none where a quote stays open.
fn tag_end(inner: &[u8]) -> Option<usize> {
    let mut quote = None;
    inner.iter().position(|&octet| {
        match quote {
            Some(open) if open == octet => quote = None,
            None if matches!(octet, b'"' | b'\'') => quote = Some(octet),
            _ => return octet == b'>' && quote.is_none(),
        }
        false
    })
}

/// Takes what stands between the angle brackets of a tag apart.
fn tag(inner: &[u8]) -> Token<'_> {
    let is_end_of_name = |octet: &u8| octet.is_ascii_whitespace() || *octet == b'/';
    let split = |text: &'_ [u8]| text.iter().position(is_end_of_name).unwrap_or(text.len());
    if let Some(closing) = inner.strip_prefix(b"/") {
        return Token::Close { name: closing.get(..split(closing)).unwrap_or_default() };
    }
    let (inner, closed) = inner.strip_suffix(b"/").map_or((inner, false), |inner| (inner, true));
    let (name, attributes) = inner.split_at_checked(split(inner)).unwrap_or((inner, &[]));
    Token::Open { name, attributes, closed }
}

/// The attributes of a tag: name with prefix, and value with its references as written.
pub(super) fn attributes(mut text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        loop {
            text = text.trim_ascii_start();
            let (&first, behind) = text.split_first()?;
            if matches!(first, b'=' | b'"' | b'\'' | b'/') {
                text = behind;
                continue;
            }
            let name_length = text.iter().position(|octet| octet.is_ascii_whitespace() || *octet == b'=').unwrap_or(text.len());
            let (name, behind) = text.split_at_checked(name_length)?;
            let Some(value) = behind.trim_ascii_start().strip_prefix(b"=") else {
                text = behind;
                return Some((name, &[][..]));
            };
            let (value, behind) = attribute_value(value.trim_ascii_start());
            text = behind;
            return Some((name, value));
        }
    })
}

/// Reads the value of an attribute, quoted or not, gives it and what follows.
fn attribute_value(text: &[u8]) -> (&[u8], &[u8]) {
    let (inner, end) = match text.split_first() {
        Some((&quote @ (b'"' | b'\''), inner)) => (inner, memchr::memchr(quote, inner)),
        _ => (text, text.iter().position(u8::is_ascii_whitespace)),
    };
    inner.split_at_checked(end.unwrap_or(inner.len())).unwrap_or((inner, &[]))
}

/// The name without its prefix.
pub(super) fn local_name(name: &[u8]) -> &[u8] {
    memchr::memrchr(b':', name).and_then(|at| name.get(at.saturating_add(1)..)).unwrap_or(name)
}

/// The longest reference that is decoded, in octets after `&`: `#x10ffff;`.
const MAX_REFERENCE: usize = 9;

/// Decodes references to characters and to the entities that XML and HTML share; all others stay as written.
pub(super) fn decoded(mut text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    while let Some(at) = memchr::memchr(b'&', text) {
        let (before, reference) = text.split_at_checked(at).unwrap_or((text, &[]));
        plain.extend_from_slice(before);
        let name = reference.get(1..).unwrap_or_default();
        let end = name.iter().take(MAX_REFERENCE).position(|&octet| octet == b';');
        let letter = end.and_then(|end| name.get(..end)).and_then(referred);
        if let (Some(letter), Some(end)) = (letter, end) {
            plain.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            text = name.get(end.saturating_add(1)..).unwrap_or_default();
        } else {
            plain.push(b'&');
            text = name;
        }
    }
    plain.extend_from_slice(text);
    plain
}

/// The character that a reference names.
fn referred(name: &[u8]) -> Option<char> {
    match name {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        b"nbsp" => Some(' '),
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?),
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Markup, Token, attributes, decoded};

    fn shown(document: &str) -> Vec<String> {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        Markup::of(document.as_bytes())
            .map(|token| match token {
                Token::Open { name, attributes, closed } => {
                    format!("+{}|{}|{closed}", text(name), text(attributes))
                }
                Token::Close { name } => format!("-{}", text(name)),
                Token::Text(octets) => format!("\"{}", text(octets)),
                Token::Verbatim(octets) => format!("!{}", text(octets)),
                Token::Doctype => "doctype".to_owned(),
            })
            .collect()
    }

    #[test]
    fn tags_and_text_come_in_order() {
        assert_eq!(
            shown("<?xml version='1.0'?><a x=\">\"><!-- <b> --><b/>1 < 2<![CDATA[<c>]]></a >"),
            ["+a| x=\">\"|false", "+b||true", "\"1 < 2", "!<c>", "-a"]
        );
        assert_eq!(shown("<!DOCTYPE a [<!ENTITY b \"c\">]><a>"), ["doctype", "+a||false"]);
    }

    #[test]
    fn a_cut_document_ends_with_what_is_there() {
        assert_eq!(shown("<a>text"), ["+a||false", "\"text"]);
        assert_eq!(shown("<a b=\"c"), ["+a| b=\"c|false"]);
        assert_eq!(shown("<a \"><b>"), ["+a| \"|false", "+b||false"]);
        assert_eq!(shown("x<"), ["\"x", "+||false"]);
        assert_eq!(shown("<!-- a"), Vec::<String>::new());
        assert_eq!(shown("</"), ["-"]);
    }

    #[test]
    fn attributes_are_read_in_any_quotes() {
        let read = |text: &'static str| attributes(text.as_bytes()).collect::<Vec<_>>();
        assert_eq!(read(" a=\"1\" b = '2' c d=3"), [(&b"a"[..], &b"1"[..]), (b"b", b"2"), (b"c", b""), (b"d", b"3")]);
        assert_eq!(read("= \" a=\"x"), [(&b"a"[..], &b"x"[..])]);
    }

    #[test]
    fn references_without_a_declaration_are_decoded() {
        assert_eq!(decoded(b"a&amp;b&lt;&#64;&#x40;&unknown;&"), b"a&b<@@&unknown;&");
        assert_eq!(decoded(b"&#xD800;&#99999999999;&#;"), b"&#xD800;&#99999999999;&#;");
    }
}
