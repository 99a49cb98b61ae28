//! Takes one line of a header block, gives it with the parts of its value, and what is malformed in it.
//!
//! Invariant: the line stands as it was written, folds made blanks; parts come below it. RFC 3261, 20.

use super::tree::Node;
use super::uri::{param, uri};
use crate::sip::fields::Field;
use crate::sip::header::{Auth, CSeq, NameAddr, Rport, Via};
use crate::sip::params::Params;
use crate::sip::scan::{decimal, split_list, take_while, trim, unfold};
use crate::sip::{Contact, Expiry, Message, Name};

/// How many values of one line are told by themselves.
const VALUES_MAX: usize = 256;

/// The line with its parts.
pub(super) fn line(message: &Message<'_>, line: &[u8]) -> Node {
    let Some(field) = Field::read(line) else {
        return Node::value("[no header]", &unfold(trim(line))).with([Node::fault("a line without a name and a colon")]);
    };
    let value = unfold(field.value);
    let name = String::from_utf8_lossy(field.written);
    let canonical = field.name.canonical();
    // A compact form, or another case, names a header all the same.
    let meant = if canonical.is_empty() || name.eq_ignore_ascii_case(canonical) { String::new() } else { format!(" ({canonical})") };
    let mut node = Node::value(&format!("{name}{meant}"), &value);
    parts(message, &field, &mut node);
    node
}

/// Puts the parts of a value below its line.
fn parts(message: &Message<'_>, field: &Field<'_>, node: &mut Node) {
    let value = unfold(field.value);
    match field.name {
        Name::Via => each(&value, node, |value, node| via(&Via::read(value), node)),
        Name::Contact => each(&value, node, contact),
        Name::Route
        | Name::RecordRoute
        | Name::ServiceRoute
        | Name::Path
        | Name::PAssertedIdentity
        | Name::PPreferredIdentity
        | Name::PAssociatedUri
        | Name::PCalledPartyId
        | Name::Diversion
        | Name::HistoryInfo
        | Name::AlertInfo
        | Name::CallInfo
        | Name::ErrorInfo => each(&value, node, address),
        Name::From | Name::To | Name::ReferTo | Name::ReferredBy | Name::ReplyTo => address(&value, node),
        Name::CSeq => cseq(message, &value, node),
        Name::Authorization | Name::ProxyAuthorization | Name::WwwAuthenticate | Name::ProxyAuthenticate => {
            let auth = Auth::read(&value);
            node.push(Node::value("Scheme", auth.scheme));
            node.extend(auth.params().map(param));
        }
        Name::MaxForwards => node.fault_if(decimal(&value).is_none_or(|hops| hops > 255), "no number from 0 to 255"),
        Name::Expires | Name::MinExpires => node.fault_if(Expiry::read(&value) == Expiry::Malformed, "no number of seconds below 2^32"),
        Name::RetryAfter => {
            let (digits, _) = take_while(&value, |octet| octet.is_ascii_digit());
            node.fault_if(Expiry::read(digits) == Expiry::Malformed, "no number of seconds below 2^32");
        }
        Name::Warning => each(&value, node, |value, node| {
            let (code, _) = take_while(value, |octet| octet.is_ascii_digit());
            node.fault_if(code.len() != 3, "a code of three digits is wanted");
        }),
        Name::ContentLength => content_length(message, &value, node),
        Name::CallId => node.fault_if(value.is_empty() || value.contains(&b' '), "empty, or with blanks"),
        Name::Date => node.fault_if(!value.ends_with(b"GMT"), "not in GMT"),
        Name::ContentType | Name::ContentDisposition | Name::SessionExpires | Name::Event | Name::SubscriptionState | Name::Replaces => {
            let (_, params) = take_while(&value, |octet| octet != b';');
            node.extend(Params::new(params).iter().map(param));
        }
        Name::Reason | Name::AcceptContact | Name::RejectContact => each(&value, node, |value, node| {
            let (_, params) = take_while(value, |octet| octet != b';');
            node.extend(Params::new(params).iter().map(param));
        }),
        _ => {}
    }
    node.fault_if(is_repeated(message, field), "another value of a header that has one; the first counts");
}

/// Gives each value of a list to `parts`: the only one below the line itself, each of several below a line of its own.
fn each(value: &[u8], node: &mut Node, parts: impl Fn(&[u8], &mut Node)) {
    let values: Vec<&[u8]> = split_list(value).take(VALUES_MAX + 1).collect();
    if let [only] = values.as_slice() {
        return parts(only, node);
    }
    node.fault_if(values.is_empty(), "no value");
    for (nth, value) in (1..=VALUES_MAX).zip(&values) {
        let mut child = Node::value(&format!("Value {nth}"), value);
        parts(value, &mut child);
        node.push(child);
    }
    if values.len() > VALUES_MAX {
        node.push(Node::new(format!("[more than {VALUES_MAX} values: the others are not told by themselves]")));
    }
}

fn via(via: &Via<'_>, node: &mut Node) {
    node.push(Node::value("Transport", via.transport));
    node.push(Node::value("Sent-by host", via.host));
    node.extend(via.port.map(|port| Node::new(format!("Sent-by port: {port}"))));
    node.extend(via.params.iter().map(param));
    node.fault_if(!via.is_well_formed(), "Via");
    node.fault_if(via.rport() == Some(Rport::Malformed), "rport is no port");
}

fn contact(value: &[u8], node: &mut Node) {
    let contact = Contact::read(value);
    if contact.is_star() {
        node.push(Node::new("every address"));
    } else {
        address(value, node);
    }
    let is_address_well_formed = contact.is_star() || NameAddr::read(value).is_well_formed();
    node.fault_if(is_address_well_formed && !contact.is_well_formed(), "Contact");
}

fn address(value: &[u8], node: &mut Node) {
    let address = NameAddr::read(value);
    if !address.display.is_empty() {
        node.push(Node::value("Display name", &address.display_name()));
    }
    node.push(uri("URI", address.uri));
    node.extend(address.params.iter().map(param));
    node.fault_if(!address.is_well_formed(), "an address with its name and parameters is wanted");
}

fn cseq(message: &Message<'_>, value: &[u8], node: &mut Node) {
    let Some(cseq) = CSeq::read(value) else {
        node.push(Node::fault("a number and a method are wanted"));
        return;
    };
    node.push(Node::new(format!("Sequence number: {}", cseq.number)));
    node.push(Node::value("Method", cseq.method));
    node.fault_if(!cseq.is_in_range(), "the number is not below 2^31");
    node.fault_if(message.is_request() && cseq.method != message.method(), "the method is not that of the request");
}

fn content_length(message: &Message<'_>, value: &[u8], node: &mut Node) {
    let there = message.body().len() as u64;
    match decimal(value) {
        None => node.push(Node::fault("no number")),
        Some(length) if length > there => node.push(Node::fault(&format!("{length} octets are announced and {there} are there"))),
        Some(_) => {}
    }
}

/// Whether a line of a header of one value has another value than the first such line.
fn is_repeated(message: &Message<'_>, field: &Field<'_>) -> bool {
    use Name::{CSeq, CallId, ContentLength, From, MaxForwards, To};
    matches!(field.name, CallId | CSeq | From | To | ContentLength | MaxForwards)
        && message.field(field.name).is_some_and(|first| first != field.value)
}
