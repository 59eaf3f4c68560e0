//! The disk is full, or cannot be written to.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::told::Told;
use super::{RECOVERY, Stage, callers};
use crate::database::Engine;
use crate::desk::status;

/// Characters more in each report, so that a disk fills.
const PADDING: usize = 4_000;

pub(super) fn full(stage: &mut Stage, told: &mut Told) -> Result<()> {
    let disk = SmallDisk::mount()?;
    let desk = stage.model(Engine::Sqlite).desk_with_data_in(Some(&disk.path().join("data")))?;
    let serving = desk.start()?;
    let load = callers(&desk, serving.address, 16, PADDING, 0);
    if load.wait_for_success(50, RECOVERY).is_none() {
        told.broken("the desk did not serve at the beginning");
    }
    let refused = load.unavailable();
    let ballast = disk.path().join("ballast");
    fill(&ballast)?;
    if load.wait_for_unavailable(refused, RECOVERY).is_none() {
        told.broken("nobody was answered 503 on a full disk");
    }
    std::thread::sleep(stage.time(700, 10_000));
    let health = answered(status(serving.address, "/healthz"));
    std::fs::remove_file(&ballast)?;
    let back = load.successes();
    told.recovered(load.wait_for_success(back, RECOVERY), "after there was room again");
    std::thread::sleep(stage.time(300, 2_000));
    told.did(format!(
        "The data folder is on a disk of {SMALL_DISK}. While 16 callers create reports of 4 kB, a file \
         fills the disk to the last byte; some time after the first 503, it is removed. Meanwhile, \
         `/healthz` returned {health}. Then the desk is stopped, SQLite checks its file, \
         and the desk is started again."
    ));
    let found = load.stop()?;
    told.look_at(&serving);
    told.take_answers(&found, &[]);
    serving.stop()?;
    told.compare(&desk, &found)?;
    told.check_integrity(&desk)?;
    desk.start()?.stop()
}

pub(super) fn read_only(stage: &mut Stage, told: &mut Told) -> Result<()> {
    let desk = stage.model(Engine::Sqlite).desk()?;
    let serving = desk.start()?;
    let load = callers(&desk, serving.address, 16, 0, 0);
    if load.wait_for_success(50, RECOVERY).is_none() {
        told.broken("the desk did not serve at the beginning");
    }
    let refused = load.unavailable();
    let frozen = Frozen::freeze(desk.data())?;
    if load.wait_for_unavailable(refused, RECOVERY).is_none() {
        told.broken("nobody was answered 503 while nothing could be written");
    }
    std::thread::sleep(stage.time(700, 10_000));
    let health = answered(status(serving.address, "/healthz"));
    drop(frozen);
    let back = load.successes();
    told.recovered(load.wait_for_success(back, RECOVERY), "after it could write again");
    std::thread::sleep(stage.time(300, 2_000));
    told.did(format!(
        "While 16 callers create reports, the data folder and every file in it but SQLite's shared memory are \
         made immutable (`chattr +i`: the file system then refuses writes to open files too; a mount cannot be made \
         read-only while files on it are open for writing), and some time after the first 503 they are \
         released. Meanwhile, `/healthz` returned {health}."
    ));
    let found = load.stop()?;
    told.look_at(&serving);
    told.take_answers(&found, &[]);
    serving.stop()?;
    told.compare(&desk, &found)?;
    told.check_integrity(&desk)
}

