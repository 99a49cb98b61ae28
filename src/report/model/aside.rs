//! Takes the redirects of a report that are more than memory is to hold, lays them aside in a store, gives them back in their order.
//!
//! The store holds runs of pieces, each run in ascending order; they are merged when they are read. Invariant: what comes back equals what was laid
//! aside, with all that was added to it. In memory stay 16 octets for each run. A store that fails while it is written keeps what it has; one that
//! fails while it is read ends the reading, and the failure is kept for whoever writes a report.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::document::Report;
use super::redirect::{Finding, LaterRequest, Redirect};
use super::word::Verdict;

/// How many octets are written at a time.
const BLOCK: usize = 64 << 10;

/// Where redirects can be laid aside: a temporary file, say.
pub trait Store: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> Store for T {}

/// What came later for a redirect: requests, and what they break.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Addition {
    /// The later requests of its client.
    pub requests: Vec<LaterRequest>,
    /// The rules that they break.
    pub findings: Vec<Finding>,
    /// The reason why the redirect is incorrect by these.
    pub convicted_by: Option<String>,
}

impl Redirect {
    /// Adds what came later: a verdict can only become worse by it.
    pub fn add(&mut self, later: Addition) {
        if let Some(future) = &mut self.future {
            future.take(later.requests);
        }
        if self.verdict != Verdict::Incorrect
            && let Some(reason) = later.convicted_by
        {
            self.verdict = Verdict::Incorrect;
            self.reason = reason;
        }
        self.findings.extend(later.findings);
    }
}

/// What a piece of a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Redirect,
    Addition,
}

/// What stands in front of a piece in the store: of which redirect it is, what it is, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    id: u64,
    kind: Kind,
    len: u32,
}

impl Label {
    const LEN: usize = 13;

    fn written(self) -> [u8; Self::LEN] {
        let mut octets = [0; Self::LEN];
        let (id, rest) = octets.split_at_mut(8);
        id.copy_from_slice(&self.id.to_be_bytes());
        let (kind, len) = rest.split_at_mut(1);
        kind.copy_from_slice(&[u8::from(self.kind == Kind::Addition)]);
        len.copy_from_slice(&self.len.to_be_bytes());
        octets
    }

    fn read([a, b, c, d, e, f, g, h, kind, i, j, k, l]: [u8; Self::LEN]) -> Self {
        let kind = if kind == 0 { Kind::Redirect } else { Kind::Addition };
        Self { id: u64::from_be_bytes([a, b, c, d, e, f, g, h]), kind, len: u32::from_be_bytes([i, j, k, l]) }
    }
}

/// Where in the store pieces lie one behind the other, in the order in which they are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    start: u64,
    end: u64,
}

/// A piece that is the next one of its run, in the order of pieces; of two that are alike the one that was laid aside first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Next {
    id: u64,
    kind: Kind,
    /// Where it lies, behind its label.
    offset: u64,
    len: u32,
    /// Where its run ends.
    end: u64,
}

/// Redirects that are laid aside.
#[derive(Clone)]
pub struct Aside {
    runs: Vec<Run>,
    end: u64,
    /// Additions for which the store had no room.
    held: BTreeMap<u64, Addition>,
    shelf: Arc<Mutex<Shelf>>,
}

/// What all copies of a report share.
struct Shelf {
    store: Box<dyn Store>,
    failure: Option<io::Error>,
}

impl fmt::Debug for Aside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aside").field("runs", &self.runs.len()).finish_non_exhaustive()
    }
}

/// Two are equal where they are pieces of one store.
impl PartialEq for Aside {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shelf, &other.shelf) && self.runs == other.runs && self.held == other.held
    }
}

/// What is being laid aside.
struct Writing<W: Write> {
    store: BufWriter<W>,
    end: u64,
    octets: Vec<u8>,
    runs: Vec<Run>,
    last: Option<(u64, Kind)>,
}

