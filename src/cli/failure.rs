//! Why a command came to nothing, what to do next, and the exit code that says so.
//!
//! The one table from gRPC codes to exit codes stands here. It must never show a token, and never hide the code of a
//! refusal: people look it up with `oidctl explain`.

use std::{fmt::Write as _, io};

use tonic::{Code as Rpc, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{cli::table::clean, model::refusal::Code};

/// Exit code: done.
pub const EXIT_DONE: u8 = 0;
/// Exit code: the authority said no, nothing was found, a line failed, or whoever was asked did not agree.
pub const EXIT_NO: u8 = 1;
/// Exit code: the server cannot be reached or is at fault.
pub const EXIT_FAULT: u8 = 2;
/// Exit code: wrong usage (sysexits `EX_USAGE`).
pub const EXIT_USAGE: u8 = 64;
/// Exit code: wrong configuration (sysexits `EX_CONFIG`).
pub const EXIT_CONFIG: u8 = 78;

/// How a command ended that was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As asked.
    Done,
    /// The answer is no, nothing was found, or a line failed; all has been said.
    No,
}

/// Why a command came to nothing.
#[derive(Debug)]
pub enum Failure {
    /// It was typed wrongly.
    Usage(String),
    /// The configuration is wrong.
    Config(String),
    /// The authority, or a reader of notations, said no.
    Refused(Box<Refused>),
    /// Whoever was asked did not agree.
    Declined,
    /// Nobody answers at the server's address.
    Unreachable {
        /// The address.
        server: String,
        /// What happened.
        cause: String,
        /// Whether the call may have been sent before the connection broke.
        sent: bool,
    },
    /// Something broke.
    Fault(String),
    /// A change came to nothing that may have been recorded all the same.
    InDoubt {
        /// The name under which it may be repeated.
        request_id: String,
        /// What happened.
        cause: Box<Failure>,
    },
    /// The reader of the output went away, which is no failure.
    BrokenPipe,
}

/// A "no", as it is shown.
#[derive(Debug, Default)]
pub struct Refused {
    /// One sentence.
    pub sentence: String,
    /// The code, by name; empty where the server gave none.
    pub code: String,
    /// What it rests on.
    pub clause: String,
    /// The field of the request that it is about.
    pub field: String,
    /// The value at fault.
    pub value: String,
    /// The nearest registered superior.
    pub nearest: String,
    /// Further faults: field, sentence and code.
    pub also: Vec<(String, String, String)>,
    /// What to do next, where the code does not tell.
    pub next: String,
    /// When to try again, in milliseconds.
    pub retry_after_millis: Option<u128>,
    /// Whether it is the server's state rather than the request.
    pub unavailable: bool,
}

impl Failure {
    /// A refusal made here, without a server.
    pub fn refused(code: &str, clause: &str, sentence: String) -> Self {
        Self::Refused(Box::new(Refused {
            sentence,
            code: code.to_owned(),
            clause: clause.to_owned(),
            ..Refused::default()
        }))
    }

    /// What an answer that is no answer means.
    pub fn of_status(status: &Status, server: &str) -> Self {
        let details = status.get_error_details();
        if let Some(refused) = Refused::of(status, &details) {
            return Self::Refused(Box::new(refused));
        }
        let message = clean(status.message());
        match status.code() {
            Rpc::Unavailable if std::error::Error::source(status).is_some() => Self::Unreachable {
                server: server.to_owned(),
                cause: causes(status),
                sent: may_be_sent(status),
            },
            Rpc::Cancelled | Rpc::DeadlineExceeded => {
                Self::Fault(format!("{server} did not answer in time ({message})"))
            }
            Rpc::Unimplemented => Self::Fault(format!(
                "{server} does not know this call; is it an oidrad of this version?"
            )),
            code => Self::Fault(format!("{server} is at fault: {message} ({code:?})")),
        }
    }

    /// The failure of a change of this name, in doubt where it may have been recorded.
    pub fn of_change(self, request_id: &str) -> Self {
        if !self.leaves_in_doubt() {
            return self;
        }
        Self::InDoubt {
            request_id: request_id.to_owned(),
            cause: Box::new(self),
        }
    }

