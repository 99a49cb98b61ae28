//! Takes a size, gives a capture of so many messages that each are as hard to read as a datagram can be.
//!
//! Invariant: a message costs work in proportion to its octets, whatever stands in them.

use super::pile::{CLIENT, Pile, SERVER, Text, invite};

/// Octets that fill a datagram.
const FULL: usize = 60_000;

/// So many redirects whose 3xx has `more` among its fields, and `body`.
fn redirects(size: u64, more: &str, body: &str) -> Vec<u8> {
    let mut pile = Pile::new(1_000);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &invite(number).request("sip:bob@192.0.2.20"));
        pile.udp(SERVER, CLIENT, &Text { more, body, ..invite(number) }.response(380));
    }
    pile.done()
}

fn filled(part: &str) -> String {
    part.repeat(FULL / part.len())
}

pub(super) fn vias(size: u64) -> Vec<u8> {
    redirects(size, &filled("v:a\r\n"), "")
}

pub(super) fn vias_of_one_field(size: u64) -> Vec<u8> {
    redirects(size, &format!("Via: {}\r\n", filled("a,")), "")
}

pub(super) fn contacts(size: u64) -> Vec<u8> {
    redirects(size, &filled("m:sip:a\r\n"), "")
}

pub(super) fn contacts_of_one_field(size: u64) -> Vec<u8> {
    redirects(size, &format!("Contact: {}\r\n", filled("<sip:a>,")), "")
}

pub(super) fn quotation_marks(size: u64) -> Vec<u8> {
    redirects(size, &format!("Contact: {}\r\n", filled("\"\\\"")), "")
}

pub(super) fn open_quotation_marks(size: u64) -> Vec<u8> {
    redirects(size, &filled("m:\",\"\r\n"), "")
}

pub(super) fn parameters(size: u64) -> Vec<u8> {
    redirects(size, &format!("Contact: <sip:bob@198.51.100.30>{}\r\n", filled(";a")), "")
}

pub(super) fn folds(size: u64) -> Vec<u8> {
    redirects(size, &format!("Contact: a{}\r\n", filled("\r\n ,")), "")
}

pub(super) fn fields(size: u64) -> Vec<u8> {
    redirects(size, &filled("a:\r\n"), "")
}

pub(super) fn comments(size: u64) -> Vec<u8> {
    redirects(size, &format!("User-Agent: {}\r\n", filled("(")), "")
}

pub(super) fn elements(size: u64) -> Vec<u8> {
    let body = format!("<ims-3gpp version=\"1\"><alternative-service>{}</alternative-service></ims-3gpp>", filled("<a/>"));
    redirects(size, "Content-Type: application/3gpp-ims+xml\r\n", &body)
}

pub(super) fn nested_elements(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: application/3gpp-ims+xml\r\n", &filled("<a>"))
}

pub(super) fn attributes(size: u64) -> Vec<u8> {
    let all: String = (0..FULL / 10).map(|number| format!(" a{number}=\"\"")).collect();
    redirects(size, "Content-Type: application/3gpp-ims+xml\r\n", &format!("<ims-3gpp {all}/>"))
}

pub(super) fn namespaces(size: u64) -> Vec<u8> {
    let all: String = (0..FULL / 40).map(|number| format!(" xmlns:a{number}=\"b{number}\"")).collect();
    redirects(size, "Content-Type: application/3gpp-ims+xml\r\n", &format!("<ims-3gpp {all}>{}</ims-3gpp>", "<a/>".repeat(2_000)))
}

pub(super) fn parts(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: multipart/mixed;boundary=b\r\n", &filled("--b\r\n\r\n"))
}

pub(super) fn nested_parts(size: u64) -> Vec<u8> {
    let nested: String =
        (0..900).map(|depth| format!("--b{depth}\r\nContent-Type: multipart/mixed;boundary=b{}\r\n\r\n", depth + 1)).collect();
    redirects(size, "Content-Type: multipart/mixed;boundary=b0\r\n", &nested)
}

pub(super) fn almost_parts(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: multipart/mixed;boundary=--------------------b\r\n", &filled("-"))
}

pub(super) fn open_tags(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: text/html\r\n", &filled("<a "))
}

pub(super) fn open_comments(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: text/html\r\n", &filled("<!--"))
}

pub(super) fn open_scripts(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: text/html\r\n", &filled("<script>"))
}

pub(super) fn links(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: text/html\r\n", &filled("<a href=sip:a>"))
}

pub(super) fn references(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: text/html\r\n", &filled("&"))
}

pub(super) fn uris_of_text(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: text/plain\r\n", &filled("sip:"))
}

pub(super) fn lists_of_uris(size: u64) -> Vec<u8> {
    redirects(size, "Content-Type: text/uri-list\r\n", &filled("sip:a\r\n"))
}
