//! What staff have written on the page of a report and not sent yet: it is kept while they do something else there.

use portreeve_core::ids::ReportId;
use portreeve_core::report::LONGEST_TEXT;
use portreeve_core::text::storable;
use portreeve_core::time::{Span, Timestamp};
use portreeve_store::{DraftRow, StoreError, Tx};

use crate::desk::Desk;

/// How long what nobody touches is kept.
const KEPT: Span = Span::from_mins(30 * 24 * 60);

/// What a text is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A message to the customer.
    Answer,
    /// What the customer said elsewhere.
    CustomerAnswer,
    /// A note for staff.
    Note,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Answer, Self::CustomerAnswer, Self::Note];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::CustomerAnswer => "customer-answer",
            Self::Note => "note",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

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
    let drafts = rows
        .into_iter()
        .filter_map(|row| Kind::parse(&row.kind).map(|kind| Draft { kind, text: row.body }));
    Ok(drafts.collect())
}

/// Keeps what somebody has written on a report, as it stands now. Of a text that is empty nothing is kept. Of one that
/// is longer than what can be sent, the beginning.
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
    for draft in new {
        let kind = draft.kind.as_str();
        if draft.text.trim().is_empty() {
            tx.drop_draft(staff, report, kind).await?;
        } else {
            let text: String = draft.text.chars().take(LONGEST_TEXT).collect();
            let row = DraftRow { kind: kind.to_owned(), body: storable(&text) };
            tx.put_draft(staff, report, &row, now).await?;
        }
    }
    tx.commit().await
}

/// Forgets what nobody has touched for long.
pub(crate) async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    tx.forget_drafts(KEPT.before(now).as_millisecond()).await
}
