//! Reports as staff see them: on the command line and, as JSON, by scripts.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use portreeve_core::enforcement::Record;
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::reason::{NotDelivered, QueueReason, SuspensionReason};
use portreeve_core::report::{Claim, Countdown, Hold, Report, State, Turn};
use portreeve_core::suspension::{self, Unseen};
use portreeve_core::time::{from_millis, rfc3339};
use portreeve_i18n::{self as i18n, Language};
use portreeve_store::{
    AttentionRow, ComplaintOfReport, Enforcement, EventRow, IncidentsOfReport, MessageRow, NoteRow,
    ReportFilter, Slice, StoreError, Tx,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::attachment::{self, AttachmentView};
use crate::desk::Desk;
use crate::intake::{channel, told_reporter};
use crate::payment::{self, PaymentView};
use crate::search;

/// Words that are looked for at a time.
pub const SEARCHED_WORDS: usize = 12;

/// Lines of history, messages and notes that are shown at a time of one report.
pub const SHOWN: i64 = 1_000;

/// Which part of a report's long lists is shown: of each the latest rows, or those before one that is known.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Only lines of history before this one.
    pub events_before: Option<i64>,
    /// Only messages before this one.
    pub messages_before: Option<i64>,
    /// Only notes before this one.
    pub notes_before: Option<i64>,
    /// At most so many of each.
    pub limit: i64,
}

impl Window {
    /// The latest rows of each list.
    pub fn latest(limit: i64) -> Self {
        Self { events_before: None, messages_before: None, notes_before: None, limit }
    }
}

impl Default for Window {
    fn default() -> Self {
        Self::latest(SHOWN)
    }
}

/// What to read for a part of a long list: one row more, which tells whether there are others before it.
pub(crate) fn one_more(slice: Slice) -> Slice {
    Slice { limit: slice.limit.saturating_add(1), ..slice }
}

/// A part of a long list, oldest first.
#[derive(Debug)]
pub(crate) struct Part<T> {
    /// Its rows.
    pub(crate) rows: Vec<T>,
    /// There are rows before this one, which is the first of the part.
    pub(crate) before: Option<i64>,
}

impl<T> Part<T> {
    /// The part of `limit` rows of what was read with one more.
    pub(crate) fn of(mut rows: Vec<T>, limit: i64, id: impl Fn(&T) -> i64) -> Self {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len().saturating_sub(most);
        rows.drain(..more);
        let before = rows.first().filter(|_| more > 0).map(&id);
        Self { rows, before }
    }

    /// From the first row to the last; without rows, the numbers that no row has.
    pub(crate) fn range(&self, id: impl Fn(&T) -> i64) -> std::ops::RangeInclusive<i64> {
        match (self.rows.first(), self.rows.last()) {
            (Some(first), Some(last)) => id(first)..=id(last),
            _ => 0..=0,
        }
    }
}

/// A report in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportView {
    /// Its number.
    pub id: i64,
    /// `queued`, `open` or `closed`.
    pub status: &'static str,
    /// `customer` or `staff`; null when nobody has to move.
    pub turn: Option<&'static str>,
    /// Kind of abuse.
    pub category: String,
    /// Directory of the service.
    pub directory: Option<String>,
    /// The panel's id of the service; of the service that the caller named while the report is queued.
    pub service_id: Option<i64>,
    /// The customer when the report was opened.
    pub customer_id: Option<String>,
    /// Address.
    pub service_ip: String,
    /// `nosuspend`, `immediate` or `timelimit`.
    pub suspend_method: &'static str,
    /// The customer may unsuspend.
    pub allow_unsuspend: bool,
    /// The customer may pay to have the service back.
    pub pay_to_unsuspend: bool,
    /// Shown to the customer.
    pub additional_info: String,
    /// When it was opened.
    pub opened_at: String,
    /// When it was closed.
    pub closed_at: Option<String>,
    /// How it ended.
    pub outcome: Option<&'static str>,
    /// When the hold is (or was) to be placed; null while the clock is paused.
    pub deadline_at: Option<String>,
    /// What is left while the clock is paused.
    pub time_left: Option<String>,
    /// What was left of a deadline that staff cancelled; it can be restored with that.
    pub cancelled_deadline: Option<String>,
    /// Why it waits in the queue, in English.
    pub queued_why: Option<String>,
    /// The same as a code with its data.
    #[schema(value_type = Option<Object>)]
    pub queued_reason: Option<QueueReason>,
    /// State of the suspension.
    pub suspension: SuspensionView,
    /// What the customer said last: `fixed` or `contested`.
    pub customer_claim: Option<&'static str>,
    /// More time that the customer asked for and nobody has decided about.
    pub more_time_wanted: Option<String>,
    /// How often the customer took the service back themselves.
    pub taken_back_times: u32,
    /// The member of staff who takes care of it.
    pub assignee: Option<String>,
    /// The report that took it over.
    pub merged_into: Option<i64>,
    /// What keeps it from going on until a person has seen to it.
    pub attention: Vec<AttentionView>,
    /// How often the report was stored after a move.
    pub revision: i64,
}

