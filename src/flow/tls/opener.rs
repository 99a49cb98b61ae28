//! Takes the sealed records of one direction, gives what is in them, though some of them may be missing.
//!
//! A record's number is not on the wire. It is the one that comes next, or the one to which the explicit nonce points, or, where records were lost, one
//! of as many as can have been lost. What fails costs of a budget ([`WORK_MAX`]) that only success refills.
//!
//! Invariant: what is given is what the sender has sealed. RFC 5246, 6.1; RFC 8446, 5.2 and 5.3.

use super::keys::Keys;
use super::record::{HEADER, kind};

/// The most numbers that are tried of one record.
const NUMBERS_MAX: u64 = 1_024;
/// How many records in a row may be refused before the rest of the stream is given up.
const REFUSED_MAX: u32 = 4;
/// The same ahead of the application data of TLS 1.3 where the keys of the handshake, which comes first, are not known.
const HANDSHAKE_MAX: u32 = 64;
/// How many octets may be tried in vain; each octet that is opened gives [`WORK_SHARE`] of them back.
const WORK_MAX: u64 = 16 << 20;
const WORK_SHARE: u64 = 4;

/// Why there are no keys for a session of which secrets are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its cipher suite is not read here.
    #[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "such a build refuses all"))]
    Suite,
    /// The secret that its version needs is not among them.
    #[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "such a build refuses all"))]
    Secret,
    /// This build opens nothing.
    #[cfg_attr(feature = "tls", expect(dead_code, reason = "such a build opens what it can"))]
    Build,
}

impl Refusal {
    /// The refusal in the words of a fault.
    pub(super) const fn said_by(self) -> &'static str {
        match self {
            Self::Suite => "TLS cipher suite or version that is not opened here",
            Self::Secret => "key log without the secret that this TLS version needs",
            Self::Build => "TLS, which this build does not open",
        }
    }
}

/// What stands around that which is sealed.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "such a build opens nothing"))]
pub(super) struct Sealed {
    pub(super) header: [u8; HEADER],
    /// The part of the nonce that the record brings.
    pub(super) nonce: Option<u64>,
}

/// What opens the records of one direction.
pub(super) struct Opener {
    keys: Keys,
    /// The keys that seal what comes ahead of the application data, and how many records they have opened.
    handshake: Option<(Keys, u64)>,
    /// The number of the next record, if none was lost.
    next: u64,
    /// How many records may have been lost ahead of it.
    lost: u64,
    /// The number and the explicit nonce of the record last opened.
    last: Option<(u64, u64)>,
    pub(super) has_opened: bool,
    /// Records in a row that were refused.
    refused: u32,
    /// Octets tried in vain.
    work: u64,
}

impl Opener {
    /// One that has opened nothing yet.
    pub(super) fn new(keys: Keys, handshake: Option<Keys>) -> Self {
        Self { keys, handshake: handshake.map(|keys| (keys, 0)), next: 0, lost: 0, last: None, has_opened: false, refused: 0, work: 0 }
    }

    /// Opens a record; gives the kind and the octets of what is in it.
    pub(super) fn open(&mut self, header: [u8; HEADER], body: &[u8]) -> Option<(u8, Vec<u8>)> {
        let (nonce, octets) = body.split_at_checked(self.keys.explicit())?;
        let nonce = nonce.try_into().ok().map(u64::from_be_bytes);
        let sealed = Sealed { header, nonce };
        let mut octets = octets.to_vec();
        if !self.has_opened && self.opens_as_handshake(&sealed, &mut octets) {
            return Some((kind::HANDSHAKE, Vec::new()));
        }
        let by_nonce = self.last.zip(nonce).and_then(|((number, last), nonce)| number.checked_add(nonce.checked_sub(last)?));
        let by_nonce = by_nonce.filter(|number| *number > self.next && self.lost > 0);
        let in_turn = self.next..=self.next.saturating_add(self.lost);
        for number in by_nonce.into_iter().chain(in_turn) {
            if self.keys.open(number, &sealed, &mut octets) {
                self.next = number.saturating_add(1);
                self.lost = 0;
                self.last = nonce.map(|nonce| (number, nonce));
                self.has_opened = true;
                self.refused = 0;
                self.work = self.work.saturating_sub(WORK_SHARE.saturating_mul(octets.len() as u64));
                return self.contents(header, octets);
            }
            self.work = self.work.saturating_add(octets.len() as u64);
            if self.work > WORK_MAX {
                break;
            }
        }
        None
    }

