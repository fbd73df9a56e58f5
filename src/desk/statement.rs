//! Statements: what the register says of an arc at a revision, signed, so that whoever has the key's public half can check it
//! without the register. It must never sign what its reader may not know.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use serde_json::Value;

use super::jws::{compact, jwk, thumbprint};

/// What tells a statement from every other JWS, in its header (RFC 8725 3.11).
pub const TYPE: &str = "oidra-statement+jwt";

/// What signs statements.
#[derive(Clone)]
pub struct Notary {
    key: SigningKey,
    /// Who says so: the origin of the register's checkpoints.
    pub issuer: String,
}

impl Notary {
    /// Signs with a key, in the name of `issuer`.
    pub const fn new(key: SigningKey, issuer: String) -> Self {
        Self { key, issuer }
    }

    /// The public key, by which statements are checked.
    pub fn public_jwk(&self) -> String {
        jwk(&self.key)
    }

    /// The compact JWS of a statement.
    pub fn sign(&self, statement: &Value) -> String {
        let kid = thumbprint(&self.public_jwk());
        let header = format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"{TYPE}"}}"#);
        let payload = statement.to_string();
        compact(&self.key, header.as_bytes(), payload.as_bytes(), |octets| {
            URL_SAFE_NO_PAD.encode(octets)
        })
    }
}

impl std::fmt::Debug for Notary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notary(…)")
    }
}
