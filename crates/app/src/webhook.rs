//! Webhooks: other programs that are told what happens to reports. A delivery is stored in the transaction
//! that causes it, and made by the lane in `jobs/webhooks.rs`.

use async_trait::async_trait;
use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::report::Turn;
use portreeve_core::time::{Span, Timestamp, from_millis, rfc3339};
use portreeve_core::webhook::{Message, Topic, answered_by, message};
use portreeve_store::{
    DeliveryFilter, DeliveryRow, DeliveryState, DueDelivery, NewDelivery, NextTry, StoreError,
    TriedDelivery, Tx,
};
use rand::RngExt;
use serde::Serialize;

use crate::audit;
use crate::desk::Desk;

/// How long deliveries are kept.
pub const KEPT: Span = Span::from_mins(30 * 24 * 60);

/// Tries of a delivery, over about three days, before it is given up.
const TRIES: i64 = 24;
const PAUSE: Span = Span::from_secs(5);
const LONGEST_PAUSE: Span = Span::from_mins(360);

/// Time beyond a receiver's own limit until another process may take a delivery over.
const SPARE: Span = Span::from_secs(15);

/// How a post to a receiver ended.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The status that was answered; none: there was no answer.
    pub status: Option<u16>,
    /// When the receiver wants to be asked again.
    pub retry_after: Option<Span>,
    /// What became of it, for people.
    pub words: String,
}

impl Posted {
    /// The receiver has taken it.
    pub fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The receiver wants no more of it.
    fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

/// The way to a receiver.
#[async_trait]
pub trait Receiver: Send + Sync {
    /// Posts `body` under a message id, signed.
    async fn post(&self, id: &str, body: &str) -> Posted;

    /// Longest that a post may take.
    fn patience(&self) -> Span;

    /// Where it is, for people: with nothing secret in it.
    fn shown(&self) -> String;
}

/// A program that is told.
pub struct Webhook {
    /// Its name.
    pub name: String,
    /// What it is told.
    pub topics: Vec<Topic>,
    /// The way to it.
    pub receiver: Box<dyn Receiver>,
}

impl Webhook {
    /// Until when a delivery that is made now is ours.
    pub(crate) fn lease_until(&self, now: Timestamp) -> i64 {
        self.receiver.patience().plus(SPARE).after(now).as_millisecond()
    }
}

/// Something that may have to be told, gathered while a transaction is put on record.
#[derive(Debug)]
pub(crate) struct Happening {
    report: ReportId,
    topic: Topic,
    answered_by: Option<Turn>,
    at: Timestamp,
}

impl Happening {
    /// What of an event is told to any webhook.
    pub(crate) fn of(
        webhooks: &[Webhook],
        report: ReportId,
        event: &Event,
        at: Timestamp,
    ) -> Option<Self> {
        let topic = Topic::of(event.kind())?;
        let wanted = webhooks.iter().any(|webhook| webhook.topics.contains(&topic));
        wanted.then(|| Self { report, topic, answered_by: answered_by(event), at })
    }
}

/// Stores a delivery for each webhook that wants to know of what happened. The reports are read as they
/// stand at the end of the transaction.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    webhooks: &[Webhook],
    happenings: &[Happening],
    now: Timestamp,
) -> Result<(), StoreError> {
    if happenings.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<ReportId> = happenings.iter().map(|happening| happening.report).collect();
    ids.sort_unstable();
    ids.dedup();
    let reports = tx.reports_by_id(&ids).await?;
    let mut new = Vec::new();
    for happening in happenings {
        let Some(report) = reports.iter().find(|report| report.id == happening.report) else {
            continue;
        };
        let topic = happening.topic;
        let payload = text(&message(topic, report, happening.answered_by, happening.at));
        for webhook in webhooks.iter().filter(|webhook| webhook.topics.contains(&topic)) {
            new.push(NewDelivery {
                webhook: webhook.name.clone(),
                message_id: message_id(),
                report: Some(report.id),
                event: topic.as_str(),
                payload: payload.clone(),
            });
        }
    }
    let now = now.as_millisecond();
    tx.add_deliveries(&new, None, now, now).await?;
    Ok(())
}

fn text<T: Serialize>(message: &Message<T>) -> String {
    serde_json::to_string(message).expect("named fields of texts and numbers always make JSON")
}

fn message_id() -> String {
    format!("msg_{:032x}", rand::rng().random::<u128>())
}

/// What follows a post that ended.
pub(crate) fn judge(delivery: &DueDelivery, posted: &Posted, at: Timestamp) -> TriedDelivery {
    let next = if posted.is_taken() {
        NextTry::Delivered
    } else if posted.is_gone() || delivery.tries + 1 >= TRIES {
        NextTry::GivenUp
    } else {
        let asked = posted.retry_after.unwrap_or(Span::ZERO).min(LONGEST_PAUSE);
        let jitter = rand::rng().random_range(80..=120);
        let pause = with_jitter(pause(delivery.tries), jitter).max(asked);
        NextTry::At(pause.after(at).as_millisecond())
    };
    tried(delivery.id, posted, next, at)
}

