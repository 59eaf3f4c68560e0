//! What a synced commit of one row costs by itself: below this nothing durable can go.

use std::time::Instant;

use anyhow::Result;
use serde::Serialize;

use super::Bench;
use crate::database::{Database, Engine, Place};
use crate::figure::Figure;
use crate::histogram::Histogram;

/// Bare commits of one engine.
#[derive(Debug, Serialize)]
pub(super) struct Commits {
    pub(super) engine: Engine,
    pub(super) rate: Figure,
    pub(super) p50_ms: Figure,
    pub(super) p99_ms: Figure,
}

pub(super) fn measure(bench: &Bench) -> Result<Vec<Commits>> {
    Engine::BOTH.into_iter().map(|engine| of(bench, engine)).collect()
}

fn of(bench: &Bench, engine: Engine) -> Result<Commits> {
    let mut found = Commits {
        engine,
        rate: Figure::default(),
        p50_ms: Figure::default(),
        p99_ms: Figure::default(),
    };
    bench.each_run(&format!("bare commits on {}", engine.name()), || {
        let folder = tempfile::tempdir()?;
        let mut database = match engine {
            Engine::Sqlite => {
                let file = folder.path().join("bare.db");
                std::fs::File::create(&file)?;
                let mut database = Database::open(&Place::Sqlite(file))?;
                database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
                database
            }
            Engine::Postgres => {
                Database::open(&Place::Postgres(format!("{}/postgres", bench.server.url)))?
            }
        };
        database.execute(
            "DROP TABLE IF EXISTS bare;
             CREATE TABLE bare (id BIGINT PRIMARY KEY, text TEXT NOT NULL)",
        )?;
        let latencies = insert(&mut database, bench)?;
        found.rate.add(crate::figure::rate(latencies.0.count(), latencies.1));
        found.p50_ms.add_millis(latencies.0.quantile(500));
        found.p99_ms.add_millis(latencies.0.quantile(990));
        Ok(())
    })?;
    Ok(found)
}

fn insert(database: &mut Database, bench: &Bench) -> Result<(Histogram, std::time::Duration)> {
    let text = "x".repeat(400);
    let mut latencies = Histogram::default();
    let began = Instant::now();
    let mut id = 0_i64;
    while began.elapsed() < bench.size.length() {
        id += 1;
        let asked = Instant::now();
        database.insert("INSERT INTO bare (id, text) VALUES ($1, $2)", id, &text)?;
        latencies.add(asked.elapsed());
    }
    Ok((latencies, began.elapsed()))
}
