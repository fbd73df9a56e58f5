//! `GetReport`: what happened at a node and below it in a period, and what is late, for those who judge there.
//!
//! It walks the subtree once, as far as the caller sees it, and tells where it stopped. It must never count what the caller may
//! not know of.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    access::{Casework, Knowledge, Sight},
    desk::{Call, Desk},
    grpc::{
        convert::{entry as entries, timestamp},
        limits::{REPORT_DUE_MAX, REPORT_NODES_MAX},
        page::fits,
        view::revision,
    },
    model::{
        Application, Code, Refusal, RegistrantId, Rejection, Stage, State, Timestamp,
        TreeView as _,
        application::{Docket, Fee, FeeState, VerdictKind},
        entry::Origin,
        plan::{Agenda, Plan},
    },
    oid::NodePath,
    pb::v1 as pb,
    register::Reading,
};

use super::{period::Period, someone, windows::Counts};

/// Seconds within which a deadline is an upcoming one (thirty days).
const UPCOMING_SECONDS: u64 = 30 * 86_400;
/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

/// Answers.
pub async fn report(
    desk: &Desk,
    call: &Call,
    request: pb::GetReportRequest,
) -> Result<pb::GetReportResponse, Rejection> {
    someone(call)?;
    let newest = desk.register.newest();
    let (sight, identity) = (call.sight(), call.caller.identity.clone());
    let now = desk.options.clock.now();
    let ends = (request.from, request.to);
    let period = Period::asked(&request.superior, "superior", ends, &newest, &sight, now)?;
    call.witness.note(&period.node);
    let (seq, time) = (newest.seq(), newest.time());
    let told = Desk::blocking(move || {
        let mut casework = Casework::new(&identity, &newest)?;
        if !casework.judges(&period.node)? {
            let detail = "a report is for those who judge applications there";
            return Err(Refusal::new(Code::NotPermitted, "superior", detail).into());
        }
        let mut told = pb::GetReportResponse {
            superior: period.node.to_string(),
            from: Some(timestamp(period.from)),
            to: Some(timestamp(period.to)),
            ..Default::default()
        };
        applications(&mut told, &period, &newest, &mut casework)?;
        arcs(&mut told, &period, &newest, &sight)?;
        plans(&mut told, &period, &newest, &sight)?;
        suspects(&mut told, &period, &newest, &sight)?;
        late_challenges(&mut told, &period, &newest, &sight)?;
        Ok::<_, Rejection>(told)
    })
    .await??;
    Ok(pb::GetReportResponse {
        revision: Some(revision(&desk.register, seq, Some(time))),
        ..told
    })
}

/// When an application was decided or came to an end; `None` while it is open.
fn ended(one: &Application) -> Option<Timestamp> {
    if one.stage.is_open() {
        return None;
    }
    let rejected = one.verdicts.iter().rev();
    let rejected = rejected
        .filter(|verdict| verdict.kind != VerdictKind::Granted)
        .map(|verdict| verdict.at);
    match one.stage {
        // Its fee may be told of later.
        Stage::Rejected => rejected.max(),
        Stage::Approved => one.approvals.iter().map(|approval| approval.at).max(),
        _ => Some(one.changed),
    }
}

fn applications(
    told: &mut pb::GetReportResponse,
    period: &Period,
    newest: &Reading,
    casework: &mut Casework<'_>,
) -> Result<(), Rejection> {
    let (mut by_stage, mut decided) = (BTreeMap::new(), BTreeMap::new());
    let mut fees = Fees::default();
    let mut spans = Vec::new();
    let soon = period.now.plus_seconds(UPCOMING_SECONDS);
    for (_, id) in newest.docket(&Docket::All, None, usize::MAX)? {
        let Some(one) = newest.application(&id)? else {
            continue;
        };
        let here = one.superior.starts_with(&period.node);
        if !here || casework.knows(&one)? != Knowledge::Everything {
            continue;
        }
        if period.holds(one.submitted) {
            *by_stage.entry(one.stage.word()).or_default() += 1;
            fees.add(one.fee.as_ref());
        }
        if let Some(at) = ended(&one).filter(|at| period.holds(*at)) {
            *decided.entry(one.stage.word()).or_default() += 1;
            let span = at.micros().saturating_sub(one.submitted.micros()) / SECOND;
            spans.push(u64::try_from(span).unwrap_or_default());
        }
        let late = one.is_overdue(period.now);
        let upcoming = one.stage.is_open() && one.deadline.is_some_and(|at| at <= soon);
        let list = match (late, upcoming) {
            (true, _) => &mut told.overdue,
            (false, true) => &mut told.upcoming,
            (false, false) => continue,
        };
        if !fits(list, due(&one), REPORT_DUE_MAX) {
            told.cut = true;
        }
    }
    spans.sort_unstable();
    told.decision_seconds_median = part(&spans, 50);
    told.decision_seconds_p90 = part(&spans, 90);
    told.handed_in = counted(by_stage);
    told.decided = counted(decided);
    told.fees = fees.told();
    Ok(())
}

