//! The one table from classes of refusals to gRPC's codes, and the details that go with them (`google.rpc`, AIP-193).
//!
//! A refusal is told whole: its permanent code, the clause, every field at fault. A fault of ours is logged whole and told
//! as an id alone; nothing of it may reach the caller. Nothing here decides anything.

use std::{collections::HashMap, time::Duration};

use tonic::Status;
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt as _};

use crate::{
    model::{Class, Code, Refusal, Refusals, Rejection, ViewFault},
    telemetry::events::{CallFailed, Emit as _, Refused},
};

use crate::desk::{Call, Denied, Desk};

use super::limits::{DETAILS_BYTES_MAX, MESSAGE_BYTES_MAX};

/// The domain of our codes in `google.rpc.ErrorInfo`.
pub const DOMAIN: &str = "oidra";

/// The gRPC code of a class.
pub const fn code_of(class: Class) -> tonic::Code {
    match class {
        Class::Malformed => tonic::Code::InvalidArgument,
        Class::Unauthenticated => tonic::Code::Unauthenticated,
        Class::Denied => tonic::Code::PermissionDenied,
        Class::NotFound => tonic::Code::NotFound,
        Class::Taken => tonic::Code::AlreadyExists,
        Class::NotNow => tonic::Code::FailedPrecondition,
        Class::Exhausted => tonic::Code::ResourceExhausted,
        Class::Moved => tonic::Code::Aborted,
        Class::Unavailable => tonic::Code::Unavailable,
    }
}

/// The lower-case word of a class, as `ExplainRefusal` shows it.
pub const fn class_word(class: Class) -> &'static str {
    match class {
        Class::Malformed => "malformed",
        Class::Unauthenticated => "unauthenticated",
        Class::Denied => "denied",
        Class::NotFound => "not-found",
        Class::Taken => "taken",
        Class::NotNow => "not-now",
        Class::Exhausted => "exhausted",
        Class::Moved => "moved",
        Class::Unavailable => "unavailable",
    }
}

/// After how long the very same request may be sent again; `None` where that would not help. What moved must be read
/// again first, so that it is transient but not to be retried as it is.
pub fn retry_after(code: Code) -> Option<Duration> {
    if !code.transient() || matches!(code.class(), Class::Moved) {
        return None;
    }
    Some(Duration::from_secs(match code {
        Code::WritingStopped | Code::NumberHeld => 60,
        Code::NotReady => 2,
        _ => 1,
    }))
}

/// The status of refusals; `pages` is where the pages on refusals lie (a URL that ends with a solidus, or empty).
pub fn of_refusals(refusals: &Refusals, pages: &str) -> Status {
    let main = refusals.main();
    Refused { code: main.code }.emit();
    let mut details = ErrorDetails::new();
    details.set_error_info(main.code.name(), DOMAIN, metadata(main));
    let violations = violations(refusals);
    if !violations.is_empty() {
        details.set_bad_request(violations);
    }
    match main.code.class() {
        Class::NotNow => {
            details.set_precondition_failure(vec![PreconditionViolation::new(
                main.code.name(),
                main.value.clone().unwrap_or_default(),
                cut(&main.detail, MESSAGE_BYTES_MAX),
            )]);
        }
        Class::NotFound | Class::Taken => {
            let name = main.value.clone().unwrap_or_default();
            details.set_resource_info(resource_type(main.code), name, "", main.code.summary());
        }
        Class::Malformed
        | Class::Unauthenticated
        | Class::Denied
        | Class::Exhausted
        | Class::Moved
        | Class::Unavailable => {}
    }
    if let Some(delay) = retry_after(main.code) {
        details.set_retry_info(Some(delay));
    }
    let name = main.code.name();
    details.add_help_link(
        format!("oidctl explain {name}"),
        format!("{pages}refusals/{name}"),
    );
    let message = cut(&main.detail, MESSAGE_BYTES_MAX);
    Status::with_error_details(code_of(main.code.class()), message, details)
}

/// The status of a call that was not let in.
pub fn of_denied(denied: &Denied, id: &str, pages: &str) -> Status {
    let status = of_rejection(&denied.rejection, id, pages);
    if denied.wait.is_none() {
        return status;
    }
    let mut details = status.get_error_details();
    details.set_retry_info(denied.wait);
    Status::with_error_details(status.code(), status.message(), details)
}

/// The status of a rejection within `call`.
pub fn of(desk: &Desk, call: &Call, rejection: &Rejection) -> Status {
    of_rejection(rejection, call.id.as_str(), &desk.options.pages)
}

/// The status of one refusal.
pub fn of_refusal(refusal: Refusal, pages: &str) -> Status {
    of_refusals(&Refusals::from(refusal), pages)
}

