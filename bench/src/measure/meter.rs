//! Who used the processors meanwhile.

use std::time::{Duration, Instant};

use crate::process::{cpu, cpu_of_family, cpu_of_machine};

/// Reads the processors' clocks at the beginning.
pub(super) struct Meter {
    desk: u32,
    server: Option<u32>,
    began: Instant,
    used: Used,
}

#[derive(Clone, Copy)]
struct Used {
    desk: Duration,
    server: Duration,
    callers: Duration,
    machine: Duration,
}

/// What was used from the beginning to the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) desk: Duration,
    pub(super) server: Duration,
    pub(super) callers: Duration,
    /// Part of all processors that went to processes which have nothing to do with it.
    pub(super) others: f64,
    pub(super) time: Duration,
}

impl Meter {
    /// Begins.
    pub(super) fn begin(desk: u32, server: Option<u32>) -> Self {
        Self { desk, server, began: Instant::now(), used: Used::now(desk, server) }
    }

    /// Ends.
    pub(super) fn end(self) -> Cost {
        let time = self.began.elapsed();
        let now = Used::now(self.desk, self.server);
        let desk = now.desk.saturating_sub(self.used.desk);
        let server = now.server.saturating_sub(self.used.server);
        let callers = now.callers.saturating_sub(self.used.callers);
        let machine = now.machine.saturating_sub(self.used.machine);
        let others = machine.saturating_sub(desk + server + callers);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let all = time.as_secs_f64() * f64::from(u32::try_from(cores).unwrap_or(1));
        Cost { desk, server, callers, others: others.as_secs_f64() / all, time }
    }
}

impl Used {
    fn now(desk: u32, server: Option<u32>) -> Self {
        Self {
            desk: cpu(desk).unwrap_or_default(),
            server: server.map(cpu_of_family).unwrap_or_default(),
            callers: cpu(std::process::id()).unwrap_or_default(),
            machine: cpu_of_machine(),
        }
    }
}
