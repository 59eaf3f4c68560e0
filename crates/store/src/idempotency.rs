//! Answers that were given under an idempotency key, kept for 30 days.

use portreeve_core::ids::ReportId;
use sqlx::QueryBuilder;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};

/// A key, what was asked under it and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IdempotencyRow {
    /// Whose key: `api:7`, `token:3`.
    pub caller: String,
    /// The key.
    pub key: String,
    /// Hash of the parsed request, in hex.
    pub request_hash: String,
    /// The report that was made.
    #[sqlx(rename = "report_id", try_from = "Stored<ReportId>")]
    pub report: ReportId,
    /// The warnings that were answered, a JSON list.
    pub warnings: String,
    /// When, milliseconds.
    pub created_at: i64,
}

impl Tx {
    /// What is known of these keys since `since`.
    pub async fn idempotency_rows(
        &mut self,
        keys: &[(String, &str)],
        since: i64,
    ) -> Result<Vec<IdempotencyRow>, StoreError> {
        let mut found = Vec::new();
        for chunk in keys.chunks(256) {
            found.extend(on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "SELECT caller, key, request_hash, report_id, warnings, created_at
                     FROM idempotency_keys WHERE created_at > ",
                );
                sql.push_bind(since).push(" AND (caller, key) IN ");
                sql.push_tuples(chunk, |mut row, (caller, key)| {
                    row.push_bind(caller).push_bind(*key);
                });
                sql.build_query_as::<IdempotencyRow>().fetch_all(conn).await?
            }));
        }
        Ok(found)
    }

    /// Stores answers under their keys and returns the keys that were taken meanwhile by another
    /// transaction (which has committed: it was waited for).
    pub async fn add_idempotency_rows(
        &mut self,
        rows: &[IdempotencyRow],
    ) -> Result<Vec<(String, String)>, StoreError> {
        let mut rows: Vec<&IdempotencyRow> = rows.iter().collect();
        rows.sort_unstable_by(|a, b| (&a.caller, &a.key).cmp(&(&b.caller, &b.key)));
        let mut stored: Vec<(String, String)> = Vec::new();
        for chunk in rows.chunks(128) {
            stored.extend(on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO idempotency_keys
                        (caller, key, request_hash, report_id, warnings, created_at) ",
                );
                sql.push_values(chunk, |mut values, row| {
                    values
                        .push_bind(&row.caller)
                        .push_bind(&row.key)
                        .push_bind(&row.request_hash)
                        .push_bind(row.report.0)
                        .push_bind(&row.warnings)
                        .push_bind(row.created_at);
                });
                sql.push(" ON CONFLICT (caller, key) DO NOTHING RETURNING caller, key");
                sql.build_query_as::<(String, String)>().fetch_all(conn).await?
            }));
        }
        let taken = |row: &&IdempotencyRow| {
            !stored.iter().any(|(caller, key)| *caller == row.caller && *key == row.key)
        };
        Ok(rows.into_iter().filter(taken).map(|r| (r.caller.clone(), r.key.clone())).collect())
    }

    /// What was posted to the inbox under a key since `since`: the hash of the request, and the numbers of what came.
    pub async fn complaint_key(
        &mut self,
        caller: &str,
        key: &str,
        since: i64,
    ) -> Result<Option<(String, String)>, StoreError> {
        let sql = "SELECT request_hash, mails FROM complaint_keys
            WHERE caller = $1 AND key = $2 AND created_at > $3";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(caller)
                .bind(key)
                .bind(since)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// Stores that. Whether nobody else did meanwhile.
    pub async fn add_complaint_key(
        &mut self,
        caller: &str,
        key: &str,
        request_hash: &str,
        mails: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO complaint_keys (caller, key, request_hash, mails, created_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (caller, key) DO NOTHING";
        on!(self, conn => {
            let done = sqlx::query::<Database>(sql)
                .bind(caller)
                .bind(key)
                .bind(request_hash)
                .bind(mails)
                .bind(now)
                .execute(conn)
                .await?;
            Ok(done.rows_affected() > 0)
        })
    }

    /// Forgets those that are older than `before`.
    pub async fn forget_complaint_keys(&mut self, before: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM complaint_keys WHERE created_at <= $1";
        on!(self, conn => {
            Ok(sqlx::query::<Database>(sql).bind(before).execute(conn).await?.rows_affected())
        })
    }

    /// Forgets keys that are older than `before`.
    pub async fn forget_idempotency_keys(&mut self, before: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM idempotency_keys WHERE created_at <= $1";
        on!(self, conn => {
            Ok(sqlx::query::<Database>(sql).bind(before).execute(conn).await?.rows_affected())
        })
    }
}
