//! Takes the pages of `docs` that are made from the program, holds them fresh.

use sip3xx::report::catalogue;
use sip3xx::rules::ALL;

#[test]
fn the_page_of_the_rules_is_what_the_program_writes() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md")).unwrap_or_default();
    assert!(page == catalogue::markdown(ALL), "docs/rules.md is stale: cargo run -- rules --markdown > docs/rules.md");
}
