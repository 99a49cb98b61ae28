//! Takes a report, gives it as SARIF 2.1.0: the findings as results, the catalogue as rules, damage of captures as notifications.
//!
//! Invariants: a result points to its capture and frame; a frame is a logical location, as a capture has no lines. Its fingerprint is the name that
//! [`identity`](super::identity) gives, so the same fault in the next run is the same alert.

use std::collections::BTreeMap;
use std::io;

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::catalogue::capitalised;
use super::completeness::meaning;
use super::format::{Format, Presentation};
use super::identity::Identities;
use super::json_escape::write_pretty;
use super::model::{Capture, Evidence, Fault, Finding, Redirect, Report};
use super::percent::percent_encoded;
use crate::rules::{self, Rule};

pub(super) const FORMAT: Format = Format {
    name: "sarif",
    summary: "SARIF 2.1.0 for code scanning, with the catalogue of rules",
    needs_messages: false,
    streams: |_| true,
    write,
};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    artifacts: Vec<Artifact>,
    results: Results<'a>,
    column_kind: &'a str,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    semantic_version: &'a str,
    rules: Vec<RuleOf>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleOf {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    clause: String,
    strength: &'static str,
    party: &'static str,
    tags: [&'static str; 2],
}

#[derive(Serialize)]
struct Text {
    text: String,
}

impl Text {
    fn of(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    descriptor: Descriptor,
    locations: Vec<Location>,
}

#[derive(Serialize)]
struct Descriptor {
    id: String,
}

#[derive(Serialize)]
struct Artifact {
    location: ArtifactLocation,
    length: u64,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOf<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    properties: ResultProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultProperties<'a> {
    verdict: &'static str,
    party: &'static str,
    clause: &'a str,
    call_id: &'a str,
    client: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

fn write(report: &Report, _: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: &report.tool.name,
                    semantic_version: &report.tool.version,
                    rules: rules::ALL.iter().map(|rule| rule_of(rule)).collect(),
                },
            },
            invocations: [Invocation { execution_successful: true, tool_execution_notifications: notifications(report) }],
            artifacts: report.captures.iter().map(artifact).collect(),
            results: Results(report),
            column_kind: "unicodeCodePoints",
        }],
    };
    write_pretty(&log, out)?;
    out.write_all(b"\n")
}

fn rule_of(rule: &Rule) -> RuleOf {
    RuleOf {
        id: rule.id,
        short_description: Text::of(format!("{}.", capitalised(rule.summary))),
        full_description: Text::of(rule.rationale.trim()),
        help: Text::of(format!("{} ({})", rule.remedy.trim(), rule.clause)),
        default_configuration: Configuration { level: rule.level.name() },
        properties: RuleProperties {
            clause: rule.clause.to_string(),
            strength: rule.strength.keyword(),
            party: rule.party.name(),
            tags: ["sip", rule.party.name()],
        },
    }
}

fn notifications(report: &Report) -> Vec<Notification> {
    let all = report.captures.iter().zip(0..).flat_map(|(capture, index)| capture.faults.iter().map(move |fault| (index, fault)));
    all.map(|(index, fault)| notification(report, index, fault)).collect()
}

fn notification(report: &Report, capture: u32, fault: &Fault) -> Notification {
    let what = meaning(fault).map_or_else(String::new, |meaning| format!(" ({})", meaning.what));
    Notification {
        level: "warning",
        message: Text::of(format!("{} x {}{what}: {}", fault.count, fault.kind, fault.detail)),
        descriptor: Descriptor { id: fault.kind.clone() },
        locations: vec![location(report, capture, fault.first_frame)],
    }
}

fn artifact(capture: &Capture) -> Artifact {
    Artifact { location: ArtifactLocation { uri: uri(&capture.path), index: None }, length: capture.bytes }
}

/// The findings of a report, as a sequence.
struct Results<'a>(&'a Report);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report) = self;
        let mut identities = Identities::of(report);
        let mut results = serializer.serialize_seq(None)?;
        for redirect in report.told() {
            for finding in &redirect.findings {
                results.serialize_element(&result(report, &redirect, finding, identities.name(&redirect, finding)))?;
            }
        }
        report.whole().map_err(S::Error::custom)?;
        results.end()
    }
}

