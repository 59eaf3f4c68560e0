//! What a complaint does to reports: opens one, or joins one that is open. All in the transaction of the caller.

use portreeve_core::guard::{Facts, Mails};
use portreeve_core::ids::{Actor, Press, ReportId};
use portreeve_core::report::{Allegation, Hold, Report, Subject, SuspendMethod};
use portreeve_core::time::Timestamp;
use portreeve_store::{
    DeskState, IncidentsOfReport, KnownService, MailRow, NewReport, StoreError, Tx,
};

use crate::desk::Desk;
use crate::record::Record;
use crate::report::{clock, count_suspension, service_facts, suspensions_left};

/// Opens a report about a service, by the same rules as every other door.
pub(super) async fn open(
    tx: &mut Tx,
    desk: &Desk,
    known: &KnownService,
    allegation: Allegation,
    by: &Actor,
    now: Timestamp,
) -> Result<ReportId, StoreError> {
    let live = desk.live();
    let settings = &live.settings;
    let (state, left) = if allegation.suspend_method == SuspendMethod::Immediate {
        (tx.desk_state_alone().await?, suspensions_left(tx, settings, now).await?)
    } else {
        (DeskState::default(), 0)
    };
    let facts = Facts {
        service: service_facts(Some(known)),
        customer_was_told: false,
        mails: Mails::Seen,
        within_hourly_limit: left > 0,
        clock: clock(&state, None),
        paused: state.paused_at.is_some(),
    };
    let id = tx.take_report_ids(1).await?.pop().ok_or(StoreError::TooMany)?;
    let subject = Subject {
        service: known.service.key.clone(),
        customer_id: known.service.customer_id.clone(),
    };
    let limit = settings.time_limit_of(&allegation.category);
    let (report, events) = Report::open(id, subject, allegation, &limit, &facts, now);
    let is_suspended = matches!(report.hold, Hold::Placed { by: Press::Automatic, .. });
    let category = report.allegation.category.clone();
    tx.add_reports(&[NewReport { report, opened_by: by.to_string() }]).await?;
    tx.add_categories(&[category]).await?;
    if is_suspended {
        count_suspension(tx, id, now).await?;
    }
    let mut record = Record::new(desk);
    record.add(id, Some(&known.service.key), by, &events, now);
    record.write(tx, now).await?;
    Ok(id)
}

/// Counts a complaint into what all complaints about a report say together. Nothing where it is counted already.
pub(super) async fn count_in(
    tx: &mut Tx,
    report: ReportId,
    mail: &MailRow,
    events: i64,
    observed: Option<(i64, i64)>,
    now: i64,
) -> Result<Option<IncidentsOfReport>, StoreError> {
    if !tx.add_report_complaint(report, mail.id, mail.received_at).await? {
        return Ok(None);
    }
    let before = tx.incidents_of_report(report).await?;
    let mut row = before.unwrap_or_else(|| IncidentsOfReport {
        report,
        count: 0,
        complaints: 0,
        first_seen: None,
        last_seen: None,
        told: 0,
        told_at: now,
        tell_at: None,
        seen: String::new(),
    });
    let (first, last) = observed.unwrap_or((mail.received_at, mail.received_at));
    row.count = row.count.saturating_add(events.max(1));
    row.complaints += 1;
    row.first_seen = Some(row.first_seen.map_or(first, |known| known.min(first)));
    row.last_seen = Some(row.last_seen.map_or(last, |known| known.max(last)));
    tx.put_incidents_of_report(&row).await?;
    Ok(Some(row))
}
