//! `application`: applying for arcs, and judging applications.
//!
//! What cannot be undone is the server's to refuse or to carry out; nothing here guesses at what comes next.

use super::{credential::Saved, papers};
use crate::{
    cli::{
        args::{
            AmendApplicationArgs, AppealDecision, ApplicationAct, ApplicationListArgs,
            ApplicationStage, FeeArgs, Format, RejectionReason, SubmitArgs, VerifyArgs, Which,
        },
        card::{self, pair},
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        paper,
        table::clean,
        value,
        view::{
            ApplicationView, ApplicationWrittenView, FindingView, JudgedView, VerifiedView, moment,
        },
    },
    pb::v1,
};

/// Most applications of one page, which the API sets.
const PAGE: u32 = 1_000;
/// The heading of a list.
const HEADING: &[&str] = &[
    "ID",
    "STAGE",
    "SUPERIOR",
    "NUMBER",
    "APPLICANT",
    "DEADLINE",
    "OVERDUE",
];

/// Applies, or judges.
pub async fn run(desk: &Desk, client: &Client, act: ApplicationAct) -> Result<Outcome, Failure> {
    match act {
        ApplicationAct::Submit(args) => Box::pin(submit(desk, client, *args)).await,
        ApplicationAct::Verify(args) => verify(desk, client, args).await,
        ApplicationAct::Amend(args) => Box::pin(amend(desk, client, *args)).await,
        ApplicationAct::Attach(args) => written(desk, &papers::attach(desk, client, args).await?),
        ApplicationAct::Papers { which } => {
            let answer = get(client, which.id).await?;
            papers::list(desk, &answer.application.unwrap_or_default())
        }
        ApplicationAct::Fetch(args) => {
            let answer = get(client, args.which.id.clone()).await?;
            papers::fetch(desk, client, args, &answer.application.unwrap_or_default()).await
        }
        ApplicationAct::Show { which } => show(desk, client, which).await,
        ApplicationAct::List(args) => list(desk, client, args).await,
        ApplicationAct::Acknowledge { which } => {
            let send = async |r| client.applications().acknowledge_application(r).await;
            written(desk, &desk.send(client, on(which), send).await?)
        }
        ApplicationAct::Review { which } => {
            let send = async |r| client.applications().begin_review(r).await;
            written(desk, &desk.send(client, on(which), send).await?)
        }
        ApplicationAct::Approve { which } => {
            let send = async |r| client.applications().approve_application(r).await;
            written(desk, &desk.send(client, on(which), send).await?)
        }
        ApplicationAct::Withdraw { which } => {
            let act = Some(format!("Withdraw application {}", which.id));
            let shown = |tried: &v1::ApplicationResponse| tried.application.as_ref().map(fields);
            let send = async |r| client.applications().withdraw_application(r).await;
            let answer = desk.change_shown(client, on(which), act, shown, send);
            written(desk, &answer.await?)
        }
        ApplicationAct::Ask { which, text } => {
            let send = async |r| client.applications().request_information(r).await;
            written(desk, &desk.send(client, tell(which, text), send).await?)
        }
        ApplicationAct::Answer { which, text } => {
            let send = async |r| client.applications().answer_application(r).await;
            written(desk, &desk.send(client, tell(which, text), send).await?)
        }
        ApplicationAct::Appeal { which, text } => {
            let send = async |r| client.applications().appeal_application(r).await;
            written(desk, &desk.send(client, tell(which, text), send).await?)
        }
        other => judge(desk, client, other).await,
    }
}

async fn judge(desk: &Desk, client: &Client, act: ApplicationAct) -> Result<Outcome, Failure> {
    let answer = match act {
        ApplicationAct::Comment {
            which,
            text,
            to_applicant,
        } => {
            let request = v1::CommentApplicationRequest {
                application: which.id,
                text,
                to_applicant,
                ..Default::default()
            };
            let send = async |r| client.applications().comment_application(r).await;
            desk.send(client, request, send).await?
        }
        ApplicationAct::Reject { which, why, text } => {
            let request = v1::RejectApplicationRequest {
                application: which.id,
                reason: reason(why).into(),
                text,
                ..Default::default()
            };
            let send = async |r| client.applications().reject_application(r).await;
            desk.send(client, request, send).await?
        }
        ApplicationAct::DecideAppeal { which, how, text } => {
            let request = v1::DecideAppealRequest {
                application: which.id,
                granted: how == AppealDecision::Granted,
                text,
                ..Default::default()
            };
            let send = async |r| client.applications().decide_appeal(r).await;
            desk.send(client, request, send).await?
        }
        ApplicationAct::Fee(args) => {
            let send = async |r| client.applications().set_application_fee(r).await;
            desk.send(client, fee(args), send).await?
        }
        // The others were carried out before.
        _ => return Ok(Outcome::Done),
    };
    written(desk, &answer)
}

