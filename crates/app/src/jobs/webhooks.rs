//! The lanes of the webhooks, one for each: a receiver that is slow or away holds up nobody but itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use portreeve_core::time::Timestamp;
use portreeve_store::{DueDelivery, StoreError, TriedDelivery};
use rand::RngExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::runner::POLL;
use crate::desk::Desk;
use crate::webhook::{Webhook, judge};

/// Posts to one receiver that run at the same time.
const AT_ONCE: usize = 8;

/// While callers wait for their reports to be stored, a lane takes the writer's place no more often than
/// this.
const COURTESY: Duration = Duration::from_millis(20);

/// Pause after a database error.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// How long posts that run may go on when the desk stops. What is cut off goes out again, under the same
/// id, when its lease has run out.
const LAST_POSTS: Duration = Duration::from_secs(3);

/// A try that ended, and the lease that it was made under.
type Ended = (TriedDelivery, String);

/// Delivers to every webhook until `stop` turns true.
pub(super) async fn run(desk: Arc<Desk>, stop: watch::Receiver<bool>) {
    let mut lanes = JoinSet::new();
    for index in 0..desk.webhooks.len() {
        lanes.spawn(lane(Arc::clone(&desk), index, stop.clone()));
    }
    while lanes.join_next().await.is_some() {}
}

async fn lane(desk: Arc<Desk>, index: usize, mut stop: watch::Receiver<bool>) {
    let Some(webhook) = desk.webhooks.get(index) else { return };
    let mut posts: JoinSet<Ended> = JoinSet::new();
    let mut ended: Vec<Ended> = Vec::new();
    let mut turned_at = Instant::now();
    while !*stop.borrow() {
        // Listening begins before the look, so that no ring in between is missed.
        let rung = desk.work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        if desk.metrics.callers_wait() {
            tokio::time::sleep(COURTESY.saturating_sub(turned_at.elapsed())).await;
        }
        turned_at = Instant::now();
        match turn(&desk, webhook, &ended, AT_ONCE - posts.len()).await {
            Ok((claimed, lease)) => {
                ended.clear();
                for delivery in claimed {
                    posts.spawn(post(Arc::clone(&desk), index, delivery, lease.clone()));
                }
            }
            Err(error) => {
                tracing::warn!(webhook = webhook.name, "cannot continue deliveries: {error}");
                if !error.is_unavailable() {
                    // Their leases run out and they are made again under the same ids.
                    ended.clear();
                }
                tokio::time::sleep(AFTER_ERROR).await;
            }
        }
        tokio::select! {
            Some(done) = posts.join_next() => ended.extend(done),
            () = &mut rung, if posts.len() < AT_ONCE => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stop.changed() => {}
        }
        while let Some(done) = posts.try_join_next() {
            ended.extend(done);
        }
    }
    let last = async {
        while let Some(done) = posts.join_next().await {
            ended.extend(done);
        }
    };
    drop(tokio::time::timeout(LAST_POSTS, last).await);
    if let Err(error) = turn(&desk, webhook, &ended, 0).await {
        tracing::warn!(webhook = webhook.name, "cannot store the result of deliveries: {error}");
    }
}

/// Writes down what ended and claims up to `free` that are due, with one commit.
async fn turn(
    desk: &Desk,
    webhook: &Webhook,
    ended: &[Ended],
    free: usize,
) -> Result<(Vec<DueDelivery>, String), StoreError> {
    let nothing = || (Vec::new(), String::new());
    let now = desk.now();
    let millis = now.as_millisecond();
    let is_due = free > 0 && desk.db.read().await?.delivery_is_due(&webhook.name, millis).await?;
    if ended.is_empty() && !is_due {
        return Ok(nothing());
    }
    let mut tx = desk.db.write().await?;
    for (tried, lease) in ended {
        tx.end_try(tried, lease).await?;
    }
    let (mut claimed, lease) = nothing();
    let lease = if is_due { format!("{:032x}", rand::rng().random::<u128>()) } else { lease };
    if is_due {
        let until = webhook.lease_until(now);
        let limit = i64::try_from(free).unwrap_or(1);
        claimed = tx.claim_deliveries(&webhook.name, &lease, until, limit, millis).await?;
    }
    tx.commit().await?;
    Ok((claimed, lease))
}

async fn post(desk: Arc<Desk>, index: usize, delivery: DueDelivery, lease: String) -> Ended {
    let webhook = &desk.webhooks[index];
    let posted = webhook.receiver.post(&delivery.message_id, &delivery.payload).await;
    let now: Timestamp = desk.now();
    if !posted.is_taken() {
        let name = &webhook.name;
        tracing::info!(webhook = name, delivery.id, "not delivered: {}", posted.words);
    }
    let tried = judge(&delivery, &posted, now);
    desk.metrics.tried_delivery(&webhook.name, tried.next);
    (tried, lease)
}
