//! What was typed for the commands that change the register.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use prost_types::Timestamp;

use crate::{
    cli::value::{self, Minimum, Most, Names, Span, Windows},
    model::limits::BLOCK_ARCS_MAX,
    pb::v1,
};

/// How a contact is written.
const CONTACT: &str = "ROLE=ID|'NAME <EMAIL>'[,KIND][,public]";

/// Gives out a new arc: the next free number, one you name, a random one, or a block
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("choice").args(["number", "next", "random"]))]
#[command(after_help = "\
Examples:
  oidctl allocate 2.16.834 --identifier health --label Afya@sw --title en:Health --title sw:Afya
  oidctl allocate /Country/TZ --number 42 --registrant r-17 --dry-run
  oidctl allocate 2.16.834 --random --within 100000-999999 --title en:Sensors
  oidctl allocate 2.16.834 --block 100 --registrant-name 'Example Ltd' --registrant-kind organisation
  oidctl allocate 2.16.834 --title en:Health --allocation-token-file health.promise")]
pub struct AllocateArgs {
    /// The superior, in any notation
    #[arg(value_name = "SUPERIOR")]
    pub superior: String,
    /// This number; with --block, the first one
    #[arg(long, value_name = "N", value_parser = value::number)]
    pub number: Option<String>,
    /// The next free number, which is what is done without saying so
    #[arg(long)]
    pub next: bool,
    /// A random number
    #[arg(long, conflicts_with = "block")]
    pub random: bool,
    /// Draw the random number from this run
    #[arg(long, value_name = "A-B", requires = "random", value_parser = value::closed_range)]
    pub within: Option<v1::NumberRange>,
    /// So many consecutive numbers that share everything else
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=BLOCK_ARCS_MAX))]
    pub block: Option<u64>,
    /// A file that holds the secret of an allocation token, by which the number is taken [env: OIDRA_ALLOCATION_TOKEN]
    #[arg(long, value_name = "FILE", conflicts_with = "block")]
    pub allocation_token_file: Option<PathBuf>,
    #[command(flatten)]
    pub entry: EntryArgs,
}

/// Records an arc that was assigned elsewhere or long ago, with its proof
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl record 2.16.834.3 --proof 'Gazette 1998, no. 12' --registered 1998-04-01 --title en:Customs")]
pub struct RecordArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// What proves the assignment
    #[arg(long, value_name = "TEXT")]
    pub proof: String,
    /// Where the proof is to be had
    #[arg(long, value_name = "URI")]
    pub proof_uri: Option<String>,
    /// When it was registered
    #[arg(long, value_name = "DATE", value_parser = value::moment)]
    pub registered: Option<Timestamp>,
    #[command(flatten)]
    pub entry: EntryArgs,
}

/// What a new arc shall hold.
#[derive(Debug, Args)]
#[command(next_help_heading = "What the arc shall hold")]
pub struct EntryArgs {
    /// A secondary identifier; the first is the preferred one
    #[arg(long = "identifier", value_name = "NAME", value_parser = value::identifier)]
    pub identifiers: Vec<String>,
    /// A Unicode label; the first is the preferred one
    #[arg(long = "label", value_name = "LABEL[@LANG]", value_parser = value::label)]
    pub labels: Vec<v1::Label>,
    /// A title, one for each language
    #[arg(long = "title", value_name = "[LANG:]TEXT", value_parser = value::text)]
    pub titles: Vec<v1::Text>,
    /// A description, one for each language
    #[arg(long = "description", value_name = "[LANG:]TEXT", value_parser = value::text)]
    pub descriptions: Vec<v1::Text>,
    /// The language of titles and descriptions that name none [env: OIDRA_LANG]
    #[arg(long, value_name = "LANG", value_parser = value::language)]
    pub lang: Option<String>,
    /// A service that tells more
    #[arg(long = "service", value_name = "KIND=URI[,PRIORITY]", value_parser = value::service)]
    pub services: Vec<v1::Service>,
    /// Where the arc is defined
    #[arg(long = "reference", value_name = "TITLE=URI[,asn1=MODULE]", value_parser = value::reference)]
    pub references: Vec<v1::Reference>,
    /// Whom to turn to: one the register knows, or a new one with an e-mail address
    #[arg(long = "contact", value_name = CONTACT, value_parser = value::contact)]
    pub contacts: Vec<v1::NewContact>,
    /// Who may see it
    #[arg(long, value_enum, value_name = "WHO")]
    pub visibility: Option<Visibility>,
    #[command(flatten)]
    pub flags: FlagArgs,
    /// To whom it is assigned: the id of a registrant the register knows
    #[arg(long, value_name = "ID", conflicts_with = "registrant_name")]
    pub registrant: Option<String>,
    #[command(flatten)]
    pub new_registrant: RegistrantArgs,
    /// The id of a registrant who speaks for the registrant
    #[arg(long, value_name = "ID")]
    pub sponsor: Option<String>,
    /// When it was applied for
    #[arg(long, value_name = "DATE", value_parser = value::moment)]
    pub applied: Option<Timestamp>,
    /// Of which category of the superior's policy the registrant is: the number is one of its
    #[arg(long, value_name = "NAME", value_parser = value::identifier)]
    pub category: Option<String>,
}

