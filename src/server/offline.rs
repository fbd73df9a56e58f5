//! The commands that need no running server. They read the files of the data directory.
//!
//! What looks into the journal takes no lock and changes nothing, so it works beside a running server; what needs the
//! tables opens the register, and is told who holds it where a server runs. Data goes to standard output, the rest to
//! standard error.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    config::Settings,
    journal::{
        local::{self, Verification},
        lock::{DataLock, Holder},
    },
    model::clock::{Clock as _, SystemClock},
    oid::UNICODE_VERSION,
    register::{self, Register},
    telemetry::events::{CheckpointSigned, Emit as _},
};

use super::{
    args::{Command, Journal},
    build::{Built, World, build, register_options},
    data::ReferenceData,
    dev_certificate, dump,
    exit::Failure,
    founding::is_founded,
    progress::Shown,
    signing, zone,
};

/// Where the journal lies in the data directory.
pub const JOURNAL_DIR: &str = "journal";
/// What the tables' directories are called, before their number.
const TABLES: &str = "projection-";
/// What tables that were put aside are called, before their number.
const TABLES_ASIDE: &str = "projection.damaged-";

/// Carries a command out.
pub fn run(command: &Command, settings: &Settings) -> Result<(), Failure> {
    match command {
        Command::Version => return version(),
        Command::DevCertificate { dir, names } => return dev_certificate(dir, names),
        _ => {}
    }
    let dir = &settings.data_dir;
    if !is_founded(dir)? {
        return Err(Failure::NoRegister { path: dir.clone() });
    }
    let journal = dir.join(JOURNAL_DIR);
    match command {
        Command::Version | Command::DevCertificate { .. } => Ok(()),
        Command::Checkpoint { key: true } => {
            print(&format!("{}\n", signing::verifier_key(settings)?))
        }
        Command::Checkpoint { key: false } => checkpoint(settings, &journal),
        Command::Journal(Journal::Verify) => verify_journal(&journal),
        Command::Journal(Journal::Dump) => dump::dump(&journal),
        Command::Journal(Journal::Salvage { out }) => salvage(&journal, out),
        Command::Verify => verify(settings),
        Command::Rebuild => rebuild(settings),
        Command::Zone(command) => {
            let register = open(settings)?.register;
            let done = zone::run(command, settings, &register);
            close(register)?;
            done
        }
    }
}

/// Writes to standard output. A reader that has gone (`oidrad journal dump | head`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => Err(Failure::file(
            "write to",
            PathBuf::from("standard output"),
        )(why)),
        _ => Ok(()),
    }
}

fn version() -> Result<(), Failure> {
    let data = ReferenceData::embedded()?;
    print(&format!(
        "oidrad {}\nreference data {}\nUnicode {UNICODE_VERSION}\njournal event format {}\n",
        env!("CARGO_PKG_VERSION"),
        data.version,
        crate::journal::codec::EVENT_FORMAT,
    ))
}

