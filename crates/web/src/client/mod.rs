//! The customer area: a customer sees the reports about their services, answers, and takes a service back.
//!
//! They come by the link in a notice (`/client/r/<token>`; the token stands in every address, so that it works
//! without a cookie, and no form can be forged by who does not have it) or by single sign-on from the panel (a
//! cookie). To look at a page changes nothing.

mod busy;
mod door;
mod pages;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portreeve_app::Slice;
use portreeve_app::attachment::{self, FetchError, Files};
use portreeve_app::copy;
use portreeve_app::customer::{self, Deed, DeedError};
use portreeve_app::panel_token::SignOnError;
use portreeve_app::payment;
use portreeve_app::report::ActError;
use portreeve_core::ids::ReportId;
use portreeve_core::report::Claim;
use portreeve_core::time::Span;
use serde::Deserialize;

use crate::Web;
use crate::body::{self, Kept, STRANGERS_FORM};
use crate::client_address::client_address;
use crate::memory::{Room, Sender};
use crate::origin::is_from_elsewhere;
use crate::pages::{private, see_other};
use crate::routes::plain;
use crate::{download, form, print, upload};
pub(crate) use busy::{Busy, InHand, Turn};
use door::{Door, Seeks, Went};
use pages::Tried;

/// The cookie of a session.
const COOKIE: &str = "portreeve_client";

/// Largest form: an answer of 65,536 characters, encoded.
const LARGEST_FORM: usize = 1024 * 1024;

/// Messages on a page.
const ON_PAGE: i64 = 100;

/// Links in an hour that one network may ask for, and that one mailbox gets.
const LINKS_FROM_ONE_PLACE: u32 = 20;
const LINKS_TO_ONE_MAILBOX: u32 = 3;

/// How long the browser of a customer who wants to pay waits for the invoice.
const FOR_AN_INVOICE: Duration = Duration::from_secs(4);

/// What a handler answers with; a refusal is an answer, too.
type Answered = Result<Response, Response>;

/// Takes a customer in who comes from the panel.
pub(crate) async fn sign_on(State(web): State<Arc<Web>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (fields, _room) = match strangers_form(&web, request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let Some(token) = field(&fields, "token") else {
        return web.client_said(&headers, StatusCode::BAD_REQUEST, "no_token");
    };
    match customer::sign_on(&web.desk, token).await {
        Ok(signed_on) => {
            let cookie = session_cookie(&web, &signed_on.token, customer::SESSION);
            let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, signed_on.return_to)];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(SignOnError::Store(error)) => web.client_unavailable(&headers, &error),
        Err(refused) => {
            tracing::info!("a customer was not signed in: {refused}");
            web.client_said(&headers, StatusCode::FORBIDDEN, "bad_sign_on")
        }
    }
}

