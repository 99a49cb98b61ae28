//! Captures built octet by octet: each layout, each block, each fault.

use std::io::{self, Read};

use super::*;
use crate::evidence::Timestamp;
use crate::fault::FaultKind;

/// Octets in one order.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Little,
    Big,
}
use Order::{Big, Little};

impl Order {
    fn short(self, number: u16) -> Vec<u8> {
        if self == Little { number.to_le_bytes().to_vec() } else { number.to_be_bytes().to_vec() }
    }

    fn word(self, number: u32) -> Vec<u8> {
        if self == Little { number.to_le_bytes().to_vec() } else { number.to_be_bytes().to_vec() }
    }

    fn words<const N: usize>(self, numbers: [u32; N]) -> Vec<u8> {
        numbers.into_iter().flat_map(|number| self.word(number)).collect()
    }

    fn file_header(self, magic: u32, snaplen: u32, link_type: u32) -> Vec<u8> {
        [self.word(magic), self.short(2), self.short(4), self.words([0, 0, snaplen, link_type])].concat()
    }

    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let padding = body.len().next_multiple_of(4) - body.len();
        let len = (12 + body.len() + padding) as u32;
        [self.words([kind, len]), body.to_vec(), vec![0; padding], self.word(len)].concat()
    }

    fn section(self) -> Vec<u8> {
        self.block(0x0a0d_0d0a, &[self.word(0x1a2b_3c4d), self.short(1), self.short(0), vec![0xff; 8]].concat())
    }

    fn interface(self, link_type: u16, snaplen: u32, options: &[u8]) -> Vec<u8> {
        self.block(1, &[self.short(link_type), self.short(0), self.word(snaplen), options.to_vec()].concat())
    }

    fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
        [self.short(code), self.short(value.len() as u16), value.to_vec(), padding].concat()
    }

    fn enhanced(self, interface: u32, ticks: u64, data: &[u8]) -> Vec<u8> {
        let len = data.len() as u32;
        let head = self.words([interface, (ticks >> 32) as u32, ticks as u32, len, len + 1]);
        self.block(6, &[&head, data].concat())
    }
}

/// A frame as a test can keep it.
#[derive(Debug, PartialEq)]
struct Kept {
    number: u64,
    nanos: i64,
    link_type: u16,
    interface: u32,
    data: Vec<u8>,
    original_len: u32,
    offset: u64,
}

fn open(octets: &[u8]) -> Result<Capture, Error> {
    Capture::from_reader("test".into(), Box::new(io::Cursor::new(octets.to_vec())))
}

fn read(octets: &[u8]) -> (Vec<Kept>, Capture) {
    let mut capture = open(octets).unwrap();
    let mut kept = Vec::new();
    while capture.advance() {
        let Frame { number, time, link_type, interface, data, original_len, offset } = capture.frame().unwrap();
        let (nanos, link_type, data) = (time.nanos(), link_type.0, data.to_vec());
        kept.push(Kept { number, nanos, link_type, interface, data, original_len, offset });
    }
    assert!(!capture.advance() && capture.frame().is_none(), "the end is final");
    (kept, capture)
}

