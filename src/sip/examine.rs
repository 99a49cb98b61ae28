//! Takes a scanned message, gives everything that is wrong with its syntax.
//!
//! Invariant: nothing here changes what the message says; it looks at the headers that a call is followed by, not at every header there is.
//! RFC 3261, 8.1.1 and 20.

use super::fault::{MessageFault, MessageFaults};
use super::header::Expiry;
use super::message::Message;
use super::name::Name;
use super::scan::{decimal, is_lws, take_while, trim};

/// All faults of `message`, those that scanning saw included.
pub(super) fn faults(message: &Message<'_>) -> MessageFaults {
    let mut faults = message.head().faults;
    faults.note_if(message.request_uri().is_some_and(|uri| !is_request_uri(uri)), MessageFault::RequestUri);
    mandatory(message, &mut faults);
    addresses(message, &mut faults);
    numbers(message, &mut faults);
    faults
}

/// `Request-URI = SIP-URI / SIPS-URI / absoluteURI`: a scheme, and nothing that no URI holds. Blanks are a fault of the start line.
fn is_request_uri(uri: &[u8]) -> bool {
    let (scheme, rest) = take_while(uri, |octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'));
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && rest.first() == Some(&b':')
        && !uri.iter().any(|octet| matches!(octet, b'<' | b'>' | b'"'))
}

fn mandatory(message: &Message<'_>, faults: &mut MessageFaults) {
    let head = message.head();
    let is_missing = [head.via, head.from, head.to, head.call_id, head.cseq].iter().any(Option::is_none);
    faults.note_if(is_missing, MessageFault::Missing);
    let call_id = message.field(Name::CallId);
    faults.note_if(call_id.is_some_and(|value| value.is_empty() || value.iter().any(|octet| is_lws(*octet))), MessageFault::CallId);
    let cseq = message.cseq();
    faults.note_if(head.cseq.is_some() && cseq.is_none_or(|cseq| !cseq.is_in_range()), MessageFault::CSeq);
    let is_mismatch = message.is_request() && cseq.is_some_and(|cseq| cseq.method != message.method());
    faults.note_if(is_mismatch, MessageFault::MethodMismatch);
}

fn addresses(message: &Message<'_>, faults: &mut MessageFaults) {
    let is_via_list = message.fields().filter(|field| field.name == Name::Via).all(|field| is_list(field.value));
    faults.note_if(!is_via_list || message.vias().any(|via| !via.is_well_formed()), MessageFault::Via);
    faults.note_if(message.from().is_some_and(|from| !from.is_well_formed()), MessageFault::From);
    faults.note_if(message.to().is_some_and(|to| !to.is_well_formed()), MessageFault::To);
    let is_bad_contact = message.contacts().any(|contact| !contact.is_well_formed());
    let is_star_of_many = message.contacts().any(|contact| contact.is_star()) && message.contacts().nth(1).is_some();
    faults.note_if(is_bad_contact || is_star_of_many, MessageFault::Contact);
}

/// Whether no item of a list is empty. `via-parm *(COMMA via-parm)`
fn is_list(value: &[u8]) -> bool {
    let mut rest = value;
    while let Some(at) = super::scan::find_outside(rest, b',', true) {
        let (item, behind) = super::scan::split(rest, at);
        if trim(item).is_empty() {
            return false;
        }
        rest = behind.get(1..).unwrap_or(&[]);
    }
    !trim(rest).is_empty()
}

fn numbers(message: &Message<'_>, faults: &mut MessageFaults) {
    let is_hops = |value: &[u8]| decimal(trim(value)).is_some_and(|hops| hops <= 255);
    faults.note_if(message.field(Name::MaxForwards).is_some_and(|value| !is_hops(value)), MessageFault::MaxForwards);
    faults.note_if(message.expires() == Some(Expiry::Malformed), MessageFault::Expires);
    let is_seconds = |value: &[u8]| Expiry::read(take_while(trim(value), |octet| octet.is_ascii_digit()).0) != Expiry::Malformed;
    faults.note_if(message.field(Name::RetryAfter).is_some_and(|value| !is_seconds(value)), MessageFault::RetryAfter);
    faults.note_if(message.field(Name::Date).is_some_and(|value| !trim(value).ends_with(b"GMT")), MessageFault::Date);
    let is_warning = |value: &[u8]| take_while(value, |octet| octet.is_ascii_digit()).0.len() == 3;
    faults.note_if(message.raw_values(Name::Warning).any(|value| !is_warning(value)), MessageFault::Warning);
}
