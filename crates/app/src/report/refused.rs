//! Why something was not done to a report.

use portreeve_core::attachment::{FileName, Refused};
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::intake::ANSWERS_PER_HOUR;
use portreeve_core::report::{LONGEST_CATEGORY, LONGEST_CUSTOMER_TEXTS, LONGEST_TEXT, MoveError};
use portreeve_store::StoreError;

use crate::payment::PayError;

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such report.
    #[error("there is no report {0}")]
    NoReport(ReportId),
    /// There is no such service.
    #[error("there is no service {0} in the directory")]
    NoService(ServiceKey),
    /// It would suspend a service that the directory marks as protected, and nobody confirmed that.
    #[error(
        "report {0}: service {1} is protected; nothing was done. Confirm that it is to be suspended all the same"
    )]
    Protected(ReportId, ServiceKey),
    /// The report is in no state for it.
    #[error("report {0}: {1}")]
    Move(ReportId, #[source] MoveError),
    /// There is no suspension of ours that could be kept.
    #[error(
        "{0} has not suspended its service, so there is nothing to keep; close it without that"
    )]
    NotSuspended(ReportId),
    /// Somebody else changed the report since the caller looked at it.
    #[error("report {0} was changed meanwhile; look at it again")]
    ChangedMeanwhile(ReportId),
    /// The idempotency key was used with another request.
    #[error("the idempotency key was used for another request")]
    KeyUsedForAnother,
    /// There is no such member of staff.
    #[error("there is no member of staff {0:?}")]
    NoStaff(String),
    /// The service has another customer now, or is gone: it is not theirs to have back.
    #[error("the service is no longer this customer's")]
    ServiceMoved,
    /// There is nothing to pay for.
    #[error(transparent)]
    Pay(#[from] PayError),
    /// The category is empty or too long.
    #[error("a category must have 1 to {LONGEST_CATEGORY} characters")]
    BadCategory,
    /// The text is empty or too long.
    #[error("the text must have 1 to {LONGEST_TEXT} characters")]
    BadText,
    /// The customer has written as often as they may within an hour.
    #[error(
        "the customer wrote {ANSWERS_PER_HOUR} times within an hour; wait before writing again"
    )]
    TooManyAnswers,
    /// The customer has written as much as a report takes.
    #[error("a report takes {} MiB of what its customer writes", LONGEST_CUSTOMER_TEXTS >> 20)]
    NoRoomForText,
    /// A file that came with it is not taken; nothing was done.
    #[error("file {0}: {1}")]
    File(FileName, Refused),
    /// Files came with something that writes nothing.
    #[error("files can come with a message or a note only")]
    FilesWithoutText,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
