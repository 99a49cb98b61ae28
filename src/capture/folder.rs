//! Takes a folder, gives the captures below it.
//!
//! A file is a capture by its first octets, decompressed where need be, whatever its name. Invariants: the order is that of the octets
//! of the paths; links to folders are not followed, so no way leads in a circle; what is no regular file is not opened.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::open::is_capture;

/// What lies below a folder.
#[derive(Debug, Default)]
pub struct Below {
    /// The captures, in the order of the octets of their paths.
    pub captures: Vec<PathBuf>,
    /// Files and folders that cannot be read, in the same order.
    pub unreadable: Vec<Error>,
}

/// Lists the captures below `folder`, at any depth.
///
/// # Errors
/// The folder itself cannot be read.
pub fn captures_below(folder: &Path) -> Result<Below, Error> {
    let mut below = Below::default();
    let mut folders = Vec::new();
    let cannot_open = |path: &Path| {
        let path = path.to_path_buf();
        |source| Error::Open { path, source }
    };
    list(folder, &mut folders, &mut below).map_err(cannot_open(folder))?;
    while let Some(folder) = folders.pop() {
        if let Err(source) = list(&folder, &mut folders, &mut below) {
            below.unreadable.push(cannot_open(&folder)(source));
        }
    }
    below.captures.sort_by(|one, other| octets(one).cmp(octets(other)));
    below.unreadable.sort_by(|one, other| octets(one.path()).cmp(octets(other.path())));
    Ok(below)
}

fn octets(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// Puts the captures that lie directly in `folder` into `below`, and its folders into `folders`.
fn list(folder: &Path, folders: &mut Vec<PathBuf>, below: &mut Below) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            folders.push(path);
            continue;
        }
        match fs::metadata(&path) {
            Ok(about) if !about.is_file() => {}
            Ok(_) => match is_capture(&path) {
                Ok(true) => below.captures.push(path),
                Ok(false) => {}
                Err(error) => below.unreadable.push(error),
            },
            Err(source) => below.unreadable.push(Error::Open { path, source }),
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn captures_are_found_by_magic_at_any_depth_and_links_in_a_circle_are_survived() {
        let folder = std::env::temp_dir().join(format!("sip3xx-folder-{}", std::process::id()));
        let deep = folder.join("b").join("c");
        fs::create_dir_all(&deep).unwrap();
        let pcap = [&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][..], &[0; 16]].concat();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut gzip, &pcap).unwrap();
        fs::write(deep.join("trace.txt"), &pcap).unwrap();
        fs::write(folder.join("packed"), gzip.finish().unwrap()).unwrap();
        fs::write(folder.join("lies.pcap"), "a text").unwrap();
        fs::write(folder.join("wide.pcap.zst"), [0x28, 0xb5, 0x2f, 0xfd, 0, 18 << 3, 1, 0, 0]).unwrap();
        fs::write(folder.join("empty.pcap"), "").unwrap();
        symlink(&folder, deep.join("circle")).unwrap();
        symlink(folder.join("nowhere"), folder.join("broken")).unwrap();
        symlink(deep.join("trace.txt"), folder.join("a")).unwrap();

        let below = captures_below(&folder).unwrap();
        assert_eq!(below.captures, [folder.join("a"), deep.join("trace.txt"), folder.join("packed")]);
        assert_eq!(below.unreadable.iter().map(Error::path).collect::<Vec<_>>(), ["broken", "wide.pcap.zst"].map(|name| folder.join(name)));
        fs::remove_dir_all(&folder).unwrap();
        assert!(captures_below(&folder).is_err());
    }
}
