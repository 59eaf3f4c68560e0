//! The database server goes away, or has no place left.

use std::time::Duration;

use anyhow::Result;

use super::told::Told;
use super::{RECOVERY, Stage, callers};
use crate::database::{Database, Engine, Place};
use crate::load::wait;

/// Clients at most that the greedy one tries to be.
const MOST_CLIENTS: usize = 200;

pub(super) fn stopped(stage: &mut Stage, told: &mut Told) -> Result<()> {
    let times = stage.pick(1, 5);
    let desk = stage.model(Engine::Postgres).desk()?;
    let serving = desk.start()?;
    let load = callers(&desk, serving.address, 16, 0, 0);
    for _ in 0..times {
        let before = load.successes();
        if load.wait_for_success(before + 50, RECOVERY).is_none() {
            told.broken("the desk did not serve before the server was stopped");
        }
        let refused = load.unavailable();
        stage.server.stop_at_once()?;
        if load.wait_for_unavailable(refused, RECOVERY).is_none() {
            told.broken("nobody was answered 503 while the server was away");
        }
        std::thread::sleep(stage.time(500, 3_000));
        stage.server.start_again()?;
        let back = load.successes();
        told.recovered(load.wait_for_success(back, RECOVERY), "after the server was back");
        std::thread::sleep(stage.time(300, 2_000));
    }
    told.did(format!(
        "16 callers create reports; {times} times the server is stopped as by a crash (SIGQUIT), stays \
         down until some time after the first 503, and is started again. *Recovery* counts from when \
         the server accepts connections."
    ));
    let found = load.stop()?;
    told.look_at(&serving);
    told.take_answers(&found, &[]);
    serving.stop()?;
    told.compare(&desk, &found)
}

pub(super) fn out_of_connections(stage: &mut Stage, told: &mut Told) -> Result<()> {
    let desk = stage.model(Engine::Postgres).desk()?;
    let serving = desk.start()?;
    let load = callers(&desk, serving.address, 16, 0, 0);
    if load.wait_for_success(50, RECOVERY).is_none() {
        told.broken("the desk did not serve at the beginning");
    }
    let place = Place::Postgres(format!("{}/postgres", stage.server.url));
    let mut greedy = Vec::new();
    let refused = load.unavailable();
    let name = desk.database_name().unwrap_or_default();
    // The desk holds some connections already: they are ended, and the greedy client is faster.
    let took_all = wait(RECOVERY, || {
        while greedy.len() < MOST_CLIENTS {
            match Database::open(&place) {
                Ok(one) => greedy.push(one),
                Err(_) => break,
            }
        }
        let Some(first) = greedy.first_mut() else { return false };
        let of_desk = format!("pg_stat_activity WHERE datname = '{name}'");
        let ended = format!("SELECT count(pg_terminate_backend(pid)) FROM {of_desk}");
        first.number(&ended).is_ok_and(|ended| ended == 0)
    });
    if took_all.is_none() {
        told.broken("the other client could not take all connections from the desk");
    }
    if load.wait_for_unavailable(refused, RECOVERY).is_none() {
        told.broken("nobody was answered 503 while there was no connection");
    }
    std::thread::sleep(stage.time(300, 10_000));
    let clients = greedy.len();
    drop(greedy);
    let back = load.successes();
    told.recovered(load.wait_for_success(back, RECOVERY), "after connections were free again");
    std::thread::sleep(stage.time(300, 2_000));
    told.did(format!(
        "The server takes 40 clients. While 16 callers create reports, another client opens {clients} \
         connections, and those of the desk are closed until it has none. Some time after the first 503, \
         the other client disconnects. *Recovery* counts from then."
    ));
    let found = load.stop()?;
    told.look_at(&serving);
    told.take_answers(&found, &[]);
    serving.stop()?;
    // The server needs a moment to see that the other client has gone.
    std::thread::sleep(Duration::from_millis(300));
    told.compare(&desk, &found)
}