/// The status of a rejection; `id` is the call's, by which a fault is found in the log.
pub fn of_rejection(rejection: &Rejection, id: &str, pages: &str) -> Status {
    match rejection {
        Rejection::Refused(refusals) => of_refusals(refusals, pages),
        Rejection::Fault(fault) => of_fault(fault, id),
    }
}

/// The status of a fault of ours: logged whole, told as an id alone.
pub fn of_fault(fault: &ViewFault, id: &str) -> Status {
    failed(id, &fault.to_string())
}

/// The same for what went wrong in any other way.
pub fn failed(id: &str, fault: &str) -> Status {
    CallFailed { id, fault }.emit();
    let mut details = ErrorDetails::new();
    details.set_request_info(id, "");
    let message = format!("the server met a fault; its log has more under {id}");
    Status::with_error_details(tonic::Code::Internal, message, details)
}

fn metadata(main: &Refusal) -> HashMap<String, String> {
    let mut metadata = HashMap::from([
        ("number".to_owned(), main.code.number().to_string()),
        ("clause".to_owned(), main.code.clause().to_owned()),
    ]);
    if !main.field.is_empty() {
        metadata.insert("field".to_owned(), cut(&main.field, MESSAGE_BYTES_MAX));
    }
    if let Some(value) = &main.value {
        metadata.insert("value".to_owned(), value.clone());
    }
    if let Some(nearest) = &main.nearest {
        metadata.insert(
            "nearest".to_owned(),
            cut(&nearest.to_string(), MESSAGE_BYTES_MAX),
        );
    }
    metadata
}

/// Every field at fault, as many as fit in what a header bears; that some were left out is said.
fn violations(refusals: &Refusals) -> Vec<FieldViolation> {
    let mut told = Vec::new();
    let mut bytes = 0;
    let mut left_out = 0_usize;
    for refusal in refusals.iter().filter(|refusal| !refusal.field.is_empty()) {
        let mut violation = FieldViolation::new(
            refusal.field.clone(),
            cut(&refusal.detail, MESSAGE_BYTES_MAX),
        );
        refusal.code.name().clone_into(&mut violation.reason);
        bytes += violation.field.len() + violation.description.len() + violation.reason.len();
        if bytes > DETAILS_BYTES_MAX && !told.is_empty() {
            left_out += 1;
        } else {
            told.push(violation);
        }
    }
    if left_out > 0 {
        told.push(FieldViolation::new(
            "",
            format!("and {left_out} more faults"),
        ));
    }
    told
}

const fn resource_type(code: Code) -> &'static str {
    match code {
        Code::RegistrantUnknown => "oidra.v1.Registrant",
        Code::PrincipalUnknown => "oidra.v1.Principal",
        Code::HoldUnknown | Code::NumberHeld => "oidra.v1.Hold",
        Code::RequestReplayedDifferently => "oidra.v1.Request",
        _ => "oidra.v1.Entry",
    }
}

