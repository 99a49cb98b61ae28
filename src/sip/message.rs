//! Takes the octets of one payload, gives the SIP message that they hold.
//!
//! Invariant: a message is its octets and the places of its parts in them: order, spelling and folding of the headers survive, and nothing
//! is assumed to be UTF-8. Scanning allocates nothing; typed headers are read when they are asked for. RFC 3261, 7.

use super::examine;
use super::fault::{MessageFault, MessageFaults};
use super::fields::{End, Fields};
use super::framing::MAX_MESSAGE;
use super::header::{Auth, CSeq, Contact, Expiry, NameAddr, Route, Via};
use super::landmark::landmark;
use super::name::Name;
use super::scan::{Span, decimal, is_token, split, split_list, trim, unfold};
use super::start_line::{Start, StartLine, noise_len};
use super::values::Values;
use std::borrow::Cow;

/// Where the parts of a message are that every message is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The start line.
    pub start: StartLine,
    /// The header block, its empty line included.
    pub fields: Span,
    /// The body.
    pub body: Span,
    /// The value of the first Via line.
    pub via: Option<Span>,
    /// Whether more Via lines follow the first one.
    pub has_more_vias: bool,
    /// The value of the first Call-ID line.
    pub call_id: Option<Span>,
    /// The value of the first CSeq line.
    pub cseq: Option<Span>,
    /// The value of the first From line.
    pub from: Option<Span>,
    /// The value of the first To line.
    pub to: Option<Span>,
    /// The value of the first Contact line.
    pub contact: Option<Span>,
    /// Whether more Contact lines follow the first one.
    pub has_more_contacts: bool,
    /// Whether any header begins with an R: without one there is neither Route nor Record-Route.
    pub has_r_lines: bool,
    /// The value of the first Content-Length line.
    pub content_length: Option<Span>,
    /// How many octets followed the body and were left out.
    pub extra: u32,
    /// What scanning saw to be wrong.
    pub faults: MessageFaults,
}

/// One SIP message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    octets: Cow<'a, [u8]>,
    head: Head,
}

impl Head {
    /// Scans `octets`, which start with a start line; none where they do not.
    fn scan(octets: &[u8]) -> Option<Self> {
        let start = StartLine::read(octets)?;
        let mut head = Self {
            start,
            fields: Span { start: start.end, end: start.end },
            body: Span::default(),
            via: None,
            has_more_vias: false,
            call_id: None,
            cseq: None,
            from: None,
            to: None,
            contact: None,
            has_more_contacts: false,
            has_r_lines: false,
            content_length: None,
            extra: 0,
            faults: MessageFaults::default(),
        };
        head.judge_start();
        let base = start.end as usize;
        let (_, block) = split(octets, base);
        let mut fields = Fields::new(block);
        // Lines that are no header are told by `Message::faults`: here most lines are passed over unread.
        while let Some(line) = fields.line() {
            match landmark(line) {
                Some((name, value)) => head.take(octets, name, value),
                None => head.has_r_lines |= matches!(line.first(), Some(b'R' | b'r')),
            }
        }
        head.faults.note_if(fields.end() != Some(End::BlankLine) || !start.is_ended, MessageFault::NoBlankLine);
        let body = base.saturating_add(fields.position());
        head.fields = Span::new(base, body);
        head.bound_body(octets, body);
        Some(head)
    }

    fn judge_start(&mut self) {
        self.faults.note_if(!self.start.is_version_2, MessageFault::Version);
        let is_code_missing = matches!(self.start.start, Start::Response { status: None, .. });
        self.faults.note_if(is_code_missing, MessageFault::StatusCode);
        self.faults.note_if(!self.start.is_well_formed && !is_code_missing, MessageFault::StartLine);
    }

