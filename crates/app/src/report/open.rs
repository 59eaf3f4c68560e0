//! Opening reports by group commit.
//!
//! A synced commit costs far more than the rows in it. Requests hand what they want to a writer, which
//! takes what has gathered, makes one transaction of it, and answers each only after the commit is
//! synced. There is no artificial wait: the next batch gathers while this one is written.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use portreeve_core::event::Event;
use portreeve_core::guard::{Facts, Mails};
use portreeve_core::ids::{Actor, Press, ReportId, ServiceKey};
use portreeve_core::ledger::parse_address;
use portreeve_core::reason::{Finding, Hint, QueueReason};
use portreeve_core::report::{Allegation, Hold, Report, Subject, SuspendMethod};
use portreeve_core::service::NO_DEDICATED_IP;
use portreeve_core::settings::Settings;
use portreeve_core::time::{Span, Timestamp};
use portreeve_i18n::{self as i18n, Language};
use portreeve_store::{
    DeskState, Engine, IdempotencyRow, KnownService, NewNote, NewReport, StoreError, Tx,
};
use serde::Serialize;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::facts::{clock, count_suspension, service_facts, suspensions_left};
use crate::desk::Desk;
use crate::digest::sha256_hex;
use crate::directory::{self, Fetched, Limit};
use crate::intake::without_secret_links;
use crate::record::Record;

/// Reports in one commit at most.
const BATCH: usize = 256;

/// Requests that may wait for a writer; more are turned away.
const WAITING: usize = 4_096;

/// How long a caller waits who is turned away because too many wait. Without it, callers who come again at
/// once take the processors from the reports that were let in: 6,000 of them brought 15,000 reports a second
/// down to 140.
const PUSHBACK: Duration = Duration::from_secs(1);

/// How long a caller waits for a directory that is asked for an unknown service.
const LOOK_UP: Span = Span::from_secs(3);

/// Categories that are remembered as stored.
const KNOWN_CATEGORIES: usize = 1_000;

/// How long an answer is kept under its idempotency key.
pub(crate) const KEYS_LIVE: Span = Span::from_mins(30 * 24 * 60);

/// Looks for a report whose commit got no answer, and the pause before each.
const LANDED_LOOKS: u32 = 5;
const LANDED_PAUSE: std::time::Duration = std::time::Duration::from_millis(300);

/// A report that somebody wants to open. Everything in it is parsed and within its limits.
#[derive(Debug, Clone)]
pub struct NewReportRequest {
    /// Who calls.
    pub caller: Actor,
    /// The service.
    pub service: ServiceKey,
    /// Kind of abuse.
    pub category: String,
    /// Address, when the caller named one.
    pub service_ip: Option<String>,
    /// How to suspend.
    pub suspend_method: SuspendMethod,
    /// The customer may unsuspend.
    pub allow_unsuspend: bool,
    /// The customer may pay to have the service back.
    pub pay_to_unsuspend: bool,
    /// For the customer.
    pub additional_info: String,
    /// For staff only.
    pub admin_notes: String,
    /// What was odd in the request and is to be answered as warnings.
    pub warnings: Vec<String>,
    /// Idempotency key and hash of the parsed fields.
    pub idempotency: Option<(String, String)>,
    /// Why the service could not be looked up in its directory: when it is not known, the report waits
    /// in the queue.
    pub unconfirmed: Option<Finding>,
}

/// What two requests under one idempotency key must have in common.
#[derive(Serialize)]
struct Fingerprint<'a> {
    service: String,
    category: &'a str,
    service_ip: Option<&'a str>,
    suspend_method: &'a str,
    allow_unsuspend: bool,
    /// Left out where it is not: keys that were used before there was such a thing stay good.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pay_to_unsuspend: bool,
    additional_info: &'a str,
    admin_notes: &'a str,
    warnings: &'a [String],
}

impl NewReportRequest {
    /// The hash of the parsed fields, in hex.
    pub fn fingerprint(&self) -> String {
        let fingerprint = Fingerprint {
            service: self.service.to_string(),
            category: &self.category,
            service_ip: self.service_ip.as_deref(),
            suspend_method: self.suspend_method.as_str(),
            allow_unsuspend: self.allow_unsuspend,
            pay_to_unsuspend: self.pay_to_unsuspend,
            additional_info: &self.additional_info,
            admin_notes: &self.admin_notes,
            warnings: &self.warnings,
        };
        let text = serde_json::to_string(&fingerprint).unwrap_or_default();
        sha256_hex(text.as_bytes())
    }
}

