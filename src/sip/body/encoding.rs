//! Takes a body and its Content-Encoding, gives the body decoded up to a bound.
//!
//! Never more than the bound is held, whatever a few octets claim to unfold to. RFC 3261, 20.12.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::fault::BodyFault;

/// Undoes `gzip` and `deflate`, gives at most `bound` octets; a body in another encoding is given as nothing.
pub(super) fn decoded<'a>(encoding: Option<&[u8]>, body: &'a [u8], bound: usize, faults: &mut Vec<BodyFault>) -> Cow<'a, [u8]> {
    let name = encoding.unwrap_or_default().trim_ascii().to_ascii_lowercase();
    match name.as_slice() {
        b"" | b"identity" => Cow::Borrowed(within(body, bound, faults)),
        b"gzip" | b"x-gzip" => Cow::Owned(unfolded(MultiGzDecoder::new(body), bound, faults)),
        b"deflate" => {
            // RFC 9110, 8.4.1.2: "deflate" is the zlib format, but some send it without the zlib header.
            let mut zlib_faults = Vec::new();
            let zlib = unfolded(ZlibDecoder::new(body), bound, &mut zlib_faults);
            if zlib.is_empty() && !zlib_faults.is_empty() {
                return Cow::Owned(unfolded(DeflateDecoder::new(body), bound, faults));
            }
            faults.append(&mut zlib_faults);
            Cow::Owned(zlib)
        }
        _ => {
            faults.push(BodyFault::UnknownEncoding);
            Cow::Borrowed(&[])
        }
    }
}

/// The first `bound` octets.
fn within<'a>(body: &'a [u8], bound: usize, faults: &mut Vec<BodyFault>) -> &'a [u8] {
    if body.len() > bound {
        faults.push(BodyFault::TooLarge);
    }
    body.get(..bound).unwrap_or(body)
}

/// Reads up to `bound` octets from a decoder, keeps what came before it failed.
fn unfolded(decoder: impl Read, bound: usize, faults: &mut Vec<BodyFault>) -> Vec<u8> {
    let mut body = Vec::new();
    let limit = u64::try_from(bound).unwrap_or(u64::MAX).saturating_add(1);
    if decoder.take(limit).read_to_end(&mut body).is_err() {
        faults.push(BodyFault::BrokenEncoding);
    }
    if body.len() > bound {
        body.truncate(bound);
        faults.push(BodyFault::TooLarge);
    }
    body
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::{BodyFault, decoded};

    fn all(mut from: impl Read) -> Vec<u8> {
        let mut octets = Vec::new();
        from.read_to_end(&mut octets).expect("memory can be read");
        octets
    }

    #[track_caller]
    fn check(encoding: Option<&str>, body: &[u8], expected: &[u8], expected_faults: &[BodyFault]) {
        let mut faults = Vec::new();
        let found = decoded(encoding.map(str::as_bytes), body, 100, &mut faults);
        assert_eq!((&*found, &faults[..]), (expected, expected_faults), "{encoding:?}");
    }

    #[test]
    fn known_encodings_are_undone() {
        let text = b"call sip:bob@example.com";
        check(None, text, text, &[]);
        check(Some("Identity"), text, text, &[]);
        check(Some(" GZIP"), &all(GzEncoder::new(&text[..], Compression::fast())), text, &[]);
        check(Some("deflate"), &all(ZlibEncoder::new(&text[..], Compression::fast())), text, &[]);
        check(Some("deflate"), &all(DeflateEncoder::new(&text[..], Compression::fast())), text, &[]);
    }

    #[test]
    fn a_body_never_unfolds_beyond_the_bound() {
        let large = [b'a'; 5000];
        check(None, &large, &large[..100], &[BodyFault::TooLarge]);
        check(Some("gzip"), &all(GzEncoder::new(&large[..], Compression::best())), &large[..100], &[BodyFault::TooLarge]);
    }

    #[test]
    fn what_cannot_be_decoded_is_said() {
        check(Some("br"), b"x", b"", &[BodyFault::UnknownEncoding]);
        check(Some("gzip"), b"no gzip", b"", &[BodyFault::BrokenEncoding]);
        let cut = all(GzEncoder::new(&b"aaaaaaaaaaaa"[..], Compression::none()));
        check(Some("gzip"), &cut[..cut.len() - 8], b"aaaaaaaaaaaa", &[BodyFault::BrokenEncoding]);
    }
}
