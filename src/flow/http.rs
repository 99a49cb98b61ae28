//! Takes the octets that a stream begins with, gives the host that a request of plain HTTP is for.
//!
//! Invariant: what is no such request costs a look at its first octets. RFC 9112, 3; RFC 9110, 7.2.

use memchr::memchr;

/// How far the Host field is looked for; a browser sends it first.
const HEAD_MAX: usize = 2 << 10;
/// The longest host that is kept: a name of DNS and a port.
const HOST_MAX: usize = 262;

/// The host that the request names in its Host field, without the port, as far as the octets hold it.
pub(super) fn host(bytes: &[u8]) -> Option<&[u8]> {
    if !matches!(bytes.first_chunk(), Some(b"GET " | b"HEAD" | b"POST")) {
        return None;
    }
    let mut rest = bytes.get(..HEAD_MAX).unwrap_or(bytes);
    let mut is_first = true;
    while let Some(end) = memchr(b'\n', rest) {
        let (line, below) = rest.split_at_checked(end)?;
        let line = line.trim_ascii_end();
        if line.is_empty() || (is_first && !is_request_line(line)) {
            return None;
        }
        if let Some((name, value)) = line.split_at_checked(b"host:".len())
            && name.eq_ignore_ascii_case(b"host:")
        {
            return Some(without_port(value.trim_ascii())).filter(|host| !host.is_empty() && host.len() <= HOST_MAX);
        }
        (rest, is_first) = (below.get(1..)?, false);
    }
    None
}

/// Whether a line is the first one of a request of HTTP/1.
fn is_request_line(line: &[u8]) -> bool {
    line.split(|octet| *octet == b' ').next_back().is_some_and(|version| version.starts_with(b"HTTP/1."))
}

/// A host without the port behind it.
fn without_port(host: &[u8]) -> &[u8] {
    let end = match host.strip_prefix(b"[") {
        Some(_) => memchr(b']', host).map(|end| end.saturating_add(1)),
        None => memchr(b':', host),
    };
    end.and_then(|end| host.get(..end)).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::host;

    fn of(text: &str) -> Option<&str> {
        host(text.as_bytes()).map(|host| std::str::from_utf8(host).expect("it came from a string"))
    }

    #[test]
    fn a_request_of_http_names_its_host() {
        for (text, expected) in [
            ("GET / HTTP/1.1\r\nHost: web.example\r\n\r\n", "web.example"),
            ("POST /x HTTP/1.0\nAccept: *\nHOST:web.example:8080 \n", "web.example"),
            ("HEAD http://a/ HTTP/1.1\r\nhost: [2001:db8::1]:80\r\n", "[2001:db8::1]"),
        ] {
            assert_eq!(of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_request_or_lacks_the_field_names_none() {
        for text in [
            "",
            "GET",
            "GET / HTTP/1.1\r\n\r\nHost: b\r\n",
            "GET / HTTP/1.1\r\nHost:\r\n",
            "GET / HTTP/1.1\r\nHost: cut.exam",
            "POST sip:a@b SIP/2.0\r\nHost: b\r\n",
            "INVITE sip:a@b SIP/2.0\r\nHost: b\r\n",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        let long = format!("GET / HTTP/1.1\r\nHost: {}\r\n", "a".repeat(263));
        assert_eq!(of(&long), None);
    }
}
