//! Who complains.

use portreeve_core::ids::ReportId;
use portreeve_core::intake::Lane;

use crate::codes::Maybe;
use crate::complaints::Counted;
use crate::db::{StoreError, Tx, on};
use crate::dialect::for_update;

/// Who complains.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReporterRow {
    /// Its number.
    pub id: i64,
    /// The address.
    pub email: String,
    /// Its domain.
    pub domain: String,
    /// What staff say of them; none: whatever their authentication shows.
    #[sqlx(try_from = "Maybe<Lane>")]
    pub lane: Option<Lane>,
    /// Their complaints are set aside.
    pub muted: bool,
    /// How many complaints came.
    pub complaints: i64,
    /// Reports that were closed as resolved.
    pub upheld: i64,
    /// Reports that were closed as unfounded.
    pub unfounded: i64,
    /// When the last came, milliseconds.
    pub last_at: i64,
}

/// What staff change about a reporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReporterChange {
    /// Their complaints are set aside, or no longer.
    Muted(bool),
    /// How far they are trusted; none: whatever their authentication shows.
    Lane(Option<Lane>),
}

const REPORTER: &str =
    "SELECT id, email, domain, lane, muted, complaints, upheld, unfounded, last_at FROM reporters";

impl Tx {
    /// A reporter by their address, in lower case.
    pub async fn reporter_of(&mut self, email: &str) -> Result<Option<ReporterRow>, StoreError> {
        let sql = format!("{REPORTER} WHERE email = $1");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(email)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// Reporters whose addresses are at this domain, those of whom staff said something first.
    pub async fn reporters_at(
        &mut self,
        domain: &str,
        limit: i64,
    ) -> Result<Vec<ReporterRow>, StoreError> {
        let sql = format!("{REPORTER} WHERE domain = $1 ORDER BY lane IS NULL, id LIMIT $2");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(domain)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// A reporter by their number.
    pub async fn reporter(&mut self, id: i64) -> Result<Option<ReporterRow>, StoreError> {
        let sql = format!("{REPORTER} WHERE id = $1");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(id)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// Reporters after `after` with this text in their address, in the order of their numbers.
    pub async fn reporters(
        &mut self,
        text: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ReporterRow>, StoreError> {
        let mut like = String::from("%");
        for c in text.to_lowercase().chars() {
            if matches!(c, '!' | '%' | '_') {
                like.push('!');
            }
            like.push(c);
        }
        like.push('%');
        let sql =
            format!("{REPORTER} WHERE id > $1 AND email LIKE $2 ESCAPE '!' ORDER BY id LIMIT $3");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(after)
                .bind(&like)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// Counts a complaint of a reporter, who is made if nobody knows them yet.
    pub async fn count_complaint(
        &mut self,
        email: &str,
        domain: &str,
        now: i64,
    ) -> Result<i64, StoreError> {
        let sql = "INSERT INTO reporters (email, domain, complaints, last_at) VALUES ($1, $2, 1, $3)
            ON CONFLICT (email) DO UPDATE SET complaints = reporters.complaints + 1, last_at = excluded.last_at
            RETURNING id";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql)
                .bind(email)
                .bind(domain)
                .bind(now)
                .fetch_one(conn)
                .await?)
        })
    }

    /// Changes what staff say of a reporter. Whether there is such a one.
    pub async fn change_reporter(
        &mut self,
        id: i64,
        change: ReporterChange,
    ) -> Result<bool, StoreError> {
        let rows = on!(self, conn => {
            match change {
                ReporterChange::Muted(muted) => {
                    sqlx::query::<Database>("UPDATE reporters SET muted = $1 WHERE id = $2")
                        .bind(muted)
                        .bind(id)
                        .execute(conn)
                        .await?
                        .rows_affected()
                }
                ReporterChange::Lane(lane) => {
                    sqlx::query::<Database>("UPDATE reporters SET lane = $1 WHERE id = $2")
                        .bind(lane.map(Lane::code))
                        .bind(id)
                        .execute(conn)
                        .await?
                        .rows_affected()
                }
            }
        });
        Ok(rows > 0)
    }

    /// Counts how a report ended for those who complained about it, each once: in the place of how it ended before.
    pub async fn count_outcome(
        &mut self,
        report: ReportId,
        outcome: Option<Counted>,
    ) -> Result<(), StoreError> {
        const THEIRS: &str = "(SELECT incoming_mails.reporter_id FROM report_complaints
            JOIN incoming_mails ON incoming_mails.id = report_complaints.mail_id
            WHERE report_complaints.report_id = $1";
        // In the order of their numbers: two reports that are closed at a time wait for each other only one way.
        let lock = for_update(self.engine());
        let hold = format!("SELECT id FROM reporters WHERE id IN {THEIRS}) ORDER BY id{lock}");
        on!(self, conn => {
            sqlx::query::<Database>(sqlx::AssertSqlSafe(hold)).bind(report.0).fetch_all(conn).await?;
        });
        for by in [-1_i64, 1] {
            for counted in [Counted::Upheld, Counted::Unfounded] {
                let column = counted.code();
                let sql = format!(
                    "UPDATE reporters SET {column} = {column} + $2
                    WHERE id IN {THEIRS} AND report_complaints.outcome = $3)"
                );
                on!(self, conn => {
                    sqlx::query::<Database>(sqlx::AssertSqlSafe(sql))
                        .bind(report.0)
                        .bind(by)
                        .bind(column)
                        .execute(conn)
                        .await?;
                });
            }
            if by < 0 {
                let sql = "UPDATE report_complaints SET outcome = $2 WHERE report_id = $1";
                on!(self, conn => {
                    sqlx::query::<Database>(sql)
                        .bind(report.0)
                        .bind(outcome.map(Counted::code))
                        .execute(conn)
                        .await?;
                });
            }
        }
        Ok(())
    }
}
