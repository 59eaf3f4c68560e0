//! Signing in and out, and setting up a second factor.

use std::sync::Arc;
use std::time::Duration;

use crate::pages::context;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use portreeve_app::sign_in::{self, Caller, SignInError, Stage};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;

use super::confirm::prove;
use super::session::{FirstForm, Form, Query, Visitor, cookie};
use super::{Answered, Reads, Refusal, to};
use crate::Web;
use crate::client_address::{ClientAddress, address_of};
use portreeve_i18n::{self as i18n, Language};

/// Passwords that are tried from one address in a minute.
pub(super) const TRIES_PER_ADDRESS: u32 = 20;

/// Passwords and codes that are tried with one login name from one address in a quarter of an hour ...
const TRIES_PER_SEAT: u32 = 10;

/// ... and from everywhere together: whoever knows a name must not be able to keep its owner out with ten tries.
const TRIES_PER_ACCOUNT: u32 = 100;

/// From where and with what a request comes.
pub(crate) struct From {
    pub(super) address: ClientAddress,
    pub(super) agent: String,
}

impl FromRequestParts<Arc<Web>> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        web: &Arc<Web>,
    ) -> Result<Self, Self::Rejection> {
        let address = address_of(&parts.headers, &parts.extensions, &web.config.trusted_proxies);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self { address, agent: agent.unwrap_or_default().to_owned() })
    }
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub(crate) struct Goal {
    to: Option<String>,
}

/// A path of the staff area, and nothing that leads out of it.
fn within(goal: &str) -> &str {
    let is_ours = goal == "/admin" || goal.starts_with("/admin/") || goal.starts_with("/admin?");
    let is_plain = goal.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') && !goal.contains("//");
    if is_ours && is_plain && !goal.starts_with("/admin/sign-in") { goal } else { "/admin" }
}

/// The page for signing in.
pub(crate) async fn form(
    State(web): State<Arc<Web>>,
    Reads(language): Reads,
    Query(Goal { to }): Query<Goal>,
) -> Answered {
    let goal = within(to.as_deref().unwrap_or("/admin")).to_owned();
    sign_in_page(&web, StatusCode::OK, language, "", &goal, None).await
}

pub(super) async fn sign_in_page(
    web: &Web,
    status: StatusCode,
    language: Language,
    name: &str,
    goal: &str,
    error: Option<String>,
) -> Answered {
    let nobody = sign_in::is_nobody_there(&web.desk).await?;
    let more = context! { name, goal, error, nobody };
    Ok(web.show_stranger(status, language, "sign-in.html", more))
}

