//! SIP in TLS, as it was recorded: what its keys open is all that was sent, in its frames; what is lost or damaged costs itself and no more.

use proptest::prelude::*;

use super::{Options, SipCutter, audit_captures};
use crate::capture::{Capture, Frame};
use crate::evidence::Transport;
use crate::fault::{FaultKind, FaultLogs};
use crate::flow::{Flow, KeyLog, Sign, SignKind};
use crate::limit::Limits;

macro_rules! sample {
    ($name:literal) => {
        (
            include_bytes!(concat!("../../samples/tls/", $name, ".pcap")).as_slice(),
            include_bytes!(concat!("../../samples/tls/", $name, ".keys")).as_slice(),
        )
    };
}

/// A capture and its key log.
type Sample = (&'static [u8], &'static [u8]);

const TLS12_GCM: Sample = sample!("tls12-aes128-gcm");
const TLS12_CHACHA: Sample = sample!("tls12-chacha20");
const TLS13_GCM: Sample = sample!("tls13-aes256-gcm");
const TLS13_CHACHA: Sample = sample!("tls13-chacha20");
const WSS: Sample = sample!("wss-tls13");
const ALL: [Sample; 6] = [TLS12_GCM, TLS12_CHACHA, sample!("tls13-aes128-gcm"), TLS13_GCM, TLS13_CHACHA, WSS];

/// What a flow gave of a capture.
#[derive(Debug, Default)]
struct Given {
    messages: Vec<String>,
    transports: Vec<Transport>,
    faults: Vec<(FaultKind, String)>,
    signs: Vec<Sign>,
    /// How many sealed records that may hold a request are told.
    sealed: usize,
}

/// Reads frames of a capture, each as `change` makes it; those of which nothing is left are not there.
fn read(capture: &[u8], keys: &[u8], change: impl Fn(u64, &mut Vec<u8>)) -> Given {
    read_with_pause(u64::MAX, capture, keys, change)
}

/// The same, with 16 minutes of silence behind frame `last`.
fn read_with_pause(last: u64, capture: &[u8], keys: &[u8], change: impl Fn(u64, &mut Vec<u8>)) -> Given {
    let octets = capture.to_vec();
    let mut capture = Capture::from_reader("sample".to_owned(), Box::new(std::io::Cursor::new(octets))).expect("a capture");
    let mut flow = Flow::new(Limits::default(), SipCutter);
    flow.keys_mut().learn(keys);
    let (mut given, mut faults) = (Given::default(), FaultLogs::default());
    while capture.advance() {
        let frame = capture.frame().expect("it was read");
        let mut data = frame.data.to_vec();
        change(frame.number, &mut data);
        if !data.is_empty() {
            let time = frame.time.plus_nanos(if frame.number > last { 16 * 60 * 1_000_000_000 } else { 0 });
            let frame = Frame { data: &data, original_len: data.len() as u32, time, ..frame };
            flow.push(0, &frame, &mut faults, &mut |unit| {
                given.messages.push(String::from_utf8_lossy(unit.bytes).into_owned());
                given.transports.push(unit.transport);
            });
        }
    }
    flow.finish(&mut faults, &mut |unit| given.messages.push(String::from_utf8_lossy(unit.bytes).into_owned()));
    let (sealed, signs) = flow.take_signs().filter(|sign| sign.kind != SignKind::Syn).partition(|sign| sign.kind == SignKind::Sealed);
    (given.signs, given.sealed) = (signs, Vec::len(&sealed));
    given.faults = faults.iter().map(|fault| (fault.first.kind, fault.first.to_string())).collect();
    given
}

/// Whether a ClientHello asks for the host of the samples.
fn is_for_far(sign: &Sign) -> bool {
    matches!(&sign.kind, SignKind::ClientHello { server_name: Some(name) } if **name == *b"far.example")
}

fn plain(sample: Sample) -> Given {
    read(sample.0, sample.1, |_, _| {})
}

/// How long the octets of a segment are; the samples have Ethernet, IPv4 and TCP without options.
const HEADERS: usize = 54;

