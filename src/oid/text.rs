//! What can be wrong with a text that should name an object identifier, and what is tolerated and told back.
//!
//! Every refusal has a permanent code and the clause it rests on; positions count octets of the text from 0. It must
//! never hold a rule of its own: the readers of the notations decide.

use crate::oid::arc::ArcError;
use crate::oid::dot::DotError;
use crate::oid::label::{IdentifierError, LabelError};
use crate::oid::limits::{COMMENT_NESTING_MAX, TEXT_BYTES_MAX};
use crate::oid::name::OidError;

/// Why a text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing was given.
    #[error("the text is empty")]
    Empty,
    /// More octets than are taken.
    #[error("a text of {bytes} octets; at most {TEXT_BYTES_MAX} are taken")]
    TooLong {
        /// Octets given.
        bytes: usize,
    },
    /// A number is not well formed.
    #[error("the number at octet {position}: {source}")]
    Arc {
        /// Octets before it.
        position: usize,
        /// What is wrong with it.
        source: ArcError,
    },
    /// A secondary identifier is not well formed.
    #[error("the identifier {name:?} at octet {position}: {source}")]
    Identifier {
        /// Octets before it.
        position: usize,
        /// The name as given.
        name: String,
        /// What is wrong with it.
        source: IdentifierError,
    },
    /// A Unicode label is not well formed.
    #[error("the label at octet {position}: {source}")]
    Label {
        /// Octets before it.
        position: usize,
        /// What is wrong with it.
        source: LabelError,
    },
    /// The numbers are well formed but make no object identifier.
    #[error(transparent)]
    Oid(#[from] OidError),
    /// A root arc alone, which is no object identifier value.
    #[error("a root arc alone is a node of the tree but no object identifier value")]
    RootAlone,
    /// Something that the notation has no place for.
    #[error("{found:?} at octet {position} where {expected} was expected")]
    Unexpected {
        /// Octets before it.
        position: usize,
        /// What stands there.
        found: char,
        /// What could have stood there.
        expected: &'static str,
    },
    /// The text ends too early.
    #[error("the text ends where {expected} was expected")]
    Unfinished {
        /// What could have followed.
        expected: &'static str,
    },
    /// Braces with nothing between them.
    #[error("there is no component between the braces")]
    EmptyBraces,
    /// A `/*` comment without its `*/`.
    #[error("the comment at octet {position} does not end")]
    UnclosedComment {
        /// Octets before it.
        position: usize,
    },
    /// Comments nested deeper than is taken.
    #[error("comments are nested deeper than {COMMENT_NESTING_MAX}")]
    CommentsTooDeep,
    /// A brace within the braces.
    #[error("the brace at octet {position}: braces are not nested in an object identifier value")]
    NestedBraces {
        /// Octets before it.
        position: usize,
    },
    /// A reference to a value that is defined elsewhere.
    #[error(
        "{name:?} at octet {position} refers to a value defined elsewhere, which is not known here"
    )]
    DefinedValue {
        /// Octets before it.
        position: usize,
        /// The reference.
        name: String,
    },
    /// A bare name that X.660 does not standardize.
    #[error(
        "{name:?} at octet {position} stands without its number, but X.660 does not standardize it there"
    )]
    NameNotStandard {
        /// Octets before it.
        position: usize,
        /// The name.
        name: String,
    },
    /// A bare name in a relative object identifier.
    #[error(
        "{name:?} at octet {position}: in a relative object identifier every name carries its number"
    )]
    NameInRelative {
        /// Octets before it.
        position: usize,
        /// The name.
        name: String,
    },
    /// A solidus with no label after it.
    #[error("an empty label at octet {position}")]
    EmptyLabel {
        /// Octets before it.
        position: usize,
    },
    /// An OID-IRI that does not begin with a solidus.
    #[error("an OID-IRI begins with a solidus")]
    NoSolidus,
    /// A RELATIVE-OID-IRI that begins with a solidus.
    #[error("a RELATIVE-OID-IRI does not begin with a solidus")]
    LeadingSolidus,
    /// A per cent sign without two hexadecimal digits.
    #[error("the per cent sign at octet {position} is not followed by two hexadecimal digits")]
    BadPercent {
        /// Octets before it.
        position: usize,
    },
    /// Percent-decoded octets that are not UTF-8.
    #[error("the label at octet {position} is not UTF-8 when it is percent-decoded")]
    NotUtf8 {
        /// Octets before the label.
        position: usize,
    },
    /// A URN of another name space.
    #[error("not a URN of the name space oid")]
    OtherUrn,
    /// No UUID where one was announced.
    #[error("not a UUID in its hyphenated form")]
    BadUuid,
    /// A spelling that only the lenient mode understands.
    #[error("not taken in strict mode: {0}")]
    NotStrict(Tolerance),
    /// No notation looks like this.
    #[error("no notation of object identifiers looks like this")]
    Unrecognized,
}

