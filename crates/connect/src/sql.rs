//! A database as a directory: a query over `MySQL`, `MariaDB` or PostgreSQL whose columns are named as those of
//! the directory file. It is only read.
//!
//! Everything is asked for as text, so that any type of column will do.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::StreamExt;
use portreeve_app::directory::{
    COLUMNS, Check, Limit, Listed, Page, Pass, Source, SourceError, read_row,
};
use portreeve_core::ids::ServiceId;
use portreeve_core::reason::Finding;
use portreeve_core::text::one_line;
use portreeve_core::time::Span;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Decode, Executor, MySql, Row};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Rows in a page.
const PAGE: usize = 250;

/// Characters of a database's complaint that go on record.
const WORDS: usize = 300;

/// A row by the names of its columns, in lower case.
pub type Fields = BTreeMap<String, String>;

/// A database to read from. Its address may hold a password and is never shown.
#[derive(Clone)]
pub struct Database {
    url: Url,
}

#[derive(Clone)]
enum Url {
    MySql(MySqlConnectOptions),
    Postgres(PgConnectOptions),
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.url {
            Url::MySql(_) => "Database(MySQL)",
            Url::Postgres(_) => "Database(PostgreSQL)",
        })
    }
}

/// A text that is no address of a database. Does not repeat the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be an address such as mysql://reader:password@127.0.0.1/whmcs or postgres://…")]
pub struct BadDatabase;

enum Connection {
    MySql(MySqlConnection),
    Postgres(PgConnection),
}

impl Database {
    /// Reads an address that begins with `mysql://`, `mariadb://` or `postgres://`.
    pub fn parse(text: &str) -> Result<Self, BadDatabase> {
        let url = match text.trim().split_once("://") {
            Some(("mysql" | "mariadb", _)) => {
                let options: MySqlConnectOptions = text.trim().parse().map_err(|_| BadDatabase)?;
                // The server keeps its own modes and zone: we only read.
                let options = options.pipes_as_concat(false).no_engine_substitution(false);
                Url::MySql(options.timezone(None).disable_statement_logging())
            }
            Some(("postgres" | "postgresql", _)) => {
                let options: PgConnectOptions = text.trim().parse().map_err(|_| BadDatabase)?;
                Url::Postgres(options.disable_statement_logging())
            }
            _ => return Err(BadDatabase),
        };
        Ok(Self { url })
    }

    async fn connect(&self) -> Result<Connection, sqlx::Error> {
        match &self.url {
            Url::MySql(options) => {
                let mut connection = options.connect().await?;
                connection.execute("SET SESSION TRANSACTION READ ONLY").await?;
                Ok(Connection::MySql(connection))
            }
            Url::Postgres(options) => {
                let mut connection = options.connect().await?;
                connection.execute("SET default_transaction_read_only = on").await?;
                Ok(Connection::Postgres(connection))
            }
        }
    }

