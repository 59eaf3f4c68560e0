//! Sending notices: the port to the mail server, and the job that uses it.

use async_trait::async_trait;
use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::notice::{
    Audience, CustomerNotice, Letter, Notice, StaffNotice, to_customer, to_staff,
};
use portreeve_core::report::{Countdown, Report, State};
use portreeve_core::time::Timestamp;
use portreeve_store::{NoticeResult, StoreError, Tx};

use crate::desk::Desk;
use crate::record::Record;

/// A mail that is ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// To whom.
    pub to: String,
    /// Subject and body.
    pub letter: Letter,
    /// The same for every try, with angle brackets.
    pub message_id: String,
    /// The first mail about the same report, so that mail programs keep them together.
    pub references: String,
    /// For the `Date` header.
    pub date: Timestamp,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It may go through later.
    #[error("{0}")]
    Later(String),
    /// It never will.
    #[error("{0}")]
    Refused(String),
}

/// A way to a mail server.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over. Returns only once the server has taken it.
    async fn send(&self, envelope: &Envelope) -> Result<(), MailError>;
}

/// Outgoing mail.
pub struct Mail {
    /// The way out.
    pub mailer: Box<dyn Mailer>,
    /// Right side of Message-IDs.
    pub domain: String,
}

/// One notice that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeJob {
    /// About which report.
    pub report: ReportId,
    /// Which notice.
    pub notice: Notice,
    /// To whom.
    pub audience: Audience,
    /// When what it tells of happened.
    pub at: Timestamp,
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It is done: taken, refused for good, or there is nobody to tell.
    Done,
    /// It may go through later.
    Later(String),
}

/// Sends a notice. A second run may send the same mail again, under the same Message-ID.
/// `last_try` says that a failure is the end of it.
pub async fn send(desk: &Desk, job: NoticeJob, last_try: bool) -> Result<Sent, StoreError> {
    let mut tx = desk.db.read().await?;
    let Some(report) = tx.report(job.report).await? else { return Ok(Sent::Done) };
    if is_out_of_date(&report, job.notice) {
        return Ok(Sent::Done);
    }
    let prepared = match job.audience {
        Audience::Customer => for_customer(&mut tx, &report, job).await?,
        Audience::Staff => for_staff(&mut tx, &report, job).await?,
    };
    drop(tx);
    let (to, letter) = match prepared {
        Prepared::Mail(to, letter) => (to, letter),
        Prepared::Nobody => return Ok(Sent::Done),
        Prepared::Impossible(why) => return finish(desk, &report, job, Err(why)).await,
    };
    let Some(mail) = &desk.mail else {
        let why = "no outgoing mail is configured".to_owned();
        return finish(desk, &report, job, Err(why)).await;
    };
    match send_to_each(mail, job, &to, &letter).await {
        Ok(taken_by) => finish(desk, &report, job, Ok(taken_by)).await,
        Err(MailError::Later(why)) if !last_try => Ok(Sent::Later(why)),
        Err(MailError::Later(why)) => {
            finish(desk, &report, job, Err(why.clone())).await?;
            Ok(Sent::Later(why))
        }
        Err(MailError::Refused(why)) => finish(desk, &report, job, Err(why)).await,
    }
}

/// Sends a letter to each addressee in a mail of its own, so that one bad address does not keep it from
/// the others, and nobody sees whom else it went to. Good when anybody got it: who did, and who did not.
async fn send_to_each(
    mail: &Mail,
    job: NoticeJob,
    to: &[String],
    letter: &Letter,
) -> Result<String, MailError> {
    let mut told = Vec::new();
    let mut later = None;
    let mut refused = None;
    let mut taken = false;
    for (number, address) in to.iter().enumerate() {
        let envelope = Envelope {
            to: address.clone(),
            letter: letter.clone(),
            message_id: message_id(&mail.domain, job, number),
            references: format!("<report-{}@{}>", job.report.0, mail.domain),
            date: job.at,
        };
        match mail.mailer.send(&envelope).await {
            Ok(()) => {
                taken = true;
                told.push(address.clone());
            }
            Err(error) => {
                told.push(format!("not {address}: {error}"));
                match error {
                    MailError::Later(why) => later = Some(why),
                    MailError::Refused(why) => refused = Some(why),
                }
            }
        }
    }
    match (taken, later, refused) {
        (true, ..) => Ok(told.join(", ")),
        (false, Some(why), _) => Err(MailError::Later(why)),
        (false, None, why) => Err(MailError::Refused(why.unwrap_or_default())),
    }
}

/// The Message-ID of a notice to its `number`th addressee: the same for every try.
fn message_id(domain: &str, job: NoticeJob, number: usize) -> String {
    let further = if number == 0 { String::new() } else { format!(".{number}") };
    format!(
        "<report-{}.{}.{}.{}{further}@{domain}>",
        job.report.0,
        job.notice.as_str(),
        job.audience.as_str(),
        job.at.as_millisecond(),
    )
}

