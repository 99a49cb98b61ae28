//! Takes flows in which a client does all that is asked of it, puts one fault into each, holds the report to the rule that names the fault.
//!
//! Invariant: a fault breaks its rule and no other, over UDP, TCP and IPv6 alike, in a plain call, in one that is asked for credentials, and
//! in one that goes from Contact to Contact; a rule for which no fault is written down here fails by its name.

use std::collections::BTreeSet;

use sip3xx::report::model::Verdict;
use sip3xx::rules::{ALL, Section};

use crate::support::audited::report_of_bytes;
use crate::support::capture_text::capture_of_text;
use crate::support::flow::{Flow, Variant};
use crate::support::mutations::{MUTATIONS, Mutation};

/// The sections whose rules all have a fault in the list.
const COVERED: [Section; 3] = [Section::Redirect, Section::Ack, Section::Server];

/// The rules that the report on a flow says were broken, and the verdicts.
fn broken(flow: &Flow, variant: Variant, about: &str) -> (BTreeSet<String>, Vec<Verdict>) {
    let text = flow.text(variant);
    let capture = capture_of_text(&text).unwrap_or_else(|error| panic!("{about}: {error}\n{text}"));
    let report = report_of_bytes(capture).unwrap_or_else(|error| panic!("{about}: {error}"));
    let findings = report.redirects.iter().flat_map(|redirect| &redirect.findings);
    (findings.map(|finding| finding.rule.clone()).collect(), report.redirects.iter().map(|redirect| redirect.verdict).collect())
}

#[test]
fn a_flow_without_a_fault_breaks_no_rule() {
    for name in Flow::NAMES {
        for variant in Variant::ALL {
            let about = format!("{name} {variant:?}");
            let (rules, verdicts) = broken(&Flow::named(name), variant, &about);
            assert!(rules.is_empty() && verdicts == [Verdict::Correct], "{about}: {rules:?} {verdicts:?}");
        }
    }
}

#[test]
fn one_fault_breaks_its_rule_and_no_other() {
    let mut told = Vec::new();
    for Mutation { rule, companions, flows, variants, change } in MUTATIONS {
        let wanted: BTreeSet<String> = [*rule].iter().chain(*companions).map(|id| (*id).to_owned()).collect();
        for name in *flows {
            let mut flow = Flow::named(name);
            change(&mut flow);
            for variant in *variants {
                let about = format!("{rule} in {name} {variant:?}");
                let (rules, _) = broken(&flow, *variant, &about);
                if rules != wanted {
                    told.push(format!("{about}: {rules:?} instead of {wanted:?}"));
                }
            }
        }
    }
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}

#[test]
fn every_rule_has_a_fault_that_breaks_it() {
    for rule in ALL.iter().filter(|rule| COVERED.contains(&rule.section)) {
        assert!(MUTATIONS.iter().any(|mutation| mutation.rule == rule.id), "{}: no fault is written down", rule.id);
    }
}
