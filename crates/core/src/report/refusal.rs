//! Why something cannot be done to a report as it stands.

/// Why a move cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// Closed already.
    #[error("the report is closed; reopen it first")]
    IsClosed,
    /// Not closed.
    #[error("the report is not closed")]
    NotClosed,
    /// Waits for a service.
    #[error("the report waits in the queue; assign it to a service first")]
    IsQueued,
    /// Has its service already.
    #[error("the report does not wait in the queue")]
    NotQueued,
    /// No deadline runs.
    #[error("the report has no deadline that could be moved")]
    NoDeadline,
    /// Staff took no deadline away, or one was set since.
    #[error("no deadline of the report was cancelled by staff, so there is none to restore")]
    NothingLifted,
    /// There is no hold to release.
    #[error("the report holds nothing; there is nothing to release")]
    HoldsNothing,
    /// A guard holds the suspension back.
    #[error("the suspension waits for approval; approve or refuse it")]
    WaitsForApproval,
    /// No suspension waits.
    #[error("no suspension of this report waits for approval")]
    NothingWaits,
    /// The customer may not lift this hold.
    #[error("this report does not allow the customer to unsuspend")]
    UnsuspendNotAllowed,
    /// They did it as often as they may.
    #[error("the customer has lifted this suspension as often as they may; staff decide now")]
    UnsuspendedTooOften,
    /// More time was asked for, and nobody has decided yet.
    #[error("more time was asked for already; staff will decide")]
    AskedAlready,
    /// No more time is no extension.
    #[error("give some time, for example 24h")]
    NoTime,
    /// What was asked for is no length of time that could be given.
    #[error("ask for some time, and for not more than 30 days")]
    NotThatLong,
    /// The report does not offer it, or offers it already.
    #[error("there is nothing to change: paying to unsuspend is offered already, or was not")]
    OfferedSo,
    /// Only reports about one service can be merged.
    #[error("the other report is about another service, or about none yet")]
    OtherService,
    /// A report cannot take itself over.
    #[error("a report cannot be merged into itself")]
    IntoItself,
    /// The report that is to take it over is closed.
    #[error("the other report is closed; reopen it first, or merge the other way round")]
    OtherIsClosed,
    /// It was not merged.
    #[error("the report was not merged into another one")]
    NotMerged,
}
