//! What was typed for the commands about who may do what.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use prost_types::Timestamp;

use crate::cli::value;

use super::Party;

/// The name of a token where nobody gives it one.
const NAME_STANDARD: &str = "oidctl";

/// Looks after principals: who may act, with a token
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl principal add --kind organisation --name 'Ministry of Health' --email oid@moh.example
  oidctl principal list --at 2.16.834.7
  oidctl principal suspend p-1 --reason 'on leave'")]
pub struct PrincipalArgs {
    #[command(subcommand)]
    pub act: PrincipalAct,
}

/// What to do with a principal.
#[derive(Debug, Subcommand)]
pub enum PrincipalAct {
    Add(PrincipalAddArgs),
    Describe(PrincipalDescribeArgs),
    /// Suspends a principal: it may not act until it is resumed
    Suspend {
        #[command(flatten)]
        whom: Whom,
    },
    /// Lets a suspended principal act again
    Resume {
        #[command(flatten)]
        whom: Whom,
    },
    /// Removes a principal for ever; its past acts keep its id
    Remove {
        #[command(flatten)]
        whom: Whom,
    },
    /// Shows a principal
    Show {
        #[command(flatten)]
        whom: Whom,
    },
    /// Lists the principals you may know
    List {
        /// Only those that act at this arc, above it or below it, or have their home there
        #[arg(long, value_name = "OID")]
        at: Option<String>,
    },
}

/// Looks after what is known of people and organisations
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl person export r-17 > held.json
  oidctl person erase r-17 --basis 'Data Protection Act s. 38' --keep-public-name")]
pub struct PersonArgs {
    #[command(subcommand)]
    pub act: PersonAct,
}

/// What to do with what is known of a person.
#[derive(Debug, Subcommand)]
pub enum PersonAct {
    /// Writes everything that is held of a registrant or a principal, for programs (JSON unless `--output` says otherwise)
    Export {
        /// The id of a registrant or a principal
        #[arg(value_name = "ID")]
        id: String,
    },
    Erase(PersonEraseArgs),
}

/// Erases what is known of a registrant or a principal, for ever; date and basis stay
#[derive(Debug, Args)]
pub struct PersonEraseArgs {
    /// The id of a registrant or a principal
    #[arg(value_name = "ID")]
    pub id: String,
    /// On what basis: a clause, and no word about the person
    #[arg(long, value_name = "TEXT")]
    pub basis: String,
    /// A registrant's name that everybody may know stays
    #[arg(long)]
    pub keep_public_name: bool,
}

/// Tells of those who hold arcs
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl registrant duplicates
  oidctl registrant duplicates 2.16.834 --min-likeness 2
  oidctl registrant duplicates --csv > duplicates.csv")]
pub struct RegistrantsArgs {
    #[command(subcommand)]
    pub act: RegistrantAct,
}

/// What to tell of registrants.
#[derive(Debug, Subcommand)]
pub enum RegistrantAct {
    Duplicates(DuplicatesArgs),
}

/// Lists registrants that may be one and the same
///
/// They share an e-mail address or a telephone number, or their names look the same: case, punctuation, letters of other scripts,
/// and words such as Ltd apart. Whether they are one is for you to judge.
#[derive(Debug, Args)]
pub struct DuplicatesArgs {
    /// Only those who hold an arc at this node or below it; without it, everywhere
    #[arg(value_name = "OID")]
    pub node: Option<String>,
    /// In how many of name, e-mail address and telephone number two have to be alike
    #[arg(long, value_name = "1-3", default_value_t = 1)]
    pub min_likeness: u32,
    /// Write one row a registrant, for spreadsheets
    #[arg(long)]
    pub csv: bool,
}

/// A principal by its id.
#[derive(Debug, Args)]
pub struct Whom {
    /// The id of the principal
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Adds a principal; it may act once it has a role or a delegation, and a token
#[derive(Debug, Args)]
pub struct PrincipalAddArgs {
    /// What it is
    #[arg(long, value_enum, value_name = "WHAT", default_value = "person")]
    pub kind: Party,
    /// The name by which it is shown
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// An e-mail address, a role's mailbox where there is one
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// A telephone number
    #[arg(long, value_name = "NUMBER")]
    pub telephone: Option<String>,
    /// A postal address
    #[arg(long, value_name = "TEXT")]
    pub address: Option<String>,
    /// The arc whose administrators look after it; without it, those of the whole register
    #[arg(long, value_name = "OID")]
    pub home: Option<String>,
}

/// Describes a principal anew; what is not named stays as it is
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["name", "email", "telephone", "address"]).required(true).multiple(true))]
pub struct PrincipalDescribeArgs {
    #[command(flatten)]
    pub whom: Whom,
    /// The name by which it is shown
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// An e-mail address; empty takes it away
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// A telephone number; empty takes it away
    #[arg(long, value_name = "NUMBER")]
    pub telephone: Option<String>,
    /// A postal address; empty takes it away
    #[arg(long, value_name = "TEXT")]
    pub address: Option<String>,
}

