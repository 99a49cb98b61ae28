//! Takes the redirects of a report that are more than memory is to hold, lays them aside in a store, gives them back in their order.
//!
//! Invariant: what comes back equals what was laid aside, with all that was added to it. In memory stay 24 octets for each piece. A store that
//! fails while it is written keeps what it has; one that fails while it is read ends the reading, and the failure is kept for whoever writes a report.

use std::borrow::Cow;
use std::collections::BTreeMap;
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

impl Addition {
    /// Whether nothing came.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.findings.is_empty() && self.convicted_by.is_none()
    }
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

/// Where in the store a piece of a redirect lies; in the order in which they are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    id: u64,
    kind: Kind,
    offset: u64,
    len: u32,
}

/// Redirects that are laid aside.
#[derive(Clone)]
pub struct Aside {
    pieces: Vec<Piece>,
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
        f.debug_struct("Aside").field("pieces", &self.pieces.len()).finish_non_exhaustive()
    }
}

/// Two are equal where they are pieces of one store.
impl PartialEq for Aside {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shelf, &other.shelf) && self.pieces == other.pieces && self.held == other.held
    }
}

/// What is being laid aside.
struct Writing<W: Write> {
    store: BufWriter<W>,
    end: u64,
    octets: Vec<u8>,
    pieces: Vec<Piece>,
}

impl<W: Write> Writing<W> {
    fn put(&mut self, id: u64, kind: Kind, value: &impl Serialize) -> io::Result<()> {
        self.octets.clear();
        serde_json::to_writer(&mut self.octets, value)?;
        self.store.write_all(&self.octets)?;
        let len = u32::try_from(self.octets.len()).map_err(io::Error::other)?;
        self.pieces.push(Piece { id, kind, len, offset: self.end });
        self.end = self.end.saturating_add(len.into());
        Ok(())
    }

    fn finish(mut self) -> io::Result<(u64, Vec<Piece>)> {
        self.store.flush()?;
        Ok((self.end, self.pieces))
    }
}

impl Aside {
    /// Nothing yet, in a store that is empty.
    #[must_use]
    pub fn new(store: Box<dyn Store>) -> Self {
        Self { pieces: Vec::new(), end: 0, held: BTreeMap::new(), shelf: Arc::new(Mutex::new(Shelf { store, failure: None })) }
    }

    /// Lays redirects and additions aside, each addition with the number of its redirect.
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
        let mut writing =
            Writing { store: BufWriter::with_capacity(BLOCK, &mut shelf.store), end: self.end, octets: Vec::new(), pieces: Vec::new() };
        for redirect in redirects {
            writing.put(redirect.id, Kind::Redirect, redirect)?;
        }
        for (id, addition) in additions {
            writing.put(id, Kind::Addition, addition)?;
        }
        let (end, pieces) = writing.finish()?;
        drop(shelf);
        self.end = end;
        self.pieces.extend(pieces);
        Ok(())
    }

    /// Keeps in memory what came later for the redirect of that number, after all that was laid aside of it.
    pub fn hold(&mut self, id: u64, addition: Addition) {
        self.held.insert(id, addition);
    }

    /// Whether nothing was laid aside.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Puts what was laid aside in the order of its numbers: wanted before anything is read.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.pieces.sort_unstable();
        self
    }

    fn read<T: DeserializeOwned>(&self, piece: Piece) -> io::Result<T> {
        let mut octets = vec![0; piece.len as usize];
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.store.seek(SeekFrom::Start(piece.offset))?;
        shelf.store.read_exact(&mut octets)?;
        drop(shelf);
        Ok(serde_json::from_slice(&octets)?)
    }

    fn fail(&self, failure: io::Error) {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).failure = Some(failure);
    }

    fn take_failure(&self) -> Option<io::Error> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).failure.take()
    }
}

/// All redirects of a report in the order of their numbers: those in memory are lent, those laid aside are read.
#[derive(Debug, Clone)]
pub struct All<'a> {
    held: &'a [Redirect],
    aside: Option<&'a Aside>,
    pieces: &'a [Piece],
}

impl<'a> Iterator for All<'a> {
    type Item = Cow<'a, Redirect>;

    fn next(&mut self) -> Option<Cow<'a, Redirect>> {
        let Some(aside) = self.aside else {
            let (first, rest) = self.held.split_first()?;
            self.held = rest;
            return Some(Cow::Borrowed(first));
        };
        loop {
            let ids = [self.held.first().map(|redirect| redirect.id), self.pieces.first().map(|piece| piece.id)];
            let id = ids.into_iter().flatten().min()?;
            let next = self.put_together(id, aside).map_err(|failure| aside.fail(failure)).ok()?;
            // What was added to no redirect is nothing to tell.
            if next.is_some() {
                return next;
            }
        }
    }
}

impl<'a> All<'a> {
    fn put_together(&mut self, id: u64, aside: &Aside) -> io::Result<Option<Cow<'a, Redirect>>> {
        let mut redirect = None;
        if let Some((first, rest)) = self.held.split_first()
            && first.id == id
        {
            self.held = rest;
            redirect = Some(Cow::Borrowed(first));
        }
        while let Some((piece, rest)) = self.pieces.split_first()
            && piece.id == id
        {
            self.pieces = rest;
            match (piece.kind, &mut redirect) {
                (Kind::Redirect, _) => redirect = Some(Cow::Owned(aside.read(*piece)?)),
                (Kind::Addition, Some(redirect)) => redirect.to_mut().add(aside.read(*piece)?),
                (Kind::Addition, None) => {}
            }
        }
        if let (Some(redirect), Some(addition)) = (&mut redirect, aside.held.get(&id)) {
            redirect.to_mut().add(addition.clone());
        }
        Ok(redirect)
    }
}

impl Report {
    /// All redirects in the order of their numbers, those that are laid aside included.
    ///
    /// A store that fails ends them early: [`Report::whole`] tells.
    #[must_use]
    pub fn all(&self) -> All<'_> {
        All { held: &self.redirects, aside: self.aside.as_ref(), pieces: self.aside.as_ref().map_or(&[], |aside| &aside.pieces) }
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
