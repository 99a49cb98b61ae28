//! Takes SIP messages in the order of the capture, gives what those ahead tell of each: of what it is a retransmission, what it answers, how long that took.
//!
//! The words are Wireshark's (`sip.resend`, `sip.response-request`, `sip.response-time`), which has them for UDP alone; here every transport
//! has them. Times count from the first transmission of a request. Invariant: at most [`REMEMBERED_MAX`] messages are remembered, the oldest
//! is forgotten, and where it might have been asked for, that is told.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;

use crate::call::{SECOND, Sighting};
use crate::evidence::Timestamp;
use crate::filter::Computed;

/// How many transmissions are remembered; each takes some 60 octets.
const REMEMBERED_MAX: usize = 1 << 17;

/// How long a request may wait for its final response, in nanoseconds (RFC 3261, 16.6, Timer C).
const TIMER_C: i64 = 180 * SECOND;

/// The first transmission of a message.
#[derive(Debug, Clone, Copy)]
struct First {
    frame: u64,
    time: Timestamp,
}

/// The first transmissions of the messages so far.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    hasher: foldhash::quality::RandomState,
    /// By a hash of what makes messages the same, or makes one an answer to the other.
    firsts: HashMap<u64, First, foldhash::fast::RandomState>,
    line: VecDeque<u64>,
    is_exceeded: bool,
}

impl Exchanges {
    /// Whether a message that may yet be repeated or answered had to be forgotten since this was last asked.
    pub(super) const fn take_exceeded(&mut self) -> bool {
        std::mem::replace(&mut self.is_exceeded, false)
    }

    /// Takes the next message.
    pub(super) fn see(&mut self, sighting: &Sighting<'_>) -> Computed {
        let message = &sighting.message;
        let (Some(call_id), Some(cseq)) = (message.call_id(), message.cseq()) else { return Computed::default() };
        let branch = message.top_via().and_then(|via| via.branch().map(<[u8]>::to_vec));
        let status = message.status();
        let call = (call_id, cseq.number);
        let transmission = (0_u8, call, (cseq.method, status, branch), sighting.source, sighting.destination);
        let first = First { frame: sighting.place.frame, time: sighting.time };
        let resend_original = self.first(self.hasher.hash_one(transmission), first).map(|original| original.frame);
        // Responses go to the port that the Via says, which need not be that of the request.
        let (from, to) = match status {
            None => (sighting.source.address, sighting.destination.address),
            Some(_) => (sighting.destination.address, sighting.source.address),
        };
        let key = |method: &[u8]| self.hasher.hash_one((1_u8, call, method, from, to));
        let request = match status {
            None if message.method() == b"ACK" => self.firsts.get(&key(b"INVITE")).copied(),
            None => {
                let key = key(cseq.method);
                self.first(key, first);
                None
            }
            Some(_) => self.firsts.get(&key(cseq.method)).copied(),
        };
        let waited = request.map(|request| u64::try_from(sighting.time.nanos_since(request.time)).unwrap_or(0) / 1_000_000);
        let ends_call = cseq.method == b"BYE" && status.is_some_and(|status| status >= 200);
        Computed {
            resend_original,
            response_request: request.map(|request| request.frame),
            response_time: waited,
            release_time: waited.filter(|_| ends_call),
        }
    }

    /// The first transmission under `key`, if this is not the first.
    fn first(&mut self, key: u64, transmission: First) -> Option<First> {
        if let Some(first) = self.firsts.get(&key) {
            return Some(*first);
        }
        if self.line.len() >= REMEMBERED_MAX
            && let Some(oldest) = self.line.pop_front().and_then(|oldest| self.firsts.remove(&oldest))
        {
            self.is_exceeded |= transmission.time.nanos_since(oldest.time) < TIMER_C;
        }
        self.line.push_back(key);
        self.firsts.insert(key, transmission);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_may_still_be_asked_for_is_not_forgotten_in_silence() {
        let told = |apart: i64| {
            let mut exchanges = Exchanges::default();
            for key in 0..=REMEMBERED_MAX as u64 {
                let time = Timestamp::from_nanos(i128::from(key) * i128::from(apart));
                assert!(exchanges.first(key, First { frame: key, time }).is_none() && exchanges.line.len() <= REMEMBERED_MAX);
            }
            exchanges.take_exceeded()
        };
        assert_eq!([1, TIMER_C].map(told), [true, false]);
    }
}
