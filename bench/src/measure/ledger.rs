//! The ledger in memory, and what it means for the start of a desk.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use portreeve_core::ids::{ServiceId, ServiceKey};
use portreeve_core::ledger::{Assignment, Interval, Ledger, Resource};
use portreeve_core::time::{Timestamp, from_millis};
use serde::{Deserialize, Serialize};

use super::{ASSIGNMENTS, Bench};
use crate::database::Engine;
use crate::desk::{Desk, Model};
use crate::figure::{Figure, number};
use crate::process::memory;

/// Asks this program to measure a ledger alone, in a process of its own.
pub const LEDGER_COMMAND: &str = "ledger-alone";

/// Assignments and questions are made ahead in portions, so that making them is not measured.
const PORTION: u64 = 10_000;

/// Questions of each kind.
const QUESTIONS: u64 = 1_000_000;

/// A moment at which everything is held.
const NOW: i64 = 1_800_000_000_000;

/// A ledger of some size.
#[derive(Debug, Serialize)]
pub(super) struct InProcess {
    pub(super) assignments: u64,
    pub(super) load_s: Figure,
    pub(super) memory_mib: Figure,
    pub(super) holder_ns: Figure,
    pub(super) nobody_ns: Figure,
    pub(super) holds_ns: Figure,
}

/// What the process of its own says.
#[derive(Debug, Serialize, Deserialize)]
struct Alone {
    load_s: f64,
    memory_mib: f64,
    holder_ns: f64,
    nobody_ns: f64,
    holds_ns: f64,
}

/// The start of a desk with so many assignments.
#[derive(Debug, Serialize)]
pub(super) struct Start {
    pub(super) engine: Engine,
    pub(super) assignments: u64,
    pub(super) ready_s: Figure,
    pub(super) memory_mib: Figure,
}

pub(super) fn in_process(bench: &Bench) -> Result<Vec<InProcess>> {
    let mut found = Vec::new();
    for assignments in ASSIGNMENTS {
        let mut ledger = InProcess {
            assignments,
            load_s: Figure::default(),
            memory_mib: Figure::default(),
            holder_ns: Figure::default(),
            nobody_ns: Figure::default(),
            holds_ns: Figure::default(),
        };
        bench.each_run(&format!("ledger of {assignments}"), || {
            let us = std::env::current_exe()?;
            let output =
                Command::new(us).arg(LEDGER_COMMAND).arg(assignments.to_string()).output()?;
            if !output.status.success() {
                bail!("{}", String::from_utf8_lossy(&output.stderr));
            }
            let alone: Alone = serde_json::from_slice(&output.stdout)?;
            ledger.load_s.add(alone.load_s);
            ledger.memory_mib.add(alone.memory_mib);
            ledger.holder_ns.add(alone.holder_ns);
            ledger.nobody_ns.add(alone.nobody_ns);
            ledger.holds_ns.add(alone.holds_ns);
            Ok(())
        })?;
        found.push(ledger);
    }
    Ok(found)
}

/// Measures a ledger in this process and returns the figures as JSON.
pub fn alone(assignments: u64) -> Result<String> {
    let resident = || memory(std::process::id()).map_or(0, |(now, _)| now);
    let now = from_millis(NOW).context("an instant")?;
    let before = resident();
    let mut ledger = Ledger::default();
    let mut loading = Duration::ZERO;
    let mut first = 0;
    while first < assignments {
        let last = assignments.min(first + PORTION);
        let portion: Vec<Assignment> = (first..last).map(assignment).collect::<Result<_>>()?;
        let began = Instant::now();
        for assignment in &portion {
            ledger.put(assignment);
        }
        loading += began.elapsed();
        first = last;
    }
    let found = Alone {
        load_s: loading.as_secs_f64(),
        memory_mib: number(resident().saturating_sub(before)) / 1024.0,
        holder_ns: time_each(
            |n| resource(n % assignments),
            |asked| {
                let found = ledger.who_had(asked, now);
                assert!(!found.is_empty(), "{asked} has a holder");
                black_box(found);
            },
        ),
        nobody_ns: time_each(
            |n| {
                // 172.16.0.0/12: nobody's here.
                let host = u32::try_from(n % 0x10_0000).unwrap_or(0);
                Resource::Net(IpAddr::V4(Ipv4Addr::from(0xac10_0000 + host)).into())
            },
            |asked| {
                black_box(ledger.who_had(asked, now));
            },
        ),
        holds_ns: time_holds(&ledger, assignments, now)?,
    };
    Ok(serde_json::to_string(&found)?)
}