/// A report that was opened and is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its number.
    pub report: ReportId,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

/// Why a report was not opened. Nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The directory has no such service.
    #[error("service not found")]
    ServiceNotFound,
    /// The idempotency key was used with other fields.
    #[error("the idempotency key was used for another request")]
    KeyUsedForAnother,
    /// It could not be stored now.
    #[error("temporarily unavailable")]
    Unavailable,
}

type Answer = Result<Opened, OpenError>;
type Waiting = (NewReportRequest, oneshot::Sender<Answer>);

/// The way in for new reports.
#[derive(Debug, Clone)]
pub struct Opener {
    queue: mpsc::Sender<Waiting>,
}

impl Opener {
    /// Opens a report. Returns only after it is on disk, or with the certainty that it is not.
    pub async fn open(&self, mut request: NewReportRequest) -> Answer {
        for text in [&mut request.additional_info, &mut request.admin_notes] {
            // What a script passes on may quote a notice.
            *text = without_secret_links(text);
        }
        let (answer, answered) = oneshot::channel();
        if let Err(refused) = self.queue.try_send((request, answer)) {
            if matches!(refused, TrySendError::Full(_)) {
                tokio::time::sleep(PUSHBACK).await;
            }
            return Err(OpenError::Unavailable);
        }
        answered.await.unwrap_or(Err(OpenError::Unavailable))
    }
}

/// Opens a report. A service that is not known is asked for in its directory first; when that does not
/// answer, the report waits in the queue until staff have confirmed the service.
pub async fn open(desk: &Desk, opener: &Opener, request: NewReportRequest) -> Answer {
    if desk.live_directory(&request.service.directory).is_none() {
        return opener.open(request).await;
    }
    match opener.open(request.clone()).await {
        Err(OpenError::ServiceNotFound) => {}
        answer => return answer,
    }
    match directory::fetch(desk, &request.service, Limit::Waiting(LOOK_UP)).await {
        Ok(Fetched::Known) => opener.open(request).await,
        Ok(Fetched::NotThere) => Err(OpenError::ServiceNotFound),
        Ok(Fetched::Unreachable(why)) => {
            opener.open(NewReportRequest { unconfirmed: Some(why), ..request }).await
        }
        Err(error) => {
            tracing::error!("a service was looked up but could not be stored: {error}");
            Err(OpenError::Unavailable)
        }
    }
}

/// The writer behind an [`Opener`]. Ends when every opener is gone and all that waited is written.
#[derive(Debug)]
pub struct OpenerTask {
    queue: mpsc::Receiver<Waiting>,
}

/// An opener and its writer, which has to be run.
pub fn opener() -> (Opener, OpenerTask) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Opener { queue: sender }, OpenerTask { queue: receiver })
}

impl OpenerTask {
    /// Writes until every opener is gone. PostgreSQL gets two writers, so that one batch is prepared
    /// while the other syncs; SQLite has one writer anyway.
    pub async fn run(self, desk: Arc<Desk>) {
        let queue = Arc::new(Mutex::new(self.queue));
        let first = write_batches(Arc::clone(&desk), Arc::clone(&queue));
        match desk.db.engine() {
            Engine::Sqlite => first.await,
            Engine::Postgres => {
                tokio::join!(first, write_batches(Arc::clone(&desk), queue));
            }
        }
    }
}

async fn write_batches(desk: Arc<Desk>, queue: Arc<Mutex<mpsc::Receiver<Waiting>>>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        if queue.lock().await.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let (requests, waiting): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        desk.metrics.begins_to_store(requests.len());
        let answers = open_all(&desk, &requests).await;
        desk.metrics.has_stored(requests.len());
        desk.work.notify_waiters();
        for (waiting, answer) in waiting.into_iter().zip(answers) {
            // A caller that has gone away does not need the answer; its report is stored.
            drop(waiting.send(answer));
        }
    }
}

/// Opens requests in one transaction. When that fails by a row, the halves are tried by themselves,
/// so that one bad row never fails its neighbours.
async fn open_all(desk: &Desk, requests: &[NewReportRequest]) -> Vec<Answer> {
    match open_in_one(desk, requests).await {
        Ok(answers) => answers,
        Err(error) if requests.len() > 1 && !error.is_unavailable() => {
            tracing::warn!("a batch of {} reports failed and is split: {error}", requests.len());
            let (left, right) = requests.split_at(requests.len() / 2);
            let mut answers = Box::pin(open_all(desk, left)).await;
            answers.extend(Box::pin(open_all(desk, right)).await);
            answers
        }
        Err(error) => {
            tracing::error!(error = ?error, "{} reports could not be stored", requests.len());
            vec![Err(OpenError::Unavailable); requests.len()]
        }
    }
}

