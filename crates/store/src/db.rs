//! Opening a database, and transactions on either engine.

use std::future::ready;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{
    ConnectOptions, Connection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
};

use crate::codes::Unknown;

/// SQLite before this can corrupt a database when one connection writes while another checkpoints
/// (the WAL-reset fault, mended in 3.51.3).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Readers beside the one writer.
const SQLITE_READERS: u32 = 4;

/// How long a statement waits for another process that writes.
const SQLITE_BUSY: Duration = Duration::from_secs(10);

/// Connections to a PostgreSQL server by one process.
const POSTGRES_CONNECTIONS: u32 = 16;

/// How long an operation waits for a free connection before the desk says that it is unavailable.
const ACQUIRE: Duration = Duration::from_secs(5);

/// Prepared statements kept by a connection: a multi-row insert has one form a row count.
const STATEMENTS: usize = 1_000;

/// What a database operation can fail with.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached; the source says which.
    #[error("the database did not do it")]
    Database(#[source] sqlx::Error),
    /// The database could not be opened.
    #[error("cannot open the database {place}")]
    Open {
        /// File or server, without password.
        place: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The tables could not be brought up to date.
    #[error("cannot bring the database {place} up to date")]
    Migrate {
        /// File or server, without password.
        place: String,
        /// Why.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// A file beside the database could not be used.
    #[error("cannot use {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The SQLite library is too old to be trusted.
    #[error("the SQLite library {0} is older than 3.51.3, which can corrupt a database")]
    OldSqlite(String),
    /// A row contradicts what the desk can mean.
    #[error("row {id} of table {table} has a bad {column}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Which row.
        id: String,
    },
    /// What is to be stored cannot be written as JSON.
    #[error("what is to be stored cannot be written")]
    Unwritable(#[source] serde_json::Error),
    /// An update that must hit found no row.
    #[error("{table} {id} is not there")]
    Gone {
        /// The table.
        table: &'static str,
        /// Which row.
        id: String,
    },
    /// More rows at once than can be counted.
    #[error("too many rows at once")]
    TooMany,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::ColumnDecode { source, .. } = &error
            && let Some(unknown) = source.downcast_ref::<Unknown>()
        {
            return unknown.into();
        }
        Self::Database(error)
    }
}

impl StoreError {
    /// The database is out of reach or out of room: trying the rows one by one is of no use.
    pub fn is_unavailable(&self) -> bool {
        let Self::Database(error) = self else { return false };
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => true,
            sqlx::Error::Database(error) => {
                // SQLite: busy 5, read-only 8, I/O error 10, corrupt 11, full 13, cannot open 14.
                // PostgreSQL: classes 08 connection, 53 resources, 57 shutdown, 58 system.
                let code = error.code().unwrap_or_default().into_owned();
                match code.parse::<i32>() {
                    Ok(number) if code.len() < 5 => {
                        matches!(number & 0xff, 5 | 8 | 10 | 11 | 13 | 14)
                    }
                    _ => ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)),
                }
            }
            _ => false,
        }
    }

    /// A unique key is taken already.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}

/// Which engine a database runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file; one writer, many readers.
    Sqlite,
    /// A server, shared by any number of processes.
    Postgres,
}

/// An open database.
#[derive(Debug, Clone)]
pub enum Db {
    /// A file.
    Sqlite {
        /// The one connection that writes.
        write: SqlitePool,
        /// Connections that only read.
        read: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

/// A transaction on either engine. Dropped without [`Tx::commit`], it leaves no trace.
#[derive(Debug)]
pub enum Tx {
    /// On a file.
    Sqlite(Transaction<'static, Sqlite>),
    /// On a server.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs the same body on whichever engine a transaction is of. Inside, `$conn` is its connection and
/// `Database` names sqlx's type of it.
macro_rules! on {
    ($tx:expr, $conn:ident => $body:expr) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => {
                type Database = sqlx::Sqlite;
                let _ = std::marker::PhantomData::<Database>;
                let $conn = &mut **tx;
                $body
            }
            $crate::Tx::Postgres(tx) => {
                type Database = sqlx::Postgres;
                let _ = std::marker::PhantomData::<Database>;
                let $conn = &mut **tx;
                $body
            }
        }
    };
}
pub(crate) use on;

impl Db {
    /// Opens (and makes, if it is not there) the SQLite file, and brings its tables up to date.
    pub async fn open_sqlite(file: &Path) -> Result<Self, StoreError> {
        refuse_old_sqlite(&sqlite_version())?;
        let place = file.display().to_string();
        let opened = |source| StoreError::Open { place: place.clone(), source };
        // Two processes that start at once must not both make the tables.
        let _alone = lock_beside(file)?;
        if !file.exists() {
            let unmade = |source| StoreError::File { path: file.to_owned(), source };
            private_file(file).map_err(unmade)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(SQLITE_BUSY)
            .foreign_keys(true)
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(ready(is_between_transactions(connection))))
            .after_connect(|connection, _| Box::pin(refuse_read_only(connection)))
            .connect_with(options.clone())
            .await
            .map_err(opened)?;
        sqlx::migrate!("migrations/sqlite")
            .run(&write)
            .await
            .map_err(|source| StoreError::Migrate { place: place.clone(), source })?;
        let read = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(ready(is_between_transactions(connection))))
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(opened)?;
        Ok(Self::Sqlite { write, read })
    }

    /// Opens a SQLite file as it is, only to read it: nothing is made, and no table is changed.
    pub async fn look_at_sqlite(file: &Path) -> Result<Self, StoreError> {
        let opened = |source| StoreError::Open { place: file.display().to_string(), source };
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .read_only(true)
            .busy_timeout(SQLITE_BUSY)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE)
            .connect_with(options)
            .await
            .map_err(opened)?;
        Ok(Self::Sqlite { write: pool.clone(), read: pool })
    }

