//! An entry as people read it: a card, a row, a line of a tree, and what differs between two of them.
//!
//! It must never show what the server did not send, and never decide who may see what.

use crate::{
    cli::{
        failure::Failure,
        output::Output,
        table::{Palette, clean},
        value::{LANGUAGE_UNDETERMINED, minimum_word, show_seconds, show_windows},
        view::{
            EntryView, FeeScheduleView, HoldingView, LabelClaimView, NotationsView, PendingView,
            SuspicionView, flags, moment, word,
        },
    },
    model::policy::Checks,
    pb::v1,
};

/// Most columns of one value where two entries are compared.
const DIFFERENCE_CHARS_MAX: usize = 160;

/// The heading of [`row`].
pub const HEADING: &[&str] = &["OID", "STATE", "NAMES", "TITLE", "REGISTRANT", "REGISTERED"];

/// One row for an entry.
pub fn row(e: &v1::Entry) -> Vec<String> {
    let registrant = e
        .registrant
        .as_ref()
        .map(HoldingView::from)
        .unwrap_or_default();
    let name = if registrant.name.is_empty() {
        registrant.id
    } else {
        registrant.name
    };
    let names: Vec<&str> = e
        .identifiers
        .iter()
        .chain(e.labels.iter().map(|l| &l.label))
        .map(String::as_str)
        .collect();
    vec![
        e.oid.clone(),
        word(e.state().as_str_name(), "STATE_"),
        names.join(", "),
        title(e).to_owned(),
        name,
        registered(e),
    ]
}

/// The day of its registration; for reference data, that it is such.
fn registered(e: &v1::Entry) -> String {
    let kind = e.origin.as_ref().and_then(|origin| origin.kind.as_ref());
    match kind {
        Some(v1::origin::Kind::Reference(_)) => "for reference".to_owned(),
        _ => day(&moment(e.registered.as_ref())),
    }
}

/// The title that stands first.
pub fn title(e: &v1::Entry) -> &str {
    e.titles
        .first()
        .map(|title| title.text.as_str())
        .unwrap_or_default()
}

fn day(moment: &str) -> String {
    moment.split('T').next().unwrap_or_default().to_owned()
}

