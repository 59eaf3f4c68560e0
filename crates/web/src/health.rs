//! For load balancers and supervisors.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::Web;
use crate::routes::plain;

/// The process is up.
pub(crate) async fn healthz() -> Response {
    plain(StatusCode::OK, "ok\n")
}

/// The database answers and its tables are up to date (the desk does not start before they are).
pub(crate) async fn readyz(State(web): State<Arc<Web>>) -> Response {
    match web.desk.check_ready().await {
        Ok(()) => plain(StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!("not ready: {error}");
            plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
