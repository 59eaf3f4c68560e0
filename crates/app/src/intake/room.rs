//! How much mail may wait that is about no report. Whoever likes can send such mail, and a desk whose disk is full takes
//! no reports; what shows the code of a report always has room.

use std::sync::PoisonError;

use portreeve_core::time::{Span, Timestamp};
use portreeve_store::{StoreError, Tx};

use super::token::Shown;
use crate::desk::Desk;

/// How long a count is good. What is taken meanwhile is added to it; other nodes and staff may have changed it.
const GOOD_FOR: Span = Span::from_secs(10);

/// How much waits, as it was counted last.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct MailRoom {
    counted_at: Option<Timestamp>,
    bytes: u64,
}

/// Whether a mail to this address has room only within the limit.
pub(super) async fn is_limited_for(desk: &Desk, to: &str) -> Result<bool, StoreError> {
    if desk.live().settings.mail_room.0 == 0 {
        return Ok(false);
    }
    let shown = super::tokens(desk).await?.shown(std::iter::once(to), std::iter::empty());
    Ok(!matches!(shown, Shown::Report(_)))
}

/// Takes room for a mail of so many bytes. Nothing is taken where there is none.
pub(super) async fn take(desk: &Desk, tx: &mut Tx, size: usize) -> Result<bool, StoreError> {
    let now = desk.now();
    let locked = || desk.mail_room.lock().unwrap_or_else(PoisonError::into_inner);
    let mut room = *locked();
    // A clock that went back makes a count no better.
    let is_good = |at: Timestamp| at <= now && Span::between(at, now) < GOOD_FOR;
    if !room.counted_at.is_some_and(is_good) {
        let bytes = u64::try_from(tx.size_of_strange_mails().await?).unwrap_or_default();
        room = MailRoom { counted_at: Some(now), bytes };
    }
    let after = room.bytes.saturating_add(u64::try_from(size).unwrap_or(u64::MAX));
    let fits = after <= desk.live().settings.mail_room.0;
    if fits {
        room.bytes = after;
    }
    *locked() = room;
    Ok(fits)
}