#[test]
fn every_message_comes_out_of_tls_1_2_and_1_3() {
    for sample in ALL {
        let given = plain(sample);
        let (expected, transport) = if sample == WSS { (6, Transport::Wss) } else { (8, Transport::Tls) };
        assert_eq!((given.messages.len(), given.faults), (expected, vec![]));
        assert!(given.transports.iter().all(|carried| *carried == transport));
        assert!(given.signs.is_empty() && given.sealed == 0, "what its keys open is told by its messages");
        assert!(given.messages[0].starts_with("INVITE sip") && given.messages[1].starts_with("SIP/2.0 302 "), "{:?}", given.messages);
    }
}

#[test]
fn without_keys_only_the_hellos_are_told() {
    for sample in ALL {
        let given = read(sample.0, b"", |_, _| {});
        assert_eq!((given.messages, given.faults), (vec![], vec![]));
        assert!(given.signs.iter().all(is_for_far), "{:?}", given.signs);
        // The client sends INVITE and ACK to either server, and BYE to the second.
        assert_eq!((given.signs.len(), given.sealed), if sample == WSS { (1, 0) } else { (2, 5) });
        assert_eq!(given.signs[0].destination.port, if sample == WSS { 443 } else { 5061 });
    }
}

#[test]
fn a_connection_that_keys_open_is_not_forgotten_in_silence() {
    for sample in ALL {
        let whole = plain(sample).messages;
        let mut lost = 0;
        for last in 5..40 {
            let given = read_with_pause(last, sample.0, sample.1, |_, _| {});
            let is_told = given.faults.iter().any(|(_, said)| said.starts_with("silence of a TCP connection"));
            assert!(given.messages == whole || is_told, "behind frame {last}: {:?}", given.faults);
            lost += usize::from(given.messages != whole);
        }
        assert!(lost > 5, "{lost}");
    }
}

#[test]
fn a_lost_segment_costs_what_was_in_it_and_no_more() {
    for (sample, lost) in
        [(TLS12_GCM, 9), (TLS12_GCM, 10), (TLS12_GCM, 20), (TLS13_GCM, 10), (TLS13_GCM, 20), (TLS12_CHACHA, 35), (TLS13_CHACHA, 59)]
    {
        let whole = plain(sample).messages;
        let given = read(sample.0, sample.1, |number, data| {
            if number == lost {
                data.clear();
            }
        });
        assert!(given.messages.len() >= whole.len() - 1, "frame {lost}: {:?}", given.messages);
        assert!(given.messages.iter().all(|message| whole.iter().any(|sent| sent.ends_with(message) || sent.starts_with(message))));
        assert!(given.faults.iter().all(|(kind, _)| *kind == FaultKind::TcpGap), "{:?}", given.faults);
    }
}

#[test]
fn several_lost_segments_are_passed_over_by_the_tags_behind_them() {
    for (sample, lost) in [(TLS12_GCM, 18..=20), (TLS13_GCM, 18..=20), (TLS12_CHACHA, 30..=33), (TLS13_CHACHA, 52..=58)] {
        let given = read(sample.0, sample.1, |number, data| {
            if lost.contains(&number) {
                data.clear();
            }
        });
        assert!(given.messages.iter().any(|message| message.starts_with("BYE")), "{lost:?}: {:?}", given.messages);
    }
}

#[test]
fn a_wrong_tag_is_told_and_the_next_record_read() {
    for sample in [TLS12_GCM, TLS13_GCM] {
        let given = read(sample.0, sample.1, |number, data| {
            if number == 9 {
                *data.last_mut().expect("it has octets") ^= 1;
            }
        });
        assert_eq!(given.messages.len(), 7);
        assert_eq!(given.faults, [(FaultKind::SealedTls, "tag of a TLS record".to_owned())]);
    }
}

#[test]
fn keys_that_fit_nothing_are_told_and_the_connection_too() {
    for (sample, has_handshake) in [(TLS12_GCM, true), (TLS13_GCM, true), (TLS13_GCM, false)] {
        let text = String::from_utf8_lossy(sample.1).into_owned();
        let wrong: String = text
            .lines()
            .filter(|line| has_handshake || !line.contains("HANDSHAKE"))
            .map(|line| match line.rsplit_once(' ') {
                Some((head, secret)) if !line.starts_with('#') => format!("{head} {}\n", "42".repeat(secret.len() / 2)),
                _ => format!("{line}\n"),
            })
            .collect();
        let given = read(sample.0, wrong.as_bytes(), |_, _| {});
        assert!(given.messages.is_empty());
        assert!(given.faults.iter().any(|(kind, _)| *kind == FaultKind::SealedTls), "{:?}", given.faults);
        assert!(given.signs.iter().any(is_for_far), "{has_handshake}");
    }
}

