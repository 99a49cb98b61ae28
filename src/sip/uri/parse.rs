//! Takes the octets of a URI, gives a [`Uri`] with the faults that were met.
//!
//! Every input gives a URI; the text is kept whole. Grammar: RFC 3261, 25.1; RFC 3966, 3; RFC 8141, 2.

use std::sync::Arc;

use super::components::{MAX_PARAMETERS, Parameter, Parts, Reading, Scheme, Short, SipParts, Uri};
use super::escape::is_made_of;
use super::fault::UriFault;
use super::host::{Host, decimal};
use super::telephone::Subscriber;

/// `user-unreserved`.
const USER: &[u8] = b"&=+$,;?/";
/// What a `password` may hold beside unreserved characters.
const PASSWORD: &[u8] = b"&=+$,";
/// `param-unreserved`.
const PARAMETER: &[u8] = b"[]/:&+$";
/// `hnv-unreserved`.
const HEADER: &[u8] = b"[]/?:+$";
/// `reserved`, of which other schemes may make use.
const RESERVED: &[u8] = b";/?:@&=+$,";

impl Uri {
    /// Takes a URI as it stands in a message, without angle brackets and surrounding blanks. Never fails: see [`Uri::faults`].
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let mut faults = Vec::new();
        let Some((scheme_text, rest)) = split_scheme(text) else {
            return Self(Arc::new(Reading {
                raw: text.to_vec(),
                scheme: Scheme::Missing,
                scheme_length: 0,
                parts: Parts::Opaque(text.to_vec()),
                faults: vec![UriFault::NoScheme],
            }));
        };
        let scheme = scheme_named(scheme_text);
        if rest.is_empty() {
            faults.push(UriFault::Empty);
        }
        let parts = match scheme {
            Scheme::Sip | Scheme::Sips => Parts::Sip(sip_parts(rest, text.len().saturating_sub(rest.len()), &mut faults)),
            Scheme::Tel => {
                let (subscriber, found) = Subscriber::parse(rest);
                faults.extend(found);
                Parts::Tel(subscriber)
            }
            Scheme::Urn | Scheme::Other | Scheme::Missing => {
                check_opaque(scheme, rest, &mut faults);
                Parts::Opaque(rest.to_vec())
            }
        };
        faults.sort_unstable();
        faults.dedup();
        Self(Arc::new(Reading { raw: text.to_vec(), scheme, scheme_length: scheme_text.len(), parts, faults }))
    }
}

/// Splits at the first of `marks`, which is left out; none where there is no such octet.
fn split_at_any<'a>(text: &'a [u8], marks: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.iter().position(|octet| marks.contains(octet))?;
    let (before, after) = text.split_at_checked(at)?;
    Some((before, after.split_first().map_or(&[], |(_, rest)| rest)))
}

/// Splits `scheme ":" rest`, where `scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )`.
fn split_scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (scheme, rest) = split_at_any(text, b":")?;
    let well_formed = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'));
    well_formed.then_some((scheme, rest))
}

/// The kind of URI that a scheme makes.
fn scheme_named(scheme: &[u8]) -> Scheme {
    let known: [(&[u8], Scheme); 4] = [(b"sip", Scheme::Sip), (b"sips", Scheme::Sips), (b"tel", Scheme::Tel), (b"urn", Scheme::Urn)];
    known.into_iter().find(|(name, _)| scheme.eq_ignore_ascii_case(name)).map_or(Scheme::Other, |(_, kind)| kind)
}

/// Reads `[ userinfo ] hostport uri-parameters [ headers ]`, which begins `offset` octets into the URI.
fn sip_parts(rest: &[u8], offset: usize, faults: &mut Vec<UriFault>) -> SipParts {
    // "@" stands in no other component unescaped, so the first one ends the userinfo, whatever the user part holds.
    let (userinfo, tail) = split_at_any(rest, b"@").map_or((None, rest), |(userinfo, tail)| (Some(userinfo), tail));
    let (user, password) = userinfo.map_or((None, None), |userinfo| read_userinfo(userinfo, faults));

    let hostport_length = tail.iter().position(|octet| matches!(octet, b';' | b'?')).unwrap_or(tail.len());
    let (hostport, behind) = tail.split_at_checked(hostport_length).unwrap_or((tail, &[]));
    let (host, port_text) = read_hostport(hostport, faults);
    let port = port_text.and_then(read_port);
    if port_text.is_some() && port.is_none() {
        faults.push(UriFault::Port);
    }

    let (parameter_text, header_text) = split_at_any(behind, b"?").map_or((behind, None), |(before, after)| (before, Some(after)));
    let parameters = read_parameters(parameter_text, faults);
    let headers = header_text.map_or_else(Vec::new, |text| read_headers(text, faults));
    SipParts {
        user: user.map(Short::from_slice),
        password: password.map(Short::from_slice),
        host,
        port_text: port_text.map(Short::from_slice),
        port,
        address_length: offset.saturating_add(rest.len().saturating_sub(behind.len())),
        parameters,
        headers,
    }
}

/// Reads `user [ ":" password ]`.
fn read_userinfo<'a>(userinfo: &'a [u8], faults: &mut Vec<UriFault>) -> (Option<&'a [u8]>, Option<&'a [u8]>) {
    let (user, password) = split_at_any(userinfo, b":").map_or((userinfo, None), |(user, password)| (user, Some(password)));
    if user.is_empty() {
        faults.push(UriFault::EmptyUser);
    } else if !is_made_of(user, USER) {
        faults.push(UriFault::User);
    }
    if password.is_some_and(|password| !is_made_of(password, PASSWORD)) {
        faults.push(UriFault::Password);
    }
    (Some(user), password)
}

