//! Why something cannot be done to a report as it stands.

use crate::refusal::{Refusal, refusal};

/// Why a move cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveError {
    /// Closed already.
    IsClosed,
    /// Not closed.
    NotClosed,
    /// Waits for a service.
    IsQueued,
    /// Has its service already.
    NotQueued,
    /// No deadline runs.
    NoDeadline,
    /// A deadline in the past, or none that anybody can mean.
    NotAhead,
    /// It holds its service, so that a deadline has no meaning.
    HoldsAlready,
    /// The suspension of its service is ours, or an order about it is out.
    NothingToAdopt,
    /// Staff took no deadline away, or one was set since.
    NothingLifted,
    /// There is no hold to release.
    HoldsNothing,
    /// A guard holds the suspension back.
    WaitsForApproval,
    /// No suspension waits.
    NothingWaits,
    /// The customer may not lift this hold.
    UnsuspendNotAllowed,
    /// They did it as often as they may.
    UnsuspendedTooOften,
    /// More time was asked for, and nobody has decided yet.
    AskedAlready,
    /// No more time is no extension.
    NoTime,
    /// What was asked for is no length of time that could be given.
    NotThatLong,
    /// The report does not offer it, or offers it already.
    OfferedSo,
    /// Only reports about one service can be merged.
    OtherService,
    /// A report cannot take itself over.
    IntoItself,
    /// The report that is to take it over is closed.
    OtherIsClosed,
    /// It was not merged.
    NotMerged,
}

impl MoveError {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::IsClosed,
        Self::NotClosed,
        Self::IsQueued,
        Self::NotQueued,
        Self::NoDeadline,
        Self::NotAhead,
        Self::HoldsAlready,
        Self::NothingToAdopt,
        Self::NothingLifted,
        Self::HoldsNothing,
        Self::WaitsForApproval,
        Self::NothingWaits,
        Self::UnsuspendNotAllowed,
        Self::UnsuspendedTooOften,
        Self::AskedAlready,
        Self::NoTime,
        Self::NotThatLong,
        Self::OfferedSo,
        Self::OtherService,
        Self::IntoItself,
        Self::OtherIsClosed,
        Self::NotMerged,
    ];

    /// It, for people.
    pub fn refusal(self) -> Refusal {
        match self {
            Self::IsClosed => refusal!("refusal-is_closed"),
            Self::NotClosed => refusal!("refusal-not_closed"),
            Self::IsQueued => refusal!("refusal-is_queued"),
            Self::NotQueued => refusal!("refusal-not_queued"),
            Self::NoDeadline => refusal!("refusal-no_deadline"),
            Self::NotAhead => refusal!("refusal-not_ahead"),
            Self::HoldsAlready => refusal!("refusal-holds_already"),
            Self::NothingToAdopt => refusal!("refusal-nothing_to_adopt"),
            Self::NothingLifted => refusal!("refusal-nothing_lifted"),
            Self::HoldsNothing => refusal!("refusal-holds_nothing"),
            Self::WaitsForApproval => refusal!("refusal-waits_for_approval"),
            Self::NothingWaits => refusal!("refusal-nothing_waits"),
            Self::UnsuspendNotAllowed => refusal!("refusal-unsuspend_not_allowed"),
            Self::UnsuspendedTooOften => refusal!("refusal-unsuspended_too_often"),
            Self::AskedAlready => refusal!("refusal-asked_already"),
            Self::NoTime => refusal!("refusal-no_time"),
            Self::NotThatLong => refusal!("refusal-not_that_long"),
            Self::OfferedSo => refusal!("refusal-offered_so"),
            Self::OtherService => refusal!("refusal-other_service"),
            Self::IntoItself => refusal!("refusal-into_itself"),
            Self::OtherIsClosed => refusal!("refusal-other_is_closed"),
            Self::NotMerged => refusal!("refusal-not_merged"),
        }
    }
}