/// The cookie of a session that lasts so long.
fn session_cookie(web: &Web, token: &str, life: Span) -> String {
    let secure = if web.config.is_https() { "; Secure" } else { "" };
    let seconds = life.as_millis() / 1_000;
    format!("{COOKIE}={token}; Path=/client; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// Ends the session.
pub(crate) async fn sign_out(State(web): State<Arc<Web>>, request: Request) -> Response {
    if is_from_elsewhere(request.headers(), web.config.public_url.as_deref()) {
        return web.client_said(request.headers(), StatusCode::FORBIDDEN, "from_elsewhere");
    }
    if let Some(token) = door::cookie(request.headers())
        && let Err(error) = customer::sign_out(&web.desk, &token).await
    {
        return web.client_unavailable(request.headers(), &error);
    }
    let gone = format!("{COOKIE}=; Path=/client; HttpOnly; SameSite=Lax; Max-Age=0");
    let headers = [(header::SET_COOKIE, gone), (header::LOCATION, "/client".to_owned())];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Sends a customer a new link. The answer is the same whether there is such a customer or not, and comes as fast.
pub(crate) async fn ask_for_link(State(web): State<Arc<Web>>, request: Request) -> Response {
    let headers = request.headers().clone();
    if is_from_elsewhere(&headers, web.config.public_url.as_deref()) {
        return web.client_said(&headers, StatusCode::FORBIDDEN, "from_elsewhere");
    }
    let from = client_address(&request, &web.config.trusted_proxies).network();
    let (fields, _room) = match strangers_form(&web, request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let address = field(&fields, "email").unwrap_or_default().trim().to_lowercase();
    if address.len() > customer::LONGEST_ADDRESS {
        // Nobody has such an address, and none is kept to be counted.
        return web.client_said(&headers, StatusCode::OK, "link_sent");
    }
    let now = web.desk.clock.monotonic();
    if web.throttles.links.count(from, LINKS_FROM_ONE_PLACE, now).is_err() {
        return web.client_said(&headers, StatusCode::TOO_MANY_REQUESTS, "too_many");
    }
    // Beyond the limit for a mailbox nothing goes out, and the answer is the same.
    if web.throttles.mailboxes.count(address.clone(), LINKS_TO_ONE_MAILBOX, now).is_ok() {
        let desk = Arc::clone(&web.desk);
        tokio::spawn(async move {
            if let Err(error) = customer::ask_for_link(&desk, &address).await {
                tracing::error!("a link that a customer requested cannot be sent: {error}");
            }
        });
    }
    web.client_said(&headers, StatusCode::OK, "link_sent")
}

/// Where the list goes on.
#[derive(Deserialize)]
pub(crate) struct Before {
    before: Option<i64>,
}

/// The customer's reports.
pub(crate) async fn reports(
    State(web): State<Arc<Web>>,
    door: Door,
    query: Result<Query<Before>, axum::extract::rejection::QueryRejection>,
) -> Answered {
    let before = query.ok().and_then(|Query(Before { before })| before).map(ReportId);
    let list = customer::reports(&web.desk, &door.customer, before).await;
    let list = list.map_err(|error| web.client_unavailable(&door.headers, &error))?;
    let language = customer::language(&web.desk, &list).await;
    let language = language.map_err(|error| web.client_unavailable(&door.headers, &error))?;
    Ok(web.client_list(&door, &list, &language))
}

/// What of the page is chosen in its address.
#[derive(Default, Deserialize)]
pub(crate) struct Chosen {
    /// What was done, for the page that follows.
    done: Option<String>,
    /// Only messages before this one.
    before: Option<i64>,
}

/// One report.
pub(crate) async fn report(
    State(web): State<Arc<Web>>,
    door: Door,
    query: Result<Query<Chosen>, axum::extract::rejection::QueryRejection>,
) -> Answered {
    let Chosen { done, before } = query.map(|Query(chosen)| chosen).unwrap_or_default();
    let done = done.filter(|done| Wish::parse(done).is_some());
    show(&web, &door, StatusCode::OK, Tried { before, done, ..Tried::default() }).await
}

/// One report as PDF.
pub(crate) async fn pdf(State(web): State<Arc<Web>>, door: Door) -> Answered {
    let missing = || web.client_said(&door.headers, StatusCode::NOT_FOUND, "not_theirs");
    let id = door.report.ok_or_else(missing)?;
    let Some(_turn) = web.customers.documents.begin(&door.customer) else {
        return Err(web.client_busy(&door.headers));
    };
    let found = copy::for_customer(&web.desk, &door.customer, id).await;
    let found = found.map_err(|error| web.client_unavailable(&door.headers, &error))?;
    let copy = found.ok_or_else(missing)?;
    let viewer = web.client_viewer(&door.headers, &copy.file.language);
    let made = web.press.print_for_customer(print::customer_copy(&viewer, &copy)).await;
    made.map(|bytes| print::download(id, bytes))
        .map_err(|error| web.client_unavailable(&door.headers, &error))
}

/// A message of a report whole, where the page shows its beginning.
pub(crate) async fn message(State(web): State<Arc<Web>>, Seeks { door, named }: Seeks) -> Answered {
    let missing = || web.client_said(&door.headers, StatusCode::NOT_FOUND, "not_theirs");
    let (Some(id), Ok(message)) = (door.report, named.parse()) else { return Err(missing()) };
    let found = customer::message(&web.desk, &door.customer, id, message).await;
    let found = found.map_err(|error| web.client_unavailable(&door.headers, &error))?;
    let mut answer = private(plain(StatusCode::OK, found.ok_or_else(missing)?));
    let robots = HeaderValue::from_static("noindex, nofollow");
    answer.headers_mut().insert("x-robots-tag", robots);
    Ok(answer)
}

async fn show(web: &Web, door: &Door, status: StatusCode, tried: Tried) -> Answered {
    let missing = || web.client_said(&door.headers, StatusCode::NOT_FOUND, "not_theirs");
    let id = door.report.ok_or_else(missing)?;
    let messages = Slice { before: tried.before, limit: ON_PAGE };
    match customer::report(&web.desk, &door.customer, id, messages).await {
        Ok(Some(file)) => Ok(web.client_report(door, &file, status, &tried)),
        Ok(None) => Err(missing()),
        Err(error) => Err(web.client_unavailable(&door.headers, &error)),
    }
}

/// What a form on the page of a report asks for: the last part of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Answer,
    Fixed,
    Contest,
    MoreTime,
    TakeBack,
    Pay,
}

impl Wish {
    fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Fixed => "fixed",
            Self::Contest => "contest",
            Self::MoreTime => "more-time",
            Self::TakeBack => "unsuspend",
            Self::Pay => "pay",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Answer, Self::Fixed, Self::Contest, Self::MoreTime, Self::TakeBack, Self::Pay]
            .into_iter()
            .find(|wish| wish.as_str() == word)
    }
}

/// The customer does something.
pub(crate) async fn act(
    State(web): State<Arc<Web>>,
    Went { door, deed }: Went,
    request: Request,
) -> Answered {
    if is_from_elsewhere(request.headers(), web.config.public_url.as_deref()) {
        return Err(web.client_said(&door.headers, StatusCode::FORBIDDEN, "from_elsewhere"));
    }
    let missing = || web.client_said(&door.headers, StatusCode::NOT_FOUND, "not_theirs");
    let (Some(wish), Some(id)) = (Wish::parse(&deed), door.report) else { return Err(missing()) };
    let Some(_turn) = web.customers.forms.begin(&door.customer) else {
        return Err(web.client_busy(&door.headers));
    };
    let (mut parts, body) = request.into_parts();
    let from = upload::From::Customer(&door.customer);
    let sent = upload::read(&web, &door.headers, body, LARGEST_FORM, from, |_| true).await;
    let mut sent = sent.map_err(|unread| web.client_unread(&door.headers, unread))?;
    // Files take their time, in which a link or a session may end.
    let Went { door, .. } = Went::from_request_parts(&mut parts, &web).await?;
    let text = field(&sent.fields, "text").unwrap_or_default().to_owned();
    // Nothing that was written is lost: it stands in its form again.
    let tried = |text| Tried { wish: Some(wish.as_str()), text, ..Tried::default() };
    if let Some(file) = sent.refused {
        let tried = Tried { file: Some(file), ..tried(text) };
        return show(&web, &door, StatusCode::UNPROCESSABLE_ENTITY, tried).await;
    }
    let by = field(&sent.fields, "by").and_then(|by| by.parse::<Span>().ok()).unwrap_or(Span::ZERO);
    let wanted = match wish {
        Wish::Answer => Deed::Answer(text.clone()),
        Wish::Fixed => Deed::Claim(Claim::Fixed, text.clone()),
        Wish::Contest => Deed::Claim(Claim::Contested, text.clone()),
        Wish::MoreTime => Deed::AskForMoreTime(by, text.clone()),
        Wish::TakeBack => Deed::TakeBack(text.clone()),
        Wish::Pay => Deed::Pay,
    };
    let files = Files::of(std::mem::take(&mut sent.files));
    match customer::act_on(&web.desk, &door.customer, id, wanted, files).await {
        Ok(()) => {
            if wish == Wish::Pay {
                // Most invoices are there in a moment; whoever waits longer sees that it is being made.
                let waited = payment::wait_for_invoice(&web.desk, id, FOR_AN_INVOICE).await;
                waited.map_err(|error| web.client_unavailable(&door.headers, &error))?;
            }
            let back = format!("{}/reports/{}?done={}", door.base, id.0, wish.as_str());
            let mut answer = see_other(&back, "/client");
            if wish == Wish::Pay && door.by_link && door::cookie(&door.headers).is_none() {
                keep_for_the_way_back(&web, &door, &mut answer).await?;
            }
            Ok(answer)
        }
        Err(DeedError::NotTheirs) => Err(missing()),
        Err(DeedError::Act(ActError::Store(error))) => {
            Err(web.client_unavailable(&door.headers, &error))
        }
        Err(DeedError::Act(ActError::File(name, why))) => {
            let tried = Tried { file: Some((name, why)), ..tried(text) };
            show(&web, &door, StatusCode::UNPROCESSABLE_ENTITY, tried).await
        }
        Err(refused) => {
            let status = match &refused {
                DeedError::Act(ActError::TooManyAnswers) => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let tried = Tried { refused: Some(pages::why(&refused)), ..tried(text) };
            show(&web, &door, status, tried).await
        }
    }
}

/// Whoever came by a link and goes to pay finds the report again when they come back.
async fn keep_for_the_way_back(
    web: &Web,
    door: &Door,
    answer: &mut Response,
) -> Result<(), Response> {
    let session = customer::stay(&web.desk, &door.customer).await;
    let session = session.map_err(|error| web.client_unavailable(&door.headers, &error))?;
    let cookie = session.map(|token| session_cookie(web, &token, customer::STAY));
    if let Some(cookie) = cookie.and_then(|cookie| cookie.parse().ok()) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(())
}

/// A file of a message.
pub(crate) async fn attachment(
    State(web): State<Arc<Web>>,
    Seeks { door, named }: Seeks,
) -> Answered {
    let found = match door.report {
        Some(id) => attachment::for_customer(&web.desk, &door.customer, id, &named).await,
        None => Err(FetchError::NotThere),
    };
    let (status, what) = match found {
        Ok(file) => return Ok(download::answer(&web, file)),
        Err(FetchError::Store(error)) => return Err(web.client_unavailable(&door.headers, &error)),
        Err(FetchError::NotThere | FetchError::NeedsAnswer) => {
            (StatusCode::NOT_FOUND, "not_theirs")
        }
        Err(FetchError::Removed) => (StatusCode::GONE, "file_removed"),
        Err(FetchError::BeingChecked) => (StatusCode::CONFLICT, "file_being_checked"),
        Err(FetchError::Infected | FetchError::Unscanned) => (StatusCode::CONFLICT, "file_locked"),
    };
    Err(web.client_said(&door.headers, status, what))
}

/// The fields of a form of somebody who is not known yet, and the room that it takes.
async fn strangers_form(
    web: &Web,
    request: Request,
) -> Result<(Vec<(String, String)>, Room), Response> {
    let (parts, body) = request.into_parts();
    let room = web.memory.room(Sender::Stranger);
    let read = body::read(body, STRANGERS_FORM, room).await;
    let Kept { bytes, room } = read.map_err(|unread| web.client_unread(&parts.headers, unread))?;
    Ok((form::urlencoded(&bytes, form::charset_in(&parts.headers)).collect(), room))
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
