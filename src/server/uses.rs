//! Keeping when credentials were used last: read at the start, written each minute and at the end.
//!
//! It is a convenience beside the register: a file that cannot be read or written is told and never stops anything.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::{
    desk::uses::Uses,
    telemetry::events::{Emit as _, UsesUnkept},
};

/// How often it is written, where something has changed.
const SAVED_EVERY: Duration = Duration::from_secs(60);

/// The uses of a data directory's credentials, and their file.
#[derive(Clone)]
pub struct Kept {
    /// The uses.
    pub uses: Arc<Uses>,
    path: PathBuf,
}

impl Kept {
    /// What the data directory tells.
    pub fn open(data_dir: &Path) -> Self {
        let path = data_dir.join("last-used");
        let uses = Uses::load(&path).unwrap_or_else(|why| {
            UsesUnkept {
                path: &path,
                why: &why,
            }
            .emit();
            Uses::default()
        });
        Self {
            uses: Arc::new(uses),
            path,
        }
    }

    /// Writes now and then, for ever.
    pub async fn keep(self) {
        let mut ticks = tokio::time::interval(SAVED_EVERY);
        loop {
            ticks.tick().await;
            self.save().await;
        }
    }

    /// Writes what has changed.
    pub async fn save(&self) {
        let kept = self.clone();
        let saved = tokio::task::spawn_blocking(move || {
            if let Err(why) = kept.uses.save(&kept.path) {
                UsesUnkept {
                    path: &kept.path,
                    why: &why,
                }
                .emit();
            }
        });
        saved.await.ok();
    }
}
