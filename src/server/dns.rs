//! The DNS server: from settings to zones, their key and their secondaries, and what serves them.
//!
//! It must never show a secret: neither the key that signs nor those that are shared.

use std::{
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::available_parallelism,
    time::Duration,
};

use domain::base::name::ToName as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Dns, Settings},
    dns::{
        Service, Style, Zone, Zones,
        dnssec::Signer,
        keys::{self, Store},
        live::Options,
        notify::{self, Target},
        record::{self, Fqdn},
        serve::{self, tcp, udp},
    },
    journal,
    model::clock::SystemClock,
    oid::NodePath,
    register::{Entropy as _, Register},
};

use super::{build::size, entropy::SystemEntropy, exit::Failure, secret};

/// Checks what the settings name, as far as that can be done without a register.
pub fn load(settings: &Settings) -> Result<(), Failure> {
    let dns = &settings.dns;
    if dns.is_on() {
        zones(settings, &[])?;
        let store = store(dns)?;
        transfer_keys(dns, &store)?;
        targets(dns, &store)?;
    }
    Ok(())
}

fn name(key: &'static str, text: &str) -> Result<Fqdn, Failure> {
    let name = record::parse_name(text).filter(|name| !name.is_root());
    name.ok_or_else(|| Failure::setting(key, format!("has {text:?}, which is no domain name")))
}

