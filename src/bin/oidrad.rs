//! `oidrad`: the register of an object identifier registration authority. Everything is in `oidra::server`.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    oidra::server::main(env::args_os(), env::vars_os())
}
