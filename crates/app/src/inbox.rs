//! The inbox: all that came in, what it says and what became of it, and what staff do with what waits.

mod look;

use std::collections::BTreeMap;

use portreeve_core::event::Job;
use portreeve_core::ids::{Actor, MailId, ReportId, ServiceKey};
use portreeve_core::intake::{Because, Lane, MailState, Standing, Why, is_same_address};
use portreeve_core::time::{from_millis, rfc3339};
use portreeve_i18n::Language;
use portreeve_store::{IncidentRow, MailEnd, MailRow, StoreError, Tx};
use serde::Serialize;
use utoipa::ToSchema;

pub use look::{
    Counters, ReportComplaint, ReportComplaints, Summary, Tab, candidates, counters_of, first_line,
    latest, of_report, of_reporter, summary, tabs,
};

use crate::audit;
use crate::desk::Desk;
use crate::intake::{
    self, AttachAs, AttachedFile, IncidentView, MailError, ToldReporter, channel, told,
    without_secret_links,
};
use crate::record::to_row;

/// Allegations that a list shows of one complaint; [`show`] has more.
pub const LISTED_INCIDENTS: i64 = 20;

/// Allegations that are shown of one complaint.
pub const SHOWN_INCIDENTS: i64 = 1_000;

/// Which part of the inbox is listed.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// Only what stands so; none: all.
    pub state: Option<Standing>,
    /// Only what came after this one.
    pub after: Option<MailId>,
    /// At most so many.
    pub limit: i64,
}

/// Something that came in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemView {
    /// Its number.
    pub id: i64,
    /// `unread`, `placed`, `waiting`, `set_aside` or `dismissed`.
    pub state: &'static str,
    /// The same more exactly: `answer`, `bounce`, `no_report` …
    pub detail: &'static str,
    /// Why it waits or was set aside, as a code.
    pub why: Option<&'static str>,
    /// The same in English.
    pub reason: Option<String>,
    /// Why staff dismissed it: `noise`, `not_ours` or `not_abuse`.
    pub because: Option<String>,
    /// The reports that it is about.
    pub reports: Vec<i64>,
    /// The report that it belongs to, or seems to.
    pub report_id: Option<i64>,
    /// When it came.
    pub received_at: String,
    /// By which way: `lmtp`, `imap`, `folder`, `api`, `form` or `ingest`.
    pub channel: String,
    /// The same with the name of the mailbox or folder.
    pub door: String,
    /// Whom it says that it is from.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// How far its sender is trusted: `trusted`, `known` or `untrusted`; null while nobody has read it.
    pub lane: Option<&'static str>,
    /// The domain that authenticated it.
    pub auth_domain: Option<String>,
    /// What was odd about its authentication, as codes.
    pub flags: Vec<String>,
    /// The name of the file that it came in.
    pub file: Option<String>,
    /// Its format; null where it is no complaint.
    pub format: Option<String>,
    /// As what it is no report.
    pub not_a_report: Option<String>,
    /// Who complains, in their words.
    pub reporter: ToldReporter,
    /// The number of their record.
    pub reporter_ref: Option<i64>,
    /// What is alleged; of much the first.
    pub incidents: Vec<IncidentView>,
    /// What was odd.
    pub defects: Vec<String>,
    /// Bytes.
    pub size: i64,
    /// Files that came with it.
    pub files: i64,
    /// Whom its envelope has as the recipient.
    pub envelope_to: String,
    /// The member of staff who decided about it.
    pub decided_by: Option<String>,
    /// Somebody may complain in it: only those may read it who may see who complains.
    #[serde(skip)]
    pub may_complain: bool,
}

impl ItemView {
    pub(crate) fn of(row: MailRow, incidents: Vec<IncidentRow>, reports: Vec<ReportId>) -> Self {
        let told = told(row.complaint.as_deref());
        let mut reports: Vec<i64> = reports.into_iter().map(|report| report.0).collect();
        let is_part = row.state.standing() == Standing::Placed;
        if let Some(report) = row.report.filter(|_| is_part)
            && !reports.contains(&report.0)
        {
            reports.push(report.0);
        }
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            may_complain: may_complain(&row),
            id: row.id.0,
            state: row.state.standing().code(),
            detail: row.state.code(),
            why: row.why.map(Why::code),
            reason: row.why.map(|why| portreeve_i18n::reason::mail_waits(Language::English, why)),
            because: row.because,
            report_id: row.report.map(|report| report.0),
            reports,
            received_at: from_millis(row.received_at).map(rfc3339).unwrap_or_default(),
            channel: channel(&row.door).to_owned(),
            door: row.door,
            from: row.from_address,
            subject: without_secret_links(&row.subject),
            lane: row.lane.map(Lane::code),
            auth_domain: some(row.auth_domain),
            flags: row.flags.split_whitespace().map(str::to_owned).collect(),
            file: some(row.name),
            format: row.format,
            not_a_report: row.not_a_report,
            reporter: told.0,
            reporter_ref: row.reporter,
            incidents: incidents.into_iter().map(IncidentView::of).collect(),
            defects: told.1,
            size: row.size,
            files: row.files,
            envelope_to: row.envelope_to,
            decided_by: row.decided_by,
        }
    }
}

