//! What each setting may be. Both ends are allowed; one past each is refused and tested.

use std::net::SocketAddr;

use super::{
    ClientAuth, ConfigError, Dns, Mail, MailSecurity, OpenId, Settings, Tls, WebhookTells,
};

/// Most characters of a checkpoint's origin.
pub const ORIGIN_CHARS_MAX: usize = 128;

/// Most bytes of the public URL: it stands in DNS records too.
pub const PUBLIC_URL_BYTES_MAX: usize = 255;

/// Most webhooks: each has a task and a place of its own.
pub const WEBHOOKS_MAX: usize = 32;

/// Most media types that are taken beside those that always are.
pub const MEDIA_TYPES_MAX: usize = 32;

/// Most characters of a media type.
pub const MEDIA_TYPE_CHARS_MAX: usize = 127;

/// Most characters of a webhook's name.
pub const WEBHOOK_NAME_CHARS_MAX: usize = 64;

/// A number that is bounded: its key, the value, the least and the most it may be.
struct Bound {
    key: &'static str,
    of: fn(&Settings) -> u64,
    least: u64,
    most: u64,
}

const KIB: u64 = 1_024;
const MIB: u64 = 1_024 * KIB;
const GIB: u64 = 1_024 * MIB;
const DAY_SECONDS: u64 = 86_400;

