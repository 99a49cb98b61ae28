//! Takes a stage, gives the stories of a dialog in which one request is redirected.
//!
//! Invariant: the truth is written beside the deed, from RFC 3261, 12.2, and not from the program.

use std::net::SocketAddr;

use super::message::Request;
use super::stage::{Part, SECOND, Stage};
use super::uac::{Story, simple};

/// Every story, by name.
pub(crate) const STORIES: &[(&str, Story)] = &[
    ("a request of a dialog is followed", followed),
    ("a request of a dialog is not followed", not_followed),
    ("the route set of the dialog is dropped", routes_dropped),
    ("the dialog moves with the redirect", dialog_moved),
];

/// What a dialog has come to: its latest request of the client.
struct Dialog {
    latest: Request,
    ends: (SocketAddr, SocketAddr),
}

impl Dialog {
    /// A call that was answered; the proxy `stage.proxy` stays on the way where `routed`.
    fn begin(stage: &mut Stage, routed: bool) -> Self {
        let mut invite = stage.request();
        let first_hop = if routed { stage.proxy } else { stage.server };
        let ends = (stage.client, first_hop);
        if routed {
            invite.extra.push(route(stage));
        }
        stage.ask(ends.0, ends.1, stage.transport, &invite, Part::Other);
        let tag = stage.fresh("d");
        stage.wait(30_000);
        let mut extra = vec![format!("Contact: <{}>", stage.original())];
        if routed {
            extra.push(route(stage).replacen("Route", "Record-Route", 1));
        }
        stage.send(ends.1, ends.0, stage.transport, invite.response("200 OK", Some(&tag), &extra, None), Part::Other);
        invite.to = format!("{};tag={tag}", invite.to);
        let mut ack = Request { method: "ACK", body: None, ..invite.clone() };
        ack.vias = vec![stage.via(stage.client, stage.transport)];
        stage.ask(ends.0, ends.1, stage.transport, &ack, Part::Other);
        stage.now += 4 * SECOND;
        Self { latest: invite, ends }
    }

    /// The next request of the client inside the dialog.
    fn next(&mut self, stage: &mut Stage, method: &'static str, uri: &str) -> Request {
        let mut request = stage.again(&self.latest, uri, stage.transport);
        request.method = method;
        if method != "INVITE" {
            request.body = None;
        }
        self.latest = request.clone();
        request
    }

    /// A request of the dialog, which is redirected to target 0.
    fn redirected(&mut self, stage: &mut Stage, method: &'static str) -> Request {
        let value = simple(stage, 0).1;
        let request = self.next(stage, method, &stage.original());
        stage.ask(self.ends.0, self.ends.1, stage.transport, &request, Part::Asked);
        let tag = stage.redirect(self.ends, stage.transport, &request, "302 Moved Temporarily", &[format!("Contact: {value}")], None);
        stage.acknowledge(self.ends, stage.transport, &request, &tag);
        request
    }
}

fn route(stage: &Stage) -> String {
    format!("Route: <sip:{};lr>", stage.proxy)
}

/// The client sends `request`, by the dialog's own way or to target 0, and it is answered.
fn send(stage: &mut Stage, to: SocketAddr, request: &Request, part: Part, status: &str) {
    let ends = (stage.client, to);
    stage.ask(ends.0, ends.1, stage.transport, request, part);
    stage.close(ends, stage.transport, request, status);
}

fn method(stage: &mut Stage) -> &'static str {
    stage.chance.one_of(&["INFO", "MESSAGE", "OPTIONS", "INVITE"])
}

fn followed(stage: &mut Stage) {
    let routed = stage.chance.happens(50);
    let mut dialog = Dialog::begin(stage, routed);
    let method = method(stage);
    let asked = dialog.redirected(stage, method);
    let uri = simple(stage, 0).0;
    let retry = dialog.next(stage, method, &uri);
    // With a route set the request still goes by its first Route.
    let to = if routed { stage.proxy } else { stage.target(0, 5060) };
    send(stage, to, &retry, Part::Retry, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&asked, stage.client, 302, "correct");
}

fn not_followed(stage: &mut Stage) {
    let mut dialog = Dialog::begin(stage, false);
    let asked = dialog.redirected(stage, "INFO");
    stage.alive(9 * SECOND);
    stage.truth(&asked, stage.client, 302, "incorrect").broken.push("redirect-not-followed");
}

fn routes_dropped(stage: &mut Stage) {
    let mut dialog = Dialog::begin(stage, true);
    let asked = dialog.redirected(stage, "INFO");
    let uri = simple(stage, 0).0;
    let mut retry = dialog.next(stage, "INFO", &uri);
    retry.extra.retain(|line| !line.starts_with("Route:"));
    send(stage, stage.target(0, 5060), &retry, Part::Retry, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&asked, stage.client, 302, "incorrect").broken.push("dialog-route-set-changed");
}

/// A 3xx redirects one request; the next one of the dialog goes to the remote target as before.
fn dialog_moved(stage: &mut Stage) {
    let mut dialog = Dialog::begin(stage, false);
    let asked = dialog.redirected(stage, "INFO");
    let uri = simple(stage, 0).0;
    let retry = dialog.next(stage, "INFO", &uri);
    let target = stage.target(0, 5060);
    send(stage, target, &retry, Part::Retry, "200 OK");
    stage.now += 5 * SECOND;
    let bye = dialog.next(stage, "BYE", &uri);
    send(stage, target, &bye, Part::Other, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&asked, stage.client, 302, "incorrect").broken.push("dialog-target-replaced");
}
