//! Libraries of other languages that the tests check us with: a Python environment and a folder of Node
//! modules under `target/test-tools`, with pinned versions, made anew when the lists below change.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Packages of `PyPI`.
const PYTHON: &[&str] = &[
    // verifies our webhooks
    "standardwebhooks==1.1.0",
    // calls the REST interface with all that its description allows and forbids
    "schemathesis==4.32.5",
    // reads our numbers as Prometheus does
    "prometheus-client==0.26.0",
    // calls the simulator of WHMCS as it calls WHMCS
    "whmcspy==0.3.0",
    "requests==2.34.2",
    // makes a client from that description
    "openapi-python-client==0.29.1",
];

/// Packages of npm.
const NODE: &[&str] = &[
    // verifies our webhooks
    "standardwebhooks@1.1.1",
    // a client of WHMCS with tests of its own, and what runs them
    "whmcs@1.2.2",
    "mocha@10.8.2",
    "chai@4.5.0",
    // looks for what people with disabilities stumble over
    "axe-core@4.14.1",
];

/// Where the tests find them: `venv/bin/python` and `node/node_modules` are in there.
pub(crate) const VARIABLE: &str = "PORTREEVE_TEST_TOOLS";

/// Makes sure that all of it is there, and returns the folder.
pub(crate) fn ensure(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/test-tools");
    std::fs::create_dir_all(&folder)?;
    part(&folder.join("venv"), PYTHON, make_python)?;
    part(&folder.join("node"), NODE, make_node)?;
    Ok(folder)
}

/// Makes one part, unless it was made from the same list before.
fn part(folder: &Path, list: &[&str], make: fn(&Path) -> Result<()>) -> Result<()> {
    let stamp = folder.join("made-from");
    let wanted = list.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    println!("xtask: installing for the tests: {}", list.join(" "));
    if folder.exists() {
        std::fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder)?;
    make(folder)?;
    // Last, so that what was made half is made again.
    std::fs::write(&stamp, wanted)?;
    Ok(())
}

fn make_python(folder: &Path) -> Result<()> {
    run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
    run(Command::new(folder.join("bin/python")).args(pip).args(PYTHON))
}

fn make_node(folder: &Path) -> Result<()> {
    std::fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
    let npm = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
    run(Command::new("npm").args(npm).args(NODE).current_dir(folder))
}

fn run(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    let status = command.stdin(Stdio::null()).status();
    if status.with_context(|| format!("cannot run {shown}"))?.success() {
        return Ok(());
    }
    bail!("{shown} failed");
}
