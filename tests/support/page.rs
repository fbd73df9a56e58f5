//! Carries out every command of a page, in order, with the real programs, and compares what they print.
//!
//! Each `sh` block runs in one shell; a `text` block right after it is what it prints, where `…` stands for what differs
//! from run to run and a line of `…` alone for any lines. A command that fails prints `[exit CODE]`. Comments of the form
//! `<!-- FILE OF THE TEST: skip|stop|start|restart|all -->` pass over the next block, stop and start the service, or end here
//! where something that the rest needs is missing.
//! `OIDRA_UPDATE=1` writes what was printed into the page. It must never touch anything outside its own directory.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::{
    redact::{GONE, close_up, redact},
    support::{OIDRAD, Server},
};

/// What stands between the outputs of two blocks.
const MARK: &str = "== the end of a block ==";

/// A part of the page.
enum Part {
    /// What the test itself does.
    Act(String),
    /// Commands, and what they print with the place of the block in the page's lines.
    Block(Vec<String>, Option<(usize, Vec<String>)>),
}

/// A shell that runs block after block.
struct Shell {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Shell {
    fn new(folder: &Path) -> Self {
        let programs = Path::new(OIDRAD).parent().unwrap().to_str().unwrap();
        let path = format!("{programs}:{}", env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        for (name, _) in env::vars().filter(|(name, _)| name.starts_with("OIDRA_")) {
            command.env_remove(name);
        }
        let mut child = command
            .current_dir(folder)
            .env("PATH", path)
            .env("HOME", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut shell = Self {
            child,
            input,
            output,
        };
        shell.run("exec 2>&1; trap 'echo \"[exit $?]\"' ERR");
        shell
    }

    fn run(&mut self, commands: &str) -> Vec<String> {
        writeln!(
            self.input,
            "{{\n{commands}\n}} </dev/null\necho; echo '{MARK}'"
        )
        .unwrap();
        let mut lines: Vec<String> = Vec::new();
        loop {
            let mut line = String::new();
            assert!(
                self.output.read_line(&mut line).unwrap() > 0,
                "the shell ended at:\n{commands}"
            );
            if line.trim_end() == MARK {
                break;
            }
            lines.push(line.trim_end().to_owned());
        }
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn parts(test: &str, page: &[&str]) -> Vec<Part> {
    let remark = format!("<!-- {test}: ");
    let mut parts = Vec::new();
    let mut skip = false;
    let mut at = 0;
    while let Some(line) = page.get(at) {
        at += 1;
        let act = line.strip_prefix(remark.as_str());
        if let Some(act) = act.and_then(|act| act.strip_suffix(" -->")) {
            skip = act == "skip";
            parts.push(Part::Act(act.to_owned()));
            continue;
        }
        if !matches!(*line, "```sh" | "```text") {
            continue;
        }
        let begin = at;
        while page[at] != "```" {
            at += 1;
        }
        let lines: Vec<String> = page[begin..at]
            .iter()
            .map(|&line| line.to_owned())
            .collect();
        at += 1;
        match (*line, skip, parts.last_mut()) {
            ("```sh", true, _) => skip = false,
            ("```sh", false, _) => parts.push(Part::Block(lines, None)),
            (_, _, Some(Part::Block(_, printed @ None))) => *printed = Some((begin, lines)),
            _ => {}
        }
    }
    parts
}

/// Whether lines are as the page says; a line of `…` alone stands for any lines.
fn fits(expect: &[String], got: &[String]) -> bool {
    match expect.split_first() {
        None => got.is_empty(),
        Some((line, rest)) if line.trim() == GONE => {
            (0..=got.len()).any(|gone| fits(rest, &got[gone..]))
        }
        Some((line, rest)) => got
            .split_first()
            .is_some_and(|(first, more)| same(line, first) && fits(rest, more)),
    }
}

/// Whether a line is as the page says; a value that is `…` alone stands for any value.
fn same(expect: &str, got: &str) -> bool {
    let (expect, got) = (close_up(expect), close_up(got));
    let open = expect.strip_suffix(GONE).filter(|name| name.ends_with(' '));
    expect == got || open.is_some_and(|name| got.starts_with(name))
}

/// Carries out every command of a page, of at least so many blocks; `test` is the file of the test, as its comments name it.
/// `prepare` sets up what the page needs in its directory: further arguments of the service, whether what is behind the
/// comment `all` can be carried out too, and what lives as long as the page.
pub fn carry_out<T>(
    page: &str,
    test: &str,
    blocks_min: usize,
    prepare: impl FnOnce(&Path) -> (Vec<String>, bool, T),
) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let page = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = page.lines().collect();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("oidra-data");
    let mut shell = Shell::new(folder.path());
    let (arguments, all, _lives) = prepare(folder.path());
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut server = None;
    let start = |shell: &mut Shell| {
        let server = Server::start_with(&data, &arguments);
        shell.run(&format!("export OIDRA_SERVER={}", server.address()));
        Some(server)
    };
    let mut wrong = Vec::new();
    let mut ran = 0;
    for part in parts(test, &lines) {
        match part {
            Part::Act(act) if act == "all" => {
                if !all {
                    break;
                }
            }
            Part::Act(act) => {
                if matches!(act.as_str(), "stop" | "restart")
                    && let Some(server) = server.take()
                {
                    assert!(Server::stop(server).success());
                }
                if matches!(act.as_str(), "start" | "restart") {
                    server = start(&mut shell);
                }
            }
            Part::Block(commands, printed) => {
                ran += 1;
                let commands = commands.join("\n");
                let got: Vec<String> = shell
                    .run(&commands)
                    .iter()
                    .map(|line| redact(line))
                    .collect();
                let fine = match &printed {
                    Some((_, expect)) => fits(expect, &got),
                    None => !got.iter().any(|line| line.starts_with("[exit ")),
                };
                if !fine {
                    wrong.push((commands, printed, got));
                }
            }
        }
    }
    assert!(ran >= blocks_min, "only {ran} blocks were run");
    if env::var_os("OIDRA_UPDATE").is_some() {
        let mut lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        for (_, printed, got) in wrong.iter().rev() {
            if let Some((at, old)) = printed {
                lines.splice(*at..*at + old.len(), got.iter().cloned());
            }
        }
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        wrong.retain(|(_, printed, _)| printed.is_none());
    }
    for (commands, printed, got) in &wrong {
        let expect = printed.as_ref().map(|(_, lines)| lines.join("\n"));
        eprintln!(
            "--- commands\n{commands}\n--- page\n{}\n--- printed\n{}\n",
            expect.unwrap_or_default(),
            got.join("\n")
        );
    }
    assert!(
        wrong.is_empty(),
        "{} blocks print something else",
        wrong.len()
    );
}
