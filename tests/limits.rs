//! Every limit has a test that names it: reads all public constants of `src/` that say in their names that they bound
//! something, and refuses one that no test code speaks of.
//!
//! It counts names. Whether the test really stands one past the limit, its reader must see.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that cannot go on must fail"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Limits that no test names, and why.
const UNNAMED: &[(&str, &str)] = &[
    (
        "HOOK_CHANGES_MAX",
        "no command changes more arcs in one record; newer reference data might one day",
    ),
    (
        "RANDOM_DRAWS_MAX",
        "nobody sees when it is passed: the free numbers are listed instead, and the number is as free",
    ),
    (
        "REPORT_NODES_MAX",
        "a walk of a million nodes takes longer than a test may; the walk is cut by the iterator itself",
    ),
    (
        "COMPARED_REGISTRANTS_MAX",
        "comparing so many takes longer than a test may; fewer are tested as the bound, and so with the next three",
    ),
    ("COMPARED_ARCS_MAX", "the same"),
    ("COMPARED_GROUPS_MAX", "the same"),
    ("COMPARED_MEMBERS_MAX", "the same"),
];

/// Where the tests within a file begin.
const TESTS: &str = "#[cfg(test)]\nmod tests {";
/// Files below `src/` that are test code as a whole, beside those in a directory `tests`.
const TEST_FILES: &[&str] = &["tests.rs", "testing.rs", "contract.rs"];

fn sources(top: &str) -> Vec<PathBuf> {
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(top)];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|one| one.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

fn is_test_code(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap();
    TEST_FILES.contains(&name)
        || name.ends_with("_tests.rs")
        || file.components().any(|part| part.as_os_str() == "tests")
}

/// Whether a constant says that it bounds something.
fn is_limit(name: &str) -> bool {
    name.split('_')
        .any(|word| matches!(word, "MAX" | "CEILING"))
        && name != "MAX"
}

/// The public constants of a file that are limits.
fn limits(code: &str) -> impl Iterator<Item = &str> {
    code.lines().filter_map(|line| {
        let (before, rest) = line.trim_start().split_once("const ")?;
        let (name, _) = rest.split_once(':')?;
        (before.starts_with("pub") && is_limit(name)).then_some(name)
    })
}

/// Whether `text` speaks of `name` as a word.
fn speaks_of(text: &str, name: &str) -> bool {
    let within = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !within(before.chars().next_back()) && !within(after.chars().next())
    })
}

/// A test names a limit itself, or sets the option whose standard it is.
fn is_tested(tests: &str, name: &str) -> bool {
    let option = format!("options.{} =", name.to_lowercase());
    speaks_of(tests, name) || tests.contains(&option)
}

#[test]
fn every_limit_is_named_by_a_test() {
    let mut tests = String::new();
    for file in sources("tests") {
        // This file names limits without testing them.
        if !file.ends_with("tests/limits.rs") {
            tests.push_str(&fs::read_to_string(file).unwrap());
        }
    }
    let mut found = Vec::new();
    for file in sources("src") {
        let text = fs::read_to_string(&file).unwrap();
        if is_test_code(&file) {
            tests.push_str(&text);
            continue;
        }
        let (code, own) = text.split_once(TESTS).unwrap_or((&text, ""));
        tests.push_str(own);
        found.extend(limits(code).map(str::to_owned));
    }
    assert!(found.len() > 50, "only {} limits were found", found.len());
    let unnamed: Vec<_> = found
        .iter()
        .filter(|name| !is_tested(&tests, name))
        .map(String::as_str)
        .collect();
    let allowed: Vec<_> = UNNAMED.iter().map(|(name, _)| *name).collect();
    assert_eq!(unnamed, allowed, "limits without a test that names them");
}

#[test]
fn names_are_told_from_longer_ones() {
    assert!(speaks_of("PAGE_SIZE_MAX + 1", "PAGE_SIZE_MAX"));
    assert!(!speaks_of(
        "PAGE_SIZE_MAX_2 MY_PAGE_SIZE_MAX",
        "PAGE_SIZE_MAX"
    ));
    assert!(is_limit("HOLD_SECONDS_CEILING") && is_limit("MAX_ID_BYTES") && !is_limit("MAXIMAL"));
    let code =
        "pub const A_MAX: u8 = 1;\n    pub(super) const B_MAX: u8 = 1;\nconst C_MAX: u8 = 1;";
    assert!(limits(code).eq(["A_MAX", "B_MAX"]));
}
