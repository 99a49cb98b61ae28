//! Takes what was measured, gives the table: time, speed, memory, and each time as a multiple of plain reading and of ours.

use std::fmt::Write as _;
use std::io;

use crate::contenders::{FLOOR, OURS};
use crate::measure::Measured;

/// One contender and what its best run took.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) measured: io::Result<Measured>,
}

/// The lines as a table, over a capture of so many bytes.
pub(crate) fn table(lines: &[Line], bytes: u64) -> String {
    let seconds_of = |name: &str| {
        let line = lines.iter().find(|line| line.name == name)?;
        line.measured.as_ref().ok().map(|measured| measured.time.as_secs_f64())
    };
    let (floor, ours) = (seconds_of(FLOOR), seconds_of(OURS));
    let mut text = format!("{:<18}{:>10}{:>9}{:>10}{:>14}{:>10}\n", "", "seconds", "MB/s", "peak MiB", "x plain read", "x sip3xx");
    for line in lines {
        // Writing to a text cannot fail.
        let _ = match &line.measured {
            Ok(measured) => {
                let seconds = measured.time.as_secs_f64();
                let times = |base: Option<f64>| base.map_or("-".to_owned(), |base| format!("{:.2}", seconds / base));
                let peak = measured.peak_kib.map_or("unknown".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0));
                let speed = bytes as f64 / 1e6 / seconds;
                let (floor, ours) = (times(floor), times(ours));
                let failed = if measured.status == 0 { String::new() } else { format!("  ended with {}", measured.status) };
                writeln!(text, "{:<18}{seconds:>10.3}{speed:>9.0}{peak:>10}{floor:>14}{ours:>10}{failed}", line.name)
            }
            Err(error) => writeln!(text, "{:<18}skipped: it cannot be run here ({error})", line.name),
        };
    }
    text
}
