//! Imports point down: reads every `use crate::…` and every `crate::…` path below `src/` and refuses an edge that is not in the map.
//!
//! In one package nothing else stops a cycle. The map is DESIGN's; ARCHITECTURE.md shows it to people.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on must fail"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Which rooms a room may import from. A room that is missing here does not exist.
const MAP: &[(&str, &[&str])] = &[
    ("bin", &["server", "cli"]),
    (
        "server",
        &[
            "dns",
            "grpc",
            "http",
            "whois",
            "oidip",
            "desk",
            "outbox",
            "register",
            "rules",
            "access",
            "journal",
            "attachments",
            "model",
            "oid",
            "config",
            "telemetry",
            "pb",
        ],
    ),
    ("cli", &["pb", "oid", "model"]),
    (
        "grpc",
        &[
            "desk",
            "register",
            "attachments",
            "access",
            "model",
            "oid",
            "pb",
            "telemetry",
        ],
    ),
    (
        "dns",
        &["register", "access", "model", "oid", "telemetry", "files"],
    ),
    (
        "http",
        &[
            "oidip",
            "desk",
            "register",
            "access",
            "model",
            "oid",
            "telemetry",
        ],
    ),
    ("whois", &["oidip", "desk", "access", "model", "telemetry"]),
    (
        "oidip",
        &["desk", "register", "access", "model", "oid", "telemetry"],
    ),
    (
        "desk",
        &[
            "outbox",
            "register",
            "access",
            "model",
            "oid",
            "telemetry",
            "files",
        ],
    ),
    (
        "outbox",
        &["register", "access", "model", "oid", "telemetry", "files"],
    ),
    (
        "register",
        &[
            "rules",
            "access",
            "journal",
            "attachments",
            "model",
            "oid",
            "telemetry",
            "files",
        ],
    ),
    ("attachments", &["model", "files"]),
    ("files", &[]),
    ("rules", &["model", "oid"]),
    ("access", &["model", "oid"]),
    ("journal", &["model", "oid", "pb"]),
    ("telemetry", &["model", "oid"]),
    ("config", &[]),
    ("model", &["oid"]),
    ("oid", &[]),
    ("pb", &[]),
];

/// Rooms that must not know tokio: they are synchronous and pure, and are tested without a runtime.
const PURE: &[&str] = &["oid", "model", "rules", "access"];

#[test]
fn imports_point_down() {
    let map: BTreeMap<&str, BTreeSet<&str>> = MAP
        .iter()
        .map(|(room, below)| (*room, below.iter().copied().collect()))
        .collect();
    let mut faults = Vec::new();
    for file in sources() {
        let room = room_of(&file);
        if room == "lib" {
            continue;
        }
        let Some(below) = map.get(room.as_str()) else {
            faults.push(format!("{}: no room `{room}` in the map", file.display()));
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        for (line, target) in imports(&text) {
            if target != room && !below.contains(target.as_str()) {
                faults.push(format!(
                    "{}:{line}: {room} imports {target}",
                    file.display()
                ));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "imports that do not point down:\n{}",
        faults.join("\n")
    );
}

#[test]
fn the_map_has_no_cycle() {
    let order: Vec<&str> = MAP.iter().map(|(room, _)| *room).collect();
    for (room, below) in MAP {
        let at = order.iter().position(|name| name == room).unwrap();
        for target in *below {
            let stands = order.iter().position(|name| name == target).unwrap();
            assert!(stands > at, "{room} -> {target}");
        }
    }
}

#[test]
fn pure_rooms_know_no_runtime_and_no_tables() {
    let mut faults = Vec::new();
    for file in sources()
        .into_iter()
        .filter(|file| PURE.contains(&room_of(file).as_str()))
    {
        let text = fs::read_to_string(&file).unwrap();
        for word in ["tokio", "sled::", "std::fs", "std::net"] {
            if code_lines(&text).any(|(_, line)| line.contains(word)) {
                faults.push(format!("{}: {word}", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|file| !fs::read_to_string(file).unwrap().starts_with("//! "))
        .map(|file| file.display().to_string())
        .collect();
    assert!(
        silent.is_empty(),
        "files without an opening `//!`:\n{}",
        silent.join("\n")
    );
}

/// Every Rust file below `src/`.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The room a file belongs to: the folder below `src/`, or the file's own name.
fn room_of(file: &Path) -> String {
    let inside = file
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap();
    let first = inside.iter().next().unwrap().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a text imports from, each with its line: the first name after `crate::`, or those of a group.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    // How many braces deep within a group we are; a room stands at the first.
    let mut depth = 0;
    for (number, line) in code_lines(text) {
        let mut rest = line;
        if depth == 0 {
            let starts = ["crate::", "oidra::"].map(|root| (line.match_indices(root), root.len()));
            for (at, length) in starts
                .into_iter()
                .flat_map(|(found, length)| found.map(move |(at, _)| (at, length)))
            {
                let path = &line[at + length..];
                if let Some(group) = path.strip_prefix('{') {
                    (depth, rest) = (1, group);
                } else {
                    found.extend(head(path).map(|name| (number, name)));
                }
            }
        }
        if depth > 0 {
            found.extend(of_group(rest, &mut depth).map(|name| (number, name)));
        }
    }
    found
}

/// The rooms that stand at the first level of a group in this line of it.
fn of_group(line: &str, depth: &mut i32) -> impl Iterator<Item = String> {
    let mut names = vec![String::new()];
    for c in line.chars() {
        match c {
            '{' => *depth += 1,
            '}' => *depth -= 1,
            ',' if *depth == 1 => names.push(String::new()),
            _ => {}
        }
        if *depth <= 0 {
            break;
        }
        if *depth == 1 && c != ',' && c != '}' {
            names.last_mut().unwrap().push(c);
        }
    }
    names.into_iter().filter_map(|name| head(&name))
}

/// The room that a path begins with, if it is one of ours.
fn head(path: &str) -> Option<String> {
    let name: String = path
        .trim()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    MAP.iter().any(|(room, _)| *room == name).then_some(name)
}

/// Lines that are not comments, numbered from one.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn the_reader_of_imports_sees_groups() {
    let text = "use crate::{\n    model::{Entry,\n        register::Not,\n    },\n    oid::Oid,\n};\nlet x = crate::rules::decide();\n// crate::server\n\
                use crate::{access, desk::{grpc, Desk}, pb};\nlet journal = 1;\n";
    let names: Vec<_> = imports(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["model", "oid", "rules", "access", "desk", "pb"]);
}
