//! Aligned columns for people: widths are those of a terminal, in any script.
//!
//! It must never pass a control character on: what stands in a register was written by strangers, and a terminal obeys.

use clap::builder::styling::{AnsiColor, Style};
use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};

/// Columns between two cells.
const GAP_COLUMNS: u16 = 2;

/// The colours, or none of them.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    on: bool,
}

impl Palette {
    /// With colours or without.
    pub const fn new(on: bool) -> Self {
        Self { on }
    }

    /// Text that stands out.
    pub fn strong(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// A state in its colour.
    pub fn state(self, word: &str) -> String {
        let colour = match word {
            "active" => AnsiColor::Green,
            "reserved" | "suspended" | "deprecated" => AnsiColor::Yellow,
            "withdrawn" => AnsiColor::Red,
            _ => return word.to_owned(),
        };
        self.paint(colour.on_default(), word)
    }

    /// What is there no longer.
    pub fn gone(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default(), text)
    }

    /// What is new.
    pub fn new_text(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    fn paint(self, style: Style, text: &str) -> String {
        if self.on {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Rows below a heading, as lines without trailing space. With a `width` (in columns of the terminal) long cells wrap.
pub fn aligned(
    heading: &[&str],
    rows: &[Vec<String>],
    palette: Palette,
    width: Option<u16>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    if palette.on {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    if !heading.is_empty() {
        table.set_header(
            heading
                .iter()
                .map(|name| Cell::new(name).add_attribute(Attribute::Bold)),
        );
    }
    for row in rows {
        table.add_row(row.iter().map(|text| Cell::new(clean(text))));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP_COLUMNS));
    }
    let mut out = table.trim_fmt();
    out.push('\n');
    out
}

/// The text with every control character and direction override written out.
pub fn clean(text: &str) -> String {
    if !text.chars().any(is_unsafe) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    #[test]
    fn columns_stand_below_one_another_in_any_script() {
        let rows = ["健康", "Afya", "e\u{301}le\u{301}phant", "ﬀ"]
            .map(|name| vec![name.to_owned(), "x".to_owned()]);
        let text = aligned(&["name", "mark"], &rows, Palette::new(false), None);
        let mut columns: Vec<usize> = Vec::new();
        for line in text.lines().skip(1) {
            columns.push(line.strip_suffix('x').unwrap().width());
        }
        assert_eq!(columns, vec!["éléphant".width() + 2; 4], "{text}");
        assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
        assert_eq!(text.lines().next().unwrap(), "name      mark");
    }

    #[test]
    fn colours_are_left_out_where_they_are_not_wanted() {
        let rows = [vec!["a".to_owned()]];
        assert!(!aligned(&["h"], &rows, Palette::new(false), None).contains('\u{1b}'));
        assert!(aligned(&["h"], &rows, Palette::new(true), None).contains('\u{1b}'));
        assert_eq!(Palette::new(false).state("active"), "active");
        assert!(Palette::new(true).state("active").contains('\u{1b}'));
    }

    #[test]
    fn a_terminal_is_given_no_orders() {
        assert_eq!(clean("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\u{a}");
        assert_eq!(clean("\u{202e}x"), "\\u{202e}x");
        assert_eq!(clean("صحة 健康"), "صحة 健康");
        let rows = [vec!["a\u{7}".to_owned()]];
        assert!(!aligned(&[], &rows, Palette::new(false), None).contains('\u{7}'));
    }
}
