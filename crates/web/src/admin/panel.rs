//! Staff who come from a panel, whose addon vouches for them (`docs/bridge.md`).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use portreeve_app::panel_account::{self, PanelSignInError};
use portreeve_app::panel_token::SignOnError;
use portreeve_app::sign_in::{Caller, Stage};
use portreeve_i18n::{self as i18n, Language};

use super::session::unread;
use super::sign_in::{From, TRIES_PER_ADDRESS, sign_in_page, with_cookie};
use super::{Answered, Reads, Refusal, to};
use crate::Web;
use crate::body::{self, STRANGERS_FORM};
use crate::form;
use crate::memory::Sender;

/// Takes somebody in whom their panel vouches for. The form comes from another site, and its token counts once.
pub(crate) async fn sign_on(
    State(web): State<Arc<Web>>,
    Reads(language): Reads,
    from: From,
    request: Request,
) -> Answered {
    let now = web.desk.clock.monotonic();
    let by_address = web.throttles.sign_ins.count(from.address.network(), TRIES_PER_ADDRESS, now);
    if let Err(wait) = by_address {
        let minutes = wait.as_secs().div_ceil(60);
        let text = i18n::text!(language, "sign_in-too_many", n = minutes);
        return refused(&web, StatusCode::TOO_MANY_REQUESTS, language, text).await;
    }
    let (parts, body) = request.into_parts();
    let room = web.memory.room(Sender::Stranger);
    let body = body::read(body, STRANGERS_FORM, room).await.map_err(unread)?;
    let mut fields = form::urlencoded(&body.bytes, form::charset_in(&parts.headers));
    let token = fields.find(|(name, _)| name == "token").map(|(_, token)| token);
    let caller = Caller { address: from.address.to_string(), agent: from.agent };
    match panel_account::sign_in(&web.desk, &token.unwrap_or_default(), &caller).await {
        Ok((token, stage)) => {
            let place = match stage {
                Stage::Whole => "/admin",
                Stage::Second => "/admin/sign-in/code",
                Stage::Enrol => "/admin/second-factor",
            };
            Ok(with_cookie(&web, &token, to(place)))
        }
        Err(PanelSignInError::Nobody { directory, account }) => {
            let text = i18n::text!(
                language,
                "panel-sign-on-nobody",
                directory = directory,
                account = account
            );
            refused(&web, StatusCode::FORBIDDEN, language, text).await
        }
        Err(
            PanelSignInError::Token(SignOnError::Store(error)) | PanelSignInError::Store(error),
        ) => Err(Refusal::Unavailable(error)),
        Err(PanelSignInError::Token(bad)) => {
            tracing::info!("a member of staff was not signed in: {bad}");
            let text = i18n::text!(language, "panel-sign-on-bad");
            refused(&web, StatusCode::FORBIDDEN, language, text).await
        }
    }
}

/// Why they were not let in, on the page where they can sign in with their password.
async fn refused(web: &Web, status: StatusCode, language: Language, why: String) -> Answered {
    sign_in_page(web, status, language, "", "/admin", Some(why)).await
}