    /// Whether the same call may be made again at once.
    pub fn transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused(refused) => matches!(
                Code::named(&refused.code),
                Some(
                    Code::Overloaded
                        | Code::NotReady
                        | Code::RateLimited
                        | Code::OutcomeUnknown
                        | Code::RevisionNotReached
                )
            ),
            _ => false,
        }
    }

    /// Whether a change may have been recorded all the same.
    fn leaves_in_doubt(&self) -> bool {
        match self {
            Self::Fault(_) | Self::Unreachable { sent: true, .. } => true,
            Self::Refused(refused) => Code::named(&refused.code) == Some(Code::OutcomeUnknown),
            _ => false,
        }
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::InDoubt { cause, .. } => cause.exit_code(),
            Self::BrokenPipe => EXIT_DONE,
            Self::Refused(refused) if refused.unavailable => EXIT_FAULT,
            Self::Refused(_) | Self::Declined => EXIT_NO,
            Self::Unreachable { .. } | Self::Fault(_) => EXIT_FAULT,
            Self::Usage(_) => EXIT_USAGE,
            Self::Config(_) => EXIT_CONFIG,
        }
    }

    /// What to tell, on the standard error; nothing for a broken pipe.
    pub fn told(&self) -> String {
        match self {
            Self::InDoubt { request_id, cause } => format!(
                "{}oidctl: the change may have been recorded; to find out safely, repeat the command with --request-id \
                 {request_id}\n",
                cause.told()
            ),
            Self::BrokenPipe => String::new(),
            Self::Usage(message) => {
                format!("oidctl: {message}\n\nFor more, try 'oidctl --help'.\n")
            }
            Self::Declined => "oidctl: nothing was changed\n".to_owned(),
            Self::Config(message) | Self::Fault(message) => format!("oidctl: {message}\n"),
            Self::Unreachable { server, cause, .. } => format!(
                "oidctl: nobody answers at {server}\n  cause   {}\n  next    start a server with `oidrad`, or say where \
                 it is with --server URL or OIDRA_SERVER\n",
                clean(cause)
            ),
            Self::Refused(refused) => refused.told(),
        }
    }
}

impl Refused {
    fn of(status: &Status, details: &ErrorDetails) -> Option<Self> {
        let info = details.error_info();
        let code = info.map(|info| info.reason.clone()).unwrap_or_default();
        let known = Code::named(&code);
        if info.is_none() && !is_answer(status.code()) {
            return None;
        }
        let about = |key: &str| {
            let found = info.and_then(|info| info.metadata.get(key));
            found.map(|text| clean(text)).unwrap_or_default()
        };
        let mut also: Vec<_> = details
            .bad_request()
            .map(|bad| bad.field_violations.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|fault| {
                (
                    clean(&fault.field),
                    clean(&fault.description),
                    clean(&fault.reason),
                )
            })
            .collect();
        let mut field = about("field");
        if field.is_empty() && !also.is_empty() {
            field = also.remove(0).0;
        } else if let Some(place) = also.iter().position(|(other, ..)| *other == field) {
            also.remove(place);
        }
        let told = clean(status.message());
        let sentence = told
            .strip_prefix(&format!("{code}: "))
            .unwrap_or(&told)
            .to_owned();
        let clause = match about("clause") {
            clause if clause.is_empty() => known
                .map(|code| code.clause().to_owned())
                .unwrap_or_default(),
            clause => clause,
        };
        Some(Self {
            sentence,
            code: clean(&code),
            clause,
            field,
            value: about("value"),
            nearest: about("nearest"),
            also,
            next: String::new(),
            retry_after_millis: details
                .retry_info()
                .and_then(|retry| retry.retry_delay)
                .map(|delay| delay.as_millis()),
            unavailable: !is_answer(status.code()),
        })
    }

