//! Holds the verdicts over 380 to calls as they stand on the wire: over every transport, through proxies, of several handsets at once, from
//! other addresses, and with bodies of every kind.

use crate::rules::engine::{Selection, judge};
use crate::rules::scene::{play, reason};

/// The verdict of each 380 in a script with its number of attempts, in the order in which the 380 came.
#[track_caller]
fn verdicts(script: &str) -> Vec<(&'static str, usize)> {
    let scene = play(script);
    let mut redirects: Vec<_> = scene.redirects.iter().collect();
    redirects.sort_by_key(|redirect| redirect.id);
    redirects.into_iter().map(|redirect| (judge(redirect, &Selection::default()).verdict.name(), redirect.attempts.len())).collect()
}

fn ims(content: &str) -> String {
    format!(
        "Contact: <urn:service:sos> | Content-Type: application/3gpp-ims+xml | \
         body: <ims-3gpp version=\"1\"><alternative-service>{content}</alternative-service></ims-3gpp>"
    )
}

fn emergency() -> String {
    ims("<type>emergency</type><reason>none</reason>")
}

/// What follows a refused INVITE; the capture goes on long enough.
fn refused(offer: &str, rest: &str) -> String {
    format!(
        "0.0 client > server INVITE sip:117@192.0.2.20 | Contact: <sip:alice@192.0.2.10>;+sip.instance=\"<urn:gsma:imei:1-1-0>\"
         0.1 server > client 380 | {offer}
         0.2 client > server ACK
         {rest}
         300 end"
    )
}

const CALL: &str = "client > server INVITE urn:service:sos | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2";
const ANONYMOUS: &str = "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=9";

#[test]
fn an_emergency_call_is_right_over_every_transport_and_either_protocol() {
    let script = refused(&emergency(), &format!("0.5 {CALL}\n0.6 server > client 200"));
    assert_eq!(verdicts(&script), [("correct", 1)]);
    assert_eq!(verdicts(&script.replace("> server", "> server/tcp").replace("> client", "> client/tcp")), [("correct", 1)]);
    let v6 = script.replace("client >", "[2001:db8::10]:5060 >").replace("> client", "> [2001:db8::10]:5060");
    let v6 = v6.replace("server >", "[2001:db8::20]:5060 >").replace("> server", "> [2001:db8::20]:5060");
    assert_eq!(verdicts(&v6), [("correct", 1)]);
}

#[test]
fn silence_is_never_held_against_a_handset() {
    assert_eq!(verdicts(&refused(&emergency(), "")), [("inconclusive", 0)]);
    assert!(reason(&refused(&emergency(), "")).ends_with("circuit-switched domain, which no SIP capture shows"));
    let action = ims("<type>emergency</type><action>emergency-registration</action>");
    assert_eq!(verdicts(&refused(&action, "")), [("inconclusive", 0)]);
    let registered =
        "0.5 client > server REGISTER sip:ims.example | Contact: <sip:alice@192.0.2.10;sos> | Call-ID: reg\n0.6 server > client 200";
    assert_eq!(verdicts(&refused(&action, registered)), [("inconclusive", 1)]);
}

#[test]
fn a_call_from_another_address_is_known_by_its_caller() {
    let elsewhere = CALL.replace("client", "198.51.100.77:5060");
    assert_eq!(verdicts(&refused(&emergency(), &format!("0.5 {elsewhere}"))), [("correct", 1)]);
    // The number in a tel URI and in a SIP URI of another domain is the same caller.
    let script = refused(&emergency(), &format!("0.5 {elsewhere}"));
    let script = script.replace("sip:117@192.0.2.20 |", "sip:117@192.0.2.20 | From: <tel:+15550117>;tag=1 |");
    assert_eq!(verdicts(&script.replace("<sip:alice@atlanta.example>;tag=2", "<sip:+15550117@ims.example>;tag=2")), [("correct", 1)]);
    // So is one whom the asserted identity names.
    let asserted = "<sip:e1@ims.example>;tag=2 | P-Preferred-Identity: <tel:+15550117>";
    assert_eq!(verdicts(&script.replace("<sip:alice@atlanta.example>;tag=2", asserted)), [("correct", 1)]);
}

