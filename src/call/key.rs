//! Takes a message, gives the key of its client transaction.
//!
//! Invariant: a request, its retransmissions, its responses, its ACK (to a non-2xx) and its copies have one key; two transactions of two
//! elements never share one, however busy the capture is, because the sent-by counts (RFC 3261, 17.1.3 and 17.2.3).

use std::hash::{BuildHasher, Hash};

use smallvec::SmallVec;

use crate::sip::Message;

/// The magic cookie with which the branch of an RFC 3261 element begins (RFC 3261, 8.1.1.7).
const MAGIC_COOKIE: &[u8] = b"z9hG4bK";

/// What tells one client transaction from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key<B> {
    /// RFC 3261, 17.1.3: branch and sent-by of the topmost Via, and the method of the CSeq, where ACK stands for INVITE.
    Rfc3261 { branch: B, host: B, port: Option<u16>, method: B },
    /// RFC 3261, 17.2.3 for elements of RFC 2543: no unique branch, so the call, the caller, the number and the method.
    ///
    /// The Request-URI cannot be part of it, as responses do not carry it; the To tag cannot, as requests do not yet have it.
    Rfc2543 { call_id: B, from_tag: B, number: u32, method: B, host: B, port: Option<u16> },
}

/// A key borrowed from a message.
pub(super) type BorrowedKey<'a> = Key<&'a [u8]>;
/// A key that is kept.
pub(super) type OwnedKey = Key<Short>;
/// Octets that are mostly few: a branch, a host, a method.
pub(super) type Short = SmallVec<[u8; 40]>;

impl BorrowedKey<'_> {
    pub(super) fn into_owned(self) -> OwnedKey {
        match self {
            Key::Rfc3261 { branch, host, port, method } => {
                Key::Rfc3261 { branch: Short::from_slice(branch), host: Short::from_slice(host), port, method: Short::from_slice(method) }
            }
            Key::Rfc2543 { call_id, from_tag, number, method, host, port } => Key::Rfc2543 {
                call_id: Short::from_slice(call_id),
                from_tag: Short::from_slice(from_tag),
                number,
                method: Short::from_slice(method),
                host: Short::from_slice(host),
                port,
            },
        }
    }

    pub(super) fn hash_with(&self, hasher: &impl BuildHasher) -> u64 {
        hasher.hash_one(self)
    }

    pub(super) fn equals(&self, kept: &OwnedKey) -> bool {
        match (self, kept) {
            (
                Key::Rfc3261 { branch, host, port, method },
                Key::Rfc3261 { branch: kept_branch, host: kept_host, port: kept_port, method: kept_method },
            ) => **branch == **kept_branch && **host == **kept_host && port == kept_port && **method == **kept_method,
            (
                Key::Rfc2543 { call_id, from_tag, number, method, host, port },
                Key::Rfc2543 {
                    call_id: kept_call_id,
                    from_tag: kept_from_tag,
                    number: kept_number,
                    method: kept_method,
                    host: kept_host,
                    port: kept_port,
                },
            ) => {
                **call_id == **kept_call_id
                    && **from_tag == **kept_from_tag
                    && number == kept_number
                    && **method == **kept_method
                    && **host == **kept_host
                    && port == kept_port
            }
            _ => false,
        }
    }
}

/// The method that names the transaction: that of the CSeq, where an ACK belongs to its INVITE (RFC 3261, 17.1.1.3).
fn transaction_method(method: &[u8]) -> &[u8] {
    if method == b"ACK" { b"INVITE" } else { method }
}

/// The key of the transaction that `message` belongs to; `None` where neither form of key can be made of it.
pub(super) fn key<'a>(message: &'a Message<'_>) -> Option<BorrowedKey<'a>> {
    keyed_as(message, None)
}

/// The key of the INVITE that a CANCEL cancels: its own, but for the method (RFC 3261, 9.1).
pub(super) fn key_of_cancelled<'a>(cancel: &'a Message<'_>) -> Option<BorrowedKey<'a>> {
    keyed_as(cancel, Some(b"INVITE"))
}

fn keyed_as<'a>(message: &'a Message<'_>, method: Option<&'static [u8]>) -> Option<BorrowedKey<'a>> {
    let via = message.top_via();
    let cseq = message.cseq();
    let own_method = cseq.as_ref().map_or_else(|| message.method(), |cseq| cseq.method);
    let method = method.unwrap_or_else(|| transaction_method(own_method));
    let (host, port, branch) = via.map_or((&b""[..], None, None), |via| (via.host, via.port, via.branch()));
    match branch {
        // A branch that is nothing but the cookie is not unique (RFC 4475, 3.2.1).
        Some(branch) if branch.len() > MAGIC_COOKIE.len() && branch.starts_with(MAGIC_COOKIE) => {
            Some(Key::Rfc3261 { branch, host, port, method })
        }
        _ => {
            let call_id = message.call_id()?;
            let from_tag = message.from_tag().unwrap_or_default();
            Some(Key::Rfc2543 { call_id, from_tag, number: cseq?.number, method, host, port })
        }
    }
}
