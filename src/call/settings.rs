//! Takes nothing, gives the windows and bounds of this room, and what the user knows of the network.

use super::network::Network;

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// How long a message and its answer are thought to take, in nanoseconds (RFC 3261, 17.1.1.1).
pub const T1: i64 = SECOND / 2;

/// How long things are waited for, and how much is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long after the 3xx a request counts as an attempt, in nanoseconds; 64*T1 by default.
    pub retry_window: i64,
    /// How much silence the capture must cover before a redirect counts as not followed, in nanoseconds.
    pub patience: i64,
    /// The most transactions that are held at once.
    pub max_transactions: usize,
    /// The most redirects that are open at once.
    pub max_redirects: usize,
    /// The most names (caller and URI) by which later requests are found.
    pub max_watches: usize,
    /// What the user knows of the network.
    pub network: Network,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            retry_window: 32 * SECOND,
            patience: 5 * SECOND,
            max_transactions: 50_000,
            max_redirects: 10_000,
            max_watches: 100_000,
            network: Network::default(),
        }
    }
}

/// A user who is asked to choose, or to read what the body of a 380 says, takes time (RFC 3261, 21.3.1): the least window then.
const CHOICE_WINDOW: i64 = 180 * SECOND;
/// Emergency registration and emergency call may take 20 s and 15 s (3GPP TS 24.229, table 7.8.1): the least silence after a 380.
const ALTERNATIVE_SILENCE: i64 = 35 * SECOND;

impl Settings {
    /// How long after a 3xx of that status a request counts as an attempt, in nanoseconds.
    #[must_use]
    pub fn window(&self, status: u16) -> i64 {
        match status {
            301 | 302 | 305 => self.retry_window,
            _ => self.retry_window.max(CHOICE_WINDOW),
        }
    }

    /// How much silence after a 3xx of that status, or a response told beside the 3xx, the capture must cover before something counts as not done, in nanoseconds.
    #[must_use]
    pub fn patience(&self, status: u16) -> i64 {
        if status == 380 || status >= 400 { self.patience.max(ALTERNATIVE_SILENCE) } else { self.patience }
    }
}