fn result<'a>(report: &Report, redirect: &'a Redirect, finding: &'a Finding, identity: String) -> ResultOf<'a> {
    let related = finding.related.iter().zip(1..).map(|(evidence, id)| Location { id: Some(id), ..evidence_at(report, evidence) });
    ResultOf {
        rule_id: &finding.rule,
        rule_index: rules::ALL.iter().position(|rule| rule.id == finding.rule),
        level: finding.level.name(),
        message: Text::of(finding.message.as_str()),
        locations: [evidence_at(report, &finding.primary)],
        related_locations: related.collect(),
        partial_fingerprints: BTreeMap::from([("sip3xx/v1", identity)]),
        baseline_state: report.options.baseline.as_ref().map(|_| if finding.known { "unchanged" } else { "new" }),
        properties: ResultProperties {
            verdict: redirect.verdict.name(),
            party: finding.party.name(),
            clause: &finding.clause,
            call_id: &redirect.call_id,
            client: super::wording::socket(&redirect.client.address, redirect.client.port),
            user_agent: redirect.client.user_agent.as_deref(),
        },
    }
}

fn evidence_at(report: &Report, evidence: &Evidence) -> Location {
    Location { message: evidence.note.as_deref().map(Text::of), ..location(report, evidence.capture, Some(evidence.frame)) }
}

fn location(report: &Report, capture: u32, frame: Option<u64>) -> Location {
    let path = report.path_of(capture);
    let frame = frame.map(|frame| LogicalLocation {
        name: format!("frame {frame}"),
        fully_qualified_name: format!("{path}#frame={frame}"),
        kind: "frame",
    });
    Location {
        id: None,
        physical_location: PhysicalLocation { artifact_location: ArtifactLocation { uri: uri(path), index: Some(capture) } },
        logical_locations: frame.into_iter().collect(),
        message: None,
    }
}

/// The path as a URI reference (RFC 3986): what may not stand in one is percent-encoded, and a colon is not taken for a scheme.
fn uri(path: &str) -> String {
    let uri = percent_encoded(path, "/");
    if path.starts_with('/') { format!("file://{uri}") } else { uri }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::example;
    use super::*;

    fn printed(report: &Report) -> Value {
        let text = example::printed(&FORMAT, report, &Presentation::default());
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_finding_is_a_result_with_its_rule_its_frame_and_what_makes_it_so() {
        let log = printed(&example::one_capture());
        let run = &log["runs"][0];
        let result = &run["results"][0];
        assert_eq!(result["ruleId"], "redirect-not-followed");
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "redirect-not-followed");
        assert_eq!(result["level"], "error");
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "office.pcap");
        assert_eq!(result["locations"][0]["logicalLocations"][0]["name"], "frame 31");
        assert_eq!(result["relatedLocations"][0]["message"]["text"], "the client's last packet");
        assert_eq!(
            result["partialFingerprints"]["sip3xx/v1"],
            "redirect-not-followed 302 INVITE sip:carol@example.com 10.77.0.3 office.pcap 1"
        );
    }

    #[test]
    fn the_whole_catalogue_is_in_it_with_sentences() {
        let log = printed(&Report::default());
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), rules::ALL.len());
        for rule in rules {
            let short = rule["shortDescription"]["text"].as_str().unwrap();
            assert!(short.ends_with('.') && short.starts_with(|c: char| !c.is_lowercase()), "{short}");
        }
    }

    #[test]
    fn damage_is_a_notification() {
        let log = printed(&example::damaged());
        let notification = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
        assert_eq!(notification["descriptor"]["id"], "cut-file");
        assert_eq!(notification["locations"][0]["logicalLocations"][0]["name"], "frame 1235");
    }

    #[test]
    fn a_path_is_a_uri_reference() {
        for (path, wanted) in [
            ("a b/c.pcap", "a%20b/c.pcap"),
            ("/x/y.pcap", "file:///x/y.pcap"),
            ("c:x", "c%3Ax"),
            ("-", "-"),
            ("é#?.pcap", "%C3%A9%23%3F.pcap"),
        ] {
            assert_eq!(uri(path), wanted);
        }
    }

    #[test]
    fn hostile_text_is_a_value_and_nothing_else() {
        assert_eq!(printed(&example::hostile())["runs"][0]["results"][0]["message"]["text"], example::HOSTILE);
    }
}
