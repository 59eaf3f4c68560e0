//! A report: the desk's file about one service, and the moves that it can make.
//!
//! A move consumes the report and returns the new one with the events that happened, or an error
//! that says why it cannot be. Nothing else changes a report.

use serde::{Deserialize, Serialize};

use crate::decision::{Decision, Rule};
use crate::event::{Channel, Event};
use crate::guard::{self, Facts, Mails, Ruling, Stop};
use crate::ids::{Press, ReportId, ServiceKey};
use crate::reason::QueueReason;
use crate::service::ServiceStatus;
use crate::time::{Span, Timestamp};

/// How a report means to suspend its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SuspendMethod {
    /// Not at all.
    #[default]
    NoSuspend,
    /// At once.
    Immediate,
    /// When the customer's time has run out.
    TimeLimit,
}

impl SuspendMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::NoSuspend, Self::Immediate, Self::TimeLimit];

    /// The word of the drop-in API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSuspend => "nosuspend",
            Self::Immediate => "immediate",
            Self::TimeLimit => "timelimit",
        }
    }

    /// Reads the word in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(word))
    }
}

/// Longest category, in characters.
pub const LONGEST_CATEGORY: usize = 255;

/// Longest address of a report, in characters. It is text, but it is meant to be an address.
pub const LONGEST_SERVICE_IP: usize = 255;

/// Longest text of a report (`additional_info`, `admin_notes`), message or note, in characters.
pub const LONGEST_TEXT: usize = 65_536;

/// Bytes of all that the customer of a report writes on it: a thousand pages. Files have a limit of their own.
pub const LONGEST_CUSTOMER_TEXTS: i64 = 4 * 1024 * 1024;

/// What is told about an abuse when a report is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allegation {
    /// The kind of abuse; any text of 1 to 255 characters.
    pub category: String,
    /// Address as the caller wrote it, the service's own, or `(No Dedicated IP)`.
    pub service_ip: String,
    /// Shown to the customer; may be empty.
    pub additional_info: String,
    /// How the service is to be suspended.
    pub suspend_method: SuspendMethod,
    /// The customer may lift this report's hold.
    pub allow_unsuspend: bool,
    /// The customer may pay to have this report's hold lifted.
    pub pay_to_unsuspend: bool,
}

/// The service that a report is about, and who held it when the report was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The service.
    pub service: ServiceKey,
    /// The customer at opening; empty when the directory named none.
    pub customer_id: String,
}

/// A report with all that decides its moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub id: ReportId,
    /// The service; none while a queued report is not assigned.
    pub subject: Option<Subject>,
    /// The service that the caller named, for a report that waits because it could not be looked up.
    pub claimed_service: Option<ServiceKey>,
    /// What it is about.
    pub allegation: Allegation,
    /// When it was opened (came in).
    pub opened_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Its reason, if any, for the service to be off.
    pub hold: Hold,
    /// The member of staff who takes care of it, by name.
    pub assignee: Option<String>,
    /// The report that took this one over.
    pub merged: Option<Merged>,
    /// What the customer said and did on their own.
    pub said: CustomerSaid,
    /// How often it was stored after a move: two people who change it at a time can tell.
    pub revision: i64,
}

/// Where a report stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Waits for staff to name or confirm the service.
    Queued {
        /// Why it could not be opened at once.
        why: QueueReason,
    },
    /// Being worked on.
    Open {
        /// Whose move it is.
        turn: Turn,
        /// The customer's time, if it is limited.
        countdown: Countdown,
    },
    /// Done.
    Closed {
        /// When.
        at: Timestamp,
        /// How it ended.
        outcome: Outcome,
    },
}

impl State {
    /// The state without what belongs to it.
    pub fn status(&self) -> Status {
        match self {
            Self::Queued { .. } => Status::Queued,
            Self::Open { .. } => Status::Open,
            Self::Closed { .. } => Status::Closed,
        }
    }

    /// Whose move it is: a queued report waits for staff, a closed one for nobody.
    pub fn turn(&self) -> Option<Turn> {
        match self {
            Self::Queued { .. } => Some(Turn::Staff),
            Self::Open { turn, .. } => Some(*turn),
            Self::Closed { .. } => None,
        }
    }
}

/// The states of a report by themselves: what lists are filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Waits for staff to name or confirm the service.
    Queued,
    /// Being worked on.
    Open,
    /// Done.
    Closed,
}

impl Status {
    /// All of them, in the order in which a report goes through them.
    pub const ALL: [Self; 3] = [Self::Queued, Self::Open, Self::Closed];

    /// The word of the command line, tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The status of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// Whose move it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The customer has to fix or answer.
    Customer,
    /// Staff have to answer.
    Staff,
}

