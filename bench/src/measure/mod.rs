//! The figures of `docs/benchmarks.md`.

mod commits;
mod creates;
mod growth;
mod jobs;
mod ledger;
mod meter;
mod page;
mod reading;
mod sweep;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use xtask::postgres::{Options, Server};

use crate::database::Engine;
use crate::desk::Model;
use crate::figure::Figure;
use crate::machine::Machine;

pub use ledger::{LEDGER_COMMAND, alone as ledger_alone};

/// How much is measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Size {
    /// How often each figure is taken.
    pub runs: u32,
    /// How long each load goes on, in milliseconds.
    pub length_ms: u64,
    /// Its warm-up.
    pub warm_up_ms: u64,
    /// How long the long load goes on.
    pub long_ms: u64,
    /// Services of the directory.
    pub services: u64,
    /// Assignments of the largest desk that is started.
    pub most_assignments: u64,
    /// Reports whose notices are drained.
    pub drained: u64,
    /// Reports that suspend at once.
    pub suspended: u64,
    /// How long draining is watched at the most.
    pub watch_ms: u64,
    /// Reports with a deadline.
    pub deadlines: u64,
    /// Deadlines that come due at once.
    pub due: u64,
    /// How long an idle desk is watched.
    pub idle_ms: u64,
}

impl Size {
    const FULL: Self = Self {
        runs: 3,
        length_ms: 3_000,
        warm_up_ms: 1_000,
        long_ms: 20_000,
        services: 100_000,
        most_assignments: 1_000_000,
        drained: 12_000,
        suspended: 5_000,
        watch_ms: 6_000,
        deadlines: 100_000,
        due: 2_000,
        idle_ms: 8_000,
    };

    const QUICK: Self = Self {
        runs: 1,
        length_ms: 800,
        warm_up_ms: 300,
        long_ms: 3_000,
        services: 10_000,
        most_assignments: 100_000,
        drained: 2_000,
        suspended: 500,
        watch_ms: 3_000,
        deadlines: 20_000,
        due: 500,
        idle_ms: 3_000,
    };

    fn length(&self) -> Duration {
        Duration::from_millis(self.length_ms)
    }

    fn warm_up(&self) -> Duration {
        Duration::from_millis(self.warm_up_ms)
    }

    fn watch(&self) -> Duration {
        Duration::from_millis(self.watch_ms)
    }
}

/// Connections that are tried.
const CONNECTIONS: [usize; 4] = [1, 8, 64, 256];

/// Assignments of the ledger.
const ASSIGNMENTS: [u64; 2] = [10_000, 1_000_000];

/// All that was measured.
#[derive(Debug, Serialize)]
struct Results {
    machine: Machine,
    size: Size,
    took_s: u64,
    imports: Vec<(Engine, Figure)>,
    commits: Vec<commits::Commits>,
    constant: Vec<creates::Point>,
    creates: Vec<creates::Point>,
    long: Vec<creates::Point>,
    drains: Vec<jobs::Drain>,
    ledgers: Vec<ledger::InProcess>,
    starts: Vec<ledger::Start>,
    sweeps: Vec<sweep::Sweep>,
    growth: Vec<growth::Growth>,
    readings: Vec<reading::Reading>,
}

/// What every measurement needs.
struct Bench {
    size: Size,
    server: Server,
    models: Vec<(Engine, Model)>,
    imports: Vec<(Engine, Figure)>,
}

impl Bench {
    fn model(&self, engine: Engine) -> Result<&Model> {
        let found = self.models.iter().find(|(of, _)| *of == engine);
        found.map(|(_, model)| model).context("no desk was set up on this engine")
    }

    /// The server's process, when the desk is on it.
    fn server_of(&self, engine: Engine) -> Option<u32> {
        (engine == Engine::Postgres).then(|| self.server.process()).flatten()
    }

    /// Runs something as often as figures are taken, and says what is going on.
    fn each_run(&self, what: &str, mut work: impl FnMut() -> Result<()>) -> Result<()> {
        for run in 1..=self.size.runs {
            println!("bench: {what}, run {run} of {}", self.size.runs);
            work().with_context(|| what.to_owned())?;
        }
        Ok(())
    }
}

/// Measures everything and writes the page and the raw figures.
pub fn run(binary: &Path, docs: &Path, quick: bool) -> Result<()> {
    let began = Instant::now();
    refuse_memory_disk()?;
    let server = Server::start(&Options::FIGURES)?;
    let machine = Machine::look(binary, &server.url)?;
    let size = if quick { Size::QUICK } else { Size::FULL };
    let mut bench = Bench { size, server, models: Vec::new(), imports: Vec::new() };
    for engine in Engine::BOTH {
        println!("bench: setting up a desk on {} with {} services", engine.name(), size.services);
        let url = (engine == Engine::Postgres).then_some(bench.server.url.as_str());
        let began = Instant::now();
        let model = Model::new(binary, url, size.services)?;
        let mut import = Figure::default();
        import.add(began.elapsed().as_secs_f64());
        bench.models.push((engine, model));
        bench.imports.push((engine, import));
    }
    let results = Results {
        machine,
        size,
        commits: commits::measure(&bench)?,
        constant: creates::constant(&bench)?,
        creates: creates::creates(&bench)?,
        long: creates::long(&bench)?,
        drains: jobs::measure(&bench)?,
        ledgers: ledger::in_process(&bench)?,
        starts: ledger::starts(&bench, binary)?,
        sweeps: sweep::measure(&bench, binary)?,
        growth: growth::measure(),
        readings: reading::measure(),
        imports: bench.imports.clone(),
        took_s: began.elapsed().as_secs(),
    };
    std::fs::create_dir_all(docs)?;
    let mut raw = serde_json::to_string_pretty(&results)?;
    raw.push('\n');
    std::fs::write(docs.join("benchmarks.json"), raw)?;
    let page = page::page(&results);
    std::fs::write(docs.join("benchmarks.md"), &page)?;
    println!("{}", page::goals(&results));
    println!("bench: {} s; written to {}", results.took_s, docs.join("benchmarks.md").display());
    Ok(())
}

/// The section about growth alone, measured now.
pub fn growth_alone() -> String {
    page::growth(&growth::measure())
}

/// The section about reading complaints alone, measured now.
pub fn reading_alone() -> String {
    page::readings(&reading::measure())
}

/// A sync that goes nowhere would flatter every figure.
fn refuse_memory_disk() -> Result<()> {
    let folder = std::env::temp_dir();
    let kind = crate::machine::file_system(&folder);
    if ["tmpfs", "ramfs"].contains(&kind.as_str()) {
        bail!(
            "{} is kept in memory, where a sync costs nothing: set TMPDIR to a folder on a disk",
            folder.display()
        );
    }
    Ok(())
}
