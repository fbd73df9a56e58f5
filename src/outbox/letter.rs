//! One letter: whom it reaches, what it says, and its header fields (RFC 5322).
//!
//! What happened is read as of the record that gave rise to the notice; the address is today's, so that whoever was erased
//! hears nothing more. A letter carries no header field that a person's words could end (RFC 5322 2.2).

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address, Message,
    message::{
        Mailbox,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};
use serde::Serialize;

use crate::{
    access::Sight,
    model::{
        Application, Entry, Notice, RegisterId, RegistrantId, Timestamp, TreeView, ViewFault,
        Viewed,
        application::{RemarkKind, Verdict},
        consent::{Pending, PendingAct, Side},
        entry::RegistrantDetails,
        notice::{Matter, NoticeKind},
        plan::PlannedAct,
    },
    oid::{NodePath, notation},
    register::{Reading, Register},
};

use super::codes::Code;
use super::limits::{ADDRESS_BYTES_MAX, SUBJECT_CHARS_MAX};
use super::strangers::Waiting;
use super::templates::{Templates, VERIFICATION};

/// Who sends letters.
#[derive(Clone, Debug)]
pub struct Sender {
    /// As letters show it.
    pub from: Mailbox,
    /// The address of the register's pages, without a solidus at its end; `None` where it has none.
    pub public_url: Option<String>,
}

/// A letter, ready to be handed in.
#[derive(Clone, Debug)]
pub struct Letter {
    /// To whom.
    pub to: Address,
    /// The whole message, its lines ended by CR LF, every octet below 128.
    pub octets: Vec<u8>,
}

/// What a template is given.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// Who sends the letter.
    authority: String,
    /// What the notice tells.
    kind: &'static str,
    /// Its id.
    notice: String,
    /// The application that it is about, or that the arc was given out upon.
    application: Option<ApplicationFacts>,
    /// The arc that it is about.
    arc: Option<ArcFacts>,
    /// What was asked or said, or is wrong.
    text: Option<String>,
    /// Why, in a word, of a rejection.
    reason: Option<&'static str>,
    /// Until when the recipient may answer or appeal: a date.
    deadline: Option<String>,
    /// What proves the address of whoever is not known.
    verification: Option<VerificationFacts>,
    /// What waits until its recipient agrees.
    consent: Option<ConsentFacts>,
    /// What is known of the recipient, where it is asked whether that is right and the letter goes to its own address.
    known: Option<KnownFacts>,
}

#[derive(Clone, Debug, Serialize)]
struct KnownFacts {
    name: String,
    email: Option<String>,
    telephone: Option<String>,
    address: Option<String>,
}

impl KnownFacts {
    /// What is known of a registrant today; nothing where letters to it go to somebody else.
    fn of(registrant: &RegistrantId, newest: &Reading) -> Viewed<Option<Self>> {
        let known = newest.registrant(registrant)?;
        let details = known.and_then(|one| one.details);
        let own = details.filter(|one| one.email.as_deref().and_then(usable).is_some());
        Ok(own.map(|one| Self {
            name: one.name,
            email: one.email,
            telephone: one.telephone,
            address: one.address.map(|address| address.replace('\n', ", ")),
        }))
    }
}

#[derive(Clone, Debug, Serialize)]
struct ConsentFacts {
    /// `holder` or `receiver`.
    side: &'static str,
    code: String,
}

#[derive(Clone, Debug, Serialize)]
struct VerificationFacts {
    id: String,
    code: String,
    superior: String,
}

