//! Reports as staff see them: on the command line and, as JSON, by scripts.

use portreeve_core::enforcement::Record;
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::report::{Claim, Countdown, Hold, Report, State, Turn};
use portreeve_core::suspension::{self, Unseen};
use portreeve_core::time::{from_millis, rfc3339};
use portreeve_store::{Enforcement, EventRow, MessageRow, NoteRow, ReportFilter, StoreError, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use crate::attachment::{self, AttachmentView};
use crate::desk::Desk;
use crate::payment::{self, PaymentView};
use crate::search;

/// Words that are looked for at a time.
pub const SEARCHED_WORDS: usize = 12;

/// Lines of history, messages and notes that are shown of one report.
pub const SHOWN: i64 = 1_000;

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
    /// Why it waits in the queue.
    pub queued_why: Option<String>,
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
    /// How often the report was stored after a move.
    pub revision: i64,
}

/// The state of a suspension.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SuspensionView {
    /// One of the words of the contracts.
    pub state: &'static str,
    /// Since when.
    pub since: Option<String>,
    /// More, for people.
    pub detail: Option<String>,
}

/// A report with everything about it. For staff only: it has their notes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WholeReportView {
    /// What a list shows too.
    #[serde(flatten)]
    pub report: ReportView,
    /// The note that came with the report.
    pub admin_notes: String,
    /// History, oldest first.
    pub events: Vec<EventView>,
    /// Messages between customer and staff.
    pub messages: Vec<MessageView>,
    /// Staff notes.
    pub notes: Vec<NoteView>,
    /// Payments by which the customer wanted to have the service back, the latest first.
    pub payments: Vec<PaymentView>,
}

/// A line of history.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventView {
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What kind.
    pub kind: String,
    /// In words.
    pub text: String,
}

/// A message between customer and staff.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageView {
    /// Its number.
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
    let mut tx = desk.db.read().await?;
    let reports = tx.reports(filter).await?;
    view_all(&mut tx, &reports).await
}

/// The reports with these numbers, in the order of the numbers; those that are not there are left out.
pub async fn of_ids(desk: &Desk, ids: &[i64]) -> Result<Vec<ReportView>, StoreError> {
    let mut tx = desk.db.read().await?;
    let ids: Vec<ReportId> = ids.iter().copied().map(ReportId).collect();
    let mut reports = tx.reports_by_id(&ids).await?;
    reports.sort_by_key(|report| report.id);
    view_all(&mut tx, &reports).await
}

/// One report as it stands in a list.
pub async fn of(desk: &Desk, report: &Report) -> Result<ReportView, StoreError> {
    let mut tx = desk.db.read().await?;
    let mut views = view_all(&mut tx, std::slice::from_ref(report)).await?;
    views.pop().ok_or(StoreError::TooMany)
}

/// One report with everything about it.
pub async fn show(desk: &Desk, id: ReportId) -> Result<Option<WholeReportView>, StoreError> {
    let mut tx = desk.db.read().await?;
    let Some(report) = tx.report(id).await? else { return Ok(None) };
    let Some(view) = view_all(&mut tx, &[report]).await?.pop() else { return Ok(None) };
    let notes = tx.notes(id, SHOWN).await?;
    let (opening, later): (Vec<NoteRow>, Vec<NoteRow>) =
        notes.into_iter().partition(|note| note.from_opening);
    let (mut of_messages, mut of_notes) = attachment::of_report(&mut tx, id).await?;
    let messages = tx.messages(id, SHOWN).await?.into_iter().map(|row| {
        let files = of_messages.remove(&row.id).unwrap_or_default();
        message_view(row, files)
    });
    let messages = messages.collect();
    let notes = later.into_iter().map(|row| {
        let files = of_notes.remove(&row.id).unwrap_or_default();
        note_view(row, files)
    });
    Ok(Some(WholeReportView {
        report: view,
        admin_notes: opening.into_iter().map(|note| note.body).collect::<Vec<_>>().join("\n\n"),
        events: tx.events(id, SHOWN).await?.into_iter().map(event_view).collect(),
        messages,
        notes: notes.collect(),
        payments: payment::of_report(&mut tx, id).await?.iter().map(PaymentView::of).collect(),
    }))
}

/// The text of one message of a report.
pub async fn message(desk: &Desk, report: ReportId, id: i64) -> Result<Option<String>, StoreError> {
    Ok(desk.db.read().await?.message(report, id).await?.map(|row| row.body))
}

async fn view_all(tx: &mut Tx, reports: &[Report]) -> Result<Vec<ReportView>, StoreError> {
    let mut services: Vec<&ServiceKey> = reports
        .iter()
        .filter(|report| report.hold != Hold::None)
        .filter_map(|report| report.subject.as_ref().map(|subject| &subject.service))
        .collect();
    services.sort_unstable();
    services.dedup();
    let known = tx.enforcements(&services).await?;
    let paused = tx.desk_state().await?.paused_at.is_some();
    let mut views = Vec::with_capacity(reports.len());
    for report in reports {
        let service = report.subject.as_ref().map(|subject| &subject.service);
        let enforcement = known.iter().find(|known| Some(&known.service) == service);
        let held_by_others = match (report.hold, service) {
            (Hold::Released { .. }, Some(service)) => !tx.holders(service).await?.is_empty(),
            _ => false,
        };
        views.push(view(report, enforcement, held_by_others, paused));
    }
    Ok(views)
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
        status: "open",
        turn: None,
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
        queued_why: None,
        suspension: suspension_view(report, enforcement, held_by_others, paused),
        customer_claim: report.said.claim.map(Claim::as_str),
        more_time_wanted: report.said.wants.map(|wants| wants.to_string()),
        taken_back_times: report.said.unsuspended_times,
        assignee: report.assignee.clone(),
        merged_into: report.merged.map(|merged| merged.into.0),
        revision: report.revision,
    };
    match &report.state {
        State::Queued { why } => {
            view.status = "queued";
            view.turn = Some("staff");
            view.queued_why = Some(why.clone());
        }
        State::Open { turn, countdown } => {
            view.turn = Some(match turn {
                Turn::Customer => "customer",
                Turn::Staff => "staff",
            });
            match countdown {
                Countdown::None => {}
                Countdown::Running { deadline, .. } | Countdown::Reached { deadline } => {
                    view.deadline_at = Some(rfc3339(*deadline));
                }
                Countdown::Paused { left, .. } => view.time_left = Some(left.to_string()),
            }
        }
        State::Closed { at, outcome } => {
            view.status = "closed";
            view.closed_at = Some(rfc3339(*at));
            view.outcome = Some(outcome.as_str());
        }
    }
    view
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
    let mut detail = shown.detail;
    if paused && matches!(shown.state, suspension::State::Pending | suspension::State::Lifting) {
        detail = format!("the desk is paused; {detail}");
    }
    SuspensionView {
        state: shown.state.as_str(),
        since: shown.since.map(rfc3339),
        detail: Some(detail).filter(|detail| !detail.is_empty()),
    }
}

fn event_view(row: EventRow) -> EventView {
    EventView { at: instant(row.at), actor: row.actor, kind: row.kind, text: row.text }
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
    NoteView { at: instant(row.at), author: row.author, text: row.body, attachments }
}