/// Reads `host [ ":" port ]`, gives the host and the text of the port.
fn read_hostport<'a>(hostport: &'a [u8], faults: &mut Vec<UriFault>) -> (Host, Option<&'a [u8]>) {
    let (host_text, port_text) = split_hostport(hostport);
    let (host, fault) = Host::parse(host_text);
    faults.extend(fault);
    (host, port_text)
}

/// Splits `host [ ":" port ]`; colons between brackets, and those of an address without them, belong to the host.
fn split_hostport(hostport: &[u8]) -> (&[u8], Option<&[u8]>) {
    if hostport.first() == Some(&b'[') {
        let host_length = hostport.iter().position(|&octet| octet == b']').map_or(hostport.len(), |at| at.saturating_add(1));
        let (host, behind) = hostport.split_at_checked(host_length).unwrap_or((hostport, &[]));
        return match (behind.is_empty(), behind.strip_prefix(b":")) {
            (true, _) => (host, None),
            (false, Some(port)) => (host, Some(port)),
            // What follows the bracket without a colon spoils the host.
            (false, None) => (hostport, None),
        };
    }
    let Some((host, port)) = split_at_any(hostport, b":") else { return (hostport, None) };
    // An address without brackets has more colons than one.
    if port.contains(&b':') && matches!(Host::parse(hostport), (Host::V6(_), _)) {
        return (hostport, None);
    }
    (host, Some(port))
}

/// Reads a port from 1 to 65535.
fn read_port(text: &[u8]) -> Option<u16> {
    decimal(text).and_then(|port| u16::try_from(port).ok()).filter(|&port| port != 0)
}

/// Reads `*( ";" uri-parameter )`.
fn read_parameters(text: &[u8], faults: &mut Vec<UriFault>) -> Vec<Parameter> {
    let Some(text) = text.strip_prefix(b";") else { return Vec::new() };
    let mut parameters: Vec<Parameter> = Vec::new();
    for piece in text.split(|&octet| octet == b';') {
        if parameters.len() >= MAX_PARAMETERS {
            faults.push(UriFault::TooMany);
            break;
        }
        let (name, value) = split_at_any(piece, b"=").map_or((piece, None), |(name, value)| (name, Some(value)));
        let well_formed = |text: &[u8]| !text.is_empty() && is_made_of(text, PARAMETER);
        if !well_formed(name) || value.is_some_and(|value| !well_formed(value)) {
            faults.push(UriFault::Parameter);
        }
        if piece.is_empty() {
            continue;
        }
        let parameter = Parameter { name: name.to_vec(), value: value.map(<[u8]>::to_vec) };
        check_value(&parameter, faults);
        parameters.push(parameter);
    }
    note_repeats(&parameters, faults);
    parameters
}

/// Notes a `maddr` that is no host and a `ttl` that is no number up to 255.
fn check_value(parameter: &Parameter, faults: &mut Vec<UriFault>) {
    let bad_host = || parameter.is("maddr") && Host::parse(parameter.text()).1.is_some();
    let bad_ttl = || parameter.is("ttl") && decimal(parameter.text()).is_none_or(|ttl| ttl > u32::from(u8::MAX));
    if bad_host() || bad_ttl() {
        faults.push(UriFault::ParameterValue);
    }
}

/// Notes a name that stands there twice.
fn note_repeats(parameters: &[Parameter], faults: &mut Vec<UriFault>) {
    if parameters.len() < 2 {
        return;
    }
    let mut names: Vec<Vec<u8>> =
        parameters.iter().map(|parameter| super::escape::unescaped(&parameter.name).to_ascii_lowercase()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
        faults.push(UriFault::RepeatedParameter);
    }
}

/// Reads `header *( "&" header )`.
fn read_headers(text: &[u8], faults: &mut Vec<UriFault>) -> Vec<Parameter> {
    let mut headers = Vec::new();
    for piece in text.split(|&octet| octet == b'&') {
        if headers.len() >= MAX_PARAMETERS {
            faults.push(UriFault::TooMany);
            break;
        }
        let (name, value) = split_at_any(piece, b"=").map_or((piece, None), |(name, value)| (name, Some(value)));
        if name.is_empty() || !is_made_of(name, HEADER) || value.is_none_or(|value| !is_made_of(value, HEADER)) {
            faults.push(UriFault::Header);
        }
        if !piece.is_empty() {
            headers.push(Parameter { name: name.to_vec(), value: value.map(<[u8]>::to_vec) });
        }
    }
    headers
}

/// Notes what is wrong in a URI of another scheme: `absoluteURI` of RFC 3261, 25.1, and the two parts of a URN.
fn check_opaque(scheme: Scheme, rest: &[u8], faults: &mut Vec<UriFault>) {
    if !is_made_of(rest, RESERVED) {
        faults.push(UriFault::Character);
    }
    let has_both_parts = || split_at_any(rest, b":").is_some_and(|(namespace, name)| !namespace.is_empty() && !name.is_empty());
    if scheme == Scheme::Urn && !has_both_parts() {
        faults.push(UriFault::Urn);
    }
}
