//! The addons of panels: what they tell us and what we tell them (`docs/bridge.md`).
//!
//! An addon is told how a service stands, never what to do; it keeps that and decides with it. What it
//! tells is believed for its signature, and counts once.

use portreeve_core::enforcement;
use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, ServiceId, ServiceKey};
use portreeve_core::reason::Hint;
use portreeve_core::report::{Countdown, Report, State, Status, Turn};
use portreeve_core::text::{one_line, storable, storable_bytes, storable_json};
use portreeve_core::time::{Span, Timestamp, from_millis, rfc3339};
use portreeve_store::{
    BridgeMessage, ReportFilter, ReportOrder, ServiceStanding, StoreError, WorkCounts,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::directory::{self, Listed};
use crate::payment;
use crate::record::Record;
use crate::signature::{BadSignature, Secrets, Signed};
use crate::webhook::Receiver;

/// Largest message that is taken, in bytes.
pub const LARGEST_MESSAGE: usize = 256 * 1024;

/// Services in a page of the whole state.
const PAGE: i64 = 1_000;

/// Open reports that an addon shows on its first page.
const OLDEST: i64 = 5;

/// Numbers for people go up to here.
const COUNTED: i64 = 10_000;

/// How long an order waits for an addon to be told.
const BEFORE_ORDER: Span = Span::from_secs(3);

/// Longest words of a module that go on record, in characters.
const MODULE_WORDS: usize = 300;

const FIRST_PAUSE: Span = Span::from_secs(2);
const LONGEST_PAUSE: Span = Span::from_mins(15);

/// Reads the rows of one kind of panel.
pub trait Rows: Send + Sync {
    /// The service of a message, as the directory keeps it; an error says what is wrong with it.
    fn listed(&self, directory: &str, service: &Value, customer: &Value) -> Result<Listed, String>;
}

/// The addon in the panel of a directory.
pub struct Bridge {
    /// The directory.
    pub directory: String,
    /// What both sides sign with.
    pub secrets: Secrets,
    /// The way to it.
    pub receiver: Box<dyn Receiver>,
    /// How its rows are read.
    pub rows: Box<dyn Rows>,
}

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// There is no such directory, or it has no bridge.
    #[error("there is no bridge to a directory {0:?}")]
    NoBridge(String),
    /// Not from somebody who has the secret.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// It can never be understood.
    #[error("{0}")]
    Unreadable(String),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is on disk.
    Taken,
    /// It was taken before.
    Before,
}

/// What happened, in the panel's words.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    data: Value,
}

#[derive(Deserialize)]
struct NamesService {
    service_id: i64,
}

/// What happens to invoices. It is not believed: whoever asked for the payment looks at the invoice.
const INVOICES: [&str; 4] =
    ["invoice.paid", "invoice.refunded", "invoice.cancelled", "invoice.unpaid"];

#[derive(Deserialize)]
struct NamesInvoice {
    invoice_id: i64,
}

/// What a panel's module said when it did not carry out an order, anybody's.
#[derive(Deserialize)]
struct OrderFailed {
    service_id: i64,
    why: String,
}

#[derive(Deserialize)]
struct ServiceChanged {
    service: Value,
    #[serde(default)]
    customer: Value,
}

/// The bridge that signed a message.
pub fn verified<'a>(
    desk: &'a Desk,
    directory: &str,
    signed: &Signed<'_>,
    body: &[u8],
) -> Result<&'a Bridge, BridgeError> {
    let missing = || BridgeError::NoBridge(directory.to_owned());
    let bridge = desk.bridge(directory).ok_or_else(missing)?;
    bridge.secrets.verify(signed, body, desk.now().as_second())?;
    Ok(bridge)
}