/// Every number that can be set.
const BOUNDS: &[Bound] = &[
    bound(
        "journal.segment_bytes",
        |s| s.journal.segment_bytes,
        MIB,
        GIB,
    ),
    bound(
        "journal.checkpoint_seconds",
        |s| s.journal.checkpoint_seconds,
        1,
        DAY_SECONDS,
    ),
    bound(
        "openid.refresh_seconds",
        |s| s.openid.refresh_seconds,
        60,
        DAY_SECONDS,
    ),
    bound(
        "projection.cache_bytes",
        |s| s.projection.cache_bytes,
        8 * MIB,
        1_024 * GIB,
    ),
    bound(
        "limits.queue_requests",
        |s| s.limits.queue_requests,
        1,
        1_000_000,
    ),
    bound("limits.batch_records", |s| s.limits.batch_records, 1, 4_096),
    bound(
        "limits.message_bytes",
        |s| s.limits.message_bytes,
        64 * KIB,
        64 * MIB,
    ),
    bound(
        "limits.deadline_seconds",
        |s| s.limits.deadline_seconds,
        1,
        3_600,
    ),
    bound("limits.connections", |s| s.limits.connections, 1, 65_536),
    bound(
        "limits.connections_per_source",
        |s| s.limits.connections_per_source,
        1,
        65_536,
    ),
    bound(
        "limits.opening_seconds",
        |s| s.limits.opening_seconds,
        1,
        300,
    ),
    bound(
        "limits.idle_seconds",
        |s| s.limits.idle_seconds,
        1,
        DAY_SECONDS,
    ),
    bound(
        "limits.stalled_seconds",
        |s| s.limits.stalled_seconds,
        1,
        3_600,
    ),
    bound(
        "limits.calls_per_source",
        |s| s.limits.calls_per_source,
        0,
        4_096,
    ),
    bound(
        "limits.source_reads_per_second",
        |s| s.limits.source_reads_per_second,
        0,
        10_000_000,
    ),
    bound(
        "limits.source_writes_per_second",
        |s| s.limits.source_writes_per_second,
        0,
        10_000_000,
    ),
    bound(
        "limits.principal_reads_per_second",
        |s| s.limits.principal_reads_per_second,
        0,
        10_000_000,
    ),
    bound(
        "limits.principal_writes_per_second",
        |s| s.limits.principal_writes_per_second,
        0,
        10_000_000,
    ),
    bound(
        "limits.token_failures_per_minute",
        |s| s.limits.token_failures_per_minute,
        0,
        1_000_000,
    ),
    bound(
        "limits.streams_per_connection",
        |s| s.limits.streams_per_connection,
        1,
        65_536,
    ),
    bound(
        "limits.request_horizon_seconds",
        |s| s.limits.request_horizon_seconds,
        60,
        366 * DAY_SECONDS,
    ),
    bound(
        "http.cache_seconds",
        |s| s.http.cache_seconds,
        0,
        DAY_SECONDS,
    ),
    bound("dns.ttl_seconds", |s| s.dns.ttl_seconds, 1, 7 * DAY_SECONDS),
    bound(
        "dns.negative_ttl_seconds",
        |s| s.dns.negative_ttl_seconds,
        1,
        DAY_SECONDS,
    ),
    bound(
        "dns.refresh_seconds",
        |s| s.dns.refresh_seconds,
        1,
        7 * DAY_SECONDS,
    ),
    bound("dns.retry_seconds", |s| s.dns.retry_seconds, 1, DAY_SECONDS),
    bound(
        "dns.expire_seconds",
        |s| s.dns.expire_seconds,
        60,
        90 * DAY_SECONDS,
    ),
    bound(
        "dns.signature_seconds",
        |s| s.dns.signature_seconds,
        3_600,
        366 * DAY_SECONDS,
    ),
    bound("dns.udp_bytes", |s| s.dns.udp_bytes, 512, 4_096),
    bound(
        "dns.responses_per_second",
        |s| s.dns.responses_per_second,
        0,
        1_000_000,
    ),
    bound("dns.threads", |s| s.dns.threads, 0, 256),
    bound("dns.connections", |s| s.dns.connections, 1, 65_536),
    bound(
        "dns.connections_per_source",
        |s| s.dns.connections_per_source,
        1,
        65_536,
    ),
    bound("dns.idle_seconds", |s| s.dns.idle_seconds, 1, 3_600),
    bound("audit.bytes_max", |s| s.audit.bytes_max, 64 * KIB, GIB),
    bound("audit.files_max", |s| s.audit.files_max, 2, 10_000),
    bound("whois.connections", |s| s.whois.connections, 8, 65_536),
    bound(
        "whois.connections_per_source",
        |s| s.whois.connections_per_source,
        1,
        65_536,
    ),
    bound("whois.request_seconds", |s| s.whois.request_seconds, 1, 300),
    bound("whois.answer_seconds", |s| s.whois.answer_seconds, 1, 3_600),
    bound("mail.port", |s| s.mail.port, 1, 65_535),
    bound(
        "webhooks.timeout_seconds",
        |s| s.webhooks.timeout_seconds,
        1,
        600,
    ),
    bound(
        "webhooks.retry_seconds",
        |s| s.webhooks.retry_seconds,
        1,
        3_600,
    ),
    bound(
        "webhooks.retry_max_seconds",
        |s| s.webhooks.retry_max_seconds,
        1,
        86_400,
    ),
    bound(
        "attachments.file_bytes",
        |s| s.attachments.file_bytes,
        0,
        64 * MIB,
    ),
    bound(
        "attachments.application_bytes",
        |s| s.attachments.application_bytes,
        0,
        256 * MIB,
    ),
    bound(
        "attachments.total_bytes",
        |s| s.attachments.total_bytes,
        0,
        1_024 * GIB,
    ),
    bound("mail.timeout_seconds", |s| s.mail.timeout_seconds, 1, 600),
    bound("mail.retry_seconds", |s| s.mail.retry_seconds, 1, 3_600),
    bound(
        "mail.retry_max_seconds",
        |s| s.mail.retry_max_seconds,
        1,
        DAY_SECONDS,
    ),
    bound("drain.grace_seconds", |s| s.drain.grace_seconds, 0, 3_600),
];

const fn bound(key: &'static str, of: fn(&Settings) -> u64, least: u64, most: u64) -> Bound {
    Bound {
        key,
        of,
        least,
        most,
    }
}

/// Refuses the first setting that is outside what it may be.
pub fn check(settings: &Settings) -> Result<(), ConfigError> {
    for bound in BOUNDS {
        let value = (bound.of)(settings);
        if value < bound.least || value > bound.most {
            let detail = format!(
                "is {value} and must be from {} to {}",
                bound.least, bound.most
            );
            return Err(ConfigError::OutOfBounds {
                key: bound.key,
                detail,
            });
        }
    }
    tls(&settings.tls)?;
    openid(&settings.openid)?;
    public_url(&settings.http.public_url)?;
    dns(&settings.dns)?;
    mail(&settings.mail)?;
    webhooks(settings)?;
    attachments(&settings.attachments.media_types)?;
    let sealed = settings.tls.is_on() || settings.allow_plaintext;
    on_loopback("listen", settings.listen, sealed)?;
    on_loopback(
        "metrics.listen",
        settings.metrics.listen,
        settings.allow_plaintext,
    )?;
    if settings.whois.on && settings.whois.tokens {
        on_loopback(
            "whois.listen",
            settings.whois.listen,
            settings.allow_plaintext,
        )?;
    }
    if settings.data_dir.as_os_str().is_empty() {
        return wrong("data_dir", "is empty");
    }
    origin(&settings.journal.origin)
}

