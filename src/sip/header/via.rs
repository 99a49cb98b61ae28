//! Takes one Via value, gives protocol, transport, sent-by and parameters.
//!
//! Invariant: the branch is whatever stands there, to its last octet: it is what messages are matched by, so nothing is cut off it.
//! `via-parm = sent-protocol LWS sent-by *( SEMI via-params )`, blanks and folds allowed around every separator. RFC 3261, 20.42 and 25.1.

use crate::sip::params::Params;
use crate::sip::scan::{find_outside, is_lws, is_token, port, split, take_while, trim, trim_start};

/// One hop of a message's way, as its sender wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Via<'a> {
    /// The protocol's name: `SIP`.
    pub protocol: &'a [u8],
    /// The protocol's version: `2.0`.
    pub version: &'a [u8],
    /// The transport as written: `UDP`, `tcp`, ...
    pub transport: &'a [u8],
    /// The host of sent-by as written, brackets of an IPv6 reference included.
    pub host: &'a [u8],
    /// The port of sent-by, none where there is none that can be read.
    pub port: Option<u16>,
    /// The parameters.
    pub params: Params<'a>,
    /// Whether protocol, transport and sent-by are made as the grammar wants, the octets of the host aside.
    is_parted_well: bool,
}

/// What an `rport` parameter says (RFC 3581, 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rport {
    /// It is there without a value: the client asks for an answer to its source port.
    Asked,
    /// The source port that the server saw.
    Port(u16),
    /// It has a value that is no port.
    Malformed,
}

impl<'a> Via<'a> {
    /// Reads one value of a Via list; what cannot be told is empty.
    #[must_use]
    pub fn read(value: &'a [u8]) -> Self {
        let value = trim(value);
        let (hop, params) = split(value, find_outside(value, b';', false).unwrap_or(value.len()));
        let (protocol, version, is_protocol, rest) = read_protocol(hop);
        let (transport, sent_by) = token(rest);
        let (host, port, is_sent_by) = read_sent_by(trim(sent_by));
        let is_parted = sent_by.first().copied().is_some_and(is_lws);
        let is_parted_well = is_protocol && !transport.is_empty() && is_parted && is_sent_by;
        Self { protocol, version, transport, host, port, params: Params::new(params), is_parted_well }
    }

    /// The branch parameter as written, none where it is absent or empty (RFC 3261, 8.1.1.7; absent in RFC 2543).
    #[must_use]
    pub fn branch(&self) -> Option<&'a [u8]> {
        self.params.value("branch").filter(|branch| !branch.is_empty())
    }

    /// The received parameter, brackets of an IPv6 address taken off: they are written with and without (RFC 5118, 4.5).
    #[must_use]
    pub fn received(&self) -> Option<&'a [u8]> {
        self.params.value("received").map(without_brackets)
    }

    /// The rport parameter.
    #[must_use]
    pub fn rport(&self) -> Option<Rport> {
        let param = self.params.get("rport")?;
        Some(match param.value {
            None => Rport::Asked,
            Some(value) => port(value).map_or(Rport::Malformed, Rport::Port),
        })
    }

    /// The maddr parameter as written.
    #[must_use]
    pub fn maddr(&self) -> Option<&'a [u8]> {
        self.params.value("maddr")
    }

    /// The host of sent-by, brackets of an IPv6 reference taken off.
    #[must_use]
    pub fn bare_host(&self) -> &'a [u8] {
        without_brackets(self.host)
    }

    /// Whether it is made as the grammar wants, parameters included.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        self.is_parted_well && is_host(self.host) && self.params.is_well_formed()
    }
}

/// Reads `protocol-name SLASH protocol-version SLASH`: both, whether they are well made, and what is behind them.
fn read_protocol(hop: &[u8]) -> (&[u8], &[u8], bool, &[u8]) {
    // As nearly all are written.
    if let Some((b"SIP/2.0/", rest)) = hop.split_first_chunk() {
        return (b"SIP", b"2.0", true, rest);
    }
    let (protocol, rest) = token(hop);
    let (first_slash, rest) = slash(rest);
    let (version, rest) = token(rest);
    let (second_slash, rest) = slash(rest);
    (protocol, version, first_slash && second_slash && !protocol.is_empty() && !version.is_empty(), rest)
}

fn token(octets: &[u8]) -> (&[u8], &[u8]) {
    take_while(trim_start(octets), is_token)
}

/// Whether a slash follows, and what is behind it. `SLASH = SWS "/" SWS`
fn slash(octets: &[u8]) -> (bool, &[u8]) {
    let octets = trim_start(octets);
    octets.strip_prefix(b"/").map_or((false, octets), |rest| (true, rest))
}

fn without_brackets(host: &[u8]) -> &[u8] {
    host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host)
}

/// Whether `host` is not empty and holds nothing that no host does.
fn is_host(host: &[u8]) -> bool {
    !host.is_empty() && !host.iter().any(|octet| is_lws(*octet) || matches!(octet, b',' | b'"' | b'<' | b'>' | b'@'))
}

