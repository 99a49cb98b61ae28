//! Takes what is wrong with one message, gives it as a small set beside the message.
//!
//! Invariant: a fault never hides what was understood, and a message has each kind at most once, so the set is one number.

use crate::fault::{Fault, FaultKind};
use std::fmt;

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident $words:literal;)*) => {
        /// What can be wrong with one message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum MessageFault {
            $($(#[$doc])* $variant,)*
        }

        const ALL: &[(MessageFault, &str)] = &[$((MessageFault::$variant, $words),)*];
    };
}

faults! {
    /// The start line has other separators than single spaces, or blanks within the Request-URI (RFC 3261, 7.1).
    StartLine "start line";
    /// The version is not `SIP/2.0`: nothing else can be decoded.
    Version "SIP-Version";
    /// The Request-URI has no scheme, or stands in angle brackets or quotes.
    RequestUri "Request-URI";
    /// The status code is not three digits from 100 to 699.
    StatusCode "Status-Code";
    /// A line of the header block is no header: no colon, or a name that is no token.
    HeaderLine "header line";
    /// The header block ends without its empty line.
    NoBlankLine "end of the header block";
    /// Content-Length says more octets than are there.
    ShortBody "Content-Length beyond the end";
    /// Octets follow the body that Content-Length bounds; they were left out (RFC 3261, 18.3).
    ExtraOctets "octets behind the body";
    /// Content-Length is no number.
    ContentLength "Content-Length";
    /// A header of one value stands there twice with different values; the first is used.
    Repeated "repeated header";
    /// One of Via, From, To, Call-ID and CSeq is missing (RFC 3261, 8.1.1 and 8.2.6.2).
    Missing "mandatory header missing";
    /// The CSeq is not a number below 2^31 and a method.
    CSeq "CSeq";
    /// The method of the request is not that of its CSeq (RFC 3261, 8.1.1.5).
    MethodMismatch "method in CSeq";
    /// The Call-ID is empty or holds blanks.
    CallId "Call-ID";
    /// A Via is malformed.
    Via "Via";
    /// The From is malformed.
    From "From";
    /// The To is malformed.
    To "To";
    /// A Contact is malformed, or a wildcard stands beside others.
    Contact "Contact";
    /// Max-Forwards is no number from 0 to 255 (RFC 3261, 20.22).
    MaxForwards "Max-Forwards";
    /// Expires is no number of seconds below 2^32 (RFC 3261, 20.19).
    Expires "Expires";
    /// Retry-After does not start with a number of seconds below 2^32 (RFC 3261, 20.33).
    RetryAfter "Retry-After";
    /// The Date is not in GMT (RFC 3261, 20.17).
    Date "Date";
    /// A Warning does not start with a code of three digits (RFC 3261, 20.43).
    Warning "Warning";
    /// The message is longer than [`MAX_MESSAGE`](crate::sip::framing::MAX_MESSAGE); the rest was left out.
    TooLong "message length bound";
}

impl MessageFault {
    /// What is malformed, in words of the field.
    #[must_use]
    pub fn name(self) -> &'static str {
        ALL.get(self as usize).map_or("", |entry| entry.1)
    }

    /// The same as a fault of the capture, with no place yet.
    #[must_use]
    pub fn as_fault(self) -> Fault {
        let kind = if self == Self::TooLong { FaultKind::BoundReached } else { FaultKind::UndecodableSip };
        Fault::new(kind, self.name())
    }
}

impl fmt::Display for MessageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The faults of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageFaults(u32);

impl MessageFaults {
    /// Adds `fault`.
    pub fn note(&mut self, fault: MessageFault) {
        self.0 |= 1 << fault as u32;
    }

    /// Adds `fault` where `is_wrong`.
    pub(super) fn note_if(&mut self, is_wrong: bool, fault: MessageFault) {
        if is_wrong {
            self.note(fault);
        }
    }

    /// Whether `fault` is among them.
    #[must_use]
    pub const fn has(self, fault: MessageFault) -> bool {
        self.0 & (1 << fault as u32) != 0
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The faults in the order of [`MessageFault`].
    pub fn iter(self) -> impl Iterator<Item = MessageFault> {
        ALL.iter().map(|entry| entry.0).filter(move |fault| self.has(*fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_gives_back_what_was_noted_in_order() {
        let mut faults = MessageFaults::default();
        assert!(faults.is_empty());
        for fault in [MessageFault::TooLong, MessageFault::Via, MessageFault::StartLine, MessageFault::Via] {
            faults.note(fault);
        }
        assert_eq!(faults.iter().collect::<Vec<_>>(), [MessageFault::StartLine, MessageFault::Via, MessageFault::TooLong]);
        assert!(!faults.has(MessageFault::To));
    }

    #[test]
    fn every_kind_has_its_own_bit_and_words() {
        assert!(ALL.len() <= 32);
        for (index, (fault, words)) in ALL.iter().enumerate() {
            assert_eq!(*fault as usize, index);
            assert_eq!(fault.name(), *words);
        }
    }
}
