//! Takes `application/3gpp-ims+xml`, gives the alternative service that it describes.
//!
//! A strict parser judges whether the document is well-formed; a tolerant reader takes what is there all the same: either form of `type`,
//! any order, any prefix, the wrong root `3gpp-ims`, a cut end. A document type declaration ends the reading. 3GPP TS 24.229, 7.6.

use std::fmt;

use super::fault::BodyFault;
use super::markup::{Markup, Token, attributes, decoded, local_name};

/// How many characters of a value are kept.
pub const MAX_VALUE: usize = 256;

/// How many elements may be open at once.
const MAX_OPEN: usize = 32;

/// How many nodes a document may have to be judged.
const MAX_NODES: u32 = 1024;

/// How many attributes a document may have to be judged.
const MAX_ATTRIBUTES: usize = 1024;

/// How many namespaces a document may declare to be judged.
const MAX_NAMESPACES: usize = 32;

/// What the network offers in place of the call: `type` (3GPP TS 24.229, 7.6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlternativeType {
    /// `emergency`: the call is an emergency call, to be made as one.
    Emergency,
    /// `restoration`: the registration was lost and is to be made anew.
    Restoration,
    /// Any other value, as written.
    Other(String),
}

impl AlternativeType {
    /// Takes the text of `type` without blanks around it.
    fn named(text: String) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "emergency" => Self::Emergency,
            "restoration" => Self::Restoration,
            _ => Self::Other(text),
        }
    }

    /// The value as the standard writes it, or as it was written.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Emergency => "emergency",
            Self::Restoration => "restoration",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for AlternativeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the client is to do first: `action` (3GPP TS 24.229, 7.6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlternativeAction {
    /// `emergency-registration`
    EmergencyRegistration,
    /// `initial-registration`
    InitialRegistration,
    /// `anonymous-emergencycall`
    AnonymousEmergencycall,
    /// Any other value, as written.
    Other(String),
}

impl AlternativeAction {
    /// Takes the text of `action` without blanks around it.
    fn named(text: String) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "emergency-registration" => Self::EmergencyRegistration,
            "initial-registration" => Self::InitialRegistration,
            "anonymous-emergencycall" => Self::AnonymousEmergencycall,
            _ => Self::Other(text),
        }
    }

    /// The value as the standard writes it, or as it was written.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::EmergencyRegistration => "emergency-registration",
            Self::InitialRegistration => "initial-registration",
            Self::AnonymousEmergencycall => "anonymous-emergencycall",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for AlternativeAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The content of `alternative-service`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlternativeService {
    /// The `version` of the document, as written.
    pub version: Option<String>,
    /// The `type`; of several the first that the standard knows, else the first.
    pub kind: Option<AlternativeType>,
    /// The `action`; the first of several.
    pub action: Option<AlternativeAction>,
    /// The `reason`, for the user's eyes; the first of several.
    pub reason: Option<String>,
}

/// Whether an element is the root of IMS XML, in its right or its known wrong spelling.
pub(super) fn is_root(name: &[u8]) -> bool {
    let name = local_name(name);
    name.eq_ignore_ascii_case(b"ims-3gpp") || name.eq_ignore_ascii_case(b"3gpp-ims")
}

/// Reads the document.
pub(super) fn read(document: &[u8], faults: &mut Vec<BodyFault>) -> AlternativeService {
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    judge_form(document, faults);
    let mut reader = Reader::default();
    for token in Markup::of(document) {
        if token == Token::Doctype {
            faults.push(BodyFault::Doctype);
            break;
        }
        if !reader.take(token, faults) {
            break;
        }
    }
    reader.finish(faults)
}

/// Notes where the document is not UTF-8 or not well-formed; declarations are refused by the parser.
fn judge_form(document: &[u8], faults: &mut Vec<BodyFault>) {
    let Ok(text) = std::str::from_utf8(document) else {
        faults.push(BodyFault::NotUtf8);
        return;
    };
    // The parser hands every namespace down to every element, and compares each attribute with each, so that few octets can cost it
    // seconds.
    let namespaces = memchr::memmem::find_iter(document, "xmlns").count();
    let attributes = memchr::memchr_iter(b'=', document).count();
    if namespaces > MAX_NAMESPACES || attributes > MAX_ATTRIBUTES {
        faults.push(BodyFault::TooComplex);
        return;
    }
    let options = roxmltree::ParsingOptions { nodes_limit: MAX_NODES, ..Default::default() };
    match roxmltree::Document::parse_with_options(text.trim_ascii_end(), options) {
        Ok(_) => {}
        Err(roxmltree::Error::NodesLimitReached) => faults.push(BodyFault::TooComplex),
        Err(_) => faults.push(BodyFault::NotWellFormed),
    }
}

/// An element whose value is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Type,
    Action,
    Reason,
}

impl Field {
    fn named(name: &[u8]) -> Option<Self> {
        let fields: [(&[u8], Self); 3] = [(b"type", Self::Type), (b"action", Self::Action), (b"reason", Self::Reason)];
        fields.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, field)| field)
    }
}

/// A wanted element that is open.
#[derive(Debug)]
struct Value {
    field: Field,
    /// How many elements were open before it.
    depth: usize,
    text: Vec<u8>,
    /// The first element in it, which stands for a value in the older schema: `<type><emergency/></type>`.
    child: Option<Vec<u8>>,
}