fn seconds(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn style(settings: &Settings) -> Result<Style, Failure> {
    let dns = &settings.dns;
    let url = settings.http.public_url.trim_end_matches('/');
    let servers = dns.name_servers.iter();
    let servers = servers.map(|server| name("dns.name_servers", server));
    let hostmaster = match dns.hostmaster.as_str() {
        "" => None,
        text => Some(name("dns.hostmaster", text)?),
    };
    Ok(Style {
        plain_names: dns.plain_names,
        // Where the HTTP face answers with them.
        information_url: if url.is_empty() {
            String::new()
        } else {
            format!("{url}/ors")
        },
        ttl: seconds(dns.ttl_seconds),
        negative_ttl: seconds(dns.negative_ttl_seconds),
        refresh: seconds(dns.refresh_seconds),
        retry: seconds(dns.retry_seconds),
        expire: seconds(dns.expire_seconds),
        name_servers: servers.collect::<Result<_, _>>()?,
        hostmaster,
    })
}

/// The zones that are set, or one for each of the authority's nodes.
fn zones(settings: &Settings, authorities: &[NodePath]) -> Result<Vec<Zone>, Failure> {
    let (style, dns) = (style(settings)?, &settings.dns);
    let zone = |node: NodePath, apex: Fqdn| Zone {
        node,
        apex,
        style: style.clone(),
    };
    let mut zones = Vec::new();
    for set in &dns.zones {
        let node = if set.oid == "." {
            NodePath::root()
        } else {
            set.oid.parse().map_err(|why| {
                let oid = &set.oid;
                Failure::setting("dns.zones", format!("has {oid:?}, which is no node: {why}"))
            })?
        };
        zones.push(zone(node, name("dns.zones", &set.name)?));
    }
    if zones.is_empty() {
        let domain = name("dns.ors_domain", &dns.ors_domain)?;
        for node in authorities {
            let apex = crate::dns::name::of_node(node, &NodePath::root(), &domain);
            let apex = apex.ok_or_else(|| {
                Failure::setting(
                    "dns.zones",
                    format!("is empty, and {node} is too long for a name"),
                )
            })?;
            zones.push(zone(node.clone(), apex));
        }
    }
    apart(&zones)?;
    Ok(zones)
}

/// Refuses a zone within another, and servers whose names only the zones themselves could tell.
fn apart(zones: &[Zone]) -> Result<(), Failure> {
    for (at, zone) in zones.iter().enumerate() {
        let apex = &zone.apex;
        let mut others = zones.iter().enumerate().filter(|(other, _)| *other != at);
        if let Some((_, other)) = others.find(|(_, other)| apex.ends_with(&other.apex)) {
            let detail = format!("has {apex}, which lies in the zone {}", other.apex);
            return Err(Failure::setting("dns.zones", detail));
        }
        let mut servers = zone.style.name_servers.iter();
        if let Some(server) = servers.find(|server| server.ends_with(apex)) {
            let detail = format!("has {server}, which lies in the zone {apex} itself");
            return Err(Failure::setting("dns.name_servers", detail));
        }
    }
    Ok(())
}

/// The keys shared with secondaries.
fn store(dns: &Dns) -> Result<Store, Failure> {
    if dns.keys.as_os_str().is_empty() {
        return Ok(Store::new());
    }
    let file = &dns.keys;
    let text = secret::read("dns.keys", file)?;
    keys::parse(&text)
        .map_err(|why| Failure::setting("dns.keys", format!("names {}: {why}", file.display())))
}

fn transfer_keys(dns: &Dns, store: &Store) -> Result<Vec<Fqdn>, Failure> {
    let named = dns.transfer_keys.iter();
    let keys = named.map(|text| {
        key("dns.transfer_keys", text, store)?;
        name("dns.transfer_keys", text)
    });
    keys.collect()
}

fn key(
    setting: &'static str,
    text: &str,
    store: &Store,
) -> Result<Arc<domain::tsig::Key>, Failure> {
    let wanted = name(setting, text)?;
    let mut known = store.values();
    let found = known.find(|key| wanted.name_eq(key.name())).cloned();
    found.ok_or_else(|| {
        Failure::setting(
            setting,
            format!("has {text:?}, and dns.keys has no such key"),
        )
    })
}

fn targets(dns: &Dns, store: &Store) -> Result<Vec<Target>, Failure> {
    let each = dns.notify.iter().map(|notify| {
        let key = match notify.key.as_str() {
            "" => None,
            text => Some(key("dns.notify", text, store)?),
        };
        let address = notify.address;
        Ok(Target { address, key })
    });
    each.collect()
}

/// What the zones of an open register are made with.
pub fn options(settings: &Settings, register: &Register) -> Result<Options, Failure> {
    let info = register.info().map_err(|why| unreadable(&why))?;
    Ok(Options {
        zones: zones(settings, &info.authorities)?,
        signer: signer(settings)?,
        directory: settings.data_dir.clone(),
        epoch: register.epoch(),
        clock: Arc::new(SystemClock),
    })
}

/// What signs zones, where they are signed.
pub fn signer(settings: &Settings) -> Result<Option<Signer>, Failure> {
    if !settings.dns.dnssec {
        return Ok(None);
    }
    let entropy = SystemEntropy::draw().map_err(|why| unusable(&why))?;
    let key = journal::keys::dns_key(&settings.data_dir, &entropy);
    let key = key.map_err(|why| unusable(&why))?;
    Ok(Some(Signer::new(key, settings.dns.signature_seconds)))
}

fn unusable(why: &dyn std::fmt::Display) -> Failure {
    Failure::Register {
        what: "the key of zones cannot be used",
        why: why.to_string(),
    }
}

/// Zones that cannot be made.
pub fn unreadable(why: &dyn std::fmt::Display) -> Failure {
    Failure::Register {
        what: "the zones cannot be made",
        why: why.to_string(),
    }
}

/// Begins to serve, once the zones are made.
pub async fn serve(
    settings: &Settings,
    sockets: Vec<(UdpSocket, TcpListener)>,
    register: &Register,
    stopping: CancellationToken,
) -> Result<(), Failure> {
    let dns = &settings.dns;
    if !dns.is_on() {
        return Ok(());
    }
    let options = options(settings, register)?;
    let made_from = register.clone();
    let zones = tokio::task::spawn_blocking(move || Zones::open(made_from, options)).await;
    let zones = zones.map_err(|why| unreadable(&why))?;
    let zones = Arc::new(zones.map_err(|why| unreadable(&why))?);
    let store = store(dns)?;
    let targets = targets(dns, &store)?;
    let secret = SystemEntropy.bytes32();
    let service = serve::Options {
        udp_bytes_max: u16::try_from(dns.udp_bytes).unwrap_or(u16::MAX),
        responses_per_second: dns.responses_per_second,
        transfer_keys: transfer_keys(dns, &store)?,
        keys: store,
        cookie_secret: secret.first_chunk().copied().unwrap_or_default(),
    };
    let service = Arc::new(Service::new(Arc::clone(&zones), service));
    let bounds = tcp::Bounds {
        connections: size(dns.connections),
        connections_per_source: size(dns.connections_per_source),
        idle: Duration::from_secs(dns.idle_seconds),
    };
    let threads = match size(dns.threads) {
        0 => available_parallelism().map_or(1, std::num::NonZero::get),
        threads => threads,
    };
    let stop = Arc::new(AtomicBool::new(false));
    for (udp, tcp) in sockets {
        let what = "no threads could be started for the DNS";
        udp::serve(&service, &udp, threads, &stop)
            .map_err(|source| Failure::Machine { what, source })?;
        tokio::spawn(tcp::serve(
            Arc::clone(&service),
            tcp,
            bounds,
            stopping.clone(),
        ));
    }
    // It follows the register even where nobody is to be told, so that those who ask need not wait for that.
    tokio::spawn(notify::keep(zones, targets, stopping.clone()));
    tokio::spawn(async move {
        stopping.cancelled().await;
        stop.store(true, Ordering::Relaxed);
    });
    Ok(())
}
