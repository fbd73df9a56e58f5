//! A server's life: load, bind, build, ready, run, drain. Each phase begins when the one before it is over.
//!
//! * **load** reads settings and files, and binds or makes nothing.
//! * **bind** takes every socket, so that a taken port is told before any work. Metrics and liveness answer from here on.
//! * **build** opens the register, or founds it; this may take long, and a signal ends it (the journal is the truth, so a
//!   half-made table is no loss).
//! * **ready** records newer reference data and tells the operator where everything is.
//! * **run** serves until a signal comes.
//! * **drain** takes no more connections, lets calls in flight end within the grace period, closes the register with the
//!   marker of a clean stop. A second signal ends the process at once.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::{runtime::Runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Settings,
    register::Register,
    telemetry::{
        endpoint,
        events::{Drained, Draining, Emit as _, HeadMoved, Ready, Started},
    },
};

use super::{
    api::{self, Beside, Sockets},
    build::{Built, World, build, load_newer_data},
    dns,
    exit::Failure,
    health::Health,
    hooks,
    listeners::Listeners,
    mail,
    offline::print,
    progress::Shown,
    shutdown::Signals,
    transport::Ports,
    uses::Kept,
    welcome::Welcome,
};

/// Serves until it is told to stop.
pub fn serve(settings: &Settings) -> Result<(), Failure> {
    let started = Instant::now();
    Started {
        data_dir: &settings.data_dir,
    }
    .emit();
    raise_handles();
    let world = World::load(settings)?;
    let what = "no threads could be started";
    let runtime = Runtime::new().map_err(|source| Failure::Machine { what, source })?;
    let ended = runtime.block_on(live(settings, world, started));
    // A build that a signal cut off still runs on its thread; nobody waits for it.
    runtime.shutdown_background();
    ended
}

async fn live(settings: &Settings, world: World, started: Instant) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let listeners = Listeners::bind(settings).await?;
    let (api_address, metrics_address) = (listeners.api_address, listeners.metrics_address);
    let (whois, whois_address) = (listeners.whois, listeners.whois_address);
    let health = Health::starting();
    tokio::spawn(endpoint::serve(
        listeners.metrics,
        health.probe(),
        std::future::pending(),
    ));

    let data = world.data.clone();
    let tls = world.tls.clone();
    let (mail, hooks) = (world.mail.clone(), world.hooks.clone());
    let building = build_aside(settings.clone(), world);
    let Built { register, opened } = tokio::select! {
        built = building => built?,
        signal = signals.next() => {
            Draining { signal, grace: Duration::ZERO }.emit();
            return Ok(());
        }
    };
    load_newer_data(&register, data).await?;
    health.follow(register.readiness());
    let stopping = CancellationToken::new();
    let sealed = tls.is_some();
    if let (Some(tls), Some(hangup)) = (&tls, signals.hangup()) {
        tokio::spawn(Arc::clone(tls).keep_fresh(hangup, stopping.clone()));
    }
    let ports = Ports {
        api: listeners.api,
        tls,
        local: listeners.local,
    };
    let audit = api::audit(settings)?;
    let uses = Kept::open(&settings.data_dir);
    tokio::spawn(uses.clone().keep());
    let strangers = mail::strangers(settings, mail.as_ref(), &register)?;
    let kept = Beside {
        strangers: strangers.clone(),
        audit: audit.clone(),
        uses: Arc::clone(&uses.uses),
    };
    let sockets = Sockets { ports, whois };
    let mut serving = api::serve(settings, sockets, &register, kept, stopping.clone()).await?;
    dns::serve(settings, listeners.dns, &register, stopping.clone()).await?;
    let mut posting = hooks::serve(hooks, &register, &stopping);
    posting.extend(mail::serve(mail, &register, strangers, stopping.clone()));
    keep_house(&register);
    let info = register.info().map_err(|why| Failure::Register {
        what: "the register cannot be read",
        why: why.to_string(),
    })?;
    Ready {
        register: &info.register,
        head: info.head,
        took: started.elapsed(),
    }
    .emit();
    let welcome = Welcome {
        info: &info,
        api: api_address,
        sealed,
        whois: whois_address,
        metrics: metrics_address,
        data_dir: &settings.data_dir,
        founded: opened.founded,
    };
    print(&welcome.text())?;

    let signal = tokio::select! {
        signal = signals.next() => signal,
        ended = &mut serving => return Err(stopped_by_itself(ended)),
    };
    let grace = Duration::from_secs(settings.drain.grace_seconds);
    Draining { signal, grace }.emit();
    signals.next_one_ends_the_process();
    drain(register, serving, posting, stopping, grace).await;
    uses.save().await;
    if let Some(audit) = audit {
        // What was told last must stand, too; a disk that hangs is not waited for.
        tokio::task::spawn_blocking(move || audit.close())
            .await
            .ok();
    }
    Ok(())
}

/// Takes as many file handles as the system gives: each connection needs one.
fn raise_handles() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where it is refused, connections that find no handle wait.
    setrlimit(Resource::Nofile, limit).ok();
}

/// Builds on a thread where blocking is allowed.
async fn build_aside(settings: Settings, world: World) -> Result<Built, Failure> {
    let built = tokio::task::spawn_blocking(move || {
        let shown = Shown::new();
        let built = build(&settings, world, &shown);
        shown.finish();
        built
    });
    built.await.unwrap_or_else(|why| {
        let what = "opening the register failed by a fault of the program";
        Err(Failure::Register {
            what,
            why: why.to_string(),
        })
    })
}

/// What goes on beside the calls: expiry, checkpoints, the head as metrics show it.
fn keep_house(register: &Register) {
    tokio::spawn(register.clone().keep_house());
    let mut published = register.published();
    tokio::spawn(async move {
        while published.changed().await.is_ok() {
            let head = *published.borrow_and_update();
            HeadMoved { head }.emit();
        }
    });
}

/// How serving ends.
pub type Serving = JoinHandle<()>;

fn stopped_by_itself(ended: Result<(), tokio::task::JoinError>) -> Failure {
    Failure::Serving(match ended {
        Ok(()) => "it ended without being asked to".to_owned(),
        Err(why) => why.to_string(),
    })
}

/// Lets what is in flight end, then closes the register.
async fn drain(
    register: Register,
    mut serving: Serving,
    posting: Vec<JoinHandle<()>>,
    stopping: CancellationToken,
    grace: Duration,
) {
    let begun = Instant::now();
    stopping.cancel();
    let whole = tokio::time::timeout(grace, &mut serving).await.is_ok();
    serving.abort();
    // What is being handed in may be recorded; what takes longer is sent again after the next start.
    for posting in posting {
        tokio::time::timeout(grace.saturating_sub(begun.elapsed()), posting)
            .await
            .ok();
    }
    register.close().await;
    Drained {
        whole,
        took: begun.elapsed(),
    }
    .emit();
}
