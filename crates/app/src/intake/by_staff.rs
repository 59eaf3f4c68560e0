//! What staff do with what came in: attach it to a report, open one, dismiss it, and take that back.

use portreeve_core::decision::Decision;
use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, MailId, ReportId, ServiceKey};
use portreeve_core::intake::{Because, IncidentFate, MailState, Why, is_same_address};
use portreeve_core::refusal::{Refusal, refusal};
use portreeve_core::report::{Allegation, LONGEST_TEXT, SuspendMethod};
use portreeve_core::text::shorten;
use portreeve_formats::Mail;
use portreeve_formats::complaint::Incident;
use portreeve_i18n::english;
use portreeve_store::{IncidentRow, MailEnd, MailRow, StoreError, Tx};

use super::place::{Came, Opening, Share};
use super::understood::Understood;
use super::{assess, complaint, evidence, place, row_and_bytes};
use crate::attachment::{Files, NewAttachment};
use crate::audit;
use crate::desk::Desk;
use crate::record::Record;
use crate::report::{Act, ActError, Conditions, act_in, counted};

/// As what staff attach a mail to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachAs {
    /// As what the customer wrote.
    Message,
    /// As a note for staff.
    Note,
}

/// Why something was not done with a mail.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum MailError {
    /// There is no such mail.
    NoMail(MailId),
    /// Something became of it already.
    DoesNotWait(MailId),
    /// It was not dismissed.
    NotDismissed(MailId),
    /// The desk stops.
    Stopping,
    /// The report did not take it.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl MailError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::NoMail(id) => refusal!("refusal-mail-missing", id = id.0.to_string()),
            Self::DoesNotWait(id) => refusal!("refusal-mail-does_not_wait", id = id.0.to_string()),
            Self::NotDismissed(id) => {
                refusal!("refusal-mail-not_dismissed", id = id.0.to_string())
            }
            Self::Stopping => refusal!("refusal-stopping"),
            Self::Act(error) => error.refusal(),
        }
    }
}

impl From<StoreError> for MailError {
    fn from(error: StoreError) -> Self {
        Self::Act(error.into())
    }
}

/// Staff attach a mail that waits to a report. It does what writing the same text there by hand does.
pub async fn attach(
    desk: &Desk,
    id: MailId,
    to: ReportId,
    how: AttachAs,
    by: &Actor,
) -> Result<(), MailError> {
    let (row, bytes) = row_and_bytes(desk, id).await?.ok_or(MailError::NoMail(id))?;
    let read = Understood::of(desk, bytes, row.envelope_from.clone()).await;
    let Understood { mail, message: text, .. } = read.map_err(|_| MailError::Stopping)?;
    let is_complaint = is_complaint(desk, &row, how, to).await?;
    // Who complains, and in which words, is for those who may see that: the inbox shows it to them.
    let wish = match how {
        _ if is_complaint => Act::Note(format!("Complaint {id} was attached.")),
        AttachAs::Message => Act::AnswerByMail(text, desk.now()),
        AttachAs::Note => {
            let from = mail.from.as_deref().unwrap_or("?");
            let head = format!("{from}: {}", mail.subject);
            Act::Note(shorten(&format!("{head}\n\n{text}"), LONGEST_TEXT))
        }
    };
    let files = if is_complaint { Files::default() } else { files_of(desk, &mail).await };
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    in_state(&mut tx, id, MailState::Waiting).await?;
    let done = act_in(&mut tx, desk, to, by, wish, &Conditions::default(), files).await?;
    let service = done.report.subject.as_ref().map(|subject| &subject.service);
    let mut record = Record::new(desk);
    record.add(to, service, by, &[Event::MailAttached { mail: id }], now);
    record.write(&mut tx, now).await?;
    end(&mut tx, desk, id, MailState::Attached, None, Some(to), by).await?;
    // What it alleges counts for the report.
    if is_complaint {
        let row = tx.mail(id).await?.ok_or(MailError::NoMail(id))?;
        let rows = tx.incidents(id, complaint::STORED).await?;
        let meant = all_meant(&rows);
        let share = Share::of(meant.iter().copied(), row.format.as_deref().unwrap_or_default());
        let settings = &desk.live().settings;
        place::count_in(&mut tx, to, &row, &share, Came::Joins, settings, now).await?;
        let numbers: Vec<i64> = meant.iter().map(|one| one.n).collect();
        tx.put_incidents_into(id, &numbers, IncidentFate::ByStaff, to).await?;
        if let Some(ended) = counted(&done.report) {
            tx.count_outcome(to, Some(ended)).await?;
        }
    }
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}

