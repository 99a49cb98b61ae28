//! Takes a redirect, gives a finding where a handset went on waiting for its emergency registration, or for a sign of life from its emergency
//! call, beyond the longest time that it may.
//!
//! 3GPP TS 24.229, table 7.8.1: `emerg-reg` is 8 s to 20 s, `emerg-request` 5 s to 15 s. Only what did come in the end, and late, proves that
//! it was waited for; a handset that tries another domain meanwhile cannot be seen.

use super::emergency::{registration, says_emergency};
use crate::call::{Attempt, Link, Outcome, Redirect, SECOND};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

/// The most that an emergency registration may take.
const EMERG_REG: i64 = 20 * SECOND;
/// The most that an emergency call may go without a provisional or final response.
const EMERG_REQUEST: i64 = 15 * SECOND;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "emergency-timer-exceeded",
    section: Section::Alternative,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Shall,
    clause: Clause::ts24229("7.8"),
    summary: "the handset waited longer for its emergency registration or call than it may",
    rationale: "Two timers bound how long somebody in need waits for a network that does not answer: 20 s for the registration and 15 s for \
                the first sign of the call, at the most. When one runs out, the handset is to try another network or the circuit-switched \
                domain. One that waits on wastes the time that they are there to save.",
    remedy: "Start emerg-reg with the emergency registration and emerg-request with the INVITE, and leave this network when one runs out.",
    example: "REGISTER, Contact: <sip:ue;sos> -> 24 s -> 200 -> INVITE urn:service:sos\n\
              right: REGISTER -> 20 s without a 200 -> the circuit-switched domain",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    if !says_emergency(redirect) {
        return None;
    }
    let (first, done, bound, words) =
        slow_registration(redirect).or_else(|| redirect.attempts.iter().find_map(|call| slow_call(redirect, call)))?;
    let took = done.time.nanos_since(first.request.time);
    let message = format!("{words} {} after {}, of the {} that it may take", done.status, seconds(took), seconds(bound));
    Some(
        Draft::at(done.place, message)
            .with(first.request.place, "what it answers")
            .with(redirect.response.place, "asks for the emergency call"),
    )
}

type Slow<'a> = (&'a Attempt, Outcome, i64, String);

/// An emergency registration that was granted late, from its first request on.
fn slow_registration(redirect: &Redirect) -> Option<Slow<'_>> {
    let first = registration(redirect)?;
    let all = redirect.attempts.iter().filter(|attempt| attempt.link == Link::EmergencyRegistration);
    let granted = all.filter_map(|attempt| attempt.outcome).find(|outcome| (200..300).contains(&outcome.status))?;
    (granted.time.nanos_since(first.request.time) > EMERG_REG)
        .then(|| (first, granted, EMERG_REG, "the emergency registration got its".to_owned()))
}

/// An emergency call whose first sign came late, while nothing else was tried.
fn slow_call<'a>(redirect: &Redirect, call: &'a Attempt) -> Option<Slow<'a>> {
    let sign = call.rang.or(call.outcome).filter(|sign| sign.status < 300)?;
    let is_slow = call.link == Link::EmergencyCall && sign.time.nanos_since(call.request.time) > EMERG_REQUEST;
    let moved_on = |other: &Attempt| other.request.time > call.request.time && other.request.time < sign.time;
    let was_cancelled = call.outcome.is_some_and(|outcome| outcome.status == 487);
    (is_slow && !was_cancelled && !redirect.attempts.iter().any(moved_on))
        .then(|| (call, sign, EMERG_REQUEST, format!("the call to {} got its first sign,", text(call.uri.as_bytes()))))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn after(rest: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:117@192.0.2.20
             0.1 server > client 380 | Content-Type: application/3gpp-ims+xml | body: <ims-3gpp version=\"1\"><alternative-service>\
                 <type>emergency</type></alternative-service></ims-3gpp>
             0.2 client > server ACK
             {rest}
             200 end"
        )
    }

    const REGISTER: &str = "client > server REGISTER sip:ims.example | Contact: <sip:alice@192.0.2.10;sos> | Call-ID: reg";
    const CALL: &str = "client > server INVITE urn:service:sos | Call-ID: two";

    #[test]
    fn a_registration_is_waited_for_twenty_seconds() {
        let register =
            |granted: f64| format!("1 {REGISTER}\n2 server > client 401\n3 {REGISTER}\n{granted} server > client 200\n30 {CALL}");
        let found = findings(&RULE, &after(&register(25.0)));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Warning);
        assert_eq!(finding.message, "the emergency registration got its 200 after 24.0 s, of the 20.0 s that it may take");
        assert_eq!(levels(&RULE, &after(&register(20.0))), []);
        assert_eq!(levels(&RULE, &after(&register(25.0).replace("client 200", "client 408"))), [], "it was given up");
    }

    #[test]
    fn a_call_is_waited_for_fifteen_seconds() {
        let call = |sign: f64| format!("1 {CALL}\n1.1 server > client 100\n{sign} server > client 180\n40 server > client 200");
        let found = findings(&RULE, &after(&call(18.0)));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.message, "the call to urn:service:sos got its first sign, 180 after 17.0 s, of the 15.0 s that it may take");
        assert_eq!(levels(&RULE, &after(&call(16.0))), []);
    }

    #[test]
    fn whoever_tries_elsewhere_meanwhile_did_not_wait() {
        let rest = format!("1 {CALL}\n17 client > other INVITE urn:service:sos | Call-ID: three\n18 server > client 180 INVITE");
        assert_eq!(levels(&RULE, &after(&rest).replace("18 server > client 180 INVITE\n", "")), []);
    }

    #[test]
    fn silence_may_be_the_circuit_switched_domain() {
        assert_eq!(levels(&RULE, &after(&format!("1 {CALL}"))), []);
        assert_eq!(levels(&RULE, &after(&format!("1 {REGISTER}"))), []);
    }
}
