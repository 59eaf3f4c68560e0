//! Taking back what a credential, a token or a member of staff did since an instant: first as a list of what
//! would be done, then in earnest.

use std::collections::BTreeMap;

use portreeve_core::event::{Kind, Undo};
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::report::{Countdown, Hold, Outcome, Report, State};
use portreeve_core::time::Timestamp;
use portreeve_store::StoreError;

use crate::desk::Desk;
use crate::report::{Act, ActError, act};

/// Acts that are read at a time.
const AT_ONCE: i64 = 10_000;

/// What is done to one report to take something back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It was opened: it is closed as unfounded, and its hold goes.
    Close,
    /// Its service was suspended: the hold is released.
    Release,
    /// A suspension was let through or asked for and waits: it is refused.
    Refuse,
    /// Its deadline was cancelled: it is restored with the time that was left.
    RestoreDeadline,
    /// A deadline was set: it is cancelled.
    CancelDeadline,
    /// It was closed: it is open again. Nothing is suspended again by itself.
    Reopen,
    /// What was done cannot be taken back, or is so no more: answers and mails are sent, a service that was
    /// freed stays free.
    Nothing,
}

impl Step {
    /// A word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Release => "release",
            Self::Refuse => "refuse",
            Self::RestoreDeadline => "restore_deadline",
            Self::CancelDeadline => "cancel_deadline",
            Self::Reopen => "reopen",
            Self::Nothing => "nothing",
        }
    }
}

/// One report, and what is to be done to it.
#[derive(Debug, Clone)]
pub struct Undone {
    /// Which report.
    pub report: ReportId,
    /// What was done to it.
    pub done: Vec<Kind>,
    /// What is to be done.
    pub step: Step,
}

/// What taking back would do. `actor` is written as in the history: `api:7`, `token:3 (alice)`,
/// `staff:alice`.
pub async fn preview(
    desk: &Desk,
    actor: &str,
    since: Timestamp,
) -> Result<Vec<Undone>, StoreError> {
    let mut tx = desk.db.read().await?;
    let since = since.as_millisecond();
    let mut from = tx.first_event_since(since).await?;
    let mut by_report: BTreeMap<i64, Vec<Kind>> = BTreeMap::new();
    loop {
        let rows = tx.done_by(actor, from, AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        from = last.id + 1;
        for row in rows.into_iter().filter(|row| row.at >= since) {
            let done = by_report.entry(row.report_id).or_default();
            if !done.contains(&row.kind) {
                done.push(row.kind);
            }
        }
    }
    let ids: Vec<ReportId> = by_report.keys().copied().map(ReportId).collect();
    let reports = tx.reports_by_id(&ids).await?;
    let mut undone = Vec::with_capacity(ids.len());
    for (id, done) in by_report {
        let report = reports.iter().find(|report| report.id.0 == id);
        let step = report.map_or(Step::Nothing, |report| step(report, &done));
        undone.push(Undone { report: ReportId(id), done, step });
    }
    Ok(undone)
}

/// What takes back what was done to a report, as it stands now.
fn step(report: &Report, done: &[Kind]) -> Step {
    let asks_for = |undo: Undo| done.iter().any(|kind| kind.undo() == Some(undo));
    let is_closed = matches!(report.state, State::Closed { .. });
    match report.hold {
        _ if asks_for(Undo::Close) && !is_closed => Step::Close,
        Hold::Placed { .. } if asks_for(Undo::Release) => Step::Release,
        Hold::Waiting { .. } if asks_for(Undo::Refuse) => Step::Refuse,
        _ if asks_for(Undo::Reopen) && is_closed => Step::Reopen,
        _ if asks_for(Undo::RestoreDeadline) && has_lifted_deadline(report) => {
            Step::RestoreDeadline
        }
        _ if asks_for(Undo::CancelDeadline) && has_deadline(report) => Step::CancelDeadline,
        _ => Step::Nothing,
    }
}

fn has_deadline(report: &Report) -> bool {
    use Countdown::{Paused, Running};
    matches!(report.state, State::Open { countdown: Running { .. } | Paused { .. }, .. })
}

fn has_lifted_deadline(report: &Report) -> bool {
    matches!(report.state, State::Open { countdown: Countdown::Lifted { .. }, .. })
}

/// Takes it back. Each report by itself: what has changed meanwhile so that a step no longer fits is left,
/// and counted. Returns how many were done and how many left.
pub async fn carry_out(
    desk: &Desk,
    by: &Actor,
    actor: &str,
    since: Timestamp,
) -> Result<(usize, usize), StoreError> {
    let (mut done, mut left) = (0, 0);
    for one in preview(desk, actor, since).await? {
        let what = match one.step {
            Step::Close => Act::Close { outcome: Outcome::Unfounded, keep_suspended: false },
            Step::Release => Act::Release,
            Step::Refuse => Act::Refuse,
            Step::Reopen => Act::Reopen,
            Step::RestoreDeadline => Act::RestoreDeadline,
            Step::CancelDeadline => Act::CancelDeadline,
            Step::Nothing => continue,
        };
        match act(desk, one.report, by, what).await {
            Ok(_) => done += 1,
            Err(ActError::Store(error)) => return Err(error),
            Err(refused) => {
                tracing::info!("{} was not undone: {refused}", one.report);
                left += 1;
            }
        }
    }
    let what = format!("{actor} since {since}: {done} reports, {left} left");
    crate::audit::note(desk, by, "taken_back", &what).await?;
    Ok((done, left))
}
