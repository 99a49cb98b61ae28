//! Takes redirects, judgements and later requests, gives them in the published shape.
//!
//! Invariant: this is the one place where the rooms' own types and the published ones meet; nothing is judged here.

use std::net::{IpAddr, Ipv4Addr};

use smallvec::SmallVec;

use super::model;
use super::wording::push_number;
use crate::call;
use crate::evidence::{Endpoint, Place};
use crate::rules;
use crate::sip::body::Alternatives;

mod message;

pub use message::{ladder_message, ladder_text};

/// A closed redirect with what the rules say of it; its future is filled in as it is seen.
#[must_use]
pub fn redirect(redirect: &call::Redirect, judgement: &rules::Judgement) -> model::Redirect {
    let response = &redirect.response;
    let asked = redirect.request.as_ref().unwrap_or(response);
    let keeps_future = matches!(redirect.status, 301 | 302);
    model::Redirect {
        id: redirect.id,
        status: redirect.status,
        reason_phrase: text(response.message.reason_phrase()),
        method: text(&redirect.method),
        call_id: text(response.message.call_id().unwrap_or_default()),
        client: model::Client {
            address: address(redirect.client.address),
            port: redirect.client.port,
            role: match (&redirect.request, redirect.role) {
                (_, call::Role::Proxy) => model::Role::Proxy,
                // One Via, and a proxy has asked to stay in the way: an element that hides those which the request has passed.
                (Some(request), call::Role::Uac) if request.message.record_routes().next().is_some() => model::Role::Unknown,
                (Some(_), call::Role::Uac) => model::Role::Uac,
                (None, call::Role::Uac) => model::Role::Unknown,
            },
            user_agent: redirect.request.as_ref().and_then(|_| asked.message.user_agent()).map(text),
        },
        server: model::Server {
            address: address(redirect.server.address),
            port: redirect.server.port,
            product: response.message.server().map(text),
        },
        transport: redirect.transport.name().to_owned(),
        request: redirect
            .request
            .as_ref()
            .map(|request| model::Request { seen: sighting(request), uri: text(request.message.request_uri().unwrap_or_default()) }),
        response: model::Response {
            seen: sighting(response),
            retransmissions: redirect.repeats.iter().filter(|repeat| repeat.status / 100 == 3).map(|repeat| repeat.place.frame).collect(),
        },
        ack: redirect.acks.first().map(|ack| model::Ack { seen: sighting(ack) }),
        contacts: redirect.targets.iter().map(contact).collect(),
        alternative: redirect.offer.as_ref().map(|offer| alternative(redirect, offer)),
        attempts: redirect.attempts.iter().zip(&judgement.ways).map(|(attempt, way)| self::attempt(redirect, attempt, *way)).collect(),
        future: keeps_future.then(|| model::Future { verdict: model::FutureVerdict::NotObserved, requests: Vec::new() }),
        chain: model::Chain { first: redirect.chain, position: u32::try_from(redirect.tried.len()).unwrap_or(u32::MAX).max(1) },
        relayed_to: redirect.relayed,
        covered_ms: Some(model::milliseconds(redirect.covered())),
        verdict: verdict(judgement.verdict),
        reason: judgement.reason.clone(),
        findings: judgement.findings.iter().map(finding).collect(),
    }
}

/// A later request of a redirect's client.
#[must_use]
pub fn later_request(request: &call::LaterRequest) -> model::LaterRequest {
    model::LaterRequest {
        seen: model::Sighting {
            capture: request.place.capture,
            frame: request.place.frame,
            frames: [request.place.frame].into(),
            index: request.place.index,
            moment: model::Moment(request.time.nanos()),
        },
        method: text(&request.method),
        uri: text(&request.uri),
        verdict: match request.shows {
            call::Use::Original => model::FutureVerdict::Kept,
            call::Use::CachedInTime => model::FutureVerdict::CachedAllowed,
            call::Use::CachedWithoutExpiry | call::Use::CachedAfterExpiry => model::FutureVerdict::Violated,
        },
    }
}

/// A finding.
#[must_use]
pub fn finding(finding: &rules::Finding) -> model::Finding {
    let keyword = finding.rule.strength.keyword();
    model::Finding {
        rule: finding.rule.id.to_owned(),
        level: match finding.level {
            rules::Level::Note => model::Level::Note,
            rules::Level::Warning => model::Level::Warning,
            rules::Level::Error => model::Level::Error,
        },
        party: match finding.rule.party {
            rules::Party::Client => model::Party::Client,
            rules::Party::Server => model::Party::Server,
            rules::Party::Proxy => model::Party::Proxy,
            rules::Party::Capture => model::Party::Capture,
        },
        strength: (!keyword.is_empty()).then(|| keyword.to_owned()),
        clause: finding.clause.to_string(),
        message: finding.message.clone(),
        primary: evidence(finding.primary, None),
        related: finding.related.iter().map(|related| evidence(related.place, Some(related.note.clone()))).collect(),
        known: false,
    }
}

