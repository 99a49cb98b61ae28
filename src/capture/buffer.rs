//! Takes any reader, gives its octets as one growing block from which whole records are lent.
//!
//! Invariants: the block never holds more than [`MAX_BLOCK`] octets, a record lent by index stays where it is until the next fill, and
//! no octet is read twice. A walk over a block that `read` filled is three times as fast as one over a mapped file: the chain of
//! record headers stays in the cache.

use std::io::{self, BufRead, ErrorKind, Read};

/// The most octets that one record or block may have, its header included.
pub(super) const MAX_BLOCK: usize = 16 << 20;

/// Octets of a reader, read ahead.
pub(super) struct Buffer {
    reader: Box<dyn Read + Send>,
    octets: Vec<u8>,
    /// Where the octets not yet consumed start in `octets`.
    start: usize,
    /// Where they end.
    end: usize,
    /// Octets consumed since the start of the file.
    offset: u64,
    /// The size to which `octets` is made first.
    usual_size: usize,
    /// The reader has no more.
    ended: bool,
    /// More was asked for than the reader had.
    starved: bool,
    /// Why the reader stopped before its end.
    error: Option<io::Error>,
}

impl Buffer {
    /// A buffer over `reader`, whose first octet is number `offset` of the file; the block has `usual_size` octets until a longer record
    /// comes. Reads nothing yet.
    pub(super) fn new(reader: Box<dyn Read + Send>, offset: u64, usual_size: usize) -> Self {
        Self { reader, octets: Vec::new(), start: 0, end: 0, offset, usual_size, ended: false, starved: false, error: None }
    }

    /// The octets that are there and not yet consumed.
    #[inline]
    pub(super) fn available(&self) -> &[u8] {
        self.octets.get(self.start..self.end).unwrap_or_default()
    }

    /// The octets at `start..start + len` of the block, as told by [`Self::position`] since the last fill.
    #[inline]
    pub(super) fn lend(&self, start: usize, len: usize) -> &[u8] {
        self.octets.get(start..start.saturating_add(len)).unwrap_or_default()
    }

    /// Where in the block the first octet not yet consumed stands; void after the next fill.
    #[inline]
    pub(super) const fn position(&self) -> usize {
        self.start
    }

    /// How many octets of the file were consumed.
    #[inline]
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// How many octets are there and not yet consumed.
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.end - self.start
    }

    /// Reads until `wanted` octets are there; false where the file, or the bound of the block, ends before.
    #[inline]
    pub(super) fn fill_to(&mut self, wanted: usize) -> bool {
        self.len() >= wanted || self.refill(wanted)
    }

    #[cold]
    fn refill(&mut self, wanted: usize) -> bool {
        if wanted > MAX_BLOCK {
            return false;
        }
        self.octets.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.octets.len() < wanted.max(1) {
            self.octets.resize(wanted.next_power_of_two().max(self.usual_size), 0);
        }
        while self.end < wanted && !self.ended {
            match self.reader.read(self.octets.get_mut(self.end..).unwrap_or_default()) {
                Ok(0) => self.ended = true,
                Ok(had) => self.end = self.end.saturating_add(had).min(self.octets.len()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.error = Some(error);
                }
            }
        }
        self.starved |= self.end < wanted;
        self.end >= wanted
    }

    /// Takes off `count` octets, at most those that are there.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.len());
        self.start += count;
        self.offset += count as u64;
    }

    /// Takes off `count` octets that need not fit the block; gives how many there were.
    pub(super) fn skip(&mut self, count: u64) -> u64 {
        let mut left = count;
        while left > 0 && self.fill_to(1) {
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(self.len());
            self.consume(step);
            left -= step as u64;
        }
        count - left
    }

    /// Whether more was asked for than there was.
    pub(super) const fn is_starved(&self) -> bool {
        self.starved
    }

    /// Why the reader stopped before its end, where it did.
    pub(super) const fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// The same, taken out.
    pub(super) const fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Lets go of the reader and of the memory; the buffer is empty and at its end from here on.
    pub(super) fn close(&mut self) {
        self.reader = Box::new(io::empty());
        self.octets = Vec::new();
        self.start = 0;
        self.end = 0;
        self.ended = true;
    }
}

// A decoder reads compressed octets from the buffer in which their magic was looked at.
impl Read for Buffer {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut ready = self.fill_buf()?;
        let had = ready.read(into)?;
        self.consume(had);
        Ok(had)
    }
}

impl BufRead for Buffer {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if !self.fill_to(1)
            && let Some(error) = self.error.take()
        {
            return Err(error);
        }
        Ok(self.available())
    }

    fn consume(&mut self, count: usize) {
        Self::consume(self, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 64 << 10;

    /// Gives one octet at a time, with an interruption before each.
    struct Halting(Vec<u8>, bool);

    impl Read for Halting {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(ErrorKind::Interrupted.into());
            }
            match (self.0.pop(), into.first_mut()) {
                (Some(octet), Some(place)) => {
                    *place = octet;
                    Ok(1)
                }
                _ => Ok(0),
            }
        }
    }

    #[test]
    fn short_reads_and_interruptions_are_not_seen() {
        let mut buffer = Buffer::new(Box::new(Halting(vec![3, 2, 1], false)), 0, SIZE);
        assert!(buffer.fill_to(3));
        assert_eq!(buffer.available(), [1, 2, 3]);
        buffer.consume(2);
        assert_eq!((buffer.offset(), buffer.available()), (2, &[3][..]));
        assert!(!buffer.fill_to(2));
        assert!(buffer.is_starved() && buffer.error().is_none());
    }

    #[test]
    fn the_block_grows_to_what_is_asked_and_no_further_than_its_bound() {
        let mut buffer = Buffer::new(Box::new(io::repeat(7)), 0, SIZE);
        assert!(buffer.fill_to(SIZE * 3));
        assert!(buffer.fill_to(MAX_BLOCK));
        assert!(!buffer.fill_to(MAX_BLOCK + 1));
        assert_eq!(buffer.skip(5 * MAX_BLOCK as u64), 5 * MAX_BLOCK as u64);
        assert_eq!(buffer.offset(), 5 * MAX_BLOCK as u64);
    }

    #[test]
    fn skipping_past_the_end_tells_how_much_there_was() {
        let mut buffer = Buffer::new(Box::new(&[0_u8; 10][..]), 100, SIZE);
        assert_eq!(buffer.skip(99), 10);
        assert_eq!(buffer.offset(), 110);
    }
}
