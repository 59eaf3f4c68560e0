//! Mail from a folder that other programs deliver into: a Maildir (<https://cr.yp.to/proto/maildir.html>). A mail that
//! was taken moves from `new` to `cur` and gets the flag `z`, but only after it is on disk here. The flag only saves
//! reading it again: what was taken is known by the hash of its bytes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use portreeve_app::intake::{LARGEST_MAIL, MailSource, MailboxError, ReceiveError, Taker};

/// Mails that are taken in one look; the others follow in the next.
const AT_ONCE: usize = 200;

/// As much of a mail is looked at before it is read whole, in bytes.
const HEAD: usize = 64 * 1024;

/// What marks a mail in `cur` as taken: a letter that is left to programs, and the one that they use last.
const TAKEN: char = 'z';

/// Foreign files that are named in the log, as long as the desk runs.
const MOST_NAMED: usize = 100;

/// How often `cur` is looked into at the most. Others move mails there, seldom before they were read here.
const CUR: Duration = Duration::from_mins(1);

/// Names that are kept, of mails that cannot be marked, or for which there was no room.
const MOST_KEPT: usize = 10_000;

/// Mails that can't be marked, at one look, before that is left for the next one.
const MOST_FAILURES: usize = 10;

/// How long many mails without room are left alone.
const PAUSE: Duration = Duration::from_mins(5);

/// A folder's time of change may be as coarse as this.
const COARSE: Duration = Duration::from_secs(3);

/// A Maildir that is watched.
#[derive(Debug)]
pub struct Maildir {
    path: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Files that are no mails, and were named.
    foreign: BTreeSet<PathBuf>,
    /// When `cur` had changed last at a look that left nothing in it.
    cur_changed: Option<SystemTime>,
    /// When a look into `cur` was last that came to its end.
    cur_at: Option<Instant>,
    /// Mails that were taken and could not be marked: only that is tried again.
    unmarked: BTreeSet<PathBuf>,
    /// Mails for which there was no room, since when they are left alone, and why.
    later: BTreeSet<PathBuf>,
    later_since: Option<(Instant, String)>,
}

impl Seen {
    /// Mails of which nothing is tried now, and why.
    fn left_alone(&mut self) -> Option<String> {
        match &self.later_since {
            Some((since, why)) if since.elapsed() < PAUSE => Some(why.clone()),
            _ => {
                self.later.clear();
                self.later_since = None;
                None
            }
        }
    }

    /// So many had no room: others have their turn.
    fn leave_alone(&mut self, paths: Vec<PathBuf>, why: String) {
        self.later_since.get_or_insert_with(|| (Instant::now(), why));
        let room = MOST_KEPT.saturating_sub(self.later.len());
        self.later.extend(paths.into_iter().take(room));
    }

    fn mark_later(&mut self, path: PathBuf) {
        if self.unmarked.len() < MOST_KEPT {
            self.unmarked.insert(path);
        }
    }
}

/// A file that may be a mail.
#[derive(Debug)]
struct Found {
    path: PathBuf,
    size: u64,
}

impl Maildir {
    /// The Maildir at this path.
    pub fn new(path: PathBuf) -> Self {
        Self { path, seen: Mutex::default() }
    }