async fn submit(desk: &Desk, client: &Client, args: SubmitArgs) -> Result<Outcome, Failure> {
    let form = paper::read(args.asked.form.as_deref())?;
    let language = args.language.or_else(|| form.language.clone());
    let files = args.asked.attachments.clone();
    let paper = paper::filled(desk, args.asked, form.into_paper()?)?;
    let request = v1::SubmitApplicationRequest {
        superior: args.superior,
        number: paper.number,
        entry: Some(paper.entry),
        about: Some(paper.about),
        language: language.unwrap_or_default(),
        options: None,
    };
    let send = async |r| client.applications().submit_application(r).await;
    let answer = desk.send(client, request, send).await?;
    if answer.verification.is_empty() {
        return Box::pin(with_files(desk, client, &files, answer)).await;
    }
    if !desk.output.is_for_people() {
        return written(desk, &answer);
    }
    let until = moment(answer.verify_until.as_ref());
    let rows = [
        pair("verification", &answer.verification),
        pair("until", &until),
    ];
    desk.output.table(&[], &rows)?;
    desk.output.flush()?;
    note(&format!(
        "A code was sent to the address you told. Show it: oidctl application verify {} CODE",
        answer.verification
    ));
    if files.iter().any(|file| !file.contains('=')) {
        note(
            "Nothing is kept of your files. Hand them in with the token that the code is traded for: oidctl application attach",
        );
    }
    Ok(Outcome::Done)
}

/// Hands in the files that a written application names, and shows what came of both.
async fn with_files(
    desk: &Desk,
    client: &Client,
    files: &[String],
    mut answer: v1::ApplicationResponse,
) -> Result<Outcome, Failure> {
    match papers::hand_in(desk, client, files, &answer).await {
        Ok(newest) => {
            answer.application = newest.or(answer.application);
            written(desk, &answer)
        }
        Err(failure) => {
            written(desk, &answer)?;
            Err(failure)
        }
    }
}

/// Shows a code, and keeps the token that it is traded for.
async fn verify(desk: &Desk, client: &Client, args: VerifyArgs) -> Result<Outcome, Failure> {
    let save = Saved::ready(args.save)?;
    let request = v1::VerifyApplicationRequest {
        verification: args.verification,
        code: args.code,
    };
    let send = async |r| client.applications().verify_application(r).await;
    let answer = client.call(&request, send).await?;
    let mut view = VerifiedView::from(&answer);
    if let Some(save) = save {
        view.token_file = save.keep(&view.token)?;
        view.token.clear();
    }
    if !desk.output.is_for_people() {
        desk.output.one(&view)?;
        return Ok(Outcome::Done);
    }
    if let Some(application) = &answer.application {
        card(desk, application)?;
    }
    let mut rows = vec![pair("principal", &view.principal)];
    if view.token_file.is_empty() {
        rows.push(pair("token", &view.token));
    } else {
        rows.push(pair("token file", &view.token_file));
    }
    desk.output.table(&[], &rows)?;
    desk.output.flush()?;
    Ok(Outcome::Done)
}

async fn amend(
    desk: &Desk,
    client: &Client,
    args: AmendApplicationArgs,
) -> Result<Outcome, Failure> {
    let now = get(client, args.which.id).await?;
    let now = now.application.unwrap_or_default();
    let before = paper::Paper {
        number: now.number,
        entry: now.entry.unwrap_or_default(),
        about: now.about.unwrap_or_default(),
    };
    let form = paper::read(args.asked.form.as_deref())?;
    let before = if args.asked.form.is_some() {
        form.into_paper()?
    } else {
        before
    };
    let files = args.asked.attachments.clone();
    let paper = paper::filled(desk, args.asked, before)?;
    let request = v1::AmendApplicationRequest {
        application: now.id,
        number: paper.number,
        entry: Some(paper.entry),
        about: Some(paper.about),
        etag: now.etag,
        options: None,
    };
    let send = async |r| client.applications().amend_application(r).await;
    let answer = desk.send(client, request, send).await?;
    Box::pin(with_files(desk, client, &files, answer)).await
}

fn on(which: Which) -> v1::ActOnApplicationRequest {
    v1::ActOnApplicationRequest {
        application: which.id,
        ..Default::default()
    }
}

fn tell(which: Which, text: String) -> v1::TellApplicationRequest {
    v1::TellApplicationRequest {
        application: which.id,
        text,
        ..Default::default()
    }
}

