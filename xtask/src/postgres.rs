//! A PostgreSQL server of our own for the tests: on loopback, on a free port, in a temporary folder.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::packages::is_root;

/// How long the server may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// Users that may run the server when we are root, which PostgreSQL refuses to be run by.
const USERS: [&str; 2] = ["postgres", "nobody"];

/// The folder with `initdb` and `postgres`, the newest version first.
pub(crate) fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort();
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        found.into_iter().rev().map(|(_, path)| path).chain(std::env::split_paths(&on_path));
    folders.into_iter().find(|path| path.join("initdb").exists() && path.join("postgres").exists())
}

/// A server that runs; ended by its own process id.
pub(crate) struct Server {
    child: Child,
    folder: PathBuf,
    /// `postgres://user@address:port`, without a database.
    pub(crate) url: String,
}

impl Server {
    /// Makes a cluster and starts it.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed")?;
        let folder =
            std::env::temp_dir().join(format!("portreeve-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let user = if is_root() { Some(run_as(&folder)?) } else { None };
        let data = folder.join("data");
        let made = as_user(user, &programs.join("initdb"))
            .arg("--pgdata")
            .arg(&data)
            .args([
                "--username=portreeve",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ])
            .stdout(Stdio::null())
            .current_dir(&folder)
            .status()?;
        if !made.success() {
            bail!("initdb failed");
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let log = std::fs::File::create(folder.join("log"))?;
        let child = as_user(user, &programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"])
            .arg(&folder)
            // Power loss of the server is not what these tests are about.
            .args(["-c", "fsync=off", "-c", "max_connections=400", "-c", "shared_buffers=64MB"])
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let server = Self { child, folder, url: format!("postgres://portreeve@127.0.0.1:{port}") };
        server.wait_until_ready(port)?;
        Ok(server)
    }

    fn wait_until_ready(&self, port: u16) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            let listens = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
            if listens && log.contains("ready to accept connections") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        bail!("PostgreSQL did not start: {log}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The first line of the pid file is the server's own process id (the child may be `setpriv`).
        let file = self.folder.join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if let Some(pid) = text.lines().next().filter(|pid| pid.parse::<u32>().is_ok()) {
            let _ = Command::new("kill").args(["-INT", pid]).status();
        } else {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Hands the folder to a user that is not root.
fn run_as(folder: &Path) -> Result<&'static str> {
    for user in USERS {
        let handed = Command::new("chown").arg(user).arg(folder).stderr(Stdio::null()).status();
        if handed.is_ok_and(|status| status.success()) {
            return Ok(user);
        }
    }
    bail!("there is no user {} to run PostgreSQL as", USERS.join(" or "))
}

/// A command under another user.
fn as_user(user: Option<&str>, program: &Path) -> Command {
    match user {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--clear-groups", "--"]).arg(program);
            command
        }
    }
}
