//! Takes `.sip` text, gives what it says was sent: when, from where, to where, over what, and which bytes.
//!
//! Invariant: what is on the wire stands in the text; only line ends and a `Content-Length: auto` are filled in.
//! The format is described in `samples/README.md`.

use std::fmt;
use std::net::SocketAddr;

use sip3xx::evidence::Transport;

use super::dns_message;

/// 2024-01-01T00:00:00Z in microseconds since 1970: the moment 0 of every text.
pub(crate) const EPOCH_MICROS: u64 = 1_704_067_200_000_000;

/// One payload on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sending {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub(crate) micros: u64,
    /// Who sends.
    pub(crate) from: SocketAddr,
    /// Who is to receive.
    pub(crate) to: SocketAddr,
    /// What carries it.
    pub(crate) transport: Transport,
    /// What is carried.
    pub(crate) cargo: Cargo,
}

/// What a sending carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cargo {
    /// Bytes: a SIP message, a keep-alive, anything.
    Payload(Vec<u8>),
    /// The end of a TCP connection.
    Close,
}

/// Why a text cannot be read, and in which line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TextError {
    line: usize,
    problem: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// How the lines below a `@` line become bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Message,
    Raw,
    KeepAlive,
    Close,
    Dns,
}

/// One `@` line and the lines below it.
struct Block<'a> {
    line: usize,
    head: &'a str,
    lines: Vec<(usize, &'a str)>,
}

/// Reads a whole text.
pub(crate) fn parse(text: &str) -> Result<Vec<Sending>, TextError> {
    let mut sendings = Vec::new();
    let mut now = EPOCH_MICROS;
    for block in blocks(text)? {
        let sending = read_block(&block, now)?;
        now = sending.micros;
        sendings.push(sending);
    }
    Ok(sendings)
}

/// Cuts the text at its `@` lines and leaves the comments out.
fn blocks(text: &str) -> Result<Vec<Block<'_>>, TextError> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (index, content) in text.lines().enumerate() {
        let line = index + 1;
        if content.starts_with('#') {
            continue;
        }
        if let Some(head) = content.strip_prefix("@ ") {
            blocks.push(Block { line, head, lines: Vec::new() });
        } else if let Some(block) = blocks.last_mut() {
            block.lines.push((line, content));
        } else if !content.trim().is_empty() {
            return Err(error(line, "stands before the first `@` line"));
        }
    }
    Ok(blocks)
}

fn read_block(block: &Block<'_>, now: u64) -> Result<Sending, TextError> {
    let fault = |problem: &str| error(block.line, problem);
    let words: Vec<&str> = block.head.split_whitespace().collect();
    let [time, from, ">", to, transport, rest @ ..] = words.as_slice() else {
        return Err(fault("wanted `@ TIME FROM > TO TRANSPORT [raw|dns|keep-alive|close]`"));
    };
    let transport = match *transport {
        "udp" => Transport::Udp,
        "tcp" => Transport::Tcp,
        "ws" => Transport::Ws,
        _ => return Err(fault("the transport is none of udp, tcp and ws")),
    };
    let kind = match rest {
        [] => Kind::Message,
        ["raw"] => Kind::Raw,
        ["keep-alive"] => Kind::KeepAlive,
        ["dns"] if transport == Transport::Udp => Kind::Dns,
        ["close"] if transport != Transport::Udp => Kind::Close,
        _ => return Err(fault("after the transport may stand raw, keep-alive, with udp dns, or with tcp and ws close")),
    };
    let from: SocketAddr = from.parse().map_err(|_| fault("the sender is no address:port"))?;
    let to: SocketAddr = to.parse().map_err(|_| fault("the receiver is no address:port"))?;
    if from.is_ipv4() != to.is_ipv4() {
        return Err(fault("sender and receiver are not of one address family"));
    }
    let micros = read_time(time, now).ok_or_else(|| fault("the time is not seconds with at most six decimals"))?;
    Ok(Sending { micros, from, to, transport, cargo: cargo(block, kind)? })
}

