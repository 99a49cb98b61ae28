//! Takes nothing, gives the outermost part of the published shape: who wrote the report, with which options, and what it holds.

use std::collections::BTreeMap;

use serde::ser::{Error as _, SerializeStruct as _};
use serde::{Deserialize, Serialize, Serializer};

use super::aside::Aside;
use super::capture::Capture;
use super::ladder::{Ladder, Subject};
use super::redirect::Redirect;
use super::summary::Summary;

/// The name and version of the published shape.
pub const SCHEMA: &str = "sip3xx.report/1";

/// A whole report.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// What was asked.
    pub options: Options,
    /// The captures, in the order in which they were named.
    pub captures: Vec<Capture>,
    /// The counts.
    pub summary: Summary,
    /// Every 3xx, in the order of time; without those that are laid aside.
    pub redirects: Vec<Redirect>,
    /// The responses that are no 3xx and ask the same of a handset as a 380 does: a 504 to register anew, a 403 to call anonymously; in the
    /// shape of a redirect, numbered by themselves, and in none of the redirects' counts.
    pub companions: Vec<Redirect>,
    /// Messages that belong to a redirect which the capture does not have.
    pub orphans: Orphans,
    /// What may be wrong with how the captures were given, in sentences.
    pub hints: Vec<String>,
    /// Further redirects, laid aside by an audit that was told where: [`Report::all`] has them with the others, in order; no part of the JSON.
    #[serde(skip)]
    pub aside: Option<Aside>,
    /// The ladders of the redirects and companions, where they were asked for; no part of the JSON.
    #[serde(skip)]
    pub ladders: Vec<Ladder>,
}

impl Report {
    /// The ladder of `subject`, where there is one.
    #[must_use]
    pub fn ladder_of(&self, subject: Subject) -> Option<&Ladder> {
        self.ladders.iter().find(|ladder| ladder.subject == subject)
    }

    /// The path of the capture with that index; empty where there is none.
    #[must_use]
    pub fn path_of(&self, capture: u32) -> &str {
        usize::try_from(capture).ok().and_then(|index| self.captures.get(index)).map_or("", |capture| capture.path.as_str())
    }
}

/// The members in their order; the redirects one by one, those that are laid aside included.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { schema, tool, options, captures, summary, companions, orphans, hints, redirects: _, aside: _, ladders: _ } = self;
        let mut document = serializer.serialize_struct("Report", 9)?;
        document.serialize_field("schema", schema)?;
        document.serialize_field("tool", tool)?;
        document.serialize_field("options", options)?;
        document.serialize_field("captures", captures)?;
        document.serialize_field("summary", summary)?;
        document.serialize_field("redirects", &Redirects(self))?;
        document.serialize_field("companions", companions)?;
        document.serialize_field("orphans", orphans)?;
        document.serialize_field("hints", hints)?;
        document.end()
    }
}

/// The redirects of a report, as a sequence.
struct Redirects<'a>(&'a Report);

impl Serialize for Redirects<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = serializer.collect_seq(self.0.all())?;
        self.0.whole().map_err(S::Error::custom)?;
        Ok(written)
    }
}

impl Default for Report {
    fn default() -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            tool: Tool::default(),
            options: Options::default(),
            captures: Vec::new(),
            summary: Summary::default(),
            redirects: Vec::new(),
            companions: Vec::new(),
            orphans: Orphans::default(),
            hints: Vec::new(),
            aside: None,
            ladders: Vec::new(),
        }
    }
}

/// The program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// The program.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Default for Tool {
    fn default() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// The options in force, so that a report says how it came to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// `default`, `rfc` or `strict`.
    pub profile: String,
    /// How late an attempt may come, in seconds.
    pub retry_window_s: f64,
    /// How much silence must be covered before "not followed" is said, in seconds.
    pub patience_s: f64,
    /// The only rules that were checked; all where empty.
    pub only_rules: Vec<String>,
    /// The rules that were not checked.
    pub ignored_rules: Vec<String>,
    /// The levels of single rules that were set, by id.
    #[serde(default)]
    pub rule_levels: BTreeMap<String, String>,
    /// The limits that were set to another value than by default, by name; absent where none was.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, u64>,
    /// The configuration file that was in force.
    #[serde(default)]
    pub config: Option<String>,
    /// The report whose findings fail no run; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// Whether each capture was analysed by itself.
    pub separate: bool,
    /// The level from which a finding fails the run: `error`, `warning`, `note` or `never`.
    pub fail_on: String,
    /// Whether an incomplete capture fails the run.
    pub strict: bool,
    /// The least number of redirects, below which the run fails.
    pub require_redirects: Option<u64>,
    /// Whether users, numbers, names and credentials are pseudonyms; absent where they are not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// The display filter that a message of each call matches; absent where all redirects are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_filter: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: "default".to_owned(),
            retry_window_s: 32.0,
            patience_s: 5.0,
            only_rules: Vec::new(),
            ignored_rules: Vec::new(),
            rule_levels: BTreeMap::new(),
            limits: BTreeMap::new(),
            config: None,
            baseline: None,
            separate: false,
            fail_on: "error".to_owned(),
            strict: false,
            require_redirects: None,
            redacted: false,
            display_filter: None,
        }
    }
}

/// Messages without the redirect to which they belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Orphans {
    /// 3xx whose request is not in the capture.
    pub responses: u64,
    /// ACKs whose response is not in the capture.
    pub acks: u64,
}
