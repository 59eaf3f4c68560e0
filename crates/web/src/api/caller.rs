//! Who calls, and what they may do. A right is a type in a handler's signature, so that no handler can
//! forget to ask for it.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use portreeve_app::token::{self, Bearer};

use super::problem::{Code, Failure};
use crate::Web;
use crate::client_address::address_of;
pub(crate) use crate::rights::{
    Answer, Approve, Close, Complain, Open, Right, SeeReporter, SeeReports, Setup, Suspend,
};

/// Whoever shows a good token.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Bearer);

/// A caller who may do what `R` stands for.
#[derive(Debug)]
pub(crate) struct May<R>(pub(crate) Bearer, pub(super) PhantomData<R>);

impl FromRequestParts<Arc<Web>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Failure> {
        let live = web.desk.live();
        let shown = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = shown.and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let bearer = token.and_then(|token| token::authenticate(&live, token, web.desk.now()));
        if let Some(bearer) = bearer {
            return Ok(Self(bearer.clone()));
        }
        let address = address_of(&parts.headers, &parts.extensions, &web.config.trusted_proxies);
        let limit = live.settings.amp.failed_auth_per_minute;
        let now = web.desk.clock.monotonic();
        let counted = web.throttles.failed_auth.count(address.network(), limit, now);
        Err(match counted {
            Ok(()) => Failure::new(
                Code::Unauthorized,
                "send `Authorization: Bearer` with a token made by `portreeve token add`",
            ),
            Err(wait) => Failure::wait(
                Code::TooManyRequests,
                "too many calls from this address had no good token",
                wait.as_secs(),
            ),
        })
    }
}

impl<R: Right> FromRequestParts<Arc<Web>> for May<R> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Failure> {
        let Caller(bearer) = Caller::from_request_parts(parts, web).await?;
        if bearer.may(R::NAME) {
            return Ok(Self(bearer, PhantomData));
        }
        let right = R::NAME;
        let why = format!(
            "this needs the right `{right}`, as a scope of the token and in the role of its member of staff"
        );
        Err(Failure::new(Code::Forbidden, why))
    }
}
