//! Takes small captures and limits set to next to nothing, holds that each limit is reached, told with its name, and that the advice names it.
//!
//! Invariant: every limit has its case here, and without the option none of these captures reaches it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sip3xx::limit::{self, Limit};

use crate::support::capture_text::capture_of_text;
use crate::support::frames::{in_fragments, in_segments, with_every_frame};
use crate::worst;

const OFFICE: &str = "samples/captures/mixed-office.pcap";
const BROWSER: &str = "samples/captures/websocket-redirect.pcap";
/// What two clients, at 192.0.2.10 and 192.0.2.11, were told of names, and their registrations and requests: two of each kind.
const TWO_OF_EACH: &str = "
@ 0 192.0.2.53:53 > 192.0.2.10:40000 udp dns
one.example A 198.51.100.31

@ +0.01 192.0.2.53:53 > 192.0.2.10:40000 udp dns
two.example A 198.51.100.32

@ +0.01 198.51.100.5:5060 > 192.0.2.10:5060 udp
SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKr1
From: <sip:a@ims.example>;tag=1
To: <sip:a@ims.example>;tag=2
Call-ID: r1
CSeq: 1 REGISTER
Path: <sip:198.51.100.5;lr>
Content-Length: auto

@ +0.01 198.51.100.5:5060 > 192.0.2.11:5060 udp
SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bKr2
From: <sip:b@ims.example>;tag=1
To: <sip:b@ims.example>;tag=2
Call-ID: r2
CSeq: 1 REGISTER
Path: <sip:198.51.100.5;lr>
Content-Length: auto

@ +0.01 192.0.2.10:5060 > 198.51.100.5:5060 udp
OPTIONS sip:x@203.0.113.9 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKo1
From: <sip:a@ims.example>;tag=3
To: <sip:x@203.0.113.9>
Call-ID: o1
CSeq: 1 OPTIONS
Content-Length: auto

@ +0.01 192.0.2.11:5060 > 198.51.100.5:5060 udp
OPTIONS sip:x@203.0.113.9 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bKo2
From: <sip:b@ims.example>;tag=3
To: <sip:x@203.0.113.9>
Call-ID: o2
CSeq: 1 OPTIONS
Content-Length: auto
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(command: &str, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
    program.current_dir(root()).arg(command).args(arguments).stdin(Stdio::null()).output().expect("the program can be started")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// A capture for tests with those octets.
fn written(name: &str, octets: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, octets).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path
}

