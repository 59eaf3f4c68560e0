//! Figures and faults: the programs are built, and `portreeve-bench` does the rest.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use xtask::packages;

use crate::test::{cargo, root};

/// Measures everything and writes `docs/benchmarks.md`.
pub(crate) fn bench(options: &[&str]) -> Result<()> {
    packages::ensure()?;
    let built = build_release()?;
    run(&built.join(BENCH), &[&["bench"], options].concat())
}

/// Fills a desk with a million reports on each engine, and asks for every page of the staff area.
pub(crate) fn million(options: &[&str]) -> Result<()> {
    packages::ensure()?;
    let built = build_release()?;
    run(&built.join(BENCH), &[&["million"], options].concat())
}

/// Tries every reader of strangers' bytes with inputs that were changed at random, for a minute or `--seconds N`.
pub(crate) fn fuzz(options: &[&str]) -> Result<()> {
    cargo(&["build", "--release", "--locked", "-p", BENCH], &[])?;
    let debug = beside_us()?;
    let built = debug.parent().context("the build folder has no parent")?.join("release");
    run(&built.join(BENCH), &[&["fuzz"], options].concat())
}

/// Runs the fault stories against a release build, or against `--binary FILE`. Without `--short` it
/// writes `docs/chaos.md`.
pub(crate) fn chaos(options: &[&str]) -> Result<()> {
    packages::ensure()?;
    let built = if options.contains(&"--binary") { beside_us()? } else { build_release()? };
    run(&built.join(BENCH), &[&["chaos"], options].concat())
}

/// The short fault stories against a debug build, which the tests have made already for the most part.
pub(crate) fn short_chaos() -> Result<()> {
    cargo(&["build", "--locked", "-p", "portreeve", "-p", BENCH], &[])?;
    let built = beside_us()?;
    let binary = built.join("portreeve").display().to_string();
    run(&built.join(BENCH), &["chaos", "--short", "--binary", &binary])
}

const BENCH: &str = "portreeve-bench";

fn build_release() -> Result<PathBuf> {
    cargo(&["build", "--release", "--locked", "-p", "portreeve", "-p", BENCH], &[])?;
    let debug = beside_us()?;
    Ok(debug.parent().context("the build folder has no parent")?.join("release"))
}

/// The folder that this very program was built into.
fn beside_us() -> Result<PathBuf> {
    let us = std::env::current_exe()?;
    Ok(us.parent().context("this program is in no folder")?.to_owned())
}

fn run(program: &Path, arguments: &[&str]) -> Result<()> {
    if !program.exists() {
        bail!("{} is not built: run `cargo build -p {BENCH}`", program.display());
    }
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    if command.status()?.success() {
        return Ok(());
    }
    bail!("`{BENCH} {}` failed", arguments.join(" "))
}
