//! Whose suspension is it, and what to do next about one service.
//!
//! A panel is told the wanted state, never "do it again": look, order, look. This module is that
//! table as a pure function: [`decide`] takes our [`Record`] of a service, what the holds want and what
//! the panel shows, and answers with the next record and at most one thing to do. The record is stored
//! before an order is sent, so that an order whose answer was lost in a crash is known to be out.

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::ids::{OrderId, ReportId};
use crate::reason::{Finding, OutOfSight};
use crate::service::ServiceStatus;
use crate::settings::CATEGORY;
use crate::time::{Span, Timestamp};

/// How long a panel may work on an order that it took before staff are told.
pub const PANEL_MAY_TAKE: Span = Span::from_mins(15);

/// How long a service may be out of sight before staff are told.
pub const UNSEEN_BEFORE_ALARM: Span = Span::from_mins(60);

/// What the holds on a service want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// No hold of ours is left.
    Free,
    /// At least one hold stands; the oldest report that holds it.
    Suspended {
        /// Named in the reason that the panel gets.
        report: ReportId,
    },
}

/// What a panel shows of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// It runs.
    Active,
    /// It is off. Panels that keep a reason show it.
    Suspended {
        /// The panel's reason; none when it shows none.
        reason: Option<String>,
    },
    /// It was ended for good: nothing is left that could be on or off.
    Gone {
        /// How.
        status: ServiceStatus,
    },
    /// The panel could not be asked, or does not know.
    Unknown {
        /// Why.
        why: OutOfSight,
    },
}

impl Observed {
    /// The panel could not be asked, or does not know, and what was seen of that.
    pub fn unknown(said: Finding) -> Self {
        Self::Unknown { why: OutOfSight::Panel { said } }
    }
}

/// What came back when an order was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer", content = "detail")]
pub enum Answer {
    /// The panel says that it did it.
    Done,
    /// The panel says that it was so already.
    WasSo,
    /// The panel will never do it.
    Refused(Finding),
    /// The panel asks to be asked later.
    Later(Finding),
    /// Anything else went wrong; whether it had an effect has to be seen.
    Failed(Finding),
    /// No answer was seen.
    Lost,
}

/// What an order asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Take the service off.
    Suspend,
    /// Give it back.
    Unsuspend,
}

impl Action {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Suspend, Self::Unsuspend];

    /// What a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }

    /// The word in hooks, tables and texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Unsuspend => "unsuspend",
        }
    }
}

/// An order that is out.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing seen or done, on its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Out {
    /// Its id; the same when it has to be sent again.
    pub order: OrderId,
    /// When the wish was sent for the first time.
    pub first_sent_at: Timestamp,
    /// When it was sent last.
    pub sent_at: Timestamp,
    /// What came back; [`Answer::Lost`] until something did.
    pub answer: Answer,
    /// Staff were told that it does not get done.
    pub alarmed: bool,
    /// The service was seen running after the panel said that it had done it: it works on it later,
    /// and whoever takes the service off meanwhile may be somebody else.
    #[serde(default)]
    pub lagged: bool,
    /// It was sent before and nobody knows whether that had an effect: "was already so" may be ours.
    #[serde(default)]
    pub unclear_before: bool,
    /// Stored before the sending, and no end of the sending is on record: the process may have died
    /// in between, and what it started may still run.
    #[serde(default)]
    pub in_flight: bool,
    /// The reason that the panel showed of a suspension that is being lifted. It counts as ours, whoever wrote it.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Out {
    /// The panel shows a reason that is neither ours nor that of what is being lifted.
    fn meets_foreign(&self, reason: Option<&str>) -> bool {
        is_foreign(reason) && reason != self.reason.as_deref()
    }
}

