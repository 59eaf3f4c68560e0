//! Looking at a whole directory: every service as it is now, what changed since, and what is gone.
//!
//! Only what changed is written. A pass that did not see everything ends nothing; a service that a pass
//! did not meet is asked for by itself before it is ended; and when far more are gone than ever are at
//! once, nothing is ended before a person has said that this is right.

use std::collections::{HashMap, HashSet};

use portreeve_core::event::Job;
use portreeve_core::ids::{ServiceId, ServiceKey};
use portreeve_core::time::Span;
use portreeve_i18n::reason::in_english;
use portreeve_store::{DirectoryLooks, DirectoryState, KnownService, NewJob, StoreError, Tx};
use rand::RngExt;
use tokio::sync::watch;

use super::import::{BATCH, LARGEST_SHRINK_PERCENT, Take, Taken, Write, end_services};
use super::row::Listed;
use super::source::{Limit, LiveDirectory, Page, SourceError};
use crate::desk::Desk;
use crate::record::to_row;

/// How often a pass is begun anew because the list changed while it was read.
const PASSES: usize = 6;

/// How long the place of the one who looks is ours without a sign of life.
const LEASE: Span = Span::from_secs(60);

/// How long one service may take that is asked for by itself.
const ONE: Span = Span::from_secs(30);

/// Pause after a look that came to nothing.
const AFTER_TROUBLE: Span = Span::from_secs(60);

/// How often it is looked whether a directory is due.
const POLL: Span = Span::from_secs(1);

/// Odd rows that are named.
const NAMED: usize = 1_000;

/// What a look did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Synced {
    /// Services that the directory lists.
    pub services: usize,
    /// Of them, not known before.
    pub new: usize,
    /// Of them, other than before.
    pub changed: usize,
    /// Services that ended.
    pub ended: usize,
    /// How often the pass was begun.
    pub passes: usize,
    /// What could not be read, one line each; no more than the first thousand.
    pub odd: Vec<String>,
}

/// Why a look came to nothing. What was taken in stays; nothing was ended.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// There is no such directory, or it is not one that can be asked.
    #[error(
        "there is no directory {0:?} that can be synced; those of kind file are filled by `service import`"
    )]
    NotLive(String),
    /// Another process looks at it.
    #[error("another process is syncing the directory {0:?}")]
    Busy(String),
    /// The directory could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Far more is gone than ever is at once.
    #[error(
        "{missing} of {known} services are gone from the directory, more than {LARGEST_SHRINK_PERCENT} %: nothing was ended"
    )]
    Shrunk {
        /// How many are gone.
        missing: usize,
        /// How many there were.
        known: usize,
    },
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far a look is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Services read in this pass.
    pub done: usize,
    /// Services in all, where that is known.
    pub total: Option<usize>,
}

/// Looks at the whole of a directory. With `accept`, services are ended however many they are.
pub async fn sync(
    desk: &Desk,
    name: &str,
    accept: bool,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Synced, SyncError> {
    let live = desk.live_directory(name).ok_or_else(|| SyncError::NotLive(name.to_owned()))?;
    let place = Place::take(desk, name).await?.ok_or_else(|| SyncError::Busy(name.to_owned()))?;
    let result = passes(desk, live, &place, accept, &mut progress).await;
    let trouble = result.as_ref().err().map(ToString::to_string);
    place.give_back(trouble.as_deref()).await?;
    result
}

/// The place of the one who looks at a directory.
struct Place<'a> {
    desk: &'a Desk,
    directory: &'a str,
    lease: String,
}

impl<'a> Place<'a> {
    async fn take(desk: &'a Desk, directory: &'a str) -> Result<Option<Self>, StoreError> {
        let lease = format!("{:032x}", rand::rng().random::<u128>());
        let place = Self { desk, directory, lease };
        Ok(place.keep().await?.then_some(place))
    }

