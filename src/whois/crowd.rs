//! Connections that wait for their request line, the one that has waited longest first to go when they are too many.
//!
//! So whoever opens many connections and says nothing ends its own first, and the next decent one finds a place.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

/// Those that wait.
#[derive(Clone, Debug)]
pub(super) struct Crowd {
    most: usize,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    by_age: BTreeMap<u64, CancellationToken>,
}

impl Crowd {
    /// Room for `most`.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            waiting: Arc::default(),
        }
    }

    /// A place for one more; where there is none, the one that has waited longest loses its own.
    pub(super) fn place(&self) -> Place {
        let mut waiting = self.lock();
        if waiting.by_age.len() >= self.most
            && let Some((_, oldest)) = waiting.by_age.pop_first()
        {
            oldest.cancel();
        }
        let number = waiting.next;
        waiting.next = number.wrapping_add(1);
        let lost = CancellationToken::new();
        waiting.by_age.insert(number, lost.clone());
        drop(waiting);
        Place {
            crowd: self.clone(),
            number,
            lost,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Crowd,
    number: u64,
    lost: CancellationToken,
}

impl Place {
    /// Ends when the place is lost to another.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.lock().by_age.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_waited_longest_goes_first() {
        let crowd = Crowd::new(2);
        let (one, two) = (crowd.place(), crowd.place());
        assert!(!one.lost.is_cancelled());
        let three = crowd.place();
        assert!(one.lost.is_cancelled() && !two.lost.is_cancelled());
        drop((one, two));
        let four = crowd.place();
        assert!(!three.lost.is_cancelled() && !four.lost.is_cancelled());
        drop((three, four));
        assert!(crowd.lock().by_age.is_empty());
    }
}
