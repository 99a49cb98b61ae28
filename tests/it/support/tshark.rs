//! Takes a capture and names of fields, gives what tshark reads there: the independent witness.

use std::path::Path;
use std::process::Command;

/// Fields of every frame, one row per frame; `None` where tshark is not installed.
pub(crate) fn fields(capture: &Path, filter: &str, names: &[&str]) -> Option<Vec<Vec<String>>> {
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(capture);
    // Samples of what went over TLS show it as it was inside.
    command.args(["-d", "tcp.port==5061,sip"]);
    command.args(["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]);
    command.args(["-Y", filter, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"]);
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
    assert!(output.status.success(), "tshark on {}: {}", capture.display(), String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("tshark writes UTF-8");
    Some(text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}
