//! What was typed: the tree of commands and options. What it means is made of it by `settings` and by the commands.
//!
//! Help, man pages and completions are generated from these types alone. It must never read a file, the environment or
//! a socket.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help, which is shown as it stands"
)]

mod access;
mod application;
mod local;
mod promise;
mod read;
mod write;

use std::{path::PathBuf, time::Duration};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::styling::{AnsiColor, Styles},
};

use crate::cli::value::{self, AsOf};

pub use self::{access::*, application::*, local::*, promise::*, read::*, write::*};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  oidctl convert '{joint-iso-itu-t(2) country(16) tz(834)}'
  oidctl resolve /Country/TZ
  oidctl tree 2.16.834 --depth 2
  oidctl allocate 2.16.834 --identifier health --label Afya@sw --title en:Health
  oidctl state 2.16.834.7 withdraw --successor 2.16.834.8 --reason 'merged'
  oidctl history 2.16.834.7
  oidctl explain NUMBER_TAKEN

Environment:
  OIDRA_SERVER, OIDRA_TOKEN, OIDRA_TOKEN_FILE, OIDRA_PROFILE, OIDRA_CONFIG, OIDRA_OUTPUT, OIDRA_LANG,
  OIDRA_CA, OIDRA_CERT, OIDRA_KEY, OIDRA_ALLOCATION_TOKEN, NO_COLOR
  A flag wins over the environment, the environment over the profile, the profile over the default.

Exit codes:
  0 done; 1 the authority said no, nothing was found, a line failed or you did not agree; 2 the server cannot be
  reached or is at fault; 64 wrong usage (also no --yes where nobody can be asked); 78 wrong configuration";

/// The registrar's command line: allocates, resolves and converts object identifiers
///
/// oidctl asks and changes the register of an OID registration authority (X.660 | ISO/IEC 9834-1) that an oidrad server
/// keeps. `convert`, `explain`, `completions` and `man` need no server.
#[derive(Debug, Parser)]
#[command(name = "oidctl", version, styles = STYLES, after_help = EXAMPLES, max_term_width = 100)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = false,
    propagate_version = true
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(flatten)]
    pub writing: Writing,
    #[command(flatten)]
    pub reading: Reading,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Where the server answers: http, https or unix:FILE [default: http://127.0.0.1:8340] [env: OIDRA_SERVER]
    #[arg(long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// The authorities that certify the server, PEM; without it, those of this machine [env: OIDRA_CA]
    #[arg(long, global = true, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The certificate to show the server, PEM [env: OIDRA_CERT]
    #[arg(long, global = true, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,
    /// The certificate's private key, PEM [env: OIDRA_KEY]
    #[arg(long, global = true, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// A file that holds the token [env: OIDRA_TOKEN_FILE]
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "token")]
    pub token_file: Option<PathBuf>,
    /// The token itself; others on this machine may see it, so prefer a file [env: OIDRA_TOKEN]
    #[arg(long, global = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// The profile of the configuration to use [env: OIDRA_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The configuration [default: $XDG_CONFIG_HOME/oidra/oidctl.toml] [env: OIDRA_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How to write the answer; without it, for people to read [env: OIDRA_OUTPUT]
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        hide_possible_values = false
    )]
    pub output: Option<Format>,
    /// How long to wait for an answer, such as 5s or 2m [default: 30s]
    #[arg(long, global = true, value_name = "TIME", value_parser = timeout)]
    pub timeout: Option<Duration>,
}

/// Options of the commands that change the register.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options of commands that change the register")]
pub struct Writing {
    /// Do it without asking
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Let the server decide and show what would come of it, recording nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// The name of the request: with the same name and content it is done once only
    #[arg(long, global = true, value_name = "ID", value_parser = value::request_id)]
    pub request_id: Option<String>,
    /// Why, for the history
    #[arg(long, global = true, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Do it only if the entry still has this etag, which `resolve -o json` shows
    #[arg(long, global = true, value_name = "ETAG")]
    pub etag: Option<String>,
    /// Why you act below an arc that is another's; for administrators, and loud in the history
    #[arg(long, global = true, value_name = "TEXT")]
    pub override_reason: Option<String>,
    /// The registrant who asked for it, by letter or by word, for the history
    #[arg(long, global = true, value_name = "ID")]
    pub asked_by: Option<String>,
}

