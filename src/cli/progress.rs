//! Takes how far the work is, shows it on stderr where that is a terminal and the work takes longer than a second.
//!
//! This is the one place that reads a clock: what it shows is gone when the work is done, and no report depends on it.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use sip3xx::analysis::Progress;
use sip3xx::report::counted;

/// How long the work goes on before anything is shown.
const QUIET: Duration = Duration::from_secs(1);
/// How long what is shown stands.
const PERIOD: Duration = Duration::from_millis(200);
/// Returns to the first column and clears the line.
const CLEAR: &str = "\r\x1b[K";

/// The line that shows how far the work is.
pub(super) struct ProgressLine {
    next: Option<Instant>,
    shown: bool,
}

impl ProgressLine {
    /// A line that has shown nothing yet, and never does where nobody looks.
    pub(super) fn new() -> Self {
        Self { next: io::stderr().is_terminal().then(|| Instant::now() + QUIET), shown: false }
    }

    /// Shows `progress`, if it is time.
    pub(super) fn update(&mut self, progress: &Progress) {
        let now = Instant::now();
        if self.next.is_some_and(|next| now >= next) {
            self.next = Some(now + PERIOD);
            self.shown = true;
            let _ = write!(io::stderr(), "{CLEAR}{}", words(progress));
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}

/// What is shown of `progress`.
fn words(progress: &Progress) -> String {
    let mib = |bytes: u64| format!("{:.1}", bytes as f64 / 1_048_576.0);
    let of_total = match progress.bytes_total {
        Some(total) if total > 0 => {
            let percent = u128::from(progress.bytes_read.min(total)) * 100 / u128::from(total);
            format!(" of {} MiB ({percent} %)", mib(total))
        }
        _ => " MiB".to_owned(),
    };
    format!("sip3xx: {}{of_total} read, {}", mib(progress.bytes_read), counted(progress.redirects, "redirect"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_the_share_where_the_total_is_known() {
        for (bytes_read, bytes_total, wanted) in [
            (1 << 20, Some(4 << 20), "sip3xx: 1.0 of 4.0 MiB (25 %) read, 1 redirect"),
            (1 << 20, None, "sip3xx: 1.0 MiB read, 1 redirect"),
            (0, Some(0), "sip3xx: 0.0 MiB read, 1 redirect"),
            (9 << 20, Some(3 << 20), "sip3xx: 9.0 of 3.0 MiB (100 %) read, 1 redirect"),
        ] {
            assert_eq!(words(&Progress { bytes_read, bytes_total, redirects: 1 }), wanted);
        }
    }
}
