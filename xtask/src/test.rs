//! Everything that has to be green.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, bail};
use xtask::packages;
use xtask::postgres::{Options, Server};

use crate::{measure, tidy, tools};

/// Where the tests find the PostgreSQL server.
const POSTGRES: &str = "PORTREEVE_TEST_POSTGRES";

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Formatting, lints, tests on both engines and in the browser, documentation, tidiness.
pub(crate) fn everything() -> Result<()> {
    let started = Instant::now();
    step("tidy", || tidy::check(&root()))?;
    step("formatting", || cargo(&["fmt", "--all", "--check"], &[]))?;
    step("system packages", packages::ensure)?;
    let denied = [("RUSTFLAGS", "-D warnings")];
    step("lints", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"], &[])
    })?;
    step("tests", || tests_only(&[]))?;
    step("faults", measure::short_chaos)?;
    let docs = [("RUSTDOCFLAGS", denied[0].1)];
    step("documentation", || cargo(&["doc", "--workspace", "--no-deps", "--locked"], &docs))?;
    println!("xtask: all green in {} s", started.elapsed().as_secs());
    Ok(())
}

/// The tests alone, perhaps some of them.
pub(crate) fn tests_only(filter: &[&str]) -> Result<()> {
    packages::ensure()?;
    let server = Server::start(&Options::TESTS)?;
    let tools = tools::ensure(&root())?;
    let env =
        [(POSTGRES, server.url.as_str()), (tools::VARIABLE, tools.to_str().unwrap_or_default())];
    if has_nextest() {
        cargo(&[&["nextest", "run", "--workspace", "--locked"], filter].concat(), &env)
    } else {
        cargo(
            &[&["test", "--workspace", "--locked", "--lib", "--bins", "--tests"], filter].concat(),
            &env,
        )
    }
}

fn has_nextest() -> bool {
    let mut command = Command::new(env!("CARGO"));
    command.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("xtask: {name}");
    let started = Instant::now();
    work()?;
    println!("xtask: {name}: {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

pub(crate) fn cargo(arguments: &[&str], env: &[(&str, &str)]) -> Result<()> {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).envs(env.iter().copied()).current_dir(root()).stdin(Stdio::null());
    if command.status()?.success() {
        return Ok(());
    }
    bail!("`cargo {}` failed", arguments.join(" "))
}
