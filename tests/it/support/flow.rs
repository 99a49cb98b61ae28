//! Takes the name of a flow in `tests/flows/`, gives its messages by their names, to be changed, and its text over another network.
//!
//! A flow is a `.sip` text in which a comment such as `# retry:` names the message below it. It is written for UDP and IPv4; the text of a
//! [`Variant`] follows from it.

use std::fmt::Write;
use std::path::Path;

use super::sample_files::read;

/// Over what a flow is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    Udp,
    Tcp,
    Ipv6,
}

impl Variant {
    pub(crate) const ALL: [Self; 3] = [Self::Udp, Self::Tcp, Self::Ipv6];
}

/// The messages of a call, in order of time.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    messages: Vec<(String, String)>,
}

impl Flow {
    /// The flows that there are.
    pub(crate) const NAMES: [&str; 4] = ["direct", "auth", "contacts", "proxy"];

    /// The flow of that name.
    pub(crate) fn named(name: &str) -> Self {
        let text = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows").join(format!("{name}.sip")));
        let messages = text.split("\n# ").skip(1).map(|part| {
            let (name, message) = part.split_once(":\n").unwrap_or_else(|| panic!("no name above {part:?}"));
            (name.to_owned(), message.trim_end().to_owned())
        });
        Self { messages: messages.collect() }
    }

    /// The message of that name, with its `@` line.
    pub(crate) fn message(&self, name: &str) -> &str {
        let found = self.messages.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("there is no message {name}"), |(_, message)| message)
    }

    /// Writes `new` for every `old` in a message, which must be there.
    pub(crate) fn edit(&mut self, name: &str, old: &str, new: &str) -> &mut Self {
        let message = self.message(name);
        assert!(message.contains(old), "{name} has no {old:?}");
        let changed = message.replace(old, new);
        self.put(name, changed)
    }

    /// Writes `new` for every `old` in all messages.
    pub(crate) fn edit_all(&mut self, old: &str, new: &str) -> &mut Self {
        for (_, message) in &mut self.messages {
            *message = message.replace(old, new);
        }
        self
    }

    /// Puts a header line into a message.
    pub(crate) fn add(&mut self, name: &str, header: &str) -> &mut Self {
        self.edit(name, "\nFrom: ", &format!("\n{header}\nFrom: "))
    }

    /// Takes the header lines of that name out of a message.
    pub(crate) fn drop_header(&mut self, name: &str, header: &str) -> &mut Self {
        let prefix = format!("{header}: ");
        let lines: Vec<&str> = self.message(name).split('\n').filter(|line| !line.starts_with(&prefix)).collect();
        let changed = lines.join("\n");
        self.put(name, changed)
    }

    /// Sends a message to another address.
    pub(crate) fn send_to(&mut self, name: &str, address: &str) -> &mut Self {
        let (head, rest) = self.message(name).split_once('\n').expect("an `@` line");
        let (way, transport) = head.rsplit_once(' ').expect("a transport");
        let (from, _) = way.rsplit_once(' ').expect("a receiver");
        let changed = format!("{from} {address}:5060 {transport}\n{rest}");
        self.put(name, changed)
    }

    /// Puts a sending of its own ahead of a message.
    pub(crate) fn insert(&mut self, name: &str, before: &str, sending: &str) -> &mut Self {
        let place = self.messages.iter().position(|(known, _)| known == before).unwrap_or_else(|| panic!("no message {before}"));
        self.messages.insert(place, (name.to_owned(), sending.to_owned()));
        self
    }

    /// Takes a message out.
    pub(crate) fn drop(&mut self, name: &str) -> &mut Self {
        self.messages.retain(|(known, _)| known != name);
        self
    }

    /// Takes the messages out from one to another.
    pub(crate) fn drop_from(&mut self, first: &str, last: &str) -> &mut Self {
        let place = |name: &str| self.messages.iter().position(|(known, _)| known == name).unwrap_or_else(|| panic!("no message {name}"));
        let (first, last) = (place(first), place(last));
        self.messages.drain(first..=last);
        self
    }

    /// Puts a copy of a message under another name behind a third, sent so many seconds after it.
    pub(crate) fn copy(&mut self, name: &str, copy: &str, behind: &str, seconds: &str) -> &mut Self {
        let (head, rest) = self.message(name).split_once('\n').expect("an `@` line");
        let way = head.splitn(3, ' ').nth(2).expect("a way");
        let message = format!("@ +{seconds} {way}\n{rest}");
        let place = self.messages.iter().position(|(known, _)| known == behind).unwrap_or_else(|| panic!("no message {behind}"));
        self.messages.insert(place + 1, (copy.to_owned(), message));
        self
    }

    /// Takes the body of a message off.
    pub(crate) fn drop_body(&mut self, name: &str) -> &mut Self {
        let head = self.message(name).split("\n\n").next().unwrap_or_default().to_owned();
        self.put(name, head)
    }

    /// What stands in a message between two marks.
    pub(crate) fn between(&self, name: &str, before: &str, behind: &str) -> String {
        let message = self.message(name);
        let rest = message.split_once(before).unwrap_or_else(|| panic!("{name} has no {before:?}")).1;
        rest.split_once(behind).unwrap_or_else(|| panic!("{name} has no {behind:?}")).0.to_owned()
    }

    /// Makes a message one of another call by the same caller, and that of the transaction with this number in it.
    pub(crate) fn in_another_call(&mut self, name: &str, number: &str) -> &mut Self {
        let call_id = self.between(name, "Call-ID: ", "\n");
        let tag = self.between(name, "<sip:alice@atlanta.example>;tag=", "\n");
        let branch = self.between(name, "branch=z9hG4bK", "\n");
        let cseq = self.between(name, "CSeq: ", " INVITE");
        let changed = self.message(name).replace(&call_id, "another@192.0.2.10").replace(&tag, "another");
        let changed = changed.replace(&branch, &format!("another{number}"));
        let changed = changed.replace(&format!("CSeq: {cseq} "), &format!("CSeq: {number} "));
        self.put(name, changed)
    }

    fn put(&mut self, name: &str, changed: String) -> &mut Self {
        let found = self.messages.iter_mut().find(|(known, _)| known == name);
        found.expect("the message is there").1 = changed;
        self
    }

    /// The `.sip` text of the flow.
    pub(crate) fn text(&self, variant: Variant) -> String {
        let mut text = String::new();
        for (name, message) in &self.messages {
            let _ = write!(text, "# {name}\n{}\n\n", over(variant, message));
        }
        text
    }
}