/// Something that keeps a report from going on until a person has seen to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttentionView {
    /// `notice_bounced` (the customer's mailbox sent a notice back), `notice_failed` (a notice to the customer could
    /// not be delivered) or `mail_waits` (a mail about the report waits for staff).
    pub kind: &'static str,
    /// Since when.
    pub since: String,
    /// Which notice, or null.
    pub notice: Option<String>,
    /// Number of the mail, or null.
    pub mail: Option<i64>,
    /// Why the notice was not delivered, in English; or the subject of the mail.
    pub detail: String,
    /// Why the notice was not delivered, as a code with its data.
    #[schema(value_type = Option<Object>)]
    pub why: Option<NotDelivered>,
    /// What does not come by itself while this is so: `deadline` (its suspension waits for a person), or null.
    pub blocks: Option<&'static str>,
}

/// The state of a suspension.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SuspensionView {
    /// One of the words of the contracts.
    pub state: &'static str,
    /// Since when.
    pub since: Option<String>,
    /// More, for people, in English.
    pub detail: Option<String>,
    /// The same as a code with its data.
    #[schema(value_type = Option<Object>)]
    pub reason: Option<SuspensionReason>,
    /// The desk is paused, so that it does not go on by itself.
    pub is_paused: bool,
}

/// A report with everything about it. For staff only: it has their notes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WholeReportView {
    /// What a list shows too.
    #[serde(flatten)]
    pub report: ReportView,
    /// The note that came with the report.
    pub admin_notes: String,
    /// History: the latest lines, oldest first.
    pub events: Vec<EventView>,
    /// Messages between customer and staff: the latest, oldest first.
    pub messages: Vec<MessageView>,
    /// Staff notes: the latest, oldest first.
    pub notes: Vec<NoteView>,
    /// How to get what came before them.
    pub earlier: EarlierView,
    /// Payments by which the customer wanted to have the service back, the latest first.
    pub payments: Vec<PaymentView>,
    /// What all complaints about it say together.
    pub incidents: IncidentsView,
    /// The complaints about it: the first, oldest first.
    pub complaints: Vec<ComplaintView>,
}

/// What all complaints about a report say together.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct IncidentsView {
    /// How many events they tell of.
    pub count: i64,
    /// How many complaints there are.
    pub complaints: i64,
    /// When the first was observed.
    pub first_seen: Option<String>,
    /// When the last was.
    pub last_seen: Option<String>,
}

/// A complaint about a report. For staff only: it says who complained.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ComplaintView {
    /// Its number in the inbox.
    pub id: i64,
    /// When it came.
    pub received_at: String,
    /// Its format.
    pub format: Option<String>,
    /// By which way it came.
    pub channel: String,
    /// The address of whoever complained.
    pub reporter: Option<String>,
}

/// Complaints that are shown of a report.
pub const SHOWN_COMPLAINTS: i64 = 100;

impl IncidentsView {
    fn of(row: &IncidentsOfReport) -> Self {
        Self {
            count: row.count,
            complaints: row.complaints,
            first_seen: row.first_seen.map(instant),
            last_seen: row.last_seen.map(instant),
        }
    }
}

impl ComplaintView {
    fn of(row: ComplaintOfReport) -> Self {
        let told = told_reporter(row.complaint.as_deref());
        let from = Some(row.from_address).filter(|from| !from.is_empty());
        Self {
            id: row.id,
            received_at: instant(row.received_at),
            format: row.format,
            channel: channel(&row.door).to_owned(),
            reporter: told.email.or(from),
        }
    }
}

