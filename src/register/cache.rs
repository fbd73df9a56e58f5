//! A small cache of superiors: their names stand in nearly every answer.
//!
//! It holds current rows only. A reader notes the shard's epoch, reads the row, and hands the entry in with that epoch; the
//! writer forgets a path (and moves the epoch) after it wrote the row and before it publishes the head. So what a reader
//! read before the write is never kept after it, and an entry found here is current for every reading that is not older
//! than the entry itself. It must never hold what is not there: absence is not cached.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use foldhash::fast::RandomState;

use crate::model::{Entry, Seq};
use crate::oid::NodePath;

/// Parts that are locked apart.
const SHARDS: usize = 16;
/// Entries of one part; a full part is emptied.
const SHARD_ENTRIES_MAX: usize = 512;

#[derive(Default)]
struct Shard {
    // Only what is registered is kept, so that nobody can choose the keys.
    entries: HashMap<NodePath, Arc<Entry>, RandomState>,
    epoch: u64,
}

/// The cache.
#[derive(Default)]
pub(super) struct Cache {
    hasher: RandomState,
    shards: [RwLock<Shard>; SHARDS],
}

impl Cache {
    fn shard(&self, path: &NodePath) -> &RwLock<Shard> {
        let place = self.hasher.hash_one(path) % SHARDS as u64;
        let [first, rest @ ..] = &self.shards;
        usize::try_from(place)
            .ok()
            .and_then(|place| rest.get(place.checked_sub(1)?))
            .unwrap_or(first)
    }

    // Nothing panics while a shard is locked; a poisoned one is as good as any.
    fn read(&self, path: &NodePath) -> RwLockReadGuard<'_, Shard> {
        let shard = self.shard(path);
        shard.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, path: &NodePath) -> RwLockWriteGuard<'_, Shard> {
        let shard = self.shard(path);
        shard.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current entry of `path` as a reading at `at` may use it, or else the epoch to hand in with [`Cache::keep`].
    pub(super) fn get(&self, path: &NodePath, at: Seq) -> Result<Arc<Entry>, u64> {
        let shard = self.read(path);
        match shard.entries.get(path) {
            Some(entry) if entry.revision <= at => Ok(entry.clone()),
            _ => Err(shard.epoch),
        }
    }

    /// Keeps an entry that was read from the current row after `epoch` was noted.
    pub(super) fn keep(&self, entry: &Arc<Entry>, epoch: u64) {
        let mut shard = self.write(&entry.path);
        if shard.epoch == epoch {
            if shard.entries.len() >= SHARD_ENTRIES_MAX {
                shard.entries.clear();
            }
            shard.entries.insert(entry.path.clone(), entry.clone());
        }
    }

    /// Forgets a path whose row was written.
    pub(super) fn forget(&self, path: &NodePath) {
        let mut shard = self.write(path);
        shard.epoch = shard.epoch.wrapping_add(1);
        shard.entries.remove(path);
    }
}
