//! What a process took, as `/proc` tells it.

use std::{fs, time::Duration};

/// Ticks of the times in `/proc/PID/stat` per second, which Linux fixes for user space (`USER_HZ`).
const TICKS_PER_SECOND: u64 = 100;

/// Resident memory, in MiB.
pub fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}

/// Processor time so far, of the process and of the kernel for it.
pub fn processor_time(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name in parentheses may hold anything; `utime` and `stime` are the 12th and 13th fields behind it.
    let (_, behind) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = behind
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)
}
