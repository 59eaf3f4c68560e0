//! Figures of the desk: what waits now, and what happened on each day.

use crate::attention::IN_NEED;
use crate::db::{StoreError, Tx, on};

/// How much waits for a person; each number goes up to a bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Open reports whose move is staff's.
    pub staff: i64,
    /// Reports whose service is not known.
    pub queue: i64,
    /// Suspensions that wait for approval.
    pub approval: i64,
    /// Services whose suspension a person has to look after.
    pub trouble: i64,
    /// Deadlines within the next 24 hours.
    pub deadlines: i64,
    /// Jobs that were given up.
    pub dead_jobs: i64,
    /// Messages to webhooks that were given up.
    pub dead_deliveries: i64,
    /// Mails that came in and belong to nothing that the desk knows.
    pub mails: i64,
    /// Reports that stand still until a person has seen to a mail or to a notice that nobody got.
    pub attention: i64,
}

/// What happened on one day to reports of one category.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DayFigures {
    /// Days since 1970, UTC.
    pub day: i64,
    /// The category; empty: the mark that the day was counted.
    pub category: String,
    /// Reports that were opened.
    pub opened: i64,
    /// Reports that staff answered for the first time.
    pub answered: i64,
    /// How long those had waited, all together, milliseconds.
    pub answer_ms: i64,
    /// Reports that were closed.
    pub closed: i64,
    /// How long those had been open, all together, milliseconds.
    pub close_ms: i64,
}

impl Tx {
    /// How much waits for a person; each number goes up to `bound`.
    pub async fn waiting_for_people(
        &mut self,
        now: i64,
        bound: i64,
    ) -> Result<Waiting, StoreError> {
        let count = |rows: &str| format!("(SELECT count(*) FROM ({rows} LIMIT $1) AS c)");
        let sql = format!(
            "SELECT {}, {}, {}, {}, {}, {}, {}, {}, {}",
            count("SELECT id FROM reports WHERE turn = 'staff' AND status = 'open'"),
            count("SELECT id FROM reports WHERE status = 'queued'"),
            count("SELECT report_id FROM holds WHERE state = 'waiting'"),
            count("SELECT service_id FROM enforcements WHERE trouble IS NOT NULL"),
            count("SELECT id FROM reports WHERE countdown = 'running' AND deadline_at <= $2"),
            count("SELECT id FROM jobs WHERE dead"),
            count("SELECT id FROM webhook_deliveries WHERE state = 'dead'"),
            count("SELECT id FROM incoming_mails WHERE state = 'waiting'"),
            count(IN_NEED),
        );
        let day = 24 * 60 * 60 * 1_000;
        let row: (i64, i64, i64, i64, i64, i64, i64, i64, i64) = on!(self, conn => {
            sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(bound).bind(now + day).fetch_one(conn).await?
        });
        let (
            staff,
            queue,
            approval,
            trouble,
            deadlines,
            dead_jobs,
            dead_deliveries,
            mails,
            attention,
        ) = row;
        Ok(Waiting {
            staff,
            queue,
            approval,
            trouble,
            deadlines,
            dead_jobs,
            dead_deliveries,
            mails,
            attention,
        })
    }

    /// Figures of days from `first` to `last`, as far as they were counted.
    pub async fn daily_figures(
        &mut self,
        first: i64,
        last: i64,
    ) -> Result<Vec<DayFigures>, StoreError> {
        let sql = "SELECT day, category, opened, answered, answer_ms, closed, close_ms
            FROM daily_figures WHERE day BETWEEN $1 AND $2 ORDER BY day, category";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(first).bind(last).fetch_all(conn).await?)
        })
    }

    /// Counts what happened from the event `from` up to (without) the event `to`.
    pub async fn count_events(
        &mut self,
        day: i64,
        from: i64,
        to: i64,
    ) -> Result<Vec<DayFigures>, StoreError> {
        let sql = "SELECT CAST($1 AS BIGINT) AS day, category,
                CAST(sum(opened) AS BIGINT) AS opened,
                CAST(sum(answered) AS BIGINT) AS answered, CAST(sum(answer_ms) AS BIGINT) AS answer_ms,
                CAST(sum(closed) AS BIGINT) AS closed, CAST(sum(close_ms) AS BIGINT) AS close_ms
            FROM (
                SELECT reports.category, events.at,
                    CASE WHEN kind = 'opened' THEN 1 ELSE 0 END AS opened,
                    CASE WHEN kind = 'answered' THEN 1 ELSE 0 END AS answered,
                    CASE WHEN kind = 'answered' THEN events.at - reports.opened_at ELSE 0 END AS answer_ms,
                    CASE WHEN kind = 'closed' THEN 1 ELSE 0 END AS closed,
                    CASE WHEN kind = 'closed' THEN events.at - reports.opened_at ELSE 0 END AS close_ms
                FROM events JOIN reports ON reports.id = events.report_id
                WHERE events.id >= $2 AND events.id < $3
                    AND (kind IN ('opened', 'closed') OR (kind = 'answered' AND actor <> 'customer'
                        AND NOT EXISTS (SELECT 1 FROM events AS earlier
                            WHERE earlier.report_id = events.report_id AND earlier.id < events.id
                                AND earlier.kind = 'answered' AND earlier.actor <> 'customer')))
            ) AS happened GROUP BY category ORDER BY category";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(day).bind(from).bind(to).fetch_all(conn).await?)
        })
    }

    /// Stores the figures of a day that is over, and marks it as counted.
    pub async fn put_daily_figures(
        &mut self,
        day: i64,
        figures: &[DayFigures],
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO daily_figures
                (day, category, opened, answered, answer_ms, closed, close_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (day, category) DO NOTHING";
        let mark = DayFigures {
            day,
            category: String::new(),
            opened: 0,
            answered: 0,
            answer_ms: 0,
            closed: 0,
            close_ms: 0,
        };
        on!(self, conn => {
            for one in figures.iter().chain([&mark]) {
                sqlx::query::<Database>(sql)
                    .bind(day)
                    .bind(&one.category)
                    .bind(one.opened)
                    .bind(one.answered)
                    .bind(one.answer_ms)
                    .bind(one.closed)
                    .bind(one.close_ms)
                    .execute(&mut *conn)
                    .await?;
            }
        });
        Ok(())
    }

    /// Adds to how often credentials were used: reference, calls, errors, when last.
    pub async fn add_credential_calls(
        &mut self,
        used: &[(i64, i64, i64, i64)],
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO credential_calls (credential_id, calls, errors, last_used_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (credential_id) DO UPDATE SET calls = credential_calls.calls + excluded.calls,
                errors = credential_calls.errors + excluded.errors, last_used_at = excluded.last_used_at";
        on!(self, conn => {
            for (id, calls, errors, last) in used {
                sqlx::query::<Database>(sql)
                    .bind(id).bind(calls).bind(errors).bind(last).execute(&mut *conn).await?;
            }
        });
        Ok(())
    }
}
