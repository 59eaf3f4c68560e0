//! Taking a directory file in: services as they are now, and what that means for the ledger.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use portreeve_core::fields::Start;
use portreeve_core::ids::{ServiceId, ServiceKey};
use portreeve_core::ledger::{Assignment, Interval, Resource, UNKNOWN_START};
use portreeve_core::service::Service;
use portreeve_store::{
    ChangedInterval, DirectoryLooks, KnownService, NewAssignment, StoreError, Topic, Tx,
};

use super::file::Rows;
use super::row::Listed;
use crate::desk::Desk;

/// Services in one transaction: short enough that a running desk is not held up.
pub(super) const BATCH: usize = 500;

/// Ending more than this part of the services at once looks like a torn file.
pub(super) const LARGEST_SHRINK_PERCENT: i64 = 20;

/// How to import.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which directory the file is of.
    pub directory: String,
    /// The file lists everything: what it lacks has ended.
    pub complete: bool,
    /// End them even when they are many.
    pub accept_shrink: bool,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Services taken in, new or not.
    pub services: usize,
    /// Of them, not known before.
    pub new: usize,
    /// Services that ended.
    pub ended: usize,
    /// Why nothing was ended although the file is said to be complete.
    pub not_ended: Option<String>,
}

/// Why an import stopped. What was taken in before stays; importing again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is no such directory.
    #[error("there is no directory {0:?} in the configuration")]
    NoDirectory(String),
    /// It is looked at by itself, so that a file would be undone by the next look.
    #[error("the directory {0:?} is not filled from files")]
    Live(String),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes `rows` in. `progress` is told how many services are done.
pub async fn import(
    desk: &Desk,
    rows: &Rows,
    options: &Options,
    mut progress: impl FnMut(usize),
) -> Result<Imported, ImportError> {
    if !desk.config.directories.contains(&options.directory) {
        return Err(ImportError::NoDirectory(options.directory.clone()));
    }
    if desk.live_directory(&options.directory).is_some() {
        return Err(ImportError::Live(options.directory.clone()));
    }
    let now = desk.now().as_millisecond();
    let looks = desk.db.read().await?.directory_looks(&options.directory).await?;
    let starts = starts_of(&rows.good);
    let mut imported = Imported::default();
    for batch in rows.good.chunks(BATCH) {
        let mut tx = desk.db.write().await?;
        let mut take = Take {
            tx: &mut tx,
            looks,
            starts: &starts,
            seen_at: now,
            now,
            write: Write::Everything,
        };
        imported.new += take.batch(batch).await?.new;
        tx.commit().await?;
        imported.services += batch.len();
        progress(imported.services);
    }
    let mut after = DirectoryLooks { looked_at: Some(now), ..looks };
    if options.complete {
        match why_not_to_end(desk, rows, options, now).await? {
            Some(why) => imported.not_ended = Some(why),
            None => {
                imported.ended = end_missing(desk, rows, options, &starts, now).await?;
                after.complete_at = Some(now);
            }
        }
    }
    let mut tx = desk.db.write().await?;
    tx.put_directory_looks(&options.directory, after).await?;
    tx.commit().await?;
    Ok(imported)
}

/// When a resource is said to start with its new holder: that is when the old one's time ended.
fn starts_of(rows: &[Listed]) -> HashMap<&Resource, i64> {
    rows.iter()
        .filter_map(|row| row.start.at().map(|at| (row, at)))
        .flat_map(|(row, at)| row.resources.iter().map(move |resource| (resource, at)))
        .collect()
}

