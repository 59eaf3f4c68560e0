//! A complaint as it was understood, with whose each source was: all that has to be known before it is placed. It is made
//! outside of transactions, the reading of it on threads of its own.

use std::collections::BTreeMap;
use std::net::IpAddr;

use portreeve_core::ids::ServiceKey;
use portreeve_core::intake::{Lane, Why};
use portreeve_core::placing::{Attribution, Rules, Source, attribute};
use portreeve_core::redact;
use portreeve_core::settings::Settings;
use portreeve_core::time::{Timestamp, from_millis};
use portreeve_formats::complaint::{self, Complaint, Incident, Subject, Zone};
use portreeve_store::{MailRow, StoreError};

use super::complaint::MOST_INCIDENTS;
use super::trust::{self, Flag, Judged};
use super::understood::{Stopped, Understood};
use super::{channel, form_complaint};
use crate::desk::Desk;

/// Sources that are looked up before others have their turn.
const AT_ONCE: usize = 128;

/// Services for which lines of a log are looked for: what is about more is a feed.
const MOST_QUOTED: usize = 5;

/// A complaint with all that placing needs.
#[derive(Debug)]
pub(super) struct Assessed {
    /// What it declares.
    pub(super) complaint: Complaint,
    /// Whose each source was.
    pub(super) found: Vec<Attribution>,
    /// Who sent it.
    pub(super) judged: Judged,
    /// Up to which change of the ledger that is true; none: nothing is taken for certain.
    pub(super) ledger: Option<i64>,
    /// Lines of logs in it that its services may see.
    pub(super) lines: BTreeMap<ServiceKey, Vec<String>>,
}

/// Reads something as a complaint, and asks whose the sources were.
pub(super) async fn assess(
    desk: &Desk,
    row: &MailRow,
    understood: &Understood,
    bytes: Vec<u8>,
    now: Timestamp,
) -> Result<Assessed, StoreError> {
    let complaint = read(row, understood, bytes.clone()).await;
    let told = complaint.reporter.email.as_deref();
    let judged = trust::judge(desk, row, &bytes, told).await?;
    let ledger = desk.ledger_of_now().await?;
    let live = desk.live();
    let found = attributions(desk, &live.settings, &complaint, row, now).await;
    let lines = lines(&complaint, &found, understood).await;
    Ok(Assessed { complaint, found, judged, ledger: Some(ledger), lines })
}

/// Asks once more whose the sources were: the ledger changed meanwhile.
pub(super) async fn ask_again(
    desk: &Desk,
    assessed: &mut Assessed,
    row: &MailRow,
    understood: &Understood,
    now: Timestamp,
) -> Result<(), StoreError> {
    assessed.ledger = Some(desk.ledger_of_now().await?);
    let live = desk.live();
    assessed.found = attributions(desk, &live.settings, &assessed.complaint, row, now).await;
    assessed.lines = lines(&assessed.complaint, &assessed.found, understood).await;
    Ok(())
}

/// Reads something as a complaint, and no more.
pub(super) async fn complaint(
    desk: &Desk,
    row: &MailRow,
    bytes: Vec<u8>,
) -> Result<Complaint, Stopped> {
    let understood = Understood::of(desk, bytes.clone(), row.envelope_from.clone()).await?;
    Ok(read(row, &understood, bytes).await)
}

async fn read(row: &MailRow, understood: &Understood, bytes: Vec<u8>) -> Complaint {
    if channel(&row.door) == "form"
        && let Some(complaint) = form_complaint::read(&understood.mail)
    {
        return complaint;
    }
    let name = row.name.clone();
    let read = move || together(complaint::read(&name, &bytes));
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| {
        tracing::error!("a complaint could not be read: {error}");
        Complaint::default()
    })
}

impl Assessed {
    /// How far its sender is trusted.
    pub(super) fn lane(&self) -> Lane {
        self.judged.lane
    }

    /// The DNS may answer in a moment, and whom it is from decides what may be done.
    pub(super) fn may_be_known_soon(&self) -> bool {
        self.judged.has(Flag::DnsFailed)
    }

    /// Takes nothing for certain: the ledger changes faster than it can be asked.
    pub(super) fn doubt_all(&mut self) {
        self.ledger = None;
        for found in &mut self.found {
            if let Attribution::Certain(holder) = found {
                *found = Attribution::Doubtful(Why::TimeUnsure, Some(holder.clone()));
            }
        }
    }
}

