//! Applications as they are written for programs.

use serde::Serialize;

use super::make::{money, views};
use super::{
    ContactView, EntryView, HoldingView, LabelView, PlanView, RangeView, ReferenceView,
    RevisionView, ServiceView, SuspicionView, TextView, flags, is_default, moment, word,
};
use crate::pb::v1;

view! {
    /// What goes with an application.
    AttachmentView { sha256: String, name: String, media_type: String, octets: u64, uri: String, }
}

view! {
    /// Something that was handed in with an application.
    PaperView { sha256: String, name: String, media_type: String, octets: u64, by: String, at: String, }
}

impl From<&v1::Paper> for PaperView {
    fn from(p: &v1::Paper) -> Self {
        let what = p.attachment.as_ref().map(AttachmentView::from);
        let what = what.unwrap_or_default();
        Self {
            sha256: what.sha256,
            name: what.name,
            media_type: what.media_type,
            octets: what.octets,
            by: p.by.clone(),
            at: moment(p.at.as_ref()),
        }
    }
}

view! {
    /// What an application says beside what the arc shall hold.
    AboutView {
        purpose: String, below: String, legal_form: String, registration_number: String, country: String,
        fee_reference: String, attachments: Vec<AttachmentView>, declaration_accepted: bool,
    }
}

view! {
    /// One person's approval.
    ApprovalView { at: String, by: String, }
}

view! {
    /// Something that was said about an application.
    RemarkView { at: String, by: String, kind: String, text: String, }
}

view! {
    /// A rejection, or what was decided upon an appeal.
    VerdictView { at: String, by: String, kind: String, reason: String, text: String, }
}

view! {
    /// What is to be paid.
    FeeView { state: String, text: String, amount: String, }
}

view! {
    /// An application.
    ApplicationView {
        id: String, stage: String, superior: String, number: String, category: String, oid: String,
        identifiers: Vec<String>, labels: Vec<LabelView>, visibility: String, flags: Vec<&'static str>, titles: Vec<TextView>,
        descriptions: Vec<TextView>, services: Vec<ServiceView>, references: Vec<ReferenceView>, sponsor: String,
        applicant: HoldingView, contacts: Vec<ContactView>, about: AboutView, submitted_by: String, language: String,
        submitted: String, changed: String, deadline: String, overdue: bool, approvals: Vec<ApprovalView>,
        remarks: Vec<RemarkView>, verdicts: Vec<VerdictView>, fee: Option<FeeView>, hold_id: String, revision: u64,
        etag: String, papers: Vec<PaperView>,
    }
}

view! {
    /// What came of a change of an application.
    ApplicationWrittenView {
        application: Option<ApplicationView>, entry: Option<EntryView>, revision: RevisionView, request_id: String,
        replayed: bool, dry_run: bool, verification: String, verify_until: String,
    }
}

view! {
    /// What came of a code that was shown.
    VerifiedView {
        application: Option<ApplicationView>, principal: String, token: String, token_file: String,
        revision: RevisionView, replayed: bool,
    }
}

impl From<&v1::VerifyApplicationResponse> for VerifiedView {
    fn from(v: &v1::VerifyApplicationResponse) -> Self {
        Self {
            application: v.application.as_ref().map(Into::into),
            principal: v.principal.clone(),
            token: v.token.clone(),
            token_file: String::new(),
            revision: v.revision.as_ref().map(Into::into).unwrap_or_default(),
            replayed: v.replayed,
        }
    }
}

view! {
    /// One thing that a reviewer should know.
    FindingView { about: String, hinders: bool, code: String, detail: String, }
}

view! {
    /// An application with what a reviewer should know.
    JudgedView {
        application: Option<ApplicationView>, checklist: Vec<FindingView>, approvals_wanted: u32,
        revision: RevisionView,
    }
}

view! {
    /// How many there are of something.
    CountedView { of: String, count: u64, }
}

view! {
    /// An application that somebody has to act upon.
    DueView { id: String, stage: String, superior: String, deadline: String, }
}

