//! From the requests of `ApplicationService` to commands, and from applications to what their reader may know.
//!
//! Who handed one in does not learn what the authority's staff say among themselves, nor who of them said or did what; and of
//! the parties it learns what it told itself, or what everybody may see.

use crate::{
    access::Knowledge,
    grpc::etag,
    model::{
        Application, ApplicationId, Code, Command, PrincipalId, RegistrantId, Seq, Stage,
        Timestamp, Viewed,
        application::{
            About, Attachment, Fee, FeeState, Finding, FindingAbout, Paper, RejectionReason,
            RemarkKind, VerdictKind,
        },
        command::{AmendApplication, ApplicationAct, Ask, OnApplication, SubmitApplication},
        entry::{Language, Reader},
        form,
        limits::ATTACHMENTS_MAX,
    },
    oid::notation::Names,
    pb::v1 as pb,
};

use super::{Faults, change, entry, fields, item, text, timestamp, within};

/// In which language an applicant hears who does not say.
const LANGUAGE_STANDARD: &str = "en";

/// Apply for an arc.
pub fn submit(
    request: &pb::SubmitApplicationRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let superior = text::node(&request.superior, names, "superior", faults);
    let entry = request.entry.as_ref();
    if entry.is_none_or(|entry| entry.registrant.is_none()) {
        let detail = "the applicant is needed: to whom the arc shall be assigned";
        faults.at(Code::FieldRequired, "entry.registrant", detail);
    }
    let ask = ask(&request.number, entry, request.about.as_ref(), faults);
    let language = match request.language.as_str() {
        "" => LANGUAGE_STANDARD,
        said => said,
    };
    let language: Option<Language> = faults.parse(Code::LanguageSyntax, "language", language);
    Some(Command::SubmitApplication(Box::new(SubmitApplication {
        superior: superior?,
        ask: ask?,
        language: language?,
    })))
}

/// Correct an application.
pub fn amend(
    request: &pb::AmendApplicationRequest,
    _names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let target = target(&request.application, &request.etag, faults);
    let about = request.about.as_ref();
    let ask = ask(&request.number, request.entry.as_ref(), about, faults);
    let (id, if_revision) = target?;
    Some(Command::AmendApplication(Box::new(AmendApplication {
        id,
        if_revision,
        ask: ask?,
    })))
}

fn ask(
    number: &str,
    entry: Option<&pb::NewEntry>,
    about: Option<&pb::ApplicationAbout>,
    faults: &mut Faults,
) -> Option<Ask> {
    let number = match number {
        "" => Some(None),
        number => text::number(number, "number", faults).map(Some),
    };
    let entry = change::new_entry(entry, "entry", faults);
    if entry.applied.is_some() {
        faults.at(Code::FieldInvalid, "entry.applied", "it is applied for now");
    }
    let unset = pb::ApplicationAbout::default();
    let about = self::about(about.unwrap_or(&unset), faults);
    Some(Ask {
        number: number?,
        entry,
        about,
    })
}

fn about(value: &pb::ApplicationAbout, faults: &mut Faults) -> About {
    let mut attachments = Vec::new();
    let many = value.attachments.iter().enumerate();
    // One past the most is read, so that it is told.
    for (at, one) in many.take(ATTACHMENTS_MAX.saturating_add(1)) {
        let field = item("about", "attachments", at);
        attachments.extend(attachment(one, &field, faults));
    }
    let about = About {
        purpose: value.purpose.clone(),
        below: fields::some(&value.below),
        legal_form: fields::some(&value.legal_form),
        registration_number: fields::some(&value.registration_number),
        country: fields::some(&value.country),
        fee_reference: fields::some(&value.fee_reference),
        attachments,
        declared: value.declaration_accepted,
    };
    let flaws = form::about(&about);
    for (field, flaw) in flaws {
        faults.sound(within("about", &field), [flaw]);
    }
    about
}

/// The id of an application, which must be said.
pub fn id(value: &str, faults: &mut Faults) -> Option<ApplicationId> {
    if value.is_empty() {
        let detail = "the id of an application is needed";
        faults.at(Code::FieldRequired, "application", detail);
        return None;
    }
    faults.parse(Code::FieldInvalid, "application", value)
}

fn target(value: &str, tag: &str, faults: &mut Faults) -> Option<(ApplicationId, Option<Seq>)> {
    let id = id(value, faults)?;
    let if_revision = faults.check(etag::parse_of_application(tag, &id, "etag"))?;
    Some((id, if_revision))
}

fn on(value: &str, tag: &str, act: Option<ApplicationAct>, faults: &mut Faults) -> Option<Command> {
    let (id, if_revision) = target(value, tag, faults)?;
    Some(Command::OnApplication(OnApplication {
        id,
        if_revision,
        act: act?,
    }))
}