/// Our record of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
pub enum Record {
    /// Nothing of ours.
    Clear,
    /// An order to suspend is out; the service ran before it.
    Suspending(Out),
    /// Off by our order, as the panel showed.
    Ours {
        /// Since when.
        since: Timestamp,
        /// The reason that the panel showed then.
        reason: Option<String>,
        /// Staff say so; no panel could be asked.
        by_hand: bool,
    },
    /// Off by somebody else's wish; our hold stands beside theirs.
    Theirs {
        /// Since when we know.
        since: Timestamp,
        /// Their reason, if one can be read.
        reason: Option<String>,
    },
    /// Staff say that a suspension which stands is ours from now on; what the panel shows of it was not looked at yet.
    Adopted {
        /// Since when.
        since: Timestamp,
    },
    /// Was ours, somebody lifted it while our hold stands. Staff choose.
    Drifted {
        /// Since when we know.
        since: Timestamp,
    },
    /// An order to give it back is out; it was off by our order before.
    Lifting(Out),
    /// No panel: staff were asked to do it by hand.
    ByHand {
        /// What they have to do.
        action: Action,
        /// Since when.
        since: Timestamp,
    },
}

impl Record {
    /// The service is off by our order, as its panel showed or staff said: to let go of the hold frees it.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Ours { .. })
    }

    /// Nothing of ours keeps the service off, although a hold of ours stands: to let go of the hold changes nothing.
    pub fn is_out_of_our_hands(&self) -> bool {
        matches!(self, Self::Theirs { .. } | Self::Drifted { .. })
    }
}

/// Something for the caller to do after the record is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// All is as it should be.
    Settled,
    /// Look again after a while.
    LookAgain,
    /// Send this order, then look.
    Order(Action),
}

/// What to do about a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The record from now on. For an order it is made by the caller once the order has its id.
    pub record: Record,
    /// The next step.
    pub next: Next,
    /// What happened, for the history of every report concerned.
    pub events: Vec<Event>,
}

/// The other side wanted to free the service, and our hold stopped that: whatever they had suspended it for is settled. What
/// keeps it off from now on is ours, whatever reason the panel goes on showing. Nothing where it was not theirs.
pub fn they_let_go(record: &Record, now: Timestamp) -> Option<(Record, Event)> {
    let Record::Theirs { reason, .. } = record else { return None };
    let ours = Record::Ours { since: now, reason: reason.clone(), by_hand: false };
    Some((ours, Event::Suspended { by_hand: false, said: None }))
}

/// Staff say that the suspension which keeps a service off is ours from now on, whoever made it: it ends with our holds.
/// Nothing where it is ours already, or an order of ours is about it: a service that is being given back is not to be
/// suspended again by this.
pub fn adopt(record: &Record, now: Timestamp) -> Option<Record> {
    match record {
        Record::Clear
        | Record::Theirs { .. }
        | Record::Drifted { .. }
        | Record::ByHand { action: Action::Suspend, .. } => Some(Record::Adopted { since: now }),
        Record::Suspending(_)
        | Record::Lifting(_)
        | Record::Ours { .. }
        | Record::Adopted { .. }
        | Record::ByHand { action: Action::Unsuspend, .. } => None,
    }
}

/// A reason that starts like this was sent by us; the number is the report's.
pub const REASON_MARK: &str = "[abuse #";

/// The reason that a panel gets with an order: the mark, and the words of the desk (`suspension.reason`). Never blank.
pub fn reason(report: ReportId, words: &str, category: &str) -> String {
    let words = crate::text::one_line(&words.replace(CATEGORY, category), LONGEST_REASON);
    format!("{REASON_MARK}{}] {words}", report.0).trim_end().to_owned()
}

/// Whether a panel's reason is one that we sent.
pub fn is_our_reason(reason: &str) -> bool {
    let Some(rest) = reason.trim_start().strip_prefix(REASON_MARK) else { return false };
    rest.split_once(']').is_some_and(|(id, _)| id.parse::<i64>().is_ok_and(|id| id > 0))
}

/// The panel shows a reason, and it is not ours.
fn is_foreign(reason: Option<&str>) -> bool {
    reason.is_some_and(|text| !text.trim().is_empty() && !is_our_reason(text))
}

