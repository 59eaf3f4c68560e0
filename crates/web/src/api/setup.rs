//! Settings, credentials, and the desk itself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portreeve_app::Credential;
use portreeve_app::digest::sha256_hex;
use portreeve_app::settings::{self, Shown};
use portreeve_app::staff::{self, NewCredential, StaffError};
use portreeve_core::text::storable;
use portreeve_core::time::{from_millis, rfc3339};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::{Caller, May, Setup};
use super::problem::{Code, Failure, Problems};
use super::reports::{behind, is_full, page_size};
use super::request::{Json, Path, Query, answer, tagged};
use crate::Web;

fn instant(millis: i64) -> String {
    from_millis(millis).map(rfc3339).unwrap_or_default()
}

/// A desk setting.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Setting {
    key: &'static str,
    /// What counts now.
    value: String,
    default: &'static str,
    meaning: &'static str,
}

impl From<Shown> for Setting {
    fn from(shown: Shown) -> Self {
        let key = shown.key;
        Self { key: key.name, value: shown.value, default: key.default, meaning: key.meaning }
    }
}

/// The tag of a value.
fn tag(value: &str) -> String {
    sha256_hex(value.as_bytes()).chars().take(16).collect()
}

/// List all settings. Needs the right `setup`.
#[utoipa::path(get, path = "/settings", tag = "setup", operation_id = "list_settings",
    responses((status = 200, description = "All settings", body = Vec<Setting>), Problems))]
pub(crate) async fn settings(
    State(web): State<Arc<Web>>,
    _: May<Setup>,
) -> Result<Response, Failure> {
    let list: Vec<Setting> =
        settings::list(&web.desk).await?.into_iter().map(Setting::from).collect();
    Ok(answer(StatusCode::OK, &list))
}

/// Show one setting. Needs the right `setup`.
#[utoipa::path(get, path = "/settings/{key}", tag = "setup", operation_id = "show_setting",
    params(("key" = String, Path, description = "Such as `time_limit.period`")),
    responses((status = 200, description = "The setting", body = Setting,
        headers(("ETag" = String, description = "Tag of the value, for `If-Match`"))), Problems))]
pub(crate) async fn setting(
    State(web): State<Arc<Web>>,
    _: May<Setup>,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let setting = Setting::from(settings::get(&web.desk, &key).await?);
    Ok(tagged(answer(StatusCode::OK, &setting), &tag(&setting.value)))
}

/// A new value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewValue {
    /// As `portreeve settings set` takes it.
    #[schema(max_length = 65536)]
    value: String,
}

/// Change a setting; it counts on every node within a second. Needs the right `setup`.
#[utoipa::path(put, path = "/settings/{key}", tag = "setup", operation_id = "change_setting",
    request_body = NewValue,
    params(("key" = String, Path, description = "Such as `time_limit.period`"),
        ("If-Match" = Option<String>, Header, pattern = r#"^(\*|"[0-9a-f]{16}")$"#, description = "Only while the value has this ETag")),
    responses((status = 200, description = "The setting", body = Setting,
        headers(("ETag" = String, description = "Tag of the value, for `If-Match`"))), Problems))]
pub(crate) async fn change_setting(
    State(web): State<Arc<Web>>,
    caller: May<Setup>,
    Path(key): Path<String>,
    headers: HeaderMap,
    Json(new): Json<NewValue>,
) -> Result<Response, Failure> {
    let expected = headers.get(header::IF_MATCH).map(|value| value.to_str().unwrap_or_default());
    let passes = |present: &str| match expected {
        None | Some("*") => true,
        Some(wanted) => wanted.trim() == format!("\"{}\"", tag(present)),
    };
    settings::set_if(&web.desk, &caller.0.actor(), &key, &storable(&new.value), passes).await?;
    let setting = Setting::from(settings::get(&web.desk, &key).await?);
    Ok(tagged(answer(StatusCode::OK, &setting), &tag(&setting.value)))
}

/// A credential of the drop-in endpoint, without its identifier.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CredentialView {
    /// Its reference.
    #[serde(rename = "ref")]
    reference: i64,
    staff: String,
    /// Its role; null: no actions.
    role: Option<String>,
    description: String,
    created_at: String,
    revoked_at: Option<String>,
    /// While its member of staff is disabled it does not work.
    staff_disabled_at: Option<String>,
}

impl From<Credential> for CredentialView {
    fn from(credential: Credential) -> Self {
        Self {
            reference: credential.id,
            staff: credential.staff_name,
            role: credential.role,
            description: credential.description,
            created_at: instant(credential.created_at),
            revoked_at: credential.revoked_at.map(instant),
            staff_disabled_at: credential.staff_disabled_at.map(instant),
        }
    }
}

