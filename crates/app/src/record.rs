//! Putting on record what happened: history and the jobs that it causes, in the same transaction.

use portreeve_core::event::{self, Event, Job};
use portreeve_core::ids::{Actor, MailId, ReportId, ServiceKey};
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::time::{Timestamp, from_millis};
use portreeve_store::{JobKind, NewEvent, NewJob, StoreError, Tx};

use crate::desk::Desk;
use crate::webhook::{self, Happening};

/// History, jobs and deliveries to webhooks of a transaction, gathered and then written with few statements.
pub struct Record<'a> {
    desk: &'a Desk,
    events: Vec<NewEvent>,
    jobs: Vec<NewJob>,
    happenings: Vec<Happening>,
    written: Vec<ReportId>,
    /// A notice that does not go out: whom it is for were told a short while ago.
    without: Option<(Notice, Audience)>,
}

impl<'a> Record<'a> {
    /// An empty one.
    pub fn new(desk: &'a Desk) -> Self {
        Self {
            desk,
            events: Vec::new(),
            jobs: Vec::new(),
            happenings: Vec::new(),
            written: Vec::new(),
            without: None,
        }
    }

    /// What is added from now on tells nobody by this notice: they were told a short while ago.
    pub fn without_notices_of(&mut self, notice: Notice, audience: Audience) {
        self.without = Some((notice, audience));
    }

    /// Adds what happened to one report.
    pub fn add(
        &mut self,
        report: ReportId,
        service: Option<&ServiceKey>,
        actor: &Actor,
        events: &[Event],
        now: Timestamp,
    ) {
        if events.iter().any(has_words) {
            self.written.push(report);
        }
        for event in events {
            self.events.push(NewEvent {
                report,
                at: now.as_millisecond(),
                actor: actor.to_string(),
                kind: event.kind(),
                text: event.text(),
            });
            let jobs = event::jobs_for(report, service, event, now);
            let jobs = jobs.iter().filter(|job| match job {
                Job::TellBridge(service) => self.desk.bridge(&service.directory).is_some(),
                Job::SettlePayments(_) => !self.desk.cashiers.is_empty(),
                Job::ScanContent(_) => self.desk.scanner.is_some(),
                Job::SendNotice { notice, audience, .. } => {
                    self.without != Some((*notice, *audience))
                }
                Job::ReconcileService(_) | Job::ReadMail(_) => true,
            });
            self.jobs.extend(jobs.map(to_row));
            self.happenings.extend(Happening::of(&self.desk.webhooks, report, event, now));
        }
    }

    /// Writes it all. The reports themselves are stored before: webhooks are told how they stand.
    pub async fn write(self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        if !self.events.is_empty() {
            tx.add_events(&self.events).await?;
        }
        if !self.jobs.is_empty() {
            tx.enqueue(&self.jobs, now.as_millisecond()).await?;
        }
        tx.read_words_of(&self.written).await?;
        webhook::enqueue(tx, &self.desk.webhooks, &self.happenings, now).await
    }
}

/// Something was written with it that is to be found by its words.
fn has_words(event: &Event) -> bool {
    matches!(
        event,
        Event::Opened { .. }
            | Event::Imported { .. }
            | Event::Queued { .. }
            | Event::Assigned { .. }
            | Event::Answered { .. }
            | Event::Noted
            | Event::CategoryChanged { .. }
    )
}

/// A job as it is stored.
pub(crate) fn to_row(job: &Job) -> NewJob {
    match job {
        Job::ReconcileService(service) => {
            NewJob { kind: JobKind::ReconcileService, key: service.to_string() }
        }
        Job::TellBridge(service) => NewJob { kind: JobKind::TellBridge, key: service.to_string() },
        Job::SettlePayments(report) => {
            NewJob { kind: JobKind::SettlePayments, key: report.0.to_string() }
        }
        Job::ScanContent(hash) => NewJob { kind: JobKind::ScanContent, key: hash.clone() },
        Job::ReadMail(mail) => NewJob { kind: JobKind::ReadMail, key: mail.to_string() },
        Job::SendNotice { report, notice, audience, at } => NewJob {
            kind: JobKind::SendNotice,
            key: format!(
                "{}:{}:{}:{}",
                report.0,
                notice.as_str(),
                audience.as_str(),
                at.as_millisecond()
            ),
        },
    }
}

/// The job of a stored key; nothing when the key is not one of ours.
pub fn from_row(kind: JobKind, key: &str) -> Option<Job> {
    match kind {
        JobKind::ReconcileService => ServiceKey::parse(key, "").ok().map(Job::ReconcileService),
        JobKind::TellBridge => ServiceKey::parse(key, "").ok().map(Job::TellBridge),
        JobKind::SettlePayments => key.parse().ok().map(|id| Job::SettlePayments(ReportId(id))),
        // No event causes these.
        JobKind::SendDigest | JobKind::SendSummary | JobKind::SendAlert => None,
        JobKind::ScanContent => Some(Job::ScanContent(key.to_owned())),
        JobKind::ReadMail => key.parse().ok().map(|id| Job::ReadMail(MailId(id))),
        JobKind::SendNotice => {
            let mut parts = key.split(':');
            let report = ReportId(parts.next()?.parse().ok()?);
            let notice = Notice::parse(parts.next()?)?;
            let audience = Audience::parse(parts.next()?)?;
            let at = from_millis(parts.next()?.parse().ok()?)?;
            Some(Job::SendNotice { report, notice, audience, at })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_reads_back_from_its_row() {
        let service = ServiceKey::parse("eu:17", "main").expect("good");
        let at = from_millis(1_700_000_000_123).expect("in range");
        let (notice, audience) = (Notice::NeedsStaff, Audience::Staff);
        let report = ReportId(92);
        for job in [
            Job::ReconcileService(service.clone()),
            Job::SendNotice { report, notice, audience, at },
            Job::TellBridge(service),
            Job::SettlePayments(report),
            Job::ScanContent("0".repeat(64)),
            Job::ReadMail(MailId(17)),
        ] {
            let row = to_row(&job);
            assert_eq!(from_row(row.kind, &row.key), Some(job));
        }
    }
}