fn said(value: &str, faults: &mut Faults) -> String {
    faults.sound("text", form::note(value));
    value.to_owned()
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident $request:ident |$r:ident, $faults:ident| $act:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name($r: &pb::$request, _names: &dyn Names, $faults: &mut Faults) -> Option<Command> {
            let act = $act;
            on(&$r.application, &$r.etag, act, $faults)
        }
    )*};
}

acts! {
    /// Say that the authority has it.
    acknowledge ActOnApplicationRequest |request, faults| Some(ApplicationAct::Acknowledge);
    /// Begin to judge it.
    begin_review ActOnApplicationRequest |request, faults| Some(ApplicationAct::BeginReview);
    /// Approve it.
    approve ActOnApplicationRequest |request, faults| Some(ApplicationAct::Approve);
    /// Take it back.
    withdraw ActOnApplicationRequest |request, faults| Some(ApplicationAct::Withdraw);
    /// Ask the applicant something.
    request_information TellApplicationRequest |request, faults| {
        Some(ApplicationAct::RequestInformation(said(&request.text, faults)))
    };
    /// Answer what was asked.
    answer TellApplicationRequest |request, faults| {
        Some(ApplicationAct::Answer(said(&request.text, faults)))
    };
    /// Not accept the rejection.
    appeal TellApplicationRequest |request, faults| {
        Some(ApplicationAct::Appeal(said(&request.text, faults)))
    };
    /// Say something about it.
    comment CommentApplicationRequest |request, faults| Some(ApplicationAct::Comment {
        text: said(&request.text, faults),
        to_applicant: request.to_applicant,
    });
    /// Reject it.
    reject RejectApplicationRequest |request, faults| {
        let reason = reason(request.reason, faults);
        let text = said(&request.text, faults);
        reason.map(|reason| ApplicationAct::Reject { reason, text })
    };
    /// Decide an appeal.
    decide_appeal DecideAppealRequest |request, faults| Some(ApplicationAct::DecideAppeal {
        granted: request.granted,
        text: said(&request.text, faults),
    });
    /// Say what is to be paid.
    set_fee SetApplicationFeeRequest |request, faults| {
        let unset = pb::Fee::default();
        let fee = request.fee.as_ref().unwrap_or(&unset);
        let state = fee_state(fee.state, faults);
        faults.sound("fee.text", form::fee(&fee.text));
        let text = fee.text.clone();
        let amount = match &fee.amount {
            None => Some(None),
            Some(amount) => fields::amount(amount, "fee.amount", faults).map(Some),
        };
        state.zip(amount).map(|(state, amount)| ApplicationAct::SetFee {
            state,
            text,
            amount,
        })
    };
}

/// Hand in a paper.
pub fn attach(
    heading: &pb::PaperHeading,
    _names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let told = heading.attachment.as_ref();
    let unset = pb::Attachment::default();
    let paper = attachment(told.unwrap_or(&unset), "attachment", faults);
    if let Some(paper) = &paper {
        for (field, flaw) in form::paper(paper) {
            faults.sound(within("attachment", field), [flaw]);
        }
    }
    let act = paper.map(ApplicationAct::Attach);
    on(&heading.application, &heading.etag, act, faults)
}

/// What is told of something that goes with an application; none where its digest cannot be one.
fn attachment(one: &pb::Attachment, field: &str, faults: &mut Faults) -> Option<Attachment> {
    let sha256 = digest(&one.sha256, &within(field, "sha256"), faults)?;
    Some(Attachment {
        sha256,
        name: one.name.clone(),
        media_type: one.media_type.clone(),
        octets: one.octets,
        uri: fields::some(&one.uri),
    })
}

/// A SHA-256.
pub fn digest(octets: &[u8], field: &str, faults: &mut Faults) -> Option<[u8; 32]> {
    let sha256 = <[u8; 32]>::try_from(octets);
    if sha256.is_err() {
        faults.at(Code::FieldInvalid, field, "must have 32 octets");
    }
    sha256.ok()
}

/// Words that stand on both sides, one for each.
macro_rules! words {
    ($($shown:ident $read:ident $word:ident $pb:ident $field:literal $needed:literal { $($case:ident)* })*) => {$(
        #[doc = concat!("The API's word of `", $field, "`.")]
        pub const fn $shown(word: $word) -> pb::$pb {
            match word { $($word::$case => pb::$pb::$case,)* }
        }

        fn $read(value: i32, faults: &mut Faults) -> Option<$word> {
            match pb::$pb::try_from(value) {
                $(Ok(pb::$pb::$case) => Some($word::$case),)*
                Ok(pb::$pb::Unspecified) => {
                    faults.at(Code::FieldRequired, $field, $needed);
                    None
                }
                Err(_) => {
                    fields::unknown($field, value, faults);
                    None
                }
            }
        }
    )*};
}

