//! Takes the worst cases, holds what is made of them to bounds: the report grows no faster than the capture, and a bound that is reached is told.
//!
//! Time is not measured here. `WORST_CASES=DIR WORST_FACTOR=N cargo test --release --test it worst` writes the captures at N times their size,
//! `WORST_ONLY=WORD` those with such a name alone, so that one can see what `audit` takes for them.

use std::fs;
use std::path::Path;

use sip3xx::report::model::Report;

use super::cases::{CASES, Case};
use crate::support::audited::report_of_bytes;

/// Octets of a report that stand there whatever it tells of.
const FRAME: usize = 8 * 1024;

fn audit(case: &Case, size: u64) -> Report {
    report_of_bytes((case.make)(size)).unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

fn octets(report: &Report) -> usize {
    serde_json::to_vec(report).expect("a report can be written").len()
}

/// The words for what was bounded, as the report has them.
fn bounds_of(report: &Report) -> String {
    let faults = report.captures.iter().flat_map(|capture| &capture.faults);
    faults.filter(|fault| fault.kind == "bound-reached").map(|fault| format!("{fault:?}\n")).collect()
}

#[test]
fn the_report_on_a_capture_twice_as_bad_is_twice_as_long_at_most() {
    for case in CASES {
        let half = octets(&audit(case, case.size / 2));
        let whole = octets(&audit(case, case.size / 2 * 2));
        assert!(whole <= 2 * half + half / 4 + FRAME, "{}: {half} octets, then {whole}", case.name);
    }
}

#[test]
fn a_bound_on_what_one_message_is_compared_with_is_told() {
    for (name, told) in [
        ("numbers_of_one_branch", "transactions of one branch"),
        ("uris_of_one_branch", "transactions of one branch"),
        ("forks_of_one_request", "messages kept of one redirect"),
        ("late_responses", "requests held against a late 3xx"),
        ("redirects_of_one_call", "messages kept of one redirect"),
        ("repetitions", "messages kept of one redirect"),
        ("connections_of_one_client", "URIs that a connection is held against"),
        ("contacts_of_one_call", "Contacts read of one 3xx"),
        ("parameters_of_uris", "parameters and headers read of one URI"),
    ] {
        let case = CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("there is no case {name}"));
        let bounds = bounds_of(&audit(case, case.size));
        assert!(bounds.contains(told), "{name} reaches {bounds:?}");
    }
}

#[test]
fn worst_cases_are_written_where_one_asks_for_them() {
    let Some(folder) = std::env::var_os("WORST_CASES") else { return };
    let factor: u64 = std::env::var("WORST_FACTOR").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1);
    let only = std::env::var("WORST_ONLY").unwrap_or_default();
    for case in CASES.iter().filter(|case| case.name.contains(&only)) {
        let path = Path::new(&folder).join(format!("{}.pcap", case.name));
        fs::write(&path, (case.make)(case.size * factor)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
