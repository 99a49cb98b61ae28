//! Takes the lines of a key log, gives the secrets of a session by the random of its client.
//!
//! Invariant: the sessions that are kept are bounded ([`Limit::TlsSessions`]); a line that is none of those known here is passed over; secrets are never shown. The format is
//! that of `SSLKEYLOGFILE`: a label, the random of the client and a secret, in hexadecimal digits.

use std::collections::BTreeMap;
use std::fmt;

use super::hello::Random;
use crate::limit::{Limit, Limits};

/// The longest secret, in octets: a master secret, or the output of SHA-384.
const SECRET_MAX: usize = 48;

/// The secrets of one session.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Secrets {
    /// The master secret of TLS 1.2.
    pub(super) master: Option<Box<[u8]>>,
    /// What the client and the server of TLS 1.3 seal their handshakes with.
    pub(super) handshake: [Option<Box<[u8]>>; 2],
    /// What the client and the server of TLS 1.3 seal their first records of application data with.
    pub(super) traffic: [Option<Box<[u8]>>; 2],
}

/// The secrets of TLS sessions.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyLog {
    sessions: BTreeMap<Random, Secrets>,
    dropped: u64,
    most: usize,
}

impl Default for KeyLog {
    fn default() -> Self {
        Self::within(&Limits::default())
    }
}

impl KeyLog {
    /// No secrets yet, and never those of more sessions than the limits allow.
    #[must_use]
    pub fn within(limits: &Limits) -> Self {
        Self { sessions: BTreeMap::new(), dropped: 0, most: limits.room(Limit::TlsSessions) }
    }

    /// Takes the secrets of `other` that there is room for, in the place of those that are here.
    pub fn take(&mut self, other: &Self) {
        self.sessions = other.sessions.iter().take(self.most).map(|(random, secrets)| (*random, secrets.clone())).collect();
        self.dropped = other.dropped.saturating_add(other.sessions.len().saturating_sub(self.most) as u64);
    }

    /// Takes lines of a key log; each must be whole. Gives how many secrets were among them.
    pub fn learn(&mut self, lines: &[u8]) -> usize {
        lines.split(|octet| *octet == b'\n').filter(|line| self.learn_line(line).is_some()).count()
    }

    fn learn_line(&mut self, line: &[u8]) -> Option<()> {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let (label, random, secret) = (words.next()?, octets(words.next()?)?, octets(words.next()?)?);
        let random: Random = random.try_into().ok()?;
        let pick: fn(&mut Secrets) -> &mut Option<Box<[u8]>> = match label {
            b"CLIENT_RANDOM" => |secrets| &mut secrets.master,
            b"CLIENT_HANDSHAKE_TRAFFIC_SECRET" => |secrets| &mut secrets.handshake[0],
            b"SERVER_HANDSHAKE_TRAFFIC_SECRET" => |secrets| &mut secrets.handshake[1],
            b"CLIENT_TRAFFIC_SECRET_0" => |secrets| &mut secrets.traffic[0],
            b"SERVER_TRAFFIC_SECRET_0" => |secrets| &mut secrets.traffic[1],
            _ => return None,
        };
        if secret.is_empty() || secret.len() > SECRET_MAX {
            return None;
        }
        if self.sessions.len() >= self.most && !self.sessions.contains_key(&random) {
            self.dropped = self.dropped.saturating_add(1);
            return None;
        }
        *pick(self.sessions.entry(random).or_default()) = Some(secret.into_boxed_slice());
        Some(())
    }

    /// How many secrets were dropped because of [`Limit::TlsSessions`].
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(in crate::flow) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// The secrets of the session whose client has sent `random`.
    pub(super) fn of(&self, random: &Random) -> Option<&Secrets> {
        self.sessions.get(random)
    }
}

impl fmt::Debug for KeyLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyLog").field("sessions", &self.sessions.len()).field("dropped", &self.dropped).finish()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// The octets that hexadecimal digits stand for.
fn octets(digits: &[u8]) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || digits.len() > 2 * SECRET_MAX {
        return None;
    }
    let digit = |octet: &u8| char::from(*octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks(2).map(|pair| pair.iter().try_fold(0, |octet, one| Some(octet << 4 | digit(one)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::KeyLog;

    const RANDOM: [u8; 32] = [0xa5; 32];

    fn line(label: &str, secret: &str) -> String {
        format!("{label} {} {secret}\n", "a5".repeat(32))
    }

    #[test]
    fn the_secrets_of_a_session_are_found_by_its_random() {
        let mut log = KeyLog::default();
        let lines = [
            "# SSL/TLS secrets log file, generated by OpenSSL\r\n".to_owned(),
            line("EXPORTER_SECRET", "00"),
            line("CLIENT_TRAFFIC_SECRET_0", "01ff"),
            line("SERVER_TRAFFIC_SECRET_0", "02FE").replace('\n', "\r\n"),
            line("CLIENT_RANDOM", "03"),
        ];
        assert_eq!(log.learn(lines.concat().as_bytes()), 3);
        let secrets = log.of(&RANDOM).expect("it is known");
        assert_eq!(secrets.traffic.each_ref().map(Option::as_deref), [Some(&[1, 0xff][..]), Some(&[2, 0xfe][..])]);
        assert_eq!(secrets.master.as_deref(), Some(&[3][..]));
        assert!(log.of(&[0; 32]).is_none());
        assert_eq!(format!("{log:?}"), "KeyLog { sessions: 1, dropped: 0 }");
    }

    #[test]
    fn a_line_that_is_none_is_passed_over() {
        let mut log = KeyLog::default();
        for bad in [
            "CLIENT_RANDOM\n".to_owned(),
            line("CLIENT_RANDOM", "0"),
            line("CLIENT_RANDOM", "zz"),
            line("CLIENT_RANDOM", ""),
            line("CLIENT_RANDOM", &"00".repeat(49)),
            line("RSA", "00"),
            line("CLIENT_RANDOM", "00").replacen("a5", "", 1),
            "\u{fffd}\0 \n".to_owned(),
        ] {
            assert_eq!(log.learn(bad.as_bytes()), 0, "{bad}");
        }
        assert_eq!(log, KeyLog::default());
    }
}
