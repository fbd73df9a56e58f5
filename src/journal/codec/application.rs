//! The stored forms of applications and of what happens to them.
//!
//! Persons stand here as ids alone. It must never leave a field of an application out.

use crate::model::application::{
    About, Application, Approval, Attachment, Content, Fee, FeeState, Paper, RejectionReason,
    Remark, RemarkKind, Stage as ApplicationStage, Verdict, VerdictKind,
};
use crate::model::clock::Timestamp;
use crate::model::command::NewEntry;
use crate::model::entry::Language;
use crate::model::event::{ApplicationAmended, ApplicationMoved};
use crate::model::ids::Seq;
use crate::oid::{ArcValue, Identifier};
use crate::pb::journal::v1 as pb;

use super::error::CodecError;
use super::parts::{
    amount_from, amount_to, contacts_from, contacts_to, flags_from, flags_to, id_from, id_if,
    id_to, identifiers_from, identifiers_to, ids_from, labels_from, labels_to, number_to,
    path_from, path_to, references_from, references_to, services_from, services_to, texts_from,
    texts_to, visibility_from, visibility_to, words,
};

words! {
    stage_to stage_from ApplicationStage "stage of an application" {
        Submitted Acknowledged InformationRequested UnderReview Approved Rejected Appealed Withdrawn Expired
    }
    remark_kind_to remark_kind_from RemarkKind "kind of remark" {
        Internal ToApplicant Question Answer Appeal
    }
    verdict_kind_to verdict_kind_from VerdictKind "kind of verdict" { Rejected Upheld Granted }
    rejection_to rejection_from RejectionReason "reason of a rejection" {
        Incomplete NotEligible OutOfScope UnsuitableName NumberUnavailable Duplicate Unverified FeeUnpaid Other
    }
    fee_state_to fee_state_from FeeState "state of a fee" { Due Paid Waived }
}

/// The stored form of an application as it was handed in.
pub(super) fn submitted_to(e: &Application) -> pb::Application {
    pb::Application {
        id: id_to(&e.id),
        revision: 0,
        stage: stage_to(e.stage),
        superior: path_to(&e.superior),
        registrant: id_to(&e.applicant),
        principal: id_to(&e.submitted_by),
        language: e.language.as_str().to_owned(),
        submitted: e.submitted.micros(),
        changed: (e.changed != e.submitted).then(|| e.changed.micros()),
        deadline: e.deadline.map(Timestamp::micros),
        hold: e.hold.as_ref().map(id_to),
        content: Some(content_to(&e.content)),
        introduced: e.introduced.iter().map(id_to).collect(),
        fee: e.fee.as_ref().map(fee_to),
        approvals: Vec::new(),
        remarks: Vec::new(),
        verdicts: Vec::new(),
        path: None,
        papers: Vec::new(),
    }
}

/// The stored form of an application, whole.
pub(super) fn application_to(e: &Application) -> pb::Application {
    pb::Application {
        revision: e.revision.get(),
        approvals: e.approvals.iter().map(approval_to).collect(),
        remarks: e.remarks.iter().map(remark_to).collect(),
        verdicts: e.verdicts.iter().map(verdict_to).collect(),
        path: e.arc.as_ref().map(path_to),
        papers: e.papers.iter().map(paper_to).collect(),
        ..submitted_to(e)
    }
}

/// The application of its stored form as it was handed in: what only a table's value may hold is refused.
pub(super) fn submitted_from(e: pb::Application) -> Result<Application, CodecError> {
    let bare = e.revision == 0 && e.approvals.is_empty() && e.remarks.is_empty();
    if !bare || !e.verdicts.is_empty() || e.path.is_some() || !e.papers.is_empty() {
        let what = "an application as it was handed in";
        return Err(CodecError::Malformed { what });
    }
    application_from(e)
}