words! {
    shown_reason reason RejectionReason RejectionReason "reason" "a reason is needed" {
        Incomplete NotEligible OutOfScope UnsuitableName NumberUnavailable Duplicate Unverified FeeUnpaid Other
    }
    shown_fee_state fee_state FeeState FeeState "fee.state" "due, paid or waived is needed" { Due Paid Waived }
    shown_stage stage_said Stage ApplicationStage "stage" "a stage is needed" {
        Submitted Acknowledged InformationRequested UnderReview Approved Rejected Appealed Withdrawn Expired
    }
}

/// A stage that is looked for; unspecified means any.
pub fn stage(value: i32, faults: &mut Faults) -> Option<Stage> {
    if value == 0 {
        return None;
    }
    stage_said(value, faults)
}

/// How an application is shown, and to whom.
pub struct Showing<'a> {
    /// How much its reader may know.
    pub knowledge: Knowledge,
    /// The reader, where it is a principal.
    pub own: Option<&'a PrincipalId>,
    /// Now.
    pub now: Timestamp,
    /// Looks registrants up.
    pub people: entry::People<'a>,
}

impl Showing<'_> {
    fn is_whole(&self) -> bool {
        self.knowledge == Knowledge::Everything
    }

    /// As who a party of an application is read: whoever handed it in told of those who became known with it.
    fn reader_of(&self, id: &RegistrantId, app: &Application) -> Reader {
        if self.own == Some(&app.submitted_by) && app.introduced.contains(id) {
            Reader::Itself
        } else {
            Reader::of(self.is_whole())
        }
    }

    /// Who did something, where the reader may know.
    fn by(&self, id: &PrincipalId) -> String {
        if self.is_whole() || self.own == Some(id) {
            id.to_string()
        } else {
            String::new()
        }
    }

    /// An application.
    pub fn application(&self, app: &Application) -> Viewed<pb::Application> {
        let party = |id: &_| entry::party(id, self.reader_of(id, app), self.people);
        let contacts = app.content.entry.contacts.iter();
        let contacts: Viewed<Vec<_>> = contacts
            .map(|one| {
                Ok(pb::Contact {
                    role: entry::contact_role(one.role) as i32,
                    party: Some(party(&one.party)?),
                })
            })
            .collect();
        let recorded = app.revision != Seq::ZERO;
        let etag = recorded.then(|| etag::of_application(&app.id, app.revision));
        let hold = app.hold.as_ref().filter(|_| self.is_whole());
        Ok(pb::Application {
            id: app.id.to_string(),
            stage: shown_stage(app.stage) as i32,
            superior: app.superior.to_string(),
            number: optional(app.content.number.as_ref()),
            entry: Some(asked_entry(app)),
            about: Some(shown_about(&app.content.about)),
            applicant: Some(party(&app.applicant)?),
            contacts: contacts?,
            submitted_by: app.submitted_by.to_string(),
            language: app.language.as_str().to_owned(),
            submitted: Some(timestamp(app.submitted)),
            changed: Some(timestamp(app.changed)),
            deadline: app.deadline.map(timestamp),
            overdue: app.is_overdue(self.now),
            approvals: app
                .approvals
                .iter()
                .map(|one| pb::Approval {
                    by: self.by(&one.by),
                    at: Some(timestamp(one.at)),
                })
                .collect(),
            remarks: self.remarks(app),
            verdicts: self.verdicts(app),
            oid: optional(app.arc.as_ref()),
            fee: app.fee.as_ref().map(shown_fee),
            hold_id: optional(hold),
            revision: app.revision.get(),
            etag: etag.unwrap_or_default(),
            papers: self.papers(app)?,
        })
    }

    /// Its papers; none where the applicant was erased, and they with it.
    fn papers(&self, app: &Application) -> Viewed<Vec<pb::Paper>> {
        if (self.people)(&app.applicant)?.is_some_and(|one| one.erased.is_some()) {
            return Ok(Vec::new());
        }
        Ok(app.papers.iter().map(|one| self.paper(one)).collect())
    }

    /// A paper.
    pub fn paper(&self, one: &Paper) -> pb::Paper {
        pb::Paper {
            attachment: Some(shown_attachment(&one.what)),
            by: self.by(&one.by),
            at: Some(timestamp(one.at)),
        }
    }

    fn remarks(&self, app: &Application) -> Vec<pb::Remark> {
        let all = app.remarks.iter();
        let may = |kind: RemarkKind| kind != RemarkKind::Internal || self.is_whole();
        all.filter(|one| may(one.kind))
            .map(|one| pb::Remark {
                kind: match one.kind {
                    RemarkKind::Internal => pb::RemarkKind::Internal,
                    RemarkKind::ToApplicant => pb::RemarkKind::ToApplicant,
                    RemarkKind::Question => pb::RemarkKind::Question,
                    RemarkKind::Answer => pb::RemarkKind::Answer,
                    RemarkKind::Appeal => pb::RemarkKind::Appeal,
                } as i32,
                by: self.by(&one.by),
                at: Some(timestamp(one.at)),
                text: one.text.clone(),
            })
            .collect()
    }

    fn verdicts(&self, app: &Application) -> Vec<pb::Verdict> {
        let all = app.verdicts.iter();
        all.map(|one| pb::Verdict {
            kind: match one.kind {
                VerdictKind::Rejected => pb::VerdictKind::Rejected,
                VerdictKind::Upheld => pb::VerdictKind::Upheld,
                VerdictKind::Granted => pb::VerdictKind::Granted,
            } as i32,
            by: self.by(&one.by),
            at: Some(timestamp(one.at)),
            reason: one.reason.map_or(0, |reason| shown_reason(reason) as i32),
            text: one.text.clone(),
        })
        .collect()
    }
}