fn wrong(key: &'static str, detail: &str) -> Result<(), ConfigError> {
    let detail = detail.to_owned();
    Err(ConfigError::OutOfBounds { key, detail })
}

/// Tokens would be readable on the way, so plain text stays on the machine unless the operator says otherwise.
fn on_loopback(key: &'static str, address: SocketAddr, allowed: bool) -> Result<(), ConfigError> {
    if allowed || address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    let detail = format!(
        "is {address}, which is not on loopback, and what is sent there is plain text: name a certificate in [tls] (for listen), \
         or put TLS in front of it and set allow_plaintext = true"
    );
    Err(ConfigError::OutOfBounds { key, detail })
}

/// Files that belong together are named together.
fn tls(tls: &Tls) -> Result<(), ConfigError> {
    let has = |path: &std::path::Path| !path.as_os_str().is_empty();
    if has(&tls.certificate) != has(&tls.key) {
        let (set, unset) = ("tls.certificate", "tls.key");
        let (key, other) = if has(&tls.key) {
            (set, unset)
        } else {
            (unset, set)
        };
        return wrong(key, &format!("is empty and {other} is not"));
    }
    if has(&tls.client_ca) && !tls.is_on() {
        return wrong("tls.certificate", "is empty and tls.client_ca is not");
    }
    match (tls.client_auth, has(&tls.client_ca)) {
        (ClientAuth::None, true) => wrong(
            "tls.client_auth",
            "is none, so that nobody is asked for a certificate of tls.client_ca",
        ),
        (ClientAuth::Optional | ClientAuth::Required, false) => wrong(
            "tls.client_ca",
            "is empty, and tls.client_auth asks for certificates",
        ),
        _ => Ok(()),
    }
}

/// An issuer is trusted for an audience and with keys, or not at all.
fn openid(openid: &OpenId) -> Result<(), ConfigError> {
    let parts = [
        ("openid.issuer", &openid.issuer),
        ("openid.audience", &openid.audience),
        ("openid.keys", &openid.keys),
    ];
    let named = parts.iter().any(|(_, value)| !value.is_empty());
    for (key, value) in parts {
        if (named || !openid.roles.is_empty()) && value.is_empty() {
            return wrong(key, "is empty, and other keys of [openid] are not");
        }
    }
    Ok(())
}

/// Links are made by putting paths behind it (RFC 3986 5.2 is not asked).
fn public_url(url: &str) -> Result<(), ConfigError> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_graphic() && !"<>\"?#\\^`{|}".contains(c);
    let good = rest
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(plain));
    if url.is_empty() || (good && url.len() <= PUBLIC_URL_BYTES_MAX) {
        return Ok(());
    }
    wrong(
        "http.public_url",
        "must be empty or begin with https:// or http://, with a host, in at most 255 bytes of ASCII, without a query",
    )
}

/// A zone has servers, and its times fit together.
fn dns(dns: &Dns) -> Result<(), ConfigError> {
    if dns.is_on() && dns.name_servers.is_empty() {
        return wrong("dns.name_servers", "is empty, and dns.listen is not");
    }
    if dns.is_on() && dns.negative_ttl_seconds > dns.ttl_seconds {
        return wrong("dns.negative_ttl_seconds", "is more than dns.ttl_seconds");
    }
    // What was signed last before a secondary lost its primary must hold until the secondary gives up.
    if dns.is_on() && dns.dnssec && dns.expire_seconds > dns.signature_seconds / 4 * 3 {
        let detail = "is more than three quarters of dns.signature_seconds: a secondary could answer with signatures \
                      that hold no longer";
        return wrong("dns.expire_seconds", detail);
    }
    Ok(())
}

/// A letter has a sender, and a name and a password go together.
fn mail(mail: &Mail) -> Result<(), ConfigError> {
    if mail.is_on() && mail.from.is_empty() {
        return wrong("mail.from", "is empty, and mail.server is not");
    }
    if mail.username.is_empty() != mail.password_file.as_os_str().is_empty() {
        return wrong("mail.password_file", "and mail.username go together");
    }
    let local = ["localhost", "127.0.0.1", "::1"].contains(&mail.server.as_str());
    if mail.is_on() && mail.security == MailSecurity::None && !local {
        let detail = "is none beyond this machine: anybody on the way could read the mail";
        return wrong("mail.security", detail);
    }
    Ok(())
}

