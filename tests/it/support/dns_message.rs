//! Takes lines that say what DNS answers, gives the octets of the message (RFC 1035, 4).
//!
//! Invariant: nothing of the product is used here, so that the writer can bear witness against it; names are never compressed.

/// The message of lines such as `far.example A 198.51.100.30`; a line without a value asks.
///
/// The first line's name and kind are the question. Kinds: A, AAAA, CNAME, `SRV PRIORITY WEIGHT PORT HOST`, `NAPTR ORDER PREFERENCE SERVICE NAME`.
pub(crate) fn message(lines: &[&str]) -> Option<Vec<u8>> {
    let words: Vec<Vec<&str>> = lines.iter().map(|line| line.split_whitespace().collect()).collect();
    let [owner, kind, ..] = words.first()?.as_slice() else { return None };
    let answers: Vec<&Vec<&str>> = words.iter().filter(|words| words.len() > 2).collect();
    let flags: u16 = if answers.is_empty() { 0x0100 } else { 0x8180 };
    let mut out = vec![0x12, 0x34];
    for number in [flags, 1, u16::try_from(answers.len()).ok()?, 0, 0] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    name(owner, &mut out);
    out.extend_from_slice(&number_of(kind)?.to_be_bytes());
    out.extend_from_slice(&1_u16.to_be_bytes());
    for words in answers {
        let [owner, kind, value @ ..] = words.as_slice() else { return None };
        let data = data(kind, value)?;
        name(owner, &mut out);
        out.extend_from_slice(&number_of(kind)?.to_be_bytes());
        out.extend_from_slice(&1_u16.to_be_bytes());
        out.extend_from_slice(&300_u32.to_be_bytes());
        out.extend_from_slice(&u16::try_from(data.len()).ok()?.to_be_bytes());
        out.extend_from_slice(&data);
    }
    Some(out)
}

/// The number of a kind of records.
fn number_of(kind: &str) -> Option<u16> {
    Some(match kind {
        "A" => 1,
        "CNAME" => 5,
        "AAAA" => 28,
        "SRV" => 33,
        "NAPTR" => 35,
        _ => return None,
    })
}

fn data(kind: &str, value: &[&str]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match (kind, value) {
        ("A", [address]) => out.extend_from_slice(&address.parse::<std::net::Ipv4Addr>().ok()?.octets()),
        ("AAAA", [address]) => out.extend_from_slice(&address.parse::<std::net::Ipv6Addr>().ok()?.octets()),
        ("CNAME", [alias]) => name(alias, &mut out),
        ("SRV", [priority, weight, port, host]) => {
            for number in [priority, weight, port] {
                out.extend_from_slice(&number.parse::<u16>().ok()?.to_be_bytes());
            }
            name(host, &mut out);
        }
        ("NAPTR", [order, preference, service, replacement]) => {
            for number in [order, preference] {
                out.extend_from_slice(&number.parse::<u16>().ok()?.to_be_bytes());
            }
            for text in ["s", service, ""] {
                out.push(u8::try_from(text.len()).ok()?);
                out.extend_from_slice(text.as_bytes());
            }
            name(replacement, &mut out);
        }
        _ => return None,
    }
    Some(out)
}

fn name(text: &str, out: &mut Vec<u8>) {
    for label in text.split('.').filter(|label| !label.is_empty()) {
        out.push(u8::try_from(label.len()).expect("a label is short"));
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
}
