//! Takes the reason why a capture cannot be read at all, gives an error that says what the file looks like and what to do.
//!
//! What is broken *inside* a capture is no error but a [`crate::fault::Fault`].

use std::io;
use std::path::{Path, PathBuf};

/// Why no frame can be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or folder cannot be opened; the source says why.
    #[error("{}: cannot be opened", path.display())]
    Open {
        /// What was to be opened.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed before the first frame; the source says why.
    #[error("{}: cannot be read at offset {offset}", path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// Octets from the start of the (uncompressed) file.
        offset: u64,
        /// What the system, or the decompressor, said.
        source: io::Error,
    },
    /// There is not one octet.
    #[error("{}: the file is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file ends inside its file header.
    #[error("{}: a {format} file that ends inside its header, after {had} of {wanted} octets", path.display())]
    CutHeader {
        /// The file.
        path: PathBuf,
        /// `pcap` or `pcapng`.
        format: &'static str,
        /// Octets that are there.
        had: u64,
        /// Octets that the header has.
        wanted: u64,
    },
    /// A pcapng of which nobody knows how to read it.
    #[error("{}: a pcapng of version {major}, where 1 is the only one known", path.display())]
    UnknownVersion {
        /// The file.
        path: PathBuf,
        /// The major version that its first section header says.
        major: u16,
    },
    /// A capture of a format that this program does not read, but others do.
    #[error("{}: {what}, which is not read here; convert it first: editcap -F pcapng {} out.pcapng", path.display(), path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is, with its article (`a Sun snoop capture`).
        what: &'static str,
    },
    /// The file is no capture.
    #[error("{}: not a capture: {looks_like}", path.display())]
    NotACapture {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        looks_like: &'static str,
    },
}

impl Error {
    /// The file or folder that the error is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Open { path, .. }
            | Self::Read { path, .. }
            | Self::Empty { path }
            | Self::CutHeader { path, .. }
            | Self::UnknownVersion { path, .. }
            | Self::Foreign { path, .. }
            | Self::NotACapture { path, .. } => path,
        }
    }

    /// The error for a file that starts with `head`, which is neither pcap nor pcapng.
    pub(super) fn of_unknown(path: &Path, head: &[u8]) -> Self {
        let path = path.to_path_buf();
        if head.is_empty() {
            return Self::Empty { path };
        }
        if let Some(&(_, what)) = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
            return Self::Foreign { path, what };
        }
        let looks_like = OTHERS
            .iter()
            .find(|(magic, _)| head.starts_with(magic))
            .map_or_else(|| if is_text(head) { "a text file" } else { "neither pcap nor pcapng by its first octets" }, |&(_, what)| what);
        Self::NotACapture { path, looks_like }
    }
}

/// Captures that Wireshark's `editcap` reads and this program does not, by their first octets.
const FOREIGN: [(&[u8], &str); 9] = [
    (b"snoop\0\0\0", "a Sun snoop capture"),
    (b"RTSS", "a Microsoft Network Monitor 1 capture"),
    (b"GMBU", "a Microsoft Network Monitor 2 capture"),
    (b"TRSNIFF data    \x1a", "a Sniffer capture"),
    (b"XCP\0", "a Network Associates capture"),
    (b"\xaa\xaa\xaa\xaa", "a 5Views capture"),
    (b"btsnoop\0", "a Bluetooth snoop capture"),
    (b"\x05VNF", "a Visual Networks capture"),
    (b"\x7fver", "a Savvius *Peek capture"),
];

/// What else is handed in by mistake.
const OTHERS: [(&[u8], &str); 8] = [
    (b"\xfd7zXZ\0", "compressed with xz; decompress it first"),
    (b"BZh", "compressed with bzip2; decompress it first"),
    (b"\x02\x21\x4c\x18", "compressed with lz4 in its old frame format; decompress it first"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\0", "an SQLite database"),
];

/// Whether `head` is what people read.
fn is_text(head: &[u8]) -> bool {
    head.iter().take(512).all(|&octet| octet >= 0x20 || matches!(octet, b'\t' | b'\n' | b'\r' | 0x1b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_says_what_the_file_looks_like_and_what_to_do() {
        let said = |head: &[u8]| Error::of_unknown(Path::new("in.cap"), head).to_string();
        assert_eq!(said(b""), "in.cap: the file is empty");
        assert_eq!(said(b"INVITE sip:"), "in.cap: not a capture: a text file");
        assert_eq!(said(b"\0\x01\x02\x03"), "in.cap: not a capture: neither pcap nor pcapng by its first octets");
        assert_eq!(
            said(b"snoop\0\0\0\0\0\0\x02"),
            "in.cap: a Sun snoop capture, which is not read here; convert it first: editcap -F pcapng in.cap out.pcapng"
        );
        assert!(said(b"\xfd7zXZ\0\0").contains("xz"));
    }
}
