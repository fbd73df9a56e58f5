//! The API's port: the gRPC face behind its transport, until it is told to stop.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    config::{Limits, Settings},
    desk::{Desk, Options, Rates, uses::Uses},
    grpc::Face,
    model::clock::SystemClock,
    register::Register,
    telemetry::audit::{self, Audit},
};

use super::{
    build::size,
    exit::Failure,
    life::Serving,
    openid,
    signing::verifier_key,
    transport::{self, Bounds, Ports},
};

/// What is kept of the calls beside the register.
pub struct Beside {
    /// Who did, tried or looked at what, where that is wanted.
    pub audit: Option<Audit>,
    /// When credentials were used last.
    pub uses: Arc<Uses>,
}

/// Begins to serve. The task ends when `stopping` is cancelled and every call in flight has ended.
pub async fn serve(
    settings: &Settings,
    ports: Ports,
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
        checkpoint_key: verifier_key(settings)?.into(),
        ..options(limits, stopping.clone())
    };
    let face = Face::new(Arc::new(Desk::new(register.clone(), options)));
    let face = face.map_err(|why| Failure::Serving(why.to_string()))?;
    let bounds = bounds(limits);
    Ok(tokio::spawn(transport::serve(
        ports, bounds, face, stopping,
    )))
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