view! {
    /// Something that is planned for an arc.
    DuePlanView { oid: String, plan: PlanView, }
}

impl From<&v1::DuePlan> for DuePlanView {
    fn from(d: &v1::DuePlan) -> Self {
        Self {
            oid: d.oid.clone(),
            plan: d.plan.as_ref().map(Into::into).unwrap_or_default(),
        }
    }
}

view! {
    /// An arc that may be wrong.
    DueArcView { oid: String, suspicion: SuspicionView, overdue: bool, }
}

impl From<&v1::DueArc> for DueArcView {
    fn from(d: &v1::DueArc) -> Self {
        Self {
            oid: d.oid.clone(),
            suspicion: d.suspicion.as_ref().map(Into::into).unwrap_or_default(),
            overdue: d.overdue,
        }
    }
}

view! {
    /// What happened in a period.
    ReportView {
        superior: String, from: String, to: String, handed_in: Vec<CountedView>, decided: Vec<CountedView>,
        decision_seconds_median: Option<u64>, decision_seconds_p90: Option<u64>, allocations: Vec<CountedView>,
        allocations_by_month: Vec<CountedView>, states: Vec<CountedView>, registrants: u64, overdue: Vec<DueView>,
        upcoming: Vec<DueView>, plans: Vec<DuePlanView>, suspects: Vec<DueArcView>, fees: Vec<FeeTotalView>, cut: bool,
        revision: RevisionView, allocations_by_window: Vec<WindowCountView>,
        late_challenges: Vec<LateChallengeView>,
    }
}

view! {
    /// How many arcs there are in a window; without a window, outside all of them.
    WindowCountView { superior: String, category: String, window: Option<RangeView>, count: u64, }
}

impl From<&v1::WindowCount> for WindowCountView {
    fn from(w: &v1::WindowCount) -> Self {
        Self {
            superior: w.superior.clone(),
            category: w.category.clone(),
            window: w.window.as_ref().map(Into::into),
            count: w.count,
        }
    }
}

view! {
    /// What fees come to; of those whose amount only words tell, how many they are.
    FeeTotalView { state: String, amount: String, count: u64, }
}

impl From<&v1::FeeTotal> for FeeTotalView {
    fn from(f: &v1::FeeTotal) -> Self {
        let amount = if f.currency.is_empty() {
            String::new()
        } else {
            money(f.minor_units, &f.currency)
        };
        Self {
            state: word(f.state().as_str_name(), "FEE_STATE_"),
            amount,
            count: f.count,
        }
    }
}

impl From<&v1::Counted> for CountedView {
    fn from(c: &v1::Counted) -> Self {
        Self {
            of: c.of.clone(),
            count: c.count,
        }
    }
}

impl From<&v1::DueApplication> for DueView {
    fn from(d: &v1::DueApplication) -> Self {
        Self {
            id: d.id.clone(),
            stage: word(d.stage().as_str_name(), "APPLICATION_STAGE_"),
            superior: d.superior.clone(),
            deadline: moment(d.deadline.as_ref()),
        }
    }
}

view! {
    /// A challenge to a label that somebody should have decided.
    LateChallengeView { oid: String, label: String, until: String, }
}

impl From<&v1::LateChallenge> for LateChallengeView {
    fn from(c: &v1::LateChallenge) -> Self {
        Self {
            oid: c.oid.clone(),
            label: c.label.clone(),
            until: moment(c.until.as_ref()),
        }
    }
}

impl From<&v1::GetReportResponse> for ReportView {
    fn from(r: &v1::GetReportResponse) -> Self {
        Self {
            superior: r.superior.clone(),
            from: moment(r.from.as_ref()),
            to: moment(r.to.as_ref()),
            handed_in: views(&r.handed_in),
            decided: views(&r.decided),
            decision_seconds_median: r.decision_seconds_median,
            decision_seconds_p90: r.decision_seconds_p90,
            allocations: views(&r.allocations),
            allocations_by_month: views(&r.allocations_by_month),
            allocations_by_window: views(&r.allocations_by_window),
            states: views(&r.states),
            registrants: r.registrants,
            overdue: views(&r.overdue),
            upcoming: views(&r.upcoming),
            plans: views(&r.plans),
            suspects: views(&r.suspects),
            late_challenges: views(&r.late_challenges),
            fees: views(&r.fees),
            cut: r.cut,
            revision: r.revision.as_ref().map(Into::into).unwrap_or_default(),
        }
    }
}

