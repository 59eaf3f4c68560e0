//! The inbox as its pages look at it: the newest first, how much there is, the beginning of a text, and whose it may be.

use std::collections::BTreeMap;

use portreeve_core::ids::MailId;
use portreeve_core::intake::{Standing, Why};
use portreeve_store::StoreError;

use super::{ItemView, LISTED_INCIDENTS, views};
use crate::desk::Desk;
use crate::intake;
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
