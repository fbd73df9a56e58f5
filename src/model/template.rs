//! The rule of an arc that answers for many subordinates without a row of each, such as serial numbers or UUIDs (X.660 6.2: the
//! holder of an arc is the authority below it; X.667 for UUIDs).
//!
//! It makes entries and stores none. It must never answer for a number that the rule does not cover, nor for an arc that has a row
//! of its own. **This shape is stored** (by `journal::codec`): fields are only ever added.

use super::clock::Timestamp;
use super::consent::Locks;
use super::entry::{Entry, Flags, HolderFields, Origin, Service, State, SuperiorFields, Text};
use super::limits::TEMPLATE_DIGITS_MAX;
use super::policy::NumberRange;
use crate::oid::{ArcValue, NodePath, uuid};

/// Which numbers a template covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Those of these runs.
    Runs(Vec<NumberRange>),
    /// Those of UUIDs: 0 to 2^128 - 1 (X.667 6.3).
    Uuid,
}

impl Numbers {
    /// The runs, in rising order, those that touch made one.
    pub fn merged(&self) -> Vec<NumberRange> {
        let mut runs = match self {
            Self::Runs(runs) => runs.clone(),
            Self::Uuid => vec![NumberRange {
                from: ArcValue::ZERO,
                to: Some(ArcValue::from(u128::MAX)),
            }],
        };
        runs.sort_by(|a, b| a.from.cmp(&b.from));
        let mut merged: Vec<NumberRange> = Vec::with_capacity(runs.len());
        for run in runs {
            match merged.last_mut() {
                Some(last) if touches(last, &run.from) => {
                    last.to = match (last.to.take(), run.to) {
                        (Some(a), Some(b)) => Some(a.max(b)),
                        _ => None,
                    };
                }
                _ => merged.push(run),
            }
        }
        merged
    }

    /// Whether a number is covered.
    pub fn contains(&self, number: &ArcValue) -> bool {
        match self {
            Self::Runs(runs) => runs.iter().any(|run| run.contains(number)),
            Self::Uuid => number.to_u128().is_some(),
        }
    }

    /// A run of `before` that is not wholly covered; `None` where all are.
    pub fn lacks(&self, before: &Self) -> Option<NumberRange> {
        let now = self.merged();
        let within = |run: &NumberRange, whole: &NumberRange| {
            whole.contains(&run.from)
                && match (&run.to, &whole.to) {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(to), Some(last)) => to <= last,
                }
        };
        let mut runs = before.merged().into_iter();
        runs.find(|run| !now.iter().any(|whole| within(run, whole)))
    }

    /// Whether every number is that of a UUID.
    pub fn all_uuids(&self) -> bool {
        let last = |run: &NumberRange| run.to.as_ref().is_some_and(|to| to.to_u128().is_some());
        self.merged().iter().all(last)
    }

    /// The lowest number, and one of as many digits as any that is answered has.
    pub fn extremes(&self) -> Option<(ArcValue, ArcValue)> {
        let merged = self.merged();
        let longest = match &merged.last()?.to {
            Some(to) => to.clone(),
            None => "9".repeat(TEMPLATE_DIGITS_MAX).parse().ok()?,
        };
        Some((merged.first()?.from.clone(), longest))
    }
}

/// Whether a run that begins at `from`, not below the first of `run`, overlaps it or follows it at once.
fn touches(run: &NumberRange, from: &ArcValue) -> bool {
    run.to.as_ref().is_none_or(|to| *from <= to.successor())
}

/// What may stand for something of the arc in texts and addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// Its number, in decimal.
    Number,
    /// It in dot notation.
    Oid,
    /// Its number as a UUID (X.667 6.4).
    Uuid,
}

impl Placeholder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Number, Self::Oid, Self::Uuid];

    /// How it is written.
    pub const fn written(self) -> &'static str {
        match self {
            Self::Number => "{number}",
            Self::Oid => "{oid}",
            Self::Uuid => "{uuid}",
        }
    }
}

