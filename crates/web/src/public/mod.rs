//! Pages for everybody.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portreeve_i18n as i18n;
use std::sync::Arc;

use crate::page::{escape, page};
use crate::{Web, preferred_language};

/// The path of the public page for reports.
const REPORT_ABUSE: &str = "/report-abuse";

/// The addon's name in the addresses that hosts publish.
const ADDON: &str = "abusemanagerpro";

/// The first page.
pub(crate) async fn home(headers: HeaderMap) -> Response {
    let language = preferred_language(&headers);
    let body = format!(
        "<p>{}</p>\n<p><a href=\"{REPORT_ABUSE}\">{}</a></p>",
        i18n::text!(language, "public-home-text"),
        i18n::text!(language, "public-report"),
    );
    page(StatusCode::OK, language, &i18n::text!(language, "public-home"), &body)
}

/// Where to report abuse.
pub(crate) async fn report_abuse(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    let language = preferred_language(&headers);
    let say = |key: &str| i18n::text!(language, key);
    let how = match &web.config.abuse_address {
        Some(address) => {
            let address = escape(address);
            let write = say("public-report-write");
            format!("<p>{write} <a href=\"mailto:{address}\">{address}</a>.</p>")
        }
        None => format!("<p>{}</p>", say("public-report-whois")),
    };
    let what = ["public-report-source", "public-report-when", "public-report-what"]
        .map(|key| format!("<li>{}</li>", say(key)));
    let body = format!(
        "<p>{}</p>\n{how}\n<p>{}</p>\n<ul>\n{}\n</ul>",
        say("public-report-ask"),
        say("public-report-name"),
        what.join("\n"),
    );
    page(StatusCode::OK, language, &say("public-report"), &body)
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
pub(crate) fn not_found(headers: &HeaderMap) -> Response {
    let language = preferred_language(headers);
    let body = format!(
        "<p>{}</p><p><a href=\"/\">{}</a></p>",
        i18n::text!(language, "public-missing-text"),
        i18n::text!(language, "public-missing-back"),
    );
    page(StatusCode::NOT_FOUND, language, &i18n::text!(language, "public-missing"), &body)
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
