//! Takes a name and a number, gives how much of something is held at most: the one place of all limits that can be set.
//!
//! A limit bounds what is remembered from one message to the next, or with how much of it one message is compared. What bounds a single message (how deep it nests, how long it is) is no
//! matter of choice, and stands as a constant where it is used. Invariant: every limit has a default, a range that its values keep, and words
//! for what is given up when it is reached; `docs/configuration.md` lists them as [`table`] writes them.

mod limits;

use std::fmt::Write as _;

pub use limits::Limits;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things of the kind that the limit names.
    Items,
    /// Octets.
    Octets,
    /// Seconds of capture time.
    Seconds,
}

/// Something that is held up to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// IP datagrams of which fragments wait for the rest.
    Fragments,
    /// Octets of all fragments that wait.
    FragmentOctets,
    /// TCP connections that are followed at a time.
    Connections,
    /// How long a TCP connection may be silent.
    ConnectionAge,
    /// Octets of one direction of a connection that wait for the rest of a message, and again so many that wait for a lost segment.
    StreamOctets,
    /// Octets of all connections that wait, bookkeeping included.
    AllStreamOctets,
    /// TLS sessions whose secrets are kept.
    TlsSessions,
    /// Messages of the last moments by which copies are known.
    Copies,
    /// Client transactions under way.
    Transactions,
    /// Octets of the messages of these transactions.
    TransactionOctets,
    /// Client transactions of one branch.
    BranchTransactions,
    /// Redirects whose window is open.
    Redirects,
    /// Octets of these redirects: of all messages that are kept of them.
    RedirectOctets,
    /// Attempts, ACKs and repetitions of one redirect, tries of its chain, forks of the request above it, each.
    RedirectMessages,
    /// Names, of caller and URI, by which later requests are found.
    Watches,
    /// Names that DNS has told, each as told to one client.
    Names,
    /// Addresses whose registrations are remembered.
    Registrations,
    /// Registrations of one address.
    AddressRegistrations,
    /// Clients that send a server what is meant for other addresses.
    ProxyClients,
    /// Redirects of one call, caller or client with which a message is compared.
    ComparedRedirects,
    /// URIs of the redirects of a client that a connection of its is held against.
    ConnectionUris,
    /// Requests of the last moments, for a 3xx that shows late.
    RecentRequests,
    /// Octets of these requests.
    RecentOctets,
    /// Requests, of its call and of its client each, that are held against a 3xx that shows late.
    OvertakingRequests,
    /// Later requests that are judged and told of one redirect.
    LaterRequests,
    /// Companions of the redirects.
    Companions,
    /// Call-IDs of messages that a display filter picks.
    PickedCalls,
    /// Octets of these Call-IDs.
    PickedOctets,
}

/// What is to be known of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// Its value where nobody sets it.
    pub default: u64,
    /// Its greatest value; the least is 1.
    pub most: u64,
    /// What it counts.
    pub unit: Unit,
    /// What it bounds, as a fault names it.
    pub bounds: &'static str,
    /// What happens when it is reached.
    pub reached: &'static str,
}

/// Octets of a KiB.
const KIB: u64 = 1 << 10;
/// Octets of a MiB.
const MIB: u64 = 1 << 20;
/// Octets of a GiB.
const GIB: u64 = 1 << 30;
/// The words in which octets may be told, the largest first.
const OCTETS: [(&str, u64); 3] = [("GiB", GIB), ("MiB", MIB), ("KiB", KIB)];

/// The most things that any limit lets be held: memory is the bound long before.
const MOST_ITEMS: u64 = 100_000_000;
/// The most octets that any limit lets be held.
const MOST_OCTETS: u64 = 64 * GIB;
/// The most that is kept of one redirect: it is looked through again and again.
const MOST_OF_ONE: u64 = 10_000;
/// The longest time, in seconds: a day.
const LONGEST: u64 = 86_400;

/// A limit on things.
const fn items(name: &'static str, default: u64, bounds: &'static str, reached: &'static str) -> About {
    About { name, default, most: MOST_ITEMS, unit: Unit::Items, bounds, reached }
}