fn optional(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// What the arc shall hold, its parties by id.
fn asked_entry(app: &Application) -> pb::NewEntry {
    let known = |id: &crate::model::RegistrantId| pb::RegistrantRef {
        kind: Some(pb::registrant_ref::Kind::Id(id.to_string())),
    };
    let asked = &app.content.entry;
    let contacts = asked.contacts.iter();
    pb::NewEntry {
        identifiers: asked.identifiers.iter().map(ToString::to_string).collect(),
        labels: asked.labels.iter().map(entry::label).collect(),
        visibility: asked
            .visibility
            .map_or(0, |visibility| entry::visibility(visibility) as i32),
        flags: Some(entry::flags(asked.flags)),
        titles: asked.titles.iter().map(entry::text).collect(),
        descriptions: asked.descriptions.iter().map(entry::text).collect(),
        services: asked.services.iter().map(entry::service).collect(),
        references: asked.references.iter().map(entry::reference).collect(),
        registrant: Some(known(&app.applicant)),
        sponsor: optional(asked.sponsor.as_ref()),
        applied: None,
        category: optional(asked.category.as_ref()),
        contacts: contacts
            .map(|one| pb::NewContact {
                role: entry::contact_role(one.role) as i32,
                party: Some(known(&one.party)),
            })
            .collect(),
    }
}

fn shown_about(about: &About) -> pb::ApplicationAbout {
    let told = |text: &Option<String>| text.clone().unwrap_or_default();
    pb::ApplicationAbout {
        purpose: about.purpose.clone(),
        below: told(&about.below),
        legal_form: told(&about.legal_form),
        registration_number: told(&about.registration_number),
        country: told(&about.country),
        fee_reference: told(&about.fee_reference),
        attachments: about.attachments.iter().map(shown_attachment).collect(),
        declaration_accepted: about.declared,
    }
}

fn shown_attachment(one: &Attachment) -> pb::Attachment {
    pb::Attachment {
        sha256: one.sha256.to_vec().into(),
        name: one.name.clone(),
        media_type: one.media_type.clone(),
        octets: one.octets,
        uri: one.uri.clone().unwrap_or_default(),
    }
}

fn shown_fee(fee: &Fee) -> pb::Fee {
    pb::Fee {
        state: shown_fee_state(fee.state) as i32,
        text: fee.text.clone(),
        amount: fee.amount.map(|amount| pb::Amount {
            minor_units: amount.minor_units,
            currency: amount.currency.to_string(),
        }),
    }
}

/// One thing that a reviewer should know.
pub fn finding(found: &Finding) -> pb::Finding {
    pb::Finding {
        about: match found.about {
            FindingAbout::Policy => pb::FindingAbout::Policy,
            FindingAbout::Number => pb::FindingAbout::Number,
            FindingAbout::Name => pb::FindingAbout::Name,
            FindingAbout::LookAlike => pb::FindingAbout::LookAlike,
            FindingAbout::Applicant => pb::FindingAbout::Applicant,
            FindingAbout::Fee => pb::FindingAbout::Fee,
            FindingAbout::Attachment => pb::FindingAbout::Attachment,
        } as i32,
        hinders: found.hinders,
        code: found
            .code
            .map(|code| code.name().to_owned())
            .unwrap_or_default(),
        detail: found.detail.clone(),
    }
}
