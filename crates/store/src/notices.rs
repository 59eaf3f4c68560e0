//! What became of each notice.

use portreeve_core::ids::ReportId;
use portreeve_core::notice::{Audience, Notice};

use crate::db::{StoreError, Tx, on};

/// The end of one notice.
#[derive(Debug, Clone)]
pub struct NoticeResult {
    /// About which report.
    pub report: ReportId,
    /// Which notice.
    pub notice: Notice,
    /// To whom.
    pub audience: Audience,
    /// When what it tells of happened, milliseconds.
    pub at: i64,
    /// Its Message-ID.
    pub message_id: String,
    /// A mail server took it.
    pub taken: bool,
    /// Why not, or to whom.
    pub detail: String,
}

impl Tx {
    /// Writes down what became of a notice; a later try takes the place of an earlier one.
    pub async fn put_notice(&mut self, result: &NoticeResult, now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO notices
                (report_id, notice, audience, at, message_id, taken, detail, done_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (report_id, notice, audience, at) DO UPDATE SET
                taken = excluded.taken, detail = excluded.detail, done_at = excluded.done_at";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(result.report.0)
                .bind(result.notice.as_str())
                .bind(result.audience.as_str())
                .bind(result.at)
                .bind(&result.message_id)
                .bind(result.taken)
                .bind(&result.detail)
                .bind(now)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Whether a mail server took the notice that told the customer of the report.
    pub async fn customer_was_told(&mut self, report: ReportId) -> Result<bool, StoreError> {
        let sql = "SELECT at FROM notices WHERE report_id = $1 AND notice = 'opened'
            AND audience = 'customer' AND taken LIMIT 1";
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql).bind(report.0).fetch_optional(conn).await?
        });
        Ok(found.is_some())
    }
}
