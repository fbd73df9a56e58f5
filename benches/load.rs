//! The whole service under load, beside what bounds it, in one run on one machine: only ratios mean anything.
//!
//! `cargo bench --bench load` builds a register, starts the service and a no-op server of the same answer size as processes
//! of their own, and prints each figure with its limit. `OIDRA_LOAD_ARCS` (1,000,000) and `OIDRA_LOAD_SECONDS` (10) set
//! how large and how long, `OIDRA_LOAD_RUNS=web` asks over HTTP alone. It stays on loopback and never judges: a figure under its limit is printed as such. Where `etcd`
//! and `h2load` are installed they are run beside it.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../tests/support/mod.rs"]
mod support;

#[path = "load/caller.rs"]
mod caller;
#[path = "load/disk.rs"]
mod disk;
#[path = "load/etcd.rs"]
mod etcd;
#[path = "load/given.rs"]
mod given;
#[path = "load/h2load.rs"]
mod h2load;
#[path = "load/noop.rs"]
mod noop;
#[path = "load/process.rs"]
mod process;
#[path = "load/runs.rs"]
mod runs;
#[path = "load/web.rs"]
mod web;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // The no-op server is this same program in another process.
    if arguments
        .get(1)
        .is_some_and(|argument| argument == noop::ARGUMENT)
    {
        noop::serve(&arguments[2]);
        return;
    }
    if arguments
        .get(1)
        .is_some_and(|argument| argument == web::ARGUMENT)
    {
        web::serve(&arguments[2]);
        return;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    runs::all();
}