/// A fault as (kind, offset, who said so).
type Told = (FaultKind, Option<u64>, &'static str);

/// Numbers of the frames, and the faults.
fn told(octets: &[u8]) -> (Vec<u64>, Vec<Told>) {
    let (kept, capture) = read(octets);
    let faults = capture.faults().iter().map(|fault| (fault.first.kind, fault.first.offset, fault.first.said_by)).collect();
    (kept.iter().map(|frame| frame.number).collect(), faults)
}

#[test]
fn every_magic_of_pcap_is_read_in_both_byte_orders() {
    for (magic, nanos, extra) in
        [(0xa1b2_c3d4_u32, 7_000_000_005_000_i64, 0), (0xa1b2_3c4d, 7_000_000_000_005, 0), (0xa1b2_cd34, 7_000_000_005_000, 8)]
    {
        for order in [Little, Big] {
            let header = order.file_header(magic, 65_535, 113);
            let record = [order.words([7_000, 5, 3, 9]), vec![0xee; extra], b"abc".to_vec()].concat();
            let (kept, capture) = read(&[header, record.clone(), record].concat());
            let frame =
                |number, offset| Kept { number, nanos, link_type: 113, interface: 0, data: b"abc".to_vec(), original_len: 9, offset };
            assert_eq!(kept, [frame(1, 24), frame(2, 24 + 19 + extra as u64)], "{magic:x}");
            assert!(capture.faults().is_empty());
            assert_eq!((capture.info().format.as_str(), capture.info().frames), ("pcap", 2));
        }
    }
}

#[test]
fn record_headers_that_old_patches_made_longer_are_known_by_what_makes_sense() {
    for (magic, header_len) in [(0xa1b2_c3d4_u32, 20), (0xa1b2_c3d4, 24), (0xa1b2_cd34, 28)] {
        let record = |n: u32| [Little.words([1_700_000_000, n, 60, 60]), vec![0; header_len - 16], vec![0xdd; 60]].concat();
        let (kept, _) = read(&[Little.file_header(magic, 65_535, 1), record(1), record(2), record(3)].concat());
        assert_eq!(kept.len(), 3, "{header_len}");
        assert!(kept.iter().all(|frame| frame.data == [0xdd; 60]));
    }
}

#[test]
fn the_bits_of_the_check_sequence_are_no_link_type() {
    let (kept, _) = read(&[Big.file_header(0xa1b2_c3d4, 0, 0x1400_0001), Big.words([1, 0, 0, 100])].concat());
    assert_eq!((kept[0].link_type, kept[0].data.len(), kept[0].original_len), (1, 0, 100));
}

#[test]
fn a_captured_length_that_cannot_be_ends_the_reading() {
    let good = [Little.words([1, 0, 1, 1]), vec![9]].concat();
    for (snaplen, kept) in [(262_144, 262_145), (0, 0xffff_fff0), (65_535, 300_000), (u32::MAX, 0x7fff_ffff)] {
        let file = [Little.file_header(0xa1b2_c3d4, snaplen, 1), good.clone(), Little.words([1, 0, kept, 60]), good.clone()].concat();
        let fault = (FaultKind::BadRecord, Some(41), "pcap record header, captured length");
        assert_eq!(told(&file), (vec![1], vec![fault]), "{kept}");
    }
}

#[test]
fn a_packet_as_long_as_the_snaplen_allows_is_read() {
    let len = 3 << 20;
    let file = [Little.file_header(0xa1b2_c3d4, len, 1), Little.words([1, 0, len, len]), vec![1; len as usize]].concat();
    assert_eq!(read(&file).0[0].data.len(), len as usize);
}

#[test]
fn a_file_cut_anywhere_keeps_what_came_before_and_says_so() {
    let record = [Little.words([1, 0, 10, 10]), vec![9; 10]].concat();
    let pcap = [Little.file_header(0xa1b2_c3d4, 0, 1), record.clone(), record].concat();
    for cut in 24..pcap.len() {
        let whole = (cut - 24) / 26;
        let (numbers, faults) = told(&pcap[..cut]);
        assert_eq!(numbers.len(), whole);
        assert_eq!(faults.iter().any(|fault| fault.0 == FaultKind::CutFile), 24 + whole * 26 != cut, "{cut}");
    }
    let ng = [Big.section(), Big.interface(1, 0, &[]), Big.enhanced(0, 1, &[9; 10])].concat();
    for cut in 28..ng.len() {
        let (numbers, faults) = told(&ng[..cut]);
        assert!(numbers.is_empty());
        assert_eq!(faults.iter().any(|fault| fault.0 == FaultKind::CutFile), ![28, 48].contains(&cut), "{cut}");
    }
}

#[test]
fn a_header_that_is_cut_is_an_error() {
    for whole in [Little.file_header(0xa1b2_c3d4, 0, 1), Big.file_header(0xa1b2_cd34, 0, 1), Little.section(), Big.section()] {
        for cut in 4..whole.len() {
            let error = open(&whole[..cut]).err().unwrap();
            assert!(matches!(error, Error::CutHeader { had, .. } if had == cut as u64), "{error}");
        }
    }
    assert!(matches!(open(&[]), Err(Error::Empty { .. })));
    assert!(matches!(open(b"INVITE sip:alice@example.com SIP/2.0\r\n"), Err(Error::NotACapture { .. })));
}

#[test]
fn a_header_without_records_is_a_capture_of_no_frames() {
    for file in [Little.file_header(0xa1b2_c3d4, 0, 1), Big.section()] {
        assert_eq!(told(&file), (vec![], vec![]));
    }
}

#[test]
fn sections_of_either_byte_order_have_interfaces_of_their_own() {
    let nano = |order: Order| order.option(9, &[9]);
    let file = [
        Little.section(),
        Little.interface(1, 0, &[]),
        Little.interface(113, 0, &nano(Little)),
        Little.enhanced(1, 5, b"one"),
        Little.enhanced(0, 5, b"two"),
        Big.section(),
        Big.interface(276, 0, &nano(Big)),
        Big.enhanced(0, 1 << 40, b"three"),
    ];
    let (kept, capture) = read(&file.concat());
    let seen: Vec<_> = kept.iter().map(|frame| (frame.number, frame.interface, frame.link_type, frame.nanos, &frame.data[..])).collect();
    assert_eq!(seen, [(1, 1, 113, 5, &b"one"[..]), (2, 0, 1, 5000, b"two"), (3, 2, 276, 1 << 40, b"three")]);
    assert_eq!(capture.info().link_types, [LinkType(1), LinkType(113), LinkType(276)]);
    assert_eq!(kept[0].original_len, 4);
    assert!(capture.faults().is_empty());
}

#[test]
fn the_offset_of_an_interface_is_signed_and_in_the_order_of_the_section() {
    for (order, seconds) in [(Little, 3600_i64), (Little, -3600), (Big, 3600), (Big, -3600)] {
        let octets = if order == Little { seconds.to_le_bytes() } else { seconds.to_be_bytes() };
        let options = [order.option(2, b"eth0"), order.option(9, &[0x80 | 10]), order.option(14, &octets)].concat();
        let file = [order.section(), order.interface(1, 0, &options), order.enhanced(0, 10_000 << 10 | 512, b"x")].concat();
        assert_eq!(read(&file).0[0].nanos, (10_000 + seconds) * 1_000_000_000 + 500_000_000);
    }
}

#[test]
fn a_simple_packet_has_the_snaplen_of_interface_0_and_the_time_before_it() {
    for order in [Little, Big] {
        let simple = |len, data: &[u8]| order.block(3, &[&order.word(len)[..], data].concat());
        let file = [
            order.section(),
            order.interface(1, 5, &[]),
            simple(9, b"abcde"),
            order.enhanced(0, 77, b"time"),
            simple(3, b"abc"),
            simple(5000, b"abc"),
        ];
        let (kept, _) = read(&file.concat());
        let seen: Vec<_> = kept.iter().map(|frame| (&frame.data[..], frame.original_len, frame.nanos)).collect();
        assert_eq!(seen, [(&b"abcde"[..], 9, 0), (b"time", 5, 77_000), (b"abc", 3, 77_000), (b"abc\0", 5000, 77_000)]);
    }
}

#[test]
fn the_packet_block_of_the_first_drafts_is_read() {
    for order in [Little, Big] {
        let head = [order.short(1), order.short(3), order.words([0, 9, 4, 40])].concat();
        let old = order.block(2, &[&head[..], b"data", &order.option(2, &[0; 4])].concat());
        let file = [order.section(), order.interface(1, 0, &[]), order.interface(101, 0, &[]), old];
        let (kept, _) = read(&file.concat());
        assert_eq!((kept[0].link_type, kept[0].interface, &kept[0].data[..]), (101, 1, &b"data"[..]));
        assert_eq!((kept[0].nanos, kept[0].original_len), (9000, 40));
    }
}

#[test]
fn other_blocks_are_skipped_and_numbered_only_where_wireshark_shows_them() {
    let packet = Little.enhanced(0, 1, b"x");
    for (kind, shown) in [(4, 0), (5, 0), (0x8000_0001, 0), (0x777, 0), (0x0bad, 1), (0x4000_0bad, 1), (9, 1), (0x204, 1)] {
        let other = Little.block(kind, &[0xff; 40]);
        let file = [Little.section(), Little.interface(1, 0, &[]), packet.clone(), other, packet.clone()];
        assert_eq!(told(&file.concat()), (vec![1, 2 + shown], vec![]), "block type {kind:#x}");
    }
}

#[test]
fn a_whole_block_that_is_broken_inside_is_told_and_skipped() {
    let (section, interface, good) = (Little.section(), Little.interface(1, 0, &[]), Little.enhanced(0, 1, b"x"));
    let mut mismatch = good.clone();
    *mismatch.last_mut().unwrap() = 1;
    for (broken, kind, said_by) in [
        (Little.block(6, &Little.words([0, 0, 0, 500, 500])), FaultKind::BadRecord, "pcapng enhanced packet block"),
        (Little.block(6, &Little.words([0, 0, 0, 0xffff_ffff, 500])), FaultKind::BadRecord, "pcapng enhanced packet block"),
        (Little.block(6, &[0; 8]), FaultKind::BadRecord, "pcapng enhanced packet block"),
        (mismatch, FaultKind::BadRecord, "pcapng enhanced packet block"),
        (Little.block(3, &[]), FaultKind::BadRecord, "pcapng simple packet block"),
        (Little.block(2, &[0xff; 20]), FaultKind::BadRecord, "pcapng packet block"),
        (Little.block(2, &[]), FaultKind::BadRecord, "pcapng packet block"),
        (Little.enhanced(7, 1, b"x"), FaultKind::UnknownInterface, "pcapng interface index"),
        (Little.enhanced(0, 1, &vec![0; 262_145]), FaultKind::BadRecord, "pcapng captured length"),
    ] {
        let file = [&section[..], &interface, &good, &broken, &good].concat();
        assert_eq!(told(&file), (vec![1, 3], vec![(kind, Some(84), said_by)]));
    }
}

#[test]
fn a_broken_interface_description_keeps_its_index() {
    let file = [Big.section(), Big.block(1, &[0; 4]), Big.interface(113, 0, &[]), Big.enhanced(1, 1, b"x"), Big.enhanced(0, 1, b"y")];
    let (kept, capture) = read(&file.concat());
    assert_eq!(kept.iter().map(|frame| (frame.number, frame.link_type)).collect::<Vec<_>>(), [(1, 113)]);
    let kinds: Vec<_> = capture.faults().iter().map(|fault| fault.first.kind).collect();
    assert_eq!(kinds, [FaultKind::BadRecord, FaultKind::UnknownInterface]);
}

#[test]
fn a_block_length_that_cannot_be_ends_the_reading() {
    let start = [Little.section(), Little.interface(1, 0, &[]), Little.enhanced(0, 1, b"x")].concat();
    for length in [0, 4, 8, 13, 0xffff_fff0] {
        let file = [&start[..], &Little.words([0x777, length]), &[0; 40]].concat();
        assert_eq!(told(&file), (vec![1], vec![(FaultKind::BadRecord, Some(84), "pcapng block length")]));
    }
}

#[test]
fn a_block_longer_than_the_bound_is_skipped_unread() {
    let start = [Little.section(), Little.interface(1, 0, &[]), Little.enhanced(0, 1, b"x")].concat();
    let long = Little.block(0x777, &vec![0; 20 << 20]);
    let file = [&start[..], &long, &Little.enhanced(0, 1, b"x")].concat();
    assert_eq!(told(&file), (vec![1, 2], vec![(FaultKind::BoundReached, Some(84), "pcapng block length")]));
}

#[test]
fn a_version_that_nobody_knows_is_refused() {
    let mut section = Little.section();
    section[12] = 2;
    assert!(matches!(open(&section), Err(Error::UnknownVersion { major: 2, .. })));
    let file = [Little.section(), Little.interface(1, 0, &[]), Little.enhanced(0, 1, b"x"), section];
    assert_eq!(told(&file.concat()), (vec![1], vec![(FaultKind::BadRecord, Some(84), "pcapng section header")]));
}

#[test]
fn the_end_of_compressed_data_is_told_as_what_it_is() {
    let record = [Little.words([1, 0, 100, 100]), (0..100).collect()].concat();
    let pcap = [Little.file_header(0xa1b2_c3d4, 0, 1), record.repeat(50)].concat();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    io::Write::write_all(&mut encoder, &pcap).unwrap();
    let gzip = encoder.finish().unwrap();
    let (numbers, faults) = told(&gzip[..gzip.len() / 2]);
    assert!(numbers.len() > 20 && faults.iter().any(|fault| (fault.0, fault.2) == (FaultKind::CutFile, "compressed data")));
    let (numbers, faults) = told(&[gzip.clone(), b"\x1f\x8b?".to_vec()].concat());
    assert_eq!((numbers.len(), faults[0].2), (50, "compressed data"));
    assert_eq!(open(&gzip).unwrap().info().format, "pcap+gzip");
}

/// Gives some octets, then fails.
struct Failing(io::Cursor<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(io::ErrorKind::ConnectionReset.into()),
            had => Ok(had),
        }
    }
}