/// Takes a message of an addon. Its effects do no harm when they come twice, so that it is put on record
/// last.
pub async fn receive(
    desk: &Desk,
    bridge: &Bridge,
    message_id: &str,
    body: &[u8],
) -> Result<Received, BridgeError> {
    let directory = bridge.directory.as_str();
    let unreadable = |why: String| BridgeError::Unreadable(why);
    let mut body = body.to_vec();
    storable_json(&mut body);
    let told: Told = serde_json::from_slice(&body)
        .map_err(|error| unreadable(format!("the body cannot be read: {error}")))?;
    if desk.db.read().await?.has_bridge_message(directory, message_id).await? {
        return Ok(Received::Before);
    }
    let mut invoice = None;
    match told.kind.as_str() {
        "service.changed" => {
            let data: ServiceChanged = data(told.data)?;
            let row = bridge.rows.listed(directory, &data.service, &data.customer);
            directory::take(desk, row.map_err(unreadable)?).await?;
        }
        "service.removed" => {
            directory::remove(desk, &key(directory, told.data)?).await?;
        }
        "unsuspend.vetoed" => veto(desk, &key(directory, told.data)?).await?,
        "order.failed" => {
            let failed: OrderFailed = data(told.data)?;
            let service = ServiceKey {
                directory: directory.to_owned(),
                id: ServiceId::new(failed.service_id)
                    .map_err(|error| unreadable(format!("service_id {error}")))?,
            };
            order_failed(desk, &service, &failed.why).await?;
        }
        "addon.off" => tracing::warn!(
            "the addon in the panel of {directory} was deactivated: nothing there keeps held services suspended, \
             and changes are seen only at the next sync"
        ),
        kind if INVOICES.contains(&kind) => {
            let named: NamesInvoice = data(told.data)?;
            invoice = Some(named.invoice_id);
        }
        other => return Err(unreadable(format!("the type {other:?} is not known"))),
    }
    let message = BridgeMessage {
        directory: directory.to_owned(),
        message_id: message_id.to_owned(),
        kind: told.kind,
        payload: storable_bytes(&body),
    };
    let mut tx = desk.db.write().await?;
    let new = tx.add_bridge_message(&message, desk.now().as_millisecond()).await?;
    if let (Some(invoice), Some(cashier)) = (invoice, desk.cashier_for(directory)) {
        payment::ring(desk, &mut tx, &cashier.name, &invoice.to_string()).await?;
    }
    tx.commit().await?;
    if invoice.is_some() {
        desk.work.notify_waiters();
    }
    Ok(if new { Received::Taken } else { Received::Before })
}

fn data<T: for<'de> Deserialize<'de>>(data: Value) -> Result<T, BridgeError> {
    serde_json::from_value(data)
        .map_err(|error| BridgeError::Unreadable(format!("data cannot be read: {error}")))
}

fn key(directory: &str, value: Value) -> Result<ServiceKey, BridgeError> {
    let named: NamesService = data(value)?;
    let id = ServiceId::new(named.service_id)
        .map_err(|error| BridgeError::Unreadable(format!("service_id {error}")))?;
    Ok(ServiceKey { directory: directory.to_owned(), id })
}

/// The panel was about to give a service back and the addon kept it from that: the history says so. What they had suspended
/// it for is settled, so that from now on it is off for our hold alone, and free when that goes.
async fn veto(desk: &Desk, service: &ServiceKey) -> Result<(), StoreError> {
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    let mut known = tx.enforcement_alone(service).await?;
    let holders = tx.holders(service).await?;
    if holders.is_empty() {
        // The addon believed in a hold that is gone meanwhile; the service is looked at as always.
        return Ok(());
    }
    let mut events = vec![Event::Hint { hint: Hint::UnsuspendVetoed }];
    if let Some((ours, event)) = enforcement::they_let_go(&known.record, now) {
        known.record = ours;
        events.push(event);
        tx.put_enforcement(&known).await?;
    }
    let mut record = Record::new(desk);
    for holder in holders {
        record.add(holder.report, Some(service), &Actor::Desk, &events, now);
    }
    record.write(&mut tx, now).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}

/// Why an order failed, in the module's own words: the panel's API does not always pass them on.
async fn order_failed(desk: &Desk, service: &ServiceKey, why: &str) -> Result<(), StoreError> {
    let now = desk.now();
    let said = one_line(&storable(why), MODULE_WORDS);
    let mut tx = desk.db.write().await?;
    let mut record = Record::new(desk);
    for holder in tx.holders(service).await? {
        let hint = Event::Hint { hint: Hint::ModuleFailed { said: said.clone() } };
        record.add(holder.report, Some(service), &Actor::Desk, &[hint], now);
    }
    record.write(&mut tx, now).await?;
    tx.commit().await
}

/// A service as an addon is told of it.
#[derive(Debug, Serialize)]
struct Standing {
    service_id: i64,
    client_id: String,
    holds: i64,
    open: i64,
    unanswered: i64,
    oldest_open_at: Option<String>,
}

impl Standing {
    fn of(row: ServiceStanding) -> Self {
        Self {
            service_id: row.service_id,
            client_id: row.customer_id.unwrap_or_default(),
            holds: row.holds,
            open: row.open_reports,
            unanswered: row.unanswered,
            oldest_open_at: row.oldest_open_at.and_then(from_millis).map(rfc3339),
        }
    }
}

fn counts(counts: WorkCounts) -> Value {
    json!({
        "queued": counts.queued,
        "open": counts.open,
        "waiting_for_staff": counts.waiting_for_staff,
        "awaiting_approval": counts.awaiting_approval,
    })
}