#[test]
fn secrets_of_other_sessions_open_nothing_and_break_nothing() {
    let given = read(TLS13_GCM.0, TLS12_GCM.1, |_, _| {});
    assert_eq!((given.messages, given.faults, given.signs.len()), (vec![], vec![], 2));
}

#[test]
fn the_handshake_need_not_be_known_to_find_what_comes_behind_it() {
    let text = String::from_utf8_lossy(TLS13_GCM.1).into_owned();
    let few: String = text.lines().filter(|line| !line.contains("HANDSHAKE")).map(|line| format!("{line}\n")).collect();
    let given = read(TLS13_GCM.0, few.as_bytes(), |_, _| {});
    assert_eq!((given.messages, given.faults), (plain(TLS13_GCM).messages, vec![]));
}

#[test]
fn a_connection_that_is_joined_late_stays_closed() {
    for sample in [TLS12_GCM, TLS13_GCM] {
        let given = read(sample.0, sample.1, |number, data| {
            if number <= 7 {
                data.clear();
            }
        });
        assert_eq!(given.messages.len(), 5, "those of the second connection: {:?}", given.messages);
    }
}

#[test]
fn a_capture_brings_its_own_secrets() {
    let octets = include_bytes!("../../samples/tls/tls13-secrets-inside.pcapng").as_slice();
    let mut capture = Capture::from_reader("sample".to_owned(), Box::new(octets)).expect("a capture");
    assert!(capture.advance());
    let mut keys = KeyLog::default();
    // Five secrets of each session, of which those of the exporter mean nothing here.
    assert_eq!(keys.learn(&capture.take_secrets()), 8);
    assert!(capture.take_secrets().is_empty(), "they are given once");
}

#[test]
fn secrets_that_stand_in_a_capture_without_frames_open_the_others() {
    let mut rest = include_bytes!("../../samples/tls/tls13-secrets-inside.pcapng").as_slice();
    let (mut secrets, mut frames) = (Vec::new(), Vec::new());
    while let Some((head, _)) = rest.split_first_chunk::<8>() {
        let [kind, len] = [&head[..4], &head[4..]].map(|word| u32::from_le_bytes(word.try_into().expect("four octets")));
        let (block, behind) = rest.split_at(len as usize);
        rest = behind;
        // Secrets, packets, and what both need ahead of them.
        if kind != 6 {
            secrets.extend_from_slice(block);
        }
        if kind != 10 {
            frames.extend_from_slice(block);
        }
    }
    let redirects = |captures: &[&[u8]]| {
        let open =
            |octets: &&[u8]| Capture::from_reader("sample".to_owned(), Box::new(std::io::Cursor::new(octets.to_vec()))).expect("a capture");
        audit_captures(captures.iter().map(open).collect(), &Options::default(), &mut |_| {}).redirects.len()
    };
    assert_eq!([&[&frames[..]][..], &[&secrets, &frames], &[&frames, &secrets]].map(redirects), [0, 1, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_damaged_nothing_is_given_that_was_not_sent(
        sample in 0_usize..6,
        flips in proptest::collection::vec((1_u64..70, any::<prop::sample::Index>(), 1_u8..), 1..6),
        lost in proptest::collection::vec(1_u64..70, 0..4),
    ) {
        let sample = ALL[sample];
        let whole = plain(sample).messages;
        let given = read(sample.0, sample.1, |number, data| {
            if lost.contains(&number) {
                data.clear();
            }
            for (_, at, flip) in flips.iter().filter(|(frame, _, _)| *frame == number) {
                // What TCP and IP say is damaged in tests of theirs.
                if data.len() > HEADERS {
                    let at = HEADERS + at.index(data.len() - HEADERS);
                    data[at] ^= flip;
                }
            }
        });
        for message in &given.messages {
            prop_assert!(whole.iter().any(|sent| sent.contains(message.as_str())), "{message}");
        }
    }
}
