//! Claims due jobs in batches and runs them, each under a lease that is renewed while it runs. Notices,
//! of which there are many, go through `mails.rs`; messages to webhooks through `webhooks.rs`.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use portreeve_core::event::Job;
use portreeve_core::ids::MailId;
use portreeve_core::time::{Span, Timestamp};
use portreeve_store::{DueJob, JobKind, StoreError, Tx, Which};
use rand::RngExt;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::desk::Desk;
use crate::enforce::{After, reconcile};
use crate::intake;
use crate::jobs::{mails, webhooks};
use crate::notice::{self, alert, summary};
use crate::payment;
use crate::{attachment, bridge, record};

/// How often the table is asked when nobody rings.
pub(super) const POLL: Duration = Duration::from_millis(250);

/// How long a claimed job is ours without a sign of life.
pub(super) const LEASE: Span = Span::from_secs(15);

/// How often a mail that came in waits for the notice that it tells of to be on record, and how long each time.
const READ_AGAIN: i64 = 5;
const PAUSE_OF_READING: Span = Span::from_secs(2);

/// Tries of reading a mail that ends in an error, while the database is there, before it waits for staff unread.
const READINGS: i64 = 10;

/// Processes that may go away while they read a mail, by chance or because of it, before it waits for staff unread.
const LOST_READINGS: i64 = 5;

/// Pause after a database error.
const AFTER_ERROR: Span = Span::from_secs(5);

/// Why a job is given up whose key is none of ours.
const UNREADABLE: &str = "the key of this job cannot be read";

/// The lanes of a kind of jobs: which of them each takes, and how many at a time.
fn lanes(kind: JobKind) -> &'static [(Which, usize)] {
    match kind {
        // Panels are slow and independent; mail servers like few connections.
        JobKind::ReconcileService => &[(Which::All, 16)],
        JobKind::TellBridge | JobKind::SettlePayments => &[(Which::All, 4)],
        JobKind::SendDigest | JobKind::SendSummary | JobKind::SendAlert => &[(Which::All, 2)],
        // A scan may keep a processor busy.
        JobKind::ScanContent => &[(Which::All, 2)],
        // Reading takes a processor, of which there are few. Mail with a report's code has places of its own, so that no
        // mail of a stranger keeps it waiting.
        JobKind::ReadMail => &[(Which::Urgent, 2), (Which::All, 2)],
        // They have a lane of another kind.
        JobKind::SendNotice => &[],
    }
}

/// Runs jobs until `stop` turns true, and then ends what runs.
pub async fn run(desk: Arc<Desk>, stop: watch::Receiver<bool>) {
    let of_kind =
        |kind: JobKind| lanes(kind).iter().map(move |(which, places)| (kind, *which, *places));
    let lanes = JobKind::ALL
        .iter()
        .flat_map(|kind| of_kind(*kind))
        .map(|(kind, which, places)| lane(Arc::clone(&desk), kind, which, places, stop.clone()));
    let lanes: Vec<_> = lanes.collect();
    let mails = mails::run(Arc::clone(&desk), stop.clone());
    let webhooks = webhooks::run(desk, stop);
    tokio::join!(futures_util::future::join_all(lanes), mails, webhooks);
}

async fn lane(
    desk: Arc<Desk>,
    kind: JobKind,
    which: Which,
    at_once: usize,
    mut stop: watch::Receiver<bool>,
) {
    let permits = Arc::new(Semaphore::new(at_once));
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        while running.try_join_next().is_some() {}
        // Listening begins before the look, so that no ring in between is missed.
        let rung = desk.work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        let free = permits.available_permits();
        let claimed =
            if free == 0 { Ok(Vec::new()) } else { claim(&desk, kind, which, free).await };
        let claimed = claimed.unwrap_or_else(|error| {
            tracing::warn!("cannot claim jobs: {error}");
            Vec::new()
        });
        if claimed.is_empty() {
            tokio::select! {
                () = &mut rung => {}
                () = tokio::time::sleep(POLL) => {}
                _ = stop.changed() => {}
            }
            continue;
        }
        for (job, lease) in claimed {
            let permit = Arc::clone(&permits).acquire_owned().await;
            let desk = Arc::clone(&desk);
            running.spawn(async move {
                let _permit = permit;
                run_one(&desk, kind, &job, &lease).await;
                desk.work.notify_waiters();
            });
        }
    }
    while running.join_next().await.is_some() {}
}

