//! Takes nothing, gives the words in which a rule is written: level, party, strength, clause, and the scope of its check.

use std::fmt;

use super::finding::Draft;
use crate::call::{Attempt, LaterRequest, Redirect, Watch};

/// How bad a finding is, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Not as the standard advises, or not provable enough for more.
    Warning,
    /// Wrong; makes the redirect `incorrect` where the client is the party.
    Error,
}

impl Level {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Who broke the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// The element that received the 3xx.
    Client,
    /// The element that sent the 3xx.
    Server,
    /// A proxy that received the 3xx.
    Proxy,
    /// The capture itself.
    Capture,
}

impl Party {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Proxy => "proxy",
            Self::Capture => "capture",
        }
    }
}

/// The word of obligation in the clause (RFC 2119; `shall` in 3GPP documents).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// MUST.
    Must,
    /// MUST NOT.
    MustNot,
    /// shall, in a 3GPP specification.
    Shall,
    /// SHOULD.
    Should,
    /// SHOULD NOT.
    ShouldNot,
    /// RECOMMENDED.
    Recommended,
    /// NOT RECOMMENDED.
    NotRecommended,
    /// MAY.
    May,
    /// The clause describes and uses no keyword.
    Descriptive,
}

impl Strength {
    /// The keyword as the clause writes it; empty where it has none.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::MustNot => "MUST NOT",
            Self::Shall => "shall",
            Self::Should => "SHOULD",
            Self::ShouldNot => "SHOULD NOT",
            Self::Recommended => "RECOMMENDED",
            Self::NotRecommended => "NOT RECOMMENDED",
            Self::May => "MAY",
            Self::Descriptive => "",
        }
    }

    /// Whether breaking it breaks the standard outright.
    #[must_use]
    pub const fn is_absolute(self) -> bool {
        matches!(self, Self::Must | Self::MustNot | Self::Shall)
    }

    /// Whether the standard advises it strongly without making it absolute.
    #[must_use]
    pub const fn is_advice(self) -> bool {
        matches!(self, Self::Should | Self::ShouldNot | Self::Recommended | Self::NotRecommended)
    }
}

/// Where a requirement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clause {
    /// The document: `RFC 3261`, `3GPP TS 24.229`.
    pub document: &'static str,
    /// The section in it: `8.1.3.4`.
    pub section: &'static str,
}

impl Clause {
    /// A clause of RFC 3261.
    #[must_use]
    pub const fn rfc3261(section: &'static str) -> Self {
        Self { document: "RFC 3261", section }
    }

    /// A clause of RFC 3263.
    #[must_use]
    pub const fn rfc3263(section: &'static str) -> Self {
        Self { document: "RFC 3263", section }
    }

    /// A clause of 3GPP TS 24.229.
    #[must_use]
    pub const fn ts24229(section: &'static str) -> Self {
        Self { document: "3GPP TS 24.229", section }
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.document, self.section)
    }
}

/// The part of the catalogue in which a rule stands, one folder each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Following a 300, 301 or 302, and what comes after.
    Redirect,
    /// The ACK of a 3xx to INVITE.
    Ack,
    /// 305, authentication, proxies, dialogs, other methods.
    Special,
    /// 380 Alternative Service.
    Alternative,
    /// What the redirecting server did; never held against the client.
    Server,
}

impl Section {
    /// The folder of the rules of this section.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Ack => "ack",
            Self::Special => "special",
            Self::Alternative => "alternative",
            Self::Server => "server",
        }
    }

    /// The heading in the catalogue.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Redirect => "300, 301, 302: following a redirect, and the requests after it",
            Self::Ack => "The ACK of a 3xx to INVITE",
            Self::Special => "305, authentication, proxies, dialogs, other methods",
            Self::Alternative => "380 Alternative Service",
            Self::Server => "The redirecting server",
        }
    }
}

/// What a rule looks at; the engine walks once over each scope.
#[derive(Clone, Copy)]
pub enum Check {
    /// The redirect as a whole, once its window is over.
    Redirect(fn(&Redirect) -> Option<Draft>),
    /// Each attempt of a redirect.
    Attempt(fn(&Redirect, &Attempt) -> Option<Draft>),
    /// Each later request of the same client that bears on the redirect's original URI or Contacts.
    Later(fn(&Watch, &LaterRequest) -> Option<Draft>),
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Redirect(_) => "Check::Redirect",
            Self::Attempt(_) => "Check::Attempt",
            Self::Later(_) => "Check::Later",
        })
    }
}

/// One rule: what it asks, where that stands, why, and how it is checked.
#[derive(Debug)]
pub struct Rule {
    /// The name of the fault, in kebab-case; also the file's name and the samples' folder.
    pub id: &'static str,
    /// Its part of the catalogue.
    pub section: Section,
    /// How bad it is at its worst, under the default profile.
    pub level: Level,
    /// Who is to blame.
    pub party: Party,
    /// The keyword of the clause.
    pub strength: Strength,
    /// The clause.
    pub clause: Clause,
    /// The fault in one line: lower case, no period.
    pub summary: &'static str,
    /// Two to five sentences: what breaks, and for whom.
    pub rationale: &'static str,
    /// What the party is to do.
    pub remedy: &'static str,
    /// The wire, wrong and right, in a few lines.
    pub example: &'static str,
    /// The check.
    pub check: Check,
}