/// A text of at most `bytes` bytes, whole characters only; that it was cut is shown.
fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(bytes);
    for character in text.chars() {
        if kept.len() + character.len_utf8() + '…'.len_utf8() > bytes {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: Code) -> Refusal {
        Refusal::new(code, "entry.titles[0].text", "detail").value("7")
    }

    #[test]
    fn each_class_has_its_code() {
        let table: Vec<_> = [
            Class::Malformed,
            Class::Unauthenticated,
            Class::Denied,
            Class::NotFound,
            Class::Taken,
            Class::NotNow,
            Class::Exhausted,
            Class::Moved,
            Class::Unavailable,
        ]
        .into_iter()
        .map(|class| format!("{} {:?}", class_word(class), code_of(class)))
        .collect();
        assert_eq!(
            table.join("\n"),
            "malformed InvalidArgument\nunauthenticated Unauthenticated\ndenied PermissionDenied\n\
             not-found NotFound\ntaken AlreadyExists\nnot-now FailedPrecondition\n\
             exhausted ResourceExhausted\nmoved Aborted\nunavailable Unavailable"
        );
    }

    #[test]
    fn every_code_tells_itself_whole() {
        for code in Code::ALL {
            let status = of_refusal(refusal(*code), "https://ra.example/");
            assert_eq!(status.code(), code_of(code.class()), "{code}");
            let details = status.get_error_details();
            let info = details.error_info().unwrap();
            assert_eq!(
                (info.reason.as_str(), info.domain.as_str()),
                (code.name(), "oidra")
            );
            assert_eq!(info.metadata["number"], code.number().to_string());
            assert_eq!(info.metadata["clause"], code.clause());
            assert_eq!(info.metadata["field"], "entry.titles[0].text");
            assert_eq!(info.metadata["value"], "7");
            let link = &details.help().unwrap().links[0];
            assert_eq!(link.description, format!("oidctl explain {code}"));
            assert_eq!(link.url, format!("https://ra.example/refusals/{code}"));
            let class = code.class();
            assert_eq!(
                details.precondition_failure().is_some(),
                class == Class::NotNow
            );
            let named = matches!(class, Class::NotFound | Class::Taken);
            assert_eq!(details.resource_info().is_some(), named, "{code}");
            assert_eq!(details.retry_info().is_some(), retry_after(*code).is_some());
        }
    }

    #[test]
    fn what_moved_is_not_retried_blindly() {
        let retried: Vec<_> = Code::ALL
            .iter()
            .filter_map(|code| Some(format!("{code} {}", retry_after(*code)?.as_secs())))
            .collect();
        assert_eq!(
            retried.join(" "),
            "REVISION_NOT_REACHED 1 NUMBER_HELD 60 OVERLOADED 1 NOT_READY 2 WRITING_STOPPED 60 OUTCOME_UNKNOWN 1 \
             RATE_LIMITED 1"
        );
    }

    #[test]
    fn every_field_at_fault_is_told_at_once() {
        let all = vec![
            Refusal::new(Code::FieldInvalid, "a", "one"),
            Refusal::new(Code::LabelSyntax, "b", "two"),
            Refusal::new(Code::ReasonRequired, "", "of the whole"),
        ];
        let status = of_refusals(&Refusals::of(all).unwrap(), "");
        let told: Vec<_> = status
            .get_error_details()
            .bad_request()
            .unwrap()
            .field_violations
            .clone();
        let told: Vec<_> = told
            .iter()
            .map(|v| format!("{} {} {}", v.field, v.reason, v.description))
            .collect();
        assert_eq!(told, ["a FIELD_INVALID one", "b LABEL_SYNTAX two"]);
        assert_eq!(status.message(), "one");
    }

    #[test]
    fn details_fit_in_a_header() {
        let long = |n: usize| {
            Refusal::new(
                Code::FieldInvalid,
                format!("entry.titles[{n}].text"),
                "ä".repeat(5_000),
            )
            .value("v".repeat(5_000))
        };
        let status = of_refusals(&Refusals::of((0..64).map(long).collect()).unwrap(), "");
        // In base64, with the message percent-encoded, all of it stays below 8 KiB.
        let base64 = status.details().len() * 4 / 3 + status.message().len() * 3;
        assert!(base64 < 8_192, "{base64}");
        let told = status
            .get_error_details()
            .bad_request()
            .unwrap()
            .field_violations
            .clone();
        assert!(told.last().unwrap().description.ends_with("more faults"));
    }

    #[test]
    fn a_message_one_past_the_limit_is_cut() {
        for (bytes, whole) in [(MESSAGE_BYTES_MAX, true), (MESSAGE_BYTES_MAX + 1, false)] {
            let detail = "d".repeat(bytes);
            let refusal = Refusal::new(Code::FieldInvalid, "a", &detail);
            let status = of_refusal(refusal, "");
            assert_eq!(status.message() == detail, whole, "{bytes}");
            assert!(status.message().len() <= MESSAGE_BYTES_MAX);
        }
    }

    #[test]
    fn faults_one_past_the_limit_are_counted_only() {
        let fault = |at: usize| Refusal::new(Code::FieldInvalid, format!("f{at}"), "d".repeat(90));
        let told = |faults: usize| {
            let all = Refusals::of((0..faults).map(fault).collect()).unwrap();
            let details = of_refusals(&all, "").get_error_details();
            details.bad_request().unwrap().field_violations.clone()
        };
        let bytes = |faults: &[_]| -> usize {
            let each =
                |fault: &tonic_types::FieldViolation| fault.field.len() + fault.description.len();
            faults.iter().map(each).sum()
        };
        let many = told(60);
        assert!(many.len() < 60);
        assert!(many.last().unwrap().description.ends_with("more faults"));
        assert!(bytes(&many) <= DETAILS_BYTES_MAX + MESSAGE_BYTES_MAX);
        let few = told(10);
        assert!(few.len() == 10 && bytes(&few) <= DETAILS_BYTES_MAX);
    }

    #[test]
    fn a_fault_shows_its_id_and_nothing_else() {
        let fault = ViewFault("/secret/path is damaged".to_owned());
        let status = of_rejection(&Rejection::Fault(fault), "q-1", "");
        assert_eq!(status.code(), tonic::Code::Internal);
        assert!(status.message().contains("q-1"));
        assert!(!format!("{status:?}").contains("secret"));
        assert_eq!(
            status
                .get_error_details()
                .request_info()
                .unwrap()
                .request_id,
            "q-1"
        );
    }
}