/// Marks of an arc; each may be given as `--leaf` or `--leaf=false`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Marks")]
pub struct FlagArgs {
    /// It never has subordinates
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub leaf: Option<bool>,
    /// It gets no new subordinates
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub frozen: Option<bool>,
    /// Its subordinates get no secondary identifiers
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_identifiers: Option<bool>,
    /// Its subordinates get no Unicode labels
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_unicode_labels: Option<bool>,
    /// Its definition is not final
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub draft: Option<bool>,
}

/// A registrant that the register does not know yet.
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the options"
)]
#[derive(Debug, Args)]
#[command(next_help_heading = "A new registrant")]
pub struct RegistrantArgs {
    /// The name of a new registrant
    #[arg(long, value_name = "NAME", requires = "registrant_kind")]
    pub registrant_name: Option<String>,
    /// What the new registrant is
    #[arg(long, value_enum, value_name = "KIND", requires = "registrant_name")]
    pub registrant_kind: Option<Party>,
    /// Its e-mail address
    #[arg(long, value_name = "ADDRESS", requires = "registrant_name")]
    pub registrant_email: Option<String>,
    /// Its telephone number
    #[arg(long, value_name = "NUMBER", requires = "registrant_name")]
    pub registrant_telephone: Option<String>,
    /// Its postal address
    #[arg(long, value_name = "TEXT", requires = "registrant_name")]
    pub registrant_address: Option<String>,
    /// Let the public see its name
    #[arg(long, requires = "registrant_name")]
    pub registrant_name_public: bool,
    /// To whom a field is shown: name, email, telephone or address to public, registrars (the usual) or nobody
    #[arg(long, value_name = "FIELD=WHO", value_parser = value::seen_by, requires = "registrant_name")]
    pub registrant_seen_by: Vec<value::SeenBy>,
}

/// What a registrant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Party {
    Person,
    Organisation,
    Machine,
}

/// Who may see an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Visibility {
    /// Everybody sees everything
    Public,
    /// Everybody sees that the number is taken, and nothing else
    Stub,
    /// For those without the right, it does not exist
    Hidden,
}

/// Keeps a number free for a while; a hold ends by itself and frees the number
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl hold 2.16.834 --number 42 --for 30d
  oidctl hold /Country/TZ
  oidctl hold list 2.16.834")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct HoldArgs {
    #[command(subcommand)]
    pub act: Option<HoldAct>,
    /// The superior, in any notation
    #[arg(value_name = "SUPERIOR", required = true)]
    pub superior: Option<String>,
    /// This number; without it, the next free one
    #[arg(long, value_name = "N", value_parser = value::number, conflicts_with = "next")]
    pub number: Option<String>,
    /// The next free number, which is what is done without saying so
    #[arg(long)]
    pub next: bool,
    /// For how long
    #[arg(long = "for", value_name = "TIME", default_value = "14d", value_parser = value::span)]
    pub seconds: u64,
}

/// What else to do with holds.
#[derive(Debug, Subcommand)]
pub enum HoldAct {
    /// Lists the numbers held directly below an arc, for those who register there
    List {
        /// The superior, in any notation
        #[arg(value_name = "OID")]
        oid: String,
    },
}

