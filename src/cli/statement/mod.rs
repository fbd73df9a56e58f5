//! Signed statements as their reader has them: taken apart, checked against a key, and written as a page.
//!
//! The key comes from whoever checks, never from the statement. It must never ask a server.

mod page;

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;

pub use page::pdf;

/// What a statement says of itself in its header (RFC 8725 3.11).
const TYPE: &str = "oidra-statement+jwt";
/// Most bytes of a statement that is read.
pub const STATEMENT_BYTES_MAX: u64 = 1 << 20;

/// A statement, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it says.
    pub claims: Value,
    header: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Statement {
    /// Takes a compact JWS (RFC 7515 3.1) apart.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err("it is no compact JWS: three parts with full stops between".to_owned());
        };
        let octets = |part: &str, what: &str| {
            let read = URL_SAFE_NO_PAD.decode(part);
            read.map_err(|_| format!("its {what} is not in base64url"))
        };
        let json = |part: &str, what: &str| {
            let octets = octets(part, what)?;
            serde_json::from_slice(&octets).map_err(|_| format!("its {what} is no JSON"))
        };
        Ok(Self {
            header: json(header, "header")?,
            claims: json(payload, "payload")?,
            signature: octets(signature, "signature")?,
            signed: format!("{header}.{payload}"),
        })
    }

    /// The thumbprint of the key by which it says that it is signed.
    pub fn kid(&self) -> &str {
        member(&self.header, "kid")
    }

    /// Whether a key signed it, and as a statement.
    pub fn check(&self, key: &VerifyingKey) -> Result<(), String> {
        let says = |name: &str| member(&self.header, name);
        if says("typ") != TYPE || says("alg") != "EdDSA" {
            return Err(format!("it is no statement: typ must be {TYPE}, alg EdDSA"));
        }
        let signature = Signature::from_slice(&self.signature)
            .map_err(|_| "its signature has not 64 octets".to_owned())?;
        key.verify_strict(self.signed.as_bytes(), &signature)
            .map_err(|_| "its signature is not by this key".to_owned())
    }

    /// A text of it by the path of its members; empty where there is none.
    pub fn text(&self, path: &str) -> &str {
        let value = self.claims.pointer(path);
        value.and_then(Value::as_str).unwrap_or_default()
    }
}

/// A text among the members of an object; empty where there is none.
fn member<'a>(object: &'a Value, name: &str) -> &'a str {
    let value = object.get(name);
    value.and_then(Value::as_str).unwrap_or_default()
}

/// The text of a file that holds a statement.
pub fn load(file: &Path) -> Result<String, String> {
    let size = fs::metadata(file).map_err(|error| error.to_string())?;
    if size.len() > STATEMENT_BYTES_MAX {
        return Err(format!("more than {STATEMENT_BYTES_MAX} bytes"));
    }
    fs::read_to_string(file).map_err(|error| error.to_string())
}

/// A key as it was typed: a JSON Web Key of Ed25519 (RFC 8037), or a file that holds one.
pub fn key(typed: &str) -> Result<VerifyingKey, String> {
    let text = if typed.trim_start().starts_with('{') {
        typed.to_owned()
    } else {
        fs::read_to_string(typed).map_err(|error| format!("{typed}: {error}"))?
    };
    let wrong = || "it is no public key of Ed25519 as a JSON Web Key (RFC 8037)".to_owned();
    let jwk: Value = serde_json::from_str(&text).map_err(|_| wrong())?;
    if member(&jwk, "kty") != "OKP" || member(&jwk, "crv") != "Ed25519" {
        return Err(wrong());
    }
    let octets = URL_SAFE_NO_PAD
        .decode(member(&jwk, "x"))
        .map_err(|_| wrong())?;
    let octets: [u8; 32] = octets.try_into().map_err(|_| wrong())?;
    VerifyingKey::from_bytes(&octets).map_err(|_| wrong())
}

/// What it says, as names and values in order, for people.
pub fn rows(statement: &Statement) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let mut put = |name, text: String| {
        if !text.is_empty() {
            rows.push((name, text));
        }
    };
    let say = |path: &str| statement.text(path).to_owned();
    put("OID", say("/arc/oid"));
    put("ASN.1", say("/arc/asn1"));
    put("OID-IRI", say("/arc/iri"));
    put("URN", say("/sub"));
    put("state", say("/arc/state"));
    for (language, title) in members(&statement.claims, "/arc/titles") {
        put("title", format!("{title} ({language})"));
    }
    put("holder", held(statement, "/arc/holder"));
    put("first holder", held(statement, "/arc/firstHolder"));
    put("applied for", say("/arc/applied"));
    put("registered", say("/arc/registered"));
    put("withdrawn", say("/arc/withdrawn"));
    put("successor", say("/arc/successor"));
    put("made by the template of", say("/arc/madeByTemplateOf"));
    if statement.claims.pointer("/arc/sandbox") == Some(&Value::Bool(true)) {
        put("sandbox", "it means nothing".to_owned());
    }
    for (language, title) in members(&statement.claims, "/authority/titles") {
        put("registration authority", format!("{title} ({language})"));
    }
    put("as of", say("/asOf"));
    let number = |path: &str| {
        let value = statement.claims.pointer(path);
        value.and_then(Value::as_u64).unwrap_or_default()
    };
    let revision = number("/revision");
    let register = say("/register");
    put("register", format!("{register}, revision {revision}"));
    let size = number("/tree/size");
    put("tree", format!("{size} records, {}", say("/tree/sha256")));
    put("issued by", say("/iss"));
    put("number", say("/jti"));
    put("key", statement.kid().to_owned());
    rows
}

