//! The files of the audit log: `<number, 20 digits>.jsonl`, the newest last, each for its owner alone.
//!
//! A line is never cut: one that would make a file larger than it may be begins the next one. It must never touch a file
//! of another name.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use super::{Line, Options};

const DIGITS: usize = 20;
const SUFFIX: &str = ".jsonl";

/// The files, and the one that is written.
pub struct Files {
    options: Options,
    /// None before the first line, and after a failure.
    open: Option<Open>,
}

struct Open {
    file: File,
    number: u64,
    bytes: u64,
}

/// Where a file of this number lies.
pub fn path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{number:0DIGITS$}{SUFFIX}"))
}

/// The numbers of the files that are there, in order; none where there is no directory.
pub fn numbers(directory: &Path) -> io::Result<Vec<u64>> {
    let entries = match fs::read_dir(directory) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let digits = name.to_str().and_then(|name| name.strip_suffix(SUFFIX));
        let whole = |digits: &&str| digits.len() == DIGITS;
        numbers.extend(
            digits
                .filter(whole)
                .and_then(|digits| digits.parse::<u64>().ok()),
        );
    }
    numbers.sort_unstable();
    Ok(numbers)
}

impl Files {
    pub const fn new(options: Options) -> Self {
        Self {
            options,
            open: None,
        }
    }

    /// Writes lines. After a failure the next call opens anew; how much of these lines stands is not known then.
    pub fn append(&mut self, lines: &[Line]) -> io::Result<()> {
        let done = self.try_append(lines);
        if done.is_err() {
            self.open = None;
        }
        done
    }

    fn try_append(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut written = Vec::new();
        for line in lines {
            let line = line.to_json();
            let waiting = size(&written);
            let before = self.open()?.bytes + waiting;
            if before > 0 && before + size(&line) > self.options.bytes_max {
                self.flush(&mut written)?;
                self.next()?;
            }
            written.extend(line);
        }
        self.flush(&mut written)
    }

    fn flush(&mut self, written: &mut Vec<u8>) -> io::Result<()> {
        let open = self.open()?;
        open.file.write_all(written)?;
        open.bytes += size(written);
        written.clear();
        Ok(())
    }

    /// The file that is written: the newest that is there.
    fn open(&mut self) -> io::Result<&mut Open> {
        let open = if let Some(open) = self.open.take() {
            open
        } else {
            let directory = &self.options.directory;
            let mut builder = DirBuilder::new();
            builder.recursive(true).mode(0o700).create(directory)?;
            let newest = numbers(directory)?.last().copied();
            opened(directory, newest.unwrap_or(1))?
        };
        Ok(self.open.insert(open))
    }

    /// Begins the next file, and takes the oldest away where there are too many.
    fn next(&mut self) -> io::Result<()> {
        let directory = &self.options.directory;
        let number = self.open.as_ref().map_or(1, |open| open.number + 1);
        self.open = Some(opened(directory, number)?);
        let numbers = numbers(directory)?;
        let more = numbers.len().saturating_sub(self.options.files_max);
        for number in numbers.into_iter().take(more) {
            fs::remove_file(path(directory, number))?;
        }
        Ok(())
    }
}

/// Opens a file for writing at its end. A line that a crash left torn gets an end, so that the next one is whole.
fn opened(directory: &Path, number: u64) -> io::Result<Open> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true).mode(0o600);
    let mut file = options.open(path(directory, number))?;
    let mut bytes = file.seek(SeekFrom::End(0))?;
    if bytes > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
            bytes += 1;
        }
    }
    Ok(Open {
        file,
        number,
        bytes,
    })
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
