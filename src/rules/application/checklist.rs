//! What a reviewer should know before judging an application: what would refuse the allocation now, what looks alike, who the
//! applicant is, the fee, and what goes with it. It sees everything, and must never be shown to the applicant.

use crate::model::application::{Application, Docket, FeeState, Finding, FindingAbout, Paper};
use crate::model::command::{RegistrantRef, Whole};
use crate::model::{Actor, Ctx, Entry, Policy, Rejection, Timestamp, TreeView, Viewed};
use crate::oid::ArcValue;

use super::{choice, look_alike};
use crate::rules::allocate::{self, Fields, Upon};
use crate::rules::lots::Lots;
use crate::rules::names::{self, Names};
use crate::rules::numbers::Search;
use crate::rules::{checks, policy};

/// Other applications of the applicant that are told one by one.
pub const APPLICATIONS_TOLD_MAX: usize = 20;

/// The checklist of an open application in the tree as it is; nothing of one that is over.
pub fn checklist(app: &Application, tree: &dyn TreeView, now: Timestamp) -> Viewed<Vec<Finding>> {
    let mut found = Found(Vec::new());
    let policy = policy::in_force(tree, &app.superior)?;
    if app.stage.is_open() {
        let above = allocate::open_superior(&app.superior, tree);
        if let Some(above) = found.noted(FindingAbout::Policy, above)? {
            arc(app, &policy, &above, tree, now, &mut found)?;
        }
        let mut fields = Fields::of(&app.content.entry, Upon::Application);
        fields.registrant = true;
        let required = allocate::required(&policy, &app.superior, &fields);
        found.noted(FindingAbout::Policy, required)?;
        let about = &app.content.about;
        let required = allocate::required_of_application(&policy, &app.superior, about);
        found.noted(FindingAbout::Policy, required)?;
        let applicant = RegistrantRef::Known(app.applicant.clone());
        let quota = allocate::quota(tree, &policy, &app.superior, Some(&applicant), "");
        found.noted(FindingAbout::Applicant, quota)?;
        look_alike::find(app, tree, &mut found.0)?;
    }
    applicant(app, tree, &mut found)?;
    money(app, policy.fee_may_wait, &mut found);
    attachments(app, &mut found);
    Ok(found.0)
}

struct Found(Vec<Finding>);

impl Found {
    /// What came of a check; what it refused is noted.
    fn noted<T>(
        &mut self,
        about: FindingAbout,
        checked: Result<T, Rejection>,
    ) -> Viewed<Option<T>> {
        match checked {
            Ok(fine) => Ok(Some(fine)),
            Err(Rejection::Fault(fault)) => Err(fault),
            Err(Rejection::Refused(refusals)) => {
                for refusal in refusals.iter() {
                    self.0.push(Finding {
                        about,
                        hinders: true,
                        code: Some(refusal.code),
                        detail: refusal.detail.clone(),
                    });
                }
                Ok(None)
            }
        }
    }

    fn told(&mut self, about: FindingAbout, detail: String) {
        self.0.push(Finding {
            about,
            hinders: false,
            code: None,
            detail,
        });
    }
}

/// The number and the names, each by itself.
fn arc(
    app: &Application,
    policy: &Policy,
    above: &Entry,
    tree: &dyn TreeView,
    now: Timestamp,
    found: &mut Found,
) -> Viewed<()> {
    let ctx = Ctx {
        now,
        entropy: [0; 32],
        // A number that is held for the application is free for it.
        actor: Actor::Principal(app.submitted_by.clone()),
        whole: Whole::All,
        office: None,
    };
    let category = app.content.entry.category.as_ref();
    let narrowed = policy::for_category(policy, &app.superior, category);
    let narrowed = found.noted(FindingAbout::Policy, narrowed)?;
    let policy = narrowed.as_deref().unwrap_or(policy);
    let search = Search {
        tree,
        ctx: &ctx,
        superior: &app.superior,
        policy,
    };
    let wish = app.content.number.as_ref();
    let number = search.find(&choice(policy, wish), &mut Lots::new(ctx.entropy));
    let number = found.noted(FindingAbout::Number, number)?;
    let number = number.map(|number| number.number).or_else(|| wish.cloned());
    let number = number.unwrap_or(ArcValue::ZERO);
    let place = checks::place(&app.superior, &number, "number");
    found.noted(FindingAbout::Number, place)?;
    let entry = &app.content.entry;
    let mut one = |identifiers, labels| {
        let names = Names {
            superior: above,
            number: &number,
            identifiers,
            labels,
            policy: Some(policy),
        };
        let checked = names::check(tree, &names);
        found.noted(FindingAbout::Name, checked).map(drop)
    };
    for identifier in entry.identifiers.iter().enumerate() {
        one(vec![identifier], Vec::new())?;
    }
    for label in entry.labels.iter().enumerate() {
        one(Vec::new(), vec![label])?;
    }
    Ok(())
}

/// What else the applicant asked for, and what it holds here.
fn applicant(app: &Application, tree: &dyn TreeView, found: &mut Found) -> Viewed<()> {
    let others = Docket::Of(app.applicant.clone());
    // The newest are at the end; this one is among them.
    let mut others = tree.docket(&others, None, usize::MAX)?;
    others.retain(|(_, id)| *id != app.id);
    let many = others.len().saturating_sub(APPLICATIONS_TOLD_MAX);
    for (_, id) in others.iter().rev().take(APPLICATIONS_TOLD_MAX) {
        if let Some(other) = tree.application(id)? {
            let (stage, superior) = (other.stage.word(), &other.superior);
            let detail = format!("application {id} below {superior} is {stage}");
            found.told(FindingAbout::Applicant, detail);
        }
    }
    if many > 0 {
        let detail = format!("and {many} earlier applications");
        found.told(FindingAbout::Applicant, detail);
    }
    let held = tree.arcs_of_registrant(&app.superior, &app.applicant, u64::MAX)?;
    if held > 0 {
        let detail = format!("the applicant holds {held} arcs below {}", app.superior);
        found.told(FindingAbout::Applicant, detail);
    }
    Ok(())
}

fn money(app: &Application, may_wait: bool, found: &mut Found) {
    let Some(fee) = &app.fee else { return };
    let (word, hinders) = match fee.state {
        FeeState::Due => ("due", !may_wait),
        FeeState::Paid => ("paid", false),
        FeeState::Waived => ("waived", false),
    };
    found.0.push(Finding {
        about: FindingAbout::Fee,
        hinders,
        code: hinders.then_some(crate::model::Code::FeeDue),
        detail: match fee.amount.map(|amount| amount.to_string()) {
            Some(amount) if amount != fee.text => format!("{word}: {amount}, {}", fee.text),
            _ => format!("{word}: {}", fee.text),
        },
    });
}

fn attachments(app: &Application, found: &mut Found) {
    for one in &app.content.about.attachments {
        let kept = app.paper(&one.sha256).map(|_| "kept here");
        let place = kept.or(one.uri.as_deref());
        let place = place.unwrap_or("told by its digest alone, not handed in");
        let detail = format!(
            "{} ({}, {} octets): {place}",
            one.name, one.media_type, one.octets
        );
        found.told(FindingAbout::Attachment, detail);
    }
    let named = |one: &Paper| {
        let mut named = app.content.about.attachments.iter();
        named.any(|named| named.sha256 == one.what.sha256)
    };
    for one in app.papers.iter().filter(|one| !named(one)) {
        let what = &one.what;
        let detail = format!(
            "{} ({}, {} octets): kept here",
            what.name, what.media_type, what.octets
        );
        found.told(FindingAbout::Attachment, detail);
    }
}
