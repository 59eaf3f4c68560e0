//! The lane of the notices: every report makes several, so they are claimed, planned and written down
//! many at a time. What was sent is handed to one writer, which commits what has gathered; the next
//! results gather while it does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portreeve_core::event::Job;
use portreeve_core::time::Span;
use portreeve_store::{DueJob, JobKind, StoreError, Which};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use super::runner::{End, LEASE, POLL, claim, put_off};
use crate::desk::Desk;
use crate::notice::{self, NoticeJob, Planned, Sent};
use crate::record;

/// Notices that are claimed and not yet written down at most.
const IN_HAND: usize = 256;

/// Notices that are claimed at once at most, and written down with one commit.
const BATCH: usize = 128;

/// While callers wait for their reports to be stored, notices are claimed no more often than this. It
/// still comes to more than a thousand notices a second.
const COURTESY: Duration = Duration::from_millis(100);

/// Mails that go out at the same time: mail servers like few connections.
const AT_ONCE: usize = 8;

/// Tries of a notice, over about a day and a half, before it is given up.
pub(super) const TRIES: i64 = 14;
const PAUSE: Span = Span::from_secs(10);
const LONGEST_PAUSE: Span = Span::from_mins(360);

/// Pause before results are written again that the database did not take.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// A notice that was claimed.
struct InHand {
    job: DueJob,
    lease: String,
    /// None: what was stored of it cannot be read.
    planned: Option<Planned>,
    _room: OwnedSemaphorePermit,
}

impl InHand {
    /// How the job ends by what became of the mail.
    fn end(&self, desk: &Desk, sent: &Sent) -> End {
        match sent {
            _ if self.planned.is_none() => End::Dead("this job cannot be read".to_owned()),
            Sent::Nobody | Sent::Gathered { .. } | Sent::Taken(_) | Sent::Refused(..) => End::Done,
            Sent::Later(why, _) if self.job.tries + 1 >= TRIES => End::Dead(why.clone()),
            Sent::Later(why, _) => {
                End::At(pause(self.job.tries).after(desk.now()), Some(why.clone()))
            }
        }
    }
}

/// The jobs of each lease that are in hand.
type Leases = Arc<Mutex<BTreeMap<String, Vec<i64>>>>;

/// Sends notices until `stop` turns true, and then ends what is in hand.
pub(super) async fn run(desk: Arc<Desk>, mut stop: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(IN_HAND));
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let leases = Leases::default();
    let (ended, results) = mpsc::channel(IN_HAND);
    let writer =
        tokio::spawn(write_results(Arc::clone(&desk), results, Arc::clone(&leases), stop.clone()));
    let renewer = tokio::spawn(renew_leases(Arc::clone(&desk), Arc::clone(&leases)));
    let mut sending = JoinSet::new();
    let mut claimed_at = Instant::now();
    while !*stop.borrow() {
        while sending.try_join_next().is_some() {}
        // Listening begins before the look, so that no ring in between is missed.
        let rung = desk.work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        let wait = if desk.metrics.callers_wait() {
            COURTESY.saturating_sub(claimed_at.elapsed())
        } else {
            Duration::ZERO
        };
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        claimed_at = Instant::now();
        let claimed = take(&desk, &room, &leases).await.unwrap_or_else(|error| {
            tracing::warn!("cannot claim notices: {error}");
            Vec::new()
        });
        if claimed.is_empty() {
            tokio::select! {
                () = &mut rung => {}
                () = tokio::time::sleep(POLL) => {}
                _ = stop.changed() => {}
            }
        }
        for in_hand in claimed {
            let (desk, at_once, ended) = (Arc::clone(&desk), Arc::clone(&at_once), ended.clone());
            sending.spawn(async move {
                // The semaphore is never closed.
                let _turn = at_once.acquire_owned().await;
                let sent = match &in_hand.planned {
                    Some(planned) => notice::send(&desk, planned).await,
                    None => Sent::Nobody,
                };
                desk.metrics.tried_notice(&sent, in_hand.job.tries + 1 >= TRIES);
                drop(ended.send((in_hand, sent)).await);
            });
        }
    }
    while sending.join_next().await.is_some() {}
    drop(ended);
    drop(writer.await);
    renewer.abort();
}

/// Claims notices for the room there is, and reads what they need.
async fn take(
    desk: &Desk,
    room: &Arc<Semaphore>,
    leases: &Leases,
) -> Result<Vec<InHand>, StoreError> {
    let free = room.available_permits().min(BATCH);
    // Few at a time would cost a commit each.
    if free < BATCH / 2 {
        return Ok(Vec::new());
    }
    let claimed = claim(desk, JobKind::SendNotice, Which::All, free).await?;
    let Some((_, lease)) = claimed.first() else { return Ok(Vec::new()) };
    let ids = claimed.iter().map(|(job, _)| job.id).collect();
    lock(leases).insert(lease.clone(), ids);
    let mut plans = plan(desk, &claimed).await;
    let mut in_hand = Vec::with_capacity(claimed.len());
    for (job, lease) in claimed {
        let Ok(permit) = Arc::clone(room).try_acquire_owned() else { break };
        match plans.remove(&job.id) {
            // Left to its lease, which is no longer renewed: it is claimed again then.
            None => forget(leases, &lease, job.id),
            Some(planned) => in_hand.push(InHand { job, lease, planned, _room: permit }),
        }
    }
    Ok(in_hand)
}

