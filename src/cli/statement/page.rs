//! A statement as a page to print (PDF, A4), with the signed statement itself attached: what counts is the attachment, the page
//! is for people.

use krilla::{
    Document,
    color::rgb,
    embed::{AssociationKind, EmbeddedFile, MimeType},
    geom::Point,
    metadata::Metadata,
    page::{Page, PageSettings},
    paint::Fill,
    surface::Surface,
    text::{Font, TextDirection},
};
use rustybuzz::{Direction, Face, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level};
use unicode_width::UnicodeWidthChar as _;

use super::{Statement, rows};

/// `DejaVu` Sans 2.37, which has Latin, Greek, Cyrillic, Arabic and Hebrew letters. Others are shown as boxes.
const FONT: &[u8] = include_bytes!("../../../data/fonts/DejaVuSans.ttf");
/// The page (ISO 216 A4), in points.
const PAGE: (f32, f32) = (595.0, 842.0);
/// The margin, in points.
const MARGIN: f32 = 56.0;
/// Where the values begin, in points.
const VALUES: f32 = 190.0;
/// Columns of a value in one line.
const COLUMNS: usize = 56;
/// The height of a line, in points.
const LINE: f32 = 15.0;
/// Most lines of one value; more are cut, the attachment holds it whole.
const LINES_MAX: usize = 12;
/// The name of the attachment.
const ATTACHMENT: &str = "statement.jws";

/// The page of a statement whose text is `jws`.
pub fn pdf(statement: &Statement, jws: &str) -> Result<Vec<u8>, String> {
    let font = Font::new(FONT.into(), 0).ok_or("the font cannot be read")?;
    let mut document = Document::new();
    let title = format!("Statement on {}", statement.text("/arc/oid"));
    document.set_metadata(Metadata::new().title(title.clone()));
    let attached = document.embed_file(EmbeddedFile {
        path: ATTACHMENT.to_owned(),
        mime_type: MimeType::new("application/jose"),
        description: Some("The signed statement".to_owned()),
        association_kind: AssociationKind::Source,
        data: jws.trim().as_bytes().to_vec().into(),
        modification_date: None,
        compress: Some(false),
        location: None,
    });
    attached.ok_or("the statement cannot be attached")?;
    let mut sheet = Sheet {
        font,
        face: Face::from_slice(FONT, 0).ok_or("the font cannot be read")?,
        lines: Vec::new(),
    };
    sheet.say(0.0, 18.0, &title);
    sheet.down(1.5);
    for (name, value) in rows(statement) {
        sheet.pair(name, &value);
    }
    sheet.down(1.0);
    for line in [
        "This page repeats what the attached file statement.jws says, which alone is signed (RFC 7515, Ed25519).",
        "Check it with the public key of the registration authority:",
        "oidctl statement verify statement.jws --authority-key KEY",
    ] {
        sheet.say(0.0, 8.0, line);
        sheet.down(0.9);
    }
    sheet.draw(&mut document)?;
    document.finish().map_err(|why| format!("{why:?}"))
}

/// Texts with their places, from the top of the first page on, in lines.
struct Sheet {
    font: Font,
    face: Face<'static>,
    lines: Vec<(f32, f32, f32, String)>,
}

impl Sheet {
    fn depth(&self) -> f32 {
        self.lines.last().map_or(0.0, |(_, depth, _, _)| *depth)
    }

    /// A text at the present depth.
    fn say(&mut self, left: f32, size: f32, text: &str) {
        let depth = self.depth();
        self.lines.push((left, depth, size, text.to_owned()));
    }

    /// So many lines further down.
    fn down(&mut self, lines: f32) {
        let depth = self.depth() + lines;
        self.lines.push((0.0, depth, 0.0, String::new()));
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.say(0.0, 10.0, name);
        let broken = broken(value);
        let cut = broken.len() > LINES_MAX;
        for (at, line) in broken.iter().take(LINES_MAX).enumerate() {
            if at > 0 {
                self.down(1.0);
            }
            let last = cut && at + 1 == LINES_MAX;
            let line = if last {
                format!("{line} …")
            } else {
                line.clone()
            };
            self.say(VALUES - MARGIN, 10.0, &line);
        }
        self.down(1.2);
    }

