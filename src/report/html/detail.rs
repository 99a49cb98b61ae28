//! Takes one redirect, gives its detail: who asked whom, what was offered, what the client tried, what came later, and each finding.

use std::io;

use super::super::model::{Alternative, Attempt, Contact, LaterRequest, Redirect, Sighting};
use super::super::phrases::{self, answer_delay_ms, is_companion, status};
use super::super::wording::{duration, socket};
use super::ladder::Frames;
use super::markup::html;
use super::{Shown, finding, ladder};

/// How many items of a list are shown before the rest is only counted.
const SHOWN: usize = 50;

pub(super) fn write(redirect: &Redirect, shown: &Shown<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let ladder = shown.ladders.get(redirect);
    let frames = &Frames { names: shown.names.at(redirect.response.seen.capture), ladder };
    html!(out, "<p class=\"reason\">{}</p>\n<dl>\n", redirect.reason)?;
    parties(redirect, out)?;
    exchange(redirect, frames, out)?;
    offers(redirect, out)?;
    attempts(redirect, frames, out)?;
    future(redirect, frames, out)?;
    ties(redirect, out)?;
    html!(out, "</dl>\n")?;
    if !redirect.findings.is_empty() {
        html!(out, "<div class=\"findings\">\n")?;
        redirect.findings.iter().try_for_each(|finding| finding::write(finding, redirect, frames, out))?;
        html!(out, "</div>\n")?;
    }
    ladder.map_or(Ok(()), |ladder| ladder::picture(ladder, shown.report, shown.names, out))
}

fn parties(redirect: &Redirect, out: &mut dyn io::Write) -> io::Result<()> {
    let client = &redirect.client;
    html!(out, "<dt>client</dt><dd><code>{}</code> ", socket(&client.address, client.port))?;
    if let Some(user_agent) = &client.user_agent {
        html!(out, "<code>{}</code> ", user_agent)?;
    }
    html!(out, "({})</dd>\n", phrases::role(client.role))?;
    let server = &redirect.server;
    html!(out, "<dt>server</dt><dd><code>{}/{}</code>", socket(&server.address, server.port), redirect.transport)?;
    if let Some(product) = &server.product {
        html!(out, " <code>{}</code>", product)?;
    }
    html!(out, "</dd>\n")
}

/// The request, the 3xx and its ACK, each with its frame.
fn exchange(redirect: &Redirect, frames: &Frames<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<dt>asked</dt><dd>")?;
    match &redirect.request {
        Some(request) => {
            seen(&request.seen, frames, out)?;
            html!(out, " <code>{} {}</code></dd>\n", redirect.method, request.uri)?;
        }
        None => html!(out, "<code>{}</code>, a request that is not in the capture</dd>\n", redirect.method)?,
    }
    let response = &redirect.response;
    html!(out, "<dt>answered</dt><dd>")?;
    seen(&response.seen, frames, out)?;
    html!(out, " <code>{}</code>", status(redirect))?;
    if let Some(delay) = answer_delay_ms(redirect) {
        html!(out, " after {}", duration(delay))?;
    }
    if !response.retransmissions.is_empty() {
        html!(out, ", again in {}", frames.names.frames(response.seen.capture, &response.retransmissions))?;
    }
    match &redirect.ack {
        Some(ack) => {
            html!(out, ", ACK in ")?;
            frames.write(ack.seen.place(), out)?;
        }
        None if redirect.method == "INVITE" => html!(out, ", no ACK seen")?,
        None => {}
    }
    let time = response.seen.moment.time();
    html!(out, "</dd>\n<dt>when</dt><dd>{}, Call-ID <code>{}</code></dd>\n", time, redirect.call_id)
}

/// The frame of a message, and the frames that carried it where these are several.
fn seen(message: &Sighting, frames: &Frames<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    frames.write(message.place(), out)?;
    match message.frames.as_slice() {
        [] | [_] => Ok(()),
        several => html!(out, " (carried by {})", frames.names.frames(message.capture, several)),
    }
}

/// Writes the first of `items` as a list, and counts the rest.
fn list<T>(items: &[T], out: &mut dyn io::Write, mut item: impl FnMut(&T, &mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    html!(out, "<ol>\n")?;
    for one in items.iter().take(SHOWN) {
        html!(out, "<li>")?;
        item(one, out)?;
        html!(out, "</li>\n")?;
    }
    html!(out, "</ol>")?;
    match items.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => html!(out, "and {} more", more),
    }
}

fn offers(redirect: &Redirect, out: &mut dyn io::Write) -> io::Result<()> {
    if redirect.contacts.is_empty() && redirect.alternative.is_none() {
        return html!(out, "<dt>offered</dt><dd>nothing: no Contact, no alternative in the body</dd>\n");
    }
    if !redirect.contacts.is_empty() {
        html!(out, "<dt>offered</dt><dd>")?;
        list(&redirect.contacts, out, offer)?;
        html!(out, "</dd>\n")?;
    }
    redirect.alternative.as_ref().map_or(Ok(()), |alternative| described(alternative, out))
}

