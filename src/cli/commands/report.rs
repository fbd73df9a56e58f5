//! `report`: what happened at a node and below it in a period, and what is late.

use std::fs;

use crate::{
    cli::{
        args::ReportArgs,
        card::pair,
        client::Client,
        csv,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        plot,
        view::{CountedView, DueArcView, DuePlanView, FeeTotalView, ReportView, WindowCountView},
    },
    pb::v1,
};

/// The heading of what is late.
const DUE_HEADING: &[&str] = &["DUE", "APPLICATION OR ARC", "STAGE", "SUPERIOR", "DEADLINE"];
/// The heading of what was registered by window.
const WINDOWS_HEADING: &[&str] = &["REGISTERED BELOW", "WINDOW", "ARCS"];
/// The heading of challenges that nobody decided in time.
const LATE_HEADING: &[&str] = &["CHALLENGED", "LABEL", "WINDOW ENDED"];
/// The heading of what is planned.
const PLANNED_HEADING: &[&str] = &["PLANNED", "ARC", "NUMBER", "WHAT"];

/// Reports.
pub async fn run(desk: &Desk, client: &Client, args: ReportArgs) -> Result<Outcome, Failure> {
    let request = v1::GetReportRequest {
        superior: args.node.unwrap_or_default(),
        from: args.from,
        to: args.to,
    };
    let send = async |r| client.applications().get_report(r).await;
    let answer = client.call(&request, send).await?;
    let view = ReportView::from(&answer);
    if let Some(file) = &args.plot {
        let counts = view.allocations_by_month.iter();
        let counts: Vec<_> = counts.map(|one| (one.of.clone(), one.count)).collect();
        let title = format!("Arcs registered below {} by month", view.superior);
        let picture = plot::svg(&title, &plot::by_month(&counts));
        fs::write(file, picture).map_err(|error| {
            Failure::Config(format!("{} cannot be written: {error}", file.display()))
        })?;
    }
    if args.csv {
        desk.output.text(&facts(&view))?;
    } else if desk.output.is_for_people() {
        people(desk, &view)?;
    } else {
        desk.output.one(&view)?;
    }
    desk.output.flush()?;
    if view.cut {
        note("There is more than one report looks at or lists.");
    }
    Ok(Outcome::Done)
}

