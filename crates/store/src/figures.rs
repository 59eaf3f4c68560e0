//! Figures of the desk: what waits now, and what happened on each day.

use portreeve_core::event::{Figure, Kind};
use sqlx::QueryBuilder;

use crate::attention::IN_NEED;
use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};
use crate::history::push_kinds;

/// How much waits for a person; each number goes up to a bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
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

/// How a credential was used since it was last written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialCalls {
    /// Reference of the credential.
    pub credential: i64,
    /// Calls with it.
    pub calls: i64,
    /// Calls that were answered with an error.
    pub errors: i64,
    /// When it was used last, milliseconds.
    pub last_used_at: i64,
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

impl DayFigures {
    /// Nothing happened.
    fn none(day: i64, category: String) -> Self {
        Self { day, category, opened: 0, answered: 0, answer_ms: 0, closed: 0, close_ms: 0 }
    }
}

impl Tx {
    /// How much waits for a person; each number goes up to `bound`.
    pub async fn waiting_for_people(
        &mut self,
        now: i64,
        bound: i64,
    ) -> Result<Waiting, StoreError> {
        let count = |name: &str, rows: &str| {
            format!("(SELECT count(*) FROM ({rows} LIMIT $1) AS c) AS {name}")
        };
        let sql = format!(
            "SELECT {}, {}, {}, {}, {}, {}, {}, {}, {}",
            count("staff", "SELECT id FROM reports WHERE turn = 'staff' AND status = 'open'"),
            count("queue", "SELECT id FROM reports WHERE status = 'queued'"),
            count("approval", "SELECT report_id FROM holds WHERE state = 'waiting'"),
            count("trouble", "SELECT service_id FROM enforcements WHERE trouble IS NOT NULL"),
            count(
                "deadlines",
                "SELECT id FROM reports WHERE countdown = 'running' AND deadline_at <= $2"
            ),
            count("dead_jobs", "SELECT id FROM jobs WHERE dead"),
            count("dead_deliveries", "SELECT id FROM webhook_deliveries WHERE state = 'dead'"),
            count("mails", "SELECT id FROM incoming_mails WHERE state = 'waiting'"),
            count("attention", IN_NEED),
        );
        let day = 24 * 60 * 60 * 1_000;
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(bound)
                .bind(now + day)
                .fetch_one(conn)
                .await?)
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

    /// Counts what happened from the event `from` up to (without) the event `to`. Of answers those count that staff gave
    /// first.
    pub async fn count_events(
        &mut self,
        day: i64,
        from: i64,
        to: i64,
    ) -> Result<Vec<DayFigures>, StoreError> {
        let opened_or_closed =
            || Kind::counted_as(Figure::Opened).chain(Kind::counted_as(Figure::Closed));
        let rows: Vec<(String, Stored<Kind>, i64, i64)> = on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new(
                "SELECT reports.category, events.kind, count(*),
                    CAST(sum(events.at - reports.opened_at) AS BIGINT)
                FROM events JOIN reports ON reports.id = events.report_id WHERE events.id >= ",
            );
            sql.push_bind(from).push(" AND events.id < ").push_bind(to).push(" AND (kind IN ");
            push_kinds!(sql, opened_or_closed());
            sql.push(" OR (actor <> 'customer' AND kind IN ");
            push_kinds!(sql, Kind::counted_as(Figure::Answered));
            sql.push(
                " AND NOT EXISTS (SELECT 1 FROM events AS earlier
                    WHERE earlier.report_id = events.report_id AND earlier.id < events.id
                        AND earlier.actor <> 'customer' AND earlier.kind IN ",
            );
            push_kinds!(sql, Kind::counted_as(Figure::Answered));
            sql.push("))) GROUP BY reports.category, events.kind ORDER BY reports.category");
            sql.build_query_as().fetch_all(conn).await?
        });
        let mut figures: Vec<DayFigures> = Vec::new();
        for (category, Stored(kind), count, millis) in rows {
            if figures.last().is_none_or(|last| last.category != category) {
                figures.push(DayFigures::none(day, category));
            }
            let Some(of_category) = figures.last_mut() else { continue };
            match kind.figure() {
                Some(Figure::Opened) => of_category.opened += count,
                Some(Figure::Answered) => {
                    of_category.answered += count;
                    of_category.answer_ms += millis;
                }
                Some(Figure::Closed) => {
                    of_category.closed += count;
                    of_category.close_ms += millis;
                }
                Some(Figure::Suspended) | None => {}
            }
        }
        Ok(figures)
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
        let mark = DayFigures::none(day, String::new());
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

    /// Adds to how often credentials were used.
    pub async fn add_credential_calls(
        &mut self,
        used: &[CredentialCalls],
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO credential_calls (credential_id, calls, errors, last_used_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (credential_id) DO UPDATE SET calls = credential_calls.calls + excluded.calls,
                errors = credential_calls.errors + excluded.errors, last_used_at = excluded.last_used_at";
        on!(self, conn => {
            for one in used {
                sqlx::query::<Database>(sql)
                    .bind(one.credential)
                    .bind(one.calls)
                    .bind(one.errors)
                    .bind(one.last_used_at)
                    .execute(&mut *conn)
                    .await?;
            }
        });
        Ok(())
    }
}
