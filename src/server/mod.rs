//! The service program: what `oidrad` does, from what was typed to its exit code.
//!
//! The phases of a server's life are in [`life`]. Nothing here decides about the register: it brings settings, sockets,
//! the register and the faces together, in an order that fails early.

pub mod api;
pub mod args;
pub mod authority;
pub mod build;
pub mod data;
pub mod dev_certificate;
pub mod dns;
pub mod dump;
pub mod entropy;
pub mod exit;
pub mod faces;
pub mod founding;
pub mod health;
mod hooks;
pub mod life;
pub mod listeners;
mod mail;
pub mod offline;
pub mod openid;
pub mod progress;
pub mod publication;
mod secret;
pub mod shutdown;
pub mod signing;
pub mod transport;
pub mod uses;
pub mod welcome;
pub mod whois;
pub mod zone;

use std::{
    ffi::OsString,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;

use crate::{
    config::{self, LogFormat, Settings},
    telemetry::logs::{self, Format},
};

use args::{Args, Command};
use build::World;
use exit::{Failure, USAGE};

/// Does what was typed, in this environment.
pub fn main(
    typed: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let args = match Args::try_parse_from(typed) {
        Ok(args) => args,
        Err(told) => {
            // Help and version are answers; where they cannot be written, nobody is there to read them.
            told.print().ok();
            return if told.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match act(&args, environment) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where standard error is gone, the exit code still tells.
            writeln!(io::stderr(), "oidrad: {failure}").ok();
            ExitCode::from(failure.code())
        }
    }
}

fn act(
    args: &Args,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(), Failure> {
    // A value that is no Unicode is kept readable, so that the setting it is meant for can be named in its refusal.
    let text = |(name, value): (OsString, OsString)| {
        Some((
            name.into_string().ok()?,
            value.to_string_lossy().into_owned(),
        ))
    };
    let settings = config::load(&args.flags, environment.into_iter().filter_map(text))?;
    logs::check_filter(&settings.log.filter)?;
    if args.dump_config {
        return offline::print(&settings.to_toml()?);
    }
    if args.check_config {
        World::load(&settings)?;
        return offline::print("the settings can be used\n");
    }
    start_logging(&settings, args.command.as_ref())?;
    match &args.command {
        None => life::serve(&settings),
        Some(command) => offline::run(command, &settings),
    }
}

/// A server says what it does; a command says only what is wrong, unless told otherwise.
fn start_logging(settings: &Settings, command: Option<&Command>) -> Result<(), Failure> {
    let format = match settings.log.format {
        LogFormat::Text => Format::Text,
        LogFormat::Json => Format::Json,
    };
    let as_usual = settings.log.filter == config::LOG_FILTER;
    let filter = match command {
        Some(_) if as_usual => "warn",
        _ => &settings.log.filter,
    };
    Ok(logs::init(format, filter)?)
}