/// Gives a hold up, so that the number is free again
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl release 2.16.834 42")]
pub struct ReleaseArgs {
    /// The superior, in any notation
    #[arg(value_name = "SUPERIOR")]
    pub superior: String,
    /// The number held
    #[arg(value_name = "NUMBER", value_parser = value::number)]
    pub number: String,
    /// The id of the hold
    #[arg(long, value_name = "ID")]
    pub hold: Option<String>,
}

/// Burns numbers without assigning them; a reserved number can be allocated later
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl reserve 2.16.834 1000
  oidctl reserve /Country/TZ 1000-1099 --reason 'for the ministries' --yes")]
pub struct ReserveArgs {
    /// The superior, in any notation
    #[arg(value_name = "SUPERIOR")]
    pub superior: String,
    /// The number, or the first and the last
    #[arg(value_name = "FIRST[-LAST]", value_parser = value::closed_range)]
    pub numbers: v1::NumberRange,
}

/// Changes names, marks, visibility, titles, descriptions, services, references or contacts of an arc
///
/// The entry is read first; if somebody else changes it meanwhile, nothing is done.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl amend 2.16.834.7 --title sw:Afya --add-label Afya@sw
  oidctl amend 2.16.834.7 --remove-label Gesundheit --frozen
  oidctl amend 2.16.834.7 --identifier health --identifier afya --visibility public
  oidctl amend 2.16.834.7 --add-contact 'technical=Asha Example <asha@example.org>'
  oidctl amend 2.16.834.7 --clear descriptions")]
pub struct AmendArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// The secondary identifiers, instead of those there are
    #[arg(long = "identifier", value_name = "NAME", value_parser = value::identifier)]
    pub identifiers: Vec<String>,
    /// One more secondary identifier
    #[arg(long = "add-identifier", value_name = "NAME", value_parser = value::identifier)]
    pub add_identifiers: Vec<String>,
    /// A secondary identifier to take away
    #[arg(long = "remove-identifier", value_name = "NAME")]
    pub remove_identifiers: Vec<String>,
    /// The Unicode labels, instead of those there are
    #[arg(long = "label", value_name = "LABEL[@LANG]", value_parser = value::label)]
    pub labels: Vec<v1::Label>,
    /// One more Unicode label
    #[arg(long = "add-label", value_name = "LABEL[@LANG]", value_parser = value::label)]
    pub add_labels: Vec<v1::Label>,
    /// A Unicode label to take away
    #[arg(long = "remove-label", value_name = "LABEL")]
    pub remove_labels: Vec<String>,
    /// The title in a language; the other languages stay
    #[arg(long = "title", value_name = "[LANG:]TEXT", value_parser = value::text)]
    pub titles: Vec<v1::Text>,
    /// The language whose title to take away
    #[arg(long = "remove-title", value_name = "LANG", value_parser = value::language)]
    pub remove_titles: Vec<String>,
    /// The description in a language; the other languages stay
    #[arg(long = "description", value_name = "[LANG:]TEXT", value_parser = value::text)]
    pub descriptions: Vec<v1::Text>,
    /// The language of titles and descriptions that name none [env: OIDRA_LANG]
    #[arg(long, value_name = "LANG", value_parser = value::language)]
    pub lang: Option<String>,
    /// The language whose description to take away
    #[arg(long = "remove-description", value_name = "LANG", value_parser = value::language)]
    pub remove_descriptions: Vec<String>,
    /// The services, instead of those there are
    #[arg(long = "service", value_name = "KIND=URI[,PRIORITY]", value_parser = value::service)]
    pub services: Vec<v1::Service>,
    /// One more service
    #[arg(long = "add-service", value_name = "KIND=URI[,PRIORITY]", value_parser = value::service)]
    pub add_services: Vec<v1::Service>,
    /// The URI of a service to take away
    #[arg(long = "remove-service", value_name = "URI")]
    pub remove_services: Vec<String>,
    /// The references, instead of those there are
    #[arg(long = "reference", value_name = "TITLE=URI[,asn1=MODULE]", value_parser = value::reference)]
    pub references: Vec<v1::Reference>,
    /// One more reference
    #[arg(long = "add-reference", value_name = "TITLE=URI[,asn1=MODULE]", value_parser = value::reference)]
    pub add_references: Vec<v1::Reference>,
    /// The contacts, instead of those there are
    #[arg(long = "contact", value_name = CONTACT, value_parser = value::contact)]
    pub contacts: Vec<v1::NewContact>,
    /// One more contact
    #[arg(long = "add-contact", value_name = CONTACT, value_parser = value::contact)]
    pub add_contacts: Vec<v1::NewContact>,
    /// The id of a contact to take away, in one role or in all
    #[arg(long = "remove-contact", value_name = "[ROLE=]ID")]
    pub remove_contacts: Vec<String>,
    /// Take all of these away
    #[arg(long, value_enum, value_name = "FIELD")]
    pub clear: Vec<Clearable>,
    /// Who may see it
    #[arg(long, value_enum, value_name = "WHO")]
    pub visibility: Option<Visibility>,
    #[command(flatten)]
    pub flags: FlagArgs,
}