/// A limit on octets.
const fn octets(name: &'static str, default: u64, bounds: &'static str, reached: &'static str) -> About {
    About { name, default, most: MOST_OCTETS, unit: Unit::Octets, bounds, reached }
}

impl Limit {
    /// All of them, in the order in which data flows.
    pub const ALL: [Self; 28] = [
        Self::Fragments,
        Self::FragmentOctets,
        Self::Connections,
        Self::ConnectionAge,
        Self::StreamOctets,
        Self::AllStreamOctets,
        Self::TlsSessions,
        Self::Copies,
        Self::Transactions,
        Self::TransactionOctets,
        Self::BranchTransactions,
        Self::Redirects,
        Self::RedirectOctets,
        Self::RedirectMessages,
        Self::Watches,
        Self::Names,
        Self::Registrations,
        Self::AddressRegistrations,
        Self::ProxyClients,
        Self::ComparedRedirects,
        Self::ConnectionUris,
        Self::RecentRequests,
        Self::RecentOctets,
        Self::OvertakingRequests,
        Self::LaterRequests,
        Self::Companions,
        Self::PickedCalls,
        Self::PickedOctets,
    ];

    /// What is to be known of it.
    #[must_use]
    pub const fn about(self) -> About {
        match self {
            Self::Fragments => items(
                "fragments",
                1_024,
                "IP datagrams that wait for fragments",
                "the oldest datagram is given up, and the message in it is not read",
            ),
            Self::FragmentOctets => octets(
                "fragment-octets",
                16 * MIB,
                "octets of IP fragments that wait for the rest",
                "the oldest datagram is given up, and the message in it is not read",
            ),
            Self::Connections => items(
                "connections",
                65_536,
                "TCP connections at a time",
                "the connection that was silent longest is forgotten, with what it holds of a message",
            ),
            Self::ConnectionAge => About {
                name: "connection-age",
                default: 15 * 60,
                most: LONGEST,
                unit: Unit::Seconds,
                bounds: "silence of a TCP connection",
                reached: "the connection is forgotten, with what it holds of a message",
            },
            Self::StreamOctets => octets(
                "stream-octets",
                256 * KIB,
                "octets of one direction of a TCP connection that wait",
                "what waits for a lost segment is read without it, and a message that does not end is given up",
            ),
            Self::AllStreamOctets => octets(
                "all-stream-octets",
                64 * MIB,
                "octets of all TCP streams",
                "the connection that was silent longest is forgotten, with what it holds of a message",
            ),
            Self::TlsSessions => items(
                "tls-sessions",
                100_000,
                "sessions of a key log",
                "the secrets of further sessions are dropped, and their connections stay sealed",
            ),
            Self::Copies => items(
                "copies",
                65_536,
                "messages of 100 ms by which copies are known",
                "the oldest message is forgotten, and a copy of it counts as sent again",
            ),
            Self::Transactions => items(
                "transactions",
                50_000,
                "transactions under way",
                "the oldest transaction is given up, those with a final response first: a 3xx to it stands alone",
            ),
            Self::TransactionOctets => octets(
                "transaction-octets",
                128 * MIB,
                "octets of transactions under way",
                "the oldest transaction is given up, those with a final response first: a 3xx to it stands alone",
            ),
            Self::BranchTransactions => About {
                most: MOST_OF_ONE,
                ..items(
                    "branch-transactions",
                    64,
                    "transactions of one branch",
                    "the oldest transaction of that branch is given up: a 3xx to it stands alone",
                )
            },
            Self::Redirects => {
                items("redirects", 10_000, "redirects open", "the oldest redirect is closed and judged by what was seen so far")
            }
            Self::RedirectOctets => octets(
                "redirect-octets",
                128 * MIB,
                "octets of redirects open",
                "the oldest redirect is closed and judged by what was seen so far",
            ),
            Self::RedirectMessages => About {
                most: MOST_OF_ONE,
                ..items(
                    "redirect-messages",
                    64,
                    "messages kept of one redirect",
                    "further attempts, ACKs, repetitions and forks of that redirect are not judged; each kind is counted by itself",
                )
            },
            Self::Watches => items(
                "watches",
                50_000,
                "callers watched for later requests",
                "the oldest redirect is watched no more: its later requests are not judged",
            ),
            Self::Names => {
                items("names", 50_000, "names told to clients", "the oldest answer of DNS is forgotten, as if the capture lacked it")
            }
            Self::Registrations => items(
                "registrations",
                10_000,
                "registrations remembered",
                "the oldest address is forgotten, and where it registered is not known",
            ),
            Self::AddressRegistrations => About {
                most: MOST_OF_ONE,
                ..items(
                    "address-registrations",
                    8,
                    "registrations remembered of one address",
                    "the oldest registration of that address is forgotten",
                )
            },
            Self::ProxyClients => items(
                "proxy-clients",
                100_000,
                "clients of outbound proxies",
                "that a further client sends everything through one server is not noticed",
            ),
            Self::ComparedRedirects => About {
                most: MOST_OF_ONE,
                ..items(
                    "compared-redirects",
                    256,
                    "redirects that a message is compared with",
                    "that the message belongs to an older redirect of its call, caller or client is not noticed",
                )
            },
            Self::ConnectionUris => About {
                most: MOST_OF_ONE,
                ..items(
                    "connection-uris",
                    256,
                    "URIs that a connection is held against",
                    "that the connection may lead to where an older redirect of its client led is not noticed",
                )
            },
            Self::RecentRequests => items(
                "recent-requests",
                8_192,
                "requests remembered for a late 3xx",
                "the oldest request is forgotten, and is no attempt of a 3xx that a gap held back",
            ),
            Self::RecentOctets => octets(
                "recent-octets",
                32 * MIB,
                "octets of requests remembered for a late 3xx",
                "the oldest request is forgotten, and is no attempt of a 3xx that a gap held back",
            ),
            Self::OvertakingRequests => About {
                most: MOST_OF_ONE,
                ..items(
                    "overtaking-requests",
                    64,
                    "requests held against a late 3xx",
                    "further ones are no attempts of that 3xx; those of its call and of its client are counted by themselves",
                )
            },
            Self::LaterRequests => About {
                most: 1_000_000,
                ..items("later-requests", 1_000, "later requests told of one redirect", "further ones are not judged")
            },
            Self::Companions => items("companions", 10_000, "companions told beside the redirects", "further ones are not told"),
            Self::PickedCalls => {
                items("picked-calls", 100_000, "Call-IDs of messages that match -Y", "the redirects of further calls are not told")
            }
            Self::PickedOctets => octets(
                "picked-octets",
                16 * MIB,
                "octets of Call-IDs of messages that match -Y",
                "the redirects of further calls are not told",
            ),
        }
    }

