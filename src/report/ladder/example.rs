//! Takes nothing, gives reports with ladders built by hand, on which the pictures are tested.

use std::sync::Arc;

use crate::report::example::{HOSTILE, hostile, not_followed, one_capture, seen};
use crate::report::model::{Ladder, LadderMessage, Level, Mark, Part, Participant, Report, Standing, Subject};

/// A participant at 10.77.0.`host`.
fn participant(host: usize, part: Part) -> Participant {
    Participant { address: format!("10.77.0.{host}"), ports: vec![5060], part, product: (host == 2).then(|| "baresip v1.1.0".to_owned()) }
}

fn message(frame: u64, ms: i64, from: usize, to: usize, label: &str) -> LadderMessage {
    LadderMessage {
        seen: seen(frame, ms),
        call: 0,
        from,
        to,
        source: "10.77.0.2:5060".to_owned(),
        destination: "10.77.0.10:5060".to_owned(),
        transport: "udp".to_owned(),
        status: label.get(..3).and_then(|code| code.parse().ok()),
        label: label.to_owned(),
        cseq: "1 INVITE".to_owned(),
        content_type: None,
        repeats: None,
        truncated: false,
        octets: 9,
        text: Arc::from("INVITE ..."),
        cut: false,
        marks: Vec::new(),
    }
}

fn mark(is: Standing) -> Vec<Mark> {
    vec![Mark { of: Subject::Redirect(2), is }]
}

/// The redirect that was not followed, with its messages.
pub(in crate::report) fn office() -> Report {
    let fault = Standing::Finding { index: 0, rule: "redirect-not-followed".to_owned(), level: Level::Error };
    let messages = vec![
        LadderMessage { marks: mark(Standing::Redirected), ..message(30, 30_000, 0, 1, "INVITE sip:carol@example.com") },
        LadderMessage { marks: [mark(Standing::Redirect), mark(fault)].concat(), ..message(31, 30_010, 1, 0, "302 Moved Temporarily") },
        LadderMessage { marks: mark(Standing::Ack), ..message(32, 30_012, 0, 1, "ACK sip:carol@example.com") },
        LadderMessage { repeats: Some(30), ..message(40, 62_000, 0, 1, "INVITE sip:carol@example.com") },
        LadderMessage { call: 1, ..message(41, 62_500, 0, 2, "INVITE sip:dave@example.com") },
        message(42, 62_501, 2, 2, "OPTIONS sip:itself@example.com"),
    ];
    let participants = vec![participant(2, Part::Client), participant(10, Part::Server), participant(20, Part::Other)];
    let ladder = Ladder {
        subject: Subject::Redirect(2),
        call_ids: vec!["qnB58VC3".to_owned(), "other".to_owned()],
        participants,
        messages,
        left_out: 7,
        copies: 1,
    };
    Report { ladders: vec![ladder], ..one_capture() }
}

/// The same where everything that can come from the wire is hostile.
pub(super) fn hostile_office() -> Report {
    let mut report = office();
    for ladder in &mut report.ladders {
        ladder.call_ids = vec![HOSTILE.to_owned(), format!("{HOSTILE}-->;end\nNote over x: ]]>")];
        ladder.participants.iter_mut().for_each(|participant| participant.product = Some(HOSTILE.to_owned()));
        ladder.messages.iter_mut().for_each(|message| {
            message.label = format!("{HOSTILE}; # : %% --> end\nloop <b>&</b>");
            message.cseq = HOSTILE.to_owned();
        });
    }
    Report { redirects: vec![crate::report::model::Redirect { id: 2, ..hostile().redirects.remove(0) }], ..report }
}

/// A call of so many participants, each of whom is asked once, with names as long as they come.
pub(super) fn crowd(participants: usize) -> Report {
    let mut report = office();
    let long = |host: usize| format!("2001:db8:1111:2222:3333:4444:5555:{host:x}");
    for ladder in &mut report.ladders {
        ladder.subject = Subject::Call;
        ladder.participants = (0..participants).map(|host| Participant { address: long(host), ..participant(host, Part::Other) }).collect();
        ladder.messages = (1..participants)
            .flat_map(|host| {
                let frame = host as u64 * 2;
                [
                    message(frame, host as i64 * 40, 0, host, &format!("INVITE sip:{}@example.com", "x".repeat(host * 9))),
                    message(frame + 1, host as i64 * 40 + 3, host, 0, "486 Busy Here"),
                ]
            })
            .collect();
    }
    report
}

/// The redirect of [`office`], for what is said of it.
pub(super) fn reason() -> String {
    not_followed().reason
}
