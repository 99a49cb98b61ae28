//! Takes what was sent, gives the frames of a capture that saw it: with repetitions, mirror copies, losses and disorder.
//!
//! Invariant: what a disturbance may hide is loosened in the truth, and nothing else.

use sip3xx::evidence::Transport;

use super::stage::{Part, SECOND, Shot, Stage};
use crate::support::pcap_writer::{file_header, udp_frame, write_record};
use crate::support::sip_text::EPOCH_MICROS;
use crate::support::tcp_conversation::Conversations;

/// What happens to a story on its way into the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disturbance {
    /// Nothing.
    None,
    /// The network is slow: the request and the 3xx are sent again, the 3xx is acknowledged again.
    Repeated,
    /// A mirror port shows every packet twice.
    Copied,
    /// The capture lacks one message.
    Lost(Part),
    /// Neighbours stand in the wrong order.
    Disordered,
    /// The capture ends soon after the first 3xx.
    Ended,
}

/// A frame of the capture: when, and its octets.
type Frame = (u64, Vec<u8>);

impl Disturbance {
    /// One of them by chance; `alone` where the story has the capture for itself.
    pub(crate) fn by_chance(stage: &mut Stage, alone: bool) -> Self {
        match stage.chance.below(10) {
            0 | 1 => Self::Repeated,
            2 => Self::Copied,
            3 | 4 => Self::Lost(stage.chance.one_of(&[Part::Asked, Part::Redirect, Part::Retry, Part::Answer])),
            5 => Self::Disordered,
            6 | 7 if alone => Self::Ended,
            _ => Self::None,
        }
    }

    /// Makes the story what it is when that happens, and its truths what can still be seen.
    pub(crate) fn happen(self, stage: &mut Stage) {
        match self {
            Self::Repeated => repeat(stage),
            Self::Ended => end(stage),
            Self::Lost(part) if stage.shots.iter().any(|shot| shot.part == part) => loosen(stage, part == Part::Redirect),
            _ => {}
        }
    }
}

/// Sends the redirected request and its 3xx once more, over UDP, where the story goes on with an ACK.
fn repeat(stage: &mut Stage) {
    let position = |part| stage.shots.iter().position(|shot: &Shot| shot.part == part);
    let (Some(asked), Some(redirect), Some(ack)) = (position(Part::Asked), position(Part::Redirect), position(Part::Ack)) else { return };
    if stage.transport != Transport::Udp || ack != redirect + 1 {
        return;
    }
    let (first, later) = (stage.shots[asked].clone(), 600_000);
    for shot in &mut stage.shots[asked + 1..] {
        shot.micros += later;
    }
    let mut again = vec![Shot { micros: first.micros + 500_000, ..first }];
    for (part, after) in [(redirect, 500_000), (ack, 500_900)] {
        let shot = stage.shots[part].clone();
        again.push(Shot { micros: shot.micros + after, ..shot });
    }
    for shot in &mut again {
        shot.part = Part::Other;
    }
    stage.shots.extend(again);
    stage.shots.sort_by_key(|shot| shot.micros);
}

/// Cuts everything off that comes some seconds after the first 3xx.
fn end(stage: &mut Stage) {
    let Some(redirect) = stage.shots.iter().find(|shot| shot.part == Part::Redirect) else { return };
    let until = redirect.micros + stage.chance.below(4_000_000) as u64;
    stage.shots.retain(|shot| shot.micros <= until);
    loosen(stage, true);
    let is_silent = !stage.shots.iter().any(|shot| shot.part == Part::Retry);
    for truth in &mut stage.truths {
        // Nothing can be said to be missing yet.
        if is_silent && truth.broken == ["redirect-not-followed"] {
            truth.verdicts.retain(|verdict| *verdict != "incorrect" && *verdict != "correct");
        }
        truth.companions.append(&mut truth.broken);
    }
}

/// What is right where something is missing: a client that did right is never called incorrect, and one that did wrong may get away.
fn loosen(stage: &mut Stage, may_be_unseen: bool) {
    for truth in &mut stage.truths {
        if truth.verdicts.contains(&"incorrect") {
            truth.verdicts.extend(["correct", "inconclusive", "not-applicable"]);
            truth.companions.push("*");
        } else {
            truth.verdicts.extend(["correct", "inconclusive", "not-applicable"]);
        }
        truth.is_loose = true;
        truth.may_be_unseen |= may_be_unseen;
        truth.future = None;
    }
}

/// The capture of several stories, each with what happens to it and when it begins, in microseconds.
pub(crate) fn capture_of(stories: &[(Stage, Disturbance, u64)]) -> Vec<u8> {
    let mut frames: Vec<Frame> = Vec::new();
    let mut conversations = Conversations::default();
    let mut identification = 0_u16;
    for (stage, disturbance, begin) in stories {
        let mut own: Vec<Frame> = Vec::new();
        let mut is_lost = false;
        for shot in &stage.shots {
            let micros = EPOCH_MICROS + SECOND + *begin + shot.micros;
            let sent = if shot.transport == Transport::Udp {
                identification = identification.wrapping_add(1);
                vec![(micros, udp_frame(shot.from, shot.to, identification, &shot.payload))]
            } else {
                conversations.send(shot.from, shot.to, micros, &shot.payload)
            };
            if *disturbance == Disturbance::Lost(shot.part) && !is_lost {
                is_lost = true;
                continue;
            }
            for (time, frame) in sent {
                if *disturbance == Disturbance::Copied {
                    own.push((time + 20, frame.clone()));
                }
                own.push((time, frame));
            }
        }
        frames.extend(own);
    }
    frames.sort_by_key(|(time, _)| *time);
    if stories.iter().any(|(_, disturbance, _)| *disturbance == Disturbance::Disordered) {
        for at in (0..frames.len().saturating_sub(1)).step_by(3) {
            if frames[at + 1].0 - frames[at].0 < 1_500 {
                frames.swap(at, at + 1);
            }
        }
    }
    let mut out = file_header();
    for (time, frame) in &frames {
        write_record(&mut out, *time, frame);
    }
    out
}
