//! Signed answers: a JWS (RFC 7515) over the canonical form (RFC 8785) of a JSON answer, by Ed25519 (RFC 8037).
//!
//! The standard's schema takes the letters of ordinary Base64 alone, RFC 7515 wants those of Base64url: the operator chooses.
//! It must never show the key's secret half.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;

use crate::desk::jws::{compact, jwk, thumbprint};

/// In which letters a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Base64url, as RFC 7515 has it. The published schema does not take the letters `-` and `_`.
    Jws,
    /// Ordinary Base64, as the published schema has it.
    Schema,
}

impl Alphabet {
    fn write(self, octets: impl AsRef<[u8]>) -> String {
        match self {
            Self::Jws => URL_SAFE_NO_PAD.encode(octets),
            Self::Schema => STANDARD.encode(octets),
        }
    }
}

/// What signs answers.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    alphabet: Alphabet,
    header: String,
}

impl Signer {
    /// Signs with a key.
    pub fn new(key: SigningKey, alphabet: Alphabet) -> Self {
        let jwk = jwk(&key);
        let header = format!(
            r#"{{"alg":"EdDSA","cty":"text/json","jwk":{jwk},"kid":"{}","typ":"OID-IP"}}"#,
            thumbprint(&jwk)
        );
        Self {
            key,
            alphabet,
            header,
        }
    }

    /// The public key as a JSON Web Key (RFC 8037 2), by which signatures are checked.
    pub fn public_jwk(&self) -> String {
        jwk(&self.key)
    }

    /// The compact JWS of a payload.
    pub(super) fn sign(&self, payload: &[u8]) -> String {
        let write = |octets: &[u8]| self.alphabet.write(octets);
        compact(&self.key, self.header.as_bytes(), payload, write)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 8037, Appendix A.
    fn key() -> SigningKey {
        let d = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .unwrap();
        SigningKey::from_bytes(&d.try_into().unwrap())
    }

    #[test]
    fn the_public_key_and_its_thumbprint_are_those_of_rfc_8037() {
        let signer = Signer::new(key(), Alphabet::Jws);
        let jwk = signer.public_jwk();
        assert_eq!(
            jwk,
            r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
        );
        assert_eq!(
            thumbprint(&jwk),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
        assert!(!format!("{signer:?}").contains("nWGx"));
    }

    #[test]
    fn a_signature_is_good_in_either_alphabet() {
        for (alphabet, letters) in [(Alphabet::Jws, "-_"), (Alphabet::Schema, "+/=")] {
            let signer = Signer::new(key(), alphabet);
            let jws = signer.sign("{\"a\":\"ÿþ?>~\"}".as_bytes());
            let parts: Vec<&str> = jws.split('.').collect();
            let [header, payload, signature] = parts[..] else {
                panic!("{jws}")
            };
            let read = |text: &str| match alphabet {
                Alphabet::Jws => URL_SAFE_NO_PAD.decode(text).unwrap(),
                Alphabet::Schema => STANDARD.decode(text).unwrap(),
            };
            let signature = ed25519_dalek::Signature::from_slice(&read(signature)).unwrap();
            let text = format!("{header}.{payload}");
            let public = key().verifying_key();
            public.verify_strict(text.as_bytes(), &signature).unwrap();
            assert!(public.verify_strict(b"else", &signature).is_err());
            let plain =
                |c: char| c.is_ascii_alphanumeric() || ".".contains(c) || letters.contains(c);
            assert!(jws.chars().all(plain), "{jws}");
        }
    }
}