/// Whether what staff attach is a complaint: something is alleged in it, it has the form of one, or it is a note about
/// what somebody else wrote than the customer.
async fn is_complaint(
    desk: &Desk,
    row: &MailRow,
    how: AttachAs,
    to: ReportId,
) -> Result<bool, StoreError> {
    // The customer writes about their own service; perhaps they answer.
    if how == AttachAs::Message && row.why == Some(Why::NoCode) {
        return Ok(false);
    }
    let mut tx = desk.db.snapshot().await?;
    if !tx.incidents(row.id, 1).await?.is_empty() {
        return Ok(true);
    }
    let Some(format) = row.format.as_deref().filter(|_| row.not_a_report.is_none()) else {
        return Ok(false);
    };
    if format != portreeve_formats::complaint::Format::Plain.as_str() {
        return Ok(true);
    }
    let may_be = row.why == Some(Why::NoToken) && !row.from_address.is_empty();
    if how == AttachAs::Message || !may_be {
        return Ok(false);
    }
    let subject = tx.report(to).await?.and_then(|report| report.subject);
    let Some(subject) = subject else { return Ok(true) };
    let known = tx.service(&subject.service).await?;
    let mailboxes = known.map(|known| known.service.mailboxes()).unwrap_or_default();
    Ok(!mailboxes.iter().any(|one| is_same_address(one, &row.from_address)))
}

/// Whether nobody has decided about an allegation yet, neither the desk nor staff.
fn is_undecided(row: &IncidentRow) -> bool {
    let fates = [IncidentFate::Waits, IncidentFate::WouldOpen, IncidentFate::WouldJoin];
    row.report.is_none() && fates.contains(&row.fate)
}

/// The allegations that staff mean who decide about a complaint as a whole: those that wait. Where none does, they say
/// that what was passed over is to be looked at all the same.
fn all_meant(rows: &[IncidentRow]) -> Vec<&IncidentRow> {
    let waiting: Vec<&IncidentRow> = rows.iter().filter(|row| is_undecided(row)).collect();
    if waiting.is_empty() {
        rows.iter().filter(|row| row.report.is_none()).collect()
    } else {
        waiting
    }
}

/// The allegations that staff mean who open a report about a service: those about it. Nobody is told of what is about
/// others; where no holder is known, staff say whose it is.
fn meant_for<'r>(rows: &'r [IncidentRow], service: &ServiceKey) -> Vec<&'r IncidentRow> {
    let waiting = || rows.iter().filter(|row| is_undecided(row));
    let is_of = |row: &&IncidentRow| {
        row.directory.as_deref() == Some(service.directory.as_str())
            && row.service_id == Some(service.id.get())
    };
    let theirs: Vec<&IncidentRow> = waiting().filter(is_of).collect();
    if !theirs.is_empty() {
        return theirs;
    }
    let nobodys: Vec<&IncidentRow> = waiting().filter(|row| row.service_id.is_none()).collect();
    if nobodys.is_empty() { all_meant(rows) } else { nobodys }
}

