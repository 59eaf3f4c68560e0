//! The customer area: a customer who comes from the panel sees the reports about their services and answers.

use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portreeve_app::customer::{
    self, AnswerError, CustomerMessage, CustomerReport, CustomerSession, SignOnError,
};
use portreeve_app::report::ActError;
use portreeve_core::ids::ReportId;
use portreeve_core::time::{Timestamp, for_people};
use serde::Deserialize;

use crate::Web;
use crate::body;
use crate::page::{escape, page};

/// The cookie of a session.
const COOKIE: &str = "portreeve_client";

/// Largest form: an answer of 65,536 characters, encoded.
const LARGEST_FORM: usize = 1024 * 1024;

/// Takes a customer in who comes from the panel.
pub(crate) async fn sign_on(State(web): State<Arc<Web>>, request: Request) -> Response {
    let Some(token) = form_field(request, "token").await else {
        return said(StatusCode::BAD_REQUEST, "Sign-in failed", "The form has no token.");
    };
    match customer::sign_on(&web.desk, &token).await {
        Ok(signed_on) => {
            let secure = if web.config.is_https() { "; Secure" } else { "" };
            let cookie = format!(
                "{COOKIE}={}; Path=/client; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
                signed_on.token,
                customer::SESSION.as_millis() / 1_000
            );
            let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, signed_on.return_to)];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(SignOnError::Store(error)) => unavailable(&error),
        Err(refused) => {
            tracing::info!("a customer was not signed in: {refused}");
            let text = format!("{refused}. Go back to the provider's customer area and try again.");
            said(StatusCode::FORBIDDEN, "Sign-in failed", &text)
        }
    }
}