/// A list that can be emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Clearable {
    Identifiers,
    Labels,
    Titles,
    Descriptions,
    Services,
    References,
    Contacts,
}

/// Changes the state of an arc; no state ever frees a number
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("relation").args(["successor", "duplicate_of"]))]
#[command(after_help = "\
Examples:
  oidctl state 2.16.834.7 deprecate --successor 2.16.834.8 --reason 'merged'
  oidctl state 2.16.834.7 withdraw --despite-subordinates --reason 'dissolved' --yes
  oidctl state 2.16.834.7 reinstate")]
pub struct StateArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// What to do with it
    #[arg(value_enum, value_name = "ACT")]
    pub act: StateAct,
    /// The arc to use instead
    #[arg(long, value_name = "OID")]
    pub successor: Option<String>,
    /// The arc that was assigned for the same thing
    #[arg(long, value_name = "OID")]
    pub duplicate_of: Option<String>,
    /// Withdraw it although subordinates below it are in force
    #[arg(long)]
    pub despite_subordinates: bool,
}

/// What to do with an arc's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateAct {
    /// Not in force for the time being
    Suspend,
    /// In force again, or at last
    Activate,
    /// Still valid, but not for new uses
    Deprecate,
    /// No longer valid; the number is never used again
    Withdraw,
    /// Take a withdrawal back, while the policy allows it
    Reinstate,
}

/// Plans what happens to an arc at a moment, or when somebody should look again
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl plan add 2.16.834.7 --at 2027-01-01 --state deprecate --successor 2.16.834.9
  oidctl plan add 2.16.834.7 --at 2027-06-30T12:00:00Z --visibility public
  oidctl plan add 2.16.834.7 --at 2027-06-30 --review 'still confidential?'
  oidctl plan add 2.16.834.7 --at 2027-06-30 --transfer r-17
  oidctl plan amend 2.16.834.7 --at 2027-06-30 --title sw:Afya
  oidctl plan cancel 2.16.834.7 2")]
pub struct PlanArgs {
    #[command(subcommand)]
    pub act: PlanAct,
}

/// Plans new values of fields of an arc, judged when their moment comes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl plan amend 2.16.834.7 --at 2027-01-01 --title sw:Afya --add-label Afya@sw
  oidctl plan amend 2.16.834.7 --at 2027-01-01 --contact technical=r-17")]
pub struct PlanAmendArgs {
    /// When
    #[arg(long, value_name = "TIME", value_parser = value::moment)]
    pub at: Timestamp,
    #[command(flatten)]
    pub changes: AmendArgs,
}

/// What to do with plans.
#[derive(Debug, Subcommand)]
pub enum PlanAct {
    Add(PlanAddArgs),
    Amend(Box<PlanAmendArgs>),
    Cancel(PlanCancelArgs),
}

/// Plans a change, judged when its moment comes, or a review
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("planned").args(["state", "visibility", "review", "transfer"]).required(true))]
pub struct PlanAddArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// When
    #[arg(long, value_name = "TIME", value_parser = value::moment)]
    pub at: Timestamp,
    /// What happens to its state
    #[arg(long, value_enum, value_name = "ACT")]
    pub state: Option<StateAct>,
    /// The arc to use instead
    #[arg(long, value_name = "OID", requires = "state")]
    pub successor: Option<String>,
    /// Who may see it then
    #[arg(long, value_enum, value_name = "WHO")]
    pub visibility: Option<Visibility>,
    /// Somebody looks again whether it should stay as it is: why
    #[arg(long, value_name = "TEXT")]
    pub review: Option<String>,
    /// To which registrant it goes then, by id
    #[arg(long, value_name = "ID")]
    pub transfer: Option<String>,
}

