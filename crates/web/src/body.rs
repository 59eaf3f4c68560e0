//! Bodies of requests, within a limit, a time and the room that there is for them.

use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;

use crate::memory::Room;

/// How much of a body that is too large is read and dropped, so that its sender gets to see the answer.
pub(crate) const DRAIN: usize = 64 * 1024 * 1024;

/// The largest form of somebody who is not known yet: signing in, asking for a link. A token of single sign-on, the
/// longest thing in one, has 8 KiB.
pub(crate) const STRANGERS_FORM: usize = 16 * 1024;

/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Seconds after which somebody should come again for whose body there was no room.
pub(crate) const COME_AGAIN: u64 = 5;

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is over the limit.
    TooLarge,
    /// It broke off, or took too long: half a text must not be taken for a whole one.
    Broken,
    /// Too many send at once; it may be sent again.
    NoRoom,
}

/// A body that was read, with the room that it takes.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) bytes: Vec<u8>,
    /// Held for as long as something is made of the bytes.
    pub(crate) room: Room,
}

/// Reads a body of up to `limit` bytes. Of one that is too large, or for which there is no room, nothing is kept, and
/// the rest is read and dropped, up to a bound.
pub(crate) async fn read(body: Body, limit: usize, room: Room) -> Result<Kept, Unread> {
    let mut kept = Some(Kept { bytes: Vec::new(), room });
    drain(body, limit, &mut kept).await?;
    kept.ok_or(Unread::NoRoom)
}

/// Reads a body and keeps nothing of it.
pub(crate) async fn discard(body: Body, limit: usize) -> Result<(), Unread> {
    drain(body, limit, &mut None).await
}

/// Reads a body to its end, and keeps it while it is within its limit and there is room.
async fn drain(body: Body, limit: usize, kept: &mut Option<Kept>) -> Result<(), Unread> {
    let mut stream = body.into_data_stream();
    let mut read = 0;
    let reading = async {
        while let Some(part) = stream.next().await {
            let Ok(part) = part else { return false };
            read += part.len();
            if let Some(so_far) = kept {
                if read <= limit && so_far.room.grow(part.len()).await {
                    so_far.bytes.extend_from_slice(&part);
                } else {
                    *kept = None;
                }
            }
            if read > limit.max(DRAIN) {
                break;
            }
        }
        true
    };
    let whole = tokio::time::timeout(PATIENCE, reading).await.unwrap_or(false);
    match (read > limit, whole) {
        (true, _) => Err(Unread::TooLarge),
        (false, true) => Ok(()),
        (false, false) => Err(Unread::Broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Memory, Sender};

    #[tokio::test]
    async fn a_body_is_kept_whole_or_not_at_all() {
        let memory = Memory::new(1);
        let read = async |length: usize, limit| {
            read(Body::from(vec![b'x'; length]), limit, memory.room(Sender::Stranger)).await
        };
        assert_eq!(read(10, 10).await.map(|kept| kept.bytes.len()).ok(), Some(10));
        assert_eq!(read(11, 10).await.err(), Some(Unread::TooLarge));
        let mut others = memory.room(Sender::Stranger);
        while others.grow(1024 * 1024).await {}
        assert_eq!(read(10, 10).await.err(), Some(Unread::NoRoom));
        assert_eq!(read(11, 10).await.err(), Some(Unread::TooLarge));
        drop(others);
        assert!(read(10, 10).await.is_ok());
        assert_eq!(discard(Body::from("xx"), 1).await, Err(Unread::TooLarge));
        assert_eq!(discard(Body::from("x"), 1).await, Ok(()));
    }
}
