//! One request as handlers see it: its query, what it accepts, who calls, at which revision it wants to read.
//!
//! A parameter that is given twice is refused: one of the two would be passed over in silence. Parameters that nobody knows
//! are passed over, as the web does.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;

use crate::{
    desk::Call,
    model::{Code, Refusal, Rejection},
    register::{ReadAt, Reading, Register},
};

use super::{format::Format, negotiate::Accept};

/// The parameters of a query (`application/x-www-form-urlencoded`).
#[derive(Clone, Debug, Default)]
pub struct Query {
    raw: String,
    pairs: Vec<(String, String)>,
}

impl Query {
    /// The parameters of what follows the question mark.
    pub fn parse(raw: &str) -> Self {
        Self {
            raw: raw.to_owned(),
            pairs: form_urlencoded::parse(raw.as_bytes())
                .into_owned()
                .collect(),
        }
    }

    /// The query as it came.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The value of a parameter that is not empty.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut found = self.pairs.iter().filter(|(known, _)| known == name);
        let first = found.next().map(|(_, value)| value.as_str());
        if found.next().is_some() {
            let detail = "a parameter is given once";
            return Err(Refusal::new(Code::DuplicateValue, name, detail));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// The value of a parameter that must be there.
    pub fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.one(name)?.ok_or_else(|| {
            let detail = format!("the parameter {name} is needed");
            Refusal::new(Code::FieldRequired, name, detail)
        })
    }

    /// A whole number of a parameter.
    pub fn number(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let Some(text) = self.one(name)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            let detail = "must be a whole number, in decimal digits";
            Refusal::new(Code::FieldInvalid, name, detail).value(text)
        })
    }

    /// Whether a parameter is `true`.
    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.one(name)? {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(text) => {
                let detail = "must be true or false";
                Err(Refusal::new(Code::FieldInvalid, name, detail).value(text))
            }
        }
    }

    /// The representation that `format` asks for.
    pub fn format(&self) -> Result<Option<Format>, Refusal> {
        let Some(word) = self.one("format")? else {
            return Ok(None);
        };
        Format::named(word).map(Some).ok_or_else(|| {
            let known: Vec<_> = Format::ALL.into_iter().map(Format::word).collect();
            let detail = format!("must be one of {}", known.join(", "));
            Refusal::new(Code::FieldInvalid, "format", detail).value(word)
        })
    }

    /// Which revision is asked for; of exactly one and of a moment at once is refused.
    pub fn read_at(&self) -> Result<ReadAt, Refusal> {
        let word = |name| Ok::<_, Refusal>(self.one(name)?.unwrap_or_default());
        ReadAt::asked(
            word("at_least_revision")?,
            word("as_of_revision")?,
            word("as_of_time")?,
            "",
        )
    }
}

/// One request.
pub struct Ask {
    /// The type of its body.
    pub content_type: Option<HeaderValue>,
    /// The languages that it likes.
    pub accept_language: Option<HeaderValue>,
    /// Its parameters.
    pub query: Query,
    /// What it accepts.
    pub accept: Accept,
    /// Its body; only a batch has one.
    pub body: Bytes,
    /// Who calls.
    pub call: Arc<Call>,
}

impl Ask {
    /// The reading that it asks for; the newest unless it says otherwise.
    pub async fn reading(&self, register: &Register) -> Result<Reading, Rejection> {
        let at = self.query.read_at()?;
        if at == ReadAt::default() {
            return Ok(register.newest());
        }
        register.reading(&at).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_once() {
        let query = Query::parse("oid=2.999+1&strict=true&n=7&e=&a=1&a=2&format=yaml");
        assert_eq!(query.one("oid"), Ok(Some("2.999 1")));
        assert_eq!(query.flag("strict"), Ok(true));
        assert_eq!(query.number("n"), Ok(Some(7)));
        assert_eq!(query.one("e"), Ok(None));
        assert_eq!(query.one("a").unwrap_err().code, Code::DuplicateValue);
        assert_eq!(query.needed("z").unwrap_err().code, Code::FieldRequired);
        assert_eq!(query.number("oid").unwrap_err().code, Code::FieldInvalid);
        assert_eq!(query.format().unwrap_err().code, Code::FieldInvalid);
    }

    #[test]
    fn a_revision_or_a_moment() {
        let at = Query::parse("as_of_time=2026-03-03").read_at().unwrap();
        assert!(at.as_of_time.is_some() && at.as_of_revision.is_none());
        let code = |raw: &str| Query::parse(raw).read_at().unwrap_err().code;
        assert_eq!(code("as_of_time=x"), Code::MomentSyntax);
        assert_eq!(code("as_of_time=2026&as_of_revision=1"), Code::FieldInvalid);
    }
}
