//! What the register bears: every limit of a command's contents, with its unit. One past each is refused and tested.

/// Most secondary identifiers of one arc.
pub const IDENTIFIERS_MAX: usize = 64;
/// Most non-integer Unicode labels of one arc.
pub const LABELS_MAX: usize = 128;
/// Most languages of a title or a description.
pub const LANGUAGES_MAX: usize = 64;
/// Most bytes of one title (UTF-8).
pub const TITLE_BYTES_MAX: usize = 1_024;
/// Most bytes of one description (UTF-8).
pub const DESCRIPTION_BYTES_MAX: usize = 32_768;
/// Most resolution services of one arc.
pub const SERVICES_MAX: usize = 64;
/// Most references of one arc.
pub const REFERENCES_MAX: usize = 64;
/// Most contacts of one arc.
pub const CONTACTS_MAX: usize = 16;
/// Most bytes of a URI.
pub const URI_BYTES_MAX: usize = 2_048;
/// Most characters of a service's kind.
pub const SERVICE_KIND_CHARS_MAX: usize = 64;
/// Most bytes of a reason, a proof, a name or an address.
pub const NOTE_BYTES_MAX: usize = 4_096;
/// Most arcs of one block, and most allocations of one batch.
pub const BLOCK_ARCS_MAX: u64 = 1_000;
/// Most windows, or kept-back runs, of one policy.
pub const WINDOWS_MAX: usize = 256;
/// Most names that one policy reserves.
pub const RESERVED_NAMES_MAX: usize = 256;
/// Most categories of registrants of one policy.
pub const CATEGORIES_MAX: usize = 32;
/// Most principals of one hosted delegation.
pub const DELEGATES_MAX: usize = 64;
/// Most bytes of what an application says its arc is for, or what will be registered below it (UTF-8).
pub const PURPOSE_BYTES_MAX: usize = 32_768;
/// Most things that go with one application.
pub const ATTACHMENTS_MAX: usize = 16;
/// Most papers of one application.
pub const PAPERS_MAX: usize = 16;
/// Octets of one paper at most, whatever settings say (64 MiB).
pub const PAPER_OCTETS_CEILING: u64 = 64 << 20;
/// Octets of all papers of one application at most, whatever settings say (256 MiB).
pub const PAPERS_OCTETS_CEILING: u64 = 256 << 20;
/// Most bytes of an attachment's name or media type.
pub const ATTACHMENT_NAME_BYTES_MAX: usize = 256;
/// Most remarks about one application.
pub const REMARKS_MAX: usize = 200;
/// Most rejections and decided appeals of one application.
pub const VERDICTS_MAX: usize = 16;
/// Most open applications that one principal handed in.
pub const APPLICATIONS_OPEN_MAX: usize = 100;
/// Most approvals that a policy can want.
pub const APPROVALS_MAX: u32 = 16;
/// Most bytes of what a policy says is to be paid.
pub const FEE_BYTES_MAX: usize = 256;
/// Most minor units of one fee (of a currency with two decimals, ten thousand million of its units).
pub const FEE_MINOR_UNITS_MAX: u64 = 1_000_000_000_000;
/// The longest a policy lets anybody take about an application, in seconds (one year).
pub const DEADLINE_SECONDS_CEILING: u64 = 366 * 86_400;
/// The longest a hold may ever last, in seconds (one year), whatever a policy says.
pub const HOLD_SECONDS_CEILING: u64 = 366 * 86_400;
/// For how long a transfer or the release of a lock waits until all agreed, in seconds (30 days).
pub const CONSENT_SECONDS: u64 = 30 * 86_400;
/// The longest a policy lets a label be challenged, in seconds (one year).
pub const LABEL_CHALLENGE_SECONDS_CEILING: u64 = 366 * 86_400;
/// Most challenges of labels, of one principal without a right there, that nobody decided.
pub const LABEL_CHALLENGES_MAX: usize = 20;
/// Most plans of one arc.
pub const PLANS_MAX: usize = 16;
/// Most bytes of the texts of one planned amendment (64 KiB): an arc's plans stand whole in each event about one of them.
pub const PLAN_BYTES_MAX: usize = 64 << 10;
/// How far ahead something can be planned, in seconds (ten years).
pub const PLAN_SECONDS_CEILING: u64 = 3_653 * 86_400;
/// How long before the end of its term the registrant of an arc is reminded, in seconds (30 days).
pub const TERM_REMINDER_SECONDS: u64 = 30 * 86_400;
/// Most reports of one principal, at arcs where it has no rights, that nobody accepted or settled yet.
pub const REPORTS_OPEN_MAX: usize = 20;
/// Most runs of numbers that one template covers.
pub const TEMPLATE_RUNS_MAX: usize = 32;
/// Most digits of a number that a template answers for; longer ones that it covers are used up all the same.
pub const TEMPLATE_DIGITS_MAX: usize = 100;
/// Most arcs below one generation of a sandbox, whatever it is opened for.
pub const SANDBOX_ARCS_CEILING: u64 = 10_000;
/// How many random draws are made before the free numbers of a nearly full window are listed instead.
pub const RANDOM_DRAWS_MAX: usize = 64;
/// Most principals that were not removed.
pub const PRINCIPALS_MAX: usize = 10_000;
/// So many principals there may be when a stranger is taken in: the rest is for those who are added by name.
pub const PRINCIPALS_STRANGERS_MAX: usize = 8_000;
/// Most roles of one principal.
pub const GRANTS_MAX: usize = 256;
/// Most roles, of all principals, on one arc that can be delegated or assigned and below it, further such arcs apart: they
/// end together, in one record.
pub const ROLES_BELOW_MAX: usize = 512;
/// Most credentials of one principal that are not over.
pub const CREDENTIALS_MAX: usize = 64;
/// Most bytes of a credential's name.
pub const CREDENTIAL_NAME_BYTES_MAX: usize = 256;
/// Most bytes of what a credential is bound to: a certificate's name, or issuer and subject.
pub const BOUND_TO_BYTES_MAX: usize = 4_096;
/// Most open allocation tokens below one superior.
pub const ALLOCATION_TOKENS_MAX: usize = 1_000;
/// Most numbers that one allocation token promises.
pub const ALLOCATION_TOKEN_ARCS_MAX: u64 = 10_000;
/// The longest an allocation token is good, in seconds (five years).
pub const ALLOCATION_TOKEN_SECONDS_MAX: u64 = 1_827 * 86_400;
/// The longest an invitation is good, in seconds (30 days).
pub const INVITATION_SECONDS_MAX: u64 = 30 * 86_400;

/// Bytes of the basis on which somebody is erased: a clause, and no word about the person.
pub const BASIS_BYTES_MAX: usize = 200;
