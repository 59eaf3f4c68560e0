//! Every path there is, and what stands around every request.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use rand::RngExt;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{Web, admin, amp, api, bridge, client, health, metrics, payments, public};

/// The end of the drop-in endpoint's path; anything may stand before it.
pub(crate) const AMP_PATH: &str = "/modules/addons/abusemanagerpro/includes/api.php";

/// The desk over HTTP. Serve it with the peers' addresses (`ConnectInfo<SocketAddr>`).
pub fn router(web: Arc<Web>) -> Router {
    Router::new()
        .route("/", get(public::home))
        .route("/report-abuse", get(public::form::show).post(public::form::submit))
        .route("/report-abuse/status/{token}", get(public::form::status))
        .route("/static/form.js", get(public::script))
        .route("/static/site.css", get(public::style))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .route("/bridge/v1/{directory}/events", post(bridge::events))
        .route("/bridge/v1/{directory}/state", post(bridge::state))
        .route("/payments/v1/{cashier}/events", post(payments::events))
        .route("/client", get(client::reports))
        .route("/client/link", post(client::ask_for_link))
        .route("/client/sso", post(client::sign_on))
        .route("/client/sign-out", post(client::sign_out))
        .route("/client/reports/{id}", get(client::report))
        .route("/client/reports/{id}/report.pdf", get(client::pdf))
        .route("/client/reports/{id}/{deed}", post(client::act))
        .route("/client/reports/{id}/attachments/{named}", get(client::attachment))
        .route("/client/reports/{id}/messages/{named}", get(client::message))
        .route("/client/r/{token}", get(client::report))
        .route("/client/r/{token}/reports", get(client::reports))
        .route("/client/r/{token}/reports/{id}", get(client::report))
        .route("/client/r/{token}/reports/{id}/report.pdf", get(client::pdf))
        .route("/client/r/{token}/reports/{id}/{deed}", post(client::act))
        .route("/client/r/{token}/reports/{id}/attachments/{named}", get(client::attachment))
        .route("/client/r/{token}/reports/{id}/messages/{named}", get(client::message))
        .merge(admin::router(&web))
        .nest("/api/v1", api::router())
        .fallback(any_prefix)
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(around))
        .with_state(web)
}

/// What `server.metrics_listen` serves: the numbers and the state of health, for callers without a proxy.
pub fn operators_router(web: Arc<Web>) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .fallback(|| async {
            plain(StatusCode::NOT_FOUND, "here are /metrics, /healthz and /readyz\n")
        })
        .layer(Extension(metrics::OwnDoor))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(around))
        .with_state(web)
}

/// Paths that may have any prefix, because WHMCS may stand under any.
async fn any_prefix(State(web): State<Arc<Web>>, request: Request) -> Response {
    let path = request.uri().path();
    if path.ends_with(AMP_PATH) {
        return amp::endpoint(&web, request).await;
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_read && path.ends_with("/index.php") && public::is_public_form(request.uri().query()) {
        return public::to_public_form(&web);
    }
    public::not_found(&web, request.headers())
}

/// Gives each request an id, answers with the headers that every page needs, and writes the log.
async fn around(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = format!("{:016x}", rand::rng().random::<u64>());
    let method = request.method().clone();
    let path = loggable(request.uri().path());
    let mut response = next.run(request).await;
    let status = response.status();
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        // Whoever comes while there is no room can cause many of these: away from the lines about faults.
        tracing::warn!(request.id = %id, %method, path, status = status.as_u16(), millis, "request turned away");
    } else if status.is_server_error() {
        tracing::error!(request.id = %id, %method, path, status = status.as_u16(), millis, "request failed");
    } else {
        tracing::debug!(request.id = %id, %method, path, status = status.as_u16(), millis, "request");
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", value);
    }
    // No other site learns an address of ours. Ours do: with `no-referrer` browsers would send our forms from nowhere.
    for (name, value) in
        [(header::X_CONTENT_TYPE_OPTIONS, "nosniff"), (header::REFERRER_POLICY, "same-origin")]
    {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                  base-uri 'none'; frame-ancestors 'none'";
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    response
}

/// A path as it may stand in the log: one line, short, and without the tokens of links.
fn loggable(path: &str) -> String {
    for secret in ["/client/", "/report-abuse/status/"] {
        if path.starts_with(secret) {
            return format!("{secret}…");
        }
    }
    portreeve_core::text::one_line(path, 200)
}

/// An answer in plain text.
pub(crate) fn plain(status: StatusCode, text: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text.into()).into_response()
}
