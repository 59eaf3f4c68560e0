//! The drop-in endpoint: the API of Abuse Manager Pro, with its codes and its ways.
//!
//! Checks come in the order of the contract: method, size, identity, rate, action, parameters, and only
//! then the desk. A success is answered after the report is on disk.

mod answer;
mod fields;
mod php;

use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use portreeve_app::Credential;
use portreeve_app::report::{self, OpenError, Opened};
use portreeve_app::staff;

use crate::Web;
use crate::body::{self, Unread};
use crate::client_address::client_address;
use crate::idempotency;
use crate::throttle::counted_as;
use answer::{AmpError, failure, success};
use php::Vars;

/// Answers one call.
pub(crate) async fn endpoint(web: &Web, request: Request) -> Response {
    let live = web.desk.live();
    let started = Instant::now();
    let (code, response) = match call(web, request).await {
        Ok(opened) => ("success", success(&opened)),
        Err(error) => {
            let code = error.code(&live.settings.amp);
            tracing::info!(code, "drop-in call refused: {error}");
            (code, failure(&error, &live.settings.amp))
        }
    };
    web.desk.metrics.answered_amp_call(code, started.elapsed());
    response
}

async fn call(web: &Web, request: Request) -> Result<Opened, AmpError> {
    if request.method() != Method::POST {
        return Err(AmpError::NotPost);
    }
    let address = client_address(&request, &web.config.trusted_proxies);
    let (parts, body) = request.into_parts();
    let identifier = identifier(&parts.headers);
    let identifier = identifier.as_deref();
    // What a stranger sends is counted and dropped: it must not fill the memory.
    let keep = identifier.is_some_and(|id| staff::authenticate(&web.desk.live(), id).is_some());
    let body =
        body::read(body, web.config.max_body, keep).await.map_err(|unread| match unread {
            Unread::TooLarge => AmpError::TooLarge,
            Unread::Broken => AmpError::Missing,
        })?;

    // Once more, for a credential that ended while its body came in.
    let live = web.desk.live();
    let amp = &live.settings.amp;
    let now = web.desk.clock.monotonic();
    let Some(credential) = identifier
        .filter(|_| keep)
        .and_then(|id| staff::authenticate(&live, id))
        .filter(|credential| staff::may_call_from(credential, address))
    else {
        let throttle = &web.throttles.failed_auth;
        let key = counted_as(address);
        return Err(match throttle.count(key, amp.failed_auth_per_minute, now) {
            Ok(()) => AmpError::Unauthorized,
            Err(wait) => AmpError::TooMany(wait),
        });
    };
    let answer = call_with(web, credential, &parts, body, now).await;
    staff::count_call(&web.desk, credential.id, answer.is_err());
    answer
}

/// Answers a call whose credential is good.
async fn call_with(
    web: &Web,
    credential: &Credential,
    parts: &Parts,
    body: Vec<u8>,
    now: Duration,
) -> Result<Opened, AmpError> {
    let live = web.desk.live();
    let amp = &live.settings.amp;
    web.throttles
        .calls
        .count(credential.id, amp.calls_per_minute, now)
        .map_err(AmpError::TooMany)?;

    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let vars = php::read_body(content_type.unwrap_or_default(), body).await;
    check_action(&vars, parts.uri.query())?;
    let mut report = fields::parse(&vars, amp, &web.desk.config.amp_directory, credential.id)?;
    let key = idempotency::key(&parts.headers);
    let bad = |why: &str| AmpError::Invalid { name: "Idempotency-Key", why: why.to_owned() };
    if let Some(key) = key.map_err(bad)? {
        let hash = report.fingerprint();
        report.idempotency = Some((key, hash));
    }
    report::open(&web.desk, &web.opener, report).await.map_err(|error| match error {
        OpenError::ServiceNotFound => AmpError::ServiceNotFound,
        OpenError::KeyUsedForAnother => AmpError::KeyUsedForAnother,
        OpenError::Unavailable => AmpError::Unavailable,
    })
}

/// The identifier in `API_ID`, however the header is written. Two that differ are none.
fn identifier(headers: &HeaderMap) -> Option<String> {
    let mut found: Option<&[u8]> = None;
    for name in ["api_id", "api-id"] {
        for value in headers.get_all(name) {
            match found {
                Some(other) if other != value.as_bytes() => return None,
                _ => found = Some(value.as_bytes()),
            }
        }
    }
    if found.is_none() {
        tracing::info!(
            "a drop-in call has no API_ID header; nginx drops it unless underscores_in_headers is on"
        );
    }
    found.and_then(|value| std::str::from_utf8(value).ok()).map(str::to_owned)
}

/// `action` of the body, else of the query, must be `create` in any case.
fn check_action(vars: &Vars, query: Option<&str>) -> Result<(), AmpError> {
    let from_query = php::read_urlencoded(query.unwrap_or_default().as_bytes());
    let action = match vars.get("action") {
        Some(value) => value.text(),
        None => from_query.get("action").and_then(php::Value::text),
    };
    match action {
        Some(word) if word.trim().eq_ignore_ascii_case("create") => Ok(()),
        _ => Err(AmpError::BadAction),
    }
}
