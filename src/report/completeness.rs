//! Takes the kind of a fault, gives what it means in plain words, and what to do about it.

/// What a kind of fault means to someone who only wants to trust the verdicts.
pub(super) struct Meaning {
    /// What happened.
    pub(super) what: &'static str,
    /// What to do about it.
    pub(super) advice: &'static str,
}

/// The meaning of the fault of that kind; none for a kind that this program does not know.
pub(super) fn meaning(kind: &str) -> Option<Meaning> {
    let (what, advice) = match kind {
        "cut-file" => {
            ("the file ends inside a record; everything before it was read", "copy the file again, or stop the capture before copying it")
        }
        "bad-record" => (
            "a record says a length that cannot be, and was skipped or ended the reading",
            "the file is damaged: compare its checksum with that of the original",
        ),
        "unknown-interface" => (
            "packets of an interface that the file does not describe were left out",
            "the file is damaged or was cut out of a larger one: export it again from the original",
        ),
        "unknown-link-type" => (
            "frames of a link type that cannot be read were left out",
            "capture on another interface, or convert the file to Ethernet or raw IP",
        ),
        "time-goes-back" => {
            ("frames stand in the file before frames that are older; delays across them may be wrong", "sort the file with reordercap")
        }
        "snaplen" => ("packets were captured only in part, and SIP messages lost their ends", "capture whole packets: dumpcap -s 0"),
        "bad-packet" => ("packets have headers that cannot be read", "look at the frame; noise on the wire does no harm to the verdicts"),
        "lost-fragment" => (
            "IP fragments are missing, and with them whole SIP messages",
            "the capturing machine dropped packets: give dumpcap a larger buffer (-B) or a narrower filter",
        ),
        "first-fragment-only" => (
            "of fragmented SIP messages only the first fragment was captured, as a capture filter on ports ('port 5060') has it",
            "capture without the filter, or let the other fragments through: 'port 5060 or (ip[6:2] & 0x1fff != 0)'",
        ),
        "tcp-gap" => (
            "octets of TCP connections are not in the capture; SIP messages in them are unknown",
            "the capturing machine dropped packets (give dumpcap a larger buffer, -B, or a narrower filter), or began to capture inside of a message",
        ),
        "sealed-tls" => (
            "TLS connections could not be opened, or not to their end, though their secrets are known; SIP messages in them are unknown",
            "record the key log along with the capture, from before the connections begin, and let the client offer AES-GCM or ChaCha20-Poly1305",
        ),
        "undecodable-sip" => (
            "messages look like SIP and cannot be decoded",
            "look at the frame; if the message is well-formed, this is a fault of this program",
        ),
        "bound-reached" => (
            "a bound of this program was reached and something was dropped",
            "split the capture with editcap, or filter it to SIP before the audit",
        ),
        _ => return None,
    };
    Some(Meaning { what, advice })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultKind;

    #[test]
    fn every_kind_of_fault_has_a_meaning() {
        for kind in FaultKind::ALL {
            assert!(meaning(kind.name()).is_some(), "{} has no meaning", kind.name());
        }
        assert!(meaning("haunted").is_none());
    }
}
