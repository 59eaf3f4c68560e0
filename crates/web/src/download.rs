//! Files that are handed out: always as bytes to be saved, never as what their sender says that they are.

use std::fmt::Write;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use portreeve_app::attachment::Download;

use crate::Web;

/// A browser that shows it in spite of everything shows it without scripts, forms and any other address.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// Hands a file out, a piece at a time.
pub(crate) fn answer(web: &Web, download: Download) -> Response {
    let length = HeaderValue::from(download.size);
    let disposition = HeaderValue::from_str(&disposition(&download.name));
    let body = Body::from_stream(download.pieces(Arc::clone(&web.desk)));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_LENGTH, length);
    let otherwise = HeaderValue::from_static("attachment");
    headers.insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(otherwise));
    response
}

/// The name for programs that read ASCII alone, and as it is for all others (RFC 6266, 4.3; RFC 8187, 3.2).
fn disposition(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " ._-()[]+,@=".contains(c);
    let ascii: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut exact = String::new();
    for byte in name.bytes() {
        // attr-char, without those that some programs read otherwise.
        if byte.is_ascii_alphanumeric() || b"._-~".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            // Writing into a String does not fail.
            let _ = write!(exact, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_the_header_as_it_is_and_for_those_who_read_ascii_alone() {
        assert_eq!(
            disposition("Übersicht 7%.pdf"),
            "attachment; filename=\"_bersicht 7_.pdf\"; filename*=UTF-8''%C3%9Cbersicht%207%25.pdf"
        );
        let odd = disposition("a;b'c\\d\"e.txt");
        assert!(odd.starts_with("attachment; filename=\"a_b_c_d_e.txt\"; "), "{odd}");
        assert!(HeaderValue::from_str(&disposition("日本語🙂.log")).is_ok());
    }
}