/// The text with an arc's number in place of what stands for it. What is put in is of digits, points, letters and hyphens, which
/// stand for themselves in every part of a URI (RFC 3986 2.3).
pub fn filled(text: &str, number: &ArcValue, path: &NodePath) -> String {
    let mut out = text.to_owned();
    for one in Placeholder::ALL {
        if !out.contains(one.written()) {
            continue;
        }
        let with = match one {
            Placeholder::Number => number.to_string(),
            Placeholder::Oid => path.to_string(),
            Placeholder::Uuid => uuid::from_arc(number)
                .map(|uuid| uuid.hyphenated().to_string())
                .unwrap_or_default(),
        };
        out = out.replace(one.written(), &with);
    }
    out
}

/// Whether braces stand only around a placeholder's name.
pub fn is_sound(text: &str) -> bool {
    let mut rest = text.to_owned();
    for one in Placeholder::ALL {
        rest = rest.replace(one.written(), "");
    }
    !rest.contains(['{', '}'])
}

/// What a template says, as it is asked for and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which numbers directly below the arc it covers.
    pub numbers: Numbers,
    /// Titles of each of them, with placeholders.
    pub titles: Vec<Text>,
    /// Descriptions of each of them, with placeholders.
    pub descriptions: Vec<Text>,
    /// Where more is to be had about each of them, with placeholders in the addresses.
    pub services: Vec<Service>,
}

impl Rule {
    /// Every text and address of it.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let texts = self.titles.iter().chain(&self.descriptions);
        let uris = self.services.iter().map(|one| one.uri.as_str());
        texts.map(|one| one.text.as_str()).chain(uris)
    }
}

/// A rule in force, or one that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// What it says.
    pub rule: Rule,
    /// Since when there is one.
    pub since: Timestamp,
    /// Since when it is closed: what it made is withdrawn, and its numbers stay used up.
    pub closed: Option<Timestamp>,
}

impl Template {
    /// Whether the number is used up by the rule, whether or not it is answered for.
    pub fn covers(&self, number: &ArcValue) -> bool {
        self.rule.numbers.contains(number)
    }

    /// Whether a number is answered for: it is covered, and not longer than is answered.
    fn answers(&self, number: &ArcValue) -> bool {
        // A number of more than four bits a digit has too many digits; only shorter ones are written out.
        let short = number.bits() <= 4 * TEMPLATE_DIGITS_MAX;
        self.covers(number) && short && number.to_string().len() <= TEMPLATE_DIGITS_MAX
    }
}

