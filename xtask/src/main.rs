//! The project's own commands: `cargo xtask test`, `deb`, `bench` and `chaos`.
#![expect(clippy::print_stdout, reason = "a command line tool speaks")]

mod cli;
mod deb;
mod limits;
mod links;
mod measure;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};
use cli::Asked;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    let (command, options) = match cli::read(words).map_err(anyhow::Error::msg)? {
        Asked::Help(text) => {
            print!("{text}");
            return Ok(());
        }
        Asked::Run { command, options } => (command, options),
    };
    match (command, options) {
        ("test", []) => test::everything(),
        ("test", ["--", filter @ ..]) => test::tests_only(filter),
        ("tidy", []) => tidy::check(&test::root()),
        ("deb", options) => deb::package(options),
        ("bench", options) => measure::bench(options),
        ("million", options) => measure::million(options),
        ("fuzz", options) => measure::fuzz(options),
        ("chaos", options) => measure::chaos(options),
        (other, _) => bail!("{other} is known and cannot be run"),
    }
}
