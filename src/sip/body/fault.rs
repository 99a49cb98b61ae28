//! Takes nothing, gives the names of what can be wrong in a body.
//!
//! Each kind is kept once per body, so the list is bounded by the number of kinds.

use std::fmt;

/// What is wrong in a body, or which bound it reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BodyFault {
    /// Larger than [`super::MAX_BODY`]; the rest was not read.
    TooLarge,
    /// Encoded in a way that is not decoded here.
    UnknownEncoding,
    /// The encoding is broken or cut; what could be decoded was read.
    BrokenEncoding,
    /// A part is transfer-encoded (RFC 2045, 6), which is not decoded here.
    TransferEncoded,
    /// There is a body but no Content-Type (RFC 3261, 20.15).
    MissingContentType,
    /// The body is of another type than its Content-Type says.
    WrongContentType,
    /// A multipart body whose Content-Type names no boundary (RFC 2046, 5.1.1).
    NoBoundary,
    /// A multipart body that ends without its last boundary.
    CutMultipart,
    /// More parts than [`super::MAX_PARTS`]; the rest was not read.
    TooManyParts,
    /// Multipart bodies or elements nested deeper than is read.
    TooDeep,
    /// More URIs than [`super::MAX_URIS`]; the rest was left out.
    TooManyUris,
    /// A URI longer than [`super::MAX_URI_LENGTH`]; it was left out.
    UriTooLong,
    /// IMS XML with more nodes, attributes or namespaces than are judged; what is wanted was read, but whether it is well-formed is not known.
    TooComplex,
    /// IMS XML that is not UTF-8.
    NotUtf8,
    /// IMS XML that is not well-formed or cut.
    NotWellFormed,
    /// IMS XML with a document type declaration; it was refused.
    Doctype,
    /// IMS XML whose root is not `ims-3gpp`.
    WrongRoot,
    /// IMS XML without its required version.
    MissingVersion,
    /// IMS XML whose version is no decimal number.
    BadVersion,
    /// IMS XML with neither `alternative-service` nor `service-info`.
    NoAlternativeService,
    /// IMS XML whose alternative service has no `type`.
    NoType,
    /// IMS XML whose alternative service has more than one `type`.
    SecondType,
    /// IMS XML with a `type` that 3GPP TS 24.229, 7.6 does not know.
    UnknownType,
    /// IMS XML with an `action` that 3GPP TS 24.229, 7.6 does not know.
    UnknownAction,
}

impl BodyFault {
    /// Whether IMS XML that has it breaks the schema of 3GPP TS 24.229, 7.6, which leaves room for other values and elements.
    #[must_use]
    pub const fn breaks_ims_schema(self) -> bool {
        matches!(
            self,
            Self::NotUtf8
                | Self::NotWellFormed
                | Self::Doctype
                | Self::WrongRoot
                | Self::MissingVersion
                | Self::BadVersion
                | Self::NoAlternativeService
                | Self::NoType
        )
    }

    /// Whether alternatives may stand in what was not read.
    #[must_use]
    pub const fn hides_alternatives(self) -> bool {
        self.is_bound() || matches!(self, Self::BrokenEncoding | Self::TransferEncoded)
    }

    /// Whether the body holds more than is read of one.
    #[must_use]
    pub const fn is_bound(self) -> bool {
        matches!(self, Self::TooLarge | Self::TooManyParts | Self::TooDeep | Self::TooManyUris | Self::UriTooLong)
    }

    /// What is wrong, in words for a sentence that begins with "the body".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::TooLarge => "is larger than is read",
            Self::UnknownEncoding => "is encoded in a way that is not decoded here",
            Self::BrokenEncoding => "has a broken or cut encoding",
            Self::TransferEncoded => "has a part that is transfer-encoded",
            Self::MissingContentType => "has no Content-Type",
            Self::WrongContentType => "is of another type than its Content-Type says",
            Self::NoBoundary => "is multipart without a boundary",
            Self::CutMultipart => "is multipart and ends without its last boundary",
            Self::TooManyParts => "has more parts than are read",
            Self::TooDeep => "is nested deeper than is read",
            Self::TooManyUris => "holds more URIs than are kept",
            Self::UriTooLong => "holds a URI longer than is read",
            Self::TooComplex => "has more elements, attributes or namespaces than are judged",
            Self::NotUtf8 => "is XML that is not UTF-8",
            Self::NotWellFormed => "is XML that is not well-formed",
            Self::Doctype => "is XML with a document type declaration, which is refused",
            Self::WrongRoot => "has a root other than ims-3gpp",
            Self::MissingVersion => "has no version",
            Self::BadVersion => "has a version that is no number",
            Self::NoAlternativeService => "has no alternative-service",
            Self::NoType => "has an alternative-service without a type",
            Self::SecondType => "has an alternative-service with two types",
            Self::UnknownType => "has a type that the standard does not know",
            Self::UnknownAction => "has an action that the standard does not know",
        }
    }
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