    /// Connects to a PostgreSQL server as it is, only to read: no table is changed.
    pub async fn look_at_postgres(url: &str) -> Result<Self, StoreError> {
        let opened = |source| StoreError::Open { place: "at database.url".to_owned(), source };
        let options = PgConnectOptions::from_str(url)
            .map_err(opened)?
            .application_name("portreeve")
            .options([("default_transaction_read_only", "on")])
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE)
            .connect_with(options)
            .await
            .map_err(opened)?;
        Ok(Self::Postgres(pool))
    }

    /// Connects to a PostgreSQL server and brings the tables up to date (under its advisory lock, so
    /// that several processes may start at once).
    pub async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|source| StoreError::Open { place: "at database.url".to_owned(), source })?
            .application_name("portreeve")
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let place = format!(
            "{} on {}:{}",
            options.get_database().unwrap_or("(default)"),
            options.get_host(),
            options.get_port()
        );
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Open { place: place.clone(), source })?;
        sqlx::migrate!("migrations/postgres")
            .run(&pool)
            .await
            .map_err(|source| StoreError::Migrate { place, source })?;
        Ok(Self::Postgres(pool))
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a transaction that may write. On SQLite it waits for the writer's place at once, so
    /// that what it reads first is still true when it writes.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that only reads, all of it as it stood at one moment. Never waits for a writer.
    pub async fn snapshot(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            // A deferred transaction sees what there was at its first statement.
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Self::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Tx::Postgres(pool.begin_with(begin).await?)
            }
        })
    }

    /// Begins a transaction that only reads. Never waits for a writer. On PostgreSQL each statement sees what there is
    /// then; what has to fit together is read in a [`Db::snapshot`].
    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Closes all connections, after what they are doing.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes all of it durable: returns only after the commit is synced.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Which engine it is on.
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// After an I/O error or on a full disk SQLite itself ends the transaction; sqlx still counts it, and
/// would begin nothing on that connection ever again. Such a connection is replaced.
#[expect(clippy::unnecessary_wraps, reason = "the pool's hook may fail")]
fn is_between_transactions(connection: &SqliteConnection) -> Result<bool, sqlx::Error> {
    Ok(!connection.is_in_transaction())
}

/// Where a file cannot be written to at the moment, SQLite opens it for reading and says nothing. Such a
/// connection would never write again, even when the file can be written to: it is not taken.
async fn refuse_read_only(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("BEGIN IMMEDIATE; CREATE TABLE probe_of_writing (x); ROLLBACK")
        .execute(connection)
        .await
        .map(drop)
}

fn sqlite_version() -> String {
    // The bundled library's own constant; the crate is linked, so it cannot differ at run time.
    String::from_utf8_lossy(libsqlite3_sys::SQLITE_VERSION.to_bytes()).into_owned()
}

fn refuse_old_sqlite(version: &str) -> Result<(), StoreError> {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    let found = (next(), next(), next());
    if found < OLDEST_SQLITE { Err(StoreError::OldSqlite(version.to_owned())) } else { Ok(()) }
}

/// Holds `<file>.lock` until it is dropped.
fn lock_beside(file: &Path) -> Result<std::fs::File, StoreError> {
    let path = file.with_extension("migrate.lock");
    let failed = |source| StoreError::File { path: path.clone(), source };
    let lock = private_file(&path).map_err(failed)?;
    lock.lock().map_err(failed)?;
    Ok(lock)
}

/// Opens a file, or makes it readable for its owner only, whatever the process has as its mask. The files that SQLite
/// puts beside a database get the rights of the database.
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transaction_that_sqlite_ended_by_itself_does_not_block_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open_sqlite(&folder.path().join("x.db")).await.expect("opens");
        for _ in 0..3 {
            let mut tx = db.write().await.expect("a connection that can begin");
            let Tx::Sqlite(inner) = &mut tx else { panic!("SQLite") };
            // What a full disk does, without sqlx's knowledge.
            sqlx::raw_sql("ROLLBACK").execute(&mut **inner).await.expect("rolls back");
            assert!(tx.commit().await.is_err(), "nothing is left to commit");
        }
        db.write().await.expect("a connection that can begin").commit().await.expect("commits");
    }

    #[tokio::test]
    async fn a_connection_that_cannot_write_is_not_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.db");
        Db::open_sqlite(&file).await.expect("opens").close().await;
        let options = SqliteConnectOptions::new().filename(&file);
        let mut writes = options.clone().connect().await.expect("connects");
        refuse_read_only(&mut writes).await.expect("it can be written to");
        let mut reads = options.read_only(true).connect().await.expect("connects");
        let refused = StoreError::from(refuse_read_only(&mut reads).await.expect_err("refused"));
        assert!(refused.is_unavailable(), "{refused:?}");
    }

    #[test]
    fn an_old_sqlite_is_refused_and_the_bundled_one_is_not() {
        assert!(refuse_old_sqlite(&sqlite_version()).is_ok());
        assert!(refuse_old_sqlite("3.51.3").is_ok());
        for old in ["3.51.2", "3.40.1", "2.8.17", "odd"] {
            assert!(refuse_old_sqlite(old).is_err(), "{old} was taken");
        }
    }
}
