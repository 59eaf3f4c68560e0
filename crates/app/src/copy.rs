//! Copies of reports that are handed out on paper: what a customer's is made of. Staff's is made of the whole
//! [`dossier`](crate::report::dossier); two types, so that nothing for staff can get into a customer's copy.

use portreeve_core::event::Kind;
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
    /// What customers may know of its history, the oldest first. Lines of history have words of staff and of panels in
    /// their facts, so that nothing but their kinds is taken over.
    pub happened: Vec<(Timestamp, Kind)>,
    /// Messages or milestones came before those that are in it.
    pub is_cut: bool,
    /// As of when.
    pub made_at: Timestamp,
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
    let kinds: Vec<Kind> = Kind::for_customer().collect();
    let lines = desk.db.read().await?.events_of_kinds(id, &kinds, SHOWN + 1).await?;
    let lines = Part::of(lines, SHOWN, |line| line.id);
    let is_cut = lines.before.or(file.earlier).is_some();
    let happened = lines
        .rows
        .iter()
        .filter_map(|line| Some((from_millis(line.at)?, line.event.kind())))
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
