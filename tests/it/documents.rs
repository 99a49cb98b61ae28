//! Takes the pages of `docs` that are made from the program, holds them fresh.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sip3xx::filter::fields;
use sip3xx::limit;
use sip3xx::report::catalogue;
use sip3xx::rules::ALL;

/// What a field is about, by its name.
fn subject(name: &str) -> &'static str {
    let is_header = name.strip_prefix("sip.").is_some_and(|rest| rest.starts_with(char::is_uppercase) && !rest.contains('.'));
    match name.split('.').next().unwrap_or_default() {
        "sip" if is_header => "headers and start line",
        "sip" => "parts of the message",
        "frame" | "_ws" => "frame and columns",
        "eth" | "vlan" | "ip" | "ipv6" | "udp" | "tcp" if name.contains('.') => "packet",
        _ => "protocols",
    }
}

#[test]
fn the_page_of_the_rules_is_what_the_program_writes() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md")).unwrap_or_default();
    assert!(page == catalogue::markdown(ALL), "docs/rules.md is stale: cargo run -- rules --markdown > docs/rules.md");
}

#[test]
fn the_page_of_the_filters_names_every_field() {
    const HEAD: &str = "| about | fields |\n|---|---|\n";

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/filters.md");
    let page = fs::read_to_string(&path).expect("the page can be read");
    let (front, _) = page.split_once(HEAD).expect("the page has a table of fields");
    let mut rows: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for field in fields::ALL.iter().copied().flatten() {
        rows.entry(subject(field.name)).or_default().push(format!("`{}`", field.name));
    }
    let rows: String = rows.iter().map(|(about, names)| format!("| {about} | {} |\n", names.join(" "))).collect();
    let wanted = format!("{front}{HEAD}{rows}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &wanted).expect("the page can be written");
        return;
    }
    assert!(page == wanted, "docs/filters.md is not what the program knows: UPDATE_DOCS=1 cargo test --test it documents");
}

#[test]
fn the_architecture_page_tells_every_limit_with_its_default() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let page = fs::read_to_string(&path).expect("the page can be read");
    let cells: Vec<&str> =
        page.lines().filter(|line| line.contains(" | limits | ")).flat_map(|line| line.split([',', '|'])).map(str::trim).collect();
    for limit in limit::Limit::ALL {
        let about = limit.about();
        let told = format!("`{}` {}", about.name, about.told(about.default));
        assert!(cells.contains(&told.as_str()), "ARCHITECTURE.md does not tell {told} in its table of bounds");
    }
}

#[test]
fn the_page_of_the_configuration_lists_every_limit() {
    const START: &str = "<!-- made by the program: limits -->\n";

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let page = fs::read_to_string(&path).expect("the page can be read");
    let (front, behind) = page.split_once(START).expect("the page has a table of limits");
    let (_, rest) = behind.split_once("\n\n").unwrap_or_default();
    let end = if rest.is_empty() { String::new() } else { format!("\n{rest}") };
    let wanted = format!("{front}{START}{}{end}", limit::table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &wanted).expect("the page can be written");
        return;
    }
    assert!(page == wanted, "docs/configuration.md is not what the program knows: UPDATE_DOCS=1 cargo test --test it documents");
}
