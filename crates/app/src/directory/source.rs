//! The port to directories that are looked at by themselves: billing systems and databases.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use portreeve_core::ids::{ServiceId, ServiceKey};
use portreeve_core::reason::Finding;
use portreeve_core::time::Span;
use portreeve_i18n::reason::in_english;
use portreeve_store::StoreError;

use super::row::Listed;

/// Failures in a row after which a directory is not asked for single services for a while.
const FAILURES: u32 = 3;

/// How long it is left alone then.
const LEFT_ALONE: Duration = Duration::from_secs(30);

/// Why a directory could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", in_english(.0))]
pub enum SourceError {
    /// It did not answer, or not in time.
    Unreachable(Finding),
    /// It answers and does not let us: what is missing, and where to set it.
    Denied(Finding),
    /// What it answered cannot be read.
    Unreadable(Finding),
    /// It changed while it was read, so that the pages do not fit together.
    Changed(Finding),
}

impl From<SourceError> for Finding {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Unreachable(found)
            | SourceError::Denied(found)
            | SourceError::Unreadable(found)
            | SourceError::Changed(found) => found,
        }
    }
}

/// A part of all services.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What could be read.
    pub rows: Vec<Listed>,
    /// How many there are in all, where the directory says so before the end.
    pub total: Option<usize>,
    /// Services that are listed and whose row cannot be read: they are not gone.
    pub unread: Vec<ServiceId>,
    /// What could not be read, one line each.
    pub odd: Vec<String>,
}

/// One reading of everything, page by page.
#[async_trait]
pub trait Pass: Send {
    /// The next page; nothing behind the last.
    async fn next(&mut self) -> Result<Option<Page>, SourceError>;
}

/// One thing that was tried with a directory, for the person who sets it up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// What was tried.
    pub what: String,
    /// It went well.
    pub good: bool,
    /// What was seen, or what is missing and where to set it.
    pub detail: String,
}

/// How long an answer may take, and whether somebody waits for it: then it goes before the work in the
/// background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Somebody waits.
    Waiting(Span),
    /// Nobody does.
    Background(Span),
}

impl Limit {
    /// How long.
    pub fn span(self) -> Span {
        match self {
            Self::Waiting(span) | Self::Background(span) => span,
        }
    }
}

/// A directory that can be asked. It is only read.
#[async_trait]
pub trait Source: Send + Sync {
    /// Begins to read everything.
    async fn begin(&self) -> Result<Box<dyn Pass>, SourceError>;

    /// One service, within a time limit; nothing when there is no such service.
    async fn one(&self, id: ServiceId, limit: Limit) -> Result<Option<Listed>, SourceError>;

    /// Whether a pass sees everything as it is at one instant. Otherwise a service that a pass did not
    /// meet may have slipped between two pages, and is asked for by itself.
    fn reads_at_once(&self) -> bool;

    /// Tries everything that the desk needs, and says what is missing. Changes nothing.
    async fn check(&self) -> Vec<Check>;
}

/// A directory of the configuration that is looked at by itself.
pub struct LiveDirectory {
    /// Its name.
    pub name: String,
    /// How often everything is read.
    pub every: Span,
    /// The way to it.
    pub source: Box<dyn Source>,
    breaker: Breaker,
}

impl LiveDirectory {
    /// A directory that was not asked yet.
    pub fn new(name: String, every: Span, source: Box<dyn Source>) -> Self {
        Self { name, every, source, breaker: Breaker::default() }
    }

    /// Asks for one service, unless the directory failed too often a moment ago.
    pub(super) async fn one(
        &self,
        id: ServiceId,
        limit: Limit,
    ) -> Result<Option<Listed>, SourceError> {
        if !self.breaker.lets_through(Instant::now()) {
            let directory = self.name.clone();
            return Err(SourceError::Unreachable(Finding::LeftAlone { directory }));
        }
        let waiting = tokio::time::timeout(limit.span().to_std(), self.source.one(id, limit));
        let found = waiting.await.unwrap_or_else(|_| {
            Err(SourceError::Unreachable(Finding::NoAnswer { within: limit.span() }))
        });
        self.breaker.note(found.is_ok(), Instant::now());
        found
    }
}

/// Keeps callers from waiting for a directory that does not answer.
#[derive(Debug, Default)]
struct Breaker(Mutex<Failures>);

#[derive(Debug, Default)]
struct Failures {
    in_a_row: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Whether a call may be made. When the pause is over, one failure is enough for the next.
    fn lets_through(&self, now: Instant) -> bool {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.open_until.is_none_or(|until| now >= until)
    }

    fn note(&self, good: bool, now: Instant) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if good {
            *failures = Failures::default();
            return;
        }
        failures.in_a_row = failures.in_a_row.saturating_add(1);
        if failures.in_a_row >= FAILURES {
            failures.open_until = Some(now + LEFT_ALONE);
        }
    }
}

/// What came of asking for one service.
#[derive(Debug)]
pub enum Fetched {
    /// It is there, and taken in.
    Known,
    /// The directory has no such service, or is not one that can be asked.
    NotThere,
    /// It could not be asked.
    Unreachable(Finding),
}

/// Asks the directory of `key` for it and takes it in.
pub async fn fetch(
    desk: &crate::Desk,
    key: &ServiceKey,
    limit: Limit,
) -> Result<Fetched, StoreError> {
    let Some(live) = desk.live_directory(&key.directory) else { return Ok(Fetched::NotThere) };
    let asked_at = desk.now().as_millisecond();
    match live.one(key.id, limit).await {
        Ok(Some(row)) => {
            super::sync::take_one(desk, row, asked_at).await?;
            Ok(Fetched::Known)
        }
        Ok(None) => Ok(Fetched::NotThere),
        Err(error) => {
            tracing::warn!(service = %key, "cannot look up a service: {error}");
            Ok(Fetched::Unreachable(error.into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_fails_three_times_is_left_alone_for_a_while() {
        let breaker = Breaker::default();
        let start = Instant::now();
        breaker.note(false, start);
        breaker.note(false, start);
        assert!(breaker.lets_through(start));
        breaker.note(false, start);
        assert!(!breaker.lets_through(start + LEFT_ALONE / 2));
        assert!(breaker.lets_through(start + LEFT_ALONE));
        breaker.note(false, start + LEFT_ALONE);
        assert!(!breaker.lets_through(start + LEFT_ALONE * 3 / 2), "one more is enough");
        breaker.note(true, start + LEFT_ALONE * 2);
        assert!(breaker.lets_through(start + LEFT_ALONE * 2));
    }
}
