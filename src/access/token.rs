//! Tokens: 256 random bits in hexadecimal after `oidra_`, with a checksum that tells a slip of the pen from a wrong token;
//! invitation codes, which have the same form after `oidra_invitation_`; and the secrets of allocation tokens, after
//! `oidra_allocation_`.
//!
//! The register keeps only the SHA-256 of the text. A token or code is never shown by `Debug`, and whatever compares
//! digests of secrets does so in constant time ([`same_digest`]).

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What every token begins with, so that one that leaks is found by those who look for such things.
pub const PREFIX: &str = "oidra_";
/// What every invitation code begins with.
pub const INVITATION_PREFIX: &str = "oidra_invitation_";
/// What the secret of every allocation token begins with.
pub const ALLOCATION_PREFIX: &str = "oidra_allocation_";
/// Hexadecimal digits of the secret: 256 bits.
const SECRET_DIGITS: usize = 64;
/// Hexadecimal digits of the checksum: 32 bits.
const CHECKSUM_DIGITS: usize = 8;
/// Keeps the checksum apart from the stored digest.
const CHECKSUM_DOMAIN: &[u8] = b"oidra token checksum 1";

/// A token, whole and with a right checksum. It is a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Why a text is no token or code. It never quotes the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not of the form of a token.
    #[error("a token is {PREFIX} and {} hexadecimal digits", SECRET_DIGITS + CHECKSUM_DIGITS)]
    Form,
    /// It is not of the form of an invitation code.
    #[error(
        "an invitation code is {INVITATION_PREFIX} and {} hexadecimal digits",
        SECRET_DIGITS + CHECKSUM_DIGITS
    )]
    CodeForm,
    /// It is not of the form of an allocation token.
    #[error(
        "an allocation token is {ALLOCATION_PREFIX} and {} hexadecimal digits",
        SECRET_DIGITS + CHECKSUM_DIGITS
    )]
    AllocationForm,
    /// The checksum is not that of the secret.
    #[error("it has a misspelt or missing character: its checksum is wrong")]
    Checksum,
}

impl Token {
    /// The token of 256 random bits.
    pub fn from_entropy(bits: [u8; 32]) -> Self {
        Self(written(PREFIX, bits))
    }

    /// The text, to be shown once to its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The digest that the register keeps.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// An invitation code, whole and with a right checksum. It is a secret, and good once for a token.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode(String);

impl InvitationCode {
    /// The code of 256 random bits.
    pub fn from_entropy(bits: [u8; 32]) -> Self {
        Self(written(INVITATION_PREFIX, bits))
    }

    /// The text, to be shown once to whoever passes it on.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The digest that the register keeps.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// The secret of an allocation token, whole and with a right checksum.
#[derive(Clone, PartialEq, Eq)]
pub struct AllocationSecret(String);

impl AllocationSecret {
    /// The secret of 256 random bits.
    pub fn from_entropy(bits: [u8; 32]) -> Self {
        Self(written(ALLOCATION_PREFIX, bits))
    }

    /// The text, to be shown once to whoever passes it on.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The digest that the register keeps.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl FromStr for AllocationSecret {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        match check(text, ALLOCATION_PREFIX) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(TokenError::Form) => Err(TokenError::AllocationForm),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for AllocationSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AllocationSecret(…)")
    }
}

/// Random bits as a secret is written.
fn written(prefix: &str, bits: [u8; 32]) -> String {
    let secret = hex::encode(bits);
    let checksum = checksum(&secret);
    format!("{prefix}{secret}{checksum}")
}

/// The digest by which the register knows a token. It is no secret, and `Debug` does not show it all the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenDigest(pub [u8; 32]);

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

fn checksum(secret: &str) -> String {
    let digest = Sha256::new()
        .chain_update(CHECKSUM_DOMAIN)
        .chain_update(secret)
        .finalize();
    let mut text = hex::encode(digest);
    text.truncate(CHECKSUM_DIGITS);
    text
}

/// Refuses a text that is not `prefix` and what belongs after it.
fn check(text: &str, prefix: &str) -> Result<(), TokenError> {
    let digits = text.strip_prefix(prefix).ok_or(TokenError::Form)?;
    let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if digits.len() != SECRET_DIGITS + CHECKSUM_DIGITS || !digits.bytes().all(lower) {
        return Err(TokenError::Form);
    }
    let (secret, given) = digits.split_at(SECRET_DIGITS);
    if bool::from(checksum(secret).as_bytes().ct_eq(given.as_bytes())) {
        Ok(())
    } else {
        Err(TokenError::Checksum)
    }
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        check(text, PREFIX).map(|()| Self(text.to_owned()))
    }
}

impl FromStr for InvitationCode {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        match check(text, INVITATION_PREFIX) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(TokenError::Form) => Err(TokenError::CodeForm),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(…)")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Whether two digests of secrets are the same, in a time that does not depend on where they differ.
pub fn same_digest(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_from_its_text_and_never_shows_itself() {
        let token = Token::from_entropy([0xA5; 32]);
        let text = token.reveal().to_owned();
        assert_eq!(text.len(), PREFIX.len() + SECRET_DIGITS + CHECKSUM_DIGITS);
        assert_eq!(text.parse::<Token>(), Ok(token.clone()));
        assert!(!format!("{token:?}").contains("a5"));
        assert_ne!(token.sha256(), Token::from_entropy([0xA6; 32]).sha256());
    }

    #[test]
    fn a_code_is_no_token_and_a_token_no_code() {
        let code = InvitationCode::from_entropy([0xA5; 32]);
        let text = code.reveal();
        assert_eq!(text.parse::<InvitationCode>(), Ok(code.clone()));
        assert_eq!(text.parse::<Token>(), Err(TokenError::Form));
        assert!(!format!("{code:?}").contains("a5"));
        let token = Token::from_entropy([0xA5; 32]);
        assert_ne!(token.sha256(), code.sha256());
        let wrong = token.reveal().parse::<InvitationCode>();
        assert_eq!(wrong, Err(TokenError::CodeForm));
    }

    #[test]
    fn an_allocation_secret_is_neither_and_never_shows_itself() {
        let secret = AllocationSecret::from_entropy([0xA5; 32]);
        let text = secret.reveal();
        assert_eq!(text.parse::<AllocationSecret>(), Ok(secret.clone()));
        assert_eq!(text.parse::<Token>(), Err(TokenError::Form));
        assert_eq!(text.parse::<InvitationCode>(), Err(TokenError::CodeForm));
        assert!(!format!("{secret:?}").contains("a5"));
        let code = InvitationCode::from_entropy([0xA5; 32]);
        assert_ne!(secret.sha256(), code.sha256());
        let wrong = code.reveal().parse::<AllocationSecret>();
        assert_eq!(wrong, Err(TokenError::AllocationForm));
    }

    #[test]
    fn every_misspelling_of_one_digit_is_noticed() {
        let text = Token::from_entropy([7; 32]).reveal().to_owned();
        for at in PREFIX.len()..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(bytes).unwrap();
            assert_eq!(other.parse::<Token>(), Err(TokenError::Checksum), "{at}");
        }
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let text = Token::from_entropy([7; 32]).reveal().to_owned();
        let upper = text.to_ascii_uppercase();
        for other in [
            "",
            "oidra_",
            "oidra_00",
            &upper,
            text.trim_start_matches('o'),
            &format!("{text}0"),
            "é",
        ] {
            assert_eq!(other.parse::<Token>(), Err(TokenError::Form), "{other}");
        }
    }
}
