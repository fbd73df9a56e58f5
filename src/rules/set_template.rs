//! Set the rule by which an arc answers for subordinates without a row of their own. The holder of the arc sets it: it is the
//! authority below (X.660 6.2). The numbers are used up with it, so that it can be widened and never narrowed.
//!
//! Arcs that are registered already in its numbers stay what they are.
//!
//! Refusals, in order: faults of form (`FIELD_REQUIRED` without numbers, `TOO_MANY_VALUES`, `FIELD_INVALID` for a run that ends before
//! it begins, a number of too many digits, a brace that stands around no known name, `{uuid}` where a number is none); those of the
//! texts with the longest number put in; `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`, `ARC_LOCKED`,
//! `SUPERIOR_NOT_ACTIVE`, `SUPERIOR_LEAF`, `SUPERIOR_FROZEN`, `SANDBOX_UNFIT`; `TEMPLATE_CLOSED`, `TEMPLATE_NARROWER`, `NUMBER_HELD`; `NOTHING_CHANGES`.

use crate::model::entry::{Service, Text};
use crate::model::limits::{TEMPLATE_DIGITS_MAX, TEMPLATE_RUNS_MAX};
use crate::model::policy::NumberRange;
use crate::model::template::{Numbers, Placeholder, Rule, Template, filled, is_sound};
use crate::model::{Code, Event, Refusal, Rejection, Seq, TreeView, form};
use crate::oid::{ArcValue, NodePath};

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;
use super::form::Faults;
use super::sandbox;

/// Faults of form.
pub fn form(path: &NodePath, rule: &Rule, faults: &mut Faults) {
    let mut part = Faults::new();
    if let Numbers::Runs(runs) = &rule.numbers {
        numbers(runs, &mut part);
    }
    let texts = [
        ("titles", &rule.titles),
        ("descriptions", &rule.descriptions),
    ];
    for (field, texts) in texts {
        for (at, text) in texts.iter().enumerate() {
            braces(&format!("{field}[{at}].text"), &text.text, rule, &mut part);
        }
    }
    for (at, service) in rule.services.iter().enumerate() {
        braces(
            &format!("services[{at}].uri"),
            &service.uri,
            rule,
            &mut part,
        );
    }
    // What is made is judged as what is registered is, by the longest number and by the lowest.
    if part.is_empty()
        && let Some((lowest, longest)) = rule.numbers.extremes()
    {
        made(&longest, path, rule, &mut part);
        if part.is_empty() {
            made(&lowest, path, rule, &mut part);
        }
    }
    faults.take("template", part);
}

fn numbers(runs: &[NumberRange], faults: &mut Faults) {
    if runs.is_empty() {
        let detail = "a run of numbers is needed, or that they are UUIDs";
        faults.add(Code::FieldRequired, "numbers", detail);
    }
    faults.flaws("numbers", form::few(runs.len(), TEMPLATE_RUNS_MAX));
    for (at, run) in runs.iter().enumerate().take(TEMPLATE_RUNS_MAX) {
        let field = format!("numbers[{at}]");
        if !run.contains(&run.from) {
            let detail = "the last number is below the first";
            faults.add(Code::FieldInvalid, field, detail);
        } else if is_long(&run.from) || run.to.as_ref().is_some_and(is_long) {
            let detail = format!("a number of at most {TEMPLATE_DIGITS_MAX} digits is taken");
            faults.add(Code::FieldInvalid, field, detail);
        }
    }
}

fn is_long(number: &ArcValue) -> bool {
    number.bits() > 4 * TEMPLATE_DIGITS_MAX || number.to_string().len() > TEMPLATE_DIGITS_MAX
}

fn braces(field: &str, text: &str, rule: &Rule, faults: &mut Faults) {
    if !is_sound(text) {
        let names: Vec<_> = Placeholder::ALL.map(Placeholder::written).into();
        let detail = format!("braces stand only as {}", names.join(", "));
        faults.add(Code::FieldInvalid, field, detail);
    } else if text.contains(Placeholder::Uuid.written()) && !rule.numbers.all_uuids() {
        let detail = "{uuid} stands only where every number is below 2^128 (X.667)";
        faults.add(Code::FieldInvalid, field, detail);
    }
}

/// Faults of form of what would be made for a number.
fn made(number: &ArcValue, above: &NodePath, rule: &Rule, faults: &mut Faults) {
    let path = above.child(number.clone()).unwrap_or_default();
    let texts = |texts: &[Text]| -> Vec<Text> {
        let each = texts.iter().map(|one| Text {
            language: one.language.clone(),
            text: filled(&one.text, number, &path),
        });
        each.collect()
    };
    let services: Vec<_> = rule
        .services
        .iter()
        .map(|one| Service {
            uri: filled(&one.uri, number, &path),
            ..one.clone()
        })
        .collect();
    faults.shown(&texts(&rule.titles), &texts(&rule.descriptions), &services);
}

/// Sets the rule.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    rule: &Rule,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Holder, if_revision)?;
    consent::unlocked(&entry)?;
    checks::open_superior(&entry, "oid")?;
    if entry.sandbox.is_some() {
        return Err(sandbox::unfit("oid", "an arc of a sandbox has no template"));
    }
    let before = entry.template.as_deref();
    if let Some(before) = before {
        follows(path, before, rule)?;
    }
    unheld(path, &rule.numbers, decision)?;
    if before.is_some_and(|before| before.rule == *rule) {
        let detail = "the template says all of that already";
        return Err(Refusal::new(Code::NothingChanges, "template", detail).into());
    }
    decision.tell(Event::TemplateSet {
        path: path.clone(),
        previous: entry.revision,
        template: Box::new(Template {
            rule: rule.clone(),
            since: before.map_or(decision.ctx.now, |before| before.since),
            closed: None,
        }),
    })
}

/// The rule may stand where another stood.
fn follows(path: &NodePath, before: &Template, rule: &Rule) -> Result<(), Rejection> {
    if let Some(since) = before.closed {
        let detail = format!("the template of {path} is closed since {since}");
        return Err(Refusal::new(Code::TemplateClosed, "oid", detail)
            .value(path)
            .into());
    }
    let Some(run) = rule.numbers.lacks(&before.rule.numbers) else {
        return Ok(());
    };
    let to = run.to.as_ref().map(ToString::to_string);
    let detail = format!(
        "it covered {}-{} and would not any longer; numbers that were used up stay so",
        run.from,
        to.unwrap_or_default()
    );
    Err(Refusal::new(Code::TemplateNarrower, "template.numbers", detail).into())
}

/// Nobody is promised one of the numbers.
fn unheld(path: &NodePath, numbers: &Numbers, decision: &Decision<'_>) -> Result<(), Rejection> {
    let now = decision.ctx.now;
    let holds = decision.tree.holds()?;
    let promised = holds
        .iter()
        .find(|one| one.superior == *path && one.is_in_force(now) && numbers.contains(&one.number));
    let Some(hold) = promised else { return Ok(()) };
    let detail = format!("a number of it is held until {}", hold.until);
    Err(Refusal::new(Code::NumberHeld, "template.numbers", detail)
        .value(&hold.number)
        .into())
}

#[cfg(test)]
mod tests;
