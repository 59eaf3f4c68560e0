//! One's own account: password, second factor, sessions, language and zone of time, mails.

use std::sync::Arc;

use crate::pages::context;
use axum::extract::State;
use portreeve_app::notice;
use portreeve_app::sign_in::{self, SignInError};
use portreeve_app::staff::{self as app_staff, StaffError, has_right};
use portreeve_core::refusal::refusal;

use super::confirm::{begun_at, text, too_many};
use super::session::{Form, Staff};
use super::sign_in::{count_try, forget_tries};
use super::{Answered, Refusal, to, told};
use crate::Web;
use crate::rights::Anybody;
use portreeve_i18n::{self as i18n, Language};

/// The page.
pub(crate) async fn account(State(web): State<Arc<Web>>, staff: Staff<Anybody>) -> Answered {
    page(&web, &staff, None).await
}

async fn page(web: &Web, staff: &Staff<Anybody>, error: Option<String>) -> Answered {
    let sessions = sign_in::sessions(&web.desk, &staff.session).await?;
    let sessions: Vec<_> = sessions
        .iter()
        .map(|one| {
            context! {
                id => one.id, address => one.address, agent => one.agent, created_at => one.created_at,
                seen_at => one.seen_at, mine => one.id == staff.session.id,
            }
        })
        .collect();
    let codes_left = sign_in::recovery_codes_left(&web.desk, &staff.session).await?;
    let languages: Vec<_> =
        Language::ALL.iter().map(|one| context! { tag => one.tag(), name => one.name() }).collect();
    let zones: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .filter(|name| name.contains('/'))
        .collect();
    let me = app_staff::by_name(&web.desk, &staff.session.name).await?;
    let status = if error.is_some() {
        axum::http::StatusCode::UNPROCESSABLE_ENTITY
    } else {
        axum::http::StatusCode::OK
    };
    let more = context! {
        error, sessions, codes_left, languages, zones, kinds => told::kinds(),
        told => told::shown(web, &me), may_be_told => has_right(&staff.session.rights, "answer"),
        my_language => staff.session.language, my_zone => staff.session.time_zone,
        has_second_factor => staff.session.has_second_factor,
        second_factor_forced => web.desk.live().settings.require_second_factor,
    };
    web.show_as(status, staff, "account.html", more).await
}

/// Language and zone.
pub(crate) async fn preferences(
    State(web): State<Arc<Web>>,
    staff: Staff<Anybody>,
    form: Form,
) -> Answered {
    let (language, zone) = (form.get("language"), form.get("time_zone"));
    let known = language.is_empty() || Language::of(language).is_some();
    if !known || !(zone.is_empty() || jiff::tz::TimeZone::get(zone).is_ok()) {
        let error = i18n::text!(staff.language(), "account-bad_zone");
        return page(&web, &staff, Some(error)).await;
    }
    sign_in::prefer(&web.desk, &staff.session, language, zone).await?;
    Ok(to("/admin/account"))
}

/// What they are told by mail.
pub(crate) async fn told(
    State(web): State<Arc<Web>>,
    staff: Staff<Anybody>,
    form: Form,
) -> Answered {
    let choice = if form.get("act") == "usual" { told::usual() } else { told::choice(&form) };
    match notice::choose(&web.desk, &staff.actor(), &staff.session.name, &choice).await {
        Ok(()) => Ok(to("/admin/account")),
        Err(StaffError::Bad(why)) => page(&web, &staff, Some(staff.not_done(&why))).await,
        Err(other) => Err(other.into()),
    }
}

/// A new password.
pub(crate) async fn password(
    State(web): State<Arc<Web>>,
    staff: Staff<Anybody>,
    form: Form,
) -> Answered {
    let field = |name: &'static str| form.all(name).next().unwrap_or_default().to_owned();
    let (old, new, again) = (field("old"), field("new"), field("again"));
    let language = staff.language();
    if new != again {
        return page(&web, &staff, Some(i18n::text!(language, "account-not_the_same"))).await;
    }
    let (name, address) = (&staff.session.name, begun_at(&staff));
    if let Err(wait) = count_try(&web, name, address) {
        return page(&web, &staff, Some(too_many(&staff, wait))).await;
    }
    match sign_in::change_password(&web.desk, &staff.session, &old, &new).await {
        Ok(()) => {
            forget_tries(&web, name, address);
            Ok(to("/admin/account"))
        }
        Err(SignInError::Wrong) => {
            page(&web, &staff, Some(i18n::text!(language, "account-wrong_password"))).await
        }
        Err(SignInError::Staff(StaffError::Bad(why))) => {
            page(&web, &staff, Some(staff.not_done(&why))).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Takes the second factor away. It takes all that signing in takes: the password and a code, however short a while ago
/// they were entered.
pub(crate) async fn remove_second_factor(
    State(web): State<Arc<Web>>,
    staff: Staff<Anybody>,
    form: Form,
) -> Answered {
    if web.desk.live().settings.require_second_factor {
        return Err(Refusal::Bad(refusal!("refusal-second_factor_forced")));
    }
    let (name, address) = (&staff.session.name, begun_at(&staff));
    if let Err(wait) = count_try(&web, name, address) {
        return page(&web, &staff, Some(too_many(&staff, wait))).await;
    }
    let (password, code) = (form.own_password(), form.get("code"));
    match sign_in::remove_second_factor(&web.desk, &staff.session, password, code).await {
        Ok(()) => {
            forget_tries(&web, name, address);
            Ok(to("/admin/account"))
        }
        Err(SignInError::Wrong) => {
            page(&web, &staff, Some(text(&staff, "account-wrong_password"))).await
        }
        Err(SignInError::WrongCode) => {
            page(&web, &staff, Some(text(&staff, "account-wrong_code"))).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Ends one session, or all others.
pub(crate) async fn end_session(
    State(web): State<Arc<Web>>,
    staff: Staff<Anybody>,
    form: Form,
) -> Answered {
    match form.get("id").parse() {
        Ok(id) => sign_in::end_session(&web.desk, &staff.session, id).await?,
        Err(_) => sign_in::end_other_sessions(&web.desk, &staff.session).await?,
    }
    Ok(to("/admin/account"))
}
