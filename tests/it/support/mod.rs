//! Takes what a test wants to send, gives captures: the `.sip` text, the packets and the file that they become.

pub(crate) mod capture_text;
pub(crate) mod pcap_writer;
pub(crate) mod sip_text;
pub(crate) mod tcp_conversation;
pub(crate) mod tshark;