view! {
    /// Why a policy would have refused something.
    TriedFindingView { code: String, field: String, value: String, detail: String, }
}

view! {
    /// What a policy would have said to an application or an arc.
    TriedCaseView {
        application: String, oid: String, at: String, findings: Vec<TriedFindingView>, approvals_missing: u64,
    }
}

view! {
    /// What a policy would have said to the applications and arcs of a period.
    PolicyTrialView {
        oid: String, from: String, to: String, applications: u64, applications_refused: u64, arcs: u64,
        arcs_refused: u64, cases: Vec<TriedCaseView>, cut: bool, revision: RevisionView,
    }
}

impl From<&v1::TriedFinding> for TriedFindingView {
    fn from(f: &v1::TriedFinding) -> Self {
        Self {
            code: f.code.clone(),
            field: f.field.clone(),
            value: f.value.clone(),
            detail: f.detail.clone(),
        }
    }
}

impl From<&v1::TriedCase> for TriedCaseView {
    fn from(c: &v1::TriedCase) -> Self {
        Self {
            application: c.application.clone(),
            oid: c.oid.clone(),
            at: moment(c.at.as_ref()),
            findings: views(&c.findings),
            approvals_missing: c.approvals_missing,
        }
    }
}

impl From<&v1::TryPolicyResponse> for PolicyTrialView {
    fn from(t: &v1::TryPolicyResponse) -> Self {
        Self {
            oid: t.oid.clone(),
            from: moment(t.from.as_ref()),
            to: moment(t.to.as_ref()),
            applications: t.applications,
            applications_refused: t.applications_refused,
            arcs: t.arcs,
            arcs_refused: t.arcs_refused,
            cases: views(&t.cases),
            cut: t.cut,
            revision: t.revision.as_ref().map(Into::into).unwrap_or_default(),
        }
    }
}

view! {
    /// What somebody was told of by mail.
    NoticeView {
        id: String, kind: String, registrant: String, application: String, oid: String, language: String, made: String,
        settled: String, outcome: String, reply: u32,
    }
}

impl From<&v1::Notice> for NoticeView {
    fn from(n: &v1::Notice) -> Self {
        Self {
            id: n.id.clone(),
            kind: word(n.kind().as_str_name(), "NOTICE_KIND_"),
            registrant: n.registrant.clone(),
            application: n.application.clone(),
            oid: n.oid.clone(),
            language: n.language.clone(),
            made: moment(n.made.as_ref()),
            settled: moment(n.settled.as_ref()),
            outcome: word(n.outcome().as_str_name(), "NOTICE_OUTCOME_"),
            reply: n.reply,
        }
    }
}

impl From<&v1::Attachment> for AttachmentView {
    fn from(a: &v1::Attachment) -> Self {
        Self {
            sha256: hex::encode(&a.sha256),
            name: a.name.clone(),
            media_type: a.media_type.clone(),
            octets: a.octets,
            uri: a.uri.clone(),
        }
    }
}

impl From<&v1::ApplicationAbout> for AboutView {
    fn from(a: &v1::ApplicationAbout) -> Self {
        Self {
            purpose: a.purpose.clone(),
            below: a.below.clone(),
            legal_form: a.legal_form.clone(),
            registration_number: a.registration_number.clone(),
            country: a.country.clone(),
            fee_reference: a.fee_reference.clone(),
            attachments: views(&a.attachments),
            declaration_accepted: a.declaration_accepted,
        }
    }
}

impl From<&v1::Approval> for ApprovalView {
    fn from(a: &v1::Approval) -> Self {
        Self {
            at: moment(a.at.as_ref()),
            by: a.by.clone(),
        }
    }
}

