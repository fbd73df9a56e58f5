//! The one place that writes answers: data to the standard output, all else to the standard error.
//!
//! It must never mix the two, and it writes no colour where a terminal is not reading or `NO_COLOR` is set.

use std::{
    cell::RefCell,
    io::{self, BufWriter, IsTerminal as _, Write},
};

use serde::Serialize;

use crate::cli::{
    args::Format,
    failure::Failure,
    settings::Environment,
    table::{Palette, aligned},
};

/// Octets kept back before they are written out.
const BUFFER_BYTES: usize = 64 * 1024;

/// Where answers go.
pub struct Output {
    /// How answers are written.
    pub format: Format,
    /// The colours of the standard output.
    pub palette: Palette,
    width: Option<u16>,
    data: RefCell<BufWriter<Box<dyn Write>>>,
}

impl Output {
    /// The standard output.
    pub fn standard(format: Format, environment: Environment<'_>) -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let wanted = environment("NO_COLOR").is_none_or(|text| text.is_empty())
            && environment("TERM").is_none_or(|name| name != "dumb");
        let width = terminal.then(|| terminal_width(environment)).flatten();
        Self::new(
            format,
            Palette::new(terminal && wanted),
            width,
            Box::new(stdout),
        )
    }

    /// Any other place; `width` is that of a terminal, in columns.
    pub fn new(format: Format, palette: Palette, width: Option<u16>, to: Box<dyn Write>) -> Self {
        Self {
            format,
            palette,
            width,
            data: RefCell::new(BufWriter::with_capacity(BUFFER_BYTES, to)),
        }
    }

    /// Whether people read the answer.
    pub const fn is_for_people(&self) -> bool {
        matches!(self.format, Format::Human | Format::Table)
    }

    /// Writes text as it is.
    pub fn text(&self, text: &str) -> Result<(), Failure> {
        Ok(self.data.borrow_mut().write_all(text.as_bytes())?)
    }

    /// Writes octets as they are.
    pub fn octets(&self, octets: &[u8]) -> Result<(), Failure> {
        Ok(self.data.borrow_mut().write_all(octets)?)
    }

    /// Writes aligned columns.
    pub fn table(&self, heading: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
        self.text(&aligned(heading, rows, self.palette, self.width))
    }

    /// Writes one answer for programs.
    pub fn one(&self, answer: &impl Serialize) -> Result<(), Failure> {
        let mut data = self.data.borrow_mut();
        match self.format {
            Format::Human | Format::Table | Format::Json => {
                serde_json::to_writer_pretty(&mut *data, answer)?;
                data.write_all(b"\n")?;
            }
            Format::Jsonl => {
                serde_json::to_writer(&mut *data, answer)?;
                data.write_all(b"\n")?;
            }
            Format::Yaml => data.write_all(serde_norway::to_string(answer)?.as_bytes())?,
        }
        Ok(())
    }

    /// Writes a list of answers for programs: one document, or one line each.
    pub fn many<T: Serialize>(&self, answers: &[T]) -> Result<(), Failure> {
        if self.format == Format::Jsonl {
            return answers.iter().try_for_each(|answer| self.one(answer));
        }
        self.one(&answers)
    }

    /// Writes one answer of a list without end: one line, or one YAML document.
    pub fn next(&self, answer: &impl Serialize) -> Result<(), Failure> {
        let mut data = self.data.borrow_mut();
        if self.format == Format::Yaml {
            data.write_all(b"---\n")?;
            data.write_all(serde_norway::to_string(answer)?.as_bytes())?;
        } else {
            serde_json::to_writer(&mut *data, answer)?;
            data.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes out what was kept back.
    pub fn flush(&self) -> Result<(), Failure> {
        Ok(self.data.borrow_mut().flush()?)
    }
}

/// Tells people something on the standard error. That nobody listens is no failure.
pub fn note(text: &str) {
    let _deaf = io::stderr()
        .lock()
        .write_all(format!("{text}\n").as_bytes());
}

/// The columns of the terminal, as far as the environment or the terminal tell.
fn terminal_width(environment: Environment<'_>) -> Option<u16> {
    let told = environment("COLUMNS").and_then(|text| text.parse().ok());
    told.or_else(|| comfy_table::Table::new().width())
        .filter(|width| *width > 0)
}

#[cfg(test)]
mod tests {
    use std::{
        rc::Rc,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(octets)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[track_caller]
    fn check(format: Format, expect: &str) {
        let kept = Kept::default();
        let output = Output::new(format, Palette::new(false), None, Box::new(kept.clone()));
        output.many(&["a", "b"]).unwrap();
        output.next(&"c").unwrap();
        output.flush().unwrap();
        assert_eq!(
            String::from_utf8(kept.0.lock().unwrap().clone()).unwrap(),
            expect
        );
        let _unshared = Rc::new(output);
    }

    #[test]
    fn lists_for_programs() {
        check(Format::Json, "[\n  \"a\",\n  \"b\"\n]\n\"c\"\n");
        check(Format::Jsonl, "\"a\"\n\"b\"\n\"c\"\n");
        check(Format::Yaml, "- a\n- b\n---\nc\n");
    }
}
