//! A desk of one's own: the real binary, a folder, a database, a directory of services.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::database::{Database, Engine, Place};
use crate::directory;
use crate::sink::Sink;

/// How long a desk may take to start or to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// Names of databases differ.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A desk that is set up but never started: the others are copies of it.
#[derive(Debug)]
pub struct Model {
    binary: PathBuf,
    folder: TempDir,
    server: Option<String>,
    database: Option<String>,
    /// The script's identifier.
    pub api_id: String,
    /// How many services its directory has.
    pub services: u64,
}

impl Model {
    /// Sets a desk up. `server` is the URL of a PostgreSQL server without a database; none: SQLite.
    pub fn new(binary: &Path, server: Option<&str>, services: u64) -> Result<Self> {
        let mut model = Self {
            binary: binary.to_owned(),
            folder: tempfile::Builder::new().prefix("portreeve-bench-").tempdir()?,
            server: server.map(str::to_owned),
            database: None,
            api_id: String::new(),
            services,
        };
        if let Some(server) = server {
            model.database = Some(new_database(server, None)?);
        }
        let folder = model.folder.path();
        write_config(folder, &folder.join("data"), model.url().as_deref(), Sink::Usual)?;
        std::fs::write(folder.join("services.csv"), directory::csv(services))?;
        let run = |words: &[&str]| run(&model.binary, folder, words);
        run(&["service", "import", "services.csv"])?;
        run(&["staff", "add", "alice", "--email", "alice@example.com", "--role", "admin"])?;
        // Notices are counted as everywhere, and each is a mail of its own.
        run(&["settings", "set", "client.notices_per_hour", "1000000"])?;
        let made = run(&["credential", "add", "--staff", "alice", "--json"])?;
        let made: serde_json::Value = serde_json::from_str(&made)?;
        let identifier = made["identifier"].as_str().context("a credential has an identifier")?;
        identifier.clone_into(&mut model.api_id);
        Ok(model)
    }

    fn url(&self) -> Option<String> {
        Some(format!("{}/{}", self.server.as_ref()?, self.database.as_ref()?))
    }

    /// A desk like this one, not started.
    pub fn desk(&self) -> Result<Desk> {
        self.desk_with_data_in(None)
    }

    /// A desk like this one whose data folder is elsewhere.
    pub fn desk_with_data_in(&self, data: Option<&Path>) -> Result<Desk> {
        let folder = tempfile::Builder::new().prefix("portreeve-bench-").tempdir()?;
        let data = data.map_or_else(|| folder.path().join("data"), Path::to_owned);
        let database = match (&self.server, &self.database) {
            (Some(server), Some(model)) => Some(new_database(server, Some(model))?),
            _ => None,
        };
        copy_folder(&self.folder.path().join("data"), &data)?;
        let desk = Desk {
            binary: self.binary.clone(),
            folder,
            data,
            server: self.server.clone(),
            database,
            api_id: self.api_id.clone(),
            services: self.services,
        };
        desk.mail_to(Sink::Usual)?;
        Ok(desk)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        drop_database(self.server.as_deref(), self.database.as_deref());
    }
}

/// A desk that may be started, stopped and started again.
#[derive(Debug)]
pub struct Desk {
    binary: PathBuf,
    folder: TempDir,
    data: PathBuf,
    server: Option<String>,
    database: Option<String>,
    /// The script's identifier.
    pub api_id: String,
    /// How many services its directory has.
    pub services: u64,
}