/// Sets the end of an arc's term anew
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("end").args(["seconds", "until"]))]
#[command(after_help = "\
Examples:
  oidctl renew 2.16.834.7
  oidctl renew 2.16.834.7 --for 365d --reason 'renewed by letter of 3 May'
  oidctl renew 2.16.834.7 --until 2030-01-01")]
pub struct RenewArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// For how long from the end that its term has now, or from now where that is over; without it, for as long as the policy says
    #[arg(long = "for", value_name = "TIME", value_parser = value::seconds)]
    pub seconds: Option<u64>,
    /// Until when
    #[arg(long, value_name = "TIME", value_parser = value::moment)]
    pub until: Option<Timestamp>,
}

/// Confirms that what is known of the registrant of an arc is right
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl confirm 2.16.834.7 --code 7K3F-9Q2M-XW4T
  oidctl confirm 2.16.834.7
  oidctl confirm 2.16.834.7 --reason 'told by telephone'")]
pub struct ConfirmArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// The code that was mailed; then no token is needed
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
}

/// Reports that what is registered about an arc is wrong, and settles it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl suspect report 2.16.834.7 --what 'the ministry was dissolved in 2024'
  oidctl suspect accept 2.16.834.7
  oidctl suspect settle 2.16.834.7 --reason 'the registrant was corrected'")]
pub struct SuspectArgs {
    #[command(subcommand)]
    pub act: SuspectAct,
}

/// What to do about an error.
#[derive(Debug, Subcommand)]
pub enum SuspectAct {
    /// Reports an error; from staff and holders the arc is marked at once, from others when staff accepts it
    Report {
        /// The arc, in any notation
        #[arg(value_name = "OID")]
        oid: String,
        /// What is wrong; staff and registrant read it
        #[arg(long, value_name = "TEXT")]
        what: String,
    },
    /// Marks the arc as suspect, as was reported
    Accept {
        /// The arc, in any notation
        #[arg(value_name = "OID")]
        oid: String,
    },
    /// Ends what was reported: it was mended, or was right; say which with --reason
    Settle {
        /// The arc, in any notation
        #[arg(value_name = "OID")]
        oid: String,
    },
}

/// Cancels what is planned; of a review, says that it was made
#[derive(Debug, Args)]
pub struct PlanCancelArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// The number of the plan, which `resolve` shows
    #[arg(value_name = "NUMBER")]
    pub number: u32,
}

/// Lets somebody else act as the registration authority below an arc
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("delegate").args(["to", "oidip", "ors", "name_server"]).required(true).multiple(true))]
#[command(after_help = "\
Examples:
  oidctl delegate 2.16.834.7 --to p-health --to p-health-deputy
  oidctl delegate 2.16.834.7 --oidip https://oid.example.org --ors oid.example.org
  oidctl delegate 2.16.834.7 --name-server ns1.example.org --name-server ns2.example.org")]
pub struct DelegateArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// A principal who acts in this register
    #[arg(long, value_name = "PRINCIPAL", num_args = 1.., conflicts_with_all = ["oidip", "ors", "name_server"])]
    pub to: Vec<String>,
    /// Where the holder's own register answers OID-IP
    #[arg(long, value_name = "URI")]
    pub oidip: Option<String>,
    /// Where the ORS zone of the holder's own register is served
    #[arg(long, value_name = "NAME")]
    pub ors: Option<String>,
    /// A name server of that zone, with its addresses behind it where its name lies in the zone
    #[arg(long, value_name = "HOST[ ADDRESS…]")]
    pub name_server: Vec<String>,
    /// What vouches for the zone's key, as in a DS record: key tag, algorithm, digest type, digest
    #[arg(long, value_name = "DS", requires = "name_server")]
    pub delegation_signer: Vec<String>,
}

/// Ends a delegation
#[derive(Debug, Args)]
pub struct RecallArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
}

/// Gives an arc to another registrant; the object identifier does not change
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("receiver").args(["to", "registrant_name"]).required(true))]
#[command(after_help = "\
Examples:
  oidctl transfer 2.16.834.7 --to r-17 --reason 'merger of the two'
  oidctl transfer 2.16.834.7 --registrant-name 'Example Ltd' --registrant-kind organisation
  oidctl transfer 2.16.834.7 --to r-17 --offer")]