    /// Keeps it; whether it is still ours.
    async fn keep(&self) -> Result<bool, StoreError> {
        let now = self.desk.now();
        let until = LEASE.after(now).as_millisecond();
        let mut tx = self.desk.db.write().await?;
        let ours =
            tx.claim_directory(self.directory, &self.lease, until, now.as_millisecond()).await?;
        tx.commit().await?;
        Ok(ours)
    }

    async fn give_back(&self, trouble: Option<&str>) -> Result<(), StoreError> {
        let now = self.desk.now().as_millisecond();
        let mut tx = self.desk.db.write().await?;
        tx.release_directory(self.directory, &self.lease, trouble, now).await?;
        tx.commit().await
    }
}

async fn passes(
    desk: &Desk,
    live: &LiveDirectory,
    place: &Place<'_>,
    accept: bool,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<Synced, SyncError> {
    let mut synced = Synced::default();
    loop {
        synced.passes += 1;
        let mut look = Look::begin(desk, live, accept).await?;
        match look.read(place, &mut synced, progress).await {
            Ok(()) => return look.finish(place, synced).await,
            Err(SyncError::Source(SourceError::Changed(why))) if synced.passes < PASSES => {
                tracing::info!(
                    directory = live.name,
                    "the sync is restarted: {}",
                    in_english(&why)
                );
            }
            Err(error) => return Err(error),
        }
    }
}

/// One pass over a directory.
struct Look<'a> {
    desk: &'a Desk,
    live: &'a LiveDirectory,
    accept: bool,
    looks: DirectoryLooks,
    began_at: i64,
    /// Services that were there before.
    known: usize,
    seen: HashSet<ServiceId>,
    /// A row could not be read, so that nobody knows whether it is as it is stored.
    unread: bool,
}

impl<'a> Look<'a> {
    async fn begin(
        desk: &'a Desk,
        live: &'a LiveDirectory,
        accept: bool,
    ) -> Result<Self, StoreError> {
        let mut tx = desk.db.read().await?;
        let looks = tx.directory_looks(&live.name).await?;
        let known = tx.count_services(&live.name, i64::MAX).await?;
        let known = usize::try_from(known.live).unwrap_or(0);
        let began_at = desk.now().as_millisecond();
        Ok(Self { desk, live, accept, looks, began_at, known, seen: HashSet::new(), unread: false })
    }

    /// Reads all pages and takes in what changed.
    async fn read(
        &mut self,
        place: &Place<'_>,
        synced: &mut Synced,
        progress: &mut (impl FnMut(Progress) + Send),
    ) -> Result<(), SyncError> {
        (synced.services, synced.odd) = (0, Vec::new());
        let mut pass = self.live.source.begin().await?;
        loop {
            let asked_at = self.desk.now().as_millisecond();
            let Some(page) = pass.next().await? else { break };
            if !place.keep().await? {
                return Err(SyncError::Busy(self.live.name.clone()));
            }
            if let Some(total) = page.total {
                self.refuse_shrink(self.known.saturating_sub(total))?;
            }
            let total = page.total;
            let taken = self.take(page, asked_at, synced).await?;
            synced.new += taken.new;
            synced.changed += taken.changed.len();
            synced.services = self.seen.len();
            progress(Progress { done: self.seen.len(), total });
        }
        Ok(())
    }

    async fn take(
        &mut self,
        page: Page,
        asked_at: i64,
        synced: &mut Synced,
    ) -> Result<Taken, StoreError> {
        let room = NAMED.saturating_sub(synced.odd.len());
        synced.odd.extend(page.odd.into_iter().take(room));
        self.unread |= !page.unread.is_empty();
        self.seen.extend(page.unread);
        let new = |row: &Listed| !self.seen.contains(&row.service.key.id);
        let rows: Vec<Listed> = page.rows.into_iter().filter(new).collect();
        self.seen.extend(rows.iter().map(|row| row.service.key.id));
        let mut taken = Taken::default();
        for batch in rows.chunks(BATCH) {
            let part = take_batch(self.desk, self.looks, batch, asked_at).await?;
            taken.new += part.new;
            taken.changed.extend(part.changed);
        }
        Ok(taken)
    }

