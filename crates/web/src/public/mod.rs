//! Pages for everybody.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

use crate::Web;
use crate::page::{escape, page};

/// The path of the public page for reports.
const REPORT_ABUSE: &str = "/report-abuse";

/// The addon's name in the addresses that hosts publish.
const ADDON: &str = "abusemanagerpro";

/// The first page.
pub(crate) async fn home() -> Response {
    page(
        StatusCode::OK,
        "Abuse desk",
        r#"<p>This is the abuse desk of a hosting provider.</p>
<p><a href="/report-abuse">Report abuse</a></p>"#,
    )
}

/// Where to report abuse.
pub(crate) async fn report_abuse(State(web): State<Arc<Web>>) -> Response {
    let how = match &web.config.abuse_address {
        Some(address) => {
            let address = escape(address);
            format!(r#"<p>Please write to <a href="mailto:{address}">{address}</a>.</p>"#)
        }
        None => "<p>Please write to the abuse address of the provider, as its registry entry \
                 (WHOIS or RDAP) names it.</p>"
            .to_owned(),
    };
    let body = format!(
        "<p>You have seen spam, an attack or other abuse from one of our addresses?</p>\n{how}\n\
         <p>So that it can be found out who it was, name:</p>\n<ul>\n\
         <li>the address or domain that the abuse came from,</li>\n\
         <li>when it happened, with the time zone,</li>\n\
         <li>what happened, with the lines of your log or the whole mail with all headers.</li>\n</ul>"
    );
    page(StatusCode::OK, "Report abuse", &body)
}

/// The style of all pages.
pub(crate) async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, include_str!("../static/site.css")).into_response()
}

/// There is no such page.
pub(crate) fn not_found() -> Response {
    page(
        StatusCode::NOT_FOUND,
        "Page not found",
        r#"<p>There is no page at this address.</p><p><a href="/">To the first page</a></p>"#,
    )
}

/// Whether a query asks for the public form of the original product.
pub(crate) fn is_public_form(query: Option<&str>) -> bool {
    let query = query.unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .filter(|(key, _)| key == "m")
        .last()
        .is_some_and(|(_, addon)| addon == ADDON)
}

/// Sends a reader of an old link to the public form.
pub(crate) fn to_public_form(web: &Web) -> Response {
    let base = web.config.public_url.as_deref().unwrap_or_default();
    (StatusCode::FOUND, [(header::LOCATION, format!("{base}{REPORT_ABUSE}"))]).into_response()
}
