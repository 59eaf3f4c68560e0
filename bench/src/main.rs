//! The program behind `cargo xtask bench` and `cargo xtask chaos`.
#![expect(clippy::print_stdout, reason = "a command line tool speaks")]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use portreeve_bench::{chaos, fuzz, measure, million, process};

/// The desk's, so that the ledger in this process costs what it costs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "usage: portreeve-bench bench [--quick] [--binary FILE] [--docs FOLDER]\n       \
                     portreeve-bench chaos [--short] [--binary FILE] [--docs FOLDER] [--only WORD]\n       \
                     portreeve-bench million [--quick] [--binary FILE]\n       \
                     portreeve-bench fuzz [--seconds N] [--seed N] [--folder FOLDER]\n       \
                     portreeve-bench growth\n       \
                     portreeve-bench reading";

/// Reports of `million`, and of `million --quick`.
const REPORTS: [u64; 2] = [1_000_000, 20_000];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What was asked for.
#[derive(Default)]
struct Arguments {
    little: bool,
    binary: Option<PathBuf>,
    docs: Option<PathBuf>,
    only: Option<String>,
}

fn run() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let command = words.next().context(USAGE)?;
    if command == measure::LEDGER_COMMAND {
        let count = words.next().context("how many assignments?")?.parse()?;
        println!("{}", measure::ledger_alone(count)?);
        return Ok(());
    }
    match command.as_str() {
        "fuzz" => return fuzzed(words),
        "growth" => {
            println!("{}", measure::growth_alone());
            return Ok(());
        }
        "reading" => {
            println!("{}", measure::reading_alone());
            return Ok(());
        }
        _ => {}
    }
    let mut asked = Arguments::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" | "--short" => asked.little = true,
            "--binary" => asked.binary = Some(words.next().context(USAGE)?.into()),
            "--docs" => asked.docs = Some(words.next().context(USAGE)?.into()),
            "--only" => asked.only = Some(words.next().context(USAGE)?),
            _ => bail!(USAGE),
        }
    }
    process::raise_file_limit();
    // A build that goes on meanwhile must not change what is measured.
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("portreeve");
    std::fs::copy(binary(asked.binary)?, &copy)?;
    let binary = copy;
    let docs = asked.docs.unwrap_or_else(|| PathBuf::from("docs"));
    match command.as_str() {
        "bench" => measure::run(&binary, &docs, asked.little),
        "million" => million::run(&binary, REPORTS[usize::from(asked.little)]),
        "chaos" => chaos::run(&binary, &docs, asked.little, asked.only.as_deref()),
        _ => bail!(USAGE),
    }
}

/// Tries readers for a minute, or as long as was asked for.
fn fuzzed(mut words: impl Iterator<Item = String>) -> Result<()> {
    let (mut seconds, mut seed, mut folder) = (60, rand::random(), PathBuf::from("target/fuzz"));
    while let Some(word) = words.next() {
        let value = words.next().context(USAGE)?;
        match word.as_str() {
            "--seconds" => seconds = value.parse()?,
            "--seed" => seed = value.parse()?,
            "--folder" => folder = value.into(),
            _ => bail!(USAGE),
        }
    }
    fuzz::run(seconds, seed, &folder)
}

/// The desk's binary: the one that was named, or the one that was built beside this program.
fn binary(named: Option<PathBuf>) -> Result<PathBuf> {
    let path = match named {
        Some(path) => path,
        None => std::env::current_exe()?.with_file_name("portreeve"),
    };
    path.canonicalize()
        .with_context(|| format!("there is no {}; build portreeve first", path.display()))
}
