//! What staff, a pause and a last look do to a report's hold.

use super::{Hold, MoveError, Moved, Report, State, SuspendMethod, TimeLimit, decided};
use crate::decision::{Decision, Rule};
use crate::event::Event;
use crate::guard::{self, Facts, Ruling};
use crate::ids::Press;
use crate::time::Timestamp;

impl Report {
    /// Staff place the hold by hand, or wish it once more where an order failed or the suspension
    /// was lifted by somebody. A running deadline has no more meaning then.
    pub fn suspend(mut self, now: Timestamp) -> Result<Moved, MoveError> {
        self.open_countdown()?;
        let event = match self.hold {
            Hold::Placed { .. } => Event::OrderedAgain,
            Hold::None | Hold::Waiting { .. } | Hold::Released { .. } => {
                Event::HoldPlaced { decision: Decision::of_staff() }
            }
        };
        self.hold = Hold::Placed { since: now, by: Press::Staff };
        self.stop_countdown();
        Ok((self, vec![event]))
    }

    /// Staff say that the suspension which keeps the service off already is this report's: it ends with its hold.
    pub fn adopt(mut self, now: Timestamp) -> Result<Moved, MoveError> {
        self.open_countdown()?;
        self.hold = Hold::Placed { since: now, by: Press::Staff };
        self.stop_countdown();
        Ok((self, vec![Event::SuspensionAdopted { decision: Decision::of_staff() }]))
    }

    /// Staff release the hold. The report stays as it is.
    pub fn release(self, now: Timestamp) -> Result<Moved, MoveError> {
        match self.hold {
            Hold::Placed { .. } => Ok(self.let_go(Press::Staff, Decision::of_staff(), now)),
            Hold::Waiting { .. } => Err(MoveError::WaitsForApproval),
            Hold::None | Hold::Released { .. } => Err(MoveError::HoldsNothing),
        }
    }

    pub(super) fn let_go(mut self, by: Press, decision: Decision, now: Timestamp) -> Moved {
        self.hold = Hold::Released { at: now, by };
        self.stop_countdown();
        (self, vec![Event::HoldReleased { decision }])
    }

    /// Staff approve a suspension that a guard held back.
    pub fn approve(mut self, now: Timestamp) -> Result<Moved, MoveError> {
        let Hold::Waiting { .. } = self.hold else { return Err(MoveError::NothingWaits) };
        self.open_countdown()?;
        self.hold = Hold::Placed { since: now, by: Press::Staff };
        Ok((self, vec![Event::HoldApproved { decision: Decision::of_staff() }]))
    }

    /// Staff refuse a suspension that a guard held back.
    pub fn refuse(mut self) -> Result<Moved, MoveError> {
        let Hold::Waiting { .. } = self.hold else { return Err(MoveError::NothingWaits) };
        self.hold = Hold::None;
        Ok((self, vec![Event::HoldRefused { decision: Decision::of_staff() }]))
    }

    /// After a pause: the guards look once more at a suspension that one of them held back.
    /// Comes back unchanged when nothing waits, or when the same guard still speaks against it.
    pub fn look_again(mut self, limit: &TimeLimit, facts: &Facts, now: Timestamp) -> Moved {
        let Hold::Waiting { why, .. } = self.hold else { return (self, Vec::new()) };
        let mut events = Vec::new();
        let needs_notice =
            limit.require_notice && self.allegation.suspend_method == SuspendMethod::TimeLimit;
        let ruling = self.rule_at_deadline(limit, needs_notice, facts);
        match ruling {
            Ruling::Wait(stop) if stop == why => {}
            ruling => {
                self.hold = Hold::None;
                let decision = decided(Rule::AfterPause, ruling, facts);
                self.obey(ruling, decision, now, &mut events);
            }
        }
        (self, events)
    }

    /// Just before an order is sent that nobody pressed: the guards look once more, because the world
    /// may have changed since the hold was placed. Comes back unchanged when they still agree.
    pub fn recheck(mut self, facts: &Facts, now: Timestamp) -> Moved {
        let mut events = Vec::new();
        if let Hold::Placed { by: Press::Automatic, .. } = self.hold {
            let ruling = guard::rule(self.customer_at_opening(), facts);
            let decision = decided(Rule::BeforeOrder, ruling, facts);
            match ruling {
                Ruling::Place => {}
                ruling if matches!(self.state, State::Open { .. }) => {
                    self.hold = Hold::None;
                    self.obey(ruling, decision, now, &mut events);
                }
                Ruling::Wait(_) | Ruling::Nothing(_) => {
                    self.hold = Hold::Released { at: now, by: Press::Automatic };
                    events.push(Event::HoldReleased { decision });
                }
            }
        }
        (self, events)
    }
}
