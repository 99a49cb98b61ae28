//! Takes nothing, gives the bounds of this room; each has a default, and reaching it is a fault in the report.

/// Nanoseconds of a millisecond.
const MILLISECOND: i64 = 1_000_000;
/// Nanoseconds of a second.
const SECOND: i64 = 1_000 * MILLISECOND;

/// The bounds of all state of layers 3 and 4. Ages are capture time in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// IP datagrams of which fragments are kept.
    pub fragment_datagrams: usize,
    /// Octets of fragments that are kept in all.
    pub fragment_bytes: usize,
    /// How long fragments wait for the rest of their datagram.
    pub fragment_age: i64,
    /// How long the head of a datagram waits for the rest before what it holds is delivered as truncated: less than T1, after which SIP
    /// sends the message again (RFC 3261, 17.1.1.1).
    pub fragment_head_age: i64,
    /// How long the octets of a completed datagram are remembered, so that late copies of its fragments open no new one.
    pub fragment_memory: i64,
    /// TCP connections that are followed at a time.
    pub connections: usize,
    /// Octets of one direction that wait for the rest of a unit, and again so many that wait for a lost segment.
    pub stream_bytes: usize,
    /// Octets that all streams may hold together, bookkeeping included.
    pub total_stream_bytes: usize,
    /// How long a connection may be silent before it is forgotten.
    pub connection_age: i64,
    /// How long a gap stays open once the receiver has confirmed octets behind it.
    pub confirmed_gap_age: i64,
    /// How long a gap stays open while the receiver is not heard at all, or after the sender's FIN.
    pub unheard_gap_age: i64,
    /// How long a gap stays open in any case.
    pub gap_age: i64,
    /// How many segments behind a gap close the first two kinds sooner.
    pub gap_segments: u64,
    /// After how many octets without a unit a stream is no longer worth waiting for lost segments.
    pub barren_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fragment_datagrams: 1_024,
            fragment_bytes: 16 << 20,
            fragment_age: 30 * SECOND,
            fragment_head_age: 400 * MILLISECOND,
            fragment_memory: 400 * MILLISECOND,
            connections: 1 << 16,
            stream_bytes: 256 << 10,
            total_stream_bytes: 64 << 20,
            connection_age: 15 * 60 * SECOND,
            confirmed_gap_age: 100 * MILLISECOND,
            unheard_gap_age: SECOND,
            gap_age: 30 * SECOND,
            gap_segments: 64,
            barren_bytes: 64 << 10,
        }
    }
}
