//! Takes what one side of a TLS connection sent, gives what was inside to the cutting of its direction.
//!
//! Records in the clear are passed over but for the hellos. From where they are sealed on, each is opened by the keys of its session; where there are
//! none, or they do not fit, the direction is over. Behind a gap the next record is found by its header and known by its tag.
//!
//! Invariant: of a stream that cannot be opened nothing is held. RFC 5246, 6.2; RFC 8446, 5.

use memchr::memchr;
use smallvec::SmallVec;

use super::hello::{TLS_1_3, client_hello, server_hello};
use super::keys::Keys;
use super::messages::{Messages, message_type};
use super::opener::{Opener, Refusal};
use super::record::{self, HEADER, Start, kind};
use super::session::Session;
use crate::fault::{Fault, FaultKind};
use crate::flow::cut::Cutter;
use crate::flow::cutting::Cutting;
use crate::flow::direction::{Context, End};
use crate::flow::sign::{Sign, SignKind};
use crate::flow::tail::Tail;
use crate::flow::unit::Origin;

/// Whether a stream that begins with `bytes` may be one of TLS: a record with a hello comes first.
pub(in crate::flow) fn may_begin(bytes: &[u8]) -> bool {
    bytes.first() == Some(&kind::HANDSHAKE)
        && record::header(bytes) != Start::Nothing
        && bytes.get(HEADER).is_none_or(|kind| [message_type::CLIENT_HELLO, message_type::SERVER_HELLO].contains(kind))
}

/// What is to become of the octets of a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flow) enum Next {
    /// More of them are wanted.
    On,
    /// They are no TLS: what is held is to be read as it is.
    Foreign,
    /// Nobody can open them.
    Closed,
}

/// Whether there is more to do at once.
enum Step {
    Again,
    Wait,
    End(Next),
}

/// How records are read.
#[derive(Debug, Default)]
enum State {
    /// In the clear.
    #[default]
    Clear,
    /// By opening them.
    Sealed(Box<Opener>),
    /// The same, but where the next one begins is not known.
    Seeking(Box<Opener>),
}

/// One direction of a TLS connection.
#[derive(Debug, Default)]
pub(in crate::flow) struct Inbound {
    /// The octets of a record that is not whole.
    raw: Tail,
    /// Octets of a record that is passed over.
    passing: u64,
    /// The handshake messages in the records.
    messages: Messages,
    state: State,
    /// Whether the client sends here, once its first record shows it.
    from_client: Option<bool>,
    has_hello: bool,
    /// What carried the record that was refused last.
    last: Option<Origin>,
}

impl Inbound {
    /// Octets held, bookkeeping included.
    pub(in crate::flow) fn cost(&self) -> usize {
        size_of::<Self>().saturating_add(self.raw.cost()).saturating_add(self.messages.cost())
    }

    /// Gives back what turned out to be no TLS.
    pub(in crate::flow) fn into_octets(self) -> Tail {
        self.raw
    }

    /// Takes the octets that come next; `completing` is the frame that made them complete, where that is not the one that carried them.
    pub(in crate::flow) fn take<C: Cutter>(
        &mut self,
        bytes: &[u8],
        origin: Origin,
        completing: Option<Origin>,
        cutting: &mut Cutting,
        cx: &mut Context<'_, '_, C>,
    ) -> Next {
        self.raw.append(bytes, origin);
        loop {
            if self.passing > 0 {
                let passed = usize::try_from(self.passing).map_or(self.raw.len(), |passing| passing.min(self.raw.len()));
                self.raw.drop_front(passed);
                self.passing = self.passing.saturating_sub(passed as u64);
            }
            if self.raw.is_empty() {
                return Next::On;
            }
            let step = match std::mem::take(&mut self.state) {
                State::Clear => self.clear(cx),
                State::Sealed(opener) => self.sealed(opener, completing, cutting, cx),
                State::Seeking(opener) => self.seek(opener, completing, cutting, cx),
            };
            match step {
                Step::Again => {}
                Step::Wait => return Next::On,
                Step::End(next) => return next,
            }
        }
    }