#[derive(Clone, Debug, Serialize)]
struct ApplicationFacts {
    id: String,
    superior: String,
    /// The first title that was asked for.
    title: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ArcFacts {
    oid: String,
    asn1: String,
    iri: String,
    state: &'static str,
    title: Option<String>,
    /// The arc to use instead.
    successor: Option<String>,
    url: Option<String>,
}

impl Facts {
    /// Everything that a template can be given, to try it.
    pub fn sample(kind: NoticeKind) -> Self {
        let word = |text: &str| Some(text.to_owned());
        Self {
            application: Some(ApplicationFacts {
                id: "a-1".to_owned(),
                superior: "2.999".to_owned(),
                title: word("Title"),
            }),
            arc: Some(ArcFacts {
                oid: "2.999.1".to_owned(),
                asn1: "{joint-iso-itu-t(2) example(999) 1}".to_owned(),
                iri: "/Example/1".to_owned(),
                state: "active",
                title: word("Title"),
                successor: word("2.999.2"),
                url: word("https://ra.example/oid/2.999.1"),
            }),
            text: word("Text"),
            reason: Some("duplicate"),
            consent: consents(kind),
            known: Some(KnownFacts {
                name: "Asha".to_owned(),
                email: word("asha@health.example"),
                telephone: word("+255 20 000 0000"),
                address: word("Dodoma"),
            }),
            deadline: word("2026-03-03"),
            ..Self::bare(kind)
        }
    }

    /// The least that a template is given for a notice of its kind, to try it.
    pub fn bare(kind: NoticeKind) -> Self {
        let about_arc = matches!(
            kind,
            NoticeKind::Announced
                | NoticeKind::EntryChanged
                | NoticeKind::StateChanged
                | NoticeKind::ArcWithdrawn
                | NoticeKind::Transferred
                | NoticeKind::Relinquished
                | NoticeKind::ConsentAsked
                | NoticeKind::UnlockAsked
                | NoticeKind::ContactCheck
                | NoticeKind::SuspectMarked
                | NoticeKind::TermEnding
                | NoticeKind::LabelChallenged
                | NoticeKind::LabelDecided
        );
        let about_application = !about_arc || kind == NoticeKind::Announced;
        Self {
            application: about_application.then(|| ApplicationFacts {
                id: "a-1".to_owned(),
                superior: "2.999".to_owned(),
                title: None,
            }),
            arc: about_arc.then(|| ArcFacts {
                oid: "2.999.1".to_owned(),
                asn1: "{2 999 1}".to_owned(),
                iri: "/2/999/1".to_owned(),
                state: "active",
                title: None,
                successor: None,
                url: None,
            }),
            consent: consents(kind),
            deadline: has_deadline(kind).then(|| "2026-03-03".to_owned()),
            ..Self::none(
                "Registration authority".to_owned(),
                kind.word(),
                "n-1-0".to_owned(),
            )
        }
    }

    /// Nothing but whose letter it is.
    const fn none(authority: String, kind: &'static str, notice: String) -> Self {
        Self {
            authority,
            kind,
            notice,
            application: None,
            arc: None,
            text: None,
            reason: None,
            deadline: None,
            verification: None,
            consent: None,
            known: None,
        }
    }

    /// What the letter with a code is given.
    pub fn verification(authority: String, id: &str, code: &str, superior: &str) -> Self {
        Self {
            verification: Some(VerificationFacts {
                id: id.to_owned(),
                code: code.to_owned(),
                superior: superior.to_owned(),
            }),
            ..Self::none(authority, VERIFICATION, id.to_owned())
        }
    }

    fn of(notice: &Notice, then: &Reading, register: &Register, sender: &Sender) -> Viewed<Self> {
        let (kind, id) = (notice.kind.word(), notice.id.to_string());
        let mut facts = Self::none(sender.name(), kind, id);
        match &notice.matter {
            Matter::Application(id) => {
                if let Some(application) = then.application(id)? {
                    facts.tell_application(notice.kind, &application);
                    if let Some(arc) = &application.arc {
                        facts.arc = arc_facts(arc, then, sender)?;
                    }
                }
            }
            Matter::Arc(path) => {
                facts.arc = arc_facts(path, then, sender)?;
                if let Some(entry) = then.entry(path)? {
                    tell_labels(&mut facts, notice, Some(&entry));
                    facts.tell_arc(notice, &entry, register);
                    if notice.kind == NoticeKind::ContactCheck {
                        facts.known = KnownFacts::of(&notice.to, &register.newest())?;
                    }
                }
            }
        }
        Ok(facts)
    }

