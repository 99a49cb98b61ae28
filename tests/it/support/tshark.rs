//! Takes a capture and names of fields, gives what tshark reads there: the independent witness.

use std::path::Path;
use std::process::Command;

/// What stands between several values of one field; no value holds it.
pub(crate) const BETWEEN_VALUES: char = '\u{1f}';

/// What tshark read.
pub(crate) struct Reading {
    /// The fields of every frame, one row per frame.
    pub(crate) rows: Vec<Vec<String>>,
    /// What it says against the capture, where it says that something is wrong.
    pub(crate) complaint: Option<String>,
}

/// Fields of every frame, one row per frame; `None` where tshark is not installed.
pub(crate) fn fields(capture: &Path, filter: &str, names: &[&str]) -> Option<Vec<Vec<String>>> {
    let checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"];
    let reading = read(capture, &checks, filter, names)?;
    assert_eq!(reading.complaint, None, "tshark on {}", capture.display());
    Some(reading.rows)
}

/// The same with further options, of a capture that may be damaged.
pub(crate) fn read(capture: &Path, options: &[&str], filter: &str, names: &[&str]) -> Option<Reading> {
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(capture).args(options);
    // Samples of what went over TLS show it as it was inside.
    command.args(["-d", "tcp.port==5061,sip"]);
    command.args(["-Y", filter, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"]);
    command.arg("-E").arg(format!("aggregator={BETWEEN_VALUES}"));
    for name in names {
        command.args(["-e", name]);
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: tshark cannot be run here ({error})");
            return None;
        }
    };
    let text = String::from_utf8_lossy(&output.stdout);
    Some(Reading {
        rows: text.split_terminator('\n').map(|line| line.split('\t').map(str::to_owned).collect()).collect(),
        complaint: (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned()),
    })
}

/// The lines that a command of tshark prints; `None` where it is not installed.
#[cfg(feature = "tls")]
pub(crate) fn lines(command: &mut Command) -> Option<Vec<String>> {
    match command.output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()),
        Err(error) => {
            eprintln!("skipped: tshark cannot be run here ({error})");
            None
        }
    }
}
