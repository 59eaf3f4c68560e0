//! Taking over reports of another desk. It sends nothing, starts no clock and places no hold.

mod map;
mod read;

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use portreeve_core::ids::{Actor, ReportId, ServiceKey};
use portreeve_core::report::{Foreign, ForeignState, Report};
use portreeve_core::service::{NO_DEDICATED_IP, ServiceStatus};
use portreeve_core::time::Timestamp;
use portreeve_store::{KnownService, NewMessage, NewNote, NewReport, StoreError, Tx};
use serde::Serialize;

pub use map::{BadMap, COLUMNS, Map};
pub use read::{ForeignReports, Noted, Unreadable};
use read::{NotTold, Told};

use crate::desk::Desk;
use crate::record::Record;

/// Rows in one transaction: short enough that a running desk is not held up.
const BATCH: usize = 200;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowEnd {
    /// It is a report of this desk now.
    Imported,
    /// It would be, were this no rehearsal.
    WouldImport,
    /// It was imported before, or stands in the file twice.
    Skipped,
    /// It cannot be taken.
    Bad,
}

/// What became of a row, and of what it tells.
#[derive(Debug, Clone, Serialize)]
pub struct RowResult {
    /// On which line of the file it begins.
    pub line: u64,
    /// What became of it.
    pub result: RowEnd,
    /// The report at the other desk.
    pub reference: Option<String>,
    /// The report of this desk.
    pub report_id: Option<i64>,
    /// Its service, as directory:id.
    pub service: Option<String>,
    /// open or closed.
    pub status: Option<&'static str>,
    /// It is open, and its service is suspended: staff should adopt the suspension or lift it.
    pub suspended: bool,
    /// Which column is wrong, counted from one.
    pub column: Option<usize>,
    /// What that column is called.
    pub name: Option<String>,
    /// Why it was not taken over.
    pub why: Option<String>,
    /// What of it was not taken as it stands.
    pub warnings: Vec<Noted>,
}

/// Takes the reports of a table over. `tell` gets what became of each row, in their order, as soon as it is stored, and
/// how many bytes of the table were read.
pub async fn import<R: Read>(
    desk: &Desk,
    reports: &mut ForeignReports<R>,
    actor: &Actor,
    dry_run: bool,
    mut tell: impl FnMut(RowResult, u64) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    loop {
        let now = desk.now();
        let mut batch = Vec::new();
        while batch.len() < BATCH
            && let Some(row) = reports.next_row(now)
        {
            batch.push(row);
        }
        if batch.is_empty() {
            desk.work.notify_waiters();
            return Ok(());
        }
        let told: Vec<&Told> = batch.iter().filter_map(|row| row.as_ref().ok()).collect();
        let take = Take { desk, actor, dry_run, now, source: reports.source().to_owned() };
        let mut ends = take.all(&told).await?.into_iter();
        for row in &batch {
            let result = match row {
                Ok(told) => {
                    let lost = || Taken { end: End::NotStored, suspended: false };
                    ends.next().unwrap_or_else(lost).result(told, reports)
                }
                Err(not_told) => not_taken(not_told, reports),
            };
            tell(result, reports.bytes())?;
        }
    }
}

/// What became of a report that could be read.
#[derive(Debug, Clone)]
enum End {
    Imported(ReportId),
    WouldImport,
    Before(ReportId),
    NoDirectory,
    NoService,
    NotStored,
}

/// One batch of reports.
struct Take<'a> {
    desk: &'a Desk,
    actor: &'a Actor,
    dry_run: bool,
    now: Timestamp,
    source: String,
}

/// What became of a report, and whether its service is suspended.
struct Taken {
    end: End,
    suspended: bool,
}

