//! Takes a message, gives the key of its client transaction.
//!
//! Invariant: a request, its retransmissions, its responses, its ACK (to a non-2xx) and its copies have one key; two transactions of two
//! elements never share one, however busy the capture is, because the sent-by counts (RFC 3261, 17.1.3 and 17.2.3).

use std::hash::{BuildHasher, Hash};

use memchr::memchr3;
use smallvec::SmallVec;

use crate::sip::header::CSeq;
use crate::sip::scan::{port, split, take_while};
use crate::sip::{Message, Name};

/// The magic cookie with which the branch of an RFC 3261 element begins (RFC 3261, 8.1.1.7).
const MAGIC_COOKIE: &[u8] = b"z9hG4bK";

/// Whether a branch is one that no other request has: more than the cookie alone (RFC 4475, 3.2.1).
pub(super) fn has_cookie(branch: &[u8]) -> bool {
    branch.len() > MAGIC_COOKIE.len() && branch.starts_with(MAGIC_COOKIE)
}

/// What tells one client transaction from another, borrowed from a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum BorrowedKey<'a> {
    /// RFC 3261, 17.1.3: branch and sent-by of the topmost Via, and the method of the CSeq, where ACK stands for INVITE.
    Rfc3261 { branch: &'a [u8], host: &'a [u8], port: Option<u16>, method: &'a [u8] },
    /// RFC 3261, 17.2.3 for elements of RFC 2543: no unique branch, so the call, the caller, the number and the method.
    ///
    /// The Request-URI cannot be part of it, as responses do not carry it; the To tag cannot, as requests do not yet have it.
    Rfc2543 { call_id: &'a [u8], from_tag: &'a [u8], number: u32, method: &'a [u8], host: &'a [u8], port: Option<u16> },
}

/// A key that is kept: its texts in one piece, as there are tens of thousands of keys.
#[derive(Debug)]
pub(super) struct OwnedKey {
    octets: SmallVec<[u8; 56]>,
    lens: [u32; 4],
    port: Option<u16>,
    /// The number of the CSeq, in a key without a unique branch.
    number: Option<u32>,
}

impl<'a> BorrowedKey<'a> {
    /// Its texts, port and number; the two kinds of keys are told apart by the number.
    const fn parts(&self) -> ([&'a [u8]; 4], Option<u16>, Option<u32>) {
        match *self {
            Self::Rfc3261 { branch, host, port, method } => ([branch, host, method, b""], port, None),
            Self::Rfc2543 { call_id, from_tag, number, method, host, port } => ([call_id, host, method, from_tag], port, Some(number)),
        }
    }

    pub(super) fn to_kept(&self) -> OwnedKey {
        let (texts, port, number) = self.parts();
        let mut octets = SmallVec::new();
        texts.iter().for_each(|text| octets.extend_from_slice(text));
        OwnedKey { octets, lens: texts.map(short_len), port, number }
    }

    pub(super) fn hash_with(&self, hasher: &impl BuildHasher) -> u64 {
        hasher.hash_one(self)
    }

    pub(super) fn equals(&self, kept: &OwnedKey) -> bool {
        let (texts, port, number) = self.parts();
        if port != kept.port || number != kept.number || texts.map(short_len) != kept.lens {
            return false;
        }
        let mut rest = kept.octets.as_slice();
        texts.iter().all(|text| match rest.strip_prefix(*text) {
            Some(behind) => {
                rest = behind;
                true
            }
            None => false,
        })
    }
}

/// The length of a text of a message, none of which is longer than 256 KiB.
fn short_len(text: &[u8]) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// The method that names the transaction: that of the CSeq, where an ACK belongs to its INVITE (RFC 3261, 17.1.1.3).
fn transaction_method(method: &[u8]) -> &[u8] {
    if method == b"ACK" { b"INVITE" } else { method }
}

/// A key, and the CSeq that was read for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keyed<'a> {
    pub(super) key: BorrowedKey<'a>,
    pub(super) cseq: Option<CSeq<'a>>,
}

/// The key of the transaction that `message` belongs to; `None` where neither form of key can be made of it.
pub(super) fn key<'a>(message: &'a Message<'_>) -> Option<Keyed<'a>> {
    let cseq = message.cseq();
    let own_method = cseq.as_ref().map_or_else(|| message.method(), |cseq| cseq.method);
    let key = keyed_as(message, cseq, transaction_method(own_method))?;
    Some(Keyed { key, cseq })
}

/// The key of the INVITE that a CANCEL cancels: its own, but for the method (RFC 3261, 9.1).
pub(super) fn key_of_cancelled<'a>(cancel: &'a Message<'_>) -> Option<BorrowedKey<'a>> {
    keyed_as(cancel, cancel.cseq(), b"INVITE")
}

/// The key of the transaction on the hop above, whose request the sender of `message` sent on: by the Via below its own (RFC 3261, 16.6).
pub(super) fn key_of_above<'a>(message: &'a Message<'_>) -> Option<BorrowedKey<'a>> {
    let via = message.vias().nth(1)?;
    let cseq = message.cseq()?;
    let method = transaction_method(cseq.method);
    keyed_by((via.host, via.port, via.branch()), message, Some(cseq), method)
}

