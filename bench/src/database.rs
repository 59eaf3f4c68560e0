//! Looking into a desk's database, and filling it with what no benchmark should have to wait for.

use std::path::PathBuf;

use anyhow::{Context, Result};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, PgConnection, Row, SqliteConnection,
};
use tokio::runtime::Runtime;

use crate::caller::tag_of;

/// Which engine a desk runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Engine {
    /// A file.
    #[serde(rename = "SQLite")]
    Sqlite,
    /// A server.
    #[serde(rename = "PostgreSQL")]
    Postgres,
}

impl Engine {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a file.
    Sqlite(PathBuf),
    /// On a server.
    Postgres(String),
}

/// One connection, used from outside of any runtime.
#[derive(Debug)]
pub struct Database {
    runtime: Runtime,
    connection: Either,
}

#[derive(Debug)]
enum Either {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs the same body on whichever connection it is.
macro_rules! on {
    ($database:expr, $connection:ident => $body:expr) => {{
        let Database { runtime, connection } = $database;
        match connection {
            Either::Sqlite($connection) => runtime.block_on($body),
            Either::Postgres($connection) => runtime.block_on($body),
        }
    }};
}

impl Database {
    /// Connects.
    pub fn open(place: &Place) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let connection = match place {
            Place::Sqlite(file) => {
                let options = SqliteConnectOptions::new()
                    .filename(file)
                    .busy_timeout(std::time::Duration::from_secs(20))
                    .disable_statement_logging();
                Either::Sqlite(
                    runtime
                        .block_on(options.connect())
                        .with_context(|| format!("cannot open {}", file.display()))?,
                )
            }
            Place::Postgres(url) => Either::Postgres(
                runtime
                    .block_on(PgConnection::connect(url))
                    .with_context(|| format!("cannot connect to {url}"))?,
            ),
        };
        Ok(Self { runtime, connection })
    }

    /// Runs statements.
    pub fn execute(&mut self, sql: &str) -> Result<()> {
        let sql = AssertSqlSafe(sql.to_owned());
        on!(self, connection => async { sqlx::raw_sql(sql).execute(connection).await.map(|_| ()) })?;
        Ok(())
    }

    /// Inserts a row by a prepared statement, in a transaction of its own.
    pub fn insert(&mut self, sql: &'static str, id: i64, text: &str) -> Result<()> {
        on!(self, connection => async {
            sqlx::query(sql).bind(id).bind(text).execute(connection).await.map(|_| ())
        })?;
        Ok(())
    }

    /// One number.
    pub fn number(&mut self, sql: &str) -> Result<i64> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(on!(self, connection => async { sqlx::query_scalar(sql).fetch_one(connection).await })?)
    }

    /// How many rows there are: `FROM ...`.
    pub fn count(&mut self, from: &str) -> Result<u64> {
        Ok(u64::try_from(self.number(&format!("SELECT count(*) FROM {from}"))?)?)
    }

    /// One text.
    pub fn text(&mut self, sql: &str) -> Result<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(on!(self, connection => async { sqlx::query_scalar(sql).fetch_one(connection).await })?)
    }

    /// Number and tag of every report that has one.
    pub fn tagged_reports(&mut self) -> Result<Vec<(i64, u64)>> {
        let sql = "SELECT id, additional_info FROM reports ORDER BY id";
        let rows: Vec<(i64, String)> =
            on!(self, connection => async { sqlx::query_as(sql).fetch_all(connection).await })?;
        Ok(rows.into_iter().filter_map(|(id, info)| Some((id, tag_of(&info)?))).collect())
    }

    /// Makes the rows `first` to `last` of a table after the model of the row with the lowest id. In the
    /// expressions for columns that are to differ, `n` is the new id.
    pub fn copy_row(
        &mut self,
        table: &str,
        (first, last): (u64, u64),
        differ: &[(&str, &str)],
    ) -> Result<()> {
        let model = format!("SELECT * FROM {table} ORDER BY id LIMIT 1");
        let model_row = AssertSqlSafe(model.clone());
        let names: Vec<String> = on!(self, connection => async {
            let row = sqlx::query(model_row).fetch_one(connection).await?;
            Ok::<_, sqlx::Error>(row.columns().iter().map(|c| c.name().to_owned()).collect())
        })?;
        let values: Vec<String> = names
            .iter()
            .map(|name| match differ.iter().find(|(differing, _)| differing == name) {
                Some((_, expression)) => (*expression).to_owned(),
                None if name == "id" => "n".to_owned(),
                None => format!("model.{name}"),
            })
            .collect();
        self.execute(&format!(
            "WITH RECURSIVE numbers (n) AS
                (SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
             INSERT INTO {table} ({}) SELECT {} FROM numbers, ({model}) AS model",
            names.join(", "),
            values.join(", "),
        ))
    }
}
