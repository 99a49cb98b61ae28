//! Takes a redirected request inside a dialog, gives a finding where the client took the Contact for the new remote target of the dialog.
//!
//! RFC 3261, 12.2.1.2: a 2xx to a target refresh replaces the remote target; a 3xx is for the one request that it answers.

use crate::call::{Redirect, refreshes_target};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "dialog-target-replaced",
    section: Section::Special,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("12.2.1.2"),
    summary: "a later request of a dialog went to the Contact of a 3xx in it",
    rationale: "The peer of the dialog is still where it was; the element at the Contact was asked to take one request and knows nothing of the \
                dialog. It answers 481 to the next one, so a BYE never ends the call, and its charge goes on.",
    remedy: "Send the redirected request to the Contact, and every later request of the dialog to the remote target that the last 2xx to a \
             target refresh has named.",
    example: "INFO sip:bob@a, in a dialog -> 302, Contact: <sip:bob@b> -> INFO sip:bob@b -> BYE sip:bob@b\n\
              right: BYE sip:bob@a",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let request = redirect.request.as_ref().filter(|request| request.message.to_tag().is_some())?;
    let later = redirect.in_dialog.first()?;
    let uri = Uri::parse(later.message.request_uri()?);
    // What the other side sent, or an attempt that may have been answered with success, can have replaced the remote target rightly.
    let is_served = |outcome: Option<u16>| outcome.is_none_or(|status| status < 300);
    let is_refreshed = redirect.refreshed.is_some()
        || (refreshes_target(&redirect.method) && redirect.attempts.iter().any(|attempt| is_served(attempt.outcome.map(|it| it.status))));
    let original = redirect.original.as_ref().filter(|original| !original.equals(&uri) && !is_refreshed)?;
    let message = format!(
        "{} inside the dialog went to {}, a Contact of the {}; its remote target is {}",
        text(later.message.method()),
        text(uri.as_bytes()),
        redirect.status,
        text(original.as_bytes()),
    );
    Some(
        Draft::at(later.place, message)
            .with(redirect.response.place, "the redirect, which was for one request alone")
            .with(request.place, "went to the remote target"),
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    const DIALOG: &str = "To: <sip:bob@192.0.2.20>;tag=bob1";

    fn inside(method: &str, rest: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 200
             5.0 client > server {method} sip:bob@192.0.2.20 | {DIALOG}
             5.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             5.2 client > target {method} sip:bob@198.51.100.30 | {DIALOG}
             {rest}
             60 end"
        )
    }

    fn after(method: &str, status: u16, rest: &str) -> Vec<Level> {
        levels(&RULE, &inside(method, &format!("5.3 target > client {status}\n{rest}")))
    }

    const BYE: &str = "9 client > target BYE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>;tag=bob1";

    #[test]
    fn the_next_request_at_the_contact_is_an_error() {
        let found = findings(&RULE, &inside("INFO", &format!("5.3 target > client 200\n{BYE}")));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Error);
        assert_eq!(
            finding.message,
            "BYE inside the dialog went to sip:bob@198.51.100.30, a Contact of the 302; its remote target is sip:bob@192.0.2.20"
        );
        assert_eq!(after("INFO", 200, &BYE.replace("BYE", "INFO")), [Level::Error]);
        assert_eq!(after("INVITE", 488, BYE), [Level::Error]);
    }

    #[test]
    fn the_remote_target_stays_where_it_was() {
        assert_eq!(after("INFO", 200, &BYE.replace("198.51.100.30 ", "192.0.2.20 ").replace("target", "server")), []);
    }

    #[test]
    fn a_target_refresh_replaces_it() {
        for method in ["INVITE", "UPDATE"] {
            assert_eq!(after(method, 200, BYE), [], "{method}");
        }
        let by_peer = "6 target > client UPDATE sip:alice@192.0.2.10 | From: <sip:bob@192.0.2.20>;tag=bob1 | To: <sip:alice@atlanta.example>;tag=alice";
        assert_eq!(after("INFO", 200, &format!("{by_peer}\n{BYE}")), []);
        assert_eq!(after("INFO", 200, &format!("{}\n{BYE}", by_peer.replace("UPDATE", "INFO"))), [Level::Error]);
    }

    #[test]
    fn what_another_redirect_or_another_dialog_asked_is_right() {
        let again = "8 client > server BYE sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=bob1
            8.1 server > client 302 | Contact: <sip:bob@198.51.100.30>";
        assert_eq!(after("INFO", 200, &format!("{again}\n{BYE}")), []);
        assert_eq!(after("INFO", 200, &BYE.replace("bob1", "other")), []);
        assert_eq!(after("INFO", 200, &BYE.replace("BYE", "PRACK")), []);
    }
}
