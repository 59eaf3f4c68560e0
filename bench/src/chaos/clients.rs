//! Clients that are slow, and clients that do nothing.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::told::Told;
use super::{RECOVERY, Stage, callers};
use crate::caller::AMP;
use crate::database::Engine;
use crate::figure::digits;
use crate::load::{Found, Running};
use crate::process::file_limit;

/// Within this every slow client is cut off: a head may take 10 s, a body 30 s.
const CUT_OFF: Duration = Duration::from_mins(1);

pub(super) fn slow(stage: &mut Stage, told: &mut Told) -> Result<()> {
    let clients = stage.pick(200, 500);
    let watched = stage.time(3_000, 60_000);
    let desk = stage.model(Engine::Sqlite).desk()?;
    let serving = desk.start()?;
    let stop = Arc::new(AtomicBool::new(false));
    let slow = {
        let (stop, address) = (Arc::clone(&stop), serving.address);
        std::thread::spawn(move || drip(address, clients, &stop))
    };
    std::thread::sleep(Duration::from_millis(300));
    let load = callers(&desk, serving.address, 8, 0, 0);
    std::thread::sleep(watched);
    let found = served_meanwhile(load, told)?;
    stop.store(true, Ordering::Relaxed);
    let ended = slow.join().map_err(|_| anyhow!("the slow clients' thread ended badly"))??;
    told.did(format!(
        "{clients} clients send a byte a second, half of them within the head and half within the body \
         of a request, for {} s; 8 normal callers meanwhile: {}",
        watched.as_secs(),
        pace(&found)
    ));
    let longest = ended.iter().max().copied().unwrap_or_default();
    let cut = ended.len();
    told.did(format!(
        "{cut} of the slow ones were answered or cut off meanwhile, the last after {} s.",
        digits(longest.as_secs_f64())
    ));
    if watched >= CUT_OFF && cut < clients {
        told.broken(format!("{} slow clients were never cut off", clients - cut));
    }
    told.look_at(&serving);
    told.take_answers(&found, &[]);
    serving.stop()?;
    told.compare(&desk, &found)
}

/// Slow clients until `stop`: after how long each of those that came to an end did.
fn drip(address: SocketAddr, clients: usize, stop: &Arc<AtomicBool>) -> Result<Vec<Duration>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..clients {
            let stop = Arc::clone(stop);
            tasks.spawn(async move { drip_one(address, number % 2 == 0, &stop).await });
        }
        let mut ended = Vec::new();
        while let Some(task) = tasks.join_next().await {
            ended.extend(task.ok().flatten());
        }
        Ok(ended)
    })
}

async fn drip_one(address: SocketAddr, in_head: bool, stop: &AtomicBool) -> Option<Duration> {
    let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
    let began = Instant::now();
    let mut head = format!(
        "POST {AMP} HTTP/1.1\r\nHost: billing.example.com\r\nContent-Length: 100000\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nX-Slow: "
    );
    if !in_head {
        head.push_str("no\r\n\r\naction=create&category=");
    }
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut answer = [0; 1024];
    while !stop.load(Ordering::Relaxed) {
        let read = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut answer)).await;
        if read.is_ok() || stream.write_all(b"a").await.is_err() {
            return Some(began.elapsed());
        }
    }
    None
}

pub(super) fn idle(stage: &mut Stage, told: &mut Told) -> Result<()> {
    let count = stage.pick(2_000, 10_000);
    if file_limit() < count + 200 {
        bail!(
            "this process may open {} files, and needs {}: raise `ulimit -n`",
            file_limit(),
            count + 200
        );
    }
    let desk = stage.model(Engine::Sqlite).desk()?;
    let serving = desk.start()?;
    let mut open = Vec::new();
    for _ in 0..count {
        open.push(TcpStream::connect_timeout(&serving.address, Duration::from_secs(10))?);
    }
    let load = callers(&desk, serving.address, 8, 0, 0);
    std::thread::sleep(stage.time(1_500, 20_000));
    let found = served_meanwhile(load, told)?;
    let still_open = open.iter().filter(|stream| is_open(stream)).count();
    told.did(format!(
        "{count} connections are opened and nothing is sent on them; 8 normal callers meanwhile: {} At \
         the end {still_open} of the idle ones were still open.",
        pace(&found)
    ));
    told.look_at(&serving);
    drop(open);
    let after = callers(&desk, serving.address, 8, 0, found.next_tag);
    told.recovered(after.wait_for_success(0, RECOVERY), "after the idle connections were closed");
    let mut all = found;
    all.merge(after.stop()?);
    told.take_answers(&all, &[]);
    serving.stop()?;
    told.compare(&desk, &all)
}

/// Ends a load that must have been served all the while.
fn served_meanwhile(load: Running, told: &mut Told) -> Result<Found> {
    let before = load.successes();
    if load.wait_for_success(before, RECOVERY).is_none() {
        told.broken("the usual callers were not served");
    }
    load.stop()
}

fn pace(found: &Found) -> String {
    format!(
        "{} creates a second, p50 {} ms, p99 {} ms.",
        digits(crate::figure::rate(found.latencies.count(), found.window)),
        digits(found.latencies.quantile(500).as_secs_f64() * 1e3),
        digits(found.latencies.quantile(990).as_secs_f64() * 1e3),
    )
}

fn is_open(stream: &TcpStream) -> bool {
    let mut byte = [0];
    let nothing_yet = |error: &std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
    stream.set_nonblocking(true).is_ok()
        && stream.peek(&mut byte).is_err_and(|error| nothing_yet(&error))
}
