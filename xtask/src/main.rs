//! The project's own commands: `cargo xtask test`, `deb`, `bench` and `chaos`.
#![expect(clippy::print_stdout, reason = "a command line tool speaks")]

mod deb;
mod measure;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask test [-- FILTER...] | cargo xtask tidy | \
                     cargo xtask bench [--quick] | cargo xtask chaos [--short] [--binary FILE] | \
                     cargo xtask million [--quick] | \
                     cargo xtask fuzz [--seconds N] [--seed N] | \
                     cargo xtask deb [--check] [--profile PROFILE]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => test::everything(),
        ["test", "--", filter @ ..] => test::tests_only(filter),
        ["tidy"] => tidy::check(&test::root()),
        ["deb", options @ ..] => deb::package(options),
        ["bench", options @ ..] => measure::bench(options),
        ["million", options @ ..] => measure::million(options),
        ["fuzz", options @ ..] => measure::fuzz(options),
        ["chaos", options @ ..] => measure::chaos(options),
        _ => Err(anyhow::anyhow!(USAGE)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
