//! What staff have written on the page of a report and not sent yet: it is kept while they do something else there.

use portreeve_core::ids::ReportId;
use portreeve_core::report::LONGEST_TEXT;
use portreeve_core::text::storable;
use portreeve_core::time::{Span, Timestamp};
pub use portreeve_store::DraftKind as Kind;
use portreeve_store::{DraftRow, StoreError, Tx};

use crate::desk::Desk;

/// How long what nobody touches is kept.
const KEPT: Span = Span::from_mins(30 * 24 * 60);

/// A text that was written and not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is written as.
    pub kind: Kind,
    /// The text.
    pub text: String,
}

/// What somebody has written on a report and not sent.
pub async fn of(desk: &Desk, staff: &str, report: ReportId) -> Result<Vec<Draft>, StoreError> {
    let rows = desk.db.read().await?.drafts(staff, report).await?;
    Ok(rows.into_iter().map(|row| Draft { kind: row.kind, text: row.body }).collect())
}

/// Keeps what somebody has written on a report, as it stands now; on one that is not there, nothing. Of a text that is
/// empty nothing is kept. Of one that is longer than what can be sent, the beginning.
pub async fn keep(
    desk: &Desk,
    staff: &str,
    report: ReportId,
    written: &[Draft],
) -> Result<(), StoreError> {
    let known = of(desk, staff, report).await?;
    let is_new = |draft: &&Draft| match known.iter().find(|one| one.kind == draft.kind) {
        Some(known) => known.text != draft.text,
        None => !draft.text.trim().is_empty(),
    };
    let new: Vec<&Draft> = written.iter().filter(is_new).collect();
    if new.is_empty() {
        return Ok(());
    }
    let now = desk.now().as_millisecond();
    let mut tx = desk.db.write().await?;
    if tx.report(report).await?.is_none() {
        return Ok(());
    }
    for draft in new {
        if draft.text.trim().is_empty() {
            tx.drop_draft(staff, report, draft.kind).await?;
        } else {
            let text: String = draft.text.chars().take(LONGEST_TEXT).collect();
            let row = DraftRow { kind: draft.kind, body: storable(&text) };
            tx.put_draft(staff, report, &row, now).await?;
        }
    }
    tx.commit().await
}

/// Forgets what nobody has touched for long.
pub(crate) async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    tx.forget_drafts(KEPT.before(now).as_millisecond()).await
}