/// Fees by how they stand and by currency: what they come to, and how many they are.
#[derive(Default)]
struct Fees(BTreeMap<(FeeState, String), (u64, u64)>);

impl Fees {
    fn add(&mut self, fee: Option<&Fee>) {
        let Some(fee) = fee else { return };
        let currency = fee.amount.map(|amount| amount.currency.to_string());
        let units = fee.amount.map_or(0, |amount| amount.minor_units);
        let key = (fee.state, currency.unwrap_or_default());
        let (sum, count) = self.0.entry(key).or_default();
        *sum = sum.saturating_add(units);
        *count += 1;
    }

    fn told(self) -> Vec<pb::FeeTotal> {
        let all = self.0.into_iter();
        all.map(|((state, currency), (minor_units, count))| pb::FeeTotal {
            state: super::requests::shown_fee_state(state).into(),
            currency,
            minor_units,
            count,
        })
        .collect()
    }
}

fn due(one: &Application) -> pb::DueApplication {
    pb::DueApplication {
        id: one.id.to_string(),
        stage: super::requests::shown_stage(one.stage).into(),
        superior: one.superior.to_string(),
        deadline: one.deadline.map(timestamp),
    }
}

/// The least of sorted numbers that so many of a hundred do not exceed (nearest rank).
fn part(sorted: &[u64], of_a_hundred: usize) -> Option<u64> {
    let rank = (sorted.len() * of_a_hundred).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn counted<K: ToString>(counts: BTreeMap<K, u64>) -> Vec<pb::Counted> {
    let all = counts.into_iter();
    all.map(|(of, count)| pb::Counted {
        of: of.to_string(),
        count,
    })
    .collect()
}

fn arcs(
    told: &mut pb::GetReportResponse,
    period: &Period,
    newest: &Reading,
    sight: &Sight,
) -> Result<(), Rejection> {
    let (mut kinds, mut months, mut states) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut registrants: BTreeSet<RegistrantId> = BTreeSet::new();
    let mut windows = Counts::default();
    let policy = |node: &NodePath| newest.policy_in_force(node);
    let mut nodes = newest.walk(&period.node, None, None, sight);
    for seen in nodes.by_ref().take(REPORT_NODES_MAX) {
        let seen = seen?;
        let entry = &seen.entry;
        let counts = !entry.origin.is_reference() && entry.sandbox.is_none();
        if seen.stub || entry.path == period.node || !counts {
            continue;
        }
        let state = entry.superior.state;
        *states.entry(state.word()).or_default() += 1;
        if state.is_live() {
            registrants.extend(entry.registrant.as_ref().map(|one| one.registrant.clone()));
        }
        if period.holds(entry.registered) {
            let kind = match (&entry.origin, state) {
                (Origin::Recorded { .. }, _) => "recorded",
                (_, State::Reserved) => "reserved",
                _ => "assigned",
            };
            *kinds.entry(kind).or_default() += 1;
            let day = entry.registered.to_string();
            let month: String = day.chars().take("2026-03".len()).collect();
            *months.entry(month).or_default() += 1;
            windows.add(&entry.path, &policy)?;
        }
    }
    told.cut |= nodes.next().is_some() || windows.cut;
    told.allocations_by_window = windows.told();
    told.allocations = counted(kinds);
    told.allocations_by_month = counted(months);
    told.states = counted(states);
    told.registrants = registrants.len() as u64;
    Ok(())
}

/// What is planned until [`UPCOMING_SECONDS`] from now.
fn plans(
    told: &mut pb::GetReportResponse,
    period: &Period,
    newest: &Reading,
    sight: &Sight,
) -> Result<(), Rejection> {
    let soon = period.now.plus_seconds(UPCOMING_SECONDS);
    for agenda in [
        Agenda::Changes,
        Agenda::Reviews,
        Agenda::Terms,
        Agenda::Uses,
    ] {
        let mut listed = Vec::new();
        for (at, path) in newest.agenda(agenda, soon, usize::MAX)? {
            if !path.starts_with(&period.node) || !sight.is_whole(&path) {
                continue;
            }
            let Some(entry) = newest.entry(&path)? else {
                continue;
            };
            let here = |plan: &&Plan| plan.at == at && Agenda::of(plan) == Some(agenda);
            for plan in entry.plans.iter().filter(here) {
                let due = pb::DuePlan {
                    oid: path.to_string(),
                    plan: Some(entries::plan(plan)),
                };
                if !fits(&mut listed, due, REPORT_DUE_MAX) {
                    told.cut = true;
                }
            }
        }
        told.plans.extend(listed);
    }
    Ok(())
}

/// The arcs that may be wrong.
fn suspects(
    told: &mut pb::GetReportResponse,
    period: &Period,
    newest: &Reading,
    sight: &Sight,
) -> Result<(), Rejection> {
    let ever = Timestamp::from_micros(i64::MAX);
    for (until, path) in newest.agenda(Agenda::Suspects, ever, usize::MAX)? {
        if !path.starts_with(&period.node) || !sight.is_whole(&path) {
            continue;
        }
        let Some(entry) = newest.entry(&path)? else {
            continue;
        };
        let Some(suspicion) = entries::suspicion(&entry, sight) else {
            continue;
        };
        let due = pb::DueArc {
            oid: path.to_string(),
            suspicion: Some(suspicion),
            overdue: until <= period.now,
        };
        if !fits(&mut told.suspects, due, REPORT_DUE_MAX) {
            told.cut = true;
        }
    }
    Ok(())
}

/// The challenges to labels that nobody decided until the windows were over.
fn late_challenges(
    told: &mut pb::GetReportResponse,
    period: &Period,
    newest: &Reading,
    sight: &Sight,
) -> Result<(), Rejection> {
    for (at, path) in newest.agenda(Agenda::Challenges, period.now, usize::MAX)? {
        if !path.starts_with(&period.node) || !sight.is_whole(&path) {
            continue;
        }
        let Some(entry) = newest.entry(&path)? else {
            continue;
        };
        let claims = entry.label_claims.iter();
        for claim in claims.filter(|one| one.until == at && one.challenge.is_some()) {
            let late = pb::LateChallenge {
                oid: path.to_string(),
                label: claim.label.to_string(),
                until: Some(timestamp(at)),
            };
            if !fits(&mut told.late_challenges, late, REPORT_DUE_MAX) {
                told.cut = true;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_summed_by_state_and_currency() {
        let fee = |state, amount: &str| Fee {
            state,
            text: "so much".to_owned(),
            amount: amount.parse().ok(),
        };
        let mut fees = Fees::default();
        for one in [
            fee(FeeState::Due, "10 TZS"),
            fee(FeeState::Paid, "1 TZS"),
            fee(FeeState::Paid, "2 TZS"),
            fee(FeeState::Paid, "3 EUR"),
            fee(FeeState::Paid, ""),
        ] {
            fees.add(Some(&one));
        }
        fees.add(None);
        let told: Vec<_> = fees
            .told()
            .iter()
            .map(|one| {
                let state = one.state().as_str_name().trim_start_matches("FEE_STATE_");
                format!("{state} {} {} {}", one.currency, one.minor_units, one.count)
            })
            .collect();
        assert_eq!(
            told,
            [
                "DUE TZS 1000 1",
                "PAID  0 1",
                "PAID EUR 300 1",
                "PAID TZS 300 2"
            ]
        );
    }

    #[test]
    fn parts_of_a_hundred_are_members() {
        assert_eq!(part(&[], 50), None);
        assert_eq!(part(&[7], 50), Some(7));
        assert_eq!(part(&[7], 90), Some(7));
        let ten: Vec<u64> = (1..=10).collect();
        assert_eq!((part(&ten, 50), part(&ten, 90)), (Some(5), Some(9)));
        let eleven: Vec<u64> = (1..=11).collect();
        assert_eq!((part(&eleven, 50), part(&eleven, 90)), (Some(6), Some(10)));
    }
}