impl<W: Write> Writing<W> {
    fn put(&mut self, id: u64, kind: Kind, value: &impl Serialize) -> io::Result<()> {
        self.octets.clear();
        serde_json::to_writer(&mut self.octets, value)?;
        let len = u32::try_from(self.octets.len()).map_err(io::Error::other)?;
        self.store.write_all(&Label { id, kind, len }.written())?;
        self.store.write_all(&self.octets)?;
        let start = self.end;
        self.end = start.saturating_add(Label::LEN as u64).saturating_add(len.into());
        match self.runs.last_mut().filter(|_| self.last < Some((id, kind))) {
            Some(run) => run.end = self.end,
            None => self.runs.push(Run { start, end: self.end }),
        }
        self.last = Some((id, kind));
        Ok(())
    }

    fn finish(mut self) -> io::Result<(u64, Vec<Run>)> {
        self.store.flush()?;
        Ok((self.end, self.runs))
    }
}

impl Aside {
    /// Nothing yet, in a store that is empty.
    #[must_use]
    pub fn new(store: Box<dyn Store>) -> Self {
        Self { runs: Vec::new(), end: 0, held: BTreeMap::new(), shelf: Arc::new(Mutex::new(Shelf { store, failure: None })) }
    }

    /// Lays redirects and additions aside, each addition with the number of its redirect; both best in ascending order.
    ///
    /// # Errors
    /// Those of the store: then none of these is laid aside, and what was before still is.
    pub fn lay<'a>(
        &mut self,
        redirects: impl Iterator<Item = &'a Redirect>,
        additions: impl Iterator<Item = (u64, &'a Addition)>,
    ) -> io::Result<()> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        // What an earlier attempt left behind is written over.
        shelf.store.seek(SeekFrom::Start(self.end))?;
        let store = BufWriter::with_capacity(BLOCK, &mut shelf.store);
        let mut writing = Writing { store, end: self.end, octets: Vec::new(), runs: Vec::new(), last: None };
        for redirect in redirects {
            writing.put(redirect.id, Kind::Redirect, redirect)?;
        }
        for (id, addition) in additions {
            writing.put(id, Kind::Addition, addition)?;
        }
        let (end, runs) = writing.finish()?;
        drop(shelf);
        self.end = end;
        self.runs.extend(runs);
        Ok(())
    }

    /// Keeps in memory what came later for the redirect of that number, after all that was laid aside of it.
    pub fn hold(&mut self, id: u64, addition: Addition) {
        self.held.insert(id, addition);
    }

    /// Whether nothing was laid aside.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The octets at `offset`.
    fn octets(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut octets = vec![0; len];
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.store.seek(SeekFrom::Start(offset))?;
        shelf.store.read_exact(&mut octets)?;
        Ok(octets)
    }

    /// The first piece of each run.
    fn first_pieces(&self) -> io::Result<BinaryHeap<Reverse<Next>>> {
        let first = |run: &Run| {
            let label = self.octets(run.start, Label::LEN)?;
            Next::behind(&label, run.start, run.end).map(Reverse)
        };
        self.runs.iter().map(first).collect()
    }

    /// Reads `piece`, which was taken out of `pieces`, and puts the next one of its run in its place.
    fn read<T: DeserializeOwned>(&self, piece: Next, pieces: &mut BinaryHeap<Reverse<Next>>) -> io::Result<T> {
        let len = piece.len as usize;
        let behind = piece.offset.saturating_add(piece.len.into());
        let is_last = behind >= piece.end;
        let octets = self.octets(piece.offset, if is_last { len } else { len.saturating_add(Label::LEN) })?;
        let (value, label) = octets.split_at_checked(len).unwrap_or((&octets, &[]));
        if !is_last {
            pieces.push(Reverse(Next::behind(label, behind, piece.end)?));
        }
        Ok(serde_json::from_slice(value)?)
    }

    fn fail(&self, failure: io::Error) {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).failure = Some(failure);
    }

    fn take_failure(&self) -> Option<io::Error> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).failure.take()
    }
}

