//! Facts about the text report, and one golden page.

use super::super::example;
use super::super::format::{Presentation, Sort};
use super::super::model::{self, Capture, Report};
use super::super::wording::steers;
use super::{FORMAT, page::WIDTH};

fn printed(report: &Report, presentation: Presentation) -> String {
    example::printed(&FORMAT, report, &presentation)
}

/// Compares `actual` with `tests/golden/<name>`; with `UPDATE_GOLDEN` set, writes it.
fn golden(name: &str, actual: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, wanted, "{} differs; UPDATE_GOLDEN=1 rewrites it", path.display());
}

#[test]
fn the_page_is_as_designed() {
    golden("report.txt", &printed(&example::damaged(), Presentation::default()));
}

#[test]
fn no_line_is_wider_than_the_page_and_none_ends_in_a_space() {
    for report in [example::damaged(), example::two_captures(), example::hostile()] {
        for line in printed(&report, Presentation::default()).lines() {
            assert!(line.chars().count() <= WIDTH, "too wide: {line}");
            assert!(!line.ends_with(' '), "ends in a space: {line:?}");
        }
    }
}

#[test]
fn nothing_hostile_reaches_the_page() {
    let text = printed(&example::hostile(), Presentation::default());
    let steering: Vec<char> = text.chars().filter(|c| *c != '\n' && steers(*c)).collect();
    assert_eq!(steering, Vec::<char>::new());
    assert!(text.contains("\\u{1b}[2J"));
    assert!(!text.lines().any(|line| line.trim_start().starts_with("#9")), "the wire began a block of its own");
}

#[test]
fn frames_name_their_capture_only_where_there_are_several() {
    assert!(!printed(&example::one_capture(), Presentation::default()).contains("office.pcap frame"));
    assert!(printed(&example::two_captures(), Presentation::default()).contains("office.pcap frame 31"));
}

#[test]
fn a_warning_beside_a_mild_verdict_is_told_in_its_first_line() {
    let mut report = example::one_capture();
    let finding = report.redirects[1].findings[0].clone();
    report.redirects[0].findings.push(model::Finding { level: model::Level::Warning, ..finding });
    assert!(printed(&report, Presentation::default()).contains("\n#1  CORRECT with 1 warning  302 "));
}

#[test]
fn the_name_of_a_service_is_no_dead_end() {
    let mut report = example::one_capture();
    report.redirects[0].contacts[0] = model::Contact { uri: "URN:service:sos.fire".to_owned(), q: None, expires: None, usable: false };
    let text = printed(&report, Presentation::default());
    assert!(text.contains("URN:service:sos.fire  (names a service, no address)"), "{text}");
}

#[test]
fn the_worst_comes_first_when_asked() {
    let order = |sort| {
        let text = printed(&example::one_capture(), Presentation { sort, ..Presentation::default() });
        text.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.chars().take(1).collect()).collect::<Vec<String>>()
    };
    assert_eq!(order(Sort::Capture), ["1", "2", "3"]);
    assert_eq!(order(Sort::Verdict), ["2", "3", "1"]);
}

#[test]
fn colour_comes_only_when_asked_and_changes_no_word() {
    let plain = printed(&example::one_capture(), Presentation::default());
    let coloured = printed(&example::one_capture(), Presentation { colour: true, ..Presentation::default() });
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

#[test]
fn the_summary_alone_has_no_blocks() {
    let text = printed(&example::one_capture(), Presentation { summary_only: true, ..Presentation::default() });
    assert!(!text.contains("#1") && text.contains("Findings by rule"));
}

#[test]
fn a_report_without_redirects_says_what_to_make_of_it() {
    assert!(printed(&Report::default(), Presentation::default()).starts_with("0 redirects in no capture\n"));
    for (frames, sip_messages, part) in [(9, 0, "encrypted"), (9, 1, "no 3xx"), (0, 0, "no packets")] {
        let captures = vec![Capture { frames, sip_messages, ..example::capture() }];
        let text = printed(&Report { captures, ..Report::default() }, Presentation::default());
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}
