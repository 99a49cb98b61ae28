//! Takes a new request, gives the 380 to whose alternatives it turns, by how surely the two come from the same user agent.
//!
//! Invariant: an emergency call may come from another address, on another network, with another From or with none (3GPP TS 24.229, 5.1.6.8);
//! so the surest sign decides, a sign that it is somebody else excludes, and what two 380 have an equal claim to is told as such.

use std::cmp::Reverse;

use super::identity::Person;
use super::link::Asked;
use super::open::{Open, OpenRedirects};
use super::redirect::{Attempt, Link, Role};
use super::registration::Registrations;
use crate::evidence::Transport;
use crate::sip::body::{AlternativeAction, AlternativeType};
use crate::sip::header::NameAddr;
use crate::sip::{Difference, Expiry, Message, Name, Uri};

/// Why a request is taken to come from the user agent that a 380 refused; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kinship {
    /// The same caller at the same address.
    CallerAndAddress,
    /// The same instance of a user agent (RFC 5626, 4.1), wherever it calls from.
    Instance,
    /// The same caller at another address.
    Caller,
    /// The same address, where nobody else is known.
    Address,
    /// Nobody who gives a name, from an address where nobody is known, while an emergency call is waited for.
    Anonymous,
}

impl Kinship {
    /// Whether two 380 of which this is all that is known have an equal claim.
    const fn is_doubtful(self) -> bool {
        matches!(self, Self::Caller | Self::Address | Self::Anonymous)
    }
}

/// How good the claim of a 380 to a request is; the lesser the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    kinship: Kinship,
    /// Whether its alternative was taken already.
    taken: bool,
    age: Reverse<u64>,
}

/// To what a request turns.
pub(super) enum Turn {
    /// The alternatives of this 380.
    To(u64, Link),
    /// Those of one of these two 380, which two user agents got.
    ToEither(u64, u64),
}

/// The 380 to whose alternatives `asked` turns, if to any.
pub(super) fn place(open: &OpenRedirects, registrations: &Registrations, asked: &Asked<'_>) -> Option<Turn> {
    if !open.has_alternatives() || asked.tag_of_to().is_some() {
        return None;
    }
    let address = asked.sighting.source.address;
    let by_caller = asked.caller().map(|caller| open.alternatives_of_caller(caller));
    // Only what an emergency brings about may come from a user agent that is known by neither.
    let by_need = turns_to_emergency(asked).then(|| open.all_alternatives());
    let found = [Some(open.alternatives_of_client(address)), by_caller, by_need].into_iter().flatten();
    let mut best: Option<(Claim, Link, u64)> = None;
    let mut doubtful = Vec::new();
    for (number, found) in found.flat_map(|found| found.latest_at(asked.sighting.time)) {
        let Some((kinship, link)) = turn(found, registrations, asked) else { continue };
        let claim = Claim { kinship, taken: is_taken(found, link), age: Reverse(number) };
        if kinship.is_doubtful() && !claim.taken {
            doubtful.push((kinship, found.redirect.client, number));
        }
        if best.is_none_or(|(known, ..)| claim < known) {
            best = Some((claim, link, number));
        }
    }
    let (claim, link, number) = best?;
    let client = open.get(number)?.redirect.client;
    let rival = doubtful.into_iter().find(|(kinship, other, _)| *kinship == claim.kinship && *other != client && !claim.taken);
    Some(match rival {
        Some((.., other)) => Turn::ToEither(number, other),
        None => Turn::To(number, link),
    })
}

/// Whether the request is one that a user agent makes in an emergency.
fn turns_to_emergency(asked: &Asked<'_>) -> bool {
    match asked.sighting.message.method() {
        b"REGISTER" => is_emergency_registration(&asked.sighting.message),
        b"INVITE" => asked.uri().is_emergency_service(),
        _ => false,
    }
}

/// What a request does about the alternatives of a 380, and why it is taken for the same user agent's.
fn turn(open: &Open, registrations: &Registrations, asked: &Asked<'_>) -> Option<(Kinship, Link)> {
    if !open.redirect.is_alternative() || open.redirect.relayed.is_some() {
        return None;
    }
    let link = link(open, asked)?;
    // What a proxy hands on is the attempt that was seen on the hop before.
    let call_id = asked.sighting.message.call_id();
    let is_handed_on = !asked.is_first_hop()
        && open.redirect.role == Role::Uac
        && open.redirect.attempts.iter().any(|attempt| attempt.request.message.call_id() == call_id);
    if is_handed_on {
        return None;
    }
    kinship(open, registrations, asked).map(|kinship| (kinship, link))
}