    /// Opens a record of the handshake, of which nothing is wanted.
    fn opens_as_handshake(&mut self, sealed: &Sealed, octets: &mut Vec<u8>) -> bool {
        let Some((keys, next)) = &mut self.handshake else { return false };
        let number = (*next..=next.saturating_add(self.lost)).find(|number| keys.open(*number, sealed, octets));
        self.work = self.work.saturating_add(octets.len() as u64);
        if let Some(number) = number {
            *next = number.saturating_add(1);
            self.refused = 0;
        }
        number.is_some()
    }

    /// What was sealed, without what hides its kind and its length (RFC 8446, 5.2 and 5.4).
    fn contents(&self, header: [u8; HEADER], mut octets: Vec<u8>) -> Option<(u8, Vec<u8>)> {
        if !self.keys.hides_kind() {
            return Some((*header.first()?, octets));
        }
        let len = octets.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
        octets.truncate(len);
        // A record without a kind breaks the protocol; it holds nothing.
        Some((octets.pop().unwrap_or_default(), octets))
    }

    /// Goes on with the next keys, with which numbers begin anew.
    pub(super) fn update(&mut self) {
        self.keys.update();
        (self.next, self.lost, self.last) = (0, 0, None);
    }

    /// A whole record did not open; says whether that is worth telling, as no other keys can have sealed it.
    pub(super) const fn refuse(&mut self) -> bool {
        self.refused = self.refused.saturating_add(1);
        if self.may_be_handshake() {
            return false;
        }
        self.lose_records(1);
        true
    }

    /// Whether a record may belong to a handshake that cannot be opened.
    const fn may_be_handshake(&self) -> bool {
        !self.has_opened && self.keys.hides_kind() && self.handshake.is_none()
    }

    /// Whether it is not worth going on.
    pub(super) const fn is_hopeless(&self) -> bool {
        let bound = if self.may_be_handshake() { HANDSHAKE_MAX } else { REFUSED_MAX };
        self.refused >= bound || self.is_spent()
    }

    /// Whether too much was tried in vain.
    pub(super) const fn is_spent(&self) -> bool {
        self.work > WORK_MAX
    }

    /// Whether records were refused and none was ever opened.
    pub(super) const fn fits_nothing(&self) -> bool {
        self.refused > 0 && !self.has_opened
    }

    /// One record is not in the capture.
    pub(super) const fn lose_record(&mut self) {
        if self.has_opened && self.lost == 0 {
            self.next = self.next.saturating_add(1);
        } else {
            self.lose_records(1);
        }
    }

    /// So many octets are not in the capture, whole records among them.
    pub(super) fn lose(&mut self, octets: u64) {
        self.lose_records(octets / (HEADER + self.keys.least()) as u64 + 1);
    }

    const fn lose_records(&mut self, count: u64) {
        let lost = self.lost.saturating_add(count);
        self.lost = if lost < NUMBERS_MAX { lost } else { NUMBERS_MAX - 1 };
    }

    /// Octets of a record that stand in front of what is sealed.
    pub(super) const fn prefix(&self) -> usize {
        HEADER + self.keys.explicit()
    }

    /// The fewest octets of a record.
    pub(super) const fn least(&self) -> usize {
        HEADER + self.keys.least()
    }

    /// Whether records are sealed as in TLS 1.3: all as application data.
    pub(super) const fn hides_kind(&self) -> bool {
        self.keys.hides_kind()
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opener").field("next", &self.next).field("lost", &self.lost).finish_non_exhaustive()
    }
}
