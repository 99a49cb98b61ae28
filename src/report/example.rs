//! Takes nothing, gives reports built by hand, on which the writers are tested: every member filled, every optional one also absent.

use super::format::{Format, Presentation};
use super::model::*;

/// 2024-05-01T12:00:00Z.
const NOON: i64 = 1_714_564_800_000_000_000;

/// What `format` writes of `report`.
pub(super) fn printed(format: &Format, report: &Report, presentation: &Presentation) -> String {
    let mut out = Vec::new();
    format.write(report, presentation, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A message in frame `frame` of capture 0, `ms` milliseconds after noon.
pub(super) fn seen(frame: u64, ms: i64) -> Sighting {
    let nanos = NOON + ms * 1_000_000;
    Sighting { capture: 0, frame, frames: [frame].into(), index: 0, moment: Moment(nanos) }
}

/// A complete capture.
pub(super) fn capture() -> Capture {
    Capture {
        path: "office.pcap".to_owned(),
        format: "pcap".to_owned(),
        link_types: vec!["Ethernet".to_owned()],
        frames: 1_234,
        bytes: 456_789,
        sip_messages: 42,
        copies: 3,
        clock_offset_ms: 0.0,
        clock_offset_uncertainty_ms: None,
        clock_offset_messages: 0,
        second_reading: SecondReading { agreed: 40, refused: 2, disagreed: 0 },
        first_time: Some(rfc3339(NOON)),
        first_epoch_ns: Some(NOON.to_string()),
        last_time: Some(rfc3339(NOON + 60_000_000_000)),
        last_epoch_ns: Some((NOON + 60_000_000_000).to_string()),
        complete: true,
        faults: Vec::new(),
    }
}

/// A 302 that its client followed.
pub(super) fn followed() -> Redirect {
    Redirect {
        id: 1,
        status: 302,
        reason_phrase: "Moved Temporarily".to_owned(),
        method: "INVITE".to_owned(),
        call_id: "3848276298220188511@atlanta.example.com".to_owned(),
        client: Client {
            address: "10.77.0.2".to_owned(),
            port: 5060,
            role: Role::Uac,
            user_agent: Some("baresip v1.1.0 (x86_64/linux)".to_owned()),
        },
        server: Server { address: "10.77.0.10".to_owned(), port: 5060, product: Some("kamailio (5.6.3)".to_owned()) },
        transport: "udp".to_owned(),
        request: Some(Request {
            seen: Sighting { frames: [1, 2].into_iter().collect(), ..seen(2, 0) },
            uri: "sip:bob@example.com".to_owned(),
        }),
        response: Response { seen: seen(3, 2), retransmissions: vec![5, 7] },
        ack: Some(Ack { seen: seen(4, 3) }),
        contacts: vec![
            Contact { uri: "sip:alice@10.77.0.20:5060".to_owned(), q: Some(0.5), expires: Some(60), usable: true },
            Contact { uri: "mailto:alice@example.com".to_owned(), q: None, expires: None, usable: false },
        ],
        alternative: None,
        attempts: vec![Attempt {
            seen: seen(6, 4),
            method: "INVITE".to_owned(),
            uri: "sip:alice@10.77.0.20:5060".to_owned(),
            destination: "10.77.0.20:5060/udp".to_owned(),
            contact: Some(0),
            link: Link::SameCallId,
            r#match: Some("exact".to_owned()),
            next_hop: NextHop::Proven,
            delay_ms: 1.25,
            outcome: Some(200),
            transport_error: None,
        }],
        future: Some(Future {
            verdict: FutureVerdict::Kept,
            requests: vec![LaterRequest {
                seen: seen(25, 20_000),
                method: "INVITE".to_owned(),
                uri: "sip:bob@example.com".to_owned(),
                verdict: FutureVerdict::Kept,
            }],
        }),
        chain: Chain { first: 1, position: 1 },
        relayed_to: None,
        covered_ms: Some(59_998.0),
        verdict: Verdict::Correct,
        reason: "the Contact with the highest q was tried 1.2 ms after the 302".to_owned(),
        findings: Vec::new(),
    }
}

/// A 302 that its client did not follow.
pub(super) fn not_followed() -> Redirect {
    Redirect {
        id: 2,
        client: Client { address: "10.77.0.3".to_owned(), port: 43_210, role: Role::Uac, user_agent: Some("pjsua v2.15.1".to_owned()) },
        server: Server { product: None, ..followed().server },
        call_id: "qnB58VC3VJXEHVZHpv4Uv9Go8aSf3JmS".to_owned(),
        request: Some(Request { seen: seen(30, 30_000), uri: "sip:carol@example.com".to_owned() }),
        response: Response { seen: seen(31, 30_010), retransmissions: Vec::new() },
        ack: None,
        contacts: vec![Contact { uri: "sip:carol@10.77.0.20".to_owned(), q: None, expires: None, usable: true }],
        attempts: Vec::new(),
        future: Some(Future { verdict: FutureVerdict::NotObserved, requests: Vec::new() }),
        chain: Chain { first: 1, position: 2 },
        covered_ms: Some(6_932.0),
        verdict: Verdict::Incorrect,
        reason: "the Contact was not tried within the 6.9 s that the capture covers".to_owned(),
        findings: vec![
            Finding {
                rule: "redirect-not-followed".to_owned(),
                level: Level::Error,
                party: Party::Client,
                strength: Some("SHOULD".to_owned()),
                clause: "RFC 3261 21.3.3".to_owned(),
                message:
                    "no request went to sip:carol@10.77.0.20, the only Contact of the 302, while the client was seen for another 6.9 s"
                        .to_owned(),
                primary: Evidence { capture: 0, frame: 31, index: 0, note: Some("the 302".to_owned()) },
                related: vec![Evidence { capture: 0, frame: 40, index: 1, note: Some("the client's last packet".to_owned()) }],
                known: false,
            },
            Finding {
                rule: "contact-without-sip-target".to_owned(),
                level: Level::Note,
                party: Party::Server,
                strength: None,
                clause: "RFC 3261 8.3".to_owned(),
                message: "a Contact that no SIP client can ask".to_owned(),
                primary: Evidence { capture: 0, frame: 31, index: 0, note: None },
                related: Vec::new(),
                known: false,
            },
        ],
        ..followed()
    }
}

/// A 380 with an emergency body, passed on by a proxy over TCP and IPv6.
pub(super) fn alternative() -> Redirect {
    Redirect {
        id: 3,
        status: 380,
        reason_phrase: "Alternative Service".to_owned(),
        client: Client { address: "2001:db8::2".to_owned(), port: 5062, role: Role::Proxy, user_agent: None },
        server: Server { address: "2001:db8::10".to_owned(), port: 5060, product: None },
        transport: "tcp".to_owned(),
        request: Some(Request { seen: seen(41, 41_000), uri: "tel:112;phone-context=example.com".to_owned() }),
        response: Response { seen: seen(42, 41_100), retransmissions: Vec::new() },
        ack: Some(Ack { seen: seen(43, 41_101) }),
        contacts: Vec::new(),
        alternative: Some(Alternative {
            content_type: "application/3gpp-ims+xml".to_owned(),
            kind: AlternativeKind::Ims,
            service: Some("emergency".to_owned()),
            action: Some("emergency-registration".to_owned()),
            reason: Some("call the emergency centre".to_owned()),
            uris: vec!["urn:service:sos".to_owned()],
            media: Vec::new(),
            text: None,
            meaning: Some("this is an emergency call".to_owned()),
            expected: Some("register for emergencies, then call urn:service:sos".to_owned()),
        }),
        attempts: vec![Attempt {
            contact: None,
            link: Link::EmergencyCall,
            r#match: None,
            outcome: None,
            transport_error: Some("port-unreachable".to_owned()),
            seen: seen(50, 45_000),
            uri: "urn:service:sos".to_owned(),
            destination: "[2001:db8::10]:5060/tcp".to_owned(),
            delay_ms: 3_900.0,
            ..followed().attempts.remove(0)
        }],
        future: None,
        chain: Chain { first: 3, position: 1 },
        relayed_to: Some(2),
        covered_ms: None,
        verdict: Verdict::NotApplicable,
        reason: "the 380 was passed on to the client upstream".to_owned(),
        findings: Vec::new(),
        ..followed()
    }
}

/// A 504 after which its handset registered anew.
fn companion() -> Redirect {
    let mut attempt = followed().attempts.remove(0);
    (attempt.contact, attempt.r#match, attempt.link) = (None, None, Link::InitialRegistration);
    (attempt.method, attempt.uri) = ("REGISTER".to_owned(), "sip:example.com".to_owned());
    Redirect {
        id: 1,
        status: 504,
        reason_phrase: "Server Time-out".to_owned(),
        response: Response { seen: seen(60, 50_000), retransmissions: Vec::new() },
        contacts: Vec::new(),
        alternative: alternative().alternative.map(|alternative| Alternative {
            service: Some("restoration".to_owned()),
            action: Some("initial-registration".to_owned()),
            uris: Vec::new(),
            meaning: Some("the network has lost the registration of this phone".to_owned()),
            expected: Some("register anew".to_owned()),
            ..alternative
        }),
        attempts: vec![attempt],
        future: None,
        chain: Chain { first: 1, position: 1 },
        reason: "the handset registered anew after 1.2 ms".to_owned(),
        ..followed()
    }
}

fn report(captures: Vec<Capture>) -> Report {
    let redirects = vec![followed(), not_followed(), alternative()];
    Report {
        tool: Tool { version: "0.0.0".to_owned(), ..Tool::default() },
        options: Options { ignored_rules: vec!["body-not-reused".to_owned()], require_redirects: Some(1), ..Options::default() },
        captures,
        summary: Summary::of(&redirects),
        redirects,
        companions: vec![companion()],
        orphans: Orphans { responses: 1, acks: 0 },
        ..Report::default()
    }
}

/// Three redirects in one complete capture.
pub(super) fn one_capture() -> Report {
    report(vec![capture()])
}

/// The same, the capture damaged.
pub(super) fn damaged() -> Report {
    let fault = Fault {
        kind: "cut-file".to_owned(),
        count: 1,
        first_frame: Some(1_235),
        detail: "pcap record header: 400 wanted, 12 there, at offset 456777".to_owned(),
        limit: None,
    };
    report(vec![Capture { complete: false, faults: vec![fault], ..capture() }])
}

/// Two captures, one empty, and a redirect whose request is not in them: what is optional is absent.
pub(super) fn two_captures() -> Report {
    let empty = Capture {
        path: "empty.pcapng".to_owned(),
        first_time: None,
        first_epoch_ns: None,
        last_time: None,
        last_epoch_ns: None,
        ..capture()
    };
    let mut report = report(vec![capture(), empty]);
    report.redirects[2].request = None;
    report
}

/// What an attacker would put on the wire: escape sequences, bidirectional marks, NUL, line ends, formulas, quotes.
pub(super) const HOSTILE: &str = "=cmd|' /C calc'!A0\u{1b}[2J\u{9b}31m\0\r\n#9  CORRECT\u{202e}\u{2066}\u{200b}\t\"q\",\u{7f}";

/// A redirect in which everything that can come from the wire is hostile.
pub(super) fn hostile() -> Report {
    let text = || HOSTILE.to_owned();
    let mut redirect = not_followed();
    redirect.reason_phrase = text();
    redirect.method = text();
    redirect.call_id = text();
    redirect.client.user_agent = Some(text());
    redirect.server.product = Some(text());
    redirect.request = Some(Request { seen: seen(30, 30_000), uri: text() });
    redirect.contacts = vec![Contact { uri: text(), q: None, expires: None, usable: true }; 2];
    redirect.alternative = Some(Alternative {
        content_type: text(),
        kind: AlternativeKind::Other,
        service: Some(text()),
        action: Some(text()),
        reason: Some(text()),
        uris: vec![text()],
        media: vec![text()],
        text: Some(text()),
        meaning: Some(text()),
        expected: Some(text()),
    });
    redirect.attempts = vec![Attempt { method: text(), uri: text(), r#match: Some(text()), ..followed().attempts.remove(0) }];
    redirect.reason = text();
    for finding in &mut redirect.findings {
        finding.message = text();
        finding.primary.note = Some(text());
    }
    if let Some(future) = &mut redirect.future {
        future.requests = vec![LaterRequest { seen: seen(99, 99), method: text(), uri: text(), verdict: FutureVerdict::Kept }];
    }
    let fault = Fault { kind: "tcp-gap".to_owned(), count: 2, first_frame: None, detail: text(), limit: None };
    let captures = vec![Capture { path: text(), faults: vec![fault], ..capture() }];
    Report { captures, summary: Summary::of(std::slice::from_ref(&redirect)), redirects: vec![redirect], ..Report::default() }
}