/// What a panel says, where it says something.
fn words(said: Option<&str>) -> Option<String> {
    said.map(str::trim).filter(|said| !said.is_empty()).map(str::to_owned)
}
/// Most characters behind the mark of a reason: panels cut long ones, and a category may be long.
const LONGEST_REASON: usize = 250;

/// Decides what to do next about a service (the table of `docs/adr/0004-whose-suspension.md`).
///
/// `observed` is what the panel shows now. `can_look` is false for enforcers that are never asked:
/// then the caller derives `observed` from the answers ([`assume`]), and a lost answer stays unknown.
pub fn decide(
    wanted: Wanted,
    record: Record,
    observed: &Observed,
    can_look: bool,
    now: Timestamp,
) -> Verdict {
    if let Observed::Gone { status } = observed {
        return gone(wanted, record, *status, now);
    }
    match record {
        Record::Clear => from_clear(wanted, observed, now),
        Record::Suspending(out) => from_suspending(wanted, out, observed, can_look, now),
        Record::Ours { since, reason, by_hand } => {
            from_ours(wanted, Record::Ours { since, reason, by_hand }, observed, now)
        }
        Record::Theirs { since, reason } => from_theirs(wanted, since, reason, observed, now),
        Record::Adopted { since } => from_adopted(wanted, since, observed, now),
        Record::Drifted { since } => from_drifted(wanted, since, observed, now),
        Record::Lifting(out) => from_lifting(wanted, out, observed, now),
        // A panel was connected since: begin anew with what it shows.
        Record::ByHand { action: Action::Suspend, .. } => from_clear(wanted, observed, now),
        Record::ByHand { action: Action::Unsuspend, since } => {
            let ours = Record::Ours { since, reason: None, by_hand: true };
            from_ours(wanted, ours, observed, now)
        }
    }
}

fn settled(record: Record, events: Vec<Event>) -> Verdict {
    Verdict { record, next: Next::Settled, events }
}

fn look_again(record: Record) -> Verdict {
    Verdict { record, next: Next::LookAgain, events: Vec::new() }
}

fn order(record: Record, action: Action) -> Verdict {
    Verdict { record, next: Next::Order(action), events: Vec::new() }
}

/// The service was ended for good. A hold beside that has nothing to do, unless it comes back.
fn gone(wanted: Wanted, record: Record, status: ServiceStatus, now: Timestamp) -> Verdict {
    match (wanted, record) {
        (
            Wanted::Free,
            Record::Clear | Record::Theirs { .. } | Record::Adopted { .. } | Record::Drifted { .. },
        ) => settled(Record::Clear, Vec::new()),
        (Wanted::Free, _) => settled(Record::Clear, vec![Event::NothingToSuspend { status }]),
        (Wanted::Suspended { .. }, record @ Record::Theirs { .. }) => settled(record, Vec::new()),
        (Wanted::Suspended { .. }, _) => {
            let record = Record::Theirs { since: now, reason: Some(status.to_string()) };
            settled(record, vec![Event::NothingToSuspend { status }])
        }
    }
}

fn from_clear(wanted: Wanted, observed: &Observed, now: Timestamp) -> Verdict {
    match (wanted, observed) {
        (Wanted::Free, _) => settled(Record::Clear, Vec::new()),
        (Wanted::Suspended { .. }, Observed::Active) => order(Record::Clear, Action::Suspend),
        (Wanted::Suspended { .. }, Observed::Suspended { reason }) => {
            whose(reason.as_deref(), false, now)
        }
        (Wanted::Suspended { .. }, Observed::Unknown { .. } | Observed::Gone { .. }) => {
            look_again(Record::Clear)
        }
    }
}