    /// Keeps where the `value` of the header `name` stands if it is one of those that correlation needs.
    #[inline]
    fn take(&mut self, octets: &[u8], name: Name, value: &[u8]) {
        let place = match name {
            Name::Via => &mut self.via,
            Name::Contact => &mut self.contact,
            Name::CallId => &mut self.call_id,
            Name::CSeq => &mut self.cseq,
            Name::From => &mut self.from,
            Name::To => &mut self.to,
            Name::ContentLength => &mut self.content_length,
            _ => return,
        };
        let Some(first) = *place else {
            // Both slices are of the same octets, so the distance of their starts is the value's place.
            let start = (value.as_ptr() as usize).saturating_sub(octets.as_ptr() as usize);
            *place = Some(Span::new(start, start.saturating_add(value.len())));
            return;
        };
        match name {
            Name::Via => self.has_more_vias = true,
            Name::Contact => self.has_more_contacts = true,
            _ => self.faults.note_if(first.of(octets) != value, MessageFault::Repeated),
        }
    }

    /// Bounds the body by Content-Length where there is one that can be read, by the end of the octets otherwise (RFC 3261, 18.3).
    fn bound_body(&mut self, octets: &[u8], start: usize) {
        let there = octets.len().saturating_sub(start);
        let length = self.content_length.map(|span| decimal(trim(span.of(octets))));
        self.faults.note_if(length == Some(None), MessageFault::ContentLength);
        let wanted = match length.flatten() {
            None => there,
            Some(length) => usize::try_from(length).unwrap_or(usize::MAX),
        };
        self.faults.note_if(wanted > there, MessageFault::ShortBody);
        self.faults.note_if(wanted < there, MessageFault::ExtraOctets);
        let end = start.saturating_add(wanted.min(there));
        self.body = Span::new(start, end);
        self.extra = u32::try_from(octets.len().saturating_sub(end)).unwrap_or(u32::MAX);
    }
}

impl<'a> Message<'a> {
    /// Finds the message that `octets` hold, keep-alive noise ahead of it passed over; none only where they hold no SIP at all.
    ///
    /// The body ends where Content-Length says, or with the octets: what follows is left out and told as a fault.
    #[inline]
    #[must_use]
    pub fn scan(octets: &'a [u8]) -> Option<Self> {
        let (_, octets) = split(octets, noise_len(octets));
        // Voice ends here.
        if is_token(*octets.first()?) { Self::scan_from_start(octets) } else { None }
    }

    /// Finds the message that `octets` begin with.
    fn scan_from_start(octets: &'a [u8]) -> Option<Self> {
        let (window, beyond) = split(octets, MAX_MESSAGE);
        let mut head = Head::scan(window)?;
        head.faults.note_if(!beyond.is_empty(), MessageFault::TooLong);
        let (message, _) = split(window, head.body.end as usize);
        Some(Self { octets: Cow::Borrowed(message), head })
    }

    /// The message that an earlier scan of the same `octets` gave: [`Message::octets`] and [`Message::head`] put together again.
    #[must_use]
    pub const fn with_head(octets: &'a [u8], head: Head) -> Self {
        Self { octets: Cow::Borrowed(octets), head }
    }

    /// The same message with octets of its own.
    #[must_use]
    pub fn into_owned(self) -> Message<'static> {
        Message { octets: Cow::Owned(self.octets.into_owned()), head: self.head }
    }

    /// The octets from the first of the start line to the last of the body.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Where the parts are.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Everything that is wrong with the message. Reads the typed headers: not for every packet; [`Head::faults`] has what costs nothing.
    #[must_use]
    pub fn faults(&self) -> MessageFaults {
        examine::faults(self)
    }

    /// Whether the version is one that can be decoded: `SIP/2.0`.
    #[must_use]
    pub const fn is_decodable(&self) -> bool {
        self.head.start.is_version_2
    }

    /// Why nobody can tell what the message belongs to, if so; costs next to nothing.
    #[must_use]
    pub fn hidden_by(&self) -> Option<MessageFault> {
        let head = &self.head;
        if head.call_id.is_none() || head.via.is_none() || head.cseq.is_none() {
            return Some(MessageFault::Missing);
        }
        [MessageFault::StatusCode, MessageFault::TooLong].into_iter().find(|fault| head.faults.has(*fault))
    }

    /// Whether it is longer than what is cut from a stream ([`MAX_MESSAGE`]), as far as it says: its head fills that, or the octets of
    /// Content-Length do not fit into it.
    #[must_use]
    pub fn is_beyond_bound(&self) -> bool {
        let body = self.content_length().filter(|_| self.head.faults.has(MessageFault::ShortBody)).unwrap_or(0);
        let least = (self.head.body.start as usize).saturating_add(usize::try_from(body).unwrap_or(usize::MAX));
        least > MAX_MESSAGE || (self.head.faults.has(MessageFault::NoBlankLine) && least == MAX_MESSAGE)
    }

    fn at(&self, span: Option<Span>) -> Option<&[u8]> {
        span.map(|span| span.of(&self.octets))
    }
}

