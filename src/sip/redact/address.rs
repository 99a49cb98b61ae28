//! Takes a URI of any scheme, or a list of them with names and parameters as headers hold it, puts pseudonyms in the place of persons.
//!
//! Invariant: hosts, ports and what steers a request stay; equal users stay equal in every scheme, with or without escapes. RFC 3261, 19.1 and 20.10;
//! RFC 3966; RFC 5031.

use super::escapes::unescaped;
use super::header;
use super::message::Redactor;
use super::pseudonym::is_of_word;
use crate::sip::name::Name;

/// The parameters of URIs and headers of which the value says nothing of a person.
const PLAIN: &[&[u8]] = &[
    b"tag",
    b"branch",
    b"q",
    b"expires",
    b"transport",
    b"lr",
    b"maddr",
    b"ttl",
    b"method",
    b"methods",
    b"user",
    b"phone-context",
    b"received",
    b"rport",
    b"ob",
    b"sos",
    b"reg-id",
    b"cause",
    b"reason",
    b"counter",
    b"limit",
    b"privacy",
    b"screen",
    b"party",
    b"id-type",
    b"index",
    b"rc",
    b"mp",
    b"np",
    b"purpose",
    b"comp",
    b"sigcomp-id",
    b"aai",
    b"npdi",
    b"cpc",
    b"oli",
    b"isfocus",
    b"audio",
    b"video",
    b"text",
    b"automata",
    b"class",
    b"duplex",
    b"mobility",
    b"schemes",
    b"events",
    b"extensions",
    b"actor",
    b"application",
    b"data",
    b"control",
    b"language",
    b"early-only",
    b"handling",
    b"refresher",
    b"trunk-context",
    b"isub-encoding",
    b"noa",
    b"target",
    b"inserted-by",
    b"routing-allowed",
];

/// The names of a URN below which there are no persons: services (RFC 5031) and what standards define.
const PUBLIC_NAMES: [&[u8]; 4] = [b"service", b"urn-7", b"ietf", b"nena"];

impl Redactor {
    /// A URI, whatever its scheme.
    pub(super) fn uri(&self, text: &mut [u8]) {
        let Some(colon) = text.iter().position(|octet| *octet == b':') else { return self.key().words(text) };
        let (scheme, rest) = text.split_at_mut(colon);
        let rest = rest.get_mut(1..).unwrap_or_default();
        match scheme.to_ascii_lowercase().as_slice() {
            b"tel" | b"fax" => self.telephone(rest),
            b"urn" => self.urn(rest),
            // What names a part of the same message.
            b"cid" | b"mid" => {}
            b"http" | b"https" | b"ws" | b"wss" | b"ftp" => self.locator(rest),
            _ => self.sip_uri(rest),
        }
    }

    /// What is behind the scheme of a SIP URI, and of others that name a user at a host.
    fn sip_uri(&self, text: &mut [u8]) {
        let mut host = text;
        if let Some(at) = host.iter().position(|octet| *octet == b'@') {
            let (userinfo, rest) = host.split_at_mut(at);
            self.userinfo(userinfo);
            host = rest.get_mut(1..).unwrap_or_default();
        } else if header::is_subscriber_alone(host) {
            // A number without a host is none by the grammar, and is written all the same.
            let end = host.iter().position(|octet| matches!(octet, b';' | b'?')).unwrap_or(host.len());
            let (number, rest) = host.split_at_mut(end);
            self.key().user(number);
            host = rest;
        }
        let end = host.iter().position(|octet| matches!(octet, b';' | b'?')).unwrap_or(host.len());
        let (host, rest) = host.split_at_mut(end);
        // One `@` parts a user from a host; what stands ahead of a further one is no host.
        if let Some(at) = host.iter().rposition(|octet| *octet == b'@') {
            self.key().words(host.get_mut(..at).unwrap_or_default());
        }
        let question = rest.iter().position(|octet| *octet == b'?').unwrap_or(rest.len());
        let (parameters, headers) = rest.split_at_mut(question);
        self.parameters(parameters);
        for header in headers.get_mut(1..).unwrap_or_default().split_mut(|octet| *octet == b'&') {
            self.uri_header(header);
        }
    }

    /// A user with its parameters and password. `user [ ":" password ]`, and in it a telephone-subscriber.
    fn userinfo(&self, userinfo: &mut [u8]) {
        let end = userinfo.iter().position(|octet| matches!(octet, b';' | b':')).unwrap_or(userinfo.len());
        let (user, rest) = userinfo.split_at_mut(end);
        unescaped(user, |user| self.key().user(user));
        if rest.first() == Some(&b';') {
            for parameter in rest.split_mut(|octet| *octet == b';') {
                // Here a name alone may be that of a person: `alice;bob@host`.
                match parameter.iter().position(|octet| *octet == b'=') {
                    Some(_) => self.parameters(parameter),
                    None if is_plain(parameter) => {}
                    None => unescaped(parameter, |parameter| self.key().words(parameter)),
                }
            }
        } else {
            unescaped(rest, |rest| self.key().words(rest));
        }
    }

    fn telephone(&self, text: &mut [u8]) {
        let end = text.iter().position(|octet| *octet == b';').unwrap_or(text.len());
        let (number, parameters) = text.split_at_mut(end);
        unescaped(number, |number| self.key().user(number));
        self.parameters(parameters);
    }

