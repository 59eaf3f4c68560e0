//! The inbox as its pages look at it: the newest first, how much there is, the beginning of a text, and whose it may be.

use std::collections::BTreeMap;

use portreeve_core::ids::{MailId, ReportId};
use portreeve_core::intake::{Standing, Why};
use portreeve_core::time::{from_millis, rfc3339};
use portreeve_store::{StoreError, Tx};
use serde::Serialize;

use super::{ItemView, LISTED_INCIDENTS, views};
use crate::desk::Desk;
use crate::intake::{self, IncidentView, channel, told_reporter};
use crate::report::dossier::{self, ServiceFacts};
use crate::work::BOUND;

/// Bytes of what came in beyond which a list does not read it once more for its beginning.
const READ_AT_ONCE: i64 = 256 * 1024;

/// Longest beginning of a text, in characters.
const BEGINNING: usize = 160;

/// Subjects of a complaint whose holders are looked for.
const LOOKED_UP: usize = 10;

/// Services that are offered.
const OFFERED: usize = 12;

/// Complaints that a summary counts.
const SUMMED_UP: i64 = 100_000;

/// A part of the inbox, and how much is in it up to a bound.
#[derive(Debug, Clone, Copy)]
pub struct Tab {
    /// Which part.
    pub standing: Standing,
    /// How much, up to [`BOUND`].
    pub count: i64,
}

/// The parts of the inbox.
pub async fn tabs(desk: &Desk) -> Result<Vec<Tab>, StoreError> {
    let mut tx = desk.db.read().await?;
    let mut tabs = Vec::new();
    for standing in Standing::ALL.iter().copied() {
        let mut count = 0;
        for state in standing.states() {
            count += tx.count_mails_in_state(state, BOUND).await?;
        }
        tabs.push(Tab { standing, count: count.min(BOUND) });
    }
    Ok(tabs)
}

