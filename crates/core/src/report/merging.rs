//! Two reports about the same: one takes the other one over, and that can be taken back.

use super::{Countdown, Hold, MoveError, Moved, Outcome, Report, State, Turn};
use crate::decision::{Decision, Facts, Rule};
use crate::event::Event;
use crate::ids::{Press, ReportId};
use crate::time::Timestamp;

/// A report was found to be about the same as another one, which took it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// The other one.
    pub into: ReportId,
    /// Its hold went along.
    pub hold_went_along: bool,
}

impl Report {
    /// `other`, about the same service, takes this report over: this one is closed as a duplicate, and
    /// its hold (or the suspension that waits) goes along, so that merging frees nobody. Returns this
    /// report and the other one.
    pub fn merge_into(
        mut self,
        mut other: Self,
        now: Timestamp,
    ) -> Result<(Moved, Moved), MoveError> {
        if self.id == other.id {
            return Err(MoveError::IntoItself);
        }
        let service = |report: &Self| report.subject.as_ref().map(|s| s.service.clone());
        if service(&self).is_none() || service(&self) != service(&other) {
            return Err(MoveError::OtherService);
        }
        if matches!(self.state, State::Closed { .. }) {
            return Err(MoveError::IsClosed);
        }
        if !matches!(other.state, State::Open { .. }) {
            return Err(MoveError::OtherIsClosed);
        }
        let hold = self.hold;
        let outcome = Outcome::Duplicate;
        self.state = State::Closed { at: now, outcome };
        let mut events = vec![
            Event::Merged { into: other.id },
            Event::Closed {
                outcome,
                kept: false,
                decision: merging(Rule::Merge, Press::Staff, other.id),
            },
        ];
        let mut other_events = vec![Event::Absorbed { from: self.id }];
        let goes_along = match (hold, other.hold) {
            (
                Hold::Placed { by, .. },
                Hold::None | Hold::Waiting { .. } | Hold::Released { .. },
            ) => {
                other.hold = Hold::Placed { since: now, by };
                other.stop_countdown();
                other_events
                    .push(Event::HoldPlaced { decision: merging(Rule::Merge, by, self.id) });
                true
            }
            (Hold::Waiting { why, .. }, Hold::None | Hold::Released { .. }) => {
                other.hold = hold;
                other_events.push(Event::HoldWaits {
                    why,
                    decision: merging(Rule::Merge, Press::Automatic, self.id),
                });
                true
            }
            _ => false,
        };
        match hold {
            Hold::Placed { by, .. } => {
                self.hold = Hold::Released { at: now, by };
                events.push(Event::HoldReleased {
                    decision: merging(Rule::Merge, Press::Staff, other.id),
                });
            }
            Hold::Waiting { .. } => self.hold = Hold::None,
            Hold::None | Hold::Released { .. } => {}
        }
        self.merged = Some(Merged { into: other.id, hold_went_along: goes_along });
        Ok(((self, events), (other, other_events)))
    }

    /// Takes a merging back: this report is open again, without a clock, and a hold that went along comes
    /// back if the other report still has it. Returns this report and the other one.
    pub fn unmerge(mut self, mut other: Self, now: Timestamp) -> Result<(Moved, Moved), MoveError> {
        let merged = self.merged.filter(|merged| merged.into == other.id);
        let Some(merged) = merged else { return Err(MoveError::NotMerged) };
        let State::Closed { .. } = self.state else { return Err(MoveError::NotClosed) };
        self.merged = None;
        self.state = State::Open { turn: Turn::Staff, countdown: Countdown::None };
        let mut events = vec![Event::Unmerged { with: other.id }, Event::Reopened];
        let mut other_events = vec![Event::Unmerged { with: self.id }];
        match other.hold {
            Hold::Placed { by, .. } if merged.hold_went_along => {
                self.hold = Hold::Placed { since: now, by };
                events.push(Event::HoldPlaced { decision: merging(Rule::Unmerge, by, other.id) });
                other.hold = Hold::Released { at: now, by };
                other_events.push(Event::HoldReleased {
                    decision: merging(Rule::Unmerge, Press::Staff, self.id),
                });
            }
            Hold::Waiting { why, .. } if merged.hold_went_along => {
                self.hold = Hold::Waiting { since: now, why };
                events.push(Event::HoldWaits {
                    why,
                    decision: merging(Rule::Unmerge, Press::Automatic, other.id),
                });
                other.hold = Hold::None;
            }
            _ => {}
        }
        Ok(((self, events), (other, other_events)))
    }
}

/// What happens to a hold by a merge, with the report on its other side.
fn merging(rule: Rule, by: Press, other: ReportId) -> Decision {
    Decision::by(by, rule).on(Facts { other_report: Some(other), ..Facts::default() })
}
