//! What staff have written on the page of a report and not sent yet.

use portreeve_core::ids::ReportId;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};

/// What a text was written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DraftKind {
    /// A message to the customer.
    Answer,
    /// What the customer said elsewhere.
    CustomerAnswer,
    /// A note for staff.
    Note,
}

impl DraftKind {
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
}

/// A text that was written and not sent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DraftRow {
    /// What it was written as.
    #[sqlx(try_from = "Stored<DraftKind>")]
    pub kind: DraftKind,
    /// The text.
    pub body: String,
}

impl Tx {
    /// What somebody has written on a report and not sent, by kind.
    pub async fn drafts(
        &mut self,
        staff: &str,
        report: ReportId,
    ) -> Result<Vec<DraftRow>, StoreError> {
        let sql = "SELECT kind, body FROM drafts WHERE staff = $1 AND report_id = $2 ORDER BY kind";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(staff).bind(report.0).fetch_all(conn).await?)
        })
    }

    /// Keeps what somebody has written, in the place of what they had written before.
    pub async fn put_draft(
        &mut self,
        staff: &str,
        report: ReportId,
        draft: &DraftRow,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO drafts (staff, report_id, kind, body, saved_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (staff, report_id, kind) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(staff)
                .bind(report.0)
                .bind(draft.kind.as_str())
                .bind(&draft.body)
                .bind(now)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Forgets what somebody has written: it was sent, or they took it away.
    pub async fn drop_draft(
        &mut self,
        staff: &str,
        report: ReportId,
        kind: DraftKind,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM drafts WHERE staff = $1 AND report_id = $2 AND kind = $3";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(staff).bind(report.0).bind(kind.as_str()).execute(conn).await?;
        });
        Ok(())
    }

    /// Forgets drafts that were not touched since `before`.
    pub async fn forget_drafts(&mut self, before: i64) -> Result<(), StoreError> {
        on!(self, conn => {
            sqlx::query::<Database>("DELETE FROM drafts WHERE saved_at < $1")
                .bind(before)
                .execute(conn)
                .await?;
        });
        Ok(())
    }
}