    /// What else a notice tells of an arc.
    fn tell_arc(&mut self, notice: &Notice, entry: &Entry, register: &Register) {
        if notice.kind == NoticeKind::TermEnding {
            let mut plans = entry.plans.iter();
            let end = plans.find(|plan| matches!(plan.act, PlannedAct::Lapse { .. }));
            self.deadline = end.map(|plan| date(plan.at));
        }
        if notice.kind == NoticeKind::SuspectMarked
            && let Some(mark) = entry.suspicion.as_deref()
        {
            self.deadline = Some(date(mark.until));
            self.text.clone_from(&mark.what);
        }
        if notice.kind == NoticeKind::ContactCheck
            && let Some(check) = &entry.check
        {
            self.deadline = Some(date(check.until));
            self.consent = Some(ConsentFacts {
                side: Side::Holder.word(),
                code: Code::of_check(register, &entry.path, check.nonce).shown(),
            });
        }
        if let Some(pending) = entry.pending.as_deref() {
            self.tell_pending(notice, &entry.path, pending, register);
        }
    }

    /// What waits at an arc, to who is asked to agree, and nobody else.
    fn tell_pending(
        &mut self,
        notice: &Notice,
        path: &NodePath,
        pending: &Pending,
        register: &Register,
    ) {
        let side = match (&pending.act, notice.kind) {
            (PendingAct::Transfer(to), NoticeKind::ConsentAsked) if *to == notice.to => {
                Side::Receiver
            }
            (PendingAct::Transfer(_), NoticeKind::ConsentAsked)
            | (PendingAct::Unlock(_), NoticeKind::UnlockAsked) => Side::Holder,
            _ => return,
        };
        self.deadline = Some(date(pending.until));
        self.consent = Some(ConsentFacts {
            side: side.word(),
            code: Code::of_consent(register, path, pending.nonce, side).shown(),
        });
    }