/// What to ask with for the rows before those that are shown; null where there are none.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct EarlierView {
    /// `events_before` of the lines of history before the first one here.
    pub events_before: Option<i64>,
    /// `messages_before` of the messages before the first one here.
    pub messages_before: Option<i64>,
    /// `notes_before` of the notes before the first one here.
    pub notes_before: Option<i64>,
}

impl EarlierView {
    /// Something came before what is shown.
    pub fn is_some(&self) -> bool {
        self.events_before.or(self.messages_before).or(self.notes_before).is_some()
    }
}

/// A line of history.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventView {
    /// Its number; later lines have greater ones.
    pub id: i64,
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What kind; all of them are in `docs/events.md`.
    pub kind: &'static str,
    /// The facts of the kind.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
    /// In words, in English.
    pub text: String,
}

/// A message between customer and staff.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageView {
    /// Its number; later messages have greater ones.
    pub id: i64,
    /// When.
    pub at: String,
    /// Who wrote it.
    pub author: String,
    /// Written by the customer.
    pub from_customer: bool,
    /// The text.
    pub text: String,
    /// Files that came with it.
    pub attachments: Vec<AttachmentView>,
}

/// A staff note.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoteView {
    /// Its number; later notes have greater ones.
    pub id: i64,
    /// When.
    pub at: String,
    /// Who wrote it.
    pub author: String,
    /// The text.
    pub text: String,
    /// Files that came with it, for staff only.
    pub attachments: Vec<AttachmentView>,
}

fn instant(millis: i64) -> String {
    from_millis(millis).map(rfc3339).unwrap_or_default()
}

/// Reports that a filter lets through.
pub async fn list(desk: &Desk, filter: &ReportFilter) -> Result<Vec<ReportView>, StoreError> {
    if let Some(words) = &filter.words {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        search::catch_up(desk).await?;
    }
    let mut tx = desk.db.snapshot().await?;
    let reports = tx.reports(filter).await?;
    view_all(&mut tx, &reports).await
}

/// The reports with these numbers, in the order of the numbers; those that are not there are left out.
pub async fn of_ids(desk: &Desk, ids: &[i64]) -> Result<Vec<ReportView>, StoreError> {
    let mut tx = desk.db.snapshot().await?;
    let ids: Vec<ReportId> = ids.iter().copied().map(ReportId).collect();
    let mut reports = tx.reports_by_id(&ids).await?;
    reports.sort_by_key(|report| report.id);
    view_all(&mut tx, &reports).await
}

/// One report as it stands in a list.
pub async fn of(desk: &Desk, report: &Report) -> Result<ReportView, StoreError> {
    let mut tx = desk.db.snapshot().await?;
    let mut views = view_all(&mut tx, std::slice::from_ref(report)).await?;
    views.pop().ok_or(StoreError::TooMany)
}

/// One report with everything about it, as far as the window lets it be seen.
pub async fn show(
    desk: &Desk,
    id: ReportId,
    window: &Window,
) -> Result<Option<WholeReportView>, StoreError> {
    let mut tx = desk.db.snapshot().await?;
    let Some(report) = tx.report(id).await? else { return Ok(None) };
    let Some(view) = view_all(&mut tx, &[report]).await?.pop() else { return Ok(None) };
    whole(&mut tx, view, window).await.map(Some)
}

