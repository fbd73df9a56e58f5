//! What was typed for the commands that need no register, and for those that ask after the server itself.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Turns any notation or encoding of object identifiers into every other
///
/// It needs no server but for names that only a register knows. The octets of an encoding are written in hexadecimal.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl convert 2.16.834
  oidctl convert '{joint-iso-itu-t(2) country(16) tz(834)}' --to der
  oidctl convert 0604 --from der-hex
  oidctl convert --names /Country/TZ
  oidctl convert --stdin -o jsonl < oids.txt
  oidctl convert --stdin --from der-hex --to dot < ders.txt

With --stdin each line is one input and gives one row: `input`, `ok`, then the notations, or `code` and `message`.
A line that fails makes the exit code 1; the others are done all the same.")]
pub struct ConvertArgs {
    /// The texts to convert
    #[arg(
        value_name = "TEXT",
        required_unless_present = "stdin",
        conflicts_with = "stdin"
    )]
    pub texts: Vec<String>,
    /// Read one input a line from the standard input
    #[arg(long)]
    pub stdin: bool,
    /// What the input is
    #[arg(long, value_enum, value_name = "FORM", default_value_t)]
    pub from: From,
    /// Write this notation or encoding alone
    #[arg(long, value_enum, value_name = "FORM")]
    pub to: Option<To>,
    /// Refuse what would otherwise be tolerated, and names that disagree with the numbers beside them
    #[arg(long)]
    pub strict: bool,
    /// Ask the server for the names that it knows
    #[arg(long)]
    pub names: bool,
}

/// What an input is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// Any notation; which one is seen from the text
    #[default]
    Text,
    /// 2.16.834
    Dot,
    /// {joint-iso-itu-t(2) country(16) tz(834)}
    Asn1,
    /// /Country/TZ
    Iri,
    /// urn:oid:2.16.834
    Urn,
    /// oid:/Country/TZ
    OidIri,
    /// DER, whole, in hexadecimal
    DerHex,
    /// DER, whole, in base64
    DerBase64,
    /// BER, whole, in hexadecimal
    BerHex,
    /// BER, whole, in base64
    BerBase64,
    /// Contents octets alone, in hexadecimal
    ContentsHex,
    /// Contents octets alone, in base64
    ContentsBase64,
    /// PER in hexadecimal
    PerHex,
    /// OER in hexadecimal
    OerHex,
    /// An XML value (X.693)
    Xer,
    /// A JSON value (X.697)
    Jer,
    /// CBOR with tag 111 (RFC 9090) in hexadecimal
    CborHex,
    /// A UUID, which is an arc of 2.25
    Uuid,
}

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum To {
    Dot,
    Asn1,
    Asn1Numbers,
    Iri,
    IriNumbers,
    OidIri,
    Urn,
    Der,
    DerBase64,
    Contents,
    Per,
    Oer,
    Xer,
    Jer,
    Cbor,
    Uuid,
}

/// Explains a refusal; without a code, lists all of them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl explain NUMBER_TAKEN
  oidctl explain 60
  oidctl explain")]
pub struct ExplainArgs {
    /// The code, by name or number
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// Asks the object identifier resolution system (ORS, X.672) for what a node has, through a DNS resolver
///
/// It needs no server of ours. Whether an answer is secure is told by the resolver, so name one that you trust, on this machine
/// or on a network of yours. The results are OK, BAD_IRI, NAME_TOO_LONG, NOT_ORS_SUPPORTED, SERVICE_ABSENT, INSECURE, BOGUS and,
/// where no answer is had, DNS_FAILURE.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl ors /2/16/834 COID
  oidctl ors /Country/TZ RINF --resolver 127.0.0.1 --secure
  oidctl ors 2.16.834.7 UINF --domain ors.example.org -o json")]
pub struct OrsArgs {
    /// The node, as an OID-IRI or in dot notation
    #[arg(value_name = "OID-IRI")]
    pub iri: String,
    /// The service: COID, CINF, RINF, MINF, UINF or another one
    #[arg(value_name = "SERVICE")]
    pub service: String,
    /// The resolver, with its port where that is not 53; without it, this machine's
    #[arg(long, value_name = "ADDRESS")]
    pub resolver: Option<String>,
    /// The domain of the resolution system
    #[arg(long, value_name = "NAME", default_value = "oid-res.org")]
    pub domain: String,
    /// Take nothing that the resolver does not call authentic (DNSSEC)
    #[arg(long)]
    pub secure: bool,
    /// Where the node has no name, ask for the nearest superior that has one
    #[arg(long)]
    pub nearest: bool,
}

/// Asks after the server itself; without a verb, what it is
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl server
  oidctl server health
  oidctl resolve 2.16.834 --as-of \"$(oidctl server revision)\"")]
pub struct ServerArgs {
    #[command(subcommand)]
    pub act: Option<ServerAct>,
}

/// What to ask a server.
#[derive(Clone, Copy, Debug, Default, Subcommand)]
pub enum ServerAct {
    /// Tells what the server is: its register, its authority, its revision, its limits
    #[default]
    Info,
    /// Tells the revision of now as one token, for `watch --after` and `--as-of`
    Revision,
    /// Tells whether the server is ready; the exit code is 0 if it is
    Health,
}

/// Writes the completions for a shell to the standard output
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl completions bash > ~/.local/share/bash-completion/completions/oidctl
  oidctl completions zsh > ~/.zfunc/_oidctl
  oidctl completions fish > ~/.config/fish/completions/oidctl.fish")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Writes the man pages into a directory
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl man /usr/local/share/man/man1")]
pub struct ManArgs {
    /// The directory; it is made if it is not there
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}
