//! Takes the ends of messages in their order, gives who takes part: each end once, its own connections counted to it.
//!
//! A client that opens connections has another port in each. Over a stream the port by which a sender is asked is that of its Via (RFC 3261,
//! 18.1.1), so such ports belong to one participant; so do those of one address and one User-Agent. Over UDP every port is one by itself, as
//! that of a Contact may be what counts.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

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
    /// Whether the sender may have opened the connection: it asks over a stream, for itself.
    may_have_opened: bool,
    /// User-Agent or Server, where nothing says that somebody else wrote it.
    product: Option<String>,
}

impl Ends {
    pub(super) fn of(sighting: &Sighting<'_>) -> Self {
        let message = &sighting.message;
        let (source, destination) = (sighting.source, sighting.destination);
        let via = message.top_via().filter(|_| message.is_request() && sighting.transport.is_reliable());
        let asked_at = via.and_then(|via| {
            let host: IpAddr = std::str::from_utf8(via.bare_host()).ok()?.parse().ok()?;
            let usual = if sighting.transport.is_secure() { SECURE_PORT } else { USUAL_PORT };
            let known = Endpoint { address: host, port: via.port.unwrap_or(usual) };
            (known.address == source.address && known.port != source.port && known != destination).then_some(known.port)
        });
        let may_have_opened = message.is_request() && sighting.transport.is_reliable() && !message.has_several_vias();
        let product = match message.is_request() {
            true => message.user_agent().filter(|_| !message.has_several_vias()),
            false => message.server(),
        };
        let product = product.map(|text| String::from_utf8_lossy(text).into_owned());
        Self { source, destination, asked_at, may_have_opened, product }
    }
}

/// Who takes part.
#[derive(Debug, Default)]
struct Parties {
    participants: Vec<Participant>,
    by_end: HashMap<Endpoint, usize, foldhash::fast::RandomState>,
    /// Who opens connections, by address and User-Agent.
    openers: HashMap<(IpAddr, String), usize, foldhash::fast::RandomState>,
}

impl Parties {
    /// The index of who sent.
    fn sender(&mut self, ends: &Ends) -> usize {
        let known = ends.asked_at.map(|port| Endpoint { port, ..ends.source });
        let opener = ends.product.as_ref().filter(|_| ends.may_have_opened).map(|product| (ends.source.address, product.clone()));
        let same = opener.as_ref().and_then(|opener| self.openers.get(opener)).copied();
        // Nobody opens a connection to itself.
        let same = same.filter(|same| self.by_end.get(&ends.destination) != Some(same));
        let index = self.index(ends.source, known.unwrap_or(ends.source), same);
        if let Some(opener) = opener {
            self.openers.entry(opener).or_insert(index);
        }
        index
    }

    /// The index of who is at `end`, and known by `known`; `same` where it is known to be somebody.
    fn index(&mut self, end: Endpoint, known: Endpoint, same: Option<usize>) -> usize {
        if let Some(index) = self.by_end.get(&end) {
            return *index;
        }
        let index = self.by_end.get(&known).copied().or(same).unwrap_or_else(|| {
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
        message.from = parties.sender(ends);
        message.to = parties.index(ends.destination, ends.destination, None);
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