/// Which credentials to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Go on behind this reference: `next` of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Credentials at most; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// A page of credentials.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CredentialPage {
    items: Vec<CredentialView>,
    /// `after` of the next page; null when this is the last one.
    next: Option<i64>,
}

/// List the credentials of the drop-in endpoint. Needs the right `setup`.
#[utoipa::path(get, path = "/credentials", tag = "setup", operation_id = "list_credentials", params(ListQuery),
    responses((status = 200, description = "A page of credentials", body = CredentialPage), Problems))]
pub(crate) async fn credentials(
    State(web): State<Arc<Web>>,
    _: May<Setup>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failure> {
    let limit = page_size(query.limit)?;
    let after = behind(query.after)?.unwrap_or(0);
    let list = staff::credentials(&web.desk, after, limit).await?;
    let items: Vec<CredentialView> = list.into_iter().map(CredentialView::from).collect();
    let next = items.last().map(|last| last.reference).filter(|_| is_full(items.len(), limit));
    Ok(answer(StatusCode::OK, &CredentialPage { items, next }))
}

/// A credential to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddCredential {
    /// Name of the member of staff whose it is.
    #[schema(min_length = 1, max_length = 64)]
    staff: String,
    /// Role; absent: no actions, which is right for the drop-in endpoint.
    #[schema(min_length = 1, max_length = 64)]
    role: Option<String>,
    /// What it is for.
    #[schema(max_length = 255)]
    description: Option<String>,
}

/// A credential that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeCredential {
    /// Its reference.
    #[serde(rename = "ref")]
    reference: i64,
    /// Its identifier (API ID). It is not stored and cannot be shown again.
    identifier: String,
}

/// Make a credential for the drop-in endpoint. Needs the right `setup`.
#[utoipa::path(post, path = "/credentials", tag = "setup", operation_id = "add_credential",
    request_body = AddCredential,
    responses((status = 201, description = "It works within a second", body = MadeCredential), Problems))]
pub(crate) async fn add_credential(
    State(web): State<Arc<Web>>,
    caller: May<Setup>,
    Json(new): Json<AddCredential>,
) -> Result<Response, Failure> {
    let new = NewCredential {
        staff: storable(&new.staff),
        role: new.role.map(|role| storable(&role)),
        identifier: None,
        description: storable(&new.description.unwrap_or_default()),
        allow: String::new(),
    };
    let (reference, identifier) = staff::add_credential(&web.desk, &caller.0.actor(), &new).await?;
    Ok(answer(StatusCode::CREATED, &MadeCredential { reference, identifier }))
}

/// Revoke a credential at once and for good. Needs the right `setup`.
#[utoipa::path(delete, path = "/credentials/{ref}", tag = "setup", operation_id = "revoke_credential",
    params(("ref" = i64, Path, minimum = 1, description = "Its reference")),
    responses((status = 204, description = "It is revoked"), Problems))]
pub(crate) async fn revoke_credential(
    State(web): State<Arc<Web>>,
    caller: May<Setup>,
    Path(reference): Path<i64>,
) -> Result<Response, Failure> {
    match staff::revoke_credential(&web.desk, &caller.0.actor(), reference).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error @ StaffError::Missing { .. }) => {
            Err(Failure::new(Code::NotFound, error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// How the desk is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Version of the program.
    version: &'static str,
    /// Since when automatic orders are stopped; null when they are not.
    paused_at: Option<String>,
    /// Who stopped them.
    paused_by: Option<String>,
    /// Why the clock is not trusted; null when it is.
    clock_suspect: Option<String>,
}

/// How the desk is. Any good token will do.
#[utoipa::path(get, path = "/health", tag = "desk", operation_id = "health",
    responses((status = 200, description = "The database answers", body = Health), Problems))]
pub(crate) async fn health(State(web): State<Arc<Web>>, _: Caller) -> Result<Response, Failure> {
    let state = web.desk.state().await?;
    let health = Health {
        version: env!("CARGO_PKG_VERSION"),
        paused_at: state.paused_at.map(instant),
        paused_by: state.paused_by,
        clock_suspect: state.clock_suspect,
    };
    Ok(answer(StatusCode::OK, &health))
}

/// The token that calls.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Reference of the token.
    token: i64,
    /// For whom it acts.
    staff: String,
    /// What it may do now.
    rights: Vec<&'static str>,
}

/// What the token may do. Any good token will do.
#[utoipa::path(get, path = "/me", tag = "desk", operation_id = "me",
    responses((status = 200, description = "The token", body = Me), Problems))]
pub(crate) async fn me(Caller(bearer): Caller) -> Response {
    let me = Me { token: bearer.id, rights: bearer.rights().collect(), staff: bearer.staff };
    answer(StatusCode::OK, &me)
}
