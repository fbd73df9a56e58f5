//! `report`: what happened at a node and below it in a period, and what is late.

use std::fs;

use crate::{
    cli::{
        args::ReportArgs,
        card::pair,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        plot,
        view::{CountedView, DuePlanView, FeeTotalView, ReportView},
    },
    pb::v1,
};

/// The heading of what is late.
const DUE_HEADING: &[&str] = &["DUE", "APPLICATION", "STAGE", "SUPERIOR", "DEADLINE"];
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
        desk.output.text(&csv(&view))?;
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
    let late = view.overdue.iter().map(|one| ("overdue", one));
    let soon = view.upcoming.iter().map(|one| ("upcoming", one));
    let rows: Vec<_> = late
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
fn csv(view: &ReportView) -> String {
    let mut out = String::from("part,of,count\r\n");
    let mut row = |part: &str, of: &str, count: &str| {
        let fields = [part, of, count].map(quoted);
        out.push_str(&fields.join(","));
        out.push_str("\r\n");
    };
    for (name, counts) in parts(view) {
        for one in counts {
            row(name, &one.of, &one.count.to_string());
        }
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

/// A field of CSV; what a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@']);
    let field = if formula {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    if field.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_csv_end_where_they_should() {
        assert_eq!(quoted("a"), "a");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
    }

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
