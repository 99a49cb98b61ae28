//! Tells for every SIP 3xx in a capture whether the client that received it did the right thing.
//!
//! The binary `sip3xx` is a thin face of this library: [`analysis::audit`] reads captures and gives a [`report::model::Report`], which a
//! [`report::Format`] writes.
//!
//! ```
//! use sip3xx::analysis::{self, Input, Options};
//! use sip3xx::report::model::Verdict;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let capture = Input::File("samples/captures/mixed-office.pcap".into());
//! let report = analysis::audit(&[capture], &Options::default(), &mut |_| {})?;
//!
//! let wrong: Vec<_> = report.redirects.iter().filter(|redirect| redirect.verdict == Verdict::Incorrect).collect();
//! assert_eq!((report.redirects.len(), wrong.len()), (8, 3));
//! // Each is proven: a rule, its clause, and the frame as Wireshark counts it.
//! let finding = &wrong[0].findings[0];
//! assert_eq!((finding.rule.as_str(), finding.clause.as_str()), ("redirect-not-followed", "RFC 3261 21.3.3"));
//! assert_eq!(finding.primary.frame, 11);
//!
//! let mut csv = Vec::new();
//! let format = sip3xx::report::Format::named("csv").ok_or("no such format")?;
//! format.write(&report, &sip3xx::report::Presentation::default(), &mut csv)?;
//! assert_eq!(csv.split(|octet| *octet == b'\n').count(), 1 + 8 + 1); // the header, a row each, and nothing behind the last line end
//! # Ok(())
//! # }
//! ```
//!
//! # The rooms
//!
//! They stand in the order in which data flows, and imports run one way only:
//!
//! | room | takes | gives |
//! |---|---|---|
//! | [`capture`] | the octets of a file | frames |
//! | [`packet`] | a frame | the one datagram, segment or fragment in it |
//! | [`flow`] | packets | whole datagrams, and the messages of streams |
//! | [`sip`] | such a payload | a message |
//! | [`dns`] | a payload beside SIP | what it says of names |
//! | [`call`] | messages with their place, time and addresses | redirects with their attempts and later requests |
//! | [`rules`] | a redirect | findings and a verdict |
//! | [`report`] | what was judged | the published shape, and text for a reader or a machine |
//! | [`analysis`] | captures and options | the report: here the stages are joined |
//!
//! [`evidence`] holds the words that all of them say (place, time, endpoint), [`fault`] what is told when a capture is broken.
//!
//! Each room serves alone, too. A message, and what rsip makes of it:
//!
//! ```
//! use sip3xx::sip::Message;
//!
//! let octets = b"OPTIONS sip:bob@192.0.2.20 SIP/2.0\r\nCSeq: 7 OPTIONS\r\nm: <sip:alice@192.0.2.10>\r\nl: 0\r\n\r\n";
//! let message = Message::scan(octets).expect("it begins with a start line");
//! assert_eq!(message.cseq().map(|cseq| cseq.number), Some(7));
//! assert_eq!(message.contacts().count(), 1);
//! assert!(message.to_rsip().is_some());
//! ```
//!
//! # Three kinds, never mixed
//!
//! An *error* ([`analysis::Error`]) says that no report can be given. A *fault* ([`fault::Fault`]) says what is broken in a capture, and stands in
//! the report. A *finding* ([`rules::Finding`]) says which rule was broken, by whom, and in which frames.

pub mod analysis;
pub mod call;
pub mod capture;
pub mod dns;
pub mod evidence;
pub mod fault;
pub mod filter;
pub mod flow;
pub mod limit;
pub mod nearest;
pub mod packet;
pub mod report;
pub mod rules;
pub mod sip;
