//! What the desk has to do, in figures: what waits for a person now, and how the last days went.

use std::time::Duration;

use portreeve_core::time::Timestamp;
use portreeve_store::{DayFigures, StoreError, Waiting};
use tokio::sync::watch;

use crate::desk::Desk;
use crate::{abuse_form, draft, search, staff};

/// Counted up to this; more is shown as "1000+".
pub const BOUND: i64 = 1_000;

/// Days that are shown.
pub const DAYS: i64 = 30;

/// How often what is done by the way is done.
const BY_THE_WAY: Duration = Duration::from_secs(1);

/// Rounds of reading words before it is somebody else's turn.
const ROUNDS: usize = 20;

/// Links that are forgotten at a time.
const LINKS: i64 = 50_000;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// The day of an instant: days since 1970, UTC.
pub fn day_of(at: Timestamp) -> i64 {
    at.as_millisecond().div_euclid(DAY_MS)
}

/// How much waits for a person.
pub async fn waiting(desk: &Desk) -> Result<Waiting, StoreError> {
    let now = desk.now().as_millisecond();
    desk.db.read().await?.waiting_for_people(now, BOUND).await
}

/// What happened on each of the last [`DAYS`] days, by category. Days that are over were counted once; of
/// today nothing is in it.
pub async fn figures(desk: &Desk) -> Result<Vec<DayFigures>, StoreError> {
    let today = day_of(desk.now());
    let rows = desk.db.read().await?.daily_figures(today - DAYS, today - 1).await?;
    Ok(rows.into_iter().filter(|row| !row.category.is_empty()).collect())
}

/// Counts one day that is over and was not counted yet. Whether there was one.
pub async fn count_a_day(desk: &Desk) -> Result<bool, StoreError> {
    let today = day_of(desk.now());
    let mut tx = desk.db.read().await?;
    let counted = tx.daily_figures(today - DAYS, today - 1).await?;
    let is_counted =
        |day: &i64| counted.iter().any(|row| row.day == *day && row.category.is_empty());
    let Some(day) = (today - DAYS..today).rev().find(|day| !is_counted(day)) else {
        return Ok(false);
    };
    let from = tx.first_event_since(day * DAY_MS).await?;
    let to = tx.first_event_since((day + 1) * DAY_MS).await?;
    let figures = tx.count_events(day, from, to).await?;
    drop(tx);
    let mut tx = desk.db.write().await?;
    tx.put_daily_figures(day, &figures).await?;
    // Once a day is often enough for what nobody can use any more.
    tx.forget_client_links(desk.now().as_millisecond(), LINKS).await?;
    abuse_form::forget_old(&mut tx, desk.now()).await?;
    draft::forget_old(&mut tx, desk.now()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Does by the way what nobody waits for: words are read, credentials' calls written down, days counted.
pub async fn by_the_way(desk: &Desk, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = once(desk).await {
            tracing::warn!("search words, calls or daily figures could not be stored: {error}");
        }
        let pause = tokio::time::sleep(BY_THE_WAY);
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = pause => {}
        }
    }
    if let Err(error) = staff::write_calls_down(desk).await {
        tracing::warn!("the latest calls of credentials could not be stored: {error}");
    }
}

async fn once(desk: &Desk) -> Result<(), StoreError> {
    staff::write_calls_down(desk).await?;
    for _ in 0..ROUNDS {
        // Whoever waits for a report to be stored goes first; who looks for words reads what is left.
        if desk.metrics.callers_wait() || !search::read_words(desk).await? {
            break;
        }
    }
    count_a_day(desk).await?;
    Ok(())
}
