//! Takes the text of a configuration file (TOML), gives what it sets; a key that is not known, or a value that cannot be, is an error with its line.
//!
//! Invariant: what a file does not set is not set here: the command line goes before the file, and the file before the profile.
//! `docs/configuration.md` describes every key.

use std::fmt;
use std::ops::Range as Span;
use std::path::Path;

use sip3xx::call::{DiallingPlan, Network, Range};
use sip3xx::limit::Limits;
use sip3xx::nearest::nearest;
use sip3xx::report::model;
use sip3xx::rules::{ALL, Level, Profile};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::complaint::Complaint;
use super::limits;

/// The longest duration, in seconds: a day.
pub(super) const LONGEST: f64 = 86_400.0;

/// What a configuration file sets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Configuration {
    /// The profile.
    pub(super) profile: Option<Profile>,
    /// How late a request still counts as an attempt, in nanoseconds.
    pub(super) retry_window: Option<i64>,
    /// How much silence must be covered, in nanoseconds.
    pub(super) patience: Option<i64>,
    /// The level that fails a run; inside, none where nothing does.
    pub(super) fail_on: Option<Option<model::Level>>,
    /// The levels of single rules.
    pub(super) levels: Vec<(String, Level)>,
    /// The rules that are not checked.
    pub(super) off: Vec<String>,
    /// What is known of the network.
    pub(super) network: Network,
    /// How much is held.
    pub(super) limits: Limits,
}

/// A place in the file, and what is wrong there.
type Refusal = (Span<usize>, String);

/// A key that a file may have.
pub(super) struct Key {
    /// Its table; empty at the top.
    pub(super) table: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    set: fn(&mut Configuration, &Spanned<DeValue<'_>>) -> Result<(), Refusal>,
}

/// Every key but those of `[rules]`, which are the ids of the rules, and of `[limits]`, which are their names.
pub(super) const KEYS: &[Key] = &[
    Key { table: "", name: "profile", set: |set, value| word(value, PROFILES).map(|profile| set.profile = Some(profile)) },
    Key { table: "", name: "retry-window", set: |set, value| seconds(value).map(|time| set.retry_window = Some(time)) },
    Key { table: "", name: "patience", set: |set, value| seconds(value).map(|time| set.patience = Some(time)) },
    Key { table: "", name: "fail-on", set: |set, value| word(value, FAIL_ON).map(|level| set.fail_on = Some(level)) },
    Key { table: "", name: "methods", set: |set, value| list(value, method).map(|methods| set.network.methods = methods) },
    Key {
        table: "network",
        name: "redirect-servers",
        set: |set, value| list(value, range).map(|list| set.network.redirect_servers = list),
    },
    Key {
        table: "network",
        name: "outbound-proxies",
        set: |set, value| list(value, range).map(|list| set.network.outbound_proxies = list),
    },
    Key {
        table: "network",
        name: "shared-resolver",
        set: |set, value| flag(value).map(|is_shared| set.network.shared_resolver = is_shared),
    },
    Key { table: "numbers", name: "country", set: |set, value| digits(value).map(|digits| set.plan().country = digits) },
    Key { table: "numbers", name: "national-prefix", set: |set, value| digits(value).map(|digits| set.plan().national_prefix = digits) },
    Key {
        table: "numbers",
        name: "international-prefix",
        set: |set, value| digits(value).map(|digits| set.plan().international_prefix = digits),
    },
];

/// The table whose keys are the ids of rules.
const RULES: &str = "rules";
/// The table whose keys are the names of limits.
const LIMITS: &str = "limits";

const PROFILES: &[(&str, Profile)] = &[("default", Profile::Default), ("rfc", Profile::Rfc), ("strict", Profile::Strict)];
const FAIL_ON: &[(&str, Option<model::Level>)] =
    &[("error", Some(model::Level::Error)), ("warning", Some(model::Level::Warning)), ("note", Some(model::Level::Note)), ("never", None)];
const LEVELS: &[(&str, Option<Level>)] =
    &[("error", Some(Level::Error)), ("warning", Some(Level::Warning)), ("note", Some(Level::Note)), ("off", None)];

impl Configuration {
    /// Reads the file at `path`.
    pub(super) fn read(path: &Path) -> Result<Self, Complaint> {
        let text = std::fs::read_to_string(path).map_err(|error| Complaint::new(format!("{}: {error}", path.display())))?;
        Self::parse(&text).map_err(|problem| Complaint::new(format!("{}:{problem}", path.display())))
    }