impl From<&v1::Remark> for RemarkView {
    fn from(r: &v1::Remark) -> Self {
        Self {
            at: moment(r.at.as_ref()),
            by: r.by.clone(),
            kind: word(r.kind().as_str_name(), "REMARK_KIND_"),
            text: r.text.clone(),
        }
    }
}

impl From<&v1::Verdict> for VerdictView {
    fn from(v: &v1::Verdict) -> Self {
        Self {
            at: moment(v.at.as_ref()),
            by: v.by.clone(),
            kind: word(v.kind().as_str_name(), "VERDICT_KIND_"),
            reason: word(v.reason().as_str_name(), "REJECTION_REASON_"),
            text: v.text.clone(),
        }
    }
}

impl From<&v1::Fee> for FeeView {
    fn from(f: &v1::Fee) -> Self {
        Self {
            state: word(f.state().as_str_name(), "FEE_STATE_"),
            text: f.text.clone(),
            amount: f
                .amount
                .as_ref()
                .map(|one| money(one.minor_units, &one.currency))
                .unwrap_or_default(),
        }
    }
}

impl From<&v1::Application> for ApplicationView {
    fn from(a: &v1::Application) -> Self {
        let entry = a.entry.clone().unwrap_or_default();
        let applicant = v1::Holding {
            registrant: a.applicant.clone(),
            since: None,
        };
        Self {
            id: a.id.clone(),
            stage: word(a.stage().as_str_name(), "APPLICATION_STAGE_"),
            superior: a.superior.clone(),
            number: a.number.clone(),
            category: entry.category.clone(),
            oid: a.oid.clone(),
            labels: views(&entry.labels),
            visibility: word(entry.visibility().as_str_name(), "VISIBILITY_"),
            flags: flags(entry.flags.as_ref()),
            titles: views(&entry.titles),
            descriptions: views(&entry.descriptions),
            services: views(&entry.services),
            references: views(&entry.references),
            sponsor: entry.sponsor,
            identifiers: entry.identifiers,
            applicant: (&applicant).into(),
            contacts: views(&a.contacts),
            about: a.about.as_ref().map(Into::into).unwrap_or_default(),
            submitted_by: a.submitted_by.clone(),
            language: a.language.clone(),
            submitted: moment(a.submitted.as_ref()),
            changed: moment(a.changed.as_ref()),
            deadline: moment(a.deadline.as_ref()),
            overdue: a.overdue,
            approvals: views(&a.approvals),
            remarks: views(&a.remarks),
            verdicts: views(&a.verdicts),
            fee: a.fee.as_ref().map(Into::into),
            hold_id: a.hold_id.clone(),
            revision: a.revision,
            etag: a.etag.clone(),
            papers: views(&a.papers),
        }
    }
}

impl ApplicationWrittenView {
    /// What came of a change.
    pub fn of(answer: &v1::ApplicationResponse, dry_run: bool) -> Self {
        Self {
            application: answer.application.as_ref().map(Into::into),
            entry: answer.entry.as_ref().map(Into::into),
            revision: answer.revision.as_ref().map(Into::into).unwrap_or_default(),
            request_id: answer.request_id.clone(),
            replayed: answer.replayed,
            dry_run,
            verification: answer.verification.clone(),
            verify_until: moment(answer.verify_until.as_ref()),
        }
    }
}

impl From<&v1::Finding> for FindingView {
    fn from(f: &v1::Finding) -> Self {
        Self {
            about: word(f.about().as_str_name(), "FINDING_ABOUT_"),
            hinders: f.hinders,
            code: f.code.clone(),
            detail: f.detail.clone(),
        }
    }
}

impl From<&v1::GetApplicationResponse> for JudgedView {
    fn from(g: &v1::GetApplicationResponse) -> Self {
        Self {
            application: g.application.as_ref().map(Into::into),
            checklist: views(&g.checklist),
            approvals_wanted: g.approvals_wanted,
            revision: g.revision.as_ref().map(Into::into).unwrap_or_default(),
        }
    }
}