/// Each media type is a type and a subtype, and they are few.
fn attachments(media_types: &[String]) -> Result<(), ConfigError> {
    let key = "attachments.media_types";
    if media_types.len() > MEDIA_TYPES_MAX {
        return wrong(key, &format!("names more than {MEDIA_TYPES_MAX}"));
    }
    match media_types.iter().find(|one| !is_media_type(one)) {
        Some(one) => wrong(key, &format!("names {one:?}, which is no media type")),
        None => Ok(()),
    }
}

/// RFC 6838: a type, a stroke and a subtype.
fn is_media_type(value: &str) -> bool {
    let word = |part: &str| {
        let fine = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        !part.is_empty() && part.bytes().all(fine)
    };
    let halves = value.split_once('/');
    value.len() <= MEDIA_TYPE_CHARS_MAX
        && halves.is_some_and(|(kind, rest)| word(kind) && word(rest))
}

/// Each webhook has a name that can be a file's, and an address to which nothing travels in plain text beyond this machine.
fn webhooks(settings: &Settings) -> Result<(), ConfigError> {
    let (key, to) = ("webhooks.to", &settings.webhooks.to);
    if to.len() > WEBHOOKS_MAX {
        return wrong(key, &format!("names more than {WEBHOOKS_MAX}"));
    }
    for (at, hook) in to.iter().enumerate() {
        let name = hook.name.as_str();
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = (1..=WEBHOOK_NAME_CHARS_MAX).contains(&name.len());
        if !fits || !name.bytes().all(word) {
            let detail = format!("has the name {name:?}: 1 to 64 of a to z, 0 to 9 and the hyphen");
            return wrong(key, &detail);
        }
        if to.iter().take(at).any(|other| other.name == name) {
            return wrong(key, &format!("has the name {name} twice"));
        }
        let host = |rest: &str| {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            rest.get(..end).unwrap_or_default().to_owned()
        };
        let sealed = hook.url.strip_prefix("https://").map(host);
        let plain = hook.url.strip_prefix("http://").map(host);
        let here = ["127.0.0.1", "[::1]", "localhost"];
        let is_here = |host: &str| {
            let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
            here.contains(&host) || here.contains(&bare)
        };
        let fine = sealed.is_some_and(|host| !host.is_empty() && !host.contains('@'))
            || plain.is_some_and(|host| is_here(&host));
        if !fine {
            let detail = format!(
                "{name} needs an address that begins with https:// (http:// on this machine alone)"
            );
            return wrong(key, &detail);
        }
        if hook.secret_file.as_os_str().is_empty() {
            return wrong(key, &format!("{name} needs a secret_file"));
        }
        if hook.tells == WebhookTells::Notices && !settings.mail.is_on() {
            return wrong(
                key,
                &format!("{name} tells notices, and there are none without mail.server"),
            );
        }
    }
    Ok(())
}

