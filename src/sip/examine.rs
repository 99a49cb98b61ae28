//! Takes a scanned message, gives everything that is wrong with its syntax.
//!
//! Invariant: nothing here changes what the message says; it looks at the headers that a call is followed by, not at every header there is.
//! RFC 3261, 8.1.1 and 20.

use super::fault::{MessageFault, MessageFaults};
use super::header::{Contact, Expiry, NameAddr, Via};
use super::message::Message;
use super::name::Name;
use super::scan::{decimal, find_outside, is_lws, split, split_list, take_while, trim};

/// All faults of `message`, those that scanning saw included; one walk over the headers.
pub(super) fn faults(message: &Message<'_>) -> MessageFaults {
    let mut faults = message.head().faults;
    faults.note_if(message.request_uri().is_some_and(|uri| !is_request_uri(uri)), MessageFault::RequestUri);
    mandatory(message, &mut faults);
    let (mut contacts, mut has_star) = (0usize, false);
    let mut seen = MessageFaults::default();
    let mut fields = message.fields();
    for field in fields.by_ref() {
        let (is_good, fault) = match field.name {
            Name::Via => {
                (is_list(field.value) && split_list(field.value).all(|value| Via::read(value).is_well_formed()), MessageFault::Via)
            }
            Name::From => (NameAddr::read(field.value).is_well_formed(), MessageFault::From),
            Name::To => (NameAddr::read(field.value).is_well_formed(), MessageFault::To),
            Name::Contact => {
                let is_good = split_list(field.value).map(Contact::read).fold(true, |is_good, contact| {
                    contacts = contacts.saturating_add(1);
                    has_star |= contact.is_star();
                    is_good && contact.is_well_formed()
                });
                (is_good, MessageFault::Contact)
            }
            Name::MaxForwards => (decimal(field.value).is_some_and(|hops| hops <= 255), MessageFault::MaxForwards),
            Name::Expires => (Expiry::read(field.value) != Expiry::Malformed, MessageFault::Expires),
            Name::RetryAfter => (Expiry::read(digits(field.value)) != Expiry::Malformed, MessageFault::RetryAfter),
            Name::Date => (field.value.ends_with(b"GMT"), MessageFault::Date),
            Name::Warning => (split_list(field.value).all(|value| digits(value).len() == 3), MessageFault::Warning),
            _ => continue,
        };
        // Of a header of one value the first counts; that a second differs is a fault of its own.
        let is_judged = seen.has(fault) && !field.name.is_list();
        seen.note(fault);
        faults.note_if(!is_good && !is_judged, fault);
    }
    faults.note_if(fields.bad_lines() > 0, MessageFault::HeaderLine);
    faults.note_if(has_star && contacts > 1, MessageFault::Contact);
    faults
}

fn digits(value: &[u8]) -> &[u8] {
    take_while(value, |octet| octet.is_ascii_digit()).0
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

/// Whether no item of a list is empty. `via-parm *(COMMA via-parm)`
fn is_list(value: &[u8]) -> bool {
    let mut rest = value;
    while let Some(at) = find_outside(rest, b',', true) {
        let (item, behind) = split(rest, at);
        if trim(item).is_empty() {
            return false;
        }
        rest = behind.get(1..).unwrap_or(&[]);
    }
    !trim(rest).is_empty()
}
