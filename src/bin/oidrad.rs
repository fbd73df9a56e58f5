//! `oidrad`: the register of an object identifier registration authority. Everything is in `oidra::server`.

use std::{env, process::ExitCode};

/// Answers are many small pieces that one thread makes and another lets go: the system's allocator takes a third of a call
/// for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    oidra::server::main(env::args_os(), env::vars_os())
}