    /// Draws everything, on as many pages as it takes.
    fn draw(&self, document: &mut Document) -> Result<(), String> {
        let per_page = (PAGE.1 - 2.0 * MARGIN) / LINE;
        let mut first = 0.0;
        let mut lines = self.lines.iter().peekable();
        loop {
            let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("a page cannot be made")?;
            let mut page: Page<'_> = document.start_page_with(settings);
            let mut surface = page.surface();
            surface.set_fill(Some(Fill {
                paint: rgb::Color::new(0, 0, 0).into(),
                ..Fill::default()
            }));
            while let Some((left, depth, size, text)) =
                lines.next_if(|(_, depth, _, _)| depth - first < per_page)
            {
                self.put(&mut surface, *left, depth - first, *size, text);
            }
            surface.finish();
            page.finish();
            match lines.peek() {
                Some((_, depth, _, _)) => first = *depth,
                None => return Ok(()),
            }
        }
    }

    /// Draws a line, its parts in the order in which they are read from left to right (UAX #9).
    fn put(&self, surface: &mut Surface<'_>, left: f32, depth: f32, size: f32, text: &str) {
        let mut left = MARGIN + left;
        let height = MARGIN + 12.0 + depth * LINE;
        let order = BidiInfo::new(text, Some(Level::ltr()));
        for paragraph in &order.paragraphs {
            let (levels, runs) = order.visual_runs(paragraph, paragraph.range.clone());
            for run in runs {
                let to_left = levels.get(run.start).is_some_and(Level::is_rtl);
                let Some(part) = text.get(run) else { continue };
                let (direction, font) = if to_left {
                    (TextDirection::RightToLeft, self.font.clone())
                } else {
                    (TextDirection::LeftToRight, self.font.clone())
                };
                let place = Point::from_xy(left, height);
                surface.draw_text(place, font, size, part, false, direction);
                left += self.width(part, to_left) * size;
            }
        }
    }

    /// How wide a part of a line is, in units of its size.
    fn width(&self, part: &str, to_left: bool) -> f32 {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(part);
        buffer.guess_segment_properties();
        buffer.set_direction(if to_left {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        });
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        let advances = shaped.glyph_positions().iter();
        let width: i32 = advances.map(|glyph| glyph.x_advance).sum();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a line is a few thousand units wide"
        )]
        let width = width as f32;
        width / self.font.units_per_em()
    }
}

/// A text in lines of at most [`COLUMNS`], broken at blanks where there are any; control characters are blanks.
fn broken(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut columns) = (String::new(), 0);
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        let width = c.width().unwrap_or(0);
        if columns + width > COLUMNS {
            let rest = match line.rsplit_once(' ') {
                Some((before, after)) if !before.is_empty() => {
                    let (kept, rest) = (before.len(), after.to_owned());
                    line.truncate(kept);
                    rest
                }
                _ => String::new(),
            };
            lines.push(std::mem::replace(&mut line, rest));
            columns = line
                .chars()
                .filter_map(unicode_width::UnicodeWidthChar::width)
                .sum();
        }
        line.push(c);
        columns += width;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_blanks_where_there_are_any() {
        let words = "word ".repeat(30);
        for line in broken(&words) {
            assert!(line.len() <= COLUMNS, "{line}");
            assert!(line.trim().split(' ').all(|word| word == "word"), "{line}");
        }
        let long = broken(&"x".repeat(COLUMNS * 2 + 1));
        assert_eq!(
            long.iter().map(String::len).collect::<Vec<_>>(),
            [COLUMNS, COLUMNS, 1]
        );
        assert_eq!(broken(""), [""]);
        assert_eq!(broken("a\nb"), ["a b"]);
    }
}
