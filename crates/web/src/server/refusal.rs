//! Telling callers for whom there is no place to come again.
//!
//! Not accepting them would leave them hanging in the kernel's queue until they give up, health checks
//! among them; an answer lets a balancer try another node and a script try again.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// The whole answer. The body is what the drop-in endpoint says when nothing was stored.
const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
    Content-Type: application/json; charset=utf-8\r\nCache-Control: no-store\r\nContent-Length: 87\r\n\r\n\
    {\"status\":\"error\",\"error_code\":\"AMP105\",\"error_description\":\"Temporarily unavailable.\"}";

/// How many are told at one time; beyond them the connection is dropped.
const AT_ONCE: usize = 256;

/// How long and how much is read, so that the caller sees the answer: to close a connection with
/// something unread in it tells the caller to forget what it got.
const PATIENCE: Duration = Duration::from_secs(1);
const READ: usize = 64 * 1024;

/// Callers that are being told no.
pub(super) struct Refusals {
    places: Arc<Semaphore>,
}

impl Refusals {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    pub(super) fn refuse(&self, stream: TcpStream) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return };
        tokio::spawn(async move {
            drop(tokio::time::timeout(PATIENCE, tell(stream)).await);
            drop(place);
        });
    }
}

async fn tell(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(ANSWER).await?;
    stream.shutdown().await?;
    let mut part = [0; 1024];
    let mut read = 0;
    while read < READ {
        match stream.read(&mut part).await? {
            0 => break,
            length => read += length,
        }
    }
    Ok(())
}
