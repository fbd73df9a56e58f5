//! Webhooks: what happens is posted to the addresses that the settings name, signed, in order, and at least once.
//!
//! Each hook has a place in the journal, kept in a file of its own and moved on when its address took what came before: an
//! outage delays and loses nothing, and one hook that fails keeps no other waiting. A new hook begins with what happens next. It
//! must never tell of changes what not everybody may see, nor follow an address that says that it moved.

mod message;
mod place;
mod post;

use std::{path::PathBuf, sync::Arc, time::Duration};

use http::Uri;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    model::{Seq, TreeView as _, ViewFault},
    register::Register,
    telemetry::events::{Emit as _, HookAway, HookTold},
};

use super::{Patience, blocking};
use message::{Message, Messages};
use place::Place;

pub use message::{HOOK_CHANGES_MAX, Secret};
pub use post::Poster;

/// Records or notices that are read for a hook in one go.
const BATCH: usize = 64;

/// How long it takes at most until a record can be read whose head was published.
const READABLE_SOON: Duration = Duration::from_millis(5);

/// What a hook is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// The changes of arcs that everybody may see.
    Changes,
    /// The notices that applicants and registrants are sent, by their ids.
    Notices,
}

/// A hook, as the settings name it.
#[derive(Clone)]
pub struct Hook {
    /// What it is called: the name of its file, and in the log.
    pub name: String,
    /// Where it is posted to.
    pub address: Uri,
    /// What it is signed with.
    pub secret: Secret,
    /// What it is told.
    pub tells: Tells,
}

/// What hooks have in common.
#[derive(Clone)]
pub struct Options {
    /// Where the places are kept.
    pub directory: PathBuf,
    /// What posts.
    pub poster: Arc<Poster>,
    /// How long is waited before another try.
    pub patience: Patience,
    /// The address of the register's pages, without a solidus at its end; `None` where it has none.
    pub public_url: Option<String>,
}

/// Tells a hook what happens, until it is told to stop. To be spawned once for each.
pub async fn run(hook: Hook, register: Register, options: Options, stopping: CancellationToken) {
    let mut heads = register.published();
    let mut running = Running {
        hook,
        register,
        options,
        place: None,
        failures: 0,
    };
    while !stopping.is_cancelled() {
        let more = running.turn(&stopping).await;
        let wait = match more {
            Ok(true) => continue,
            Ok(false) => None,
            Err(why) => Some(running.failed(&why)),
        };
        if !rest(wait, &mut heads, &stopping).await {
            return;
        }
    }
}

/// Waits for so long or, without a span, until something is recorded; whether to go on.
async fn rest(
    wait: Option<Duration>,
    heads: &mut watch::Receiver<Seq>,
    stopping: &CancellationToken,
) -> bool {
    let slept = async {
        match wait {
            Some(wait) => {
                tokio::time::sleep(wait).await;
                true
            }
            None => heads.changed().await.is_ok(),
        }
    };
    tokio::select! {
        () = stopping.cancelled() => false,
        go_on = slept => go_on,
    }
}

struct Running {
    hook: Hook,
    register: Register,
    options: Options,
    place: Option<Place>,
    failures: u32,
}

impl Running {
    /// Tells the next messages; whether there were any.
    async fn turn(&mut self, stopping: &CancellationToken) -> Result<bool, String> {
        let place = match &self.place {
            Some(place) => place.clone(),
            None => self.opened().await?,
        };
        self.place = Some(place.clone());
        let messages = Messages {
            register: self.register.clone(),
            public_url: self.options.public_url.clone(),
            tells: self.hook.tells,
        };
        let batch = blocking(move || messages.after(&place, BATCH)).await;
        let batch = batch.map_err(|fault| fault.to_string())?;
        if batch.is_empty() && self.is_behind() {
            // The head moved before its record can be read.
            tokio::time::sleep(READABLE_SOON).await;
            return Ok(true);
        }
        let any = !batch.is_empty();
        for message in batch {
            if stopping.is_cancelled() {
                return Ok(false);
            }
            self.tell(message).await?;
        }
        Ok(any)
    }

    fn is_behind(&self) -> bool {
        let told = self.place.as_ref().map_or(Seq::ZERO, |place| place.at.seq);
        self.hook.tells == Tells::Changes && told < self.register.newest().seq()
    }

    async fn opened(&self) -> Result<Place, String> {
        let (directory, name) = (self.options.directory.clone(), self.hook.name.clone());
        let register = self.register.clone();
        let opened = blocking(move || {
            let newest = register.newest();
            let id = newest.register()?;
            let id = id.ok_or_else(|| ViewFault("the register has no id".to_owned()))?;
            Place::open(&directory, &name, &id, newest.seq())
                .map_err(|error| ViewFault(error.to_string()))
        });
        opened.await.map_err(|fault| fault.to_string())
    }

    /// Posts a message, where there is anything to tell, and moves on.
    async fn tell(&mut self, message: Message) -> Result<(), String> {
        let Some(place) = &mut self.place else {
            return Ok(());
        };
        if let Some(body) = &message.body {
            let poster = Arc::clone(&self.options.poster);
            let (address, secret) = (self.hook.address.clone(), &self.hook.secret);
            poster.post(address, secret, &message.id, body).await?;
        }
        place.at = message.at;
        if message.body.is_some() {
            let kept = place.clone();
            let kept = blocking(move || {
                kept.keep()
                    .map_err(|error| ViewFault(format!("its place cannot be kept: {error}")))
            });
            kept.await.map_err(|fault| fault.to_string())?;
            self.failures = 0;
            HookTold {
                hook: &self.hook.name,
                message: &message.id,
            }
            .emit();
        }
        Ok(())
    }

    /// How long to wait after another failure.
    fn failed(&mut self, why: &str) -> Duration {
        self.failures = self.failures.saturating_add(1);
        HookAway {
            hook: &self.hook.name,
            why,
            failures: self.failures,
        }
        .emit();
        self.options.patience.after(self.failures)
    }
}