impl TextError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "TEXT_EMPTY",
            Self::TooLong { .. } => "TEXT_TOO_LONG",
            Self::Arc { source, .. } => source.code(),
            Self::Identifier { source, .. } => source.code(),
            Self::Label { source, .. } => source.code(),
            Self::Oid(source) => source.code(),
            Self::RootAlone => "ROOT_ALONE",
            Self::Unexpected { .. } => "TEXT_UNEXPECTED",
            Self::Unfinished { .. } => "TEXT_UNFINISHED",
            Self::EmptyBraces => "ASN1_EMPTY_BRACES",
            Self::UnclosedComment { .. } => "ASN1_UNCLOSED_COMMENT",
            Self::CommentsTooDeep => "ASN1_COMMENTS_TOO_DEEP",
            Self::NestedBraces { .. } => "ASN1_NESTED_BRACES",
            Self::DefinedValue { .. } => "ASN1_DEFINED_VALUE",
            Self::NameNotStandard { .. } => "ASN1_NAME_NOT_STANDARD",
            Self::NameInRelative { .. } => "ASN1_NAME_IN_RELATIVE",
            Self::EmptyLabel { .. } => "IRI_EMPTY_LABEL",
            Self::NoSolidus => "IRI_NO_SOLIDUS",
            Self::LeadingSolidus => "IRI_LEADING_SOLIDUS",
            Self::BadPercent { .. } => "IRI_BAD_PERCENT",
            Self::NotUtf8 { .. } => "IRI_NOT_UTF8",
            Self::OtherUrn => "URN_OTHER_NAME_SPACE",
            Self::BadUuid => "UUID_MALFORMED",
            Self::NotStrict(tolerance) => tolerance.code(),
            Self::Unrecognized => "NOTATION_UNRECOGNIZED",
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::TooLong { .. } | Self::CommentsTooDeep => "limit of this service",
            Self::Arc { source, .. } => source.clause(),
            Self::Identifier { source, .. } => source.clause(),
            Self::Label { source, .. } => source.clause(),
            Self::Oid(source) => source.clause(),
            Self::RootAlone => "X.690 8.19.4",
            Self::UnclosedComment { .. } => "X.680 12.6",
            Self::EmptyBraces
            | Self::NestedBraces { .. }
            | Self::DefinedValue { .. }
            | Self::Unexpected { .. }
            | Self::Unfinished { .. } => "X.680 32.3",
            Self::NameNotStandard { .. } => "X.680 32.7",
            Self::NameInRelative { .. } => "X.680 33.3",
            Self::EmptyLabel { .. } | Self::NoSolidus => "X.680 34.3",
            Self::LeadingSolidus => "X.680 35.3",
            Self::BadPercent { .. } | Self::NotUtf8 { .. } => "RFC 3986 2.1",
            Self::OtherUrn => "RFC 3061",
            Self::BadUuid => "X.667",
            Self::Empty | Self::NotStrict(_) | Self::Unrecognized => "rule of this service",
        }
    }

    /// The same refusal of a text that stands `octets` further on in another.
    #[must_use]
    pub(crate) fn shifted(mut self, octets: usize) -> Self {
        match &mut self {
            Self::Arc { position, .. }
            | Self::Identifier { position, .. }
            | Self::Label { position, .. }
            | Self::Unexpected { position, .. }
            | Self::UnclosedComment { position }
            | Self::NestedBraces { position }
            | Self::DefinedValue { position, .. }
            | Self::NameNotStandard { position, .. }
            | Self::NameInRelative { position, .. }
            | Self::EmptyLabel { position }
            | Self::BadPercent { position }
            | Self::NotUtf8 { position } => *position += octets,
            _ => {}
        }
        self
    }
}

