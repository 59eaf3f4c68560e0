//! Where the addons of panels call (`docs/bridge.md`).

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portreeve_app::bridge::{self, Bridge, BridgeError, LARGEST_MESSAGE, Received};
use portreeve_app::signature::Signed;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Web;
use crate::body::{self, COME_AGAIN, Kept, Unread};
use crate::memory::Sender;

const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";

/// Why a call is refused.
enum Refusal {
    TooLarge,
    NoRoom,
    Bridge(BridgeError),
}

impl From<BridgeError> for Refusal {
    fn from(error: BridgeError) -> Self {
        Self::Bridge(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, why) = match self {
            Self::TooLarge => {
                let why = format!("a message has at most {LARGEST_MESSAGE} bytes");
                (StatusCode::PAYLOAD_TOO_LARGE, why)
            }
            Self::NoRoom => return come_again(),
            Self::Bridge(error) => {
                let status = match &error {
                    BridgeError::NoBridge(_) => StatusCode::NOT_FOUND,
                    BridgeError::Signature(_) => StatusCode::UNAUTHORIZED,
                    BridgeError::Unreadable(_) => StatusCode::BAD_REQUEST,
                    BridgeError::Store(error) => {
                        tracing::error!("a message of an addon was not accepted: {error}");
                        return come_again();
                    }
                };
                (status, error.to_string())
            }
        };
        tracing::info!(status = status.as_u16(), "a call of an addon was refused: {why}");
        answer(status, &said(&why))
    }
}

/// A refusal in words.
pub(crate) fn said(why: &str) -> Value {
    json!({ "result": "error", "message": why })
}

/// A message that was not taken, and may be sent again.
pub(crate) fn come_again() -> Response {
    let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, &said("come again"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(COME_AGAIN));
    response
}

/// An answer to a program.
pub(crate) fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}

/// What a call is signed with.
pub(crate) fn signed(headers: &HeaderMap) -> Signed<'_> {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Signed { id: value(ID), timestamp: value(TIMESTAMP), signatures: value(SIGNATURE) }
}

/// A call whose sender is known.
async fn read<'a>(
    web: &'a Web,
    directory: &str,
    request: Request,
) -> Result<(&'a Bridge, String, Kept), Refusal> {
    let (head, sent) = request.into_parts();
    if web.desk.bridge(directory).is_none() {
        body::discard(sent, LARGEST_MESSAGE).await.map_err(unread)?;
        return Err(BridgeError::NoBridge(directory.to_owned()).into());
    }
    // Until its signature is checked a message is a stranger's.
    let room = web.memory.room(Sender::Stranger);
    let kept = body::read(sent, LARGEST_MESSAGE, room).await.map_err(unread)?;
    let signed = signed(&head.headers);
    let bridge = bridge::verified(&web.desk, directory, &signed, &kept.bytes)?;
    Ok((bridge, signed.id.to_owned(), kept))
}

fn unread(unread: Unread) -> Refusal {
    match unread {
        Unread::TooLarge => Refusal::TooLarge,
        Unread::Broken => BridgeError::Unreadable("the body broke off".to_owned()).into(),
        Unread::NoRoom => Refusal::NoRoom,
    }
}

/// Takes what happened in a panel.
pub(crate) async fn events(
    State(web): State<Arc<Web>>,
    Path(directory): Path<String>,
    request: Request,
) -> Response {
    let taken = async {
        let (bridge, id, body) = read(&web, &directory, request).await?;
        Ok::<_, Refusal>(bridge::receive(&web.desk, bridge, &id, &body.bytes).await?)
    };
    match taken.await {
        Ok(Received::Taken) => answer(StatusCode::ACCEPTED, &json!({ "result": "taken" })),
        Ok(Received::Before) => answer(StatusCode::OK, &json!({ "result": "taken before" })),
        Err(refusal) => refusal.into_response(),
    }
}

#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    after: i64,
}

/// Answers how services stand, signed under the id of the question.
pub(crate) async fn state(
    State(web): State<Arc<Web>>,
    Path(directory): Path<String>,
    request: Request,
) -> Response {
    let asked = async {
        let (bridge, id, body) = read(&web, &directory, request).await?;
        let from: Start = serde_json::from_slice(&body.bytes).map_err(|error| {
            BridgeError::Unreadable(format!("the body cannot be read: {error}"))
        })?;
        let state = bridge::state(&web.desk, &directory, from.after).await;
        Ok::<_, Refusal>((bridge, id, state.map_err(BridgeError::from)?.to_string()))
    };
    let (bridge, id, text) = match asked.await {
        Ok(found) => found,
        Err(refusal) => return refusal.into_response(),
    };
    let timestamp = web.desk.now().as_second();
    let signature = bridge.secrets.sign(&id, timestamp, text.as_bytes());
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/json"),
        (header::CACHE_CONTROL.as_str(), "no-store"),
        (ID, &id),
        (TIMESTAMP, &timestamp.to_string()),
        (SIGNATURE, &signature),
    ];
    (headers.map(|(name, value)| (name.to_owned(), value.to_owned())), text).into_response()
}
