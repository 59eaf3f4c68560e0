//! What staff do to a running deadline.

use super::{Countdown, MoveError, Moved, OnReply, Report, State, Turn, left};
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
        let waits_for_staff = matches!(self.state, State::Open { turn: Turn::Staff, .. });
        if waits_for_staff && on_reply != OnReply::Ignore {
            self.set_countdown(Countdown::Paused { left, remind_in });
        } else {
            let remind_at = remind_in.map(|span| span.after(now));
            self.set_countdown(Countdown::Running { deadline: left.after(now), remind_at });
        }
        Ok((self, vec![Event::DeadlineRestored { left }]))
    }
}
