//! The header `Idempotency-Key`.

use axum::http::HeaderMap;
use portreeve_core::text::storable_bytes;

/// Longest key, in characters.
const LONGEST: usize = 255;

/// The key of a request, if it has one; else why it cannot be taken.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>, &'static str> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.any(|other| other != first) {
        return Err("was sent twice with different values");
    }
    let key = storable_bytes(first.as_bytes());
    if (1..=LONGEST).contains(&key.chars().count()) {
        Ok(Some(key))
    } else {
        Err("must have 1 to 255 characters")
    }
}