#[test]
fn an_anonymous_call_from_another_address_is_the_one_that_is_waited_for() {
    let call = format!("0.9 198.51.100.77:5060 > other INVITE urn:service:sos | Call-ID: two | {ANONYMOUS}");
    for content in ["<type>emergency</type>", "<type>emergency</type><action>anonymous-emergencycall</action>"] {
        assert_eq!(verdicts(&refused(&ims(content), &call)), [("correct", 1)], "{content}");
    }
    let named = "Contact: <sip:198.51.100.77>;+sip.instance=\"<urn:gsma:imei:1-1-0>\"";
    assert_eq!(verdicts(&refused(&emergency(), &format!("{call} | {named}"))), [("correct", 1)]);
    let another = named.replace("1-1-0", "2-2-0");
    assert_eq!(verdicts(&refused(&emergency(), &format!("{call} | {another}"))), [("inconclusive", 0)], "another handset's");
    assert_eq!(verdicts(&refused(&emergency(), &call.replace("0.9", "90"))), [("inconclusive", 0)], "much later");
    assert_eq!(verdicts(&refused(&ims("<type>restoration</type>"), &call)), [("inconclusive", 0)], "none was asked for");
}

#[test]
fn two_handsets_that_dial_the_same_number_are_told_apart() {
    let second = "client2 > server INVITE sip:117@192.0.2.20 | Call-ID: b | From: <sip:bob@atlanta.example>;tag=b";
    let script = |rest: &str| {
        let rest = format!("0.3 {second}\n0.4 server > client2 380 | {}\n0.5 client2 > server ACK\n{rest}", emergency());
        refused(&emergency(), &rest).replace("client2", "192.0.2.11:5060")
    };
    let theirs = CALL.replace("client", "client2").replace("alice", "bob").replace("two", "three");
    assert_eq!(verdicts(&script(&format!("0.7 {CALL}\n0.8 {theirs}"))), [("correct", 1), ("correct", 1)]);
    assert_eq!(verdicts(&script(&format!("0.7 {theirs}"))), [("inconclusive", 0), ("correct", 1)]);
    // Of two that might have made it nobody knows which did.
    let nobody = format!("0.9 198.51.100.77:5060 > other INVITE urn:service:sos | Call-ID: two | {ANONYMOUS}");
    assert_eq!(verdicts(&script(&nobody)), [("inconclusive", 0), ("inconclusive", 0)]);
}

#[test]
fn two_users_at_one_address_are_told_apart_by_their_registrations() {
    let register = |user: &str, port: u16| {
        format!(
            "0.0 192.0.2.10:{port} > server REGISTER sip:ims.example | Call-ID: r{user} | To: <sip:{user}@atlanta.example>
             0.0 server > 192.0.2.10:{port} 200 | Path: <sip:192.0.2.20;lr>"
        )
    };
    let call = CALL.replace("client", "192.0.2.10:5070").replace("alice", "bob");
    let script = format!("{}\n{}\n{}", register("alice", 5060), register("bob", 5070), refused(&emergency(), &format!("0.5 {call}")));
    let script = script.replace("client 380 |", "client 380 | P-Asserted-Identity: <sip:192.0.2.20;lr> |");
    assert_eq!(verdicts(&script), [("inconclusive", 0)]);
    assert_eq!(verdicts(&script.replace("bob", "alice")), [("correct", 1)]);
}

