//! The Debian package: built, and on request tried in a clean root.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::test::{cargo, root};

/// What is shipped, unless another profile is asked for.
const PROFILE: &str = "dist";

/// The version of cargo-deb that reads our manifest.
const CARGO_DEB: &str = "^3";

/// Builds the package and says where it is.
pub(crate) fn package(options: &[&str]) -> Result<()> {
    let (mut check, mut profile) = (false, PROFILE);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--check" => check = true,
            "--profile" => profile = options.next().context("--profile needs a name")?,
            other => bail!("{other} is no option of `cargo xtask deb`: --check, --profile PROFILE"),
        }
    }
    ensure_cargo_deb()?;
    cargo(&["build", "--package", "portreeve", "--locked", "--profile", profile], &[])?;
    make_manual(&binary(profile)?)?;
    let made = root().join("packaging/made");
    let out = made.to_string_lossy();
    let packing = ["deb", "--no-build", "--package", "portreeve", "--profile", profile];
    cargo(&[&packing[..], &["--output", &out]].concat(), &[])?;
    let package = built_package(&made)?;
    println!("xtask: {}", package.display());
    if check {
        run(Command::new(root().join("packaging/check-deb")).arg(&package))?;
    }
    Ok(())
}

fn ensure_cargo_deb() -> Result<()> {
    let mut version = Command::new(env!("CARGO"));
    version.args(["deb", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    if version.status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    println!("xtask: installing cargo-deb");
    cargo(&["install", "cargo-deb", "--locked", "--version", CARGO_DEB], &[])
        .context("install it by hand: cargo install cargo-deb")
}

/// The manual pages and completion scripts, as the binary itself makes them.
fn make_manual(binary: &Path) -> Result<()> {
    let made = root().join("packaging/made");
    if made.exists() {
        std::fs::remove_dir_all(&made)?;
    }
    run(Command::new(binary).args(["man", "--dir"]).arg(made.join("man")))?;
    for shell in ["bash", "zsh", "fish"] {
        let script = Command::new(binary).args(["completions", shell]).output()?;
        if !script.status.success() {
            bail!("`portreeve completions {shell}` failed");
        }
        std::fs::write(made.join(format!("portreeve.{shell}")), script.stdout)?;
    }
    Ok(())
}

/// Where cargo puts what it builds.
fn binary(profile: &str) -> Result<PathBuf> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let binary = target.join(profile).join("portreeve");
    if binary.exists() { Ok(binary) } else { bail!("{} was not built", binary.display()) }
}

fn built_package(folder: &Path) -> Result<PathBuf> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "deb") {
            return Ok(path);
        }
    }
    bail!("cargo-deb has left no package in {}", folder.display())
}

fn run(command: &mut Command) -> Result<()> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let shown = format!("{shown} {}", words.join(" "));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => bail!("`{shown}` failed with {status}"),
        Err(error) => Err(error).with_context(|| format!("cannot run `{shown}`")),
    }
}
