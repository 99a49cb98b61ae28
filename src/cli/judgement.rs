//! Takes the arguments by which captures are judged, and the configuration file, gives the measure; `audit` and `verify` have them alike.
//!
//! Invariant: the command line goes before the file.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use sip3xx::analysis;
use sip3xx::flow::KeyLog;
use sip3xx::limit::Limits;
use sip3xx::report::model::Level;
use sip3xx::rules::{Profile, Rule};

use super::complaint::Complaint;
use super::configuration::{Configuration, LONGEST};
use super::key_log::KeyLogs;
use super::limits::LimitOptions;
use super::rules::RULE;

/// How captures are judged.
#[derive(Debug, Args)]
pub(super) struct Judgement {
    /// Take levels, windows, limits and what is known of the network from a TOML file; see docs/configuration.md.
    #[arg(long, value_name = "FILE", help_heading = "Judgement")]
    config: Option<PathBuf>,
    /// By which measure to level findings [default: default].
    #[arg(long, value_name = "PROFILE", value_parser = profile_parser(), help_heading = "Judgement")]
    profile: Option<Profile>,
    /// Check this rule only; may be given several times.
    #[arg(long = "rule", value_name = "ID", value_parser = RULE, hide_possible_values = true, help_heading = "Judgement")]
    only: Vec<&'static Rule>,
    /// Do not check this rule; may be given several times.
    #[arg(long, value_name = "ID", value_parser = RULE, hide_possible_values = true, help_heading = "Judgement")]
    ignore: Vec<&'static Rule>,
    /// How late after a 3xx a request still counts as its attempt [default: 32, which is 64*T1].
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Judgement")]
    retry_window: Option<Nanoseconds>,
    /// How much silence the capture must cover before "not followed" is said [default: 5].
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Judgement")]
    patience: Option<Nanoseconds>,
    #[command(flatten)]
    limits: LimitOptions,
    /// On how many threads to read and judge, with the same result on any number [default: as many as there are processors].
    #[arg(long, value_name = "N", help_heading = "Speed")]
    threads: Option<NonZeroUsize>,
    #[command(flatten)]
    key_logs: KeyLogs,
}

/// A duration on the command line.
type Nanoseconds = i64;

/// What is judged, and by which measure, after the command line and the file were read.
pub(super) struct Measure {
    pub(super) options: analysis::Options,
    /// The level that fails a run as the file says; none where it does not say.
    pub(super) fail_on: Option<Option<Level>>,
}

impl Judgement {
    /// The configuration file.
    pub(super) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// The key logs that are read.
    pub(super) fn key_logs(&self) -> impl Iterator<Item = &Path> {
        self.key_logs.files()
    }

    /// The secrets of TLS, of as many sessions as `limits` allow.
    pub(super) fn keys(&self, limits: &Limits) -> Result<KeyLog, Complaint> {
        self.key_logs.read(limits)
    }

    /// What is to be told in place of judging anything.
    pub(super) fn answer(&self) -> Option<String> {
        self.limits.answer()
    }

    /// What is judged, and by which measure: the command line goes before the file.
    ///
    /// The secrets of TLS are read by [`Self::keys`], once it is known that there is something to read.
    pub(super) fn measure(&self) -> Result<Measure, Complaint> {
        let file = self.config().map_or_else(|| Ok(Configuration::default()), Configuration::read)?;
        let default = analysis::Options::default();
        let only = ids(&self.only);
        let is_asked_for = |id: &String| only.contains(id);
        let off = file.off.into_iter().filter(|id| !is_asked_for(id));
        let options = analysis::Options {
            retry_window_ns: self.retry_window.or(file.retry_window).unwrap_or(default.retry_window_ns),
            patience_ns: self.patience.or(file.patience).unwrap_or(default.patience_ns),
            profile: self.profile.or(file.profile).unwrap_or_default(),
            ignore: ids(&self.ignore).into_iter().chain(off).collect(),
            only,
            levels: file.levels,
            network: file.network,
            limits: self.limits.over(file.limits),
            keys: default.keys,
            threads: self.threads.unwrap_or(default.threads),
            redaction: default.redaction,
            aside: default.aside,
        };
        Ok(Measure { options, fail_on: file.fail_on })
    }
}

fn ids(rules: &[&'static Rule]) -> Vec<String> {
    rules.iter().map(|rule| rule.id.to_owned()).collect()
}

pub(super) fn profile_parser() -> impl TypedValueParser<Value = Profile> {
    let names = Profile::ALL.iter().map(|profile| {
        PossibleValue::new(profile.name()).help(match profile {
            Profile::Default => "by whether the client did what the status asks",
            Profile::Rfc => "only a broken MUST, MUST NOT or shall is an error",
            Profile::Strict => "a broken SHOULD is an error too",
        })
    });
    PossibleValuesParser::new(names).try_map(|name| Profile::named(&name).ok_or("no such profile"))
}

/// Reads a duration in seconds, fractions allowed.
fn seconds(text: &str) -> Result<Nanoseconds, String> {
    match text.parse::<f64>() {
        // A day of nanoseconds is far within the integers that a double holds exactly.
        Ok(seconds) if (0.0..=LONGEST).contains(&seconds) => Ok((seconds * 1e9).round() as Nanoseconds),
        _ => Err(format!("a number of seconds from 0 to {LONGEST} is wanted")),
    }
}
