//! Takes octets, gives them as tshark's `-x` prints: offset, sixteen octets in hexadecimal, and what of them is printable.

use std::fmt::Write as _;
use std::io;

/// How many octets stand on a line.
const OCTETS: usize = 16;

/// Writes `octets`.
///
/// # Errors
/// Those of `out`, as they are.
pub fn hex_dump(octets: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
    for (nth, line) in octets.chunks(OCTETS).enumerate() {
        let mut hex = String::with_capacity(OCTETS * 3);
        for octet in line {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{octet:02x} ");
        }
        let text: String = line.iter().map(|octet| if (b' '..=b'~').contains(octet) { char::from(*octet) } else { '.' }).collect();
        writeln!(out, "{:04x}  {hex:<48}  {text}", nth * OCTETS)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_tshark() {
        let mut out = Vec::new();
        hex_dump(b"SIP/2.0 302 Moved\r\n\x1b\xff", &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "0000  53 49 50 2f 32 2e 30 20 33 30 32 20 4d 6f 76 65   SIP/2.0 302 Move\n\
             0010  64 0d 0a 1b ff                                    d....\n"
        );
    }
}