    fn refuse_shrink(&self, missing: usize) -> Result<(), SyncError> {
        let percent = usize::try_from(LARGEST_SHRINK_PERCENT).unwrap_or(0);
        if self.accept || missing * 100 <= self.known * percent {
            return Ok(());
        }
        Err(SyncError::Shrunk { missing, known: self.known })
    }

    /// Ends what is gone, and writes down that everything was seen.
    async fn finish(mut self, place: &Place<'_>, mut synced: Synced) -> Result<Synced, SyncError> {
        let missing = self.missing().await?;
        self.refuse_shrink(missing.len())?;
        let mut gone = Vec::new();
        for known in missing {
            match self.ask_once_more(&known).await? {
                None => gone.push(known),
                Some((row, asked_at)) => {
                    self.seen.insert(known.service.key.id);
                    synced.changed +=
                        take_batch(self.desk, self.looks, &[row], asked_at).await?.changed.len();
                }
            }
            if !place.keep().await? {
                return Err(SyncError::Busy(self.live.name.clone()));
            }
        }
        let now = self.desk.now().as_millisecond();
        for batch in gone.chunks(BATCH) {
            let mut tx = self.desk.db.write().await?;
            end_services(&mut tx, batch, &self.looks, &HashMap::new(), now).await?;
            tx.commit().await?;
        }
        let began = Some(self.began_at);
        let synced_at = if self.unread { self.looks.synced_at } else { began };
        let after = DirectoryLooks { looked_at: began, complete_at: began, synced_at };
        let mut tx = self.desk.db.write().await?;
        tx.put_directory_looks(&self.live.name, after).await?;
        tx.commit().await?;
        (synced.services, synced.ended) = (self.seen.len(), gone.len());
        Ok(synced)
    }

    /// Services that are known and were not met.
    async fn missing(&self) -> Result<Vec<KnownService>, StoreError> {
        let mut missing = Vec::new();
        let mut after = 0;
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        loop {
            let mut tx = self.desk.db.read().await?;
            let page = tx.unseen_services(&self.live.name, i64::MAX, after, limit).await?;
            let Some(last) = page.last() else { return Ok(missing) };
            after = last.service.key.id.get();
            missing.extend(page.into_iter().filter(|known| {
                // One that came while the pass went on was fetched by itself.
                !self.seen.contains(&known.service.key.id) && known.seen_at < self.began_at
            }));
        }
    }

    /// A service that slipped between two pages is there when it is asked for.
    async fn ask_once_more(
        &self,
        known: &KnownService,
    ) -> Result<Option<(Listed, i64)>, SourceError> {
        if self.live.source.reads_at_once() {
            return Ok(None);
        }
        let asked_at = self.desk.now().as_millisecond();
        let found = self.live.source.one(known.service.key.id, Limit::Background(ONE)).await?;
        Ok(found.map(|row| (row, asked_at)))
    }
}

async fn take_batch(
    desk: &Desk,
    looks: DirectoryLooks,
    rows: &[Listed],
    asked_at: i64,
) -> Result<Taken, StoreError> {
    let starts = HashMap::new();
    let now = desk.now().as_millisecond();
    let mut tx = desk.db.write().await?;
    let mut take =
        Take { tx: &mut tx, looks, starts: &starts, seen_at: asked_at, now, write: Write::Changes };
    let taken = take.batch(rows).await?;
    look_at_panel(&mut tx, &taken.changed, now).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(taken)
}

