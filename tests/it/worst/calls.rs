//! Takes a size, gives a capture of so many messages that make the memory of calls as large, or its questions as long, as can be.
//!
//! Invariant: the work that a message may cost does not depend on how many came before it, so that twice the size is twice the work.

use super::pile::{CLIENT, Host, Pile, SERVER, TARGET, Text, invite};

const CONTACT: &str = "Contact: <sip:bob@198.51.100.30>\r\n";
const BOB: &str = "sip:bob@192.0.2.20";
const THERE: &str = "sip:bob@198.51.100.30";

/// INVITEs that nobody answers.
pub(super) fn transactions_that_never_end(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
    }
    pile.done()
}

/// Calls that are answered in the very moment in which all others are, so that nothing ever grows old.
pub(super) fn transactions_of_one_moment(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(0);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
        pile.udp(SERVER, CLIENT, &invite(number).response(486));
    }
    pile.done()
}

/// Requests of one branch, each of another number.
pub(super) fn numbers_of_one_branch(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &Text { branch: 7, ..invite(number) }.request(BOB));
    }
    pile.done()
}

/// Requests of one branch, call and number, each for another URI.
pub(super) fn uris_of_one_branch(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &invite(7).request(&format!("sip:{number}@192.0.2.20")));
    }
    pile.done()
}

/// Redirects of one client, all to one Contact, and only then their retries.
pub(super) fn redirects_to_one_contact(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
        pile.udp(SERVER, CLIENT, &Text { more: CONTACT, ..invite(number) }.response(302));
    }
    for number in 0..size {
        pile.udp(CLIENT, TARGET, &Text { call: number + size, ..invite(number + size) }.request(THERE));
    }
    pile.done()
}

/// One call that is redirected without end, back and forth.
pub(super) fn redirects_of_one_call(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        let text = Text { call: 1, ..invite(number) };
        let contact = format!("Contact: <sip:bob{}@192.0.2.20>\r\n", number + 1);
        pile.udp(CLIENT, SERVER, &text.request(&format!("sip:bob{number}@192.0.2.20")));
        pile.udp(SERVER, CLIENT, &Text { more: &contact, ..text }.response(302));
        pile.udp(CLIENT, SERVER, &Text { method: "ACK", ..text }.request(&format!("sip:bob{number}@192.0.2.20")));
    }
    pile.done()
}

/// Redirects of one call, each with one Contact more than is read, of which the client tries the next one each time.
pub(super) fn contacts_of_one_call(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let contacts = |first: u64| (first..first + 101).map(|user| format!("Contact: <sip:u{user}@198.51.100.30>\r\n")).collect::<String>();
    for number in 0..size {
        let text = Text { call: 1, ..invite(number) };
        pile.udp(CLIENT, SERVER, &text.request(&format!("sip:u{number}@198.51.100.30")));
        pile.udp(SERVER, CLIENT, &Text { more: &contacts(number + 1), ..text }.response(302));
    }
    pile.done()
}

/// Forks of one request by a proxy, each redirected.
pub(super) fn forks_of_one_request(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    pile.udp(CLIENT, SERVER, &invite(0).request(BOB));
    let below = "Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK0\r\n";
    for number in 1..=size {
        let text = Text { call: 0, more: below, ..invite(number) };
        pile.udp(SERVER, TARGET, &text.request(THERE));
        let more = format!("{below}Contact: <sip:bob{number}@203.0.113.40>\r\n");
        pile.udp(TARGET, SERVER, &Text { more: &more, ..text }.response(302));
    }
    pile.done()
}

/// 3xx that were captured behind the requests which they could have caused.
pub(super) fn late_responses(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
        pile.udp(CLIENT, TARGET, &invite(number + size).request(THERE));
    }
    pile.now = size;
    for number in 0..size {
        pile.udp(SERVER, CLIENT, &Text { more: CONTACT, ..invite(number) }.response(302));
    }
    pile.done()
}

/// Registrations of one client, and 380s of which each may belong to any of them.
pub(super) fn registrations_of_one_client(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let body = "<ims-3gpp version=\"1\"><alternative-service><type>emergency</type><reason/><action>emergency-registration</action></alternative-service></ims-3gpp>";
    for number in 0..size {
        let register = Text { method: "REGISTER", ..invite(2 * number) };
        pile.udp(CLIENT, SERVER, &register.request("sip:192.0.2.20"));
        pile.udp(SERVER, CLIENT, &Text { more: "Path: <sip:192.0.2.20;lr>\r\n", ..register }.response(200));
        let call = invite(2 * number + 1);
        pile.udp(CLIENT, SERVER, &call.request("sip:112@192.0.2.20"));
        pile.udp(SERVER, CLIENT, &Text { more: "Content-Type: application/3gpp-ims+xml\r\n", body, ..call }.response(380));
    }
    pile.done()
}

/// One call, and its request, 3xx and ACK again and again.
pub(super) fn repetitions(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(100_000);
    for _ in 0..size {
        pile.udp(CLIENT, SERVER, &invite(1).request(BOB));
        pile.udp(SERVER, CLIENT, &Text { more: CONTACT, ..invite(1) }.response(302));
        pile.udp(CLIENT, SERVER, &Text { method: "ACK", ..invite(1) }.request(BOB));
    }
    pile.done()
}

/// One redirect that is followed, and calls to its Contact for ever after.
pub(super) fn later_requests(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1_000);
    pile.udp(CLIENT, SERVER, &invite(1).request(BOB));
    pile.udp(SERVER, CLIENT, &Text { more: CONTACT, ..invite(1) }.response(302));
    pile.udp(CLIENT, TARGET, &Text { branch: 2, cseq: 3, ..invite(1) }.request(THERE));
    pile.now += 400_000_000;
    for number in 0..size {
        pile.udp(CLIENT, TARGET, &invite(number + 10).request(THERE));
    }
    pile.done()
}

