//! The audit log: who changed what of the desk itself. What happens to reports stands in their histories.

use portreeve_core::ids::Actor;
use portreeve_core::text::one_line;
use portreeve_core::time::Timestamp;
use portreeve_store::{AuditRow, StoreError, Tx};

use crate::desk::Desk;

/// Longest detail, in characters.
const LONGEST_DETAIL: usize = 1_000;

/// Adds a line, in the transaction of what it tells. Secrets do not belong into `detail`.
pub(crate) async fn log(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    action: &str,
    detail: &str,
) -> Result<(), StoreError> {
    let detail = one_line(detail, LONGEST_DETAIL);
    tx.add_audit(now.as_millisecond(), &actor.to_string(), action, &detail).await
}

/// Adds a line about something that changes nothing, such as an export.
pub async fn note(
    desk: &Desk,
    actor: &Actor,
    action: &str,
    detail: &str,
) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    log(&mut tx, desk.now(), actor, action, detail).await?;
    tx.commit().await
}

/// The log, newest first, before the row `before`.
pub async fn list(
    desk: &Desk,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    desk.db.read().await?.audit(before.unwrap_or(i64::MAX), limit).await
}