    fn told(&self) -> String {
        let mut out = format!("oidctl: {}\n", self.sentence);
        let mut row = |name: &str, text: &str| {
            if !text.is_empty() {
                // Writing to a string cannot fail.
                _ = writeln!(out, "  {name:<8}{text}");
            }
        };
        row("field", &self.field);
        row("value", &self.value);
        row("nearest", &self.nearest);
        let known = Code::named(&self.code);
        let numbered = known.map(|code| format!("{} ({})", code.name(), code.number()));
        row("code", numbered.as_deref().unwrap_or(&self.code));
        row("clause", &self.clause);
        for (field, sentence, code) in &self.also {
            let code = if code.is_empty() {
                String::new()
            } else {
                format!(" ({code})")
            };
            row("also", &format!("{field}: {sentence}{code}"));
        }
        if let Some(millis) = self.retry_after_millis {
            row("retry", &format!("after {millis} ms"));
        }
        let advice = known.and_then(advice);
        row("next", advice.unwrap_or(&self.next));
        if known.is_some() {
            let name = if advice.is_some() { "" } else { "next" };
            row(name, &format!("oidctl explain {}", self.code));
        }
        out
    }
}

/// Whether a gRPC code is the authority's answer; the others say that it could not give one.
const fn is_answer(code: Rpc) -> bool {
    match code {
        Rpc::Ok
        | Rpc::InvalidArgument
        | Rpc::NotFound
        | Rpc::AlreadyExists
        | Rpc::PermissionDenied
        | Rpc::ResourceExhausted
        | Rpc::FailedPrecondition
        | Rpc::Aborted
        | Rpc::OutOfRange
        | Rpc::Unauthenticated => true,
        Rpc::Cancelled
        | Rpc::Unknown
        | Rpc::DeadlineExceeded
        | Rpc::Unimplemented
        | Rpc::Internal
        | Rpc::Unavailable
        | Rpc::DataLoss => false,
    }
}

/// What to do next, where there is something better than reading the page.
pub const fn advice(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::TokenMissing => {
            "give a token with --token-file FILE or OIDRA_TOKEN; a server's first start wrote one to a file"
        }
        Code::TokenUnknown => {
            "check which token is given (--token-file, OIDRA_TOKEN, the profile) and which server is asked"
        }
        Code::NumberBurned => {
            "choose another number, or undo a withdrawal by mistake with `oidctl state OID reinstate`"
        }
        Code::NumberTaken | Code::NumberHeld => {
            "choose another number, or leave --number out to get the next free one"
        }
        Code::NumberOutsidePolicy
        | Code::NumberingNotAllowed
        | Code::NoNumberFree
        | Code::CategoryUnknown
        | Code::NameReserved
        | Code::ContentRequired => "see the policy with `oidctl policy get SUPERIOR`",
        Code::RevisionMoved => {
            "look at the entry again with `oidctl resolve OID`, then repeat the command"
        }
        Code::DelegatedAway | Code::AnothersArc => {
            "leave it to whoever decides there; an administrator may say why with --override-reason"
        }
        Code::LiveSubordinates => {
            "see them with `oidctl tree OID`; to withdraw it anyway add --despite-subordinates"
        }
        Code::ReasonRequired => "say why with --reason TEXT",
        Code::RequestReplayedDifferently => "leave --request-id out, or give a new one",
        Code::OutcomeUnknown => "repeat the command with the same --request-id",
        Code::Overloaded | Code::NotReady | Code::RateLimited => "try again in a moment",
        Code::ArcLocked => {
            "ask for its release with `oidctl unlock OID`; somebody else confirms it"
        }
        Code::NumberOfTemplate | Code::TemplateNarrower | Code::TemplateClosed => {
            "see the template with `oidctl template get SUPERIOR`"
        }
        Code::SandboxFull => "wait for its next reset, or ask whoever opened it for one",
        Code::SandboxUnfit => "see the sandbox with `oidctl resolve OID`",
        Code::ConsentRequired => "offer it with `oidctl transfer OID --to ID --offer`",
        Code::NoTerm => "name an end with --for TIME or --until TIME",
        Code::NothingPending | Code::PlanUnknown | Code::NotSuspect => {
            "see the arc with `oidctl resolve OID`"
        }
        Code::TitleRequired => "give one with --title [LANG:]TEXT",
        Code::IdentifierRequired => "give one with --identifier NAME",
        Code::RegistrantRequired => "give one with --registrant ID or --registrant-name NAME",
        Code::SuperiorNotRegistered | Code::NotRegistered => {
            "see what is registered with `oidctl tree`"
        }
        _ => return None,
    })
}