async fn open_in_one(
    desk: &Desk,
    requests: &[NewReportRequest],
) -> Result<Vec<Answer>, StoreError> {
    let now = desk.now();
    let live = desk.live();
    let mut tx = desk.db.write().await?;
    let mut batch = Batch::read(&mut tx, requests, &live.settings, now).await?;
    batch.open(&mut tx, desk, &live.settings, now).await?;
    batch.new_categories = unknown_categories(desk, &batch.record);
    let first = batch.write(&mut tx, desk, now).await?;
    match tx.commit().await {
        Ok(()) => {
            lock(&desk.known_categories).extend(std::mem::take(&mut batch.new_categories));
            Ok(batch.answers())
        }
        // The answer to the commit was lost: look whether it landed instead of guessing.
        Err(error) if error.is_unavailable() && has_landed(desk, first).await => {
            Ok(batch.answers())
        }
        Err(error) => Err(error),
    }
}

/// Categories of new reports that are not known to be stored.
fn unknown_categories(desk: &Desk, record: &BTreeMap<usize, (Report, Vec<Event>)>) -> Vec<String> {
    let mut known = lock(&desk.known_categories);
    // Any text may be a category; what is remembered of them must not grow without end.
    if known.len() > KNOWN_CATEGORIES {
        known.clear();
    }
    let categories = record.values().map(|(report, _)| &report.allegation.category);
    let new: BTreeSet<&String> = categories.filter(|name| !known.contains(*name)).collect();
    new.into_iter().cloned().collect()
}

fn lock(known: &std::sync::Mutex<HashSet<String>>) -> MutexGuard<'_, HashSet<String>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn has_landed(desk: &Desk, report: Option<ReportId>) -> bool {
    let (Some(report), Engine::Postgres) = (report, desk.db.engine()) else { return false };
    for _ in 0..LANDED_LOOKS {
        tokio::time::sleep(LANDED_PAUSE).await;
        if let Ok(mut tx) = desk.db.read().await
            && let Ok(found) = tx.report(report).await
        {
            return found.is_some();
        }
    }
    false
}

/// What becomes of one request.
#[derive(Debug, Clone)]
enum Fate {
    /// Not decided yet.
    Undecided,
    /// A new report.
    New(Opened),
    /// The answer that its key got before.
    Replayed(Opened),
    /// The same as an earlier request of this batch.
    SameAs(usize),
    /// An error.
    Failed(OpenError),
}

struct Batch<'a> {
    requests: &'a [NewReportRequest],
    fates: Vec<Fate>,
    services: HashMap<ServiceKey, KnownService>,
    state: DeskState,
    suspensions_left: i64,
    reports: Vec<NewReport>,
    notes: Vec<NewNote>,
    keys: Vec<IdempotencyRow>,
    suspended: Vec<ReportId>,
    new_categories: Vec<String>,
    record: BTreeMap<usize, (Report, Vec<Event>)>,
}

impl<'a> Batch<'a> {
    /// Reads everything that the requests need, with a number of statements that does not grow with them.
    async fn read(
        tx: &mut Tx,
        requests: &'a [NewReportRequest],
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let keys: Vec<(String, &str)> = requests
            .iter()
            .filter_map(|r| Some((r.caller.reference(), r.idempotency.as_ref()?.0.as_str())))
            .collect();
        let known = if keys.is_empty() {
            Vec::new()
        } else {
            let since = KEYS_LIVE.before(now).as_millisecond();
            // Keys that have expired must not stand in the way of the same key used anew.
            tx.forget_idempotency_keys(since).await?;
            tx.idempotency_rows(&keys, since).await?
        };
        let mut wanted: Vec<&ServiceKey> = requests.iter().map(|r| &r.service).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let services = tx.services_by_key(&wanted).await?;
        let services = services
            .into_iter()
            .filter(|known| known.ended_at.is_none())
            .map(|known| (known.service.key.clone(), known))
            .collect();
        let immediate = requests.iter().any(|r| r.suspend_method == SuspendMethod::Immediate);
        let (state, suspensions_left) = if immediate {
            (tx.desk_state_alone().await?, suspensions_left(tx, settings, now).await?)
        } else {
            (DeskState::default(), 0)
        };
        let fates = requests.iter().map(|request| replay(request, &known)).collect();
        Ok(Self {
            requests,
            fates,
            services,
            state,
            suspensions_left,
            reports: Vec::new(),
            notes: Vec::new(),
            keys: Vec::new(),
            suspended: Vec::new(),
            new_categories: Vec::new(),
            record: BTreeMap::new(),
        })
    }