/// The service is off and nothing of ours explains it but perhaps the reason.
/// `ours_by_record` says that we ordered it off while it ran.
fn whose(reason: Option<&str>, ours_by_record: bool, now: Timestamp) -> Verdict {
    let says_ours = reason.is_some_and(is_our_reason);
    if ours_by_record || says_ours {
        let record = Record::Ours { since: now, reason: reason.map(str::to_owned), by_hand: false };
        let said = words(reason.filter(|_| !says_ours));
        settled(record, vec![Event::Suspended { by_hand: false, said }])
    } else {
        let event = Event::SuspendedByOther { said: words(reason) };
        settled(Record::Theirs { since: now, reason: reason.map(str::to_owned) }, vec![event])
    }
}

fn from_suspending(
    wanted: Wanted,
    out: Out,
    observed: &Observed,
    can_look: bool,
    now: Timestamp,
) -> Verdict {
    match (wanted, observed) {
        (_, Observed::Suspended { reason }) => {
            let ours = match out.answer {
                // It ran, the panel did it, it is off: ours, however the panel words the reason.
                Answer::Done if !out.lagged => true,
                // It may have been ours; a readable reason of somebody else says that it was not.
                Answer::Done | Answer::Lost | Answer::Failed(_) | Answer::Later(_) => {
                    !is_foreign(reason.as_deref())
                }
                // An earlier sending of the same order may have done it.
                Answer::WasSo if out.unclear_before => !is_foreign(reason.as_deref()),
                Answer::WasSo | Answer::Refused(_) => false,
            };
            let verdict = whose(reason.as_deref(), ours, now);
            match wanted {
                Wanted::Suspended { .. } => verdict,
                Wanted::Free if matches!(verdict.record, Record::Ours { .. }) => {
                    order(verdict.record, Action::Unsuspend)
                }
                Wanted::Free => unless_it_may_still_act(out, now),
            }
        }
        (Wanted::Suspended { .. }, Observed::Active) => suspend_pending(out, now),
        (Wanted::Free, Observed::Active) => {
            unless_it_may_still_act(Out { lagged: true, ..out }, now)
        }
        (Wanted::Free, Observed::Unknown { .. } | Observed::Gone { .. }) if !can_look => {
            // Nobody can look, and the service ran before our order: giving it back does no harm.
            let ours = Record::Ours { since: out.sent_at, reason: None, by_hand: false };
            order(ours, Action::Unsuspend)
        }
        (_, Observed::Unknown { .. } | Observed::Gone { .. }) => {
            look_again(Record::Suspending(out))
        }
    }
}

/// The hold is gone and our order shows no effect. As long as it may still take effect we look again,
/// so that it is lifted then; after that there is nothing of ours.
fn unless_it_may_still_act(out: Out, now: Timestamp) -> Verdict {
    match out.answer {
        Answer::Done | Answer::Lost if Span::between(out.sent_at, now) < PANEL_MAY_TAKE => {
            look_again(Record::Suspending(out))
        }
        _ => settled(Record::Clear, Vec::new()),
    }
}

/// The service still runs although we ordered it off.
fn suspend_pending(mut out: Out, now: Timestamp) -> Verdict {
    out.lagged = out.answer == Answer::Done;
    match &out.answer {
        Answer::Done | Answer::WasSo => pending(out, now, Record::Suspending),
        Answer::Lost | Answer::Later(_) | Answer::Failed(_) => {
            once_more(out, Action::Suspend, now, Record::Suspending)
        }
        Answer::Refused(why) => refused(why.clone(), out, Record::Suspending),
    }
}

/// The panel took the order and does not show its effect yet.
fn pending(mut out: Out, now: Timestamp, record: fn(Out) -> Record) -> Verdict {
    let events = alarm_if_overdue(&mut out, now);
    Verdict { record: record(out), next: Next::LookAgain, events }
}

/// The order had no effect; it is sent again for as long as the wish stands.
fn once_more(mut out: Out, action: Action, now: Timestamp, record: fn(Out) -> Record) -> Verdict {
    let events = alarm_if_overdue(&mut out, now);
    Verdict { record: record(out), next: Next::Order(action), events }
}

