//! What became of each notice.

use portreeve_core::ids::ReportId;
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::reason::NotDelivered;
use serde::{Deserialize, Serialize};
use sqlx::QueryBuilder;

use crate::codes::Stored;
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
    /// To whom it went.
    pub recipients: Vec<Recipient>,
    /// Why nobody got it; nothing where somebody did.
    pub why: Option<NotDelivered>,
}

/// Somebody to whom a notice went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Their mail address.
    pub address: String,
    /// What a mail server said when it did not take it for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What became of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Which notice.
    pub notice: Notice,
    /// To whom.
    pub audience: Audience,
    /// A mail server took it, and it did not come back.
    pub taken: bool,
    /// To whom it went.
    pub recipients: Vec<Recipient>,
    /// Why nobody got it.
    pub why: Option<NotDelivered>,
    /// When that was known, milliseconds.
    pub done_at: i64,
    /// A mail server had taken it, and it came back.
    pub bounced: bool,
}

/// Why a notice of a report was not delivered, as it is stored.
pub(crate) fn read_why(
    stored: Option<&str>,
    report: i64,
) -> Result<Option<NotDelivered>, StoreError> {
    let bad =
        |_| StoreError::Inconsistent { table: "notices", column: "why", id: report.to_string() };
    stored.map(serde_json::from_str).transpose().map_err(bad)
}

/// To whom a notice of a report went, as it is stored.
pub(crate) fn read_recipients(stored: &str, report: i64) -> Result<Vec<Recipient>, StoreError> {
    serde_json::from_str(stored).map_err(|_| StoreError::Inconsistent {
        table: "notices",
        column: "recipients",
        id: report.to_string(),
    })
}

pub(crate) fn written<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::Unwritable)
}

impl Tx {
    /// Writes down what became of notices; a later try takes the place of an earlier one.
    pub async fn put_notices(
        &mut self,
        results: &[NoticeResult],
        now: i64,
    ) -> Result<(), StoreError> {
        for chunk in results.chunks(64) {
            let told = chunk.iter().map(|result| {
                let why = result.why.as_ref().map(written).transpose()?;
                Ok((result, written(&result.recipients)?, why))
            });
            let told: Vec<_> = told.collect::<Result<_, StoreError>>()?;
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO notices
                        (report_id, notice, audience, at, message_id, taken, recipients, why, done_at) ",
                );
                sql.push_values(&told, |mut row, (result, recipients, why)| {
                    row.push_bind(result.report.0)
                        .push_bind(result.notice.as_str())
                        .push_bind(result.audience.as_str())
                        .push_bind(result.at)
                        .push_bind(&result.message_id)
                        .push_bind(result.taken)
                        .push_bind(recipients)
                        .push_bind(why)
                        .push_bind(now);
                });
                sql.push(
                    " ON CONFLICT (report_id, notice, audience, at) DO UPDATE SET
                        message_id = excluded.message_id, taken = excluded.taken AND notices.bounced_at IS NULL,
                        recipients = excluded.recipients,
                        why = CASE WHEN notices.bounced_at IS NULL THEN excluded.why ELSE notices.why END,
                        done_at = excluded.done_at",
                );
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// Whether a mail server took the notice that told the customer of the deadline: of the last that staff set, else the
    /// one about the report.
    pub async fn customer_was_told(&mut self, report: ReportId) -> Result<bool, StoreError> {
        let sql = "SELECT at FROM notices WHERE report_id = $1 AND audience = 'customer' AND taken
            AND CASE notice
                WHEN 'deadline_changed' THEN at >= (SELECT max(at) FROM events
                    WHERE report_id = $1 AND kind = 'deadline_changed')
                WHEN 'opened' THEN NOT EXISTS (SELECT 1 FROM events
                    WHERE report_id = $1 AND kind = 'deadline_changed')
                ELSE FALSE END LIMIT 1";
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql).bind(report.0).fetch_optional(conn).await?
        });
        Ok(found.is_some())
    }

    /// What became of the notices about a report, the newest first.
    pub async fn notices_of(
        &mut self,
        report: ReportId,
        limit: i64,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        type Row = (Stored<Notice>, Stored<Audience>, bool, String, Option<String>, i64, bool);
        let sql = "SELECT notice, audience, taken, recipients, why, done_at, bounced_at IS NOT NULL
            FROM notices WHERE report_id = $1 ORDER BY at DESC, notice, audience LIMIT $2";
        let rows: Vec<Row> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).bind(report.0).bind(limit).fetch_all(conn).await?
        });
        let row = |(notice, audience, taken, recipients, why, done_at, bounced): Row| {
            Ok(NoticeRow {
                notice: notice.0,
                audience: audience.0,
                taken,
                recipients: read_recipients(&recipients, report.0)?,
                why: read_why(why.as_deref(), report.0)?,
                done_at,
                bounced,
            })
        };
        rows.into_iter().map(row).collect()
    }
}