/// Grants and revokes roles on arcs; a role is valid at its arc and for everything below
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl role grant p-1 registrar 2.16.834.7
  oidctl role revoke p-1 registrar 2.16.834.7 --reason 'left the office'")]
pub struct RoleArgs {
    #[command(subcommand)]
    pub act: RoleAct,
}

/// What to do with a role.
#[derive(Debug, Subcommand)]
pub enum RoleAct {
    /// Grants a role
    Grant {
        #[command(flatten)]
        on: RoleOnArgs,
    },
    /// Ends a role
    Revoke {
        #[command(flatten)]
        on: RoleOnArgs,
    },
}

/// A role on an arc.
#[derive(Debug, Args)]
pub struct RoleOnArgs {
    #[command(flatten)]
    pub whom: Whom,
    /// Which role
    #[arg(value_enum, value_name = "ROLE")]
    pub role: Role,
    /// The arc, in any notation; without it, the whole register
    #[arg(value_name = "OID")]
    pub oid: Option<String>,
}

/// What somebody may do on an arc and below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Everything, granting roles included
    Administrator,
    /// Allocating, reserving, amending, changing states
    Registrar,
    /// Judging applications
    Reviewer,
    /// Seeing everything and changing nothing
    Auditor,
    /// Seeing confidential entries
    ConfidentialReader,
}

/// Makes, lists and revokes tokens
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl token issue --name laptop --expires 2027-01-01 --save laptop.token
  oidctl token issue --read-only --at 2.16.834.7
  oidctl token list
  oidctl token revoke c-1 --yes")]
pub struct TokenArgs {
    #[command(subcommand)]
    pub act: TokenAct,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenAct {
    Issue(TokenIssueArgs),
    /// Lists tokens and all other credentials, ended ones included; never the secrets
    List {
        /// The id of the principal whose they are; without it, your own
        #[arg(value_name = "ID")]
        id: Option<String>,
    },
    /// Ends a token or any other credential for ever
    Revoke {
        /// The id of the credential
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// Makes a token, which is shown once
#[derive(Debug, Args)]
pub struct TokenIssueArgs {
    /// The id of the principal who gets it; without it, you
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    #[command(flatten)]
    pub good: GoodFor,
    /// Write the token to this new file, which only you may read, instead of showing it
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// What a credential is called, and what it is good for.
#[derive(Debug, Args)]
pub struct GoodFor {
    /// What to call it
    #[arg(long, value_name = "NAME", default_value = NAME_STANDARD)]
    pub name: String,
    /// When it ends: a date or a moment; without it, never
    #[arg(long, value_name = "DATE", value_parser = value::moment)]
    pub expires: Option<Timestamp>,
    /// It is good for reading only
    #[arg(long)]
    pub read_only: bool,
    /// It is good at this arc and below only
    #[arg(long, value_name = "OID")]
    pub at: Option<String>,
}

/// Binds what proves somebody, other than a token
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl credential bind p-1 --certificate DNS:client.example.org
  oidctl credential bind p-1 --issuer https://login.example.org --subject 248289761001")]
pub struct CredentialArgs {
    #[command(subcommand)]
    pub act: CredentialAct,
}

/// What to do with a credential.
#[derive(Debug, Subcommand)]
pub enum CredentialAct {
    Bind(CredentialBindArgs),
}

/// Binds a client certificate or an OpenID Connect subject to a principal
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("to").args(["certificate", "issuer"]).required(true))]
pub struct CredentialBindArgs {
    #[command(flatten)]
    pub whom: Whom,
    /// The certificate's subject (RFC 4514) or one alternative name, such as DNS:client.example.org
    #[arg(long, value_name = "NAME")]
    pub certificate: Option<String>,
    /// The issuer of the subject
    #[arg(long, value_name = "URL", requires = "subject")]
    pub issuer: Option<String>,
    /// The subject at the issuer
    #[arg(long, value_name = "SUBJECT", requires = "issuer")]
    pub subject: Option<String>,
    #[command(flatten)]
    pub good: GoodFor,
}

/// Makes an invitation code, with which a principal sets up its first token itself
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl invite p-1 --for 3d")]
pub struct InviteArgs {
    #[command(flatten)]
    pub whom: Whom,
    /// For how long the code is good, at most 30d
    #[arg(long = "for", value_name = "TIME", default_value = "7d", value_parser = value::span)]
    pub seconds: u64,
}

/// Trades an invitation code for a token; with --token-file FILE the token is written to that new file
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl accept CODE --token-file ~/.config/oidra/token
  oidctl accept - < code")]
pub struct AcceptArgs {
    /// The code; `-` reads it from the standard input, where others on this machine do not see it
    #[arg(value_name = "CODE")]
    pub code: String,
    /// What to call the token
    #[arg(long, value_name = "NAME", default_value = NAME_STANDARD)]
    pub name: String,
    /// The file of `--token-file`, which is not read but written here.
    #[arg(skip)]
    pub save: Option<PathBuf>,
}
