//! Takes suites of cases, gives JUnit XML with the elements and attributes that the schema of Jenkins (`junit-10.xsd`) knows.
//!
//! Invariant: within a suite no two cases have the same name; the second of a name gets its number.

use std::io;
use std::iter::Sum;

use super::super::namesakes::Namesakes;
use super::super::xml_escape::xml;

/// The cases of a suite, from the first on, each time they are asked for.
pub(in crate::report) type Cases<'a> = Box<dyn Fn() -> Box<dyn Iterator<Item = Case> + 'a> + 'a>;

/// The cases of one capture.
pub(in crate::report) struct Suite<'a> {
    /// The capture.
    pub(in crate::report) name: String,
    /// When it begins, without a fraction of a second.
    pub(in crate::report) timestamp: Option<String>,
    /// They are counted first and written then, as the counts stand in front of them.
    pub(in crate::report) cases: Cases<'a>,
    /// Lines about the suite as a whole.
    pub(in crate::report) remarks: Vec<String>,
}

/// One case.
#[derive(Debug)]
pub(in crate::report) struct Case {
    pub(in crate::report) name: String,
    /// How long it took, in milliseconds.
    pub(in crate::report) milliseconds: f64,
    pub(in crate::report) went: Went,
    /// Lines about it.
    pub(in crate::report) lines: Vec<String>,
}

/// How a case went.
#[derive(Debug)]
pub(in crate::report) enum Went {
    Well,
    Skipped { message: String },
    Failed { kind: String, message: String },
}

/// Writes the whole document.
pub(in crate::report) fn write(name: &str, suites: &[Suite<'_>], out: &mut dyn io::Write) -> io::Result<()> {
    let counts: Vec<Counts> = suites.iter().map(|suite| Counts::of((suite.cases)())).collect();
    let Counts { tests, failures, milliseconds, .. } = counts.iter().copied().sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let (name, time) = (xml(name), seconds(milliseconds));
    writeln!(out, "<testsuites name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{time}\">")?;
    suites.iter().zip(&counts).try_for_each(|(suite, counts)| suite.write(counts, out))?;
    writeln!(out, "</testsuites>")
}

/// The numbers of some cases.
#[derive(Default, Clone, Copy)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
    milliseconds: f64,
}

impl Counts {
    fn of(cases: impl Iterator<Item = Case>) -> Self {
        let mut counts = Self::default();
        for case in cases {
            counts.tests += 1;
            match case.went {
                Went::Failed { .. } => counts.failures += 1,
                Went::Skipped { .. } => counts.skipped += 1,
                Went::Well => {}
            }
            counts.milliseconds += case.milliseconds;
        }
        counts
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            tests: sum.tests + one.tests,
            failures: sum.failures + one.failures,
            skipped: sum.skipped + one.skipped,
            milliseconds: sum.milliseconds + one.milliseconds,
        })
    }
}

fn seconds(milliseconds: f64) -> String {
    format!("{:.3}", milliseconds / 1e3)
}

impl Suite<'_> {
    fn write(&self, Counts { tests, failures, skipped, milliseconds }: &Counts, out: &mut dyn io::Write) -> io::Result<()> {
        let (name, time) = (xml(&self.name), seconds(*milliseconds));
        write!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{time}\""
        )?;
        if let Some(timestamp) = &self.timestamp {
            write!(out, " timestamp=\"{}\"", xml(timestamp))?;
        }
        writeln!(out, ">")?;
        let mut given = Namesakes::default();
        (self.cases)().try_for_each(|case| case.write(&name, given.number(&case.name), out))?;
        if !self.remarks.is_empty() {
            writeln!(out, "    <system-err>{}</system-err>", joined(&self.remarks))?;
        }
        writeln!(out, "  </testsuite>")
    }
}

impl Case {
    /// Writes the `nth` case of its name.
    fn write(&self, suite: &str, nth: u64, out: &mut dyn io::Write) -> io::Result<()> {
        let (name, time) = (xml(&self.name), seconds(self.milliseconds));
        let nth = if nth > 1 { format!(" ({nth})") } else { String::new() };
        write!(out, "    <testcase classname=\"{suite}\" name=\"{name}{nth}\" time=\"{time}\"")?;
        let lines = joined(&self.lines);
        let remarks = if lines.is_empty() { String::new() } else { format!("      <system-out>{lines}</system-out>\n") };
        let inside = match &self.went {
            Went::Well => remarks,
            Went::Skipped { message } => format!("      <skipped message=\"{}\"/>\n{remarks}", xml(message)),
            Went::Failed { kind, message } => {
                format!("      <failure type=\"{}\" message=\"{}\">{lines}</failure>\n", xml(kind), xml(message))
            }
        };
        if inside.is_empty() { writeln!(out, "/>") } else { writeln!(out, ">\n{inside}    </testcase>") }
    }
}

/// Escaped lines; the line ends between them are ours alone.
fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| xml(line)).collect::<Vec<_>>().join("\n")
}
