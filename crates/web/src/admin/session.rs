//! Who is signed in, what they may do, and forms that really come from our pages.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use portreeve_app::StaffSession;
use portreeve_app::digest::sha256_hex;
use portreeve_app::sign_in::{self, Stage};
use portreeve_app::staff::has_right;
use portreeve_core::ids::Actor;
use portreeve_i18n::Language;
use serde::de::DeserializeOwned;

use super::Refusal;
use super::refusal::{Reader, not_done};
use super::written::{self, Ended};
use crate::Web;
use crate::body::{self, STRANGERS_FORM, Unread};
use crate::form;
use crate::memory::{Room, Sender};
use crate::origin::is_from_elsewhere;
use crate::rights::Right;
use crate::upload::{self, Sent};

/// The cookie of a session.
const COOKIE: &str = "portreeve_staff";

/// Characters of a token.
const TOKEN: usize = 64;

/// The field for one's own password where it is asked for again. Other fields may be about the password of somebody else.
pub(super) const OWN_PASSWORD: &str = "own_password";

/// Largest form: two texts of 65,536 characters, encoded.
pub(super) const LARGEST_FORM: usize = 2 * 1024 * 1024;

/// Fields of a form at most: a list of 200 reports, and the rest.
const MOST_FIELDS: usize = 2_000;

/// The token of a request's session.
pub(super) fn token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(name, _)| name.trim() == COOKIE);
    found.map(|(_, value)| value.trim().to_owned()).filter(|value| value.len() == TOKEN)
}

/// The header that gives a browser its session, or with an empty token takes it away. It comes along when
/// somebody follows a link in a mail, but with no form of another site.
pub(super) fn cookie(web: &Web, token: &str) -> String {
    let secure = if web.config.is_https() { "; Secure" } else { "" };
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    format!("{COOKIE}={token}; Path=/admin; HttpOnly; SameSite=Lax{age}{secure}")
}

/// What stands in every form of a session: who does not have its cookie does not know it.
pub(super) fn csrf_of(token: &str) -> String {
    sha256_hex(format!("form of {token}").as_bytes())
}

/// Anybody with a session, however far it is.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(super) session: StaffSession,
    pub(super) token: String,
    stage: Stage,
}

impl Visitor {
    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether they have signed in to the end.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.stage, Stage::Whole)
    }

    /// The language that they read.
    pub(super) fn language(&self) -> Language {
        Language::choose(&self.session.language, "")
    }

    /// That something was not done, and why, in their language.
    pub(super) fn not_done(&self, why: &portreeve_core::refusal::Refusal) -> String {
        not_done(self.language(), why)
    }

    pub(super) fn csrf(&self) -> String {
        csrf_of(&self.token)
    }

    /// Who is on record for what they do.
    pub(super) fn actor(&self) -> Actor {
        Actor::Staff(self.session.name.clone())
    }

    /// Whether they may do this.
    pub(super) fn may<R: Right>(&self) -> bool {
        R::NAME.is_empty() || has_right(&self.session.rights, R::NAME)
    }
}

/// A member of staff who is signed in and may do what `R` stands for.
pub(crate) struct Staff<R> {
    pub(super) visitor: Visitor,
    right: PhantomData<R>,
}

impl<R> std::ops::Deref for Staff<R> {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl FromRequestParts<Arc<Web>> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Refusal> {
        let gone = || Refusal::SignIn { back: back_to(parts) };
        let token = token(&parts.headers).ok_or_else(gone)?;
        let session = sign_in::session(&web.desk, &token).await?.ok_or_else(gone)?;
        let stage = sign_in::stage(&web.desk, &session);
        parts.extensions.insert(stage);
        let visitor = Self { session, token, stage };
        if let Some(reader) = parts.extensions.get::<Reader>() {
            reader.is(&visitor);
        }
        Ok(visitor)
    }
}

