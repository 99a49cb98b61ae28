//! Takes an address of a header or a URI, gives the parts of it that are fields.
//!
//! Invariant: a part is what stands there, escapes and letters unchanged; a part that is not there gives nothing.

use super::field::Sink;
use crate::filter::value::Value;
use crate::sip::Uri;
use crate::sip::params::Params;
use crate::sip::uri::Host;

/// A part of a URI.
pub(super) type Part = fn(&Uri, &mut Sink<'_>);

/// User and password, as they stand in front of the `@`.
pub(super) fn user(uri: &Uri, give: &mut Sink<'_>) {
    let Some(user) = uri.user().filter(|user| !user.is_empty()) else { return };
    match uri.password() {
        None => give(Value::text(user)),
        Some(password) => give(Value::Text([user, b":", password].concat().into())),
    }
}

/// The host, an IPv6 address in its brackets.
pub(super) fn host(uri: &Uri, give: &mut Sink<'_>) {
    match uri.host() {
        None => {}
        Some(Host::Name(name)) if name.is_empty() => {}
        Some(Host::Name(name)) => give(Value::text(name)),
        Some(Host::V4(address)) => give(Value::Text(address.to_string().into_bytes().into())),
        Some(Host::V6(address)) => give(Value::Text(format!("[{address}]").into_bytes().into())),
    }
}

/// The port: text, as all ports of URIs are in Wireshark.
pub(super) fn port(uri: &Uri, give: &mut Sink<'_>) {
    if let Some(port) = uri.port() {
        give(Value::Text(port.to_string().into_bytes().into()));
    }
}

/// Each parameter of the URI, `name=value` or the name alone.
pub(super) fn param(uri: &Uri, give: &mut Sink<'_>) {
    for parameter in uri.parameters() {
        match &parameter.value {
            None => give(Value::text(&parameter.name)),
            Some(value) => give(Value::Text([&parameter.name, &b"="[..], value].concat().into())),
        }
    }
}

/// Each parameter of the header, likewise.
pub(super) fn header_params(params: Params<'_>, give: &mut Sink<'_>) {
    for param in params.iter() {
        match param.value {
            None => give(Value::text(param.name)),
            Some(value) => give(Value::Text([param.name, &b"="[..], value].concat().into())),
        }
    }
}
