//! Facts about redirects that are laid aside.

use std::io::Cursor;

use super::super::super::format::{Format, Presentation, Sort};
use super::super::super::identity::mark_known;
use super::super::super::{FORMATS, departures, example, join};
use super::super::word::FutureVerdict;
use super::*;

/// A store that holds so many octets, and gives back so many.
struct Small {
    octets: Cursor<Vec<u8>>,
    room: usize,
    readable: usize,
}

impl Read for Small {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let had = self.octets.read(into)?;
        self.readable = self.readable.checked_sub(had).ok_or(io::ErrorKind::Other)?;
        Ok(had)
    }
}

impl Write for Small {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.room = self.room.checked_sub(octets.len()).ok_or(io::ErrorKind::StorageFull)?;
        self.octets.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Small {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.octets.seek(to)
    }
}

fn small(room: usize, readable: usize) -> Aside {
    Aside::new(Box::new(Small { octets: Cursor::default(), room, readable }))
}

/// The report with all but every third redirect laid aside, the last first.
fn laid_aside(mut report: Report, mut aside: Aside) -> Report {
    let (held, laid): (Vec<_>, Vec<_>) = std::mem::take(&mut report.redirects).into_iter().partition(|redirect| redirect.id % 3 == 0);
    for redirect in laid.iter().rev() {
        aside.lay(std::iter::once(redirect), std::iter::empty()).unwrap();
    }
    Report { redirects: held, aside: Some(aside), ..report }
}

fn later(redirect: &Redirect, verdict: FutureVerdict, reason: Option<&str>) -> Addition {
    let request =
        LaterRequest { seen: redirect.response.seen.clone(), method: "INVITE".to_owned(), uri: "sip:later@192.0.2.9".to_owned(), verdict };
    Addition { requests: vec![request], findings: Vec::new(), convicted_by: reason.map(str::to_owned) }
}

#[test]
fn every_format_writes_the_same_whether_redirects_are_laid_aside_or_not() {
    for report in [example::damaged(), example::two_captures(), example::hostile(), Report::default()] {
        let laid = laid_aside(report.clone(), small(1 << 20, 1 << 24));
        assert_eq!(serde_json::to_value(&laid).unwrap(), serde_json::to_value(&report).unwrap());
        for format in FORMATS {
            for sort in [Sort::Capture, Sort::Verdict] {
                let presentation = Presentation { sort, ..Presentation::default() };
                let printed = |report| example::printed(format, report, &presentation);
                assert_eq!(printed(&laid), printed(&report), "{}", format.name);
            }
        }
    }
}

#[test]
fn whoever_looks_at_all_redirects_sees_those_laid_aside_or_fails() {
    let whole = example::two_captures();
    let laid = || laid_aside(whole.clone(), small(1 << 20, 1 << 24));
    let other = Report { redirects: Vec::new(), ..whole.clone() };
    assert_eq!(departures(&laid(), &whole).unwrap(), 0);
    assert_eq!(departures(&laid(), &other).unwrap(), departures(&whole, &other).unwrap());
    assert_eq!(join(vec![laid(), laid()]).unwrap(), join(vec![whole.clone(), whole.clone()]).unwrap());
    let (mut marked, mut wanted) = (laid(), whole.clone());
    mark_known(&mut marked, &whole).unwrap();
    mark_known(&mut wanted, &whole).unwrap();
    assert_eq!(marked, wanted);

    let broken = || laid_aside(whole.clone(), small(1 << 20, 10));
    assert!(departures(&broken(), &whole).is_err() && departures(&whole, &broken()).is_err());
    assert!(join(vec![broken()]).is_err() && join(vec![whole.clone(), broken()]).is_err());
    assert!(mark_known(&mut broken(), &whole).is_err());
}

#[test]
fn what_came_later_is_added_in_the_order_in_which_it_came() {
    let redirect = Redirect { verdict: Verdict::Correct, ..example::followed() };
    let additions = [
        later(&redirect, FutureVerdict::Violated, Some("the first, in more words")),
        later(&redirect, FutureVerdict::Kept, Some("the second")),
        later(&redirect, FutureVerdict::CachedAllowed, None),
    ];
    let mut wanted = redirect.clone();
    additions.iter().for_each(|addition| wanted.add(addition.clone()));
    assert_eq!((wanted.verdict, wanted.reason.as_str()), (Verdict::Incorrect, "the first, in more words"));
    assert_eq!(wanted.future.as_ref().map(|future| (future.verdict, future.requests.len())), Some((FutureVerdict::Violated, 1 + 3)));

    // What came before its redirect was closed is laid aside before it.
    let mut aside = small(1 << 20, 1 << 20);
    aside.lay(std::iter::empty(), [(redirect.id, &additions[0])].into_iter()).unwrap();
    aside.lay(std::iter::once(&redirect), [(redirect.id, &additions[1])].into_iter()).unwrap();
    aside.hold(redirect.id, additions[2].clone());
    let report = Report { aside: Some(aside), ..Report::default() };
    assert_eq!(report.all().collect::<Vec<_>>(), [Cow::Borrowed(&wanted)]);

    let mut aside = small(1 << 20, 1 << 20);
    aside.lay(std::iter::empty(), additions.iter().take(2).map(|addition| (redirect.id, addition))).unwrap();
    aside.hold(redirect.id, additions[2].clone());
    let mut report = Report { redirects: vec![redirect], aside: Some(aside), ..Report::default() };
    report.bring_back().unwrap();
    assert_eq!((report.redirects, report.aside), (vec![wanted], None));
}

#[test]
fn a_store_that_is_full_keeps_what_it_has() {
    let redirects = example::two_captures().redirects;
    let one = Label::LEN + serde_json::to_vec(&redirects[0]).unwrap().len();
    let mut aside = small(one, 1 << 20);
    aside.lay(redirects.iter().take(1), std::iter::empty()).unwrap();
    assert!(aside.lay(redirects.iter().skip(1), std::iter::empty()).is_err());
    let report = Report { redirects: redirects[1..].to_vec(), aside: Some(aside), ..Report::default() };
    assert!(report.all().map(Cow::into_owned).eq(redirects));
    assert!(report.whole().is_ok());
}

#[test]
fn a_store_that_cannot_be_read_fails_the_report() {
    let report = laid_aside(example::two_captures(), small(1 << 20, 10));
    for format in FORMATS {
        let written = format.write(&report, &Presentation::default(), &mut Vec::new());
        assert!(written.is_err(), "{}", format.name);
    }
    assert!(
        Format::named("text").is_some_and(|text| text.write(&example::two_captures(), &Presentation::default(), &mut Vec::new()).is_ok())
    );
    assert!(serde_json::to_vec(&report).is_err());
    assert!(report.clone().bring_back().is_err());
}
