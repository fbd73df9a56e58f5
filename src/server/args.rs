//! What can be typed after `oidrad`. Nothing typed means: serve.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::Flags;

/// The register of an object identifier registration authority.
///
/// Without a command it serves: the first start makes the data directory, founds the register and writes an
/// administrator's token. SIGTERM and SIGINT let calls in flight end; a second signal stops at once.
#[derive(Debug, Parser)]
#[command(name = "oidrad", version, after_help = AFTER, args_conflicts_with_subcommands = false)]
pub struct Args {
    /// The settings that were typed.
    #[command(flatten)]
    pub flags: Flags,
    /// Print the settings in force as TOML, and end.
    #[arg(long, conflicts_with = "check_config")]
    pub dump_config: bool,
    /// Check the settings and the files they name, and end.
    #[arg(long)]
    pub check_config: bool,
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What stands below the help.
const AFTER: &str = "\
Every setting has a key in the file and a variable: `limits.connections` is OIDRA_LIMITS_CONNECTIONS.
A flag wins over the environment, the environment over the file.

Exit codes: 0 done or stopped as asked, 1 failed, 64 wrong usage, 78 wrong settings.";

/// What can be done instead of serving, without a running server.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the whole journal and print its tree head, signed (a C2SP checkpoint). Works beside a running server.
    Checkpoint {
        /// Print the key that checks its signature instead, in the text form of C2SP signed notes.
        #[arg(long)]
        key: bool,
    },
    /// Look into the journal.
    #[command(subcommand)]
    Journal(Journal),
    /// Replay the journal, compare with the live tables, and check the register's invariants.
    Verify,
    /// Make the tables anew from the journal.
    Rebuild,
    /// Show the zones of the DNS face.
    #[command(subcommand)]
    Zone(Zone),
    /// Make certificates to develop and test with: an authority, a server on this machine, a client.
    DevCertificate {
        /// The directory for them.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// A further name or address of the server.
        #[arg(long = "name", value_name = "NAME")]
        names: Vec<String>,
    },
    /// Print the versions of the program and of what it carries.
    Version,
}

/// Looking into the journal. None of it changes anything, and all of it works beside a running server.
#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Check every sum, hash, sequence and time; tell every fault with its file, offset and sequence.
    Verify,
    /// Print every record as one line of JSON, without persons' data.
    Dump,
    /// Copy what is sound up to the first fault into a fresh directory.
    Salvage {
        /// The directory, which must not exist or be empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// Showing the zones. No server may run meanwhile: `dig AXFR` asks one that does.
#[derive(Debug, Subcommand)]
pub enum Zone {
    /// Write a zone as a master file, with its signatures.
    Export {
        /// Which zone, by its name; need not be said where there is one.
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Print the DS record of each zone, for the zone above it.
    Ds,
    /// Print each zone's name and the node at its top.
    List,
    /// Make the serials go ahead of all that were served: once, after the files of a backup were put in place.
    Renumber,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
        let typed =
            Args::try_parse_from(["oidrad", "journal", "verify", "--data-dir", "x"]).unwrap();
        assert_eq!(typed.flags.data_dir, Some("x".into()));
        assert!(matches!(
            typed.command,
            Some(Command::Journal(Journal::Verify))
        ));
        assert!(Args::try_parse_from(["oidrad", "serve"]).is_err());
    }
}