#[test]
fn a_named_stranger_from_another_port_is_somebody_else_unless_a_connection_explains_the_port() {
    let call = CALL.replace("client", "192.0.2.10:5070").replace("alice", "bob");
    let script = refused(&emergency(), &format!("0.5 {call}")).replace(";+sip.instance=\"<urn:gsma:imei:1-1-0>\"", "");
    assert_eq!(verdicts(&script), [("inconclusive", 0)]);
    assert_eq!(verdicts(&script.replace("192.0.2.10:5070", "192.0.2.10:5060")), [("correct", 1)]);
    assert_eq!(verdicts(&script.replace("> server", "> server/tcp").replace("> client", "> client/tcp")), [("correct", 1)]);
    let registered = "0.3 192.0.2.10:5070 > server REGISTER sip:ims.example | Call-ID: r | Contact: <sip:bob@192.0.2.10:5070>;sos
                      0.4 server > 192.0.2.10:5070 200";
    let behind = script.replace("0.5 ", &format!("{registered}\n0.5 ")).replace("sip:alice@atlanta", "sip:bob@atlanta");
    assert_eq!(verdicts(&behind).first().map(|(verdict, _)| *verdict), Some("correct"));
}

#[test]
fn the_same_user_by_other_means_is_an_alternative() {
    let page = "Content-Type: text/html | body: <a href=\"sip:reception@203.0.113.40\">reception</a>";
    let again = |rest: &str| {
        let media = "Content-Type: application/sdp | body: v=0\\nm=audio 4000 RTP/AVP 0\\nm=video 4002 RTP/AVP 96\\n";
        let script = refused(page, rest);
        script.replacen("INVITE sip:117@192.0.2.20 |", &format!("INVITE sip:117@192.0.2.20 | {media} |"), 1)
    };
    assert_eq!(verdicts(&again("")), [("incorrect", 0)]);
    let message = "9 client > server MESSAGE sip:117@192.0.2.20 | Call-ID: two | CSeq: 1 | Content-Type: text/plain | body: call me";
    assert_eq!(verdicts(&again(message)), [("correct", 1)]);
    assert!(reason(&again(message)).starts_with("the same user was tried by other means: MESSAGE"), "{}", reason(&again(message)));
    let options = message.replace("MESSAGE", "OPTIONS");
    assert_eq!(verdicts(&again(&options)), [("incorrect", 0)]);
    let offer = |media: &str| {
        format!("9 client > server INVITE sip:117@192.0.2.20 | CSeq: 2 | Content-Type: application/sdp | body: v=0\\n{media}\\n")
    };
    assert_eq!(verdicts(&again(&offer("m=audio 4000 RTP/AVP 0"))), [("correct", 1)]);
    assert_eq!(verdicts(&again(&offer("m=audio 4000 RTP/AVP 0\\nm=video 4002 RTP/AVP 96"))), [("incorrect", 1)]);
}

#[test]
fn a_message_to_the_refused_number_is_no_call_for_help_and_no_registration() {
    let message = "0.9 client > server MESSAGE sip:117@192.0.2.20 | Call-ID: two | CSeq: 1 | Content-Type: text/plain | body: help";
    assert_eq!(verdicts(&refused(&emergency(), message)), [("inconclusive", 0)]);
    let restoration = ims("<type>restoration</type><action>initial-registration</action>");
    assert_eq!(verdicts(&refused(&restoration, message)), [("inconclusive", 0)]);
}

#[test]
fn another_registrar_is_an_alternative_to_a_refused_registration_alone() {
    let page = "Content-Type: text/html | body: <a href=\"sip:other.example\">our other registrar</a>";
    let register = "0.9 client > other REGISTER sip:other.example | Call-ID: two | CSeq: 1 | From: <sip:alice@atlanta.example>;tag=2";
    let call = refused(page, register);
    assert_eq!(verdicts(&call), [("incorrect", 0)]);
    let registration = call.replacen("INVITE sip:117@192.0.2.20", "REGISTER sip:192.0.2.20", 1).replace("0.2 client > server ACK\n", "");
    assert_eq!(verdicts(&registration), [("correct", 1)]);
}

