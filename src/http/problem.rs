//! The one table from classes of refusals to HTTP's statuses, and problems as data (RFC 9457), pages and RDAP's errors.
//!
//! A refusal is told whole: its permanent code, the clause, every field at fault. A fault of ours is logged whole and told
//! as an id alone; nothing of it may reach the caller. Nothing here decides anything.

use std::time::Duration;

use http::{StatusCode, header};

use crate::{
    desk::Denied,
    model::{Class, Code, Refusal, Refusals, Rejection, ViewFault},
    telemetry::events::{CallFailed, Emit as _, Refused},
};

use super::{
    answer::{Answer, Keep},
    base::Base,
    format::Format,
    negotiate::Accept,
    page, rdap,
    route::Route,
    shape::{self, Problem},
};

/// The type of a problem.
pub const PROBLEM: &str = "application/problem+json";
/// The type of a problem that its status tells whole.
const BLANK: &str = "about:blank";

/// The HTTP status of a class.
pub const fn status_of(class: Class) -> StatusCode {
    match class {
        Class::Malformed => StatusCode::BAD_REQUEST,
        Class::Unauthenticated => StatusCode::UNAUTHORIZED,
        Class::Denied => StatusCode::FORBIDDEN,
        Class::NotFound => StatusCode::NOT_FOUND,
        Class::Taken | Class::NotNow | Class::Moved => StatusCode::CONFLICT,
        Class::Exhausted => StatusCode::TOO_MANY_REQUESTS,
        Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Why a request is not answered as it wishes.
#[derive(Debug)]
pub enum Failure {
    /// The register or the desk said no, or failed.
    Rejected(Denied),
    /// HTTP itself says no.
    Http(StatusCode, String),
    /// None of the representations is acceptable.
    NotAcceptable(Vec<Format>),
    /// What is asked for is not registered; what is known instead.
    NotRegistered(Box<Unregistered>),
}

/// What is known of something that is not registered.
#[derive(Debug)]
pub struct Unregistered {
    /// The refusal.
    pub refusal: Refusal,
    /// How many arcs lie between it and its nearest superior.
    pub distance: usize,
    /// Where to ask on.
    pub referral: Option<shape::Delegation>,
}

impl Failure {
    /// A refusal by HTTP itself.
    pub fn http(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::Http(status, detail.into())
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Rejected(denied)
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection.into())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::from(Rejection::from(refusal))
    }
}

impl From<ViewFault> for Failure {
    fn from(fault: ViewFault) -> Self {
        Self::from(Rejection::from(fault))
    }
}

/// For whom a failure is told.
pub struct Told<'a> {
    /// Below which address answers point.
    pub base: &'a Base,
    /// What the caller accepts.
    pub accept: &'a Accept,
    /// What was asked.
    pub route: Option<Route>,
    /// The id of the call.
    pub call: &'a str,
}

/// The answer that tells a failure.
pub fn answer(failure: Failure, told: &Told<'_>) -> Answer {
    let wait = wait(&failure);
    let problem = problem(failure, told);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = written(&problem, told).status(status);
    if let Some(wait) = wait {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        answer = answer.with(header::RETRY_AFTER, &seconds.to_string());
    }
    if status == StatusCode::UNAUTHORIZED {
        answer = answer.with(header::WWW_AUTHENTICATE, "Bearer");
    }
    answer
}

fn written(problem: &Problem, told: &Told<'_>) -> Answer {
    use Route::{RdapHelp, RdapOid, RdapSearch};
    if matches!(told.route, Some(RdapOid | RdapSearch | RdapHelp)) {
        return rdap::error(problem, told.base);
    }
    let offered = [
        ("problem", PROBLEM),
        ("problem", "application/json"),
        ("html", "text/html"),
    ];
    if told.accept.best(offered) == Some("html")
        && let Ok(page) = page::problem(problem, told.base)
    {
        return page;
    }
    let body = serde_json::to_vec(problem).unwrap_or_default();
    Answer::new(PROBLEM, body, Keep::Asked)
}

/// After how long the very same request may be sent again, where that can help.
fn wait(failure: &Failure) -> Option<Duration> {
    let Failure::Rejected(denied) = failure else {
        return None;
    };
    let Rejection::Refused(refusals) = &*denied.rejection else {
        return None;
    };
    let code = refusals.main().code;
    if let Some(wait) = denied.wait {
        return Some(wait);
    }
    (code.transient() && code.class() != Class::Moved).then(|| match code {
        Code::NotReady => Duration::from_secs(2),
        _ => Duration::from_secs(1),
    })
}

