//! Takes a command, gives its wall time, its peak memory and how it ended; its input may be written while it runs.

use std::fs;
use std::io::{self, Read};
use std::process::{ChildStdin, Command, Stdio};
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
    command.stdin(Stdio::null());
    measure(command, |_| Ok(()))
}

/// The same, while `write` writes what it reads.
pub(crate) fn feed(mut command: Command, write: impl FnOnce(ChildStdin) -> io::Result<()> + Send) -> io::Result<Measured> {
    command.stdin(Stdio::piped());
    measure(command, |input| input.map_or(Ok(()), write))
}

fn measure(mut command: Command, write: impl FnOnce(Option<ChildStdin>) -> io::Result<()> + Send) -> io::Result<Measured> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let input = child.stdin.take();
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
    thread::scope(|scope| {
        let writing = scope.spawn(|| write(input));
        let mut block = [0; 1 << 16];
        while output.read(&mut block)? > 0 {}
        writing.join().map_err(|_| io::Error::other("what was to be read could not be written"))?
    })?;
    let status = child.wait()?;
    let time = start.elapsed();
    drop(ended);
    let peak_kib = watch.join().map_err(|_| io::Error::other("the watch over the memory failed"))?;
    Ok(Measured { time, peak_kib, status: status.code().unwrap_or(-1) })
}

/// `VmHWM` of Linux in KiB.
fn high_water_mark(status_file: &str) -> Option<u64> {
    let status = fs::read_to_string(status_file).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
