//! Takes nanoseconds, gives times and durations as the report writes them.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Serialize};

/// A moment: in the JSON the members `time` (RFC 3339, UTC, with nanoseconds) and `epoch_ns` (the same as a string of digits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(into = "MomentMembers", try_from = "MomentMembers")]
pub struct Moment(pub i64);

impl Moment {
    /// The moment as the member `time` writes it.
    #[must_use]
    pub fn time(self) -> String {
        rfc3339(self.0)
    }
}

/// The members of a [`Moment`].
#[derive(Serialize, Deserialize)]
struct MomentMembers {
    time: String,
    epoch_ns: String,
}

impl From<Moment> for MomentMembers {
    fn from(moment: Moment) -> Self {
        Self { time: moment.time(), epoch_ns: moment.0.to_string() }
    }
}

impl TryFrom<MomentMembers> for Moment {
    type Error = std::num::ParseIntError;

    fn try_from(members: MomentMembers) -> Result<Self, Self::Error> {
        members.epoch_ns.parse().map(Self)
    }
}

/// Writes nine digits of a second.
const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(9));

/// The moment `nanos` nanoseconds after 1970-01-01T00:00:00Z in RFC 3339, UTC, always with nine digits.
#[must_use]
pub fn rfc3339(nanos: i64) -> String {
    // Every 64-bit count of nanoseconds lies within jiff's years.
    let moment = Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::UNIX_EPOCH);
    PRINTER.timestamp_to_string(&moment)
}

/// Nanoseconds as milliseconds, exact to the microsecond, so that equal durations are equal text.
#[must_use]
pub fn milliseconds(nanos: i64) -> f64 {
    // Below 2^53 microseconds (285 years) the quotient is the double nearest to the decimal number.
    (nanos / 1_000) as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_nine_digits_and_is_utc() {
        for (nanos, wanted) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (1_700_000_000_123_456_789, "2023-11-14T22:13:20.123456789Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
            (i64::MIN, "1677-09-21T00:12:43.145224192Z"),
        ] {
            assert_eq!(rfc3339(nanos), wanted);
        }
    }

    #[test]
    fn milliseconds_end_at_the_microsecond() {
        for (nanos, wanted) in [(0, "0"), (1_234_567, "1.234"), (999, "0"), (6_932_000_000, "6932")] {
            assert_eq!(milliseconds(nanos).to_string(), wanted);
        }
    }
}