impl Take<'_> {
    /// Takes them in one transaction. When that fails by a row, the halves are tried by themselves, so that one bad row
    /// never fails its neighbours.
    async fn all(&self, told: &[&Told]) -> Result<Vec<Taken>, StoreError> {
        match self.in_one(told).await {
            Ok(taken) => Ok(taken),
            Err(error) if error.is_unavailable() => Err(error),
            Err(error) if told.len() > 1 => {
                tracing::warn!("{} imported reports failed and are split: {error}", told.len());
                let (left, right) = told.split_at(told.len() / 2);
                let mut taken = Box::pin(self.all(left)).await?;
                taken.extend(Box::pin(self.all(right)).await?);
                Ok(taken)
            }
            Err(error) => {
                tracing::error!(error = ?error, "an imported report could not be stored");
                Ok(told.iter().map(|_| Taken { end: End::NotStored, suspended: false }).collect())
            }
        }
    }

    async fn in_one(&self, told: &[&Told]) -> Result<Vec<Taken>, StoreError> {
        let mut tx =
            if self.dry_run { self.desk.db.read().await? } else { self.desk.db.write().await? };
        let references: Vec<&str> = told.iter().map(|t| t.foreign.reference.as_str()).collect();
        let before = tx.imported_reports(&self.source, &references).await?;
        let before: HashMap<&str, ReportId> =
            before.iter().map(|(reference, id)| (reference.as_str(), *id)).collect();
        let mut keys: Vec<&ServiceKey> = told.iter().map(|told| &told.foreign.service).collect();
        keys.sort_unstable();
        keys.dedup();
        let services = tx.services_by_key(&keys).await?;
        let services: HashMap<&ServiceKey, &KnownService> =
            services.iter().map(|known| (&known.service.key, known)).collect();
        let mut taken = Vec::with_capacity(told.len());
        let mut new: Vec<(usize, Foreign)> = Vec::new();
        for (at, told) in told.iter().enumerate() {
            let known = services.get(&told.foreign.service).copied();
            let foreign = at_home(told.foreign.clone(), known);
            let is_open = matches!(foreign.state, ForeignState::Open { .. });
            let suspended = is_open && foreign.suspended.unwrap_or(false);
            let end = match before.get(told.foreign.reference.as_str()) {
                Some(id) => End::Before(*id),
                None if !self.desk.config.directories.contains(&foreign.service.directory) => {
                    End::NoDirectory
                }
                None if is_open && known.is_none() => End::NoService,
                None => {
                    new.push((at, foreign));
                    End::WouldImport
                }
            };
            taken.push(Taken { end, suspended });
        }
        if self.dry_run || new.is_empty() {
            return Ok(taken);
        }
        let ids = tx.take_report_ids(new.len()).await?;
        let named: Vec<(&str, ReportId)> = new
            .iter()
            .zip(&ids)
            .map(|((at, _), id)| (told[*at].foreign.reference.as_str(), *id))
            .collect();
        let stored = tx.add_imported_reports(&self.source, &named).await?;
        if stored.len() < named.len() {
            // Another import took some of them meanwhile: theirs count.
            drop(tx);
            return Box::pin(self.in_one(told)).await;
        }
        for ((at, _), id) in new.iter().zip(&ids) {
            taken[*at].end = End::Imported(*id);
        }
        self.store(&mut tx, told, new, &ids).await?;
        tx.commit().await?;
        Ok(taken)
    }

    async fn store(
        &self,
        tx: &mut Tx,
        told: &[&Told],
        new: Vec<(usize, Foreign)>,
        ids: &[ReportId],
    ) -> Result<(), StoreError> {
        let mut record = Record::new(self.desk);
        let (mut reports, mut notes, mut messages) = (Vec::new(), Vec::new(), Vec::new());
        let mut categories = BTreeSet::new();
        for ((at, foreign), id) in new.into_iter().zip(ids) {
            let told = told[at];
            let written_at = foreign.opened_at.as_millisecond();
            let message = |author: &str, from_customer, body: &str| NewMessage {
                at: written_at,
                author: author.to_owned(),
                from_customer,
                body: body.to_owned(),
            };
            if !told.customer_message.is_empty() {
                let author = Actor::Customer.to_string();
                messages.push((*id, message(&author, true, &told.customer_message)));
            }
            if !told.staff_message.is_empty() {
                messages.push((*id, message(&foreign.source, false, &told.staff_message)));
            }
            if !told.admin_notes.is_empty() {
                notes.push(NewNote {
                    report: *id,
                    at: written_at,
                    author: foreign.source.clone(),
                    from_opening: true,
                    body: told.admin_notes.clone(),
                });
            }
            let (report, events) = Report::import(*id, foreign);
            categories.insert(report.allegation.category.clone());
            let service = report.subject.as_ref().map(|subject| &subject.service);
            record.add(*id, service, self.actor, &events, self.now);
            reports.push(NewReport { report, opened_by: self.actor.to_string() });
        }
        tx.add_reports(&reports).await?;
        tx.add_categories(&categories.into_iter().collect::<Vec<_>>()).await?;
        tx.add_notes(&notes).await?;
        for (id, message) in &messages {
            tx.add_message(*id, message).await?;
        }
        record.write(tx, self.now).await
    }
}

