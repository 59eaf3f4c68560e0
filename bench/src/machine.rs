//! The machine and the versions that figures belong to.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Serialize;

use crate::database::{Database, Place};

/// What figures depend on.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Model of the processor.
    pub processor: String,
    /// How many of them.
    pub cores: usize,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Kernel.
    pub kernel: String,
    /// File system of the data folders.
    pub file_system: String,
    /// Compiler.
    pub rustc: String,
    /// Version and commit of the desk.
    pub portreeve: String,
    /// SQLite inside the desk.
    pub sqlite: String,
    /// PostgreSQL server.
    pub postgres: String,
    /// When the run began, in UTC.
    pub began: String,
}

impl Machine {
    /// Looks at this machine.
    pub fn look(binary: &Path, server: &str) -> Result<Self> {
        let version = output(Command::new(binary).arg("--version"));
        let commit = output(Command::new("git").args(["rev-parse", "--short=12", "HEAD"]));
        let changed = output(Command::new("git").args(["status", "--porcelain", "-uno"]));
        let dirty = if changed.is_empty() { "" } else { ", with changes" };
        Ok(Self {
            processor: line_of("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism()?.get(),
            memory_mib: line_of("/proc/meminfo", "MemTotal")
                .trim_end_matches(" kB")
                .parse::<u64>()
                .unwrap_or(0)
                / 1024,
            kernel: read("/proc/sys/kernel/osrelease"),
            file_system: file_system(&std::env::temp_dir()),
            rustc: output(Command::new("rustc").arg("--version")),
            portreeve: format!("{version}, commit {commit}{dirty}"),
            sqlite: Database::open(&Place::Sqlite(":memory:".into()))?
                .text("SELECT sqlite_version()")?,
            postgres: Database::open(&Place::Postgres(format!("{server}/postgres")))?
                .text("SHOW server_version")?,
            began: output(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M"])),
        })
    }
}

fn output(command: &mut Command) -> String {
    let bytes = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

fn line_of(path: &str, name: &str) -> String {
    let text = read(path);
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_once(':').map_or("", |(_, value)| value).trim().to_owned()
}

/// Kind and source of the file system that a path is on.
pub fn file_system(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mounts = read("/proc/self/mountinfo");
    let on = |line: &str| -> Option<(usize, String)> {
        let (front, back) = line.split_once(" - ")?;
        let at = front.split(' ').nth(4)?;
        let kind = back.split(' ').next()?;
        path.starts_with(at).then(|| (at.len(), kind.to_owned()))
    };
    // Of mounts at the same place the last one counts.
    mounts
        .lines()
        .filter_map(on)
        .max_by_key(|(length, _)| *length)
        .map_or_else(String::new, |m| m.1)
}
