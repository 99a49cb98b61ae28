//! Takes what was found in captures beside what was expected, gives it as text or as JUnit XML.

use std::io;

use super::expectation::{Compared, Difference, Expectation};
use super::junit;
use super::model::Report;
use super::wording::{counted, escape};

/// One capture beside its expectation.
#[derive(Debug)]
pub struct Verified {
    /// The path of the capture; of its expectation where the capture is not there.
    pub path: String,
    /// How it went.
    pub outcome: Outcome,
}

/// How a capture went.
#[derive(Debug)]
pub enum Outcome {
    /// It was compared.
    Compared {
        /// How many redirects it holds.
        redirects: u64,
        /// That it is not as complete as expected.
        incomplete: Option<Difference>,
        /// Each redirect beside what was expected of it.
        compared: Vec<Compared>,
    },
    /// It has no expectation.
    Unexpected {
        /// The path where one was looked for.
        wanted: String,
    },
    /// There is an expectation, and its capture is not there.
    CaptureMissing,
    /// The expectation was written anew.
    Updated {
        /// Its path.
        written: String,
        /// How many redirects it holds.
        redirects: usize,
    },
}

impl Outcome {
    /// The outcome of holding the report of a capture to its expectation.
    #[must_use]
    pub fn of(expectation: &Expectation, report: &Report) -> Self {
        Self::Compared {
            redirects: report.summary.redirects,
            incomplete: expectation.completeness(report),
            compared: expectation.compare(report),
        }
    }
}

impl Verified {
    /// Whether nothing differs from what was expected; true where nothing was.
    #[must_use]
    pub fn is_well(&self) -> bool {
        match &self.outcome {
            Outcome::Compared { incomplete, compared, .. } => {
                incomplete.is_none() && compared.iter().all(|compared| compared.differences.is_empty())
            }
            Outcome::Unexpected { .. } | Outcome::Updated { .. } => true,
            Outcome::CaptureMissing => false,
        }
    }
}

/// Writes every capture with what differs, and a line with the counts.
///
/// # Errors
/// Those of `out`.
pub fn write_text(all: &[Verified], out: &mut dyn io::Write) -> io::Result<()> {
    all.iter().try_for_each(|verified| one(verified, out))?;
    let count = |wanted: fn(&Verified) -> bool| all.iter().filter(|verified| wanted(verified)).count() as u64;
    let updated = count(|verified| matches!(verified.outcome, Outcome::Updated { .. }));
    if updated > 0 {
        return writeln!(out, "{} written", counted(updated, "expectation"));
    }
    let unexpected = count(|verified| matches!(verified.outcome, Outcome::Unexpected { .. }));
    let failed = count(|verified| !verified.is_well());
    let well = all.len() as u64 - unexpected - failed;
    writeln!(out, "{} as expected, {failed} not, {unexpected} without expectation", counted(well, "capture"))
}

fn one(verified: &Verified, out: &mut dyn io::Write) -> io::Result<()> {
    let path = escape(&verified.path);
    match &verified.outcome {
        Outcome::Unexpected { wanted } => writeln!(out, "-       {path}  no expectation ({})", escape(wanted)),
        Outcome::CaptureMissing => writeln!(out, "FAILED  {path}  no capture to this expectation"),
        Outcome::Updated { written, redirects } => {
            writeln!(out, "written {}  {}", escape(written), counted(*redirects as u64, "redirect"))
        }
        Outcome::Compared { redirects, .. } if verified.is_well() => {
            writeln!(out, "ok      {path}  {}", counted(*redirects, "redirect"))
        }
        Outcome::Compared { incomplete, compared, .. } => {
            writeln!(out, "FAILED  {path}")?;
            if let Some(incomplete) = incomplete {
                writeln!(out, "    {}", line(incomplete))?;
            }
            for compared in compared.iter().filter(|compared| !compared.differences.is_empty()) {
                match &compared.name {
                    Some(name) => writeln!(out, "    frame {}: {}", compared.frame, escape(name))?,
                    None => writeln!(out, "    frame {}:", compared.frame)?,
                }
                compared.differences.iter().try_for_each(|difference| writeln!(out, "        {}", line(difference)))?;
                compared.remarks.iter().try_for_each(|remark| writeln!(out, "        {}", escape(remark)))?;
            }
            Ok(())
        }
    }
}

fn line(difference: &Difference) -> String {
    let Difference { member, expected, found } = difference;
    format!("{member}: expected {expected}, found {found}")
}