#[test]
fn a_read_error_keeps_what_came_before() {
    let pcap = [Little.file_header(0xa1b2_c3d4, 0, 1), Little.words([1, 0, 0, 0]), Little.words([1, 0, 9, 9])].concat();
    let failing = |octets: &[u8]| Capture::from_reader("pipe".into(), Box::new(Failing(io::Cursor::new(octets.to_vec()))));
    let mut capture = failing(&pcap).unwrap();
    assert!(capture.advance() && !capture.advance());
    let faults: Vec<_> = capture.faults().iter().map(|fault| (fault.first.kind, fault.first.said_by, fault.first.offset)).collect();
    assert_eq!(faults, [(FaultKind::CutFile, "read error", Some(56))]);
    let error = failing(&pcap[..10]).err().unwrap();
    assert!(matches!(&error, Error::Read { offset: 10, source, .. } if source.kind() == io::ErrorKind::ConnectionReset), "{error}");
}

#[test]
fn info_tells_times_and_octets_read() {
    let frame = |seconds| [Little.words([seconds, 0, 1, 1]), vec![0]].concat();
    let file = [Little.file_header(0xa1b2_c3d4, 0, 1), frame(5), frame(9), frame(7)].concat();
    let (_, capture) = read(&file);
    let info = capture.info();
    let second = |seconds: i128| Some(Timestamp::from_nanos(seconds * 1_000_000_000));
    assert_eq!((info.first_time, info.last_time), (second(5), second(9)));
    assert_eq!((info.name.as_str(), info.bytes, capture.bytes_read()), ("test", None, file.len() as u64));
    assert_eq!(capture.steps_back(), Some(2_000_000_000));
}