impl From<DotError> for TextError {
    fn from(error: DotError) -> Self {
        match error {
            DotError::Empty => Self::Empty,
            DotError::TooLong { bytes } => Self::TooLong { bytes },
            DotError::Arc {
                position, source, ..
            } => Self::Arc { position, source },
            DotError::Oid(source) => Self::Oid(source),
        }
    }
}

/// A departure from a notation that the lenient mode understood; it is told back to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Tolerance {
    /// White space before or after the text.
    #[error("white space around the text was left out")]
    WhiteSpaceAround,
    /// A full stop before the first number, as Net-SNMP writes.
    #[error("the full stop before the first number was left out")]
    LeadingFullStop,
    /// `OID.` before the numbers, as RFC 1779 writes.
    #[error("the prefix \"OID.\" was left out")]
    OidFullStopPrefix,
    /// `OID:` before the numbers, as OpenSSL and many others write.
    #[error(
        "the prefix \"OID:\" was left out; an IRI of the scheme oid has labels, each after a solidus"
    )]
    OidColonPrefix,
    /// Numbers parted by white space, without braces.
    #[error("numbers parted by white space were read as arcs")]
    SpacedNumbers,
    /// Numbers or components parted by commas.
    #[error("commas between components were left out")]
    Commas,
    /// Components in braces parted by full stops.
    #[error("full stops between the components in braces were left out")]
    FullStopsInBraces,
    /// A bare name that X.660 does not standardize.
    #[error("{name:?} stands without its number, which X.660 does not provide for")]
    BareName {
        /// The name.
        name: String,
    },
    /// Secondary identifiers joined by full stops.
    #[error("secondary identifiers joined by full stops were read as a path")]
    NamesOnly,
    /// A secondary identifier where a Unicode label belongs.
    #[error("{name:?} is no Unicode label there, but a secondary identifier")]
    IdentifierAsLabel {
        /// The name.
        name: String,
    },
    /// A root arc alone.
    #[error("a root arc alone is a node of the tree but no object identifier value")]
    RootAlone,
    /// `urn:uuid:`, read as an arc of 2.25.
    #[error("a URN of the name space uuid was read as an arc of {{joint-iso-itu-t(2) uuid(25)}}")]
    UuidUrn,
    /// A length in more octets than DER allows.
    #[error("the length is not in the fewest octets, which BER allows and DER does not")]
    LongLength,
}

impl Tolerance {
    /// The permanent code of this departure.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WhiteSpaceAround => "WHITE_SPACE_AROUND",
            Self::LeadingFullStop => "LEADING_FULL_STOP",
            Self::OidFullStopPrefix => "OID_FULL_STOP_PREFIX",
            Self::OidColonPrefix => "OID_COLON_PREFIX",
            Self::SpacedNumbers => "SPACED_NUMBERS",
            Self::Commas => "COMMAS",
            Self::FullStopsInBraces => "FULL_STOPS_IN_BRACES",
            Self::BareName { .. } => "BARE_NAME",
            Self::NamesOnly => "NAMES_ONLY",
            Self::IdentifierAsLabel { .. } => "IDENTIFIER_AS_LABEL",
            Self::RootAlone => "ROOT_ALONE",
            Self::UuidUrn => "UUID_URN",
            Self::LongLength => "LONG_LENGTH",
        }
    }
}
