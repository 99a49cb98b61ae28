//! Takes messages between two endpoints, gives what WebSocket makes of them: an opening handshake, and a frame for each message.
//!
//! Invariant: the same calls give the same bytes; a client masks, a server does not (RFC 6455, 5.1).

use std::net::SocketAddr;

/// What every client of this writer masks with; anything would do.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// The request of the handshake and the response that accepts it, for the subprotocol of SIP (RFC 7118, 4.1; key and answer of RFC 6455, 1.3).
pub(crate) fn handshake(server: SocketAddr) -> (Vec<u8>, Vec<u8>) {
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    let response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n";
    (request.into_bytes(), response.as_bytes().to_vec())
}

/// A frame: `first` is FIN, RSV and opcode.
pub(crate) fn frame(first: u8, payload: &[u8], from_client: bool) -> Vec<u8> {
    let masked = if from_client { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match payload.len() {
        len @ 0..=125 => bytes.push(masked | len as u8),
        len @ 126..=0xffff => {
            bytes.push(masked | 126);
            bytes.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            bytes.push(masked | 127);
            bytes.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    if from_client {
        bytes.extend_from_slice(&MASK);
        bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(octet, mask)| octet ^ mask));
    } else {
        bytes.extend_from_slice(payload);
    }
    bytes
}
