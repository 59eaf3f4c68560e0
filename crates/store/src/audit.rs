//! Who changed what of the desk itself, and the past of reports by those who acted.

use portreeve_core::event::Kind;
use portreeve_core::ids::ReportId;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    /// Its row.
    pub id: i64,
    /// When, milliseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What was done, such as `setting_changed`.
    pub action: String,
    /// To what, and how.
    pub detail: String,
}

/// Something that somebody did to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneRow {
    /// Row of the event.
    pub id: i64,
    /// Which report.
    pub report_id: i64,
    /// When, milliseconds.
    pub at: i64,
    /// What kind of event.
    pub kind: Kind,
}

impl Tx {
    /// Adds a line to the audit log.
    pub async fn add_audit(
        &mut self,
        at: i64,
        actor: &str,
        action: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit (at, actor, action, detail) VALUES ($1, $2, $3, $4)";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(at).bind(actor).bind(action).bind(detail).execute(conn).await?;
        });
        Ok(())
    }

    /// The audit log, newest first, before the row `before`.
    pub async fn audit(&mut self, before: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        let sql = "SELECT id, at, actor, action, detail FROM audit WHERE id < $1
            ORDER BY id DESC LIMIT $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(before).bind(limit).fetch_all(conn).await?)
        })
    }

    /// The first event at or after an instant. Events are numbered as they happen, so that a few looks at
    /// single rows find it.
    pub async fn first_event_since(&mut self, since: i64) -> Result<i64, StoreError> {
        let ends = "SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM events";
        let next = "SELECT id, at FROM events WHERE id >= $1 ORDER BY id LIMIT 1";
        on!(self, conn => {
            let (mut low, max) =
                sqlx::query_as::<Database, (i64, i64)>(ends).fetch_one(&mut *conn).await?;
            let mut high = max + 1;
            while low < high {
                let middle = low + (high - low) / 2;
                let found = sqlx::query_as::<Database, (i64, i64)>(next)
                    .bind(middle).fetch_optional(&mut *conn).await?;
                match found {
                    Some((id, at)) if at < since => low = id + 1,
                    _ => high = middle,
                }
            }
            Ok(low)
        })
    }

    /// What an actor did to reports, from the event `from` on.
    pub async fn done_by(
        &mut self,
        actor: &str,
        from: i64,
        limit: i64,
    ) -> Result<Vec<DoneRow>, StoreError> {
        let sql = "SELECT id, report_id, at, kind FROM events WHERE id >= $1 AND actor = $2
            ORDER BY id LIMIT $3";
        let rows: Vec<(i64, i64, i64, Stored<Kind>)> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql)
                .bind(from).bind(actor).bind(limit).fetch_all(conn).await?
        });
        let done = |(id, report_id, at, Stored(kind))| DoneRow { id, report_id, at, kind };
        Ok(rows.into_iter().map(done).collect())
    }

    /// Reports that were merged into this one, the newest first.
    pub async fn merged_into(
        &mut self,
        report: ReportId,
        limit: i64,
    ) -> Result<Vec<ReportId>, StoreError> {
        let sql = "SELECT id FROM reports WHERE merged_into = $1 ORDER BY id DESC LIMIT $2";
        let ids: Vec<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql).bind(report.0).bind(limit).fetch_all(conn).await?
        });
        Ok(ids.into_iter().map(ReportId).collect())
    }
}