/// Tells staff, once, that an order does not get done.
fn alarm_if_overdue(out: &mut Out, now: Timestamp) -> Vec<Event> {
    if out.alarmed || Span::between(out.first_sent_at, now) < PANEL_MAY_TAKE {
        return Vec::new();
    }
    out.alarmed = true;
    let said = match &out.answer {
        Answer::Later(why) | Answer::Failed(why) => Some(why.clone()),
        _ => None,
    };
    let said = said.filter(|said| *said != Finding::Silent);
    vec![Event::OrderFailed { after: PANEL_MAY_TAKE, said }]
}

/// The panel will not do it. Said once; the wish stands until staff choose.
fn refused(why: Finding, mut out: Out, record: fn(Out) -> Record) -> Verdict {
    let events = if out.alarmed { Vec::new() } else { vec![Event::OrderRefused { said: why }] };
    out.alarmed = true;
    settled(record(out), events)
}

fn from_ours(wanted: Wanted, record: Record, observed: &Observed, now: Timestamp) -> Verdict {
    let Record::Ours { reason: known, .. } = &record else { return look_again(record) };
    match (wanted, observed) {
        (_, Observed::Suspended { reason }) if is_foreign(reason.as_deref()) && reason != known => {
            // Somebody lifted ours and suspended for a reason of their own, or wrote theirs over it.
            let said = words(reason.as_deref());
            match wanted {
                Wanted::Suspended { .. } => settled(
                    Record::Theirs { since: now, reason: reason.clone() },
                    vec![Event::SuspendedByOther { said }],
                ),
                Wanted::Free => settled(Record::Clear, vec![Event::LeftSuspended { said }]),
            }
        }
        (Wanted::Suspended { .. }, Observed::Suspended { .. }) => settled(record, Vec::new()),
        (Wanted::Suspended { .. }, Observed::Active) => {
            settled(Record::Drifted { since: now }, vec![Event::Drifted])
        }
        (Wanted::Free, Observed::Suspended { .. }) => order(record, Action::Unsuspend),
        (Wanted::Free, Observed::Active) => {
            settled(Record::Clear, vec![Event::Unsuspended { by_hand: false, ran_already: true }])
        }
        (_, Observed::Unknown { .. } | Observed::Gone { .. }) => look_again(record),
    }
}

fn from_theirs(
    wanted: Wanted,
    since: Timestamp,
    reason: Option<String>,
    observed: &Observed,
    now: Timestamp,
) -> Verdict {
    match (wanted, observed) {
        // An order of ours that was slow took effect after all.
        (Wanted::Free, Observed::Suspended { reason: shown })
            if shown.as_deref().is_some_and(is_our_reason) =>
        {
            order(whose(shown.as_deref(), true, now).record, Action::Unsuspend)
        }
        (Wanted::Free, Observed::Unknown { .. } | Observed::Gone { .. }) => {
            look_again(Record::Theirs { since, reason })
        }
        (Wanted::Free, Observed::Active) => settled(Record::Clear, Vec::new()),
        (Wanted::Free, Observed::Suspended { reason: shown }) => {
            let said = words(shown.as_deref().or(reason.as_deref()));
            settled(Record::Clear, vec![Event::LeftSuspended { said }])
        }
        // They freed it while our hold stands: now it is our turn.
        (Wanted::Suspended { .. }, Observed::Active) => order(Record::Clear, Action::Suspend),
        (Wanted::Suspended { .. }, Observed::Suspended { reason: shown })
            if shown.as_deref().is_some_and(is_our_reason) =>
        {
            whose(shown.as_deref(), true, now)
        }
        (Wanted::Suspended { .. }, Observed::Suspended { reason: shown }) => {
            settled(Record::Theirs { since, reason: shown.clone() }, Vec::new())
        }
        (Wanted::Suspended { .. }, Observed::Unknown { .. } | Observed::Gone { .. }) => {
            look_again(Record::Theirs { since, reason })
        }
    }
}

