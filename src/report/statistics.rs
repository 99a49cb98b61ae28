//! Takes rows, counts them, gives the block that tshark prints for `-z sip,stat`.
//!
//! Invariant: the shape is tshark's, so that scripts that read it go on; the order is that of codes and names, the same on every run.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::wording::escape;
use crate::filter::Row;

/// How many methods are counted by name; the rest are counted together.
const METHODS_MAX: usize = 256;
/// Under which name the rest are counted.
const OTHERS: &str = "(others)";
/// The line around the block.
const RULE: &str = "===================================================================";

/// The statistics of SIP messages.
#[derive(Debug, Default)]
pub struct Statistics {
    messages: u64,
    resent: u64,
    copies: u64,
    statuses: BTreeMap<u16, u64>,
    methods: BTreeMap<String, u64>,
    setup: Setup,
}

/// How long it took from the first INVITE to its ACK, in milliseconds.
#[derive(Debug, Default)]
struct Setup {
    count: u64,
    sum: u64,
    least: Option<u64>,
    most: u64,
}

impl Statistics {
    /// Counts a message.
    pub fn take(&mut self, row: &Row<'_>) {
        let message = &row.sighting.message;
        self.messages += 1;
        self.resent += u64::from(row.computed.is_resend());
        self.copies += u64::from(row.sighting.copy);
        if let Some(status) = message.status() {
            *self.statuses.entry(status).or_default() += 1;
            return;
        }
        let name = escape(&String::from_utf8_lossy(message.method())).into_owned();
        let is_room = self.methods.len() < METHODS_MAX || self.methods.contains_key(&name);
        *self.methods.entry(if is_room { name } else { OTHERS.to_owned() }).or_default() += 1;
        if let Some(waited) = row.computed.response_time.filter(|_| message.method() == b"ACK" && !row.computed.is_resend()) {
            let setup = &mut self.setup;
            setup.count += 1;
            setup.sum = setup.sum.saturating_add(waited);
            setup.least = Some(setup.least.map_or(waited, |least| least.min(waited)));
            setup.most = setup.most.max(waited);
        }
    }

    /// Writes the block; `filter` is the display filter that let the messages through.
    ///
    /// # Errors
    /// Those of `out`, as they are.
    pub fn write(&self, filter: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n{RULE}")?;
        match filter {
            Some(filter) => writeln!(out, "SIP Statistics with filter {}", escape(filter))?,
            None => writeln!(out, "SIP Statistics")?,
        }
        writeln!(out, "\nNumber of SIP messages: {}", self.messages)?;
        writeln!(out, "Number of resent SIP messages: {}", self.resent)?;
        if self.copies > 0 {
            writeln!(out, "Number of copies of SIP messages (seen at a second point): {}", self.copies)?;
        }
        writeln!(out, "\n* SIP Status Codes in reply packets")?;
        for (status, count) in &self.statuses {
            writeln!(out, "  SIP {status:>3} {:<15} : {count:>5} Packets", phrase(*status))?;
        }
        writeln!(out, "\n* List of SIP Request methods")?;
        for (method, count) in &self.methods {
            writeln!(out, "  {method:<15} : {count:>5} Packets")?;
        }
        let setup = &self.setup;
        writeln!(out, "\n* Average setup time {} ms", setup.sum.checked_div(setup.count).unwrap_or(0))?;
        writeln!(out, " Min {} ms\n Max {} ms\n{RULE}", setup.least.unwrap_or(0), setup.most)
    }
}

/// The reason phrase that is registered for `status`, or what its class is called.
fn phrase(status: u16) -> &'static str {
    match PHRASES.binary_search_by_key(&status, |(code, _)| *code) {
        Ok(at) => PHRASES.get(at).map_or("", |(_, phrase)| phrase),
        Err(_) => match status / 100 {
            1 => "Informational - Others",
            2 => "Success - Others",
            3 => "Redirection - Others",
            4 => "Client Error - Others",
            5 => "Server Error - Others",
            _ => "Global Failure - Others",
        },
    }
}

