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
use portreeve_app::report::{self, OpenError, Opened};
use portreeve_app::staff;
use portreeve_app::{Credential, Live};

use crate::Web;
use crate::body::{self, Kept, Unread};
use crate::client_address::{ClientAddress, client_address};
use crate::idempotency;
use crate::memory::Sender;
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
            match error {
                AmpError::NotPost
                | AmpError::Unauthorized
                | AmpError::TooMany(_)
                | AmpError::TooLarge => {
                    tracing::info!(code, "drop-in call turned away: {error}");
                }
                _ => tracing::info!(code, "drop-in call refused: {error}"),
            }
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
    let limit = web.config.max_body;
    if credential(&web.desk.live(), identifier, address).is_none() {
        // What a stranger sends is counted and dropped: it must not fill the memory.
        body::discard(body, limit).await.map_err(unread)?;
        return Err(refused(web, address));
    }
    let body = body::read(body, limit, web.memory.room(Sender::Staff)).await.map_err(unread)?;

    // Once more, for a credential that ended while its body came in.
    let live = web.desk.live();
    let Some(credential) = credential(&live, identifier, address) else {
        return Err(refused(web, address));
    };
    let now = web.desk.clock.monotonic();
    let answer = call_with(web, credential, &parts, body, now).await;
    staff::count_call(&web.desk, credential.id, answer.is_err());
    answer
}

/// The credential of a caller, if it is good and may call from there.
fn credential<'a>(
    live: &'a Live,
    identifier: Option<&str>,
    address: ClientAddress,
) -> Option<&'a Credential> {
    let found = identifier.and_then(|id| staff::authenticate(live, id));
    found.filter(|credential| staff::may_call_from(credential, address.known()))
}

/// What somebody without a good credential is told.
fn refused(web: &Web, address: ClientAddress) -> AmpError {
    let limit = web.desk.live().settings.amp.failed_auth_per_minute;
    let now = web.desk.clock.monotonic();
    match web.throttles.failed_auth.count(address.network(), limit, now) {
        Ok(()) => AmpError::Unauthorized,
        Err(wait) => AmpError::TooMany(wait),
    }
}

fn unread(unread: Unread) -> AmpError {
    match unread {
        Unread::TooLarge => AmpError::TooLarge,
        Unread::Broken => AmpError::Missing,
        Unread::NoRoom => AmpError::Unavailable,
    }
}

/// Answers a call whose credential is good.
async fn call_with(
    web: &Web,
    credential: &Credential,
    parts: &Parts,
    body: Kept,
    now: Duration,
) -> Result<Opened, AmpError> {
    let live = web.desk.live();
    let amp = &live.settings.amp;
    web.throttles
        .calls
        .count(credential.id, amp.calls_per_minute, now)
        .map_err(AmpError::TooMany)?;

    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let Kept { bytes, room } = body;
    let vars = php::read_body(content_type.unwrap_or_default(), bytes).await;
    drop(room);
    check_action(&vars, parts.uri.query())?;
    let mut report = fields::parse(&vars, amp, &web.desk.config.amp_directory, credential.id)?;
    let key = idempotency::key(&parts.headers);
    let bad =
        |why: &str| AmpError::Invalid { name: "Idempotency-Key".to_owned(), why: why.to_owned() };
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
    let from_query = php::read_urlencoded(query.unwrap_or_default().as_bytes(), None);
    let action = match vars.get("action") {
        Some(value) => value.text(),
        None => from_query.get("action").and_then(php::Value::text),
    };
    match action {
        Some(word) if word.trim().eq_ignore_ascii_case("create") => Ok(()),
        _ => Err(AmpError::BadAction),
    }
}
