//! Facts about the table: header, line ends, quoting, defused cells, rows.

use super::super::example;
use super::*;

fn printed(report: &Report, presentation: Presentation) -> String {
    example::printed(&FORMAT, report, &presentation)
}

/// The rows by column name, read back by the csv crate.
fn rows(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_header_is_the_published_one_and_lines_end_in_crlf() {
    let text = printed(&example::one_capture(), Presentation::default());
    assert!(text.starts_with(
        "capture,redirect,time,status,method,call_id,client,server,transport,request_frame,response_frame,original_uri,contacts,followed,\
         retry_frame,retry_uri,retry_destination,retry_delay_ms,retry_outcome,future,verdict,reason,rules\r\n"
    ));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(text.ends_with("\r\n"));
}

#[test]
fn a_redirect_is_one_row_with_its_first_retry() {
    let rows = rows(&printed(&example::one_capture(), Presentation::default()));
    assert_eq!(rows.len(), 3);
    for (row, column, wanted) in [
        (0, "capture", "office.pcap"),
        (0, "time", "2024-05-01T12:00:00.002000000Z"),
        (0, "client", "10.77.0.2:5060"),
        (0, "contacts", "sip:alice@10.77.0.20:5060 mailto:alice@example.com"),
        (0, "followed", "yes"),
        (0, "retry_frame", "6"),
        (0, "retry_delay_ms", "1.25"),
        (0, "retry_outcome", "200"),
        (0, "future", "kept"),
        (1, "followed", "no"),
        (1, "retry_frame", ""),
        (1, "verdict", "incorrect"),
        (1, "rules", "redirect-not-followed contact-without-sip-target"),
        (2, "client", "[2001:db8::2]:5062"),
        (2, "followed", "yes"),
        (2, "retry_outcome", ""),
        (2, "future", ""),
    ] {
        assert_eq!(rows[row][column], wanted, "row {row}, {column}");
    }
}

#[test]
fn what_the_capture_cannot_tell_is_unknown() {
    let mut report = example::one_capture();
    report.redirects[1].verdict = super::super::model::Verdict::Inconclusive;
    assert_eq!(rows(&printed(&report, Presentation::default()))[1]["followed"], "unknown");
}

#[test]
fn quotes_are_doubled_and_commas_quoted() {
    let mut report = example::one_capture();
    report.redirects[0].call_id = "a,\"b\"".to_owned();
    assert!(printed(&report, Presentation::default()).contains(",\"a,\"\"b\"\"\","));
}

#[test]
fn a_cell_that_would_run_is_defused_and_raw_cells_are_left() {
    for (text, defused) in [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\\u{9}=1"),
        ("\r=1", "'\\u{d}=1"),
        ("a=1", "a=1"),
        ("", ""),
    ] {
        let mut report = example::one_capture();
        report.redirects[0].call_id = text.to_owned();
        assert_eq!(rows(&printed(&report, Presentation::default()))[0]["call_id"], defused);
        let raw = Presentation { raw_csv: true, ..Presentation::default() };
        assert_eq!(rows(&printed(&report, raw))[0]["call_id"], text);
    }
}

#[test]
fn nothing_hostile_stands_in_a_cell() {
    for kind in [Rows::Redirects, Rows::Findings, Rows::Attempts] {
        let text = printed(&example::hostile(), Presentation { rows: kind, ..Presentation::default() });
        assert!(!text.chars().any(|c| !matches!(c, '\r' | '\n') && super::super::wording::steers(c)));
        for cell in rows(&text).iter().flat_map(|row| row.values()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
}

#[test]
fn a_space_inside_an_item_of_a_list_does_not_make_two_items() {
    let mut report = example::one_capture();
    report.redirects[1].contacts[0].uri = "sip:a b@c".to_owned();
    assert_eq!(rows(&printed(&report, Presentation::default()))[1]["contacts"], "sip:a\\u{20}b@c");
}

#[test]
fn findings_and_attempts_have_rows_of_their_own() {
    let of = |rows| Presentation { rows, ..Presentation::default() };
    let findings = rows(&printed(&example::one_capture(), of(Rows::Findings)));
    assert_eq!(findings.len(), 2);
    assert_eq!((findings[0]["rule"].as_str(), findings[0]["frame"].as_str()), ("redirect-not-followed", "31"));
    assert_eq!(findings[0]["related_frames"], "40");
    assert_eq!(findings[1]["strength"], "");
    let attempts = rows(&printed(&example::one_capture(), of(Rows::Attempts)));
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0]["contact_uri"], "sip:alice@10.77.0.20:5060");
    assert_eq!((attempts[1]["link"].as_str(), attempts[1]["contact"].as_str()), ("emergency-call", ""));
}

#[test]
fn a_closed_pipe_is_still_known_as_one() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for format in super::super::FORMATS {
        let error = format.write(&example::one_capture(), &Presentation::default(), &mut Closed).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{}", format.name);
    }
}

#[test]
fn every_column_stands_in_the_documentation() {
    let page = include_str!("../../docs/reports.md");
    for (kind, columns) in [("redirects", REDIRECTS), ("findings", FINDINGS), ("attempts", ATTEMPTS)] {
        let names: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
        assert!(page.contains(&format!("| {kind} | {} |", names.join(" "))), "{kind}");
    }
}
