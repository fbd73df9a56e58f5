//! `explain`: the pages of the refusals, which are part of the program and need no server.

use serde::Serialize;

use crate::{
    cli::{
        args::ExplainArgs,
        desk::Desk,
        failure::{Failure, Outcome},
        table::clean,
    },
    model::refusal::{Class, Code},
};

#[derive(Serialize)]
struct Explained {
    code: &'static str,
    number: u16,
    class: &'static str,
    transient: bool,
    clause: &'static str,
    summary: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'static str>,
}

impl Explained {
    fn of(code: Code, whole: bool) -> Self {
        Self {
            code: code.name(),
            number: code.number(),
            class: class(code.class()),
            transient: code.transient(),
            clause: code.clause(),
            summary: code.summary(),
            page: whole.then(|| code.page()),
        }
    }
}

const fn class(class: Class) -> &'static str {
    match class {
        Class::Malformed => "malformed",
        Class::Unauthenticated => "unauthenticated",
        Class::Denied => "denied",
        Class::NotFound => "not-found",
        Class::Taken => "taken",
        Class::NotNow => "not-now",
        Class::Exhausted => "exhausted",
        Class::Moved => "moved",
        Class::Unavailable => "unavailable",
    }
}

/// Explains one refusal, or lists all of them.
pub fn run(desk: &Desk, args: &ExplainArgs) -> Result<Outcome, Failure> {
    let Some(asked) = &args.code else {
        return all(desk);
    };
    let found = match asked.parse() {
        Ok(number) => Code::numbered(number),
        Err(_) => Code::named(asked.trim()),
    };
    let Some(code) = found else {
        return Err(unknown(asked));
    };
    if desk.output.is_for_people() {
        desk.output.text(code.page())?;
    } else {
        desk.output.one(&Explained::of(code, true))?;
    }
    Ok(Outcome::Done)
}

fn all(desk: &Desk) -> Result<Outcome, Failure> {
    if desk.output.is_for_people() {
        let rows: Vec<_> = Code::ALL
            .iter()
            .map(|code| {
                vec![
                    code.number().to_string(),
                    code.name().to_owned(),
                    code.summary().to_owned(),
                ]
            })
            .collect();
        desk.output.table(&["NUMBER", "CODE", "MEANING"], &rows)?;
    } else {
        desk.output.many(
            &Code::ALL
                .iter()
                .map(|code| Explained::of(*code, false))
                .collect::<Vec<_>>(),
        )?;
    }
    Ok(Outcome::Done)
}

fn unknown(asked: &str) -> Failure {
    let asked_words: Vec<String> = asked
        .to_ascii_uppercase()
        .split('_')
        .map(str::to_owned)
        .collect();
    let shares = |code: &&Code| {
        code.name()
            .split('_')
            .any(|word| word.len() > 2 && asked_words.iter().any(|asked| asked == word))
    };
    let near: Vec<&str> = Code::ALL
        .iter()
        .filter(shares)
        .map(|code| code.name())
        .collect();
    let near = if near.is_empty() {
        String::new()
    } else {
        format!(" Perhaps you mean {}.", near.join(", "))
    };
    Failure::refused(
        "",
        "",
        format!(
            "{:?} is no code of a refusal.{near} All of them: oidctl explain",
            clean(asked)
        ),
    )
}
