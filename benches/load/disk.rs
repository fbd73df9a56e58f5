//! What the disk alone takes: appending a small record and making it durable.

use std::{
    fs::OpenOptions,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

/// The median time of `rounds` appends of `bytes` octets with one `fdatasync` each.
pub fn append_and_sync(folder: &Path, bytes: usize, rounds: usize) -> Duration {
    let path = folder.join("sync-probe");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .unwrap();
    let record = vec![0x5a; bytes];
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            file.write_all(&record).unwrap();
            file.sync_data().unwrap();
            start.elapsed()
        })
        .collect();
    drop(file);
    std::fs::remove_file(path).unwrap();
    times.sort_unstable();
    times[times.len() / 2]
}
