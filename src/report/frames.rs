//! Takes the captures of a report, gives the names by which a reader finds a frame: `frame 12`, or `b.pcap frame 12` among several captures.

use std::collections::BTreeMap;

use super::model::{Capture, Finding};
use super::wording::counted;

/// How many frames a list names before it only counts the rest.
const NAMED_FRAMES: usize = 8;
/// With how many last parts of its path a capture is named before it is named with the whole of it.
const MOST_PARTS: usize = 4;

/// The names of frames.
pub(super) struct FrameNames {
    captures: Vec<String>,
}

impl FrameNames {
    /// The names for the frames of `captures`: of each path as many last parts as tell it from the others.
    pub(super) fn of(captures: &[Capture]) -> Self {
        if captures.len() < 2 {
            return Self { captures: Vec::new() };
        }
        let mut names: Vec<&str> = captures.iter().map(|capture| last_parts(&capture.path, 1)).collect();
        for parts in 2..=MOST_PARTS {
            let mut uses = BTreeMap::new();
            names.iter().for_each(|name| *uses.entry(*name).or_insert(0_usize) += 1);
            if uses.values().all(|count| *count == 1) {
                break;
            }
            for (name, capture) in names.iter_mut().zip(captures) {
                if uses.get(*name).is_some_and(|count| *count > 1) {
                    *name = if parts == MOST_PARTS { &capture.path } else { last_parts(&capture.path, parts) };
                }
            }
        }
        Self { captures: names.into_iter().map(str::to_owned).collect() }
    }

    /// The same names for a reader who is told of `home`, whose own frames need no name of the capture.
    pub(super) const fn at(&self, home: u32) -> FramesAt<'_> {
        FramesAt { names: self, home: Some(home) }
    }

    /// The name of a capture; empty where it is the only one.
    pub(super) fn capture(&self, capture: u32) -> &str {
        usize::try_from(capture).ok().and_then(|index| self.captures.get(index)).map_or("", String::as_str)
    }

    /// A finding on one line: how bad, the rule, where that stands, the frame, and the sentence.
    pub(super) fn finding(&self, finding: &Finding) -> String {
        let Finding { level, rule, clause, message, .. } = finding;
        format!("{level} {rule} ({clause}, {}): {message}", self.frame(finding.primary.capture, finding.primary.frame))
    }

    /// The name of one frame, its capture included.
    pub(super) fn frame(&self, capture: u32, frame: u64) -> String {
        FramesAt { names: self, home: None }.frame(capture, frame)
    }
}

/// The names of frames as seen from one capture.
pub(super) struct FramesAt<'a> {
    names: &'a FrameNames,
    home: Option<u32>,
}

impl FramesAt<'_> {
    /// The name of one frame.
    pub(super) fn frame(&self, capture: u32, frame: u64) -> String {
        format!("{}frame {frame}", self.prefix(capture))
    }

    /// The name of several frames of one capture; the first [`NAMED_FRAMES`], and how many more.
    pub(super) fn frames(&self, capture: u32, frames: &[u64]) -> String {
        if let [frame] = frames {
            return self.frame(capture, *frame);
        }
        let named: Vec<String> = frames.iter().take(NAMED_FRAMES).map(u64::to_string).collect();
        let more = match frames.len().saturating_sub(NAMED_FRAMES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}frames {}{more}", self.prefix(capture), named.join(", "))
    }

    fn prefix(&self, capture: u32) -> String {
        if self.home == Some(capture) {
            return String::new();
        }
        match self.names.capture(capture) {
            "" => String::new(),
            name => format!("{name} "),
        }
    }
}

/// The last `count` parts of a path; all of it where it has no more.
fn last_parts(path: &str, count: usize) -> &str {
    let separator = path.rmatch_indices(['/', '\\']).nth(count.saturating_sub(1));
    separator.and_then(|(at, _)| path.get(at + 1..)).filter(|parts| !parts.is_empty()).unwrap_or(path)
}

/// All captures in a few words: the only one's path, or how many.
pub(super) fn captures_in_words(captures: &[Capture]) -> String {
    match captures {
        [] => "no capture".to_owned(),
        [only] if only.path == "-" => "standard input".to_owned(),
        [only] => only.path.clone(),
        several => counted(several.len() as u64, "capture"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn names(paths: &[&str]) -> FrameNames {
        let captures: Vec<Capture> = paths.iter().map(|path| Capture { path: (*path).to_owned(), ..example::capture() }).collect();
        FrameNames::of(&captures)
    }

    #[test]
    fn one_capture_needs_no_name() {
        assert_eq!(names(&["x.pcap"]).frame(0, 12), "frame 12");
        assert_eq!(names(&["x.pcap"]).at(0).frames(0, &[12, 14]), "frames 12, 14");
    }

    #[test]
    fn several_captures_are_told_apart_by_as_little_as_is_enough() {
        let names = names(&["/t/a/x.pcap", "/t/b/x.pcap", "/t/b/y.pcap"]);
        assert_eq!(names.frame(0, 1), "a/x.pcap frame 1");
        assert_eq!(names.frame(1, 1), "b/x.pcap frame 1");
        assert_eq!(names.frame(2, 1), "y.pcap frame 1");
        assert_eq!(names.frame(9, 1), "frame 1");
    }

    #[test]
    fn the_same_path_twice_is_named_in_full() {
        assert_eq!(names(&["/1/2/3/4/5/x.pcap", "/1/2/3/4/5/x.pcap"]).frame(1, 7), "/1/2/3/4/5/x.pcap frame 7");
    }

    #[test]
    fn at_home_only_the_frames_of_other_captures_have_a_name() {
        let names = names(&["x.pcap", "y.pcap"]);
        assert_eq!(names.at(0).frame(0, 1), "frame 1");
        assert_eq!(names.at(0).frame(1, 1), "y.pcap frame 1");
    }

    #[test]
    fn a_long_list_of_frames_is_cut_and_counted() {
        let frames: Vec<u64> = (1..=10).collect();
        assert_eq!(names(&["x.pcap"]).at(0).frames(0, &frames), "frames 1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
    }
}