/// What stands so, the newest first, before `before`.
pub async fn latest(
    desk: &Desk,
    standing: Option<Standing>,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<ItemView>, StoreError> {
    let mut tx = desk.db.snapshot().await?;
    let rows = tx.latest_mails(standing, before, limit).await?;
    views(&mut tx, rows, LISTED_INCIDENTS).await
}

/// What came from a reporter, the newest first, before `before`.
pub async fn of_reporter(
    desk: &Desk,
    reporter: i64,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<ItemView>, StoreError> {
    let mut tx = desk.db.snapshot().await?;
    let rows = tx.mails_of_reporter(reporter, before, limit).await?;
    views(&mut tx, rows, LISTED_INCIDENTS).await
}

/// How a text begins; nothing of what is large.
pub async fn first_line(desk: &Desk, item: &ItemView) -> Result<String, StoreError> {
    if item.size > READ_AT_ONCE {
        return Ok(String::new());
    }
    let Some(mail) = intake::show(desk, MailId(item.id)).await? else {
        return Ok(String::new());
    };
    let said = if mail.said.trim().is_empty() { &mail.text } else { &mail.said };
    // The form writes what its fields say; what somebody wrote is the reason.
    let said = match said.split_once("\nReason:\n") {
        Some((_, reason)) if item.channel == "form" => reason,
        _ => said,
    };
    let line = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    Ok(portreeve_core::text::one_line(line, BEGINNING))
}

/// Services that a complaint may be about: those that held what it names then, and those that hold it now.
pub async fn candidates(desk: &Desk, item: &ItemView) -> Result<Vec<ServiceFacts>, StoreError> {
    let mut found: Vec<ServiceFacts> = Vec::new();
    let mut wanted: Vec<String> = Vec::new();
    let mut want = |text: Option<&String>| {
        if let Some(text) = text.filter(|text| !wanted.contains(text)) {
            wanted.push(text.clone());
        }
    };
    for incident in &item.incidents {
        want(incident.service.as_ref());
    }
    for incident in &item.incidents {
        want(incident.ip.as_ref());
        want(Some(&incident.subject.value).filter(|_| incident.subject.kind == "domain"));
        incident.domains.iter().for_each(|domain| want(Some(domain)));
    }
    for text in wanted.iter().take(LOOKED_UP) {
        for one in dossier::services_for(desk, text).await? {
            if found.len() < OFFERED && !found.iter().any(|known| known.key == one.key) {
                found.push(one);
            }
        }
    }
    Ok(found)
}

/// What waits, in numbers.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Complaints.
    pub total: i64,
    /// Those that would have been placed if the desk did more than observe.
    pub could_be_placed: i64,
    /// By format, the commonest first.
    pub by_format: Vec<(String, i64)>,
    /// By reason, the commonest first.
    pub by_reason: Vec<(&'static str, i64)>,
}

/// The complaints that wait, in numbers: what a desk that only observes has seen.
pub async fn summary(desk: &Desk) -> Result<Summary, StoreError> {
    let rows = desk.db.read().await?.waiting_complaints(SUMMED_UP).await?;
    let (mut formats, mut reasons) = (BTreeMap::new(), BTreeMap::new());
    let mut summary = Summary::default();
    for row in rows {
        summary.total += row.count;
        if row.why == Some(Why::Observed) {
            summary.could_be_placed += row.count;
        }
        *formats.entry(row.format).or_default() += row.count;
        if let Some(why) = row.why {
            *reasons.entry(why.code()).or_default() += row.count;
        }
    }
    summary.by_format = formats.into_iter().collect();
    summary.by_reason = reasons.into_iter().collect();
    summary.by_format.sort_by_key(|(_, count): &(String, i64)| -count);
    summary.by_reason.sort_by_key(|(_, count): &(&str, i64)| -count);
    Ok(summary)
}

/// Complaints about a report that are shown; of more the first and a number.
const SHOWN_COMPLAINTS: i64 = 100;

/// What the complaints about a report say together.
#[derive(Debug, Clone, Serialize)]
pub struct Counters {
    /// Events that they tell of.
    pub events: i64,
    /// How many there are.
    pub complaints: i64,
    /// When the first event was seen.
    pub first_seen: Option<String>,
    /// When the last one was.
    pub last_seen: Option<String>,
}

/// A complaint about a report.
#[derive(Debug, Clone, Serialize)]
pub struct ReportComplaint {
    /// Its number in the inbox.
    pub id: i64,
    /// When it came.
    pub received_at: String,
    /// Its format.
    pub format: Option<String>,
    /// By which way.
    pub channel: String,
    /// Whom it says that it is from.
    pub from: String,
    /// What it alleges about this report.
    pub incidents: Vec<IncidentView>,
}

/// The complaints about a report.
#[derive(Debug, Clone, Serialize)]
pub struct ReportComplaints {
    /// What they say together.
    pub counters: Counters,
    /// The first of them.
    pub list: Vec<ReportComplaint>,
}

async fn counters(tx: &mut Tx, report: ReportId) -> Result<Option<Counters>, StoreError> {
    let at = |millis: i64| from_millis(millis).map(rfc3339);
    Ok(tx.incidents_of_report(report).await?.map(|row| Counters {
        events: row.count,
        complaints: row.complaints,
        first_seen: row.first_seen.and_then(at),
        last_seen: row.last_seen.and_then(at),
    }))
}

/// The complaints about a report, for staff; nothing for a report without any.
pub async fn of_report(
    desk: &Desk,
    report: ReportId,
) -> Result<Option<ReportComplaints>, StoreError> {
    let mut tx = desk.db.snapshot().await?;
    let Some(counters) = counters(&mut tx, report).await? else { return Ok(None) };
    let rows = tx.complaints_of_report(report, SHOWN_COMPLAINTS).await?;
    let ids: Vec<MailId> = rows.iter().map(|row| MailId(row.id)).collect();
    let mut incidents = tx.incidents_of(&ids, LISTED_INCIDENTS).await?;
    let list = rows
        .into_iter()
        .map(|row| {
            let of_this = incidents.remove(&MailId(row.id)).unwrap_or_default().into_iter();
            let of_this = of_this.filter(|one| one.report == Some(report)).map(IncidentView::of);
            let told = told_reporter(row.complaint.as_deref());
            ReportComplaint {
                id: row.id,
                received_at: from_millis(row.received_at).map(rfc3339).unwrap_or_default(),
                format: row.format,
                channel: channel(&row.door).to_owned(),
                from: told.organisation.or(told.name).unwrap_or(row.from_address),
                incidents: of_this.collect(),
            }
        })
        .collect();
    Ok(Some(ReportComplaints { counters, list }))
}

/// What the complaints about a report say together, for its customer: numbers and instants, and nothing that anybody wrote.
pub async fn counters_of(desk: &Desk, report: ReportId) -> Result<Option<Counters>, StoreError> {
    counters(&mut desk.db.read().await?, report).await
}
