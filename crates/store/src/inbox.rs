//! What came in, as pages of the staff area look at it.

use portreeve_core::ids::MailId;
use portreeve_core::intake::{MailState, Standing, Why};

use crate::codes::Maybe;
use crate::db::{StoreError, Tx, on};
use crate::mails::{MAIL, MailRow};

/// How many complaints of one format wait for one reason.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct WaitingComplaints {
    /// The format.
    pub format: String,
    /// The reason.
    #[sqlx(try_from = "Maybe<Why>")]
    pub why: Option<Why>,
    /// How many.
    pub count: i64,
}

impl Tx {
    /// What stands so, the newest first, before `before`.
    pub async fn latest_mails(
        &mut self,
        standing: Option<Standing>,
        before: Option<MailId>,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let before = before.map_or(i64::MAX, |id| id.0);
        let Some(standing) = standing else {
            let sql = format!("{MAIL} WHERE id < $1 ORDER BY id DESC LIMIT $2");
            return on!(self, conn => {
                Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                    .bind(before)
                    .bind(limit)
                    .fetch_all(conn)
                    .await?)
            });
        };
        let mut rows: Vec<MailRow> = Vec::new();
        for state in standing.states() {
            let sql = format!("{MAIL} WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
            let some: Vec<MailRow> = on!(self, conn => {
                sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                    .bind(state.code())
                    .bind(before)
                    .bind(limit)
                    .fetch_all(conn)
                    .await?
            });
            rows.extend(some);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.id));
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(rows)
    }

    /// What came from a reporter, the newest first, before `before`.
    pub async fn mails_of_reporter(
        &mut self,
        reporter: i64,
        before: Option<MailId>,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let before = before.map_or(i64::MAX, |id| id.0);
        let sql = format!("{MAIL} WHERE reporter_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(reporter)
                .bind(before)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// The complaints that wait, by format and reason; of very many the newest `bound`.
    pub async fn waiting_complaints(
        &mut self,
        bound: i64,
    ) -> Result<Vec<WaitingComplaints>, StoreError> {
        let sql = "SELECT format, why, count(*) AS count FROM (
                SELECT format, why FROM incoming_mails WHERE state = $1 ORDER BY id DESC LIMIT $2
            ) AS newest WHERE format IS NOT NULL GROUP BY format, why ORDER BY format, why";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(MailState::Waiting.code())
                .bind(bound)
                .fetch_all(conn)
                .await?)
        })
    }
}