/// `12.5` counts from the epoch of the text, `+0.010` from `now`, the time of the sending above.
fn read_time(word: &str, now: u64) -> Option<u64> {
    let (base, digits) = word.strip_prefix('+').map_or((EPOCH_MICROS, word), |digits| (now, digits));
    let (seconds, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.len() > 6 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: u32 = seconds.parse().ok()?;
    let fraction: u64 = format!("{fraction:0<6}").parse().ok()?;
    Some(base + u64::from(seconds) * 1_000_000 + fraction)
}

fn cargo(block: &Block<'_>, kind: Kind) -> Result<Cargo, TextError> {
    let used = block.lines.iter().rposition(|(_, content)| !content.is_empty()).map_or(0, |last| last + 1);
    let lines = &block.lines[..used];
    match kind {
        Kind::Message => message(block.line, lines).map(Cargo::Payload),
        Kind::Raw => {
            let mut bytes = Vec::new();
            for (line, content) in lines {
                unescape(*line, content, &mut bytes)?;
            }
            Ok(Cargo::Payload(bytes))
        }
        Kind::Dns => {
            let lines: Vec<&str> = lines.iter().map(|(_, content)| *content).collect();
            let message = dns_message::message(&lines).ok_or_else(|| error(block.line, "there is a line that DNS cannot answer below"))?;
            Ok(Cargo::Payload(message))
        }
        Kind::KeepAlive | Kind::Close if used > 0 => Err(error(block.line, "keep-alive and close have no lines of their own")),
        // RFC 5626, 3.5.1: the ping of a client is a double CRLF.
        Kind::KeepAlive => Ok(Cargo::Payload(b"\r\n\r\n".to_vec())),
        Kind::Close => Ok(Cargo::Close),
    }
}

/// Start line, header fields, an empty line, and the body where there is one; each line gets its CRLF (RFC 3261, 7).
fn message(line: usize, lines: &[(usize, &str)]) -> Result<Vec<u8>, TextError> {
    if lines.is_empty() {
        return Err(error(line, "there is no message below"));
    }
    let split = lines.iter().position(|(_, content)| content.is_empty()).unwrap_or(lines.len());
    let (head, rest) = lines.split_at(split);
    let mut body = Vec::new();
    for (line, content) in rest.iter().skip(1) {
        write_line(*line, content, &mut body)?;
    }
    let mut bytes = Vec::new();
    for (line, content) in head {
        match content.split_once(':') {
            Some((name, value)) if is_content_length(name) && matches!(value.trim(), "" | "auto") => {
                bytes.extend_from_slice(format!("{name}: {}\r\n", body.len()).as_bytes());
            }
            _ => write_line(*line, content, &mut bytes)?,
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

fn is_content_length(name: &str) -> bool {
    name.eq_ignore_ascii_case("Content-Length") || name.eq_ignore_ascii_case("l")
}

/// Appends one line with its CRLF, or without where it ends in a backslash.
fn write_line(line: usize, content: &str, out: &mut Vec<u8>) -> Result<(), TextError> {
    let backslashes = content.bytes().rev().take_while(|byte| *byte == b'\\').count();
    if backslashes % 2 == 1 {
        return unescape(line, &content[..content.len() - 1], out);
    }
    unescape(line, content, out)?;
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Appends the bytes of `content`; `\xHH` is one byte, `\\ \@ \#` stand for themselves.
fn unescape(line: usize, content: &str, out: &mut Vec<u8>) -> Result<(), TextError> {
    let mut rest = content;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.extend_from_slice(plain.as_bytes());
        let (byte, used) = match escape.as_bytes() {
            [b'x', ..] => (escape.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok()), 3),
            [byte @ (b'\\' | b'@' | b'#'), ..] => (Some(*byte), 1),
            _ => (None, 0),
        };
        out.push(byte.ok_or_else(|| error(line, "after a backslash may stand xHH, \\, @, # or the end of the line"))?);
        rest = &escape[used..];
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(())
}

fn error(line: usize, problem: &str) -> TextError {
    TextError { line, problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "@ 0 192.0.2.1:5060 > 192.0.2.2:5060 udp";

    fn payloads(text: &str) -> Vec<Vec<u8>> {
        let sendings = parse(text).unwrap_or_else(|error| panic!("{error} in {text:?}"));
        sendings
            .into_iter()
            .map(|sending| match sending.cargo {
                Cargo::Payload(bytes) => bytes,
                Cargo::Close => Vec::new(),
            })
            .collect()
    }

    #[test]
    fn a_message_gets_its_line_ends_and_the_length_of_its_body() {
        let text =
            format!("# why\n{HEAD}\nOPTIONS sip:a SIP/2.0\nContent-Length: auto\n\nv=0\ns=-\n\n# and\n{HEAD}\nBYE sip:a SIP/2.0\nl:\n");
        assert_eq!(
            payloads(&text),
            [b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 10\r\n\r\nv=0\r\ns=-\r\n".to_vec(), b"BYE sip:a SIP/2.0\r\nl: 0\r\n\r\n".to_vec()]
        );
    }

    #[test]
    fn a_length_that_is_written_stays_as_it_is() {
        assert_eq!(payloads(&format!("{HEAD}\nA\nContent-Length: 99\n")), [b"A\r\nContent-Length: 99\r\n\r\n".to_vec()]);
    }

    #[test]
    fn escapes_give_single_bytes() {
        for (written, bytes) in [
            (r"\xff\x00", &b"\xff\x00"[..]),
            (r"\\ \@ \#", b"\\ @ #"),
            ("one\ntwo", b"onetwo"),
            ("\\x0d\\x0a", b"\r\n"),
            ("\u{e9}", b"\xc3\xa9"),
        ] {
            assert_eq!(payloads(&format!("{HEAD} raw\n{written}\n")), [bytes.to_vec()], "{written}");
        }
        assert_eq!(payloads(&format!("{HEAD}\nA\n\nbody\\\n")), [b"A\r\n\r\nbody".to_vec()]);
        assert_eq!(payloads(&format!("{HEAD} keep-alive\n")), [b"\r\n\r\n".to_vec()]);
    }

    #[test]
    fn times_are_absolute_or_follow_the_sending_above() {
        let text = format!(
            "{HEAD}\nA\n@ +0.25 [2001:db8::1]:1 > [2001:db8::2]:2 tcp\nA\n@ +1 [2001:db8::1]:1 > [2001:db8::2]:2 tcp close\n@ 9.000001 192.0.2.1:1 > 192.0.2.2:2 udp\nA\n"
        );
        let times: Vec<u64> = parse(&text).expect("is well-formed").iter().map(|sending| sending.micros - EPOCH_MICROS).collect();
        assert_eq!(times, [0, 250_000, 1_250_000, 9_000_001]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_line() {
        for (text, line) in [
            ("INVITE\n", 1),
            ("\n@ 0 192.0.2.1:5060 > 192.0.2.2 udp\nA\n", 2),
            ("@ 0 192.0.2.1:5060 > [2001:db8::1]:5060 udp\nA\n", 1),
            ("@ 0 192.0.2.1:5060 > 192.0.2.2:5060 sctp\nA\n", 1),
            ("@ 0 192.0.2.1:5060 > 192.0.2.2:5060 udp close\n", 1),
            ("@ 0.1234567 192.0.2.1:5060 > 192.0.2.2:5060 udp\nA\n", 1),
            ("@ -1 192.0.2.1:5060 > 192.0.2.2:5060 udp\nA\n", 1),
            ("@ 0 192.0.2.1:5060 > 192.0.2.2:5060 udp\n\n", 1),
            ("@ 0 192.0.2.1:5060 > 192.0.2.2:5060 udp\nA\nB: \\q\n", 3),
            ("@ 0 192.0.2.1:5060 > 192.0.2.2:5060 udp\nA\nB: \\x4\n", 3),
            ("@ 0 192.0.2.1:5060 > 192.0.2.2:5060 udp keep-alive\nA\n", 1),
        ] {
            assert_eq!(parse(text).map_err(|error| error.line), Err(line), "{text:?}");
        }
    }
}