/// Staff adopted what keeps the service off. That it runs is news to them: it is not suspended behind their back.
fn from_adopted(wanted: Wanted, since: Timestamp, observed: &Observed, now: Timestamp) -> Verdict {
    match (wanted, observed) {
        (_, Observed::Unknown { .. } | Observed::Gone { .. }) => {
            look_again(Record::Adopted { since })
        }
        (Wanted::Suspended { .. }, Observed::Active) => {
            settled(Record::Drifted { since: now }, vec![Event::Drifted])
        }
        (Wanted::Suspended { .. }, Observed::Suspended { reason }) => {
            let said = words(reason.as_deref().filter(|reason| !is_our_reason(reason)));
            let ours = Record::Ours { since: now, reason: reason.clone(), by_hand: false };
            settled(ours, vec![Event::Suspended { by_hand: false, said }])
        }
        (Wanted::Free, Observed::Active) => settled(Record::Clear, Vec::new()),
        (Wanted::Free, Observed::Suspended { reason }) => {
            let ours = Record::Ours { since: now, reason: reason.clone(), by_hand: false };
            order(ours, Action::Unsuspend)
        }
    }
}

fn from_drifted(wanted: Wanted, since: Timestamp, observed: &Observed, now: Timestamp) -> Verdict {
    match (wanted, observed) {
        (Wanted::Free, _) => settled(Record::Clear, Vec::new()),
        (Wanted::Suspended { .. }, Observed::Suspended { reason }) => {
            whose(reason.as_deref(), false, now)
        }
        (Wanted::Suspended { .. }, Observed::Active) => {
            settled(Record::Drifted { since }, Vec::new())
        }
        (Wanted::Suspended { .. }, Observed::Unknown { .. } | Observed::Gone { .. }) => {
            look_again(Record::Drifted { since })
        }
    }
}

fn from_lifting(wanted: Wanted, out: Out, observed: &Observed, now: Timestamp) -> Verdict {
    let may_still_act = matches!(out.answer, Answer::Done | Answer::Lost)
        && Span::between(out.sent_at, now) < PANEL_MAY_TAKE;
    match (wanted, observed) {
        (Wanted::Free, Observed::Active) => {
            settled(Record::Clear, vec![Event::Unsuspended { by_hand: false, ran_already: false }])
        }
        (Wanted::Free, Observed::Suspended { reason }) if out.meets_foreign(reason.as_deref()) => {
            let said = words(reason.as_deref());
            settled(Record::Clear, vec![Event::LeftSuspended { said }])
        }
        (Wanted::Free, Observed::Suspended { .. }) => match &out.answer {
            Answer::Done | Answer::WasSo => pending(out, now, Record::Lifting),
            Answer::Lost | Answer::Later(_) | Answer::Failed(_) => {
                once_more(out, Action::Unsuspend, now, Record::Lifting)
            }
            Answer::Refused(why) => refused(why.clone(), out, Record::Lifting),
        },
        // A new hold came while the service was being given back.
        (Wanted::Suspended { .. }, Observed::Active) => order(Record::Clear, Action::Suspend),
        (Wanted::Suspended { .. }, Observed::Suspended { .. }) if may_still_act => {
            look_again(Record::Lifting(out))
        }
        (Wanted::Suspended { .. }, Observed::Suspended { reason }) => {
            whose(reason.as_deref(), !out.meets_foreign(reason.as_deref()), now)
        }
        (_, Observed::Unknown { .. } | Observed::Gone { .. }) => look_again(Record::Lifting(out)),
    }
}