/// The application of its stored form.
pub(super) fn application_from(e: pb::Application) -> Result<Application, CodecError> {
    let submitted = Timestamp::from_micros(e.submitted);
    Ok(Application {
        id: id_from(&e.id)?,
        revision: Seq::new(e.revision),
        stage: stage_from(e.stage)?,
        superior: path_from(&e.superior)?,
        content: content_of(e.content)?,
        applicant: id_from(&e.registrant)?,
        submitted_by: id_from(&e.principal)?,
        introduced: ids_from(&e.introduced)?,
        language: Language::from_stored(e.language),
        submitted,
        changed: e.changed.map_or(submitted, Timestamp::from_micros),
        deadline: e.deadline.map(Timestamp::from_micros),
        approvals: all(e.approvals, |one| approval_from(&one))?,
        remarks: all(e.remarks, remark_from)?,
        verdicts: all(e.verdicts, verdict_from)?,
        arc: e.path.as_deref().map(path_from).transpose()?,
        fee: e.fee.map(fee_from).transpose()?,
        hold: id_if(e.hold.as_deref())?,
        papers: all(e.papers, paper_from)?,
    })
}

fn all<S, T>(
    stored: Vec<S>,
    from: impl Fn(S) -> Result<T, CodecError>,
) -> Result<Vec<T>, CodecError> {
    stored.into_iter().map(from).collect()
}

fn content_to(content: &Content) -> pb::ApplicationContent {
    let (entry, about) = (&content.entry, &content.about);
    pb::ApplicationContent {
        number: content.number.as_ref().map(number_to),
        identifiers: identifiers_to(&entry.identifiers),
        labels: labels_to(&entry.labels),
        titles: texts_to(&entry.titles),
        descriptions: texts_to(&entry.descriptions),
        services: services_to(&entry.services),
        references: references_to(&entry.references),
        contacts: contacts_to(&entry.contacts),
        visibility: entry.visibility.map(visibility_to),
        flags: flags_to(entry.flags),
        sponsor: entry.sponsor.as_ref().map(id_to),
        purpose: about.purpose.clone(),
        below: about.below.clone(),
        legal_form: about.legal_form.clone(),
        registration_number: about.registration_number.clone(),
        country: about.country.clone(),
        fee_reference: about.fee_reference.clone(),
        attachments: about.attachments.iter().map(attachment_to).collect(),
        declared: about.declared,
        category: entry.category.as_ref().map(|name| name.as_str().to_owned()),
    }
}

fn content_of(stored: Option<pb::ApplicationContent>) -> Result<Content, CodecError> {
    let what = "what an application asks for";
    let e = stored.ok_or(CodecError::Missing { what })?;
    Ok(Content {
        number: e.number.as_deref().map(ArcValue::from_be_bytes),
        entry: NewEntry {
            identifiers: identifiers_from(e.identifiers),
            labels: labels_from(e.labels),
            visibility: e.visibility.map(visibility_from).transpose()?,
            flags: flags_from(e.flags)?,
            titles: texts_from(e.titles),
            descriptions: texts_from(e.descriptions),
            services: services_from(e.services),
            references: references_from(e.references),
            contacts: contacts_from(&e.contacts)?,
            registrant: None,
            sponsor: id_if(e.sponsor.as_deref())?,
            applied: None,
            category: e.category.map(Identifier::from_stored),
        },
        about: About {
            purpose: e.purpose,
            below: e.below,
            legal_form: e.legal_form,
            registration_number: e.registration_number,
            country: e.country,
            fee_reference: e.fee_reference,
            attachments: all(e.attachments, attachment_from)?,
            declared: e.declared,
        },
    })
}

fn attachment_to(one: &Attachment) -> pb::Attachment {
    pb::Attachment {
        sha256: one.sha256.to_vec(),
        name: one.name.clone(),
        media_type: one.media_type.clone(),
        octets: one.octets,
        uri: one.uri.clone(),
    }
}

fn attachment_from(e: pb::Attachment) -> Result<Attachment, CodecError> {
    let sha256 = e.sha256.try_into().map_err(|_| CodecError::Malformed {
        what: "an attachment's digest",
    })?;
    Ok(Attachment {
        sha256,
        name: e.name,
        media_type: e.media_type,
        octets: e.octets,
        uri: e.uri,
    })
}

/// The stored form of a paper.
pub(super) fn paper_to(one: &Paper) -> pb::Paper {
    pb::Paper {
        attachment: Some(attachment_to(&one.what)),
        by: id_to(&one.by),
        at: one.at.micros(),
    }
}

