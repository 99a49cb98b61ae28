//! Takes the octets of a DNS message, gives its question and its records.
//!
//! Invariant: the counts of the header say only how many records are looked for; what is read follows from the octets that are there.

use super::name::Name;
use super::record::{self, Record};

/// Octets of the header (RFC 1035, 4.1.1).
const HEADER: usize = 12;
/// The most records that are read of one message; an answer of more of them is no way to a SIP server.
pub const MAX_RECORDS: usize = 64;

/// A question, or an answer to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Whether it is an answer.
    pub is_response: bool,
    /// How the answer came out: 0 is well, 3 says that there is no such name (RFC 1035, 4.1.1).
    pub rcode: u8,
    /// The name that is asked about; none where there is no question, as in most answers of multicast DNS.
    pub question: Option<Name>,
    /// What is said about names, in the order in which it stands: answers, and what was added to them.
    pub records: Vec<Record>,
    /// Whether that is all: the server cut nothing off (RFC 1035, 4.1.1, TC), nor did the capture, and [`MAX_RECORDS`] had room for it.
    pub is_whole: bool,
}

impl Message {
    /// Reads a message: none where there is no header of an ordinary question or answer, else all that can be understood.
    #[must_use]
    pub fn read(octets: &[u8]) -> Option<Self> {
        let [_, _, flags, result, counts @ ..] = *octets.first_chunk::<HEADER>()?;
        // An opcode other than QUERY asks nothing about names (RFC 1035, 4.1.1).
        if flags & 0x78 != 0 {
            return None;
        }
        let [q1, q2, a1, a2, n1, n2, x1, x2] = counts;
        let questions = u16::from_be_bytes([q1, q2]);
        let records = [[a1, a2], [n1, n2], [x1, x2]].map(|pair| u32::from(u16::from_be_bytes(pair))).iter().sum();
        let mut message =
            Self { is_response: flags & 0x80 != 0, rcode: result & 0x0f, question: None, records: Vec::new(), is_whole: false };
        if let Some(at) = message.read_questions(octets, questions) {
            message.is_whole = message.read_records(octets, at, records) && flags & 0x02 == 0;
        }
        Some(message)
    }

