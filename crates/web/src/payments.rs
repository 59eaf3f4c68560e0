//! Where payment providers say that something happened to an invoice (`docs/payments.md`).

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use portreeve_app::payment::{self, LARGEST_MESSAGE, MessageError};
use serde_json::json;

use crate::Web;
use crate::body::{self, Unread};
use crate::bridge::{answer, come_again, said, signed};
use crate::memory::Sender;

/// Takes a message. All that it does is to have the invoice looked at.
pub(crate) async fn events(
    State(web): State<Arc<Web>>,
    Path(cashier): Path<String>,
    request: Request,
) -> Response {
    let (head, sent) = request.into_parts();
    let room = web.memory.room(Sender::Stranger);
    let kept = match body::read(sent, LARGEST_MESSAGE, room).await {
        Ok(kept) => kept,
        Err(Unread::TooLarge) => {
            let why = format!("a message has at most {LARGEST_MESSAGE} bytes");
            return answer(StatusCode::PAYLOAD_TOO_LARGE, &said(&why));
        }
        Err(Unread::Broken) => {
            return answer(StatusCode::BAD_REQUEST, &said("the body broke off"));
        }
        Err(Unread::NoRoom) => return come_again(),
    };
    let signed = signed(&head.headers);
    let error = match payment::receive(&web.desk, &cashier, &signed, &kept.bytes).await {
        Ok(()) => return answer(StatusCode::ACCEPTED, &json!({ "result": "taken" })),
        Err(error) => error,
    };
    let status = match &error {
        MessageError::NoCashier(_) => StatusCode::NOT_FOUND,
        MessageError::Signature(_) => StatusCode::UNAUTHORIZED,
        MessageError::Unreadable(_) => StatusCode::BAD_REQUEST,
        MessageError::Store(error) => {
            tracing::error!("a message of a payment provider was not accepted: {error}");
            return come_again();
        }
    };
    tracing::info!(status = status.as_u16(), "a call of a payment provider was refused: {error}");
    answer(status, &said(&error.to_string()))
}