    /// Reads a record in the clear.
    fn clear<C: Cutter>(&mut self, cx: &mut Context<'_, '_, C>) -> Step {
        let bytes = self.raw.bytes();
        let header = match record::header(bytes) {
            Start::Header(header) => header,
            Start::More => return Step::Wait,
            Start::Nothing => return Step::End(if self.from_client.is_some() { Next::Closed } else { Next::Foreign }),
        };
        if self.from_client.is_none() {
            let Some(first) = bytes.get(HEADER) else { return Step::Wait };
            if !may_begin(bytes) {
                return Step::End(Next::Foreign);
            }
            self.from_client = Some(*first == message_type::CLIENT_HELLO);
        }
        let version = cx.session.as_ref().and_then(|session| session.agreed).map(|agreed| agreed.version);
        match header.kind {
            kind::HANDSHAKE if !self.has_hello => {
                let Some(fragment) = bytes.get(HEADER..header.whole) else { return Step::Wait };
                let origin = self.raw.carriers(0, header.whole, None).map(|(_, origin)| origin);
                self.has_hello = hello(&mut self.messages, fragment, self.from_client == Some(true), origin, cx);
                self.raw.drop_front(header.whole);
                Step::Again
            }
            kind::CHANGE_CIPHER_SPEC if version.is_some_and(|version| version != TLS_1_3) => {
                self.passing = header.whole as u64;
                self.seal(cx)
            }
            // What comes before the ServerHello is early data, which other keys seal (RFC 8446, 2.3).
            kind::APPLICATION_DATA if version == Some(TLS_1_3) => self.seal(cx),
            _ => {
                self.passing = header.whole as u64;
                Step::Again
            }
        }
    }

    /// Goes over to sealed records.
    fn seal<C: Cutter>(&mut self, cx: &mut Context<'_, '_, C>) -> Step {
        let Some(session) = cx.session.as_deref() else { return Step::End(Next::Closed) };
        let (Some(client), Some(agreed)) = (&session.client, &session.agreed) else { return Step::End(Next::Closed) };
        let Some(secrets) = cx.keys.of(client) else { return Step::End(Next::Closed) };
        match Keys::of(secrets, client, agreed, self.from_client == Some(true)) {
            Ok(keys) => {
                let handshake = Keys::of_handshake(secrets, agreed, self.from_client == Some(true));
                self.state = State::Sealed(Box::new(Opener::new(keys, handshake)));
                self.messages = Messages::default();
                Step::Again
            }
            Err(refusal) => self.give_up(refusal.said_by(), refusal == Refusal::Suite, cx),
        }
    }

    /// Tells that nothing can be opened, for the reason that is given, and that the session's inside stays closed.
    fn give_up<C: Cutter>(&self, said_by: &'static str, with_suite: bool, cx: &mut Context<'_, '_, C>) -> Step {
        let Some((_, origin)) = self.raw.carriers(0, 1, None) else { return Step::End(Next::Closed) };
        let agreed = cx.session.as_ref().and_then(|session| session.agreed).filter(|_| with_suite);
        let fault = Fault { wanted: agreed.map(|agreed| u64::from(agreed.suite)), ..Fault::new(FaultKind::SealedTls, said_by) };
        cx.faults.of(origin.capture).note(fault.at_frame(origin.frame));
        tell(self.from_client == Some(true), origin, cx);
        Step::End(Next::Closed)
    }