#[test]
fn what_the_writers_write_is_read_back() {
    let time = Timestamp::from_nanos(1_700_000_000_123_456_789);
    for nanosecond in [false, true] {
        let mut writer = PcapWriter::new(Vec::new(), LinkType(1), nanosecond).unwrap();
        writer.write(time, b"hello", 60).unwrap();
        assert!(writer.write(Timestamp::MIN, b"", 0).is_err());
        let (kept, _) = read(&writer.into_inner());
        let nanos = if nanosecond { time.nanos() } else { 1_700_000_000_123_456_000 };
        assert_eq!((kept[0].nanos, &kept[0].data[..], kept[0].original_len), (nanos, &b"hello"[..], 60));
    }
    let mut writer = PcapNgWriter::new(Vec::new()).unwrap();
    assert!(writer.write(0, time, b"", 0).is_err());
    assert_eq!((writer.interface(LinkType(1)).unwrap(), writer.interface(LinkType(113)).unwrap()), (0, 1));
    writer.write(1, time, b"hello", 60).unwrap();
    let (kept, _) = read(&writer.into_inner());
    assert_eq!((kept[0].nanos, &kept[0].data[..], kept[0].link_type, kept[0].interface), (time.nanos(), &b"hello"[..], 113, 1));
}

#[test]
fn words_of_interfaces_comments_and_secrets_are_read_back_and_written_again_alike() {
    let mut words = InterfaceWords::none(6);
    words.take(2, b"eth0");
    words.take(3, "Vermittlung, S\u{fc}d".as_bytes());
    let time = Timestamp::from_nanos(1_700_000_000_123_456_000);
    let write = |words: &InterfaceWords, comments: &[&[u8]], secrets: &[u8]| {
        let mut writer = PcapNgWriter::new(Vec::new()).unwrap();
        writer.interface_in_words(LinkType(1), words).unwrap();
        writer.secrets(secrets).unwrap();
        writer.write_commented(0, time, b"hello", 60, comments).unwrap();
        writer.into_inner()
    };
    let written = write(&words, &[b"one", b"another"], b"CLIENT_RANDOM 00 11\n");
    let mut capture = Capture::from_reader("x".to_owned(), Box::new(std::io::Cursor::new(written.clone()))).unwrap();
    assert!(capture.advance());
    assert_eq!(capture.take_secrets(), b"CLIENT_RANDOM 00 11\n\n");
    assert_eq!((capture.frame().unwrap().time, capture.frame().unwrap().data), (time, &b"hello"[..]));
    assert_eq!(capture.comments(), [&b"one"[..], b"another"]);
    assert_eq!(write(&capture.interface_words(), &capture.comments(), b"CLIENT_RANDOM 00 11\n"), written);
    // Where the clock was put right, the time may need more places.
    assert_eq!(capture.with_clock_ahead(1).interface_words(), words.in_nanoseconds());
}