/// Ends the session.
pub(crate) async fn sign_out(State(web): State<Arc<Web>>, request: Request) -> Response {
    if let Some(token) = token(request.headers())
        && let Err(error) = customer::sign_out(&web.desk, &token).await
    {
        return unavailable(&error);
    }
    let gone = format!("{COOKIE}=; Path=/client; HttpOnly; SameSite=Lax; Max-Age=0");
    let headers = [(header::SET_COOKIE, gone), (header::LOCATION, "/client".to_owned())];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Where the list goes on.
#[derive(Deserialize)]
pub(crate) struct Before {
    before: Option<i64>,
}

/// The customer's reports.
pub(crate) async fn reports(
    State(web): State<Arc<Web>>,
    Query(Before { before }): Query<Before>,
    request: Request,
) -> Response {
    let session = match session(&web, request.headers()).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    match customer::reports(&web.desk, &session, before.map(ReportId)).await {
        Ok(list) => private(page(StatusCode::OK, "Reports", &list_page(&session, &list))),
        Err(error) => unavailable(&error),
    }
}

/// One report.
pub(crate) async fn report(
    State(web): State<Arc<Web>>,
    Path(id): Path<i64>,
    request: Request,
) -> Response {
    let session = match session(&web, request.headers()).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    match customer::report(&web.desk, &session, ReportId(id)).await {
        Ok(Some((report, messages))) => {
            let title = format!("Report #{}", report.id.0);
            private(page(StatusCode::OK, &title, &report_page(&session, &report, &messages)))
        }
        Ok(None) => not_theirs(),
        Err(error) => unavailable(&error),
    }
}

/// The customer answers.
pub(crate) async fn answer(
    State(web): State<Arc<Web>>,
    Path(id): Path<i64>,
    request: Request,
) -> Response {
    if is_from_elsewhere(request.headers()) {
        let text = "The form was sent from another site. Open the report and answer there.";
        return said(StatusCode::FORBIDDEN, "Not sent", text);
    }
    let session = match session(&web, request.headers()).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let text = form_field(request, "text").await.unwrap_or_default();
    match customer::answer(&web.desk, &session, ReportId(id), text).await {
        Ok(()) => {
            let back = format!("/client/reports/{id}");
            (StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response()
        }
        Err(AnswerError::NotTheirs) => not_theirs(),
        Err(AnswerError::Act(ActError::Store(error))) => unavailable(&error),
        Err(refused) => {
            let text = format!("{refused}.");
            said(StatusCode::UNPROCESSABLE_ENTITY, "Not sent", &text)
        }
    }
}

fn list_page(session: &CustomerSession, list: &[CustomerReport]) -> String {
    let mut html = bar(session);
    if list.is_empty() {
        html.push_str("<p>There are no reports about your services.</p>");
        return html;
    }
    html.push_str(
        "<div class=\"scrolls\"><table><thead><tr><th scope=\"col\">Report</th><th scope=\"col\">Kind</th><th scope=\"col\">Service</th>\
         <th scope=\"col\">State</th><th scope=\"col\">Opened</th></tr></thead><tbody>",
    );
    for report in list {
        html.push_str(&format!(
            "<tr><td><a href=\"/client/reports/{id}\">#{id}</a></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&report.category),
            report.service_id,
            state(report),
            time(report.opened_at),
            id = report.id.0,
        ));
    }
    html.push_str("</tbody></table></div>");
    let is_full = i64::try_from(list.len()).is_ok_and(|count| count >= customer::PAGE);
    if let (true, Some(last)) = (is_full, list.last()) {
        html.push_str(&format!(
            "<p><a href=\"/client?before={}\">Older reports</a></p>",
            last.id.0
        ));
    }
    html
}

fn report_page(
    session: &CustomerSession,
    report: &CustomerReport,
    messages: &[CustomerMessage],
) -> String {
    let mut html = bar(session);
    if report.suspended {
        html.push_str("<p class=\"alert\"><strong>The service is suspended because of this report.</strong></p>");
    }
    html.push_str(&format!(
        "<p><a href=\"/client\">All reports</a></p><dl><dt>Kind</dt><dd>{}</dd><dt>Service</dt><dd>{}</dd>\
         <dt>Address</dt><dd>{}</dd><dt>State</dt><dd>{}</dd><dt>Opened</dt><dd>{}</dd>",
        escape(&report.category),
        report.service_id,
        escape(&report.service_ip),
        state(report),
        time(report.opened_at),
    ));
    if let Some(deadline) = report.deadline_at {
        html.push_str(&format!("<dt>To be solved by</dt><dd>{}</dd>", time(deadline)));
    }
    html.push_str("</dl>");
    if !report.additional_info.is_empty() {
        html.push_str(&format!(
            "<h2>What happened</h2><pre>{}</pre>",
            escape(&report.additional_info)
        ));
    }
    html.push_str("<h2>Messages</h2>");
    if messages.is_empty() {
        html.push_str("<p>Nobody has written yet.</p>");
    }
    for message in messages {
        let who = if message.from_customer { "You" } else { "The abuse desk" };
        let when = message.at.map(time).unwrap_or_default();
        html.push_str(&format!("<h3>{who}, {when}</h3><pre>{}</pre>", escape(&message.text)));
    }
    if report.open && !session.masquerading {
        html.push_str(&format!(
            "<h2>Answer</h2><form method=\"post\" action=\"/client/reports/{}/answer\"><p><label for=\"text\">What did \
             you do, or what do you want to know?</label></p><p><textarea id=\"text\" name=\"text\" rows=\"8\" \
             maxlength=\"65536\" required></textarea></p><p><button>Send</button></p></form>",
            report.id.0
        ));
    }
    html
}

/// Who is signed in.
fn bar(session: &CustomerSession) -> String {
    let looking = if session.masquerading {
        "<p class=\"alert\"><strong>You look at this as the customer.</strong> You can read and do nothing else.</p>"
    } else {
        ""
    };
    format!(
        "{looking}<form class=\"bar\" method=\"post\" action=\"/client/sign-out\"><span>Customer {}</span><button>Sign out</button></form>",
        escape(&session.customer_id)
    )
}

fn state(report: &CustomerReport) -> &'static str {
    match (report.open, report.your_turn) {
        (false, _) => "closed",
        (true, true) => "open, waits for you",
        (true, false) => "open, waits for the abuse desk",
    }
}

fn time(at: Timestamp) -> String {
    format!("<time datetime=\"{at}\">{}</time>", for_people(at))
}

/// Who calls, or the page that says how to come in.
async fn session(web: &Web, headers: &HeaderMap) -> Result<CustomerSession, Response> {
    let found = match token(headers) {
        None => Ok(None),
        Some(token) => customer::session(&web.desk, &token).await,
    };
    match found {
        Ok(Some(session)) => Ok(session),
        Ok(None) => Err(said(
            StatusCode::UNAUTHORIZED,
            "Please sign in",
            "Reports about your services are shown to those who come from the provider's customer area: log in \
             there and follow its link to abuse reports.",
        )),
        Err(error) => Err(unavailable(&error)),
    }
}

fn token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(name, _)| name.trim() == COOKIE);
    found.map(|(_, value)| value.trim().to_owned()).filter(|value| value.len() == 64)
}

/// Browsers say where a form comes from; the session's cookie is not sent along from elsewhere either.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

async fn form_field(request: Request, name: &str) -> Option<String> {
    let body = body::read(request.into_body(), LARGEST_FORM, true).await.ok()?;
    let mut fields = form_urlencoded::parse(&body);
    fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn said(status: StatusCode, title: &str, text: &str) -> Response {
    private(page(status, title, &format!("<p>{}</p>", escape(text))))
}

fn not_theirs() -> Response {
    let text = "There is no such report about your services.";
    said(StatusCode::NOT_FOUND, "Report not found", text)
}

fn unavailable(error: &portreeve_app::StoreError) -> Response {
    tracing::error!("a page of the customer area could not be made: {error}");
    let text = "The desk cannot answer at the moment. Please try again in a minute.";
    said(StatusCode::SERVICE_UNAVAILABLE, "Temporarily unavailable", text)
}

/// What a customer sees is kept by nobody on the way.
fn private(mut response: Response) -> Response {
    let value = header::HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}