    /// What has to be taken: of `new` everything, of `cur` what has no mark of ours.
    fn found(&self) -> Result<Vec<Found>, MailboxError> {
        let (new, cur) = (self.path.join("new"), self.path.join("cur"));
        let mut found = self.list(&new, |_| true)?;
        if self.seen().cur_at.is_some_and(|at| at.elapsed() < CUR) {
            return Ok(found);
        }
        let changed = fs::metadata(&cur).and_then(|data| data.modified());
        let changed = changed.map_err(|error| cannot_read(&cur, &error))?;
        // Nothing stands still for longer than its clock's ticks, or it is looked at again.
        let is_settled = SystemTime::now().duration_since(changed).is_ok_and(|age| age > COARSE);
        let is_known = self.seen().cur_changed == Some(changed);
        // By its name first: of a large folder most are marked.
        let in_cur = if is_known { Vec::new() } else { self.list(&cur, |path| !is_marked(path))? };
        let before = found.len();
        found.extend(in_cur);
        let mut seen = self.seen();
        seen.cur_changed = (is_settled && found.len() == before).then_some(changed);
        seen.cur_at = Some(Instant::now());
        drop(seen);
        Ok(found)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files of a folder that may be mails, by name: those of one program come in the order of delivery.
    fn list(
        &self,
        folder: &Path,
        is_wanted: impl Fn(&Path) -> bool,
    ) -> Result<Vec<Found>, MailboxError> {
        let entries = fs::read_dir(folder).map_err(|error| cannot_read(folder, &error))?;
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| cannot_read(folder, &error))?;
            // Names with a dot in front are no mails, and nobody's business.
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            if !is_wanted(&path) {
                continue;
            }
            // Of the entry itself: links are not followed.
            match entry.metadata() {
                Ok(data) if data.is_file() && data.len() > 0 => {
                    found.push(Found { path, size: data.len() });
                }
                Ok(_) => self.name_foreign(path),
                // Somebody else moved it meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(cannot_read(&path, &error)),
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// Marks what was taken and could not be marked before.
    fn mark(&self) -> io::Result<()> {
        let (mut failures, mut last) = (0, Ok(()));
        let unmarked = self.seen().unmarked.clone();
        for path in unmarked {
            match put_away(&self.path, &path) {
                Ok(()) => {
                    self.seen().unmarked.remove(&path);
                }
                Err(error) => {
                    (failures, last) = (failures + 1, Err(error));
                }
            }
            if failures >= MOST_FAILURES {
                break;
            }
        }
        last
    }

    fn name_foreign(&self, path: PathBuf) {
        let mut seen = self.seen();
        if seen.foreign.len() < MOST_NAMED && !seen.foreign.contains(&path) {
            tracing::warn!("{} is left where it is: it is no mail", path.display());
            seen.foreign.insert(path);
        }
    }
}

fn cannot_read(path: &Path, error: &io::Error) -> MailboxError {
    MailboxError::Server(format!("cannot read {}: {error}", path.display()))
}

/// Splits a file's name into what stays and its flags.
fn parts(name: &str) -> (&str, &str) {
    name.split_once(":2,").unwrap_or((name, ""))
}

fn is_marked(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    parts(&name).1.contains(TAKEN)
}

/// The name of a mail that was taken: seen, and marked.
fn marked(name: &str) -> String {
    let (stays, flags) = parts(name);
    let mut flags: BTreeSet<char> = flags.chars().collect();
    flags.extend(['S', TAKEN]);
    let flags: String = flags.into_iter().collect();
    format!("{stays}:2,{flags}")
}

/// Moves a mail that was taken to `cur`, with its mark.
fn put_away(folder: &Path, path: &Path) -> io::Result<()> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Err(io::Error::other("its name is no UTF-8"));
    };
    match fs::rename(path, folder.join("cur").join(marked(name))) {
        // Somebody else did, or gave it other flags: then it comes again, and is known.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.exists() => Ok(()),
        other => other,
    }
}

/// The bytes of a file, up to one more than a mail may have.
fn read(path: &Path, most: usize) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = Vec::new();
    file.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Does what may wait for a disk where that holds nobody up.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

#[async_trait]
impl MailSource for Maildir {
    async fn look(&self, taker: &Taker<'_>) -> Result<usize, MailboxError> {
        let mut taken = 0;
        let mut trouble: Option<String> = None;
        let mut no_room = Vec::new();
        let found = aside(|| self.found())?;
        if let Err(error) = aside(|| self.mark()) {
            trouble = Some(format!("mails that were taken cannot be marked: {error}"));
        }
        let left_alone = self.seen().left_alone();
        for Found { path, size } in found {
            if taken >= AT_ONCE || no_room.len() >= AT_ONCE || taker.is_stopping() {
                // There may be more in `cur`, too.
                self.seen().cur_at = None;
                break;
            }
            if self.seen().unmarked.contains(&path) {
                continue;
            }
            let mut stays = |why: &str| {
                trouble.get_or_insert_with(|| format!("{} stays there: {why}", path.display()));
            };
            if let Some(why) = left_alone.as_ref().filter(|_| self.seen().later.contains(&path)) {
                stays(why);
                continue;
            }
            match self.take(taker, &path, size).await? {
                Became::Taken { is_new } => taken += usize::from(is_new),
                Became::Gone => {}
                Became::Stays(why) => stays(&why),
                Became::HasNoRoom(why) => {
                    stays(&why);
                    no_room.push((path, why));
                }
                Became::Unmarked { is_new, why } => {
                    taken += usize::from(is_new);
                    stays(&why);
                    self.seen().mark_later(path);
                }
            }
        }
        if no_room.len() >= AT_ONCE {
            let why = no_room.first().map(|(_, why)| why.clone()).unwrap_or_default();
            self.seen().leave_alone(no_room.into_iter().map(|(path, _)| path).collect(), why);
        }
        trouble.map_or(Ok(taken), |why| Err(MailboxError::Server(why)))
    }
}

/// What became of a file.
enum Became {
    Taken {
        is_new: bool,
    },
    Unmarked {
        is_new: bool,
        why: String,
    },
    /// Somebody else moved it, and then it comes again.
    Gone,
    Stays(String),
    HasNoRoom(String),
}

