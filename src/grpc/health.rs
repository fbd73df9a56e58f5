//! Standard health (`grpc.health.v1`): whether the register can be asked, service by service.

use std::sync::Arc;

use tonic_health::{
    ServingStatus,
    pb::health_server::{Health, HealthServer},
    server::{HealthReporter, health_reporter},
};

use crate::{
    desk::Desk,
    pb::v1::{
        access_service_server::SERVICE_NAME as ACCESS,
        administration_service_server::SERVICE_NAME as ADMINISTRATION,
        notation_service_server::SERVICE_NAME as NOTATION,
        registration_service_server::SERVICE_NAME as REGISTRATION,
        resolution_service_server::SERVICE_NAME as RESOLUTION,
    },
    register::Readiness,
};

/// The service; a task keeps its answers true until the register is closed.
pub fn server(desk: &Arc<Desk>) -> HealthServer<impl Health + use<>> {
    let (reporter, server) = health_reporter();
    let mut readiness = desk.register.readiness();
    let stopping = desk.options.stopping.clone();
    tokio::spawn(async move {
        loop {
            let now = readiness.borrow_and_update().clone();
            report(&reporter, &now).await;
            tokio::select! {
                changed = readiness.changed() => if changed.is_err() { break },
                () = stopping.cancelled() => break,
            }
        }
        report(&reporter, &Readiness::Closed).await;
    });
    server
}

/// Whether reads and writes are served.
const fn serving(readiness: &Readiness) -> (bool, bool) {
    match readiness {
        Readiness::Ready => (true, true),
        Readiness::WritingStopped(_) | Readiness::Behind(_) => (true, false),
        Readiness::Rebuilding(_) | Readiness::Closed => (false, false),
    }
}

async fn report(reporter: &HealthReporter, readiness: &Readiness) {
    let (reads, writes) = serving(readiness);
    let services = [
        ("", reads),
        (RESOLUTION, reads),
        (NOTATION, reads),
        (ADMINISTRATION, reads),
        (REGISTRATION, writes),
        (ACCESS, writes),
    ];
    for (service, serves) in services {
        let status = if serves {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        };
        reporter.set_service_status(service, status).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_stop_alone() {
        for (readiness, expect) in [
            (Readiness::Ready, (true, true)),
            (Readiness::WritingStopped(String::new()), (true, false)),
            (Readiness::Behind(String::new()), (true, false)),
            (Readiness::Rebuilding(String::new()), (false, false)),
            (Readiness::Closed, (false, false)),
        ] {
            assert_eq!(serving(&readiness), expect);
        }
    }
}