/// A report with everything about it, all read in one transaction.
pub(super) async fn whole(
    tx: &mut Tx,
    view: ReportView,
    window: &Window,
) -> Result<WholeReportView, StoreError> {
    let id = ReportId(view.id);
    let limit = window.limit;
    let slice = |before| one_more(Slice { before, limit });
    let events = tx.events(id, slice(window.events_before)).await?;
    let events = Part::of(events, limit, |row| row.id);
    let messages = tx.messages(id, slice(window.messages_before)).await?;
    let messages = Part::of(messages, limit, |row| row.id);
    let notes = tx.notes(id, slice(window.notes_before)).await?;
    let notes = Part::of(notes, limit, |row| row.id);
    let (shown, noted) = (messages.range(|row| row.id), notes.range(|row| row.id));
    let (mut of_messages, mut of_notes) = attachment::of_report(tx, id, shown, noted).await?;
    let earlier = EarlierView {
        events_before: events.before,
        messages_before: messages.before,
        notes_before: notes.before,
    };
    let messages = messages.rows.into_iter().map(|row| {
        let files = of_messages.remove(&row.id).unwrap_or_default();
        message_view(row, files)
    });
    let notes = notes.rows.into_iter().map(|row| {
        let files = of_notes.remove(&row.id).unwrap_or_default();
        note_view(row, files)
    });
    Ok(WholeReportView {
        report: view,
        admin_notes: tx.opening_notes(id).await?.join("\n\n"),
        events: events.rows.into_iter().map(event_view).collect::<Result<_, _>>()?,
        messages: messages.collect(),
        notes: notes.collect(),
        earlier,
        payments: payment::of_report(tx, id).await?.iter().map(PaymentView::of).collect(),
        incidents: tx
            .incidents_of_report(id)
            .await?
            .as_ref()
            .map(IncidentsView::of)
            .unwrap_or_default(),
        complaints: tx
            .complaints_of_report(id, SHOWN_COMPLAINTS)
            .await?
            .into_iter()
            .map(ComplaintView::of)
            .collect(),
    })
}

/// The text of one message of a report.
pub async fn message(desk: &Desk, report: ReportId, id: i64) -> Result<Option<String>, StoreError> {
    Ok(desk.db.read().await?.message(report, id).await?.map(|row| row.body))
}

/// Reports as they stand in lists, in the same order.
pub(super) async fn view_all(
    tx: &mut Tx,
    reports: &[Report],
) -> Result<Vec<ReportView>, StoreError> {
    let known = tx.enforcements(&services(reports, |hold| hold != Hold::None)).await?;
    let let_go = services(reports, |hold| matches!(hold, Hold::Released { .. }));
    let held = tx.held_services(&let_go).await?;
    let paused = tx.desk_state().await?.paused_at.is_some();
    let unfinished = |report: &&Report| !matches!(report.state, State::Closed { .. });
    let unfinished: Vec<ReportId> =
        reports.iter().filter(unfinished).map(|report| report.id).collect();
    let attention = tx.attention(&unfinished).await?;
    let mut views = Vec::with_capacity(reports.len());
    for report in reports {
        let service = report.subject.as_ref().map(|subject| &subject.service);
        let enforcement = known.iter().find(|known| Some(&known.service) == service);
        let is_let_go = matches!(report.hold, Hold::Released { .. });
        let held_by_others = is_let_go && service.is_some_and(|service| held.contains(service));
        let mut view = view(report, enforcement, held_by_others, paused);
        let of_this = attention.iter().filter(|row| row.report == report.id);
        view.attention = of_this.map(|row| attention_view(row, report)).collect();
        views.push(view);
    }
    Ok(views)
}

/// The services of those reports whose hold is of a kind, each once.
fn services(reports: &[Report], holds: impl Fn(Hold) -> bool) -> Vec<&ServiceKey> {
    let of_kind = reports.iter().filter(|report| holds(report.hold));
    let services = of_kind.filter_map(|report| report.subject.as_ref());
    let services: BTreeSet<&ServiceKey> = services.map(|subject| &subject.service).collect();
    services.into_iter().collect()
}

