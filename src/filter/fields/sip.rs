//! Takes a SIP message, gives the fields of its start line, its Vias, its CSeq, and what earlier messages tell of it.

use super::field::{Field, Origin, Sink};
use super::uri_parts::{Part, host, param, port, user};
use crate::filter::row::{Computed, Row};
use crate::filter::value::{Kind, Value};
use crate::sip::header::{Rport, Via};
use crate::sip::params::Params;
use crate::sip::scan::{decimal, split_list, take_while, trim};
use crate::sip::{Message, Name, Uri};

const fn of(name: &'static str, kind: Kind, of: fn(&Message<'_>, &mut Sink<'_>)) -> Field {
    Field::new(name, kind, Origin::Message(of))
}

const fn text(name: &'static str, of: fn(&Message<'_>, &mut Sink<'_>)) -> Field {
    Field::new(name, Kind::Text, Origin::Message(of))
}

const fn computed(name: &'static str, kind: Kind, of: fn(&Row<'_>, &mut Sink<'_>)) -> Field {
    Field::new(name, kind, Origin::Row(of))
}

/// The fields of a message that are no header.
pub(super) const FIELDS: &[Field] = &[
    text("sip.Request-Line", |message, give| give_if(message.is_request(), message.start_line(), give)),
    text("sip.Method", |message, give| give_if(message.is_request(), message.method(), give)),
    text("sip.r-uri", |message, give| message.request_uri().into_iter().for_each(|uri| give(Value::text(uri)))),
    text("sip.r-uri.user", |message, give| request_uri(message, user, give)),
    text("sip.r-uri.host", |message, give| request_uri(message, host, give)),
    text("sip.r-uri.port", |message, give| request_uri(message, port, give)),
    text("sip.r-uri.param", |message, give| request_uri(message, param, give)),
    text("sip.Status-Line", |message, give| give_if(!message.is_request(), message.start_line(), give)),
    of("sip.Status-Code", Kind::Unsigned(32), |message, give| give_number(message.status(), give)),
    text("sip.Reason-Phrase", |message, give| give_if(!message.is_request(), message.reason_phrase(), give)),
    of("sip.CSeq.seq", Kind::Unsigned(32), |message, give| give_number(message.cseq().map(|cseq| cseq.number), give)),
    text("sip.CSeq.method", |message, give| message.cseq().into_iter().for_each(|cseq| give(Value::text(cseq.method)))),
    text("sip.Via.transport", |message, give| vias(message, |via| Some(via.transport), give)),
    text("sip.Via.sent-by.address", |message, give| vias(message, |via| Some(via.bare_host()), give)),
    of("sip.Via.sent-by.port", Kind::Unsigned(16), |message, give| message.vias().for_each(|via| give_number(via.port, give))),
    text("sip.Via.branch", |message, give| vias(message, |via| via.branch(), give)),
    text("sip.Via.received", |message, give| vias(message, |via| via.received(), give)),
    text("sip.Via.maddr", |message, give| vias(message, |via| via.maddr(), give)),
    text("sip.Via.rport", |message, give| message.vias().for_each(|via| rport(&via, give))),
    text("sip.msg_hdr", |message, give| give(Value::text(header_block(message)))),
    of("sip.msg_body", Kind::Label, |message, give| {
        if !message.body().is_empty() {
            give(Value::Label);
        }
    }),
    of("sip.unrecognized_header", Kind::Label, |message, give| {
        message.fields().filter(|field| super::sip_headers::is_unknown(field)).for_each(|_| give(Value::Label));
    }),
    text("sip.reason_protocols", |message, give| reasons(message, |protocol, _| Some(Value::text(protocol)), give)),
    of("sip.reason_cause_q850", Kind::Unsigned(32), |message, give| reasons(message, |name, params| cause(name, b"Q.850", params), give)),
    of("sip.reason_cause_sip", Kind::Unsigned(32), |message, give| reasons(message, |name, params| cause(name, b"SIP", params), give)),
    text("sip.reason_text", |message, give| reasons(message, |_, params| params.get("text").map(|text| Value::Text(text.text())), give)),
    // The rest of a message whose front is not in the capture is no message, and no row.
    of("sip.continuation", Kind::Bytes, |_, _| ()),
    computed("sip.resend", Kind::Boolean, |row, give| give(Value::Boolean(row.computed.is_resend()))),
    computed("sip.resend-original", Kind::FrameNumber, |row, give| of_computed(row, |computed| computed.resend_original, give)),
    computed("sip.response-request", Kind::FrameNumber, |row, give| of_computed(row, |computed| computed.response_request, give)),
    computed("sip.response-time", Kind::Unsigned(32), |row, give| of_computed(row, |computed| computed.response_time, give)),
    computed("sip.release-time", Kind::Unsigned(32), |row, give| of_computed(row, |computed| computed.release_time, give)),
];

fn give_if(is_there: bool, text: &[u8], give: &mut Sink<'_>) {
    if is_there {
        give(Value::text(text));
    }
}

/// The number, where 32 bits hold it.
fn give_number<T: Into<u64>>(number: Option<T>, give: &mut Sink<'_>) {
    if let Some(number) = number.and_then(|number| u32::try_from(number.into()).ok()) {
        give(Value::Unsigned(number.into()));
    }
}

fn of_computed(row: &Row<'_>, value: fn(&Computed) -> Option<u64>, give: &mut Sink<'_>) {
    give_number(value(row.computed), give);
}

fn request_uri(message: &Message<'_>, part: Part, give: &mut Sink<'_>) {
    if let Some(uri) = message.request_uri() {
        part(&Uri::parse(uri), give);
    }
}

fn vias(message: &Message<'_>, part: for<'a> fn(&Via<'a>) -> Option<&'a [u8]>, give: &mut Sink<'_>) {
    for via in message.vias() {
        part(&via).into_iter().filter(|part| !part.is_empty()).for_each(|part| give(Value::text(part)));
    }
}

/// The port, or the name alone where the client only asks for it (RFC 3581, 3).
fn rport(via: &Via<'_>, give: &mut Sink<'_>) {
    match via.rport() {
        None => {}
        Some(Rport::Asked) => give(Value::text(b"rport")),
        Some(Rport::Port(_) | Rport::Malformed) => give_if(true, via.params.value("rport").unwrap_or_default(), give),
    }
}

/// The headers and all behind them, as Wireshark takes them for one.
fn header_block<'a>(message: &'a Message<'_>) -> &'a [u8] {
    message.octets().get(message.head().fields.start as usize..).unwrap_or_default()
}

/// What `read` finds in each value of the Reason headers (RFC 3326, 2).
fn reasons(message: &Message<'_>, read: for<'a> fn(&'a [u8], Params<'a>) -> Option<Value<'a>>, give: &mut Sink<'_>) {
    for line in message.raw_values(Name::Reason) {
        for reason in split_list(line) {
            let (protocol, params) = take_while(reason, |octet| octet != b';');
            if let Some(value) = read(trim(protocol), Params::new(params)) {
                give(value);
            }
        }
    }
}

/// The cause, where the protocol is `wanted`.
fn cause(protocol: &[u8], wanted: &[u8], params: Params<'_>) -> Option<Value<'static>> {
    let cause = params.value("cause").filter(|_| protocol.eq_ignore_ascii_case(wanted))?;
    decimal(cause).filter(|cause| *cause <= u32::MAX.into()).map(Value::Unsigned)
}
