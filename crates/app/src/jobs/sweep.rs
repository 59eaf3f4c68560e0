//! The sweep: reads the state and puts right what time has made due. It has no input, so missing one
//! does no harm.

use std::time::Duration;

use portreeve_core::event::{Event, Job};
use portreeve_core::guard::{Clock as ClockTrust, Facts, Mails};
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::report::{Countdown, OnReply, Report, State};
use portreeve_core::settings::Settings;
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_store::{DeskState, StoreError, Tx};
use tokio::sync::watch;

use crate::desk::Desk;
use crate::notice::{alert, summary};
use crate::record::{Record, to_row};
use crate::report::{count_suspension, facts, newly_held_automatically};

/// How often it runs.
const EVERY: Duration = Duration::from_millis(250);

/// Reports that are woken in one sweep; the rest follow in the next.
const WAKE: i64 = 500;

/// Reports that are woken in one transaction: a commit for each would make a big deadline slow, and a long
/// transaction would keep callers waiting.
const WAKE_AT_ONCE: usize = 32;

/// A deadline that is put off because mail is unread is looked at again after this long. Meanwhile others have their turn:
/// however many are put off, a sweep looks at no more than [`WAKE`].
const PUT_OFF: Span = Span::from_secs(2);

/// A report about which a customer could not be told of further complaints is tried again after this long.
const TELL_AGAIN: Span = Span::from_mins(60);

/// The slow pass looks at a service this often at the most ...
const LOOK_AT_MOST_EVERY: Span = Span::from_secs(30);

/// ... and at no more than this many services a second, so that panels are left in peace.
const LOOKS_A_SECOND: i64 = 2;

/// How often the heartbeat is written at the least.
const HEARTBEAT: Span = Span::from_secs(5);

/// A wall clock that runs this far from the monotonic one has jumped.
const JUMP: Span = Span::from_mins(5);

/// How often it is looked whether incoming mail is read in time.
const WATCH_READING_EVERY: Span = Span::from_secs(10);

/// How often old idempotency keys are forgotten.
const TIDY_EVERY: Span = Span::from_mins(10);

/// Old deliveries that are forgotten at a time.
const DELIVERIES_AT_A_TIME: i64 = 20_000;

/// How long it is kept how many notices a mailbox got in its hour.
const MAILBOX_HOURS: Span = Span::from_mins(24 * 60);

/// Bytes of files that nobody has any more are forgotten after this long. Who attaches the same bytes meanwhile finds
/// them.
const CONTENTS_KEPT: Span = Span::from_mins(60);

/// Such files that are forgotten at a time: each may have a hundred megabytes.
const CONTENTS_AT_A_TIME: i64 = 10;

/// What one process remembers between sweeps.
#[derive(Debug, Default)]
pub struct Sweeper {
    last: Option<(Timestamp, Duration)>,
    heartbeat_at: Option<Timestamp>,
    looked_at: Option<Timestamp>,
    tidied_at: Option<Timestamp>,
    watched_reading_at: Option<Timestamp>,
    /// The last summary of a day that was looked after.
    summary: Option<Timestamp>,
}

