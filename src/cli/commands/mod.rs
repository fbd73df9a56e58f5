//! The commands, one file per group; each makes requests of what was typed and shows what comes back.
//!
//! They must never decide what the register allows: that is the server's to say.

mod allocate;
mod allocation_token;
mod amend;
mod application;
mod audit;
mod consent;
mod credential;
mod delegate;
pub mod explain;
pub mod generate;
mod history;
mod hold;
mod label;
mod notice;
mod papers;
mod person;
mod plan;
mod policy;
mod principal;
mod registrant;
mod report;
mod resolve;
mod sandbox;
mod server;
mod state;
pub mod statement;
mod suspect;
mod template;
mod tree;
mod watch;

pub use allocate::{new_entry, visibility_word};

use crate::cli::{
    args::{Command, StatementAct, StatementArgs},
    client::Client,
    desk::Desk,
    failure::{Failure, Outcome},
};

/// Carries out a command that needs the server; the others never come here.
pub async fn ask(desk: &Desk, client: &Client, command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Resolve(args) => resolve::resolve(desk, client, &args).await,
        Command::Children(args) => resolve::children(desk, client, &args).await,
        Command::Tree(args) => tree::run(desk, client, &args).await,
        Command::History(args) => history::run(desk, client, &args).await,
        Command::Statement(StatementArgs {
            act: StatementAct::Get(args),
        }) => statement::get(desk, client, args).await,
        Command::Watch(args) => watch::run(desk, client, &args).await,
        Command::Allocate(args) => Box::pin(allocate::allocate(desk, client, *args)).await,
        Command::Record(args) => Box::pin(allocate::record(desk, client, *args)).await,
        Command::AllocationToken(args) => {
            Box::pin(allocation_token::run(desk, client, args.act)).await
        }
        Command::Hold(args) => hold::hold(desk, client, &args).await,
        Command::Release(args) => hold::release(desk, client, &args).await,
        Command::Reserve(args) => hold::reserve(desk, client, &args).await,
        Command::Amend(args) => Box::pin(amend::run(desk, client, *args)).await,
        Command::State(args) => state::run(desk, client, &args).await,
        Command::Delegate(args) => delegate::delegate(desk, client, &args).await,
        Command::Recall(args) => delegate::recall(desk, client, &args).await,
        Command::Transfer(args) => delegate::transfer(desk, client, *args).await,
        Command::Label(args) => Box::pin(label::run(desk, client, args.act)).await,
        Command::Lock(args) => consent::lock(desk, client, args).await,
        Command::Unlock(args) => consent::unlock(desk, client, args).await,
        Command::Consent(args) => consent::consent(desk, client, args).await,
        Command::Retract(args) => consent::retract(desk, client, args).await,
        Command::Plan(args) => plan::run(desk, client, args.act).await,
        Command::Confirm(args) => suspect::confirm(desk, client, args).await,
        Command::Suspect(args) => suspect::run(desk, client, args.act).await,
        Command::Renew(args) => plan::renew(desk, client, args).await,
        Command::Sandbox(args) => sandbox::run(desk, client, args.act).await,
        Command::Template(args) => Box::pin(template::run(desk, client, args.act)).await,
        Command::Policy(args) => Box::pin(policy::run(desk, client, args.act)).await,
        Command::Application(args) => Box::pin(application::run(desk, client, args.act)).await,
        Command::Notice(args) => notice::run(desk, client, args.act).await,
        Command::Report(args) => report::run(desk, client, args).await,
        Command::Principal(args) => principal::run(desk, client, args.act).await,
        Command::Registrant(args) => registrant::run(desk, client, args.act).await,
        Command::Person(args) => person::run(desk, client, args.act).await,
        Command::Role(args) => principal::role(desk, client, args.act).await,
        Command::Audit(args) => audit::run(desk, client, &args).await,
        Command::Whoami => principal::whoami(desk, client).await,
        Command::Token(args) => credential::token(desk, client, args.act).await,
        Command::Credential(args) => credential::credential(desk, client, args.act).await,
        Command::Invite(args) => credential::invite(desk, client, args).await,
        Command::Accept(args) => credential::accept(desk, client, args).await,
        Command::Server(args) => server::run(desk, client, &args).await,
        Command::Statement(_)
        | Command::Convert(_)
        | Command::Explain(_)
        | Command::Completions(_)
        | Command::Ors(_)
        | Command::Man(_) => Ok(Outcome::Done),
    }
}