/// The paper of its stored form.
pub(super) fn paper_from(e: pb::Paper) -> Result<Paper, CodecError> {
    let what = "what a paper is";
    let attachment = e.attachment.ok_or(CodecError::Missing { what })?;
    Ok(Paper {
        what: attachment_from(attachment)?,
        by: id_from(&e.by)?,
        at: Timestamp::from_micros(e.at),
    })
}

/// The stored form of an approval.
pub(super) fn approval_to(one: &Approval) -> pb::Approval {
    pb::Approval {
        by: id_to(&one.by),
        at: one.at.micros(),
    }
}

/// The approval of its stored form.
pub(super) fn approval_from(e: &pb::Approval) -> Result<Approval, CodecError> {
    Ok(Approval {
        by: id_from(&e.by)?,
        at: Timestamp::from_micros(e.at),
    })
}

/// The stored form of a remark.
pub(super) fn remark_to(one: &Remark) -> pb::Remark {
    pb::Remark {
        kind: remark_kind_to(one.kind),
        by: id_to(&one.by),
        at: one.at.micros(),
        text: one.text.clone(),
    }
}

/// The remark of its stored form.
pub(super) fn remark_from(e: pb::Remark) -> Result<Remark, CodecError> {
    Ok(Remark {
        kind: remark_kind_from(e.kind)?,
        by: id_from(&e.by)?,
        at: Timestamp::from_micros(e.at),
        text: e.text,
    })
}

fn verdict_to(one: &Verdict) -> pb::Verdict {
    pb::Verdict {
        kind: verdict_kind_to(one.kind),
        by: id_to(&one.by),
        at: one.at.micros(),
        reason: one.reason.map(rejection_to),
        text: one.text.clone(),
    }
}

fn verdict_from(e: pb::Verdict) -> Result<Verdict, CodecError> {
    Ok(Verdict {
        kind: verdict_kind_from(e.kind)?,
        by: id_from(&e.by)?,
        at: Timestamp::from_micros(e.at),
        reason: e.reason.map(rejection_from).transpose()?,
        text: e.text,
    })
}

/// The stored form of a fee.
pub(super) fn fee_to(fee: &Fee) -> pb::Fee {
    pb::Fee {
        state: fee_state_to(fee.state),
        text: fee.text.clone(),
        amount: fee.amount.as_ref().map(amount_to),
    }
}

/// The fee of its stored form.
pub(super) fn fee_from(e: pb::Fee) -> Result<Fee, CodecError> {
    Ok(Fee {
        state: fee_state_from(e.state)?,
        text: e.text,
        amount: e.amount.map(|one| amount_from(&one)).transpose()?,
    })
}

/// The stored form of a correction.
pub(super) fn amended_to(e: &ApplicationAmended) -> pb::ApplicationAmended {
    pb::ApplicationAmended {
        id: id_to(&e.id),
        previous: e.previous.get(),
        content: Some(content_to(&e.content)),
        introduced: e.introduced.iter().map(id_to).collect(),
        hold: e.hold.as_ref().map(id_to),
    }
}

/// The correction of its stored form.
pub(super) fn amended_from(e: pb::ApplicationAmended) -> Result<ApplicationAmended, CodecError> {
    Ok(ApplicationAmended {
        id: id_from(&e.id)?,
        previous: Seq::new(e.previous),
        content: content_of(e.content)?,
        introduced: ids_from(&e.introduced)?,
        hold: id_if(e.hold.as_deref())?,
    })
}

/// The stored form of a step.
pub(super) fn moved_to(e: &ApplicationMoved) -> pb::ApplicationMoved {
    pb::ApplicationMoved {
        id: id_to(&e.id),
        previous: e.previous.get(),
        to: stage_to(e.to),
        deadline: e.deadline.map(Timestamp::micros),
        verdict: e.verdict.as_ref().map(verdict_to),
        path: e.arc.as_ref().map(path_to),
    }
}

/// The step of its stored form.
pub(super) fn moved_from(e: pb::ApplicationMoved) -> Result<ApplicationMoved, CodecError> {
    Ok(ApplicationMoved {
        id: id_from(&e.id)?,
        previous: Seq::new(e.previous),
        to: stage_from(e.to)?,
        deadline: e.deadline.map(Timestamp::from_micros),
        verdict: e.verdict.map(verdict_from).transpose()?,
        arc: e.path.as_deref().map(path_from).transpose()?,
    })
}