/// Claims due jobs under a new lease.
pub(super) async fn claim(
    desk: &Desk,
    kind: JobKind,
    which: Which,
    count: usize,
) -> Result<Vec<(DueJob, String)>, StoreError> {
    let now = desk.now();
    // A look costs nothing; claiming takes the writer's place.
    if !desk.db.read().await?.job_is_due(kind, which, now.as_millisecond()).await? {
        return Ok(Vec::new());
    }
    let lease = format!("{:032x}", rand::rng().random::<u128>());
    let until = LEASE.after(now).as_millisecond();
    let limit = i64::try_from(count).unwrap_or(1);
    let mut tx = desk.db.write().await?;
    let jobs = tx.claim_jobs(kind, which, &lease, until, limit, now.as_millisecond()).await?;
    tx.commit().await?;
    Ok(jobs.into_iter().map(|job| (job, lease.clone())).collect())
}

/// How a job ended.
pub(super) enum End {
    Done,
    At(Timestamp, Option<String>),
    Dead(String),
}

async fn run_one(desk: &Desk, kind: JobKind, job: &DueJob, lease: &str) {
    let work = async {
        // What a job needs stands on the heap: a task is moved about.
        match Box::pin(work(desk, kind, job)).await {
            Ok(end) => end,
            Err(error) => {
                tracing::warn!(kind = kind.as_str(), key = %job.key, "job failed: {error}");
                End::At(AFTER_ERROR.after(desk.now()), Some(error.to_string()))
            }
        }
    };
    let end = keep_lease(desk, job, lease, work).await;
    if let Err(error) = write_end(desk, job, lease, end).await {
        // The lease runs out and the job is claimed again.
        tracing::warn!(kind = kind.as_str(), key = %job.key, "cannot finish a job: {error}");
    }
}

/// Runs `work` and meanwhile keeps the lease from running out.
async fn keep_lease<T>(desk: &Desk, job: &DueJob, lease: &str, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    let third = Span::from_millis(LEASE.as_millis() / 3).to_std();
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(third) => {
                let until = LEASE.after(desk.now()).as_millisecond();
                let renewed = async {
                    let mut tx = desk.db.write().await?;
                    tx.renew_lease(&[job.id], lease, until).await?;
                    tx.commit().await
                };
                if let Err(error) = renewed.await {
                    tracing::warn!(key = %job.key, "cannot renew a lease: {error}");
                }
            }
        }
    }
}

async fn work(desk: &Desk, kind: JobKind, job: &DueJob) -> Result<End, StoreError> {
    let is_last = job.tries + 1 >= mails::TRIES;
    let end = match kind {
        JobKind::SendDigest => {
            let sent = notice::send_digest(desk, &job.key, is_last).await?;
            sent.map(|sent| ended(desk, job, sent, is_last))
        }
        JobKind::SendSummary => {
            let sent = summary::send(desk, &job.key).await?;
            sent.map(|sent| ended(desk, job, sent, is_last))
        }
        JobKind::SendAlert => {
            let sent = alert::send(desk, &job.key).await?;
            sent.map(|sent| ended(desk, job, sent, is_last))
        }
        JobKind::ReconcileService
        | JobKind::SendNotice
        | JobKind::TellBridge
        | JobKind::SettlePayments
        | JobKind::ScanContent
        | JobKind::ReadMail => {
            return work_of_event(desk, kind, job).await;
        }
    };
    Ok(end.unwrap_or_else(|| End::Dead(UNREADABLE.to_owned())))
}

