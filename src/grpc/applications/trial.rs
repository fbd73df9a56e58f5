//! `TryPolicy`: what a policy would have said to the applications and arcs of a period; for those who judge there.
//!
//! It must never count what the caller may not know of, and changes nothing.

use std::collections::BTreeSet;

use crate::{
    access::{Casework, Knowledge, Sight},
    desk::{Call, Desk},
    grpc::{
        convert::{Faults, fields, timestamp},
        limits::{REPORT_NODES_MAX, TRIAL_CASES_MAX},
        page::fits,
        view::revision,
    },
    model::{
        Code, Refusal, Rejection, State, Timestamp, TreeView as _, application::Docket,
        entry::Origin,
    },
    oid::NodePath,
    pb::v1 as pb,
    register::{PolicyTrial, Reading, Trial},
};

use super::{period::Period, someone};

/// Answers.
pub async fn trial(
    desk: &Desk,
    call: &Call,
    request: pb::TryPolicyRequest,
) -> Result<pb::TryPolicyResponse, Rejection> {
    someone(call)?;
    let newest = desk.register.newest();
    let (sight, identity) = (call.sight(), call.caller.identity.clone());
    let now = desk.options.clock.now();
    let mut faults = Faults::new();
    let policy = request.policy.as_ref();
    let policy = policy.map(|policy| fields::policy(policy, "policy", &mut faults));
    let policy = match policy {
        None => None,
        Some(policy) => Some(faults.into_result(policy)?),
    };
    let ends = (request.from, request.to);
    let period = Period::asked(&request.oid, "oid", ends, &newest, &sight, now)?;
    call.witness.note(&period.node);
    let (seq, time) = (newest.seq(), newest.time());
    let told = Desk::blocking(move || {
        let mut casework = Casework::new(&identity, &newest)?;
        if !casework.judges(&period.node)? {
            let detail = "a policy is tried by those who judge applications there";
            return Err(Refusal::new(Code::NotPermitted, "oid", detail).into());
        }
        let mut trials = Trials {
            trial: PolicyTrial::new(&newest, period.node.clone(), policy)?,
            period: &period,
            newest: &newest,
            told: pb::TryPolicyResponse {
                oid: period.node.to_string(),
                from: Some(timestamp(period.from)),
                to: Some(timestamp(period.to)),
                ..Default::default()
            },
        };
        let given = trials.applications(&mut casework)?;
        trials.arcs(&given, &sight)?;
        Ok::<_, Rejection>(trials.told)
    })
    .await??;
    Ok(pb::TryPolicyResponse {
        revision: Some(revision(&desk.register, seq, Some(time))),
        ..told
    })
}

struct Trials<'a> {
    trial: PolicyTrial<'a>,
    period: &'a Period,
    newest: &'a Reading,
    told: pb::TryPolicyResponse,
}

impl Trials<'_> {
    /// The applications of the period; tells which arcs were given out upon any.
    fn applications(
        &mut self,
        casework: &mut Casework<'_>,
    ) -> Result<BTreeSet<NodePath>, Rejection> {
        let mut given = BTreeSet::new();
        for (_, id) in self.newest.docket(&Docket::All, None, usize::MAX)? {
            let Some(one) = self.newest.application(&id)? else {
                continue;
            };
            if !self.trial.holds_below(&one.superior)?
                || casework.knows(&one)? != Knowledge::Everything
            {
                continue;
            }
            given.extend(one.arc.clone());
            if !self.period.holds(one.submitted) {
                continue;
            }
            self.told.applications += 1;
            let trial = self.trial.of_application(&one)?;
            let oid = one.arc.as_ref().map(ToString::to_string);
            if self.put(one.id.to_string(), oid, one.submitted, &trial) {
                self.told.applications_refused += 1;
            }
        }
        Ok(given)
    }

    /// The arcs of the period that were given out without an application.
    fn arcs(&mut self, given: &BTreeSet<NodePath>, sight: &Sight) -> Result<(), Rejection> {
        let newest = self.newest;
        let mut nodes = newest.walk(&self.period.node, None, None, sight);
        for seen in nodes.by_ref().take(REPORT_NODES_MAX) {
            let seen = seen?;
            let entry = &seen.entry;
            let lasts = entry.sandbox.is_none() && !seen.stub;
            let assigned = entry.origin == Origin::Assigned && lasts;
            let ours = assigned && entry.superior.state != State::Reserved && !entry.authority;
            let of_period = ours && self.period.holds(entry.registered);
            let Some(superior) = entry.path.parent().filter(|_| of_period) else {
                continue;
            };
            if given.contains(&entry.path) || !self.trial.holds_below(&superior)? {
                continue;
            }
            self.told.arcs += 1;
            let trial = self.trial.of_arc(entry)?;
            let oid = Some(entry.path.to_string());
            if self.put(String::new(), oid, entry.registered, &trial) {
                self.told.arcs_refused += 1;
            }
        }
        self.told.cut |= nodes.next().is_some();
        Ok(())
    }

    /// Lists one that the policy says something to; whether it would have been refused.
    fn put(
        &mut self,
        application: String,
        oid: Option<String>,
        at: Timestamp,
        trial: &Trial,
    ) -> bool {
        let refused = !trial.refusals.is_empty();
        if refused || trial.approvals_missing > 0 {
            let case = pb::TriedCase {
                application,
                oid: oid.unwrap_or_default(),
                at: Some(timestamp(at)),
                findings: trial.refusals.iter().map(finding).collect(),
                approvals_missing: trial.approvals_missing,
            };
            if !fits(&mut self.told.cases, case, TRIAL_CASES_MAX) {
                self.told.cut = true;
            }
        }
        refused
    }
}

fn finding(refusal: &Refusal) -> pb::TriedFinding {
    pb::TriedFinding {
        code: refusal.code.name().to_owned(),
        field: refusal.field.clone(),
        value: refusal.value.clone().unwrap_or_default(),
        detail: refusal.detail.clone(),
    }
}
