//! The keys of the OpenID Connect issuer: read from a file or fetched, and again when they age or one is missing.
//!
//! Where they cannot be had, those that are known go on counting, and an operator is told. It must never fetch more often
//! than [`RETRY_EVERY`], whoever asks: strangers can show tokens with made-up keys.

use std::{path::PathBuf, sync::Arc, time::Duration};

use http::Uri;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::{sync::Notify, time::Instant};

use crate::{
    access::openid::{Issuer, Mapping},
    config as settings,
    desk::OpenId,
    model::actor::Role,
    oid::NodePath,
    telemetry::events::{Emit as _, KeysTaken, KeysUnavailable},
};

use super::exit::Failure;

/// The pause between two fetches at least.
pub const RETRY_EVERY: Duration = Duration::from_secs(30);
/// How long one fetch may take.
const FETCH_WAIT: Duration = Duration::from_secs(10);
/// Most bytes of a set of keys.
pub const KEYS_BYTES_MAX: usize = 256 << 10;

/// Where the keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// In a file.
    File(PathBuf),
    /// At an address.
    Address(Uri),
}

impl Keys {
    /// What a setting names: an address that begins with `https://` (or `http://`, on loopback), else a file.
    pub fn named(text: &str) -> Result<Self, String> {
        if !text.starts_with("https://") && !text.starts_with("http://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let address: Uri = text.parse().map_err(|_| format!("{text} is no address"))?;
        let host = address.host().unwrap_or_default();
        let loopback = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
        if address.scheme_str() == Some("http") && !loopback {
            return Err("keys must not travel in plain text: use https".to_owned());
        }
        Ok(Self::Address(address))
    }

    /// The set of keys as it is there now.
    async fn fetch(&self) -> Result<String, String> {
        match self {
            Self::File(path) => {
                let read = tokio::fs::read_to_string(path).await;
                let text = read.map_err(|error| format!("{}: {error}", path.display()))?;
                if text.len() > KEYS_BYTES_MAX {
                    return Err(format!("more than {KEYS_BYTES_MAX} bytes"));
                }
                Ok(text)
            }
            Self::Address(address) => {
                let fetched = tokio::time::timeout(FETCH_WAIT, fetch(address.clone())).await;
                fetched.unwrap_or_else(|_| Err("no answer in time".to_owned()))
            }
        }
    }
}

async fn fetch(address: Uri) -> Result<String, String> {
    let told = |error: &dyn std::error::Error| error.to_string();
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| told(&error))?
        .https_or_http()
        .enable_http1()
        .build();
    let client: Client<_, Empty<bytes::Bytes>> =
        Client::builder(TokioExecutor::new()).build(connector);
    let answer = client.get(address).await.map_err(|error| told(&error))?;
    if !answer.status().is_success() {
        return Err(format!("status {}", answer.status()));
    }
    let body = Limited::new(answer.into_body(), KEYS_BYTES_MAX)
        .collect()
        .await;
    let body = body.map_err(|error| error.to_string())?.to_bytes();
    String::from_utf8(body.to_vec()).map_err(|_| "no text".to_owned())
}

/// The issuer that the settings trust, with its keys as they are now; none where they trust none. Keys of a file must be
/// there; those at an address may come later.
pub async fn trusted(settings: &settings::OpenId) -> Result<Option<(OpenId, Keys)>, Failure> {
    if !settings.is_on() {
        return Ok(None);
    }
    let unusable = |why: String| Failure::Serving(format!("[openid] cannot be used: {why}"));
    let roles = settings.roles.iter().map(mapping);
    let roles = roles.collect::<Result<_, _>>().map_err(unusable)?;
    let keys = Keys::named(&settings.keys).map_err(unusable)?;
    let issuer = Issuer::new(settings.issuer.clone(), settings.audience.clone(), roles);
    match (take(&issuer, &keys).await, &keys) {
        (Err(why), Keys::File(_)) => return Err(unusable(why)),
        (Err(why), Keys::Address(_)) => KeysUnavailable { why: &why }.emit(),
        (Ok(()), _) => {}
    }
    let openid = OpenId {
        issuer: Arc::new(issuer),
        wanted: Arc::new(Notify::new()),
    };
    Ok(Some((openid, keys)))
}

fn mapping(set: &settings::ClaimedRole) -> Result<Mapping, String> {
    let mut roles = Role::ALL.into_iter();
    let role = roles.find(|role| role.word() == set.role);
    let role = role.ok_or_else(|| format!("{} is no role", set.role))?;
    let at = match set.oid.as_str() {
        "." => NodePath::root(),
        oid => oid.parse().map_err(|error| format!("{oid}: {error}"))?,
    };
    Ok(Mapping {
        claim: set.claim.clone(),
        value: set.value.clone(),
        role,
        at,
    })
}

/// Takes the keys once. Why not, where that fails.
pub async fn take(issuer: &Issuer, keys: &Keys) -> Result<(), String> {
    let set = keys.fetch().await?;
    let count = issuer.take_keys(&set)?;
    KeysTaken { count }.emit();
    Ok(())
}

/// Takes the keys again every `every`, and when somebody `wants` one that is not known.
pub async fn keep(issuer: Arc<Issuer>, keys: Keys, every: Duration, wanted: Arc<Notify>) {
    let mut last = Instant::now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = wanted.notified() => tokio::time::sleep_until(last + RETRY_EVERY).await,
        }
        last = Instant::now();
        if let Err(why) = take(&issuer, &keys).await {
            KeysUnavailable { why: &why }.emit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_by_their_words() {
        let mapped = |role: &str, oid: &str| {
            mapping(&settings::ClaimedRole {
                claim: "groups".to_owned(),
                value: "staff".to_owned(),
                role: role.to_owned(),
                oid: oid.to_owned(),
            })
        };
        assert_eq!(
            mapped("registrar", "2.16.834").unwrap().role,
            Role::Registrar
        );
        assert!(mapped("auditor", ".").unwrap().at.is_root());
        assert!(mapped("king", ".").is_err());
        assert!(mapped("auditor", "x").is_err());
    }

    #[test]
    fn keys_are_a_file_or_at_an_address_that_is_safe() {
        let named = |text: &str| Keys::named(text);
        assert_eq!(named("keys.json"), Ok(Keys::File("keys.json".into())));
        assert!(matches!(
            named("https://id.example.org/keys"),
            Ok(Keys::Address(_))
        ));
        assert!(matches!(
            named("http://127.0.0.1:9/keys"),
            Ok(Keys::Address(_))
        ));
        assert!(named("http://id.example.org/keys").is_err());
        assert!(named("https://").is_err());
    }

    #[tokio::test]
    async fn a_file_one_past_the_limit_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.json");
        std::fs::write(&path, " ".repeat(KEYS_BYTES_MAX + 1)).unwrap();
        let keys = Keys::File(path.clone());
        assert!(keys.fetch().await.unwrap_err().contains("bytes"));
        std::fs::write(&path, " ".repeat(KEYS_BYTES_MAX)).unwrap();
        assert!(keys.fetch().await.is_ok());
        let missing = Keys::File(dir.path().join("none"));
        assert!(missing.fetch().await.is_err());
    }
}