/// Reads `sent-by = host [ COLON port ]`: the host, the port, and whether all of it was understood but for the octets of the host.
fn read_sent_by(sent_by: &[u8]) -> (&[u8], Option<u16>, bool) {
    let first_colon = memchr::memchr(b':', sent_by).unwrap_or(sent_by.len());
    let (host, behind) = split(sent_by, first_colon);
    // One colon and digits behind it, or none at all: as nearly all are written. What is read so holds no second colon.
    if !sent_by.starts_with(b"[") {
        let number = behind.get(1..).and_then(port);
        if behind.is_empty() || number.is_some() {
            return (trim(host), number, true);
        }
    }
    let host_len = match sent_by {
        [b'[', ..] => memchr::memchr(b']', sent_by).map(|at| at.saturating_add(1)),
        // More than one colon without brackets is an IPv6 address whose port, if any, cannot be told.
        _ if memchr::memchr(b':', behind.get(1..).unwrap_or(&[])).is_some() => None,
        _ => Some(first_colon),
    };
    let Some(host_len) = host_len else { return (sent_by, None, false) };
    let (host, rest) = split(sent_by, host_len);
    let host = trim(host);
    let rest = trim_start(rest);
    match rest.strip_prefix(b":") {
        None => (host, None, rest.is_empty()),
        Some(digits) => {
            let port = port(trim(digits));
            (host, port, port.is_some())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, transport: &str, host: &str, port: Option<u16>, branch: Option<&str>, well: bool) {
        let via = Via::read(value.as_bytes());
        assert_eq!(String::from_utf8_lossy(via.transport), transport, "{value:?}");
        assert_eq!(String::from_utf8_lossy(via.host), host, "{value:?}");
        assert_eq!(via.port, port, "{value:?}");
        assert_eq!(via.branch(), branch.map(str::as_bytes), "{value:?}");
        assert_eq!(via.is_well_formed(), well, "{value:?}");
    }

    #[test]
    fn every_part_is_read_through_blanks_and_folds() {
        check("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa", "UDP", "192.0.2.1", Some(5060), Some("z9hG4bKa"), true);
        check("SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw", "UDP", "192.0.2.2", None, Some("390skdjuw"), true);
        check(
            "SIP / 2.0 / TCP     s.example.com   ;\r\n  branch  =   z9hG4bK9ikj8",
            "TCP",
            "s.example.com",
            None,
            Some("z9hG4bK9ikj8"),
            true,
        );
        check("SIP/2.0/UDP h : 5062 ; branch=\r\n z9hG4bK30239", "UDP", "h", Some(5062), Some("z9hG4bK30239"), true);
        check(
            "SIP/2.0/UNKNOWN [2001:db8::9:1]:6050;branch=z9hG4bK$&/=x",
            "UNKNOWN",
            "[2001:db8::9:1]",
            Some(6050),
            Some("z9hG4bK$&/=x"),
            true,
        );
        check("SIP/2.0/UDP [::ffff:192.0.2.10]", "UDP", "[::ffff:192.0.2.10]", None, None, true);
        check("SIP/2.0/ TLS h:5061;ttl=\"a;branch=b\";xbranch=c;BRANCH=d;branch=e", "TLS", "h", Some(5061), Some("d"), true);
        check("sip/2.0/UDP h:00080;branch;branch=b", "UDP", "h", Some(80), None, true);
    }

    #[test]
    fn what_is_malformed_keeps_what_is_usable() {
        check("SIP/2.0/UDP 2001:db8::1;branch=z9hG4bKa", "UDP", "2001:db8::1", None, Some("z9hG4bKa"), false);
        check("SIP/2.0/UDP h:99999;branch=z9hG4bKa", "UDP", "h", None, Some("z9hG4bKa"), false);
        check("SIP/2.0/UDP h:065536;branch=a", "UDP", "h", None, Some("a"), false);
        check("SIP/2.0/UDP a:1:2", "UDP", "a:1:2", None, None, false);
        check("SIP/2.0/UDP h:;branch=", "UDP", "h", None, None, false);
        check("SIP/2.0/UDP a b:1", "UDP", "a b", Some(1), None, false);
        check("SIP/2.0/ h", "h", "", None, None, false);
        check("SIP/2.0/UDP 192.0.2.15;;", "UDP", "192.0.2.15", None, None, false);
        check("SIP/2.0/UDP;branch=z9hG4bKa", "UDP", "", None, Some("z9hG4bKa"), false);
        check("UDP h;branch=x", "", "", None, Some("x"), false);
        check("", "", "", None, None, false);
        check(";", "", "", None, None, false);
    }

    #[test]
    fn received_is_read_with_and_without_brackets() {
        for value in ["SIP/2.0/UDP h;received=2001:db8::9:255; branch=z", "SIP/2.0/UDP h;received=[2001:db8::9:255];branch=z"] {
            let via = Via::read(value.as_bytes());
            assert_eq!(via.received(), Some(&b"2001:db8::9:255"[..]));
            assert!(via.is_well_formed());
        }
    }

    #[test]
    fn rport_is_asked_for_or_told() {
        for (params, rport) in
            [("", None), (";rport", Some(Rport::Asked)), (";rport=5062", Some(Rport::Port(5062))), (";rport=x", Some(Rport::Malformed))]
        {
            assert_eq!(Via::read(format!("SIP/2.0/UDP h{params}").as_bytes()).rport(), rport, "{params:?}");
        }
    }
}