/// A mail that was not taken, and why, is tried again as often as notices are.
fn ended(desk: &Desk, job: &DueJob, sent: Result<(), String>, is_last: bool) -> End {
    match sent {
        Ok(()) => End::Done,
        Err(why) if is_last => End::Dead(why),
        Err(why) => End::At(mails::pause(job.tries).after(desk.now()), Some(why)),
    }
}

async fn work_of_event(desk: &Desk, kind: JobKind, job: &DueJob) -> Result<End, StoreError> {
    match record::from_row(kind, &job.key) {
        None => Ok(End::Dead(UNREADABLE.to_owned())),
        Some(Job::ReconcileService(service)) => {
            let jitter = rand::rng().random_range(0..=1_000);
            Ok(match reconcile(desk, &service, jitter).await? {
                After::Settled => End::Done,
                After::Again(at) => End::At(at, None),
            })
        }
        Some(Job::TellBridge(service)) => Ok(match bridge::tell(desk, &service).await? {
            Ok(()) => End::Done,
            Err(why) => End::At(bridge::pause(job.tries).after(desk.now()), Some(why)),
        }),
        // Boxed, because it is far larger than the other jobs.
        Some(Job::SettlePayments(report)) => {
            Ok(match Box::pin(payment::settle(desk, report)).await? {
                After::Settled => End::Done,
                After::Again(at) => End::At(at, None),
            })
        }
        Some(Job::ScanContent(hash)) => {
            Ok(match attachment::scan(desk, &hash, job.tries).await? {
                attachment::After::Done => End::Done,
                attachment::After::Again(at, why) => End::At(at, Some(why)),
                attachment::After::GivenUp(why) => End::Dead(why),
            })
        }
        Some(Job::ReadMail(mail)) => read_mail(desk, mail, job).await,
        Some(Job::SendNotice { .. }) => {
            Ok(End::Dead("notices have a lane of their own".to_owned()))
        }
    }
}

/// Reads a mail. One that cannot be read in so many tries waits for staff as it is: while it is unread it holds
/// deadlines.
async fn read_mail(desk: &Desk, mail: MailId, job: &DueJob) -> Result<End, StoreError> {
    if job.lost >= LOST_READINGS {
        tracing::error!(
            "mail {mail} can't be read and waits for staff: {} processes ended while reading it",
            job.lost
        );
        intake::give_up(desk, mail).await?;
        return Ok(End::Done);
    }
    match Box::pin(intake::read(desk, mail, job.tries < READ_AGAIN)).await {
        Ok(intake::Read::Done) => Ok(End::Done),
        Ok(intake::Read::Later) => Ok(End::At(PAUSE_OF_READING.after(desk.now()), None)),
        Err(error) if !error.is_unavailable() && job.tries + 1 >= READINGS => {
            tracing::error!("mail {mail} can't be read and waits for staff: {error}");
            intake::give_up(desk, mail).await?;
            Ok(End::Done)
        }
        Err(error) => Err(error),
    }
}

async fn write_end(desk: &Desk, job: &DueJob, lease: &str, end: End) -> Result<(), StoreError> {
    let now = desk.now().as_millisecond();
    let mut tx = desk.db.write().await?;
    match end {
        End::Done => tx.finish_jobs(&[job], lease, now).await?,
        end => put_off(&mut tx, job, lease, &end, now).await?,
    }
    tx.commit().await
}

/// Writes down that a job did not get done: when it runs again, or that it is given up.
pub(super) async fn put_off(
    tx: &mut Tx,
    job: &DueJob,
    lease: &str,
    end: &End,
    now: i64,
) -> Result<(), StoreError> {
    match end {
        End::Done => Ok(()),
        End::At(at, why) => {
            tx.postpone_job(job, lease, at.as_millisecond(), why.as_deref(), now).await
        }
        End::Dead(why) => tx.bury_job(job, lease, why).await,
    }
}
