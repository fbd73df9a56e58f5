//! `policy`: the rules a node has for its subordinates.
//!
//! What is not named in `policy set` stays as it is in force, inherited or not.

use serde::Serialize;

use crate::{
    cli::{
        args::{Applicants, Numbering, PolicyAct, PolicySetArgs, PolicyTryArgs},
        card::{pair, policy_fields},
        client::Client,
        desk::{Desk, Plan, not_registered},
        failure::{Failure, Outcome},
        output::note,
        view::{PolicyTrialView, PolicyView},
    },
    pb::v1::{self, resolve_response},
};

/// The heading of what a policy would have refused.
const TRIAL_HEADING: &[&str] = &["APPLICATION OR ARC", "WHEN", "CODE", "WHY"];

/// A policy in force, and where it was set.
struct InForce {
    node: v1::Entry,
    /// The node that sets it; none where nobody did.
    set_at: Option<String>,
    policy: v1::Policy,
}

#[derive(Serialize)]
struct InForceView {
    oid: String,
    set_at: Option<String>,
    policy: PolicyView,
}

/// Shows or sets a policy.
pub async fn run(desk: &Desk, client: &Client, act: PolicyAct) -> Result<Outcome, Failure> {
    match act {
        PolicyAct::Get { oid } => get(desk, client, &oid).await,
        PolicyAct::Set(args) => Box::pin(set(desk, client, *args)).await,
        PolicyAct::Try(args) => attempt(desk, client, *args).await,
    }
}

/// Tells what a policy would have said.
async fn attempt(desk: &Desk, client: &Client, args: PolicyTryArgs) -> Result<Outcome, Failure> {
    let found = in_force(desk, client, &args.policy.oid).await?;
    let policy = if args.policy.inherit {
        None
    } else {
        // Where nothing is named, the policy in force is tried.
        Some(changed(&args.policy, found.policy)?.0)
    };
    let request = v1::TryPolicyRequest {
        oid: found.node.oid,
        policy,
        from: args.from,
        to: args.to,
    };
    let send = async |r| client.applications().try_policy(r).await;
    let answer = client.call(&request, send).await?;
    let view = PolicyTrialView::from(&answer);
    if !desk.output.is_for_people() {
        desk.output.one(&view)?;
        return Ok(Outcome::Done);
    }
    let mut rows = Vec::new();
    for case in &view.cases {
        let what = [&case.application, &case.oid].map(String::as_str);
        let what: Vec<_> = what.into_iter().filter(|one| !one.is_empty()).collect();
        let what = what.join(" ");
        let mut row = |code: &str, detail: String| {
            rows.push(vec![what.clone(), case.at.clone(), code.to_owned(), detail]);
        };
        for finding in &case.findings {
            row(&finding.code, finding.detail.clone());
        }
        if case.approvals_missing > 0 {
            let missing = case.approvals_missing;
            row("-", format!("would still wait for {missing} approvals"));
        }
    }
    if !rows.is_empty() {
        desk.output.table(TRIAL_HEADING, &rows)?;
    }
    desk.output.text(&format!(
        "{} of {} applications and {} of {} other arcs would have been refused.\n",
        view.applications_refused, view.applications, view.arcs_refused, view.arcs
    ))?;
    desk.output.flush()?;
    if view.cut {
        note("There is more than one trial looks at or lists.");
    }
    Ok(Outcome::Done)
}

async fn get(desk: &Desk, client: &Client, oid: &str) -> Result<Outcome, Failure> {
    let found = in_force(desk, client, oid).await?;
    if !desk.output.is_for_people() {
        desk.output.one(&InForceView {
            oid: found.node.oid,
            set_at: found.set_at,
            policy: PolicyView::from(&found.policy),
        })?;
        return Ok(Outcome::Done);
    }
    let place = match &found.set_at {
        Some(oid) if *oid == found.node.oid => "set here".to_owned(),
        Some(oid) => format!("inherited from {oid}"),
        None => "set nowhere; this is what holds then".to_owned(),
    };
    desk.output.text(&format!(
        "{}  {place}\n",
        desk.output.palette.strong(&found.node.oid)
    ))?;
    let rows: Vec<_> = policy_fields(&found.policy)
        .iter()
        .map(|(name, text)| pair(name, text))
        .collect();
    desk.output.table(&[], &rows)?;
    Ok(Outcome::Done)
}

async fn in_force(desk: &Desk, client: &Client, oid: &str) -> Result<InForce, Failure> {
    let request = v1::ResolveRequest {
        oid: oid.to_owned(),
        strict: false,
        read: desk.read_options(),
        with_superiors: true,
    };
    let answer = client
        .call(&request, async |r| client.resolution().resolve(r).await)
        .await?;
    let found = answer.outcome() == resolve_response::Outcome::Found;
    let node = match answer.entry {
        Some(entry) if found => entry,
        nearest => return Err(not_registered(oid, nearest.map(|entry| entry.oid))),
    };
    let line = std::iter::once(&node).chain(&answer.superiors);
    let setter = line
        .clone()
        .find_map(|entry| Some((entry.oid.clone(), entry.policy.clone()?)));
    let (set_at, policy) = match setter {
        Some((oid, policy)) => (Some(oid), policy),
        None => (None, v1::Policy::default()),
    };
    Ok(InForce {
        node,
        set_at,
        policy,
    })
}