/// What an entry holds, as names and values in order; what changes with every revision is left out.
#[expect(clippy::too_many_lines, reason = "one line for each field")]
pub fn fields(e: &v1::Entry) -> Vec<(&'static str, String)> {
    let v = EntryView::from(e);
    let mut out: Vec<(&'static str, String)> = Vec::new();
    let mut put = |name, text: String| {
        if !text.is_empty() {
            out.push((name, clean(&text)));
        }
    };
    put("state", v.state);
    put("visibility", v.visibility);
    put("marks", flags(e.flags.as_ref()).join(", "));
    put("identifiers", v.identifiers.join(", "));
    put("labels", join(&v.labels, |l| at(&l.label, &l.language)));
    for claim in &v.label_claims {
        put("provisional", provisional(claim));
    }
    put("long arcs", v.long_arcs.join(", "));
    for title in &v.titles {
        put("title", in_language(&title.text, &title.language));
    }
    for description in &v.descriptions {
        let text = in_language(&description.text, &description.language);
        put("description", text);
    }
    put("successor", v.relation.successor);
    put("duplicate of", v.relation.duplicate_of);
    put("registrant", holding(&v.registrant));
    put("first registrant", holding(&v.first_registrant));
    put("sponsor", v.sponsor);
    put("delegated to", v.delegation.hosted.join(", "));
    if let Some(external) = &v.delegation.external {
        put("OID-IP elsewhere", external.oidip.clone());
        put("ORS elsewhere", external.ors.clone());
        put("name servers", external.name_servers.join(", "));
        put("DS", external.delegation_signers.join(", "));
    }
    if let Some(locks) = &v.locks {
        for (whose, since) in [("holder", &locks.holder), ("authority", &locks.authority)] {
            if !since.is_empty() {
                put("locked", format!("by the {whose} since {since}"));
            }
        }
    }
    if let Some(pending) = &v.pending {
        put("waits", waits(pending));
    }
    if let Some(mark) = &v.suspicion {
        let name = if mark.waits { "reported" } else { "suspect" };
        put(name, suspect(mark));
    }
    if let Some(check) = &v.check {
        put(
            "asked",
            format!(
                "whether its registrant is right, on {}, until {}",
                check.asked, check.until
            ),
        );
    }
    put("confirmed", v.confirmed);
    for plan in &v.plans {
        let refused = if plan.refused.is_empty() {
            String::new()
        } else {
            format!(" (refused then: {})", plan.refused)
        };
        put(
            "planned",
            format!("{}: {} at {}{refused}", plan.number, plan.what, plan.at),
        );
    }
    for s in &v.services {
        put(
            "service",
            format!("{} {} (priority {})", s.kind, s.uri, s.priority),
        );
    }
    for r in &v.references {
        let parts = joined(&[&r.title, &r.uri, &r.asn1_module], "  ");
        put("reference", parts);
    }
    for c in &v.contacts {
        let who = joined(&[&c.name, &c.id, &c.email, &c.telephone, &c.address], ", ");
        put("contact", format!("{}: {who}", c.role));
    }
    let o = &v.origin;
    let parts = [
        o.kind,
        &o.superior,
        &o.certainty,
        &o.source,
        &o.proof,
        &o.proof_uri,
    ];
    put("origin", joined(&parts, ", "));
    if let Some(top) = &v.sandbox_top {
        let text = format!(
            "present generation {} since {}, at most {} arcs",
            top.generation, top.since, top.arcs_max
        );
        put("sandbox", text);
    } else if v.sandbox {
        put("sandbox", "it means nothing".to_owned());
    }
    if let Some(template) = &e.template {
        for (name, text) in template_fields(template) {
            put("template", format!("{name}: {text}"));
        }
    }
    if let Some(policy) = &e.policy {
        for (name, text) in policy_fields(policy) {
            put("policy", format!("{name}: {text}"));
        }
    }
    put("applied", v.applied);
    put("registered", v.registered);
    out
}

/// A label that is not final, in a line.
pub fn provisional(claim: &LabelClaimView) -> String {
    let (label, until) = (&claim.label, &claim.until);
    if !claim.challenged {
        return format!("{label} until {until}");
    }
    let by = if claim.by.is_empty() {
        String::new()
    } else {
        format!(" by {}", claim.by)
    };
    let why = if claim.text.is_empty() {
        String::new()
    } else {
        format!(": {}", claim.text)
    };
    format!("{label}, challenged{by}{why}")
}

/// What waits until somebody agrees, in a line.
fn waits(pending: &PendingView) -> String {
    let what = if pending.act == "transfer" {
        format!("transfer to {}", pending.to)
    } else {
        format!("release of the lock of the {}", pending.lock)
    };
    let agreed = if pending.agreed.is_empty() {
        String::new()
    } else {
        format!(", agreed by the {}", pending.agreed.join(" and the "))
    };
    format!("{what} until {}{agreed}", pending.until)
}

/// That an arc may be wrong, in a line.
pub fn suspect(mark: &SuspicionView) -> String {
    let by = if mark.by.is_empty() {
        String::new()
    } else {
        format!(" by {}", mark.by)
    };
    let what = if mark.what.is_empty() {
        String::new()
    } else {
        format!(": {}", mark.what)
    };
    format!(
        "since {}{by}, to be settled until {}{what}",
        mark.since, mark.until
    )
}

/// What a template says, as names and values in order.
pub fn template_fields(t: &v1::Template) -> Vec<(&'static str, String)> {
    let numbers = if t.uuids {
        "UUIDs".to_owned()
    } else {
        show_windows(&t.numbers)
    };
    let mut out = vec![("numbers", numbers)];
    let texts = |name, texts: &[v1::Text]| {
        let each = texts.iter();
        let each = each.map(|one| (name, in_language(&one.text, &one.language)));
        each.collect::<Vec<_>>()
    };
    out.extend(texts("title", &t.titles));
    out.extend(texts("description", &t.descriptions));
    let services = t.services.iter();
    out.extend(services.map(|s| {
        let text = format!("{} {} (priority {})", s.kind, s.uri, s.priority);
        ("service", text)
    }));
    out.push(("since", moment(t.since.as_ref())));
    out.push(("closed", moment(t.closed.as_ref())));
    out.retain(|(_, text)| !text.is_empty());
    out
}

/// What a policy says, as names and values in order.
pub fn policy_fields(p: &v1::Policy) -> Vec<(&'static str, String)> {
    let yes = |set: bool| if set { "yes" } else { "no" }.to_owned();
    let open = if !p.categories.is_empty() {
        String::new()
    } else if p.windows.is_empty() {
        "1-".to_owned()
    } else {
        show_windows(&p.windows)
    };
    let mut out = vec![
        ("numbering", word(p.numbering().as_str_name(), "NUMBERING_")),
        ("windows", open),
        ("kept back", show_windows(&p.kept_back)),
        (
            "identifiers unique",
            yes(p.identifiers_unique.unwrap_or(true)),
        ),
        ("identifier required", yes(p.identifier_required)),
        ("title required", yes(p.title_required)),
        ("registrant required", yes(p.registrant_required)),
        ("application required", yes(p.application_required)),
        ("approvals", p.approvals.to_string()),
    ];
    let category = |one: &v1::Category| format!("{} {}", one.name, show_windows(&one.windows));
    out.insert(
        2,
        (
            "categories",
            p.categories
                .iter()
                .map(category)
                .collect::<Vec<_>>()
                .join("; "),
        ),
    );
    if let Some(seconds) = p.label_challenge_seconds {
        out.push(("labels provisional for", show_seconds(seconds)));
    }
    if p.transfers_agreed {
        out.push(("transfers", "when both sides agreed".to_owned()));
    }
    staying_true(p, &mut out);
    out.push(("names reserved", p.reserved_names.join(", ")));
    let wanted: Vec<_> = p.minimum_contents().map(minimum_word).collect();
    out.push(("wanted", wanted.join(", ")));
    let most = p
        .arcs_per_registrant_max
        .map_or_else(|| "any number".to_owned(), |n| n.to_string());
    out.push(("arcs per registrant", most));
    let span = |seconds: Option<u64>| seconds.map(show_seconds).unwrap_or_default();
    out.push(("reinstatement within", span(p.reinstatement_seconds)));
    out.push(("longest hold", span(p.hold_seconds_max)));
    // Where nobody may apply, nothing of it means anything.
    let who = match p.applicants() {
        v1::Applicants::Principals => "principals",
        v1::Applicants::Public => "everybody",
        v1::Applicants::Nobody | v1::Applicants::Unspecified => "",
    };
    if !who.is_empty() {
        out.push(("who may apply", who.to_owned()));
        out.push(("wished numbers held", yes(p.wishes_held)));
        out.push(("acknowledged within", span(p.acknowledge_seconds)));
        out.push(("decided within", span(p.decide_seconds)));
        out.push(("answered within", span(p.answer_seconds)));
        out.push(("appealed within", span(p.appeal_seconds)));
        if let Some(fees) = &p.fee_schedule {
            let fees = FeeScheduleView::from(fees);
            let all = [
                (fees.application, "for an application"),
                (fees.allocation, "for an arc"),
                (fees.renewal, "for a renewal"),
            ];
            let told = all.into_iter().filter(|(amount, _)| !amount.is_empty());
            let told: Vec<_> = told
                .map(|(amount, what)| format!("{amount} {what}"))
                .collect();
            out.push(("fees", told.join(", ")));
        }
        if p.fee_may_wait {
            out.push(("approval", "also while a fee is due".to_owned()));
        }
        out.push(("fee", p.fee.clone()));
    }
    out.retain(|(_, text)| !text.is_empty());
    out
}

/// What a policy says of terms, of contacts and of errors.
fn staying_true(p: &v1::Policy, out: &mut Vec<(&'static str, String)>) {
    if let Some(checks) = &p.checks {
        out.push((
            "registrants asked every",
            show_seconds(checks.every_seconds),
        ));
        let answer = checks.answer_seconds.unwrap_or(Checks::ANSWER_SECONDS);
        out.push(("registrants answer within", show_seconds(answer)));
    }
    if let Some(seconds) = p.suspect_seconds {
        out.push(("errors settled within", show_seconds(seconds)));
    }
    if let Some(terms) = &p.terms {
        let named = |seconds: Option<u64>| seconds.map(show_seconds).unwrap_or_default();
        out.push(("term", named(terms.term_seconds)));
        out.push(("put to use within", named(terms.use_seconds)));
        let word = match terms.lapse() {
            v1::Lapse::Unspecified | v1::Lapse::Suspend => "it is suspended",
            v1::Lapse::Deprecate => "it is deprecated",
            v1::Lapse::Withdraw => "it is withdrawn",
        };
        out.push(("after that", word.to_owned()));
    }
}

/// A text with its language, where one was given.
fn in_language(text: &str, language: &str) -> String {
    if language == LANGUAGE_UNDETERMINED {
        text.to_owned()
    } else {
        format!("{text} ({language})")
    }
}

fn join<T>(list: &[T], show: impl Fn(&T) -> String) -> String {
    list.iter().map(show).collect::<Vec<_>>().join(", ")
}

fn at(label: &str, language: &str) -> String {
    if language.is_empty() {
        label.to_owned()
    } else {
        format!("{label}@{language}")
    }
}

/// The parts that are not empty.
fn joined(parts: &[&str], between: &str) -> String {
    let there = parts.iter().copied().filter(|part| !part.is_empty());
    there.collect::<Vec<_>>().join(between)
}

fn holding(h: &HoldingView) -> String {
    let who = joined(&[&h.name, &h.id, &h.email, &h.telephone, &h.address], ", ");
    if who.is_empty() || h.since.is_empty() {
        who
    } else {
        format!("{who}, since {}", h.since)
    }
}

/// The notations and encodings, as names and values in order.
pub fn notation_fields(n: &NotationsView) -> Vec<(&'static str, &str)> {
    let all = [
        ("dot", n.dot.as_str()),
        ("asn1", &n.asn1),
        ("asn1-numbers", &n.asn1_numbers),
        ("iri", &n.iri),
        ("iri-numbers", &n.iri_numbers),
        ("oid-iri", &n.oid_iri),
        ("urn", &n.urn),
        ("der", &n.der),
        ("contents", &n.contents),
        ("der-iri", &n.der_iri),
        ("per", &n.per),
        ("oer", &n.oer),
        ("xer", &n.xer),
        ("jer", &n.jer),
        ("cbor", &n.cbor),
        ("uuid", &n.uuid),
    ];
    all.into_iter()
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// Writes a card: a heading, and a row for each field.
pub fn write(output: &Output, e: &v1::Entry) -> Result<(), Failure> {
    let state = word(e.state().as_str_name(), "STATE_");
    let palette = output.palette;
    let mut heading = format!(
        "{}  {}",
        palette.strong(&clean(&e.oid)),
        palette.state(&state)
    );
    if e.stub {
        heading.push_str("  (only the number is shown)");
    }
    output.text(&format!("{heading}\n"))?;
    let notations = e
        .notations
        .as_ref()
        .map(NotationsView::from)
        .unwrap_or_default();
    let shown = ["asn1", "iri", "urn", "der"];
    let mut rows: Vec<Vec<String>> = notation_fields(&notations)
        .into_iter()
        .filter(|(name, _)| shown.contains(name))
        .map(|(name, text)| pair(name, text))
        .collect();
    rows.extend(
        fields(e)
            .iter()
            .filter(|(name, _)| *name != "state")
            .map(|(name, text)| pair(name, text)),
    );
    rows.push(pair("changed", &moment(e.changed.as_ref())));
    rows.push(pair("revision", &e.revision.to_string()));
    rows.retain(|row| row.last().is_some_and(|text| !text.is_empty()));
    output.table(&[], &rows)
}

/// A row of a card.
pub fn pair(name: &str, text: &str) -> Vec<String> {
    vec![format!("  {name}"), text.to_owned()]
}

/// What differs between two lists of fields, a line each: `-` for what goes, `+` for what comes.
pub fn difference(
    before: &[(&'static str, String)],
    after: &[(&'static str, String)],
    palette: Palette,
) -> Vec<String> {
    let cut = |text: &str| match text.char_indices().nth(DIFFERENCE_CHARS_MAX) {
        Some((place, _)) => format!("{}…", text.get(..place).unwrap_or(text)),
        None => text.to_owned(),
    };
    let line = |sign: char, (name, text): &(&'static str, String)| {
        format!("  {sign} {name}: {}", cut(text))
    };
    let gone = before.iter().filter(|field| !after.contains(field));
    let new = after.iter().filter(|field| !before.contains(field));
    gone.map(|field| palette.gone(&line('-', field)))
        .chain(new.map(|field| palette.new_text(&line('+', field))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(state: v1::State, title: &str) -> v1::Entry {
        v1::Entry {
            oid: "2.999.1".to_owned(),
            state: state.into(),
            titles: vec![v1::Text {
                language: "en".to_owned(),
                text: title.to_owned(),
            }],
            ..v1::Entry::default()
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        let before = fields(&entry(v1::State::Active, "A"));
        let after = fields(&entry(v1::State::Withdrawn, "A"));
        let told = difference(&before, &after, Palette::new(false));
        assert_eq!(told, ["  - state: active", "  + state: withdrawn"]);
        assert!(difference(&before, &before, Palette::new(false)).is_empty());
    }

    #[test]
    fn a_language_that_nobody_gave_is_not_told() {
        assert_eq!(in_language("Health", "en"), "Health (en)");
        assert_eq!(in_language("Health", "und"), "Health");
    }

    #[test]
    fn a_value_one_past_the_limit_is_cut() {
        let fits = fields(&entry(
            v1::State::Active,
            &"ä".repeat(DIFFERENCE_CHARS_MAX - 5),
        ));
        let long = fields(&entry(
            v1::State::Active,
            &"ä".repeat(DIFFERENCE_CHARS_MAX - 4),
        ));
        let told = difference(&fits, &long, Palette::new(false)).join("\n");
        assert_eq!(told.matches('…').count(), 1, "{told}");
    }

    #[test]
    fn a_policy_that_says_nothing_says_what_holds() {
        let told = policy_fields(&v1::Policy::default());
        assert!(told.contains(&("windows", "1-".to_owned())));
        assert!(told.contains(&("identifiers unique", "yes".to_owned())));
    }
}