    /// Opens the record at the front.
    fn sealed<C: Cutter>(
        &mut self,
        mut opener: Box<Opener>,
        completing: Option<Origin>,
        cutting: &mut Cutting,
        cx: &mut Context<'_, '_, C>,
    ) -> Step {
        let bytes = self.raw.bytes();
        let header = match record::header(bytes) {
            Start::Header(header) => header,
            Start::More => {
                self.state = State::Sealed(opener);
                return Step::Wait;
            }
            Start::Nothing => {
                // Octets are there that no record begins with: the stream is damaged.
                opener.lose(0);
                self.begin_seeking(opener, cutting, cx);
                return Step::Again;
            }
        };
        let Some(body) = bytes.get(HEADER..header.whole) else {
            self.state = State::Sealed(opener);
            return Step::Wait;
        };
        if opener.hides_kind() && header.kind != kind::APPLICATION_DATA {
            self.passing = header.whole as u64;
            self.state = State::Sealed(opener);
            return Step::Again;
        }
        if !opener.hides_kind() && header.kind == kind::CHANGE_CIPHER_SPEC {
            return self.give_up("TLS renegotiation", false, cx);
        }
        if let Some((kind, octets)) = opener.open(header.octets, body) {
            self.deliver(opener, kind, &octets, header.whole, completing, cutting, cx);
            return Step::Again;
        }
        self.refused(opener, header.whole, cutting, cx)
    }

    /// Passes over a record that did not open.
    fn refused<C: Cutter>(&mut self, mut opener: Box<Opener>, whole: usize, cutting: &mut Cutting, cx: &mut Context<'_, '_, C>) -> Step {
        let is_worth_telling = opener.refuse();
        self.last = self.raw.carriers(0, whole, None).map(|(_, origin)| origin);
        if opener.is_hopeless() {
            return self.give_up("TLS records that the keys do not open", false, cx);
        }
        if is_worth_telling {
            if let Some(origin) = self.last {
                cx.faults.of(origin.capture).note(Fault::new(FaultKind::SealedTls, "tag of a TLS record").at_frame(origin.frame));
            }
            cutting.cut(None, End::Lost, cx);
            cutting.begin_after_gap();
        }
        self.raw.drop_front(whole);
        self.state = State::Sealed(opener);
        Step::Again
    }

    /// Hands on what a record held that is `whole` octets long.
    #[expect(clippy::too_many_arguments, reason = "what is opened, from where, and where to")]
    fn deliver<C: Cutter>(
        &mut self,
        mut opener: Box<Opener>,
        record_kind: u8,
        octets: &[u8],
        whole: usize,
        completing: Option<Origin>,
        cutting: &mut Cutting,
        cx: &mut Context<'_, '_, C>,
    ) {
        let prefix = opener.prefix();
        if record_kind == kind::HANDSHAKE && opener.hides_kind() {
            let mut updates = false;
            self.messages.push(octets, message_type::KEY_UPDATE, |_| updates = true);
            if updates {
                opener.update();
            }
        }
        let last = self.raw.carriers(0, whole, completing).map(|(_, last)| last);
        if record_kind == kind::APPLICATION_DATA {
            // An octet was carried by the frame that carried it sealed; the frame with the tag completes them all.
            for (range, origin) in self.raw.runs(prefix, prefix.saturating_add(octets.len())).collect::<SmallVec<[_; 4]>>() {
                cutting.append(octets.get(range).unwrap_or_default(), origin);
            }
        }
        self.raw.drop_front(whole);
        self.state = State::Sealed(opener);
        cutting.set_secure(true);
        cutting.cut(last, End::Open, cx);
    }

    fn begin_seeking<C: Cutter>(&mut self, opener: Box<Opener>, cutting: &mut Cutting, cx: &mut Context<'_, '_, C>) {
        cutting.cut(None, End::Lost, cx);
        cutting.begin_after_gap();
        self.state = State::Seeking(opener);
    }

    /// Finds the next record that opens.
    fn seek<C: Cutter>(
        &mut self,
        mut opener: Box<Opener>,
        completing: Option<Origin>,
        cutting: &mut Cutting,
        cx: &mut Context<'_, '_, C>,
    ) -> Step {
        if opener.is_spent() {
            return self.give_up("TLS records behind a gap", false, cx);
        }
        let Some(at) = memchr(kind::APPLICATION_DATA, self.raw.bytes()) else {
            self.raw.drop_front(self.raw.len());
            self.state = State::Seeking(opener);
            return Step::Wait;
        };
        self.raw.drop_front(at);
        let bytes = self.raw.bytes();
        match record::header(bytes) {
            Start::More => {
                self.state = State::Seeking(opener);
                return Step::Wait;
            }
            Start::Header(header) if header.whole >= opener.least() => {
                let Some(body) = bytes.get(HEADER..header.whole) else {
                    self.state = State::Seeking(opener);
                    return Step::Wait;
                };
                if let Some((kind, octets)) = opener.open(header.octets, body) {
                    self.deliver(opener, kind, &octets, header.whole, completing, cutting, cx);
                    return Step::Again;
                }
            }
            _ => {}
        }
        self.raw.drop_front(1);
        self.state = State::Seeking(opener);
        Step::Again
    }

