//! What was typed for the commands about applications.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use crate::cli::value;

use super::EntryArgs;

/// Applies for arcs and judges applications
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl application submit 2.16.834 --registrant-name 'Example Ltd' --registrant-kind organisation \\
    --purpose 'Sensors of our plants' --declare
  oidctl application list --at 2.16.834 --overdue
  oidctl application review a-1
  oidctl application ask a-1 'Which plants?'
  oidctl application approve a-1
  oidctl application reject a-1 duplicate 'You have 2.16.834.7 for this'")]
pub struct ApplicationArgs {
    #[command(subcommand)]
    pub act: ApplicationAct,
}

/// What to do with an application.
#[derive(Debug, Subcommand)]
pub enum ApplicationAct {
    Submit(Box<SubmitArgs>),
    Verify(VerifyArgs),
    Amend(Box<AmendApplicationArgs>),
    /// Shows an application; to those who judge it, with what they should know
    Show {
        #[command(flatten)]
        which: Which,
    },
    List(ApplicationListArgs),
    /// Says that the authority has it
    Acknowledge {
        #[command(flatten)]
        which: Which,
    },
    /// Begins to judge it, on what is there
    Review {
        #[command(flatten)]
        which: Which,
    },
    /// Asks the applicant something
    Ask {
        #[command(flatten)]
        which: Which,
        /// The question
        #[arg(value_name = "TEXT")]
        text: String,
    },
    /// Answers what was asked
    Answer {
        #[command(flatten)]
        which: Which,
        /// The answer
        #[arg(value_name = "TEXT")]
        text: String,
    },
    /// Says something about it, among the authority's staff unless it says otherwise
    Comment {
        #[command(flatten)]
        which: Which,
        /// What to say
        #[arg(value_name = "TEXT")]
        text: String,
        /// It is for the applicant to read
        #[arg(long)]
        to_applicant: bool,
    },
    /// Approves it; the last approval that the policy wants gives the arc out
    Approve {
        #[command(flatten)]
        which: Which,
    },
    /// Rejects it
    Reject {
        #[command(flatten)]
        which: Which,
        /// Why, in a word
        #[arg(value_enum, value_name = "REASON")]
        why: RejectionReason,
        /// Why, in a sentence
        #[arg(value_name = "TEXT")]
        text: String,
    },
    /// Does not accept the rejection
    Appeal {
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(value_name = "TEXT")]
        text: String,
    },
    /// Decides an appeal; for somebody else than who rejected
    DecideAppeal {
        #[command(flatten)]
        which: Which,
        /// Whether it is judged anew, or the rejection stands
        #[arg(value_enum, value_name = "HOW")]
        how: AppealDecision,
        /// Why
        #[arg(value_name = "TEXT")]
        text: String,
    },
    /// Takes it back
    Withdraw {
        #[command(flatten)]
        which: Which,
    },
    Fee(FeeArgs),
    Attach(AttachArgs),
    /// Lists its papers: what was handed in with it and can be fetched
    Papers {
        #[command(flatten)]
        which: Which,
    },
    Fetch(FetchArgs),
}

impl ApplicationAct {
    /// Whether it may change the register.
    pub const fn writes(&self) -> bool {
        !matches!(
            self,
            Self::Show { .. } | Self::List(_) | Self::Papers { .. } | Self::Fetch(_)
        )
    }
}