fn fee(args: FeeArgs) -> v1::SetApplicationFeeRequest {
    let (state, text) = match (args.due, args.paid, args.waived) {
        (Some(text), _, _) => (v1::FeeState::Due, text),
        (None, Some(text), _) => (v1::FeeState::Paid, text),
        (None, None, text) => (v1::FeeState::Waived, text.unwrap_or_default()),
    };
    // What is due in so many words as an amount has is that amount.
    let written = (state == v1::FeeState::Due).then(|| text.parse().ok());
    let amount = args.amount.or(written.flatten());
    v1::SetApplicationFeeRequest {
        application: args.which.id,
        fee: Some(v1::Fee {
            state: state.into(),
            text,
            amount: amount.map(value::wire_amount),
        }),
        ..Default::default()
    }
}

const fn reason(reason: RejectionReason) -> v1::RejectionReason {
    match reason {
        RejectionReason::Incomplete => v1::RejectionReason::Incomplete,
        RejectionReason::NotEligible => v1::RejectionReason::NotEligible,
        RejectionReason::OutOfScope => v1::RejectionReason::OutOfScope,
        RejectionReason::UnsuitableName => v1::RejectionReason::UnsuitableName,
        RejectionReason::NumberUnavailable => v1::RejectionReason::NumberUnavailable,
        RejectionReason::Duplicate => v1::RejectionReason::Duplicate,
        RejectionReason::Unverified => v1::RejectionReason::Unverified,
        RejectionReason::FeeUnpaid => v1::RejectionReason::FeeUnpaid,
        RejectionReason::Other => v1::RejectionReason::Other,
    }
}

const fn stage(stage: ApplicationStage) -> v1::ApplicationStage {
    match stage {
        ApplicationStage::Submitted => v1::ApplicationStage::Submitted,
        ApplicationStage::Acknowledged => v1::ApplicationStage::Acknowledged,
        ApplicationStage::InformationRequested => v1::ApplicationStage::InformationRequested,
        ApplicationStage::UnderReview => v1::ApplicationStage::UnderReview,
        ApplicationStage::Approved => v1::ApplicationStage::Approved,
        ApplicationStage::Rejected => v1::ApplicationStage::Rejected,
        ApplicationStage::Appealed => v1::ApplicationStage::Appealed,
        ApplicationStage::Withdrawn => v1::ApplicationStage::Withdrawn,
        ApplicationStage::Expired => v1::ApplicationStage::Expired,
    }
}

async fn get(client: &Client, id: String) -> Result<v1::GetApplicationResponse, Failure> {
    let request = v1::GetApplicationRequest { application: id };
    let send = async |r| client.applications().get_application(r).await;
    client.call(&request, send).await
}

async fn show(desk: &Desk, client: &Client, which: Which) -> Result<Outcome, Failure> {
    let answer = get(client, which.id).await?;
    let application = answer.application.clone().unwrap_or_default();
    match desk.output.format {
        Format::Human => {
            card(desk, &application)?;
            if answer.approvals_wanted > 0 {
                let given = application.approvals.len();
                let wanted = answer.approvals_wanted;
                let told = pair("approvals", &format!("{given} of {wanted}"));
                desk.output.table(&[], &[told])?;
            }
            let found = answer.checklist.iter().map(FindingView::from);
            let rows: Vec<_> = found
                .map(|one| {
                    let weight = if one.hinders { "hinders" } else { "consider" };
                    pair(weight, &format!("{}: {}", one.about, one.detail))
                })
                .collect();
            desk.output.table(&[], &rows)?;
        }
        Format::Table => desk.output.table(HEADING, &[row(&application)])?,
        _ => desk.output.one(&JudgedView::from(&answer))?,
    }
    Ok(Outcome::Done)
}