/// What was read so far.
#[derive(Debug, Default)]
struct Reader {
    /// The local names of the open elements.
    open: Vec<Vec<u8>>,
    value: Option<Value>,
    seen_root: bool,
    seen_service: bool,
    seen_info: bool,
    types: usize,
    service: AlternativeService,
}

impl Reader {
    /// Takes the next token, gives whether to go on.
    fn take(&mut self, token: Token<'_>, faults: &mut Vec<BodyFault>) -> bool {
        match token {
            Token::Open { name, attributes, closed } => {
                if self.open.len() >= MAX_OPEN {
                    faults.push(BodyFault::TooDeep);
                    return false;
                }
                self.open_element(local_name(name), attributes, name, faults);
                if closed {
                    self.close_element(local_name(name));
                }
            }
            Token::Close { name } => self.close_element(local_name(name)),
            Token::Text(text) => self.add_text(&decoded(text)),
            Token::Verbatim(text) => self.add_text(text),
            Token::Doctype => {}
        }
        true
    }

    fn open_element(&mut self, name: &[u8], text: &[u8], full_name: &[u8], faults: &mut Vec<BodyFault>) {
        if !self.seen_root {
            self.seen_root = true;
            self.read_root(full_name, text, faults);
        }
        let is_service = name.eq_ignore_ascii_case(b"alternative-service");
        let inside = self.open.iter().any(|open| open.eq_ignore_ascii_case(b"alternative-service"));
        self.seen_service |= is_service;
        self.seen_info |= name.eq_ignore_ascii_case(b"service-info");
        match (Field::named(name).filter(|_| inside), &mut self.value) {
            (Some(field), _) => {
                // A field in a field: the first one was not closed.
                self.end_value(true);
                self.value = Some(Value { field, depth: self.open.len(), text: Vec::new(), child: None });
            }
            (None, Some(value)) if value.child.is_none() => value.child = Some(name.to_vec()),
            _ => {}
        }
        self.open.push(name.to_vec());
    }

    /// Reads name and version of the root.
    fn read_root(&mut self, name: &[u8], text: &[u8], faults: &mut Vec<BodyFault>) {
        if local_name(name) != b"ims-3gpp" {
            faults.push(BodyFault::WrongRoot);
        }
        let version = attributes(text).find(|(name, _)| name.eq_ignore_ascii_case(b"version")).map(|(_, value)| plain(&decoded(value)));
        match &version {
            None => faults.push(BodyFault::MissingVersion),
            Some(version) if !is_decimal(version) => faults.push(BodyFault::BadVersion),
            Some(_) => {}
        }
        self.service.version = version;
    }

    fn close_element(&mut self, name: &[u8]) {
        // An end without a beginning closes nothing; one that skips elements closes them as well.
        let Some(at) = self.open.iter().rposition(|open| open.eq_ignore_ascii_case(name)) else { return };
        self.open.truncate(at);
        if self.value.as_ref().is_some_and(|value| value.depth >= at) {
            self.end_value(true);
        }
    }

    fn add_text(&mut self, text: &[u8]) {
        if let Some(value) = &mut self.value {
            value.text.extend_from_slice(text);
        }
    }

    /// Keeps the value of the open field; `whole` says whether its end was seen.
    fn end_value(&mut self, whole: bool) {
        let Some(value) = self.value.take() else { return };
        let mut text = plain(&value.text);
        if text.is_empty() && value.field != Field::Reason {
            text = plain(&value.child.unwrap_or_default());
        }
        if text.is_empty() {
            return;
        }
        match value.field {
            Field::Type => {
                let kind = AlternativeType::named(text);
                let is_known = !matches!(kind, AlternativeType::Other(_));
                // Half a word is no value.
                if whole || is_known {
                    self.types = self.types.saturating_add(1);
                    let is_better = is_known && matches!(self.service.kind, Some(AlternativeType::Other(_)));
                    if self.service.kind.is_none() || is_better {
                        self.service.kind = Some(kind);
                    }
                }
            }
            Field::Action => {
                let action = AlternativeAction::named(text);
                if whole || !matches!(action, AlternativeAction::Other(_)) {
                    self.service.action.get_or_insert(action);
                }
            }
            Field::Reason => {
                self.service.reason.get_or_insert(text);
            }
        }
    }

    /// Ends the document, notes what is missing in it.
    fn finish(mut self, faults: &mut Vec<BodyFault>) -> AlternativeService {
        self.end_value(false);
        if !self.seen_root {
            faults.extend([BodyFault::WrongRoot, BodyFault::MissingVersion]);
        }
        if !self.seen_service && !self.seen_info {
            faults.push(BodyFault::NoAlternativeService);
        }
        match &self.service.kind {
            None if self.seen_service => faults.push(BodyFault::NoType),
            Some(AlternativeType::Other(_)) => faults.push(BodyFault::UnknownType),
            _ => {}
        }
        if self.types > 1 {
            faults.push(BodyFault::SecondType);
        }
        if matches!(self.service.action, Some(AlternativeAction::Other(_))) {
            faults.push(BodyFault::UnknownAction);
        }
        self.service
    }
}

/// Whether a text is `xs:decimal` as far as versions are: digits with at most one point.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// The text with every run of blanks made one, without blanks around it, up to [`MAX_VALUE`] characters.
fn plain(text: &[u8]) -> String {
    super::text::on_one_line(text, MAX_VALUE)
}
