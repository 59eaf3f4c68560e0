//! How fast jobs are done: notices to the mail sink, orders to the recording enforcer.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use super::Bench;
use super::creates::asked;
use crate::database::{Database, Engine};
use crate::desk::{Desk, Serving};
use crate::figure::{Figure, rate};
use crate::load::{Load, run};
use crate::sink::Sink;

/// Notices that are still to be sent.
pub(super) const NOTICES_LEFT: &str = "jobs WHERE kind = 'send_notice' AND NOT dead";

/// Orders that a panel has answered.
const ORDERS_DONE: &str = "orders WHERE answered_at IS NOT NULL";

/// How often the tables are looked at meanwhile.
const LOOK: Duration = Duration::from_millis(200);

/// What one engine does.
#[derive(Debug, Serialize)]
pub(super) struct Drain {
    pub(super) engine: Engine,
    /// Notices a second, after the callers had stopped.
    pub(super) notices: Figure,
    /// The same with a mail server that acknowledges at once.
    pub(super) notices_prompt: Figure,
    /// Orders a second, from the first create to the last order.
    pub(super) orders: Figure,
    /// Orders that were not done when the watch was over, over all runs.
    pub(super) orders_left: u64,
}

pub(super) fn measure(bench: &Bench) -> Result<Vec<Drain>> {
    let mut found = Vec::new();
    for engine in Engine::BOTH {
        let mut drain = Drain {
            engine,
            notices: Figure::default(),
            notices_prompt: Figure::default(),
            orders: Figure::default(),
            orders_left: 0,
        };
        bench.each_run(&format!("notices on {}", engine.name()), || {
            drain.notices.add(notices(bench, engine, Sink::Usual)?);
            drain.notices_prompt.add(notices(bench, engine, Sink::Prompt)?);
            Ok(())
        })?;
        bench.each_run(&format!("orders on {}", engine.name()), || {
            let (rate, left) = orders(bench, engine)?;
            drain.orders.add(rate);
            drain.orders_left += left;
            Ok(())
        })?;
        found.push(drain);
    }
    Ok(found)
}

/// Fills the desk, and watches until no notice is left.
fn notices(bench: &Bench, engine: Engine, sink: Sink) -> Result<f64> {
    let desk = bench.model(engine)?.desk()?;
    desk.mail_to(sink)?;
    let serving = desk.start()?;
    fill(&desk, &serving, bench.size.drained, "nosuspend")?;
    let mut database = desk.open_database()?;
    let began = Instant::now();
    let first = database.count(NOTICES_LEFT)?;
    let left = watch(&mut database, bench.size.watch(), NOTICES_LEFT, |left| left == 0)?;
    Ok(rate(first.saturating_sub(left), began.elapsed()))
}

/// Lets every report suspend its service at once; orders a second, and how many were not done in time.
fn orders(bench: &Bench, engine: Engine) -> Result<(f64, u64)> {
    let desk = bench.model(engine)?.desk()?;
    desk.set("limits.suspensions_per_hour", "1000000")?;
    let serving = desk.start()?;
    let began = Instant::now();
    fill(&desk, &serving, bench.size.suspended, "immediate")?;
    let mut database = desk.open_database()?;
    let wanted = bench.size.suspended;
    let done = watch(&mut database, bench.size.watch(), ORDERS_DONE, |done| done >= wanted)?;
    Ok((rate(done, began.elapsed()), wanted.saturating_sub(done)))
}

fn fill(desk: &Desk, serving: &Serving, reports: u64, suspend_method: &'static str) -> Result<()> {
    let found = run(Load {
        address: serving.address,
        callers: 64,
        warm_up: Duration::ZERO,
        length: Duration::from_mins(1),
        most: reports,
        asked: asked(desk, suspend_method),
        first_tag: 0,
    })?;
    anyhow::ensure!(found.successes == reports, "not every create went well: {:?}", found.outcomes);
    Ok(())
}

/// Looks at a count until it is as wanted or the time is over; the last count.
pub(super) fn watch(
    database: &mut Database,
    patience: Duration,
    from: &str,
    is_so: impl Fn(u64) -> bool,
) -> Result<u64> {
    let began = Instant::now();
    loop {
        let count = database.count(from)?;
        if is_so(count) || began.elapsed() >= patience {
            return Ok(count);
        }
        std::thread::sleep(LOOK);
    }
}
