//! Health, as the register says: for the metrics endpoint, for `grpc.health.v1`, for the logs.
//!
//! Ready means that reads are answered. A register that has stopped writing is ready still; its writing service is not.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    register::Readiness,
    telemetry::{
        endpoint::Probe,
        events::{Emit as _, JournalUnreadable, Unready, Writable, WriterStopped},
        metrics,
    },
};

/// What a prober is told before the register is open.
const STARTING: &str = "starting";

/// Health before and after the register is open.
#[derive(Debug)]
pub struct Health {
    register: watch::Sender<Option<watch::Receiver<Readiness>>>,
}

impl Health {
    /// Not ready yet.
    pub fn starting() -> Self {
        Self {
            register: watch::Sender::new(None),
        }
    }

    /// What the metrics endpoint asks.
    pub fn probe(&self) -> Probe {
        let register = self.register.subscribe();
        Arc::new(move || match register.borrow().as_ref() {
            None => Err(STARTING.to_owned()),
            Some(readiness) => answer(&readiness.borrow()),
        })
    }

    /// From now on the register says how it is; what changes is told.
    pub fn follow(&self, mut readiness: watch::Receiver<Readiness>) {
        self.register.send_replace(Some(readiness.clone()));
        tokio::spawn(async move {
            loop {
                tell(&readiness.borrow_and_update().clone());
                if readiness.changed().await.is_err() {
                    break;
                }
            }
        });
    }
}

fn answer(readiness: &Readiness) -> Result<(), String> {
    match readiness {
        Readiness::Ready | Readiness::WritingStopped(_) | Readiness::Behind(_) => Ok(()),
        Readiness::Rebuilding(_) => Err("the tables are being rebuilt".to_owned()),
        Readiness::Closed => Err("stopping".to_owned()),
    }
}

fn tell(readiness: &Readiness) {
    match readiness {
        Readiness::Ready => {
            Writable { writable: true }.emit();
            set_ready(true);
        }
        Readiness::WritingStopped(why) => {
            WriterStopped { why }.emit();
            set_ready(true);
        }
        Readiness::Behind(why) => {
            JournalUnreadable { why }.emit();
            set_ready(true);
        }
        Readiness::Rebuilding(why) => {
            Unready { why }.emit();
            Writable { writable: false }.emit();
        }
        Readiness::Closed => {
            Writable { writable: false }.emit();
            set_ready(false);
        }
    }
}

fn set_ready(ready: bool) {
    if let Some(metrics) = metrics::metrics() {
        metrics.ready.set(i64::from(ready));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_register_decides_once_it_is_open() {
        let health = Health::starting();
        let probe = health.probe();
        assert_eq!(probe(), Err(STARTING.to_owned()));
        let (register, readiness) = watch::channel(Readiness::Ready);
        health.follow(readiness);
        assert_eq!(probe(), Ok(()));
        register
            .send(Readiness::Rebuilding("damaged".to_owned()))
            .unwrap();
        assert!(probe().unwrap_err().contains("rebuilt"));
        register
            .send(Readiness::WritingStopped("full".to_owned()))
            .unwrap();
        assert_eq!(probe(), Ok(()));
        register
            .send(Readiness::Behind("unreadable".to_owned()))
            .unwrap();
        assert_eq!(probe(), Ok(()));
        register.send(Readiness::Closed).unwrap();
        assert!(probe().is_err());
    }
}