impl Writing {
    /// Whether any of them was typed.
    pub const fn given(&self) -> bool {
        self.yes
            || self.dry_run
            || self.request_id.is_some()
            || self.reason.is_some()
            || self.etag.is_some()
            || self.override_reason.is_some()
            || self.asked_by.is_some()
    }
}

/// Options of the commands that read the register.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options of commands that read the register")]
pub struct Reading {
    /// Read the register as it was on a date, at a moment or at a revision
    #[arg(long, global = true, value_name = "DATE|REVISION", allow_hyphen_values = true, value_parser = value::as_of)]
    pub as_of: Option<AsOf>,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people to read
    #[default]
    #[value(hide = true)]
    Human,
    /// One aligned row each
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
    /// One YAML document
    Yaml,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Resolve(ResolveArgs),
    Tree(TreeArgs),
    Children(ChildrenArgs),
    History(HistoryArgs),
    Watch(WatchArgs),
    Statement(StatementArgs),
    Allocate(Box<AllocateArgs>),
    Record(Box<RecordArgs>),
    AllocationToken(AllocationTokenArgs),
    Hold(HoldArgs),
    Release(ReleaseArgs),
    Reserve(ReserveArgs),
    Amend(Box<AmendArgs>),
    State(StateArgs),
    Delegate(DelegateArgs),
    Recall(RecallArgs),
    Transfer(Box<TransferArgs>),
    Label(LabelArgs),
    Lock(LockArgs),
    /// Asks for a lock to be released; somebody else confirms it, or its holder by a code
    Unlock(LockArgs),
    Consent(ConsentArgs),
    Retract(RetractArgs),
    Plan(PlanArgs),
    Renew(RenewArgs),
    Suspect(SuspectArgs),
    Confirm(ConfirmArgs),
    Template(TemplateArgs),
    Sandbox(SandboxArgs),
    Policy(PolicyArgs),
    Application(ApplicationArgs),
    Notice(NoticeArgs),
    Report(ReportArgs),
    Principal(PrincipalArgs),
    Person(PersonArgs),
    Registrant(RegistrantsArgs),
    Role(RoleArgs),
    Token(TokenArgs),
    Credential(CredentialArgs),
    Invite(InviteArgs),
    Accept(AcceptArgs),
    /// Tells who the server takes you for
    Whoami,
    Audit(AuditArgs),
    Convert(ConvertArgs),
    Explain(ExplainArgs),
    Ors(OrsArgs),
    Server(ServerArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

impl Command {
    /// Whether it may change the register.
    pub const fn writes(&self) -> bool {
        match self {
            Self::Allocate(_)
            | Self::Record(_)
            | Self::Release(_)
            | Self::Reserve(_)
            | Self::Amend(_)
            | Self::State(_)
            | Self::Delegate(_)
            | Self::Recall(_)
            | Self::Transfer(_)
            | Self::Lock(_)
            | Self::Unlock(_)
            | Self::Consent(_)
            | Self::Retract(_)
            | Self::Plan(_)
            | Self::Renew(_)
            | Self::Suspect(_)
            | Self::Confirm(_)
            | Self::Sandbox(_)
            | Self::Role(_)
            | Self::Credential(_)
            | Self::Invite(_)
            | Self::Accept(_) => true,
            Self::Hold(args) => args.act.is_none(),
            Self::AllocationToken(args) => !matches!(args.act, AllocationTokenAct::List { .. }),
            Self::Principal(args) => !matches!(
                args.act,
                PrincipalAct::Show { .. } | PrincipalAct::List { .. }
            ),
            Self::Person(args) => matches!(args.act, PersonAct::Erase(_)),
            Self::Token(args) => !matches!(args.act, TokenAct::List { .. }),
            Self::Label(args) => !matches!(args.act, LabelAct::Claims { .. }),
            Self::Template(args) => !matches!(args.act, TemplateAct::Get { .. }),
            Self::Policy(args) => matches!(args.act, PolicyAct::Set(_)),
            Self::Application(args) => args.act.writes(),
            _ => false,
        }
    }

    /// Whether it can read the register as it was.
    pub const fn reads_the_past(&self) -> bool {
        match self {
            Self::Resolve(_) | Self::Tree(_) | Self::Children(_) => true,
            Self::Statement(args) => matches!(args.act, StatementAct::Get(_)),
            Self::Template(args) => matches!(args.act, TemplateAct::Get { .. }),
            Self::Policy(args) => matches!(args.act, PolicyAct::Get { .. }),
            _ => false,
        }
    }
}

fn timeout(text: &str) -> Result<Duration, String> {
    value::span(text).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_tree_of_commands_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_typed_is_read() {
        let typed = [
            "oidctl",
            "allocate",
            "2.16.834",
            "--label",
            "Afya@sw",
            "--title",
            "en:Health",
            "--leaf",
            "--frozen=false",
            "-o",
            "json",
            "--reason",
            "new",
        ];
        let cli = Cli::try_parse_from(typed).unwrap();
        assert_eq!(cli.global.output, Some(Format::Json));
        assert!(cli.command.writes() && cli.writing.given());
        let Command::Allocate(args) = cli.command else {
            panic!("another command")
        };
        assert_eq!(args.entry.labels[0].language, "sw");
        assert_eq!(
            (args.entry.flags.leaf, args.entry.flags.frozen),
            (Some(true), Some(false))
        );
    }

    #[track_caller]
    fn refused(typed: &[&str]) {
        let typed = std::iter::once(&"oidctl").chain(typed);
        assert!(Cli::try_parse_from(typed).is_err());
    }

    #[test]
    fn contradictions_are_wrong_usage() {
        refused(&["allocate", "2.999", "--next", "--number", "5"]);
        refused(&["allocate", "2.999", "--within", "1-9"]);
        refused(&["allocate", "2.999", "--block", "0"]);
        refused(&["delegate", "2.999", "--to", "p-1", "--oidip", "x"]);
        refused(&["delegate", "2.999"]);
        refused(&["transfer", "2.999"]);
        refused(&[
            "state",
            "2.999.1",
            "withdraw",
            "--successor",
            "2.1",
            "--duplicate-of",
            "2.2",
        ]);
        refused(&["state", "2.999.1", "burn"]);
        refused(&["reserve", "2.999", "5-"]);
        refused(&["principal", "describe", "p-1"]);
        refused(&["credential", "bind", "p-1", "--issuer", "https://x"]);
        refused(&["role", "grant", "p-1", "king"]);
        refused(&["hold"]);
        let issue = [
            "allocation-token",
            "issue",
            "2.999",
            "--until",
            "2030-01-01",
        ];
        refused(&issue);
        refused(&[&issue[..], &["--range", "1-9"]].concat());
        refused(
            &[
                &issue[..],
                &["--number", "1", "--range", "1-9", "--count", "2"],
            ]
            .concat(),
        );
        refused(&["convert"]);
        refused(&["resolve", "2.999", "--timeout", "0s"]);
    }

    #[test]
    fn a_revision_may_begin_with_a_hyphen() {
        let token = format!("-{}", "A".repeat(31));
        for typed in [
            ["oidctl", "resolve", "2.999", "--as-of", &token],
            ["oidctl", "watch", "2.999", "--after", &token],
        ] {
            Cli::try_parse_from(typed).unwrap();
        }
    }
}