/// What stands in every message: when the desk looked, and where people go.
fn frame(desk: &Desk, as_of: Timestamp) -> Value {
    let base = desk.config.public_url.as_deref().unwrap_or_default();
    json!({
        "as_of": as_of.as_millisecond(),
        "lockdown": desk.live().settings.lockdown.as_str(),
        "customer_area": format!("{base}/client"),
        "staff_area": format!("{base}/admin"),
    })
}

/// How all services of a directory stand, by id after `after`; the first page has more.
pub async fn state(desk: &Desk, directory: &str, after: i64) -> Result<Value, StoreError> {
    // Before the look, so that what changes meanwhile is newer than this.
    let as_of = desk.now();
    let mut tx = desk.db.read().await?;
    let rows = tx.service_standings(directory, after, i64::MAX, PAGE).await?;
    let whole = i64::try_from(rows.len()).is_ok_and(|rows| rows < PAGE);
    let next = if whole { None } else { rows.last().map(|row| row.service_id) };
    let mut answer = frame(desk, as_of);
    answer["directory"] = json!(directory);
    answer["services"] = json!(rows.into_iter().map(Standing::of).collect::<Vec<_>>());
    answer["next"] = json!(next);
    if after == 0 {
        answer["counts"] = counts(tx.work_counts(COUNTED).await?);
        let open = ReportFilter {
            status: Some(Status::Open),
            order: ReportOrder::Oldest,
            limit: OLDEST,
            ..ReportFilter::default()
        };
        let oldest: Vec<Value> = tx.reports(&open).await?.iter().map(brief).collect();
        answer["oldest"] = json!(oldest);
    }
    Ok(answer)
}

/// A report in a few words, for the panel's staff.
fn brief(report: &Report) -> Value {
    let (turn, deadline) = match &report.state {
        State::Open { turn, countdown } => {
            let deadline = match countdown {
                Countdown::Running { deadline, .. } => Some(rfc3339(*deadline)),
                _ => None,
            };
            (if *turn == Turn::Staff { "staff" } else { "customer" }, deadline)
        }
        State::Queued { .. } | State::Closed { .. } => ("staff", None),
    };
    let subject = report.subject.as_ref();
    json!({
        "report_id": report.id.0,
        "service_id": subject.map(|subject| subject.service.id.get()),
        "client_id": subject.map(|subject| &subject.customer_id),
        "category": report.allegation.category,
        "turn": turn,
        "opened_at": rfc3339(report.opened_at),
        "deadline_at": deadline,
    })
}

/// Tells the addon of a service's panel how the service stands. What came of it: an error says why it
/// has to be told again.
pub async fn tell(desk: &Desk, service: &ServiceKey) -> Result<Result<(), String>, StoreError> {
    let Some(bridge) = desk.bridge(&service.directory) else { return Ok(Ok(())) };
    let as_of = desk.now();
    let id = service.id.get();
    let (mut rows, known) = {
        let mut tx = desk.db.read().await?;
        let rows = tx.service_standings(&service.directory, id - 1, id, 1).await?;
        (rows, tx.service(service).await?)
    };
    let standing = rows.pop().map_or_else(
        || Standing {
            service_id: id,
            client_id: known.map(|known| known.service.customer_id).unwrap_or_default(),
            holds: 0,
            open: 0,
            unanswered: 0,
            oldest_open_at: None,
        },
        Standing::of,
    );
    let mut data = frame(desk, as_of);
    data["services"] = json!([standing]);
    let body = json!({ "type": "service.state", "timestamp": rfc3339(as_of), "data": data });
    let message = format!("state_{:032x}", rand::random::<u128>());
    let posted = bridge.receiver.post(&message, &body.to_string()).await;
    Ok(if posted.is_taken() { Ok(()) } else { Err(posted.words) })
}

/// The pause before an addon is told again.
pub(crate) fn pause(tries: i64) -> Span {
    let mut pause = FIRST_PAUSE;
    for _ in 0..tries.clamp(0, 40) {
        pause = pause.doubled_up_to(LONGEST_PAUSE);
    }
    pause
}

/// Tells an addon before an order that it might veto. When it cannot be told in time the order goes out
/// all the same; the job tells it later.
pub(crate) async fn tell_before_order(desk: &Desk, service: &ServiceKey) {
    if desk.bridge(&service.directory).is_none() {
        return;
    }
    match tokio::time::timeout(BEFORE_ORDER.to_std(), tell(desk, service)).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(why))) => tracing::warn!(%service, "the addon cannot be updated: {why}"),
        Ok(Err(error)) => tracing::warn!(%service, "the addon cannot be updated: {error}"),
        Err(_) => tracing::warn!(%service, "the addon did not answer within {BEFORE_ORDER}"),
    }
}
