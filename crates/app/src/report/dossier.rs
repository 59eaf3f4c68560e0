//! Everything that staff want to see beside a report: its service and customer with their other reports, who held
//! the address, the mails, what was merged.

use portreeve_core::fields;
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::ledger::{Resource, parse_address};
use portreeve_core::reason::NotDelivered;
use portreeve_core::report::Report;
use portreeve_core::time::Timestamp;
use portreeve_store::{KnownService, Recipient, ReportFilter, StoreError, Tx};
use serde::Serialize;

use super::view::{self, ReportView, WholeReportView, Window};
use crate::desk::Desk;
use crate::directory::{self, HoldingView};

/// Other reports that are shown.
const OTHERS: i64 = 20;

/// Mails that are shown.
const MAILS: i64 = 50;

/// A report with what belongs to it.
#[derive(Debug, Serialize)]
pub struct Dossier {
    /// The report itself.
    pub whole: WholeReportView,
    /// Its service as the directory has it now.
    pub service: Option<ServiceFacts>,
    /// The service has another customer now than when the report was opened.
    pub customer_changed: bool,
    /// Other reports about the same service, the newest first.
    pub of_service: Vec<ReportView>,
    /// Other reports of the same customer about other services, the newest first.
    pub of_customer: Vec<ReportView>,
    /// Who held the address when the report was opened, the most specific first.
    pub holders: Vec<HoldingView>,
    /// What became of the mails.
    pub mails: Vec<Mail>,
    /// Reports that were merged into this one, the newest first.
    pub merged: Vec<i64>,
    /// Where suspensions of this service go; none: staff do them by hand.
    pub panel: Option<String>,
    /// The customer was not told, as far as is known: a deadline would wait for approval
    /// (`time_limit.require_notice`).
    pub waits_at_deadline: bool,
}

/// A service as staff see it.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceFacts {
    /// `directory:id`.
    pub key: String,
    /// Directory.
    pub directory: String,
    /// The panel's id.
    pub id: i64,
    /// The panel's id of the customer.
    pub customer_id: String,
    /// The customer's name.
    pub customer_name: String,
    /// Where notices go.
    pub customer_email: String,
    /// BCP 47 tag, or empty.
    pub language: String,
    /// What was bought.
    pub product: String,
    /// Its domain.
    pub domain: String,
    /// Login name.
    pub username: String,
    /// Server.
    pub server: String,
    /// The panel's state.
    pub status: &'static str,
    /// Its main address.
    pub dedicated_ip: String,
    /// Never suspended automatically.
    pub protected: bool,
    /// The directory no longer lists it.
    pub ended: bool,
}

/// What became of one mail.
#[derive(Debug, Serialize)]
pub struct Mail {
    /// Which notice.
    pub notice: &'static str,
    /// `customer` or `staff`.
    pub audience: &'static str,
    /// A mail server took it, and it did not come back.
    pub taken: bool,
    /// It was taken, and came back.
    pub bounced: bool,
    /// To whom it went, with what servers said of those that did not take it.
    pub recipients: Vec<Recipient>,
    /// Why nobody got it.
    pub why: Option<NotDelivered>,
    /// When, milliseconds.
    pub at: i64,
}

/// A service as staff see it.
pub(crate) fn service_facts(known: KnownService) -> ServiceFacts {
    let ended = known.ended_at.is_some();
    let service = known.service;
    ServiceFacts {
        key: service.key.to_string(),
        id: service.key.id.get(),
        directory: service.key.directory,
        customer_id: service.customer_id,
        customer_name: service.customer_name,
        customer_email: service.customer_email,
        language: service.language,
        product: service.product,
        domain: service.domain,
        username: service.username,
        server: service.server,
        status: service.status.as_str(),
        dedicated_ip: service.dedicated_ip,
        protected: service.protected,
        ended,
    }
}

/// The revision of a report, for who looks whether it changed.
pub async fn revision(desk: &Desk, id: ReportId) -> Result<Option<i64>, StoreError> {
    Ok(desk.db.read().await?.report(id).await?.map(|report| report.revision))
}

/// A report with what belongs to it.
pub async fn read(
    desk: &Desk,
    id: ReportId,
    window: &Window,
) -> Result<Option<Dossier>, StoreError> {
    // All of it as it stood at one moment: a suspension that another line of the page knows nothing of leads astray.
    let mut tx = desk.db.snapshot().await?;
    let Some(report) = tx.report(id).await? else { return Ok(None) };
    let key = service_of(&report);
    let known = match &key {
        Some(key) => tx.service(key).await?,
        None => None,
    };
    let mails = tx.notices_of(id, MAILS).await?;
    let merged = tx.merged_into(id, OTHERS).await?;
    let waits_at_deadline = desk.live().settings.time_limit.require_notice
        && key.is_some()
        && !tx.customer_was_told(id).await?;
    let others = others(&mut tx, &report, key.as_ref()).await?;
    let reports: Vec<Report> =
        [vec![report.clone()], others.of_service, others.of_customer].concat();
    let mut views = view::view_all(&mut tx, &reports).await?.into_iter();
    let Some(this) = views.next() else { return Ok(None) };
    let whole = view::whole(&mut tx, this, window).await?;
    let is_of_service = |view: &ReportView| {
        key.as_ref().is_some_and(|key| {
            view.directory.as_ref() == Some(&key.directory) && view.service_id == Some(key.id.get())
        })
    };
    let (of_service, of_customer) = views.partition(is_of_service);
    let holders = match parse_address(&report.allegation.service_ip) {
        Ok(address) => {
            let resource = Resource::Net(address.into());
            directory::holders_at(&mut tx, &resource, report.opened_at).await?
        }
        Err(_) => Vec::new(),
    };
    drop(tx);
    let service = known.map(service_facts);
    let customer = report.subject.as_ref().map(|subject| subject.customer_id.clone());
    let customer_changed = match (&service, &customer) {
        (Some(service), Some(customer)) => service.customer_id != *customer,
        _ => false,
    };
    let panel = key.as_ref().and_then(|key| desk.panel_for(key)).map(|panel| panel.name.clone());
    let mails = mails.into_iter().map(|row| Mail {
        notice: row.notice.as_str(),
        audience: row.audience.as_str(),
        taken: row.taken,
        bounced: row.bounced,
        recipients: row.recipients,
        why: row.why,
        at: row.done_at,
    });
    Ok(Some(Dossier {
        whole,
        service,
        customer_changed,
        of_service,
        of_customer,
        holders,
        mails: mails.collect(),
        merged: merged.into_iter().map(|id| id.0).collect(),
        panel,
        waits_at_deadline,
    }))
}