/// The origin is the first line of a checkpoint and the name in its signature (C2SP tlog-checkpoint, signed-note).
fn origin(text: &str) -> Result<(), ConfigError> {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    if (1..=ORIGIN_CHARS_MAX).contains(&text.chars().count()) && text.chars().all(plain) {
        return Ok(());
    }
    wrong(
        "journal.origin",
        "must be 1 to 128 characters without spaces or `+`, such as oid.example.org/register",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, load};

    fn said(name: &str, value: &str) -> Result<Settings, String> {
        let environment = [(name.to_owned(), value.to_owned())];
        load(&Flags::default(), environment).map_err(|fault| fault.to_string())
    }

    #[test]
    fn one_past_each_bound_is_refused_with_its_key() {
        for bound in BOUNDS {
            let name = format!("OIDRA_{}", bound.key.replace('.', "_").to_uppercase());
            said(&name, &bound.least.to_string()).unwrap();
            said(&name, &bound.most.to_string()).unwrap();
            let above = said(&name, &(bound.most + 1).to_string()).unwrap_err();
            assert!(above.contains(bound.key), "{above}");
            if bound.least > 0 {
                let below = said(&name, &(bound.least - 1).to_string()).unwrap_err();
                assert!(below.contains(bound.key), "{below}");
            }
        }
    }

    #[test]
    fn every_number_is_bounded() {
        let all = toml::Table::try_from(Settings::default()).unwrap();
        for (section, keys) in all.iter().filter_map(|(k, v)| Some((k, v.as_table()?))) {
            for (key, _) in keys.iter().filter(|(_, value)| value.is_integer()) {
                let key = format!("{section}.{key}");
                assert!(BOUNDS.iter().any(|bound| bound.key == key), "{key}");
            }
        }
    }

    fn hooked(name: &str, url: &str, tells: WebhookTells) -> Settings {
        let mut settings = Settings::default();
        settings.webhooks.to.push(crate::config::Webhook {
            name: name.to_owned(),
            url: url.to_owned(),
            secret_file: "secret".into(),
            tells,
        });
        settings
    }

    #[test]
    fn nothing_is_posted_in_plain_text_beyond_this_machine() {
        let changes = WebhookTells::Changes;
        let is_fine = |url: &str| check(&hooked("one", url, changes)).is_ok();
        for fine in [
            "https://app.example/hook",
            "https://app.example:8443?x",
            "http://localhost/hook",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/hook",
            "http://[::1]/hook",
        ] {
            assert!(is_fine(fine), "{fine}");
        }
        for wrong in [
            "",
            "app.example",
            "https://",
            "https:///hook",
            "https://user@app.example/",
            "http://app.example/hook",
            "http://localhost.example/",
            "http://127.0.0.1@app.example/",
            "ftp://localhost/",
        ] {
            assert!(!is_fine(wrong), "{wrong}");
        }
    }

    #[test]
    fn media_types_are_few_and_each_is_one() {
        let with = |all: Vec<String>| {
            let mut settings = Settings::default();
            settings.attachments.media_types = all;
            check(&settings).is_ok()
        };
        assert!(with(vec!["application/zip".to_owned(); MEDIA_TYPES_MAX]));
        assert!(!with(vec![
            "application/zip".to_owned();
            MEDIA_TYPES_MAX + 1
        ]));
        let long = |chars: usize| vec![format!("a/{}", "b".repeat(chars - 2))];
        assert!(with(long(MEDIA_TYPE_CHARS_MAX)));
        assert!(!with(long(MEDIA_TYPE_CHARS_MAX + 1)));
        for wrong in ["", "zip", "a/", "/b", "a b/c", "a/b;c=d"] {
            assert!(!with(vec![wrong.to_owned()]), "{wrong}");
        }
    }

    #[test]
    fn webhooks_are_few_and_each_has_a_name_of_its_own() {
        let url = "https://app.example/hook";
        let changes = WebhookTells::Changes;
        let named = |name: &str| check(&hooked(name, url, changes)).is_ok();
        assert!(named("a-1") && named(&"x".repeat(WEBHOOK_NAME_CHARS_MAX)));
        for wrong in ["", "A", "a b", "../a", "a.b", "ä"] {
            assert!(!named(wrong), "{wrong}");
        }
        assert!(!named(&"x".repeat(WEBHOOK_NAME_CHARS_MAX + 1)));
        let mut many = hooked("h", url, changes);
        let one = many.webhooks.to[0].clone();
        many.webhooks.to = (0..WEBHOOKS_MAX)
            .map(|n| crate::config::Webhook {
                name: format!("h{n}"),
                ..one.clone()
            })
            .collect();
        check(&many).unwrap();
        many.webhooks.to.push(one.clone());
        assert!(check(&many).is_err());
        let mut twice = hooked("h", url, changes);
        twice.webhooks.to.push(one);
        assert!(check(&twice).is_err());
        assert!(check(&hooked("h", url, WebhookTells::Notices)).is_err());
    }

    #[test]
    fn the_public_url_is_one_that_paths_can_follow() {
        let name = "OIDRA_HTTP_PUBLIC_URL";
        let longest = format!("https://{}", "a".repeat(PUBLIC_URL_BYTES_MAX - 8));
        for good in [
            "",
            "https://oid.example.org",
            "http://127.0.0.1:8340/x/",
            &longest,
        ] {
            said(name, good).unwrap();
        }
        let longer = format!("{longest}a");
        for bad in [
            "oid.example.org",
            "https://",
            "https:///x",
            "https://a?b",
            "ftp://a",
            "https://a b",
            &longer,
        ] {
            assert!(
                said(name, bad).unwrap_err().contains("http.public_url"),
                "{bad}"
            );
        }
    }

    #[test]
    fn plain_text_leaves_the_machine_only_when_allowed() {
        said("OIDRA_LISTEN", "[::1]:1").unwrap();
        said("OIDRA_LISTEN", "[::ffff:127.0.0.1]:1").unwrap();
        assert!(
            said("OIDRA_LISTEN", "0.0.0.0:1")
                .unwrap_err()
                .contains("allow_plaintext")
        );
        assert!(
            said("OIDRA_METRICS_LISTEN", "192.0.2.1:1")
                .unwrap_err()
                .contains("metrics.listen")
        );
        let settings = Settings {
            listen: "0.0.0.0:1".parse().unwrap(),
            allow_plaintext: true,
            ..Settings::default()
        };
        check(&settings).unwrap();
    }

    #[test]
    fn tls_may_leave_the_machine_and_its_files_are_named_together() {
        let with = |certificate: &str, key: &str, client_ca: &str, client_auth| Settings {
            listen: "0.0.0.0:1".parse().unwrap(),
            tls: Tls {
                certificate: certificate.into(),
                key: key.into(),
                client_ca: client_ca.into(),
                client_auth,
            },
            ..Settings::default()
        };
        check(&with("c", "k", "", ClientAuth::None)).unwrap();
        check(&with("c", "k", "a", ClientAuth::Optional)).unwrap();
        check(&with("c", "k", "a", ClientAuth::Required)).unwrap();
        for (settings, key) in [
            (with("c", "", "", ClientAuth::None), "tls.key"),
            (with("", "k", "", ClientAuth::None), "tls.certificate"),
            (with("", "", "a", ClientAuth::Required), "tls.certificate"),
            (with("c", "k", "a", ClientAuth::None), "tls.client_auth"),
            (with("c", "k", "", ClientAuth::Optional), "tls.client_ca"),
            (with("c", "k", "", ClientAuth::Required), "tls.client_ca"),
        ] {
            let said = check(&settings).unwrap_err().to_string();
            assert!(said.starts_with(&format!("the setting {key} ")), "{said}");
        }
        let mut settings = with("c", "k", "", ClientAuth::None);
        settings.metrics.listen = "192.0.2.1:1".parse().unwrap();
        let said = check(&settings).unwrap_err().to_string();
        assert!(said.contains("metrics.listen"), "{said}");
    }

    #[test]
    fn whois_is_for_everybody_but_tokens_stay_on_the_machine() {
        let mut settings = Settings::default();
        settings.whois.on = true;
        settings.whois.listen = "0.0.0.0:43".parse().unwrap();
        check(&settings).unwrap();
        settings.whois.tokens = true;
        let said = check(&settings).unwrap_err().to_string();
        assert!(said.contains("whois.listen"), "{said}");
        settings.allow_plaintext = true;
        check(&settings).unwrap();
    }

    #[test]
    fn a_zone_has_servers_and_outlives_its_secondaries() {
        let mut settings = Settings::default();
        settings.dns.listen = vec!["127.0.0.1:53".parse().unwrap()];
        let said = check(&settings).unwrap_err().to_string();
        assert!(said.contains("dns.name_servers"), "{said}");
        settings.dns.name_servers = vec!["ns1.example".to_owned()];
        check(&settings).unwrap();
        settings.dns.negative_ttl_seconds = settings.dns.ttl_seconds + 1;
        let said = check(&settings).unwrap_err().to_string();
        assert!(said.contains("dns.negative_ttl_seconds"), "{said}");
        settings.dns.negative_ttl_seconds = settings.dns.ttl_seconds;
        settings.dns.expire_seconds = settings.dns.signature_seconds / 4 * 3 + 1;
        let said = check(&settings).unwrap_err().to_string();
        assert!(said.contains("dns.expire_seconds"), "{said}");
        settings.dns.dnssec = false;
        check(&settings).unwrap();
    }

    #[test]
    fn an_origin_is_one_plain_word() {
        said("OIDRA_JOURNAL_ORIGIN", &"a".repeat(ORIGIN_CHARS_MAX)).unwrap();
        for bad in ["", "two words", "a+b", &"a".repeat(ORIGIN_CHARS_MAX + 1)] {
            assert!(said("OIDRA_JOURNAL_ORIGIN", bad).is_err(), "{bad:?}");
        }
    }
}
