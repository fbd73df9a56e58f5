//! `AuditService`: who did, tried or looked at what, out of the audit log.
//!
//! Who may know is asked of `access`, in the tree as it is now, for every page. Whoever may see a part sees the calls of
//! which everything lies in that part. Asking is told to the log like any other reading.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::{
    access,
    desk::{Call, Desk, trail},
    model::{PrincipalId, Rejection, Seq, Timestamp, ViewFault},
    oid::NodePath,
    pb::v1::{self as pb, audit_service_server::AuditService},
    telemetry::audit::{Line, Outcome, Place},
};

use super::{
    convert::{Faults, access as requests, fields, moment, timestamp},
    layer,
    page::{self, Kind, Mark},
    status,
    view::View,
};

/// The service.
pub struct Auditor {
    desk: Arc<Desk>,
}

impl Auditor {
    /// The service at a desk.
    pub const fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }
}

#[tonic::async_trait]
impl AuditService for Auditor {
    async fn list_audit(
        &self,
        request: Request<pb::ListAuditRequest>,
    ) -> Result<Response<pb::ListAuditResponse>, Status> {
        let call = layer::call(&request)?;
        let request = request.into_inner();
        let about = request.principal.clone();
        let answer = list(&self.desk, &call, request).await;
        let about = about.parse::<PrincipalId>().map_or("", |_| &about);
        trail::looked(&self.desk, &call, "ListAudit", about, &answer);
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, &call, &rejection))
    }
}

/// Which lines are wanted.
struct Wanted {
    principal: String,
    at: NodePath,
    /// Whether the caller may see the whole log.
    whole: bool,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    outcome: Option<Outcome>,
}

/// By how much, in microseconds, a line can be older than one that was written before it: calls end side by side.
const DISORDER_MICROS: i64 = 60_000_000;

impl Wanted {
    /// Whether a line is wanted; `None` says that no older one is.
    fn takes(&self, line: &Line) -> Option<bool> {
        let older = |since: Timestamp| line.time.micros() < since.micros() - DISORDER_MICROS;
        if self.since.is_some_and(older) {
            return None;
        }
        let within = if self.whole {
            self.at.is_root() || line.nodes.any_within(&self.at)
        } else {
            line.nodes.all_within(&self.at)
        };
        let of_all = self.principal.is_empty() && self.outcome.is_none();
        let called = if line.lost > 0 {
            // What is missing could have been anything.
            self.whole && of_all
        } else {
            within
                && (self.principal.is_empty() || line.principal == self.principal)
                && self.outcome.is_none_or(|outcome| line.outcome == outcome)
        };
        let timely = self.since.is_none_or(|since| line.time >= since)
            && self.until.is_none_or(|until| line.time < until);
        Some(called && timely)
    }
}

/// Answers one page.
async fn list(
    desk: &Arc<Desk>,
    call: &Call,
    request: pb::ListAuditRequest,
) -> Result<pb::ListAuditResponse, Rejection> {
    let mut faults = Faults::new();
    let mut read = |at: Option<&_>, field: &str| moment(at?, field, &mut faults);
    let since = read(request.since.as_ref(), "since");
    let until = read(request.until.as_ref(), "until");
    let outcome = outcome(request.outcome, &mut faults);
    let times = format!("{since:?} {until:?} {outcome:?}");
    let query = [request.principal.as_str(), &request.oid, &times];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::Audit, &query, &request.page_token, &seal)?;
    let newest = desk.register.newest();
    let wanted = {
        let view = View::new(&newest, call.sight());
        let at = requests::place(&request.oid, view.names(), "oid", &mut faults);
        let at = view.settled(faults.into_result(at)?)?;
        call.witness.note(&at);
        let identity = &call.caller.identity;
        access::may_see_audit(identity, &at, &newest)?;
        Wanted {
            whole: access::may_see_audit(identity, &NodePath::root(), &newest).is_ok(),
            principal: request.principal.clone(),
            at,
            since,
            until,
            outcome,
        }
    };
    let Some(audit) = desk.options.audit.clone() else {
        return Ok(pb::ListAuditResponse::default());
    };
    let size = page::size(request.page_size);
    let from = mark.map(|mark| place(&mark)).transpose()?;
    let read = Desk::blocking(move || audit.page(from, size, &|line| wanted.takes(line))).await?;
    let read = read.map_err(|why| ViewFault(format!("the audit log could not be read: {why}")))?;
    let next_page_token = read.next.map_or_else(String::new, |next| {
        let mark = Mark {
            revision: Seq::new(next.file),
            position: next.offset.to_be_bytes().to_vec(),
        };
        page::token(Kind::Audit, &query, &mark, &seal)
    });
    Ok(pb::ListAuditResponse {
        entries: read.lines.into_iter().map(entry).collect(),
        next_page_token,
        kept: true,
    })
}

/// Where a page goes on: in the place of a revision the mark names the file.
fn place(mark: &Mark) -> Result<Place, crate::model::Refusal> {
    Ok(Place {
        file: mark.revision.get(),
        offset: page::number(mark)?,
    })
}

fn outcome(asked: i32, faults: &mut Faults) -> Option<Outcome> {
    match pb::AuditOutcome::try_from(asked) {
        Ok(pb::AuditOutcome::Unspecified) => None,
        Ok(pb::AuditOutcome::Ok) => Some(Outcome::Ok),
        Ok(pb::AuditOutcome::Refused) => Some(Outcome::Refused),
        Ok(pb::AuditOutcome::Fault) => Some(Outcome::Fault),
        Err(_) => {
            fields::unknown("outcome", asked, faults);
            None
        }
    }
}

fn entry(line: Line) -> pb::AuditEntry {
    let outcome = match line.outcome {
        _ if line.lost > 0 => pb::AuditOutcome::Unspecified,
        Outcome::Ok => pb::AuditOutcome::Ok,
        Outcome::Refused => pb::AuditOutcome::Refused,
        Outcome::Fault => pb::AuditOutcome::Fault,
    };
    pb::AuditEntry {
        time: Some(timestamp(line.time)),
        principal: line.principal,
        source: line.source.unwrap_or_default(),
        method: line.method,
        oids: line.nodes.named().iter().map(ToString::to_string).collect(),
        nodes: line.nodes.count(),
        about: line.about.unwrap_or_default(),
        outcome: outcome as i32,
        refusal: line
            .code
            .map(|code| code.name().to_owned())
            .unwrap_or_default(),
        sequence: line.seq.map_or(0, Seq::get),
        call_id: line.call,
        request_id: line.request.unwrap_or_default(),
        validate_only: line.tried,
        lost: line.lost,
    }
}
