//! OpenID Connect access tokens: whether one was signed by the issuer that the operator trusts, for this server, and still is
//! good (RFC 9068, RFC 7519, RFC 7517).
//!
//! A proof leads to a principal only where its subject is bound to one; what else the issuer claims may add roles, as the
//! operator maps them. Only signatures with a public key are taken: a shared secret would let whoever checks also sign. It
//! must never fetch anything, and never show a token.

use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet},
};
use serde_json::{Map, Value};

use crate::model::actor::{Grant, Role};
use crate::model::{Code, Refusal, Timestamp};
use crate::oid::NodePath;

/// How far the issuer's clock may be off, in seconds.
pub const LEEWAY_SECONDS: u64 = 60;
/// Most bytes of an access token; a longer one is refused before it is read.
pub const TOKEN_BYTES_MAX: usize = 8 << 10;
/// Most keys of an issuer.
pub const KEYS_MAX: usize = 64;

/// The signatures that are taken: all with a public key.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// A role that a claim brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The claim, such as `groups`.
    pub claim: String,
    /// The value that it has, or holds where it is a list.
    pub value: String,
    /// The role it brings.
    pub role: Role,
    /// On which arc.
    pub at: NodePath,
}

/// The issuer that the operator trusts.
pub struct Issuer {
    url: String,
    audience: String,
    mappings: Vec<Mapping>,
    keys: RwLock<Arc<JwkSet>>,
}

/// What a token proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Who says so.
    pub issuer: String,
    /// Of whom.
    pub subject: String,
    /// The roles that its claims bring.
    pub claimed: Vec<Grant>,
}

/// Why a token proves nothing. It never quotes the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenIdError {
    /// It is no signed token at all, or one that is not signed with a public key.
    #[error("the access token cannot be read")]
    Form,
    /// Its key is none of the issuer's that are known here: they may have to be fetched anew.
    #[error("the access token is signed with a key that is not known")]
    KeyUnknown,
    /// The signature, the issuer, the audience or the time is wrong.
    #[error("the access token is not good here, or no longer")]
    Refused,
}

impl From<OpenIdError> for Refusal {
    fn from(error: OpenIdError) -> Self {
        Self::new(Code::TokenUnknown, "authorization", error.to_string())
    }
}

impl Issuer {
    /// The issuer of this name, for tokens that are meant for `audience`. It has no keys yet.
    pub fn new(url: String, audience: String, mappings: Vec<Mapping>) -> Self {
        Self {
            url,
            audience,
            mappings,
            keys: RwLock::default(),
        }
    }

    /// Takes the issuer's keys (RFC 7517 5); those it had are forgotten. The number of keys, or why there is none.
    pub fn take_keys(&self, set: &str) -> Result<usize, String> {
        let set: JwkSet = serde_json::from_str(set).map_err(|error| error.to_string())?;
        let count = set.keys.len();
        if !(1..=KEYS_MAX).contains(&count) {
            return Err(format!("{count} keys; 1 to {KEYS_MAX} are taken"));
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(set);
        Ok(count)
    }

    /// What a token proves at `now`.
    pub fn prove(&self, token: &str, now: Timestamp) -> Result<Proven, OpenIdError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(OpenIdError::Form);
        }
        let header = decode_header(token).map_err(|_| OpenIdError::Form)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(OpenIdError::Form);
        }
        let keys = Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner));
        let key = key(&keys, header.kid.as_deref()).ok_or(OpenIdError::KeyUnknown)?;
        let refused = |_| OpenIdError::Refused;
        let key = DecodingKey::from_jwk(key).map_err(refused)?;
        let claims = decode::<Map<String, Value>>(token, &key, &self.validation(header.alg));
        let claims = claims.map_err(refused)?.claims;
        in_time(&claims, now)?;
        let subject = claims.get("sub").and_then(Value::as_str);
        let subject = subject.filter(|subject| !subject.is_empty());
        Ok(Proven {
            issuer: self.url.clone(),
            subject: subject.ok_or(OpenIdError::Refused)?.to_owned(),
            claimed: self.claimed(&claims, now),
        })
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&[&self.audience]);
        validation.set_issuer(&[&self.url]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The time is judged here, by the clock that everything else is judged by.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation
    }

    fn claimed(&self, claims: &Map<String, Value>, since: Timestamp) -> Vec<Grant> {
        let brought = |mapping: &&Mapping| match claims.get(&mapping.claim) {
            Some(Value::String(value)) => *value == mapping.value,
            Some(Value::Array(values)) => values
                .iter()
                .any(|value| value.as_str() == Some(&mapping.value)),
            _ => false,
        };
        let brought = self.mappings.iter().filter(brought);
        brought
            .map(|mapping| Grant {
                role: mapping.role,
                at: mapping.at.clone(),
                since,
            })
            .collect()
    }
}