/// Writes JUnit XML: a testsuite per capture, a testcase per redirect.
///
/// # Errors
/// Those of `out`.
pub fn write_junit(all: &[Verified], out: &mut dyn io::Write) -> io::Result<()> {
    let suites: Vec<junit::Suite<'_>> = all.iter().map(suite).collect();
    junit::write("sip3xx verify", &suites, out)
}

fn suite(verified: &Verified) -> junit::Suite<'_> {
    let cases = || -> Box<dyn Iterator<Item = junit::Case>> { Box::new(cases(verified).into_iter()) };
    junit::Suite { name: verified.path.clone(), timestamp: None, cases: Box::new(cases), remarks: Vec::new() }
}

fn cases(verified: &Verified) -> Vec<junit::Case> {
    let case = |name: &str, went| junit::Case { name: name.to_owned(), milliseconds: 0.0, went, lines: Vec::new() };
    let failed = |message: String| junit::Went::Failed { kind: "expectation".to_owned(), message };
    match &verified.outcome {
        Outcome::Unexpected { wanted } => vec![case("expectation", junit::Went::Skipped { message: format!("there is no {wanted}") })],
        Outcome::CaptureMissing => vec![case("capture", failed("no capture to this expectation".to_owned()))],
        Outcome::Updated { written, .. } => vec![case("expectation", junit::Went::Skipped { message: format!("{written} was written") })],
        Outcome::Compared { incomplete, compared, .. } => {
            let whole = incomplete.as_ref().map_or(junit::Went::Well, |incomplete| failed(line(incomplete)));
            let redirects = compared.iter().map(|compared| {
                let name = compared.name.clone().unwrap_or_else(|| format!("a redirect in frame {}", compared.frame));
                let mut lines: Vec<String> = compared.differences.iter().map(line).collect();
                let went = if lines.is_empty() { junit::Went::Well } else { failed(lines.join("; ")) };
                lines.extend(compared.remarks.iter().cloned());
                junit::Case { lines, ..case(&name, went) }
            });
            std::iter::once(case("completeness", whole)).chain(redirects).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn verified(report: Report, expectation: Expectation) -> Verified {
        Verified { path: "office.pcap".to_owned(), outcome: Outcome::of(&expectation, &report) }
    }

    fn others() -> Vec<Verified> {
        let outcomes = [Outcome::Unexpected { wanted: "new.expected.json".to_owned() }, Outcome::CaptureMissing];
        outcomes.into_iter().map(|outcome| Verified { path: "new.pcap".to_owned(), outcome }).collect()
    }

    fn text(all: &[Verified], write: fn(&[Verified], &mut dyn io::Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(all, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_text_names_frame_member_and_both_values() {
        let report = example::one_capture();
        let well = Expectation::of(&report);
        let mut other = well.clone();
        other.redirects[1].verdict = Some(super::super::model::Verdict::Correct);
        let mut all = vec![verified(report.clone(), well), verified(report, other)];
        all.extend(others());
        let told = text(&all, write_text);
        for part in [
            "ok      office.pcap  3 redirects\n",
            "FAILED  office.pcap\n    frame 31: 302 to INVITE sip:carol@example.com from 10.77.0.3\n        verdict: expected correct, found incorrect\n",
            "        client: pjsua v2.15.1\n        why: the Contact was not tried",
            "        error redirect-not-followed (RFC 3261 21.3.3, frame 31)\n",
            "-       new.pcap  no expectation (new.expected.json)\n",
            "FAILED  new.pcap  no capture to this expectation\n",
            "1 capture as expected, 2 not, 1 without expectation\n",
        ] {
            assert!(told.contains(part), "{part} is not in\n{told}");
        }
    }

    #[test]
    fn the_xml_has_a_case_for_each_redirect() {
        let report = example::one_capture();
        let mut expectation = Expectation::of(&report);
        expectation.redirects[1].retry_frame = Some(Some(33));
        let mut all = vec![verified(report, expectation)];
        all.extend(others());
        let text = text(&all, write_junit);
        let document = roxmltree::Document::parse(&text).unwrap();
        let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
        assert_eq!((count("testsuite"), count("testcase"), count("failure"), count("skipped")), (3, 7, 2, 1));
        assert!(text.contains("retry_frame: expected 33, found none"));
    }

    #[test]
    fn hostile_text_steers_nothing() {
        let all = [verified(example::hostile(), Expectation::of(&example::one_capture()))];
        assert!(!text(&all, write_text).contains(['\u{1b}', '\u{202e}', '\r']));
        assert!(roxmltree::Document::parse(&text(&all, write_junit)).is_ok());
    }
}