impl Turn {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Customer, Self::Staff];

    /// The word that is stored and shown in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
        }
    }

    /// What a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|turn| turn.as_str() == word)
    }
}

/// The customer's time under `timelimit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Countdown {
    /// There is no deadline.
    None,
    /// It runs.
    Running {
        /// When the hold is placed.
        deadline: Timestamp,
        /// When to remind; none when that is done or not wanted.
        remind_at: Option<Timestamp>,
    },
    /// It stands still while staff have the move.
    Paused {
        /// What is left.
        left: Span,
        /// What was left until the reminder.
        remind_in: Option<Span>,
    },
    /// Staff took it away, and may restore it.
    Lifted {
        /// What was left.
        left: Span,
        /// What was left until the reminder.
        remind_in: Option<Span>,
    },
    /// It ran out.
    Reached {
        /// When.
        deadline: Timestamp,
    },
}

/// A report's reason why its service must be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It has none.
    None,
    /// A guard holds it back until a person looks.
    Waiting {
        /// Since when.
        since: Timestamp,
        /// Which guard.
        why: Stop,
    },
    /// The service must be off.
    Placed {
        /// Since when.
        since: Timestamp,
        /// Who wished it.
        by: Press,
    },
    /// It was placed once and is gone.
    Released {
        /// When.
        at: Timestamp,
        /// Who wished it.
        by: Press,
    },
}

/// How a report ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The abuse stopped.
    Resolved,
    /// There was none.
    Unfounded,
    /// Another report has it.
    Duplicate,
    /// The customer never answered.
    NoResponse,
    /// Something else.
    Other,
}

impl Outcome {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 5] =
        [Self::Resolved, Self::Unfounded, Self::Duplicate, Self::NoResponse, Self::Other];

    /// The word of the command line, tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Unfounded => "unfounded",
            Self::Duplicate => "duplicate",
            Self::NoResponse => "no_response",
            Self::Other => "other",
        }
    }

    /// The outcome of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// What a customer's reply does to the deadline (`time_limit.on_reply`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnReply {
    /// The clock stops until staff have answered.
    Pause,
    /// The deadline is gone for good, as in the original product.
    Cancel,
    /// Nothing.
    Ignore,
}

impl OnReply {
    /// The word of the setting.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Cancel => "cancel",
            Self::Ignore => "ignore",
        }
    }
}

/// The desk's rules for deadlines, from its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimit {
    /// How long a customer has.
    pub period: Span,
    /// Remind when half of it has passed.
    pub reminder: bool,
    /// What a reply does.
    pub on_reply: OnReply,
    /// The suspension needs a notice that a mail server took.
    pub require_notice: bool,
}

/// A report after a move, and what happened.
pub type Moved = (Report, Vec<Event>);

impl Report {
    /// Opens a report about a known service.
    pub fn open(
        id: ReportId,
        subject: Subject,
        allegation: Allegation,
        limit: &TimeLimit,
        facts: &Facts,
        now: Timestamp,
    ) -> Moved {
        let report = Self {
            id,
            subject: Some(subject),
            claimed_service: None,
            allegation,
            opened_at: now,
            state: State::Open { turn: Turn::Customer, countdown: Countdown::None },
            hold: Hold::None,
            assignee: None,
            merged: None,
            said: CustomerSaid::default(),
            revision: 1,
        };
        report.start(limit, facts, now)
    }

    /// Puts a report into the queue, because its service could not be looked up.
    pub fn queue(
        id: ReportId,
        claimed_service: Option<ServiceKey>,
        allegation: Allegation,
        why: QueueReason,
        now: Timestamp,
    ) -> Moved {
        let event = Event::Queued { why: why.clone() };
        let report = Self {
            id,
            subject: None,
            claimed_service,
            allegation,
            opened_at: now,
            state: State::Queued { why },
            hold: Hold::None,
            assignee: None,
            merged: None,
            said: CustomerSaid::default(),
            revision: 1,
        };
        (report, vec![event])
    }

