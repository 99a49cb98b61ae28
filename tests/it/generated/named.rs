//! Takes a stage, gives the stories of a Contact that has a name, which DNS resolves for the client in the capture or does not.
//!
//! Invariant: the truth is written beside the deed, from RFC 3263, and not from the program.

use std::net::SocketAddr;

use sip3xx::evidence::Transport;

use super::stage::{Part, SECOND, Stage};
use super::uac::{Begun, Story, begin};
use crate::support::dns_message;

/// Every story, by name.
pub(crate) const STORIES: &[(&str, Story)] = &[
    ("a name whose address is asked for", by_address),
    ("a name whose service is asked for", by_service),
    ("a name that nobody asks for", unasked),
    ("a name, and another address than its own", elsewhere),
    ("the second server of a service after the first was silent", second_server),
];

/// The name of this story alone.
fn name(stage: &mut Stage) -> String {
    format!("{}.far.example", stage.fresh("host"))
}

/// A 302 to a Contact at `name`, whose requests go over UDP.
fn begun(stage: &mut Stage, name: &str) -> (Begun, String) {
    stage.transport = Transport::Udp;
    let uri = format!("sip:line0@{name}");
    (begin(stage, &[format!("<{uri}>")], &[]), uri)
}

/// The client asks its resolver, and gets an answer of those lines.
fn resolve(stage: &mut Stage, answer: &[String]) {
    let lines: Vec<&str> = answer.iter().map(String::as_str).collect();
    let question: Vec<&str> =
        lines.iter().take(1).map(|line| line.match_indices(' ').nth(1).map_or(*line, |(at, _)| &line[..at])).collect();
    let resolver = stage.target(53, 53);
    let client = SocketAddr::new(stage.client.ip(), 40_000);
    for (from, to, lines) in [(client, resolver, &question), (resolver, client, &lines)] {
        stage.wait(3_000);
        let octets = dns_message::message(lines).expect("the lines are right");
        stage.send(from, to, Transport::Udp, octets, Part::Other);
    }
}

/// What DNS says of `name`: that it has the address of target `nth`.
fn address_of(stage: &Stage, name: &str, nth: u8) -> String {
    let ip = stage.target(nth, 5060).ip();
    format!("{name} {} {ip}", if ip.is_ipv6() { "AAAA" } else { "A" })
}

/// The client follows to target `nth` at `port`.
fn follow(stage: &mut Stage, begun: &Begun, uri: &str, nth: u8, port: u16) {
    let retry = stage.again(&begun.request, uri, Transport::Udp);
    let ends = (stage.client, stage.target(nth, port));
    stage.ask(ends.0, ends.1, Transport::Udp, &retry, Part::Retry);
    stage.close(ends, Transport::Udp, &retry, "200 OK");
    stage.alive(8 * SECOND);
}

fn by_address(stage: &mut Stage) {
    let name = name(stage);
    let (begun, uri) = begun(stage, &name);
    let answer = address_of(stage, &name, 0);
    resolve(stage, &[answer]);
    follow(stage, &begun, &uri, 0, 5060);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

fn by_service(stage: &mut Stage) {
    let name = name(stage);
    let (begun, uri) = begun(stage, &name);
    resolve(stage, &[format!("_sip._udp.{name} SRV 10 5 5070 one.{name}")]);
    let answer = address_of(stage, &format!("one.{name}"), 0);
    resolve(stage, &[answer]);
    follow(stage, &begun, &uri, 0, 5070);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

/// The client knew the address from before; the Request-URI shows that it followed.
fn unasked(stage: &mut Stage) {
    let name = name(stage);
    let (begun, uri) = begun(stage, &name);
    follow(stage, &begun, &uri, 0, 5060);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

/// RFC 3263, 4.2: an outbound proxy may stand there, so it is no more than a warning.
fn elsewhere(stage: &mut Stage) {
    let name = name(stage);
    let (begun, uri) = begun(stage, &name);
    let answer = address_of(stage, &name, 0);
    resolve(stage, &[answer]);
    follow(stage, &begun, &uri, 5, 5060);
    stage.truth(&begun.request, stage.client, begun.status, "correct").broken.push("dns-answer-ignored");
}

/// RFC 3263, 4.3: the next target of the answer is the same attempt, and no repetition.
fn second_server(stage: &mut Stage) {
    let name = name(stage);
    let (begun, uri) = begun(stage, &name);
    let hosts = [format!("one.{name}"), format!("two.{name}")];
    resolve(stage, &[format!("_sip._udp.{name} SRV 10 5 5060 {}", hosts[0]), format!("_sip._udp.{name} SRV 20 5 5060 {}", hosts[1])]);
    for (nth, host) in (0..).zip(&hosts) {
        let answer = address_of(stage, host, nth);
        resolve(stage, &[answer]);
    }
    let silent = stage.again(&begun.request, &uri, Transport::Udp);
    let first = stage.target(0, 5060);
    stage.ask(stage.client, first, Transport::Udp, &silent, Part::Retry);
    for after in [500_000, 1_000_000, 2_000_000] {
        stage.now += after;
        stage.send(stage.client, first, Transport::Udp, silent.write(), Part::Other);
    }
    stage.now += SECOND;
    let mut second = silent.clone();
    second.vias = vec![stage.via(stage.client, Transport::Udp)];
    let ends = (stage.client, stage.target(1, 5060));
    stage.ask(ends.0, ends.1, Transport::Udp, &second, Part::Other);
    stage.close(ends, Transport::Udp, &second, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}
