//! Scratch.
use sip3xx::analysis::{Input, Options, audit};
#[allow(clippy::print_stdout)]
fn main() {
    let inputs: Vec<Input> = std::env::args().skip(1).map(|a| Input::File(a.into())).collect();
    let report = audit(&inputs, &Options::default(), &mut |_| {}).unwrap();
    println!("{}", serde_json::to_string(&report).unwrap());
}
