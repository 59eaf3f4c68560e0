//! What the two engines truly do differently. Nothing outside this file asks which engine it is.

use sqlx::{Postgres, Sqlite};

pub(crate) mod words;

use crate::db::{Engine, StoreError, Tx};

/// Appended to a `SELECT` that is to hold its rows until the transaction ends. A SQLite transaction
/// that writes is alone anyway. Rows that refer to a held one by a foreign key may still be added: keys never change, and
/// to wait for them would turn the order of locks round.
pub(crate) fn for_update(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "",
        Engine::Postgres => " FOR NO KEY UPDATE",
    }
}

/// The same, passing over rows that another transaction holds.
pub(crate) fn for_update_skip_locked(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "",
        Engine::Postgres => " FOR NO KEY UPDATE SKIP LOCKED",
    }
}

/// SQL that differs: for SQLite and for PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PerEngine(&'static str, &'static str);

impl PerEngine {
    /// The text for this engine.
    pub(crate) fn of(self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.0,
            Engine::Postgres => self.1,
        }
    }
}

/// Reports with their holds, led by the holds. SQLite takes the order of the tables as it is told.
pub(crate) const FROM_HOLDS: PerEngine = PerEngine(
    " FROM holds CROSS JOIN reports ON reports.id = holds.report_id",
    " FROM reports JOIN holds ON holds.report_id = reports.id",
);

/// What makes a plan of a statement, and the column of the result that has it.
pub(crate) fn explain(engine: Engine) -> (&'static str, usize) {
    match engine {
        Engine::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        Engine::Postgres => ("EXPLAIN", 0),
    }
}

/// Which counter hands out ids.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counter {
    Reports,
    Orders,
}

impl Tx {
    /// Takes `count` ids. On PostgreSQL from a sequence, so that two writers never wait for each
    /// other; ids of a failed transaction are then left out.
    pub(crate) async fn take_ids(
        &mut self,
        counter: Counter,
        count: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let count = i64::try_from(count).map_err(|_| StoreError::TooMany)?;
        match self {
            Tx::Sqlite(tx) => {
                let sql = match counter {
                    Counter::Reports => "UPDATE report_ids SET next = next + $1 RETURNING next",
                    Counter::Orders => "UPDATE order_ids SET next = next + $1 RETURNING next",
                };
                let next: i64 =
                    sqlx::query_scalar::<Sqlite, i64>(sql).bind(count).fetch_one(&mut **tx).await?;
                Ok((next - count..next).collect())
            }
            Tx::Postgres(tx) => {
                let sql = match counter {
                    Counter::Reports => "SELECT nextval('report_ids') FROM generate_series(1, $1)",
                    Counter::Orders => "SELECT nextval('order_ids') FROM generate_series(1, $1)",
                };
                let ids = sqlx::query_scalar::<Postgres, i64>(sql)
                    .bind(count)
                    .fetch_all(&mut **tx)
                    .await?;
                Ok(ids)
            }
        }
    }

    /// The database server's clock in milliseconds, where there is a server.
    pub async fn server_time(&mut self) -> Result<Option<i64>, StoreError> {
        match self {
            Tx::Sqlite(_) => Ok(None),
            Tx::Postgres(tx) => {
                let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT";
                let millis = sqlx::query_scalar::<Postgres, i64>(sql).fetch_one(&mut **tx).await?;
                Ok(Some(millis))
            }
        }
    }
}
