//! Requests: the constant answer, creates, and creates for longer.

use std::time::Duration;

use anyhow::{Result, bail};
use serde::Serialize;

use super::meter::Meter;
use super::{Bench, CONNECTIONS};
use crate::database::Engine;
use crate::desk::{Desk, Serving};
use crate::figure::{Figure, number};
use crate::load::{Asked, Load, run};
use crate::process::memory;

/// A kind of request at a number of connections.
#[derive(Debug, Serialize)]
pub(super) struct Point {
    pub(super) engine: Engine,
    pub(super) connections: usize,
    pub(super) rate: Figure,
    pub(super) p50_ms: Figure,
    pub(super) p99_ms: Figure,
    pub(super) max_ms: Figure,
    /// Requests that did not succeed, over all runs.
    pub(super) failures: u64,
    pub(super) desk_cpu_us: Figure,
    pub(super) server_cpu_us: Figure,
    pub(super) callers_cpu_us: Figure,
    /// Requests a second if nothing but these three used the processors, and they all of them.
    pub(super) ceiling: Figure,
    pub(super) others_percent: Figure,
    pub(super) memory_mib: Figure,
    pub(super) notices_done: Figure,
    pub(super) notices_left: Figure,
}

impl Point {
    fn new(engine: Engine, connections: usize) -> Self {
        Self {
            engine,
            connections,
            rate: Figure::default(),
            p50_ms: Figure::default(),
            p99_ms: Figure::default(),
            max_ms: Figure::default(),
            failures: 0,
            desk_cpu_us: Figure::default(),
            server_cpu_us: Figure::default(),
            callers_cpu_us: Figure::default(),
            ceiling: Figure::default(),
            others_percent: Figure::default(),
            memory_mib: Figure::default(),
            notices_done: Figure::default(),
            notices_left: Figure::default(),
        }
    }

    /// Takes one run. How many requests succeeded.
    fn take(
        &mut self,
        bench: &Bench,
        serving: &Serving,
        asked: Asked,
        length: Duration,
    ) -> Result<u64> {
        let meter = Meter::begin(serving.process(), bench.server_of(self.engine));
        let found = run(Load {
            address: serving.address,
            callers: self.connections,
            warm_up: bench.size.warm_up(),
            length,
            most: 0,
            asked,
            first_tag: 0,
        })?;
        let cost = meter.end();
        let micros = |used: Duration| used.as_secs_f64() * 1e6 / number(found.successes.max(1));
        self.rate.add(found.rate());
        self.p50_ms.add_millis(found.latencies.quantile(500));
        self.p99_ms.add_millis(found.latencies.quantile(990));
        self.max_ms.add_millis(found.latencies.longest());
        self.failures += found.failures();
        self.desk_cpu_us.add(micros(cost.desk));
        if self.engine == Engine::Postgres {
            self.server_cpu_us.add(micros(cost.server));
        }
        self.callers_cpu_us.add(micros(cost.callers));
        let each = micros(cost.desk + cost.server + cost.callers);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.ceiling.add(number(u64::try_from(cores)?) * 1e6 / each);
        self.others_percent.add(cost.others * 100.0);
        if let Some((_, highest)) = memory(serving.process()) {
            self.memory_mib.add(number(highest) / 1024.0);
        }
        Ok(found.successes)
    }
}

/// The constant answer of a desk with the whole directory.
pub(super) fn constant(bench: &Bench) -> Result<Vec<Point>> {
    let mut points = Vec::new();
    let desk = bench.model(Engine::Sqlite)?.desk()?;
    let serving = desk.start()?;
    for connections in CONNECTIONS {
        let mut point = Point::new(Engine::Sqlite, connections);
        bench.each_run(&format!("constant answer, {connections} connections"), || {
            point.take(bench, &serving, Asked::Health, bench.size.length()).map(drop)
        })?;
        points.push(point);
    }
    Ok(points)
}

/// Creates; each run on a desk of its own.
pub(super) fn creates(bench: &Bench) -> Result<Vec<Point>> {
    let mut points = Vec::new();
    for engine in Engine::BOTH {
        for connections in CONNECTIONS {
            let mut point = Point::new(engine, connections);
            let what = format!("creates on {}, {connections} connections", engine.name());
            bench.each_run(&what, || create(bench, &mut point, bench.size.length()))?;
            points.push(point);
        }
    }
    Ok(points)
}

/// Creates for so long that notices, growing tables and checkpoints have their say.
pub(super) fn long(bench: &Bench) -> Result<Vec<Point>> {
    let mut points = Vec::new();
    for engine in Engine::BOTH {
        println!("bench: a long load of creates on {}", engine.name());
        let mut point = Point::new(engine, 64);
        create(bench, &mut point, Duration::from_millis(bench.size.long_ms))?;
        points.push(point);
    }
    Ok(points)
}

fn create(bench: &Bench, point: &mut Point, length: Duration) -> Result<()> {
    let desk = bench.model(point.engine)?.desk()?;
    let serving = desk.start()?;
    let acknowledged = point.take(bench, &serving, asked(&desk, "nosuspend"), length)?;
    let mut database = desk.open_database()?;
    let done = database.count("notices")?;
    let left = database.count(super::jobs::NOTICES_LEFT)?;
    point.notices_done.add(number(done));
    point.notices_left.add(number(left));
    let stored = database.count("reports")?;
    if stored != acknowledged {
        bail!("{acknowledged} reports were acknowledged and {stored} are stored");
    }
    Ok(())
}

/// Creates on this desk.
pub(super) fn asked(desk: &Desk, suspend_method: &'static str) -> Asked {
    Asked::Create {
        api_id: desk.api_id.clone(),
        services: desk.services,
        suspend_method,
        padding: 0,
    }
}