/// The start line.
impl Message<'_> {
    /// The start line as written, without its line end.
    #[must_use]
    pub fn start_line(&self) -> &[u8] {
        self.head.start.line.of(&self.octets)
    }

    /// Whether it is a request.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(self.head.start.start, Start::Request { .. })
    }

    /// The method as written: of a request that of its start line, of a response that of its CSeq; empty where that cannot be read.
    #[must_use]
    pub fn method(&self) -> &[u8] {
        match self.head.start.start {
            Start::Request { method, .. } => method.of(&self.octets),
            Start::Response { .. } => self.cseq().map_or(&[], |cseq| cseq.method),
        }
    }

    /// The Request-URI as written; none for a response.
    #[must_use]
    pub fn request_uri(&self) -> Option<&[u8]> {
        match self.head.start.start {
            Start::Request { uri, .. } => Some(uri.of(&self.octets)),
            Start::Response { .. } => None,
        }
    }

    /// The status code, 100 to 699; none for a request, and where it is anything but three such digits.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.head.start.start {
            Start::Request { .. } => None,
            Start::Response { status, .. } => status,
        }
    }

    /// The Reason-Phrase as written; empty for a request.
    #[must_use]
    pub fn reason_phrase(&self) -> &[u8] {
        match self.head.start.start {
            Start::Request { .. } => &[],
            Start::Response { reason, .. } => reason.of(&self.octets),
        }
    }
}

/// The headers, as lines and as values.
impl Message<'_> {
    /// All header lines in the order as written.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Fields::new(self.head.fields.of(&self.octets))
    }

    /// All lines of the header block in the order as written, folds and line ends included; also those that are no header.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let mut fields = self.fields();
        std::iter::from_fn(move || fields.line())
    }

    /// The value as written of the first line of `name`, folds included.
    #[must_use]
    pub fn field(&self, name: Name) -> Option<&[u8]> {
        match name {
            Name::Via => self.at(self.head.via),
            Name::CallId => self.at(self.head.call_id),
            Name::CSeq => self.at(self.head.cseq),
            Name::From => self.at(self.head.from),
            Name::To => self.at(self.head.to),
            Name::Contact => self.at(self.head.contact),
            Name::ContentLength => self.at(self.head.content_length),
            _ => self.fields().next_of(name).map(|field| field.value),
        }
    }

    /// All values of `name` over all its lines, lists split at their commas, as written.
    pub fn raw_values(&self, name: Name) -> impl Iterator<Item = &[u8]> {
        match name {
            Name::Via if !self.head.has_more_vias => Values::of_list(self.at(self.head.via), name),
            Name::Contact if !self.head.has_more_contacts => Values::of_list(self.at(self.head.contact), name),
            _ => Values::over(self.fields(), name),
        }
    }

    /// All values of `name` over all its lines, lists split at their commas, unfolded.
    pub fn values(&self, name: Name) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.raw_values(name).map(unfold)
    }

    /// The unfolded value of every line whose name is `written`, in any case: for headers that [`Name`] does not hold.
    pub fn named(&self, written: &str) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.fields().filter(move |field| field.written.eq_ignore_ascii_case(written.as_bytes())).map(|field| unfold(field.value))
    }

    fn number(&self, name: Name) -> Option<u64> {
        self.field(name).and_then(|value| decimal(trim(value)))
    }
}

