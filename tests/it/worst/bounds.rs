//! Takes the worst cases, holds what is made of them to bounds: the report grows no faster than the capture, and says the same twice.
//!
//! `WORST_CASES=DIR WORST_SIZE=N cargo test --test it worst_cases_are_written` writes them, so that time and memory of `audit` can be seen.

use std::fs;
use std::path::Path;

use super::cases::CASES;

#[test]
fn worst_cases_are_written() {
    let Some(folder) = std::env::var_os("WORST_CASES") else { return };
    let factor: u64 = std::env::var("WORST_FACTOR").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1);
    let only = std::env::var("WORST_ONLY").unwrap_or_default();
    for case in CASES.iter().filter(|case| case.name.contains(&only)) {
        let path = Path::new(&folder).join(format!("{}.pcap", case.name));
        fs::write(&path, (case.make)(case.size * factor)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
