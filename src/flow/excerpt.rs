//! Takes a datagram that holds octets of a stream, as Wireshark exports them, gives the units in it.
//!
//! Invariant: such a datagram stands by itself: where it begins inside of a unit the rest of that is passed over, and nothing waits for the next one.

use super::cut::Cutter;
use super::cutting::Cutting;
use super::direction::End;
use super::streams::Surroundings;
use super::unit::Origin;
use crate::fault::{Fault, FaultKind};
use crate::packet::Datagram;

/// Cuts the octets of `datagram`, which came by `origin`, into units.
#[cold]
pub(super) fn cut_excerpt<C: Cutter>(datagram: &Datagram<'_>, origin: Origin, around: &mut Surroundings<'_, '_, C>) {
    let mut session = None;
    let cx = &mut around.between(datagram.source, datagram.destination, &mut session);
    let mut cutting = Cutting::default();
    cutting.set_secure(datagram.transport.is_secure());
    cutting.take(datagram.payload, origin, Some(origin), cx);
    cutting.cut(Some(origin), if datagram.truncated { End::Lost } else { End::Closed }, cx);
    if datagram.truncated {
        cutting.tell(origin.capture, Fault::new(FaultKind::Snaplen, "payload beyond the kept octets").at_frame(origin.frame), cx);
    }
}

#[cfg(test)]
mod tests {
    use crate::capture::{Frame, LinkType};
    use crate::evidence::{Timestamp, Transport};
    use crate::fault::{FaultKind, FaultLogs};
    use crate::flow::toy::{Given, Toy, toy};
    use crate::flow::{Flow, Limits};

    /// What comes of octets that Wireshark exported for the dissector of a TCP port, `missing` more having been cut off.
    fn exported(octets: &[u8], missing: u32) -> (Vec<Given>, Vec<FaultKind>) {
        let tags: [&[u8]; 4] = [&[0, 14, 0, 8], b"tcp.port", &[0, 24, 0, 4, 0, 0, 0, 2], &[0, 0, 0, 0]];
        let data = [tags.concat().as_slice(), octets].concat();
        let frame = Frame {
            number: 1,
            time: Timestamp::default(),
            link_type: LinkType(252),
            interface: 0,
            data: &data,
            original_len: data.len() as u32 + missing,
            offset: 0,
        };
        let (mut flow, mut faults, mut given) = (Flow::new(Limits::default(), Toy), FaultLogs::of_captures(1), Vec::new());
        flow.push(0, &frame, &mut faults, &mut |unit| given.push(Given::from(unit)));
        flow.finish(&mut faults, &mut |unit| given.push(Given::from(unit)));
        (given, faults.iter().map(|fault| fault.first.kind).collect())
    }

    #[test]
    fn all_units_of_an_excerpt_are_given() {
        let (one, other) = (toy(b'a', 5), toy(b'k', 14));
        let (given, faults) = exported(&[&one[..], b"\r\n", &other].concat(), 0);
        assert_eq!(given.iter().map(|given| &given.bytes).collect::<Vec<_>>(), [&one, &other]);
        assert!(given.iter().all(|given| given.transport == Transport::Tcp && !given.truncated && given.frames == [1]));
        assert_eq!(faults, []);
    }

    #[test]
    fn what_the_capture_cut_off_is_told_with_the_last_unit() {
        let units = [toy(b'a', 5), toy(b'k', 14)].concat();
        let (given, faults) = exported(&units[..units.len() - 3], 3);
        assert_eq!(given.iter().map(|given| given.truncated).collect::<Vec<_>>(), [false, true]);
        assert_eq!(faults, [FaultKind::Snaplen]);
        assert_eq!(exported(b"nothing of ours", 3), (vec![], vec![]));
    }
}
