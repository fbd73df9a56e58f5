//! One answer: how the question came out, and its sections, ready for any format.
//!
//! It holds what the caller may see and nothing else. Its three forms are written from the same fields.

use crate::oid::NodePath;

use super::clean::clean;
use super::fields::{Kind, Section};
use super::request::{BadRequest, Format, Request};
use super::sign::Signer;
use super::{json, text, xml};

/// How a question came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The object is there.
    Found,
    /// It is not, but a superior is known.
    SuperiorFound,
    /// Nothing is known, or nothing is admitted.
    NotFound,
    /// The question could not be answered: it is not well formed, or something is wrong here.
    ServiceError,
}

impl Outcome {
    /// The words of the field `result`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Found => "Found",
            Self::SuperiorFound => "Not found; superior object found",
            Self::NotFound => "Not found",
            Self::ServiceError => "Service error",
        }
    }
}

/// Why a question could not be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The request is not well formed, or asks for what makes no sense.
    Malformed,
    /// More is asked than is answered, of this source or of all.
    TooMuch,
    /// Not now: the register is starting or stopping.
    NotNow,
    /// Something is wrong here, which is logged.
    Fault,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(super) outcome: Outcome,
    pub(super) cause: Option<Cause>,
    pub(super) sections: Vec<Section>,
    pub(super) language: Option<String>,
    pub(super) unveiled: Vec<NodePath>,
    pub(super) object: Option<NodePath>,
}

impl Answer {
    /// An answer that has only its first section.
    pub(super) fn of_query(query: &str, outcome: Outcome) -> Self {
        let mut section = Section::new(Kind::Query);
        section.one("query", query);
        section.one("result", outcome.words());
        Self {
            outcome,
            cause: None,
            sections: vec![section],
            language: None,
            unveiled: Vec::new(),
            object: None,
        }
    }

    fn failed(query: &str, cause: Cause, message: &str) -> Self {
        let mut answer = Self::of_query(query, Outcome::ServiceError);
        answer.cause = Some(cause);
        if let Some(section) = answer.sections.first_mut() {
            section.one("message", clean(message));
            section.one("lang", "en");
        }
        answer.language = Some("en".to_owned());
        answer
    }

    /// The answer to a request that is not well formed.
    pub fn refused(bad: &BadRequest) -> Self {
        Self::failed(&bad.query, Cause::Malformed, &bad.fault.to_string())
    }

    /// The answer to a well-formed request that cannot be answered, for a reason that may be told.
    pub fn unable(request: &Request, cause: Cause, message: &str) -> Self {
        Self::failed(request.query(), cause, message)
    }

    /// Why the question could not be answered; none where it was.
    pub const fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// How the question came out.
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The node it describes: the one asked for, or its nearest superior.
    pub const fn object(&self) -> Option<&NodePath> {
        self.object.as_ref()
    }

    /// The language of its texts, where they have one (for `Content-Language`).
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// The nodes of which it shows more than everybody may see, for the audit log.
    pub fn unveiled(&self) -> &[NodePath] {
        &self.unveiled
    }

    /// Its sections, in order.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// As lines of text that end with CR LF.
    pub fn text(&self) -> String {
        text::write(&self.sections)
    }

    /// As JSON without a signature.
    pub fn json(&self) -> String {
        json::write(&self.sections, None)
    }

    /// As XML.
    pub fn xml(&self) -> String {
        xml::write(&self.sections)
    }

    /// In `format`; JSON is signed where there is a signer.
    pub fn write(&self, format: Format, signer: Option<&Signer>) -> String {
        match format {
            Format::Text => self.text(),
            Format::Json => json::write(&self.sections, signer),
            Format::Xml => self.xml(),
        }
    }
}
