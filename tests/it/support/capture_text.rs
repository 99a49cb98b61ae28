//! Takes sendings, gives the capture that would have seen them.
//!
//! Invariant: the frames stand in the order of the sendings; a time never runs back because of what the writer adds.

use std::collections::BTreeSet;

use sip3xx::evidence::Transport;

use super::pcap_writer::{file_header, udp_frame, write_record};
use super::sip_text::{Cargo, Sending, TextError, parse};
use super::tcp_conversation::Conversations;
use super::websocket;

/// Microseconds between the steps of the opening handshake of WebSocket.
const UPGRADE_STEP: u64 = 500;

/// The pcap file of a `.sip` text.
pub(crate) fn capture_of_text(text: &str) -> Result<Vec<u8>, TextError> {
    Ok(capture_of(&parse(text)?))
}

/// The pcap file of `sendings`.
pub(crate) fn capture_of(sendings: &[Sending]) -> Vec<u8> {
    let mut out = file_header();
    let mut conversations = Conversations::default();
    let mut clients = BTreeSet::new();
    let mut identification = 0_u16;
    let mut latest = 0;
    for sending in sendings {
        let (from, to, micros) = (sending.from, sending.to, sending.micros);
        let frames = match (sending.transport, &sending.cargo) {
            (Transport::Udp, Cargo::Payload(payload)) => {
                identification = identification.wrapping_add(1);
                vec![(micros, udp_frame(from, to, identification, payload))]
            }
            (Transport::Tcp, Cargo::Payload(payload)) => conversations.send(from, to, micros, payload),
            (Transport::Ws, Cargo::Payload(payload)) => {
                let mut frames = Vec::new();
                if !clients.contains(&(from, to)) && !clients.contains(&(to, from)) {
                    // Whoever speaks first has opened the connection.
                    clients.insert((from, to));
                    let (request, response) = websocket::handshake(to);
                    frames.extend(conversations.send(from, to, micros.saturating_sub(2 * UPGRADE_STEP), &request));
                    frames.extend(conversations.send(to, from, micros.saturating_sub(UPGRADE_STEP), &response));
                }
                let frame = websocket::frame(0x81, payload, clients.contains(&(from, to)));
                frames.extend(conversations.send(from, to, micros, &frame));
                frames
            }
            (Transport::Tls | Transport::Wss, Cargo::Payload(_)) => panic!("what goes over TLS is recorded by samples/tls/record.py"),
            (_, Cargo::Close) => conversations.close(from, to, micros),
        };
        for (time, frame) in frames {
            // A handshake is put just before its message, but not before what the text has sent already.
            let time = if time < micros { time.max(latest) } else { time };
            write_record(&mut out, time, &frame);
            latest = time;
        }
    }
    out
}