/// Where somebody wanted to go who has to sign in first: only pages, which can be asked for again.
fn back_to(parts: &Parts) -> Option<String> {
    let path = parts.uri.path_and_query().map(axum::http::uri::PathAndQuery::as_str)?;
    (parts.method == axum::http::Method::GET).then(|| path.to_owned())
}

impl<R: Right + 'static> FromRequestParts<Arc<Web>> for Staff<R> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Refusal> {
        let visitor = Visitor::from_request_parts(parts, web).await?;
        match visitor.stage() {
            Stage::Whole => {}
            Stage::Second => return Err(Refusal::To("/admin/sign-in/code")),
            Stage::Enrol => return Err(Refusal::To("/admin/second-factor")),
        }
        if visitor.may::<R>() {
            return Ok(Self { visitor, right: PhantomData });
        }
        Err(Refusal::NoRight(R::NAME))
    }
}

/// What the path names; what cannot be a name of anything is not there.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Web>> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Refusal> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, web).await;
        found.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Refusal::NotFound)
    }
}

/// What the query says.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Web>> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Refusal> {
        let found = axum::extract::Query::<T>::from_request_parts(parts, web).await;
        found.map(|axum::extract::Query(value)| Self(value)).map_err(|_| Refusal::Unreadable)
    }
}

/// The fields of a form that was sent from one of our pages in the same session, and the room that they take.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    fields: Vec<(String, String)>,
    /// Held for as long as the fields are kept.
    room: Option<Arc<Room>>,
}

impl Form {
    /// A field without the blanks at its ends; empty when it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// All fields of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A box that is ticked.
    pub(super) fn is_set(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// Their own password, as they typed it.
    pub(super) fn own_password(&self) -> &str {
        self.all(OWN_PASSWORD).next().unwrap_or_default()
    }

    /// The fields that belong to these parts of a page, whose names begin with the part and a dot, and those that belong
    /// to none.
    pub(super) fn of_parts(&self, parts: &[&str]) -> Self {
        let fields = self.fields.iter().filter_map(|(key, value)| match key.split_once('.') {
            Some((part, name)) => parts.contains(&part).then(|| (name.to_owned(), value.clone())),
            None => Some((key.clone(), value.clone())),
        });
        Self { fields: fields.collect(), room: self.room.clone() }
    }

    /// All fields but the secret ones, so that a page can send them once more.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        let all = self.fields.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        all.filter(|(key, _)| !matches!(*key, "csrf" | OWN_PASSWORD))
    }
}

impl FromRequest<Arc<Web>> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let form = read(web, &parts, body, sender(&parts)).await?;
        of_this_session(web, &parts, form)
    }
}

/// The form, if it was sent from one of our pages in the session of the request. One that was sent from a page of ours in
/// a session that has ended is given back to its writer.
fn of_this_session(web: &Web, parts: &Parts, form: Form) -> Result<Form, Refusal> {
    if is_of_session(&parts.headers, &form) {
        return Ok(form);
    }
    let path = parts.uri.path();
    let is_signing_in = path.starts_with("/admin/sign-in");
    if is_from_here(web, &parts.headers) && has_shape_of_csrf(form.get("csrf")) && !is_signing_in {
        let page = written::page(web, &parts.headers, path, &form, Ended::Another);
        return Err(Refusal::Page(Box::new(page)));
    }
    Err(Refusal::ForgedForm)
}

/// The form has what stands in every form of the session whose cookie came along.
fn is_of_session(headers: &HeaderMap, form: &Form) -> bool {
    token(headers).is_some_and(|token| form.get("csrf") == csrf_of(&token))
}