pub struct TransferArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// The id of a registrant the register knows
    #[arg(long, value_name = "ID")]
    pub to: Option<String>,
    #[command(flatten)]
    pub new_registrant: RegistrantArgs,
    /// Offer it: it goes to them when its holder and they agreed
    #[arg(long)]
    pub offer: bool,
}

/// Keeps an arc from being changed or given away
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl lock 2.16.834.7
  oidctl lock 2.16.834.7 --authority --reason 'court order 17/2026'")]
pub struct LockArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// The authority's lock, which keeps its state, too; without it, the holder's
    #[arg(long)]
    pub authority: bool,
}

/// Agrees to what waits at an arc: a transfer that was offered, or the release of a lock
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl consent 2.16.834.7 --code 7K3F-9Q2M-XW4T
  oidctl consent 2.16.834.7 --as receiver
  oidctl consent 2.16.834.7")]
pub struct ConsentArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// For which side of a transfer, by rights of one's own
    #[arg(long = "as", value_enum, value_name = "SIDE", conflicts_with = "code")]
    pub side: Option<ConsentSide>,
    /// The code that was mailed; then no token is needed
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
}

/// Who agrees to a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConsentSide {
    /// Whose the arc is
    Holder,
    /// Who gets it
    Receiver,
}

/// Takes back what waits at an arc until somebody agrees
#[derive(Debug, Args)]
pub struct RetractArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
}

/// Shows, sets or closes the rule by which an arc answers for subordinates without a row of each
#[derive(Debug, Args)]
pub struct TemplateArgs {
    #[command(subcommand)]
    pub act: TemplateAct,
}

/// What to do with a template.
#[derive(Debug, Subcommand)]
pub enum TemplateAct {
    /// Shows the template of an arc
    Get {
        /// The arc, in any notation
        #[arg(value_name = "OID")]
        oid: String,
    },
    Set(Box<TemplateSetArgs>),
    /// Closes the template of an arc for good; its numbers stay used up
    Close {
        /// The arc, in any notation
        #[arg(value_name = "OID")]
        oid: String,
    },
}

/// Sets the template of an arc, or widens it; what is not named stays as it is
#[derive(Debug, Args)]
#[command(after_help = "\
In texts and addresses {number} stands for the number of the arc, {oid} for its dot notation, {uuid} for its UUID.

Examples:
  oidctl template set 2.16.834.7 --numbers 1000- --title 'en:Meter {number}' --service 'info=https://meters.example/{number}'
  oidctl template set 2.16.834.7 --numbers 1-
  oidctl template set 2.16.834.8 --uuids --title 'en:Device {uuid}'")]
pub struct TemplateSetArgs {
    /// The arc, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// Which numbers directly below the arc; all of them, those that it covers already too
    #[arg(long, value_name = "WINDOWS", value_parser = value::windows)]
    pub numbers: Option<Windows>,
    /// The numbers of UUIDs, 0 to 2^128 - 1
    #[arg(long, conflicts_with = "numbers")]
    pub uuids: bool,
    /// A title, one for each language; all that there are must be named
    #[arg(long = "title", value_name = "[LANG:]TEXT", value_parser = value::text)]
    pub titles: Vec<v1::Text>,
    /// A description, one for each language; all that there are must be named
    #[arg(long = "description", value_name = "[LANG:]TEXT", value_parser = value::text)]
    pub descriptions: Vec<v1::Text>,
    /// The language of titles and descriptions that name none [env: OIDRA_LANG]
    #[arg(long, value_name = "LANG", value_parser = value::language)]
    pub lang: Option<String>,
    /// A service that tells more; all that there are must be named
    #[arg(long = "service", value_name = "KIND=URI[,PRIORITY]", value_parser = value::service)]
    pub services: Vec<v1::Service>,
}

/// Opens or resets a place of the tree where integrators try the API out
#[derive(Debug, Args)]
pub struct SandboxArgs {
    #[command(subcommand)]
    pub act: SandboxAct,
}

