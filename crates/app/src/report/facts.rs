//! What the guards have to know, read in the transaction that asks them.

use portreeve_core::guard::{Clock, Facts, Mails, ServiceFacts};
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::settings::Settings;
use portreeve_core::time::{Span, Timestamp};
use portreeve_store::{DeskState, KnownService, StoreError, Tx};

/// The window of `limits.suspensions_per_hour`.
const HOUR: Span = Span::from_mins(60);

/// Automatic suspensions that may still happen in this hour.
pub(crate) async fn suspensions_left(
    tx: &mut Tx,
    settings: &Settings,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let limit = i64::from(settings.suspensions_per_hour);
    let since = HOUR.before(now).as_millisecond();
    Ok(limit - tx.count_automatic_suspensions(since, limit).await?)
}

/// Puts an automatic suspension on the hourly account.
pub(crate) async fn count_suspension(
    tx: &mut Tx,
    report: ReportId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let forget = HOUR.doubled_up_to(Span::from_mins(120)).before(now).as_millisecond();
    tx.add_automatic_suspension(report, now.as_millisecond(), forget).await
}

/// The service as guards see it; none when the directory no longer lists it.
pub(crate) fn service_facts(known: Option<&KnownService>) -> Option<ServiceFacts> {
    known.filter(|known| known.ended_at.is_none()).map(|known| ServiceFacts {
        customer_id: known.service.customer_id.clone(),
        status: known.service.status,
        protected: known.service.protected,
    })
}

/// How far the clock can be trusted for something that was due at `due`.
pub(crate) fn clock(state: &DeskState, due: Option<Timestamp>) -> Clock {
    if state.clock_suspect.is_some() {
        return Clock::Suspect;
    }
    let stood_still = match (state.still_from, state.still_to, due) {
        (Some(from), Some(to), Some(due)) => {
            let due = due.as_millisecond();
            from < due && due <= to
        }
        _ => false,
    };
    if stood_still { Clock::StoodStill } else { Clock::Sane }
}

/// Everything that the guards of one report have to know. `due` is what the suspension was due at, if at any time;
/// mail that came until `heard_until` has to be read, where the customer's answer counts. Holds the desk's row, so that no
/// two transactions count the same suspension as the last one allowed.
pub(crate) async fn facts(
    tx: &mut Tx,
    report: ReportId,
    service: &ServiceKey,
    due: Option<Timestamp>,
    heard_until: Option<Timestamp>,
    settings: &Settings,
    now: Timestamp,
) -> Result<Facts, StoreError> {
    let state = tx.desk_state_alone().await?;
    let known = tx.service(service).await?;
    Ok(Facts {
        service: service_facts(known.as_ref()),
        customer_was_told: tx.customer_was_told(report).await?,
        mails: mails(tx, report, heard_until).await?,
        within_hourly_limit: suspensions_left(tx, settings, now).await? > 0,
        clock: clock(&state, due),
        paused: state.paused_at.is_some(),
    })
}

/// Unread mail goes before mail that waits: what it turns out to be may change the deadline itself.
async fn mails(
    tx: &mut Tx,
    report: ReportId,
    heard_until: Option<Timestamp>,
) -> Result<Mails, StoreError> {
    if let Some(until) = heard_until
        && tx.unread_mail_about(report, until.as_millisecond()).await?
    {
        return Ok(Mails::Unread);
    }
    Ok(if tx.mail_waits(report).await? { Mails::Waiting } else { Mails::Seen })
}
