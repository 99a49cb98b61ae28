//! Takes rules, gives the catalogue for a reader: a list, the page of one rule, and the whole as Markdown (`docs/rules.md`).

use std::fmt::Write as _;
use std::io;

use crate::rules::{Profile, Rule, Section};

/// The order of the sections.
const SECTIONS: &[Section] = &[Section::Redirect, Section::Ack, Section::Special, Section::Alternative, Section::Server];
/// The columns of a page.
const WIDTH: usize = 100;

/// The rules of `section`, in the order of the catalogue.
fn of(rules: &[&'static Rule], section: Section) -> Vec<&'static Rule> {
    rules.iter().copied().filter(|rule| rule.section == section).collect()
}

/// Writes the list of `rules` by section: id, level under `profile`, summary.
///
/// # Errors
/// Those of `out`.
pub fn list(rules: &[&'static Rule], profile: Profile, out: &mut dyn io::Write) -> io::Result<()> {
    let widest = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut first = true;
    for section in SECTIONS {
        let rules = of(rules, *section);
        if rules.is_empty() {
            continue;
        }
        if !first {
            writeln!(out)?;
        }
        first = false;
        writeln!(out, "{}", section.title())?;
        for rule in rules {
            let head = format!("  {:widest$}  {:7}  ", rule.id, profile.level(rule.level, rule.strength).name());
            writeln!(out, "{}", wrapped(&head, rule.summary))?;
        }
    }
    if first {
        writeln!(out, "The catalogue holds no rules.")?;
    }
    Ok(())
}

/// Writes the page of one rule: what it asks, where that stands, why, what to do, an example.
///
/// # Errors
/// Those of `out`.
pub fn page(rule: &Rule, profile: Profile, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}", wrapped(&format!("{}: ", rule.id), rule.summary))?;
    writeln!(out)?;
    writeln!(out, "  level     {}", profile.level(rule.level, rule.strength).name())?;
    writeln!(out, "  party     {}", rule.party.name())?;
    writeln!(out, "  clause    {}", obligation(rule))?;
    writeln!(out)?;
    for (label, text) in [("  why       ", rule.rationale), ("  remedy    ", rule.remedy)] {
        writeln!(out, "{}", wrapped(label, text))?;
    }
    if !rule.example.trim().is_empty() {
        writeln!(out, "\n  example")?;
        for line in example(rule) {
            writeln!(out, "{}", format!("    {line}").trim_end())?;
        }
    }
    Ok(())
}

/// The whole catalogue as Markdown.
#[must_use]
pub fn markdown(rules: &[&'static Rule]) -> String {
    let mut text = String::from(
        "<!-- Written by `sip3xx rules --markdown`. -->\n# Rules\n\n\
         A rule is named after the fault that it finds. Levels are those of `--profile default`; a check may give a milder one where a case is\n\
         milder. Only an error of the client makes a redirect `incorrect`.\n",
    );
    for section in SECTIONS {
        let rules = of(rules, *section);
        if rules.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## {}\n\n| rule | level | party | clause | fault |\n|---|---|---|---|---|\n", section.title());
        for rule in &rules {
            let Rule { id, level, party, summary, .. } = rule;
            let cells = (level.name(), party.name(), obligation(rule), cell(summary));
            let _ = writeln!(text, "| [`{id}`](#{id}) | {} | {} | {} | {} |", cells.0, cells.1, cells.2, cells.3);
        }
        for rule in &rules {
            let _ = write!(text, "\n### {}\n\n{}. ", rule.id, capitalised(rule.summary));
            let _ = writeln!(
                text,
                "{}, {}, {}.\n\n{}",
                capitalised(rule.level.name()),
                rule.party.name(),
                obligation(rule),
                rule.rationale.trim()
            );
            let _ = writeln!(text, "\n**Remedy:** {}", rule.remedy.trim());
            if !rule.example.trim().is_empty() {
                let _ = writeln!(text, "\n```text\n{}\n```", example(rule).join("\n"));
            }
        }
    }
    text
}

/// The clause with its keyword.
fn obligation(rule: &Rule) -> String {
    match rule.strength.keyword() {
        "" => rule.clause.to_string(),
        keyword => format!("{keyword}, {}", rule.clause),
    }
}

/// The lines of the example, without empty ones at its ends.
fn example(rule: &Rule) -> Vec<&'static str> {
    rule.example.trim_matches('\n').lines().map(str::trim_end).collect()
}

/// The text with an upper-case first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The text as a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// `label` and `text` behind it, wrapped at [`WIDTH`] columns under the beginning of the text.
fn wrapped(label: &str, text: &str) -> String {
    let mut page = label.to_owned();
    let mut column = label.len();
    let mut fresh = true;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if !fresh && column + 1 + width > WIDTH {
            let _ = write!(page, "\n{:indent$}", "", indent = label.len());
            column = label.len();
        } else if !fresh {
            page.push(' ');
            column += 1;
        }
        page.push_str(word);
        column += width;
        fresh = false;
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Check, Clause, Level, Party, Strength};

    const RULE: Rule = Rule {
        id: "redirect-not-followed",
        section: Section::Redirect,
        level: Level::Error,
        party: Party::Client,
        strength: Strength::Should,
        clause: Clause::rfc3261("21.3.3"),
        summary: "no Contact of a redirect was tried | ever",
        rationale: "The caller hears a failure although the callee told where to be found, and nobody on the way can repair it, since only the \
                    client knows the call.",
        remedy: "Send the request again with the Contact as Request-URI.",
        example: "\nC -> S  INVITE sip:bob@example.com\nC <- S  302, Contact: <sip:bob@192.0.2.4>\n",
        check: Check::Redirect(|_| None),
    };
    const OTHER: Rule = Rule { id: "ack-missing", section: Section::Ack, strength: Strength::Descriptive, example: "", ..RULE };

    fn printed(write: impl Fn(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_list_goes_by_section() {
        let text = printed(|out| list(&[&OTHER, &RULE], Profile::Default, out));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], Section::Redirect.title());
        assert_eq!(lines[1], "  redirect-not-followed  error    no Contact of a redirect was tried | ever");
        assert_eq!(lines[4], "  ack-missing            error    no Contact of a redirect was tried | ever");
    }

    #[test]
    fn the_levels_are_those_of_the_profile() {
        assert!(printed(|out| list(&[&RULE], Profile::Rfc, out)).contains("redirect-not-followed  warning "));
        assert!(printed(|out| page(&RULE, Profile::Rfc, out)).contains("  level     warning\n"));
    }

    #[test]
    fn a_page_says_everything_of_its_rule() {
        let text = printed(|out| page(&RULE, Profile::Default, out));
        for part in ["redirect-not-followed: no Contact", "SHOULD, RFC 3261 21.3.3", "client", "why       The caller", "    C -> S  INVITE"]
        {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert!(text.lines().all(|line| line.len() <= WIDTH));
    }

    #[test]
    fn the_markdown_links_the_table_to_the_pages() {
        let text = markdown(&[&RULE, &OTHER]);
        for part in [
            "| [`redirect-not-followed`](#redirect-not-followed) | error | client | SHOULD, RFC 3261 21.3.3 | no Contact of a redirect was tried \\| ever |",
            "\n### ack-missing\n",
            "```text\nC -> S  INVITE sip:bob@example.com\nC <- S  302, Contact: <sip:bob@192.0.2.4>\n```",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn an_empty_catalogue_is_told() {
        assert_eq!(printed(|out| list(&[], Profile::Default, out)), "The catalogue holds no rules.\n");
        assert!(markdown(&[]).starts_with("<!--"));
    }
}