    /// Reads the text of a file.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let told = |(span, what): Refusal| Problem { line: line_of(text, span.start), what };
        let root = DeTable::parse(text).map_err(|error| told((error.span().unwrap_or_default(), error.message().to_owned())))?;
        let mut set = Self::default();
        for (key, value) in root.get_ref() {
            let name: &str = key.get_ref();
            let table = match value.get_ref() {
                DeValue::Table(table) if name == RULES => set.rules(table),
                DeValue::Table(table) if name == LIMITS => set.limits(table),
                DeValue::Table(table) if KEYS.iter().any(|key| key.table == name) => set.table(name, table),
                _ => set.key("", key.span(), name, value),
            };
            table.map_err(told)?;
        }
        if set.network.dialling.as_ref().is_some_and(|plan| plan.country.is_empty()) {
            return Err(Problem { line: 1, what: "[numbers] needs country, the digits behind +".to_owned() });
        }
        Ok(set)
    }

    fn table(&mut self, name: &str, table: &DeTable<'_>) -> Result<(), Refusal> {
        table.iter().try_for_each(|(key, value)| self.key(name, key.span(), key.get_ref(), value))
    }

    fn key(&mut self, table: &str, span: Span<usize>, name: &str, value: &Spanned<DeValue<'_>>) -> Result<(), Refusal> {
        if let Some(key) = KEYS.iter().find(|key| (key.table, key.name) == (table, name)) {
            return (key.set)(self, value);
        }
        let mut known: Vec<&str> = KEYS.iter().filter(|key| key.table == table).map(|key| key.name).collect();
        if table.is_empty() {
            known.extend(["network", "numbers", RULES, LIMITS]);
        }
        Err((span, unknown("key", name, &known)))
    }

    fn rules(&mut self, table: &DeTable<'_>) -> Result<(), Refusal> {
        for (key, value) in table {
            let id: &str = key.get_ref();
            if !ALL.iter().any(|rule| rule.id == id) {
                return Err((key.span(), unknown("rule", id, &ALL.iter().map(|rule| rule.id).collect::<Vec<_>>())));
            }
            match word(value, LEVELS)? {
                Some(level) => self.levels.push((id.to_owned(), level)),
                None => self.off.push(id.to_owned()),
            }
        }
        Ok(())
    }

    fn limits(&mut self, table: &DeTable<'_>) -> Result<(), Refusal> {
        for (key, value) in table {
            let limit = limits::named(key.get_ref()).map_err(|told| (key.span(), told))?;
            let written = match value.get_ref() {
                DeValue::Integer(number) => number.as_str(),
                _ => text(value)?,
            };
            let number = limit.value(written).map_err(|told| (value.span(), told))?;
            self.limits = self.limits.with(limit, number);
        }
        Ok(())
    }

    /// The dialling plan, begun where there is none.
    fn plan(&mut self) -> &mut DiallingPlan {
        self.network.dialling.get_or_insert_with(DiallingPlan::default)
    }
}

/// What is wrong with a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    line: usize,
    what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)
    }
}

/// The number of the line in which the octet at `start` stands, from 1.
fn line_of(text: &str, start: usize) -> usize {
    text.bytes().take(start).filter(|octet| *octet == b'\n').count() + 1
}