/// Sweeps until `stop` turns true.
pub async fn sweep(desk: &Desk, mut stop: watch::Receiver<bool>) {
    let mut sweeper = Sweeper::default();
    while !*stop.borrow() {
        if let Err(error) = sweeper.once(desk).await {
            tracing::warn!("a sweep failed and will be repeated: {error}");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

impl Sweeper {
    /// One sweep.
    pub async fn once(&mut self, desk: &Desk) -> Result<(), StoreError> {
        let now = desk.now();
        let live = desk.live();
        let jumped = self.jumped(now, desk.clock.monotonic());
        self.beat(desk, &live.settings, jumped, now).await?;
        let due = due(desk, &live.settings, now).await?;
        let woken = !due.is_empty();
        for batch in due.chunks(WAKE_AT_ONCE) {
            wake_all(desk, batch, &live.settings).await?;
        }
        if woken {
            desk.work.notify_waiters();
        }
        tell_more(desk, now).await?;
        self.look(desk, now).await?;
        self.watch_reading(desk, now).await?;
        summary::enqueue(desk, &live.settings, &mut self.summary, now).await?;
        self.tidy(desk, now).await
    }

    /// How far the wall clock ran from the monotonic one since the last sweep, if too far.
    fn jumped(&mut self, now: Timestamp, monotonic: Duration) -> Option<String> {
        let (then, then_monotonic) = self.last.replace((now, monotonic))?;
        let wall = now.as_millisecond() - then.as_millisecond();
        let real = monotonic.saturating_sub(then_monotonic).as_millis();
        let off = wall - i64::try_from(real).unwrap_or(i64::MAX);
        (off.abs() >= JUMP.as_millis()).then(|| {
            let direction = if off > 0 { "forward" } else { "back" };
            format!("the clock jumped {direction} by {}", Span::from_millis(off.abs()))
        })
    }

    /// Writes the heartbeat, and notices when there was none for long.
    async fn beat(
        &mut self,
        desk: &Desk,
        settings: &Settings,
        jumped: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let third = Span::from_millis(settings.long_stop.as_millis() / 3).max(Span::from_secs(1));
        let interval = HEARTBEAT.min(third);
        let recent = self.heartbeat_at.is_some_and(|at| Span::between(at, now) < interval);
        let went_back = self.heartbeat_at.is_some_and(|at| at > now);
        if recent && !went_back && jumped.is_none() {
            return Ok(());
        }
        let mut tx = desk.db.write().await?;
        let before = tx.desk_state_alone().await?;
        let state = after_heartbeat(before, settings.long_stop, jumped, now);
        tx.put_desk_state(&state).await?;
        tx.commit().await?;
        self.heartbeat_at = Some(now);
        Ok(())
    }

    /// The slow pass over services with a hold or an order that is out.
    async fn look(&mut self, desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
        let passed = self.looked_at.map_or(Span::from_secs(1), |at| Span::between(at, now));
        let allowed = passed.as_millis().min(5_000) * LOOKS_A_SECOND / 1_000;
        if allowed == 0 {
            return Ok(());
        }
        self.looked_at = Some(now);
        let before = LOOK_AT_MOST_EVERY.before(now).as_millisecond();
        let services = desk.db.read().await?.services_to_look_at(before, allowed).await?;
        if services.is_empty() {
            return Ok(());
        }
        // A job that waits for its next try already is left in peace.
        let jobs: Vec<_> =
            services.into_iter().map(|key| to_row(&Job::ReconcileService(key))).collect();
        let mut tx = desk.db.write().await?;
        tx.enqueue_if_absent(&jobs, now.as_millisecond()).await?;
        tx.commit().await?;
        desk.work.notify_waiters();
        Ok(())
    }

    /// Looks whether incoming mail is read in time.
    async fn watch_reading(&mut self, desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
        let recent = self.watched_reading_at.is_some_and(|at| {
            // A clock that went back makes nobody wait.
            at <= now && Span::between(at, now) < WATCH_READING_EVERY
        });
        if recent {
            return Ok(());
        }
        self.watched_reading_at = Some(now);
        alert::watch_reading(desk, now).await
    }

    async fn tidy(&mut self, desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
        if self.tidied_at.is_some_and(|at| Span::between(at, now) < TIDY_EVERY) {
            return Ok(());
        }
        self.tidied_at = Some(now);
        let mut tx = desk.db.write().await?;
        let before = crate::report::KEYS_LIVE.before(now).as_millisecond();
        tx.forget_idempotency_keys(before).await?;
        tx.forget_complaint_keys(before).await?;
        let before = crate::intake::receipt::ONE_WITHIN.before(now).as_millisecond();
        tx.forget_receipts(before).await?;
        let before = crate::intake::trust::SIGNATURES_KEPT.before(now).as_millisecond();
        tx.forget_signatures(before, DELIVERIES_AT_A_TIME).await?;
        let before = crate::webhook::KEPT.before(now).as_millisecond();
        // What is too much for one time comes the next time: a long transaction keeps others waiting.
        tx.forget_deliveries(before, DELIVERIES_AT_A_TIME).await?;
        tx.forget_bridge(before, now.as_millisecond()).await?;
        let before = MAILBOX_HOURS.before(now).as_millisecond();
        tx.forget_mailbox_hours(before, DELIVERIES_AT_A_TIME).await?;
        tx.commit().await?;
        let mut tx = desk.db.write().await?;
        let before = CONTENTS_KEPT.before(now).as_millisecond();
        tx.forget_contents(before, CONTENTS_AT_A_TIME).await?;
        tx.commit().await
    }
}

/// Reports that time has something to do for. While a mail is unread that may be about any of them, all deadlines that came
/// after it are put off, with one statement: there may be many. [`wake`] looks at each once more.
async fn due(
    desk: &Desk,
    settings: &Settings,
    now: Timestamp,
) -> Result<Vec<ReportId>, StoreError> {
    let millis = now.as_millisecond();
    let mut tx = desk.db.read().await?;
    let due = tx.reports_to_wake(millis, WAKE).await?;
    let unread = if due.is_empty() || settings.time_limit.on_reply == OnReply::Ignore {
        None
    } else {
        tx.unread_about_any_since().await?
    };
    drop(tx);
    let Some(since) = unread else { return Ok(due) };
    let mut tx = desk.db.write().await?;
    tx.put_off_deadlines(since, millis, PUT_OFF.after(now).as_millisecond(), WAKE).await?;
    let due = tx.reports_to_wake(millis, WAKE).await?;
    tx.commit().await?;
    Ok(due)
}

/// Customers are told of complaints that came since they were told last.
async fn tell_more(desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
    let due = desk.db.read().await?.reports_to_tell(now.as_millisecond(), WAKE).await?;
    for id in &due {
        match tell_more_of(desk, *id, now).await {
            Err(error) if error.is_unavailable() => return Err(error),
            // One report that cannot be read must not keep the others waiting, nor come again with every sweep.
            Err(error) => {
                tracing::error!(
                    report.id = id.0,
                    "cannot tell of further complaints about report {id}: {error}"
                );
                let mut tx = desk.db.write().await?;
                tx.tell_later(*id, TELL_AGAIN.after(now).as_millisecond()).await?;
                tx.commit().await?;
            }
            Ok(()) => {}
        }
    }
    if !due.is_empty() {
        desk.work.notify_waiters();
    }
    Ok(())
}

async fn tell_more_of(desk: &Desk, id: ReportId, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    let report = tx.report_alone(id).await?;
    let row = tx.incidents_of_report(id).await?;
    let (Some(report), Some(mut row)) = (report, row) else { return Ok(()) };
    // Another node was here first.
    if row.tell_at.is_none_or(|at| at > now.as_millisecond()) {
        return Ok(());
    }
    row.tell_at = None;
    let count = u64::try_from(row.complaints - row.told).unwrap_or_default();
    let service = report.subject.as_ref().map(|subject| &subject.service);
    if count > 0 && matches!(report.state, State::Open { .. }) {
        (row.told, row.told_at) = (row.complaints, now.as_millisecond());
        let mut record = Record::new(desk);
        let more = Event::MoreComplaints { count };
        record.add(id, service, &Actor::Desk, &[more], now);
        record.write(&mut tx, now).await?;
    }
    tx.put_incidents_of_report(&row).await?;
    tx.commit().await
}

/// The desk's state after a heartbeat at `now`.
fn after_heartbeat(
    before: DeskState,
    long_stop: Span,
    jumped: Option<String>,
    now: Timestamp,
) -> DeskState {
    let mut state = before;
    if let Some(last) = state.heartbeat_at.and_then(from_millis) {
        if Span::between(now, last) >= JUMP && state.clock_suspect.is_none() {
            let by = Span::between(now, last);
            state.clock_suspect = Some(format!("the clock is {by} behind the last heartbeat"));
        }
        if Span::between(last, now) > long_stop {
            // A stop that follows another soon is told as one, so that nothing slips between.
            let earlier = state.still_from.filter(|_| {
                state.still_to.is_some_and(|to| now.as_millisecond() - to < 86_400_000)
            });
            state.still_from = Some(earlier.unwrap_or(last.as_millisecond()));
            state.still_to = Some(now.as_millisecond());
        }
    }
    if state.clock_suspect.is_none() {
        state.clock_suspect = jumped;
    }
    // While the clock is suspect the heartbeat stays where it was trusted last.
    if state.clock_suspect.is_none() {
        state.heartbeat_at = Some(now.as_millisecond());
    }
    state
}

/// Lets time pass for reports, in one transaction if they can all be read.
async fn wake_all(desk: &Desk, ids: &[ReportId], settings: &Settings) -> Result<(), StoreError> {
    match wake_in_one(desk, ids, settings).await {
        Err(error) if !error.is_unavailable() => {
            // One report that cannot be read must not keep the others waiting.
            for id in ids {
                match wake_in_one(desk, &[*id], settings).await {
                    Err(error) if error.is_unavailable() => return Err(error),
                    Err(error) => tracing::error!(
                        report.id = id.0,
                        "cannot carry out the deadline or reminder of report {id}: {error}"
                    ),
                    Ok(()) => {}
                }
            }
            Ok(())
        }
        result => result,
    }
}

async fn wake_in_one(desk: &Desk, ids: &[ReportId], settings: &Settings) -> Result<(), StoreError> {
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    let mut record = Record::new(desk);
    let mut changed = false;
    for id in ids {
        changed |= wake(&mut tx, &mut record, *id, settings, now).await?;
    }
    if !changed {
        return Ok(());
    }
    record.write(&mut tx, now).await?;
    tx.commit().await
}

/// Lets time pass for one report; whether anything came of it. Reports that others hold are passed over,
/// so nothing is waited for while the desk's own row is held from the report before.
async fn wake(
    tx: &mut Tx,
    record: &mut Record<'_>,
    id: ReportId,
    settings: &Settings,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(report) = tx.report_to_wake(id, now.as_millisecond()).await? else { return Ok(false) };
    let Some(subject) = report.subject.clone() else { return Ok(false) };
    let facts = if report.deadline_is_due(now) {
        let due = deadline(&report);
        facts(tx, id, &subject.service, due, due, settings, now).await?
    } else {
        nothing_known()
    };
    if report.is_put_off(&settings.time_limit, &facts, now) {
        tx.put_off_report(id, PUT_OFF.after(now).as_millisecond()).await?;
        return Ok(true);
    }
    let before = report.clone();
    let (after, events) = report.tick(&settings.time_limit, &facts, now);
    if after == before {
        return Ok(false);
    }
    tx.save_report(&after).await?;
    if newly_held_automatically(&before, &after) {
        count_suspension(tx, id, now).await?;
    }
    record.add(id, Some(&subject.service), &Actor::Desk, &events, now);
    Ok(true)
}

fn deadline(report: &Report) -> Option<Timestamp> {
    match report.state {
        State::Open { countdown: Countdown::Running { deadline, .. }, .. } => Some(deadline),
        _ => None,
    }
}

/// For a reminder, which no guard looks at. Would stop every suspension.
fn nothing_known() -> Facts {
    Facts {
        service: None,
        customer_was_told: false,
        mails: Mails::Waiting,
        within_hourly_limit: false,
        clock: ClockTrust::Suspect,
        paused: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        from_millis(1_700_000_000_000 + minutes * 60_000).expect("in range")
    }

    fn beat(before: DeskState, minutes: i64) -> DeskState {
        after_heartbeat(before, Span::from_mins(60), None, at(minutes))
    }

    #[test]
    fn a_short_stop_is_nothing_and_a_long_one_is_remembered() {
        let first = beat(DeskState::default(), 0);
        let short = beat(first, 59);
        assert_eq!(short.still_from, None);
        let long = beat(short, 59 + 61);
        assert_eq!(long.still_from, Some(at(59).as_millisecond()));
        assert_eq!(long.still_to, Some(at(120).as_millisecond()));
        let longer = beat(long, 120 + 70);
        assert_eq!(longer.still_from, Some(at(59).as_millisecond()));
    }

    #[test]
    fn a_clock_that_went_back_is_suspect_until_staff_resume() {
        let first = beat(DeskState::default(), 60);
        let back = beat(first, 50);
        assert!(back.clock_suspect.is_some());
        assert_eq!(back.heartbeat_at, Some(at(60).as_millisecond()));
        assert!(beat(back, 61).clock_suspect.is_some());
    }

    #[test]
    fn a_jump_is_seen_against_the_monotonic_clock() {
        let mut sweeper = Sweeper::default();
        let second = Duration::from_secs(1);
        assert_eq!(sweeper.jumped(at(0), second), None);
        assert_eq!(sweeper.jumped(at(4), second * 2), None);
        assert!(sweeper.jumped(at(64), second * 3).is_some_and(|why| why.contains("forward")));
        assert!(sweeper.jumped(at(10), second * 4).is_some_and(|why| why.contains("back")));
    }
}