/// A reminder makes no sense once the report is closed or the clock stands.
fn is_out_of_date(report: &Report, notice: Notice) -> bool {
    notice == Notice::Reminder
        && !matches!(report.state, State::Open { countdown: Countdown::Running { .. }, .. })
}

enum Prepared {
    Mail(Vec<String>, Letter),
    Nobody,
    Impossible(String),
}

async fn for_customer(
    tx: &mut Tx,
    report: &Report,
    job: NoticeJob,
) -> Result<Prepared, StoreError> {
    let impossible = |why: &str| Ok(Prepared::Impossible(why.to_owned()));
    let Some(subject) = &report.subject else { return Ok(Prepared::Nobody) };
    let Some(known) = tx.service(&subject.service).await? else {
        return impossible("the directory no longer lists the service");
    };
    let service = known.service;
    if service.customer_id != subject.customer_id {
        return impossible("the service has another customer now, who is left alone");
    }
    if service.customer_email.is_empty() {
        return impossible("the directory has no mail address of the customer");
    }
    let message = match job.notice {
        Notice::Answered => {
            tx.staff_message_at(report.id, job.at.as_millisecond()).await?.unwrap_or_default()
        }
        _ => String::new(),
    };
    let (deadline, outcome) = match &report.state {
        State::Open { countdown: Countdown::Running { deadline, .. }, .. } => {
            (Some(*deadline), None)
        }
        State::Closed { outcome, .. } => (None, Some(*outcome)),
        State::Open { .. } | State::Queued { .. } => (None, None),
    };
    let names: Vec<&str> = [service.product.as_str(), service.domain.as_str()]
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect();
    let letter = to_customer(
        job.notice,
        &CustomerNotice {
            report: report.id,
            customer_name: service.customer_name,
            service: format!("{} (number {})", names.join(", "), service.key.id),
            category: report.allegation.category.clone(),
            service_ip: report.allegation.service_ip.clone(),
            additional_info: report.allegation.additional_info.clone(),
            deadline,
            allow_unsuspend: report.allegation.allow_unsuspend,
            outcome,
            message,
        },
    );
    Ok(Prepared::Mail(vec![service.customer_email], letter))
}

async fn for_staff(tx: &mut Tx, report: &Report, job: NoticeJob) -> Result<Prepared, StoreError> {
    let to = tx.staff_addresses().await?;
    if to.is_empty() {
        return Ok(Prepared::Nobody);
    }
    let at = job.at.as_millisecond();
    let events = tx.events(report.id, 1_000).await?;
    let cause = events
        .iter()
        .rev()
        .filter(|event| event.at == at)
        .find(|event| !matches!(event.kind.as_str(), "notice_sent" | "notice_failed" | "hint"));
    let service = match (&report.subject, &report.claimed_service) {
        (Some(subject), _) => subject.service.to_string(),
        (None, Some(claimed)) => format!("{claimed} (not confirmed)"),
        (None, None) => "unknown".to_owned(),
    };
    let letter = to_staff(
        job.notice,
        &StaffNotice {
            report: report.id,
            service,
            category: report.allegation.category.clone(),
            service_ip: report.allegation.service_ip.clone(),
            suspend_method: report.allegation.suspend_method.as_str(),
            what_happened: cause.map(|event| event.text.clone()).unwrap_or_default(),
        },
    );
    Ok(Prepared::Mail(to, letter))
}

/// Puts on record what became of a notice: `Ok` with the addresses, or why not.
async fn finish(
    desk: &Desk,
    report: &Report,
    job: NoticeJob,
    result: Result<String, String>,
) -> Result<Sent, StoreError> {
    let now = desk.now();
    let (notice, audience) = (job.notice, job.audience);
    let (taken, detail, event) = match result {
        Ok(to) => (true, to, Event::NoticeSent { notice, audience }),
        Err(why) => {
            let detail = portreeve_core::text::one_line(&why, 500);
            (false, detail.clone(), Event::NoticeFailed { notice, audience, detail })
        }
    };
    let domain = desk.mail.as_ref().map_or("", |mail| &mail.domain);
    let outcome = NoticeResult {
        report: job.report,
        notice,
        audience,
        at: job.at.as_millisecond(),
        message_id: message_id(domain, job, 0),
        taken,
        detail,
    };
    let mut tx = desk.db.write().await?;
    tx.put_notice(&outcome, now.as_millisecond()).await?;
    let mut record = Record::default();
    let service = report.subject.as_ref().map(|subject| &subject.service);
    record.add(job.report, service, &Actor::Desk, &[event], now);
    record.write(&mut tx, now).await?;
    tx.commit().await?;
    Ok(Sent::Done)
}
