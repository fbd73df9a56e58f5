//! `convert`: any notation or encoding in, every one out.
//!
//! Everything that needs no register is done here; a server is asked only for names, where that is wished or where the
//! text cannot be understood without them and somebody named a server. It must never panic on rubbish.

mod bulk;
mod form;
mod row;

use std::io;

use tokio::runtime::Runtime;

use crate::{
    cli::{
        args::{ConvertArgs, Format, To},
        card::{notation_fields, pair},
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome, Refused},
        output::note,
        table::clean,
        warning,
    },
    oid::{
        known::KnownArcs,
        notation::{Mode, Names},
    },
    pb::v1,
};

use self::{
    form::{Converted, Fault},
    row::Row,
};

/// The names that are known without a server: those of the reference data that the program carries.
fn names() -> &'static dyn Names {
    KnownArcs::embedded()
}

/// How inputs are converted.
struct Converter<'a> {
    desk: &'a Desk,
    args: &'a ConvertArgs,
    asker: Option<Asker>,
}

/// The way to the server, made when it is first needed.
struct Asker {
    runtime: Runtime,
    client: Client,
}

/// Converts what was typed, or what the standard input brings.
pub fn run(desk: &Desk, args: &ConvertArgs) -> Result<Outcome, Failure> {
    let mut converter = Converter {
        desk,
        args,
        asker: None,
    };
    if args.stdin {
        return bulk::run(&mut converter, &mut io::stdin().lock());
    }
    match args.texts.as_slice() {
        [text] => one(&mut converter, text, ""),
        texts => several(&mut converter, texts),
    }
}

/// Converts one text; what is warned of begins with `about`.
fn one(work: &mut Converter<'_>, text: &str, about: &str) -> Result<Outcome, Failure> {
    let result = work.convert(text)?;
    let output = &work.desk.output;
    if output.is_for_people() {
        output.flush()?;
        warn(about, &result);
    }
    match (result, work.args.to) {
        (Err(fault), _) if output.is_for_people() => Err(refused(fault)),
        (Ok(converted), None) if output.format == Format::Human => {
            card(work, &converted)?;
            Ok(Outcome::Done)
        }
        (Ok(converted), Some(to)) if output.is_for_people() => match form::pick(&converted, to) {
            Some(value) => {
                output.text(&format!("{}\n", clean(&value)))?;
                Ok(Outcome::Done)
            }
            None => Err(no_such(to)),
        },
        (result, to) => {
            let row = Row::new(text, &result, to);
            if output.format == Format::Table {
                output.table(row::HEADING, &[row.cells()])?;
            } else {
                output.one(&row)?;
            }
            Ok(if row.is_good() {
                Outcome::Done
            } else {
                Outcome::No
            })
        }
    }
}

fn several(converter: &mut Converter<'_>, texts: &[String]) -> Result<Outcome, Failure> {
    let output = &converter.desk.output;
    if output.format == Format::Human {
        return several_for_people(converter, texts);
    }
    let mut results = Vec::with_capacity(texts.len());
    for text in texts {
        results.push((text, converter.convert(text)?));
    }
    let rows: Vec<Row<'_>> = results
        .iter()
        .map(|(text, r)| Row::new(text, r, converter.args.to))
        .collect();
    if output.format == Format::Table {
        for (text, result) in &results {
            warn(text, result);
        }
        output.table(
            row::HEADING,
            &rows.iter().map(Row::cells).collect::<Vec<_>>(),
        )?;
    } else {
        output.many(&rows)?;
    }
    Ok(if rows.iter().all(Row::is_good) {
        Outcome::Done
    } else {
        Outcome::No
    })
}

fn several_for_people(converter: &mut Converter<'_>, texts: &[String]) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Done;
    for (place, text) in texts.iter().enumerate() {
        let between = if place > 0 && converter.args.to.is_none() {
            "\n"
        } else {
            ""
        };
        converter.desk.output.text(between)?;
        match one(converter, text, text) {
            Ok(_) => {}
            Err(Failure::Refused(refused)) => {
                converter.desk.output.flush()?;
                note(&format!(
                    "{}: {}",
                    clean(text),
                    Failure::Refused(refused).told().trim_end()
                ));
                outcome = Outcome::No;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(outcome)
}

fn card(work: &Converter<'_>, converted: &Converted) -> Result<(), Failure> {
    let output = &work.desk.output;
    let fields = notation_fields(&converted.notations);
    let rows: Vec<_> = fields.iter().map(|(name, text)| pair(name, text)).collect();
    output.text(&format!(
        "{}\n",
        output.palette.strong(&clean(&converted.notations.dot))
    ))?;
    output.table(&[], &rows)?;
    output.flush()?;
    Ok(())
}

/// Tells what was tolerated and what disagrees in a text that was understood.
fn warn(about: &str, result: &Result<Converted, Fault>) {
    if let Ok(converted) = result {
        warning::tell(about, &converted.tolerated, &converted.disagreements);
    }
}

fn no_such(to: To) -> Failure {
    refused(row::no_such(to))
}

fn refused(fault: Fault) -> Failure {
    let next = if fault.names_wanted.is_some() {
        "a register may know the name: say which server to ask with --server URL"
    } else {
        ""
    };
    Failure::Refused(Box::new(Refused {
        sentence: clean(&fault.message),
        code: fault.code,
        clause: fault.clause,
        next: next.to_owned(),
        ..Refused::default()
    }))
}

impl Converter<'_> {
    fn mode(&self) -> Mode {
        if self.args.strict {
            Mode::Strict
        } else {
            Mode::Lenient
        }
    }

    /// Converts one input. The outer error is one that ends everything, the inner one belongs to the input.
    fn convert(&mut self, input: &str) -> Result<Result<Converted, Fault>, Failure> {
        let here = form::convert(input, self.args.from, self.mode(), names());
        let ask = match &here {
            Ok(converted) => self.args.names.then(|| converted.to_ask().to_owned()),
            Err(fault) => fault
                .names_wanted
                .clone()
                .filter(|_| self.args.names || self.desk.settings.server_named),
        };
        let Some(text) = ask else { return Ok(here) };
        match self.ask(text) {
            Ok(answer) => Ok(Ok(Converted::answered(here.ok(), &answer))),
            Err(Failure::Refused(refused)) if !refused.unavailable => Ok(Err(Fault {
                code: refused.code,
                clause: refused.clause,
                message: refused.sentence,
                names_wanted: None,
            })),
            Err(failure) => Err(failure),
        }
    }

    fn ask(&mut self, text: String) -> Result<v1::ConvertResponse, Failure> {
        let asker = match self.asker.take() {
            Some(asker) => asker,
            None => Asker::new(self.desk)?,
        };
        let asker = self.asker.insert(asker);
        let request = v1::ConvertRequest {
            text,
            strict: self.args.strict,
        };
        let client = &asker.client;
        asker
            .runtime
            .block_on(client.call(&request, async |r| client.notation().convert(r).await))
    }
}

impl Asker {
    fn new(desk: &Desk) -> Result<Self, Failure> {
        let runtime = crate::cli::runtime()?;
        let inside = runtime.enter();
        let client = Client::open(&desk.settings)?;
        drop(inside);
        Ok(Self { runtime, client })
    }
}
