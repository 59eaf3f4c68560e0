//! Pages for everybody.

pub(crate) mod form;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::Value;
use minijinja::value::merge_maps;
use portreeve_core::language;
use portreeve_i18n::{self as i18n, Language};

use crate::pages::{Viewer, as_page, context};
use crate::{Web, preferred_language};

/// The path of the public form for complaints.
const REPORT_ABUSE: &str = "/report-abuse";

/// The addon's name in the addresses that hosts publish.
const ADDON: &str = "abusemanagerpro";

impl Web {
    /// A page for anybody, in this language.
    fn show_public(
        &self,
        status: StatusCode,
        language: Language,
        name: &str,
        more: Value,
    ) -> Response {
        let settings = &self.desk.live().settings;
        let zone = language::zone(&settings.client_zone);
        let viewer = Viewer { language, zone, now: self.desk.now().as_millisecond() };
        let frame = context! { language => language.tag(), address => self.config.abuse_address };
        let failed = || {
            let title = i18n::text!(language, "refused-internal");
            let html = format!("<!doctype html><title>{title}</title><p>{title}</p>");
            as_page(StatusCode::INTERNAL_SERVER_ERROR, html)
        };
        self.render(status, name, viewer, merge_maps([more, frame])).unwrap_or_else(failed)
    }
}

/// The first page.
pub(crate) async fn home(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    let language = preferred_language(&headers);
    web.show_public(StatusCode::OK, language, "public-home.html", context! {})
}

/// The style of all pages.
pub(crate) async fn style() -> Response {
    asset("text/css", include_str!("../static/site.css"))
}

/// The script of the form.
pub(crate) async fn script() -> Response {
    asset("text/javascript", include_str!("../static/form.js"))
}

fn asset(kind: &str, text: &'static str) -> Response {
    let kind = format!("{kind}; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=3600".to_owned())], text)
        .into_response()
}

/// There is no such page.
pub(crate) fn not_found(web: &Web, headers: &HeaderMap) -> Response {
    let context = context! { what => "missing", back => "/" };
    let language = preferred_language(headers);
    web.show_public(StatusCode::NOT_FOUND, language, "public-said.html", context)
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
