//! What members of staff want to be told, and the summaries of days.

use portreeve_core::event::Kind;
use sqlx::QueryBuilder;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};
use crate::history::push_kinds;

/// Members of staff that are told at most.
const MOST: i64 = 1_000;

/// A member of staff who may be told.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ToldStaff {
    /// Login name.
    pub name: String,
    /// Usual mail address.
    pub email: String,
    /// Language that they want; empty: none.
    pub language: String,
    /// Zone of time that they live in; empty: none.
    pub time_zone: String,
    /// Words of what they want to be told; none: they have not chosen.
    pub told: Option<String>,
    /// Where they are told, if not at the usual address.
    pub told_at: String,
}

impl Tx {
    /// Staff who may answer reports and are not disabled, by their names.
    pub async fn staff_to_tell(&mut self) -> Result<Vec<ToldStaff>, StoreError> {
        let sql = "SELECT staff.name, email, language, time_zone, told, told_at
            FROM staff JOIN roles ON roles.name = staff.role
            WHERE staff.disabled_at IS NULL AND staff.email <> ''
              AND (roles.rights = '*' OR ' ' || roles.rights || ' ' LIKE '% answer %')
            ORDER BY staff.name LIMIT $1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(MOST).fetch_all(conn).await?)
        })
    }

    /// Writes down what a member of staff wants to be told. Whether there is one of this name.
    pub async fn put_told(
        &mut self,
        name: &str,
        told: Option<&str>,
        told_at: &str,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE staff SET told = $1, told_at = $2 WHERE name = $3";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(told)
                .bind(told_at)
                .bind(name)
                .execute(conn)
                .await?
                .rows_affected()
        });
        Ok(rows > 0)
    }

    /// Says that the summary of a day (such as `2026-01-31`) is made, and forgets those of days before `before`.
    /// Whether nobody had said it before.
    pub async fn begin_summary(
        &mut self,
        day: &str,
        due_at: i64,
        before: i64,
    ) -> Result<bool, StoreError> {
        let forget = "DELETE FROM summaries WHERE due_at < $1";
        let sql =
            "INSERT INTO summaries (day, due_at) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING";
        on!(self, conn => {
            sqlx::query::<Database>(forget).bind(before).execute(&mut *conn).await?;
            let done = sqlx::query::<Database>(sql).bind(day).bind(due_at).execute(conn).await?;
            Ok(done.rows_affected() > 0)
        })
    }

    /// How often each of these kinds stands in the history since an event, counted up to `bound` events.
    pub async fn count_kinds_since(
        &mut self,
        event: i64,
        kinds: &[Kind],
        bound: i64,
    ) -> Result<Vec<(Kind, i64)>, StoreError> {
        let rows: Vec<(Stored<Kind>, i64)> = on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new(
                "SELECT kind, count(*) FROM (SELECT kind FROM events WHERE id >= ",
            );
            sql.push_bind(event).push(" AND kind IN ");
            push_kinds!(sql, kinds);
            sql.push(" ORDER BY id LIMIT ").push_bind(bound);
            sql.push(") AS counted GROUP BY kind ORDER BY kind");
            sql.build_query_as().fetch_all(conn).await?
        });
        Ok(rows.into_iter().map(|(Stored(kind), count)| (kind, count)).collect())
    }
}