    /// Goes on behind `octets` that are not in the capture.
    pub(in crate::flow) fn lose(&mut self, octets: u64) -> Next {
        // Where the record is known that they belong to, the next one begins where it ends.
        let left = match record::header(self.raw.bytes()) {
            Start::Header(header) => (header.whole as u64).saturating_sub(self.raw.len() as u64),
            _ => self.passing,
        };
        let was_reading = !self.raw.is_empty();
        self.raw.drop_front(self.raw.len());
        self.messages = Messages::default();
        let is_within = octets <= left;
        self.passing = left.saturating_sub(octets);
        match std::mem::take(&mut self.state) {
            // A hello that is not whole is none.
            State::Clear if is_within && self.has_hello => Next::On,
            State::Clear => Next::Closed,
            State::Sealed(mut opener) if is_within && (was_reading || octets == 0) => {
                opener.lose_record();
                self.state = State::Sealed(opener);
                Next::On
            }
            State::Sealed(opener) if is_within => {
                self.state = State::Sealed(opener);
                Next::On
            }
            State::Sealed(mut opener) | State::Seeking(mut opener) => {
                opener.lose(octets);
                self.passing = 0;
                self.state = State::Seeking(opener);
                Next::On
            }
        }
    }

    /// Tells, at the end of the stream, that the keys opened nothing of it.
    pub(in crate::flow) fn close<C: Cutter>(&self, cx: &mut Context<'_, '_, C>) {
        if let State::Sealed(opener) | State::Seeking(opener) = &self.state
            && opener.fits_nothing()
            && let Some(origin) = self.last
        {
            cx.faults
                .of(origin.capture)
                .note(Fault::new(FaultKind::SealedTls, "TLS records that the keys do not open").at_frame(origin.frame));
            tell(self.from_client == Some(true), origin, cx);
        }
    }
}

/// Reads the hello that a fragment may complete; true where it did.
fn hello<C: Cutter>(
    messages: &mut Messages,
    fragment: &[u8],
    from_client: bool,
    origin: Option<Origin>,
    cx: &mut Context<'_, '_, C>,
) -> bool {
    let mut is_read = false;
    if from_client {
        messages.push(fragment, message_type::CLIENT_HELLO, |body| {
            if let Some(read) = client_hello(body).filter(|_| !is_read) {
                let server_name = read.server_name.map(Into::into);
                *cx.session = Some(Box::new(Session { client: Some(read.random), server_name, agreed: None }));
                is_read = true;
            }
        });
        let is_known = cx.session.as_ref().and_then(|session| session.client).is_some_and(|client| cx.keys.of(&client).is_some());
        if let Some(origin) = origin.filter(|_| is_read && !is_known) {
            tell(true, origin, cx);
        }
        return is_read;
    }
    messages.push(fragment, message_type::SERVER_HELLO, |body| {
        if let Some(agreed) = server_hello(body).filter(|_| !is_read) {
            cx.session.get_or_insert_default().agreed = Some(agreed);
            is_read = true;
        }
    });
    is_read
}

/// Tells of a session whose inside stays closed.
fn tell<C: Cutter>(from_client: bool, origin: Origin, cx: &mut Context<'_, '_, C>) {
    let (source, destination) = if from_client { cx.ends } else { (cx.ends.1, cx.ends.0) };
    let server_name = cx.session.as_ref().and_then(|session| session.server_name.clone());
    let Origin { capture, frame, time, .. } = origin;
    cx.signs.push(Sign { capture, frame, time, source, destination, kind: SignKind::ClientHello { server_name } });
}