    /// Runs a query and hands out its rows as they come, for as long as somebody takes them.
    async fn each_row(self, query: String, rows: mpsc::Sender<Fields>) -> Result<(), sqlx::Error> {
        match self.connect().await? {
            Connection::MySql(mut connection) => {
                let mut found = sqlx::raw_sql(AssertSqlSafe(query)).fetch(&mut connection);
                while let Some(row) = found.next().await {
                    if rows.send(of_mysql(&row?)?).await.is_err() {
                        break;
                    }
                }
            }
            Connection::Postgres(mut connection) => {
                let mut found = sqlx::raw_sql(AssertSqlSafe(query)).fetch(&mut connection);
                while let Some(row) = found.next().await {
                    if rows.send(of_postgres(&row?)?).await.is_err() {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// All rows of a query that has few, within a time limit.
    pub async fn rows(&self, query: &str, limit: Span) -> Result<Vec<Fields>, SourceError> {
        let (sender, mut receiver) = mpsc::channel(PAGE);
        let reading = self.clone().each_row(query.to_owned(), sender);
        let taking = async {
            let mut rows = Vec::new();
            while let Some(row) = receiver.recv().await {
                rows.push(row);
            }
            rows
        };
        let both = async { tokio::join!(reading, taking) };
        let (read, rows) =
            tokio::time::timeout(limit.to_std(), both).await.map_err(|_| no_answer(limit))?;
        read.map_err(|error| complaint(&error))?;
        Ok(rows)
    }
}

fn no_answer(limit: Span) -> SourceError {
    SourceError::Unreachable(Finding::NoAnswer { within: limit })
}

fn complaint(error: &sqlx::Error) -> SourceError {
    let said = one_line(&error.to_string(), WORDS);
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut => {
            SourceError::Unreachable(Finding::DatabaseUnreachable { said })
        }
        sqlx::Error::Database(_) => SourceError::Denied(Finding::Said { said }),
        _ => SourceError::Unreadable(Finding::Unreadable { said }),
    }
}

fn of_mysql(row: &MySqlRow) -> Result<Fields, sqlx::Error> {
    let mut fields = Fields::new();
    for (at, column) in row.columns().iter().enumerate() {
        // Asked for without preparing, every value comes as text.
        let value = row.try_get_raw(at)?;
        let bytes = <Option<&[u8]> as Decode<MySql>>::decode(value).map_err(sqlx::Error::Decode)?;
        let text = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        fields.insert(column.name().to_lowercase(), text.unwrap_or_default());
    }
    Ok(fields)
}

fn of_postgres(row: &PgRow) -> Result<Fields, sqlx::Error> {
    use sqlx::ValueRef;
    let mut fields = Fields::new();
    for (at, column) in row.columns().iter().enumerate() {
        let value = row.try_get_raw(at)?;
        let text =
            if value.is_null() { "" } else { value.as_str().map_err(sqlx::Error::Decode)? };
        fields.insert(column.name().to_lowercase(), text.to_owned());
    }
    Ok(fields)
}

/// A query as a directory.
#[derive(Debug, Clone)]
pub struct Directory {
    name: String,
    database: Database,
    query: String,
    /// Texts stand there sanitised for HTML, as in WHMCS's tables.
    entities: bool,
    timeout: Span,
}

impl Directory {
    /// The directory `name`, read by `query`.
    pub fn new(
        name: String,
        database: Database,
        query: &str,
        entities: bool,
        timeout: Span,
    ) -> Self {
        let query = query.trim().trim_end_matches(';').to_owned();
        Self { name, database, query, entities, timeout }
    }

    /// The row of a service, or why it cannot be read; an id that cannot be read makes the whole list
    /// worthless.
    fn row(&self, mut fields: Fields, page: &mut Page) -> Result<(), SourceError> {
        if self.entities {
            for text in fields.values_mut() {
                *text = htmlize::unescape(text.as_str()).into_owned();
            }
        }
        let field = |fields: &Fields, name: &str| fields.get(name).cloned().unwrap_or_default();
        let id = field(&fields, "service_id").trim().parse::<ServiceId>();
        let id = id.map_err(|_| {
            let id = one_line(&field(&fields, "service_id"), 40);
            SourceError::Unreadable(Finding::OddServiceId { id })
        })?;
        match read_row(&self.name, &|name| fields.get(name).map_or("", String::as_str)) {
            Ok(listed) => {
                page.odd.extend(listed.oddities());
                page.rows.push(listed);
            }
            Err((column, why)) => {
                page.odd.push(format!("service {id}: {column}: {why}"));
                page.unread.push(id);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Source for Directory {
    async fn begin(&self) -> Result<Box<dyn Pass>, SourceError> {
        let (sender, rows) = mpsc::channel(PAGE);
        let (database, query) = (self.database.clone(), self.query.clone());
        let reading = tokio::spawn(database.each_row(query, sender));
        Ok(Box::new(Reading { directory: self.clone(), rows, task: Some(reading) }))
    }

    async fn one(&self, id: ServiceId, limit: Limit) -> Result<Option<Listed>, SourceError> {
        // The id is a number, so that nothing but a number gets into the text.
        let query =
            format!("SELECT * FROM ({}) AS portreeve_row WHERE service_id = {id}", self.query);
        let mut page = Page::default();
        for fields in self.database.rows(&query, limit.span()).await? {
            self.row(fields, &mut page)?;
        }
        match (page.rows.pop(), page.odd.pop()) {
            (Some(row), _) => Ok(Some(row)),
            (None, Some(said)) => Err(SourceError::Unreadable(Finding::Unreadable { said })),
            (None, None) => Ok(None),
        }
    }

    fn reads_at_once(&self) -> bool {
        true
    }

    async fn check(&self) -> Vec<Check> {
        let query = format!("SELECT * FROM ({}) AS portreeve_row LIMIT 1", self.query);
        let read = self.database.rows(&query, self.timeout).await;
        let check = |what: &str, good, detail| Check { what: what.to_owned(), good, detail };
        let rows = match read {
            Err(error) => return vec![check("run the query", false, error.to_string())],
            Ok(rows) => rows,
        };
        let mut checks = vec![check("run the query", true, "it runs".to_owned())];
        let Some(row) = rows.first() else {
            checks.push(check("find services", false, "the query has no rows".to_owned()));
            return checks;
        };
        let known: Vec<&str> = COLUMNS.into_iter().filter(|name| row.contains_key(*name)).collect();
        let good = known.contains(&"service_id");
        let detail = if good {
            format!("columns that are used: {}", known.join(", "))
        } else {
            let has: Vec<&str> = row.keys().map(String::as_str).collect();
            format!("there is no column service_id but {}; write `… AS service_id`", has.join(", "))
        };
        checks.push(check("read the columns", good, detail));
        checks
    }
}

/// A pass over the rows of a query, in the order and at the instant of the database.
struct Reading {
    directory: Directory,
    rows: mpsc::Receiver<Fields>,
    task: Option<JoinHandle<Result<(), sqlx::Error>>>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

#[async_trait]
impl Pass for Reading {
    async fn next(&mut self) -> Result<Option<Page>, SourceError> {
        let mut rows = Vec::with_capacity(PAGE);
        let timeout = self.directory.timeout;
        let waiting = self.rows.recv_many(&mut rows, PAGE);
        let count = tokio::time::timeout(timeout.to_std(), waiting).await;
        if count.map_err(|_| no_answer(timeout))? == 0 {
            let Some(task) = self.task.take() else { return Ok(None) };
            // Rows that end by a fault are not all rows.
            return match task.await {
                Ok(Ok(())) => Ok(None),
                Ok(Err(error)) => Err(complaint(&error)),
                Err(error) => {
                    let said = error.to_string();
                    Err(SourceError::Unreadable(Finding::Unreadable { said }))
                }
            };
        }
        let mut page = Page::default();
        for row in rows {
            self.directory.row(row, &mut page)?;
        }
        Ok(Some(page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(entities: bool) -> Directory {
        let database = Database::parse("mysql://reader:hunter2@127.0.0.1/whmcs").expect("good");
        Directory::new("sql".into(), database, "SELECT 1;", entities, Span::from_secs(5))
    }

    #[test]
    fn addresses_of_databases_are_told_apart_and_never_shown() {
        for good in ["mysql://a@h/d", "mariadb://a:b@h:3307/d", "postgres://a@h/d"] {
            assert!(Database::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "h/d", "sqlite://x", "mysql:/h"] {
            assert_eq!(Database::parse(bad).err(), Some(BadDatabase), "{bad}");
        }
        assert!(!format!("{:?}", directory(false)).contains("hunter2"));
    }

    #[test]
    fn a_row_is_read_as_a_panel_keeps_it_and_a_bad_one_is_not_gone() {
        let fields = |pairs: &[(&str, &str)]| -> Fields {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let mut page = Page::default();
        let good = [
            ("service_id", "7"),
            ("customer_name", "O&#039;Byrne"),
            ("status", "Completed"),
            ("assigned_ips", "192.0.2.1\r\n192.0.2.5/24 gateway"),
            ("valid_from", "2026-01-31 10:00:00"),
        ];
        directory(true).row(fields(&good), &mut page).expect("a row");
        assert_eq!(page.rows[0].service.customer_name, "O'Byrne");
        assert_eq!((page.rows[0].resources.len(), page.odd.len()), (2, 1));
        assert!(page.rows[0].start.at().is_some());
        let ranges = [
            ("service_id", "9"),
            ("status", "odd"),
            ("dedicated_ip", "192.0.2.9:8080"),
            ("assigned_ips", "192.0.2.12 - 192.0.2.15<br>198.51.100.32 255.255.255.248"),
            ("valid_from", "0000-00-00 00:00:00"),
        ];
        directory(false).row(fields(&ranges), &mut page).expect("a row");
        let held: Vec<String> = page.rows[1].resources.iter().map(ToString::to_string).collect();
        assert_eq!(held, ["192.0.2.9", "192.0.2.12/30", "198.51.100.32/29"]);
        assert_eq!(page.odd.len(), 2, "{:?}", page.odd);
        let long = "9".repeat(2_000);
        let bad = [("service_id", "8"), ("customer_id", long.as_str())];
        directory(false).row(fields(&bad), &mut page).expect("named");
        assert_eq!((page.rows.len(), page.unread.len()), (2, 1));
        let no_id = [("service_id", "x")];
        assert!(directory(false).row(fields(&no_id), &mut page).is_err());
    }
}
