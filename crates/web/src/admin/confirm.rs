//! What asks for the password again: acts that reach customers and panels, and all that decides who gets in, what they
//! may do, and where secrets and mails go. Whoever finds somebody's browser open can do none of it.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use minijinja::Value;
use portreeve_app::sign_in::{self, SignInError};

use super::session::{Form, LARGEST_FORM, OWN_PASSWORD, Staff, Visitor, unread};
use super::sign_in::{count_try, forget_tries};
use super::{Answered, Refusal};
use crate::Web;
use crate::body::{self, Kept};
use crate::client_address::ClientAddress;
use crate::memory::Sender;
use crate::pages::context;
use crate::rights::Right;
use portreeve_i18n as i18n;

/// A form that is carried out only for somebody with the right `R` who entered their password a short while ago. Anybody
/// else gets a page that asks for it and keeps what the form says.
pub(super) fn confirmed<R, H, T>(handler: H) -> MethodRouter<Arc<Web>>
where
    R: Right + 'static,
    H: Handler<T, Arc<Web>> + Sync,
    T: 'static,
{
    post(|State(web): State<Arc<Web>>, request: Request| async move {
        match confirm::<R>(&web, request).await {
            Ok(Confirmed::Yes(request)) => handler.call(request, web).await,
            Ok(Confirmed::Asked(page)) => page,
            Err(refusal) => refusal.into_response(),
        }
    })
}

/// What became of the question who this is.
enum Confirmed {
    /// It is answered: the request goes on as it came.
    Yes(Request),
    /// The page that asks.
    Asked(Response),
}

async fn confirm<R: Right + 'static>(
    web: &Arc<Web>,
    request: Request,
) -> Result<Confirmed, Refusal> {
    let (mut parts, sent) = request.into_parts();
    let staff = Staff::<R>::from_request_parts(&mut parts, web).await?;
    if sign_in::is_proved(&staff.session, web.desk.now()) {
        return Ok(Confirmed::Yes(Request::from_parts(parts, sent)));
    }
    let kept = body::read(sent, LARGEST_FORM, web.memory.room(Sender::Staff)).await;
    // The room is held until the form is answered or handed on.
    let Kept { bytes, room: _room } = kept.map_err(unread)?;
    let bytes = Bytes::from(bytes);
    let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let form = Form::from_request(copy, web).await?;
    let place = parts.uri.path_and_query().map_or("/admin", |place| place.as_str());
    if !form.is_set(OWN_PASSWORD) {
        return Ok(Confirmed::Asked(page(web, &staff, place, &form, None).await?));
    }
    match prove(web, &staff, &form).await? {
        None => Ok(Confirmed::Yes(Request::from_parts(parts, Body::from(bytes)))),
        error => Ok(Confirmed::Asked(page(web, &staff, place, &form, error).await?)),
    }
}

/// Asks for the password. What was entered goes back to who entered it, in a page that nobody keeps.
async fn page(
    web: &Web,
    staff: &Visitor,
    place: &str,
    form: &Form,
    error: Option<String>,
) -> Answered {
    let fields: Vec<Value> = form.fields().map(|(name, value)| context! { name, value }).collect();
    let more = context! { page => "", place, fields, error };
    web.show_as(StatusCode::FORBIDDEN, staff, "confirm.html", more).await
}

/// Where a session was begun, which stands for where it is used: both know its token.
pub(super) fn begun_at(staff: &Visitor) -> ClientAddress {
    staff.session.address.parse().map_or(ClientAddress::Stranger, ClientAddress::Known)
}

/// Whoever entered their password a short while ago is believed; else the form has it. Returns what is wrong, if
/// anything is.
pub(super) async fn prove(
    web: &Web,
    staff: &Visitor,
    form: &Form,
) -> Result<Option<String>, Refusal> {
    if sign_in::is_proved(&staff.session, web.desk.now()) {
        return Ok(None);
    }
    let address = begun_at(staff);
    let name = &staff.session.name;
    if let Err(wait) = count_try(web, name, address) {
        return Ok(Some(too_many(staff, wait)));
    }
    match sign_in::prove(&web.desk, &staff.session, form.own_password()).await {
        Ok(()) => {
            forget_tries(web, name, address);
            Ok(None)
        }
        Err(SignInError::Wrong) => Ok(Some(text(staff, "account-wrong_password"))),
        Err(other) => Err(other.into()),
    }
}

/// That somebody tried too often, and how long they have to wait.
pub(super) fn too_many(staff: &Visitor, wait: std::time::Duration) -> String {
    let minutes = wait.as_secs().div_ceil(60).to_string();
    let language = staff.language();
    i18n::text!(language, "sign_in-too_many", n = minutes)
}

/// A text in their language.
pub(super) fn text(staff: &Visitor, key: &str) -> String {
    i18n::text!(staff.language(), key)
}
