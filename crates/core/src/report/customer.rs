//! What customers do on their own: say that it is mended, say that it is wrong, ask for more time, and take their
//! service back where the report lets them.

use super::{Countdown, Hold, MoveError, Moved, OnReply, Report, State, Turn};
use crate::decision::{Decision, Facts, Rule};
use crate::event::{Channel, Event};
use crate::ids::Press;
use crate::payment::Money;
use crate::reason::NoEffect;
use crate::time::{Span, Timestamp};

/// The longest time that a customer may ask for.
pub const LONGEST_WISH: Span = Span::from_mins(30 * 24 * 60);

/// What a customer says of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The abuse has stopped.
    Fixed,
    /// There was none, or it was not theirs.
    Contested,
}

impl Claim {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Fixed, Self::Contested];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Contested => "contested",
        }
    }

    /// The claim of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|claim| claim.as_str() == word)
    }
}

/// What a customer said and did on their own, as far as it matters to what they may do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CustomerSaid {
    /// What they said last.
    pub claim: Option<Claim>,
    /// More time that they asked for and nobody has decided about.
    pub wants: Option<Span>,
    /// How often they asked for more time.
    pub more_time_times: u32,
    /// How often they lifted the suspension themselves.
    pub unsuspended_times: u32,
}

/// Why a customer cannot take their service back right now, or that they can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfUnsuspend {
    /// They can, so often more.
    Allowed(u32),
    /// The report has placed no hold, or does not let them.
    No,
    /// They did it as often as they may.
    Spent,
}

impl Report {
    /// Whether the customer can lift this report's hold now, when `limit` times are allowed.
    pub fn self_unsuspend(&self, limit: u32) -> SelfUnsuspend {
        let holds = matches!(self.hold, Hold::Placed { .. });
        if !holds || !self.allegation.allow_unsuspend || self.open_countdown().is_err() {
            return SelfUnsuspend::No;
        }
        match limit.saturating_sub(self.said.unsuspended_times) {
            0 => SelfUnsuspend::Spent,
            left => SelfUnsuspend::Allowed(left),
        }
    }

    /// The customer says that the abuse has stopped, or that there was none. It is a reply, and does to the clock what
    /// every reply does.
    pub fn claim(
        self,
        claim: Claim,
        on_reply: OnReply,
        channel: Channel,
        now: Timestamp,
    ) -> Result<Moved, MoveError> {
        let (mut report, mut events) = self.answer_by_customer(on_reply, channel, now)?;
        report.said.claim = Some(claim);
        events.push(match claim {
            Claim::Fixed => Event::MarkedFixed,
            Claim::Contested => Event::Contested,
        });
        Ok((report, events))
    }

    /// The customer asks for more time. The first time they get it at once, up to `by_itself`; beyond that staff decide,
    /// and asking is a reply.
    pub fn ask_for_more_time(
        mut self,
        by: Span,
        by_itself: Span,
        on_reply: OnReply,
        channel: Channel,
        now: Timestamp,
    ) -> Result<Moved, MoveError> {
        let countdown = self.open_countdown()?;
        if self.said.wants.is_some() {
            return Err(MoveError::AskedAlready);
        }
        if matches!(
            countdown,
            Countdown::None | Countdown::Lifted { .. } | Countdown::Reached { .. }
        ) {
            return Err(MoveError::NoDeadline);
        }
        if by < Span::from_mins(1) || by > LONGEST_WISH {
            return Err(MoveError::NotThatLong);
        }
        let first = self.said.more_time_times == 0;
        self.said.more_time_times = self.said.more_time_times.saturating_add(1);
        let asked = Event::MoreTimeAsked { by };
        let runs = matches!(countdown, Countdown::Running { .. });
        if first && runs && by <= by_itself {
            let (report, mut events) = self.extend(by)?;
            events.insert(0, asked);
            return Ok((report, events));
        }
        let (mut report, mut events) = self.answer_by_customer(on_reply, channel, now)?;
        // Where a reply takes the deadline away, nothing is left to be given.
        if report.open_countdown()? != Countdown::None {
            report.said.wants = Some(by);
        }
        events.push(asked);
        Ok((report, events))
    }

    /// The customer lifts the hold, where the report allows it, and says what they did. Staff look at it next.
    pub fn unsuspend_by_customer(
        self,
        limit: u32,
        on_reply: OnReply,
        channel: Channel,
        now: Timestamp,
    ) -> Result<Moved, MoveError> {
        self.open_countdown()?;
        if !self.allegation.allow_unsuspend {
            return Err(MoveError::UnsuspendNotAllowed);
        }
        match self.self_unsuspend(limit) {
            SelfUnsuspend::Allowed(_) => {}
            SelfUnsuspend::No => return Err(MoveError::HoldsNothing),
            SelfUnsuspend::Spent => return Err(MoveError::UnsuspendedTooOften),
        }
        let (mut report, mut events) = self.answer_by_customer(on_reply, channel, now)?;
        report.said.unsuspended_times = report.said.unsuspended_times.saturating_add(1);
        let decision = Decision::by(Press::Automatic, Rule::SelfUnsuspend);
        let (report, released) = report.let_go(Press::Automatic, decision, now);
        events.push(Event::TakenBack);
        events.extend(released);
        Ok((report, events))
    }

    /// Staff let the customer pay to have the service back, or no longer do.
    pub fn offer_payment(mut self, offered: bool) -> Result<Moved, MoveError> {
        if matches!(self.state, State::Closed { .. }) {
            return Err(MoveError::IsClosed);
        }
        if self.allegation.pay_to_unsuspend == offered {
            return Err(MoveError::OfferedSo);
        }
        self.allegation.pay_to_unsuspend = offered;
        Ok((self, vec![Event::PaymentOffered { offered }]))
    }

    /// Whether there is something that the customer could pay for: this report keeps the service off, and lets them.
    pub fn awaits_payment(&self) -> bool {
        self.allegation.pay_to_unsuspend && self.holds_service() && self.open_countdown().is_ok()
    }

    /// The customer's money is there, and that was seen. This report's hold goes, and no other; where it is gone already,
    /// or `still_theirs` says that the service has another customer now, staff decide what becomes of the money.
    pub fn paid(mut self, money: &Money, still_theirs: bool, now: Timestamp) -> Moved {
        let mut events = vec![Event::Paid { amount: money.to_string() }];
        if let State::Open { turn, .. } = &mut self.state {
            *turn = Turn::Staff;
        }
        let why = match self.hold {
            _ if !still_theirs => NoEffect::CustomerChanged,
            Hold::Placed { .. } if matches!(self.state, State::Open { .. }) => {
                let amount = Some(money.to_string());
                let decision = Decision::by(Press::Automatic, Rule::Payment)
                    .on(Facts { amount, ..Facts::default() });
                let (report, released) = self.let_go(Press::Automatic, decision, now);
                events.extend(released);
                return (report, events);
            }
            Hold::Placed { .. } => NoEffect::ReportClosed,
            Hold::None | Hold::Waiting { .. } | Hold::Released { .. } => NoEffect::HoldsNothing,
        };
        events.push(Event::PaidInVain { why });
        (self, events)
    }
}
