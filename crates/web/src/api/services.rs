//! Services of the directory, and the ledger.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use portreeve_app::customer::{self, LockdownView};
use portreeve_app::directory::{self, HoldingView, ServiceView};
use portreeve_core::fields;
use portreeve_core::ids::ServiceKey;
use portreeve_core::text::storable;
use portreeve_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::{May, SeeReports};
use super::problem::{Code, Failure, Problems};
use super::reports::{is_full, page_size};
use super::request::{Path, Query, answer};
use crate::Web;

/// A service as a caller names it.
pub(super) fn service_key(web: &Web, text: &str) -> Result<ServiceKey, Failure> {
    ServiceKey::parse(&storable(text), web.desk.config.default_directory())
        .map_err(|_| Failure::invalid("service", "is named by its id, or directory:id"))
}

/// Which services to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Go on behind this service: `next` of the page before.
    #[param(pattern = "^([A-Za-z0-9._-]{1,64}:)?[1-9][0-9]{0,17}$")]
    after: Option<String>,
    /// Services at most; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// A page of services.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServicePage {
    items: Vec<ServiceView>,
    /// `after` of the next page; null when this is the last one.
    next: Option<String>,
}

/// List services by directory and id. Needs the right `see_reports`.
#[utoipa::path(get, path = "/services", tag = "services", operation_id = "list_services", params(ListQuery),
    responses((status = 200, description = "A page of services", body = ServicePage), Problems))]
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    _: May<SeeReports>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failure> {
    let limit = page_size(query.limit)?;
    let after = query.after.map(|text| service_key(&web, &text)).transpose()?;
    let items = directory::list(&web.desk, after.as_ref(), limit).await?;
    let last = items.last().filter(|_| is_full(items.len(), limit));
    let next = last.map(|last| format!("{}:{}", last.directory, last.service_id));
    Ok(answer(StatusCode::OK, &ServicePage { items, next }))
}

/// Longest id of a customer, in characters.
const LONGEST_CUSTOMER: usize = 64;

/// In whose directory a customer is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct InDirectory {
    /// The directory that names the customer; absent: the first.
    #[param(pattern = "^[A-Za-z0-9._-]{1,64}$")]
    directory: Option<String>,
}

/// Ask whether a customer is kept to their reports (the setting `client.lockdown`), for panels without our addon. One
/// of whom nothing is known is not. Needs the right `see_reports`.
#[utoipa::path(get, path = "/customers/{customer}/lockdown", tag = "services", operation_id = "show_lockdown",
    params(("customer" = String, Path, description = "The panel's id of the customer", min_length = 1, max_length = 64), InDirectory),
    responses((status = 200, description = "Whether they are, and why", body = LockdownView), Problems))]
pub(crate) async fn lockdown(
    State(web): State<Arc<Web>>,
    _: May<SeeReports>,
    Path(customer): Path<String>,
    Query(InDirectory { directory }): Query<InDirectory>,
) -> Result<Response, Failure> {
    let known = &web.desk.config.directories;
    let directory = match &directory {
        None => web.desk.config.default_directory(),
        Some(name) if known.contains(name) => name,
        Some(_) => {
            let why = format!("must be one of: {}", known.join(", "));
            return Err(Failure::invalid("directory", why));
        }
    };
    if customer.chars().count() > LONGEST_CUSTOMER {
        return Err(Failure::invalid("customer", "has at most 64 characters"));
    }
    let view = customer::lockdown(&web.desk, directory, &storable(&customer)).await?;
    Ok(answer(StatusCode::OK, &view))
}

/// Show one service with what it holds. Needs the right `see_reports`.
#[utoipa::path(get, path = "/services/{service}", tag = "services", operation_id = "show_service",
    params(("service" = String, Path, description = "Its id, or `directory:id`",
        pattern = "^([A-Za-z0-9._-]{1,64}:)?[1-9][0-9]{0,17}$")),
    responses((status = 200, description = "The service", body = ServiceView), Problems))]
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    _: May<SeeReports>,
    Path(service): Path<String>,
) -> Result<Response, Failure> {
    let key = service_key(&web, &service)?;
    let found = directory::show(&web.desk, &key).await?;
    let missing = || Failure::new(Code::NotFound, format!("there is no service {key}"));
    Ok(answer(StatusCode::OK, &found.ok_or_else(missing)?))
}

/// What to ask the ledger.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    /// An address, a prefix or a domain.
    #[param(min_length = 1, max_length = 255, example = "192.0.2.7")]
    address: String,
    /// The instant, RFC 3339; now when absent.
    #[param(format = DateTime)]
    at: Option<String>,
}

/// Who held an address, a prefix or a domain, the most specific first. Needs the right `see_reports`.
#[utoipa::path(get, path = "/who-had", tag = "services", operation_id = "who_had", params(Ask),
    responses((status = 200, description = "Who held it, and how that is known", body = Vec<HoldingView>),
        Problems))]
pub(crate) async fn who_had(
    State(web): State<Arc<Web>>,
    _: May<SeeReports>,
    Query(ask): Query<Ask>,
) -> Result<Response, Failure> {
    let resource =
        fields::resource(&ask.address).map_err(|why| Failure::invalid("address", why))?;
    let at = match ask.at {
        None => web.desk.now(),
        Some(text) => text.parse::<Timestamp>().map_err(|_| {
            Failure::invalid("at", "must be an instant such as 2026-11-24T12:00:00Z")
        })?,
    };
    let holders = directory::who_had(&web.desk, &resource, at).await?;
    Ok(answer(StatusCode::OK, &holders))
}