/// A service that changed, and that we hold or have an order out for, is looked at in its panel at once: it
/// may have been freed, suspended or moved.
async fn look_at_panel(tx: &mut Tx, changed: &[ServiceKey], now: i64) -> Result<(), StoreError> {
    if changed.is_empty() {
        return Ok(());
    }
    let known = tx.enforcements(&changed.iter().collect::<Vec<_>>()).await?;
    let watched = known.into_iter().filter(|known| known.watched);
    let jobs: Vec<NewJob> =
        watched.map(|known| to_row(&Job::ReconcileService(known.service))).collect();
    if jobs.is_empty() { Ok(()) } else { tx.enqueue(&jobs, now).await }
}

/// Takes in one service that was asked for by itself at `asked_at`.
pub(crate) async fn take_one(desk: &Desk, row: Listed, asked_at: i64) -> Result<(), StoreError> {
    let directory = row.service.key.directory.clone();
    let looks = desk.db.read().await?.directory_looks(&directory).await?;
    take_batch(desk, looks, &[row], asked_at).await.map(drop)
}

/// Takes in a service as its panel tells it now.
pub(crate) async fn take(desk: &Desk, row: Listed) -> Result<(), StoreError> {
    take_one(desk, row, desk.now().as_millisecond()).await
}

/// Ends a service that its panel has removed.
pub(crate) async fn remove(desk: &Desk, key: &ServiceKey) -> Result<(), StoreError> {
    let now = desk.now().as_millisecond();
    let mut tx = desk.db.write().await?;
    let looks = tx.directory_looks(&key.directory).await?;
    let known = tx.service(key).await?.filter(|known| known.ended_at.is_none());
    if let Some(known) = known {
        end_services(&mut tx, &[known], &looks, &HashMap::new(), now).await?;
    }
    tx.commit().await
}

/// How the directories stand that are looked at by themselves; those that were never looked at too.
pub async fn states(desk: &Desk) -> Result<Vec<DirectoryState>, StoreError> {
    let known = desk.db.read().await?.directory_states().await?;
    let state = |live: &LiveDirectory| {
        let found = known.iter().find(|state| state.name == live.name).cloned();
        found.unwrap_or_else(|| DirectoryState { name: live.name.clone(), ..Default::default() })
    };
    Ok(desk.directories.iter().map(state).collect())
}

/// Looks at every directory as often as the configuration says, until `stop` turns true.
pub async fn follow(desk: &Desk, stop: watch::Receiver<bool>) {
    let each = desk.directories.iter().map(|live| follow_one(desk, live, stop.clone()));
    futures_util::future::join_all(each).await;
}

async fn follow_one(desk: &Desk, live: &LiveDirectory, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let work = async {
            if is_due(desk, live).await {
                look_and_tell(desk, live).await;
            }
            tokio::time::sleep(POLL.to_std()).await;
        };
        tokio::select! {
            () = work => {}
            _ = stop.changed() => {}
        }
    }
}

async fn is_due(desk: &Desk, live: &LiveDirectory) -> bool {
    let state = match states(desk).await {
        Ok(states) => states.into_iter().find(|state| state.name == live.name),
        Err(error) => {
            tracing::warn!("cannot find out when directories were synced: {error}");
            return false;
        }
    };
    let Some(state) = state else { return true };
    let pause = if state.trouble.is_some() { AFTER_TROUBLE.min(live.every) } else { live.every };
    let tried_at = state.tried_at.and_then(portreeve_core::time::from_millis);
    tried_at.is_none_or(|tried_at| pause.after(tried_at) <= desk.now())
}

async fn look_and_tell(desk: &Desk, live: &LiveDirectory) {
    let name = live.name.as_str();
    match sync(desk, name, false, |_| {}).await {
        Ok(synced) => tracing::info!(
            directory = name,
            services = synced.services,
            new = synced.new,
            changed = synced.changed,
            ended = synced.ended,
            "synced the directory"
        ),
        Err(SyncError::Busy(_)) => {}
        Err(error) => tracing::error!(directory = name, "cannot sync the directory: {error}"),
    }
}