    fn tell_application(&mut self, kind: NoticeKind, one: &Application) {
        let last = |kind: RemarkKind| {
            let mut all = one.remarks.iter().rev();
            all.find(|remark| remark.kind == kind)
                .map(|remark| remark.text.clone())
        };
        let verdict = one.verdicts.last();
        let judged = |verdict: Option<&Verdict>| verdict.map(|one| one.text.clone());
        self.text = match kind {
            NoticeKind::InformationRequested => last(RemarkKind::Question),
            NoticeKind::Commented => last(RemarkKind::ToApplicant),
            NoticeKind::Rejected | NoticeKind::AppealUpheld | NoticeKind::AppealGranted => {
                judged(verdict)
            }
            _ => None,
        };
        if kind == NoticeKind::Rejected {
            self.reason = verdict
                .and_then(|one| one.reason)
                .map(crate::model::application::RejectionReason::word);
        }
        if matches!(
            kind,
            NoticeKind::InformationRequested | NoticeKind::Rejected
        ) {
            self.deadline = one.deadline.map(date);
        }
        self.application = Some(ApplicationFacts {
            id: one.id.to_string(),
            superior: one.superior.to_string(),
            title: one.content.entry.titles.first().map(|one| one.text.clone()),
        });
    }
}

/// Whether a letter about an arc always says until when.
const fn has_deadline(kind: NoticeKind) -> bool {
    matches!(
        kind,
        NoticeKind::ConsentAsked
            | NoticeKind::UnlockAsked
            | NoticeKind::ContactCheck
            | NoticeKind::SuspectMarked
            | NoticeKind::TermEnding
    )
}

/// The label that was challenged, or those that the arc has after a decision.
fn tell_labels(facts: &mut Facts, notice: &Notice, entry: Option<&Entry>) {
    let Some(entry) = entry else { return };
    let labels: Vec<&str> = match notice.kind {
        NoticeKind::LabelChallenged => {
            let here = |at: Timestamp| at == notice.made;
            let claims = entry.label_claims.iter();
            claims
                .filter(|one| one.challenge.as_ref().is_some_and(|one| here(one.at)))
                .map(|one| one.label.as_str())
                .collect()
        }
        NoticeKind::LabelDecided => {
            let labels = entry.superior.labels.iter();
            labels.map(|one| one.label.as_str()).collect()
        }
        _ => return,
    };
    facts.text = (!labels.is_empty()).then(|| labels.join(", "));
}

/// What a letter that asks for consent is given, to try it.
fn consents(kind: NoticeKind) -> Option<ConsentFacts> {
    let asks = matches!(
        kind,
        NoticeKind::ConsentAsked | NoticeKind::UnlockAsked | NoticeKind::ContactCheck
    );
    asks.then(|| ConsentFacts {
        side: Side::Holder.word(),
        code: "0123-4567-89AB".to_owned(),
    })
}

/// The day of a moment, in UTC.
fn date(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

fn arc_facts(path: &NodePath, then: &Reading, sender: &Sender) -> Viewed<Option<ArcFacts>> {
    let Some(entry) = then.entry(path)? else {
        return Ok(None);
    };
    let names = then.names(&Sight::All);
    let forms = notation::forms(path, &names);
    if let Some(fault) = names.fault() {
        return Err(fault);
    }
    let Entry {
        superior, holder, ..
    } = &*entry;
    Ok(Some(ArcFacts {
        oid: path.to_string(),
        asn1: forms.asn1.clone(),
        iri: forms.iri.clone(),
        state: superior.state.word(),
        title: holder.titles.first().map(|one| one.text.clone()),
        successor: superior
            .relation
            .as_ref()
            .map(|one| one.target().to_string()),
        url: sender
            .public_url
            .as_ref()
            .map(|base| format!("{base}/oid/{path}")),
    }))
}

impl Sender {
    fn name(&self) -> String {
        self.from
            .name
            .clone()
            .unwrap_or_else(|| self.from.email.to_string())
    }
}

/// Says that no person wrote a letter, so that no machine answers it (RFC 3834 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Letter {
    /// The letter of a notice; `None` where no address of its recipient is known. Reads the tables: blocks.
    pub fn of(
        notice: &Notice,
        register: &Register,
        templates: &Templates,
        sender: &Sender,
    ) -> Result<Option<Self>, ViewFault> {
        let Some(to) = address(notice, &register.newest())? else {
            return Ok(None);
        };
        let then = register.reading_at(notice.id.seq)?;
        let facts = Facts::of(notice, &then, register, sender)?;
        let fault = |why: &dyn std::fmt::Display| ViewFault(format!("{}: {why}", notice.id));
        let text = templates
            .write(notice.kind.word(), &notice.language, &facts)
            .map_err(|why| fault(&why))?;
        let id = message_id(&notice.id.to_string(), &register_id(&then)?, sender);
        Self::written(to, text, notice.made, id, sender).map(Some)
    }

    /// The letter that brings a code to whoever is not known.
    pub fn with_code(
        one: &Waiting,
        code: &str,
        register: &Register,
        templates: &Templates,
        sender: &Sender,
    ) -> Result<Self, ViewFault> {
        let facts = Facts::verification(sender.name(), &one.id, code, &one.superior);
        let fault = |why: &dyn std::fmt::Display| ViewFault(format!("{}: {why}", one.id));
        let text = templates
            .write(VERIFICATION, &one.language, &facts)
            .map_err(|why| fault(&why))?;
        let id = message_id(&one.id, &register_id(&register.newest())?, sender);
        Self::written(one.to.clone(), text, one.received, id, sender)
    }

    fn written(
        to: Address,
        (subject, text): (String, String),
        at: Timestamp,
        message_id: String,
        sender: &Sender,
    ) -> Result<Self, ViewFault> {
        let since_1970 = u64::try_from(at.micros()).unwrap_or_default();
        let message = Message::builder()
            .from(sender.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(cut(&subject))
            .date(UNIX_EPOCH + Duration::from_micros(since_1970))
            .message_id(Some(message_id))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(|why| ViewFault(format!("a letter could not be made: {why}")))?;
        let octets = message.formatted();
        Ok(Self { to, octets })
    }
}

fn register_id(reading: &Reading) -> Viewed<RegisterId> {
    let missing = || ViewFault("the register has no id".to_owned());
    TreeView::register(reading)?.ok_or_else(missing)
}

/// The same for the same notice, whenever it is sent.
fn message_id(id: &str, register: &RegisterId, sender: &Sender) -> String {
    let domain = sender.from.email.domain();
    format!("<{id}.{register}@{domain}>")
}

fn cut(subject: &str) -> String {
    if subject.chars().count() <= SUBJECT_CHARS_MAX {
        return subject.to_owned();
    }
    let kept: String = subject.chars().take(SUBJECT_CHARS_MAX - 1).collect();
    format!("{kept}…")
}

/// Where the recipient is reached today: by its own address, else by that of a contact that was named with it, else by that
/// of whoever handed the application in.
fn address(notice: &Notice, newest: &Reading) -> Viewed<Option<Address>> {
    let told = |details: Option<RegistrantDetails>| usable(&details?.email?);
    let of = |id: &RegistrantId| -> Viewed<Option<Address>> {
        let known = newest.registrant(id)?;
        Ok(known.and_then(|one| told(one.details)))
    };
    if let Some(own) = of(&notice.to)? {
        return Ok(Some(own));
    }
    let mut contacts = Vec::new();
    let mut handed_in_by = None;
    match &notice.matter {
        Matter::Application(id) => {
            if let Some(application) = newest.application(id)? {
                contacts.clone_from(&application.content.entry.contacts);
                handed_in_by = Some(application.submitted_by);
            }
        }
        // The contacts of an arc are its present holder's: whoever held it before is not told through them.
        Matter::Arc(path) => {
            let entry = newest.entry(path)?;
            let holder = entry.as_ref().and_then(|one| one.registrant.as_ref());
            if let (Some(entry), Some(holder)) = (&entry, holder)
                && holder.registrant == notice.to
            {
                contacts.clone_from(&entry.holder.contacts);
            }
        }
    }
    for contact in contacts {
        if let Some(found) = of(&contact.party)? {
            return Ok(Some(found));
        }
    }
    let Some(by) = handed_in_by else {
        return Ok(None);
    };
    Ok(newest.principal(&by)?.and_then(|one| told(one.details)))
}

/// An address to which a letter can be sent; of letters outside ASCII, which few servers take, none.
pub(super) fn usable(text: &str) -> Option<Address> {
    let text = text.trim();
    let fits = text.is_ascii() && text.len() <= ADDRESS_BYTES_MAX;
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_subject_is_cut() {
        let fits = "ä".repeat(SUBJECT_CHARS_MAX);
        assert_eq!(cut(&fits), fits);
        let long = cut(&format!("{fits}ä"));
        assert_eq!(long.chars().count(), SUBJECT_CHARS_MAX);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn addresses_that_cannot_be_used_are_none() {
        assert!(usable(" asha@health.example ").is_some());
        for wrong in [
            "",
            "asha",
            "a@b\r\nBcc: c@d",
            "a b@c",
            "<a@b.example>",
            "ä@b.example",
        ] {
            assert!(usable(wrong).is_none(), "{wrong:?}");
        }
        let domain = ["a".repeat(60), "b".repeat(60), "c".repeat(60)].join(".");
        let long = format!("{}@{domain}.{}", "x".repeat(60), "d".repeat(10));
        assert_eq!(long.len(), ADDRESS_BYTES_MAX);
        assert!(usable(&long).is_some());
        assert!(usable(&format!("y{long}")).is_none());
    }
}