/// Plans jobs, by their rows. `None` is a job that cannot be read; one that is left out could not be
/// planned now.
async fn plan(desk: &Desk, claimed: &[(DueJob, String)]) -> BTreeMap<i64, Option<Planned>> {
    let mut plans = BTreeMap::new();
    let mut rows = Vec::with_capacity(claimed.len());
    let mut jobs = Vec::with_capacity(claimed.len());
    for (job, _) in claimed {
        match record::from_row(JobKind::SendNotice, &job.key) {
            Some(Job::SendNotice { report, notice, audience, at }) => {
                rows.push(job.id);
                jobs.push(NoticeJob { report, notice, audience, at, is_again: job.tries > 0 });
            }
            _ => drop(plans.insert(job.id, None)),
        }
    }
    match notice::plan(desk, &jobs).await {
        Ok(planned) => plans.extend(rows.into_iter().zip(planned.into_iter().map(Some))),
        Err(error) if error.is_unavailable() => {
            tracing::warn!("cannot prepare {} notices: {error}", jobs.len());
        }
        // One that cannot be read must not keep the others back.
        Err(_) => {
            for (row, job) in rows.into_iter().zip(jobs) {
                match notice::plan(desk, &[job]).await {
                    Ok(planned) => plans.extend(planned.into_iter().map(|one| (row, Some(one)))),
                    Err(error) => tracing::error!(
                        report.id = job.report.0,
                        "cannot prepare a notice about report {}: {error}",
                        job.report
                    ),
                }
            }
        }
    }
    plans
}

pub(super) fn pause(tries: i64) -> Span {
    (0..tries.clamp(0, 40)).fold(PAUSE, |pause, _| pause.doubled_up_to(LONGEST_PAUSE))
}

/// Writes down what has gathered, until every sender is gone.
async fn write_results(
    desk: Arc<Desk>,
    mut results: mpsc::Receiver<(InHand, Sent)>,
    leases: Leases,
    stop: watch::Receiver<bool>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while results.recv_many(&mut batch, BATCH).await > 0 {
        while let Err(error) = write(&desk, &batch).await {
            tracing::warn!("cannot store the result of {} notices: {error}", batch.len());
            if !error.is_unavailable() {
                write_one_by_one(&desk, &batch).await;
                break;
            }
            // The mails are sent; until that is on record their leases keep others from sending them.
            if *stop.borrow() {
                break;
            }
            tokio::time::sleep(WRITE_AGAIN).await;
        }
        for (in_hand, _) in batch.drain(..) {
            forget(&leases, &in_hand.lease, in_hand.job.id);
        }
        desk.work.notify_waiters();
    }
}

async fn write_one_by_one(desk: &Desk, batch: &[(InHand, Sent)]) {
    for one in batch {
        if let Err(error) = write(desk, std::slice::from_ref(one)).await {
            // The lease runs out and the notice is sent again.
            tracing::error!(key = %one.0.job.key, "cannot store the result of a notice: {error}");
        }
    }
}

async fn write(desk: &Desk, batch: &[(InHand, Sent)]) -> Result<(), StoreError> {
    let now = desk.now();
    let mut ended = Vec::with_capacity(batch.len());
    let mut done: BTreeMap<&str, Vec<&DueJob>> = BTreeMap::new();
    let mut tx = desk.db.write().await?;
    for (in_hand, sent) in batch {
        let end = in_hand.end(desk, sent);
        if let End::Done = end {
            done.entry(&in_hand.lease).or_default().push(&in_hand.job);
        } else {
            let now = now.as_millisecond();
            put_off(&mut tx, &in_hand.job, &in_hand.lease, &end, now).await?;
        }
        if let (Some(planned), End::Done | End::Dead(_)) = (&in_hand.planned, end) {
            ended.push((planned, sent));
        }
    }
    notice::write(desk, &mut tx, &ended, now).await?;
    for (lease, jobs) in done {
        tx.finish_jobs(&jobs, lease, now.as_millisecond()).await?;
    }
    tx.commit().await
}

/// Keeps the leases of what is in hand from running out.
async fn renew_leases(desk: Arc<Desk>, leases: Leases) {
    let third = Span::from_millis(LEASE.as_millis() / 3).to_std();
    loop {
        tokio::time::sleep(third).await;
        let held = lock(&leases).clone();
        if held.is_empty() {
            continue;
        }
        let renewed = async {
            let until = LEASE.after(desk.now()).as_millisecond();
            let mut tx = desk.db.write().await?;
            for (lease, ids) in &held {
                tx.renew_lease(ids, lease, until).await?;
            }
            tx.commit().await
        };
        if let Err(error) = renewed.await {
            tracing::warn!("cannot renew the leases of notices: {error}");
        }
    }
}

fn lock(leases: &Leases) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<i64>>> {
    leases.lock().unwrap_or_else(PoisonError::into_inner)
}

fn forget(leases: &Leases, lease: &str, job: i64) {
    let mut leases = lock(leases);
    if let Some(ids) = leases.get_mut(lease) {
        ids.retain(|id| *id != job);
        if ids.is_empty() {
            leases.remove(lease);
        }
    }
}