/// Responses whose requests the capture lacks, to a client with redirects that name a hundred hosts each.
pub(super) fn unseen_requests(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let contacts = (0..100).map(|last| format!("Contact: <sip:bob@198.51.100.{last}>\r\n")).collect::<String>();
    for number in 0..100 {
        let text = Text { call: 1, ..invite(number) };
        pile.udp(CLIENT, SERVER, &text.request(&format!("sip:bob@198.51.100.{}", number % 100)));
        pile.udp(SERVER, CLIENT, &Text { more: &contacts, ..text }.response(302));
    }
    for number in 0..size {
        pile.udp(TARGET, CLIENT, &invite(number + 1_000).response(180));
    }
    pile.done()
}

/// Connections that a client with such redirects opens.
pub(super) fn connections_of_one_client(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let contacts = (0..90).map(|last| format!("Contact: <sip:bob@h{last}.example>\r\n")).collect::<String>();
    for number in 0..size.min(64) {
        pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
        pile.udp(SERVER, CLIENT, &Text { more: &contacts, ..invite(number) }.response(302));
    }
    for number in 0..size {
        let port = u16::try_from(number % 60_000).expect("a port") + 1_024;
        pile.tcp(CLIENT.at(port), TARGET.at(5060), 1, 2, &[]);
    }
    pile.done()
}

/// Requests as long as a datagram may be, none of them answered.
pub(super) fn long_requests(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let body = "x".repeat(60_000);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &Text { body: &body, ..invite(number) }.request(BOB));
    }
    pile.done()
}

/// Requests that nobody answers, and for each an ACK as long as a datagram may be.
pub(super) fn long_acks(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let body = "x".repeat(60_000);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
        pile.udp(CLIENT, SERVER, &Text { method: "ACK", body: &body, ..invite(number) }.request(BOB));
    }
    pile.done()
}

/// Redirects whose clients try the Contact again and again, with requests as long as a datagram may be that are refused.
pub(super) fn long_attempts(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let body = "x".repeat(60_000);
    for number in 0..size {
        let [.., a, b, c] = (number / 20).to_be_bytes();
        let client = Host(10, a, b, c);
        let call = Text { call: number / 20, ..invite(number) };
        if number % 20 == 0 {
            pile.udp(client, SERVER, &call.request(BOB));
            pile.udp(SERVER, client, &Text { more: CONTACT, ..call }.response(302));
        }
        let attempt = Text { branch: number + size, ..call };
        pile.udp(client, TARGET, &Text { body: &body, ..attempt }.request(THERE));
        pile.udp(TARGET, client, &attempt.response(486));
    }
    pile.done()
}

/// 3xx as long as a datagram may be, of which nobody does anything.
pub(super) fn long_responses(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let body = "x".repeat(60_000);
    for number in 0..size {
        pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
        pile.udp(SERVER, CLIENT, &Text { more: CONTACT, body: &body, ..invite(number) }.response(302));
    }
    pile.done()
}

/// Redirects that each have another client and another Contact.
pub(super) fn clients(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        let [.., a, b, c] = number.to_be_bytes();
        let client = Host(10, a, b, c);
        pile.udp(client, SERVER, &invite(number).request(BOB));
        pile.udp(SERVER, client, &Text { more: CONTACT, ..invite(number) }.response(302));
    }
    pile.done()
}

/// A Contact and the retry for it, each with as many parameters as a datagram holds.
pub(super) fn parameters_of_uris(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let count = 5_000;
    let there: String = (0..count).map(|number| format!(";p{number}")).collect();
    let back: String = (0..count).rev().map(|number| format!(";p{number}")).collect();
    for number in 0..size {
        let more = format!("Contact: <{THERE}{there}>\r\n");
        pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
        pile.udp(SERVER, CLIENT, &Text { more: &more, ..invite(number) }.response(302));
        let retry = Text { branch: number + size, ..invite(number) };
        pile.udp(CLIENT, TARGET, &Text { cseq: number + 2, ..retry }.request(&format!("{THERE}{back}")));
    }
    pile.done()
}

/// Answers of DNS that lead from one name to the next, and back to the first, about Contacts that wait for them.
pub(super) fn aliases_of_names(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let contacts = (0..100).map(|last| format!("Contact: <sip:bob@n{last}.example>\r\n")).collect::<String>();
    for number in 0..size {
        let names = [format!("n{}.example", number % 100), format!("n{}.example", (number * 7 + 1) % 100)];
        let line = format!("{} CNAME {}", names[0], names[1]);
        let answer = crate::support::dns_message::message(&[&line]).expect("a message");
        pile.udp_of(SERVER.at(53), CLIENT.at(33_000), &answer);
        if number % 16 == 0 {
            pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
            pile.udp(SERVER, CLIENT, &Text { more: &contacts, ..invite(number) }.response(302));
        }
    }
    pile.done()
}

/// ICMP errors that quote requests of a client with many redirects open.
pub(super) fn quoted_requests(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..200 {
        pile.udp(CLIENT, SERVER, &invite(number).request(BOB));
        pile.udp(SERVER, CLIENT, &Text { more: CONTACT, ..invite(number) }.response(302));
    }
    for number in 0..size {
        let quoted = crate::support::pcap_writer::udp_frame(CLIENT.at(5060), SERVER.at(5060), 0, &invite(number).request(BOB));
        let error = [&[3, 3, 0, 0, 0, 0, 0, 0][..], &quoted[14..]].concat();
        let frame = crate::support::pcap_writer::ip_frame(TARGET.at(0).ip(), CLIENT.at(0).ip(), 1, 0, &error);
        pile.frame(&frame);
    }
    pile.done()
}
