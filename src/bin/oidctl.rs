//! `oidctl`, the registrar's command line: its arguments, [`oidra::cli::run`], and the exit code.
//!
//! It must never hold more than that.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(oidra::cli::run(std::env::args_os()))
}