fn sample(path: &str) -> Vec<u8> {
    std::fs::read(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A case: the value that the limit is set to, a capture that reaches it then, and further arguments.
struct Case {
    value: u64,
    capture: PathBuf,
    arguments: &'static [&'static str],
}

/// The case of `limit`; none where this build cannot reach it.
fn case(limit: Limit) -> Option<Case> {
    let of = |value: u64, capture: &str| Case { value, capture: root().join(capture), arguments: &[] };
    let made = |value: u64, name: &str, octets: Vec<u8>| Case { value, capture: written(name, &octets), arguments: &[] };
    let two_of_each = || capture_of_text(TWO_OF_EACH).unwrap_or_else(|error| panic!("{error}"));
    let quarters = |frame: &[u8]| in_segments(frame).iter().flat_map(|half| in_segments(half)).collect();
    let segments = || with_every_frame(&sample("samples/faults/tcp-gap.pcap"), quarters);
    Some(match limit {
        Limit::Fragments => {
            let first = |frame: &[u8]| in_fragments(frame).into_iter().take(1).collect();
            made(1, "limit-fragments.pcap", with_every_frame(&sample(OFFICE), first))
        }
        Limit::FragmentOctets => of(1, "samples/faults/lost-fragment.pcap"),
        Limit::Connections => of(1, "samples/faults/tcp-gap.pcap"),
        Limit::ConnectionAge => of(1, BROWSER),
        Limit::StreamOctets => made(10, "limit-stream.pcap", segments()),
        Limit::AllStreamOctets => made(10, "limit-streams.pcap", segments()),
        Limit::TlsSessions if cfg!(not(feature = "tls")) => return None,
        Limit::TlsSessions => Case {
            arguments: &["--keylog", "samples/tls/tls12-aes128-gcm.keys", "--keylog", "samples/tls/tls12-chacha20.keys"],
            ..of(1, "samples/tls/tls12-chacha20.pcap")
        },
        Limit::BranchTransactions => made(1, "limit-branch.pcap", worst::made("numbers_of_one_branch", 3)),
        Limit::OvertakingRequests => made(1, "limit-overtaking.pcap", worst::made("late_responses", 20)),
        Limit::ComparedRedirects => made(1, "limit-compared.pcap", worst::made("redirects_of_one_call", 3)),
        Limit::ConnectionUris => made(1, "limit-connection.pcap", worst::made("connections_of_one_client", 2)),
        Limit::Copies
        | Limit::Transactions
        | Limit::TransactionOctets
        | Limit::Redirects
        | Limit::RedirectOctets
        | Limit::RedirectMessages
        | Limit::Watches
        | Limit::RecentRequests
        | Limit::RecentOctets => of(1, OFFICE),
        Limit::AddressRegistrations => of(1, "samples/captures/emergency-380.pcap"),
        Limit::Names | Limit::Registrations | Limit::ProxyClients => made(1, &format!("limit-{}.pcap", limit.name()), two_of_each()),
        Limit::LaterRequests => of(1, "samples/rules/original-retried-repeatedly/violates.pcap"),
        Limit::Companions => {
            let one = text(&sample("samples/rules/restoration-not-performed/violates.sip"));
            let other = one.replace("192.0.2.77", "192.0.2.78").replacen("@ 0 ", "@ +1 ", 1);
            made(1, "limit-companions.pcap", capture_of_text(&format!("{one}\n{other}")).unwrap_or_else(|error| panic!("{error}")))
        }
        Limit::PickedCalls => Case { arguments: &["-Y", "sip"], ..of(1, OFFICE) },
        Limit::PickedOctets => Case { arguments: &["-Y", "sip"], ..of(10, OFFICE) },
    })
}

/// The limits that a report tells, with the values that it says were reached.
fn told(report: &Value) -> Vec<(String, String)> {
    let faults = report["captures"].as_array().into_iter().flatten().flat_map(|capture| capture["faults"].as_array().into_iter().flatten());
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    faults.filter(|fault| fault["limit"].is_string()).map(|fault| (word(&fault["limit"]), word(&fault["kind"]))).collect()
}

fn json(arguments: &[&str], capture: &Path) -> Value {
    let path = capture.to_str().expect("a plain name");
    let output = run("audit", &[&["--format", "json", "--fail-on", "never"], arguments, &[path]].concat());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
}

#[test]
fn every_limit_is_reached_and_told_with_its_name_and_none_is_by_default() {
    for limit in Limit::ALL {
        let Some(Case { value, capture, arguments }) = case(limit) else {
            eprintln!("skipped {}: this build opens no TLS", limit.name());
            continue;
        };
        assert_eq!(told(&json(arguments, &capture)), [], "{} by default", limit.name());
        let setting = format!("{}={value}", limit.name());
        let report = json(&[arguments, &["--limit", &setting]].concat(), &capture);
        let reached = (limit.name().to_owned(), "bound-reached".to_owned());
        assert!(told(&report).contains(&reached), "{setting}: {:#}", report["captures"]);
        assert_eq!(report["options"]["limits"][limit.name()].as_u64(), Some(value), "{setting}");
        assert_eq!(report["captures"][0]["complete"].as_bool(), Some(false), "{setting}");
        // What rows are read within is told of them as well.
        if limit <= Limit::Copies {
            let path = capture.to_str().expect("a plain name");
            let rows = run("list", &[arguments, &["--limit", &setting, path]].concat());
            assert!(text(&rows.stderr).contains(&format!("limit {} reached", limit.name())), "{setting}: {}", text(&rows.stderr));
        }
    }
}

#[test]
fn the_advice_names_the_option_and_a_strict_run_fails() {
    let output = run("audit", &["--strict", "--fail-on", "never", "--limit", "transactions=1", OFFICE]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stdout).contains("--limit transactions=N"), "{}", text(&output.stdout));
}