/// The registered response codes (RFC 3261, 21, and the IANA registry of SIP parameters), ascending.
const PHRASES: &[(u16, &str)] = &[
    (100, "Trying"),
    (180, "Ringing"),
    (181, "Call Is Being Forwarded"),
    (182, "Queued"),
    (183, "Session Progress"),
    (199, "Early Dialog Terminated"),
    (200, "OK"),
    (202, "Accepted"),
    (204, "No Notification"),
    (300, "Multiple Choices"),
    (301, "Moved Permanently"),
    (302, "Moved Temporarily"),
    (305, "Use Proxy"),
    (380, "Alternative Service"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (402, "Payment Required"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (407, "Proxy Authentication Required"),
    (408, "Request Timeout"),
    (410, "Gone"),
    (412, "Conditional Request Failed"),
    (413, "Request Entity Too Large"),
    (414, "Request-URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Unsupported URI Scheme"),
    (417, "Unknown Resource-Priority"),
    (420, "Bad Extension"),
    (421, "Extension Required"),
    (422, "Session Interval Too Small"),
    (423, "Interval Too Brief"),
    (424, "Bad Location Information"),
    (428, "Use Identity Header"),
    (429, "Provide Referrer Identity"),
    (430, "Flow Failed"),
    (433, "Anonymity Disallowed"),
    (436, "Bad Identity-Info"),
    (437, "Unsupported Certificate"),
    (438, "Invalid Identity Header"),
    (439, "First Hop Lacks Outbound Support"),
    (440, "Max-Breadth Exceeded"),
    (469, "Bad Info Package"),
    (470, "Consent Needed"),
    (480, "Temporarily Unavailable"),
    (481, "Call/Transaction Does Not Exist"),
    (482, "Loop Detected"),
    (483, "Too Many Hops"),
    (484, "Address Incomplete"),
    (485, "Ambiguous"),
    (486, "Busy Here"),
    (487, "Request Terminated"),
    (488, "Not Acceptable Here"),
    (489, "Bad Event"),
    (491, "Request Pending"),
    (493, "Undecipherable"),
    (494, "Security Agreement Required"),
    (500, "Server Internal Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Server Time-out"),
    (505, "Version Not Supported"),
    (513, "Message Too Large"),
    (555, "Push Notification Service Not Supported"),
    (580, "Precondition Failure"),
    (600, "Busy Everywhere"),
    (603, "Decline"),
    (604, "Does Not Exist Anywhere"),
    (606, "Not Acceptable"),
    (607, "Unwanted"),
    (608, "Rejected"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_in_order_so_that_each_is_found() {
        assert!(PHRASES.is_sorted_by_key(|(code, _)| *code));
        assert_eq!((phrase(302), phrase(399), phrase(608)), ("Moved Temporarily", "Redirection - Others", "Rejected"));
    }

    #[test]
    fn the_block_has_the_shape_that_scripts_know() {
        let counted = Statistics {
            messages: 3,
            resent: 1,
            copies: 0,
            statuses: [(200, 1), (302, 12)].into(),
            methods: [("INVITE".to_owned(), 4)].into(),
            setup: Setup { count: 2, sum: 411, least: Some(205), most: 206 },
        };
        let mut out = Vec::new();
        counted.write(None, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let wanted = "
===================================================================
SIP Statistics

Number of SIP messages: 3
Number of resent SIP messages: 1

* SIP Status Codes in reply packets
  SIP 200 OK              :     1 Packets
  SIP 302 Moved Temporarily :    12 Packets

* List of SIP Request methods
  INVITE          :     4 Packets

* Average setup time 205 ms
 Min 205 ms
 Max 206 ms
===================================================================
";
        assert_eq!(text, wanted);
    }
}
