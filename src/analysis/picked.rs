//! Takes captures and a display filter, gives the report on the redirects of those calls that have a matching message.
//!
//! A call is what has one Call-ID; an attempt under another Call-ID belongs to its redirect. Invariant: every message is judged, so that a
//! verdict does not depend on the filter; the filter picks among what was judged.

use std::collections::{HashMap, HashSet};

use super::collect::Judged;
use super::ladders::Wanted;
use super::list::{Listing, Taken, list_some};
use super::members::call_of;
use super::redaction::Redaction;
use super::{Audited, Error, Input, Options, Progress};
use crate::call::Sighting;
use crate::fault::Fault;
use crate::filter::Filter;
use crate::limit::{Limit, Limits};
use crate::report::model::{Report, Subject};

/// Reads `inputs` as one capture, merged by time, judges every 3xx in it, and tells of those whose call has a message that `filter` picks; and of
/// what these redirects consist.
pub(super) fn audited_picked(
    inputs: &[Input],
    options: &Options,
    filter: &Filter,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Audited, Error> {
    pick(inputs, options, filter, progress, &mut |picked, judged| picked.keep(judged))
}

/// The same with all redirects, and which ladders show the calls that have a matching message: those of their redirects, in the order of the
/// first match of each; of a call that has none its own.
///
/// # Errors
/// When an input cannot be read at all.
pub fn audit_wanting(
    inputs: &[Input],
    options: &Options,
    filter: &Filter,
    progress: &mut dyn FnMut(&Progress),
) -> Result<(Report, Vec<Wanted>), Error> {
    let mut wanted = Vec::new();
    let audited = pick(inputs, options, filter, progress, &mut |picked, judged| {
        picked.tell_bound(judged);
        wanted = picked.wanted(judged);
    })?;
    Ok((audited.report, wanted))
}

/// Judges every message and picks the calls on the way; `select` has a last look at both.
fn pick(
    inputs: &[Input],
    options: &Options,
    filter: &Filter,
    progress: &mut dyn FnMut(&Progress),
    select: &mut dyn FnMut(&Picked, &mut Judged),
) -> Result<Audited, Error> {
    let listing = Listing { judges: true, options: options.clone(), conversations: true, words: true, ..Listing::default() };
    let picked = std::cell::RefCell::new(Picked::within(options.limits, options.redaction.clone()));
    let mut take = |row: &crate::filter::Row<'_>| {
        if filter.matches(row) {
            picked.borrow_mut().add(row.sighting);
        }
        Taken::PassedOver
    };
    list_some(inputs, &listing, progress, &mut take, true, &mut |judged| select(&picked.borrow(), judged))
}

/// The calls that have a matching message.
#[derive(Debug)]
struct Picked {
    limits: Limits,
    calls: HashSet<Box<[u8]>, foldhash::fast::RandomState>,
    /// The same in the order of the first match of each.
    order: Vec<Box<[u8]>>,
    octets: usize,
    /// What has changed the Call-IDs of what was judged.
    redaction: Option<Redaction>,
    /// The limit at which no more could be remembered, with the capture and the frame.
    full_at: Option<(Limit, u32, u64)>,
}

impl Picked {
    fn within(limits: Limits, redaction: Option<Redaction>) -> Self {
        Self { limits, calls: HashSet::default(), order: Vec::new(), octets: 0, redaction, full_at: None }
    }

    fn add(&mut self, sighting: &Sighting<'_>) {
        let call_id = Redaction::call_id(self.redaction.as_ref(), call_of(sighting), &sighting.message);
        if self.calls.contains(call_id.as_ref()) {
            return;
        }
        let octets = self.octets.saturating_add(call_id.len());
        let is_long = octets > self.limits.room(Limit::PickedOctets);
        if is_long || self.calls.len() >= self.limits.room(Limit::PickedCalls) {
            let limit = if is_long { Limit::PickedOctets } else { Limit::PickedCalls };
            self.full_at = self.full_at.or(Some((limit, sighting.place.capture, sighting.place.frame)));
            return;
        }
        self.octets = octets;
        let call_id: Box<[u8]> = call_id.into_owned().into();
        self.order.push(call_id.clone());
        self.calls.insert(call_id);
    }

    /// The ladders that show these calls.
    fn wanted(&self, judged: &Judged) -> Vec<Wanted> {
        let mut redirects: HashMap<&[u8], Vec<u64>, foldhash::fast::RandomState> = HashMap::default();
        for (id, call_id) in judged.own_calls() {
            redirects.entry(call_id).or_default().push(id);
        }
        let mut wanted = Vec::new();
        let mut told = HashSet::new();
        for call_id in &self.order {
            match redirects.get(call_id.as_ref()) {
                Some(ids) => wanted.extend(ids.iter().filter(|id| told.insert(**id)).map(|id| Wanted::Of(Subject::Redirect(*id)))),
                None => wanted.push(Wanted::Call(String::from_utf8_lossy(call_id).into_owned())),
            }
        }
        wanted
    }

    /// Keeps of what was judged the redirects of these calls.
    fn keep(&self, judged: &mut Judged) {
        judged.keep_calls(|call_id| self.calls.contains(call_id));
        self.tell_bound(judged);
    }

    /// Notes where no more could be remembered.
    fn tell_bound(&self, judged: &mut Judged) {
        if let Some((limit, capture, frame)) = self.full_at {
            judged.note(capture, Fault::reached_at(limit, &self.limits, frame));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Frames;
    use crate::evidence::{Endpoint, Place, Timestamp, Transport};
    use crate::sip::Message;

    #[test]
    fn calls_are_remembered_up_to_a_bound_and_that_is_told() {
        let end = Endpoint { address: [192, 0, 2, 1].into(), port: 5060 };
        let mut picked = Picked::within(Limits::default(), None);
        let long = "x".repeat(60_000);
        for frame in 1..=300 {
            let text = format!("BYE sip:a@h SIP/2.0\r\nCall-ID: {frame}{long}\r\n\r\n");
            picked.add(&Sighting {
                message: Message::scan(text.as_bytes()).expect("a message"),
                place: Place { capture: 0, frame, index: 0 },
                frames: Frames::from_slice(&[frame]),
                time: Timestamp::default(),
                source: end,
                destination: end,
                transport: Transport::Udp,
                truncated: false,
                copy: false,
            });
        }
        assert!(picked.octets <= 16 << 20);
        assert_eq!(picked.full_at, Some((Limit::PickedOctets, 0, picked.calls.len() as u64 + 1)));
    }
}