/// Several complaints of one mail are one for whoever sent it.
fn together(complaints: Vec<Complaint>) -> Complaint {
    let mut all = complaints.into_iter();
    let Some(mut first) = all.next() else { return Complaint::default() };
    for other in all {
        if first.incidents.is_empty() && !other.incidents.is_empty() {
            first.format = other.format;
        }
        first.not_a_report = first.not_a_report.and(other.not_a_report);
        first.incidents.extend(other.incidents);
        first.defects.extend(other.defects);
        first.trace.extend(other.trace);
    }
    first
}

/// Whose each source was, as far as they are stored.
pub(super) async fn attributions(
    desk: &Desk,
    settings: &Settings,
    complaint: &Complaint,
    row: &MailRow,
    now: Timestamp,
) -> Vec<Attribution> {
    let rules = Rules {
        received_at: from_millis(row.received_at).unwrap_or(now),
        now,
        max_age: settings.intake.max_age,
        own_networks: &settings.intake.own_networks,
    };
    let stored = &complaint.incidents[..complaint.incidents.len().min(MOST_INCIDENTS)];
    let mut found = Vec::with_capacity(stored.len());
    for some in stored.chunks(AT_ONCE) {
        desk.with_ledger(|ledger| {
            found.extend(some.iter().map(|one| attribute(ledger, &source_of(one), &rules)));
        });
        tokio::task::yield_now().await;
    }
    found
}

/// What an allegation declares about its source.
pub(super) fn source_of(incident: &Incident) -> Source {
    let mut source = Source {
        ip: incident.ip,
        domains: incident.domains.clone(),
        observed_at: incident.observed_at,
        zone_is_said: matches!(incident.zone, Zone::Value | Zone::Prose),
        ..Source::default()
    };
    for url in &incident.urls {
        take_host_of(&mut source, url);
    }
    match &incident.subject {
        Subject::Ip(ip) => source.ip = Some(*ip),
        Subject::Prefix(net) => (source.net, source.ip) = (Some(*net), None),
        Subject::Domain(name) => source.domains.push(name.clone()),
        Subject::Url(url) => take_host_of(&mut source, url),
        Subject::Email(address) => {
            // Anybody writes any sender; the address of the machine says more.
            if source.ip.is_none() {
                source.is_mail_address = true;
                source.domains.extend(address.rsplit_once('@').map(|(_, name)| name.to_owned()));
            }
        }
    }
    source.domains.sort_unstable();
    source.domains.dedup();
    source
}

/// The host of a page: an address, where none is declared, or a domain.
fn take_host_of(source: &mut Source, url: &str) {
    let Some(host) = complaint::host_of(url) else { return };
    match host.parse::<IpAddr>() {
        Ok(ip) => source.ip = source.ip.or(Some(ip.to_canonical())),
        Err(_) => source.domains.push(host),
    }
}

/// The lines of logs that each service may see, where it is about few.
async fn lines(
    complaint: &Complaint,
    found: &[Attribution],
    understood: &Understood,
) -> BTreeMap<ServiceKey, Vec<String>> {
    let mut own: BTreeMap<ServiceKey, Vec<IpAddr>> = BTreeMap::new();
    for (incident, found) in complaint.incidents.iter().zip(found) {
        if let (Attribution::Certain(holder), Some(ip)) = (found, incident.ip) {
            let addresses = own.entry(holder.service.clone()).or_default();
            if !addresses.contains(&ip) {
                addresses.push(ip);
            }
        }
        if own.len() > MOST_QUOTED {
            return BTreeMap::new();
        }
    }
    if own.is_empty() {
        return BTreeMap::new();
    }
    let reporter = &complaint.reporter;
    let names = [&reporter.name, &reporter.email, &reporter.organisation, &understood.mail.from];
    let names: Vec<String> = names.into_iter().flatten().cloned().collect();
    let text = understood.text.clone();
    let look = move || {
        own.into_iter()
            .map(|(service, own)| (service, redact::log_lines(&text, &own, &names)))
            .filter(|(_, lines)| !lines.is_empty())
            .collect()
    };
    tokio::task::spawn_blocking(look).await.unwrap_or_default()
}
