//! What a report shows of its suspension: the hold, our record of the service and what can be seen,
//! told as one state.

use crate::enforcement::{Action, Answer, Out, Record};
use crate::reason::{OutOfSight, SuspensionReason};
use crate::report::Hold;
use crate::time::Timestamp;

/// The state of a report's suspension, in the words of the contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// This report never held the service.
    None,
    /// Ordered, or about to be; not confirmed.
    Pending,
    /// Off by our order, confirmed.
    Suspended,
    /// Off by somebody else's wish.
    SuspendedByOther,
    /// The hold is gone; the service is being given back.
    Lifting,
    /// The hold is gone and nothing of ours is left to do.
    Lifted,
    /// A guard holds the suspension back.
    AwaitingApproval,
    /// Staff have to do it by hand.
    Manual,
    /// Somebody lifted it while the hold stands.
    Drifted,
    /// Nobody can see the service.
    Unknown,
    /// The panel did not or will not do it.
    Failed,
}

impl State {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Suspended => "suspended",
            Self::SuspendedByOther => "suspended_by_other",
            Self::Lifting => "lifting",
            Self::Lifted => "lifted",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Manual => "manual",
            Self::Drifted => "drifted",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }
}

/// What is shown: the state, since when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// The state.
    pub state: State,
    /// Since when, where it is known.
    pub since: Option<Timestamp>,
    /// What more is known of it.
    pub reason: Option<SuspensionReason>,
}

/// Out of sight since an instant, and why.
pub type Unseen = Option<(Timestamp, OutOfSight)>;

/// Tells a report's suspension. `held_by_others` says that another report's hold stands.
pub fn suspension(
    hold: &Hold,
    record: &Record,
    unseen: &Unseen,
    held_by_others: bool,
) -> Suspension {
    let shown = |state, since, reason| Suspension { state, since: Some(since), reason };
    let out_of_sight = |since, why: &OutOfSight| {
        shown(State::Unknown, since, Some(SuspensionReason::OutOfSight { why: why.clone() }))
    };
    match hold {
        Hold::None => Suspension { state: State::None, since: None, reason: None },
        Hold::Waiting { since, why } => {
            shown(State::AwaitingApproval, *since, Some(SuspensionReason::Guard { why: *why }))
        }
        Hold::Placed { since, .. } => match (unseen, record) {
            (Some((at, why)), _) => out_of_sight(*at, why),
            (None, record) => while_held(record, *since),
        },
        Hold::Released { at, .. } if held_by_others => {
            shown(State::Lifted, *at, Some(SuspensionReason::HeldByAnother))
        }
        Hold::Released { at, .. } => match (unseen, record) {
            (_, Record::Clear) => shown(State::Lifted, *at, None),
            (Some((since, why)), _) => out_of_sight(*since, why),
            (None, record) => while_letting_go(record, *at),
        },
    }
}

/// The reason that a panel shows.
fn shown(reason: Option<&String>) -> Option<SuspensionReason> {
    let said = reason.filter(|said| !said.trim().is_empty())?.clone();
    Some(SuspensionReason::Shown { said })
}

fn while_held(record: &Record, hold_since: Timestamp) -> Suspension {
    let (state, since, reason) = match record {
        Record::Clear => (State::Pending, hold_since, Some(SuspensionReason::AboutToOrder)),
        Record::Suspending(out) => {
            (pending_or_failed(out, State::Pending), out.first_sent_at, Some(said(out)))
        }
        Record::Ours { since, by_hand: true, .. } => {
            (State::Suspended, *since, Some(SuspensionReason::ConfirmedByStaff))
        }
        Record::Ours { since, reason, .. } => (State::Suspended, *since, shown(reason.as_ref())),
        Record::Theirs { since, reason } => {
            (State::SuspendedByOther, *since, shown(reason.as_ref()))
        }
        Record::Drifted { since } => (State::Drifted, *since, Some(SuspensionReason::Drifted)),
        Record::Lifting(_) | Record::ByHand { action: Action::Unsuspend, .. } => {
            (State::Pending, hold_since, Some(SuspensionReason::Turning))
        }
        Record::Adopted { since } => (State::Pending, *since, None),
        Record::ByHand { action: Action::Suspend, since } => {
            (State::Manual, *since, Some(SuspensionReason::SuspendByHand))
        }
    };
    Suspension { state, since: Some(since), reason }
}

fn while_letting_go(record: &Record, released_at: Timestamp) -> Suspension {
    let (state, since, reason) = match record {
        Record::Lifting(out) => {
            (pending_or_failed(out, State::Lifting), out.first_sent_at, Some(said(out)))
        }
        Record::Ours { .. } | Record::Adopted { .. } | Record::Suspending(_) => {
            (State::Lifting, released_at, Some(SuspensionReason::AboutToOrder))
        }
        Record::ByHand { action: Action::Unsuspend, since } => {
            (State::Manual, *since, Some(SuspensionReason::UnsuspendByHand))
        }
        Record::Clear
        | Record::Theirs { .. }
        | Record::Drifted { .. }
        | Record::ByHand { action: Action::Suspend, .. } => (State::Lifted, released_at, None),
    };
    Suspension { state, since: Some(since), reason }
}

/// Why a person has to look after a service, in a word that lists are made with; nothing when nobody has to.
/// Words that begin with `unsuspend` are about giving it back. `out_of_sight` says that staff were told that
/// nobody can see it.
pub fn trouble(record: &Record, out_of_sight: bool) -> Option<&'static str> {
    let failed = |out: &Out| pending_or_failed(out, State::Pending) == State::Failed;
    match record {
        Record::Drifted { .. } => Some("drifted"),
        Record::ByHand { action: Action::Suspend, .. } => Some("suspend_by_hand"),
        Record::ByHand { action: Action::Unsuspend, .. } => Some("unsuspend_by_hand"),
        Record::Suspending(out) if failed(out) => Some("suspend_failed"),
        Record::Lifting(out) if failed(out) => Some("unsuspend_failed"),
        Record::Lifting(_) if out_of_sight => Some("unsuspend_unseen"),
        Record::Clear => None,
        Record::Suspending(_)
        | Record::Lifting(_)
        | Record::Ours { .. }
        | Record::Adopted { .. }
        | Record::Theirs { .. } => out_of_sight.then_some("unseen"),
    }
}

fn pending_or_failed(out: &Out, otherwise: State) -> State {
    if out.alarmed || matches!(out.answer, Answer::Refused(_)) { State::Failed } else { otherwise }
}

fn said(out: &Out) -> SuspensionReason {
    match &out.answer {
        Answer::Done => SuspensionReason::Taken,
        Answer::WasSo => SuspensionReason::WasSo,
        Answer::Refused(said) => SuspensionReason::Refused { said: said.clone() },
        Answer::Later(said) => SuspensionReason::Later { said: said.clone() },
        Answer::Failed(said) => SuspensionReason::Failed { said: said.clone() },
        Answer::Lost => SuspensionReason::NoAnswer,
    }
}
