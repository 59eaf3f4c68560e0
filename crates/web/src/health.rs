//! For load balancers and supervisors.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use portreeve_app::{directory, intake};
use portreeve_core::text::one_line;

use crate::Web;
use crate::metrics::is_for_operators;
use crate::routes::plain;

/// The process is up.
pub(crate) async fn healthz() -> Response {
    plain(StatusCode::OK, "ok\n")
}

/// The database answers and its tables are up to date (the desk does not start before they are). A directory
/// or mailbox that cannot be read does not make the desk unready: reports are taken all the same. Those who may see the
/// numbers are told of it.
pub(crate) async fn readyz(State(web): State<Arc<Web>>, request: Request) -> Response {
    match directory::states(&web.desk).await {
        Ok(states) => {
            let mut text = "ready\n".to_owned();
            if is_for_operators(&web, &request) {
                for state in states {
                    let Some(why) = state.trouble else { continue };
                    text.push_str(&format!("directory {}: {}\n", state.name, one_line(&why, 500)));
                }
                for state in intake::states(&web.desk).await.unwrap_or_default() {
                    let Some(why) = state.trouble else { continue };
                    text.push_str(&format!("mailbox {}: {}\n", state.name, one_line(&why, 500)));
                }
                if let Ok(unread) = intake::unread(&web.desk).await
                    && let Some(since) = unread.since.filter(|_| unread.is_behind)
                {
                    let count = unread.count;
                    text.push_str(&format!(
                        "incoming mail: not read in time: {count} unread, the oldest since {since}\n"
                    ));
                }
            }
            plain(StatusCode::OK, text)
        }
        Err(error) => {
            tracing::warn!("not ready: {error}");
            plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
