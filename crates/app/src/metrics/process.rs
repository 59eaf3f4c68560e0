//! The process as the operating system sees it, under the names that all Prometheus clients use. Read from
//! `/proc` when the numbers are asked for; where there is none they stay 0.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// Clock ticks a second in `/proc/self/stat`: a constant of Linux's interface on all its platforms.
const TICKS: f64 = 100.0;

/// What is known of this process.
#[derive(Default)]
pub(super) struct Process {
    memory: Gauge,
    files: Gauge,
    max_files: Gauge,
    started: Gauge,
    processor: Counter<f64, AtomicU64>,
}

impl Process {
    pub(super) fn register(&self, registry: &mut Registry) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.started.set(i64::try_from(now.as_secs()).unwrap_or_default());
        let all = registry.sub_registry_with_prefix("process");
        let memory = self.memory.clone();
        all.register_with_unit("resident_memory", "Memory in use", Unit::Bytes, memory);
        all.register("open_fds", "Open files and connections", self.files.clone());
        all.register("max_fds", "How many may be open", self.max_files.clone());
        let help = "Start of the process, Unix time";
        all.register_with_unit("start_time", help, Unit::Seconds, self.started.clone());
        let processor = self.processor.clone();
        all.register_with_unit("cpu", "Processor time used", Unit::Seconds, processor);
    }

    pub(super) fn look(&self) {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        self.memory.set(first_number(memory).unwrap_or_default() * 1024);
        let files = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        self.files.set(i64::try_from(files).unwrap_or(i64::MAX));
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let limit = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
        self.max_files.set(first_number(limit).unwrap_or_default());
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        self.processor.inner().store(processor_seconds(&stat).to_bits(), Ordering::Relaxed);
    }
}

fn first_number(text: Option<&str>) -> Option<i64> {
    text?.split_whitespace().next()?.parse().ok()
}

/// User and system time. The name of the program stands in brackets before and may have anything in it.
fn processor_seconds(stat: &str) -> f64 {
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |field: usize| {
        let text = after_name.split_whitespace().nth(field);
        text.and_then(|text| text.parse::<f64>().ok()).unwrap_or_default()
    };
    // Fields 14 and 15 of proc(5); the name is field 2.
    (ticks(11) + ticks(12)) / TICKS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "1 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20";
        assert!((processor_seconds(stat) - 2.0).abs() < 1e-9);
        assert!(processor_seconds("").abs() < 1e-9);
    }
}