#[test]
fn whoever_turns_to_a_host_of_the_body_may_be_served_outside_sip() {
    let page = |web: &str| format!("Content-Type: text/html | body: <a href=\"sip:desk@203.0.113.40\">desk</a> <a href=\"{web}\">help</a>");
    let after = |web: &str, seen: &str| verdicts(&refused(&page(web), seen)).first().map(|(verdict, _)| *verdict);
    let told = "0.3 resolver > client DNS help.example A 203.0.113.80\n".replace("resolver", "192.0.2.53:53");
    for (web, seen, expected) in [
        ("http://203.0.113.80/x", "0.9 client > 203.0.113.80:80 SYN", "inconclusive"),
        ("http://203.0.113.80/x", "0.9 client > 203.0.113.80:443 SYN", "inconclusive"),
        ("http://[2001:db8::80]/x", "0.9 client > [2001:db8::80]:80 SYN", "inconclusive"),
        ("http://203.0.113.80:8080/x", "0.9 client > 203.0.113.80:80 SYN", "incorrect"),
        ("http://203.0.113.80/x", "0.9 client > 203.0.113.80:5060 SYN", "incorrect"),
        ("http://203.0.113.80/x", "0.9 client > 203.0.113.81:80 SYN", "incorrect"),
        ("https://help.example/x", "0.9 client > 203.0.113.80:443 HELLO help.example", "inconclusive"),
        ("https://help.example/x", "0.9 client > 203.0.113.80:443 HELLO other.example", "incorrect"),
        ("http://help.example/x", "0.9 client > 203.0.113.80:80 HTTP help.example", "inconclusive"),
        ("http://help.example/x", "0.9 client > 203.0.113.80:80 HTTP other.example", "incorrect"),
        ("http://help.example/x", "0.9 client > 203.0.113.80:80 HTTP xcap.help.example", "incorrect"),
        ("http://help.example/x", "0.9 server > 203.0.113.80:80 HTTP help.example", "incorrect"),
        // A phone asks the web server of a domain for much that is no call.
        ("sip:desk@help.example", "0.9 client > 203.0.113.80:80 HTTP help.example", "incorrect"),
        // A connection to the desk that did not come to stand, or whose inside is not known.
        ("mailto:help", "0.9 client > 203.0.113.40:5060 SYN", "inconclusive"),
        ("mailto:help", "0.9 client > 203.0.113.40:5061 HELLO", "inconclusive"),
    ] {
        assert_eq!(after(web, seen), Some(expected), "{web} {seen}");
    }
    let before = format!(
        "0.0 192.0.2.53:53 > client DNS help.example A 203.0.113.80\n{}",
        refused(&page("http://help.example"), "0.9 client > 203.0.113.80:80 SYN")
    );
    assert_eq!(verdicts(&before), [("inconclusive", 0)], "the name was known before");
    let of_web = refused(&page("http://help.example"), &format!("{told}0.9 client > 203.0.113.80:80 HTTP help.example"));
    assert!(reason(&of_web).contains("opened a connection to 203.0.113.80:80 for help.example in frame"), "{}", reason(&of_web));
    let followed = "0.9 client > 203.0.113.40:5060 SYN\n1.0 client > other/tcp INVITE sip:desk@203.0.113.40 | Call-ID: two";
    assert_eq!(after("mailto:help", followed), Some("correct"));
}

#[test]
fn an_alternative_of_which_only_the_answer_is_seen_may_have_been_tried() {
    let page = "Content-Type: text/html | body: <a href=\"sip:desk@203.0.113.40\">desk</a>";
    let answer = |caller: &str, method: &str, uri: &str| {
        format!("0.9 server > client 200 of {method} {uri} | Call-ID: two | From: <sip:{caller}@atlanta.example>;tag=2 | To: <{uri}>;tag=x")
    };
    let after = |caller, method, uri| verdicts(&refused(page, &answer(caller, method, uri)));
    let desk = "sip:desk@203.0.113.40";
    assert_eq!(after("alice", "INVITE", desk), [("inconclusive", 0)]);
    assert_eq!(after("alice", "MESSAGE", desk), [("inconclusive", 0)]);
    assert_eq!(after("alice", "MESSAGE", "sip:117@192.0.2.20"), [("inconclusive", 0)], "the same user by other means");
    assert_eq!(after("alice", "MESSAGE", "sip:carol@192.0.2.20"), [("incorrect", 0)]);
    assert_eq!(after("bob", "MESSAGE", desk), [("incorrect", 0)]);
    let script = refused(page, &answer("alice", "INVITE", desk));
    assert!(reason(&script).starts_with("the capture lacks the request to which frame 4 belongs"), "{}", reason(&script));
    // The Contact was called first, and what came of it is not all that was tried.
    let contact = format!("Contact: <sip:bob@198.51.100.30> | {page}");
    let blind = "0.3 client > target INVITE sip:bob@198.51.100.30\n0.4 target > client 404";
    assert_eq!(verdicts(&refused(&contact, blind)), [("incorrect", 1)]);
    assert_eq!(verdicts(&refused(&contact, &format!("{blind}\n{}", answer("alice", "INVITE", desk)))), [("inconclusive", 1)]);
}

