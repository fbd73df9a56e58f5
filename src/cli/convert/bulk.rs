//! One input a line from the standard input, one row each to the standard output, streaming.
//!
//! A line that fails is a row like the others and is remembered in the outcome. It must never keep more than one line,
//! and never stop or panic because of what a line holds.

use std::io::BufRead;

use crate::cli::{
    args::{Format, To},
    convert::{
        Converter,
        form::{Converted, Fault, pick},
        row::{Row, no_such},
        warn,
    },
    failure::{Failure, Outcome},
    output::{Output, note},
    table::clean,
};

/// Most octets of one line.
pub const LINE_BYTES_MAX: usize = 128 * 1024;
/// Most characters of a line that was too long which its row quotes.
const QUOTED_CHARS_MAX: usize = 120;

/// What a line turned out to be.
enum Line {
    /// There are no more.
    End,
    /// One, without its end.
    Whole,
    /// One that is longer than is taken; its beginning was kept.
    TooLong,
}

/// Converts line after line.
pub fn run(converter: &mut Converter<'_>, input: &mut impl BufRead) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Done;
    let mut octets = Vec::new();
    let mut rows = Rows {
        output: &converter.desk.output,
        to: converter.args.to,
        written: 0,
        line: 0,
    };
    loop {
        let line = read_line(input, &mut octets)?;
        rows.line += 1;
        let (text, result) = match line {
            Line::End => break,
            Line::TooLong => {
                let beginning = String::from_utf8_lossy(&octets);
                let quoted: String = beginning
                    .chars()
                    .take(QUOTED_CHARS_MAX)
                    .chain(['…'])
                    .collect();
                let told = format!("a line of more than {LINE_BYTES_MAX} octets");
                (
                    quoted,
                    Err(Fault::new("LINE_TOO_LONG", "limit of this program", told)),
                )
            }
            Line::Whole => match std::str::from_utf8(&octets) {
                Ok(text) => {
                    let result = converter.convert(text)?;
                    if !rows.write(text, &result)? {
                        outcome = Outcome::No;
                    }
                    continue;
                }
                Err(error) => {
                    let told = format!(
                        "the line is not UTF-8 from octet {} on",
                        error.valid_up_to()
                    );
                    let fault = Fault::new("INPUT_NOT_UTF8", "RFC 3629", told);
                    (String::from_utf8_lossy(&octets).into_owned(), Err(fault))
                }
            },
        };
        rows.write(&text, &result)?;
        outcome = Outcome::No;
    }
    rows.end()?;
    Ok(outcome)
}

/// Reads a line without its end (a line feed, with or without a carriage return before it).
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> Result<Line, Failure> {
    line.clear();
    let mut any = false;
    let mut too_long = false;
    loop {
        let wrong = |error: std::io::Error| {
            Failure::Fault(format!("the standard input cannot be read: {error}"))
        };
        let ready = match input.fill_buf() {
            Ok(ready) => ready,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(wrong(error)),
        };
        if ready.is_empty() {
            break;
        }
        any = true;
        let end = ready.iter().position(|octet| *octet == b'\n');
        let part = ready.get(..end.unwrap_or(ready.len())).unwrap_or_default();
        // Two octets more than a line may have are enough to see that it is too long, with a carriage return or not.
        let room = (LINE_BYTES_MAX + 2).saturating_sub(line.len());
        too_long |= part.len() > room;
        line.extend_from_slice(part.get(..room).unwrap_or(part));
        let taken = part.len() + usize::from(end.is_some());
        input.consume(taken);
        if end.is_some() {
            break;
        }
    }
    if !any {
        return Ok(Line::End);
    }
    if !too_long && line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(if too_long || line.len() > LINE_BYTES_MAX {
        Line::TooLong
    } else {
        Line::Whole
    })
}

/// Where rows go.
struct Rows<'a> {
    output: &'a Output,
    to: Option<To>,
    written: u64,
    line: u64,
}

impl Rows<'_> {
    /// Writes a row and says whether it is a good one.
    fn write(&mut self, text: &str, result: &Result<Converted, Fault>) -> Result<bool, Failure> {
        if self.output.is_for_people() {
            return self.plain(result);
        }
        let row = Row::new(text, result, self.to);
        match self.output.format {
            Format::Json => {
                self.output
                    .text(if self.written == 0 { "[\n" } else { ",\n" })?;
                self.output.octets(&serde_json::to_vec(&row)?)?;
            }
            Format::Yaml => self.output.text(&serde_norway::to_string(&[&row])?)?,
            _ => self.output.next(&row)?,
        }
        self.written += 1;
        Ok(row.is_good())
    }

    /// Writes the form that was wished alone on its line, or tells on the standard error why there is none.
    fn plain(&self, result: &Result<Converted, Fault>) -> Result<bool, Failure> {
        let to = self.to.unwrap_or(To::Dot);
        let fault = match result {
            Ok(converted) => match pick(converted, to) {
                Some(value) => {
                    warn(&format!("line {}", self.line), result);
                    self.output.text(&clean(&value))?;
                    self.output.text("\n")?;
                    return Ok(true);
                }
                None => &no_such(to),
            },
            Err(fault) => fault,
        };
        note(&format!(
            "line {}: {} ({})",
            self.line,
            clean(&fault.message),
            fault.code
        ));
        Ok(false)
    }

    fn end(&self) -> Result<(), Failure> {
        match (self.output.format, self.written) {
            (Format::Json | Format::Yaml, 0) => self.output.text("[]\n"),
            (Format::Json, _) => self.output.text("\n]\n"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8]) -> Vec<(usize, bool)> {
        // A small buffer makes lines fall apart as a pipe does.
        let mut input = std::io::BufReader::with_capacity(7, input);
        let mut line = Vec::new();
        let mut out = Vec::new();
        loop {
            match read_line(&mut input, &mut line).unwrap() {
                Line::End => return out,
                Line::Whole => out.push((line.len(), true)),
                Line::TooLong => out.push((line.len().min(LINE_BYTES_MAX), false)),
            }
        }
    }

    #[test]
    fn lines_end_in_many_ways() {
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"a\n\nbc"), [(1, true), (0, true), (2, true)]);
        assert_eq!(lines(b"a\r\nb\rc\r\n"), [(1, true), (3, true)]);
    }

    #[test]
    fn a_line_one_octet_too_long_is_told_and_the_next_is_whole() {
        let fits = vec![b'1'; LINE_BYTES_MAX];
        assert_eq!(
            lines(&[fits.as_slice(), b"\r\nx\n"].concat()),
            [(LINE_BYTES_MAX, true), (1, true)]
        );
        assert_eq!(
            lines(&[fits.as_slice(), b"1\nx\n"].concat()),
            [(LINE_BYTES_MAX, false), (1, true)]
        );
        let long = vec![b'1'; 3 * LINE_BYTES_MAX];
        assert_eq!(
            lines(&[long.as_slice(), b"\nx"].concat()),
            [(LINE_BYTES_MAX, false), (1, true)]
        );
    }
}
