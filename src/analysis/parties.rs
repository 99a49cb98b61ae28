//! Takes the ends of messages in their order, gives who takes part: each end once, its own connections counted to it.
//!
//! A client that opens connections has another port in each. Over a stream the port by which a sender is asked is that of its Via (RFC 3261,
//! 18.1.1), so such ports belong to one participant; over UDP every port is one by itself, as that of a Contact may be what counts.

use std::collections::{HashMap, HashSet};

use crate::call::Sighting;
use crate::evidence::Endpoint;
use crate::report::model::{LadderMessage, Part, Participant, Standing};

/// The ports of SIP where none is written (RFC 3261, 19.1.2).
const USUAL_PORT: u16 = 5060;
/// The same for TLS.
const SECURE_PORT: u16 = 5061;

/// What a message tells of its ends.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    source: Endpoint,
    destination: Endpoint,
    /// By which port the sender is asked, where that is another one than it sent from.
    asked_at: Option<u16>,
    /// User-Agent or Server, where nothing says that somebody else wrote it.
    product: Option<String>,
}

impl Ends {
    pub(super) fn of(sighting: &Sighting<'_>) -> Self {
        let message = &sighting.message;
        let (source, destination) = (sighting.source, sighting.destination);
        let via = message.top_via().filter(|_| message.is_request() && sighting.transport.is_reliable());
        let asked_at = via.and_then(|via| {
            let host: std::net::IpAddr = std::str::from_utf8(via.bare_host()).ok()?.parse().ok()?;
            let usual = if sighting.transport.is_secure() { SECURE_PORT } else { USUAL_PORT };
            let known = Endpoint { address: host, port: via.port.unwrap_or(usual) };
            (known.address == source.address && known.port != source.port && known != destination).then_some(known.port)
        });
        let product = match message.is_request() {
            true => message.user_agent().filter(|_| !message.has_several_vias()),
            false => message.server(),
        };
        Self { source, destination, asked_at, product: product.map(|text| String::from_utf8_lossy(text).into_owned()) }
    }
}

/// Who takes part.
#[derive(Debug, Default)]
struct Parties {
    participants: Vec<Participant>,
    by_end: HashMap<Endpoint, usize, foldhash::fast::RandomState>,
}

impl Parties {
    /// The index of who is at `end`, and asked at another port where `asked_at` says so.
    fn index(&mut self, end: Endpoint, asked_at: Option<u16>) -> usize {
        if let Some(index) = self.by_end.get(&end) {
            return *index;
        }
        let known = Endpoint { port: asked_at.unwrap_or(end.port), ..end };
        let index = self.by_end.get(&known).copied().unwrap_or_else(|| {
            let address = end.address.to_string();
            self.participants.push(Participant { address, ports: vec![known.port], part: Part::Other, product: None });
            self.participants.len().saturating_sub(1)
        });
        if let Some(participant) = self.participants.get_mut(index)
            && !participant.ports.contains(&end.port)
        {
            participant.ports.push(end.port);
        }
        self.by_end.insert(known, index);
        self.by_end.insert(end, index);
        index
    }

    fn at(&mut self, index: usize) -> Option<&mut Participant> {
        self.participants.get_mut(index)
    }
}

/// Fills in who sent and who received each of `messages`, and gives who takes part.
pub(super) fn participants(messages: &mut [LadderMessage], ends: &[Ends]) -> Vec<Participant> {
    let mut parties = Parties::default();
    // What somebody has received and sends on was made by another one.
    let mut received = HashSet::new();
    for (message, ends) in messages.iter_mut().zip(ends) {
        message.from = parties.index(ends.source, ends.asked_at);
        message.to = parties.index(ends.destination, None);
        let kind = (message.call, message.cseq.clone(), message.status);
        let is_own = !received.contains(&(message.from, kind.clone()));
        if let Some(sender) = parties.at(message.from).filter(|sender| is_own && sender.product.is_none()) {
            sender.product.clone_from(&ends.product);
        }
        received.insert((message.to, kind));
        for mark in &message.marks {
            let (from, to) = match mark.is {
                Standing::Redirect => (Part::Server, Part::Client),
                Standing::Redirected => (Part::Client, Part::Server),
                Standing::Attempt(_) => (Part::Client, Part::Target),
                _ => continue,
            };
            for (index, part) in [(message.from, from), (message.to, to)] {
                if let Some(participant) = parties.at(index).filter(|participant| participant.part == Part::Other) {
                    participant.part = part;
                }
            }
        }
    }
    parties.participants
}