impl ItemView {
    /// It for those who may not see who complains.
    pub fn without_reporter(mut self) -> Self {
        // What was attacked is theirs, most of the time.
        self.incidents.iter_mut().for_each(|one| one.destination = None);
        Self {
            from: String::new(),
            subject: String::new(),
            auth_domain: None,
            file: None,
            reporter: ToldReporter::default(),
            reporter_ref: None,
            envelope_to: String::new(),
            defects: Vec::new(),
            ..self
        }
    }
}

/// Whether somebody may complain in a mail. Also one that nobody has read, or that could not be read, may be a complaint.
pub(crate) fn may_complain(row: &MailRow) -> bool {
    match row.state {
        MailState::Answer
        | MailState::Duplicate
        | MailState::Bounce
        | MailState::Automatic
        | MailState::Receipt
        | MailState::Own => false,
        MailState::Unread
        | MailState::Waiting
        | MailState::Attached
        | MailState::Dismissed
        | MailState::Placed
        | MailState::NoReport => {
            // What shows a code of a report is never read as a complaint.
            let is_of_report = row.report.is_some() && row.format.is_none();
            !is_of_report || matches!(channel(&row.door), "api" | "form")
        }
    }
}

/// A part of what came in: what it is, and how large.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartView {
    /// Its name, as the sender has it.
    pub name: String,
    /// Its media type, as the sender has it.
    pub media_type: String,
    /// Bytes.
    pub size: usize,
}

/// Something that came in, with its text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WholeItem {
    /// What a list shows too.
    #[serde(flatten)]
    pub item: ItemView,
    /// Its text, without the customer's secret links. HTML as plain text.
    pub text: String,
    /// Its text without what it quotes.
    pub said: String,
    /// Its files.
    pub parts: Vec<PartView>,
}

/// What came in, the oldest first.
pub async fn list(desk: &Desk, filter: Filter) -> Result<Vec<ItemView>, StoreError> {
    let mut tx = desk.db.snapshot().await?;
    let after = filter.after.unwrap_or(MailId(0));
    let rows = match filter.state {
        None => tx.mails_after(after, filter.limit).await?,
        Some(standing) => {
            let mut rows = Vec::new();
            for state in standing.states() {
                rows.extend(tx.mails_in_state(state, after, filter.limit).await?);
            }
            rows.sort_by_key(|row| row.id);
            rows.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
            rows
        }
    };
    views(&mut tx, rows, LISTED_INCIDENTS).await
}

/// The part of it that came with one token of the REST interface.
pub async fn list_of_token(
    desk: &Desk,
    token: &str,
    filter: Filter,
) -> Result<Vec<ItemView>, StoreError> {
    let mut tx = desk.db.snapshot().await?;
    let after = filter.after.unwrap_or(MailId(0));
    let mut rows = Vec::new();
    for state in MailState::ALL.iter().copied() {
        if filter.state.is_none_or(|standing| state.standing() == standing) {
            rows.extend(tx.mails_of_token(token, state, after, filter.limit).await?);
        }
    }
    rows.sort_by_key(|row| row.id);
    rows.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
    views(&mut tx, rows, LISTED_INCIDENTS).await
}

/// Whether something came with this token.
pub async fn is_of_token(desk: &Desk, id: MailId, token: &str) -> Result<bool, StoreError> {
    let row = desk.db.read().await?.mail(id).await?;
    Ok(row.is_some_and(|row| row.credential.as_deref() == Some(token)))
}

async fn views(
    tx: &mut Tx,
    rows: Vec<MailRow>,
    incidents: i64,
) -> Result<Vec<ItemView>, StoreError> {
    let ids: Vec<MailId> = rows.iter().map(|row| row.id).collect();
    let mut incidents = tx.incidents_of(&ids, incidents).await?;
    let mut reports: BTreeMap<_, _> = tx.reports_of_complaints(&ids).await?;
    let view = |row: MailRow| {
        let id = row.id;
        ItemView::of(
            row,
            incidents.remove(&id).unwrap_or_default(),
            reports.remove(&id).unwrap_or_default(),
        )
    };
    Ok(rows.into_iter().map(view).collect())
}

