//! One input and what became of it, as one object.

use serde::Serialize;

use crate::cli::{
    args::To,
    convert::form::{Converted, Fault, pick},
    view::{DisagreementView, NotationsView, ToleranceView},
};

/// The heading of [`Row::cells`].
pub const HEADING: &[&str] = &["INPUT", "DOT", "ASN.1", "IRI", "DER"];

/// One input and what became of it.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Row<'a> {
    /// Understood.
    Good {
        input: &'a str,
        ok: bool,
        recognised: &'a str,
        #[serde(flatten)]
        notations: &'a NotationsView,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        disagreements: &'a [DisagreementView],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        tolerated: &'a [ToleranceView],
    },
    /// Understood, and one form of it was wished.
    One {
        input: &'a str,
        ok: bool,
        to: String,
        value: String,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        disagreements: &'a [DisagreementView],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        tolerated: &'a [ToleranceView],
    },
    /// Refused.
    Bad {
        input: &'a str,
        ok: bool,
        code: String,
        message: String,
        clause: String,
    },
}

impl<'a> Row<'a> {
    /// What became of `input`.
    pub fn new(input: &'a str, result: &'a Result<Converted, Fault>, to: Option<To>) -> Self {
        match (result, to) {
            (Err(fault), _) => Self::bad(input, fault),
            (Ok(c), None) => Self::Good {
                input,
                ok: true,
                recognised: &c.recognised,
                notations: &c.notations,
                disagreements: &c.disagreements,
                tolerated: &c.tolerated,
            },
            (Ok(c), Some(to)) => match pick(c, to) {
                Some(value) => Self::One {
                    input,
                    ok: true,
                    to: word(to),
                    value,
                    disagreements: &c.disagreements,
                    tolerated: &c.tolerated,
                },
                None => Self::bad(input, &no_such(to)),
            },
        }
    }

    /// An input that was refused.
    pub fn bad(input: &'a str, fault: &Fault) -> Self {
        Self::Bad {
            input,
            ok: false,
            code: fault.code.clone(),
            message: fault.message.clone(),
            clause: fault.clause.clone(),
        }
    }

    /// Whether it was understood.
    pub const fn is_good(&self) -> bool {
        !matches!(self, Self::Bad { .. })
    }

    /// The cells of a table's row.
    pub fn cells(&self) -> Vec<String> {
        let text = |text: &str| text.to_owned();
        match self {
            Self::Good {
                input,
                notations: n,
                ..
            } => {
                vec![
                    text(input),
                    text(&n.dot),
                    text(&n.asn1),
                    text(&n.iri),
                    text(&n.der),
                ]
            }
            Self::One { input, value, .. } => vec![text(input), text(value)],
            Self::Bad {
                input,
                code,
                message,
                ..
            } => vec![text(input), format!("{code}: {message}")],
        }
    }
}

/// The word for a form, as it is typed.
pub fn word(to: To) -> String {
    use clap::ValueEnum as _;
    to.to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

/// The refusal for a form that a node does not have.
pub fn no_such(to: To) -> Fault {
    Fault::new(
        "FORM_ABSENT",
        "rule of this service",
        format!("this node has no form {}", word(to)),
    )
}