    /// Its name on the command line and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.about().name
    }

    /// The value that `text` gives it: a whole number, of octets also with KiB, MiB or GiB behind it.
    ///
    /// # Errors
    /// Where `text` is no number, or one outside of the range of the limit: what is wanted.
    pub fn value(self, text: &str) -> Result<u64, String> {
        let about = self.about();
        let units = OCTETS.iter().filter(|_| about.unit == Unit::Octets);
        let text = text.trim();
        let with_unit = units.filter_map(|(word, octets)| Some((text.strip_suffix(word)?.trim_end(), *octets))).next();
        let (digits, factor) = with_unit.unwrap_or((text, 1));
        let is_number = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
        let value = digits.parse::<u64>().ok().filter(|_| is_number).and_then(|number| number.checked_mul(factor));
        value.filter(|value| (1..=about.most).contains(value)).ok_or_else(|| {
            let what = match about.unit {
                Unit::Items => "a whole number",
                Unit::Octets => "a number of octets, KiB, MiB or GiB",
                Unit::Seconds => "a whole number of seconds",
            };
            format!("{}: {what} from 1 to {} is wanted", about.name, about.told(about.most))
        })
    }

    /// The limit of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|limit| limit.name() == name)
    }
}

impl About {
    /// `value` in words: `16 MiB`, `900 s`, `50000`.
    #[must_use]
    pub fn told(&self, value: u64) -> String {
        let unit = OCTETS.iter().find(|(_, octets)| value >= *octets && value.is_multiple_of(*octets));
        match (self.unit, unit) {
            (Unit::Items, _) => value.to_string(),
            (Unit::Seconds, _) => format!("{value} s"),
            (Unit::Octets, Some((word, octets))) => format!("{} {word}", value / octets),
            (Unit::Octets, None) => format!("{value} octets"),
        }
    }
}