/// The entry that the rule of `superior` makes for a number directly below it; `None` where it makes none. Revision, registrant and
/// contacts are those of the superior.
pub fn made(superior: &Entry, number: &ArcValue) -> Option<Entry> {
    let template = superior.template.as_deref()?;
    if !template.answers(number) {
        return None;
    }
    let path = superior.path.child(number.clone()).ok()?;
    let (rule, above) = (&template.rule, &superior.superior);
    let texts = |texts: &[Text]| {
        let each = texts.iter().map(|one| Text {
            language: one.language.clone(),
            text: filled(&one.text, number, &path),
        });
        each.collect()
    };
    let services = rule.services.iter().map(|one| Service {
        uri: filled(&one.uri, number, &path),
        ..one.clone()
    });
    let gone = template.closed.or(above.withdrawn);
    let mut registrant = superior.registrant.clone();
    if let Some(holding) = &mut registrant {
        holding.since = holding.since.max(template.since);
    }
    Some(Entry {
        revision: superior.revision,
        created: superior.created,
        origin: Origin::Template {
            superior: superior.path.clone(),
        },
        authority: false,
        superior: SuperiorFields {
            state: if gone.is_some() {
                State::Withdrawn
            } else {
                State::Active
            },
            visibility: above.visibility,
            identifiers: Vec::new(),
            labels: Vec::new(),
            long_arcs: Vec::new(),
            // Nothing is registered below what a rule made.
            flags: Flags {
                leaf: true,
                ..Flags::default()
            },
            relation: None,
            withdrawn: gone,
            changed: above.changed,
        },
        holder: HolderFields {
            titles: texts(&rule.titles),
            descriptions: texts(&rule.descriptions),
            services: services.collect(),
            references: Vec::new(),
            contacts: superior.holder.contacts.clone(),
            changed: superior.holder.changed,
        },
        first_registrant: None,
        registrant,
        sponsor: superior.sponsor.clone(),
        delegation: None,
        locks: Locks::default(),
        pending: None,
        plans: Vec::new(),
        suspicion: None,
        check: None,
        confirmed: None,
        label_claims: Vec::new(),
        policy: None,
        template: None,
        sandbox: None,
        applied: None,
        registered: template.since,
        changed: superior.changed,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &str) -> Numbers {
        let run = |part: &str| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            NumberRange {
                from: from.parse().unwrap(),
                to: (!to.is_empty()).then(|| to.parse().unwrap()),
            }
        };
        Numbers::Runs(text.split(',').map(run).collect())
    }

    #[test]
    fn a_rule_is_widened_and_never_narrowed() {
        for (before, now, lacks) in [
            ("1000-", "1000-", None),
            ("1000-", "1-", None),
            ("1000-", "1001-", Some("1000")),
            ("1000-", "1-2000", Some("1000")),
            ("10-19,30-39", "30-39,10-19", None),
            ("10-19,20-29", "10-29", None),
            ("10-29", "10-19,20-29", None),
            ("10-29", "10-19,21-29", Some("10")),
            ("10-19,30-39", "10-19", Some("30")),
            ("5", "1-9", None),
        ] {
            let missing = runs(now).lacks(&runs(before));
            let missing = missing.map(|run| run.from.to_string());
            assert_eq!(missing.as_deref(), lacks, "{before} to {now}");
        }
        assert_eq!(runs("0-").lacks(&Numbers::Uuid), None);
        assert!(Numbers::Uuid.lacks(&runs("0-")).is_some());
    }

    #[test]
    fn one_past_the_last_uuid_is_no_uuid() {
        let last = ArcValue::from(u128::MAX);
        assert!(Numbers::Uuid.contains(&last) && Numbers::Uuid.all_uuids());
        assert!(!Numbers::Uuid.contains(&last.successor()));
        assert!(!runs("0-").all_uuids());
    }

    #[test]
    fn a_number_one_digit_too_long_is_used_up_and_not_answered() {
        let template = Template {
            rule: Rule {
                numbers: runs("1-"),
                titles: Vec::new(),
                descriptions: Vec::new(),
                services: Vec::new(),
            },
            since: Timestamp::default(),
            closed: None,
        };
        let number = |digits: usize| "9".repeat(digits).parse::<ArcValue>().unwrap();
        assert!(template.answers(&number(TEMPLATE_DIGITS_MAX)));
        let long = number(TEMPLATE_DIGITS_MAX + 1);
        assert!(template.covers(&long) && !template.answers(&long));
    }

    #[test]
    fn only_known_names_stand_in_braces() {
        for (text, sound) in [
            ("Meter {number}", true),
            ("{oid}/{uuid}/{number}", true),
            ("nothing", true),
            ("{Number}", false),
            ("{serial}", false),
            ("{{number}}", false),
            ("{num{oid}ber}", false),
            ("}", false),
        ] {
            assert_eq!(is_sound(text), sound, "{text}");
        }
        let path: NodePath = "2.25.1".parse().unwrap();
        let number = ArcValue::new(1);
        assert_eq!(
            filled("{oid} {number} {uuid}", &number, &path),
            "2.25.1 1 00000000-0000-0000-0000-000000000001"
        );
    }
}
