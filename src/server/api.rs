//! The API's port: the gRPC face and the HTTP face behind their transport, until it is told to stop.

use std::{sync::Arc, time::Duration};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Http, Limits, Settings},
    desk::{Desk, Options, Rates, uses::Uses},
    http::{self as web, Base},
    model::clock::SystemClock,
    oidip::Publication,
    outbox::strangers::Strangers,
    register::Register,
    telemetry::audit::{self, Audit},
};

use super::{
    build::size,
    exit::Failure,
    faces::Faces,
    life::Serving,
    openid,
    publication::publication,
    signing::{notary, verifier_key},
    transport::{self, Bounds, Ports},
    whois,
};

/// What is kept of the calls beside the register.
pub struct Beside {
    /// Who did, tried or looked at what, where that is wanted.
    pub audit: Option<Audit>,
    /// When credentials were used last.
    pub uses: Arc<Uses>,
    /// What strangers hand in, where that is taken.
    pub strangers: Option<Arc<Strangers>>,
}

/// Every socket that a face answers on.
pub struct Sockets {
    /// Those of the API.
    pub ports: Ports,
    /// That of WHOIS.
    pub whois: Option<TcpListener>,
}

/// Begins to serve. The task ends when `stopping` is cancelled and every call in flight has ended.
pub async fn serve(
    settings: &Settings,
    sockets: Sockets,
    register: &Register,
    beside: Beside,
    stopping: CancellationToken,
) -> Result<Serving, Failure> {
    let limits = &settings.limits;
    let openid = openid::trusted(&settings.openid).await?;
    let openid = openid.map(|(openid, keys)| {
        let every = Duration::from_secs(settings.openid.refresh_seconds);
        let (issuer, wanted) = (Arc::clone(&openid.issuer), Arc::clone(&openid.wanted));
        tokio::spawn(openid::keep(issuer, keys, every, wanted));
        openid
    });
    let options = Options {
        openid,
        audit: beside.audit,
        uses: beside.uses,
        strangers: beside.strangers,
        checkpoint_key: verifier_key(settings)?.into(),
        notary: Some(Arc::new(notary(settings)?)),
        pages: pages(&settings.http).into(),
        ..options(limits, stopping.clone())
    };
    let desk = Arc::new(Desk::new(register.clone(), options));
    let publication = Arc::new(publication(settings)?);
    let options = web(&settings.http, Arc::clone(&publication));
    let face = Faces::new(Arc::clone(&desk), options)?;
    let whois = sockets.whois.map(|listener| {
        let (settings, stopping) = (settings.whois.clone(), stopping.clone());
        tokio::spawn(whois::serve(
            listener,
            settings,
            desk,
            publication,
            stopping,
        ))
    });
    let api = transport::serve(sockets.ports, bounds(limits), face, stopping);
    Ok(tokio::spawn(async move {
        api.await;
        if let Some(whois) = whois {
            // It ends as the other does; a panic in it has been told of.
            whois.await.ok();
        }
    }))
}

/// The audit log, where one is wanted.
pub fn audit(settings: &Settings) -> Result<Option<Audit>, Failure> {
    let wanted = &settings.audit;
    if !wanted.on {
        return Ok(None);
    }
    let directory = if wanted.directory.as_os_str().is_empty() {
        settings.data_dir.join("audit")
    } else {
        wanted.directory.clone()
    };
    let options = audit::Options {
        directory,
        bytes_max: wanted.bytes_max,
        files_max: size(wanted.files_max),
    };
    let what = "no thread could be started for the audit log";
    let audit = Audit::open(options).map_err(|source| Failure::Machine { what, source })?;
    Ok(Some(audit))
}

/// Where the pages on refusals lie, which the HTTP face serves.
fn pages(http: &Http) -> String {
    if http.public_url.is_empty() {
        return String::new();
    }
    Base::new(&http.public_url).url("/")
}

/// How the HTTP face behaves.
fn web(http: &Http, publication: Arc<Publication>) -> web::Options {
    web::Options {
        base: Base::new(&http.public_url),
        kept_seconds: http.cache_seconds,
        publication,
        ..web::Options::default()
    }
}

fn bounds(limits: &Limits) -> Bounds {
    Bounds {
        connections: size(limits.connections),
        connections_per_source: size(limits.connections_per_source),
        streams: u32::try_from(limits.streams_per_connection).unwrap_or(u32::MAX),
        opening: Duration::from_secs(limits.opening_seconds),
        idle: Duration::from_secs(limits.idle_seconds),
        stalled: Duration::from_secs(limits.stalled_seconds),
    }
}

fn options(limits: &Limits, stopping: CancellationToken) -> Options {
    Options {
        stopping,
        call_time_max: Duration::from_secs(limits.deadline_seconds),
        request_bytes_max: size(limits.message_bytes),
        rates: Rates {
            source_reads: limits.source_reads_per_second,
            source_writes: limits.source_writes_per_second,
            principal_reads: limits.principal_reads_per_second,
            principal_writes: limits.principal_writes_per_second,
            source_calls_at_once: limits.calls_per_source,
            token_failures: limits.token_failures_per_minute,
        },
        ..Options::new(Arc::new(SystemClock))
    }
}