/// The parts that are counts, each with its name.
fn parts(view: &ReportView) -> [(&'static str, &[CountedView]); 5] {
    [
        ("handed in", &view.handed_in),
        ("decided", &view.decided),
        ("registered", &view.allocations),
        ("registered by month", &view.allocations_by_month),
        ("arcs now", &view.states),
    ]
}

fn people(desk: &Desk, view: &ReportView) -> Result<(), Failure> {
    let mut rows = vec![
        pair("below", &view.superior),
        pair("period", &format!("{} to {}", view.from, view.to)),
    ];
    for (name, counts) in parts(view) {
        let told: Vec<_> = counts
            .iter()
            .map(|one| format!("{} {}", one.count, one.of))
            .collect();
        if !told.is_empty() {
            rows.push(pair(name, &told.join(", ")));
        }
    }
    for (name, seconds) in [
        (
            "time to decision, half within",
            view.decision_seconds_median,
        ),
        (
            "time to decision, nine of ten within",
            view.decision_seconds_p90,
        ),
    ] {
        if let Some(seconds) = seconds {
            rows.push(pair(name, &span(seconds)));
        }
    }
    rows.push(pair("registrants", &view.registrants.to_string()));
    for one in &view.fees {
        rows.push(pair(&format!("fees {}", one.state), &fees(one)));
    }
    desk.output.table(&[], &rows)?;
    let windows: Vec<_> = view.allocations_by_window.iter().map(windowed).collect();
    if !windows.is_empty() {
        desk.output.table(WINDOWS_HEADING, &windows)?;
    }
    let late = view.overdue.iter().map(|one| ("overdue", one));
    let soon = view.upcoming.iter().map(|one| ("upcoming", one));
    let mut rows: Vec<_> = late
        .chain(soon)
        .map(|(when, one)| {
            vec![
                when.to_owned(),
                one.id.clone(),
                one.stage.clone(),
                one.superior.clone(),
                one.deadline.clone(),
            ]
        })
        .collect();
    rows.extend(view.suspects.iter().map(suspect));
    if !rows.is_empty() {
        desk.output.table(DUE_HEADING, &rows)?;
    }
    let late = view.late_challenges.iter().map(|one| {
        let (oid, label, until) = (one.oid.clone(), one.label.clone(), one.until.clone());
        vec![oid, label, until]
    });
    let late: Vec<_> = late.collect();
    if !late.is_empty() {
        desk.output.table(LATE_HEADING, &late)?;
    }
    let planned: Vec<_> = view.plans.iter().map(planned).collect();
    if planned.is_empty() {
        return Ok(());
    }
    desk.output.table(PLANNED_HEADING, &planned)
}

fn windowed(one: &WindowCountView) -> Vec<String> {
    vec![one.superior.clone(), window(one), one.count.to_string()]
}

/// A window as policies name them, with its category.
fn window(one: &WindowCountView) -> String {
    let run = match &one.window {
        None => "outside all windows".to_owned(),
        Some(run) if run.from == run.to => run.from.clone(),
        Some(run) => format!("{}-{}", run.from, run.to),
    };
    if one.category.is_empty() {
        run
    } else {
        format!("{}={run}", one.category)
    }
}

/// An arc that may be wrong, as what is late stands in the list.
fn suspect(due: &DueArcView) -> Vec<String> {
    let mark = &due.suspicion;
    let when = if due.overdue { "overdue" } else { "upcoming" };
    let stage = if mark.waits { "reported" } else { "suspect" };
    let superior = due.oid.rsplit_once('.').map_or("", |(above, _)| above);
    vec![
        when.to_owned(),
        due.oid.clone(),
        stage.to_owned(),
        superior.to_owned(),
        mark.until.clone(),
    ]
}

/// What fees come to, and how many they are.
fn fees(total: &FeeTotalView) -> String {
    if total.amount.is_empty() {
        format!("{} in words alone", total.count)
    } else {
        format!("{} ({})", total.amount, total.count)
    }
}

fn planned(due: &DuePlanView) -> Vec<String> {
    let plan = &due.plan;
    let number = plan.number.to_string();
    vec![plan.at.clone(), due.oid.clone(), number, plan.what.clone()]
}

/// A span in the largest unit of which there are two at least.
fn span(seconds: u64) -> String {
    match seconds {
        172_800.. => format!("{} days", seconds / 86_400),
        7_200.. => format!("{} hours", seconds / 3_600),
        120.. => format!("{} minutes", seconds / 60),
        _ => format!("{seconds} seconds"),
    }
}

/// One row a fact (RFC 4180): the part, what it is of, and how many.
fn facts(view: &ReportView) -> String {
    let mut out = csv::row(["part", "of", "count"]);
    let mut row = |part: &str, of: &str, count: &str| out.push_str(&csv::row([part, of, count]));
    for (name, counts) in parts(view) {
        for one in counts {
            row(name, &one.of, &one.count.to_string());
        }
    }
    for one in &view.allocations_by_window {
        let of = format!("{} {}", one.superior, window(one));
        row("registered by window", &of, &one.count.to_string());
    }
    for (name, seconds) in [
        ("median", view.decision_seconds_median),
        ("p90", view.decision_seconds_p90),
    ] {
        if let Some(seconds) = seconds {
            row("decision seconds", name, &seconds.to_string());
        }
    }
    row("registrants", "", &view.registrants.to_string());
    for one in &view.fees {
        row(
            &format!("fees {}", one.state),
            &one.amount,
            &one.count.to_string(),
        );
    }
    for one in &view.suspects {
        row("suspect", &one.oid, &one.suspicion.until);
    }
    for one in &view.late_challenges {
        row("challenged", &one.oid, &one.until);
    }
    for (name, list) in [("overdue", &view.overdue), ("upcoming", &view.upcoming)] {
        for one in list {
            row(name, &one.id, &one.deadline);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_the_unit_that_fits() {
        for (seconds, expect) in [
            (0, "0 seconds"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7_200, "2 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
        ] {
            assert_eq!(span(seconds), expect);
        }
    }
}
