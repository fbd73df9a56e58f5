//! The connections that are open, the one that has been longest the first to go when they are too many.
//!
//! A decent one lasts a moment. So whoever opens many and says nothing, or reads nothing, ends its own first, and the next
//! decent one finds a place.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

/// Those that are open.
#[derive(Clone, Debug)]
pub(super) struct Crowd {
    most: usize,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    by_age: BTreeMap<u64, CancellationToken>,
}

impl Crowd {
    /// Room for `most`.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            open: Arc::default(),
        }
    }

    /// A place for one more; where there is none, the one that has been longest loses its own.
    pub(super) fn place(&self) -> Place {
        let mut open = self.lock();
        if open.by_age.len() >= self.most
            && let Some((_, oldest)) = open.by_age.pop_first()
        {
            oldest.cancel();
        }
        let number = open.next;
        open.next = number.wrapping_add(1);
        let lost = CancellationToken::new();
        open.by_age.insert(number, lost.clone());
        drop(open);
        Place {
            crowd: self.clone(),
            number,
            lost,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn the_oldest_goes_first() {
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