/// What to do with a sandbox.
#[derive(Debug, Subcommand)]
pub enum SandboxAct {
    /// Makes an arc without subordinates a sandbox: everybody with a token registers below its generation
    Open {
        /// The arc, in any notation
        #[arg(value_name = "OID")]
        oid: String,
        /// Most arcs of one generation; without it, 1000
        #[arg(long, value_name = "N")]
        arcs_max: Option<u64>,
    },
    /// Withdraws and hides all that stands in a sandbox, and opens its next generation
    Reset {
        /// The arc, in any notation
        #[arg(value_name = "OID")]
        oid: String,
    },
}

/// Shows or sets the policy for the subordinates of a node
#[derive(Debug, Args)]
pub struct PolicyArgs {
    #[command(subcommand)]
    pub act: PolicyAct,
}

/// What to do with a policy.
#[derive(Debug, Subcommand)]
pub enum PolicyAct {
    /// Shows the policy in force at a node
    Get {
        /// The node, in any notation
        #[arg(value_name = "OID")]
        oid: String,
    },
    Set(Box<PolicySetArgs>),
    Try(Box<PolicyTryArgs>),
}

/// Sets the policy of a node; what is not named stays as it is
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl policy set 2.16.834 --windows 1-999,5000- --keep-back 900-999
  oidctl policy set 2.16.834 --numbering next-free --title-required --longest-hold 30d
  oidctl policy set 2.16.834 --category government=1-99 --category companies=100- --reserved-names gov,serikali
  oidctl policy set 2.16.834 --fee-amount 'application=50000 TZS' --fee-amount 'allocation=20000 TZS'
  oidctl policy set 2.16.834.7 --inherit")]