impl Next {
    /// The piece behind `label`, which lies at `offset` of a run that ends at `end`.
    fn behind(label: &[u8], offset: u64, end: u64) -> io::Result<Self> {
        let Label { id, kind, len } = Label::read(label.try_into().map_err(io::Error::other)?);
        Ok(Self { id, kind, offset: offset.saturating_add(Label::LEN as u64), len, end })
    }
}

/// All redirects of a report in the order of their numbers: those in memory are lent, those laid aside are read.
#[derive(Debug, Clone)]
pub struct All<'a> {
    held: &'a [Redirect],
    aside: Option<&'a Aside>,
    /// The next piece of each run; none before the first is wanted.
    pieces: Option<BinaryHeap<Reverse<Next>>>,
}

impl<'a> Iterator for All<'a> {
    type Item = Cow<'a, Redirect>;

    fn next(&mut self) -> Option<Cow<'a, Redirect>> {
        let Some(aside) = self.aside else {
            let (first, rest) = self.held.split_first()?;
            self.held = rest;
            return Some(Cow::Borrowed(first));
        };
        self.put_together(aside).map_err(|failure| aside.fail(failure)).ok()?
    }
}

impl<'a> All<'a> {
    /// The next redirect with all that was added to it.
    fn put_together(&mut self, aside: &Aside) -> io::Result<Option<Cow<'a, Redirect>>> {
        let pieces = match &mut self.pieces {
            Some(pieces) => pieces,
            none => none.insert(aside.first_pieces()?),
        };
        loop {
            let ids = [self.held.first().map(|redirect| redirect.id), pieces.peek().map(|Reverse(piece)| piece.id)];
            let Some(id) = ids.into_iter().flatten().min() else { return Ok(None) };
            let mut redirect = None;
            if let Some((first, rest)) = self.held.split_first()
                && first.id == id
            {
                self.held = rest;
                redirect = Some(Cow::Borrowed(first));
            }
            while let Some(Reverse(piece)) = pieces.peek().copied().filter(|Reverse(piece)| piece.id == id) {
                pieces.pop();
                match piece.kind {
                    Kind::Redirect => redirect = Some(Cow::Owned(aside.read(piece, pieces)?)),
                    Kind::Addition => {
                        let addition = aside.read(piece, pieces)?;
                        if let Some(redirect) = &mut redirect {
                            redirect.to_mut().add(addition);
                        }
                    }
                }
            }
            if let (Some(redirect), Some(addition)) = (&mut redirect, aside.held.get(&id)) {
                redirect.to_mut().add(addition.clone());
            }
            // What was added to no redirect is nothing to tell.
            if redirect.is_some() {
                return Ok(redirect);
            }
        }
    }
}

impl Report {
    /// All redirects in the order of their numbers, those that are laid aside included.
    ///
    /// A store that fails ends them early: [`Report::whole`] tells.
    #[must_use]
    pub fn all(&self) -> All<'_> {
        All { held: &self.redirects, aside: self.aside.as_ref(), pieces: None }
    }

    /// Those, and the companions behind them.
    pub fn told(&self) -> impl Iterator<Item = Cow<'_, Redirect>> {
        self.all().chain(self.companions.iter().map(Cow::Borrowed))
    }

    /// Tells whether all that was laid aside could be read since this was asked last.
    ///
    /// # Errors
    /// That of the store.
    pub fn whole(&self) -> io::Result<()> {
        self.aside.as_ref().and_then(Aside::take_failure).map_or(Ok(()), Err)
    }

    /// Takes all that is laid aside back into memory.
    ///
    /// # Errors
    /// Those of the store.
    pub fn bring_back(&mut self) -> io::Result<()> {
        if self.aside.is_some() {
            let all = self.all().map(Cow::into_owned).collect();
            self.whole()?;
            (self.redirects, self.aside) = (all, None);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "aside_tests.rs"]
mod tests;
