//! The registrar's command line: what was typed, what it means, one file per group of commands.
//!
//! The contract of its output: data goes to the standard output, all else to the standard error, where a failure is one
//! object if a form for programs is wished; the exit code is 0 for done, 1 where the authority said no, nothing was found, a
//! line failed or whoever was asked did not agree, 2 where the server cannot be reached or is at fault, 64 for wrong usage and
//! 78 for wrong configuration; a reader that goes away is no failure. The room speaks to a server through `pb` alone and must
//! never import the server's own rooms.

mod args;
mod card;
mod client;
mod commands;
mod convert;
mod csv;
mod desk;
mod failure;
mod follow;
mod ors;
mod output;
pub mod paper;
mod plot;
mod report;
mod settings;
mod statement;
mod table;
mod value;
mod view;
mod warning;
#[cfg(test)]
mod wire_tests;

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser as _};

use self::{
    args::{Cli, Command, Format, StatementAct, StatementArgs},
    client::Client,
    desk::Desk,
    failure::{EXIT_DONE, EXIT_NO, EXIT_USAGE, Failure, Outcome},
    output::Output,
    settings::{Environment, Settings},
};

/// Carries out a command line, the program's name first, and gives the exit code.
pub fn run(typed: impl IntoIterator<Item = OsString>) -> u8 {
    let typed: Vec<OsString> = typed.into_iter().collect();
    let environment = |name: &str| std::env::var(name).ok();
    let wished = report::wished(&typed, &environment);
    let cli = match Cli::try_parse_from(typed) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error, wished),
    };
    let mut format = wished;
    match carry_out(cli, &environment, &mut format) {
        Ok(Outcome::Done) => EXIT_DONE,
        Ok(Outcome::No) => EXIT_NO,
        Err(failure) => {
            report::tell(&failure, format);
            failure.exit_code()
        }
    }
}

/// Shows the help where that was asked for, or what is wrong with what was typed.
fn not_understood(error: &clap::Error, format: Format) -> u8 {
    if !error.use_stderr() {
        // That nobody reads the help is no failure.
        let _deaf = error.print();
        return EXIT_DONE;
    }
    if matches!(format, Format::Human | Format::Table) {
        let _deaf = error.print();
        return EXIT_USAGE;
    }
    let told = error.to_string();
    let told = told.split("\n\n").next().unwrap_or_default();
    let told = told.trim_start_matches("error: ").trim().to_owned();
    report::tell(&Failure::Usage(told), format);
    EXIT_USAGE
}

/// The tree of commands, as help, man pages and completions are made from it.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Carries a command out; `format` becomes the form that the settings say.
fn carry_out(
    mut cli: Cli,
    environment: Environment<'_>,
    format: &mut Format,
) -> Result<Outcome, Failure> {
    check_options(&cli)?;
    let mut settings = Settings::settle(&cli.global, environment)?;
    if let Command::Accept(args) = &mut cli.command {
        // There is no token yet: its file is to be written.
        args.save = cli.global.token_file.take();
        settings = settings.without_token();
    }
    *format = settings.output;
    let output = Output::standard(settings.output, environment);
    let request_id = match &cli.writing.request_id {
        Some(id) => id.clone(),
        None if cli.command.writes() => desk::fresh_request_id()?,
        None => String::new(),
    };
    let desk = Desk {
        settings,
        output,
        writing: cli.writing,
        reading: cli.reading,
        request_id,
    };
    let result = dispatch(&desk, cli.command);
    // What was found before a failure is still an answer.
    match (result, desk.output.flush()) {
        (Ok(outcome), flushed) => flushed.map(|()| outcome),
        (Err(failure), _) => Err(failure),
    }
}

fn dispatch(desk: &Desk, command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Convert(args) => convert::run(desk, &args),
        Command::Explain(args) => commands::explain::run(desk, &args),
        Command::Completions(args) => commands::generate::completions(desk, &args),
        Command::Man(args) => commands::generate::man(&args),
        Command::Ors(args) => ors::run(desk, &args),
        Command::Statement(StatementArgs {
            act: StatementAct::Verify(args),
        }) => commands::statement::verify(desk, &args),
        other => {
            let runtime = runtime()?;
            let _inside = runtime.enter();
            let client = Client::open(&desk.settings)?;
            runtime.block_on(commands::ask(desk, &client, other))
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Fault(format!("the runtime cannot be started: {error}")))
}

/// Refuses options that the command would ignore, since whoever typed them relies on them.
fn check_options(cli: &Cli) -> Result<(), Failure> {
    let refuse =
        |options: &str, why: &str| Err(Failure::Usage(format!("{options}: this command {why}")));
    if cli.writing.given() && !cli.command.writes() {
        return refuse(
            "--yes, --dry-run, --request-id, --reason, --etag and --override-reason",
            "does not change the register",
        );
    }
    if cli.reading.as_of.is_some() && !cli.command.reads_the_past() {
        return refuse("--as-of", "does not read the register as it was");
    }
    Ok(())
}
