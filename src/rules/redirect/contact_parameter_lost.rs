//! Takes an attempt, gives a finding where its Request-URI has user and host of the Contact but not all the rest of it.
//!
//! RFC 3261, 19.1.5: `transport`, `maddr`, `ttl`, `user` and parameters that the client does not know are taken over; 8.1.3.4: as is all else.

use super::retry::{Retry, written};
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Match;
use crate::sip::uri::{Difference, HostDifference, ParameterDifference, ParameterRole, PortDifference, Uri, UriFault};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "contact-parameter-lost",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("19.1.5"),
    summary: "a part of the Contact is missing or changed in the Request-URI of the retry",
    rationale: "Port, transport and maddr decide where the request goes; parameters that only their author knows (`line`, `gr`, `alias`, \
                `cause`) tell the element at the new address which phone is meant. Without them the call reaches another element, or the \
                right one, which can no longer say for whom it is.",
    remedy: "Copy the Contact URI octet by octet; take off nothing but its headers and its method parameter.",
    example: "302, Contact: <sip:bob@b;line=a7f3c2> -> INVITE sip:bob@b\n\
              right: INVITE sip:bob@b;line=a7f3c2",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let is_read = |uri: &Uri| !uri.faults().contains(&UriFault::TooMany);
    if !is_read(&retry.target.uri) || !is_read(&attempt.uri) {
        return None;
    }
    let changes = changes(retry.difference, &retry.target.uri, &attempt.uri);
    if changes.is_empty() {
        return None;
    }
    let misled = retry.difference.grade() >= Match::RoutingChanged && went_astray(&retry);
    let (level, consequence) = if misled {
        (Level::Error, format!(", and the packet went to {} over {}", attempt.request.destination, attempt.request.transport))
    } else {
        (Level::Warning, String::new())
    };
    let message = format!(
        "the Request-URI {} is not the whole Contact {}: {}{consequence}",
        retry.request_uri(),
        retry.contact(),
        changes.join(", ")
    );
    Some(retry.draft(message).level(level))
}

/// Whether the packet followed what was left of the URI, and that is not where the Contact sends it.
fn went_astray(retry: &Retry<'_>) -> bool {
    let request = &retry.attempt.request;
    let followed = retry.attempt.uri.next_hop().is_some_and(|hop| {
        hop.is_at(request.destination.address) == Some(true) && hop.port == request.destination.port && retry.is_carried_as(&hop)
    });
    let meant = retry.hops().any(|hop| {
        hop.is_at(request.destination.address) != Some(false) && hop.port == request.destination.port && retry.is_carried_as(&hop)
    });
    followed && !meant && !retry.may_go_by_policy()
}

/// What differs, each in a few words. Parameters of the header that got into the URI, and `lr`, which has no place there, are no loss.
fn changes(difference: &Difference, contact: &Uri, sent: &Uri) -> Vec<String> {
    let host = match difference.host {
        HostDifference::Same | HostDifference::Changed => None,
        HostDifference::TrailingDot | HostDifference::MappedAddress => Some("the host is spelled otherwise".to_owned()),
    };
    let password = difference.password_differs.then(|| "the password differs".to_owned());
    let is_part = |differs: &&ParameterDifference| matches!(differs.role, ParameterRole::Routing | ParameterRole::Unknown);
    let parameters = difference.parameters.iter().filter(is_part).map(parameter_change);
    port_change(difference.port, contact, sent).into_iter().chain(host).chain(password).chain(parameters).collect()
}

fn port_change(port: PortDifference, contact: &Uri, sent: &Uri) -> Option<String> {
    let number = |uri: &Uri| uri.port().map_or_else(|| "unreadable".to_owned(), |port| port.to_string());
    match port {
        PortDifference::Same => None,
        PortDifference::DefaultSpelledOut => Some(format!("the default port {} was added", number(sent))),
        PortDifference::DefaultDropped => Some(format!("the default port {} is missing", number(contact))),
        PortDifference::Lost => Some(format!("the port {} is missing", number(contact))),
        PortDifference::Added => Some(format!("the port {} was added", number(sent))),
        PortDifference::Changed => Some(format!("the port {} became {}", number(contact), number(sent))),
    }
}

