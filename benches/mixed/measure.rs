//! Takes a command, gives its wall time, its peak memory and the number of lines that it wrote.

use std::fs;
use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often the kernel is asked for the peak of memory.
const POLL: Duration = Duration::from_millis(1);

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// From before the start to after the end.
    pub(crate) time: Duration,
    /// The largest resident set in KiB, where the system tells it.
    pub(crate) peak_kib: Option<u64>,
    /// Line feeds on stdout.
    pub(crate) lines: usize,
    /// The exit status, -1 when a signal ended it.
    pub(crate) status: i32,
}

impl Measured {
    /// The faster of two runs, with the larger of the two peaks.
    pub(crate) fn faster(self, other: Self) -> Self {
        let faster = if other.time < self.time { other } else { self };
        Self { peak_kib: self.peak_kib.max(other.peak_kib), ..faster }
    }
}

/// Runs the command to its end, its output read as it comes.
pub(crate) fn run(mut command: Command) -> io::Result<Measured> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut output = child.stdout.take().ok_or_else(|| io::Error::other("the output was not piped"))?;
    let (ended, has_ended) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        let mut peak = None;
        // The kernel's high-water mark never falls, so the last answer before the end is the peak.
        while has_ended.recv_timeout(POLL) == Err(RecvTimeoutError::Timeout) {
            peak = peak.max(high_water_mark(&status_file));
        }
        peak
    });
    let mut lines = 0;
    let mut block = [0; 1 << 16];
    loop {
        match output.read(&mut block)? {
            0 => break,
            length => lines += block.iter().take(length).filter(|byte| **byte == b'\n').count(),
        }
    }
    let status = child.wait()?;
    let time = start.elapsed();
    drop(ended);
    let peak_kib = watch.join().map_err(|_| io::Error::other("the watch over the memory failed"))?;
    Ok(Measured { time, peak_kib, lines, status: status.code().unwrap_or(-1) })
}

/// `VmHWM` of Linux in KiB.
fn high_water_mark(status_file: &str) -> Option<u64> {
    let status = fs::read_to_string(status_file).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
