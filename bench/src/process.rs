//! What a process costs, read from `/proc`.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets this process, and those that it starts, open as many files as is allowed at all.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Where it is not granted, a story that needs it says so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// Files that this process may open.
pub fn file_limit() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// The processor time that a process has used, over all its threads. None once it is gone.
pub fn cpu(process: u32) -> Option<Duration> {
    cpu_and_parent(process).map(|(cpu, _)| cpu)
}

/// The processor time of a process and of its children that still run.
pub fn cpu_of_family(process: u32) -> Duration {
    let mut sum = Duration::ZERO;
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if let Some((cpu, parent)) = cpu_and_parent(id)
            && (id == process || parent == process)
        {
            sum += cpu;
        }
    }
    sum
}

fn cpu_and_parent(process: u32) -> Option<(Duration, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may have spaces.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let parent = fields.get(1)?.parse().ok()?;
    let user: u64 = fields.get(11)?.parse().ok()?;
    let system: u64 = fields.get(12)?.parse().ok()?;
    Some((ticks(user + system), parent))
}

/// The processor time that the whole machine has used.
pub fn cpu_of_machine() -> Duration {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let numbers = |line: &str| -> Vec<u64> {
        line.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect()
    };
    let found = text.lines().next().map(numbers).unwrap_or_default();
    // user, nice, system, idle, iowait, irq, softirq, steal
    let busy = found.iter().take(8).enumerate().filter(|(at, _)| !matches!(at, 3 | 4));
    ticks(busy.map(|(_, ticks)| ticks).sum())
}

fn ticks(count: u64) -> Duration {
    Duration::from_millis(count * 1_000 / rustix::param::clock_ticks_per_second())
}

/// Memory of a process in KiB: now, and at its highest.
pub fn memory(process: u32) -> Option<(u64, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let field = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_can_see_itself() {
        let us = std::process::id();
        let (now, highest) = memory(us).expect("we run");
        assert!(now > 0 && highest >= now);
        assert!(cpu(us).is_some());
        assert!(cpu_of_machine() > cpu_of_family(us));
    }
}
