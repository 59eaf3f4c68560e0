//! How often something may happen within a while. In memory, one for each process.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::client_address::ClientAddress;

/// The usual window.
const MINUTE: Duration = Duration::from_mins(1);

/// The window for passwords and codes that are tried.
const QUARTER: Duration = Duration::from_mins(15);

/// The window for links that are asked for.
const HOUR: Duration = Duration::from_hours(1);

/// Keys that are remembered at most; beyond it, new keys share one account.
const KEYS: usize = 100_000;

/// The desk's throttles.
#[derive(Debug)]
pub(crate) struct Throttles {
    /// Failed authentications, by address.
    pub(crate) failed_auth: Throttle<ClientAddress>,
    /// Calls, by credential.
    pub(crate) calls: Throttle<i64>,
    /// Passwords that are tried, by address.
    pub(crate) sign_ins: Throttle<ClientAddress>,
    /// Passwords and codes that are tried, by login name.
    pub(crate) accounts: Throttle<String>,
    /// Links that are asked for, by address.
    pub(crate) links: Throttle<ClientAddress>,
    /// Links that are asked for, by mail address.
    pub(crate) mailboxes: Throttle<String>,
    /// Complaints by the public form, by network.
    pub(crate) complaints: Throttle<ClientAddress>,
    /// The same, by provider.
    pub(crate) complaints_of_providers: Throttle<ClientAddress>,
    /// Forms that were sent, whatever was in them, by network.
    pub(crate) forms: Throttle<ClientAddress>,
}

impl Default for Throttles {
    fn default() -> Self {
        Self {
            failed_auth: Throttle::over(MINUTE),
            calls: Throttle::over(MINUTE),
            sign_ins: Throttle::over(MINUTE),
            accounts: Throttle::over(QUARTER),
            links: Throttle::over(HOUR),
            mailboxes: Throttle::over(HOUR),
            complaints: Throttle::over(HOUR),
            complaints_of_providers: Throttle::over(HOUR),
            forms: Throttle::over(HOUR),
        }
    }
}

/// Counts by key in windows of one length, each of which begins with a key's first count.
#[derive(Debug)]
pub(crate) struct Throttle<K> {
    length: Duration,
    windows: Mutex<HashMap<Option<K>, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Duration,
    count: u32,
}

impl<K: Hash + Eq> Throttle<K> {
    fn over(length: Duration) -> Self {
        Self { length, windows: Mutex::default() }
    }

    /// Forgets what was counted for `key`: it turned out to be right.
    pub(crate) fn forget(&self, key: K) {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner).remove(&Some(key));
    }

    /// Whether one more for `key` would be beyond `limit`, and how long to wait then. Counts nothing.
    pub(crate) fn admits(&self, key: &K, limit: u32, now: Duration) -> Result<(), Duration>
    where
        K: Clone,
    {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let left = windows.get(&Some(key.clone())).and_then(|window| {
            let left = self.length.checked_sub(now.saturating_sub(window.began))?;
            (window.count >= limit && !left.is_zero()).then_some(left)
        });
        left.map_or(Ok(()), Err)
    }

    /// Counts one more for `key` at `now` (monotonic). Beyond `limit` within the window: how long to
    /// wait. No limit (0) counts nothing.
    pub(crate) fn count(&self, key: K, limit: u32, now: Duration) -> Result<(), Duration> {
        if limit == 0 {
            return Ok(());
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= KEYS {
            windows.retain(|_, window| now.saturating_sub(window.began) < self.length);
        }
        let full = windows.len() >= KEYS;
        let key = Some(key);
        let key = if full && !windows.contains_key(&key) { None } else { key };
        let window = windows.entry(key).or_insert(Window { began: now, count: 0 });
        if now.saturating_sub(window.began) >= self.length {
            *window = Window { began: now, count: 0 };
        }
        if window.count >= limit {
            return Err(self.length.saturating_sub(now.saturating_sub(window.began)));
        }
        window.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_limit_one_waits_for_the_rest_of_the_window() {
        let throttle = Throttle::over(MINUTE);
        let at = Duration::from_secs;
        for _ in 0..3 {
            assert_eq!(throttle.count("a", 3, at(100)), Ok(()));
        }
        assert_eq!(throttle.count("a", 3, at(110)), Err(at(50)));
        assert_eq!(throttle.admits(&"a", 3, at(110)), Err(at(50)));
        assert_eq!(throttle.admits(&"a", 4, at(110)), Ok(()));
        assert_eq!(throttle.admits(&"a", 3, at(160)), Ok(()));
        assert_eq!(throttle.admits(&"b", 1, at(110)), Ok(()));
        assert_eq!(throttle.count("b", 3, at(110)), Ok(()));
        assert_eq!(throttle.count("a", 3, at(160)), Ok(()));
        assert_eq!(throttle.count("a", 0, at(160)), Ok(()));
        throttle.forget("b");
        assert_eq!(throttle.count("b", 1, at(160)), Ok(()));
    }
}
