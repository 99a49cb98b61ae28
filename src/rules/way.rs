//! Takes an attempt, gives how it is proven that it went where it should: by its own address, by an answer of DNS, by policy, or not at all.
//!
//! RFC 3261, 8.1.2: the first Route decides, else the Request-URI, unless local policy names an outbound proxy. RFC 3263, 4.

use crate::call::{Attempt, Redirect};

/// What is known of the way of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It went where its Route, its Request-URI or the Contact leads, by a written address or by what DNS told this client.
    Proven,
    /// It went to an outbound proxy: a known one, one that this client sends everything to, or the server that it is connected to.
    Policy,
    /// It went elsewhere than its Route or Request-URI leads.
    Wrong,
    /// A name leads there, or does not: the capture shows no answer of DNS.
    Unknown,
}

impl Way {
    /// The way of `attempt`.
    #[must_use]
    pub fn of(redirect: &Redirect, attempt: &Attempt) -> Self {
        let destination = attempt.request.destination;
        if redirect.is_over_websocket || attempt.is_to_known_proxy {
            return Self::Policy;
        }
        let proofs = [&attempt.hop, &attempt.contact_hop].map(|hop| hop.is_exactly(destination));
        if proofs.contains(&Some(true)) {
            return Self::Proven;
        }
        // Whoever had sent the redirected request past its own URI, to the same server, has an outbound proxy there.
        let has_proxy =
            redirect.sends_all_there.is_some() || redirect.request.is_some() && redirect.hop.is_at(redirect.server.address) == Some(false);
        let is_to_server = destination.address == redirect.server.address;
        let [by_own_uri, _] = proofs;
        match by_own_uri {
            _ if is_to_server && has_proxy => Self::Policy,
            Some(false) if is_to_server && redirect.hop.is_at(redirect.server.address).is_none() => Self::Unknown,
            Some(false) => Self::Wrong,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Way;
    use crate::rules::scene::play;

    fn ways(asked: &str, contact: &str, retry: &str) -> Vec<Way> {
        let script = format!(
            "0.0 resolver > client DNS far.example A 198.51.100.30
             0.1 client > server INVITE {asked}
             0.2 server > client 302 | Contact: <{contact}>
             0.3 client > {retry}
             40 end"
        );
        let scene = play(&script);
        let [redirect] = scene.redirects.as_slice() else { panic!("one redirect, found {:?}", scene.redirects) };
        redirect.attempts.iter().map(|attempt| Way::of(redirect, attempt)).collect()
    }

    const NUMERIC: &str = "sip:bob@198.51.100.30";
    const NAMED: &str = "sip:bob@far.example";
    const OWN: &str = "sip:bob@192.0.2.20";

    #[test]
    fn a_written_address_or_an_answer_proves_the_way() {
        for uri in [NUMERIC, NAMED] {
            assert_eq!(ways(OWN, uri, &format!("target INVITE {uri}")), [Way::Proven], "{uri}");
            assert_eq!(ways(OWN, uri, &format!("other INVITE {uri}")), [Way::Wrong], "{uri}");
            assert_eq!(ways(OWN, uri, &format!("server INVITE {uri}")), [Way::Wrong], "{uri}");
        }
    }

    #[test]
    fn the_first_route_goes_before_the_request_uri() {
        let routed = format!("other INVITE {NUMERIC} | Route: <sip:203.0.113.40;lr>, <sip:192.0.2.20;lr>");
        assert_eq!(ways(OWN, NUMERIC, &routed), [Way::Proven]);
    }

    #[test]
    fn a_client_that_sends_all_to_one_server_has_an_outbound_proxy() {
        assert_eq!(ways("sip:bob@203.0.113.40", NUMERIC, &format!("server INVITE {NUMERIC}")), [Way::Policy]);
    }

    #[test]
    fn a_name_of_which_nothing_was_told_leaves_the_way_open() {
        let uri = "sip:bob@unheard.example";
        assert_eq!(ways(OWN, uri, &format!("target INVITE {uri}")), [Way::Unknown]);
        assert_eq!(ways("sip:bob@unheard.example", NUMERIC, &format!("server INVITE {NUMERIC}")), [Way::Unknown]);
    }
}
