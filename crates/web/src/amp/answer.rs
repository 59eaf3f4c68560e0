//! Answers as the original gives them: JSON, and 200 for everything unless the setting says otherwise.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portreeve_app::report::Opened;
use portreeve_core::settings::Amp;
use serde::Serialize;

/// What a call can fail with. `Display` is the text that the caller gets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AmpError {
    #[error("Missing or invalid action.")]
    NotPost,
    #[error("Request too large.")]
    TooLarge,
    #[error("Unauthorized.")]
    Unauthorized,
    #[error("Too many requests.")]
    TooMany(Duration),
    #[error("Missing or invalid action.")]
    BadAction,
    #[error("Missing required parameters.")]
    Missing,
    #[error("Invalid parameter: {name}: {why}.")]
    Invalid { name: String, why: String },
    #[error("Idempotency key was used for another request.")]
    KeyUsedForAnother,
    #[error("Service not found.")]
    ServiceNotFound,
    #[error("Temporarily unavailable.")]
    Unavailable,
}

impl AmpError {
    /// The code in the answer. Those of our own begin at 101, away from the original's.
    pub(crate) fn code(&self, amp: &Amp) -> &'static str {
        match self {
            Self::Unauthorized => "AMP001",
            Self::NotPost | Self::BadAction => "AMP002",
            Self::Missing => amp.missing_parameters_code,
            Self::ServiceNotFound => "AMP101",
            Self::Invalid { .. } => "AMP102",
            Self::TooLarge => "AMP103",
            Self::TooMany(_) => "AMP104",
            Self::Unavailable => "AMP105",
            Self::KeyUsedForAnother => "AMP106",
        }
    }

    fn status(&self, amp: &Amp) -> StatusCode {
        let (status, always) = match self {
            Self::NotPost => (StatusCode::METHOD_NOT_ALLOWED, true),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, true),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, true),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, true),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, false),
            Self::BadAction | Self::Missing => (StatusCode::BAD_REQUEST, false),
            Self::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, false),
            Self::KeyUsedForAnother => (StatusCode::CONFLICT, false),
            Self::ServiceNotFound => (StatusCode::NOT_FOUND, false),
        };
        if always || amp.semantic_status { status } else { StatusCode::OK }
    }
}

#[derive(Serialize)]
struct Success<'a> {
    status: &'static str,
    report_id: i64,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    warnings: &'a [String],
}

#[derive(Serialize)]
struct Failure<'a> {
    status: &'static str,
    error_code: &'static str,
    error_description: &'a str,
}

/// Seconds after which a caller whom the database could not serve should come again.
const COME_AGAIN: u64 = 5;

pub(super) fn success(opened: &Opened) -> Response {
    let body =
        Success { status: "success", report_id: opened.report.0, warnings: &opened.warnings };
    json(StatusCode::OK, &body)
}

pub(super) fn failure(error: &AmpError, amp: &Amp) -> Response {
    let text = error.to_string();
    let body = Failure { status: "error", error_code: error.code(amp), error_description: &text };
    let mut response = json(error.status(amp), &body);
    let headers = response.headers_mut();
    match error {
        AmpError::NotPost => {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        AmpError::TooMany(wait) => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        AmpError::Unavailable => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(COME_AGAIN));
        }
        _ => {}
    }
    response
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    // These types have no map and no float, so they always serialise.
    let text = serde_json::to_string(body).unwrap_or_default();
    (status, headers, text).into_response()
}
