//! What somebody had written when their session ended. It is given back to them: they sign in in another tab, come back,
//! and have it in front of them again. Nothing is done by that, and until they have signed in nothing is stored.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use minijinja::Value;
use portreeve_app::draft::{self, Draft};
use portreeve_app::sign_in::{self, Stage};
use portreeve_core::ids::ReportId;

use super::report::{kind_of, written_on};
use super::session::{Form, Staff, is_from_here, read_ended, token};
use super::{Answered, Refusal, new, to};
use crate::Web;
use crate::pages::context;
use crate::rights::{Anybody, Open};
use portreeve_i18n::Language;

/// Where the form was sent to, on the page that gives it back.
const PLACE: &str = "written_for";

/// What no page gives back.
const SECRET: [&str; 7] = ["csrf", "password", "old", "new", "again", "code", "secret"];

/// Texts longer than this are shown in a field of their own.
const SHORT: usize = 60;

/// What became of the session in which a form was filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It is over, and there is no other.
    SignedOut,
    /// The same browser is in another one now.
    Another,
}

impl Ended {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Another => "another",
        }
    }
}

/// Gives a form back that was sent in a session that has ended.
pub(super) async fn give_back(
    State(web): State<Arc<Web>>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::POST || has_session(&web, request.headers()).await {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    if !is_from_here(&web, &parts.headers) {
        // Whoever sends this is told what they would have been told anyhow, without reading what they sent.
        return next.run(Request::from_parts(parts, body)).await;
    }
    let form = match read_ended(&web, &parts.headers, body).await {
        Ok(form) => form,
        Err(refusal) => return refusal.into_response(),
    };
    page(&web, &parts.headers, parts.uri.path(), &form, Ended::SignedOut)
}

/// Whether somebody is signed in. Where that cannot be seen, the page itself will say so.
async fn has_session(web: &Web, headers: &HeaderMap) -> bool {
    let Some(token) = token(headers) else { return false };
    match sign_in::session(&web.desk, &token).await {
        Ok(session) => {
            session.is_some_and(|session| sign_in::stage(&web.desk, &session) == Stage::Whole)
        }
        Err(_) => true,
    }
}

/// The page that gives a form back.
pub(super) fn page(
    web: &Web,
    headers: &HeaderMap,
    path: &str,
    form: &Form,
    ended: Ended,
) -> Response {
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::choose("", accept.unwrap_or_default());
    let place = Some(form.get(PLACE)).filter(|place| !place.is_empty()).unwrap_or(path);
    let more = context! { ended => ended.as_str(), place, fields => fields(form) };
    web.show_stranger(StatusCode::UNAUTHORIZED, language, "written.html", more)
}

/// The fields that are given back.
fn fields(form: &Form) -> Vec<Value> {
    let kept = form.fields().filter(|(name, _)| *name != PLACE && !SECRET.contains(name));
    kept.map(|(name, value)| {
        let is_long = value.len() > SHORT || value.contains('\n') || name.ends_with("text");
        context! { name, value, is_long => is_long && !value.trim().is_empty() }
    })
    .collect()
}

/// Somebody has signed in and goes on: what they wrote on a report is in its page again; any other form they look
/// through before they send it.
pub(crate) async fn go_on(
    State(web): State<Arc<Web>>,
    staff: Staff<Anybody>,
    request: Request,
) -> Answered {
    let (parts, body) = request.into_parts();
    let form = read_ended(&web, &parts.headers, body).await?;
    // The form was made when nobody was signed in: it has nothing of a session.
    if !is_from_here(&web, &parts.headers) {
        return Err(Refusal::ForgedForm);
    }
    let place = form.get(PLACE);
    if !place.starts_with("/admin/") || place.contains("//") {
        return Err(Refusal::Unreadable);
    }
    if let Some((id, act)) = act_on_report(place) {
        let mut written = written_on(&form);
        if let (true, Some(kind)) = (written.is_empty(), kind_of(act)) {
            written.push(Draft { kind, text: form.get("text").replace("\r\n", "\n") });
        }
        draft::keep(&web.desk, &staff.session.name, ReportId(id), &written).await?;
        return Ok(to(&format!("/admin/reports/{id}?said=back")));
    }
    if place == "/admin/reports/new" && staff.may::<Open>() {
        return new::again(&web, &staff, &form).await;
    }
    let more = context! { page => "", place, fields => fields(&form) };
    web.show(&staff, "written-again.html", more).await
}

/// The report, and the act on it, that an address means.
fn act_on_report(place: &str) -> Option<(i64, &str)> {
    let (id, act) = place.strip_prefix("/admin/reports/")?.split_once('/')?;
    Some((id.parse().ok()?, act))
}
