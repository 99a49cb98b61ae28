//! Takes Content-Type, Content-Encoding and body of a response, gives what the body offers in place of the request.
//!
//! What is offered and what is wrong are facts; whether a client had to take an offer is for the rules to say. RFC 3261, 21.3.5.

use super::encoding::decoded;
use super::fault::BodyFault;
use super::ims::{self, AlternativeAction, AlternativeService, AlternativeType};
use super::links::Links;
use super::media_type::{MediaType, is_ims, sniffed};
use super::multipart::{guessed_boundary, parts};
use super::text::{offered_media, on_one_line, read_html, read_sip, read_xml};
use crate::sip::uri::{Scheme, Uri};

/// How many octets of a body are read, after decoding.
pub const MAX_BODY: usize = 64 * 1024;

/// How deep multipart bodies may be nested.
pub const MAX_DEPTH: usize = 4;

/// How many parts of a multipart body are read, nested ones counted.
pub const MAX_PARTS: usize = 32;

/// How many characters of prose are kept.
pub const MAX_PROSE: usize = 256;

/// How many kinds of media of a session description are kept.
const MAX_MEDIA: usize = 16;

/// What a body is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyKind {
    /// No octets.
    Empty,
    /// `application/3gpp-ims+xml`
    Ims,
    /// `text/plain` and other text.
    Text,
    /// `text/html`
    Html,
    /// `application/sdp`
    Sdp,
    /// `message/sip` or `message/sipfrag`
    Sip,
    /// XML of another kind.
    Xml,
    /// `multipart/...`
    Multipart,
    /// Anything else.
    Other,
}

impl BodyKind {
    /// The name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Ims => "ims",
            Self::Text => "text",
            Self::Html => "html",
            Self::Sdp => "sdp",
            Self::Sip => "sip",
            Self::Xml => "xml",
            Self::Multipart => "multipart",
            Self::Other => "other",
        }
    }
}

/// What a body offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternatives {
    /// The declared type without its parameters, in lower case.
    pub content_type: Option<String>,
    /// What the body was read as.
    pub kind: BodyKind,
    /// What the parts of a multipart body were read as, in order, nested ones in the place of their whole.
    pub parts: Vec<BodyKind>,
    /// The alternative service of IMS XML; of several the first.
    pub service: Option<AlternativeService>,
    /// The URIs in the order of the body, each once.
    pub uris: Vec<Uri>,
    /// The kinds of media that a session description offers.
    pub media: Vec<String>,
    /// The start of the text for the user, in one line.
    pub prose: Option<String>,
    /// What is wrong in the body, each kind once.
    pub faults: Vec<BodyFault>,
}

impl Alternatives {
    /// Reads a body with the values of its headers. Never fails: see [`Alternatives::faults`].
    #[must_use]
    pub fn read(content_type: Option<&[u8]>, content_encoding: Option<&[u8]>, body: &[u8]) -> Self {
        let mut reader = Reader { found: Self::empty(), links: Links::default(), parts_left: MAX_PARTS };
        let media_type = content_type.and_then(MediaType::parse);
        reader.found.content_type = media_type.as_ref().map(|media_type| media_type.essence.clone());
        if !body.is_empty() {
            if media_type.is_none() {
                reader.found.faults.push(BodyFault::MissingContentType);
            }
            reader.found.kind = reader.read(media_type.as_ref(), content_encoding, body, MAX_DEPTH);
        }
        let Reader { mut found, links, .. } = reader;
        found.uris = links.uris;
        found.faults.sort_unstable();
        found.faults.dedup();
        found
    }

    /// Nothing at all.
    const fn empty() -> Self {
        Self {
            content_type: None,
            kind: BodyKind::Empty,
            parts: Vec::new(),
            service: None,
            uris: Vec::new(),
            media: Vec::new(),
            prose: None,
            faults: Vec::new(),
        }
    }

    /// The `type` of the alternative service.
    #[must_use]
    pub fn service_type(&self) -> Option<&AlternativeType> {
        self.service.as_ref()?.kind.as_ref()
    }

    /// The `action` of the alternative service.
    #[must_use]
    pub fn action(&self) -> Option<&AlternativeAction> {
        self.service.as_ref()?.action.as_ref()
    }

