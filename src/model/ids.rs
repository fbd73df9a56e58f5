//! Identifiers of things that are not arcs: records, principals, registrants, requests, holds.
//!
//! All but [`Seq`] are opaque text with a prefix that says what they name. None may ever carry personal data: they stay
//! in the history when the person's data is erased.

use std::fmt;

/// The sequence number of a record of the journal. The genesis is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(u64);

impl Seq {
    /// Before the genesis: nothing has been recorded.
    pub const ZERO: Self = Self(0);
    /// The genesis.
    pub const FIRST: Self = Self(1);
    /// After every record there can be.
    pub const MAX: Self = Self(u64::MAX);

    /// The sequence number `n`.
    pub const fn new(n: u64) -> Self {
        Self(n)
    }

    /// The plain number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The sequence number after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The sequence number `records` after this one.
    #[must_use]
    pub const fn plus(self, records: u64) -> Self {
        Self(self.0.saturating_add(records))
    }

    /// The sequence number before this one; zero stays zero.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Most characters an identifier of this file may have.
pub const ID_CHARS_MAX: usize = 64;

/// Why a text is no identifier of this kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {ID_CHARS_MAX} characters of A-Z a-z 0-9 - _ . :")]
pub struct IdError;

fn check(text: &str) -> Result<(), IdError> {
    let fits = (1..=ID_CHARS_MAX).contains(&text.len());
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
    if fits && plain { Ok(()) } else { Err(IdError) }
}

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// What an identifier of this kind begins with when the server makes it.
            pub const PREFIX: &'static str = $prefix;

            /// Makes an identifier from 128 random bits.
            pub fn from_random(bits: [u8; 16]) -> Self {
                let mut text = String::with_capacity($prefix.len() + 2 * bits.len());
                text.push_str($prefix);
                let digits = bits.into_iter().flat_map(|octet| [octet >> 4, octet & 0xF]);
                text.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
                Self(text)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

opaque! {
    /// Who may act: a person, an organisation or a machine with a credential.
    PrincipalId, "p-";
    /// To whom an arc is assigned. The person's data lives apart, under this id.
    RegistrantId, "r-";
    /// The caller's name for one request, so that a retry is recognised.
    RequestId, "q-";
    /// A number kept free for a while.
    HoldId, "h-";
    /// A credential, which is not the secret itself.
    CredentialId, "c-";
    /// What somebody asks the authority for.
    ApplicationId, "a-";
    /// The right to take numbers, which is not the secret itself.
    AllocationTokenId, "t-";
    /// One register, from its genesis on.
    RegisterId, "g-";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_one_past_the_limit_is_refused() {
        assert!("a".repeat(ID_CHARS_MAX).parse::<RequestId>().is_ok());
        assert_eq!(
            "a".repeat(ID_CHARS_MAX + 1).parse::<RequestId>(),
            Err(IdError)
        );
        assert_eq!("".parse::<RequestId>(), Err(IdError));
        assert_eq!("a b".parse::<RequestId>(), Err(IdError));
    }

    #[test]
    fn sequences_do_not_wrap() {
        assert_eq!(Seq::MAX.next(), Seq::MAX);
        assert_eq!(Seq::ZERO.previous(), Seq::ZERO);
        assert_eq!(Seq::ZERO.next(), Seq::FIRST);
    }
}
