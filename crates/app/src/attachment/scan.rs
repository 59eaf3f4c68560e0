//! Scanning files with a program of the host: the port to it, and the job. Nobody can have a file before it is done.

use async_trait::async_trait;
use portreeve_core::attachment::Scan;
use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::reason::{Finding, NotScanned};
use portreeve_core::text::one_line;
use portreeve_core::time::{Span, Timestamp};
use portreeve_i18n::{self as i18n, Language};
use portreeve_store::{StoreError, Tx};
use tokio::sync::mpsc;

use crate::desk::Desk;
use crate::record::Record;

/// How often a file is tried before a person has to look.
const TRIES: i64 = 12;

/// Characters of what a scan says that go on record.
const WORDS: usize = 300;

/// Reports that are told when something was found in a file that they have.
const REPORTS: i64 = 1_000;

/// What a scan found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// Nothing.
    Clean,
    /// Something, and what.
    Infected(String),
    /// It did not come to an end, and why.
    Failed(Finding),
}

/// A way to scan.
#[async_trait]
pub trait WayToScan: Send + Sync {
    /// Scans the bytes that come in pieces. They have ended when the channel is closed.
    async fn scan(&self, bytes: mpsc::Receiver<Vec<u8>>) -> Scanned;
}

/// A way to scan with its patience.
pub struct Scanner {
    /// The way.
    pub way: Box<dyn WayToScan>,
    /// First pause before a file is tried again.
    pub retry_min: Span,
    /// Longest pause.
    pub retry_max: Span,
}

impl Scanner {
    fn pause(&self, tries: i64) -> Span {
        let doubled = |pause: Span, _| pause.doubled_up_to(self.retry_max);
        (0..tries.clamp(0, 40)).fold(self.retry_min, doubled)
    }
}

/// What is to become of the job.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum After {
    Done,
    Again(Timestamp, String),
    /// A person has to look.
    GivenUp(String),
}

/// Scans the bytes of a hash, for the time after `tries` others that failed. What is known already is left alone.
pub(crate) async fn scan(desk: &Desk, hash: &str, tries: i64) -> Result<After, StoreError> {
    let known = desk.db.read().await?.content(hash).await?;
    let open = |scan| matches!(scan, Scan::Waiting | Scan::Failed);
    let Some(known) = known.filter(|known| open(known.scan)) else {
        return Ok(After::Done);
    };
    let Some(scanner) = &desk.scanner else {
        // The desk has nothing to scan with any more.
        set(desk, hash, Scan::NotScanned, "", None).await?;
        return Ok(After::Done);
    };
    // Two pieces at most wait for the scanner.
    let (sender, receiver) = mpsc::channel(2);
    let (fed, finding) =
        tokio::join!(feed(desk, hash, known.size, sender), scanner.way.scan(receiver));
    let is_whole = fed?;
    let why = match finding {
        Scanned::Clean if is_whole => {
            set(desk, hash, Scan::Clean, "", None).await?;
            return Ok(After::Done);
        }
        Scanned::Infected(detail) => {
            let said = Some(one_line(&detail, WORDS)).filter(|said| !said.is_empty());
            let event = Event::AttachmentInfected { said, known_before: false };
            set(desk, hash, Scan::Infected, &detail, Some(event)).await?;
            return Ok(After::Done);
        }
        Scanned::Clean => NotScanned::Cut,
        Scanned::Failed(why) => NotScanned::Failed { said: why },
    };
    let words = i18n::reason::not_scanned(Language::English, &why);
    if tries + 1 < TRIES {
        return Ok(After::Again(scanner.pause(tries).after(desk.now()), words));
    }
    let event = Event::AttachmentUnscanned { why };
    set(desk, hash, Scan::Failed, &words, Some(event)).await?;
    Ok(After::GivenUp(words))
}

/// Hands the bytes over. False when some are missing or were not read: a file of which a scanner has not seen all is not
/// clean.
async fn feed(
    desk: &Desk,
    hash: &str,
    size: i64,
    to: mpsc::Sender<Vec<u8>>,
) -> Result<bool, StoreError> {
    let (mut n, mut fed) = (0, 0);
    while fed < size {
        let Some(piece) = desk.db.read().await?.content_chunk(hash, n).await? else {
            return Ok(false);
        };
        n += 1;
        fed += i64::try_from(piece.len()).unwrap_or(i64::MAX);
        if to.send(piece).await.is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes down what was found, and in the history of every report that has the file what staff have to know.
async fn set(
    desk: &Desk,
    hash: &str,
    scan: Scan,
    detail: &str,
    event: Option<Event>,
) -> Result<(), StoreError> {
    let detail = one_line(detail, WORDS);
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    if !tx.set_scan(hash, scan, &detail).await? {
        return Ok(());
    }
    if let Some(event) = event {
        let reports = tx.reports_with_content(hash, REPORTS).await?;
        tell(desk, &mut tx, &reports, &event, now).await?;
    }
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}

async fn tell(
    desk: &Desk,
    tx: &mut Tx,
    reports: &[ReportId],
    event: &Event,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut record = Record::new(desk);
    for report in tx.reports_by_id(reports).await? {
        let service = report.subject.as_ref().map(|subject| &subject.service);
        record.add(report.id, service, &Actor::Desk, std::slice::from_ref(event), now);
    }
    record.write(tx, now).await
}
