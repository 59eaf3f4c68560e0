//! What waiting deadlines cost, and how fast those that are due are acted on.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use serde::Serialize;

use super::Bench;
use super::creates::asked;
use super::jobs::{NOTICES_LEFT, watch};
use super::meter::Meter;
use crate::database::Engine;
use crate::desk::{Desk, Model, Serving};
use crate::figure::{Figure, rate};
use crate::load::{Load, run};

/// Waiting deadlines on one engine.
#[derive(Debug, Serialize)]
pub(super) struct Sweep {
    pub(super) engine: Engine,
    /// Percent of one processor, of a desk with nothing in it.
    pub(super) empty_percent: Figure,
    /// The same with all the deadlines.
    pub(super) idle_percent: Figure,
    /// Deadlines a second, when many come due at once.
    pub(super) due: Figure,
    /// Deadlines that were not acted on when the watch was over, over all runs.
    pub(super) due_left: u64,
}

pub(super) fn measure(bench: &Bench, binary: &Path) -> Result<Vec<Sweep>> {
    let mut found = Vec::new();
    for engine in Engine::BOTH {
        let mut sweep = Sweep {
            engine,
            empty_percent: Figure::default(),
            idle_percent: Figure::default(),
            due: Figure::default(),
            due_left: 0,
        };
        let url = (engine == Engine::Postgres).then_some(bench.server.url.as_str());
        let empty = Model::new(binary, url, 0)?.desk()?;
        println!("bench: an idle empty desk on {}", engine.name());
        sweep.empty_percent.add(idle(bench, engine, &empty.start()?));
        let desk = with_deadlines(bench, engine)?;
        let serving = desk.start()?;
        println!("bench: {} waiting deadlines on {}", bench.size.deadlines, engine.name());
        sweep.idle_percent.add(idle(bench, engine, &serving));
        let mut first = 2;
        bench.each_run(&format!("due deadlines on {}", engine.name()), || {
            let last = first + bench.size.due - 1;
            let (rate, left) = come_due(bench, &desk, (first, last))?;
            sweep.due.add(rate);
            sweep.due_left += left;
            first = last + 1;
            Ok(())
        })?;
        found.push(sweep);
    }
    Ok(found)
}

/// Percent of one processor that a desk and its server use when nothing happens.
fn idle(bench: &Bench, engine: Engine, serving: &Serving) -> f64 {
    std::thread::sleep(Duration::from_millis(700));
    let meter = Meter::begin(serving.process(), bench.server_of(engine));
    std::thread::sleep(Duration::from_millis(bench.size.idle_ms));
    let cost = meter.end();
    (cost.desk + cost.server).as_secs_f64() * 100.0 / cost.time.as_secs_f64()
}

/// A desk with so many running deadlines, a year ahead. One comes through the endpoint, the others are
/// copies of its row for other services.
fn with_deadlines(bench: &Bench, engine: Engine) -> Result<Desk> {
    let desk = bench.model(engine)?.desk()?;
    desk.set("time_limit.period", "8760h")?;
    desk.set("time_limit.reminder", "false")?;
    desk.set("time_limit.require_notice", "false")?;
    desk.set("limits.suspensions_per_hour", "1000000")?;
    let serving = desk.start()?;
    let found = run(Load {
        address: serving.address,
        callers: 1,
        warm_up: Duration::ZERO,
        length: Duration::from_secs(20),
        most: 1,
        asked: asked(&desk, "timelimit"),
        first_tag: 0,
    })?;
    anyhow::ensure!(found.successes == 1, "the first report was refused: {:?}", found.outcomes);
    let mut database = desk.open_database()?;
    watch(&mut database, Duration::from_secs(10), NOTICES_LEFT, |left| left == 0)?;
    serving.stop()?;
    let services = desk.services;
    let service = format!("(n * 7919) % {services} + 1");
    let customer = format!("CAST(((n * 7919) % {services} + 1) / 3 + 1 AS TEXT)");
    let rows = (2, bench.size.deadlines);
    database.copy_row("reports", rows, &[("service_id", &service), ("customer_id", &customer)])?;
    if engine == Engine::Postgres {
        database.execute("ANALYZE")?;
    }
    Ok(desk)
}

/// Makes deadlines due now and watches until all are acted on: rate, and how many were not.
fn come_due(bench: &Bench, desk: &Desk, (first, last): (u64, u64)) -> Result<(f64, u64)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let mut database = desk.open_database()?;
    database.execute(&format!(
        "UPDATE reports SET deadline_at = {now}, wake_at = {now} WHERE id BETWEEN {first} AND {last}"
    ))?;
    let began = Instant::now();
    let from = format!("reports WHERE id BETWEEN {first} AND {last} AND wake_at IS NOT NULL");
    let left = watch(&mut database, bench.size.watch(), &from, |left| left == 0)?;
    Ok((rate(last - first + 1 - left, began.elapsed()), left))
}
