//! Stopping and restarting automatic orders everywhere.

use portreeve_core::guard::Stop;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::report::SuspendMethod;
use portreeve_core::text::one_line;
use portreeve_store::{DeskState, JobKind, StoreError, Topic};

use crate::audit;
use crate::desk::Desk;
use crate::record::Record;
use crate::report::facts;

/// Suspensions that a person releases by resuming the desk.
const RELEASED_BY_RESUME: [Stop; 3] = [Stop::Paused, Stop::ClockSuspect, Stop::StoodStill];

/// Reports in one step of resuming.
const PAGE: i64 = 200;

/// Stops automatic orders on every node. What becomes due meanwhile waits.
pub async fn pause(desk: &Desk, actor: &Actor) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    let state = tx.desk_state_alone().await?;
    if state.paused_at.is_none() {
        let paused_by = Some(one_line(&actor.to_string(), 100));
        let paused_at = Some(desk.now().as_millisecond());
        tx.put_desk_state(&DeskState { paused_at, paused_by, ..state }).await?;
        tx.touch(Topic::Desk).await?;
        audit::log(&mut tx, desk.now(), actor, "paused", "").await?;
    }
    tx.commit().await
}

/// The desk's state, and the reports whose suspension would go ahead when it is resumed (the first
/// `limit` of them after `after`).
pub async fn what_would_fire(
    desk: &Desk,
    after: ReportId,
    limit: i64,
) -> Result<(DeskState, Vec<ReportId>), StoreError> {
    let mut tx = desk.db.read().await?;
    let state = tx.desk_state().await?;
    let waiting = tx.waiting_holds(&RELEASED_BY_RESUME, after, limit).await?;
    Ok((state, waiting))
}

/// Services whose orders were on their way when the desk was paused: what their holds still ask for is
/// sent once it is resumed. At most `limit`.
pub async fn orders_on_their_way(desk: &Desk, limit: i64) -> Result<Vec<String>, StoreError> {
    desk.db.read().await?.waiting_keys(JobKind::ReconcileService, limit).await
}

/// Starts automatic orders again. Suspensions that waited for this pass the guards once more: a
/// report that was closed or answered meanwhile stays free. Returns how many were ordered.
pub async fn resume(desk: &Desk, actor: &Actor) -> Result<usize, StoreError> {
    let mut tx = desk.db.write().await?;
    let state = tx.desk_state_alone().await?;
    let running = DeskState {
        paused_at: None,
        paused_by: None,
        clock_suspect: None,
        heartbeat_at: Some(desk.now().as_millisecond()),
        ..state
    };
    tx.put_desk_state(&running).await?;
    tx.touch(Topic::Desk).await?;
    audit::log(&mut tx, desk.now(), actor, "resumed", "").await?;
    tx.hurry_jobs(JobKind::ReconcileService, desk.now().as_millisecond()).await?;
    tx.commit().await?;
    let mut ordered = 0;
    let mut after = ReportId(0);
    loop {
        let (_, page) = what_would_fire(desk, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = *last;
        for id in page {
            ordered += usize::from(look_again(desk, id, actor).await?);
        }
    }
    desk.work.notify_waiters();
    Ok(ordered)
}

/// Asks the guards once more about one report. Whether its suspension was ordered.
async fn look_again(desk: &Desk, id: ReportId, actor: &Actor) -> Result<bool, StoreError> {
    let now = desk.now();
    let live = desk.live();
    let mut tx = desk.db.write().await?;
    let Some(report) = tx.report_alone(id).await? else { return Ok(false) };
    let Some(subject) = report.subject.clone() else { return Ok(false) };
    // An immediate suspension waits for no answer.
    let waits_for_answers = report.allegation.suspend_method == SuspendMethod::TimeLimit;
    let heard_until = waits_for_answers.then_some(now);
    let facts =
        facts(&mut tx, id, &subject.service, None, heard_until, &live.settings, now).await?;
    let before = report.clone();
    let (after, events) = report.look_again(&live.settings.time_limit, &facts, now);
    if after == before {
        return Ok(false);
    }
    tx.save_report(&after).await?;
    if crate::report::newly_held_automatically(&before, &after) {
        crate::report::count_suspension(&mut tx, id, now).await?;
    }
    let mut record = Record::new(desk);
    record.add(id, Some(&subject.service), actor, &events, now);
    record.write(&mut tx, now).await?;
    tx.commit().await?;
    Ok(after.holds_service())
}
