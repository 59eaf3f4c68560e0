//! What became of each notice.

use portreeve_core::ids::ReportId;
use portreeve_core::notice::{Audience, Notice};
use sqlx::QueryBuilder;

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
    /// Writes down what became of notices; a later try takes the place of an earlier one.
    pub async fn put_notices(
        &mut self,
        results: &[NoticeResult],
        now: i64,
    ) -> Result<(), StoreError> {
        for chunk in results.chunks(64) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO notices
                        (report_id, notice, audience, at, message_id, taken, detail, done_at) ",
                );
                sql.push_values(chunk, |mut row, result| {
                    row.push_bind(result.report.0)
                        .push_bind(result.notice.as_str())
                        .push_bind(result.audience.as_str())
                        .push_bind(result.at)
                        .push_bind(&result.message_id)
                        .push_bind(result.taken)
                        .push_bind(&result.detail)
                        .push_bind(now);
                });
                sql.push(
                    " ON CONFLICT (report_id, notice, audience, at) DO UPDATE SET
                        message_id = excluded.message_id, taken = excluded.taken AND notices.bounced_at IS NULL,
                        detail = CASE WHEN notices.bounced_at IS NULL THEN excluded.detail
                            ELSE notices.detail END,
                        done_at = excluded.done_at",
                );
                sql.build().execute(conn).await?;
            });
        }
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

    /// What became of the notices about a report, the newest first: notice, audience, whether it was taken,
    /// by whom or why not, when (milliseconds), and whether it came back.
    pub async fn notices_of(
        &mut self,
        report: ReportId,
        limit: i64,
    ) -> Result<Vec<(String, String, bool, String, i64, bool)>, StoreError> {
        let sql = "SELECT notice, audience, taken, detail, done_at, bounced_at IS NOT NULL
            FROM notices WHERE report_id = $1 ORDER BY at DESC, notice, audience LIMIT $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(report.0).bind(limit).fetch_all(conn).await?)
        })
    }
}