/// An application by its id.
#[derive(Debug, Args)]
pub struct Which {
    /// The id of the application
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Shows the code that was sent for an application without a token: hands it in, and gives a token
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl application verify v-1 7K2M-0QXA-P9RT --save my.token")]
pub struct VerifyArgs {
    /// What `application submit` told
    #[arg(value_name = "VERIFICATION")]
    pub verification: String,
    /// The code that was sent
    #[arg(value_name = "CODE")]
    pub code: String,
    /// Write the token to this new file, for its owner alone, and do not show it
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// Applies for an arc; the registrant is the applicant
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl application submit 2.16.834 --form form.toml --declare
  oidctl application submit 2.16.834 --number 42 --label Afya@sw --registrant-name 'Ministry of Health' \\
    --registrant-kind organisation --purpose 'Codes for illnesses' --attach letter.pdf --declare")]
pub struct SubmitArgs {
    /// The superior, in any notation
    #[arg(value_name = "SUPERIOR")]
    pub superior: String,
    /// The language in which the applicant wants to hear; without it, English
    #[arg(long, value_name = "LANG", value_parser = value::language)]
    pub language: Option<String>,
    #[command(flatten)]
    pub asked: AskedArgs,
}

/// Tells anew what an application asks for; what is not named stays as it is
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl application amend a-1 --number 43")]
pub struct AmendApplicationArgs {
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub asked: AskedArgs,
}

/// What is asked for.
#[derive(Debug, Args)]
pub struct AskedArgs {
    /// Take what is not typed from this form, TOML or JSON
    #[arg(long, value_name = "FILE")]
    pub form: Option<PathBuf>,
    /// The wished number
    #[arg(long, value_name = "N", value_parser = value::number)]
    pub number: Option<String>,
    /// What the arc is for, and why it is needed
    #[arg(long, value_name = "TEXT")]
    pub purpose: Option<String>,
    /// What will be registered below it
    #[arg(long, value_name = "TEXT")]
    pub below: Option<String>,
    /// The applicant's legal form
    #[arg(long, value_name = "TEXT")]
    pub legal_form: Option<String>,
    /// Under which number the applicant is registered in its country
    #[arg(long, value_name = "TEXT")]
    pub registration_number: Option<String>,
    /// In which country (ISO 3166-1, two letters)
    #[arg(long, value_name = "CC")]
    pub country: Option<String>,
    /// By what the payment of a fee is found
    #[arg(long, value_name = "TEXT")]
    pub fee_reference: Option<String>,
    /// A file that goes with it, which is handed in; with an address only its digest, size and name are told, and where it is
    /// to be had
    #[arg(long = "attach", value_name = "FILE[=URI]")]
    pub attachments: Vec<String>,
    /// Declare to keep records of what is registered below, and never to use a number again
    #[arg(long)]
    pub declare: bool,
    #[command(flatten)]
    pub entry: EntryArgs,
}

/// Lists the applications you may know, in the order in which they were handed in
#[derive(Debug, Args)]
pub struct ApplicationListArgs {
    /// Only those at this node and below it
    #[arg(long, value_name = "OID")]
    pub at: Option<String>,
    /// Only those at this stage
    #[arg(long, value_enum, value_name = "STAGE")]
    pub stage: Option<ApplicationStage>,
    /// Only those of this registrant
    #[arg(long, value_name = "ID")]
    pub applicant: Option<String>,
    /// Only those that somebody should have acted upon
    #[arg(long)]
    pub overdue: bool,
    /// Only the open ones that you handed in
    #[arg(long)]
    pub own: bool,
}

/// Reports what happened at a node and below it in a period, and what is late
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl report 2.16.834 --from 2026-01-01 --to 2026-07-01
  oidctl report 2.16.834 --csv > report.csv
  oidctl report 2.16.834 --plot arcs.svg")]
pub struct ReportArgs {
    /// The node; without it, everywhere
    #[arg(value_name = "OID")]
    pub node: Option<String>,
    /// The beginning of the period; without it, a year before its end
    #[arg(long, value_name = "TIME", value_parser = value::moment)]
    pub from: Option<prost_types::Timestamp>,
    /// Its end, which is no part of it; without it, now
    #[arg(long, value_name = "TIME", value_parser = value::moment)]
    pub to: Option<prost_types::Timestamp>,
    /// Write one row a fact, for spreadsheets
    #[arg(long)]
    pub csv: bool,
    /// Draw the arcs that were registered, by month, into this file (SVG)
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
}

/// Lists what applicants and registrants were told of by mail
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl notice list --application a-1
  oidctl notice list --waiting")]
pub struct NoticeArgs {
    #[command(subcommand)]
    pub act: NoticeAct,
}

/// What to do with notices.
#[derive(Debug, Subcommand)]
pub enum NoticeAct {
    List(NoticeListArgs),
}

/// Lists the notices about what you may know, in the order in which they came about
#[derive(Debug, Args)]
pub struct NoticeListArgs {
    /// Only those about this application
    #[arg(long, value_name = "ID")]
    pub application: Option<String>,
    /// Only those that wait to be sent
    #[arg(long)]
    pub waiting: bool,
}

/// Says what is to be paid for it, that it was paid, or why it need not be
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("state").args(["due", "paid", "waived"]).required(true))]
#[command(after_help = "\
Examples:
  oidctl application fee a-1 --due '50,000 TZS'
  oidctl application fee a-1 --paid 'bank 2026-17'
  oidctl application fee a-1 --waived 'a public body'")]
pub struct FeeArgs {
    #[command(flatten)]
    pub which: Which,
    /// So much is due
    #[arg(long, value_name = "TEXT")]
    pub due: Option<String>,
    /// It was paid; this finds the payment
    #[arg(long, value_name = "REFERENCE")]
    pub paid: Option<String>,
    /// It need not be paid, for this reason
    #[arg(long, value_name = "WHY")]
    pub waived: Option<String>,
    /// How much it is; without it, as much as it was
    #[arg(long, value_name = "AMOUNT CURRENCY", value_parser = value::amount)]
    pub amount: Option<crate::model::money::Amount>,
}

/// Hands in papers: letters, proofs
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl application attach a-1 letter.pdf seal.png")]
pub struct AttachArgs {
    #[command(flatten)]
    pub which: Which,
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// Their media type, where their names do not tell it
    #[arg(long, value_name = "TYPE")]
    pub media_type: Option<String>,
}

/// Fetches a paper, whole or not at all
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl application fetch a-1 letter.pdf --save letter.pdf
  oidctl application fetch a-1 ba7816bf | less")]
pub struct FetchArgs {
    #[command(flatten)]
    pub which: Which,
    /// Its name, or how its digest begins
    #[arg(value_name = "PAPER")]
    pub paper: String,
    /// Write it to this new file, for its owner alone; without it, to standard output
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ApplicationStage {
    Submitted,
    Acknowledged,
    InformationRequested,
    UnderReview,
    Approved,
    Rejected,
    Appealed,
    Withdrawn,
    Expired,
}

/// Why an application is rejected, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RejectionReason {
    /// What was told does not suffice
    Incomplete,
    /// The applicant cannot be given an arc here
    NotEligible,
    /// What the arc is for is no business of this authority
    OutOfScope,
    /// A name is misleading, or somebody else's
    UnsuitableName,
    /// The number cannot be given out
    NumberUnavailable,
    /// The same thing has an arc already
    Duplicate,
    /// What the applicant said of itself could not be confirmed
    Unverified,
    /// The fee was not paid
    FeeUnpaid,
    /// Something else, which the text tells
    Other,
}

/// What is decided upon an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AppealDecision {
    /// The application is judged anew
    Granted,
    /// The rejection stands for good
    Upheld,
}