    /// Staff name the service of a queued report. Its clock or hold starts now.
    pub fn assign(
        mut self,
        subject: Subject,
        limit: &TimeLimit,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Moved, MoveError> {
        match self.state {
            State::Queued { .. } => {}
            State::Open { .. } => return Err(MoveError::NotQueued),
            State::Closed { .. } => return Err(MoveError::IsClosed),
        }
        let assigned = Event::Assigned { service: subject.service.clone() };
        self.subject = Some(subject);
        self.state = State::Open { turn: Turn::Customer, countdown: Countdown::None };
        let (report, mut events) = self.start(limit, facts, now);
        events.insert(0, assigned);
        Ok((report, events))
    }

    /// Starts what the suspend method asks for: a hold, a clock or nothing.
    fn start(mut self, limit: &TimeLimit, facts: &Facts, now: Timestamp) -> Moved {
        let mut events = vec![Event::Opened { method: self.allegation.suspend_method }];
        match self.allegation.suspend_method {
            SuspendMethod::NoSuspend => {
                events.extend(Self::gone(facts).map(|status| Event::NothingToSuspend { status }));
            }
            SuspendMethod::Immediate => {
                let ruling = guard::rule(self.customer_at_opening(), facts);
                let decision = decided(Rule::Immediate, ruling, facts);
                self.obey(ruling, decision, now, &mut events);
            }
            SuspendMethod::TimeLimit => match Self::gone(facts) {
                Some(status) => events.push(Event::NothingToSuspend { status }),
                None => {
                    let deadline = limit.period.after(now);
                    let remind_at = limit.reminder.then(|| limit.period.half().after(now));
                    self.set_countdown(Countdown::Running { deadline, remind_at });
                    events.push(Event::DeadlineSet { deadline_at: deadline });
                }
            },
        }
        (self, events)
    }

    /// Lets time pass: reminds, or places the hold when the deadline is there. `facts` are only
    /// looked at for the latter. A report for which nothing is due comes back unchanged, and so does one whose deadline
    /// is [put off](Self::is_put_off).
    pub fn tick(mut self, limit: &TimeLimit, facts: &Facts, now: Timestamp) -> Moved {
        let State::Open { countdown: Countdown::Running { deadline, remind_at }, .. } = self.state
        else {
            return (self, Vec::new());
        };
        let mut events = Vec::new();
        if self.is_put_off(limit, facts, now) {
            return (self, events);
        }
        if now >= deadline {
            self.set_countdown(Countdown::Reached { deadline });
            events.push(Event::DeadlineReached);
            let ruling = self.rule_at_deadline(limit, limit.require_notice, facts);
            let mut decision = decided(Rule::Deadline, ruling, facts);
            decision.facts.deadline_at = Some(deadline);
            self.obey(ruling, decision, now, &mut events);
        } else if remind_at.is_some_and(|at| now >= at) {
            self.set_countdown(Countdown::Running { deadline, remind_at: None });
            events.push(Event::Reminded { deadline_at: deadline });
        }
        (self, events)
    }

    /// When time next matters to this report.
    pub fn wake_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Open { countdown: Countdown::Running { deadline, remind_at }, .. } => {
                Some(remind_at.map_or(deadline, |at| at.min(deadline)))
            }
            _ => None,
        }
    }

    /// The deadline is there, but mail that came before it is not read yet: the customer may have answered.
    pub fn is_put_off(&self, limit: &TimeLimit, facts: &Facts, now: Timestamp) -> bool {
        self.deadline_is_due(now)
            && facts.mails == Mails::Unread
            && limit.on_reply != OnReply::Ignore
    }

    /// The deadline has come, or would come before `now`.
    pub fn deadline_is_due(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Open { countdown: Countdown::Running { deadline, .. }, .. } if deadline <= now)
    }

    /// The customer writes, or wrote at `now`: what was left of the clock then is left.
    pub fn answer_by_customer(
        mut self,
        on_reply: OnReply,
        channel: Channel,
        now: Timestamp,
    ) -> Result<Moved, MoveError> {
        let countdown = self.open_countdown()?;
        let mut events = vec![Event::Answered { by: Turn::Customer, channel }];
        let countdown = match (on_reply, countdown) {
            (OnReply::Pause, Countdown::Running { deadline, remind_at }) => {
                let (left, remind_in) = left(deadline, remind_at, now);
                events.push(Event::ClockPaused { left });
                Countdown::Paused { left, remind_in }
            }
            (OnReply::Cancel, Countdown::Running { .. } | Countdown::Paused { .. }) => {
                events.push(Event::DeadlineCancelled);
                Countdown::None
            }
            (_, countdown) => countdown,
        };
        self.state = State::Open { turn: Turn::Staff, countdown };
        Ok((self, events))
    }

    /// Staff write to the customer. A clock that stood still runs on with what was left.
    pub fn answer_by_staff(mut self, channel: Channel, now: Timestamp) -> Result<Moved, MoveError> {
        let countdown = self.open_countdown()?;
        let mut events = vec![Event::Answered { by: Turn::Staff, channel }];
        self.said.wants = None;
        let countdown = match countdown {
            Countdown::Paused { left, remind_in } => {
                let deadline = left.after(now);
                events.push(Event::ClockResumed { deadline_at: deadline });
                Countdown::Running { deadline, remind_at: remind_in.map(|span| span.after(now)) }
            }
            countdown => countdown,
        };
        self.state = State::Open { turn: Turn::Customer, countdown };
        Ok((self, events))
    }

    /// Closes the report and releases its hold, unless the service is to stay off.
    pub fn close(
        mut self,
        outcome: Outcome,
        keep_suspended: bool,
        now: Timestamp,
    ) -> Result<Moved, MoveError> {
        if matches!(self.state, State::Closed { .. }) {
            return Err(MoveError::IsClosed);
        }
        let mut events = Vec::new();
        let mut kept = false;
        match self.hold {
            Hold::Placed { .. } if keep_suspended => kept = true,
            Hold::Placed { .. } => {
                self.hold = Hold::Released { at: now, by: Press::Staff };
                events.push(Event::HoldReleased { decision: Decision::of_staff() });
            }
            Hold::Waiting { .. } => self.hold = Hold::None,
            Hold::None | Hold::Released { .. } => {}
        }
        self.said.wants = None;
        self.state = State::Closed { at: now, outcome };
        events.insert(0, Event::Closed { outcome, kept, decision: Decision::of_staff() });
        Ok((self, events))
    }

    /// Opens a closed report again. Places nothing and starts no clock.
    pub fn reopen(mut self) -> Result<Moved, MoveError> {
        let State::Closed { .. } = self.state else { return Err(MoveError::NotClosed) };
        self.merged = None;
        self.said.claim = None;
        self.state = if self.subject.is_some() {
            State::Open { turn: Turn::Staff, countdown: Countdown::None }
        } else {
            State::Queued { why: QueueReason::NoService }
        };
        Ok((self, vec![Event::Reopened]))
    }

    /// Does what the guards say.
    fn obey(
        &mut self,
        ruling: Ruling,
        decision: Decision,
        now: Timestamp,
        events: &mut Vec<Event>,
    ) {
        match ruling {
            Ruling::Place => {
                self.hold = Hold::Placed { since: now, by: Press::Automatic };
                events.push(Event::HoldPlaced { decision });
            }
            Ruling::Wait(why) => {
                self.hold = Hold::Waiting { since: now, why };
                events.push(Event::HoldWaits { why, decision });
            }
            Ruling::Nothing(status) => events.push(Event::NothingToSuspend { status }),
        }
    }

    /// What the guards say when time has passed since the report was opened.
    fn rule_at_deadline(&self, limit: &TimeLimit, needs_notice: bool, facts: &Facts) -> Ruling {
        let answered = matches!(self.state, State::Open { turn: Turn::Staff, .. });
        let unheard = guard::unheard(answered, facts).filter(|_| limit.on_reply != OnReply::Ignore);
        guard::rule_at_deadline(self.customer_at_opening(), facts, unheard, needs_notice)
    }

    fn customer_at_opening(&self) -> &str {
        self.subject.as_ref().map_or("", |subject| &subject.customer_id)
    }

    fn gone(facts: &Facts) -> Option<ServiceStatus> {
        facts.service.as_ref().map(|service| service.status).filter(|status| status.is_gone())
    }

    fn open_countdown(&self) -> Result<Countdown, MoveError> {
        match self.state {
            State::Open { countdown, .. } => Ok(countdown),
            State::Queued { .. } => Err(MoveError::IsQueued),
            State::Closed { .. } => Err(MoveError::IsClosed),
        }
    }

    fn set_countdown(&mut self, new: Countdown) {
        if let State::Open { countdown, .. } = &mut self.state {
            *countdown = new;
        }
    }

    /// Ends a clock that still goes; one that has run out stays on record.
    fn stop_countdown(&mut self) {
        if let State::Open { countdown, .. } = &mut self.state
            && !matches!(countdown, Countdown::Reached { .. })
        {
            *countdown = Countdown::None;
        }
    }

    /// The service must be off because of this report.
    pub fn holds_service(&self) -> bool {
        matches!(self.hold, Hold::Placed { .. })
    }
}

/// What was decided without a person, by a rule and what the guards say.
fn decided(rule: Rule, ruling: Ruling, facts: &Facts) -> Decision {
    let mut decision = Decision::by(Press::Automatic, rule);
    if ruling == Ruling::Wait(Stop::CustomerChanged) {
        let now = facts.service.as_ref().map(|service| service.customer_id.clone());
        decision.facts.customer_now = now;
    }
    decision
}

/// What is left until the deadline and the reminder; nothing where they have passed.
fn left(deadline: Timestamp, remind_at: Option<Timestamp>, now: Timestamp) -> (Span, Option<Span>) {
    (Span::between(now, deadline), remind_at.map(|at| Span::between(now, at)))
}

mod customer;
mod deadline;
mod handling;
mod holding;
mod importing;
mod merging;
mod refusal;

pub use customer::{Claim, CustomerSaid, LONGEST_WISH, SelfUnsuspend};
pub use importing::{Foreign, ForeignState};
pub use merging::Merged;
pub use refusal::MoveError;

#[cfg(test)]
mod tests;