    /// The `reason` of the alternative service.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.service.as_ref()?.reason.as_deref()
    }

    /// The offered URIs that SIP can reach: SIP, SIPS, `tel` and service URNs.
    pub fn sip_alternatives(&self) -> impl Iterator<Item = &Uri> {
        self.uris.iter().filter(|uri| match uri.scheme() {
            Scheme::Sip | Scheme::Sips | Scheme::Tel => true,
            Scheme::Urn => uri.service().is_some(),
            Scheme::Other | Scheme::Missing => false,
        })
    }

    /// Whether a URI is offered that SIP can reach; prose alone is none.
    #[must_use]
    pub fn names_sip_alternative(&self) -> bool {
        self.sip_alternatives().next().is_some()
    }

    /// Whether the body describes anything: a service, a URI, media, or prose.
    #[must_use]
    pub fn describes_anything(&self) -> bool {
        self.service_type().is_some() || self.action().is_some() || !self.uris.is_empty() || !self.media.is_empty() || self.prose.is_some()
    }

    /// Whether IMS XML is there that breaks its schema.
    #[must_use]
    pub fn breaks_ims_schema(&self) -> bool {
        self.faults.iter().any(|fault| fault.breaks_ims_schema())
    }

    /// The kind as reports name it: `ims`, `text`, `html` or `other`; that of its first telling part for a multipart body.
    #[must_use]
    pub fn report_kind(&self) -> &'static str {
        let told = [BodyKind::Text, BodyKind::Html];
        if self.service.is_some() {
            return BodyKind::Ims.name();
        }
        std::iter::once(&self.kind).chain(&self.parts).find(|kind| told.contains(kind)).unwrap_or(&BodyKind::Other).name()
    }
}

/// What was read so far, and how much more may be.
struct Reader {
    found: Alternatives,
    links: Links,
    parts_left: usize,
}

impl Reader {
    /// Reads a body or a part; `depth` says how deep it may go on.
    fn read(&mut self, media_type: Option<&MediaType>, encoding: Option<&[u8]>, body: &[u8], depth: usize) -> BodyKind {
        let body = decoded(encoding, body, MAX_BODY, &mut self.found.faults);
        let declared = media_type.map_or_else(|| sniffed(&body), MediaType::kind);
        let may_hide_ims = matches!(declared, BodyKind::Text | BodyKind::Xml | BodyKind::Other);
        let kind = if may_hide_ims && is_ims(&body) {
            self.found.faults.push(BodyFault::WrongContentType);
            BodyKind::Ims
        } else {
            declared
        };
        if kind == BodyKind::Multipart {
            self.read_parts(media_type.and_then(|media_type| media_type.boundary.as_deref()), &body, depth);
        } else {
            self.read_leaf(kind, &body);
        }
        kind
    }

    /// Reads what has no parts.
    fn read_leaf(&mut self, kind: BodyKind, body: &[u8]) {
        let faults = &mut self.found.faults;
        match kind {
            BodyKind::Ims => {
                let service = ims::read(body, faults);
                if !faults.contains(&BodyFault::Doctype) {
                    read_xml(body, &mut self.links, faults);
                }
                self.found.service.get_or_insert(service);
            }
            BodyKind::Html => {
                let prose = read_html(body, &mut self.links, faults);
                self.keep_prose(&prose);
            }
            BodyKind::Xml => read_xml(body, &mut self.links, faults),
            BodyKind::Sip => read_sip(body, &mut self.links, faults),
            BodyKind::Sdp => {
                let room = MAX_MEDIA.saturating_sub(self.found.media.len());
                self.found.media.append(&mut offered_media(body, room));
                self.links.find(body, faults);
            }
            BodyKind::Text => {
                self.links.find(body, faults);
                self.keep_prose(body);
            }
            BodyKind::Other => self.links.find(body, faults),
            BodyKind::Empty | BodyKind::Multipart => {}
        }
    }

    /// Keeps the start of a text, unless there is one.
    fn keep_prose(&mut self, text: &[u8]) {
        let line = on_one_line(text, MAX_PROSE);
        if self.found.prose.is_none() && !line.is_empty() {
            self.found.prose = Some(line);
        }
    }

    /// Reads the parts of a multipart body.
    fn read_parts(&mut self, boundary: Option<&[u8]>, body: &[u8], depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            self.found.faults.push(BodyFault::TooDeep);
            return;
        };
        if boundary.is_none() {
            self.found.faults.push(BodyFault::NoBoundary);
        }
        let Some(boundary) = boundary.or_else(|| guessed_boundary(body)) else { return };
        // One part more than may be read shows that there are more.
        let (parts, is_whole) = parts(body, boundary, self.parts_left.saturating_add(1));
        if !is_whole && parts.len() <= self.parts_left {
            self.found.faults.push(BodyFault::CutMultipart);
        }
        for part in parts {
            let Some(left) = self.parts_left.checked_sub(1) else {
                self.found.faults.push(BodyFault::TooManyParts);
                return;
            };
            self.parts_left = left;
            if part.transfer_encoded {
                self.found.faults.push(BodyFault::TransferEncoded);
                self.found.parts.push(BodyKind::Other);
                continue;
            }
            let media_type = part.content_type.as_deref().and_then(MediaType::parse);
            let kind = self.read(media_type.as_ref(), part.content_encoding.as_deref(), part.body, depth);
            if kind != BodyKind::Multipart {
                self.found.parts.push(kind);
            }
        }
    }
}