/// What to take for the panel's state where it is never asked (`observe = false`): exit codes are
/// the truth, and the directory's word (`directory_says_off`) is the state before us.
pub fn assume(record: &Record, directory_says_off: bool) -> Observed {
    let off = || Observed::Suspended { reason: None };
    let out_of_sight = || Observed::Unknown { why: OutOfSight::CannotLook };
    match record {
        Record::Clear | Record::Theirs { .. } | Record::ByHand { action: Action::Suspend, .. } => {
            if directory_says_off {
                off()
            } else {
                Observed::Active
            }
        }
        Record::Suspending(out) => match out.answer {
            Answer::Done | Answer::WasSo => off(),
            Answer::Refused(_) | Answer::Later(_) | Answer::Failed(_) => Observed::Active,
            Answer::Lost => out_of_sight(),
        },
        Record::Ours { .. } | Record::ByHand { action: Action::Unsuspend, .. } => off(),
        Record::Adopted { .. } => off(),
        Record::Drifted { .. } => Observed::Active,
        Record::Lifting(out) => match out.answer {
            Answer::Done | Answer::WasSo => Observed::Active,
            Answer::Refused(_) | Answer::Later(_) | Answer::Failed(_) => off(),
            Answer::Lost => out_of_sight(),
        },
    }
}

/// What to do about a service that no panel serves: staff are asked to do it, once.
pub fn by_hand(wanted: Wanted, record: Record, now: Timestamp) -> Verdict {
    let ask = |action: Action| {
        let record = Record::ByHand { action, since: now };
        settled(record, vec![Event::ManualNeeded { action }])
    };
    match (wanted, record) {
        (Wanted::Suspended { .. }, Record::ByHand { action: Action::Unsuspend, since }) => {
            // It was not given back yet, and now it is to stay off.
            settled(Record::Ours { since, reason: None, by_hand: true }, Vec::new())
        }
        (Wanted::Suspended { .. }, record @ (Record::ByHand { .. } | Record::Ours { .. })) => {
            settled(record, Vec::new())
        }
        (Wanted::Suspended { .. }, Record::Adopted { .. }) => {
            let record = Record::Ours { since: now, reason: None, by_hand: true };
            settled(record, vec![Event::Suspended { by_hand: true, said: None }])
        }
        (Wanted::Suspended { .. }, _) => ask(Action::Suspend),
        (Wanted::Free, record @ Record::ByHand { action: Action::Unsuspend, .. }) => {
            settled(record, Vec::new())
        }
        (
            Wanted::Free,
            Record::Ours { .. }
            | Record::Adopted { .. }
            | Record::Suspending(_)
            | Record::Lifting(_),
        ) => ask(Action::Unsuspend),
        // Staff may have suspended it and not have said so yet.
        (Wanted::Free, Record::ByHand { action: Action::Suspend, .. }) => {
            settled(Record::Clear, vec![Event::ManualCalledOff])
        }
        (Wanted::Free, Record::Clear | Record::Theirs { .. } | Record::Drifted { .. }) => {
            settled(Record::Clear, Vec::new())
        }
    }
}

/// Staff confirm that they did by hand what they were asked to. Nothing when they were asked nothing.
pub fn confirm_by_hand(record: &Record, now: Timestamp) -> Option<(Record, Event)> {
    match record {
        Record::ByHand { action: Action::Suspend, .. } => Some((
            Record::Ours { since: now, reason: None, by_hand: true },
            Event::Suspended { by_hand: true, said: None },
        )),
        Record::ByHand { action: Action::Unsuspend, .. } => {
            Some((Record::Clear, Event::Unsuspended { by_hand: true, ran_already: false }))
        }
        _ => None,
    }
}

/// Staff wish the suspension once more: forgets what stood in the way. An order that may still have
/// an effect, and that can be looked for, is left alone.
pub fn order_again(record: Record, can_look: bool) -> Record {
    match record {
        Record::Drifted { .. } => Record::Clear,
        Record::Suspending(out) => match out.answer {
            Answer::Refused(_) | Answer::Failed(_) | Answer::Later(_) => Record::Clear,
            Answer::Lost if !can_look => Record::Clear,
            _ if out.alarmed => Record::Clear,
            _ => Record::Suspending(out),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests;