/// Whether a call may have left this machine: not where no connection was made at all.
fn may_be_sent(error: &dyn std::error::Error) -> bool {
    let mut next = error.source();
    while let Some(cause) = next {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(
            kind,
            Some(
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
            )
        ) {
            return false;
        }
        next = cause.source();
    }
    true
}

/// An error with all its causes, each told once.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !told.iter().any(|before| before.contains(&text)) {
            told.push(text);
        }
        next = cause.source();
    }
    if told.is_empty() {
        error.to_string()
    } else {
        told.join(": ")
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::Fault(format!("the output cannot be written: {error}"))
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::from(io::Error::from(error))
    }
}

impl From<serde_norway::Error> for Failure {
    fn from(error: serde_norway::Error) -> Self {
        Self::Fault(format!("the output cannot be written: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn status() -> Status {
        let mut details = ErrorDetails::new();
        let about = HashMap::from([("value".to_owned(), "5\u{1b}[31m".to_owned())]);
        details.set_error_info("NUMBER_TAKEN", "oidra", about);
        details.add_bad_request_violation("number.number", "The number is taken.");
        details.add_bad_request_violation("entry.labels[0]", "The label is taken.");
        Status::with_error_details(Rpc::AlreadyExists, "NUMBER_TAKEN: 5 is assigned.", details)
    }

    #[test]
    fn a_refusal_tells_everything() {
        let failure = Failure::of_status(&status(), "http://x");
        let expect = "oidctl: 5 is assigned.\n  field   number.number\n  value   5\\u{1b}[31m\n  \
                      code    NUMBER_TAKEN (60)\n  clause  X.660 clause 6.2\n  \
                      also    entry.labels[0]: The label is taken.\n  \
                      next    choose another number, or leave --number out to get the next free one\n          \
                      oidctl explain NUMBER_TAKEN\n";
        assert_eq!(failure.told(), expect);
        assert_eq!(failure.exit_code(), EXIT_NO);
        assert!(!failure.transient() && !failure.leaves_in_doubt());
    }

    #[track_caller]
    fn check(code: Rpc, reason: &str, expect: (u8, bool)) {
        let details = ErrorDetails::with_error_info(reason, "oidra", HashMap::new());
        let failure =
            Failure::of_status(&Status::with_error_details(code, "no", details), "http://x");
        assert_eq!(
            (failure.exit_code(), failure.transient()),
            expect,
            "{reason}"
        );
    }

    #[test]
    fn exit_codes_and_retries() {
        check(Rpc::Unavailable, "NOT_READY", (EXIT_FAULT, true));
        check(Rpc::Unavailable, "OUTCOME_UNKNOWN", (EXIT_FAULT, true));
        check(Rpc::Unavailable, "WRITING_STOPPED", (EXIT_FAULT, false));
        check(Rpc::ResourceExhausted, "OVERLOADED", (EXIT_NO, true));
        check(Rpc::Aborted, "REVISION_MOVED", (EXIT_NO, false));
        check(Rpc::FailedPrecondition, "NUMBER_HELD", (EXIT_NO, false));
        let bare = |code| Failure::of_status(&Status::new(code, "x"), "http://x").exit_code();
        assert_eq!(bare(Rpc::NotFound), EXIT_NO);
        assert_eq!(bare(Rpc::Internal), EXIT_FAULT);
        assert_eq!(bare(Rpc::Unavailable), EXIT_FAULT);
        assert_eq!(
            Failure::from(io::Error::from(io::ErrorKind::BrokenPipe)).exit_code(),
            EXIT_DONE
        );
    }
}
