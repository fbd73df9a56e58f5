//! What `deploy/` gives operators, judged by the programs that will read it, where they are installed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

/// The most exposure that the unit may have, in tenths of systemd's measure: 10 of 100.
const EXPOSURE_MAX: u32 = 10;

fn unit() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/oidrad.service");
    fs::read_to_string(file).unwrap()
}

/// What `systemd-analyze` makes of a unit; none where it is not installed.
fn analysed(unit: &str, arguments: &[&str]) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("oidrad.service");
    fs::write(&file, unit).unwrap();
    let mut command = Command::new("systemd-analyze");
    command.args(arguments).arg("--no-pager").arg(&file);
    match command.output() {
        Ok(output) => Some(output),
        Err(why) => {
            eprintln!(
                "systemd-analyze (Debian package systemd) cannot be run, so the unit is not judged: {why}"
            );
            None
        }
    }
}

fn told(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[test]
fn the_unit_may_do_very_little() {
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    let arguments = ["security", "--offline=true", &threshold];
    let Some(output) = analysed(&unit(), &arguments) else {
        return;
    };
    assert!(output.status.success(), "{}", told(&output));
    // The same without a line that matters is over it, so that the measure is one.
    let looser = unit().replace("CapabilityBoundingSet=\n", "");
    let output = analysed(&looser, &arguments).unwrap();
    assert!(!output.status.success(), "{}", told(&output));
}

#[test]
fn the_unit_has_no_word_that_systemd_does_not_know() {
    // The program is not installed where tests run.
    let unit = unit().replace("/usr/local/bin/oidrad", "/bin/true");
    let Some(output) = analysed(&unit, &["verify", "--man=no"]) else {
        return;
    };
    let told = told(&output);
    assert!(!told.contains("oidrad.service:"), "{told}");
    let misspelt = unit.replace("ProtectHome=", "ProtectHouse=");
    let output = analysed(&misspelt, &["verify", "--man=no"]).unwrap();
    let told = self::told(&output);
    assert!(
        told.contains("oidrad.service:") && told.contains("ProtectHouse"),
        "{told}"
    );
}
