//! Webhooks: from settings to what posts, and its life beside the service. It must never show a secret.

use std::{fs, sync::Arc, time::Duration};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Settings, WebhookTells},
    model::clock::SystemClock,
    outbox::{
        Patience,
        hooks::{self, Hook, Options, Poster, Secret, Tells},
    },
    register::Register,
};

use super::{exit::Failure, secret};

/// Where the places of the hooks are kept, in the data directory.
const PLACES: &str = "webhooks";
/// The setting that names them.
const KEY: &str = "webhooks.to";

/// The hooks, and what they have in common.
pub type Loaded = (Vec<Hook>, Options);

/// What the settings say of webhooks, every file read; `None` where there are none.
pub fn load(settings: &Settings) -> Result<Option<Loaded>, Failure> {
    let webhooks = &settings.webhooks;
    if webhooks.to.is_empty() {
        return Ok(None);
    }
    let ca = if webhooks.ca.as_os_str().is_empty() {
        None
    } else {
        Some(fs::read(&webhooks.ca).map_err(Failure::file("read", &webhooks.ca))?)
    };
    let timeout = Duration::from_secs(webhooks.timeout_seconds);
    let poster = Poster::new(ca.as_deref(), timeout, Arc::new(SystemClock));
    let poster =
        poster.map_err(|why| Failure::setting("webhooks.ca", format!("cannot be used: {why}")))?;
    let mut hooks = Vec::with_capacity(webhooks.to.len());
    for one in &webhooks.to {
        let wrong = |why: &str| Failure::setting(KEY, format!("{}: {why}", one.name));
        let text = secret::read(KEY, &one.secret_file)?;
        hooks.push(Hook {
            name: one.name.clone(),
            address: one.url.parse().map_err(|_| wrong("its url is none"))?,
            secret: Secret::read(&text).map_err(|why| wrong(&format!("its secret {why}")))?,
            tells: match one.tells {
                WebhookTells::Changes => Tells::Changes,
                WebhookTells::Notices => Tells::Notices,
            },
        });
    }
    let public_url = settings.http.public_url.trim_end_matches('/');
    let options = Options {
        directory: settings.data_dir.join(PLACES),
        poster: Arc::new(poster),
        patience: Patience {
            first: Duration::from_secs(webhooks.retry_seconds),
            most: Duration::from_secs(webhooks.retry_max_seconds),
        },
        public_url: Some(public_url.to_owned()).filter(|url| !url.is_empty()),
    };
    Ok(Some((hooks, options)))
}

/// Tells every hook what happens until it is told to stop.
pub fn serve(
    loaded: Option<Loaded>,
    register: &Register,
    stopping: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let Some((hooks, options)) = loaded else {
        return Vec::new();
    };
    let run = |hook| hooks::run(hook, register.clone(), options.clone(), stopping.clone());
    hooks
        .into_iter()
        .map(|hook| tokio::spawn(run(hook)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::Webhook;

    #[test]
    fn what_cannot_be_used_is_told_with_its_key() {
        assert!(load(&Settings::default()).unwrap().is_none());
        let dir = tempfile::tempdir().unwrap();
        let secret_file = dir.path().join("secret");
        fs::write(&secret_file, "short and secret\n").unwrap();
        let mut settings = Settings::default();
        settings.webhooks.to.push(Webhook {
            name: "one".to_owned(),
            url: "https://app.example/oidra".to_owned(),
            secret_file: secret_file.clone(),
            tells: WebhookTells::Changes,
        });
        let told = |settings: &Settings| match load(settings) {
            Ok(_) => String::new(),
            Err(failure) => failure.to_string(),
        };
        let mode = |mode| fs::set_permissions(&secret_file, fs::Permissions::from_mode(mode));
        mode(0o644).unwrap();
        assert!(told(&settings).contains(KEY));
        mode(0o600).unwrap();
        let message = told(&settings);
        assert!(message.contains("one: its secret has fewer"), "{message}");
        assert!(!message.contains("short and"));
        fs::write(&secret_file, "x".repeat(24)).unwrap();
        assert_eq!(told(&settings), "");
    }
}
