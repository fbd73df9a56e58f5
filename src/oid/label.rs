//! The names of an arc: secondary identifiers (X.680 12.3) and non-integer Unicode labels (X.660 7.5, X.680 12.27).
//!
//! Also the comparison key by which two labels of siblings count as one. It must never change a label that it takes:
//! what is not in Unicode Normalization Form C is refused, not mended.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use icu_casemap::CaseMapper;
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

use crate::oid::limits::{IDENTIFIER_CHARS_MAX, UNICODE_LABEL_BYTES_MAX};

/// The version of Unicode whose tables of normalization, case folding and UTS 46 are in use. Stored comparison keys
/// belong to one version.
pub const UNICODE_VERSION: &str = "18.0.0";

/// A secondary identifier: ASCII letters, digits and single hyphens, beginning with a small letter.
///
/// Capital and small letters differ (`tz` is not `tZ`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier(Box<str>);

/// Why a text is not a secondary identifier; positions count characters from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierError {
    /// Nothing was given.
    #[error("an identifier has at least one character")]
    Empty,
    /// The first character is no small letter a to z.
    #[error("an identifier begins with a small letter a to z, not {found:?}")]
    FirstNotSmallLetter {
        /// The first character.
        found: char,
    },
    /// A character other than ASCII letters, digits and the hyphen.
    #[error("{found:?} at character {position} is no letter A to Z or a to z, digit or hyphen")]
    BadCharacter {
        /// Characters before it.
        position: usize,
        /// The character.
        found: char,
    },
    /// Two hyphens in a row, which would begin a comment.
    #[error("two hyphens in a row at character {position}")]
    DoubleHyphen {
        /// Characters before the first of them.
        position: usize,
    },
    /// The last character is a hyphen.
    #[error("an identifier does not end with a hyphen")]
    LastHyphen,
    /// More characters than are taken.
    #[error("{chars} characters; at most {IDENTIFIER_CHARS_MAX} are taken")]
    TooLong {
        /// Characters given.
        chars: usize,
    },
}

impl IdentifierError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "IDENTIFIER_EMPTY",
            Self::FirstNotSmallLetter { .. } => "IDENTIFIER_FIRST_NOT_SMALL_LETTER",
            Self::BadCharacter { .. } => "IDENTIFIER_BAD_CHARACTER",
            Self::DoubleHyphen { .. } => "IDENTIFIER_DOUBLE_HYPHEN",
            Self::LastHyphen => "IDENTIFIER_LAST_HYPHEN",
            Self::TooLong { .. } => "IDENTIFIER_TOO_LONG",
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "limit of this service",
            _ => "X.680 12.3",
        }
    }
}

impl Identifier {
    /// Takes an identifier back that [`Identifier::as_str`] gave; it is not checked again.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text.into())
    }

    /// The identifier as text.
    pub const fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Identifier {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let first = text.chars().next().ok_or(IdentifierError::Empty)?;
        if !first.is_ascii_lowercase() {
            return Err(IdentifierError::FirstNotSmallLetter { found: first });
        }
        let mut hyphen = false;
        for (position, found) in text.chars().enumerate() {
            if found != '-' && !found.is_ascii_alphanumeric() {
                return Err(IdentifierError::BadCharacter { position, found });
            }
            if hyphen && found == '-' {
                return Err(IdentifierError::DoubleHyphen {
                    position: position - 1,
                });
            }
            hyphen = found == '-';
        }
        if hyphen {
            return Err(IdentifierError::LastHyphen);
        }
        if text.len() > IDENTIFIER_CHARS_MAX {
            return Err(IdentifierError::TooLong { chars: text.len() });
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A non-integer Unicode label in Unicode Normalization Form C, held as it was given.
///
/// `==` compares code points; whether two labels may stand side by side is for [`UnicodeLabel::comparison_key`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnicodeLabel(Box<str>);

/// Why a text is not a non-integer Unicode label; positions count characters from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// Nothing was given.
    #[error("a label has at least one character")]
    Empty,
    /// Digits only: an integer-valued label where it is the arc's number, and nothing where it is not.
    #[error("a label of digits only is the number of its arc, not a name")]
    DigitsOnly,
    /// A character that X.660 7.5 does not permit.
    #[error("U+{:04X} at character {position} is not permitted in a label", u32::from(*.found))]
    BadCharacter {
        /// Characters before it.
        position: usize,
        /// The character.
        found: char,
    },
    /// A hyphen at the beginning.
    #[error("a label does not begin with a hyphen")]
    FirstHyphen,
    /// A hyphen at the end.
    #[error("a label does not end with a hyphen")]
    LastHyphen,
    /// Hyphens as third and fourth character, which is how A-labels begin.
    #[error("a label has no hyphens as third and fourth character")]
    HyphensThirdFourth,
    /// Not in Unicode Normalization Form C.
    #[error(
        "the label is not in Unicode Normalization Form C; from character {position} on it would read {normal:?}"
    )]
    NotNfc {
        /// Characters before the first one that differs.
        position: usize,
        /// The label in the form that would be taken.
        normal: String,
    },
    /// More octets than are taken.
    #[error("{bytes} octets; at most {UNICODE_LABEL_BYTES_MAX} are taken")]
    TooLong {
        /// Octets (UTF-8) given.
        bytes: usize,
    },
}

