//! Takes a URI as written, gives its parts, and what is wrong in it.

use super::tree::Node;
use crate::sip::Uri;
use crate::sip::params::Param;
use crate::sip::uri::{Host, Parameter, Scheme};

/// The URI with its parts.
pub(super) fn uri(name: &str, written: &[u8]) -> Node {
    let mut node = Node::value(name, written);
    let uri = Uri::parse(written);
    if uri.scheme() != Scheme::Missing {
        node.push(Node::value("Scheme", uri.scheme_text()));
    }
    if let Some(user) = uri.user() {
        node.push(Node::value("User part", user));
        let plain = uri.unescaped_user().filter(|plain| plain != user);
        node.extend(plain.map(|plain| Node::value("User part without escapes", &plain)));
    }
    node.extend(uri.password().map(|password| Node::value("Password", password)));
    if let Some(host) = uri.host().filter(|host| **host != Host::Name(Vec::new())) {
        node.push(Node::new(format!("Host part: {host}")));
    }
    node.extend(uri.port().map(|port| Node::new(format!("Port: {port}"))));
    if let Some(number) = uri.subscriber().filter(|_| uri.scheme() == Scheme::Tel) {
        let plus: &[u8] = if number.is_global() { b"+" } else { b"" };
        node.push(Node::value("Number", &[plus, number.number()].concat()));
    }
    node.extend(uri.service().map(|service| Node::value("Service", service)));
    node.extend(uri.parameters().iter().map(|parameter| self::parameter("URI parameter", parameter)));
    node.extend(uri.headers().iter().map(|header| self::parameter("URI header", header)));
    node.extend(uri.faults().iter().map(|fault| Node::fault(fault.words())));
    node
}

fn parameter(kind: &str, parameter: &Parameter) -> Node {
    Node::value(kind, &written(&parameter.name, parameter.value.as_deref()))
}

/// A parameter of a header.
pub(super) fn param(param: Param<'_>) -> Node {
    Node::value("Parameter", &written(param.name, param.value))
}

fn written(name: &[u8], value: Option<&[u8]>) -> Vec<u8> {
    match value {
        Some(value) => [name, b"=", value].concat(),
        None => name.to_vec(),
    }
}
