//! An answer of OID-IP in its text form, as far as following needs it (Standard 2, text format).
//!
//! Lines may end in LF alone, comment lines are passed over, unknown fields are kept. It must never take what is no answer
//! for one: without one of the four results it is none.

/// Most fields of an answer; more is none.
pub const FIELDS_MAX: usize = 10_000;

const RESULTS: [&str; 4] = [
    "Found",
    "Not found; superior object found",
    "Not found",
    "Service error",
];

/// The fields of an answer, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    fields: Vec<(String, String)>,
}

impl Answer {
    /// Reads the text form.
    pub(super) fn read(octets: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(octets).map_err(|_| "an answer that is not UTF-8")?;
        let mut fields = Vec::new();
        for line in text.trim_start_matches('\u{feff}').lines() {
            if line.trim().is_empty() || line.starts_with('%') {
                continue;
            }
            let (name, value) = line
                .split_once(':')
                .ok_or("an answer that is none of OID-IP")?;
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
            if fields.len() > FIELDS_MAX {
                return Err(format!("an answer of more than {FIELDS_MAX} fields"));
            }
        }
        let answer = Self { fields };
        if RESULTS.contains(&answer.result()) {
            Ok(answer)
        } else {
            Err("an answer that is none of OID-IP".to_owned())
        }
    }

    /// The value of a field's first line; empty where it is not there.
    pub(super) fn value(&self, name: &str) -> &str {
        let mut fields = self.fields.iter();
        let field = fields.find(|(known, _)| known == name);
        field.map_or("", |(_, value)| value.as_str())
    }

    /// How the question came out.
    pub(super) fn result(&self) -> &str {
        self.value("result")
    }

    /// Where to ask on.
    pub(super) fn services(&self) -> Vec<String> {
        let fields = self.fields.iter();
        let services = fields.filter(|(name, _)| name == "oidip-service");
        services.map(|(_, address)| address.clone()).collect()
    }

    pub(super) fn into_fields(self) -> Vec<(String, String)> {
        self.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_is_not_taken_for_one() {
        let told = Answer::read(
            b"% hello\nquery:oid:2.999.1\r\nresult: Not found; superior object found\r\ndistance:  1\r\n\r\n\
              object: oid:2.999\noidip-service:\thttps://a.example/\noidip-service: b.example:43\n% end\n",
        )
        .unwrap();
        assert_eq!(told.services(), ["https://a.example/", "b.example:43"]);
        assert_eq!(
            (told.value("distance"), told.value("object")),
            ("1", "oid:2.999")
        );
        for text in [
            "",
            "<html>",
            "result: found",
            "query: x",
            "result\n",
            "\u{fffd}result: Found\u{0}",
        ] {
            assert!(Answer::read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Answer::read(b"\xff\xfe").is_err());
        let many = |count: usize| format!("result: Found\n{}", "a:b\n".repeat(count - 1));
        assert!(Answer::read(many(FIELDS_MAX).as_bytes()).is_ok());
        assert!(Answer::read(many(FIELDS_MAX + 1).as_bytes()).is_err());
    }
}