/// The key of the CANCEL that cancels the INVITE which a response answers (RFC 3261, 9.1).
pub(super) fn key_of_cancel<'a>(response: &'a Message<'_>) -> Option<BorrowedKey<'a>> {
    keyed_as(response, response.cseq(), b"CANCEL")
}

/// What of a Via makes a key: host and port of sent-by, and the branch.
type Hop<'a> = (&'a [u8], Option<u16>, Option<&'a [u8]>);

/// The hop of a single Via that is written as nearly all are: `SIP/2.0/UDP host:port`, and a branch; none of any other.
fn plain_hop(via: &[u8]) -> Option<Hop<'_>> {
    let rest = via.strip_prefix(b"SIP/2.0/UDP ").or_else(|| via.strip_prefix(b"SIP/2.0/TCP "))?;
    let is_of_host = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-');
    let (host, rest) = rest.split_at_checked(rest.iter().position(|octet| !is_of_host(octet))?)?;
    let (port, mut rest) = match rest {
        [b':', rest @ ..] => {
            let (digits, rest) = take_while(rest, |octet| octet.is_ascii_digit());
            (Some(port(digits)?), rest)
        }
        _ => (None, rest),
    };
    while let [b';', parameter @ ..] = rest {
        if let Some(value) = parameter.strip_prefix(b"branch=") {
            let (branch, rest) = until_semicolon(value);
            if !matches!(rest, [] | [b';', ..]) {
                return None;
            }
            let is_bare = branch.first().is_some_and(|octet| *octet > b' ') && branch.last().is_some_and(|octet| *octet > b' ');
            return is_bare.then_some((host, port, Some(branch)));
        }
        if parameter.first().is_none_or(|octet| matches!(octet, b'b' | b'B' | ..=b' ')) {
            return None;
        }
        (_, rest) = until_semicolon(parameter);
    }
    None
}

/// What stands ahead of the first semicolon, or of what may keep the next one from parting the line: a quote, or a comma.
fn until_semicolon(octets: &[u8]) -> (&[u8], &[u8]) {
    split(octets, memchr3(b';', b'"', b',', octets).unwrap_or(octets.len()))
}

fn hop<'a>(message: &'a Message<'_>) -> Hop<'a> {
    message
        .field(Name::Via)
        .and_then(plain_hop)
        .unwrap_or_else(|| message.top_via().map_or((&b""[..], None, None), |via| (via.host, via.port, via.branch())))
}

fn keyed_as<'a>(message: &'a Message<'_>, cseq: Option<CSeq<'a>>, method: &'a [u8]) -> Option<BorrowedKey<'a>> {
    keyed_by(hop(message), message, cseq, method)
}

fn keyed_by<'a>(
    (host, port, branch): Hop<'a>,
    message: &'a Message<'_>,
    cseq: Option<CSeq<'a>>,
    method: &'a [u8],
) -> Option<BorrowedKey<'a>> {
    match branch {
        Some(branch) if has_cookie(branch) => Some(BorrowedKey::Rfc3261 { branch, host, port, method }),
        _ => {
            let call_id = message.call_id()?;
            let from_tag = message.from_tag().unwrap_or_default();
            Some(BorrowedKey::Rfc2543 { call_id, from_tag, number: cseq?.number, method, host, port })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::header::Via;

    #[test]
    fn a_plain_via_is_read_as_any_other() {
        let hosts = ["192.0.2.1", "a-b.example.com:5060", "h:5060 ", "h:", "h:99999", "h:000005060", "[2001:db8::1]:5060", "a_b", "", " h"];
        let parameters = [
            ";branch=z9hG4bKa",
            ";rport;branch=z9hG4bKa;received=192.0.2.9",
            ";BRANCH=z9hG4bKa",
            ";bad;branch=z9hG4bKa",
            "; branch=z9hG4bKa",
            ";;branch=z9hG4bKa",
            ";branch= z9hG4bKa ",
            ";branch=",
            ";branch",
            ";x=\";branch=b\";branch=z9hG4bKa",
            ";x=branch=b;branch=z9hG4bK a;branch=z9hG4bKc",
            ";branch=z9hG4bKa, SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb",
            ";rport",
            "",
        ];
        let mut plain = 0;
        for protocol in ["SIP/2.0/UDP ", "SIP/2.0/TCP ", "SIP/2.0/UDP  ", "SIP / 2.0 / UDP ", "sip/2.0/udp "] {
            for (host, parameters) in hosts.iter().flat_map(|host| parameters.iter().map(move |parameters| (host, parameters))) {
                let via = format!("{protocol}{host}{parameters}");
                let Some(hop) = plain_hop(via.as_bytes()) else { continue };
                let read = Via::read(via.as_bytes());
                assert_eq!(hop, (read.host, read.port, read.branch()), "{via:?}");
                plain += 1;
            }
        }
        assert!(plain > 10);
    }
}
