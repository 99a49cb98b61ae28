//! Takes text, gives it as the text or the quoted value of an attribute in XML 1.0.
//!
//! Invariant: what is given holds no markup, and no character that XML forbids; `wording::escape` has spelled out what steers an eye.

use super::wording::escape;

/// The text as it may stand in an element, or in a value in quotes, on one line.
pub(super) fn xml(text: &str) -> String {
    markup(&escape(text))
}

/// The same of text that is escaped already, as where it was cut behind that.
pub(super) fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // XML 1.0, 2.2: no document may hold these two, escaped or not; controls were spelled out before.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_of_xml_reads_what_was_written() {
        for text in ["<a b='c'>&amp;\"]]>", "\u{1b}[2J\0\u{fffe}\u{202e}", "sip:bob@example.com", "two\r\nlines", "王 é"] {
            let document = format!("<t v=\"{}\">{}</t>", xml(text), xml(text));
            let document = roxmltree::Document::parse(&document).unwrap();
            let wanted = escape(text).replace('\u{fffe}', "\u{fffd}");
            assert_eq!(document.root_element().text(), Some(wanted.as_str()));
            assert_eq!(document.root_element().attribute("v"), Some(wanted.as_str()));
        }
    }
}