#[test]
fn each_limit_that_is_reached_is_told_by_itself() {
    let report = json(&["--limit", "transactions=1", "--limit", "watches=1"], &root().join(OFFICE));
    let names: Vec<String> = told(&report).into_iter().map(|(limit, _)| limit).collect();
    assert_eq!(names, ["transactions", "watches"]);
}

#[test]
fn all_messages_that_are_kept_count_with_their_octets() {
    for (name, limit) in [("long_acks", "transaction-octets"), ("long_attempts", "redirect-octets")] {
        let capture = written(&format!("limit-{name}.pcap"), &worst::made(name, 40));
        assert_eq!(told(&json(&[], &capture)), [], "{name} by default");
        let names: Vec<String> =
            told(&json(&["--limit", &format!("{limit}=1 MiB")], &capture)).into_iter().map(|(limit, _)| limit).collect();
        assert_eq!(names, [limit], "{name}");
    }
}

#[test]
fn a_file_sets_limits_and_the_command_line_goes_before_it() {
    let file = written("limits.toml", b"[limits]\ntransactions = 1\nfragment-octets = \"2 MiB\"\n");
    let file = file.to_str().expect("a plain name");
    let limits = |arguments: &[&str]| json(&[&["--config", file], arguments].concat(), &root().join(OFFICE))["options"]["limits"].clone();
    assert_eq!(limits(&[]), serde_json::json!({"fragment-octets": 2 << 20, "transactions": 1}));
    assert_eq!(limits(&["--limit", "transactions=5"]), serde_json::json!({"fragment-octets": 2 << 20, "transactions": 5}));
    assert_eq!(limits(&["--limit", "transactions=50000"]), serde_json::json!({"fragment-octets": 2 << 20}));
}

#[test]
fn every_command_that_judges_lists_the_limits_and_takes_them() {
    for command in ["audit", "verify", "list", "stat", "show", "ladder"] {
        let list = run(command, &["--limit", "?"]);
        assert_eq!((list.status.code(), text(&list.stdout)), (Some(0), limit::list()), "{command}");
        let refused = run(command, &["--limit", "transaction=5", OFFICE]);
        assert_eq!(refused.status.code(), Some(2), "{command}");
        assert!(text(&refused.stderr).contains("did you mean transactions?"), "{command}: {}", text(&refused.stderr));
        let help = text(&run(command, &["--help"]).stdout);
        let help: Vec<&str> = help.split_whitespace().collect();
        for told in limit::defaults().split(", ") {
            assert!(help.iter().any(|word| word.trim_end_matches([',', ']']) == told), "{command} --help does not tell {told}");
        }
    }
    let stat = text(&run("stat", &["--limit", "transactions=1", OFFICE]).stdout);
    assert!(stat.contains("--limit transactions=N"), "{stat}");
    for command in ["list", "show"] {
        let told = text(&run(command, &["--limit", "copies=1", OFFICE]).stderr);
        assert!(told.starts_with(&format!("sip3xx: {OFFICE}: limit copies reached")) && told.lines().count() == 1, "{command}: {told}");
        assert!(run(command, &[OFFICE]).stderr.is_empty(), "{command}");
    }
    let verified = run("verify", &["--limit", "redirect-messages=1", OFFICE]);
    assert_eq!(verified.status.code(), Some(1), "{}", text(&verified.stdout));
}

/// What a report on `text` says of its one redirect, and the bounds that are told.
fn bounds_of(name: &str, text: &str) -> (String, Vec<String>) {
    let capture = written(name, &capture_of_text(text).unwrap_or_else(|error| panic!("{error}")));
    let report = json(&[], &capture);
    let faults = report["captures"][0]["faults"].as_array().expect("a list");
    let bounds = faults.iter().filter(|fault| fault["kind"] == "bound-reached").map(|fault| fault["detail"].to_string()).collect();
    (report["redirects"][0]["verdict"].as_str().unwrap_or_default().to_owned(), bounds)
}