fn held(statement: &Statement, path: &str) -> String {
    let say = |member: &str| statement.text(&format!("{path}/{member}"));
    let (id, name, since) = (say("id"), say("name"), say("since"));
    let who = if name.is_empty() {
        id.to_owned()
    } else {
        format!("{name} ({id})")
    };
    match (id.is_empty(), since.is_empty()) {
        (true, _) => String::new(),
        (false, true) => who,
        (false, false) => format!("{who}, since {since}"),
    }
}

/// The members of an object that are texts.
fn members<'a>(claims: &'a Value, path: &str) -> Vec<(&'a str, &'a str)> {
    let object = claims.pointer(path).and_then(Value::as_object);
    let members = object.into_iter().flatten();
    members
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};
    use serde_json::json;

    use super::*;

    fn signed(header: &Value, claims: &Value, key: &SigningKey) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = key.sign(text.as_bytes()).to_bytes();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn header() -> Value {
        json!({ "alg": "EdDSA", "typ": TYPE, "kid": "k" })
    }

    #[test]
    fn only_what_the_key_signed_as_a_statement_is_one() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        let claims = json!({ "sub": "urn:oid:2.999" });
        let text = signed(&header(), &claims, &key);
        let statement = Statement::read(&format!(" {text}\n")).unwrap();
        statement.check(&key.verifying_key()).unwrap();
        assert!(statement.check(&other).is_err());
        assert_eq!(
            (statement.text("/sub"), statement.kid()),
            ("urn:oid:2.999", "k")
        );
        for header in [
            json!({ "alg": "EdDSA", "typ": "JWT" }),
            json!({ "alg": "none", "typ": TYPE }),
            json!({}),
        ] {
            let text = signed(&header, &claims, &key);
            let read = Statement::read(&text).unwrap();
            assert!(read.check(&key.verifying_key()).is_err(), "{header}");
        }
        let parts: Vec<&str> = text.split('.').collect();
        let forged = URL_SAFE_NO_PAD.encode(json!({ "sub": "urn:oid:2.998" }).to_string());
        let forged = [parts[0], &forged, parts[2]].join(".");
        let forged = Statement::read(&forged).unwrap();
        assert!(forged.check(&key.verifying_key()).is_err());
        for wrong in ["", "a.b", "a.b.c.d", "!.!.!", "e30.e30.!", "e30.eA.AA"] {
            assert!(Statement::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_is_a_jwk_of_ed25519() {
        // RFC 8037, Appendix A.2.
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let jwk = |kty: &str, x: &str| json!({ "kty": kty, "crv": "Ed25519", "x": x }).to_string();
        assert!(key(&jwk("OKP", x)).is_ok());
        for wrong in [
            jwk("EC", x),
            jwk("OKP", "AA"),
            jwk("OKP", "?"),
            "{}".to_owned(),
        ] {
            assert!(key(&wrong).is_err(), "{wrong}");
        }
        assert!(key("/absent").unwrap_err().contains("/absent"));
    }

    #[test]
    fn a_file_one_past_the_limit_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("statement");
        let bytes = usize::try_from(STATEMENT_BYTES_MAX).unwrap();
        fs::write(&file, "x".repeat(bytes)).unwrap();
        assert_eq!(load(&file).unwrap().len(), bytes);
        fs::write(&file, "x".repeat(bytes + 1)).unwrap();
        assert!(load(&file).unwrap_err().starts_with("more than"));
        assert!(load(&folder.path().join("absent")).is_err());
    }

    #[test]
    fn a_page_is_made_of_any_text() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let claims = json!({
            "sub": "urn:oid:2.999",
            "arc": {
                "oid": "2.999",
                "titles": { "ar": "وزارة الصحة", "xx": "𠮷 𐍈".repeat(2_000), "en": "\u{0}\n\u{202e}" },
                "holder": { "id": "r-1", "name": "Wizara ya Afya" },
            },
        });
        let text = signed(&header(), &claims, &key);
        let statement = Statement::read(&text).unwrap();
        let page = pdf(&statement, &text).unwrap();
        assert!(page.starts_with(b"%PDF-") && page.len() < 1 << 20);
        let bare = signed(&header(), &json!({}), &key);
        pdf(&Statement::read(&bare).unwrap(), &bare).unwrap();
    }
}
