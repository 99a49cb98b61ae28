//! Takes a page and the fragment of its address, gives the elements that a real browser has made of it, its script run.

use std::path::Path;
use std::process::{Command, Stdio};

/// The names under which the browser is installed.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The document after loading, as the browser writes it; `None` where no browser can be run.
pub(crate) fn document(page: &Path, fragment: &str) -> Option<String> {
    // Two runs side by side need two profiles.
    let profile = page.with_extension("profile");
    for name in NAMES {
        // A browser that hangs is none.
        let mut command = Command::new("timeout");
        command.args(["--kill-after=5", "60", name]);
        // The sandbox needs rights that a container does not give; the page is ours.
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--virtual-time-budget=2000",
            "--dump-dom",
        ]);
        command.arg(format!("--user-data-dir={}", profile.display()));
        command.arg(format!("file://{}{fragment}", page.display())).stdin(Stdio::null());
        let Ok(output) = command.output() else { continue };
        let _ = std::fs::remove_dir_all(&profile);
        if output.status.success() && !output.stdout.is_empty() {
            return Some(String::from_utf8(output.stdout).expect("a document is UTF-8"));
        }
        eprintln!("{name} does not run here: {}", String::from_utf8_lossy(&output.stderr));
    }
    eprintln!("skipped: no browser can be run here ({})", NAMES.join(", "));
    None
}