/// One of them, as it stands in a list.
pub async fn of(desk: &Desk, id: MailId) -> Result<Option<ItemView>, StoreError> {
    let mut tx = desk.db.snapshot().await?;
    let Some(row) = tx.mail(id).await? else { return Ok(None) };
    Ok(views(&mut tx, vec![row], SHOWN_INCIDENTS).await?.pop())
}

/// One of them with its text.
pub async fn show(desk: &Desk, id: MailId) -> Result<Option<WholeItem>, StoreError> {
    let Some(item) = of(desk, id).await? else { return Ok(None) };
    let Some(mail) = intake::show(desk, id).await? else { return Ok(None) };
    let part = |file: AttachedFile| PartView {
        name: file.name,
        media_type: file.media_type,
        size: file.size,
    };
    Ok(Some(WholeItem {
        item,
        text: mail.text,
        said: mail.said,
        parts: mail.attached.into_iter().map(part).collect(),
    }))
}

/// How many wait, up to a bound.
pub async fn waiting(desk: &Desk, bound: i64) -> Result<i64, StoreError> {
    desk.db.read().await?.count_mails_in_state(MailState::Waiting, bound).await
}

/// Staff open a report about a service for what waits.
pub async fn open(
    desk: &Desk,
    id: MailId,
    service: &ServiceKey,
    by: &Actor,
) -> Result<ReportId, MailError> {
    intake::open(desk, id, service, by).await
}

/// Staff attach what waits to a report: as a message where its customer wrote it, else as a note for staff.
pub async fn attach(
    desk: &Desk,
    id: MailId,
    report: ReportId,
    by: &Actor,
) -> Result<(), MailError> {
    let how = {
        let mut tx = desk.db.snapshot().await?;
        let from = tx.mail(id).await?.map(|row| row.from_address).unwrap_or_default();
        let subject = tx.report(report).await?.and_then(|report| report.subject);
        let service = match subject {
            Some(subject) => tx.service(&subject.service).await?,
            None => None,
        };
        let mailboxes = service.map(|known| known.service.mailboxes()).unwrap_or_default();
        if mailboxes.iter().any(|one| is_same_address(one, &from)) {
            AttachAs::Message
        } else {
            AttachAs::Note
        }
    };
    intake::attach(desk, id, report, how, by).await
}

/// Something is read again, by readers that know more or by a ledger that does. Whatever was decided stays.
pub async fn again(desk: &Desk, id: MailId, lane: Option<Lane>) -> Result<bool, StoreError> {
    let mut tx = desk.db.write().await?;
    let Some(row) = tx.mail_alone(id).await? else { return Ok(false) };
    let is_undecided = row.decided_by.is_none()
        && row.report.is_none()
        && matches!(row.state, MailState::Waiting | MailState::NoReport);
    if !is_undecided || tx.reports_of_complaints(&[id]).await?.contains_key(&id) {
        return Ok(false);
    }
    tx.forget_incidents(id).await?;
    let given = lane.or(row.lane.filter(|_| row.door == "ingest"));
    let now = desk.now().as_millisecond();
    tx.read_mail_again(id, given, now).await?;
    tx.enqueue(&[to_row(&Job::ReadMail(id))], now).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(true)
}

/// Staff want nothing of what waits.
pub async fn dismiss(
    desk: &Desk,
    id: MailId,
    because: Option<Because>,
    by: &Actor,
) -> Result<(), MailError> {
    intake::dismiss(desk, id, because, by).await
}

/// Takes that back; so does it with what was set aside as no report: it waits for staff.
pub async fn restore(desk: &Desk, id: MailId, by: &Actor) -> Result<(), MailError> {
    let mut tx = desk.db.write().await?;
    let row = tx.mail_alone(id).await?.ok_or(MailError::NoMail(id))?;
    if row.state != MailState::NoReport {
        drop(tx);
        return intake::restore(desk, id, by).await;
    }
    let (now, name) = (desk.now(), by.to_string());
    let end =
        MailEnd { state: MailState::Waiting, why: row.why, report: row.report, by: Some(&name) };
    tx.end_mail(id, &end, now.as_millisecond()).await?;
    audit::log(&mut tx, now, by, "mail_restored", &format!("mail {id}")).await?;
    Ok(tx.commit().await?)
}