    /// What is behind `urn:`: the instances of devices have pseudonyms.
    fn urn(&self, text: &mut [u8]) {
        let end = text.iter().position(|octet| *octet == b':').unwrap_or(text.len());
        let (space, name) = text.split_at_mut(end);
        if !PUBLIC_NAMES.iter().any(|public| space.eq_ignore_ascii_case(public)) {
            // A `gsma:imei:` says itself what kind of name it is.
            let end = if space.eq_ignore_ascii_case(b"gsma") {
                name.iter().skip(1).position(|octet| *octet == b':').map_or(0, |at| at + 2)
            } else {
                0
            };
            let name = name.get_mut(end..).unwrap_or_default();
            let name_end = name.iter().position(|octet| *octet == b';').unwrap_or(name.len());
            let (name, parameters) = name.split_at_mut(name_end);
            self.key().words(name);
            self.parameters(parameters);
        }
    }

    /// What is behind the scheme of a URL: the host stays.
    fn locator(&self, text: &mut [u8]) {
        let begin = if text.starts_with(b"//") { 2 } else { 0 };
        let text = text.get_mut(begin..).unwrap_or_default();
        let end = text.iter().position(|octet| matches!(octet, b'/' | b'?' | b'#')).unwrap_or(text.len());
        let (authority, path) = text.split_at_mut(end);
        if let Some(at) = authority.iter().rposition(|octet| *octet == b'@') {
            let userinfo = authority.get_mut(..at).unwrap_or_default();
            unescaped(userinfo, |userinfo| self.key().words(userinfo));
        }
        unescaped(path, |path| self.key().words(path));
    }

    /// Parameters of a URI, each behind its `;`.
    pub(super) fn parameters(&self, text: &mut [u8]) {
        for parameter in text.split_mut(|octet| *octet == b';') {
            let Some(equals) = parameter.iter().position(|octet| *octet == b'=') else { continue };
            let (name, value) = parameter.split_at_mut(equals);
            self.parameter(trim(name), value.get_mut(1..).unwrap_or_default());
        }
    }

    /// The value of one parameter.
    pub(super) fn parameter(&self, name: &[u8], value: &mut [u8]) {
        let is_feature = name.starts_with(b"+") && !name.eq_ignore_ascii_case(b"+sip.instance");
        if is_feature || is_plain(name) {
            return;
        }
        unescaped(value, |value| self.prose(value));
    }

    /// A header that a URI holds: what it stands for is redacted as that header.
    fn uri_header(&self, text: &mut [u8]) {
        let equals = text.iter().position(|octet| *octet == b'=').unwrap_or(text.len());
        let (name, value) = text.split_at_mut(equals);
        let mut written = name.to_vec();
        unescaped(&mut written, |_| {});
        let value = value.get_mut(1..).unwrap_or_default();
        unescaped(value, |value| {
            if written.eq_ignore_ascii_case(b"body") { self.prose(value) } else { self.header(&written, Name::of(&written), value) }
        });
    }

    /// A list of addresses with display names and parameters: `"Bob" <sip:bob@host>;tag=1, sip:carol@host`.
    pub(super) fn addresses(&self, text: &mut [u8]) {
        let mut rest = text;
        while let Some(first) = rest.first().copied() {
            let taken = match first {
                b'"' => {
                    let end = quoted_end(rest);
                    self.prose(rest.get_mut(..end).unwrap_or_default());
                    end
                }
                b'<' => {
                    let end = rest.iter().position(|octet| *octet == b'>').unwrap_or(rest.len());
                    self.uri(rest.get_mut(1..end).unwrap_or_default());
                    end
                }
                b';' => {
                    let end = parameter_end(rest);
                    let (_, parameter) = rest.get_mut(..end).unwrap_or_default().split_at_mut(1);
                    let equals = parameter.iter().position(|octet| *octet == b'=').unwrap_or(parameter.len());
                    let (name, value) = parameter.split_at_mut(equals);
                    self.parameter(trim(name), value.get_mut(1..).unwrap_or_default());
                    end
                }
                first if is_of_word(first) => {
                    let end = rest
                        .iter()
                        .position(|octet| matches!(octet, b'<' | b',' | b';' | b'"') || octet.is_ascii_whitespace())
                        .unwrap_or(rest.len());
                    let word = rest.get_mut(..end).unwrap_or_default();
                    // A bare URI, or a word of a display name; `*` is neither.
                    if word.contains(&b':') || word.contains(&b'@') {
                        self.bare(word)
                    } else {
                        self.key().words(word)
                    }
                    end
                }
                _ => 1,
            };
            rest = std::mem::take(&mut rest).get_mut(taken.max(1)..).unwrap_or_default();
        }
    }

    /// A URI without brackets, or what looks like one.
    fn bare(&self, text: &mut [u8]) {
        if text.contains(&b':') { self.uri(text) } else { self.sip_uri(text) }
    }
}

/// Whether the value of the parameter says nothing of a person.
fn is_plain(name: &[u8]) -> bool {
    PLAIN.iter().any(|plain| name.eq_ignore_ascii_case(plain))
}

/// Where the parameter that begins with the first octet of `text` ends: at the next `;` or `,` outside of quotation marks.
fn parameter_end(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(octet) = text.get(at) {
        match octet {
            b';' | b',' => return at,
            b'"' => at = at.saturating_add(quoted_end(text.get(at..).unwrap_or_default())),
            _ => at += 1,
        }
    }
    text.len()
}

/// How long the quoted string is that `text` begins with, its quotation marks included.
pub(super) fn quoted_end(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(octet) = text.get(at) {
        match octet {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// `text` without the whitespace around it.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}
