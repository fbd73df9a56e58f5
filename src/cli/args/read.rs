//! What was typed for the commands that read the register.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use prost_types::Timestamp;

use crate::cli::value;

/// Says what object identifiers are
///
/// Each is given in any notation. What is not registered is answered with its nearest superior, and the exit code is 1.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl resolve 2.16.834
  oidctl resolve '{joint-iso-itu-t(2) country(16) tz(834)}' urn:oid:2.999
  oidctl resolve /Country/TZ --superiors
  oidctl resolve 2.16.834.7 --as-of 2026-03-03 -o json
  oidctl resolve 2.16.834.11.3.4 --follow")]
pub struct ResolveArgs {
    /// The object identifiers, in any notation
    #[arg(required = true, value_name = "OID")]
    pub oids: Vec<String>,
    /// Refuse what would otherwise be tolerated, and names that disagree with the numbers beside them
    #[arg(long)]
    pub strict: bool,
    /// Show the superiors too, the nearest first
    #[arg(long)]
    pub superiors: bool,
    /// Where it is registered elsewhere, ask there, and where that one leads, and tell the way
    #[arg(long)]
    pub follow: bool,
}

/// Draws the tree below a node
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl tree
  oidctl tree /Country/TZ --depth 2
  oidctl tree 2.16.834 -o jsonl")]
pub struct TreeArgs {
    /// The top; without it, the nodes of the authority
    #[arg(value_name = "OID")]
    pub oid: Option<String>,
    /// How many arcs to go down; without it, all the way
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub depth: Option<u32>,
}

/// Lists the direct subordinates of a node in numeric order
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl children 2.16.834
  oidctl children /Country/TZ --all -o jsonl")]
pub struct ChildrenArgs {
    /// The superior; without it, the root
    #[arg(value_name = "OID")]
    pub oid: Option<String>,
    /// List all of them
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
    /// List at most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: u64,
}

/// Tells what happened to an arc, the newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl history 2.16.834.7
  oidctl history /Country/TZ --as table --limit 10")]
pub struct HistoryArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// How to tell it
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t)]
    pub form: HistoryForm,
    /// Tell all of it
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
    /// Tell at most so many changes
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: u64,
}

/// Tells who did, tried or looked at what, the newest first
///
/// For those who administer the arc, and its auditors. What is not for everybody is told of when it was shown to somebody.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl audit
  oidctl audit --at 2.16.834.1.5 --since 2026-03-01 --outcome refused
  oidctl audit --principal local --all -o jsonl")]
pub struct AuditArgs {
    /// Only what this principal did; also `local` and `nobody`
    #[arg(long, value_name = "ID")]
    pub principal: Option<String>,
    /// Only what was about this arc or what is below it; without it, the whole register
    #[arg(long, value_name = "OID")]
    pub at: Option<String>,
    /// Only from this day or moment on
    #[arg(long, value_name = "DATE|MOMENT", value_parser = value::moment)]
    pub since: Option<Timestamp>,
    /// Only before this day or moment
    #[arg(long, value_name = "DATE|MOMENT", value_parser = value::moment)]
    pub until: Option<Timestamp>,
    /// Only what ended so
    #[arg(long, value_enum, value_name = "HOW")]
    pub outcome: Option<AuditEnd>,
    /// Tell all of it
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
    /// Tell at most so many calls
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: u64,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditEnd {
    /// It was carried out
    Ok,
    /// It was refused
    Refused,
    /// It failed by a fault of the server
    Fault,
}

/// How a history is told to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum HistoryForm {
    /// Each change with the fields it changed
    #[default]
    Changes,
    /// One row for each change
    Table,
}

/// Shows changes as they are recorded
///
/// It goes on until it is interrupted or has shown --count changes, connects again after a break, and then says where to go on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl watch
  oidctl watch /Country/TZ -o jsonl
  oidctl watch --after \"$(oidctl server revision)\" --count 1")]
pub struct WatchArgs {
    /// Watch this node and what is below it; without it, the whole register
    #[arg(value_name = "OID")]
    pub oid: Option<String>,
    /// Go on after this revision; without it, from now on
    #[arg(long, value_name = "REVISION", allow_hyphen_values = true, value_parser = value::revision)]
    pub after: Option<String>,
    /// End after so many changes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
}

/// Signed statements: what the register says of an arc, for whoever shall believe it without asking
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl statement get 2.16.834.7 --save statement.jws --pdf statement.pdf
  oidctl statement get 2.16.834.7 --as-of 2026-01-01 --save then.jws
  oidctl statement verify statement.jws --authority-key authority.jwk")]
pub struct StatementArgs {
    #[command(subcommand)]
    pub act: StatementAct,
}

/// What to do with statements.
#[derive(Debug, Subcommand)]
pub enum StatementAct {
    Get(StatementGetArgs),
    Verify(StatementVerifyArgs),
}

/// Asks for a statement on an arc, now or with --as-of
#[derive(Debug, Args)]
pub struct StatementGetArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// Keep it in this file (JWS, RFC 7515)
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Write it as a page to print, with the statement attached (PDF)
    #[arg(long, value_name = "FILE")]
    pub pdf: Option<PathBuf>,
}

/// Checks the signature of a statement; asks nobody
#[derive(Debug, Args)]
pub struct StatementVerifyArgs {
    /// The statement
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The public key of the registration authority: a JSON Web Key, or a file that holds one
    #[arg(long, value_name = "JWK|FILE")]
    pub authority_key: String,
}