fn time_holds(ledger: &Ledger, assignments: u64, now: Timestamp) -> Result<f64> {
    let key = key(1)?;
    Ok(time_each(
        |n| IpAddr::V4(v4(n % assignments)),
        |address| {
            black_box(ledger.holds(&key, *address, now));
        },
    ))
}

/// Nanoseconds a question, asked all over the place. The questions are made ahead, in portions.
fn time_each<T>(make: impl Fn(u64) -> T, mut ask: impl FnMut(&T)) -> f64 {
    let mut n = 1_u64;
    let mut asking = Duration::ZERO;
    for _ in 0..QUESTIONS / PORTION {
        let questions: Vec<T> = (0..PORTION)
            .map(|_| {
                // A linear congruential generator: its upper bits jump about.
                n = n
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                make(n >> 33)
            })
            .collect();
        let began = Instant::now();
        for question in &questions {
            ask(question);
        }
        asking += began.elapsed();
    }
    asking.as_secs_f64() * 1e9 / number(QUESTIONS)
}

fn key(service: u64) -> Result<ServiceKey> {
    let id = ServiceId::new(i64::try_from(service)?).context("a positive id")?;
    Ok(ServiceKey { directory: "main".to_owned(), id })
}

fn assignment(number: u64) -> Result<Assignment> {
    let service = number / 2 + 1;
    Ok(Assignment {
        id: i64::try_from(number + 1)?,
        service: key(service)?,
        customer_id: (service / 3 + 1).to_string(),
        resource: resource(number),
        held: Interval { from_after: None, from_by: NOW - 86_400_000, to_after: None, to_by: None },
    })
}

/// Of eight: four IPv4 addresses, three IPv6 networks, one domain.
fn resource(number: u64) -> Resource {
    match number % 8 {
        0..4 => Resource::Net(IpAddr::V4(v4(number)).into()),
        7 => Resource::Domain(format!("s{number}.example.com")),
        _ => {
            let network = 0x2001_0db8_u128 << 96 | u128::from(number) << 64;
            let net = format!("{}/64", Ipv6Addr::from(network));
            net.parse().map_or_else(|_| Resource::Domain(net), Resource::Net)
        }
    }
}

/// An address of 10.0.0.0/8.
fn v4(number: u64) -> Ipv4Addr {
    Ipv4Addr::from(0x0a00_0000 + u32::try_from(number % (1 << 24)).unwrap_or_default())
}

pub(super) fn starts(bench: &Bench, binary: &Path) -> Result<Vec<Start>> {
    let mut found = Vec::new();
    for engine in Engine::BOTH {
        let url = (engine == Engine::Postgres).then_some(bench.server.url.as_str());
        found.push(start(bench, engine, 0, &Model::new(binary, url, 0)?.desk()?)?);
        let desk = bench.model(engine)?.desk()?;
        let have = desk.open_database()?.count("assignments")?;
        found.push(start(bench, engine, have, &desk)?);
        let most = bench.size.most_assignments;
        let address = "'10.' || (n / 65536) || '.' || (n / 256 % 256) || '.' || (n % 256)";
        let mut database = desk.open_database()?;
        database.copy_row("assignments", (have + 1, most), &[("resource", address)])?;
        drop(database);
        found.push(start(bench, engine, most, &desk)?);
    }
    Ok(found)
}

fn start(bench: &Bench, engine: Engine, assignments: u64, desk: &Desk) -> Result<Start> {
    let mut found =
        Start { engine, assignments, ready_s: Figure::default(), memory_mib: Figure::default() };
    bench.each_run(
        &format!("start with {assignments} assignments on {}", engine.name()),
        || {
            let serving = desk.start()?;
            found.ready_s.add(serving.start_up.as_secs_f64());
            // What a first request and the first sweeps need is in.
            std::thread::sleep(Duration::from_millis(700));
            let (resident, _) = memory(serving.process()).context("the desk is gone")?;
            found.memory_mib.add(number(resident) / 1024.0);
            serving.stop()
        },
    )?;
    Ok(found)
}
