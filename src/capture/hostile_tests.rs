//! Captures damaged at random: none may panic, hang, or ask for unbounded memory.

use std::io::Cursor;

use super::*;
use crate::evidence::Timestamp;

/// A random sequence that is the same on every run (the xorshift of Marsaglia).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// One small capture of each container and compression.
fn seeds() -> Vec<Vec<u8>> {
    let time = |second: i128| Timestamp::from_nanos(second * 1_000_000_000);
    let mut pcap = PcapWriter::new(Vec::new(), LinkType(1), false).unwrap();
    let mut pcapng = PcapNgWriter::new(Vec::new()).unwrap();
    pcapng.interface(LinkType(1)).unwrap();
    for second in 0..6 {
        let data = [second as u8; 90];
        pcap.write(time(second), &data, 90).unwrap();
        pcapng.write(0, time(second), &data, 90).unwrap();
    }
    let (pcap, pcapng) = (pcap.into_inner(), pcapng.into_inner());
    let mut modified = pcap.clone();
    modified[..4].copy_from_slice(&0xa1b2_cd34_u32.to_le_bytes());
    let mut blocks = pcapng.clone();
    for kind in [2, 3, 9, 10, 0x8000_0001, 0x0bad] {
        blocks.extend([&u32::to_le_bytes(kind)[..], &44_u32.to_le_bytes(), &[0; 32], &44_u32.to_le_bytes()].concat());
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut gzip, &pcap).unwrap();
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    std::io::Write::write_all(&mut lz4, &pcapng).unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(&pcap[..], ruzstd::encoding::CompressionLevel::Fastest);
    vec![pcap, pcapng, modified, blocks, gzip.finish().unwrap(), lz4.finish().unwrap(), zstd]
}

/// Damages `octets` in one to four places.
fn damage(octets: &mut Vec<u8>, random: &mut Random) {
    const LIES: [u32; 8] = [0, 1, 3, 12, 0x7fff_ffff, 0xffff_ffff, 0xffff_fff0, 262_145];
    for _ in 0..=random.below(4) {
        let at = random.below(octets.len());
        match random.below(5) {
            0 => octets.truncate(at),
            1 => octets[at] ^= 1 << random.below(8),
            2 => octets[at] = random.below(256) as u8,
            3 => {
                let lie = LIES[random.below(LIES.len())].to_le_bytes();
                octets.iter_mut().skip(at & !3).zip(lie).for_each(|(octet, lie)| *octet = lie);
            }
            _ => {
                let piece = octets[at..].to_vec();
                octets.extend(piece);
            }
        }
        if octets.is_empty() {
            return;
        }
    }
}

#[test]
fn no_damage_makes_a_panic_or_an_endless_reading() {
    let seeds = seeds();
    let mut random = Random(0x5157_3358_5821);
    for case in 0..6_000 {
        let mut octets = seeds[case % seeds.len()].clone();
        damage(&mut octets, &mut random);
        let Ok(mut capture) = Capture::from_reader("damaged".into(), Box::new(Cursor::new(octets))) else { continue };
        let mut last = 0;
        while capture.advance() {
            let frame = capture.frame().unwrap();
            assert!(frame.number > last, "case {case}: numbers rise");
            last = frame.number;
        }
        assert!(capture.info().frames >= last);
    }
}
