//! Reading the audit log, the newest line first.
//!
//! Files are read from their ends, a piece at a time, while they are written and taken away. It must never read more at
//! once than is borne, and never fail for a line that is torn.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
};

use super::{Line, files};

/// Most bytes that are read for one page.
pub const SCAN_BYTES_MAX: u64 = 16 << 20;
/// Bytes read at once.
const PIECE_BYTES: u64 = 64 << 10;
/// Most bytes of a line; a longer one is none of ours.
const LINE_BYTES_MAX: usize = 256 << 10;

/// Whether a line is wanted; `None` says that no older one is.
pub type Wanted<'a> = dyn Fn(&Line) -> Option<bool> + 'a;

/// Where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the file.
    pub file: u64,
    /// The first byte.
    pub offset: u64,
}

/// Some lines, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The lines.
    pub lines: Vec<Line>,
    /// What lies before this place has not been looked at; none at the end.
    pub next: Option<Place>,
}

/// The lines before `from`; see [`super::Audit::page`].
pub fn page(
    directory: &Path,
    from: Option<Place>,
    size: usize,
    wanted: &Wanted<'_>,
) -> io::Result<Page> {
    let mut page = Page::default();
    let mut left = SCAN_BYTES_MAX;
    let mut numbers = files::numbers(directory)?;
    numbers.retain(|number| from.is_none_or(|from| *number <= from.file));
    for number in numbers.into_iter().rev() {
        let before = from.filter(|from| from.file == number);
        let mut file = match File::open(files::path(directory, number)) {
            // It was taken away meanwhile.
            Err(why) if why.kind() == io::ErrorKind::NotFound => continue,
            file => file?,
        };
        let length = file.seek(SeekFrom::End(0))?;
        let mut backwards = Backwards {
            file,
            end: before.map_or(length, |from| from.offset.min(length)),
            piece: Vec::new(),
        };
        loop {
            if page.lines.len() >= size || left == 0 {
                let offset = backwards.place();
                page.next = Some(Place {
                    file: number,
                    offset,
                });
                return Ok(page);
            }
            let Some(line) = backwards.next(&mut left)? else {
                break;
            };
            let Some(line) = Line::from_json(&line) else {
                continue;
            };
            match wanted(&line) {
                Some(true) => page.lines.push(line),
                Some(false) => {}
                None => return Ok(page),
            }
        }
    }
    Ok(page)
}

/// The lines of a file from its end.
struct Backwards {
    file: File,
    /// What lies before here has not been read.
    end: u64,
    /// What was read from there on and not told yet; it ends where a line ends.
    piece: Vec<u8>,
}

impl Backwards {
    /// Where the lines told so far begin.
    fn place(&self) -> u64 {
        self.end + u64::try_from(self.piece.len()).unwrap_or(u64::MAX)
    }

    /// The line before, without its end; none at the beginning of the file.
    fn next(&mut self, left: &mut u64) -> io::Result<Option<Vec<u8>>> {
        loop {
            let body = self.piece.strip_suffix(b"\n").unwrap_or(&self.piece);
            let found = body.iter().rposition(|byte| *byte == b'\n');
            let start = match found {
                Some(end) => end + 1,
                None if self.end == 0 && self.piece.is_empty() => return Ok(None),
                None if self.end == 0 => 0,
                None => {
                    self.read(left)?;
                    continue;
                }
            };
            let line = self.piece.split_off(start);
            return Ok(Some(line));
        }
    }

    /// Reads the piece before.
    fn read(&mut self, left: &mut u64) -> io::Result<()> {
        let start = self.end.saturating_sub(PIECE_BYTES);
        let mut piece = Vec::new();
        self.file.seek(SeekFrom::Start(start))?;
        (&self.file)
            .take(self.end - start)
            .read_to_end(&mut piece)?;
        *left = left.saturating_sub(self.end - start);
        if self.piece.len() <= LINE_BYTES_MAX {
            piece.append(&mut self.piece);
        }
        self.piece = piece;
        self.end = start;
        Ok(())
    }
}