impl Maildir {
    async fn take(
        &self,
        taker: &Taker<'_>,
        path: &Path,
        size: u64,
    ) -> Result<Became, MailboxError> {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > LARGEST_MAIL {
            return Ok(Became::Stays(ReceiveError::TooLarge.to_string()));
        }
        // One that cannot be read keeps no other waiting.
        let head = match aside(|| read(path, HEAD.min(size))) {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(Became::Gone),
            Err(error) => return Ok(Became::Stays(error.to_string())),
        };
        if let Err(why) = taker.is_room_for(&head, size).await? {
            return Ok(Became::HasNoRoom(why.to_string()));
        }
        let raw = match aside(|| read(path, LARGEST_MAIL + 1)) {
            Ok(Some(raw)) => raw,
            Ok(None) => return Ok(Became::Gone),
            Err(error) => return Ok(Became::Stays(error.to_string())),
        };
        let is_new = match taker.take(&raw).await {
            Ok(is_new) => is_new,
            Err(MailboxError::Receive(
                why @ (ReceiveError::NoRoom | ReceiveError::NoRoomForReport(_)),
            )) => return Ok(Became::HasNoRoom(why.to_string())),
            Err(MailboxError::Receive(why @ (ReceiveError::Empty | ReceiveError::TooLarge))) => {
                return Ok(Became::Stays(why.to_string()));
            }
            Err(error) => return Err(error),
        };
        Ok(match aside(|| put_away(&self.path, path)) {
            Ok(()) => Became::Taken { is_new },
            Err(error) => Became::Unmarked { is_new, why: error.to_string() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_one_more_flag() {
        assert_eq!(marked("17.M1.host"), "17.M1.host:2,Sz");
        assert_eq!(marked("17.M1.host,S=9:2,FR"), "17.M1.host,S=9:2,FRSz");
        assert!(is_marked(Path::new("/x/cur/17.M1.host:2,FRSz")));
        assert!(!is_marked(Path::new("/x/cur/17.z.host:2,S")) && !is_marked(Path::new("z")));
    }

    #[test]
    fn only_the_mark_of_a_mail_that_was_taken_is_tried_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let maildir = Maildir::new(dir.path().to_owned());
        fs::create_dir(dir.path().join("new")).expect("a folder");
        for n in 0..20 {
            let path = dir.path().join(format!("new/{n}"));
            fs::write(&path, "a").expect("a file");
            maildir.seen().mark_later(path);
        }
        maildir.seen().mark_later(dir.path().join("new/gone"));
        maildir.mark().expect_err("there is no folder to move it to");
        assert_eq!(maildir.seen().unmarked.len(), 21);
        fs::create_dir(dir.path().join("cur")).expect("a folder");
        maildir.mark().expect("now there is");
        assert!(maildir.seen().unmarked.is_empty() && dir.path().join("cur/7:2,Sz").exists());
    }

    #[test]
    fn many_without_room_are_left_alone_for_a_while() {
        let mut seen = Seen::default();
        assert_eq!(seen.left_alone(), None);
        seen.leave_alone(vec!["a".into(), "b".into()], "full".to_owned());
        assert_eq!(seen.left_alone().as_deref(), Some("full"));
        seen.leave_alone((0..MOST_KEPT).map(|n| n.to_string().into()).collect(), String::new());
        assert_eq!(seen.later.len(), MOST_KEPT);
        seen.later_since = Instant::now().checked_sub(PAUSE).map(|at| (at, String::new()));
        assert!(seen.left_alone().is_none() && seen.later.is_empty());
    }

    #[test]
    fn what_is_no_mail_stays_and_a_missing_folder_is_said() {
        let dir = tempfile::tempdir().expect("a folder");
        let maildir = Maildir::new(dir.path().to_owned());
        let missing = maildir.found().expect_err("nothing is there").to_string();
        assert!(missing.contains("cannot read") && missing.contains("new"), "{missing}");
        for name in ["new", "cur", "new/folder"] {
            fs::create_dir(dir.path().join(name)).expect("a folder");
        }
        for (name, text) in [
            ("new/2", "b"),
            ("new/1", "a"),
            ("new/.hidden", "x"),
            ("new/empty", ""),
            ("cur/3:2,S", "c"),
            ("cur/4:2,Sz", "d"),
        ] {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        std::os::unix::fs::symlink("/etc/hosts", dir.path().join("new/link")).expect("a link");
        let names = |found: Vec<Found>| {
            let name = |found: &Found| {
                let path = found.path.strip_prefix(dir.path()).expect("in there");
                path.to_string_lossy().into_owned()
            };
            found.iter().map(name).collect::<Vec<_>>()
        };
        let found = maildir.found().expect("it is there");
        assert_eq!(names(found), ["new/1", "new/2", "cur/3:2,S"]);
        assert_eq!(maildir.seen().foreign.len(), 3, "each is named once");
        put_away(dir.path(), &dir.path().join("new/1")).expect("it moves");
        put_away(dir.path(), &dir.path().join("new/1")).expect("it has moved");
        put_away(dir.path(), &dir.path().join("cur/3:2,S")).expect("it is marked");
        assert_eq!(names(maildir.found().expect("it is there")), ["new/2"]);
        // What comes into `cur` is looked for now and then.
        fs::write(dir.path().join("cur/5:2,S"), "e").expect("a file");
        assert_eq!(names(maildir.found().expect("it is there")), ["new/2"]);
        maildir.seen().cur_at = None;
        assert_eq!(names(maildir.found().expect("it is there")), ["new/2", "cur/5:2,S"]);
        assert!(dir.path().join("cur/1:2,Sz").exists() && dir.path().join("cur/3:2,Sz").exists());
    }
}
