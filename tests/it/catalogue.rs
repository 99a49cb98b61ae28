//! Takes the list of all rules, holds each to the form of the catalogue: its names, its words, its file and its two samples.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sip3xx::report::model::{Report, Verdict};
use sip3xx::rules::{ALL, Rule, find};

use crate::support::audited::report_of;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names in a folder, in their order.
fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("can be listed").file_name().to_string_lossy().into_owned()).collect()
}

fn file_of(rule: &Rule) -> PathBuf {
    root().join("src/rules").join(rule.section.folder()).join(format!("{}.rs", rule.id.replace('-', "_")))
}

fn sample_of(rule: &Rule, name: &str) -> PathBuf {
    root().join("samples/rules").join(rule.id).join(name)
}

#[test]
fn ids_are_unique_and_in_kebab_case() {
    let mut seen = BTreeSet::new();
    for rule in ALL {
        assert!(seen.insert(rule.id), "{} stands twice", rule.id);
        let words = || rule.id.split('-');
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        assert!(words().all(is_word) && words().count() > 1, "{}", rule.id);
        assert_eq!(find(rule.id).map(|found| found.id), Some(rule.id));
    }
}

#[test]
fn each_rule_has_its_file_and_each_file_of_a_rule_is_in_the_list() {
    for rule in ALL {
        let text = fs::read_to_string(file_of(rule)).unwrap_or_else(|error| panic!("{}: {error}", file_of(rule).display()));
        assert!(text.contains(&format!("id: \"{}\"", rule.id)), "{} holds another rule", file_of(rule).display());
    }
    let folders: BTreeSet<&str> = ALL.iter().map(|rule| rule.section.folder()).collect();
    for folder in folders {
        for name in names_in(&root().join("src/rules").join(folder)) {
            let path = root().join("src/rules").join(folder).join(name);
            let holds_a_rule = fs::read_to_string(&path).is_ok_and(|text| text.contains("RULE: Rule = Rule {"));
            assert!(!holds_a_rule || ALL.iter().any(|rule| file_of(rule) == path), "{} is not in the list", path.display());
        }
    }
}

#[test]
fn rules_stand_in_the_order_of_their_sections() {
    assert!(ALL.iter().map(|rule| rule.section).is_sorted());
}

#[test]
fn every_rule_says_what_where_why_and_what_to_do() {
    for rule in ALL {
        let Rule { id, summary, rationale, remedy, example, clause, .. } = rule;
        for (name, text) in [("summary", summary), ("rationale", rationale), ("remedy", remedy), ("example", example)] {
            assert!(!text.is_empty() && text.trim() == *text, "{id}: {name} {text:?}");
        }
        assert!(!clause.document.is_empty() && clause.section.starts_with(|first: char| first.is_ascii_digit()), "{id}: {clause}");

        // `ACK` and its like stay as they are.
        let first = summary.split(' ').next().unwrap_or_default();
        let is_lower = first.starts_with(char::is_lowercase) || (first.len() > 1 && !first.contains(char::is_lowercase));
        assert!(is_lower && !summary.ends_with('.') && !summary.contains('\n'), "{id}: {summary}");

        let sentences = rationale.matches(". ").count() + usize::from(rationale.ends_with('.'));
        assert!((2..=5).contains(&sentences) && rationale.ends_with('.'), "{id}: {sentences} sentences: {rationale}");
        assert!(remedy.ends_with('.'), "{id}: {remedy}");
        assert!(example.contains('\n'), "{id}: the example shows only one side: {example}");
    }
}

/// The rules that a report says were broken, each once.
fn broken(report: &Report) -> BTreeSet<&str> {
    report.redirects.iter().chain(&report.companions).flat_map(|redirect| &redirect.findings).map(|finding| finding.rule.as_str()).collect()
}

/// The ids behind `# companions:` among the comments at the beginning of a sample's text.
fn companions(text: &str) -> Vec<&str> {
    let comments = text.lines().take_while(|line| line.starts_with('#'));
    comments.filter_map(|line| line.strip_prefix("# companions:")).flat_map(str::split_whitespace).collect()
}

#[test]
fn the_sample_that_violates_a_rule_breaks_it_and_no_other() {
    for rule in ALL {
        let text = sample_of(rule, "violates.sip");
        let text = fs::read_to_string(&text).unwrap_or_else(|error| panic!("{}: {error}", text.display()));
        let mut wanted = BTreeSet::from([rule.id]);
        for companion in companions(&text) {
            assert!(find(companion).is_some() && wanted.insert(companion), "{}: the companion {companion} is none", rule.id);
        }
        let report = report_of(&sample_of(rule, "violates.pcap"));
        assert_eq!(broken(&report), wanted, "{}", rule.id);
        assert!(report.captures.iter().all(|capture| capture.faults.is_empty()), "{}", rule.id);
    }
}

#[test]
fn the_sample_that_conforms_to_a_rule_breaks_none() {
    for rule in ALL {
        let report = report_of(&sample_of(rule, "conforms.pcap"));
        assert!(!report.redirects.is_empty() || !report.companions.is_empty(), "{}: without a redirect nothing is shown", rule.id);
        assert_eq!(broken(&report), BTreeSet::new(), "{}", rule.id);
        let is_right = |verdict: Verdict| matches!(verdict, Verdict::Correct | Verdict::NotApplicable);
        assert!(report.redirects.iter().chain(&report.companions).all(|redirect| is_right(redirect.verdict)), "{}", rule.id);
        assert!(report.captures.iter().all(|capture| capture.faults.is_empty()), "{}", rule.id);
    }
}

#[test]
fn no_folder_of_samples_is_without_its_rule() {
    let ids: BTreeSet<String> = ALL.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(names_in(&root().join("samples/rules")), ids);
    let files = ["conforms.pcap", "conforms.sip", "violates.pcap", "violates.sip"].map(str::to_owned);
    for rule in ALL {
        assert_eq!(names_in(&sample_of(rule, "")), BTreeSet::from(files.clone()), "{}", rule.id);
    }
}