/// That there is no `what` of the name that was `typed`, and what was meant.
pub(super) fn unknown(what: &str, typed: &str, known: &[&str]) -> String {
    match nearest(typed, known.iter().copied()) {
        Some(meant) => format!("no such {what}: {typed}; did you mean {meant}?"),
        None if what == "rule" => format!("no such rule: {typed}; `sip3xx rules` lists them"),
        None if what == "limit" => format!("no such limit: {typed}; `sip3xx audit --limit ?` lists them"),
        None => format!("no such {what}: {typed}; one of: {}", known.join(", ")),
    }
}

fn text<'a>(value: &'a Spanned<DeValue<'_>>) -> Result<&'a str, Refusal> {
    value.get_ref().as_str().ok_or_else(|| (value.span(), "a text in quotation marks is wanted".to_owned()))
}

fn flag(value: &Spanned<DeValue<'_>>) -> Result<bool, Refusal> {
    value.get_ref().as_bool().ok_or_else(|| (value.span(), "true or false is wanted".to_owned()))
}

fn word<T: Copy>(value: &Spanned<DeValue<'_>>, words: &[(&str, T)]) -> Result<T, Refusal> {
    let typed = text(value)?;
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    words.iter().find(|(word, _)| *word == typed).map(|(_, meant)| *meant).ok_or_else(|| (value.span(), unknown("value", typed, &known)))
}

fn seconds(value: &Spanned<DeValue<'_>>) -> Result<i64, Refusal> {
    let written = match value.get_ref() {
        DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
        DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
        _ => None,
    };
    match written {
        // A day of nanoseconds is far within the integers that a double holds exactly.
        Some(seconds) if (0.0..=LONGEST).contains(&seconds) => Ok((seconds * 1e9).round() as i64),
        _ => Err((value.span(), format!("a number of seconds from 0 to {LONGEST} is wanted"))),
    }
}

fn digits(value: &Spanned<DeValue<'_>>) -> Result<String, Refusal> {
    let written = text(value)?;
    let is_number = written.bytes().all(|octet| octet.is_ascii_digit()) && written.len() <= 15;
    is_number.then(|| written.to_owned()).ok_or_else(|| (value.span(), "digits in quotation marks are wanted".to_owned()))
}

fn range(value: &Spanned<DeValue<'_>>) -> Result<Range, Refusal> {
    text(value)?.parse().map_err(|error: sip3xx::call::NoRange| (value.span(), error.to_string()))
}

fn method(value: &Spanned<DeValue<'_>>) -> Result<String, Refusal> {
    let written = text(value)?;
    let is_method = !written.is_empty() && written.bytes().all(|octet| octet.is_ascii_uppercase());
    is_method.then(|| written.to_owned()).ok_or_else(|| (value.span(), "a method in capital letters is wanted".to_owned()))
}

