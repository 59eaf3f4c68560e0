//! What calls bring: bodies, queries, paths, conditions. Whatever cannot be read is a problem that says so.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use portreeve_app::digest::sha256_hex;
use portreeve_app::report::Conditions;
use portreeve_core::text::storable_json;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::LARGEST_BODY;
use super::problem::{Code, Failure};
use crate::body::{self, COME_AGAIN, Kept, Unread};
use crate::memory::Sender;
use crate::{Web, idempotency};

/// A body of JSON, with the bytes it came as.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Web>> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Failure> {
        // Read here, and not by axum, so that whoever sends too much gets to see the answer.
        let (parts, sent) = request.into_parts();
        let room = web.memory.room(Sender::Staff);
        let kept = body::read(sent, LARGEST_BODY, room).await.map_err(|unread| match unread {
            Unread::TooLarge => Failure::new(Code::TooLarge, "a body may have at most 1 MiB"),
            Unread::Broken => Failure::new(Code::Malformed, "the body broke off"),
            Unread::NoRoom => no_room(),
        })?;
        let Kept { mut bytes, room: _room } = kept;
        storable_json(&mut bytes);
        // Where a body may be left out, null stands for it.
        if bytes.is_empty()
            && let Ok(nothing) = serde_json::from_slice(b"null")
        {
            return Ok(Self(nothing));
        }
        let request = Request::from_parts(parts, Body::from(bytes));
        match axum::Json::<T>::from_request(request, web).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::JsonDataError(error)) => {
                Err(Failure::new(Code::Invalid, inner(&error.body_text())))
            }
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Failure::new(
                Code::UnsupportedMediaType,
                "send the header `Content-Type: application/json`",
            )),
            Err(error) => Err(Failure::new(Code::Malformed, inner(&error.body_text()))),
        }
    }
}

/// Too many send at once.
pub(super) fn no_room() -> Failure {
    let why = "too many send at once; nothing was changed, try again";
    Failure::wait(Code::Unavailable, why, COME_AGAIN)
}

/// The query.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Web>> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Failure> {
        match axum::extract::Query::<T>::from_request_parts(parts, web).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                Err(Failure::new(Code::Malformed, inner(&error.body_text())))
            }
            Err(_) => Err(Failure::new(Code::Malformed, "the query cannot be read")),
        }
    }
}

/// What the path names.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Web>> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Failure> {
        match axum::extract::Path::<T>::from_request_parts(parts, web).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => {
                Err(Failure::new(Code::NotFound, "the path names nothing that could be there"))
            }
            Err(_) => Err(Failure::new(Code::NotFound, "the path cannot be read")),
        }
    }
}

/// The text of a rejection without its general beginning.
fn inner(text: &str) -> String {
    text.split_once(": ").map_or(text, |(_, rest)| rest).to_owned()
}

/// Under which conditions an act is to be done: `If-Match`, `Idempotency-Key`.
#[derive(Debug)]
pub(crate) struct When {
    revision: Option<i64>,
    key: Option<String>,
    request: String,
}

impl FromRequestParts<Arc<Web>> for When {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Web>) -> Result<Self, Failure> {
        Ok(Self {
            revision: revision(&parts.headers)?,
            key: idempotency_key(&parts.headers)?,
            request: name(&parts.method, &parts.uri),
        })
    }
}

fn name(method: &Method, uri: &Uri) -> String {
    format!("{method} {}", uri.path())
}

impl When {
    /// The conditions for a request with this body.
    pub(crate) fn conditions(self, body: &impl Serialize) -> Conditions {
        let body = serde_json::to_string(body).unwrap_or_default();
        let hash = sha256_hex(format!("{} {body}", self.request).as_bytes());
        Conditions {
            revision: self.revision,
            once: self.key.map(|key| (key, hash)),
            ..Conditions::default()
        }
    }
}

/// The revision in `If-Match`; `*` is any.
fn revision(headers: &HeaderMap) -> Result<Option<i64>, Failure> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let number = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match number.and_then(|number| number.parse().ok()) {
        Some(revision) => Ok(Some(revision)),
        // No state of the report can have it (RFC 9110, 13.1.1).
        None => Err(Failure::new(
            Code::ChangedMeanwhile,
            "If-Match must be the ETag of the report with its quotes, or *; nothing was done",
        )),
    }
}

/// The idempotency key of a request.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    idempotency::key(headers).map_err(|why| Failure::invalid("Idempotency-Key", why))
}

/// An answer that is never kept by anybody on the way.
pub(crate) fn answer(status: axum::http::StatusCode, body: &impl Serialize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let text = serde_json::to_string(body).unwrap_or_default();
    (status, headers, text).into_response()
}

/// Adds the tag that `If-Match` takes.
pub(crate) fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}
