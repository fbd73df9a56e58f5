//! `tree`: a subtree, drawn with names.
//!
//! It must never keep whole entries of a subtree that it draws: only its lines.

use std::fmt::Write as _;

use crate::{
    cli::{
        args::{Format, TreeArgs},
        card,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        table::{Palette, clean},
        view::{EntryView, word},
    },
    pb::v1,
};

struct Line {
    depth: usize,
    text: String,
}

/// Draws the tree below a node, or below each node of the authority.
pub async fn run(desk: &Desk, client: &Client, args: &TreeArgs) -> Result<Outcome, Failure> {
    let tops = match &args.oid {
        Some(oid) => vec![oid.clone()],
        None => authorities(client).await?,
    };
    if tops.is_empty() {
        note("The server is the authority of no node; name one.");
        return Ok(Outcome::No);
    }
    let mut views = Vec::new();
    let mut rows = Vec::new();
    for oid in tops {
        let request = v1::WalkSubtreeRequest {
            oid,
            depth_max: args.depth.unwrap_or_default(),
            read: desk.read_options(),
        };
        let mut stream = client
            .call(&request, async |r| {
                client.resolution().walk_subtree(r).await
            })
            .await?;
        let mut lines = Vec::new();
        while let Some(part) = stream
            .message()
            .await
            .map_err(|status| client.failure(&status))?
        {
            for entry in &part.entries {
                match desk.output.format {
                    Format::Human => lines.push(line(entry, lines.is_empty(), desk.output.palette)),
                    Format::Table => rows.push(card::row(entry)),
                    Format::Jsonl => desk.output.next(&EntryView::from(entry))?,
                    Format::Json | Format::Yaml => views.push(EntryView::from(entry)),
                }
            }
        }
        desk.output.text(&draw(&lines))?;
    }
    match desk.output.format {
        Format::Human | Format::Jsonl => {}
        Format::Table => desk.output.table(card::HEADING, &rows)?,
        Format::Json | Format::Yaml => desk.output.many(&views)?,
    }
    Ok(Outcome::Done)
}

async fn authorities(client: &Client) -> Result<Vec<String>, Failure> {
    let request = v1::GetServerInfoRequest {};
    let info = client
        .call(&request, async |r| {
            client.administration().get_server_info(r).await
        })
        .await?;
    Ok(info.authorities)
}

fn line(entry: &v1::Entry, top: bool, palette: Palette) -> Line {
    let depth = entry.oid.split('.').filter(|arc| !arc.is_empty()).count();
    let number = if top { &entry.oid } else { &entry.number };
    let mut text = match entry.identifiers.first() {
        Some(name) => palette.strong(&clean(&format!("{name}({number})"))),
        None => palette.strong(&clean(number)),
    };
    // Writing to a string cannot fail.
    if let Some(label) = entry.labels.first() {
        _ = write!(text, "  /{}", clean(&label.label));
    }
    let title = card::title(entry);
    if !title.is_empty() {
        _ = write!(text, "  {}", clean(title));
    }
    let state = word(entry.state().as_str_name(), "STATE_");
    if state != "active" && !state.is_empty() {
        _ = write!(text, "  [{}]", palette.state(&state));
    }
    Line { depth, text }
}

/// Draws lines that stand superiors before subordinates.
fn draw(lines: &[Line]) -> String {
    let top = lines.first().map_or(0, |line| line.depth);
    // Seen from the end, a line is the last of its siblings where no line of its depth came since its superior.
    let mut open = Vec::new();
    let mut last = Vec::with_capacity(lines.len());
    for line in lines.iter().rev() {
        let level = line.depth.saturating_sub(top);
        open.resize(level + 1, false);
        last.push(!open.last().copied().unwrap_or_default());
        if let Some(mark) = open.last_mut() {
            *mark = true;
        }
    }
    let mut out = String::new();
    let mut bars: Vec<bool> = Vec::new();
    for (line, last) in lines.iter().zip(last.iter().rev()) {
        let level = line.depth.saturating_sub(top);
        bars.resize(level, false);
        for bar in bars.iter().skip(1) {
            out.push_str(if *bar { "│  " } else { "   " });
        }
        if level > 0 {
            out.push_str(if *last { "└─ " } else { "├─ " });
        }
        out.push_str(&line.text);
        out.push('\n');
        bars.push(!last);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(depths: &[(usize, &str)], expect: &str) {
        let lines: Vec<Line> = depths
            .iter()
            .map(|(depth, text)| Line {
                depth: *depth,
                text: (*text).to_owned(),
            })
            .collect();
        assert_eq!(draw(&lines), expect, "\n{}", draw(&lines));
    }

    #[test]
    fn trees_are_drawn() {
        check(&[], "");
        check(&[(3, "a")], "a\n");
        check(
            &[
                (3, "a"),
                (4, "b"),
                (5, "c"),
                (5, "d"),
                (4, "e"),
                (5, "f"),
                (6, "g"),
            ],
            "a\n├─ b\n│  ├─ c\n│  └─ d\n└─ e\n   └─ f\n      └─ g\n",
        );
    }

    #[test]
    fn lines_have_names_and_states() {
        let entry = v1::Entry {
            oid: "2.16.834.7".to_owned(),
            number: "7".to_owned(),
            state: v1::State::Withdrawn.into(),
            identifiers: vec!["health".to_owned()],
            labels: vec![v1::Label {
                label: "Afya".to_owned(),
                language: String::new(),
            }],
            titles: vec![v1::Text {
                language: "en".to_owned(),
                text: "Health\n".to_owned(),
            }],
            ..v1::Entry::default()
        };
        let got = line(&entry, false, Palette::new(false));
        assert_eq!(
            (got.depth, got.text.as_str()),
            (4, "health(7)  /Afya  Health\\u{a}  [withdrawn]")
        );
        assert!(
            line(&entry, true, Palette::new(false))
                .text
                .starts_with("health(2.16.834.7)")
        );
    }
}
