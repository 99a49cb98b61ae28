//! Takes what a SIP message is to say, gives its octets.
//!
//! Invariant: nothing of the product is used here; whoever writes a fault into a message writes it by hand.

use std::fmt::Write;

/// A request, field by field.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) uri: String,
    /// The values of Via, the topmost first.
    pub(crate) vias: Vec<String>,
    pub(crate) max_forwards: Option<u32>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
    pub(crate) contact: Option<String>,
    /// Further header lines, without their ends.
    pub(crate) extra: Vec<String>,
    /// Content-Type and body.
    pub(crate) body: Option<(&'static str, String)>,
}

impl Request {
    /// The octets.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut text = format!("{} {} SIP/2.0\r\n", self.method, self.uri);
        for via in &self.vias {
            let _ = write!(text, "Via: {via}\r\n");
        }
        if let Some(max_forwards) = self.max_forwards {
            let _ = write!(text, "Max-Forwards: {max_forwards}\r\n");
        }
        let _ =
            write!(text, "From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {} {}\r\n", self.from, self.to, self.call_id, self.cseq, self.method);
        if let Some(contact) = &self.contact {
            let _ = write!(text, "Contact: {contact}\r\n");
        }
        finish(text, &self.extra, self.body.as_ref())
    }

    /// The response to it: status line, what is copied (RFC 3261, 8.2.6.2), a To tag where one is given, and `extra` lines.
    pub(crate) fn response(&self, status: &str, to_tag: Option<&str>, extra: &[String], body: Option<&(&'static str, String)>) -> Vec<u8> {
        let mut text = format!("SIP/2.0 {status}\r\n");
        for via in &self.vias {
            let _ = write!(text, "Via: {via}\r\n");
        }
        let tag = to_tag.filter(|_| !self.to.contains(";tag=")).map_or(String::new(), |tag| format!(";tag={tag}"));
        let _ = write!(
            text,
            "From: {}\r\nTo: {}{tag}\r\nCall-ID: {}\r\nCSeq: {} {}\r\n",
            self.from, self.to, self.call_id, self.cseq, self.method
        );
        finish(text, extra, body)
    }

    /// The ACK of a final response from 300 on (RFC 3261, 17.1.1.3).
    pub(crate) fn ack(&self, to_tag: &str) -> Self {
        Self {
            method: "ACK",
            vias: self.vias.iter().take(1).cloned().collect(),
            to: if self.to.contains(";tag=") { self.to.clone() } else { format!("{};tag={to_tag}", self.to) },
            contact: None,
            extra: self.extra.iter().filter(|line| line.starts_with("Route:")).cloned().collect(),
            body: None,
            ..self.clone()
        }
    }
}

/// The further lines, Content-Type, Content-Length and body.
fn finish(mut text: String, extra: &[String], body: Option<&(&'static str, String)>) -> Vec<u8> {
    for line in extra {
        let _ = write!(text, "{line}\r\n");
    }
    if let Some((kind, body)) = body {
        let _ = write!(text, "Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    } else {
        text.push_str("Content-Length: 0\r\n\r\n");
    }
    text.into_bytes()
}
