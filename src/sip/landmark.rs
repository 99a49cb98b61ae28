//! Takes a header line, gives its value if it is one of the seven that every message is asked for.
//!
//! Invariant: says of each line what [`Name::of`] would say of its name, without reading the names of all the others: most lines fall out
//! at their first octet. RFC 3261, 7.3.3.

use super::fields::behind_colon;
use super::name::Name;
use super::scan::trim;

/// The name and the value of `line` if it is a Via, Call-ID, CSeq, From, To, Contact or Content-Length line, in long or compact form.
#[inline]
pub(super) fn landmark(line: &[u8]) -> Option<(Name, &[u8])> {
    let (initial, rest) = line.split_first()?;
    let (name, behind) = match initial {
        b'V' | b'v' => (Name::Via, behind(rest, b"ia")?),
        b'F' | b'f' => (Name::From, behind(rest, b"rom")?),
        b'T' | b't' => (Name::To, behind(rest, b"o")?),
        b'I' | b'i' => (Name::CallId, rest),
        b'M' | b'm' => (Name::Contact, rest),
        b'L' | b'l' => (Name::ContentLength, rest),
        b'C' | b'c' => match rest.first()? {
            b'S' | b's' => (Name::CSeq, long(rest, b"Seq")?),
            b'A' | b'a' => (Name::CallId, long(rest, b"all-ID")?),
            _ => match rest.get(3)? {
                b'A' | b'a' => (Name::Contact, long(rest, b"ontact")?),
                _ => (Name::ContentLength, long(rest, b"ontent-Length")?),
            },
        },
        _ => return None,
    };
    let value = behind.strip_prefix(b":").or_else(|| behind_colon(behind))?;
    Some((name, bare(value)))
}

/// The value without the whitespace around it.
#[inline]
fn bare(value: &[u8]) -> &[u8] {
    // As nearly all are written: one space ahead, the line end behind.
    if let [b' ', bare @ .., b'\r', b'\n'] = value
        && bare.first().is_some_and(|octet| *octet > b' ')
        && bare.last().is_some_and(|octet| *octet > b' ')
    {
        return bare;
    }
    trim(value)
}

/// What is behind a name whose first letter alone is its compact form: behind that letter, or behind the `others` of the long form.
#[inline]
fn behind<'a, const N: usize>(rest: &'a [u8], others: &[u8; N]) -> Option<&'a [u8]> {
    match rest.first()? {
        b':' | b' ' | b'\t' => Some(rest),
        _ => long(rest, others),
    }
}

/// What is behind `letters`, which are as nearly all write them, where `rest` starts with them in any case.
#[inline]
fn long<'a, const N: usize>(rest: &'a [u8], letters: &[u8; N]) -> Option<&'a [u8]> {
    let (written, behind) = rest.split_first_chunk::<N>()?;
    (written == letters || written.eq_ignore_ascii_case(letters)).then_some(behind)
}

#[cfg(test)]
mod tests {
    use super::super::fields::Fields;
    use super::*;

    const SEVEN: [Name; 7] = [Name::Via, Name::CallId, Name::CSeq, Name::From, Name::To, Name::Contact, Name::ContentLength];

    /// What reading the whole line says, kept to the seven.
    fn in_full(line: &str) -> Option<(Name, &[u8])> {
        Fields::new(line.as_bytes()).next().map(|field| (field.name, field.value)).filter(|(name, _)| SEVEN.contains(name))
    }

    #[test]
    fn the_seven_are_found_in_every_spelling() {
        for written in ["Via", "v", "Call-ID", "i", "CSeq", "From", "f", "To", "t", "Contact", "m", "Content-Length", "l"] {
            for written in [written.to_owned(), written.to_ascii_uppercase(), written.to_ascii_lowercase()] {
                for colon in [":", " :", " \t : "] {
                    let line = format!("{written}{colon}a b\r\n");
                    assert!(in_full(&line).is_some(), "{line:?}");
                    assert_eq!(landmark(line.as_bytes()), in_full(&line), "{line:?}");
                }
            }
        }
    }

    #[test]
    fn no_line_is_taken_for_another() {
        let letters: Vec<_> = (0u8..128).map(|octet| char::from(octet).to_string()).collect();
        let words =
            ["", "vi", "vias", "via-x", "call_id", "call\rid", "callid", "cse", "cseqs", "c", "contacts", "content-type", "content-lengt"];
        let words = words.into_iter().chain(["content\rlength", "fro", "fr\u{6f}n", "tO0", "too", "ma", "le", "id", "d\u{e9}"]);
        for word in words.chain(letters.iter().map(String::as_str)) {
            for behind in ["", ":", ": x", " : x", "\r\n :x", "\t:x", "x:", "\0:"] {
                let line = format!("{word}{behind}");
                assert_eq!(landmark(line.as_bytes()), in_full(&line), "{line:?}");
            }
        }
    }
}