async fn why_not_to_end(
    desk: &Desk,
    rows: &Rows,
    options: &Options,
    now: i64,
) -> Result<Option<String>, StoreError> {
    if rows.unreadable_id {
        let why =
            "a row's service_id could not be read, so it is unknown which services are missing";
        return Ok(Some(why.to_owned()));
    }
    let mut tx = desk.db.read().await?;
    let counted = tx.count_services(&options.directory, now).await?;
    let directory = &options.directory;
    let listed: Vec<ServiceKey> =
        rows.listed.iter().map(|id| ServiceKey { directory: directory.clone(), id: *id }).collect();
    let listed = tx.services_by_key(&listed.iter().collect::<Vec<_>>()).await?;
    let listed: HashSet<&ServiceKey> = listed
        .iter()
        .filter(|known| known.ended_at.is_none() && known.seen_at < now)
        .map(|known| &known.service.key)
        .collect();
    let missing = counted.unseen - i64::try_from(listed.len()).unwrap_or(0);
    if !options.accept_shrink && missing * 100 > counted.live * LARGEST_SHRINK_PERCENT {
        return Ok(Some(format!(
            "{missing} of {} services are missing from the file, more than \
             {LARGEST_SHRINK_PERCENT} %; if that is right, import again with --accept-shrink",
            counted.live
        )));
    }
    Ok(None)
}

async fn end_missing(
    desk: &Desk,
    rows: &Rows,
    options: &Options,
    starts: &HashMap<&Resource, i64>,
    now: i64,
) -> Result<usize, StoreError> {
    let listed: HashSet<ServiceId> = rows.listed.iter().copied().collect();
    let mut ended = 0;
    let mut after = 0;
    loop {
        let mut tx = desk.db.write().await?;
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let page = tx.unseen_services(&options.directory, now, after, limit).await?;
        let Some(last) = page.last() else { return Ok(ended) };
        after = last.service.key.id.get();
        let gone: Vec<KnownService> =
            page.into_iter().filter(|known| !listed.contains(&known.service.key.id)).collect();
        end_services(&mut tx, &gone, &DirectoryLooks::default(), starts, now).await?;
        tx.commit().await?;
        ended += gone.len();
    }
}

/// Ends services that a complete look no longer found, and what they held.
pub(super) async fn end_services(
    tx: &mut Tx,
    gone: &[KnownService],
    looks: &DirectoryLooks,
    starts: &HashMap<&Resource, i64>,
    now: i64,
) -> Result<(), StoreError> {
    let mut keys: Vec<&ServiceKey> = gone.iter().map(|known| &known.service.key).collect();
    keys.sort_unstable();
    let held = tx.open_assignments(&keys).await?;
    if !held.is_empty() {
        let seq = tx.touch(Topic::Ledger).await?;
        let mut ended = Vec::with_capacity(held.len());
        let gone: HashMap<&ServiceKey, &KnownService> =
            gone.iter().map(|known| (&known.service.key, known)).collect();
        for assignment in &held {
            let seen = gone.get(&assignment.service);
            let last_seen = seen.map_or(now, |known| known.last_seen(looks));
            let interval = ended_between(assignment, last_seen, starts, now);
            ended.push(ChangedInterval { assignment: assignment.id, held: interval });
        }
        tx.set_intervals(&ended, seq).await?;
    }
    tx.end_services(&keys, now).await
}

/// The interval of an assignment that was last seen at `last_seen` and is gone at `now`.
fn ended_between(
    assignment: &Assignment,
    last_seen: i64,
    starts: &HashMap<&Resource, i64>,
    now: i64,
) -> Interval {
    let last_seen = last_seen.max(assignment.held.from_by).min(now);
    match starts.get(&assignment.resource) {
        Some(taken_over) if (last_seen..=now).contains(taken_over) => {
            Interval { to_after: Some(*taken_over), to_by: Some(*taken_over), ..assignment.held }
        }
        _ => Interval { to_after: Some(last_seen), to_by: Some(now), ..assignment.held },
    }
}

/// The interval of something that is still held, with what its row says of its start.
fn dated(held: &Interval, start: Start) -> Interval {
    match (start, held.from_after) {
        (Start::At(from), _) => Interval::exactly_from(from),
        // That the file says since when, and nobody can read it, is less than nothing.
        (Start::NotRead, None) => Interval { from_after: Some(UNKNOWN_START), ..*held },
        (Start::NotSaid, Some(UNKNOWN_START)) => Interval { from_after: None, ..*held },
        (Start::NotRead | Start::NotSaid, _) => *held,
    }
}

