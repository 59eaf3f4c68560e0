//! How much waits, for whoever watches the desk. Everything is counted up to a bound and by an index, so that
//! a look costs the same at any size of the desk.

use crate::db::{StoreError, Tx, on};
use crate::jobs::JobKind;

/// Jobs of one kind that are not done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobBacklog {
    /// Due, and nobody has begun.
    pub due: i64,
    /// Claimed by a process.
    pub running: i64,
    /// To be tried again later.
    pub later: i64,
    /// Given up.
    pub dead: i64,
    /// Since when the oldest due job has been due, milliseconds.
    pub due_since: Option<i64>,
}

/// Deliveries to one webhook that are not done.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DeliveryBacklog {
    /// The webhook's name.
    pub webhook: String,
    /// To be delivered, now or later.
    pub waiting: i64,
}

/// What time or people have to move on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportBacklog {
    /// Reports whose reminder or deadline is due and was not carried out.
    pub due: i64,
    /// Since when the oldest of them has been due, milliseconds.
    pub due_since: Option<i64>,
    /// Suspensions that wait for a person.
    pub awaiting_approval: i64,
}

impl Tx {
    /// Jobs of `kind` that are not done; each number goes up to `bound`.
    pub async fn job_backlog(
        &mut self,
        kind: JobKind,
        now: i64,
        bound: i64,
    ) -> Result<JobBacklog, StoreError> {
        let due = "SELECT count(*), min(run_at) FROM (SELECT run_at FROM jobs
            WHERE kind = $1 AND NOT dead AND run_at <= $2 ORDER BY run_at LIMIT $3) AS counted";
        let waiting = "SELECT count(*), count(lease) FROM (SELECT lease FROM jobs
            WHERE kind = $1 AND NOT dead AND run_at > $2 ORDER BY run_at LIMIT $3) AS counted";
        let dead =
            "SELECT count(*) FROM (SELECT kind FROM jobs WHERE dead ORDER BY id LIMIT $2) AS counted
            WHERE kind = $1";
        let kind = kind.as_str();
        on!(self, conn => {
            let (due, due_since) = sqlx::query_as::<Database, (i64, Option<i64>)>(due)
                .bind(kind).bind(now).bind(bound).fetch_one(&mut *conn).await?;
            let (waiting, running) = sqlx::query_as::<Database, (i64, i64)>(waiting)
                .bind(kind).bind(now).bind(bound).fetch_one(&mut *conn).await?;
            let dead = sqlx::query_scalar::<Database, i64>(dead)
                .bind(kind).bind(bound).fetch_one(conn).await?;
            Ok(JobBacklog { due, running, later: waiting - running, dead, due_since })
        })
    }

    /// Deliveries that wait, by webhook; `bound` of them are counted.
    pub async fn delivery_backlog(
        &mut self,
        bound: i64,
    ) -> Result<Vec<DeliveryBacklog>, StoreError> {
        let sql = "SELECT webhook, count(*) AS waiting FROM (SELECT webhook FROM webhook_deliveries
            WHERE state = 'waiting' ORDER BY webhook, run_at LIMIT $1) AS counted GROUP BY webhook ORDER BY webhook";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, DeliveryBacklog>(sql).bind(bound).fetch_all(conn).await?)
        })
    }

    /// Reports that have to be moved on; each number goes up to `bound`.
    pub async fn report_backlog(
        &mut self,
        now: i64,
        bound: i64,
    ) -> Result<ReportBacklog, StoreError> {
        let due = "SELECT count(*), min(wake_at) FROM (SELECT wake_at FROM reports
            WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2) AS counted";
        let waiting = "SELECT count(*) FROM (SELECT report_id FROM holds
            WHERE state = 'waiting' ORDER BY report_id LIMIT $1) AS counted";
        on!(self, conn => {
            let (due, due_since) = sqlx::query_as::<Database, (i64, Option<i64>)>(due)
                .bind(now).bind(bound).fetch_one(&mut *conn).await?;
            let awaiting_approval = sqlx::query_scalar::<Database, i64>(waiting)
                .bind(bound).fetch_one(conn).await?;
            Ok(ReportBacklog { due, due_since, awaiting_approval })
        })
    }
}
