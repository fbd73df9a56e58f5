//! Responses that were given at the present revision, ready to be sent again.
//!
//! Each is kept under what was asked and under the serial it was made at; another serial empties the cache, so that nothing
//! stale can come out of it. It must never hold what depends on who asks.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::dns::message::Query;

/// Parts that are locked apart.
const SHARDS: usize = 64;
/// Octets of keys and responses that one part keeps; a full part is emptied.
pub const SHARD_BYTES_MAX: usize = 2 * 1024 * 1024;
/// What an entry takes beside its octets, about.
const ENTRY_BYTES: usize = 96;

#[derive(Default)]
struct Shard {
    serial: u32,
    bytes: usize,
    responses: HashMap<Vec<u8>, Arc<[u8]>>,
}

/// The cache.
pub struct Cache {
    hasher: RandomState,
    shards: Vec<Mutex<Shard>>,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }
}

/// What is asked, as a key.
pub fn key(query: &Query) -> Vec<u8> {
    let mut key = Vec::with_capacity(query.name.len() + 3);
    key.extend_from_slice(query.name.as_slice());
    key.extend(query.rtype.to_int().to_be_bytes());
    key.push(u8::from(query.wants_signatures()));
    key
}

impl Cache {
    fn shard(&self, key: &[u8]) -> Option<&Mutex<Shard>> {
        let place = self.hasher.hash_one(key) % SHARDS as u64;
        self.shards.get(usize::try_from(place).ok()?)
    }

    /// The response to what was asked at this serial.
    pub fn get(&self, key: &[u8], serial: u32) -> Option<Arc<[u8]>> {
        // Nothing panics while a part is locked; a poisoned one is as good as any.
        let shard = self
            .shard(key)?
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if shard.serial != serial {
            return None;
        }
        shard.responses.get(key).cloned()
    }

    /// Keeps a response that was made at this serial.
    pub fn keep(&self, key: Vec<u8>, serial: u32, response: &Arc<[u8]>) {
        let Some(shard) = self.shard(&key) else {
            return;
        };
        let bytes = key.len() + response.len() + ENTRY_BYTES;
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if shard.serial != serial || shard.bytes + bytes > SHARD_BYTES_MAX {
            shard.responses.clear();
            (shard.serial, shard.bytes) = (serial, 0);
        }
        shard.bytes += bytes;
        shard.responses.insert(key, Arc::clone(response));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_serial_finds_nothing() {
        let cache = Cache::default();
        let response: Arc<[u8]> = Arc::from(*b"response");
        cache.keep(b"key".to_vec(), 7, &response);
        assert_eq!(cache.get(b"key", 7).as_deref(), Some(&*response));
        assert_eq!(cache.get(b"key", 8), None);
        assert_eq!(cache.get(b"other", 7), None);
    }

    #[test]
    fn a_part_holds_no_more_than_its_bytes() {
        let cache = Cache::default();
        let response: Arc<[u8]> = vec![0; 4_096].into();
        for number in 0..100_000_u32 {
            cache.keep(number.to_be_bytes().to_vec(), 1, &response);
        }
        for shard in &cache.shards {
            let shard = shard.lock().unwrap();
            let held = shard.responses.values().map(|one| one.len()).sum::<usize>();
            assert!(held <= SHARD_BYTES_MAX && shard.bytes <= SHARD_BYTES_MAX);
        }
    }
}