fn tried(id: i64, posted: &Posted, next: NextTry, at: Timestamp) -> TriedDelivery {
    TriedDelivery {
        id,
        at: at.as_millisecond(),
        status: posted.status.map(i64::from),
        result: posted.words.clone(),
        next,
    }
}

fn pause(tries: i64) -> Span {
    (0..tries.clamp(0, 40)).fold(PAUSE, |pause, _| pause.doubled_up_to(LONGEST_PAUSE))
}

fn with_jitter(pause: Span, percent: i64) -> Span {
    Span::from_millis(pause.as_millis() / 100 * percent)
}

/// A webhook in a list.
#[derive(Debug, Clone, Serialize)]
pub struct WebhookView {
    /// Its name.
    pub name: String,
    /// Where it is; null when the configuration has it no more.
    pub url: Option<String>,
    /// What it is told.
    pub events: Vec<&'static str>,
    /// Deliveries that wait for their first or another try.
    pub waiting: i64,
    /// Deliveries that were made, of the last 30 days.
    pub delivered: i64,
    /// Deliveries that were given up, of the last 30 days.
    pub dead: i64,
    /// When one was made last.
    pub last_delivered_at: Option<String>,
}

/// A delivery in the log.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryView {
    /// Its number.
    pub id: i64,
    /// To which webhook.
    pub webhook: String,
    /// The id that the receiver sees.
    pub message_id: String,
    /// About which report.
    pub report_id: Option<i64>,
    /// What happened.
    pub event: String,
    /// `waiting`, `delivered` or `dead`.
    pub state: &'static str,
    /// How often it was tried since it was asked for.
    pub tries: i64,
    /// The status that was answered last.
    pub status: Option<i64>,
    /// What became of the last try.
    pub result: Option<String>,
    /// When the event happened.
    pub created_at: String,
    /// When it was tried last.
    pub tried_at: Option<String>,
    /// When it is tried next.
    pub next_try_at: Option<String>,
    /// When it was delivered or given up.
    pub ended_at: Option<String>,
    /// What is sent, byte for byte.
    pub payload: String,
}

/// Why something cannot be done with a webhook or a delivery.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The configuration has no such webhook.
    #[error("the configuration has no webhook {0:?}")]
    NoWebhook(String),
    /// There is no such delivery.
    #[error("there is no delivery {0}; deliveries are kept for 30 days")]
    NoDelivery(i64),
    /// It goes out at this moment.
    #[error("delivery {0} is being made at this moment")]
    InHand(i64),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All webhooks by name: the configured ones, and former ones that still have deliveries.
pub async fn list(desk: &Desk) -> Result<Vec<WebhookView>, StoreError> {
    let counts = desk.db.read().await?.count_deliveries().await?;
    let mut names: Vec<&str> = desk.webhooks.iter().map(|webhook| webhook.name.as_str()).collect();
    names.extend(counts.iter().map(|count| count.webhook.as_str()));
    names.sort_unstable();
    names.dedup();
    let view = |name: &str| {
        let webhook = desk.webhooks.iter().find(|webhook| webhook.name == name);
        let of = |state| counts.iter().find(|c| c.webhook == name && c.state == state);
        let count = |state| of(state).map_or(0, |count| count.count);
        let topics = webhook.map(|webhook| webhook.topics.as_slice()).unwrap_or_default();
        WebhookView {
            name: name.to_owned(),
            url: webhook.map(|webhook| webhook.receiver.shown()),
            events: topics.iter().map(|topic| topic.as_str()).collect(),
            waiting: count(DeliveryState::Waiting),
            delivered: count(DeliveryState::Delivered),
            dead: count(DeliveryState::Dead),
            last_delivered_at: of(DeliveryState::Delivered)
                .and_then(|count| count.newest)
                .map(instant),
        }
    };
    Ok(names.into_iter().map(view).collect())
}

/// Deliveries that a filter lets through, newest first.
pub async fn deliveries(
    desk: &Desk,
    filter: &DeliveryFilter,
) -> Result<Vec<DeliveryView>, StoreError> {
    let rows = desk.db.read().await?.deliveries(filter).await?;
    Ok(rows.into_iter().map(delivery_view).collect())
}

/// Lets a delivery begin again: the same bytes under the same id.
pub async fn replay(desk: &Desk, actor: &Actor, id: i64) -> Result<(), WebhookError> {
    let mut tx = desk.db.write().await?;
    let row = tx.delivery(id).await?.ok_or(WebhookError::NoDelivery(id))?;
    configured(desk, &row.webhook)?;
    if !tx.replay_delivery(id, desk.now().as_millisecond()).await? {
        return Err(WebhookError::InHand(id));
    }
    let detail = format!("delivery {id} to {}", row.webhook);
    audit::log(&mut tx, desk.now(), actor, "delivery_replayed", &detail).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}