pub struct PolicySetArgs {
    /// The node, in any notation
    #[arg(value_name = "OID")]
    pub oid: String,
    /// How numbers are chosen
    #[arg(long, value_enum, value_name = "HOW")]
    pub numbering: Option<Numbering>,
    /// Which numbers may be given out, in the order they are used up
    #[arg(long, value_name = "WINDOWS", value_parser = value::windows)]
    pub windows: Option<Windows>,
    /// Which numbers are kept back
    #[arg(long, value_name = "WINDOWS", value_parser = value::windows)]
    pub keep_back: Option<Windows>,
    /// Whether a secondary identifier may stand on one sibling only
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub identifiers_unique: Option<bool>,
    /// Whether a new arc needs a secondary identifier
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub identifier_required: Option<bool>,
    /// Whether a new arc needs a title
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub title_required: Option<bool>,
    /// Whether a new arc needs a registrant
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub registrant_required: Option<bool>,
    /// Whether arcs are given out only upon an application
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub application_required: Option<bool>,
    /// How many approvals an application needs
    #[arg(long, value_name = "N")]
    pub approvals: Option<u32>,
    /// Most arcs one registrant may hold directly below the node
    #[arg(long, value_name = "N|none", value_parser = value::most)]
    pub arcs_per_registrant: Option<Most>,
    /// For how long after a withdrawal an arc may be reinstated
    #[arg(long, value_name = "TIME", value_parser = value::seconds)]
    pub reinstatement: Option<u64>,
    /// The longest hold
    #[arg(long, value_name = "TIME", value_parser = value::seconds)]
    pub longest_hold: Option<u64>,
    /// Who may apply for an arc
    #[arg(long, value_enum, value_name = "WHO")]
    pub applicants: Option<Applicants>,
    /// Whether a wished number is held while its application runs
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub hold_wishes: Option<bool>,
    /// How long an application may wait until it is acknowledged
    #[arg(long, value_name = "TIME", value_parser = value::seconds)]
    pub acknowledge_within: Option<u64>,
    /// How long it may take to judge an application
    #[arg(long, value_name = "TIME", value_parser = value::seconds)]
    pub decide_within: Option<u64>,
    /// How long an applicant may take to answer; then the application is over
    #[arg(long, value_name = "TIME", value_parser = value::seconds)]
    pub answer_within: Option<u64>,
    /// How long a rejection may be appealed
    #[arg(long, value_name = "TIME", value_parser = value::seconds)]
    pub appeal_within: Option<u64>,
    /// How long a Unicode label that is new on an arc can be challenged, such as 14d; `none` means that it is final at once
    #[arg(long, value_name = "TIME|none", value_parser = value::window)]
    pub label_challenge: Option<value::Window>,
    /// What is to be paid for an application, in words; empty means nothing
    #[arg(long, value_name = "TEXT")]
    pub fee: Option<String>,
    /// How much is to be paid, for an application, for the allocation of its arc, for a renewal; all that there are must be named.
    /// `none` takes them away
    #[arg(long = "fee-amount", value_name = "KIND=AMOUNT CURRENCY|none", value_parser = value::fee_amount)]
    pub fee_amounts: Vec<Option<value::FeeAmount>>,
    /// Whether an application can be approved while its fee is due
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub fee_may_wait: Option<bool>,
    /// For how long an arc is given out
    #[arg(long, value_name = "TIME|none", value_parser = value::span_or_none)]
    pub term: Option<Span>,
    /// Within which time a new arc has to be put to use
    #[arg(long, value_name = "TIME|none", value_parser = value::span_or_none)]
    pub use_within: Option<Span>,
    /// What happens to an arc whose time is over
    #[arg(long, value_enum, value_name = "ACT")]
    pub lapse: Option<LapseAct>,
    /// How long after it was last known to be so registrants are asked whether what is known of them is right
    #[arg(long, value_name = "TIME|none", value_parser = value::span_or_none)]
    pub check_every: Option<Span>,
    /// How long they may take to answer; then the arc is suspect
    #[arg(long, value_name = "TIME", value_parser = value::seconds)]
    pub check_answer: Option<u64>,
    /// Within which time what is said to be wrong about an arc should be settled
    #[arg(long, value_name = "TIME", value_parser = value::seconds)]
    pub settle_within: Option<u64>,
    /// Names that no arc is given, parted by commas; empty means none
    #[arg(long, value_name = "NAMES", value_parser = value::names)]
    pub reserved_names: Option<Names>,
    /// A kind of registrants that is numbered apart; all that there are must be named. `none` takes them away
    #[arg(long = "category", value_name = "NAME=WINDOWS|none", value_parser = value::category)]
    pub categories: Vec<Option<v1::Category>>,
    /// What else a new arc or an application needs, parted by commas; empty means nothing
    #[arg(long, value_name = "WHAT", value_parser = value::minimum)]
    pub want: Option<Minimum>,
    /// Whether an arc changes hands only when both sides agreed
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub transfers_agreed: Option<bool>,
    /// Take the policy away, so that the node inherits again
    #[arg(long, exclusive = false, conflicts_with_all = [
        "numbering", "windows", "keep_back", "identifiers_unique", "identifier_required", "title_required",
        "registrant_required", "application_required", "approvals", "arcs_per_registrant", "reinstatement",
        "longest_hold", "applicants", "hold_wishes", "acknowledge_within", "decide_within", "answer_within",
        "appeal_within", "fee", "reserved_names", "categories", "want",
        "transfers_agreed", "fee_amounts", "fee_may_wait", "term", "use_within", "lapse",
        "settle_within", "check_every", "check_answer",
        "transfers_agreed", "fee_amounts", "fee_may_wait", "label_challenge",
    ])]
    pub inherit: bool,
}

/// Tells what a policy would have said to the applications and arcs of a period; nothing changes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oidctl policy try 2.16.834 --windows 1000- --title-required
  oidctl policy try 2.16.834 --want registration-number,attachment --from 2026-01-01
  oidctl policy try 2.16.834")]
pub struct PolicyTryArgs {
    /// The beginning of the period; without it, a year before its end
    #[arg(long, value_name = "TIME", value_parser = value::moment)]
    pub from: Option<Timestamp>,
    /// Its end, which is no part of it; without it, now
    #[arg(long, value_name = "TIME", value_parser = value::moment)]
    pub to: Option<Timestamp>,
    #[command(flatten)]
    pub policy: PolicySetArgs,
}

/// What happens to an arc whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LapseAct {
    /// Not in force for the time being
    Suspend,
    /// Still valid, but not for new uses
    Deprecate,
    /// No longer valid
    Withdraw,
}

/// Who may apply for an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Applicants {
    /// Nobody
    Nobody,
    /// Everybody with a token
    Principals,
    /// Everybody who is reached by mail at the address they tell
    Public,
}

/// How numbers are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Numbering {
    /// As the caller asks
    Any,
    /// Only the next free one
    NextFree,
    /// Only one that the caller names
    Explicit,
    /// Only a random one
    Random,
}
