//! A database of one's own for each story.

use std::sync::atomic::{AtomicU32, Ordering};

use portreeve_core::ids::ServiceKey;
use portreeve_store::{Db, Tx};
use sqlx::Connection;
use tempfile::TempDir;

/// Where the tests' PostgreSQL listens; `cargo xtask test` starts one and sets this.
const POSTGRES: &str = "PORTREEVE_TEST_POSTGRES";

static NUMBER: AtomicU32 = AtomicU32::new(0);

pub(crate) struct World {
    pub(crate) db: Db,
    dir: Option<TempDir>,
    database: Option<(String, String)>,
}

/// Tells a story on each engine, each in a database of its own.
macro_rules! on_both {
    ($(async fn $name:ident($world:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            async fn story($world: &World) $body

            #[tokio::test]
            async fn on_sqlite() {
                let world = World::sqlite().await;
                story(&world).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let world = World::postgres().await;
                story(&world).await;
                world.drop_database().await;
            }
        })+
    };
}
pub(crate) use on_both;

impl World {
    pub(crate) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&dir.path().join("desk.db")).await.unwrap();
        Self { db, dir: Some(dir), database: None }
    }

    pub(crate) async fn postgres() -> Self {
        let server = std::env::var(POSTGRES)
            .unwrap_or_else(|_| panic!("{POSTGRES} is not set: run `cargo xtask test`"));
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("store_{}_{number}", std::process::id());
        run(&server, format!("CREATE DATABASE {name}")).await;
        let db = Db::open_postgres(&format!("{server}/{name}")).await.unwrap();
        Self { db, dir: None, database: Some((server, name)) }
    }

    pub(crate) async fn drop_database(&self) {
        self.db.close().await;
        if let Some((server, name)) = &self.database {
            run(server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }

    /// Lets the database look at what it has, as it does by itself after a while.
    pub(crate) async fn analyze(&self) {
        match (&self.database, &self.dir) {
            (Some((server, name)), _) => {
                run_in(&format!("{server}/{name}"), "ANALYZE".to_owned()).await;
            }
            (None, Some(dir)) => {
                use sqlx::ConnectOptions;
                let options =
                    sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("desk.db"));
                let mut connection = options.connect().await.unwrap();
                sqlx::raw_sql("ANALYZE").execute(&mut connection).await.unwrap();
            }
            (None, None) => {}
        }
    }

    /// The same database, opened only to be looked at.
    pub(crate) async fn look(&self) -> Db {
        match (&self.database, &self.dir) {
            (Some((server, name)), _) => {
                Db::look_at_postgres(&format!("{server}/{name}")).await.unwrap()
            }
            (None, dir) => {
                let file = dir.as_ref().expect("its folder").path().join("desk.db");
                Db::look_at_sqlite(&file).await.unwrap()
            }
        }
    }

    /// A transaction that may write.
    pub(crate) async fn tx(&self) -> Tx {
        self.db.write().await.unwrap()
    }
}

async fn run(server: &str, sql: String) {
    run_in(&format!("{server}/postgres"), sql).await;
}

async fn run_in(url: &str, sql: String) {
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

pub(crate) fn key(id: i64) -> ServiceKey {
    ServiceKey::parse(&id.to_string(), "main").unwrap()
}
