//! Takes the key logs that were named, as an option or as tshark's preference, gives the secrets in them.
//!
//! Invariant: a file in which there is no secret is a mistake, and is told as one.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use sip3xx::flow::KeyLog;
use sip3xx::limit::Limits;

use super::complaint::Complaint;

/// The longest line that is read whole, in octets; the longest that means something is a quarter of it.
const LINE_MAX: u64 = 1_024;

/// Where secrets come from, beside the capture itself.
#[derive(Debug, Args)]
pub(super) struct KeyLogs {
    /// Open TLS with the secrets in a key log, as SSLKEYLOGFILE makes it; may be given several times.
    #[arg(long = "keylog", value_name = "FILE", help_heading = "TLS")]
    files: Vec<PathBuf>,
    /// A preference, as tshark has them; of these, tls.keylog_file:FILE means something here.
    #[arg(short = 'o', value_name = "NAME:VALUE", value_parser = Preference::parse, help_heading = "TLS")]
    preferences: Vec<Preference>,
}

/// A preference of tshark.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Preference {
    KeyLog(PathBuf),
    /// One that decides nothing here.
    Other(String),
}

impl Preference {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or("NAME:VALUE is wanted, such as tls.keylog_file:keys.log")?;
        match name {
            // The second is the name of older versions.
            "tls.keylog_file" | "ssl.keylog_file" if !value.is_empty() => Ok(Self::KeyLog(PathBuf::from(value))),
            _ => Ok(Self::Other(name.to_owned())),
        }
    }
}

impl KeyLogs {
    /// The files that were named.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        let named = self.preferences.iter().filter_map(|preference| match preference {
            Preference::KeyLog(file) => Some(file),
            Preference::Other(_) => None,
        });
        self.files.iter().chain(named).map(PathBuf::as_path)
    }

    /// The secrets in all of them, of as many sessions as `limits` allow; a preference that means nothing here is told.
    pub(super) fn read(&self, limits: &Limits) -> Result<KeyLog, Complaint> {
        for preference in &self.preferences {
            if let Preference::Other(name) = preference {
                Complaint::new(format!("the preference {name} changes nothing here")).tell();
            }
        }
        let mut keys = KeyLog::within(limits);
        for file in self.files() {
            if cfg!(not(feature = "tls")) {
                return Err(Complaint::new("this build opens no TLS: build it with the feature `tls` to read a key log"));
            }
            let learned = learn(file, &mut keys).map_err(|error| Complaint::new(format!("cannot read {}: {error}", file.display())))?;
            if learned == 0 {
                return Err(Complaint::new(format!(
                    "{}: no secret of TLS in it; a key log is wanted, as SSLKEYLOGFILE makes it",
                    file.display()
                )));
            }
        }
        Ok(keys)
    }
}

/// Adds the secrets in `file` to `keys`; gives how many there were.
fn learn(file: &Path, keys: &mut KeyLog) -> std::io::Result<u64> {
    let mut reader = BufReader::new(File::open(file)?);
    let (mut line, mut learned) = (Vec::new(), 0_u64);
    loop {
        line.clear();
        if reader.by_ref().take(LINE_MAX).read_until(b'\n', &mut line)? == 0 {
            // What was dropped at a bound was a secret too.
            return Ok(learned.saturating_add(keys.dropped()));
        }
        learned = learned.saturating_add(keys.learn(&line) as u64);
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Preference;

    #[test]
    fn tsharks_preference_names_a_key_log() {
        let file = |text: &str| Preference::parse(text);
        assert_eq!(file("tls.keylog_file:a:b.log"), Ok(Preference::KeyLog(PathBuf::from("a:b.log"))));
        assert_eq!(file("ssl.keylog_file:k"), Ok(Preference::KeyLog(PathBuf::from("k"))));
        assert_eq!(file("ip.defragment:TRUE"), Ok(Preference::Other("ip.defragment".to_owned())));
        assert!(file("tls.keylog_file").is_err());
    }
}
