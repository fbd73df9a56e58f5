//! `h2load`, where it is installed, for orientation: one fixed request body over and over, by a caller that others know.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::caller::Target;

/// Calls per second with one fixed body; none where `h2load` is not installed.
pub fn per_second(folder: &Path, target: &Target, body: &[u8], seconds: u64) -> Option<f64> {
    let file = folder.join("h2load.body");
    fs::write(&file, body).unwrap();
    let output = Command::new("h2load")
        .args(["-D", &seconds.to_string()])
        .args(["-c", &target.connections.to_string()])
        .args(["-m", &target.streams.to_string()])
        .args(["-t", "1", "-d", file.to_str().unwrap()])
        .args(["-H", "content-type: application/grpc"])
        .args(["-H", "te: trailers"])
        .arg(format!("{}{}", target.address, target.method))
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stdout);
    Some(rate(&told).unwrap_or_else(|| panic!("what h2load says has no rate:\n{told}")))
}

/// The rate in the line `finished in 2.00s, 12345.00 req/s, 1.2MB/s`.
fn rate(told: &str) -> Option<f64> {
    let line = told.lines().find(|line| line.starts_with("finished in"))?;
    let words: Vec<_> = line.split_whitespace().collect();
    let at = words.iter().position(|word| word.starts_with("req/s"))?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}