/// What a request does about the alternatives of a 380, if it comes from the same user agent.
fn link(open: &Open, asked: &Asked<'_>) -> Option<Link> {
    let message = &asked.sighting.message;
    match message.method() {
        b"REGISTER" if is_emergency_registration(message) => return Some(Link::EmergencyRegistration),
        b"REGISTER" if begins_registration(open, message) => return Some(Link::InitialRegistration),
        // A REGISTER asks a registrar: it is an alternative only to one that was refused.
        b"REGISTER" if open.redirect.method != b"REGISTER" => return None,
        b"INVITE" if asked.uri().is_emergency_service() => return Some(Link::EmergencyCall),
        _ => {}
    }
    let original = open.redirect.original.as_ref();
    if original.is_some_and(|original| original.equals(asked.uri())) {
        return reaches_by_other_means(open, message.method()).then_some(Link::Alternative);
    }
    let of_body = open.redirect.offer.iter().flat_map(|offer| &offer.uris);
    // A service URN is no address to retry at: a Contact that is one tells what to call instead (RFC 5031, 5).
    let of_contact = open.redirect.targets.iter().map(|target| &target.uri).filter(|uri| uri.service().is_some());
    of_body.chain(of_contact).any(|uri| names(uri, asked.uri())).then_some(Link::Alternative)
}

/// Whether a request of that method asks the user who was called for something else that reaches him as well: a message in place of a call, or a call in place
/// of a message. Who is told to call for help, or to register anew, is not served by that.
pub(super) fn reaches_by_other_means(open: &Open, method: &[u8]) -> bool {
    let Some(offer) = &open.redirect.offer else { return false };
    let is_told_what_to_do = matches!(offer.service_type(), Some(AlternativeType::Emergency | AlternativeType::Restoration));
    let reaches = |method: &[u8]| matches!(method, b"INVITE" | b"MESSAGE");
    !is_told_what_to_do && reaches(method) && reaches(&open.redirect.method) && method != open.redirect.method
}

/// Whether a REGISTER may begin the registration anew that a 380 or 504 said is lost, and is not the one that ends it (RFC 3261, 10.2.2).
fn begins_registration(open: &Open, message: &Message<'_>) -> bool {
    let is_lost = open.redirect.offer.as_ref().and_then(|offer| offer.service_type()) == Some(&AlternativeType::Restoration);
    let of_contact = message.contacts().find_map(|contact| contact.expires()).or(message.expires());
    let ends = of_contact == Some(Expiry::Seconds(0)) || message.contacts().any(|contact| contact.is_star());
    is_lost && !ends
}

/// Why the request is taken to come from the user agent that the 380 refused, if there is a reason and none against.
fn kinship(open: &Open, registrations: &Registrations, asked: &Asked<'_>) -> Option<Kinship> {
    let message = &asked.sighting.message;
    let address = asked.sighting.source.address;
    let same_caller = is_same_caller(open, asked);
    if open.redirect.role == Role::Proxy {
        // The address is that of all whom the proxy serves.
        return same_caller.then_some(Kinship::Caller);
    }
    let same_address = address == open.redirect.client.address && asked.is_first_hop();
    let same_instance = match (instance(&open.asked().message), instance(message)) {
        (Some(one), Some(other)) if one != other => return None,
        (one, other) => one.is_some() && other.is_some(),
    };
    match (same_address, same_caller) {
        (true, true) => Some(Kinship::CallerAndAddress),
        _ if same_instance => Some(Kinship::Instance),
        (false, true) => Some(Kinship::Caller),
        (true, false) => (!is_somebody_else(open, registrations, asked)).then_some(Kinship::Address),
        (false, false) => is_the_one_waited_for(open, registrations, asked).then_some(Kinship::Anonymous),
    }
}