/// A verdict.
#[must_use]
pub const fn verdict(verdict: rules::Verdict) -> model::Verdict {
    match verdict {
        rules::Verdict::Correct => model::Verdict::Correct,
        rules::Verdict::Incorrect => model::Verdict::Incorrect,
        rules::Verdict::Inconclusive => model::Verdict::Inconclusive,
        rules::Verdict::NotApplicable => model::Verdict::NotApplicable,
    }
}

fn attempt(redirect: &call::Redirect, attempt: &call::Attempt, way: rules::Way) -> model::Attempt {
    let request = &attempt.request;
    model::Attempt {
        seen: sighting(request),
        method: text(request.message.method()),
        uri: text(request.message.request_uri().unwrap_or_default()),
        destination: destination(request),
        contact: attempt.contact.and_then(|contact| u32::try_from(contact).ok()),
        link: match attempt.link {
            call::Link::SameCallId => model::Link::SameCallId,
            call::Link::Recursion => model::Link::Recursion,
            call::Link::NewCallId => model::Link::NewCallId,
            call::Link::NewCall => model::Link::NewCall,
            call::Link::SimilarCall => model::Link::SimilarCall,
            call::Link::EmergencyCall => model::Link::EmergencyCall,
            call::Link::EmergencyRegistration => model::Link::EmergencyRegistration,
            call::Link::Alternative => model::Link::Alternative,
            call::Link::InitialRegistration => model::Link::InitialRegistration,
        },
        r#match: attempt.difference.as_ref().map(|difference| difference.grade().name().to_owned()),
        next_hop: match way {
            rules::Way::Proven => model::NextHop::Proven,
            rules::Way::Policy => model::NextHop::Policy,
            rules::Way::Wrong => model::NextHop::Wrong,
            rules::Way::Unknown => model::NextHop::Unknown,
        },
        delay_ms: model::milliseconds(request.time.nanos_since(redirect.response.time)),
        outcome: attempt.outcome.map(|outcome| outcome.status),
        transport_error: attempt.transport_error().map(|error| error.why.name().to_owned()),
    }
}

fn contact(target: &call::Target) -> model::Contact {
    model::Contact {
        uri: text(&target.text),
        q: target.q.map(|q| f64::from(q) / 1000.0),
        expires: match target.lifetime {
            call::Lifetime::Once => None,
            call::Lifetime::Seconds(seconds) => Some(u64::from(seconds)),
        },
        usable: target.usable,
    }
}

fn alternative(redirect: &call::Redirect, offer: &Alternatives) -> model::Alternative {
    let meaning = rules::meaning(redirect);
    let kind = offer.report_kind();
    model::Alternative {
        content_type: offer.content_type.clone().unwrap_or_default(),
        kind: model::AlternativeKind::ALL.iter().copied().find(|known| known.name() == kind).unwrap_or(model::AlternativeKind::Other),
        service: offer.service_type().map(|service| service.name().to_owned()),
        action: offer.action().map(|action| action.name().to_owned()),
        reason: offer.reason().map(ToOwned::to_owned),
        uris: offer.uris.iter().map(|uri| text(uri.as_bytes())).collect(),
        media: offer.media.clone(),
        text: offer.prose.clone(),
        expected: meaning.as_ref().map(|meaning| meaning.expected.clone()),
        meaning: meaning.map(|meaning| meaning.offered),
    }
}

fn sighting(seen: &call::Sighting<'_>) -> model::Sighting {
    model::Sighting {
        capture: seen.place.capture,
        frame: seen.place.frame,
        frames: SmallVec::from_slice(&seen.frames),
        index: seen.place.index,
        moment: model::Moment(seen.time.nanos()),
    }
}

fn evidence(place: Place, note: Option<String>) -> model::Evidence {
    model::Evidence { capture: place.capture, frame: place.frame, index: place.index, note }
}

/// Where a message went: address and port, and what carried it there.
fn destination(seen: &call::Sighting<'_>) -> String {
    let Endpoint { address: IpAddr::V4(address), port } = seen.destination else {
        return format!("{}/{}", seen.destination, seen.transport);
    };
    let mut text = String::with_capacity("255.255.255.255:65535/udp".len());
    push_v4(&mut text, address);
    text.push(':');
    push_number(&mut text, u64::from(port));
    text.push('/');
    text.push_str(seen.transport.name());
    text
}

fn address(address: IpAddr) -> String {
    let IpAddr::V4(address) = address else { return address.to_string() };
    let mut text = String::with_capacity("255.255.255.255".len());
    push_v4(&mut text, address);
    text
}

fn push_v4(text: &mut String, address: Ipv4Addr) {
    for (index, octet) in address.octets().into_iter().enumerate() {
        if index > 0 {
            text.push('.');
        }
        push_number(text, u64::from(octet));
    }
}

fn text(octets: &[u8]) -> String {
    // Nearly all of it is UTF-8, and checked faster than it is repaired.
    std::str::from_utf8(octets).map_or_else(|_| String::from_utf8_lossy(octets).into_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_the_standard_library_writes_it() {
        for octets in [[0, 0, 0, 0], [9, 10, 99, 100], [192, 0, 2, 255], [101, 109, 110, 200]] {
            assert_eq!(address(octets.into()), Ipv4Addr::from(octets).to_string());
        }
        assert_eq!(address(std::net::Ipv6Addr::LOCALHOST.into()), "::1");
    }
}
