//! Takes captures, has them audited with pseudonyms, and holds every report to what it was without: the same verdicts, and no name of a person.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use sip3xx::analysis::{self, Input, Listing, Options, Redaction, Taken};
use sip3xx::filter::Filter;
use sip3xx::report::model::{Redirect, Report};
use sip3xx::report::{FORMATS, Presentation};
use sip3xx::sip::{Message, Uri};

use crate::support::real_captures::{captures_in, folder};
use crate::support::sample_files::{files_below, read, samples};

/// Every capture that is there.
fn all_captures() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["pcap", "pcapng"].into_iter().flat_map(|extension| files_below(&samples(), extension)).collect();
    all.extend(folder("").iter().flat_map(|folder| captures_in(folder)));
    all
}

fn redacting() -> Options {
    Options { redaction: Some(Redaction::default()), ..Options::default() }
}

fn audit(capture: &Path, options: &Options) -> Option<Report> {
    analysis::audit(&[Input::File(capture.to_owned())], options, &mut |_| {}).ok()
}

/// What is said of a redirect, without what it calls anybody.
fn judged(redirect: &Redirect) -> String {
    let attempts = redirect.attempts.iter().map(|attempt| {
        let frame = attempt.seen.frame;
        format!(
            "{frame} {} {:?} {:?} {} {:?} {:?}",
            attempt.link, attempt.contact, attempt.r#match, attempt.next_hop, attempt.outcome, attempt.transport_error
        )
    });
    let findings =
        redirect.findings.iter().map(|finding| format!("{} {} {} {:?}", finding.rule, finding.level, finding.clause, finding.primary));
    let alternative = redirect
        .alternative
        .as_ref()
        .map(|offer| (offer.kind, &offer.service, &offer.action, offer.meaning.as_ref().map(String::len), offer.uris.len()));
    let told: Vec<String> = attempts.chain(findings).collect();
    let future = redirect.future.as_ref().map(|future| future.verdict);
    format!("{} {} {} {future:?} {alternative:?} {told:#?}", redirect.id, redirect.status, redirect.verdict)
}

/// The users and display names in the messages of a capture that are long enough to be known again.
pub(crate) fn people_in(capture: &Path) -> BTreeSet<String> {
    static OWN_WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(own_words);
    let mut people = BTreeSet::new();
    let mut take = |message: &Message<'_>| {
        let mut users: Vec<Vec<u8>> = Vec::new();
        let mut user = |uri: &[u8]| users.extend(Uri::parse(uri).user().map(<[u8]>::to_vec));
        message.request_uri().into_iter().for_each(&mut user);
        message.from().into_iter().chain(message.to()).for_each(|address| user(address.uri));
        message.contacts().for_each(|contact| user(contact.uri()));
        users.extend(message.from().into_iter().chain(message.to()).map(|address| address.display_name().into_owned()));
        for user in users {
            let text = String::from_utf8_lossy(&user).into_owned();
            let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 4 && !is_role(word));
            people.extend(words.map(str::to_lowercase).filter(|word| !OWN_WORDS.contains(word)));
        }
    };
    let mut row = |row: &sip3xx::filter::Row<'_>| {
        take(&row.sighting.message);
        Taken::PassedOver
    };
    let _ = analysis::list(&[Input::File(capture.to_owned())], &Listing::default(), &mut |_| {}, &mut row);
    people
}

/// Whether a user is no person.
fn is_role(word: &str) -> bool {
    ["anonymous", "unavailable", "emergency"].contains(&word.to_lowercase().as_str())
}

/// The words of `text`, in lower case.
fn words_of(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase).collect()
}

/// The words that the program has of itself: a name that is among them proves nothing.
fn own_words() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = ["docs/rules.md", "docs/reports.md", "docs/report.schema.json"].map(|page| read(&root.join(page)));
    // Two programs in the captures of real clients call their users after themselves.
    words_of(&[pages.concat().as_str(), " sofia sipsak"].concat())
}

/// The words of `people` that stand in `text` as words.
pub(crate) fn named_in(text: &str, people: &BTreeSet<String>) -> Vec<String> {
    words_of(text).intersection(people).cloned().collect()
}

#[test]
fn verdicts_findings_and_attempts_are_the_same_with_pseudonyms() {
    let (mut compared, mut differences) = (0, Vec::new());
    for capture in all_captures() {
        let Some(plain) = audit(&capture, &Options::default()) else { continue };
        let redacted = audit(&capture, &redacting()).expect("it was read a moment ago");
        assert!(redacted.options.redacted && !plain.options.redacted);
        let all = |report: &Report| report.redirects.iter().chain(&report.companions).map(judged).collect::<Vec<_>>();
        compared += plain.redirects.len();
        if all(&plain) != all(&redacted) || plain.captures != redacted.captures {
            differences.push((capture, all(&plain), all(&redacted)));
        }
    }
    assert!(compared > 100);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn no_report_names_a_person() {
    let (mut people_met, mut told) = (0, Vec::new());
    for capture in all_captures() {
        let Some(report) = audit(&capture, &redacting()) else { continue };
        let people = people_in(&capture);
        people_met += people.len();
        for format in FORMATS {
            let mut text = Vec::new();
            format.write(&report, &Presentation::default(), &mut text).expect("memory can be written");
            let shown = capture.display().to_string();
            let text = String::from_utf8_lossy(&text).replace(&shown, "");
            told.extend(named_in(&text, &people).into_iter().map(|name| format!("{} {}: {name}", capture.display(), format.name)));
        }
    }
    assert!(people_met > 100, "{people_met}");
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn the_same_capture_has_the_same_pseudonyms_and_another_one_others() {
    let office = samples().join("captures/mixed-office.pcap");
    let uris = |report: &Report| {
        let contacts = report.redirects.iter().flat_map(|redirect| &redirect.contacts);
        contacts.map(|contact| contact.uri.clone()).collect::<Vec<_>>()
    };
    let first = audit(&office, &redacting()).expect("a sample");
    assert_eq!(first, audit(&office, &redacting()).expect("a sample"));
    let plain = audit(&office, &Options::default()).expect("a sample");
    assert!(uris(&first).iter().zip(uris(&plain)).all(|(redacted, plain)| *redacted != plain && redacted.len() == plain.len()));
    // One redaction for several analyses, as with --separate, has one key.
    let options = redacting();
    let followed = samples().join("captures/redirect-followed.pcap");
    audit(&followed, &options).expect("a sample");
    assert_ne!(uris(&audit(&office, &options).expect("a sample")), uris(&first));
}

#[test]
fn a_filter_looks_for_what_was_captured_and_tells_of_it_with_pseudonyms() {
    let office = samples().join("captures/mixed-office.pcap");
    let plain = audit(&office, &Options::default()).expect("a sample");
    let wanted = &plain.redirects[1];
    let filter = Filter::parse(&format!("sip.Call-ID == \"{}\"", wanted.call_id)).expect("a filter");
    let picked = analysis::audit_picked(&[Input::File(office)], &redacting(), &filter, &mut |_| {}).expect("a sample");
    let numbers: Vec<u64> = picked.redirects.iter().map(|redirect| redirect.id).collect();
    assert_eq!(numbers, [wanted.id]);
    assert_ne!(picked.redirects[0].contacts[0].uri, wanted.contacts[0].uri);
}