async fn list(desk: &Desk, client: &Client, args: ApplicationListArgs) -> Result<Outcome, Failure> {
    let mut request = v1::ListApplicationsRequest {
        superior: args.at.unwrap_or_default(),
        stage: args.stage.map_or(0, |one| stage(one).into()),
        applicant: args.applicant.unwrap_or_default(),
        overdue: args.overdue,
        own: args.own,
        page_size: PAGE,
        page_token: String::new(),
    };
    let mut all = Vec::new();
    loop {
        let send = async |r| client.applications().list_applications(r).await;
        let answer = client.call(&request, send).await?;
        all.extend(answer.applications);
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    if desk.output.is_for_people() {
        let rows: Vec<_> = all.iter().map(row).collect();
        desk.output.table(HEADING, &rows)?;
    } else {
        let views: Vec<_> = all.iter().map(ApplicationView::from).collect();
        desk.output.many(&views)?;
    }
    Ok(if all.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

/// Shows what came of a change.
fn written(desk: &Desk, answer: &v1::ApplicationResponse) -> Result<Outcome, Failure> {
    if !desk.output.is_for_people() {
        desk.output
            .one(&ApplicationWrittenView::of(answer, desk.writing.dry_run))?;
        return Ok(Outcome::Done);
    }
    if let Some(application) = &answer.application {
        card(desk, application)?;
    }
    if let Some(entry) = &answer.entry {
        card::write(&desk.output, entry)?;
    }
    desk.output.flush()?;
    desk.recorded(
        answer.revision.as_ref(),
        &answer.request_id,
        answer.replayed,
    );
    Ok(Outcome::Done)
}

fn card(desk: &Desk, application: &v1::Application) -> Result<(), Failure> {
    let view = ApplicationView::from(application);
    let palette = desk.output.palette;
    let heading = format!("{}  {}", palette.strong(&clean(&view.id)), view.stage);
    desk.output.text(&format!("{}\n", heading.trim()))?;
    let fields = fields(application);
    let rows: Vec<_> = fields.iter().map(|(name, text)| pair(name, text)).collect();
    desk.output.table(&[], &rows)
}

/// What is known of an application, as names and values in order.
fn fields(application: &v1::Application) -> Vec<(&'static str, String)> {
    let v = ApplicationView::from(application);
    let mut out = vec![
        ("superior", v.superior),
        ("number", v.number),
        ("category", v.category),
        ("arc", v.oid),
        ("identifiers", v.identifiers.join(", ")),
    ];
    let labels = v.labels.iter().map(|one| one.label.clone());
    out.push(("labels", labels.collect::<Vec<_>>().join(", ")));
    for one in v.titles {
        out.push(("title", format!("{} ({})", one.text, one.language)));
    }
    for one in v.descriptions {
        out.push(("description", format!("{} ({})", one.text, one.language)));
    }
    out.push(("applicant", party(&v.applicant.name, &v.applicant.id)));
    for one in v.contacts {
        out.push((
            "contact",
            format!("{} {}", one.role, party(&one.name, &one.id)),
        ));
    }
    out.push(("purpose", v.about.purpose));
    out.push(("below", v.about.below));
    let legal = [
        v.about.legal_form,
        v.about.registration_number,
        v.about.country,
    ];
    let legal = legal.into_iter().filter(|part| !part.is_empty());
    out.push(("legal form", legal.collect::<Vec<_>>().join(", ")));
    out.push(("fee reference", v.about.fee_reference));
    for one in v.about.attachments {
        let told = format!(
            "{} ({}, {} octets) {}",
            one.name, one.media_type, one.octets, one.uri
        );
        out.push(("attachment", told.trim_end().to_owned()));
    }
    for one in v.papers {
        let told = format!(
            "{} ({}, {} octets) handed in {}",
            one.name, one.media_type, one.octets, one.at
        );
        out.push(("paper", told));
    }
    out.push(("language", v.language));
    out.push((
        "handed in",
        format!("{} by {}", v.submitted, v.submitted_by),
    ));
    let late = if v.overdue { " (overdue)" } else { "" };
    if !v.deadline.is_empty() {
        out.push(("deadline", format!("{}{late}", v.deadline)));
    }
    if let Some(fee) = v.fee {
        let told = if fee.amount.is_empty() || fee.amount == fee.text {
            format!("{}: {}", fee.state, fee.text)
        } else {
            format!("{}: {}, {}", fee.state, fee.amount, fee.text)
        };
        out.push(("fee", told));
    }
    for one in v.approvals {
        out.push((
            "approved",
            format!("{} {}", one.at, one.by).trim_end().to_owned(),
        ));
    }
    for one in v.remarks {
        let told = format!("{} {}: {}", one.at, one.kind, one.text);
        out.push(("said", told));
    }
    for one in v.verdicts {
        let why = [one.reason.as_str(), one.text.as_str()];
        let why: Vec<_> = why.into_iter().filter(|part| !part.is_empty()).collect();
        out.push((
            "judged",
            format!("{} {}: {}", one.at, one.kind, why.join(": ")),
        ));
    }
    out.retain(|(_, text)| !text.is_empty());
    out
}

fn party(name: &str, id: &str) -> String {
    if name.is_empty() {
        id.to_owned()
    } else {
        format!("{name} ({id})")
    }
}

fn row(application: &v1::Application) -> Vec<String> {
    let v = ApplicationView::from(application);
    vec![
        v.id,
        v.stage,
        v.superior,
        v.number,
        party(&v.applicant.name, &v.applicant.id),
        v.deadline,
        if v.overdue { "yes" } else { "" }.to_owned(),
    ]
}
