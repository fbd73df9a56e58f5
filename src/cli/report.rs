//! A failure as one object for programs, on the standard error where `-o json`, `jsonl` or `yaml` is wished.
//!
//! It says what [`Failure::told`] says to people, in fields. Their names are never changed; what is not known is left out.

use std::ffi::OsString;

use clap::ValueEnum as _;
use serde::Serialize;

use crate::{
    cli::{
        args::Format,
        failure::{Failure, Refused, advice},
        output::note,
        settings::Environment,
    },
    model::refusal::Code,
};

/// A failure.
#[derive(Debug, Default, Serialize)]
struct Report<'a> {
    /// What kind of failure, as a word.
    error: &'static str,
    /// The exit code.
    exit: u8,
    message: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u16>,
    #[serde(skip_serializing_if = "str::is_empty")]
    field: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    value: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    nearest: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    clause: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Also<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u128>,
    /// Under which name the request may be repeated, where it is in doubt whether it was carried out.
    #[serde(skip_serializing_if = "str::is_empty")]
    request_id: &'a str,
    /// What to do next.
    #[serde(skip_serializing_if = "str::is_empty")]
    help: &'a str,
    /// The command that explains the code.
    #[serde(skip_serializing_if = "String::is_empty")]
    explain: String,
}

/// One more fault of the same request.
#[derive(Debug, Serialize)]
struct Also<'a> {
    field: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    code: &'a str,
}

/// Tells a failure on the standard error, in the form that was wished.
pub fn tell(failure: &Failure, format: Format) {
    if matches!(failure, Failure::BrokenPipe) {
        return;
    }
    let text = match format {
        Format::Human | Format::Table => failure.told(),
        Format::Json | Format::Jsonl => serde_json::to_string(&of(failure)).unwrap_or_default(),
        Format::Yaml => serde_norway::to_string(&of(failure)).unwrap_or_default(),
    };
    note(text.trim_end());
}

/// The form that was wished on a command line that cannot be read as a whole.
pub fn wished(typed: &[OsString], environment: Environment<'_>) -> Format {
    let words: Vec<_> = typed.iter().filter_map(|word| word.to_str()).collect();
    let beside = |word: &str| {
        let long = word.strip_prefix("--output=");
        long.or_else(|| word.strip_prefix("-o").filter(|rest| !rest.is_empty()))
            .map(|format| format.trim_start_matches('=').to_owned())
    };
    let behind = words
        .windows(2)
        .find_map(|pair| matches!(pair, ["-o" | "--output", _]).then(|| pair.last()))
        .flatten()
        .map(|format| (*format).to_owned());
    let named = behind.or_else(|| words.iter().find_map(|word| beside(word)));
    named
        .or_else(|| environment("OIDRA_OUTPUT"))
        .and_then(|word| Format::from_str(&word, true).ok())
        .unwrap_or_default()
}

fn of(failure: &Failure) -> Report<'_> {
    let exit = failure.exit_code();
    let plain = |error, message: &str| Report {
        error,
        exit,
        message: message.to_owned(),
        ..Report::default()
    };
    match failure {
        Failure::Usage(message) => plain("usage", message),
        Failure::Config(message) => plain("configuration", message),
        Failure::Fault(message) => plain("fault", message),
        Failure::Declined => plain("declined", "nothing was changed"),
        Failure::BrokenPipe => plain("broken-pipe", ""),
        Failure::Unreachable { server, cause, .. } => plain(
            "unreachable",
            &format!("nobody answers at {server}: {cause}"),
        ),
        Failure::Refused(refused) => refusal(refused, exit),
        Failure::InDoubt { request_id, cause } => Report {
            request_id,
            ..of(cause)
        },
    }
}

fn refusal(refused: &Refused, exit: u8) -> Report<'_> {
    let known = Code::named(&refused.code);
    let also = refused.also.iter();
    Report {
        error: if refused.unavailable {
            "unavailable"
        } else {
            "refused"
        },
        exit,
        message: refused.sentence.clone(),
        code: &refused.code,
        number: known.map(Code::number),
        field: &refused.field,
        value: &refused.value,
        nearest: &refused.nearest,
        clause: &refused.clause,
        also: also
            .map(|(field, message, code)| Also {
                field,
                message,
                code,
            })
            .collect(),
        retry_after_ms: refused.retry_after_millis,
        request_id: "",
        help: known.and_then(advice).unwrap_or(&refused.next),
        explain: known
            .map(|code| format!("oidctl explain {}", code.name()))
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &[&str], variable: Option<&str>, expect: Format) {
        let typed: Vec<OsString> = typed.iter().map(OsString::from).collect();
        let got = wished(&typed, &|_| variable.map(str::to_owned));
        assert_eq!(got, expect, "{typed:?}");
    }

    #[test]
    fn the_form_is_found_on_a_line_that_is_wrong() {
        check(&["oidctl", "nonsense", "-o", "json"], None, Format::Json);
        check(&["oidctl", "-ojsonl", "nonsense"], None, Format::Jsonl);
        check(&["oidctl", "--output=yaml"], Some("json"), Format::Yaml);
        check(&["oidctl", "--output", "table"], None, Format::Table);
        check(&["oidctl", "nonsense"], Some("json"), Format::Json);
        check(&["oidctl", "-o", "xml"], None, Format::Human);
        check(&["oidctl", "-o"], None, Format::Human);
    }

    #[test]
    fn a_refusal_is_told_in_fields() {
        let refused = Refused {
            sentence: "5 is active".to_owned(),
            code: "NUMBER_TAKEN".to_owned(),
            clause: "X.660 clause 6.2".to_owned(),
            field: "number".to_owned(),
            value: "5".to_owned(),
            also: vec![("a".to_owned(), "b".to_owned(), String::new())],
            ..Refused::default()
        };
        let failure = Failure::Refused(Box::new(refused));
        let told = serde_json::to_string(&of(&failure)).unwrap();
        let expect = concat!(
            r#"{"error":"refused","exit":1,"message":"5 is active","code":"NUMBER_TAKEN","number":60,"field":"number","#,
            r#""value":"5","clause":"X.660 clause 6.2","also":[{"field":"a","message":"b"}],"#,
            r#""help":"choose another number, or leave --number out to get the next free one","#,
            r#""explain":"oidctl explain NUMBER_TAKEN"}"#
        );
        assert_eq!(told, expect);
        let doubt = Failure::InDoubt {
            request_id: "q-1".to_owned(),
            cause: Box::new(Failure::Fault("broken".to_owned())),
        };
        let told = serde_json::to_string(&of(&doubt)).unwrap();
        let expect = r#"{"error":"fault","exit":2,"message":"broken","request_id":"q-1"}"#;
        assert_eq!(told, expect);
    }
}