/// All limits as lines for a terminal: name, default, what is bounded, and what happens when it is reached.
#[must_use]
pub fn list() -> String {
    Limit::ALL.into_iter().fold(String::new(), |mut text, limit| {
        let about = limit.about();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{:<22}{:>8}  {}\n{:32}{}", about.name, about.told(about.default), about.bounds, "", about.reached);
        text
    })
}

/// All names with their defaults, as they could be typed.
#[must_use]
pub fn defaults() -> String {
    let told = |limit: Limit| {
        let about = limit.about();
        format!("{}={}", about.name, about.told(about.default).trim_end_matches(" s").replace(' ', ""))
    };
    Limit::ALL.map(told).join(", ")
}

/// All limits as a table in Markdown.
#[must_use]
pub fn table() -> String {
    let head = "| limit | default | most | bounds | when it is reached |\n|---|---|---|---|---|\n".to_owned();
    Limit::ALL.into_iter().fold(head, |mut text, limit| {
        let about = limit.about();
        let (default, most) = (about.told(about.default), about.told(about.most));
        let _ = writeln!(text, "| `{}` | {default} | {most} | {} | {} |", about.name, about.bounds, about.reached);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbered_in_their_order_and_have_names_of_their_own() {
        for (index, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!((limit as usize, Limit::named(limit.name())), (index, Some(limit)));
            let about = limit.about();
            assert!((1..=about.most).contains(&about.default), "{about:?}");
            assert!(about.name.bytes().all(|octet| octet.is_ascii_lowercase() || octet == b'-'), "{about:?}");
        }
    }

    #[test]
    fn a_value_is_a_whole_number_within_the_range_and_octets_may_have_a_unit() {
        assert_eq!(Limit::Transactions.value("7"), Ok(7));
        assert_eq!(Limit::FragmentOctets.value("8MiB"), Ok(8 << 20));
        assert_eq!(Limit::FragmentOctets.value(" 12 KiB"), Ok(12 << 10));
        assert_eq!(Limit::ConnectionAge.value("30"), Ok(30));
        for (limit, text, wanted) in [
            (Limit::Transactions, "0", "transactions: a whole number from 1 to 100000000 is wanted"),
            (Limit::Transactions, "5KiB", "transactions: a whole number from 1 to 100000000 is wanted"),
            (Limit::Transactions, "+5", "transactions: a whole number from 1 to 100000000 is wanted"),
            (Limit::FragmentOctets, "65GiB", "fragment-octets: a number of octets, KiB, MiB or GiB from 1 to 64 GiB is wanted"),
            (
                Limit::FragmentOctets,
                "99999999999999999999GiB",
                "fragment-octets: a number of octets, KiB, MiB or GiB from 1 to 64 GiB is wanted",
            ),
            (Limit::ConnectionAge, "1.5", "connection-age: a whole number of seconds from 1 to 86400 s is wanted"),
        ] {
            assert_eq!(limit.value(text), Err(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn the_defaults_can_be_typed_as_they_are_told() {
        for told in defaults().split(", ") {
            let (name, value) = told.split_once('=').expect("a name and a value");
            let limit = Limit::named(name).expect("a limit");
            assert_eq!(limit.value(value), Ok(limit.about().default), "{told}");
        }
    }
}
