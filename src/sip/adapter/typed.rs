//! Takes a message, gives the typed values that rsip reads from it, each only where it says what we read.
//!
//! Invariant: where the two differ ours wins, and the difference is counted; a value that rsip refuses costs nothing but itself. rsip cuts
//! an IPv6 `received`, a branch with `$` and a user with a dot without a word, so its word alone is never taken.

use super::fill::{plain_address, plain_cseq, plain_via, text};
use super::split_uri::SplitUri;
use crate::sip::header::{Contact, NameAddr, Via};
use crate::sip::message::Message;
use crate::sip::name::Name;
use crate::sip::params::Params;
use rsip::headers::untyped::{ToTypedHeader, UntypedHeader};
use rsip::typed;

/// How rsip's reading compares with ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Values that both read alike.
    pub agreed: u32,
    /// Values that rsip does not read.
    pub refused: u32,
    /// Values that rsip reads as something else.
    pub disagreed: u32,
}

/// What rsip makes of the headers of one message; each value stands there only where it agrees with ours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed {
    /// The Vias, one for each of [`Message::vias`].
    pub vias: Vec<Option<typed::Via>>,
    /// The Contacts, one for each of [`Message::contacts`].
    pub contacts: Vec<Option<typed::Contact>>,
    /// The CSeq.
    pub cseq: Option<typed::CSeq>,
    /// The From.
    pub from: Option<typed::From>,
    /// The To.
    pub to: Option<typed::To>,
    /// How many of them agreed, were refused and disagreed.
    pub tally: Tally,
}

impl Tally {
    /// Counts one value, and gives it back where `agrees` says that it is ours.
    fn judge<T>(&mut self, value: Result<T, rsip::Error>, agrees: impl FnOnce(&T) -> bool) -> Option<T> {
        // The error is dropped unread: its text holds the value several times over.
        let Ok(value) = value else {
            self.refused = self.refused.saturating_add(1);
            return None;
        };
        let agrees = agrees(&value);
        let counter = if agrees { &mut self.agreed } else { &mut self.disagreed };
        *counter = counter.saturating_add(1);
        agrees.then_some(value)
    }
}

impl Message<'_> {
    /// The headers of the message as rsip types them, cross-checked with our own reading.
    #[must_use]
    pub fn to_rsip_typed(&self) -> Typed {
        let mut tally = Tally::default();
        let vias =
            self.vias().map(|via| tally.judge(rsip::headers::Via::new(plain_via(&via)).typed(), |typed| via_agrees(typed, &via))).collect();
        let contacts = self
            .contacts()
            .map(|contact| {
                let typed = rsip::headers::Contact::new(plain_address(&contact.address)).typed();
                tally.judge(typed, |typed| contact_agrees(typed, &contact))
            })
            .collect();
        let cseq = self.field(Name::CSeq).and_then(|value| {
            let typed = rsip::headers::CSeq::new(plain_cseq(value)).typed();
            tally.judge(typed, |typed| {
                self.cseq().is_some_and(|cseq| cseq.number == typed.seq && cseq.method == typed.method.to_string().as_bytes())
            })
        });
        let from = self.from().and_then(|from| {
            let typed = rsip::headers::From::new(plain_address(&from)).typed();
            tally.judge(typed, |typed| address_agrees(&typed.uri, &typed.params, &from))
        });
        let to = self.to().and_then(|to| {
            let typed = rsip::headers::To::new(plain_address(&to)).typed();
            tally.judge(typed, |typed| address_agrees(&typed.uri, &typed.params, &to))
        });
        Typed { vias, contacts, cseq, from, to, tally }
    }
}

/// Whether rsip's Via has the transport, host, port, branch and parameters of ours.
fn via_agrees(typed: &typed::Via, ours: &Via<'_>) -> bool {
    typed.transport.to_string().eq_ignore_ascii_case(&text(ours.transport))
        && host_agrees(&typed.uri, &text(ours.host))
        && typed.uri.port().map(|port| *port.value()) == ours.port
        && params_agree(typed.uri.params.iter().chain(&typed.params), &ours.params)
}

/// Whether rsip's Contact has the URI and the parameters of ours, and is no wildcard: rsip takes that for a host.
fn contact_agrees(typed: &typed::Contact, ours: &Contact<'_>) -> bool {
    !ours.is_star() && address_agrees(&typed.uri, &typed.params, &ours.address)
}

fn address_agrees(uri: &rsip::Uri, params: &[rsip::Param], ours: &NameAddr<'_>) -> bool {
    uri_agrees(uri, ours.uri) && params_agree(params.iter(), &ours.params)
}

fn uri_agrees(uri: &rsip::Uri, ours: &[u8]) -> bool {
    let Some(split) = std::str::from_utf8(ours).ok().and_then(SplitUri::of) else { return false };
    let scheme = uri.scheme.as_ref().map(ToString::to_string).unwrap_or_default();
    // rsip has no room for the headers of a URI: it drops them, or takes them for a part of the host.
    split.headers.is_empty()
        && scheme.eq_ignore_ascii_case(split.scheme)
        && uri.user() == split.user()
        && host_agrees(uri, split.host)
        && uri.port().map(|port| *port.value()) == split.port
        && params_agree(uri.params.iter(), &Params::new(split.params.as_bytes()))
}

fn host_agrees(uri: &rsip::Uri, ours: &str) -> bool {
    let bare = ours.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(ours);
    uri.host().to_string().eq_ignore_ascii_case(bare)
}

/// Whether both have the same parameters in the same order, case aside.
fn params_agree<'p>(typed: impl Iterator<Item = &'p rsip::Param>, ours: &Params<'_>) -> bool {
    let typed: Vec<String> = typed.map(ToString::to_string).collect();
    let ours: Vec<String> = ours
        .iter()
        .map(|param| match param.value {
            Some(value) => format!(";{}={}", text(param.name), text(value)),
            None => format!(";{}", text(param.name)),
        })
        .collect();
    typed.len() == ours.len() && typed.iter().zip(&ours).all(|(typed, ours)| typed.eq_ignore_ascii_case(ours))
}