fn parameter_change(differs: &ParameterDifference) -> String {
    match (&differs.contact, &differs.request) {
        (Some(contact), Some(sent)) => format!("{} became {}", written(contact), written(sent)),
        (Some(contact), None) => format!("{} is missing", written(contact)),
        (None, Some(sent)) => format!("{} was added", written(sent)),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn script(contact: &str, retry: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             0.3 client > {retry}
             40 end"
        )
    }

    fn retried(contact: &str, retry: &str) -> Vec<Level> {
        levels(&RULE, &script(contact, retry))
    }

    #[test]
    fn the_whole_contact_is_right() {
        let facts = [
            ("<sip:bob@198.51.100.30;line=7>", "target INVITE sip:bob@198.51.100.30;line=7"),
            ("<sip:bob@198.51.100.30;a=1;b=2>", "target INVITE sip:bob@198.51.100.30;b=2;a=1"),
            ("<sip:b%6fb@198.51.100.30;Transport=UDP>", "target INVITE sip:bob@198.51.100.30;transport=udp"),
            ("<sip:bob@[2001:0db8:0:0::30]>", "[2001:db8::30]:5060 INVITE sip:bob@[2001:db8::30]"),
            ("<sip:bob@198.51.100.30;lr>", "target INVITE sip:bob@198.51.100.30"),
        ];
        for (contact, retry) in facts {
            assert_eq!(retried(contact, retry), [], "{contact} {retry}");
        }
    }

    #[test]
    fn a_parameter_that_only_its_author_knows_is_missed_with_a_warning() {
        assert_eq!(retried("<sip:bob@198.51.100.30;line=7>", "target INVITE sip:bob@198.51.100.30"), [Level::Warning]);
        assert_eq!(retried("<sip:bob@198.51.100.30;gr=1>", "target INVITE sip:bob@198.51.100.30;gr=2"), [Level::Warning]);
        assert_eq!(retried("<sip:bob@198.51.100.30>", "target INVITE sip:bob@198.51.100.30;ob"), [Level::Warning]);
    }

    #[test]
    fn a_lost_routing_part_that_misleads_the_packet_is_an_error() {
        let facts = [
            ("<sip:bob@198.51.100.30:5080>", "target INVITE sip:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30;transport=tcp>", "target INVITE sip:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30;maddr=203.0.113.40>", "target INVITE sip:bob@198.51.100.30"),
        ];
        for (contact, retry) in facts {
            assert_eq!(retried(contact, retry), [Level::Error], "{contact} {retry}");
        }
    }

    #[test]
    fn a_lost_routing_part_whose_packet_arrived_is_a_warning() {
        let facts = [
            ("<sip:bob@198.51.100.30:5080>", "198.51.100.30:5080 INVITE sip:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30;transport=tcp>", "target/tcp INVITE sip:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30;maddr=203.0.113.40>", "other INVITE sip:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30:5060>", "target INVITE sip:bob@198.51.100.30"),
            ("<sip:+15550123@198.51.100.30;user=phone>", "target INVITE sip:+15550123@198.51.100.30"),
            ("<sip:bob@far.example:5080>", "target INVITE sip:bob@far.example"),
        ];
        for (contact, retry) in facts {
            assert_eq!(retried(contact, retry), [Level::Warning], "{contact} {retry}");
        }
    }

    #[test]
    fn what_an_outbound_proxy_gets_has_gone_nowhere_yet() {
        let script = "0.0 client > server INVITE sip:bob@example.com
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30;transport=tcp>
            0.3 client > server INVITE sip:bob@198.51.100.30
            40 end";
        assert_eq!(levels(&RULE, script), [Level::Warning]);
    }

    #[test]
    fn the_message_names_everything_that_was_lost() {
        let found = findings(&RULE, &script("<sip:bob@198.51.100.30:5080;line=7>", "target INVITE sip:bob@198.51.100.30;x"));
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "the Request-URI sip:bob@198.51.100.30;x is not the whole Contact sip:bob@198.51.100.30:5080;line=7: the port 5080 is missing, \
              line=7 is missing, x was added, and the packet went to 198.51.100.30:5060 over udp"
            ]
        );
    }

    #[test]
    fn either_reading_of_a_contact_without_brackets_is_right() {
        for retry in ["target INVITE sip:bob@198.51.100.30", "target/tcp INVITE sip:bob@198.51.100.30;transport=tcp"] {
            assert_eq!(retried("sip:bob@198.51.100.30;transport=tcp", retry), [], "{retry}");
        }
    }

    #[test]
    fn a_telephone_number_may_become_a_sip_uri() {
        let retry = "server INVITE sip:+15550123@192.0.2.20;user=phone";
        assert_eq!(retried("<tel:+15550123>", retry), []);
    }

    #[test]
    fn headers_and_method_of_the_contact_are_taken_off() {
        let contact = "<sip:bob@198.51.100.30;method=INVITE?Subject=moved>";
        assert_eq!(retried(contact, "target INVITE sip:bob@198.51.100.30"), []);
    }
}
