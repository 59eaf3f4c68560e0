//! A PostgreSQL server of our own for tests and benchmarks: on loopback, on a free port, in a temporary
//! folder.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::packages::is_root;

/// How long the server may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// Users that may run the server when we are root, which PostgreSQL refuses to be run by.
const USERS: [&str; 2] = ["postgres", "nobody"];

/// The folder with `initdb` and `postgres`, the newest version first.
pub fn programs() -> Option<PathBuf> {
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

/// What a server is to be like.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Commits are synced to the disk.
    pub durable: bool,
    /// Clients at once.
    pub max_connections: u32,
    /// More settings, as `name=value`.
    pub settings: &'static [&'static str],
}

impl Options {
    /// For the tests: power loss of the server is not what they are about.
    pub const TESTS: Self =
        Self { durable: false, max_connections: 400, settings: &["shared_buffers=64MB"] };
    /// For figures: what a careful operator of a small server has.
    pub const FIGURES: Self = Self {
        durable: true,
        max_connections: 100,
        settings: &["shared_buffers=256MB", "max_wal_size=2GB"],
    };
}

/// A server that runs; ended by its own process id.
#[derive(Debug)]
pub struct Server {
    child: Child,
    folder: PathBuf,
    port: u16,
    options: Options,
    /// `postgres://user@address:port`, without a database.
    pub url: String,
}

/// Several servers of one process have a folder each.
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Server {
    /// Makes a cluster and starts it.
    pub fn start(options: &Options) -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed")?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("portreeve-postgres-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder)?;
        let user = if is_root() { Some(run_as(&folder)?) } else { None };
        let made = as_user(user, &programs.join("initdb"))
            .arg("--pgdata")
            .arg(folder.join("data"))
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
        let child = launch(&folder, user, port, options)?;
        let url = format!("postgres://portreeve@127.0.0.1:{port}");
        let server = Self { child, folder, port, options: *options, url };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// The server's own process id (our child may be `setpriv` for a moment).
    pub fn process(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    /// Ends it as a crash of the server would: clients are cut off and nothing is tidied up.
    pub fn stop_at_once(&mut self) -> Result<()> {
        self.signal("-QUIT");
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again with what it had on disk.
    pub fn start_again(&mut self) -> Result<()> {
        let user = if is_root() { Some(run_as(&self.folder)?) } else { None };
        self.child = launch(&self.folder, user, self.port, &self.options)?;
        self.wait_until_ready()
    }

    fn signal(&mut self, name: &str) {
        if let Some(process) = self.process() {
            let _ = Command::new("kill").args([name, &process.to_string()]).status();
        } else {
            let _ = self.child.kill();
        }
    }

    fn wait_until_ready(&self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            let listens = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok();
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
        self.signal("-INT");
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn launch(folder: &Path, user: Option<&str>, port: u16, options: &Options) -> Result<Child> {
    let programs = programs().context("PostgreSQL is not installed")?;
    let log = std::fs::File::create(folder.join("log"))?;
    let mut command = as_user(user, &programs.join("postgres"));
    command
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"])
        .arg(folder)
        .args(["-c", if options.durable { "fsync=on" } else { "fsync=off" }])
        .args(["-c", &format!("max_connections={}", options.max_connections)]);
    for setting in options.settings {
        command.args(["-c", setting]);
    }
    command.current_dir(folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(command.spawn()?)
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
