//! Takes one redirect, gives its block: the verdict and why, who was asked what and offered what, what the client tried, what came later,
//! and each finding with its clause and its frames.

use std::io;

use super::super::frames::{FrameNames, FramesAt};
use super::super::model::{Alternative, Attempt, Contact, Finding, LaterRequest, Level, Redirect, Sighting, Verdict};
use super::super::phrases::{self, answer_delay_ms, number, part_of, status};
use super::super::wording::{counted, duration, socket};
use super::page::{LABELS, Line, Page};
use super::tint;

/// How many items of a list a block shows before it only counts the rest.
const SHOWN_ITEMS: usize = 20;
/// How the URN of a service begins (RFC 5031, 4).
const SERVICE: &str = "urn:service:";

pub(super) fn write(redirect: &Redirect, names: &FrameNames, page: &mut Page<'_>) -> io::Result<()> {
    head(redirect, names, page)?;
    let names = &names.at(redirect.response.seen.capture);
    parties(redirect, page)?;
    exchange(redirect, names, page)?;
    offers(redirect, page)?;
    attempts(redirect, names, page)?;
    future(redirect, names, page)?;
    ties(redirect, page)?;
    for finding in &redirect.findings {
        page.blank()?;
        self::finding(finding, redirect, names, page)?;
    }
    Ok(())
}

fn head(redirect: &Redirect, names: &FrameNames, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = redirect.verdict.name().to_uppercase();
    let line = Line::new()
        .text(&number(redirect))
        .gap()
        .tinted(tint::verdict(redirect.verdict), &verdict)
        .text(&beside(redirect))
        .gap()
        .text(&status(redirect))
        .text(" to ")
        .text(&redirect.method)
        .text(", ")
        .whole(&names.frame(redirect.response.seen.capture, redirect.response.seen.frame));
    page.line(0, LABELS, &line)?;
    page.line(LABELS, LABELS, &Line::new().text(&redirect.reason))?;
    page.blank()
}

/// That warnings stand beside a verdict that does not show it.
fn beside(redirect: &Redirect) -> String {
    let warnings = redirect.findings.iter().filter(|finding| finding.level == Level::Warning).count();
    if redirect.verdict == Verdict::Incorrect || warnings == 0 {
        return String::new();
    }
    format!(" with {}", counted(warnings as u64, "warning"))
}

fn parties(redirect: &Redirect, page: &mut Page<'_>) -> io::Result<()> {
    let client = &redirect.client;
    let mut line = Line::new().text(&socket(&client.address, client.port));
    if let Some(user_agent) = &client.user_agent {
        line = line.gap().text(user_agent);
    }
    page.row("client", &line.gap().whole(&format!("({})", phrases::role(client.role))))?;

    let server = &redirect.server;
    let mut line = Line::new().text(&format!("{}/{}", socket(&server.address, server.port), redirect.transport));
    if let Some(product) = &server.product {
        line = line.gap().text(product);
    }
    page.row("server", &line)
}

/// The request, the 3xx and its ACK, each with its frame.
fn exchange(redirect: &Redirect, names: &FramesAt<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let line = match &redirect.request {
        Some(request) => seen(Line::new(), &request.seen, names).gap().text(&redirect.method).text(" ").text(&request.uri),
        None => Line::new().text(&redirect.method).text(", a request that is not in the capture"),
    };
    page.row("asked", &line)?;

    let response = &redirect.response;
    let mut line = seen(Line::new(), &response.seen, names).gap().text(&status(redirect));
    if let Some(delay) = answer_delay_ms(redirect) {
        line = line.text(" after ").whole(&duration(delay));
    }
    if !response.retransmissions.is_empty() {
        line = line.text(", again in ").text(&names.frames(response.seen.capture, &response.retransmissions));
    }
    match &redirect.ack {
        Some(ack) => line = line.text(", ACK in ").whole(&names.frame(ack.seen.capture, ack.seen.frame)),
        None if redirect.method == "INVITE" => line = line.text(", no ACK seen"),
        None => {}
    }
    page.row("answered", &line)?;
    page.row("when", &Line::new().text(&response.seen.moment.time()).text(", Call-ID ").text(&redirect.call_id))
}