fn list<T>(value: &Spanned<DeValue<'_>>, item: fn(&Spanned<DeValue<'_>>) -> Result<T, Refusal>) -> Result<Vec<T>, Refusal> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().map(item).collect(),
        _ => Err((value.span(), "a list in brackets is wanted".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sip3xx::rules::{Level, Profile};

    use super::{Configuration, KEYS};

    const PAGE: &str = include_str!("../../docs/configuration.md");

    #[track_caller]
    fn refused(text: &str) -> String {
        Configuration::parse(text).err().unwrap_or_else(|| panic!("{text:?} is taken")).to_string()
    }

    #[test]
    fn a_file_sets_what_it_names_and_nothing_else() {
        let set = Configuration::parse("profile = \"rfc\"\npatience = 2.5\n[rules]\nack-missing = \"note\"\nack-with-body = \"off\"\n");
        let set = set.expect("is well");
        assert_eq!((set.profile, set.patience, set.retry_window), (Some(Profile::Rfc), Some(2_500_000_000), None));
        assert_eq!(set.levels, [("ack-missing".to_owned(), Level::Note)]);
        assert_eq!(set.off, ["ack-with-body"]);
        assert_eq!(Configuration::parse(""), Ok(Configuration::default()));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_key_that_was_meant() {
        assert_eq!(refused("profile = \"rfc\"\npatiense = 3\n"), "2: no such key: patiense; did you mean patience?");
        assert_eq!(refused("\n[network]\noutbound-proxy = []\n"), "3: no such key: outbound-proxy; did you mean outbound-proxies?");
        assert_eq!(refused("[rules]\nack-mising = \"off\"\n"), "2: no such rule: ack-mising; did you mean ack-missing?");
        assert_eq!(refused("[netwrok]\n"), "1: no such key: netwrok; did you mean network?");
    }

    #[test]
    fn a_value_that_cannot_be_is_refused_with_its_line() {
        for (text, wanted) in [
            ("profile = \"strickt\"", "1: no such value: strickt; did you mean strict?"),
            ("patience = \"soon\"", "1: a number of seconds from 0 to 86400 is wanted"),
            ("patience = -1", "1: a number of seconds from 0 to 86400 is wanted"),
            ("methods = [\n\"INVITE\",\n7]", "3: a text in quotation marks is wanted"),
            (
                "[network]\noutbound-proxies = [\"proxy.example\"]",
                "2: an address is wanted: 192.0.2.1, 192.0.2.1:5060, [2001:db8::1]:5060 or 192.0.2.0/24",
            ),
            ("[network]\nshared-resolver = 1", "2: true or false is wanted"),
            ("[numbers]\nnational-prefix = \"0\"", "1: [numbers] needs country, the digits behind +"),
            ("[rules]\nack-missing = \"fatal\"", "2: no such value: fatal; one of: error, warning, note, off"),
        ] {
            assert_eq!(refused(text), wanted, "{text}");
        }
        assert!(refused("profile = ").starts_with("1: "));
    }

    #[test]
    fn every_key_is_documented_and_the_example_is_well() {
        for key in KEYS {
            assert!(PAGE.contains(&format!("| `{}` |", key.name)), "docs/configuration.md does not tell of {}", key.name);
        }
        let example = PAGE.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("there is an example");
        let set = Configuration::parse(example).unwrap_or_else(|problem| panic!("{problem}"));
        for key in KEYS {
            assert!(example.contains(&format!("{} = ", key.name)), "the example does not show {}", key.name);
        }
        assert!(set.network.dialling.is_some() && set.network.shared_resolver);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_taken_or_refused_with_a_line_of_it(pieces in prop::collection::vec(piece(), 0..12)) {
            let text = pieces.concat();
            let read = Configuration::parse(&text);
            prop_assert_eq!(&read, &Configuration::parse(&text));
            if let Err(refused) = read {
                let told = refused.to_string();
                let line = told.split(':').next().and_then(|line| line.parse::<usize>().ok());
                prop_assert!(line.is_some_and(|line| (1..=text.lines().count().max(1) + 1).contains(&line)), "{}: {}", text, told);
            }
        }
    }

    /// What a file may consist of, whole and broken.
    fn piece() -> impl Strategy<Value = String> {
        let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        prop_oneof![
            prop::sample::select(keys).prop_map(|key| format!("{key} = ")),
            prop::sample::select(
                &[
                    "[network]\n",
                    "[rules]\n",
                    "\n",
                    "\"",
                    "[",
                    "]",
                    "{",
                    "}",
                    "=",
                    ",",
                    ".",
                    "#",
                    "\u{0}",
                    "1e9",
                    "-1",
                    "nan",
                    "\"rfc\"",
                    "[\"192.0.2.1\"]\n",
                    "\"note\"\n",
                    "ack-missing = "
                ][..]
            )
            .prop_map(ToOwned::to_owned),
            any::<char>().prop_map(String::from),
        ]
    }
}