/// Pages of ours put this into their forms, whatever the session.
fn has_shape_of_csrf(text: &str) -> bool {
    text.len() == TOKEN && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The parts of a report's page whose fields an act takes, by the last part of its address.
pub(super) fn parts_of(act: &str) -> Vec<&str> {
    if act == "answer-and-close" { vec![act, "answer"] } else { vec![act] }
}

/// Whether a form with this address takes the files of a field of this name.
fn takes_files_of(path: &str, field: &str) -> bool {
    let act = path.rsplit('/').next().unwrap_or_default();
    field.strip_suffix(".file").is_none_or(|part| parts_of(act).contains(&part))
}

/// The same with the files that came with it.
pub(crate) struct FormWithFiles {
    pub(super) form: Form,
    pub(super) sent: Sent,
}

impl FromRequest<Arc<Web>> for FormWithFiles {
    type Rejection = Refusal;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        if sender(&parts) != Sender::Staff {
            return Err(Refusal::SignIn { back: None });
        }
        let path = parts.uri.path().to_owned();
        let takes = |field: &str| takes_files_of(&path, field);
        let from = upload::From::Staff;
        let sent = upload::read(web, &parts.headers, body, LARGEST_FORM, from, takes).await;
        let mut sent = sent.map_err(unread)?;
        // Files take their time, in which a session may end and a member of staff be disabled.
        Visitor::from_request_parts(&mut parts, web).await?;
        if is_from_elsewhere(&parts.headers, web.config.public_url.as_deref()) {
            return Err(Refusal::ForgedForm);
        }
        let fields = std::mem::take(&mut sent.fields).into_iter().take(MOST_FIELDS);
        let form = Form { fields: fields.collect(), room: None };
        let form = of_this_session(web, &parts, form)?;
        Ok(Self { form, sent })
    }
}

/// A form of somebody who has no session yet.
#[derive(Debug)]
pub(crate) struct FirstForm(pub(super) Form);

impl FromRequest<Arc<Web>> for FirstForm {
    type Rejection = Refusal;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        Ok(Self(read(web, &parts, body, Sender::Stranger).await?))
    }
}

/// A form of somebody whose session has ended: without its files, in the room for strangers.
pub(super) async fn read_ended(
    web: &Web,
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<Form, Refusal> {
    let from = upload::From::Stranger;
    let sent = upload::read(web, headers, body, LARGEST_FORM, from, |_| false).await;
    let sent = sent.map_err(unread)?;
    let fields = sent.fields.into_iter().take(MOST_FIELDS).collect();
    Ok(Form { fields, room: sent.room.map(Arc::new) })
}

/// Whose form it is: staff's when [`Visitor`] has found somebody who is signed in. Until then, also between password and
/// second factor, it is a stranger's.
fn sender(parts: &Parts) -> Sender {
    match parts.extensions.get() {
        Some(Stage::Whole) => Sender::Staff,
        Some(Stage::Second | Stage::Enrol) | None => Sender::Stranger,
    }
}

async fn read(
    web: &Web,
    parts: &Parts,
    body: axum::body::Body,
    sender: Sender,
) -> Result<Form, Refusal> {
    let largest = if sender == Sender::Staff { LARGEST_FORM } else { STRANGERS_FORM };
    let body = body::read(body, largest, web.memory.room(sender)).await.map_err(unread)?;
    if is_from_elsewhere(&parts.headers, web.config.public_url.as_deref()) {
        return Err(Refusal::ForgedForm);
    }
    let charset = form::charset_in(&parts.headers);
    let fields = form::urlencoded(&body.bytes, charset).take(MOST_FIELDS).collect();
    Ok(Form { fields, room: Some(Arc::new(body.room)) })
}

/// A browser says in so many words that this was sent from a page of ours.
pub(super) fn is_from_here(web: &Web, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_said = text("sec-fetch-site") == Some("same-origin") || text("origin").is_some();
    is_said && !is_from_elsewhere(headers, web.config.public_url.as_deref())
}

pub(super) fn unread(unread: Unread) -> Refusal {
    match unread {
        Unread::TooLarge | Unread::Broken => Refusal::Unreadable,
        Unread::NoRoom => Refusal::NoRoom,
    }
}
