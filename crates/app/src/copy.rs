//! Copies of reports that are handed out on paper: what a customer's is made of. Staff's is made of the whole
//! [`dossier`](crate::report::dossier); two types, so that nothing for staff can get into a customer's copy.

use portreeve_core::ids::ReportId;
use portreeve_core::time::{Timestamp, from_millis};
use portreeve_store::{Slice, StoreError};

use crate::customer::{self, Customer, CustomerFile, MESSAGES};
use crate::desk::Desk;
use crate::report::view::{Part, SHOWN};

/// What a customer's copy of a report is made of.
#[derive(Debug, Clone)]
pub struct CustomerCopy {
    /// What the customer sees of the report.
    pub file: CustomerFile,
    /// What happened to it, the oldest first.
    pub happened: Vec<(Timestamp, Milestone)>,
    /// Messages or milestones came before those that are in it.
    pub is_cut: bool,
    /// As of when.
    pub made_at: Timestamp,
}

/// What customers may know of a report's history. Lines of history have words of staff and of panels in them, so
/// that none of their text is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Milestone {
    /// It was opened.
    Opened,
    /// The customer was reminded of the deadline.
    Reminded,
    /// The customer got more time.
    Extended,
    /// The deadline passed.
    DeadlineReached,
    /// The service was suspended.
    Suspended,
    /// The service was given back.
    Unsuspended,
    /// The customer took the service back.
    TakenBack,
    /// The customer paid to have it back.
    Paid,
    /// The customer said that it is fixed.
    MarkedFixed,
    /// The customer contested it.
    Contested,
    /// The customer asked for more time.
    MoreTimeAsked,
    /// It was closed.
    Closed,
    /// It was opened again.
    Reopened,
}

impl Milestone {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Opened,
        Self::Reminded,
        Self::Extended,
        Self::DeadlineReached,
        Self::Suspended,
        Self::Unsuspended,
        Self::TakenBack,
        Self::Paid,
        Self::MarkedFixed,
        Self::Contested,
        Self::MoreTimeAsked,
        Self::Closed,
        Self::Reopened,
    ];

    /// The kind of its line of history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reminded => "reminded",
            Self::Extended => "extended",
            Self::DeadlineReached => "deadline_reached",
            Self::Suspended => "suspended",
            Self::Unsuspended => "unsuspended",
            Self::TakenBack => "taken_back",
            Self::Paid => "paid",
            Self::MarkedFixed => "marked_fixed",
            Self::Contested => "contested",
            Self::MoreTimeAsked => "more_time_asked",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
        }
    }

    fn of(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|milestone| milestone.as_str() == kind)
    }
}

/// What the customer's copy of a report is made of; nothing when it is somebody else's.
pub async fn for_customer(
    desk: &Desk,
    customer: &Customer,
    id: ReportId,
) -> Result<Option<CustomerCopy>, StoreError> {
    let made_at = desk.now();
    let newest = Slice::latest(MESSAGES);
    let Some(file) = customer::report(desk, customer, id, newest).await? else { return Ok(None) };
    let kinds = Milestone::ALL.map(Milestone::as_str);
    let lines = desk.db.read().await?.events_of_kinds(id, &kinds, SHOWN + 1).await?;
    let lines = Part::of(lines, SHOWN, |line| line.id);
    let is_cut = lines.before.or(file.earlier).is_some();
    let happened = lines
        .rows
        .iter()
        .filter_map(|line| Some((from_millis(line.at)?, Milestone::of(&line.kind)?)))
        .collect();
    Ok(Some(CustomerCopy { file, happened, is_cut, made_at }))
}

/// The same for staff who hand it out; nothing when the report has no customer.
pub async fn for_its_customer(
    desk: &Desk,
    id: ReportId,
) -> Result<Option<CustomerCopy>, StoreError> {
    let report = desk.db.read().await?.report(id).await?;
    let Some(subject) = report.and_then(|report| report.subject) else { return Ok(None) };
    let customer = Customer {
        directory: subject.service.directory,
        customer_id: subject.customer_id,
        only: Some(id),
        reads_only: false,
    };
    for_customer(desk, &customer, id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_staff_do_among_themselves_is_no_milestone() {
        for milestone in Milestone::ALL {
            assert_eq!(Milestone::of(milestone.as_str()), Some(milestone));
        }
        for kind in ["noted", "hint", "handed_over", "awaiting_approval", "refused", "merged", ""] {
            assert_eq!(Milestone::of(kind), None, "{kind}");
        }
    }
}
