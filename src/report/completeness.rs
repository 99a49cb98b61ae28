//! Takes a fault, gives what it means in plain words, and what to do about it.

use std::borrow::Cow;

use super::model::Fault;
use crate::limit::Limit;

/// What a kind of fault means to someone who only wants to trust the verdicts.
pub(super) struct Meaning {
    /// What happened.
    pub(super) what: Cow<'static, str>,
    /// What to do about it.
    pub(super) advice: Cow<'static, str>,
}

/// The meaning of a fault; none for a kind that this program does not know.
pub(super) fn meaning(fault: &Fault) -> Option<Meaning> {
    match fault.limit.as_deref().and_then(Limit::named) {
        Some(limit) => Some(of_limit(limit)),
        None => of_kind(&fault.kind),
    }
}

/// What it means that a limit was reached.
fn of_limit(limit: Limit) -> Meaning {
    let about = limit.about();
    let advice = format!(
        "give it more room with --limit {}=N; its default is {}, and more takes more memory",
        about.name,
        about.told(about.default)
    );
    Meaning { what: format!("a limit was reached: {}", about.reached).into(), advice: advice.into() }
}

/// What a fault of that kind means.
fn of_kind(kind: &str) -> Option<Meaning> {
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
    Some(Meaning { what: what.into(), advice: advice.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultKind;

    #[test]
    fn every_kind_of_fault_has_a_meaning() {
        for kind in FaultKind::ALL {
            assert!(of_kind(kind.name()).is_some(), "{} has no meaning", kind.name());
        }
        assert!(of_kind("haunted").is_none());
    }

    #[test]
    fn what_is_said_of_a_limit_names_the_option_that_sets_it() {
        let fault = |limit: Option<&str>| Fault {
            kind: "bound-reached".to_owned(),
            count: 1,
            first_frame: None,
            detail: String::new(),
            limit: limit.map(str::to_owned),
        };
        let told = |limit| meaning(&fault(limit)).map(|meaning| meaning.advice.into_owned()).unwrap_or_default();
        for limit in Limit::ALL {
            assert!(told(Some(limit.name())).contains(&format!("--limit {}=N", limit.name())), "{limit:?}");
        }
        // A report of another version may name one that is not known here.
        assert!(told(Some("haunted")).contains("editcap") && told(None).contains("editcap"));
    }
}