/// Which services of a batch are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    /// All of them: each says when it was seen.
    Everything,
    /// Those that are not stored as they are now.
    Changes,
}

/// What became of a batch.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    /// Not known before.
    pub(super) new: usize,
    /// Known, and other than before.
    pub(super) changed: Vec<ServiceKey>,
}

/// Taking in services that were listed.
pub(super) struct Take<'a> {
    pub(super) tx: &'a mut Tx,
    pub(super) looks: DirectoryLooks,
    pub(super) starts: &'a HashMap<&'a Resource, i64>,
    /// They were so at this instant at the latest, milliseconds ...
    pub(super) now: i64,
    /// ... and not before this one.
    pub(super) seen_at: i64,
    pub(super) write: Write,
}

impl Take<'_> {
    /// Takes in one batch.
    pub(super) async fn batch(&mut self, rows: &[Listed]) -> Result<Taken, StoreError> {
        let keys: Vec<&ServiceKey> = rows.iter().map(|row| &row.service.key).collect();
        let known = self.tx.services_by_key(&keys).await?;
        let known: HashMap<&ServiceKey, &KnownService> =
            known.iter().map(|known| (&known.service.key, known)).collect();
        let held = self.tx.open_assignments(&keys).await?;
        let mut held_by: HashMap<&ServiceKey, Vec<&Assignment>> = HashMap::new();
        for assignment in &held {
            held_by.entry(&assignment.service).or_default().push(assignment);
        }

        let mut changed: Vec<ChangedInterval> = Vec::new();
        let mut begun: Vec<(&Listed, &Resource)> = Vec::new();
        let mut to_write = Vec::new();
        let mut taken = Taken::default();
        for row in rows {
            let held = held_by.get(&row.service.key).map_or(&[][..], Vec::as_slice);
            let before = known.get(&row.service.key);
            let last_seen = before.map_or(self.now, |known| known.last_seen(&self.looks));
            let service = self.as_it_is(row, before.copied());
            let as_before =
                before.is_some_and(|known| known.service == *service && known.ended_at.is_none());
            if self.write == Write::Everything || !as_before {
                to_write.push(service);
            }
            let (ends, begins) = (changed.len(), begun.len());
            changed.extend(self.ended_or_dated(row, held, last_seen));
            begun.extend(row.resources.iter().filter_map(|resource| {
                let still = |a: &&&Assignment| {
                    a.resource == *resource && a.customer_id == row.service.customer_id
                };
                held.iter().find(still).is_none().then_some((row, resource))
            }));
            let holds_as_before = (ends, begins) == (changed.len(), begun.len());
            match before {
                None => taken.new += 1,
                Some(_) if as_before && holds_as_before => {}
                Some(_) => taken.changed.push(row.service.key.clone()),
            }
        }
        let changes_ledger = !changed.is_empty() || !begun.is_empty();
        // Before the services, as everywhere: whoever changes the ledger meanwhile waits here.
        let seq = if changes_ledger { Some(self.tx.touch(Topic::Ledger).await?) } else { None };
        let mut to_write: Vec<&Service> = to_write.iter().map(AsRef::as_ref).collect();
        // In one order for all, whatever the file's is.
        to_write.sort_unstable_by_key(|service| &service.key);
        self.tx.put_services(&to_write, self.seen_at).await?;
        if let Some(seq) = seq {
            self.write_ledger(&changed, &begun, &known, seq).await?;
        }
        Ok(taken)
    }

    /// The service as it is to be stored. What could not be read of it stays as it was known. A list of services does not
    /// tell its customers' languages; what is known of the same customer stays.
    fn as_it_is<'a>(&self, row: &'a Listed, before: Option<&KnownService>) -> Cow<'a, Service> {
        let mut service = Cow::Borrowed(&row.service);
        let Some(known) = before.map(|known| &known.service) else { return service };
        if row.lacks("status") {
            service.to_mut().status = known.status;
        }
        if row.lacks("protected") {
            service.to_mut().protected = known.protected;
        }
        let is_same_customer = known.customer_id == row.service.customer_id;
        if row.lacks("dedicated_ip") && row.service.dedicated_ip.is_empty() && is_same_customer {
            service.to_mut().dedicated_ip.clone_from(&known.dedicated_ip);
        }
        if self.write == Write::Changes && row.service.language.is_empty() && is_same_customer {
            service.to_mut().language.clone_from(&known.language);
        }
        service
    }

    /// What the service no longer holds, and what it holds since an instant that is named now. A row with a part that
    /// could not be read ends nothing of its customer's.
    fn ended_or_dated(
        &self,
        row: &Listed,
        held: &[&Assignment],
        last_seen: i64,
    ) -> Vec<ChangedInterval> {
        let mut changed = Vec::new();
        for assignment in held {
            let is_same_customer = assignment.customer_id == row.service.customer_id;
            let is_listed = row.resources.contains(&assignment.resource);
            let interval = match (is_same_customer, is_listed) {
                (true, true) => dated(&assignment.held, row.start),
                (true, false) if row.is_torn() => assignment.held,
                _ => ended_between(assignment, last_seen, self.starts, self.now),
            };
            if interval != assignment.held {
                changed.push(ChangedInterval { assignment: assignment.id, held: interval });
            }
        }
        changed
    }

    async fn write_ledger(
        &mut self,
        changed: &[ChangedInterval],
        begun: &[(&Listed, &Resource)],
        known: &HashMap<&ServiceKey, &KnownService>,
        seq: i64,
    ) -> Result<(), StoreError> {
        self.tx.set_intervals(changed, seq).await?;
        // Others' times are read after ours were ended above, so that a move within this batch shows.
        let texts: Vec<String> = begun.iter().map(|(_, resource)| resource.to_string()).collect();
        let others = self.tx.assignments_of(&texts).await?;
        let mut others_of: HashMap<&Resource, Vec<&Assignment>> = HashMap::new();
        for other in &others {
            others_of.entry(&other.resource).or_default().push(other);
        }
        let new: Vec<_> = begun
            .iter()
            .map(|(row, resource)| {
                let known = known.get(&row.service.key).copied();
                let others = others_of.get(resource).map_or(&[][..], Vec::as_slice);
                NewAssignment {
                    service: row.service.key.clone(),
                    customer_id: row.service.customer_id.clone(),
                    resource: (*resource).clone(),
                    held: self.beginning(row, known, others),
                }
            })
            .collect();
        self.tx.add_assignments(&new, seq).await
    }

    /// Since when a service holds something that it was not seen to hold before.
    fn beginning(
        &self,
        row: &Listed,
        known: Option<&KnownService>,
        others: &[&Assignment],
    ) -> Interval {
        if let Start::At(from) = row.start {
            return Interval::exactly_from(from);
        }
        // The last instant at which it surely was not held by this service: when the service was
        // seen without it, when everything was seen without it, or when another held it.
        let seen_without =
            known.map(|known| known.ended_at.unwrap_or(known.last_seen(&self.looks)));
        let others_held =
            others.iter().filter(|o| o.service != row.service.key || o.held.to_by.is_some());
        let others_until = others_held
            .filter_map(|other| match other.held.to_by {
                Some(_) => other.held.to_after,
                None => self.looks.looked_at,
            })
            .max();
        let unread = (row.start == Start::NotRead).then_some(UNKNOWN_START);
        let bounds = [seen_without, self.looks.complete_at, others_until, unread];
        let from_after = bounds.into_iter().flatten().max();
        Interval { from_after, from_by: self.now, to_after: None, to_by: None }
    }
}
