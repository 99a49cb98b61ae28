//! Takes markup that was written here and values of any kind, gives HTML in which every value is text.
//!
//! Invariant: nothing but `html!` writes to the page, save style and script, which are files of ours. Its markup is a literal of the source, and what fills the braces is escaped, so that nothing
//! from the wire can be an element, an attribute or an entity (HTML Living Standard, 13.1.2).

use std::fmt::{self, Display, Write as _};

use super::super::percent::percent_encoded;
use super::super::xml_escape::xml;

/// Writes markup, each `{}` of it filled with a value as text; in an attribute it must stand in quotes.
macro_rules! html {
    ($out:expr, $markup:literal $(, $value:expr)* $(,)?) => {
        // In `concat!` a name in braces is no value, so no value comes to the page unescaped.
        ::std::write!($out, ::std::concat!($markup) $(, $crate::report::html::markup::Text(&$value))*)
    };
}
pub(super) use html;

/// A value as the text of an element or of an attribute in quotes.
pub(super) struct Text<'a, T: ?Sized>(pub(super) &'a T);

impl<T: Display + ?Sized> Display for Text<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

/// Escapes what is written.
struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(&xml(text))
    }
}

/// The fragment that asks the page for what these filters let through: `#verdict=incorrect&rule=ack-missing`.
pub(super) fn view(filters: &[(&str, &str)]) -> String {
    let filters: Vec<String> = filters.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value, ""))).collect();
    format!("#{}", filters.join("&"))
}

/// How many characters of a value a row or a label shows; the detail has all of them.
const LONGEST: usize = 120;

/// The beginning of a value, for a place that has no room for more.
pub(super) fn beginning(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_value_is_text_wherever_it_stands() {
        let mut out = Vec::new();
        let evil = "\"><script>alert('1')</script>&lt;\u{202e}";
        html!(out, "<a title=\"{}\">{}</a>{}", evil, evil, 7).unwrap();
        let text = String::from_utf8(out).unwrap();
        let escaped = "&quot;&gt;&lt;script&gt;alert(&apos;1&apos;)&lt;/script&gt;&amp;lt;\\u{202e}";
        assert_eq!(text, format!("<a title=\"{escaped}\">{escaped}</a>7"));
    }

    #[test]
    fn a_view_holds_its_filters_apart() {
        assert_eq!(view(&[("client", "a b&rule=c"), ("verdict", "correct")]), "#client=a%20b%26rule%3Dc&verdict=correct");
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(beginning("sip:bob@example.com"), "sip:bob@example.com");
        assert_eq!(beginning(&"é".repeat(500)).chars().count(), LONGEST + 1);
    }
}
