//! What was typed for what is promised, and for labels that are not final.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use prost_types::Timestamp;

use crate::{cli::value, pb::v1};

/// Promises numbers to whoever has a secret, who needs no right of their own to take them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl allocation-token issue 2.16.834 --number 1000 --until 2027-01-01 --name 'Ministry of Health' --save health.promise
  oidctl allocation-token issue 2.16.834 --range 2000-2999 --count 5 --until 2027-01-01 --principal p-1 --save five.promise
  oidctl allocation-token list 2.16.834
  oidctl allocation-token revoke t-1 --yes
  oidctl allocate 2.16.834 --title en:Health --allocation-token-file health.promise")]
pub struct AllocationTokenArgs {
    #[command(subcommand)]
    pub act: AllocationTokenAct,
}

/// What to do with allocation tokens.
#[derive(Debug, Subcommand)]
pub enum AllocationTokenAct {
    Issue(AllocationTokenIssueArgs),
    /// Lists the allocation tokens below an arc, ended ones included; never the secrets
    List {
        /// The superior, in any notation
        #[arg(value_name = "SUPERIOR")]
        superior: String,
    },
    /// Ends an allocation token for ever; what was taken by it stays
    Revoke {
        /// The id of the token, which is not the secret
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// Promises a reserved number, or so many numbers of a range; the secret is shown once
///
/// Numbers of a range are not set aside: others may be given them first.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("of").args(["number", "range"]).required(true))]
pub struct AllocationTokenIssueArgs {
    /// The superior, in any notation
    #[arg(value_name = "SUPERIOR")]
    pub superior: String,
    /// This number, which must be reserved
    #[arg(long, value_name = "N", value_parser = value::number)]
    pub number: Option<String>,
    /// Numbers of this range; without an end where B is left out
    #[arg(long, value_name = "A-[B]", value_parser = value::range, requires = "count")]
    pub range: Option<v1::NumberRange>,
    /// How many numbers of the range
    #[arg(long, value_name = "N", requires = "range")]
    pub count: Option<u64>,
    /// Until when it is good
    #[arg(long, value_name = "DATE", value_parser = value::moment)]
    pub until: Timestamp,
    /// What to call it
    #[arg(long, value_name = "NAME", default_value = "promise")]
    pub name: String,
    /// The id of the principal who alone may use it
    #[arg(long, value_name = "ID")]
    pub principal: Option<String>,
    /// The id of the registrant to whom the arcs are assigned
    #[arg(long, value_name = "ID")]
    pub registrant: Option<String>,
    /// Write the secret to this new file, which only you may read, instead of showing it
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// Tells which labels are not final, challenges them, and decides what was said
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl label claims 2.16.834
  oidctl label challenge 2.16.834.7 Afya --text 'it is the name of the ministry'
  oidctl label decide 2.16.834.7 Afya --uphold --reason 'so it is' --yes
  oidctl label decide 2.16.834.7 Afya --dismiss --reason 'the ministry agrees' --yes")]
pub struct LabelArgs {
    #[command(subcommand)]
    pub act: LabelAct,
}

/// What to do about labels.
#[derive(Debug, Subcommand)]
pub enum LabelAct {
    /// Lists the labels directly below an arc that can be challenged, or are
    Claims {
        /// The superior, in any notation
        #[arg(value_name = "SUPERIOR")]
        superior: String,
    },
    /// Says why an arc should not have a label, as long as it is provisional
    Challenge {
        /// The arc, in any notation
        #[arg(value_name = "OID")]
        oid: String,
        /// The label
        #[arg(value_name = "LABEL")]
        label: String,
        /// Why: for those who register there
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Decides a challenge; needs --reason
    #[command(group = ArgGroup::new("verdict").args(["uphold", "dismiss"]).required(true))]
    Decide {
        /// The arc, in any notation
        #[arg(value_name = "OID")]
        oid: String,
        /// The label
        #[arg(value_name = "LABEL")]
        label: String,
        /// Take the label off the arc: others may have it
        #[arg(long)]
        uphold: bool,
        /// Let the label be final
        #[arg(long)]
        dismiss: bool,
    },
}