async fn set(desk: &Desk, client: &Client, args: PolicySetArgs) -> Result<Outcome, Failure> {
    let asks = desk.asks()?;
    let found = in_force(desk, client, &args.oid).await?;
    let policy = if args.inherit {
        None
    } else {
        Some(set_to(&args, found.policy)?)
    };
    let request = v1::SetPolicyRequest {
        oid: found.node.oid.clone(),
        policy,
        etag: found.node.etag.clone(),
        options: None,
    };
    let plan = asks.then(|| Plan {
        act: format!("Set the policy of {}", args.oid),
        before: Some(found.node),
    });
    desk.change(client, request, plan, async |r| {
        client.registration().set_policy(r).await
    })
    .await
}

/// The policy to set: with what was typed in place of what there is, which must be something else.
fn set_to(args: &PolicySetArgs, now: v1::Policy) -> Result<v1::Policy, Failure> {
    let before = now.clone();
    let (new, named) = changed(args, now)?;
    if !named {
        return Err(Failure::Usage(
            "nothing to set was named; see 'oidctl policy set --help'".to_owned(),
        ));
    }
    if new == before {
        return Err(Failure::Usage(
            "the policy in force says all of that already".to_owned(),
        ));
    }
    Ok(new)
}

/// The policy with what was typed in place of what there is, and whether anything was typed.
fn changed(args: &PolicySetArgs, now: v1::Policy) -> Result<(v1::Policy, bool), Failure> {
    let mut new = now;
    let mut named = false;
    macro_rules! put {
        ($($typed:ident => $field:ident: $value:expr;)*) => {$(
            if let Some(value) = args.$typed.clone() {
                new.$field = $value(value);
                named = true;
            }
        )*};
    }
    put! {
        numbering => numbering: |how| i32::from(numbering(how));
        windows => windows: |windows: crate::cli::value::Windows| windows.0;
        keep_back => kept_back: |windows: crate::cli::value::Windows| windows.0;
        identifiers_unique => identifiers_unique: Some;
        identifier_required => identifier_required: |set| set;
        title_required => title_required: |set| set;
        registrant_required => registrant_required: |set| set;
        application_required => application_required: |set| set;
        approvals => approvals: |many| many;
        arcs_per_registrant => arcs_per_registrant_max: |most: crate::cli::value::Most| most.0;
        reinstatement => reinstatement_seconds: Some;
        longest_hold => hold_seconds_max: Some;
        applicants => applicants: |who| i32::from(applicants(who));
        hold_wishes => wishes_held: |set| set;
        acknowledge_within => acknowledge_seconds: Some;
        decide_within => decide_seconds: Some;
        answer_within => answer_seconds: Some;
        appeal_within => appeal_seconds: Some;
        fee => fee: |text| text;
        transfers_agreed => transfers_agreed: |set| set;
        fee_may_wait => fee_may_wait: |set| set;
        reserved_names => reserved_names: |names: crate::cli::value::Names| names.0;
        want => minimum_contents: |wanted: crate::cli::value::Minimum| wanted.0;
    }
    if !args.categories.is_empty() {
        new.categories = args.categories.iter().flatten().cloned().collect();
        named = true;
        // The categories stand in place of the windows, unless both are named: then the server says so.
        if args.windows.is_none() && !new.categories.is_empty() {
            new.windows.clear();
        }
    }
    if !args.fee_amounts.is_empty() {
        let amounts: Vec<_> = args.fee_amounts.iter().flatten().copied().collect();
        let schedule = crate::cli::value::fee_schedule(&amounts);
        let wrong = |why| Failure::Usage(format!("--fee-amount: {why}"));
        new.fee_schedule = schedule.map_err(wrong)?;
        named = true;
    }
    Ok((new, named))
}

const fn applicants(who: Applicants) -> v1::Applicants {
    match who {
        Applicants::Nobody => v1::Applicants::Nobody,
        Applicants::Principals => v1::Applicants::Principals,
        Applicants::Public => v1::Applicants::Public,
    }
}

const fn numbering(how: Numbering) -> v1::Numbering {
    match how {
        Numbering::Any => v1::Numbering::Any,
        Numbering::NextFree => v1::Numbering::NextFreeOnly,
        Numbering::Explicit => v1::Numbering::ExplicitOnly,
        Numbering::Random => v1::Numbering::RandomOnly,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn set(typed: &[&str], now: v1::Policy) -> Result<v1::Policy, Failure> {
        let typed = ["oidctl", "policy", "set", "2.999"].iter().chain(typed);
        let Command::Policy(args) = Cli::try_parse_from(typed).unwrap().command else {
            panic!("another command")
        };
        let PolicyAct::Set(args) = args.act else {
            panic!("another act")
        };
        set_to(&args, now)
    }

    #[test]
    fn what_is_not_named_stays() {
        let now = v1::Policy {
            title_required: true,
            approvals: 2,
            ..v1::Policy::default()
        };
        let typed = [
            "--windows",
            "1-999,5000-",
            "--approvals",
            "1",
            "--longest-hold",
            "30d",
            "--numbering",
            "next-free",
        ];
        let got = set(&typed, now).unwrap();
        assert!(got.title_required);
        assert_eq!(
            (got.windows.len(), got.approvals, got.hold_seconds_max),
            (2, 1, Some(2_592_000))
        );
        assert_eq!(got.numbering(), v1::Numbering::NextFreeOnly);
    }

    #[test]
    fn nothing_to_set_is_wrong_usage() {
        assert!(matches!(
            set(&[], v1::Policy::default()),
            Err(Failure::Usage(_))
        ));
        assert!(matches!(
            set(&["--approvals", "0"], v1::Policy::default()),
            Err(Failure::Usage(_))
        ));
    }
}
