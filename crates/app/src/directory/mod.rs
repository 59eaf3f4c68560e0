//! The service directory: our copy of what the panels know, filled from files or by looking.

mod encoding;
mod file;
mod import;
mod row;
mod source;
mod sync;
pub(crate) mod table;

use std::collections::HashMap;

use portreeve_core::ids::ServiceKey;
use portreeve_core::ledger::{Holding, Ledger, Resource, covering, outer_ends};
use portreeve_core::time::{Timestamp, rfc3339};
use portreeve_store::{DirectoryLooks, KnownService, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::desk::Desk;

pub use file::{BadRow, Place, RowPlace, Rows, Warning, read_csv, read_json};
pub use import::{ImportError, Imported, Options, import};
pub use row::{COLUMNS, Listed, NotTaken, read_row};
pub use source::{Check, Fetched, Limit, LiveDirectory, Page, Pass, Source, SourceError, fetch};
pub use sync::{Progress, SyncError, Synced, follow, states, sync};
pub(crate) use sync::{remove, take};

/// A service as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServiceView {
    /// Directory.
    pub directory: String,
    /// The panel's id.
    pub service_id: i64,
    /// The panel's id of the customer.
    pub customer_id: String,
    /// Name of the customer.
    pub customer_name: String,
    /// Where notices go.
    pub customer_email: String,
    /// Language of the customer.
    pub language: String,
    /// What was bought.
    pub product: String,
    /// Domain.
    pub domain: String,
    /// Login name on the server.
    pub username: String,
    /// Server.
    pub server: String,
    /// State in the panel.
    pub status: &'static str,
    /// Main address.
    pub dedicated_ip: String,
    /// Never suspended automatically.
    pub protected: bool,
    /// When the directory last listed it.
    pub seen_at: String,
    /// When a complete look no longer found it.
    pub ended_at: Option<String>,
    /// What it holds now; only when one service is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
}

/// An answer of the ledger as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HoldingView {
    /// Directory.
    pub directory: String,
    /// The panel's id of the service.
    pub service_id: i64,
    /// The customer then.
    pub customer_id: String,
    /// What was held: the address, prefix or domain as assigned.
    pub resource: String,
    /// From when; null: since before records began. Between two syncs: the earlier.
    pub from: Option<String>,
    /// Until when; null: still. Between two looks: the later.
    pub to: Option<String>,
    /// `exact`, `since_records_began` or `between_syncs`.
    pub certainty: &'static str,
}

fn instant(millis: i64) -> String {
    portreeve_core::time::from_millis(millis).map(rfc3339).unwrap_or_default()
}

fn service_view(known: KnownService, looks: &DirectoryLooks) -> ServiceView {
    let seen_at = known.last_seen(looks);
    let service = known.service;
    ServiceView {
        directory: service.key.directory,
        service_id: service.key.id.get(),
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
        seen_at: instant(seen_at),
        ended_at: known.ended_at.map(instant),
        resources: None,
    }
}

/// Services by directory and id after `after`.
pub async fn list(
    desk: &Desk,
    after: Option<&ServiceKey>,
    limit: i64,
) -> Result<Vec<ServiceView>, StoreError> {
    let mut tx = desk.db.read().await?;
    let services = tx.services(after, limit).await?;
    let mut looks: HashMap<String, DirectoryLooks> = HashMap::new();
    let mut views = Vec::with_capacity(services.len());
    for known in services {
        let directory = &known.service.key.directory;
        if !looks.contains_key(directory) {
            looks.insert(directory.clone(), tx.directory_looks(directory).await?);
        }
        let looks = looks.get(directory).copied().unwrap_or_default();
        views.push(service_view(known, &looks));
    }
    Ok(views)
}

/// One service with what it holds.
pub async fn show(desk: &Desk, key: &ServiceKey) -> Result<Option<ServiceView>, StoreError> {
    let mut tx = desk.db.read().await?;
    let Some(known) = tx.service(key).await? else { return Ok(None) };
    let held = tx.open_assignments(&[key]).await?;
    let looks = tx.directory_looks(&key.directory).await?;
    let mut view = service_view(known, &looks);
    view.resources = Some(held.into_iter().map(|held| held.resource.to_string()).collect());
    Ok(Some(view))
}

/// Who held `resource` at `at`, the most specific first. Asks the tables, so that a command need not
/// load the whole ledger; the answer is made by the same code as in memory.
pub async fn who_had(
    desk: &Desk,
    resource: &Resource,
    at: Timestamp,
) -> Result<Vec<HoldingView>, StoreError> {
    let assignments = desk.db.read().await?.assignments_of(&covering(resource)).await?;
    let mut ledger = Ledger::default();
    for assignment in &assignments {
        ledger.put(assignment);
    }
    Ok(ledger.who_had(resource, at).into_iter().map(holding_view).collect())
}

fn holding_view(holding: Holding) -> HoldingView {
    let (from, to) = outer_ends(&holding.assignment.held);
    HoldingView {
        directory: holding.assignment.service.directory,
        service_id: holding.assignment.service.id.get(),
        customer_id: holding.assignment.customer_id,
        resource: holding.assignment.resource.to_string(),
        from: from.map(rfc3339),
        to: to.map(rfc3339),
        certainty: holding.certainty.as_str(),
    }
}
