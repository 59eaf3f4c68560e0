//! The clock as an argument.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use portreeve_core::time::{Timestamp, from_millis};

/// What time it is. Tests bring their own.
pub trait Clock: Send + Sync {
    /// Now, in whole milliseconds.
    fn now(&self) -> Timestamp;

    /// Time since some fixed instant, that no change of the wall clock touches.
    fn monotonic(&self) -> Duration;
}

/// The machine's clock, corrected towards the database server's where there is one: on every node
/// the same instant decides.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    correction_ms: AtomicI64,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now(), correction_ms: AtomicI64::new(0) }
    }
}

impl SystemClock {
    /// The server's clock showed `server_ms` just now.
    pub fn follow(&self, server_ms: i64) {
        let here = Timestamp::now().as_millisecond();
        self.correction_ms.store(server_ms - here, Ordering::Relaxed);
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let millis = Timestamp::now().as_millisecond() + self.correction_ms.load(Ordering::Relaxed);
        from_millis(millis).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}
