//! Every `oidctl` and `oidrad` command that a page, a help text or a refusal shows must be one that the programs take.
//!
//! Commands are parsed, never carried out. Words in capitals (`OID`, `N`) stand for values and are filled in.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use clap::error::ErrorKind;
use oidra::cli as oidctl;

/// The pages, as (name, text).
fn pages() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = ["README.md", "deploy/README.md", "src/cli/failure.rs"]
        .iter()
        .map(|name| root.join(name))
        .collect();
    for folder in ["data/refusals", "docs"] {
        let Ok(listed) = fs::read_dir(root.join(folder)) else {
            continue;
        };
        files.extend(listed.map(|entry| entry.unwrap().path()));
    }
    files.retain(|path| {
        path.extension()
            .is_some_and(|end| end == "md" || end == "rs")
    });
    let mut pages: Vec<_> = files
        .iter()
        .map(|path| {
            (
                path.display().to_string(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    helps(&oidctl::command(), &mut pages);
    pages
}

/// The examples below the help of every command.
fn helps(command: &clap::Command, pages: &mut Vec<(String, String)>) {
    if let Some(after) = command.get_after_help() {
        let examples = after.to_string().replace("\n  oidctl", "\noidctl");
        let name = format!("the help of {}", command.get_name());
        pages.push((name, format!("```sh\n{examples}\n```\n")));
    }
    command.get_subcommands().for_each(|sub| helps(sub, pages));
}

/// The code of a page: what stands between backticks, and the lines of its blocks of commands.
fn code(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let (mut fenced, mut inside) = (false, false);
    let mut line = String::new();
    let mut prose = String::new();
    for part in text.lines() {
        if let Some(kind) = part.trim_start().strip_prefix("```") {
            fenced = !fenced;
            inside = fenced && matches!(kind, "" | "sh");
        } else if fenced && !inside {
            // What a command prints, or another language.
        } else if inside {
            line += part.trim();
            match line.strip_suffix('\\') {
                Some(more) => line = more.to_owned(),
                None => drop(found.insert(std::mem::take(&mut line))),
            }
        } else {
            prose += part;
            prose.push('\n');
        }
    }
    found.extend(
        prose
            .split('`')
            .skip(1)
            .step_by(2)
            .map(|span| span.replace('\n', " ")),
    );
    found
}

/// The words of a shell command up to a redirection, a pipe or a remark, and the commands in `$(…)` apart.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut depth = 0_u32;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open && depth == 0 => quote = None,
            (None, '\'' | '"') if depth == 0 => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') if depth == 0 => words.extend(word.take()),
            (None, '>' | '<' | '|' | '#' | ';' | ')') if depth == 0 => break,
            (_, '(') if depth > 0 || word.as_deref().is_some_and(|w| w.ends_with('$')) => {
                depth += 1;
            }
            (_, ')') if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// A word in capitals stands for a value: one that the readers of values take.
fn filled(word: &str) -> String {
    match word {
        "N" | "NUMBER" => "7".to_owned(),
        "FROM-TO" => "1-9".to_owned(),
        "FROM-TO,FROM-TO" => "1-9,20-29".to_owned(),
        "NAME" => "name".to_owned(),
        "SHELL" => "bash".to_owned(),
        // What a shell puts in: a revision, a path.
        shell if shell.starts_with('$') => "1".to_owned(),
        _ => word.to_owned(),
    }
}

/// Where a command stands in the tree, if these words name one and nothing else.
fn names_a_command(words: &[String]) -> bool {
    let mut command = oidctl::command();
    words.iter().skip(1).all(|word| {
        let next = command.find_subcommand(word).cloned();
        next.map(|next| command = next).is_some()
    })
}

fn fault(line: &str) -> Option<String> {
    let typed: Vec<String> = words(line).iter().map(|word| filled(word)).collect();
    if names_a_command(&typed) {
        return None;
    }
    match oidctl::command().try_get_matches_from(&typed) {
        Ok(_) => None,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            None
        }
        Err(error) => Some(format!("{line}\n{error}")),
    }
}

/// What begins with the program's name in a line of code, also after variables or within `$(…)`.
fn commands(line: &str, program: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices(&format!("{program} ")) {
        let before = line[..at].chars().next_back();
        if before.is_none_or(|c| " (\"".contains(c)) {
            found.push(line[at..].to_owned());
        }
    }
    found
}

#[test]
fn every_oidctl_command_shown_is_one() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for (name, text) in pages() {
        for line in code(&text).iter().flat_map(|code| commands(code, "oidctl")) {
            seen += 1;
            if line.starts_with("oidctl help") {
                continue;
            }
            faults.extend(fault(&line).map(|fault| format!("{name}: {fault}")));
        }
    }
    assert!(seen > 100, "only {seen} commands were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_option_shown_is_one() {
    fn options(command: &clap::Command, all: &mut BTreeSet<String>) {
        all.extend(
            command
                .get_arguments()
                .filter_map(|arg| arg.get_long())
                .map(str::to_owned),
        );
        command.get_subcommands().for_each(|sub| options(sub, all));
    }
    let mut known = BTreeSet::new();
    options(&oidctl::command(), &mut known);
    let mut faults = Vec::new();
    for (name, text) in pages().iter().filter(|(name, _)| name.contains("refusals")) {
        for span in code(text) {
            let option = span
                .strip_prefix("--")
                .and_then(|rest| rest.split([' ', '=']).next());
            if option.is_some_and(|option| !known.contains(option)) {
                faults.push(format!("{name}: {span}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_oidrad_command_shown_is_one() {
    let mut seen = 0;
    for (name, text) in pages() {
        for line in code(&text).iter().flat_map(|code| commands(code, "oidrad")) {
            seen += 1;
            let output = Command::new(env!("CARGO_BIN_EXE_oidrad"))
                .args(words(&line).iter().skip(1))
                .arg("--help")
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{name}: {line}\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    assert!(seen > 5, "only {seen} commands were found");
}

#[test]
fn what_is_no_command_is_found_out() {
    for line in [
        "oidctl delegate OID --principal THEM",
        "oidctl policy show SUPERIOR",
        "oidctl state OID withdrawn",
        "oidctl release SUPERIOR N --id HOLD",
        "oidctl policy set SUPERIOR --window FROM-TO",
    ] {
        assert!(fault(line).is_some(), "{line}");
    }
    assert_eq!(
        words("oidctl a 'b c' \"$(d e)\" f > g"),
        ["oidctl", "a", "b c", "$", "f"]
    );
}