/// A report of another desk with what the directory knows of its service. Who holds it now sees what is open; what was
/// closed may have been about somebody else, and is shown to staff alone unless the file names the customer. A service
/// that the directory does not have is nobody's: should the report be reopened, it waits for its service.
fn at_home(mut foreign: Foreign, known: Option<&KnownService>) -> Foreign {
    let is_open = matches!(foreign.state, ForeignState::Open { .. });
    if known.is_none() {
        foreign.customer_id = None;
    }
    if let Some(known) = known {
        let current = || if is_open { known.service.customer_id.clone() } else { String::new() };
        foreign.customer_id = Some(foreign.customer_id.unwrap_or_else(current));
        let is_off = known.service.status == ServiceStatus::Suspended;
        foreign.suspended = Some(foreign.suspended.unwrap_or(is_off));
    }
    foreign.suspended = foreign.suspended.filter(|_| is_open);
    if foreign.allegation.service_ip.is_empty() {
        let ip = known.filter(|_| is_open).map_or(NO_DEDICATED_IP, |k| k.service.default_ip());
        ip.clone_into(&mut foreign.allegation.service_ip);
    }
    foreign
}

impl Taken {
    fn result<R: Read>(self, told: &Told, reports: &ForeignReports<R>) -> RowResult {
        let foreign = &told.foreign;
        let status = match foreign.state {
            ForeignState::Open { .. } => "open",
            ForeignState::Closed { .. } => "closed",
        };
        let mut result = RowResult {
            line: told.line,
            result: RowEnd::WouldImport,
            reference: Some(foreign.reference.clone()),
            report_id: None,
            service: Some(foreign.service.to_string()),
            status: Some(status),
            suspended: self.suspended,
            column: None,
            name: None,
            why: None,
            warnings: told.warnings.clone(),
        };
        match self.end {
            End::WouldImport => {}
            End::Imported(id) => {
                (result.result, result.report_id) = (RowEnd::Imported, Some(id.0));
            }
            End::Before(id) => {
                result.result = RowEnd::Skipped;
                result.report_id = Some(id.0);
                result.why = Some(format!("it was imported before, as report {id}"));
            }
            End::NoDirectory => {
                result.result = RowEnd::Bad;
                (result.column, result.name) = reports.place("service_id");
                let directory = &foreign.service.directory;
                result.why = Some(format!("this desk has no directory {directory:?}"));
            }
            End::NoService => {
                result.result = RowEnd::Bad;
                (result.column, result.name) = reports.place("service_id");
                let service = &foreign.service;
                result.why = Some(format!("there is no service {service} in the directory"));
            }
            End::NotStored => {
                result.result = RowEnd::Bad;
                result.why = Some("the database did not take it; the log says why".to_owned());
            }
        }
        result
    }
}

fn not_taken<R: Read>(row: &NotTold, reports: &ForeignReports<R>) -> RowResult {
    let (column, name) = row.column.map_or((None, None), |column| reports.place(column));
    RowResult {
        line: row.line,
        result: if row.is_twice { RowEnd::Skipped } else { RowEnd::Bad },
        reference: row.reference.clone(),
        report_id: None,
        service: None,
        status: None,
        suspended: false,
        column,
        name,
        why: Some(row.why.clone()),
        warnings: Vec::new(),
    }
}