impl Desk {
    /// From its next start on it sends its mail there.
    pub fn mail_to(&self, sink: Sink) -> Result<()> {
        write_config(self.folder.path(), &self.data, self.url().as_deref(), sink)
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Its database's name, on PostgreSQL.
    pub fn database_name(&self) -> Option<&str> {
        self.database.as_deref()
    }

    fn url(&self) -> Option<String> {
        Some(format!("{}/{}", self.server.as_ref()?, self.database.as_ref()?))
    }

    /// The engine.
    pub fn engine(&self) -> Engine {
        if self.database.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// A connection to its database.
    pub fn open_database(&self) -> Result<Database> {
        Database::open(&match self.url() {
            Some(url) => Place::Postgres(url),
            None => Place::Sqlite(self.data.join("portreeve.db")),
        })
    }

    /// Runs a command of the desk.
    pub fn run(&self, words: &[&str]) -> Result<String> {
        run(&self.binary, self.folder.path(), words)
    }

    /// Changes a setting.
    pub fn set(&self, key: &str, value: &str) -> Result<()> {
        self.run(&["settings", "set", key, value]).map(drop)
    }

    /// Starts it and waits until it is ready.
    pub fn start(&self) -> Result<Serving> {
        let started = Instant::now();
        let mut serving = self.spawn()?;
        while started.elapsed() < PATIENCE {
            if status(serving.address, "/readyz") == Some(200) {
                serving.start_up = started.elapsed();
                return Ok(serving);
            }
            if let Some(ended) = serving.child.try_wait()? {
                bail!("the desk ended with {ended}: {}", serving.last_words());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        bail!("the desk was not ready in {} s: {}", PATIENCE.as_secs(), serving.last_words())
    }

    /// Starts it where it must not come up; what it said and how it ended.
    pub fn fail_to_start(&self) -> Result<(ExitStatus, String)> {
        let mut serving = self.spawn()?;
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(ended) = serving.child.try_wait()? {
                return Ok((ended, serving.last_words()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("the desk came up where it should have ended")
    }

    fn spawn(&self) -> Result<Serving> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let log = self.folder.path().join(format!("serve-{number}.log"));
        let child = Command::new(&self.binary)
            .arg("serve")
            .current_dir(self.folder.path())
            .env("PORTREEVE_SERVER__LISTEN", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .spawn()
            .with_context(|| format!("cannot start {}", self.binary.display()))?;
        Ok(Serving { child, address, log, start_up: Duration::ZERO })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop_database(self.server.as_deref(), self.database.as_deref());
    }
}

/// A desk that runs. Dropped, it is killed, by its own process id.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    log: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
    /// From the start of the process to the first good answer of `/readyz`.
    pub start_up: Duration,
}

impl Serving {
    /// Its process id.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(6)..].join("\n")
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to stop, and waits.
    pub fn stop(mut self) -> Result<()> {
        self.signal(Signal::TERM)?;
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(ended) = self.child.try_wait()? {
                if ended.success() {
                    return Ok(());
                }
                bail!("the desk ended with {ended}: {}", self.last_words());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the desk did not stop in {} s", PATIENCE.as_secs())
    }

    /// Ends it like a power cut: it gets no word.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let id = Pid::from_child(&self.child);
        kill_process(id, signal)?;
        Ok(())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The status of a GET; none when nobody answers.
pub fn status(address: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

fn write_config(folder: &Path, data: &Path, url: Option<&str>, sink: Sink) -> Result<()> {
    let database = url.map_or(String::new(), |url| format!("[database]\nurl = \"{url}\"\n"));
    let port = sink.port()?;
    let text = format!(
        "data_dir = \"{}\"\n{database}[mail.out]\nkind = \"smtp\"\n\
         from = \"Abuse desk <abuse@example.com>\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         tls = \"none\"\n[[enforcer]]\nkind = \"record\"\n",
        data.display(),
    );
    std::fs::write(folder.join("portreeve.toml"), text)?;
    Ok(())
}

fn run(binary: &Path, folder: &Path, words: &[&str]) -> Result<String> {
    let output = Command::new(binary)
        .args(words)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", binary.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    bail!("`portreeve {}` failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    if !from.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

fn new_database(server: &str, model: Option<&str>) -> Result<String> {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("bench_{}_{number}", std::process::id());
    let like = model.map_or(String::new(), |model| format!(" TEMPLATE {model}"));
    let sql = format!("CREATE DATABASE {name}{like}");
    let mut postgres = Database::open(&Place::Postgres(format!("{server}/postgres")))?;
    // A connection that has just been closed may keep the model busy for a moment.
    for _ in 0..50 {
        if postgres.execute(&sql).is_ok() {
            return Ok(name);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    postgres.execute(&sql)?;
    Ok(name)
}

fn drop_database(server: Option<&str>, name: Option<&str>) {
    let (Some(server), Some(name)) = (server, name) else { return };
    if let Ok(mut postgres) = Database::open(&Place::Postgres(format!("{server}/postgres"))) {
        drop(postgres.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
    }
}