fn view(
    report: &Report,
    enforcement: Option<&Enforcement>,
    held_by_others: bool,
    paused: bool,
) -> ReportView {
    let subject = report.subject.as_ref();
    let service = subject.map(|s| &s.service).or(report.claimed_service.as_ref());
    let mut view = ReportView {
        id: report.id.0,
        status: report.state.status().as_str(),
        turn: report.state.turn().map(Turn::as_str),
        category: report.allegation.category.clone(),
        directory: service.map(|key| key.directory.clone()),
        service_id: service.map(|key| key.id.get()),
        customer_id: subject.map(|s| s.customer_id.clone()).filter(|id| !id.is_empty()),
        service_ip: report.allegation.service_ip.clone(),
        suspend_method: report.allegation.suspend_method.as_str(),
        allow_unsuspend: report.allegation.allow_unsuspend,
        pay_to_unsuspend: report.allegation.pay_to_unsuspend,
        additional_info: report.allegation.additional_info.clone(),
        opened_at: rfc3339(report.opened_at),
        closed_at: None,
        outcome: None,
        deadline_at: None,
        time_left: None,
        cancelled_deadline: None,
        queued_why: None,
        queued_reason: None,
        suspension: suspension_view(report, enforcement, held_by_others, paused),
        customer_claim: report.said.claim.map(Claim::as_str),
        more_time_wanted: report.said.wants.map(|wants| wants.to_string()),
        taken_back_times: report.said.unsuspended_times,
        assignee: report.assignee.clone(),
        merged_into: report.merged.map(|merged| merged.into.0),
        attention: Vec::new(),
        revision: report.revision,
    };
    match &report.state {
        State::Queued { why } => {
            view.queued_why = Some(i18n::reason::queue(Language::English, why));
            view.queued_reason = Some(why.clone());
        }
        State::Open { countdown, .. } => match countdown {
            Countdown::None => {}
            Countdown::Lifted { left, .. } => view.cancelled_deadline = Some(left.to_string()),
            Countdown::Running { deadline, .. } | Countdown::Reached { deadline } => {
                view.deadline_at = Some(rfc3339(*deadline));
            }
            Countdown::Paused { left, .. } => view.time_left = Some(left.to_string()),
        },
        State::Closed { at, outcome } => {
            view.closed_at = Some(rfc3339(*at));
            view.outcome = Some(outcome.as_str());
        }
    }
    view
}

fn attention_view(row: &AttentionRow, report: &Report) -> AttentionView {
    let countdown = match report.state {
        State::Open { countdown, .. } => countdown,
        State::Queued { .. } | State::Closed { .. } => Countdown::None,
    };
    let has_deadline = matches!(countdown, Countdown::Running { .. } | Countdown::Paused { .. });
    AttentionView {
        kind: match (row.mail, row.bounced) {
            (Some(_), _) => "mail_waits",
            (None, true) => "notice_bounced",
            (None, false) => "notice_failed",
        },
        since: instant(row.since),
        notice: Some(row.notice.clone()).filter(|notice| !notice.is_empty()),
        mail: row.mail.map(|mail| mail.0),
        detail: match &row.why {
            Some(why) => i18n::reason::not_delivered(Language::English, why),
            None => row.subject.clone(),
        },
        why: row.why.clone(),
        blocks: has_deadline.then_some("deadline"),
    }
}

fn suspension_view(
    report: &Report,
    enforcement: Option<&Enforcement>,
    held_by_others: bool,
    paused: bool,
) -> SuspensionView {
    let unseen: Unseen = enforcement
        .and_then(|known| known.unseen.as_ref())
        .and_then(|(at, why)| from_millis(*at).map(|at| (at, why.clone())));
    let record = enforcement.map_or(&Record::Clear, |known| &known.record);
    let shown = suspension::suspension(&report.hold, record, &unseen, held_by_others);
    let goes_on = matches!(shown.state, suspension::State::Pending | suspension::State::Lifting);
    let is_paused = paused && goes_on;
    let detail = shown.reason.as_ref().map(|reason| {
        let tell =
            if is_paused { i18n::reason::paused_suspension } else { i18n::reason::suspension };
        tell(Language::English, reason)
    });
    SuspensionView {
        state: shown.state.as_str(),
        since: shown.since.map(rfc3339),
        detail,
        reason: shown.reason,
        is_paused,
    }
}

fn event_view(row: EventRow) -> Result<EventView, StoreError> {
    let EventRow { id, at, actor, event } = row;
    let data = event.data().and_then(|data| serde_json::from_str(&data));
    Ok(EventView {
        id,
        at: instant(at),
        actor,
        kind: event.kind().as_str(),
        data: data.map_err(StoreError::Unwritable)?,
        text: i18n::history::sentence(Language::English, &TimeZone::UTC, &event),
    })
}

fn message_view(row: MessageRow, attachments: Vec<AttachmentView>) -> MessageView {
    MessageView {
        id: row.id,
        at: instant(row.at),
        author: row.author,
        from_customer: row.from_customer,
        text: row.body,
        attachments,
    }
}

fn note_view(row: NoteRow, attachments: Vec<AttachmentView>) -> NoteView {
    NoteView { id: row.id, at: instant(row.at), author: row.author, text: row.body, attachments }
}