impl LabelError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "LABEL_EMPTY",
            Self::DigitsOnly => "LABEL_DIGITS_ONLY",
            Self::BadCharacter { .. } => "LABEL_BAD_CHARACTER",
            Self::FirstHyphen => "LABEL_FIRST_HYPHEN",
            Self::LastHyphen => "LABEL_LAST_HYPHEN",
            Self::HyphensThirdFourth => "LABEL_HYPHENS_THIRD_FOURTH",
            Self::NotNfc { .. } => "LABEL_NOT_NFC",
            Self::TooLong { .. } => "LABEL_TOO_LONG",
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::Empty | Self::DigitsOnly => "X.680 12.27",
            Self::BadCharacter { .. } => "X.660 7.5.2",
            Self::FirstHyphen | Self::LastHyphen | Self::HyphensThirdFourth => "X.660 7.5.4",
            Self::NotNfc { .. } => "rule of this service (UAX 15)",
            Self::TooLong { .. } => "limit of this service",
        }
    }
}

impl UnicodeLabel {
    /// Takes a label back that [`UnicodeLabel::as_str`] gave; it is not checked again.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text.into())
    }

    /// The label as text.
    pub const fn as_str(&self) -> &str {
        &self.0
    }

    /// What decides whether it may stand beside another label of the same superior.
    pub fn comparison_key(&self) -> ComparisonKey {
        ComparisonKey::of(&self.0)
    }
}

impl FromStr for UnicodeLabel {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        if text.is_empty() {
            return Err(LabelError::Empty);
        }
        if text.len() > UNICODE_LABEL_BYTES_MAX {
            return Err(LabelError::TooLong { bytes: text.len() });
        }
        if let Some((position, found)) = text.chars().enumerate().find(|(_, c)| !is_permitted(*c)) {
            return Err(LabelError::BadCharacter { position, found });
        }
        if text.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(LabelError::DigitsOnly);
        }
        if text.starts_with('-') {
            return Err(LabelError::FirstHyphen);
        }
        if text.ends_with('-') {
            return Err(LabelError::LastHyphen);
        }
        if text.chars().skip(2).take(2).eq(['-', '-']) {
            return Err(LabelError::HyphensThirdFourth);
        }
        if !unicode_normalization::is_nfc(text) {
            let normal: String = text.nfc().collect();
            let position = text
                .chars()
                .zip(normal.chars())
                .take_while(|(a, b)| a == b)
                .count();
            return Err(LabelError::NotNfc { position, normal });
        }
        Ok(Self(text.into()))
    }
}

/// X.660 7.5.2 and 7.5.3; for Unicode scalar values it is exactly `iunreserved` of RFC 3987.
const fn is_permitted(c: char) -> bool {
    match c {
        // Of every further plane up to 13 all but the last two; of plane 14 not the tags.
        '\u{10000}'..='\u{DFFFF}' => (c as u32) & 0xFFFF < 0xFFFE,
        _ => matches!(c, 'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~'
            | '\u{A0}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFEF}'
            | '\u{E1000}'..='\u{EFFFD}'),
    }
}

impl fmt::Display for UnicodeLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UnicodeLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// What two labels have in common when they may not stand side by side: Form C, full case folding, then the UTS 46
/// A-label where there is one (X.672 C.2.3 compares labels as A-labels), else the folded form.
///
/// A label with full stops has an A-label only part by part, as in the domain name system.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ComparisonKey(Box<str>);

impl ComparisonKey {
    fn of(label: &str) -> Self {
        let folded: String = CaseMapper::new().fold_string(label).nfc().collect();
        let parts: Vec<Cow<'_, str>> = folded.split('.').map(a_label_or_self).collect();
        Self(parts.join(".").into())
    }

    /// Takes a key back that [`ComparisonKey::as_str`] gave under the same [`UNICODE_VERSION`].
    pub fn from_stored(key: String) -> Self {
        Self(key.into())
    }

    /// The key as text.
    pub const fn as_str(&self) -> &str {
        &self.0
    }

