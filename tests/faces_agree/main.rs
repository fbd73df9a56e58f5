//! Every face tells the same of an OID: gRPC, JSON, RDAP, OID-IP in three forms, WHOIS and DNS, while a writer changes the
//! register.
//!
//! A thousand OIDs (registered, deeper than registered, unregistered, confidential, withdrawn) are asked of each face. What
//! gRPC says before and after brackets each answer: only where both are the same revision of the same facts is the face held
//! to them, and else it is asked again. The register is verified at the end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail"
)]

#[path = "../support/mod.rs"]
mod support;

mod audiences;
mod dns;
mod facts;
mod grpc;
mod http;
mod oidip;
mod world;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use facts::{Face, Facts};
use support::{Server, free_port, verify};
use world::World;

/// How many OIDs are asked for.
const OIDS: usize = 1_000;
/// How often a face is asked again because the register changed meanwhile.
const TRIES: usize = 50;
/// Askers at a time.
const ASKERS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_face_tells_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("oidra.toml");
    let port = free_port();
    std::fs::write(&file, world::settings(port)).unwrap();
    let data = folder.path().join("data");
    let server = Server::start_with(&data, &["--config", file.to_str().unwrap()]);
    let world = Arc::new(World::made(&server).await);

    let done = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn(Arc::clone(&world).change_until(Arc::clone(&done)));
    let faces: Arc<Vec<Box<dyn Face>>> = Arc::new(vec![
        Box::new(http::Json::at(&server)),
        Box::new(http::Rdap::at(&server)),
        Box::new(http::OidIp::at(&server, "text")),
        Box::new(http::OidIp::at(&server, "json")),
        Box::new(http::OidIp::at(&server, "xml")),
        Box::new(oidip::Whois::at(&server)),
        Box::new(dns::Ors::at(port)),
    ]);
    let oids = Arc::new(world.oids(OIDS));
    let next = Arc::new(AtomicUsize::new(0));
    let askers: Vec<_> = (0..ASKERS)
        .map(|_| {
            let (faces, oids, next) = (Arc::clone(&faces), Arc::clone(&oids), Arc::clone(&next));
            let reads = world.reads();
            tokio::spawn(async move {
                let mut compared = 0;
                while let Some(oid) = oids.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for face in faces.iter() {
                        agrees(face.as_ref(), oid, &reads).await;
                        compared += 1;
                    }
                }
                compared
            })
        })
        .collect();
    let mut compared = 0;
    for asker in askers {
        compared += asker.await.unwrap();
    }
    assert_eq!(compared, OIDS * faces.len());
    done.store(true, Ordering::Relaxed);
    let changes = writer.await.unwrap();
    assert!(changes > 50, "the register hardly changed: {changes} times");
    assert!(server.stop().success());
    verify(&data);
}

/// Holds one face to what gRPC says of one OID.
async fn agrees(face: &dyn Face, oid: &str, reads: &grpc::Reads) {
    let mut before = reads.of(oid).await;
    for _ in 0..TRIES {
        let told = face.told(oid).await;
        let after = reads.of(oid).await;
        if before == after {
            let expect = face.of_what_it_tells(&after);
            assert_eq!(
                told,
                expect,
                "{} of {oid}; gRPC says {after:#?}",
                face.name()
            );
            return;
        }
        before = after;
    }
    panic!(
        "{oid} changed {TRIES} times while {} was asked",
        face.name()
    );
}

#[test]
fn facts_of_two_revisions_are_not_the_same() {
    let one = Facts {
        revision: Some(1),
        ..Facts::default()
    };
    let two = Facts {
        revision: Some(2),
        ..one.clone()
    };
    assert_ne!(one, two);
}