fn offer(contact: &Contact, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<code>{}</code>", contact.uri)?;
    if let Some(q) = contact.q {
        html!(out, " q={}", q)?;
    }
    if let Some(expires) = contact.expires {
        html!(out, " expires={}", expires)?;
    }
    phrases::unusable(contact).map_or(Ok(()), |why| html!(out, " ({})", why))
}

/// What the body of a 380 describes, and what the client is to do.
fn described(alternative: &Alternative, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<dt>body</dt><dd><code>{}</code>", alternative.content_type)?;
    for (name, value) in [("type", &alternative.service), ("action", &alternative.action), ("reason", &alternative.reason)] {
        if let Some(value) = value {
            html!(out, ", {} <code>{}</code>", name, value)?;
        }
    }
    if !alternative.media.is_empty() {
        html!(out, ", media <code>{}</code>", alternative.media.join(" "))?;
    }
    if let Some(text) = &alternative.text {
        html!(out, ", text <q>{}</q>", text)?;
    }
    if !alternative.uris.is_empty() {
        list(&alternative.uris, out, |uri, out| html!(out, "<code>{}</code>", uri))?;
    }
    html!(out, "</dd>\n")?;
    for (name, words) in [("meaning", &alternative.meaning), ("expected", &alternative.expected)] {
        if let Some(words) = words {
            html!(out, "<dt>{}</dt><dd class=\"words\">{}</dd>\n", name, words)?;
        }
    }
    Ok(())
}

fn attempts(redirect: &Redirect, frames: &Frames<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<dt>tried</dt><dd>")?;
    match redirect.covered_ms {
        _ if !redirect.attempts.is_empty() => {
            list(&redirect.attempts, out, |attempt, out| tried(attempt, redirect.contacts.len(), frames, out))?;
        }
        Some(covered) => html!(out, "nothing; the capture shows the client for another {}", duration(covered))?,
        None => html!(out, "nothing; the capture does not show the client after the 3xx")?,
    }
    html!(out, "</dd>\n")
}

fn tried(attempt: &Attempt, contacts: usize, frames: &Frames<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    seen(&attempt.seen, frames, out)?;
    html!(
        out,
        " after {} <code>{} {}</code> → <code>{}</code>",
        duration(attempt.delay_ms),
        attempt.method,
        attempt.uri,
        attempt.destination
    )?;
    match (attempt.outcome, &attempt.transport_error) {
        (Some(outcome), _) => html!(out, ", got <b>{}</b>", outcome)?,
        (None, Some(error)) => html!(out, ", {}", error.replace('-', " "))?,
        (None, None) => html!(out, ", no final answer seen")?,
    }
    html!(out, " (")?;
    match attempt.contact {
        Some(contact) if contacts > 1 => html!(out, "Contact {}, ", u64::from(contact) + 1)?,
        Some(_) => html!(out, "the Contact, ")?,
        None => {}
    }
    if let Some(grade) = &attempt.r#match {
        html!(out, "match {}, ", grade)?;
    }
    if let Some(way) = phrases::next_hop(attempt.next_hop) {
        html!(out, "{}, ", way)?;
    }
    html!(out, "{})", phrases::link(attempt.link))
}

fn future(redirect: &Redirect, frames: &Frames<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(future) = &redirect.future else {
        return Ok(());
    };
    html!(out, "<dt>future</dt><dd>{}", phrases::future(redirect.status, future.verdict))?;
    if !future.requests.is_empty() {
        list(&future.requests, out, |request, out| later(request, frames, out))?;
    }
    html!(out, "</dd>\n")
}

fn later(request: &LaterRequest, frames: &Frames<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    seen(&request.seen, frames, out)?;
    html!(out, " <code>{} {}</code> ({})", request.method, request.uri, request.verdict)
}

/// What ties the redirect to others.
fn ties(redirect: &Redirect, out: &mut dyn io::Write) -> io::Result<()> {
    if redirect.chain.position > 1 {
        let first = redirect.chain.first;
        html!(out, "<dt>chain</dt><dd>redirect {} of the chain that began with ", redirect.chain.position)?;
        html!(out, "<a href=\"#r{}\">#{}</a></dd>\n", first, first)?;
    }
    match redirect.relayed_to {
        Some(upstream) => {
            // Companions hand on companions, and are numbered by themselves.
            let kind = if is_companion(redirect) { "c" } else { "" };
            html!(out, "<dt>relayed</dt><dd>to the client upstream, see <a href=\"#r{}{}\">#{}</a></dd>\n", kind, upstream, upstream)
        }
        None => Ok(()),
    }
}