/// What a trial message tells.
#[derive(Debug, Serialize)]
struct Trial<'a> {
    webhook: &'a str,
}

/// Sends a trial message to a webhook at once, whatever it wants to be told, and returns its line of the
/// log. It is not tried again.
pub async fn test(desk: &Desk, name: &str) -> Result<DeliveryView, WebhookError> {
    let webhook = configured(desk, name)?;
    let now = desk.now();
    let trial = Message {
        kind: "webhook.test".to_owned(),
        timestamp: rfc3339(now),
        data: Trial { webhook: name },
    };
    let new = NewDelivery {
        webhook: name.to_owned(),
        message_id: message_id(),
        report: None,
        event: "test",
        payload: text(&trial),
    };
    // Claimed from the beginning, so that no desk sends it too.
    let lease = format!("{:032x}", rand::rng().random::<u128>());
    let mut tx = desk.db.write().await?;
    let until = webhook.lease_until(now);
    let ids = tx
        .add_deliveries(std::slice::from_ref(&new), Some(&lease), until, now.as_millisecond())
        .await?;
    tx.commit().await?;
    let posted = webhook.receiver.post(&new.message_id, &new.payload).await;
    let next = if posted.is_taken() { NextTry::Delivered } else { NextTry::GivenUp };
    let id = ids.first().copied().unwrap_or_default();
    let mut tx = desk.db.write().await?;
    tx.end_try(&tried(id, &posted, next, desk.now()), &lease).await?;
    let row = tx.delivery(id).await?.ok_or(WebhookError::NoDelivery(id))?;
    tx.commit().await?;
    Ok(delivery_view(row))
}

fn configured<'a>(desk: &'a Desk, name: &str) -> Result<&'a Webhook, WebhookError> {
    let found = desk.webhooks.iter().find(|webhook| webhook.name == name);
    found.ok_or_else(|| WebhookError::NoWebhook(name.to_owned()))
}

fn instant(millis: i64) -> String {
    from_millis(millis).map(rfc3339).unwrap_or_default()
}

fn delivery_view(row: DeliveryRow) -> DeliveryView {
    let state = row.state;
    let next_try_at = (state == DeliveryState::Waiting).then(|| instant(row.run_at));
    DeliveryView {
        id: row.id,
        webhook: row.webhook,
        message_id: row.message_id,
        report_id: row.report.map(|report| report.0),
        event: row.event,
        state: state.as_str(),
        tries: row.tries,
        status: row.status,
        result: row.result,
        created_at: instant(row.created_at),
        tried_at: row.tried_at.map(instant),
        next_try_at,
        ended_at: row.ended_at.map(instant),
        payload: row.payload,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(tries: i64) -> DueDelivery {
        DueDelivery { id: 1, message_id: "msg_1".into(), payload: "{}".into(), tries }
    }

    fn posted(status: Option<u16>) -> Posted {
        Posted { status, retry_after: None, words: "so".into() }
    }

    fn next(tries: i64, posted: &Posted) -> NextTry {
        let at = from_millis(0).expect("in range");
        judge(&due(tries), posted, at).next
    }

    #[test]
    fn what_is_answered_decides_what_follows() {
        for status in [200, 202, 204, 299] {
            assert_eq!(next(0, &posted(Some(status))), NextTry::Delivered);
        }
        for status in [199, 301, 307, 400, 404, 409, 429, 500, 503] {
            assert!(matches!(next(0, &posted(Some(status))), NextTry::At(_)), "{status}");
        }
        assert!(matches!(next(0, &posted(None)), NextTry::At(_)));
        assert_eq!(next(0, &posted(Some(410))), NextTry::GivenUp);
        assert_eq!(next(TRIES - 1, &posted(None)), NextTry::GivenUp);
        assert_eq!(next(TRIES - 1, &posted(Some(200))), NextTry::Delivered);
    }

    #[test]
    fn tries_go_on_for_about_three_days() {
        let hours = |percent| {
            let all = (0..TRIES - 1).map(|tries| with_jitter(pause(tries), percent).as_millis());
            all.sum::<i64>() / 3_600_000
        };
        assert!((54..=60).contains(&hours(80)), "{}", hours(80));
        assert!((68..=76).contains(&hours(100)), "{}", hours(100));
        assert!((82..=90).contains(&hours(120)), "{}", hours(120));
    }

    #[test]
    fn a_receiver_may_ask_for_a_longer_pause_within_bounds() {
        let asks =
            |seconds| Posted { retry_after: Some(Span::from_secs(seconds)), ..posted(Some(503)) };
        assert_eq!(next(0, &asks(120)), NextTry::At(120_000));
        assert_eq!(next(0, &asks(1_000_000)), NextTry::At(LONGEST_PAUSE.as_millis()));
        assert!(matches!(next(0, &asks(1)), NextTry::At(4_000..=6_000)));
    }
}
