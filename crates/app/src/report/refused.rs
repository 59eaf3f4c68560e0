//! Why something was not done to a report.

use portreeve_core::attachment::{FileName, Refused, Size};
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::intake::ANSWERS_PER_HOUR;
use portreeve_core::refusal::{Refusal, refusal};
use portreeve_core::report::{LONGEST_CATEGORY, LONGEST_CUSTOMER_TEXTS, LONGEST_TEXT, MoveError};
use portreeve_i18n::english;
use portreeve_store::StoreError;

use crate::payment::PayError;

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum ActError {
    /// There is no such report.
    NoReport(ReportId),
    /// There is no such service.
    NoService(ServiceKey),
    /// It would suspend a service that the directory marks as protected, and nobody confirmed that.
    Protected(ReportId, ServiceKey),
    /// The report is in no state for it.
    Move(ReportId, MoveError),
    /// There is no suspension of ours that could be kept.
    NotSuspended(ReportId),
    /// Somebody else changed the report since the caller looked at it.
    ChangedMeanwhile(ReportId),
    /// The idempotency key was used with another request.
    KeyUsedForAnother,
    /// There is no such member of staff.
    NoStaff(String),
    /// The service has another customer now, or is gone: it is not theirs to have back.
    ServiceMoved,
    /// There is nothing to pay for.
    Pay(#[from] PayError),
    /// The category is empty or too long.
    BadCategory,
    /// The text is empty or too long.
    BadText,
    /// The customer has written as often as they may within an hour.
    TooManyAnswers,
    /// The customer has written as much as a report takes.
    NoRoomForText,
    /// A file that came with it is not taken; nothing was done.
    File(FileName, Refused),
    /// Files came with something that writes nothing.
    FilesWithoutText,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ActError {
    /// It, for people who know which report it is about.
    pub fn reason(&self) -> Refusal {
        match self {
            Self::Move(_, why) => why.refusal(),
            other => other.refusal(),
        }
    }

    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::NoReport(id) => refusal!("refusal-no_report", id = id.0.to_string()),
            Self::NoService(key) => refusal!("refusal-no_service", service = key.to_string()),
            Self::Protected(id, key) => {
                refusal!("refusal-protected", id = id.0.to_string(), service = key.to_string())
            }
            Self::Move(id, why) => {
                refusal!("refusal-of_report", id = id.0.to_string(), why = why.refusal())
            }
            Self::NotSuspended(id) => refusal!("refusal-not_suspended", id = id.0.to_string()),
            Self::ChangedMeanwhile(id) => {
                refusal!("refusal-changed_meanwhile", id = id.0.to_string())
            }
            Self::KeyUsedForAnother => refusal!("refusal-key_used_for_another"),
            Self::NoStaff(name) => refusal!("refusal-missing-staff_member", name = name),
            Self::ServiceMoved => refusal!("refusal-service_moved"),
            Self::Pay(error) => error.refusal(),
            Self::BadCategory => refusal!("refusal-bad_category", most = LONGEST_CATEGORY),
            Self::BadText => refusal!("refusal-bad_text", most = LONGEST_TEXT),
            Self::TooManyAnswers => {
                refusal!("refusal-too_many_answers", most = ANSWERS_PER_HOUR)
            }
            Self::NoRoomForText => refusal!(
                "refusal-no_room_for_text",
                most = Size(LONGEST_CUSTOMER_TEXTS.try_into().unwrap_or(u64::MAX))
            ),
            Self::File(name, why) => {
                refusal!("refusal-file", name = name.as_str(), why = why.refusal())
            }
            Self::FilesWithoutText => refusal!("refusal-files_without_text"),
            Self::Store(_) => refusal!("refusal-unavailable"),
        }
    }
}