#[test]
fn a_message_of_a_stream_that_is_longer_than_is_read_is_told_and_convicts_nobody() {
    let head = |start: &str| {
        format!(
            "{start}\nVia: SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bK1\nFrom: <sip:a@192.0.2.10>;tag=1\nTo: <sip:b@192.0.2.20>\n\
             Call-ID: 1\nCSeq: 1 INVITE\n"
        )
    };
    let call = |answer: &str| {
        format!(
            "\n@ 0 192.0.2.10:40000 > 192.0.2.20:5060 tcp\n{}Content-Length: auto\n\n@ +0.1 192.0.2.20:5060 > 192.0.2.10:40000 tcp\n{answer}\n\
             @ +60 192.0.2.20:5060 > 192.0.2.10:40000 tcp\nOPTIONS sip:a@192.0.2.10 SIP/2.0\nVia: SIP/2.0/TCP 192.0.2.20;branch=z9hG4bK2\nFrom: <sip:b@b>;tag=9\nTo: <sip:a@b>\nCall-ID: 2\nCSeq: 1 OPTIONS\nContent-Length: auto\n\n",
            head("INVITE sip:b@192.0.2.20 SIP/2.0")
        )
    };
    let body = "Content-Type: text/plain\nContent-Length: auto\n\n";
    let long_body = format!("{}{body}call sip:c@192.0.2.30\n{}\n", head("SIP/2.0 380 Alternative Service"), "v".repeat(300_000));
    let long_head =
        format!("{}Subject: {}\nContact: <sip:b@192.0.2.30>\nContent-Length: auto\n", head("SIP/2.0 302 Moved"), "v".repeat(300_000));
    let told = (String::from("inconclusive"), vec!["\"message length bound\"".to_owned()]);
    assert_eq!(bounds_of("bound-body.pcap", &call(&long_body)), told);
    assert_eq!(bounds_of("bound-head.pcap", &call(&long_head)), told);
    let short = format!("{}Contact: <sip:b@192.0.2.30>\nContent-Length: auto\n", head("SIP/2.0 302 Moved"));
    assert_eq!(bounds_of("bound-none.pcap", &call(&short)), (String::from("incorrect"), vec![]));
}

#[test]
fn a_retry_may_be_at_a_contact_beyond_those_that_are_read() {
    let text = |contacts: u32| {
        let head = "Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK";
        let ends = "From: <sip:a@192.0.2.10>;tag=1\nTo: <sip:b@192.0.2.20>\nCall-ID: 1\nMax-Forwards: 70\nContent-Length: auto";
        let contacts: String = (1..=contacts).map(|user| format!("Contact: <sip:u{user}@192.0.2.30>\n")).collect();
        format!(
            "@ 0 192.0.2.10:5060 > 192.0.2.20:5060 udp\nINVITE sip:b@192.0.2.20 SIP/2.0\n{head}1\nCSeq: 1 INVITE\n{ends}\n\n\
             @ +0.1 192.0.2.20:5060 > 192.0.2.10:5060 udp\nSIP/2.0 302 Moved\n{head}1\nCSeq: 1 INVITE\n{contacts}{ends}\n\n\
             @ +0.1 192.0.2.10:5060 > 192.0.2.20:5060 udp\nACK sip:b@192.0.2.20 SIP/2.0\n{head}1\nCSeq: 1 ACK\n{ends}\n\n\
             @ +0.1 192.0.2.10:5060 > 192.0.2.30:5060 udp\nINVITE sip:u101@192.0.2.30 SIP/2.0\n{head}2\nCSeq: 2 INVITE\n{ends}\n\n\
             @ +0.1 192.0.2.30:5060 > 192.0.2.10:5060 udp\nSIP/2.0 486 Busy\n{head}2\nCSeq: 2 INVITE\n{ends}\n"
        )
    };
    assert_eq!(bounds_of("contacts-100.pcap", &text(100)), (String::from("incorrect"), vec![]));
    let bound = vec!["\"Contacts read of one 3xx: 100\"".to_owned()];
    assert_eq!(bounds_of("contacts-101.pcap", &text(101)), (String::from("inconclusive"), bound));
}
