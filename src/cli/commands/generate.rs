//! `completions` and `man`: made of the tree of commands, so that they cannot fall behind it.

use std::fs;

use clap::CommandFactory as _;

use crate::cli::{
    args::{Cli, CompletionsArgs, ManArgs},
    desk::Desk,
    failure::{Failure, Outcome},
    output::note,
};

/// Writes the completions for a shell.
pub fn completions(desk: &Desk, args: &CompletionsArgs) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "oidctl", &mut script);
    desk.output.octets(&script)?;
    Ok(Outcome::Done)
}

/// Writes the man pages.
pub fn man(args: &ManArgs) -> Result<Outcome, Failure> {
    let wrong = |error: std::io::Error| {
        Failure::Fault(format!(
            "{} cannot be written: {error}",
            args.directory.display()
        ))
    };
    fs::create_dir_all(&args.directory).map_err(wrong)?;
    clap_mangen::generate_to(Cli::command(), &args.directory).map_err(wrong)?;
    note(&format!(
        "The man pages are in {}.",
        args.directory.display()
    ));
    Ok(Outcome::Done)
}