    /// Decides each request and opens the reports, in memory.
    async fn open(
        &mut self,
        tx: &mut Tx,
        desk: &Desk,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut leaders: HashMap<(String, &str), usize> = HashMap::new();
        let mut new = Vec::new();
        for (i, request) in self.requests.iter().enumerate() {
            if !matches!(self.fates[i], Fate::Undecided) {
                continue;
            }
            let key = request.idempotency.as_ref();
            let key = key.map(|(key, _)| (request.caller.reference(), key.as_str()));
            if let Some(leader) = key.as_ref().and_then(|key| leaders.get(key).copied()) {
                self.fates[i] = follow(request, leader, &self.requests[leader]);
            } else if self.services.contains_key(&request.service) || request.unconfirmed.is_some()
            {
                leaders.extend(key.map(|key| (key, i)));
                new.push(i);
            } else {
                self.fates[i] = Fate::Failed(OpenError::ServiceNotFound);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let ids = tx.take_report_ids(new.len()).await?;
        for (i, id) in new.into_iter().zip(ids) {
            let opened = self.open_one(i, id, desk, settings, now);
            self.fates[i] = Fate::New(opened);
        }
        Ok(())
    }

    fn open_one(
        &mut self,
        i: usize,
        id: ReportId,
        desk: &Desk,
        settings: &Settings,
        now: Timestamp,
    ) -> Opened {
        let request = &self.requests[i];
        let known = self.services.get(&request.service);
        let facts = Facts {
            service: service_facts(known),
            customer_was_told: false,
            mails: Mails::Seen,
            within_hourly_limit: self.suspensions_left > 0,
            clock: clock(&self.state, None),
            paused: self.state.paused_at.is_some(),
        };
        let ip = request.service_ip.clone();
        let allegation = Allegation {
            category: request.category.clone(),
            service_ip: ip.unwrap_or_else(|| {
                known.map_or(NO_DEDICATED_IP, |known| known.service.default_ip()).to_owned()
            }),
            additional_info: request.additional_info.clone(),
            suspend_method: request.suspend_method,
            allow_unsuspend: request.allow_unsuspend,
            pay_to_unsuspend: request.pay_to_unsuspend,
        };
        let (report, mut events) = match known {
            Some(known) => {
                let subject = Subject {
                    service: request.service.clone(),
                    customer_id: known.service.customer_id.clone(),
                };
                let limit = settings.time_limit_of(&allegation.category);
                Report::open(id, subject, allegation, &limit, &facts, now)
            }
            None => {
                let claimed = Some(request.service.clone());
                let said = request.unconfirmed.clone().unwrap_or(Finding::Silent);
                let why = QueueReason::DirectoryUnreachable { said };
                Report::queue(id, claimed, allegation, why, now)
            }
        };
        events.extend(address_hint(desk, request, now).filter(|_| known.is_some()));
        if matches!(report.hold, Hold::Placed { by: Press::Automatic, .. }) {
            self.suspensions_left -= 1;
            self.suspended.push(id);
        }
        let mut warnings = request.warnings.clone();
        warnings.extend(events.iter().filter_map(warning_of));
        if !request.admin_notes.is_empty() {
            self.notes.push(NewNote {
                report: id,
                at: now.as_millisecond(),
                author: request.caller.to_string(),
                from_opening: true,
                body: request.admin_notes.clone(),
            });
        }
        if let Some((key, request_hash)) = &request.idempotency {
            self.keys.push(IdempotencyRow {
                caller: request.caller.reference(),
                key: key.clone(),
                request_hash: request_hash.clone(),
                report: id,
                warnings: serde_json::to_string(&warnings).unwrap_or_else(|_| "[]".to_owned()),
                created_at: now.as_millisecond(),
            });
        }
        self.record.insert(i, (report, events));
        Opened { report: id, warnings }
    }

    /// Stores all of it; returns one of the new reports, if there is one.
    async fn write(
        &mut self,
        tx: &mut Tx,
        desk: &Desk,
        now: Timestamp,
    ) -> Result<Option<ReportId>, StoreError> {
        self.settle_keys(tx, now).await?;
        let mut record = Record::new(desk);
        for (i, (report, events)) in &self.record {
            let actor = &self.requests[*i].caller;
            let service = report.subject.as_ref().map(|subject| &subject.service);
            record.add(report.id, service, actor, events, now);
            self.reports.push(NewReport { report: report.clone(), opened_by: actor.to_string() });
        }
        if self.reports.is_empty() {
            return Ok(None);
        }
        tx.add_reports(&self.reports).await?;
        tx.add_categories(&self.new_categories).await?;
        tx.add_notes(&self.notes).await?;
        for report in &self.suspended {
            count_suspension(tx, *report, now).await?;
        }
        record.write(tx, now).await?;
        Ok(self.reports.first().map(|new| new.report.id))
    }

    /// Stores the keys first: where another node was faster with the same key, its answer counts and
    /// ours is not stored.
    async fn settle_keys(&mut self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let taken = tx.add_idempotency_rows(&self.keys).await?;
        if taken.is_empty() {
            return Ok(());
        }
        let taken: Vec<(String, &str)> =
            taken.iter().map(|(caller, key)| (caller.clone(), key.as_str())).collect();
        let since = KEYS_LIVE.before(now).as_millisecond();
        let known = tx.idempotency_rows(&taken, since).await?;
        for (i, request) in self.requests.iter().enumerate() {
            let ours = matches!(self.fates[i], Fate::New(_));
            let lost = request.idempotency.as_ref().is_some_and(|(key, _)| {
                taken.contains(&(request.caller.reference(), key.as_str()))
            });
            if ours && lost {
                self.fates[i] = replay(request, &known);
                if let Some((report, _)) = self.record.remove(&i) {
                    self.notes.retain(|note| note.report != report.id);
                    self.suspended.retain(|id| *id != report.id);
                }
            }
        }
        Ok(())
    }

    fn answers(&self) -> Vec<Answer> {
        self.fates.iter().map(|fate| self.answer(fate)).collect()
    }

    fn answer(&self, fate: &Fate) -> Answer {
        match fate {
            Fate::New(opened) | Fate::Replayed(opened) => Ok(opened.clone()),
            Fate::SameAs(leader) => self.answer(&self.fates[*leader]),
            Fate::Failed(error) => Err(error.clone()),
            Fate::Undecided => Err(OpenError::Unavailable),
        }
    }
}

/// What an earlier answer under the same key means for this request.
fn replay(request: &NewReportRequest, known: &[IdempotencyRow]) -> Fate {
    let Some((key, hash)) = &request.idempotency else { return Fate::Undecided };
    let caller = request.caller.reference();
    let row = known.iter().find(|row| row.caller == caller && row.key == *key);
    match row {
        None => Fate::Undecided,
        Some(row) if row.request_hash != *hash => Fate::Failed(OpenError::KeyUsedForAnother),
        Some(row) => Fate::Replayed(Opened {
            report: row.report,
            warnings: serde_json::from_str(&row.warnings).unwrap_or_default(),
        }),
    }
}

/// The same key twice in one batch: the first one counts.
fn follow(request: &NewReportRequest, at: usize, leader: &NewReportRequest) -> Fate {
    let hash = |r: &NewReportRequest| r.idempotency.as_ref().map(|(_, hash)| hash.clone());
    if hash(request) == hash(leader) {
        Fate::SameAs(at)
    } else {
        Fate::Failed(OpenError::KeyUsedForAnother)
    }
}

/// A hint for staff when the service does not hold the address. It stops nothing: the caller named
/// the service.
fn address_hint(desk: &Desk, request: &NewReportRequest, now: Timestamp) -> Option<Event> {
    let address = parse_address(request.service_ip.as_deref()?).ok()?;
    if desk.with_ledger(|ledger| ledger.holds(&request.service, address, now)) {
        return None;
    }
    let (service, address) = (request.service.clone(), address.to_string());
    Some(Event::Hint { hint: Hint::AddressNotHeld { service, address } })
}

/// What the caller should know of an event.
fn warning_of(event: &Event) -> Option<String> {
    match event {
        Event::NothingToSuspend { status } => {
            Some(format!("The service is {status}: there is nothing to suspend."))
        }
        Event::Queued { .. } => Some(
            "The service could not be looked up: the report waits until staff have confirmed it."
                .to_owned(),
        ),
        Event::HoldWaits { why, .. } => {
            let why = i18n::reason::stop(Language::English, *why);
            Some(format!("The suspension waits for approval by staff: {why}."))
        }
        _ => None,
    }
}
