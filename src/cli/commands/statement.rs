//! `statement`: what the register says of an arc, signed, and checking it without a register.

use std::{fs, path::Path};

use crate::{
    cli::{
        args::{StatementGetArgs, StatementVerifyArgs},
        card::pair,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome, Refused},
        output::note,
        statement::{Statement, key, load, pdf, rows},
    },
    pb::v1,
};

/// Asks for a statement, and keeps it where that was said.
pub async fn get(desk: &Desk, client: &Client, args: StatementGetArgs) -> Result<Outcome, Failure> {
    let request = v1::GetStatementRequest {
        oid: args.oid,
        read: desk.read_options(),
    };
    let send = async |r| client.resolution().get_statement(r).await;
    let answer = client.call(&request, send).await?;
    let fault = |why: String| Failure::Fault(format!("the server's statement: {why}"));
    let statement = Statement::read(&answer.jws).map_err(fault)?;
    if let Some(file) = &args.save {
        write(file, format!("{}\n", answer.jws).as_bytes())?;
    }
    if let Some(file) = &args.pdf {
        write(file, &pdf(&statement, &answer.jws).map_err(fault)?)?;
    }
    if args.save.is_none() && args.pdf.is_none() {
        desk.output.text(&format!("{}\n", answer.jws))?;
    } else {
        show(desk, &statement)?;
    }
    Ok(Outcome::Done)
}

fn write(file: &Path, octets: &[u8]) -> Result<(), Failure> {
    fs::write(file, octets)
        .map_err(|error| Failure::Config(format!("{} cannot be written: {error}", file.display())))
}

/// Checks a statement. Asks nobody.
pub fn verify(desk: &Desk, args: &StatementVerifyArgs) -> Result<Outcome, Failure> {
    let file = &args.file;
    let wrong = |why: String| {
        let sentence = format!("{}: {why}", file.display());
        Failure::Refused(Box::new(Refused {
            sentence,
            ..Refused::default()
        }))
    };
    let text = load(file).map_err(wrong)?;
    let key = key(&args.authority_key)
        .map_err(|why| Failure::Usage(format!("--authority-key: {why}")))?;
    let statement = Statement::read(&text).map_err(wrong)?;
    statement.check(&key).map_err(wrong)?;
    show(desk, &statement)?;
    desk.output.flush()?;
    note(
        "The signature is good. What it says was so as of that moment; ask the register what is so now.",
    );
    Ok(Outcome::Done)
}

fn show(desk: &Desk, statement: &Statement) -> Result<(), Failure> {
    if !desk.output.is_for_people() {
        return desk.output.one(&statement.claims);
    }
    let rows: Vec<_> = rows(statement)
        .iter()
        .map(|(name, text)| pair(name, text))
        .collect();
    desk.output.table(&[], &rows)
}
