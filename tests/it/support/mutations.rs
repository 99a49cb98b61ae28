//! Takes nothing, gives the list of faults: for each rule what a client or a server does wrong, as a change of a flow that is right.
//!
//! Invariant: one fault per entry; what is broken along with a rule by nature is named as its companion.

use super::flow::{Flow, Variant};

/// A fault, and what it breaks.
pub(crate) struct Mutation {
    /// The rule that names it.
    pub(crate) rule: &'static str,
    /// The rules that it breaks by nature as well.
    pub(crate) companions: &'static [&'static str],
    /// The flows into which it is put.
    pub(crate) flows: &'static [&'static str],
    /// Over what they are played.
    pub(crate) variants: &'static [Variant],
    /// How a flow is changed.
    pub(crate) change: fn(&mut Flow),
}

const ANY: &[&str] = &["direct", "auth", "contacts"];
const DIRECT: &[&str] = &["direct"];
const CONTACTS: &[&str] = &["contacts"];
const UNHURRIED: &[&str] = &["direct", "contacts"];
const ALL: &[Variant] = &Variant::ALL;
/// Where a URI without a transport means the one that is used.
const UDP: &[Variant] = &[Variant::Udp, Variant::Ipv6];

const fn fault(rule: &'static str, flows: &'static [&'static str], change: fn(&mut Flow)) -> Mutation {
    Mutation { rule, companions: &[], flows, variants: ALL, change }
}

/// The same over UDP alone.
const fn over_udp(rule: &'static str, flows: &'static [&'static str], change: fn(&mut Flow)) -> Mutation {
    Mutation { rule, companions: &[], flows, variants: UDP, change }
}

const SERVER: &str = "192.0.2.20";
const TARGET: &str = "198.51.100.30";
const OTHER: &str = "203.0.113.40";

/// The faults, in the order of the catalogue.
pub(crate) const MUTATIONS: &[Mutation] = &[
    fault("redirect-not-followed", ANY, |flow| {
        flow.drop_from("retry", "bye-ok");
    }),
    fault("original-uri-retried", DIRECT, |flow| {
        flow.edit("retry", "INVITE sip:bob@198.51.100.30", "INVITE sip:bob@192.0.2.20").send_to("retry", SERVER);
    }),
    fault("unrelated-uri-retried", DIRECT, |flow| {
        flow.edit("retry", "INVITE sip:bob@198.51.100.30", "INVITE sip:voicemail@203.0.113.40").send_to("retry", OTHER);
    }),
    fault("recursed-after-cancel", ANY, cancelled),
    fault("request-uri-not-contact", UNHURRIED, |flow| {
        flow.edit("retry", "INVITE sip:bob@198.51.100.30", "INVITE sip:bob@192.0.2.20");
    }),
    fault("contact-parameter-lost", ANY, |flow| {
        flow.edit("redirect", "<sip:bob@198.51.100.30>", "<sip:bob@198.51.100.30;line=7>");
    }),
    fault("method-parameter-in-request-uri", UNHURRIED, |flow| {
        flow.edit("retry", "30 SIP/2.0", "30;method=INVITE SIP/2.0");
    }),
    fault("uri-headers-in-request-uri", UNHURRIED, |flow| {
        flow.edit("retry", "30 SIP/2.0", "30?Subject=x SIP/2.0");
    }),
    fault("dangerous-uri-header-honoured", ANY, |flow| {
        flow.edit("redirect", "<sip:bob@198.51.100.30>", "<sip:bob@198.51.100.30?Organization=Bank>").add("retry", "Organization: Bank");
    }),
    fault("invalid-request-uri-sent", DIRECT, |flow| {
        flow.edit("retry", "INVITE sip:bob@", "INVITE 302,sip:bob@");
    }),
    fault("header-parameter-in-request-uri", CONTACTS, |flow| {
        flow.edit("retry", "30 SIP/2.0", "30;q=0.9 SIP/2.0");
    }),
    fault("branch-reused", ANY, |flow| {
        let (old, new) = (flow.between("retry", "branch=", "\n"), flow.between("invite", "branch=", "\n"));
        flow.edit_all(&old, &new);
    }),
    fault("to-tag-carried-over", UNHURRIED, |flow| {
        let tag = flow.between("ack", "<sip:bob@192.0.2.20>;tag=", "\n");
        flow.edit("retry", "<sip:bob@192.0.2.20>", &format!("<sip:bob@192.0.2.20>;tag={tag}"));
    }),
    fault("from-tag-missing", ANY, |flow| {
        let tag = flow.between("retry", "<sip:alice@atlanta.example>", "\n");
        flow.edit("retry", &tag, "");
    }),
    fault("to-uri-rewritten", ANY, |flow| {
        flow.edit("retry", "<sip:bob@192.0.2.20>", "<sip:bob@198.51.100.30>");
    }),
    fault("cseq-not-raised", ANY, |flow| {
        flow.edit("retry", "CSeq: 2", "CSeq: 1");
    }),
    fault("proxy-changed-cseq", &["proxy"], |flow| {
        flow.edit("retry", "CSeq: 7", "CSeq: 8").edit("answer", "CSeq: 7", "CSeq: 8");
    }),
    fault("max-forwards-missing", &Flow::NAMES, |flow| {
        flow.drop_header("retry", "Max-Forwards");
    }),
    fault("method-changed", DIRECT, |flow| {
        flow.edit("retry", "INVITE sip:", "MESSAGE sip:").edit("retry", "CSeq: 2 INVITE", "CSeq: 2 MESSAGE");
    }),
    fault("body-not-reused", ANY, |flow| {
        flow.drop_header("retry", "Content-Type").drop_body("retry");
    }),
    fault("headers-not-reused", ANY, |flow| {
        flow.drop_header("retry", "Subject");
    }),
    fault("contact-header-invalid", ANY, |flow| {
        flow.drop_header("retry", "Contact");
    }),
    over_udp("via-transport-mismatch", ANY, |flow| {
        flow.edit("retry", "SIP/2.0/UDP", "SIP/2.0/TCP");
    }),
    Mutation {
        rule: "via-transport-mismatch",
        companions: &[],
        flows: ANY,
        variants: &[Variant::Tcp],
        change: |flow| {
            flow.edit("retry", "SIP/2.0/UDP", "SIP/2.0/udp");
        },
    },
    fault("stale-route-kept", UNHURRIED, |flow| {
        for name in ["invite", "ack", "retry"] {
            flow.add(name, "Route: <sip:192.0.2.20;lr>");
        }
        flow.send_to("retry", SERVER);
    }),
    fault("sent-to-old-server", UNHURRIED, |flow| {
        flow.send_to("retry", SERVER);
    }),
    fault("maddr-ignored", DIRECT, |flow| {
        let uri = "sip:bob@192.0.2.20;maddr=198.51.100.30";
        flow.edit("redirect", "sip:bob@198.51.100.30", uri).edit("retry", "sip:bob@198.51.100.30", uri).send_to("retry", SERVER);
    }),
    over_udp("contact-transport-ignored", UNHURRIED, |flow| {
        for name in ["redirect", "retry"] {
            flow.edit(name, "sip:bob@198.51.100.30", "sip:bob@198.51.100.30;transport=tcp");
        }
    }),
    over_udp("contact-port-ignored", UNHURRIED, |flow| {
        for name in ["redirect", "retry"] {
            flow.edit(name, "sip:bob@198.51.100.30", "sip:bob@198.51.100.30:5080");
        }
    }),
    Mutation {
        variants: &[Variant::Udp],
        ..fault("dns-answer-ignored", DIRECT, |flow| {
            for name in ["redirect", "retry"] {
                flow.edit(name, "sip:bob@198.51.100.30", "sip:bob@branch.example");
            }
            let answer = "@ +0.0005 192.0.2.53:53 > 192.0.2.10:40053 udp dns\nbranch.example A 198.51.100.30";
            flow.insert("dns", "retry", answer).send_to("retry", OTHER);
        })
    },
    fault("sips-sent-in-clear", DIRECT, |flow| {
        for name in ["redirect", "retry"] {
            flow.edit(name, "sip:bob@198.51.100.30", "sips:bob@198.51.100.30");
        }
        flow.edit("retry", "sip:alice@192.0.2.10", "sips:alice@192.0.2.10");
    }),
    fault("target-tried-twice", CONTACTS, |flow| {
        flow.edit("second", "sip:bob@203.0.113.40", "sip:bob@198.51.100.30").send_to("second", TARGET);
    }),
    fault("lower-q-tried-first", CONTACTS, |flow| {
        flow.edit("redirect", "q=0.9", "q=0.1");
    }),
    fault("next-contact-not-tried", CONTACTS, |flow| {
        flow.drop_from("second", "bye-ok");
    }),
    fault("sips-downgraded", DIRECT, |flow| {
        flow.edit("invite", "INVITE sip:", "INVITE sips:").edit("invite", "sip:alice@192.0.2.10", "sips:alice@192.0.2.10");
        flow.edit("ack", "ACK sip:", "ACK sips:");
    }),
    fault("second-final-followed", DIRECT, |flow| {
        flow.copy("redirect", "second", "ack", "0.5").edit("second", TARGET, OTHER).copy("ack", "second-ack", "second", "0.001");
        flow.edit("retry", "sip:bob@198.51.100.30", "sip:bob@203.0.113.40").send_to("retry", OTHER);
    }),
    fault("contact-cached-without-expiry", ANY, |flow| {
        flow.copy("retry", "later", "bye-ok", "60").in_another_call("later", "1");
    }),
    fault("contact-used-after-expiry", ANY, |flow| {
        flow.edit("redirect", "<sip:bob@198.51.100.30>", "<sip:bob@198.51.100.30>;expires=30");
        flow.copy("retry", "later", "bye-ok", "60").in_another_call("later", "1");
    }),
    fault("original-retried-repeatedly", DIRECT, |flow| {
        flow.edit("redirect", "<sip:bob@198.51.100.30>", "<sip:bob@198.51.100.30>;expires=600");
        flow.copy("retry", "later", "bye-ok", "60").in_another_call("later", "1");
        flow.copy("ringing", "later-failed", "later", "0.1").in_another_call("later-failed", "1");
        flow.edit("later-failed", "180 Ringing", "404 Not Found");
        let mut behind = "later-failed";
        for (back, failed, number) in [("back", "back-failed", "2"), ("again", "again-failed", "3")] {
            flow.copy("invite", back, behind, "0.004").in_another_call(back, number);
            flow.copy("redirect", failed, back, "0.01").in_another_call(failed, number);
            flow.edit(failed, "302 Moved Temporarily", "480 Temporarily Unavailable").drop_header(failed, "Contact");
            behind = failed;
        }
    }),
    fault("moved-permanently-ignored", ANY, |flow| {
        flow.edit("redirect", "302 Moved Temporarily", "301 Moved Permanently");
        flow.copy("invite", "later", "bye-ok", "60").in_another_call("later", "1");
    }),
    fault("ack-missing", ANY, |flow| {
        flow.drop("ack");
    }),
    fault("ack-differs-from-invite", ANY, |flow| {
        flow.edit("ack", "ACK sip:bob@192.0.2.20", "ACK sip:bob@198.51.100.30");
    }),
    fault("ack-sent-elsewhere", ANY, |flow| {
        flow.send_to("ack", TARGET);
    }),
    over_udp("retransmission-not-acked", ANY, |flow| {
        flow.copy("redirect", "repeated", "ack", "0.5");
    }),
    fault("ack-with-body", ANY, |flow| {
        flow.edit("ack", "Content-Length: auto", "Content-Type: application/sdp\nContent-Length: auto\n\nv=0");
    }),
    fault("redirect-without-contact", ANY, |flow| {
        flow.drop_header("redirect", "Contact").drop_from("retry", "bye-ok");
    }),
    fault("redirect-to-itself", DIRECT, |flow| {
        flow.edit("redirect", "<sip:bob@198.51.100.30>", "<sip:bob@192.0.2.20>").drop_from("retry", "bye-ok");
    }),
    fault("contact-unparsable", ANY, |flow| {
        flow.edit("redirect", "Contact: ", "Contact: <sip:bob@>, ");
    }),
    over_udp("contact-parameters-outside-brackets", DIRECT, |flow| {
        flow.edit("redirect", "<sip:bob@198.51.100.30>", "sip:bob@198.51.100.30;transport=udp");
    }),
    fault("contact-without-sip-target", DIRECT, |flow| {
        flow.edit("redirect", "<sip:bob@198.51.100.30>", "<mailto:bob@biloxi.example>").drop_from("retry", "bye-ok");
    }),
    fault("cancel-redirected", DIRECT, |flow| {
        cancelled(flow);
        flow.copy("redirect", "cancel-redirect", "cancel", "0.001").edit("cancel-redirect", "1 INVITE", "1 CANCEL");
        flow.drop_from("retry", "bye-ok");
    }),
    fault("unknown-redirect-code", ANY, |flow| {
        flow.edit("redirect", "302 Moved Temporarily", "399 Elsewhere");
    }),
    fault("finals-differ", ANY, |flow| {
        flow.copy("redirect", "other", "ack", "0.5")
            .edit("other", "302 Moved Temporarily", "486 Busy Here")
            .drop_header("other", "Contact");
        flow.copy("ack", "other-ack", "other", "0.001");
    }),
    fault("alternative-without-body", DIRECT, |flow| {
        flow.edit("redirect", "302 Moved Temporarily", "380 Alternative Service").drop_header("redirect", "Contact");
        flow.drop_from("retry", "bye-ok");
    }),
    Mutation {
        rule: "ims-body-malformed",
        companions: &["emergency-call-not-attempted"],
        flows: DIRECT,
        variants: ALL,
        change: |flow| {
            flow.edit("redirect", "302 Moved Temporarily", "380 Alternative Service").drop_header("redirect", "Contact");
            flow.edit("redirect", "Content-Length: auto", IMS_WITHOUT_VERSION).drop_from("retry", "bye-ok");
        },
    },
];

/// A body of IMS without the version that its schema asks for (3GPP TS 24.229, 7.6.2).
const IMS_WITHOUT_VERSION: &str = "Content-Type: application/3gpp-ims+xml\nContent-Length: auto\n\n\
    <ims-3gpp><alternative-service><type>emergency</type><reason>x</reason></alternative-service></ims-3gpp>";

/// Has the caller hang up a moment before the 3xx comes.
fn cancelled(flow: &mut Flow) {
    flow.copy("ack", "cancel", "invite", "0.003").edit("cancel", "ACK sip:", "CANCEL sip:").edit("cancel", "1 ACK", "1 CANCEL");
}
