//! Takes a capture and display filters, gives the frames that Wireshark's own engine picks: one start for all filters.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// The frames that each filter picks; `None` for a filter that is refused. `None` for all where sharkd is not installed.
pub(crate) fn picked(capture: &Path, filters: &[&str]) -> Option<Vec<Option<BTreeSet<u64>>>> {
    let file = capture.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", capture.display()));
    let mut requests = vec![
        json!({"jsonrpc": "2.0", "id": 1, "method": "setconf", "params": {"name": "tcp.reassemble_out_of_order", "value": "TRUE"}}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "load", "params": {"file": file}}),
    ];
    for (nth, filter) in filters.iter().enumerate() {
        let parameters = json!({"filter": filter, "column0": "frame.number:1"});
        requests.push(json!({"jsonrpc": "2.0", "id": nth + 3, "method": "frames", "params": parameters}));
    }
    let mut sharkd = match Command::new("sharkd").arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn() {
        Ok(sharkd) => sharkd,
        Err(error) => {
            eprintln!("skipped: sharkd cannot be run here ({error})");
            return None;
        }
    };
    // All of it fits the pipe, so that nobody waits for the other.
    let mut stdin = sharkd.stdin.take().expect("it is piped");
    for request in &requests {
        writeln!(stdin, "{request}").expect("sharkd reads");
    }
    drop(stdin);
    let output = sharkd.wait_with_output().expect("sharkd ends");
    let mut found: Vec<Option<BTreeSet<u64>>> = vec![None; filters.len()];
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(answer) = serde_json::from_str::<Value>(line) else { continue };
        let (Some(id), Some(frames)) = (answer["id"].as_u64(), answer["result"].as_array()) else { continue };
        let numbers = frames.iter().filter_map(|frame| frame["num"].as_u64()).collect();
        if let Some(place) = id.checked_sub(3).and_then(|nth| found.get_mut(nth as usize)) {
            *place = Some(numbers);
        }
    }
    Some(found)
}