/// The headers, typed.
impl Message<'_> {
    /// The Call-ID, none where it is absent or empty.
    #[must_use]
    pub fn call_id(&self) -> Option<&[u8]> {
        self.at(self.head.call_id).filter(|value| !value.is_empty())
    }

    /// The CSeq.
    #[must_use]
    pub fn cseq(&self) -> Option<CSeq<'_>> {
        self.at(self.head.cseq).and_then(CSeq::read)
    }

    /// All Vias, the topmost first.
    pub fn vias(&self) -> impl Iterator<Item = Via<'_>> {
        self.raw_values(Name::Via).map(Via::read)
    }

    /// The topmost Via.
    #[must_use]
    pub fn top_via(&self) -> Option<Via<'_>> {
        // A first Via line may be empty, which is a fault but hides no other line.
        let first = self.at(self.head.via).and_then(|value| split_list(value).next());
        first.or_else(|| self.raw_values(Name::Via).next()).map(Via::read)
    }

    /// How many Vias there are.
    #[must_use]
    pub fn via_count(&self) -> usize {
        self.raw_values(Name::Via).count()
    }

    /// Whether it passed another element before the one that sent it: whether there are two Vias or more.
    #[must_use]
    pub fn has_several_vias(&self) -> bool {
        let may_have = self.head.has_more_vias || self.at(self.head.via).is_some_and(|line| line.contains(&b','));
        may_have && self.raw_values(Name::Via).nth(1).is_some()
    }

    /// The From.
    #[must_use]
    pub fn from(&self) -> Option<NameAddr<'_>> {
        self.at(self.head.from).map(NameAddr::read)
    }

    /// The To.
    #[must_use]
    pub fn to(&self) -> Option<NameAddr<'_>> {
        self.at(self.head.to).map(NameAddr::read)
    }

    /// The tag of the From, which names the caller's end of the call (RFC 3261, 19.3).
    #[must_use]
    pub fn from_tag(&self) -> Option<&[u8]> {
        self.at(self.head.from).and_then(NameAddr::tag_of)
    }

    /// The tag of the To: there in responses, and in requests within a dialog (RFC 3261, 12.2.1.1).
    #[must_use]
    pub fn to_tag(&self) -> Option<&[u8]> {
        self.at(self.head.to).and_then(NameAddr::tag_of)
    }

    /// All Contacts in the order as written.
    pub fn contacts(&self) -> impl Iterator<Item = Contact<'_>> {
        self.raw_values(Name::Contact).map(Contact::read)
    }

    /// The Route values in the order as written.
    pub fn routes(&self) -> impl Iterator<Item = Route<'_>> {
        self.raw_values(Name::Route).take(self.most_routes()).map(Route::read)
    }

    /// The Record-Route values in the order as written.
    pub fn record_routes(&self) -> impl Iterator<Item = Route<'_>> {
        self.raw_values(Name::RecordRoute).take(self.most_routes()).map(Route::read)
    }

    const fn most_routes(&self) -> usize {
        if self.head.has_r_lines { usize::MAX } else { 0 }
    }

    /// The credentials or challenges of `name`: one of the four authentication headers.
    pub fn auths(&self, name: Name) -> impl Iterator<Item = Auth<'_>> {
        self.raw_values(name).map(Auth::read)
    }

    /// The media type of the body as written, parameters included.
    #[must_use]
    pub fn content_type(&self) -> Option<&[u8]> {
        self.field(Name::ContentType)
    }

    /// The number of octets that the first Content-Length says.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.number(Name::ContentLength)
    }

    /// The Max-Forwards, none where it is absent or no number of 32 bits.
    #[must_use]
    pub fn max_forwards(&self) -> Option<u32> {
        self.number(Name::MaxForwards).and_then(|number| u32::try_from(number).ok())
    }

    /// The lifetime that the Expires header says.
    #[must_use]
    pub fn expires(&self) -> Option<Expiry> {
        self.field(Name::Expires).map(Expiry::read)
    }

    /// The User-Agent as written.
    #[must_use]
    pub fn user_agent(&self) -> Option<&[u8]> {
        self.field(Name::UserAgent)
    }

    /// The Server as written.
    #[must_use]
    pub fn server(&self) -> Option<&[u8]> {
        self.field(Name::Server)
    }

    /// The body, as far as it is there.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.head.body.of(&self.octets)
    }
}
