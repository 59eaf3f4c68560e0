//! Fault stories against the real binary. The promise: what was acknowledged with success is there
//! exactly once; what cannot be served is answered 503 with `Retry-After`; memory is bounded; and when
//! the trouble is over the desk goes on by itself.

mod clients;
mod disk;
mod kill;
mod overload;
mod page;
mod postgres;
mod told;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use xtask::postgres::{Options, Server};

use crate::database::Engine;
use crate::desk::{Desk, Model};
use crate::load::{Asked, Load, Running, start};
use crate::machine::Machine;
use told::Told;

/// Services of the stories' directories.
const SERVICES: u64 = 50;

/// How long the desk may take to go on by itself once the trouble is over.
const RECOVERY: Duration = Duration::from_secs(30);

/// The most memory that a desk may ever have, in MiB.
const MEMORY_BOUND: u64 = 512;

/// What every story needs.
struct Stage {
    short: bool,
    server: Server,
    on_sqlite: Model,
    on_postgres: Model,
}

impl Stage {
    fn model(&self, engine: Engine) -> &Model {
        match engine {
            Engine::Sqlite => &self.on_sqlite,
            Engine::Postgres => &self.on_postgres,
        }
    }

    /// One of two lengths.
    fn pick<T>(&self, short: T, full: T) -> T {
        if self.short { short } else { full }
    }

    /// One of two lengths of time, in milliseconds.
    fn time(&self, short: u64, full: u64) -> Duration {
        Duration::from_millis(self.pick(short, full))
    }
}

/// A story: its name, and how it is told.
type Story = (&'static str, fn(&mut Stage, &mut Told) -> Result<()>);

const STORIES: &[Story] = &[
    ("overload on SQLite", |stage, told| overload::story(stage, Engine::Sqlite, told)),
    ("overload on PostgreSQL", |stage, told| overload::story(stage, Engine::Postgres, told)),
    ("disk full", disk::full),
    ("read-only database", disk::read_only),
    ("read-only folder at the start", disk::read_only_start),
    ("PostgreSQL stopped and started", postgres::stopped),
    ("PostgreSQL out of connections", postgres::out_of_connections),
    ("slow clients", clients::slow),
    ("idle connections", clients::idle),
    ("killed on SQLite", |stage, told| kill::story(stage, Engine::Sqlite, told)),
    ("killed on PostgreSQL", |stage, told| kill::story(stage, Engine::Postgres, told)),
];

/// What the short form leaves out, because a test run has no time for it.
const ONLY_IN_FULL: &[&str] = &["overload on PostgreSQL"];

/// For what is found out about a server under stress: a small one.
const SMALL_SERVER: Options =
    Options { durable: true, max_connections: 40, settings: &["shared_buffers=64MB"] };

/// Tells the stories (those whose name has `only` in it) and writes the page after a full run.
pub fn run(binary: &Path, docs: &Path, short: bool, only: Option<&str>) -> Result<()> {
    let began = Instant::now();
    let server = Server::start(&SMALL_SERVER)?;
    let machine = Machine::look(binary, &server.url)?;
    let mut stage = Stage {
        short,
        on_sqlite: Model::new(binary, None, SERVICES)?,
        on_postgres: Model::new(binary, Some(&server.url), SERVICES)?,
        server,
    };
    let mut all = Vec::new();
    for (name, tell) in STORIES {
        let left_out = short && ONLY_IN_FULL.contains(name);
        if left_out || only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let mut told = Told::new(name);
        let began = Instant::now();
        if let Err(error) = tell(&mut stage, &mut told) {
            told.broken(format!("the story could not be told to its end: {error:#}"));
        }
        told.took = began.elapsed();
        println!("chaos: {}", told.line());
        if !told.is_kept() && !told.last_words.is_empty() {
            println!("chaos: the end of its log:\n{}", told.last_words);
        }
        all.push(told);
    }
    if !short && only.is_none() {
        std::fs::create_dir_all(docs)?;
        let page = page::page(&machine, &all, began.elapsed());
        std::fs::write(docs.join("chaos.md"), page)?;
        println!("chaos: written to {}", docs.join("chaos.md").display());
    }
    let broken: Vec<&str> =
        all.iter().filter(|told| !told.is_kept()).map(|told| told.name).collect();
    println!("chaos: {} stories in {} s", all.len(), began.elapsed().as_secs());
    if broken.is_empty() {
        return Ok(());
    }
    bail!("a promise was broken: {}", broken.join(", "))
}

/// Callers who create reports until they are stopped.
fn callers(
    desk: &Desk,
    address: std::net::SocketAddr,
    callers: usize,
    padding: usize,
    first_tag: u64,
) -> Running {
    start(load(desk, address, callers, padding, first_tag, Duration::from_mins(10)))
}

fn load(
    desk: &Desk,
    address: std::net::SocketAddr,
    callers: usize,
    padding: usize,
    first_tag: u64,
    length: Duration,
) -> Load {
    Load {
        address,
        callers,
        warm_up: Duration::ZERO,
        length,
        most: 0,
        asked: Asked::Create {
            api_id: desk.api_id.clone(),
            services: desk.services,
            suspend_method: "nosuspend",
            padding,
        },
        first_tag,
    }
}