/// A message as it is over another network: where there is an address without a transport, TCP has to be asked for.
fn over(variant: Variant, message: &str) -> String {
    match variant {
        Variant::Udp => message.to_owned(),
        Variant::Tcp => {
            let (head, rest) = message.split_once('\n').expect("an `@` line");
            let head = head.strip_suffix("udp").map_or_else(|| head.to_owned(), |way| format!("{way}tcp"));
            let mut rest = rest.replace("SIP/2.0/UDP", "SIP/2.0/TCP");
            for host in ["192.0.2.20", "198.51.100.30", "203.0.113.40"] {
                for user in ["bob@", "bob7@", ""] {
                    rest = rest.replace(&format!("sip:{user}{host}"), &format!("sip:{user}{host};transport=tcp"));
                }
            }
            format!("{head}\n{rest}")
        }
        Variant::Ipv6 => {
            let hosts = [
                ("192.0.2.10", "10"),
                ("192.0.2.20", "20"),
                ("192.0.2.50", "50"),
                ("192.0.2.60", "60"),
                ("198.51.100.30", "30"),
                ("203.0.113.40", "40"),
            ];
            let message = message.replace("IN IP4", "IN IP6");
            hosts.iter().fold(message, |message, (v4, v6)| {
                let message = message.replace(&format!(" {v4}\n"), &format!(" 2001:db8::{v6}\n"));
                message.replace(v4, &format!("[2001:db8::{v6}]"))
            })
        }
    }
}
