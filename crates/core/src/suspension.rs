//! What a report shows of its suspension: the hold, our record of the service and what can be seen,
//! told as one state.

use crate::enforcement::{Action, Answer, Out, Record};
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

/// What is shown: the state, since when, and a word more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// The state.
    pub state: State,
    /// Since when, where it is known.
    pub since: Option<Timestamp>,
    /// For people; may be empty.
    pub detail: String,
}

/// Out of sight since an instant, and why.
pub type Unseen = Option<(Timestamp, String)>;

/// Tells a report's suspension. `held_by_others` says that another report's hold stands.
pub fn suspension(
    hold: &Hold,
    record: &Record,
    unseen: &Unseen,
    held_by_others: bool,
) -> Suspension {
    let shown = |state, since, detail: &str| Suspension {
        state,
        since: Some(since),
        detail: detail.to_owned(),
    };
    match hold {
        Hold::None => Suspension { state: State::None, since: None, detail: String::new() },
        Hold::Waiting { since, why } => shown(State::AwaitingApproval, *since, why.text()),
        Hold::Placed { since, .. } => match (unseen, record) {
            (Some((at, why)), _) => shown(State::Unknown, *at, why),
            (None, record) => while_held(record, *since),
        },
        Hold::Released { at, .. } if held_by_others => {
            shown(State::Lifted, *at, "another report still holds the service")
        }
        Hold::Released { at, .. } => match (unseen, record) {
            (_, Record::Clear) => shown(State::Lifted, *at, ""),
            (Some((since, why)), _) => shown(State::Unknown, *since, why),
            (None, record) => while_letting_go(record, *at),
        },
    }
}

fn while_held(record: &Record, hold_since: Timestamp) -> Suspension {
    let (state, since, detail) = match record {
        Record::Clear => (State::Pending, hold_since, "about to be ordered".to_owned()),
        Record::Suspending(out) => {
            (pending_or_failed(out, State::Pending), out.first_sent_at, said(out))
        }
        Record::Ours { since, by_hand: true, .. } => {
            (State::Suspended, *since, "confirmed by staff".to_owned())
        }
        Record::Ours { since, reason, .. } => {
            (State::Suspended, *since, reason.clone().unwrap_or_default())
        }
        Record::Theirs { since, reason } => {
            (State::SuspendedByOther, *since, reason.clone().unwrap_or_default())
        }
        Record::Adopted { since } => {
            (State::Pending, *since, "the panel is about to be looked at".to_owned())
        }
        Record::Drifted { since } => (
            State::Drifted,
            *since,
            "somebody lifted it: suspend again, or release the hold".to_owned(),
        ),
        Record::Lifting(_) | Record::ByHand { action: Action::Unsuspend, .. } => (
            State::Pending,
            hold_since,
            "the service is just being given back; it will be suspended again".to_owned(),
        ),
        Record::ByHand { action: Action::Suspend, since } => {
            (State::Manual, *since, "suspend the service by hand, then approve".to_owned())
        }
    };
    Suspension { state, since: Some(since), detail }
}

fn while_letting_go(record: &Record, released_at: Timestamp) -> Suspension {
    let (state, since, detail) = match record {
        Record::Lifting(out) => {
            (pending_or_failed(out, State::Lifting), out.first_sent_at, said(out))
        }
        Record::Ours { .. } | Record::Adopted { .. } | Record::Suspending(_) => {
            (State::Lifting, released_at, "about to be ordered".to_owned())
        }
        Record::ByHand { action: Action::Unsuspend, since } => {
            (State::Manual, *since, "unsuspend the service by hand, then approve".to_owned())
        }
        Record::Clear
        | Record::Theirs { .. }
        | Record::Drifted { .. }
        | Record::ByHand { action: Action::Suspend, .. } => {
            (State::Lifted, released_at, String::new())
        }
    };
    Suspension { state, since: Some(since), detail }
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

fn said(out: &Out) -> String {
    match &out.answer {
        Answer::Done => "the panel took the order".to_owned(),
        Answer::WasSo => "the panel says that it was so already".to_owned(),
        Answer::Refused(why) => format!("refused: {why}"),
        Answer::Later(why) => format!("the panel asks to try later: {why}"),
        Answer::Failed(why) => format!("failed, will be tried again: {why}"),
        Answer::Lost => "no answer seen yet".to_owned(),
    }
}