    /// The key as octets (UTF-8).
    pub const fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn a_label_or_self(part: &str) -> Cow<'_, str> {
    let a_label = Uts46::new().to_ascii(
        part.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::Allow,
        DnsLength::Ignore,
    );
    // Of characters that UTS 46 leaves out nothing would remain, and no key may be empty.
    a_label
        .ok()
        .filter(|a_label| !a_label.is_empty())
        .unwrap_or(Cow::Borrowed(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn identifier(text: &str, expect: Result<(), &str>) {
        let got = text
            .parse::<Identifier>()
            .map(|id| assert_eq!(id.as_str(), text));
        assert_eq!(
            got.as_ref().map_err(IdentifierError::code),
            expect.as_ref().map_err(|e| *e)
        );
    }

    #[test]
    fn identifiers() {
        for good in ["a", "tz", "joint-iso-itu-t", "aB9-0", "x1"] {
            identifier(good, Ok(()));
        }
        identifier("", Err("IDENTIFIER_EMPTY"));
        identifier("Country", Err("IDENTIFIER_FIRST_NOT_SMALL_LETTER"));
        identifier("-a", Err("IDENTIFIER_FIRST_NOT_SMALL_LETTER"));
        identifier("1a", Err("IDENTIFIER_FIRST_NOT_SMALL_LETTER"));
        identifier("é", Err("IDENTIFIER_FIRST_NOT_SMALL_LETTER"));
        identifier("a--b", Err("IDENTIFIER_DOUBLE_HYPHEN"));
        identifier("a-", Err("IDENTIFIER_LAST_HYPHEN"));
        identifier("a_b", Err("IDENTIFIER_BAD_CHARACTER"));
        identifier("a b", Err("IDENTIFIER_BAD_CHARACTER"));
        identifier(&"a".repeat(IDENTIFIER_CHARS_MAX), Ok(()));
        identifier(
            &"a".repeat(IDENTIFIER_CHARS_MAX + 1),
            Err("IDENTIFIER_TOO_LONG"),
        );
    }

    #[track_caller]
    fn label(text: &str, expect: Result<(), &str>) {
        let got = text
            .parse::<UnicodeLabel>()
            .map(|label| assert_eq!(label.as_str(), text));
        let got = got.as_ref().map_err(LabelError::code);
        assert_eq!(got, expect.as_ref().map_err(|e| *e), "{text:?}");
    }

    #[test]
    fn labels_of_the_rules() {
        let uuid = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        for good in [
            "TZ",
            "Tanzania",
            "例",
            "ASN.1",
            "19785.CBEFF",
            "E_Health_Protocol",
            uuid,
            "1a",
            "~",
            "a--b",
            "المثال",
            "\u{A0}",
            "\u{10000}",
            "\u{E1000}",
            "\u{DFFFD}",
            "\u{FFEF}",
        ] {
            label(good, Ok(()));
        }
        label("", Err("LABEL_EMPTY"));
        label("007", Err("LABEL_DIGITS_ONLY"));
        label("123", Err("LABEL_DIGITS_ONLY"));
        label("-a", Err("LABEL_FIRST_HYPHEN"));
        label("a-", Err("LABEL_LAST_HYPHEN"));
        label("ab--c", Err("LABEL_HYPHENS_THIRD_FOURTH"));
        label("xn--abc", Err("LABEL_HYPHENS_THIRD_FOURTH"));
        for bad in [
            "a b",
            "a/b",
            "a%20b",
            "a:b",
            "a@b",
            "\u{85}",
            "\u{E000}",
            "\u{FDD0}",
            "\u{FFFD}",
            "\u{1FFFE}",
            "\u{E0001}",
            "\u{F0000}",
            "\u{DFFFE}",
            "\u{10FFFD}",
        ] {
            label(bad, Err("LABEL_BAD_CHARACTER"));
        }
        label("e\u{301}", Err("LABEL_NOT_NFC"));
        label(&"a".repeat(UNICODE_LABEL_BYTES_MAX), Ok(()));
        label(
            &"a".repeat(UNICODE_LABEL_BYTES_MAX + 1),
            Err("LABEL_TOO_LONG"),
        );
    }

    #[track_caller]
    fn key(text: &str, expect: &str) {
        assert_eq!(
            text.parse::<UnicodeLabel>()
                .unwrap()
                .comparison_key()
                .as_str(),
            expect
        );
    }

    #[test]
    fn keys() {
        key("TZ", "tz");
        key("ＴＺ", "tz");
        key("ASN.1", "asn.1");
        key("ＡＳＮ.1", "asn.1");
        key("~", "~");
        key("E_Health", "e_health");
        key("例", "xn--fsq");
        key("Straße", "strasse");
        key("STRASSE", "strasse");
        key("Éa", "xn--a-9fa");
        // UTS 46 leaves COMBINING GRAPHEME JOINER out.
        key("a\u{34F}b", "ab");
        key("\u{34F}", "\u{34F}");
        key("A.\u{34F}", "a.\u{34F}");
        key("éA", "xn--a-9fa");
    }

    #[test]
    fn the_tables_are_of_the_version_named() {
        let (major, minor, update) = unicode_normalization::UNICODE_VERSION;
        assert_eq!(format!("{major}.{minor}.{update}"), UNICODE_VERSION);
    }

    proptest! {
        #[test]
        fn case_never_tells_labels_apart(text in "\\PC{1,12}") {
            if let Ok(label) = text.parse::<UnicodeLabel>() {
                let upper: String = text.to_lowercase().nfc().collect();
                if let Ok(other) = upper.parse::<UnicodeLabel>() {
                    let folds = |s: &str| CaseMapper::new().fold_string(s).into_owned();
                    if folds(&text) == folds(&upper) {
                        prop_assert_eq!(label.comparison_key(), other.comparison_key());
                    }
                }
            }
        }
    }
}