/// The line with the frame of a message, and the frames that carried it where these are several.
fn seen(line: Line, message: &Sighting, names: &FramesAt<'_>) -> Line {
    let line = line.whole(&names.frame(message.capture, message.frame));
    match message.frames.as_slice() {
        [] | [_] => line,
        several => line.text(" (carried by ").text(&names.frames(message.capture, several)).text(")"),
    }
}

fn offers(redirect: &Redirect, page: &mut Page<'_>) -> io::Result<()> {
    let mut label = "offered";
    let several = redirect.contacts.len() > 1;
    for (nth, contact) in (1..).zip(redirect.contacts.iter().take(SHOWN_ITEMS)) {
        let number = if several { format!("{nth}. ") } else { String::new() };
        page.row(label, &offer(Line::new().text(&number), contact))?;
        label = "";
    }
    if let Some(more) = redirect.contacts.len().checked_sub(SHOWN_ITEMS).filter(|more| *more > 0) {
        page.row(label, &Line::new().text(&format!("and {more} more")))?;
    }
    if let Some(alternative) = &redirect.alternative {
        page.row(label, &described(alternative))?;
        label = "";
        for (name, words) in [("meaning", &alternative.meaning), ("expected", &alternative.expected)] {
            if let Some(words) = words {
                page.row(name, &Line::new().text(words))?;
            }
        }
    }
    if label.is_empty() { Ok(()) } else { page.row(label, &Line::new().text("nothing: no Contact, no alternative in the body")) }
}

fn offer(line: Line, contact: &Contact) -> Line {
    let mut line = line.text(&contact.uri);
    if let Some(q) = contact.q {
        line = line.gap().text(&format!("q={q}"));
    }
    if let Some(expires) = contact.expires {
        line = line.gap().text(&format!("expires={expires}"));
    }
    let is_service = contact.uri.get(..SERVICE.len()).is_some_and(|start| start.eq_ignore_ascii_case(SERVICE));
    match (contact.usable, is_service) {
        (true, _) => line,
        (false, true) => line.gap().whole("(names a service, no address)"),
        (false, false) => line.gap().whole("(no SIP client can ask there)"),
    }
}

fn described(alternative: &Alternative) -> Line {
    let mut line = Line::new().text("in the body (").text(&alternative.content_type).text(")");
    for (name, value) in [("type", &alternative.service), ("action", &alternative.action), ("reason", &alternative.reason)] {
        if let Some(value) = value {
            line = line.text(&format!(", {name} ")).text(value);
        }
    }
    for (nth, uri) in alternative.uris.iter().enumerate().take(SHOWN_ITEMS) {
        line = line.text(if nth == 0 { ": " } else { ", " }).text(uri);
    }
    match alternative.uris.len().saturating_sub(SHOWN_ITEMS) {
        0 => {}
        more => line = line.text(&format!(" and {more} more")),
    }
    if !alternative.media.is_empty() {
        line = line.text(", media ").text(&alternative.media.join(" "));
    }
    match &alternative.text {
        Some(text) => line.text(", text \"").text(text).text("\""),
        None => line,
    }
}

fn attempts(redirect: &Redirect, names: &FramesAt<'_>, page: &mut Page<'_>) -> io::Result<()> {
    if redirect.attempts.is_empty() {
        let line = match redirect.covered_ms {
            Some(covered) => Line::new().text("nothing; the capture shows the client for another ").whole(&duration(covered)),
            None => Line::new().text("nothing; the capture does not show the client after the 3xx"),
        };
        return page.row("tried", &line);
    }
    let mut label = "tried";
    for attempt in redirect.attempts.iter().take(SHOWN_ITEMS) {
        page.row(label, &tried(attempt, redirect.contacts.len(), names))?;
        label = "";
    }
    match redirect.attempts.len().saturating_sub(SHOWN_ITEMS) {
        0 => Ok(()),
        more => page.row(label, &Line::new().text(&format!("and {more} more"))),
    }
}