    /// Octets that it takes, about: for those who bound what they hold.
    #[must_use]
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.records.len() * 2 * size_of::<Record>()
    }

    /// Reads the first question and passes over the others; gives the place behind them.
    fn read_questions(&mut self, octets: &[u8], count: u16) -> Option<usize> {
        let mut at = HEADER;
        for number in 0..count {
            let behind = Name::end(octets, at)?;
            if number == 0 {
                self.question = Name::read(octets, at).map(|(name, _)| name);
            }
            at = behind + 4;
        }
        Some(at)
    }

    /// Reads so many records; tells whether all of them were read.
    fn read_records(&mut self, octets: &[u8], mut at: usize, count: u32) -> bool {
        for _ in 0..count {
            if self.is_full() {
                return false;
            }
            let Some((record, behind)) = record::read(octets, at) else { return false };
            self.records.extend(record);
            at = behind;
        }
        true
    }

    /// Whether it holds as many records as are read.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.records.len() >= MAX_RECORDS
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::super::{Data, Name};
    use super::{MAX_RECORDS, Message};

    /// A record about the name of the question.
    fn record(kind: u16, ttl: u32, data: &[u8]) -> Vec<u8> {
        let len = data.len() as u16;
        [&b"\xc0\x0c"[..], &kind.to_be_bytes(), &[0, 1], &ttl.to_be_bytes(), &len.to_be_bytes(), data].concat()
    }

    /// An answer about `sip.example` that says it has `count` records.
    fn answer(count: u16, records: &[Vec<u8>]) -> Vec<u8> {
        let header = [&[0, 7, 0x81, 0x80, 0, 1][..], &count.to_be_bytes(), &[0, 0, 0, 0]].concat();
        [&header[..], b"\x03sip\x07example\0\0\x01\0\x01", &records.concat()].concat()
    }

    fn data(octets: &[u8]) -> Vec<Data> {
        let message = Message::read(octets).expect("it has a header");
        message.records.into_iter().map(|record| record.data).collect()
    }

    #[test]
    fn an_answer_gives_what_leads_to_a_server() {
        let octets = answer(
            5,
            &[
                record(5, 60, b"\x01b\xc0\x10"),
                record(1, 60, &[192, 0, 2, 1]),
                record(28, 60, &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
                record(33, 60, b"\0\x01\0\x02\x13\xc6\x01b\xc0\x10"),
                record(35, 60, b"\0\x0a\0\x14\x01S\x07SIP+D2T\0\x04_sip\x04_tcp\xc0\x10"),
            ],
        );
        let message = Message::read(&octets).expect("it has a header");
        assert!(message.is_response);
        assert_eq!((message.rcode, message.question), (0, Some(Name::of(b"sip.example"))));
        let address = |text: &str| Data::Address(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(
            data(&octets),
            [
                Data::Alias(Name::of(b"b.example")),
                address("192.0.2.1"),
                address("2001:db8::1"),
                Data::Service { priority: 1, weight: 2, port: 5062, target: Name::of(b"b.example") },
                Data::Pointer {
                    order: 10,
                    preference: 20,
                    flags: (*b"s").into(),
                    service: (*b"sip+d2t").into(),
                    replacement: Name::of(b"_sip._tcp.example"),
                },
            ]
        );
    }

    #[test]
    fn a_question_names_what_is_asked() {
        let octets = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x03Sip\x07example\0\0\x21\0\x01";
        let message = Message::read(octets).expect("it has a header");
        assert_eq!((message.is_response, message.question), (false, Some(Name::of(b"sip.example"))));
    }

    #[test]
    fn a_count_that_lies_gives_what_is_there() {
        assert_eq!(data(&answer(u16::MAX, &[record(1, 60, &[192, 0, 2, 1])])).len(), 1);
        let many: Vec<Vec<u8>> = (0..200).map(|_| record(1, 60, &[192, 0, 2, 1])).collect();
        assert_eq!(data(&answer(200, &many)).len(), MAX_RECORDS);
    }

    #[test]
    fn what_is_cut_gives_the_records_ahead_of_the_cut() {
        let octets = answer(2, &[record(1, 60, &[192, 0, 2, 1]), record(1, 60, &[192, 0, 2, 2])]);
        assert_eq!(data(&octets[..octets.len() - 1]).len(), 1);
        assert_eq!(Message::read(&octets[..11]), None);
    }

    #[test]
    fn an_answer_is_whole_where_all_that_it_counts_was_read_and_nothing_was_cut_off() {
        let is_whole = |octets: &[u8]| Message::read(octets).is_some_and(|message| message.is_whole);
        let address = record(1, 60, &[192, 0, 2, 1]);
        let mut octets = answer(2, &[address.clone(), record(16, 60, b"\x02hi")]);
        assert!(is_whole(&octets) && is_whole(&answer(64, &vec![address.clone(); 64])));
        assert!(!is_whole(&octets[..octets.len() - 1]) && !is_whole(&answer(65, &vec![address; 65])));
        octets[2] |= 0x02;
        assert!(!is_whole(&octets), "TC");
    }

    #[test]
    fn a_record_of_another_kind_or_class_is_passed_over() {
        let mut chaos = record(1, 60, &[192, 0, 2, 1]);
        chaos[5] = 3;
        assert_eq!(data(&answer(3, &[record(16, 60, b"\x02hi"), chaos, record(1, 60, &[192, 0, 2, 9])])).len(), 1);
    }

    #[test]
    fn a_ttl_with_its_first_bit_set_is_zero() {
        let octets = answer(1, &[record(1, u32::MAX, &[192, 0, 2, 1])]);
        assert_eq!(Message::read(&octets).map(|message| message.records[0].ttl), Some(0));
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic(octets in prop::collection::vec(any::<u8>(), 0..200), flip in any::<(u8, u8)>()) {
            let _ = Message::read(&octets);
            let mut good = answer(2, &[record(33, 60, b"\0\x01\0\x02\x13\xc6\x01b\xc0\x10"), record(35, 60, b"\0\x0a\0\x14\x01S\x07SIP+D2T\0\xc0\x0c")]);
            let at = usize::from(flip.0) % good.len();
            good[at] = flip.1;
            let _ = Message::read(&good);
        }
    }
}
