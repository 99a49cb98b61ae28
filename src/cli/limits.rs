//! Takes the limits that are set on the command line, gives what each is set to; `--limit ?` lists them all.

use clap::Args;
use sip3xx::limit::{self, Limit, Limits};
use sip3xx::report::counted;
use sip3xx::report::model::Report;

use super::complaint::Complaint;
use super::configuration::unknown;

/// How much is held.
#[derive(Debug, Args)]
pub(super) struct LimitOptions {
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = setting, help = help(), help_heading = "Memory")]
    settings: Vec<Setting>,
}

/// One word behind `--limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    /// All limits are to be listed.
    List,
    /// A limit is set.
    Set(Limit, u64),
}

impl LimitOptions {
    /// The list of all limits, where it was asked for.
    pub(super) fn answer(&self) -> Option<String> {
        self.settings.contains(&Setting::List).then(limit::list)
    }

    /// `limits` with what is set here.
    pub(super) fn over(&self, limits: Limits) -> Limits {
        self.settings.iter().fold(limits, |limits, setting| match setting {
            Setting::List => limits,
            Setting::Set(limit, value) => limits.with(*limit, *value),
        })
    }
}

/// Tells on stderr which limits `report` says were reached, where nothing else tells its faults.
pub(super) fn tell_reached(report: &Report) {
    for capture in &report.captures {
        for (fault, limit) in capture.faults.iter().filter_map(|fault| Some((fault, fault.limit.as_deref().and_then(Limit::named)?))) {
            let (path, about) = (&capture.path, limit.about());
            let times = counted(fault.count, "time");
            Complaint::new(format!("{path}: limit {} reached {times}: {}", about.name, about.reached)).tell();
        }
    }
}

fn help() -> String {
    format!(
        "Hold no more of something than this; may be given several times. What is given up then is told; ? lists what each limit bounds \
         [defaults: {}]",
        limit::defaults()
    )
}

fn setting(text: &str) -> Result<Setting, String> {
    if text == "?" {
        return Ok(Setting::List);
    }
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is wanted; --limit ? lists the names")?;
    let limit = named(name.trim())?;
    limit.value(value).map(|value| Setting::Set(limit, value))
}

/// The limit of that name.
pub(super) fn named(name: &str) -> Result<Limit, String> {
    Limit::named(name).ok_or_else(|| unknown("limit", name, &Limit::ALL.map(Limit::name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_set_by_name_and_a_slip_is_told() {
        assert_eq!(setting("transactions=7"), Ok(Setting::Set(Limit::Transactions, 7)));
        assert_eq!(setting("fragment-octets=2 MiB"), Ok(Setting::Set(Limit::FragmentOctets, 2 << 20)));
        assert_eq!(setting("?"), Ok(Setting::List));
        for (text, wanted) in [
            ("transactions", "NAME=VALUE is wanted; --limit ? lists the names"),
            ("transaction=7", "no such limit: transaction; did you mean transactions?"),
            ("zzzzzzzzzzzz=7", "no such limit: zzzzzzzzzzzz; `sip3xx audit --limit ?` lists them"),
            ("transactions=0", "transactions: a whole number from 1 to 100000000 is wanted"),
        ] {
            assert_eq!(setting(text), Err(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn the_last_word_on_a_limit_counts_and_the_others_keep_what_they_had() {
        let limits = LimitOptions { settings: ["names=3", "names=5"].map(|text| setting(text).expect("is well")).to_vec() };
        let over = limits.over(Limits::default().with(Limit::Names, 9).with(Limit::Watches, 8));
        assert_eq!((over.of(Limit::Names), over.of(Limit::Watches), over.changed().count()), (5, 8, 2));
        assert_eq!(limits.answer(), None);
    }
}
