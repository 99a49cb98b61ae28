//! Takes nothing, gives how long what is incomplete is waited for; how much may wait is said by the limits ([`crate::limit`]).

/// Nanoseconds of a millisecond.
const MILLISECOND: i64 = 1_000_000;
/// Nanoseconds of a second.
const SECOND: i64 = 1_000 * MILLISECOND;

/// How long fragments wait for the rest of their datagram, in nanoseconds of capture time, as are all ages here.
pub(super) const FRAGMENT_AGE: i64 = 30 * SECOND;
/// How long the head of a datagram waits for the rest before what it holds is delivered as truncated: less than T1, after which SIP sends
/// the message again (RFC 3261, 17.1.1.1).
pub(super) const FRAGMENT_HEAD_AGE: i64 = 400 * MILLISECOND;
/// How long the octets of a completed datagram are remembered, so that late copies of its fragments open no new one.
pub(super) const FRAGMENT_MEMORY: i64 = 400 * MILLISECOND;
/// How long a connection is remembered that both sides have closed, so that what is sent again opens no new one: as long as any gap is waited for.
pub(super) const CLOSED_AGE: i64 = GAP_AGE;
/// How long a gap stays open once the receiver has confirmed octets behind it.
pub(super) const CONFIRMED_GAP_AGE: i64 = 100 * MILLISECOND;
/// How long a gap stays open while the receiver is not heard at all, or after the sender's FIN.
pub(super) const UNHEARD_GAP_AGE: i64 = SECOND;
/// How long a gap stays open in any case.
pub(super) const GAP_AGE: i64 = 30 * SECOND;
/// How many segments behind a gap close the first two kinds sooner.
pub(super) const GAP_SEGMENTS: u64 = 64;
/// After how many octets without a unit a stream is no longer worth waiting for lost segments.
pub(super) const BARREN_OCTETS: usize = 64 << 10;
