//! How long a connection has been doing what it does.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// For a head, from its first byte. Enough for any line; whoever sends a byte now and then is let go.
const HEAD: Duration = Duration::from_secs(10);

/// Without a request, or without the caller taking any of its answer. Longer than the 60 s for which
/// nginx keeps its connections, so that it is the proxy who closes and no request meets a closed door.
const IDLE: Duration = Duration::from_secs(75);

/// For a request, from the end of its head to the beginning of its answer. Handlers have limits of their
/// own (30 s for a body); this one is for what was forgotten.
const REQUEST: Duration = Duration::from_mins(2);

/// What a connection does, kept in one number: milliseconds since it was opened, and the phase.
pub(super) struct Pace {
    opened: Instant,
    state: AtomicU64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// For a request, or that the caller takes its answer.
    Waits,
    /// A head has begun.
    Head,
    /// A request is being worked on.
    Request,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { opened: Instant::now(), state: AtomicU64::new(0) }
    }

    /// A head is complete: a request is worked on.
    pub(super) fn request(&self) {
        self.set(Phase::Request);
    }

    /// The answer is ready to be written.
    pub(super) fn answer(&self) {
        self.set(Phase::Waits);
    }

    /// What took too long, if anything did.
    pub(super) fn too_slow(&self) -> Option<&'static str> {
        let (phase, since) = self.get();
        let (limit, what) = match phase {
            Phase::Waits => (IDLE, "idle"),
            Phase::Head => (HEAD, "head"),
            Phase::Request => (REQUEST, "request"),
        };
        (self.opened.elapsed().saturating_sub(since) > limit).then_some(what)
    }

    fn get(&self) -> (Phase, Duration) {
        let state = self.state.load(Ordering::Relaxed);
        let phase = match state % 4 {
            0 => Phase::Waits,
            1 => Phase::Head,
            _ => Phase::Request,
        };
        (phase, Duration::from_millis(state / 4))
    }

    fn set(&self, phase: Phase) {
        let code = match phase {
            Phase::Waits => 0,
            Phase::Head => 1,
            Phase::Request => 2,
        };
        let millis = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX / 8);
        self.state.store(millis * 4 + code, Ordering::Relaxed);
    }

    fn read(&self) {
        if self.get().0 == Phase::Waits {
            self.set(Phase::Head);
        }
    }

    fn wrote(&self) {
        // While a request is worked on only `100 Continue` is written.
        if self.get().0 != Phase::Request {
            self.set(Phase::Waits);
        }
    }
}

/// A stream that tells when something was read or written.
pub(super) struct Paced<S> {
    pub(super) stream: S,
    pub(super) pace: Arc<Pace>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.pace.read();
        }
        done
    }
}

impl<S: AsyncWrite + Unpin> Paced<S> {
    fn note(&self, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.pace.wrote();
        }
        written
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_begins_with_its_first_byte_and_a_request_ends_with_its_answer() {
        let pace = Pace::new();
        let phase = |pace: &Pace| pace.get().0;
        pace.read();
        assert_eq!(phase(&pace), Phase::Head);
        let began = pace.get();
        pace.read();
        assert_eq!(pace.get(), began, "more bytes give no more time");
        pace.request();
        pace.read();
        pace.wrote();
        assert_eq!(phase(&pace), Phase::Request, "a body, and 100 Continue");
        pace.answer();
        pace.wrote();
        assert_eq!(phase(&pace), Phase::Waits);
        assert_eq!(pace.too_slow(), None);
    }

    #[test]
    fn each_phase_has_a_limit() {
        for (phase, limit, what) in [
            (Phase::Waits, IDLE, "idle"),
            (Phase::Head, HEAD, "head"),
            (Phase::Request, REQUEST, "request"),
        ] {
            let long_ago = Instant::now().checked_sub(limit + Duration::from_secs(2));
            let mut pace = Pace { opened: long_ago.expect("up for longer"), ..Pace::new() };
            pace.set(phase);
            assert_eq!(pace.too_slow(), None, "{phase:?} has just begun");
            let code = pace.state.get_mut();
            *code %= 4;
            assert_eq!(pace.too_slow(), Some(what));
        }
    }
}