/// Staff open a report about a service for what waits. It suspends nobody: whoever wants that presses for it on the
/// report.
pub async fn open(
    desk: &Desk,
    id: MailId,
    service: &ServiceKey,
    by: &Actor,
) -> Result<ReportId, MailError> {
    let now = desk.now();
    let (row, bytes) = row_and_bytes(desk, id).await?.ok_or(MailError::NoMail(id))?;
    let complaint = assess::complaint(desk, &row, bytes).await.map_err(|_| MailError::Stopping)?;
    let live = desk.live();
    let settings = &live.settings;
    let mut tx = desk.db.write().await?;
    let row = in_state(&mut tx, id, MailState::Waiting).await?;
    let known = tx.service(service).await?.filter(|known| known.ended_at.is_none());
    let known = known.ok_or_else(|| ActError::NoService(service.clone()))?;
    let rows = tx.incidents(id, complaint::STORED).await?;
    let meant = meant_for(&rows, service);
    let incidents: Vec<Incident> =
        meant.iter().map(|row| complaint::incident_of(row, &complaint)).collect();
    let incidents: Vec<&Incident> = incidents.iter().collect();
    let first = incidents.first();
    let category = settings.intake.category(first.map_or("other", |one| one.category.as_str()));
    let ip = incidents.iter().find_map(|one| one.ip).map(|ip| ip.to_string());
    let language = place::language_of(&known.service, settings);
    let allegation = Allegation {
        category: category.to_owned(),
        service_ip: ip.unwrap_or_else(|| known.service.default_ip().to_owned()),
        additional_info: evidence::told(language, None, &incidents, &[]),
        suspend_method: SuspendMethod::NoSuspend,
        allow_unsuspend: false,
        pay_to_unsuspend: false,
    };
    let complained = Event::Complained { mail: id, decision: Decision::of_staff() };
    let opening = Opening { known: &known, allegation, complained };
    let opened = place::open(&mut tx, desk, vec![opening], by, now).await?;
    let report = opened.first().copied().ok_or(StoreError::TooMany)?;
    let format = row.format.clone().unwrap_or_default();
    let share = Share::of(meant.iter().copied(), &format);
    place::count_in(&mut tx, report, &row, &share, Came::Opens, settings, now).await?;
    let numbers: Vec<i64> = meant.iter().map(|one| one.n).collect();
    tx.put_incidents_into(id, &numbers, IncidentFate::ByStaff, report).await?;
    // What is about others waits on.
    let left = rows.iter().find(|row| is_undecided(row) && !numbers.contains(&row.n));
    let (state, why) = match left {
        Some(left) => (MailState::Waiting, left.why),
        None => (MailState::Placed, None),
    };
    end(&mut tx, desk, id, state, why, None, by).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(report)
}

/// The files of a mail, as far as they are taken.
pub(super) async fn files_of(desk: &Desk, mail: &Mail) -> Files {
    let file = |file: &portreeve_formats::File| NewAttachment {
        name: file.name.clone(),
        bytes: file.bytes.clone(),
    };
    let files = mail.files.iter().map(file).collect();
    Files::of_mail(&desk.live().settings.attachments, files).await
}

/// Staff want nothing of a mail that waits. It is kept.
pub async fn dismiss(
    desk: &Desk,
    id: MailId,
    because: Option<Because>,
    by: &Actor,
) -> Result<(), MailError> {
    let mut tx = desk.db.write().await?;
    let row = in_state(&mut tx, id, MailState::Waiting).await?;
    end(&mut tx, desk, id, MailState::Dismissed, None, row.report, by).await?;
    tx.put_because(id, because).await?;
    audit::log(&mut tx, desk.now(), by, "mail_dismissed", &format!("mail {id}")).await?;
    Ok(tx.commit().await?)
}

/// Takes dismissing back: the mail waits again.
pub async fn restore(desk: &Desk, id: MailId, by: &Actor) -> Result<(), MailError> {
    let mut tx = desk.db.write().await?;
    let row = in_state(&mut tx, id, MailState::Dismissed).await?;
    tx.put_because(id, None).await?;
    end(&mut tx, desk, id, MailState::Waiting, None, row.report, by).await?;
    audit::log(&mut tx, desk.now(), by, "mail_restored", &format!("mail {id}")).await?;
    Ok(tx.commit().await?)
}

async fn in_state(tx: &mut Tx, id: MailId, state: MailState) -> Result<MailRow, MailError> {
    let row = tx.mail_alone(id).await?.ok_or(MailError::NoMail(id))?;
    match (row.state == state, state) {
        (true, _) => Ok(row),
        (false, MailState::Dismissed) => Err(MailError::NotDismissed(id)),
        (false, _) => Err(MailError::DoesNotWait(id)),
    }
}

/// Writes down what staff decided. Without a new reason, why the mail waited stays, for when it waits again.
async fn end(
    tx: &mut Tx,
    desk: &Desk,
    id: MailId,
    state: MailState,
    why: Option<Why>,
    report: Option<ReportId>,
    by: &Actor,
) -> Result<(), StoreError> {
    let why = match why {
        Some(why) => Some(why),
        None => tx.mail(id).await?.and_then(|row| row.why),
    };
    let by = by.to_string();
    let end = MailEnd { state, why, report, by: Some(&by) };
    tx.end_mail(id, &end, desk.now().as_millisecond()).await
}
