//! The project's own commands: `cargo xtask test`.
#![expect(clippy::print_stdout, reason = "a command line tool speaks")]

mod packages;
mod postgres;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => test::everything(),
        ["test", "--", filter @ ..] => test::tests_only(filter),
        ["tidy"] => tidy::check(&test::root()),
        _ => Err(anyhow::anyhow!("usage: cargo xtask test [-- FILTER...] | cargo xtask tidy")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