fn dev_certificate(dir: &Path, names: &[String]) -> Result<(), Failure> {
    for path in dev_certificate::write(dir, names)? {
        print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}

/// Signs the head of a journal that was checked from the first byte to the last.
fn checkpoint(settings: &Settings, journal: &Path) -> Result<(), Failure> {
    let found = local::verify(journal)?;
    sound(&found)?;
    let note = signing::note(settings, &found.head)?;
    CheckpointSigned {
        seq: found.head.seq,
    }
    .emit();
    print(&note)
}

fn verify_journal(journal: &Path) -> Result<(), Failure> {
    let found = local::verify(journal)?;
    print(&format!(
        "segments   {}\nframes     {}\nrecords    {}\nitems      {} ({} erased)\nbytes      {}\nhead       {}\n\
         tree head  {}\n",
        found.segments,
        found.frames,
        found.records,
        found.items,
        found.erased,
        found.bytes,
        found.head.seq,
        found.head.root,
    ))?;
    if let Some(torn) = &found.torn {
        print(&format!("torn end   {torn}\n"))?;
    }
    for file in &found.side_files {
        print(&format!("set aside  {}\n", file.display()))?;
    }
    sound(&found)
}

/// An error that tells every fault, where there is one.
fn sound(found: &Verification) -> Result<(), Failure> {
    if found.is_sound() {
        return Ok(());
    }
    let told: Vec<_> = found
        .faults
        .iter()
        .map(|fault| format!("\n  {fault}"))
        .collect();
    let more = found.fault_count.saturating_sub(told.len() as u64);
    let rest = if more > 0 {
        format!("\n  and {more} more")
    } else {
        String::new()
    };
    Err(Failure::Unsound(format!(
        "the journal is damaged:{}{rest}",
        told.concat()
    )))
}

fn salvage(journal: &Path, out: &Path) -> Result<(), Failure> {
    let done = local::salvage(journal, out)?;
    print(&format!(
        "copied to  {}\nsegments   {}\nbytes      {}\nhead       {}\ntree head  {}\n",
        out.display(),
        done.segments,
        done.bytes,
        done.head.seq,
        done.head.root,
    ))?;
    match &done.stopped {
        None => Ok(()),
        Some(fault) => Err(Failure::Unsound(format!(
            "the copy ends before the first fault; {} records behind it are readable and not copied:\n  {fault}",
            done.records_beyond
        ))),
    }
}

/// Opens the register for a command, which is refused while a server holds it.
fn open(settings: &Settings) -> Result<Built, Failure> {
    let shown = Shown::new();
    let built = build(settings, World::load(settings)?, &shown);
    shown.finish();
    built
}

/// Waits for the register to close, so that the next start finds a clean stop.
fn close(register: Register) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let what = "no runtime could be started";
    let runtime = runtime.map_err(|source| Failure::Machine { what, source })?;
    runtime.block_on(register.close());
    Ok(())
}

/// Compares what is there with what the journal says. It mends nothing, so it opens nothing.
fn verify(settings: &Settings) -> Result<(), Failure> {
    let journal = local::verify(&settings.data_dir.join(JOURNAL_DIR))?;
    sound(&journal)?;
    let shown = Shown::new();
    let found = register::verify(&register_options(settings, None), &shown);
    shown.finish();
    let found = found?;
    print(&format!(
        "records    {}\narcs       {}\ndigest     {}\nreplayed   {}\n",
        found.records, found.arcs, found.live_digest, found.digest
    ))?;
    let behind = journal.head.seq.get().saturating_sub(found.records);
    if behind > 0 {
        // A service that was killed leaves its tables behind; the journal has everything.
        print(&format!(
            "behind     {behind} records, which the next start applies\n"
        ))?;
    }
    if found.is_sound() {
        return Ok(());
    }
    let told: Vec<_> = found
        .faults
        .iter()
        .map(|fault| format!("\n  {fault}"))
        .collect();
    let more = match found.more {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    let told = told.concat();
    Err(Failure::Unsound(format!(
        "the register is not sound:{told}{more}"
    )))
}

/// Puts the tables aside and opens the register, which makes them anew.
fn rebuild(settings: &Settings) -> Result<(), Failure> {
    put_tables_aside(&settings.data_dir)?;
    let register = open(settings)?.register;
    let told = register.info().map_err(|why| Failure::Register {
        what: "the register cannot be read",
        why: why.to_string(),
    });
    close(register)?;
    let told = told?;
    print(&format!(
        "rebuilt    {} arcs from {} records\n",
        told.arcs, told.head
    ))
}

/// Under the lock of the data directory, so that no server has them open. They get the name of tables that the register
/// itself put aside, so that it clears them away in time.
fn put_tables_aside(dir: &Path) -> Result<(), Failure> {
    let holder = Holder {
        pid: std::process::id(),
        host: "this machine".to_owned(),
        started: SystemClock.now().to_string(),
    };
    let _lock = DataLock::acquire(dir, &holder).map_err(|why| Failure::Register {
        what: "the tables cannot be rebuilt",
        why: why.to_string(),
    })?;
    for entry in fs::read_dir(dir).map_err(Failure::file("list", dir))? {
        let entry = entry.map_err(Failure::file("list", dir))?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(TABLES));
        if let Some(number) = number {
            let aside = dir.join(format!("{TABLES_ASIDE}{number}"));
            let moved = fs::rename(entry.path(), aside);
            moved.map_err(Failure::file("put aside", entry.path()))?;
        }
    }
    Ok(())
}
