//! What can be done to a report.

use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::report::{Claim, Outcome};
use portreeve_core::time::{Span, Timestamp};

/// Something that is done to a report.
#[derive(Debug, Clone)]
pub enum Act {
    /// Staff write to the customer.
    Answer(String),
    /// The customer writes (or staff write down what the customer said).
    CustomerAnswer(String),
    /// The customer wrote a mail, which came at this instant.
    AnswerByMail(String, Timestamp),
    /// Staff write for themselves.
    Note(String),
    /// More time.
    Extend(Span),
    /// Name the service of a queued report.
    Assign(ServiceKey),
    /// Place the hold by hand, or order it once more.
    Suspend(Protected),
    /// The suspension that keeps the service off already is the report's from now on, whoever made it.
    Adopt,
    /// Release the hold.
    Release,
    /// The customer lifts the hold, and says what they did.
    TakeBack(String),
    /// The customer says that it is fixed, or that it is wrong, and why.
    Claim(Claim, String),
    /// The customer asks for so much more time, and may say why.
    AskForMoreTime(Span, String),
    /// Let a held-back suspension go ahead, or confirm what was done by hand.
    Approve(Protected),
    /// Drop a held-back suspension.
    Refuse,
    /// End the report.
    Close {
        /// How it ended.
        outcome: Outcome,
        /// Leave the service off.
        keep_suspended: bool,
    },
    /// Go on with a closed report.
    Reopen,
    /// Write to the customer and end the report.
    AnswerAndClose {
        /// The answer.
        text: String,
        /// How it ended.
        outcome: Outcome,
        /// Leave the service off.
        keep_suspended: bool,
    },
    /// Set another deadline, or one where there is none.
    SetDeadline(NewDeadline),
    /// Take the deadline away.
    CancelDeadline,
    /// Bring back the deadline that staff took away, with the time that was left.
    RestoreDeadline,
    /// A member of staff takes care of it from now on; none: nobody in particular.
    HandOver(Option<String>),
    /// It is about another kind of abuse.
    ChangeCategory(String),
    /// Another report about the same service takes this one over.
    MergeInto(ReportId),
    /// Take the merging back.
    Unmerge,
    /// The customer may pay to have the service back, or may no longer.
    OfferPayment(bool),
    /// The customer wants to pay.
    Pay,
    /// The links in notices that were sent lead nowhere any more.
    EndLinks,
}

/// When a deadline is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewDeadline {
    /// So long after the act.
    In(Span),
    /// At this instant.
    At(Timestamp),
}

/// What is to be done where the service is one that the directory marks as protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protected {
    /// It is left alone: whoever asks for its suspension has to say that they mean it.
    #[default]
    LeaveAlone,
    /// It is suspended: whoever asks for it has said so.
    Suspend,
}

impl Protected {
    /// From what somebody has confirmed.
    pub fn confirmed(yes: bool) -> Self {
        if yes { Self::Suspend } else { Self::LeaveAlone }
    }
}
