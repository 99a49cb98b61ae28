//! Takes a capture as `pcap_writer` makes it, gives one whose frames are seen otherwise: twice, in parts, in a tag, in a tunnel.
//!
//! Invariant: every frame is Ethernet with IPv4 and without options; checksums stay as they were, since no reader drops a packet for them.

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
const ETHERNET: usize = 14;
const IPV4: usize = 20;

/// The capture with other frames in the place of each of its own, at the same time.
pub(crate) fn with_every_frame(capture: &[u8], change: impl Fn(&[u8]) -> Vec<Vec<u8>>) -> Vec<u8> {
    let (head, mut rest) = capture.split_at(FILE_HEADER);
    let mut out = head.to_vec();
    while !rest.is_empty() {
        let (record, behind) = rest.split_at(RECORD_HEADER);
        let length = u32::from_le_bytes(record[8..12].try_into().expect("four octets")) as usize;
        let (frame, behind) = behind.split_at(length);
        for changed in change(frame) {
            let length = u32::try_from(changed.len()).expect("a frame is short").to_le_bytes();
            out.extend_from_slice(&record[..8]);
            out.extend_from_slice(&length);
            out.extend_from_slice(&length);
            out.extend_from_slice(&changed);
        }
        rest = behind;
    }
    out
}

/// The frame as it is behind a router: other hardware addresses, one hop less to live.
pub(crate) fn one_hop_on(frame: &[u8]) -> Vec<u8> {
    let mut frame = frame.to_vec();
    frame[5] ^= 1;
    frame[11] ^= 1;
    frame[ETHERNET + 8] -= 1;
    frame
}

/// The frame with a tag of VLAN 7.
pub(crate) fn in_vlan(frame: &[u8]) -> Vec<u8> {
    [&frame[..12], &[0x81, 0x00, 0x00, 0x07], &frame[12..]].concat()
}

/// The frame's packet in a tunnel of GRE between two routers.
pub(crate) fn in_gre(frame: &[u8]) -> Vec<u8> {
    let (ethernet, packet) = frame.split_at(ETHERNET);
    let mut outer = packet[..IPV4].to_vec();
    outer[9] = 47;
    outer[12..16].copy_from_slice(&[203, 0, 113, 1]);
    outer[16..20].copy_from_slice(&[203, 0, 113, 2]);
    set_total_length(&mut outer, IPV4 + 4 + packet.len());
    [ethernet, &outer, &[0, 0, 0x08, 0], packet].concat()
}

/// The frame's datagram in two fragments, where it is long enough.
pub(crate) fn in_fragments(frame: &[u8]) -> Vec<Vec<u8>> {
    let (head, payload) = frame.split_at(ETHERNET + IPV4);
    let middle = payload.len() / 2 / 8 * 8;
    if middle == 0 {
        return vec![frame.to_vec()];
    }
    let (first, second) = payload.split_at(middle);
    let fragment = |part: &[u8], flags: u16| {
        let mut head = head.to_vec();
        set_total_length(&mut head[ETHERNET..], IPV4 + part.len());
        head[ETHERNET + 6..ETHERNET + 8].copy_from_slice(&flags.to_be_bytes());
        [&head, part].concat()
    };
    vec![fragment(first, 0x2000), fragment(second, u16::try_from(middle / 8).expect("a datagram is short"))]
}

/// The frame's segment in two, where it carries something.
pub(crate) fn in_segments(frame: &[u8]) -> Vec<Vec<u8>> {
    let start = ETHERNET + IPV4;
    let head_length = start + usize::from(frame[start + 12] >> 4) * 4;
    let (head, payload) = frame.split_at(head_length);
    let middle = payload.len() / 2;
    if middle == 0 {
        return vec![frame.to_vec()];
    }
    let (first, second) = payload.split_at(middle);
    let sequence = u32::from_be_bytes(head[start + 4..start + 8].try_into().expect("four octets"));
    let segment = |part: &[u8], sequence: u32| {
        let mut head = head.to_vec();
        set_total_length(&mut head[ETHERNET..], head_length - ETHERNET + part.len());
        head[start + 4..start + 8].copy_from_slice(&sequence.to_be_bytes());
        [&head, part].concat()
    };
    let behind = sequence.wrapping_add(u32::try_from(middle).expect("a segment is short"));
    vec![segment(first, sequence), segment(second, behind)]
}

fn set_total_length(packet: &mut [u8], length: usize) {
    packet[2..4].copy_from_slice(&u16::try_from(length).expect("a packet is short").to_be_bytes());
}
