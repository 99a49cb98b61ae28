//! Takes what several tests need: the `.sip` text and the capture that it becomes, the captures of real clients, the library and tshark as readers,
//! a browser.

pub(crate) mod audited;
pub(crate) mod capture_text;
pub(crate) mod chance;
pub(crate) mod chromium;
pub(crate) mod damage;
pub(crate) mod dns_message;
pub(crate) mod flow;
pub(crate) mod frames;
pub(crate) mod mutations;
pub(crate) mod pcap_writer;
pub(crate) mod real_captures;
pub(crate) mod sample_files;
pub(crate) mod sharkd;
pub(crate) mod sip_text;
pub(crate) mod tcp_conversation;
pub(crate) mod tshark;
pub(crate) mod websocket;