/// Whether the caller of the request is the one whom the 380 refused: by From or by an asserted or preferred identity (RFC 3325, 9), the
/// same person or the same global number.
fn is_same_caller(open: &Open, asked: &Asked<'_>) -> bool {
    let Some(refused) = &open.caller else { return false };
    let names = |person: &Person| person == refused || person.global_number().is_some_and(|number| refused.global_number() == Some(number));
    let message = &asked.sighting.message;
    let stated = [Name::PPreferredIdentity, Name::PAssertedIdentity].into_iter().flat_map(|name| message.values(name));
    asked.caller().is_some_and(names) || stated.map(|value| Person::named(NameAddr::read(&value).uri)).any(|person| names(&person))
}

/// Whether the caller is known to be another user of the same address, as behind a NAT or on a test rig.
fn is_somebody_else(open: &Open, registrations: &Registrations, asked: &Asked<'_>) -> bool {
    let Some(caller) = asked.caller().filter(|_| !is_anonymous(&asked.sighting.message)) else { return false };
    let address = open.redirect.client.address;
    let port = asked.sighting.source.port;
    let has_registered_there = |attempt: &Attempt| attempt.link == Link::EmergencyRegistration && attempt.request.source.port == port;
    if port == open.redirect.client.port || open.redirect.attempts.iter().any(has_registered_there) {
        return false;
    }
    // Over UDP a handset sends from the port on which it listens; over TCP each connection has another.
    let is_over_udp = asked.sighting.transport == Transport::Udp;
    let own = registrations.of(address, open.caller.as_ref()).map(|grant| grant.place);
    let his = registrations.of(address, Some(caller)).map(|grant| grant.place);
    if registrations.has(address, caller) { own != his } else { is_over_udp }
}

/// Whether the request is the emergency call that the 380 asked for, of a user agent that gives no name and has a new address
/// (3GPP TS 24.229, 5.1.6.8.2).
fn is_the_one_waited_for(open: &Open, registrations: &Registrations, asked: &Asked<'_>) -> bool {
    let offer = open.redirect.offer.as_ref();
    let asks = offer.and_then(|offer| offer.service_type()) == Some(&AlternativeType::Emergency)
        || offer.and_then(|offer| offer.action()) == Some(&AlternativeAction::AnonymousEmergencycall);
    let since = asked.sighting.time.nanos_since(open.last_event);
    asks && asked.is_first_hop()
        && asked.sighting.message.method() == b"INVITE"
        && is_anonymous(&asked.sighting.message)
        && !registrations.knows(asked.sighting.source.address)
        && since <= open.redirect.patience
        && !is_taken(open, Link::EmergencyCall)
}

/// Whether the caller is nobody: `sip:anonymous@anonymous.invalid` (RFC 3261, 8.1.1.3; RFC 3323, 4.1.1.3).
#[must_use]
pub fn is_anonymous(message: &Message<'_>) -> bool {
    message.from().is_some_and(|from| {
        let caller = Uri::parse(from.uri);
        let at_nowhere = caller.host().and_then(|host| host.name()).is_some_and(|name| name.eq_ignore_ascii_case(b"anonymous.invalid"));
        at_nowhere || caller.user().is_some_and(|user| user.eq_ignore_ascii_case(b"anonymous"))
    })
}

/// The instance of the user agent that a Contact names: for a handset its IMEI (RFC 7254), without the quotation marks.
fn instance(message: &Message<'_>) -> Option<Vec<u8>> {
    message.contacts().find_map(|contact| contact.params().get("+sip.instance").map(|param| param.text().to_ascii_lowercase()))
}

/// Whether an attempt of that kind was seen, and was not refused.
fn is_taken(open: &Open, link: Link) -> bool {
    open.redirect.attempts.iter().any(|attempt| attempt.link == link && attempt.outcome.is_none_or(|outcome| outcome.status < 300))
}

/// Whether a request goes to a URI of the body, a telephone number dialled as a SIP URI included (RFC 3261, 19.1.6).
pub(super) fn names(named: &Uri, uri: &Uri) -> bool {
    named.equals(uri) || Difference::between(named, uri, None).against_contact.names_the_target()
}

/// Whether a REGISTER, or its 200, is for emergency services: the `sos` parameter in its Contact (3GPP TS 24.229, 5.1.6.2).
pub(super) fn is_emergency_registration(message: &Message<'_>) -> bool {
    message.contacts().any(|contact| Uri::parse(contact.uri()).parameter("sos").is_some() || contact.params().get("sos").is_some())
}