fn service_of(report: &Report) -> Option<ServiceKey> {
    report.subject.as_ref().map(|s| s.service.clone()).or_else(|| report.claimed_service.clone())
}

/// Reports beside another one, each list the newest first.
#[derive(Default)]
struct Others {
    of_service: Vec<Report>,
    of_customer: Vec<Report>,
}

/// Other reports about the service, and of its customer about other services.
async fn others(
    tx: &mut Tx,
    report: &Report,
    key: Option<&ServiceKey>,
) -> Result<Others, StoreError> {
    let Some(key) = key else { return Ok(Others::default()) };
    let base = ReportFilter { limit: OTHERS + 1, ..ReportFilter::default() };
    let about = ReportFilter { service: Some(key.clone()), ..base.clone() };
    let mut of_service = tx.reports(&about).await?;
    of_service.retain(|other| other.id != report.id);
    let customer = report.subject.as_ref().map(|subject| subject.customer_id.as_str());
    let mut of_customer = match customer.filter(|id| !id.is_empty()) {
        Some(customer) => {
            let customer = Some((key.directory.clone(), customer.to_owned()));
            tx.reports(&ReportFilter { customer, ..base }).await?
        }
        None => Vec::new(),
    };
    of_customer.retain(|other| service_of(other).as_ref() != Some(key));
    Ok(Others { of_service, of_customer })
}

/// Services that a queued report may be about: the one that its caller named, once the directory knows it, and
/// those that held its address when it came in.
pub async fn candidates(desk: &Desk, report: &ReportView) -> Result<Vec<ServiceFacts>, StoreError> {
    let mut keys: Vec<ServiceKey> = Vec::new();
    if let (Some(directory), Some(id)) = (&report.directory, report.service_id) {
        keys.extend(ServiceKey::parse(&format!("{directory}:{id}"), "").ok());
    }
    if let (Ok(address), Ok(at)) = (parse_address(&report.service_ip), report.opened_at.parse()) {
        keys.extend(holders_of(desk, &Resource::Net(address.into()), at).await?);
    }
    known(desk, keys).await
}

/// Services that a text may mean, as people look for them: an id, `directory:id`, an address (as of now), a domain,
/// a customer's id.
pub async fn services_for(desk: &Desk, text: &str) -> Result<Vec<ServiceFacts>, StoreError> {
    let text = text.trim();
    let mut keys: Vec<ServiceKey> = Vec::new();
    for directory in &desk.config.directories {
        keys.extend(ServiceKey::parse(text, directory).ok());
    }
    if let Ok(resource) = fields::resource(text) {
        keys.extend(holders_of(desk, &resource, desk.now()).await?);
    }
    let mut found = known(desk, keys).await?;
    let called = desk.db.read().await?.services_called(text, OTHERS).await?;
    found.extend(called.into_iter().map(service_facts));
    found.sort_by(|a, b| (a.ended, &a.directory, a.id).cmp(&(b.ended, &b.directory, b.id)));
    found.dedup_by(|a, b| a.key == b.key);
    Ok(found)
}

async fn holders_of(
    desk: &Desk,
    resource: &Resource,
    at: Timestamp,
) -> Result<Vec<ServiceKey>, StoreError> {
    let held = directory::who_had(desk, resource, at).await?;
    let keys = held.iter().filter_map(|one| {
        ServiceKey::parse(&format!("{}:{}", one.directory, one.service_id), "").ok()
    });
    Ok(keys.collect())
}

/// Those of these reports whose service the directory marks as protected.
pub async fn protected_among(desk: &Desk, reports: &[ReportView]) -> Result<Vec<i64>, StoreError> {
    let key = |report: &ReportView| {
        let (directory, id) = (report.directory.as_ref()?, report.service_id?);
        ServiceKey::parse(&format!("{directory}:{id}"), "").ok()
    };
    let services = known(desk, reports.iter().filter_map(key).collect()).await?;
    let is_protected = |report: &&ReportView| {
        let key = key(report).map(|key| key.to_string());
        services.iter().any(|service| service.protected && Some(&service.key) == key.as_ref())
    };
    Ok(reports.iter().filter(is_protected).map(|report| report.id).collect())
}

async fn known(desk: &Desk, mut keys: Vec<ServiceKey>) -> Result<Vec<ServiceFacts>, StoreError> {
    keys.sort_unstable();
    keys.dedup();
    let keys: Vec<&ServiceKey> = keys.iter().collect();
    let found = desk.db.read().await?.services_by_key(&keys).await?;
    Ok(found.into_iter().map(service_facts).collect())
}
