//! Takes a buffer whose octets may be compressed, gives a buffer of what they decompress to.
//!
//! Goes by magic, never by name, and layer by layer (a zstd inside a gzip is read); gzip members, zstd frames and LZ4 frames may follow
//! each other, with skippable frames between. Invariant: data that is cut or damaged gives what came before, then an error, never a
//! silent end. RFC 1952 (gzip), RFC 8878 (zstd); the LZ4 frame format is described by its author.

use std::io::{self, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;
use lz4_flex::frame::FrameDecoder as Lz4Decoder;
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{FrameDecoder as ZstdState, StreamingDecoder as ZstdDecoder};

use super::buffer::Buffer;

/// How many times compressed octets may be compressed again.
const MAX_LAYERS: usize = 4;

/// The largest window that a zstd frame may ask for, in octets: what `zstd --long` writes.
const MAX_WINDOW: u64 = 128 << 20;

/// How octets are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// The LZ4 frame format.
    Lz4,
}

impl Compression {
    /// What the first octets of a file say.
    pub(super) fn of(magic: &[u8]) -> Option<Self> {
        match *magic.first_chunk::<4>()? {
            [0x1f, 0x8b, 8, _] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd] => Some(Self::Zstd),
            [0x04, 0x22, 0x4d, 0x18] => Some(Self::Lz4),
            // Skippable frames are common to both; parallel zstd writes one ahead of each of its frames.
            magic if is_skippable(magic) => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The name in reports.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
        }
    }
}

/// RFC 8878, 3.1.2.
const fn is_skippable(magic: [u8; 4]) -> bool {
    matches!(magic, [0x50..=0x5f, 0x2a, 0x4d, 0x18])
}

/// Takes off the layers of compression; gives the buffer of the innermost octets, of `usual_size`, and the layers, outermost first.
///
/// Of more than [`MAX_LAYERS`] nothing is given but an error.
pub(super) fn decompress(mut buffer: Buffer, usual_size: usize) -> (Buffer, Vec<Compression>) {
    let mut layers = Vec::new();
    loop {
        buffer.fill_to(4);
        let Some(compression) = Compression::of(buffer.available()) else { break };
        if layers.len() == MAX_LAYERS {
            return (Buffer::new(Box::new(Frames::TooDeep), 0, usual_size), layers);
        }
        let decoder: Box<dyn Read + Send> = match compression {
            Compression::Gzip => Box::new(MultiGzDecoder::new(buffer)),
            Compression::Zstd | Compression::Lz4 => Box::new(Frames::Between(buffer)),
        };
        buffer = Buffer::new(decoder, 0, usual_size);
        layers.push(compression);
    }
    (buffer, layers)
}

/// What is not read though nothing is wrong with it.
#[derive(Debug, thiserror::Error)]
enum Bound {
    #[error("compressed more than {MAX_LAYERS} times")]
    Layers,
    #[error("a zstd window of {0} octets is wanted, more than the {MAX_WINDOW} that are given")]
    Window(u64),
}

/// Whether `error` says that compressed octets end too early, rather than that they are wrong.
pub(super) fn is_cut(error: &io::Error) -> bool {
    has_cause(error, |cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::UnexpectedEof))
}

/// Whether `error` says that a bound of this program was reached.
pub(super) fn is_bound(error: &io::Error) -> bool {
    has_cause(error, |cause| cause.is::<Bound>())
}