pub(super) fn read_only_start(stage: &mut Stage, told: &mut Told) -> Result<()> {
    let disk = SmallDisk::mount()?;
    let desk = stage.model(Engine::Sqlite).desk_with_data_in(Some(&disk.path().join("data")))?;
    let serving = desk.start()?;
    let load = callers(&desk, serving.address, 4, 0, 0);
    if load.wait_for_success(20, RECOVERY).is_none() {
        told.broken("the desk did not serve at the beginning");
    }
    let mut all = load.stop()?;
    serving.stop()?;
    disk.remount("ro")?;
    let (ended, said) = desk.fail_to_start()?;
    if ended.code() != Some(1) || !said.contains("error") || said.contains("panicked") {
        told.broken(format!("on a read-only folder the desk ended with {ended} and said: {said}"));
    }
    disk.remount("rw")?;
    let serving = desk.start()?;
    told.recovered(Some(serving.start_up), "");
    let load = callers(&desk, serving.address, 4, 0, all.next_tag);
    if load.wait_for_success(20, RECOVERY).is_none() {
        told.broken("the desk did not serve after it could write again");
    }
    all.merge(load.stop()?);
    // The folder's name is the run's own.
    let said = said.replace(&disk.path().display().to_string(), "…");
    let last = said.lines().last().unwrap_or_default().to_owned();
    told.did(format!(
        "A desk with reports is stopped, its disk is mounted read-only, and it is started: it exits with \
         status 1 and prints `{last}`. The disk is mounted for writing again, and it starts."
    ));
    told.look_at(&serving);
    told.take_answers(&all, &[]);
    serving.stop()?;
    told.compare(&desk, &all)?;
    told.check_integrity(&desk)
}

/// Size of the small disk.
const SMALL_DISK: &str = "96 MiB";

/// The same for `mount`.
const SMALL_DISK_SIZE: &str = "size=96m,mode=0777";

/// A disk of our own, in memory.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    fn mount() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("portreeve-disk-").tempdir()?;
        let at = folder.path().display().to_string();
        as_root(&["mount", "-t", "tmpfs", "-o", SMALL_DISK_SIZE, "portreeve-chaos", &at])
            .context("this story needs a small disk, and mounting one is not allowed here")?;
        Ok(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn remount(&self, how: &str) -> Result<()> {
        as_root(&["mount", "-o", &format!("remount,{how}"), &self.path().display().to_string()])
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let at = self.path().display().to_string();
        if as_root(&["umount", &at]).is_err() {
            // Somebody still has a file open: it goes when they close it.
            drop(as_root(&["umount", "-l", &at]));
        }
    }
}

/// Files that nobody can write to, until it is dropped.
struct Frozen {
    paths: Vec<PathBuf>,
}

impl Frozen {
    fn freeze(folder: &Path) -> Result<Self> {
        refuse_where_it_has_no_effect(folder)?;
        let mut frozen = Self { paths: vec![folder.to_owned()] };
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            // Mapped into memory: a write to it would not fail but end the process (SIGBUS), which no
            // disk that went read-only does.
            if !path.to_string_lossy().ends_with("-shm") {
                frozen.paths.push(path);
            }
        }
        frozen.change("+i")?;
        Ok(frozen)
    }

    fn change(&self, how: &str) -> Result<()> {
        let paths: Vec<String> = self.paths.iter().map(|p| p.display().to_string()).collect();
        let mut words = vec!["chattr", how];
        words.extend(paths.iter().map(String::as_str));
        as_root(&words)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        drop(self.change("-i"));
    }
}

/// On some file systems only opening is refused, and then the story would prove nothing.
fn refuse_where_it_has_no_effect(folder: &Path) -> Result<()> {
    let path = folder.join("probe");
    let mut file = File::create(&path)?;
    let probe = Frozen { paths: vec![path.clone()] };
    probe.change("+i").context("this story needs `chattr +i`, which is not allowed here")?;
    let refused = file.write_all(b"x").and_then(|()| file.sync_all()).is_err();
    drop(probe);
    std::fs::remove_file(&path)?;
    if refused {
        return Ok(());
    }
    bail!(
        "an immutable file can still be written to on this file system; set TMPDIR to one on ext4"
    )
}

/// A status as it stands on the page.
fn answered(status: Option<u16>) -> String {
    status.map_or_else(|| "nothing".to_owned(), |status| status.to_string())
}

/// Writes a file until nothing more fits.
fn fill(path: &Path) -> Result<()> {
    let mut file = File::create(path)?;
    for size in [1 << 16, 1 << 12, 1] {
        let portion = vec![0; size];
        while file.write_all(&portion).is_ok() {}
    }
    Ok(())
}

/// Runs a command that only root may, by sudo where we are not root.
fn as_root(words: &[&str]) -> Result<()> {
    let prefix: &[&str] = if xtask::packages::is_root() { &[] } else { &["sudo", "-n"] };
    let words = [prefix, words].concat();
    let output = Command::new(words[0]).args(&words[1..]).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    bail!("`{}` failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim())
}