#[test]
fn a_new_registration_of_which_only_the_answer_is_seen_may_be_the_one_that_was_asked_for() {
    let restoration =
        format!("P-Asserted-Identity: <sip:192.0.2.20> | {}", ims("<type>restoration</type><action>initial-registration</action>"));
    assert_eq!(verdicts(&refused(&restoration, "")), [("incorrect", 0)]);
    let answer = "0.9 server > client 200 of REGISTER sip:ims.example | From: <sip:alice@atlanta.example>;tag=2";
    assert_eq!(verdicts(&refused(&restoration, answer)), [("inconclusive", 0)]);
    assert_eq!(verdicts(&refused(&restoration, &answer.replace("alice", "bob"))), [("incorrect", 0)]);
}

#[test]
fn other_media_cannot_be_told_where_the_request_is_not_in_the_capture() {
    let page = "Content-Type: text/html | body: <a href=\"sip:desk@203.0.113.40\">desk</a>";
    let asked = "0.0 client > server INVITE sip:117@192.0.2.20\n0.1 server > client 380";
    let unseen = "0.1 server > client 380 of INVITE sip:117@192.0.2.20";
    let script = |begins: &str| {
        format!(
            "{begins} | {page}
             0.2 client > server ACK sip:117@192.0.2.20 | CSeq: 1 | To: <sip:117@192.0.2.20>;tag={}
             9 client > server INVITE sip:117@192.0.2.20 | CSeq: 2 | Content-Type: application/sdp | body: v=0\\nm=audio 4000 RTP/AVP 0\\n
             300 end",
            if begins == asked { "bob1" } else { "bob" }
        )
    };
    assert_eq!(verdicts(&script(asked)), [("incorrect", 1)]);
    assert_eq!(verdicts(&script(unseen)), [("inconclusive", 1)]);
}

#[test]
fn the_web_is_no_way_to_a_contact() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20
                  0.1 server > client 302 | Contact: <sip:bob@far.example:80>
                  0.2 client > server ACK
                  0.3 client > 203.0.113.80:80 HTTP far.example
                  100 end";
    assert_eq!(verdicts(script), [("incorrect", 0)]);
}

#[test]
fn what_a_proxy_hands_on_is_one_attempt() {
    let above = "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKup";
    let below = "Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKdown";
    let script = format!(
        "0.00 client > server INVITE sip:117@192.0.2.20 | {above} | CSeq: 1
         0.01 server > other INVITE sip:117@192.0.2.20 | {below} | {above} | CSeq: 1
         0.02 other > server 380 | {offer}
         0.03 server > other ACK | {below}
         0.04 server > client 380 | {offer}
         0.05 client > server ACK | {above}
         0.50 client > server INVITE urn:service:sos | {above}2 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2
         0.51 server > other INVITE urn:service:sos | {below}2 | {above}2 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2
         0.60 other > server 200
         0.61 server > client 200
         300 end",
        offer = emergency()
    );
    assert_eq!(verdicts(&script), [("not-applicable", 0), ("correct", 1)]);
}

