//! What staff do to a running deadline.

use super::{
    Countdown, Hold, MoveError, Moved, OnReply, Report, State, SuspendMethod, TimeLimit, Turn, left,
};
use crate::event::Event;
use crate::time::{Span, Timestamp};

impl Report {
    /// Gives the customer more time. A reminder that is still to come moves along.
    pub fn extend(mut self, by: Span) -> Result<Moved, MoveError> {
        let countdown = self.open_countdown()?;
        if by <= Span::ZERO {
            return Err(MoveError::NoTime);
        }
        let countdown = match countdown {
            Countdown::Running { deadline, remind_at } => Countdown::Running {
                deadline: by.after(deadline),
                remind_at: remind_at.map(|at| by.after(at)),
            },
            Countdown::Paused { left, remind_in } => {
                Countdown::Paused { left: left.plus(by), remind_in: remind_in.map(|s| s.plus(by)) }
            }
            Countdown::None | Countdown::Lifted { .. } | Countdown::Reached { .. } => {
                return Err(MoveError::NoDeadline);
            }
        };
        self.said.wants = None;
        self.set_countdown(countdown);
        Ok((self, vec![Event::Extended { by }]))
    }

    /// Staff take the deadline away. What it would have suspended stays on. What was left of it stays on record, so
    /// that [`Self::restore_deadline`] can bring it back.
    pub fn cancel_deadline(mut self, now: Timestamp) -> Result<Moved, MoveError> {
        let (left, remind_in) = match self.open_countdown()? {
            Countdown::Running { deadline, remind_at } => left(deadline, remind_at, now),
            Countdown::Paused { left, remind_in } => (left, remind_in),
            Countdown::None | Countdown::Lifted { .. } | Countdown::Reached { .. } => {
                return Err(MoveError::NoDeadline);
            }
        };
        self.said.wants = None;
        self.set_countdown(Countdown::Lifted { left, remind_in });
        Ok((self, vec![Event::DeadlineLifted { left }]))
    }

    /// Staff bring back a deadline that they took away, with the time that was left. It stands still while it is their
    /// turn to answer, where a reply pauses it.
    pub fn restore_deadline(
        mut self,
        on_reply: OnReply,
        now: Timestamp,
    ) -> Result<Moved, MoveError> {
        let Countdown::Lifted { left, remind_in } = self.open_countdown()? else {
            return Err(MoveError::NothingLifted);
        };
        self.count_down(left, remind_in, on_reply, now);
        Ok((self, vec![Event::DeadlineRestored { left }]))
    }

    /// Staff set the instant at which the service is suspended, whether there was a deadline before or not: from then on
    /// the report is one with a time limit. It stands still while it is their turn to answer, where a reply pauses it.
    pub fn set_deadline(
        mut self,
        deadline_at: Timestamp,
        limit: &TimeLimit,
        now: Timestamp,
    ) -> Result<Moved, MoveError> {
        self.open_countdown()?;
        match self.hold {
            Hold::Placed { .. } => return Err(MoveError::HoldsAlready),
            Hold::Waiting { .. } => return Err(MoveError::WaitsForApproval),
            Hold::None | Hold::Released { .. } => {}
        }
        let left = Span::between(now, deadline_at);
        if left == Span::ZERO || left > Span::LONGEST {
            return Err(MoveError::NotAhead);
        }
        self.said.wants = None;
        self.allegation.suspend_method = SuspendMethod::TimeLimit;
        let remind_in = limit.reminder.then(|| left.half());
        let is_paused = self.count_down(left, remind_in, limit.on_reply, now);
        let mut events = vec![Event::DeadlineChanged { deadline_at }];
        events.extend(is_paused.then_some(Event::ClockPaused { left }));
        Ok((self, events))
    }

    /// Lets the clock run with what is left, or stand still while it is the turn of staff, where a reply pauses it; says
    /// whether it stands still.
    fn count_down(
        &mut self,
        left: Span,
        remind_in: Option<Span>,
        on_reply: OnReply,
        now: Timestamp,
    ) -> bool {
        let waits_for_staff = matches!(self.state, State::Open { turn: Turn::Staff, .. });
        let is_paused = waits_for_staff && on_reply != OnReply::Ignore;
        self.set_countdown(if is_paused {
            Countdown::Paused { left, remind_in }
        } else {
            let remind_at = remind_in.map(|span| span.after(now));
            Countdown::Running { deadline: left.after(now), remind_at }
        });
        is_paused
    }
}