/// Takes somebody in who knows the password.
pub(crate) async fn sign_in(
    State(web): State<Arc<Web>>,
    Reads(language): Reads,
    from: From,
    FirstForm(form): FirstForm,
) -> Answered {
    let (name, goal) = (form.get("name").to_owned(), within(form.get("to")).to_owned());
    let now = web.desk.clock.monotonic();
    let by_address = web.throttles.sign_ins.count(from.address.network(), TRIES_PER_ADDRESS, now);
    if let Err(wait) = by_address.and_then(|()| count_try(&web, &name, from.address)) {
        let minutes = wait.as_secs().div_ceil(60).to_string();
        let error = i18n::text!(language, "sign_in-too_many", n = minutes);
        let status = StatusCode::TOO_MANY_REQUESTS;
        return sign_in_page(&web, status, language, &name, &goal, Some(error)).await;
    }
    let caller = Caller { address: from.address.to_string(), agent: from.agent };
    let password = form.all("password").next().unwrap_or_default();
    match sign_in::sign_in(&web.desk, &name, password, &caller).await {
        Ok((token, stage)) => {
            if stage == Stage::Whole {
                forget_tries(&web, &name, from.address);
                learn_zone(&web, &token, form.get("time_zone")).await?;
            }
            let place = match stage {
                Stage::Whole => goal,
                Stage::Second => with_goal("/admin/sign-in/code", &goal),
                Stage::Enrol => "/admin/second-factor".to_owned(),
            };
            Ok(with_cookie(&web, &token, to(&place)))
        }
        Err(SignInError::Wrong) => {
            let error = i18n::text!(language, "sign_in-wrong");
            let status = StatusCode::UNAUTHORIZED;
            sign_in_page(&web, status, language, &name, &goal, Some(error)).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Counts that a password or code is tried. Beyond what is allowed: how long to wait.
pub(super) fn count_try(web: &Web, name: &str, address: ClientAddress) -> Result<(), Duration> {
    let (account, seat) = tried(name, address);
    let (accounts, now) = (&web.throttles.accounts, web.desk.clock.monotonic());
    accounts.count(seat, TRIES_PER_SEAT, now)?;
    accounts.count(account, TRIES_PER_ACCOUNT, now)
}

/// It was right.
pub(super) fn forget_tries(web: &Web, name: &str, address: ClientAddress) {
    let (account, seat) = tried(name, address);
    web.throttles.accounts.forget(seat);
    web.throttles.accounts.forget(account);
}

/// Under what tries are counted: the name, and the name with the address. Nobody's name is longer than 64 characters.
fn tried(name: &str, address: ClientAddress) -> (String, String) {
    let account = portreeve_core::text::shorten(&name.to_lowercase(), 64);
    let seat = format!("{account} {}", address.network());
    (account, seat)
}

fn with_goal(path: &str, goal: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("to", goal).finish();
    format!("{path}?{query}")
}

/// Whoever never said in which zone of time they live is believed what their browser says.
async fn learn_zone(web: &Web, token: &str, zone: &str) -> Result<(), Refusal> {
    let Some(session) = sign_in::session(&web.desk, token).await? else { return Ok(()) };
    if session.time_zone.is_empty() && jiff::tz::TimeZone::get(zone).is_ok() {
        sign_in::prefer(&web.desk, &session, &session.language, zone).await?;
    }
    Ok(())
}

pub(super) fn with_cookie(web: &Web, token: &str, mut response: Response) -> Response {
    if let Ok(value) = cookie(web, token).parse() {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

/// The page that asks for the second factor.
pub(crate) async fn code_form(
    State(web): State<Arc<Web>>,
    Reads(language): Reads,
    visitor: Visitor,
    Query(Goal { to }): Query<Goal>,
) -> Answered {
    let goal = within(to.as_deref().unwrap_or("/admin")).to_owned();
    Ok(code_page(&web, StatusCode::OK, language, &visitor, &goal, None))
}

fn code_page(
    web: &Web,
    status: StatusCode,
    language: Language,
    visitor: &Visitor,
    goal: &str,
    error: Option<&str>,
) -> Response {
    let csrf = visitor.csrf();
    web.show_stranger(status, language, "code.html", context! { csrf, goal, error })
}

/// Takes the second factor.
pub(crate) async fn code(
    State(web): State<Arc<Web>>,
    Reads(language): Reads,
    from: From,
    visitor: Visitor,
    form: Form,
) -> Answered {
    let goal = within(form.get("to")).to_owned();
    if visitor.stage() != Stage::Second {
        return Ok(to("/admin"));
    }
    let name = visitor.session.name.clone();
    if let Err(wait) = count_try(&web, &name, from.address) {
        let minutes = wait.as_secs().div_ceil(60).to_string();
        let error = i18n::text!(language, "sign_in-too_many", n = minutes);
        let status = StatusCode::TOO_MANY_REQUESTS;
        return Ok(code_page(&web, status, language, &visitor, &goal, Some(&error)));
    }
    match sign_in::second_factor(&web.desk, &visitor.session, form.get("code")).await {
        Ok(token) => {
            forget_tries(&web, &name, from.address);
            Ok(with_cookie(&web, &token, to(&goal)))
        }
        Err(SignInError::WrongCode) => {
            let error = i18n::text!(language, "sign_in-wrong_code");
            Ok(code_page(&web, StatusCode::UNAUTHORIZED, language, &visitor, &goal, Some(&error)))
        }
        Err(other) => Err(other.into()),
    }
}

/// Ends the session.
pub(crate) async fn sign_out(State(web): State<Arc<Web>>, visitor: Visitor, _: Form) -> Answered {
    sign_in::end_session(&web.desk, &visitor.session, visitor.session.id).await?;
    Ok(with_cookie(&web, "", to("/admin/sign-in")))
}

/// A second factor may be set up by who is signed in, and by who has to before they are.
fn may_enrol(visitor: &Visitor) -> Result<(), Refusal> {
    let has_one = visitor.session.has_second_factor;
    match visitor.stage() {
        Stage::Second => Err(Refusal::To("/admin/sign-in/code")),
        Stage::Whole | Stage::Enrol if has_one => Err(Refusal::To("/admin/account")),
        Stage::Whole | Stage::Enrol => Ok(()),
    }
}

/// What an authenticator takes (the Key URI format).
fn key_uri(name: &str, secret: &str) -> String {
    let label: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("otpauth://totp/Portreeve:{label}?secret={secret}&issuer=Portreeve")
}

/// The page that sets up a second factor.
pub(crate) async fn enrol_form(
    State(web): State<Arc<Web>>,
    Reads(language): Reads,
    visitor: Visitor,
) -> Answered {
    may_enrol(&visitor)?;
    enrol_page(&web, StatusCode::OK, language, &visitor, None).await
}

async fn enrol_page(
    web: &Web,
    status: StatusCode,
    language: Language,
    visitor: &Visitor,
    error: Option<String>,
) -> Answered {
    let secret = sign_in::begin_second_factor(&web.desk, &visitor.session).await?;
    let grouped: Vec<String> = secret
        .as_bytes()
        .chunks(4)
        .map(|four| String::from_utf8_lossy(four).into_owned())
        .collect();
    let more = context! {
        csrf => visitor.csrf(), secret => grouped.join(" "), error,
        forced => visitor.stage() == Stage::Enrol,
        must_prove => !sign_in::is_proved(&visitor.session, web.desk.now()),
    };
    let language = Language::of(&visitor.session.language).unwrap_or(language);
    Ok(web.show_stranger(status, language, "second-factor.html", more))
}

/// The picture that an authenticator reads.
pub(crate) async fn qr(State(web): State<Arc<Web>>, visitor: Visitor) -> Answered {
    may_enrol(&visitor)?;
    let secret = sign_in::begin_second_factor(&web.desk, &visitor.session).await?;
    let code =
        QrCode::new(key_uri(&visitor.session.name, &secret)).map_err(|_| Refusal::NotFound)?;
    let picture = code.render::<svg::Color>().min_dimensions(220, 220).build();
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, picture).into_response())
}

/// Confirms the second factor with a code of it.
pub(crate) async fn enrol(
    State(web): State<Arc<Web>>,
    Reads(language): Reads,
    visitor: Visitor,
    form: Form,
) -> Answered {
    may_enrol(&visitor)?;
    if let Some(error) = prove(&web, &visitor, &form).await? {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return enrol_page(&web, status, language, &visitor, Some(error)).await;
    }
    match sign_in::confirm_second_factor(&web.desk, &visitor.session, form.get("code")).await {
        Ok((codes, token)) => {
            let language = Language::of(&visitor.session.language).unwrap_or(language);
            let page =
                web.show_stranger(StatusCode::OK, language, "recovery.html", context! { codes });
            Ok(with_cookie(&web, &token, page))
        }
        Err(SignInError::WrongCode) => {
            let error = i18n::text!(language, "sign_in-wrong_code");
            enrol_page(&web, StatusCode::UNPROCESSABLE_ENTITY, language, &visitor, Some(error))
                .await
        }
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_out_of_the_staff_area() {
        for good in ["/admin", "/admin/reports/92", "/admin?x=1"] {
            assert_eq!(within(good), good);
        }
        for odd in [
            "",
            "//evil.example.com",
            "/admin//evil.example.com",
            "/administrator",
            "/admin/\\x",
            "/admin/sign-in",
            "/admin/\u{e9}",
        ] {
            assert_eq!(within(odd), "/admin", "{odd:?}");
        }
    }
}
