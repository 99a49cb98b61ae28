//! Takes a capture, reads it in the two simplest ways: the floor under every tool.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Octets that are read at once.
const BLOCK: usize = 1 << 20;
/// Octets of the header of a pcap file.
const FILE_HEADER: usize = 24;
/// Octets of the header of a record, the length of what follows at the third word.
const RECORD_HEADER: usize = 16;

/// Reads the whole file, one block after the other.
pub(crate) fn read_through(path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK];
    while file.read(&mut block)? > 0 {
        std::hint::black_box(&block);
    }
    Ok(())
}

/// Steps from record to record and counts them, and looks at nothing else.
pub(crate) fn walk(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut block = vec![0; 2 * BLOCK];
    let (mut held, mut at, mut frames) = (0, FILE_HEADER, 0);
    loop {
        while let Some(length) = length_at(&block[..held], at) {
            at += RECORD_HEADER + length;
            frames += 1;
        }
        // What is left of the last record goes to the front, and more is read behind it.
        let from = at.min(held);
        block.copy_within(from..held, 0);
        (held, at) = (held - from, at - from);
        match file.read(&mut block[held..])? {
            0 => return Ok(frames),
            read => held += read,
        }
    }
}

/// The length of the frame whose record begins at `at`, where its header is there.
fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at + 8..at + 12)?.try_into().ok()?;
    bytes.get(at + 12..at + RECORD_HEADER)?;
    usize::try_from(u32::from_le_bytes(word)).ok()
}
