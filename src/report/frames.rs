//! Takes the captures of a report, gives the names by which a reader finds a frame: `frame 12`, or `b.pcap frame 12` among several captures.

use super::model::Capture;
use super::wording::counted;

/// How many frames a list names before it only counts the rest.
const NAMED_FRAMES: usize = 8;

/// The names of frames.
pub(super) struct FrameNames {
    captures: Vec<String>,
}

impl FrameNames {
    /// The names for the frames of `captures`: the file's name where it is enough, else the path.
    pub(super) fn of(captures: &[Capture]) -> Self {
        if captures.len() < 2 {
            return Self { captures: Vec::new() };
        }
        let short: Vec<&str> = captures.iter().map(|capture| file_name(&capture.path)).collect();
        let captures = captures
            .iter()
            .zip(&short)
            .map(|(capture, name)| {
                let alone = short.iter().filter(|other| *other == name).count() == 1;
                if alone { (*name).to_owned() } else { capture.path.clone() }
            })
            .collect();
        Self { captures }
    }

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
        let name = usize::try_from(capture).ok().and_then(|index| self.captures.get(index));
        name.map_or_else(String::new, |name| format!("{name} "))
    }
}

/// What follows the last separator of a path; all of it where nothing does.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or(path)
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
        assert_eq!(names(&["x.pcap"]).frames(0, &[12, 14]), "frames 12, 14");
    }

    #[test]
    fn several_captures_are_told_apart_by_as_little_as_is_enough() {
        let names = names(&["a/x.pcap", "b/x.pcap", "b/y.pcap"]);
        assert_eq!(names.frame(0, 1), "a/x.pcap frame 1");
        assert_eq!(names.frame(1, 1), "b/x.pcap frame 1");
        assert_eq!(names.frame(2, 1), "y.pcap frame 1");
        assert_eq!(names.frame(9, 1), "frame 1");
    }

    #[test]
    fn a_long_list_of_frames_is_cut_and_counted() {
        let frames: Vec<u64> = (1..=10).collect();
        assert_eq!(names(&["x.pcap"]).frames(0, &frames), "frames 1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
    }
}