/// The key of this id; without one the only key there is.
fn key<'a>(set: &'a JwkSet, id: Option<&str>) -> Option<&'a Jwk> {
    match (id, set.keys.as_slice()) {
        (Some(id), _) => set.find(id),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// Whether `now` lies between the times that a token names (RFC 7519 4.1.4, 4.1.5).
fn in_time(claims: &Map<String, Value>, now: Timestamp) -> Result<(), OpenIdError> {
    let moment = |name: &str| claims.get(name).and_then(Value::as_f64);
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds fit for any date there is"
    )]
    let now = (now.micros() / 1_000_000) as f64;
    #[expect(clippy::cast_precision_loss, reason = "a minute fits")]
    let leeway = LEEWAY_SECONDS as f64;
    let end = moment("exp").ok_or(OpenIdError::Refused)?;
    let begun = match claims.get("nbf") {
        None => true,
        Some(_) => moment("nbf").is_some_and(|begin| begin <= now + leeway),
    };
    if begun && now < end + leeway {
        Ok(())
    } else {
        Err(OpenIdError::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    use ed25519_dalek::{Signer as _, SigningKey};
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
    const SECONDS: i64 = 1_800_000_000;

    fn signing_key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn set(id: &str) -> String {
        let x = BASE64.encode(signing_key().verifying_key().as_bytes());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": id, "x": x}]}).to_string()
    }

    fn issuer() -> Issuer {
        let mapping = Mapping {
            claim: "groups".to_owned(),
            value: "registrars".to_owned(),
            role: Role::Registrar,
            at: "2.16.834".parse().unwrap(),
        };
        let issuer = Issuer::new(
            "https://id.example.org".to_owned(),
            "oidra".to_owned(),
            vec![mapping],
        );
        assert_eq!(issuer.take_keys(&set("one")), Ok(1));
        issuer
    }

    fn claims() -> Value {
        json!({
            "iss": "https://id.example.org", "aud": "oidra", "sub": "asha", "exp": SECONDS + 60,
            "groups": ["staff", "registrars"],
        })
    }

    fn signed(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = signing_key().sign(text.as_bytes());
        format!("{text}.{}", BASE64.encode(signature.to_bytes()))
    }

    fn token(set: impl FnOnce(&mut Value)) -> String {
        let mut claims = claims();
        set(&mut claims);
        signed(&json!({"alg": "EdDSA", "kid": "one"}), &claims)
    }

    #[test]
    fn a_good_token_proves_its_subject_and_brings_roles() {
        let proven = issuer().prove(&token(|_| {}), NOW).unwrap();
        assert_eq!(proven.subject, "asha");
        assert_eq!(proven.issuer, "https://id.example.org");
        let [grant] = proven.claimed.as_slice() else {
            panic!("{proven:?}")
        };
        assert_eq!(grant.role, Role::Registrar);
        let plain = token(|claims| claims["groups"] = json!("staff"));
        assert_eq!(issuer().prove(&plain, NOW).unwrap().claimed, []);
        let alone = token(|claims| claims["groups"] = json!("registrars"));
        assert_eq!(issuer().prove(&alone, NOW).unwrap().claimed.len(), 1);
    }

    #[test]
    fn what_is_wrong_with_the_claims_is_refused() {
        let late = i64::try_from(LEEWAY_SECONDS).unwrap();
        for (name, value) in [
            ("iss", json!("https://else.example.org")),
            ("aud", json!("another")),
            ("aud", json!(null)),
            ("sub", json!("")),
            ("sub", json!(7)),
            ("exp", json!(SECONDS - late)),
            ("exp", json!("never")),
            ("nbf", json!(SECONDS + late + 1)),
            ("nbf", json!("soon")),
        ] {
            let token = token(|claims| claims[name] = value.clone());
            assert_eq!(
                issuer().prove(&token, NOW),
                Err(OpenIdError::Refused),
                "{name} {value}"
            );
        }
        for name in ["iss", "aud", "sub", "exp"] {
            let token = token(|claims| drop(claims.as_object_mut().unwrap().remove(name)));
            assert_eq!(
                issuer().prove(&token, NOW),
                Err(OpenIdError::Refused),
                "{name}"
            );
        }
        // Within the leeway it is good.
        let soon = token(|claims| claims["nbf"] = json!(SECONDS + late));
        assert!(issuer().prove(&soon, NOW).is_ok());
        let just = token(|claims| claims["exp"] = json!(SECONDS - late + 1));
        assert!(issuer().prove(&just, NOW).is_ok());
    }

    #[test]
    fn only_signatures_with_a_public_key_are_taken() {
        let issuer = issuer();
        for (header, expect) in [
            (json!({"alg": "none", "kid": "one"}), OpenIdError::Form),
            (json!({"alg": "HS256", "kid": "one"}), OpenIdError::Form),
            (json!({"alg": "RS256", "kid": "one"}), OpenIdError::Refused),
            (
                json!({"alg": "EdDSA", "kid": "two"}),
                OpenIdError::KeyUnknown,
            ),
        ] {
            let token = signed(&header, &claims());
            assert_eq!(issuer.prove(&token, NOW), Err(expect), "{header}");
        }
        let good = token(|_| {});
        let (body, _) = good.rsplit_once('.').unwrap();
        for bad in [
            format!("{body}."),
            format!("{body}.AAAA"),
            body.to_owned(),
            String::new(),
            "..".to_owned(),
        ] {
            assert!(issuer.prove(&bad, NOW).is_err(), "{bad}");
        }
        // Without an id the only key there is counts.
        let nameless = signed(&json!({"alg": "EdDSA"}), &claims());
        assert!(issuer.prove(&nameless, NOW).is_ok());
    }

    #[test]
    fn one_past_each_limit_is_refused() {
        let issuer = issuer();
        let filler = "a".repeat(TOKEN_BYTES_MAX);
        let long = token(|claims| claims["filler"] = json!(filler));
        assert_eq!(issuer.prove(&long, NOW), Err(OpenIdError::Form));
        let one = serde_json::from_str::<Value>(&set("one")).unwrap()["keys"][0].clone();
        let keys = |count: usize| json!({"keys": vec![one.clone(); count]}).to_string();
        assert!(issuer.take_keys(&keys(KEYS_MAX)).is_ok());
        assert!(issuer.take_keys(&keys(KEYS_MAX + 1)).is_err());
        assert!(issuer.take_keys(&keys(0)).is_err());
        assert!(issuer.take_keys("{}").is_err());
        // What was refused left the keys as they were.
        assert!(issuer.prove(&token(|_| {}), NOW).is_ok());
    }

    #[test]
    fn what_the_issuer_claims_counts_while_its_token_is_shown() {
        use crate::access::testing::{NOW as THEN, STRANGER, Tree, path, refused};
        use crate::access::{Sight, bound_digest, of_openid, openid_name, permit};
        use crate::model::actor::{Credential, CredentialKind};
        use crate::model::command::{Allocate, NewEntry, NumberChoice};
        use crate::model::{Command, Submission};

        let mut tree = Tree::new();
        let proven = |claimed: &[Role]| Proven {
            issuer: "https://id.example.org".to_owned(),
            subject: "asha".to_owned(),
            claimed: claimed
                .iter()
                .map(|role| Grant {
                    role: *role,
                    at: path("2.16.834"),
                    since: THEN,
                })
                .collect(),
        };
        // A subject that is bound to nobody is nobody, whatever is claimed for it.
        let nobody = of_openid(proven(&[Role::Administrator]), &tree, THEN);
        refused(nobody, Code::TokenUnknown);

        let bound_to = openid_name("https://id.example.org", "asha");
        let digest = bound_digest(CredentialKind::OpenId, &bound_to);
        let (id, principal) = ("c-id".parse().unwrap(), STRANGER.parse().unwrap());
        let credential = Credential {
            kind: CredentialKind::OpenId,
            bound_to: Some(bound_to),
            ..Credential::token(id, principal, digest, "issuer", THEN)
        };
        tree.credentials.insert(digest, credential);
        let submission = Submission {
            request_id: "q-1".parse().unwrap(),
            digest: [0; 32],
            validate_only: false,
            reason: None,
            override_reason: None,
            asked_by: None,
            command: Command::Allocate(Allocate {
                superior: path("2.16.834"),
                number: NumberChoice::NextFree,
                entry: NewEntry::default(),
                allocation_token: None,
            }),
        };
        let plain = of_openid(proven(&[]), &tree, THEN).unwrap();
        assert_eq!(plain.sight, Sight::Public);
        let no = permit(&plain.identity, &submission, &tree);
        refused(no, Code::NotPermitted);
        let caller = of_openid(proven(&[Role::Registrar]), &tree, THEN).unwrap();
        assert!(caller.sight.is_whole(&path("2.16.834.1")));
        let yes = permit(&caller.identity, &submission, &tree).unwrap();
        yes.recheck(&submission, &tree).unwrap();
        tree.credentials.get_mut(&digest).unwrap().revoked = true;
        refused(yes.recheck(&submission, &tree), Code::TokenUnknown);
    }
}