/// A failure as a problem.
pub fn problem(failure: Failure, told: &Told<'_>) -> Problem {
    match failure {
        Failure::Rejected(denied) => match *denied.rejection {
            Rejection::Refused(refusals) => of_refusals(&refusals, told.base),
            Rejection::Fault(fault) => of_fault(&fault.to_string(), told.call),
        },
        Failure::Http(status, detail) => of_status(status, detail),
        Failure::NotAcceptable(formats) => Problem {
            available: formats.into_iter().map(representation).collect(),
            ..of_status(
                StatusCode::NOT_ACCEPTABLE,
                "none of the representations there are is acceptable to you".to_owned(),
            )
        },
        Failure::NotRegistered(known) => {
            let mut problem = of_refusals(&Refusals::from(known.refusal), told.base);
            if let Some(nearest) = &mut problem.nearest {
                nearest.distance = known.distance;
            }
            problem.referral = known.referral;
            problem
        }
    }
}

/// A representation and its media type.
pub fn representation(format: Format) -> shape::Representation {
    shape::Representation {
        format: format.word(),
        media_type: format.media(),
    }
}

fn of_status(status: StatusCode, detail: String) -> Problem {
    Problem {
        kind: BLANK.to_owned(),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        detail,
        ..Problem::default()
    }
}

/// A fault of ours: logged whole, told as an id alone.
fn of_fault(fault: &str, call: &str) -> Problem {
    CallFailed { id: call, fault }.emit();
    Problem {
        request: Some(call.to_owned()),
        ..of_status(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("the server met a fault; its log has more under {call}"),
        )
    }
}

/// The address of the page on a code.
pub fn page_of(code: Code, base: &Base) -> String {
    base.url(format_args!("/refusals/{}", code.name()))
}

fn of_refusals(refusals: &Refusals, base: &Base) -> Problem {
    let main = refusals.main();
    Refused { code: main.code }.emit();
    let nearest = main.nearest.as_ref().map(|path| shape::Nearest {
        oid: path.to_string(),
        url: base.permalink(path),
        distance: 0,
    });
    let several = refusals.iter().count() > 1;
    let errors = refusals.iter().filter(|_| several).map(|one| shape::Fault {
        code: one.code.name(),
        field: one.field.clone(),
        detail: one.detail.clone(),
    });
    Problem {
        kind: page_of(main.code, base),
        title: main.code.summary().to_owned(),
        status: status_of(main.code.class()).as_u16(),
        detail: main.detail.clone(),
        code: Some(main.code.name()),
        number: Some(main.code.number()),
        clause: Some(main.code.clause()),
        field: (!main.field.is_empty()).then(|| main.field.clone()),
        value: main.value.clone(),
        errors: errors.collect(),
        nearest,
        ..Problem::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(base: &Base, accept: &str, failure: Failure) -> (u16, &'static str, String) {
        let accept = Accept::parse(accept);
        let told = Told {
            base,
            accept: &accept,
            route: None,
            call: "q-1",
        };
        let answer = answer(failure, &told);
        let body = String::from_utf8(answer.body.to_vec()).unwrap();
        (answer.status.as_u16(), answer.kind, body)
    }

    #[test]
    fn every_class_has_a_status() {
        for code in Code::ALL {
            let status = status_of(code.class());
            assert!(
                status.is_client_error() || status.is_server_error(),
                "{code}"
            );
        }
    }

    #[test]
    fn a_refusal_is_told_whole() {
        let base = Base::new("https://ra.example");
        let refusal = Refusal::new(Code::OidSyntax, "oid", "no").value("<x>");
        let (status, kind, body) = told(&base, "", refusal.clone().into());
        assert_eq!((status, kind), (400, PROBLEM));
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["type"], "https://ra.example/refusals/OID_SYNTAX");
        assert_eq!(
            (&body["code"], &body["field"]),
            (&"OID_SYNTAX".into(), &"oid".into())
        );
        let (_, kind, body) = told(&base, "text/html", refusal.into());
        assert!(
            kind.starts_with("text/html") && !body.contains("<x>"),
            "{body}"
        );
    }

    #[test]
    fn of_a_fault_nothing_is_told_but_its_id() {
        let (status, _, body) = told(&Base::default(), "", ViewFault("a secret".into()).into());
        assert_eq!(status, 500);
        assert!(body.contains("q-1") && !body.contains("secret"), "{body}");
    }
}
