//! Notices by mail: from settings to an outbox, and its life beside the service.
//!
//! It must never show the password.

use std::{fs, sync::Arc, time::Duration};

use lettre::message::Mailbox;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Mail, MailSecurity, Settings},
    model::clock::SystemClock,
    outbox::{
        Options, Outbox, Patience,
        letter::Sender,
        mail::{Carrier, Seal, Server},
        strangers::Strangers,
        templates::Templates,
    },
    register::Register,
};

use super::{exit::Failure, secret};

/// Where what strangers hand in is kept, in the data directory.
const STRANGERS: &str = "strangers";

/// What the settings say of mail, every file read and every template tried; `None` where no mail is sent.
pub fn load(settings: &Settings) -> Result<Option<Options>, Failure> {
    let mail = &settings.mail;
    let directory = Some(mail.templates.as_path()).filter(|path| !path.as_os_str().is_empty());
    let templates = Templates::load(directory);
    let templates = templates
        .map_err(|why| Failure::setting("mail.templates", format!("cannot be used: {why}")))?;
    if !mail.is_on() {
        return Ok(None);
    }
    let from: Mailbox = mail
        .from
        .parse()
        .map_err(|why| Failure::setting("mail.from", format!("is no address of mail: {why}")))?;
    let public_url = settings.http.public_url.trim_end_matches('/');
    Ok(Some(Options {
        carrier: Arc::new(carrier(mail, &from)?),
        sender: Sender {
            from,
            public_url: Some(public_url.to_owned()).filter(|url| !url.is_empty()),
        },
        templates: Arc::new(templates),
        patience: Patience {
            first: Duration::from_secs(mail.retry_seconds),
            most: Duration::from_secs(mail.retry_max_seconds),
        },
    }))
}

fn carrier(mail: &Mail, from: &Mailbox) -> Result<Carrier, Failure> {
    let ca = if mail.ca.as_os_str().is_empty() {
        None
    } else {
        Some(fs::read(&mail.ca).map_err(Failure::file("read", &mail.ca))?)
    };
    let credentials = if mail.username.is_empty() {
        None
    } else {
        let text = secret::read("mail.password_file", &mail.password_file)?;
        let password = text.trim_end_matches(['\r', '\n']);
        Some((mail.username.clone(), password.to_owned()))
    };
    let server = Server {
        host: mail.server.clone(),
        // The bounds of the setting are those of a port.
        port: u16::try_from(mail.port).unwrap_or(u16::MAX),
        seal: match mail.security {
            MailSecurity::None => Seal::None,
            MailSecurity::StartTls => Seal::StartTls,
            MailSecurity::Tls => Seal::Tls,
        },
        ca,
        credentials,
        from: from.email.clone(),
        timeout: Duration::from_secs(mail.timeout_seconds),
    };
    Carrier::new(server)
        .map_err(|why| Failure::setting("mail.server", format!("cannot be used: {why}")))
}

/// The store of what strangers hand in, where mail is sent: nobody could prove an address otherwise.
pub fn strangers(
    settings: &Settings,
    options: Option<&Options>,
    register: &Register,
) -> Result<Option<Arc<Strangers>>, Failure> {
    if options.is_none() {
        return Ok(None);
    }
    let directory = settings.data_dir.join(STRANGERS);
    let store = Strangers::open(directory.clone(), register.clone(), Arc::new(SystemClock));
    store
        .map(|store| Some(Arc::new(store)))
        .map_err(Failure::file("use", directory))
}

/// Sends notices until it is told to stop; `None` where no mail is sent.
pub fn serve(
    options: Option<Options>,
    register: &Register,
    strangers: Option<Arc<Strangers>>,
    stopping: CancellationToken,
) -> Option<JoinHandle<()>> {
    let outbox = Outbox::new(register.clone(), options?, strangers?);
    Some(tokio::spawn(outbox.run(stopping)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn settings(from: &str) -> Settings {
        let mut settings = Settings::default();
        settings.mail.server = "localhost".to_owned();
        settings.mail.from = from.to_owned();
        settings
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_key() {
        assert!(load(&Settings::default()).unwrap().is_none());
        assert!(
            load(&settings("Registry <oid@ra.example>"))
                .unwrap()
                .is_some()
        );
        let told = |settings: &Settings| load(settings).unwrap_err().to_string();
        assert!(told(&settings("nobody")).contains("mail.from"));
        let dir = tempfile::tempdir().unwrap();
        let mut wrong = settings("oid@ra.example");
        wrong.mail.templates = dir.path().join("absent");
        assert!(told(&wrong).contains("mail.templates"));
        let mut wrong = settings("oid@ra.example");
        wrong.mail.username = "oidra".to_owned();
        wrong.mail.password_file = dir.path().join("password");
        fs::write(&wrong.mail.password_file, "secret\n").unwrap();
        fs::set_permissions(&wrong.mail.password_file, fs::Permissions::from_mode(0o644)).unwrap();
        let message = told(&wrong);
        assert!(message.contains("mail.password_file") && !message.contains("secret"));
        fs::set_permissions(&wrong.mail.password_file, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(load(&wrong).unwrap().is_some());
    }
}