fn has_cause(error: &io::Error, is_it: impl Fn(&(dyn std::error::Error + 'static)) -> bool) -> bool {
    let mut cause = Some(error as &(dyn std::error::Error + 'static));
    while let Some(error) = cause {
        if is_it(error) {
            return true;
        }
        // An io::Error made from another error hides it from `source`, so it is asked for by name.
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = inside.map(|inside| inside as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    false
}

/// Zstd and LZ4 frames, one after the other.
enum Frames {
    /// At the start of a frame or at the end.
    Between(Buffer),
    /// Inside a zstd frame.
    Zstd(Box<ZstdDecoder<Buffer, ZstdState>>),
    /// Inside an LZ4 frame.
    Lz4(Box<Lz4Decoder<Buffer>>),
    /// Inside of too many layers.
    TooDeep,
    /// After an error.
    Broken,
}

impl Read for Frames {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let had = match self {
                Self::Between(buffer) => {
                    if !buffer.fill_to(1) {
                        return buffer.take_error().map_or(Ok(0), Err);
                    }
                    0
                }
                Self::Zstd(decoder) => decoder.read(into)?,
                Self::Lz4(decoder) => decoder.read(into)?,
                Self::TooDeep => return Err(io::Error::other(Bound::Layers)),
                Self::Broken => return Err(ErrorKind::InvalidData.into()),
            };
            if had > 0 || into.is_empty() {
                return Ok(had);
            }
            *self = match std::mem::replace(self, Self::Broken) {
                Self::Between(buffer) => Self::enter(buffer)?,
                Self::Zstd(decoder) => Self::Between(decoder.into_inner()),
                Self::Lz4(decoder) => Self::leave_lz4(decoder.into_inner())?,
                Self::TooDeep | Self::Broken => Self::Broken,
            };
        }
    }
}

impl Frames {
    /// Starts the frame that `buffer` stands at.
    fn enter(mut buffer: Buffer) -> io::Result<Self> {
        buffer.fill_to(8);
        let Some(&magic) = buffer.available().first_chunk::<4>() else { return Err(ErrorKind::UnexpectedEof.into()) };
        match Compression::of(&magic) {
            Some(_) if is_skippable(magic) => {
                let Some(&[_, _, _, _, length @ ..]) = buffer.available().first_chunk::<8>() else {
                    return Err(ErrorKind::UnexpectedEof.into());
                };
                let length = 8 + u64::from(u32::from_le_bytes(length));
                if buffer.skip(length) < length {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                Ok(Self::Between(buffer))
            }
            Some(Compression::Zstd) => {
                let decoder = ZstdDecoder::new_with_max_window_size(buffer, MAX_WINDOW).map_err(|error| match error {
                    FrameDecoderError::WindowSizeTooBig { requested, .. } => io::Error::other(Bound::Window(requested)),
                    error => io::Error::other(error),
                })?;
                Ok(Self::Zstd(Box::new(decoder)))
            }
            Some(Compression::Lz4) => Ok(Self::Lz4(Box::new(Lz4Decoder::new(buffer)))),
            _ => Err(io::Error::new(ErrorKind::InvalidData, "what follows a compressed frame is none")),
        }
    }

    /// Leaves an LZ4 frame. The decoder tells a cut before a block header as an end, but asked for more than there was.
    fn leave_lz4(mut buffer: Buffer) -> io::Result<Self> {
        if let Some(error) = buffer.take_error() {
            return Err(error);
        }
        if buffer.is_starved() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(Self::Between(buffer)) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const TEXT: &[u8] = b"INVITE sip:alice@example.com SIP/2.0\r\nVia: SIP/2.0/UDP host;branch=z9hG4bK1\r\n\r\n";

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(data: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn lz4(data: &[u8]) -> Vec<u8> {
        let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn read(data: Vec<u8>) -> (Vec<u8>, Vec<Compression>, Option<io::Error>) {
        let (mut buffer, layers) = decompress(Buffer::new(Box::new(io::Cursor::new(data)), 0, 4096), 4096);
        let mut all = Vec::new();
        let error = buffer.read_to_end(&mut all).err();
        (all, layers, error)
    }

    #[test]
    fn every_compression_is_known_by_its_magic() {
        for (packed, compression) in [(gzip(TEXT), Compression::Gzip), (zstd(TEXT), Compression::Zstd), (lz4(TEXT), Compression::Lz4)] {
            let (data, layers, error) = read(packed);
            assert_eq!((data.as_slice(), layers.as_slice()), (TEXT, &[compression][..]));
            assert!(error.is_none());
        }
    }

    #[test]
    fn members_and_frames_may_follow_each_other() {
        for pack in [gzip, zstd, lz4] {
            let (data, _, error) = read([pack(TEXT), pack(TEXT)].concat());
            assert_eq!(data, [TEXT, TEXT].concat());
            assert!(error.is_none());
        }
    }

    #[test]
    fn skippable_frames_are_skipped() {
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9][..]].concat();
        for pack in [zstd, lz4] {
            let (data, _, error) = read([skippable.clone(), pack(TEXT), skippable.clone(), pack(TEXT)].concat());
            assert_eq!(data, [TEXT, TEXT].concat());
            assert!(error.is_none());
        }
    }

    #[test]
    fn layers_are_taken_off_up_to_a_bound() {
        let (data, layers, _) = read(lz4(&zstd(&gzip(TEXT))));
        assert_eq!((data.as_slice(), layers), (TEXT, vec![Compression::Lz4, Compression::Zstd, Compression::Gzip]));
        let deep = (0..MAX_LAYERS + 1).fold(TEXT.to_vec(), |data, _| gzip(&data));
        let (data, layers, error) = read(deep);
        assert_eq!((data, layers.len()), (vec![], MAX_LAYERS));
        assert!(error.is_some_and(|error| is_bound(&error)));
    }

    #[test]
    fn a_window_that_is_too_large_is_told_as_such() {
        for (log, is_told) in [(26, false), (28, true), (40, true)] {
            // One raw block, the last, of no octets (RFC 8878, 3.1.1).
            let (data, _, error) = read(vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3, 1, 0, 0]);
            assert_eq!((data, error.is_some_and(|error| is_bound(&error))), (vec![], is_told), "2^{log}");
        }
    }

    #[test]
    fn a_cut_anywhere_is_told() {
        for pack in [gzip, zstd, lz4] {
            let whole = pack(TEXT);
            for cut in 8..whole.len() {
                let (_, _, error) = read(whole[..cut].to_vec());
                assert!(error.is_some_and(|error| is_cut(&error)), "cut at {cut} of {}", whole.len());
            }
        }
    }

    #[test]
    fn what_is_no_frame_after_a_frame_is_told() {
        for pack in [gzip, zstd, lz4] {
            let (data, _, error) = read([&pack(TEXT)[..], b"no frame at all"].concat());
            assert_eq!(data, TEXT);
            assert!(error.is_some_and(|error| !is_cut(&error)));
        }
    }
}
