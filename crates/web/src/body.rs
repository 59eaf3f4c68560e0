//! Bodies of requests, within a limit and a time.

use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;

/// How much of a body that is too large is read and dropped, so that its sender gets to see the answer.
pub(crate) const DRAIN: usize = 64 * 1024 * 1024;

/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is over the limit.
    TooLarge,
    /// It broke off, or took too long: half a text must not be taken for a whole one.
    Broken,
}

/// Reads a body of up to `limit` bytes. What is beyond is read and dropped, up to a bound. Without `keep`
/// nothing is kept: what a stranger sends must not fill the memory.
pub(crate) async fn read(body: Body, limit: usize, keep: bool) -> Result<Vec<u8>, Unread> {
    let mut stream = body.into_data_stream();
    let mut kept = Vec::new();
    let mut read = 0;
    let reading = async {
        while let Some(part) = stream.next().await {
            let Ok(part) = part else { return false };
            read += part.len();
            if read <= limit && keep {
                kept.extend_from_slice(&part);
            } else if read > limit.max(DRAIN) {
                break;
            }
        }
        true
    };
    let whole = tokio::time::timeout(PATIENCE, reading).await.unwrap_or(false);
    if read > limit {
        return Err(Unread::TooLarge);
    }
    if whole { Ok(kept) } else { Err(Unread::Broken) }
}