#[test]
fn a_380_behind_ringing_or_with_an_empty_body_is_like_any_other() {
    let script = refused(&emergency(), &format!("0.5 {CALL}"))
        .replace("0.1 server", "0.05 server > client 183\n0.06 server > client 180\n0.1 server");
    assert_eq!(verdicts(&script), [("correct", 1)]);
    assert_eq!(verdicts(&refused("Contact: <urn:service:sos>", "")), [("not-applicable", 0)]);
}

#[test]
fn an_emergency_call_after_a_380_that_describes_nothing_is_no_praise() {
    assert_eq!(verdicts(&refused("Contact: <urn:service:sos>", &format!("0.5 {CALL}"))), [("not-applicable", 1)]);
    assert_eq!(verdicts(&refused("Content-Type: text/plain | body: Not today.", &format!("0.5 {CALL}"))), [("inconclusive", 1)]);
}

#[test]
fn an_emergency_body_that_a_stranger_vouches_for_asks_for_nothing() {
    let register = "0.0 client > server REGISTER sip:ims.example | Call-ID: reg | To: <sip:alice@atlanta.example>
        0.0 server > client 200 | Path: <sip:192.0.2.20;lr>";
    let stranger = format!("P-Asserted-Identity: <sip:203.0.113.9> | {}", emergency());
    let script = format!("{register}\n{}", refused(&stranger, ""));
    assert_eq!(verdicts(&script), [("not-applicable", 0)]);
    let own = script.replace("203.0.113.9", "192.0.2.20");
    assert_eq!(verdicts(&own), [("inconclusive", 0)]);
}

#[test]
fn an_emergency_call_that_is_only_made_again_is_no_alternative() {
    let script = |rest: &str| refused(&emergency(), rest).replace("INVITE sip:117@192.0.2.20", "INVITE urn:service:sos");
    assert_eq!(verdicts(&script(&format!("0.5 {CALL}"))), [("inconclusive", 1)]);
    let registered =
        "0.4 client > server REGISTER sip:ims.example | Contact: <sip:alice@192.0.2.10;sos> | Call-ID: reg\n0.5 server > client 200";
    assert_eq!(verdicts(&script(&format!("{registered}\n0.6 {CALL}"))), [("correct", 2)]);
    assert_eq!(verdicts(&script(&format!("0.5 client > server INVITE urn:service:sos | Call-ID: two | {ANONYMOUS}"))), [("correct", 1)]);
}

#[test]
fn an_alternative_may_stand_in_what_is_not_read_of_the_body() {
    let body = |encoding: &str| {
        format!(
            "Content-Type: multipart/mixed;boundary=b | body: --b\\nContent-Type: text/html\\n\\n<a href=\"sip:desk@203.0.113.40\">x</a>\\n\
             --b\\nContent-Type: text/html\\n{encoding}\\n<a href=\"sip:other@203.0.113.41\">y</a>\\n--b--\\n"
        )
    };
    assert_eq!(verdicts(&refused(&body(""), "")), [("incorrect", 0)]);
    let encoded = body("Content-Transfer-Encoding: base64\\n");
    assert_eq!(verdicts(&refused(&encoded, "")), [("inconclusive", 0)]);
    // Nor is the call to its Contact one that the body did not ask for.
    let contact = "Contact: <sip:other@203.0.113.41>";
    let called = "0.3 client > 203.0.113.41:5060 INVITE sip:other@203.0.113.41\n0.4 203.0.113.41:5060 > client 200";
    assert_eq!(verdicts(&refused(&format!("{contact} | {}", body("")), called)), [("correct", 1)]);
    assert_eq!(verdicts(&refused(&format!("{contact} | {encoded}"), called)), [("inconclusive", 1)]);
}

#[test]
fn of_a_380_that_was_cut_ahead_of_its_body_nobody_knows_what_it_asked() {
    assert_eq!(verdicts(&refused("Subject: x", "")), [("not-applicable", 0)]);
    assert_eq!(verdicts(&refused("Subject: x | flag: truncated", "")), [("inconclusive", 0)]);
}
