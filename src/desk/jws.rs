//! Compact JWS (RFC 7515) by Ed25519 (RFC 8037), and the public keys by which they are checked. It must never show the secret
//! half of a key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

/// The public half as a JSON Web Key (RFC 8037 2), its members in the order that a thumbprint is made of.
pub fn jwk(key: &SigningKey) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
    format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)
}

/// The thumbprint of a key (RFC 7638).
pub fn thumbprint(jwk: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(jwk.as_bytes()))
}

/// A signature over header and payload, each written by `write`.
pub fn compact(
    key: &SigningKey,
    header: &[u8],
    payload: &[u8],
    write: impl Fn(&[u8]) -> String,
) -> String {
    let signed = format!("{}.{}", write(header), write(payload));
    let signature = key.sign(signed.as_bytes()).to_bytes();
    format!("{signed}.{}", write(&signature))
}
