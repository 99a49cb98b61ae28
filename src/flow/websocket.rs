//! Takes octets of a stream, gives what WebSocket says of them: handshakes, frame headers, payloads without their mask.
//!
//! Invariant: pure functions of the octets; what a header claims is never believed beyond [`FRAME_MAX`]. RFC 6455, 4 and 5; RFC 7692, 6.

use memchr::memchr_iter;

/// Longest payload that a header may claim, in octets; what claims more is no frame.
const FRAME_MAX: u64 = 1 << 32;
/// Longest payload of a control frame, in octets (RFC 6455, 5.5).
const CONTROL_MAX: u64 = 125;
/// Longest head of a handshake that is read, in octets.
const HEAD_MAX: usize = 16 << 10;

/// Octets of a payload that are unmasked to see whether the rest is worth it.
pub(super) const GLANCE: usize = 16;

/// What kind of frame an opcode names (RFC 6455, 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text or binary: a message begins.
    Data,
    /// A message goes on.
    Continuation,
    /// Close, ping or pong, which may stand between the frames of a message.
    Control,
}

/// The header of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Whether this is the last frame of its message.
    pub(super) is_final: bool,
    /// Whether the message is compressed (RFC 7692, 6).
    pub(super) is_compressed: bool,
    pub(super) kind: Kind,
    /// What the payload is masked with, as a client must.
    pub(super) mask: Option<[u8; 4]>,
    /// Octets of the header.
    pub(super) len: usize,
    /// Octets of the payload.
    pub(super) payload: u64,
}

/// What stands where a header is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// A header.
    Header(Header),
    /// So many octets must be there before that can be told.
    More(usize),
    /// No header.
    Nothing,
}

/// Reads the header that `bytes` begin with.
pub(super) fn header(bytes: &[u8]) -> Start {
    let Some((first, rest)) = bytes.split_first() else { return Start::More(2) };
    let kind = match first & 0x0f {
        0 => Kind::Continuation,
        1 | 2 => Kind::Data,
        8..=10 => Kind::Control,
        _ => return Start::Nothing,
    };
    let (is_final, is_compressed) = (first & 0x80 != 0, first & 0x40 != 0);
    // RSV2 and RSV3 have no meaning; RSV1 stands on the first frame of a message alone.
    if first & 0x30 != 0 || (is_compressed && kind != Kind::Data) || (kind == Kind::Control && !is_final) {
        return Start::Nothing;
    }
    let Some((second, rest)) = rest.split_first() else { return Start::More(2) };
    let (payload, extended) = match second & 0x7f {
        126 => match rest.first_chunk::<2>() {
            Some(len) => (u64::from(u16::from_be_bytes(*len)), 2),
            None => return Start::More(4),
        },
        127 => match rest.first_chunk::<8>() {
            Some(len) => (u64::from_be_bytes(*len), 8),
            None => return Start::More(10),
        },
        len => (u64::from(len), 0),
    };
    if payload > FRAME_MAX || (kind == Kind::Control && payload > CONTROL_MAX) {
        return Start::Nothing;
    }
    let mask = match rest.get(extended..).and_then(<[u8]>::first_chunk::<4>) {
        _ if second & 0x80 == 0 => None,
        Some(mask) => Some(*mask),
        None => return Start::More(2 + extended + 4),
    };
    let len = 2 + extended + if mask.is_some() { 4 } else { 0 };
    Start::Header(Header { is_final, is_compressed, kind, mask, len, payload })
}

/// Appends `payload`, from its first octet on, without its mask (RFC 6455, 5.3).
pub(super) fn unmask(payload: &[u8], mask: Option<[u8; 4]>, into: &mut Vec<u8>) {
    let begin = into.len();
    into.extend_from_slice(payload);
    let (Some(mask), Some(masked)) = (mask, into.get_mut(begin..)) else { return };
    for part in masked.chunks_mut(4) {
        part.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
    }
}

/// The first octets of a payload without their mask.
pub(super) fn glance(payload: [u8; GLANCE], mask: Option<[u8; 4]>) -> [u8; GLANCE] {
    let [a, b, c, d] = mask.unwrap_or_default();
    (u128::from_ne_bytes(payload) ^ u128::from_ne_bytes([a, b, c, d, a, b, c, d, a, b, c, d, a, b, c, d])).to_ne_bytes()
}

/// What stands where a handshake may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handshake {
    /// One side of a handshake, of so many octets, its empty line included.
    Done(usize),
    /// It may be one once more of it is there.
    Open,
    /// None.
    Nothing,
}

/// Reads the side of an opening handshake that `bytes` begin with: the request, or the response that accepts it (RFC 6455, 4.1 and 4.2.2).
pub(super) fn handshake(bytes: &[u8]) -> Handshake {
    const ACCEPTED: &[u8] = b"HTTP/1.1 101";
    if bytes.len() < ACCEPTED.len() && ACCEPTED.starts_with(bytes) {
        return Handshake::Open;
    }
    if !bytes.starts_with(b"GET ") && !bytes.starts_with(ACCEPTED) {
        return Handshake::Nothing;
    }
    let window = bytes.get(..HEAD_MAX).unwrap_or(bytes);
    let mut upgrades = false;
    let mut begin = 0;
    for end in memchr_iter(b'\n', window) {
        let line = window.get(begin..end).unwrap_or_default().trim_ascii_end();
        if begin == 0 && line.starts_with(b"GET ") && !line.ends_with(b" HTTP/1.1") {
            return Handshake::Nothing;
        }
        if line.is_empty() {
            return if upgrades { Handshake::Done(end.saturating_add(1)) } else { Handshake::Nothing };
        }
        upgrades |= is_upgrade(line);
        begin = end.saturating_add(1);
    }
    if window.len() < HEAD_MAX { Handshake::Open } else { Handshake::Nothing }
}

/// Whether a line of a head is `Upgrade: websocket`.
fn is_upgrade(line: &[u8]) -> bool {
    line.split_at_checked(b"upgrade:".len()).is_some_and(|(name, value)| {
        name.eq_ignore_ascii_case(b"upgrade:")
            && value.split(|octet| *octet == b',').any(|one| one.trim_ascii().eq_ignore_ascii_case(b"websocket"))
    })
}