fn tried(attempt: &Attempt, contacts: usize, names: &FramesAt<'_>) -> Line {
    let line = seen(Line::new(), &attempt.seen, names).text(" after ").whole(&duration(attempt.delay_ms)).gap();
    let line = line.text(&attempt.method).text(" ").text(&attempt.uri).text(" -> ").text(&attempt.destination);
    let line = match (attempt.outcome, &attempt.transport_error) {
        (Some(outcome), _) => line.text(", ").whole(&format!("got {outcome}")),
        (None, Some(error)) => line.text(", ").whole(&error.replace('-', " ")),
        (None, None) => line.text(", ").whole("no final answer seen"),
    };
    let mut line = line.gap().text("(");
    if let Some(contact) = attempt.contact {
        let name = if contacts > 1 { format!("Contact {}", u64::from(contact) + 1) } else { "the Contact".to_owned() };
        line = line.text(&name).text(", ");
    }
    if let Some(grade) = &attempt.r#match {
        line = line.text("match ").text(grade).text(", ");
    }
    if let Some(way) = phrases::next_hop(attempt.next_hop) {
        line = line.text(way).text(", ");
    }
    line.text(phrases::link(attempt.link)).text(")")
}

fn future(redirect: &Redirect, names: &FramesAt<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let Some(future) = &redirect.future else {
        return Ok(());
    };
    page.row("future", &Line::new().text(phrases::future(redirect.status, future.verdict)))?;
    for request in future.requests.iter().take(SHOWN_ITEMS) {
        page.row("", &later(request, names))?;
    }
    match future.requests.len().saturating_sub(SHOWN_ITEMS) {
        0 => Ok(()),
        more => page.row("", &Line::new().text(&format!("and {more} more"))),
    }
}

fn later(request: &LaterRequest, names: &FramesAt<'_>) -> Line {
    let line = seen(Line::new(), &request.seen, names).gap().text(&request.method).text(" ").text(&request.uri);
    line.gap().text(&format!("({})", request.verdict))
}

/// What ties the redirect to others.
fn ties(redirect: &Redirect, page: &mut Page<'_>) -> io::Result<()> {
    if redirect.chain.position > 1 {
        let text = format!("redirect {} of the chain that began with #{}", redirect.chain.position, redirect.chain.first);
        page.row("chain", &Line::new().text(&text))?;
    }
    if let Some(upstream) = redirect.relayed_to {
        page.row("relayed", &Line::new().text(&format!("to the client upstream, see #{upstream}")))?;
    }
    Ok(())
}

/// A finding: the rule with its clause, the sentence, and the messages that prove it, the one that breaks the rule first.
fn finding(finding: &Finding, redirect: &Redirect, names: &FramesAt<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let level = finding.level.name().to_uppercase();
    let known = if finding.known { " (known)" } else { "" };
    let mut line = Line::new().tinted(tint::level(finding.level), &level).text(known).gap().tinted(tint::RULE, &finding.rule);
    line = line.gap().text(&format!("{}, ", finding.party));
    if let Some(strength) = &finding.strength {
        line = line.whole(strength).text(", ");
    }
    page.line(LABELS, LABELS + 4, &line.whole(&finding.clause))?;

    let body = LABELS + 4;
    page.line(body, body, &Line::new().text(&finding.message))?;
    for evidence in std::iter::once(&finding.primary).chain(&finding.related).take(SHOWN_ITEMS) {
        let mut line = Line::new().whole(&names.frame(evidence.capture, evidence.frame));
        match (&evidence.note, part_of(evidence, redirect)) {
            (Some(note), _) => line = line.text(": ").text(note),
            (None, Some(part)) => line = line.text(": ").text(&part),
            (None, None) => {}
        }
        page.line(body, body + 4, &line)?;
    }
    match finding.related.len().saturating_add(1).saturating_sub(SHOWN_ITEMS) {
        0 => Ok(()),
        more => page.line(body, body, &Line::new().text(&format!("and {more} more"))),
    }
}
