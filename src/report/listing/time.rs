//! Takes what is known of a frame, gives its time as tshark's option `-t` asks.
//!
//! Invariant: where tshark tells local time UTC is told, for the same capture gives the same octets anywhere.

use crate::filter::FrameFacts;
use crate::report::model::rfc3339;

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFormat {
    /// Seconds since the first frame.
    Relative,
    /// The time of day, UTC.
    Clock,
    /// Date and time of day, UTC.
    Date,
    /// Seconds since the frame ahead.
    Delta,
    /// Seconds since the frame shown ahead.
    DeltaDisplayed,
    /// Seconds since 1970.
    Epoch,
}

impl TimeFormat {
    /// The formats with their names behind `-t`.
    pub const NAMED: &'static [(&'static str, Self)] = &[
        ("r", Self::Relative),
        ("a", Self::Clock),
        ("ad", Self::Date),
        ("d", Self::Delta),
        ("dd", Self::DeltaDisplayed),
        ("e", Self::Epoch),
        ("u", Self::Clock),
        ("ud", Self::Date),
    ];

    /// The time of `frame`, in microseconds.
    pub(super) fn of(self, frame: &FrameFacts) -> String {
        match self {
            Self::Relative => seconds(frame.relative),
            Self::Delta => seconds(frame.delta),
            Self::DeltaDisplayed => seconds(frame.delta_displayed),
            Self::Epoch => seconds(frame.time.nanos()),
            Self::Clock | Self::Date => {
                // 2026-11-22T22:56:39.688945123Z
                let text = rfc3339(frame.time.nanos());
                let (date, clock) = text.split_once('T').unwrap_or(("", &text));
                let clock = clock.get(..15).unwrap_or(clock);
                if self == Self::Clock { clock.to_owned() } else { format!("{date} {clock}") }
            }
        }
    }
}

/// Nanoseconds as seconds with six digits behind the point; what is less is cut off, as tshark does.
fn seconds(nanos: i64) -> String {
    let micros = nanos.unsigned_abs() / 1_000;
    let sign = if nanos < 0 { "-" } else { "" };
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Timestamp;

    #[test]
    fn every_format_tells_the_time_as_tshark_does() {
        let frame = FrameFacts {
            time: Timestamp::from_nanos(1_795_388_199_688_945_999),
            relative: 483_000,
            delta: -1_000_000_001,
            delta_displayed: 0,
            ..FrameFacts::default()
        };
        let written: Vec<(&str, String)> = TimeFormat::NAMED.iter().map(|(name, format)| (*name, format.of(&frame))).collect();
        let wanted = [
            ("r", "0.000483"),
            ("a", "22:56:39.688945"),
            ("ad", "2026-11-22 22:56:39.688945"),
            ("d", "-1.000000"),
            ("dd", "0.000000"),
            ("e", "1795388199.688945"),
            ("u", "22:56:39.688945"),
            ("ud", "2026-11-22 22:56:39.688945"),
        ];
        assert_eq!(written, wanted.map(|(name, text)| (name, text.to_owned())));
    }
}
