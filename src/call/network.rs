//! Takes nothing, gives what a user knows of the network that a capture cannot show.
//!
//! Invariant: what is said here goes before what the capture may tell of it.

use super::dialling::DiallingPlan;
use super::elements::{Element, Range};
use crate::evidence::Endpoint;
use crate::sip::Uri;

/// What is known of the network; nothing by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// Whether what one client was told of a name is known to all: they share a resolver.
    pub shared_resolver: bool,
    /// Servers that redirect and forward nothing.
    pub redirect_servers: Vec<Range>,
    /// Proxies through which clients send everything.
    pub outbound_proxies: Vec<Range>,
    /// How telephone numbers are dialled, where that is known.
    pub dialling: Option<DiallingPlan>,
    /// The methods of which redirects are judged; all where empty.
    pub methods: Vec<String>,
}

impl Network {
    /// What the element at `endpoint` is known as.
    #[must_use]
    pub fn known_as(&self, endpoint: Endpoint) -> Option<Element> {
        let holds = |ranges: &[Range]| ranges.iter().any(|range| range.contains(endpoint));
        if holds(&self.outbound_proxies) {
            return Some(Element::OutboundProxy);
        }
        holds(&self.redirect_servers).then_some(Element::RedirectServer)
    }

    /// Whether redirects of requests of that method are judged.
    #[must_use]
    pub fn judges(&self, method: &[u8]) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|known| known.as_bytes() == method)
    }

    /// Whether the users of two URIs are one telephone number; never without a dialling plan.
    #[must_use]
    pub fn is_same_number(&self, one: &Uri, other: &Uri) -> bool {
        self.dialling.as_ref().is_some_and(|plan| plan.is_same_number(one, other))
    }
}
