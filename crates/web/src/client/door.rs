//! By which door a customer comes in, and where its addresses begin.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use portreeve_app::customer::{self, Customer};
use portreeve_core::ids::ReportId;

use super::COOKIE;
use crate::Web;

/// Characters of a token: 256 bits in hexadecimal digits.
const TOKEN: usize = 64;

/// A customer who has come in.
pub(crate) struct Door {
    pub(super) customer: Customer,
    /// Where the addresses of their pages begin: `/client`, or with the token of the link.
    pub(super) base: String,
    /// The report that the address names, or to which the link leads.
    pub(super) report: Option<ReportId>,
    /// They came by a link.
    pub(super) by_link: bool,
    pub(super) headers: HeaderMap,
}

impl FromRequestParts<Arc<Web>> for Door {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Response> {
        let headers = parts.headers.clone();
        let named = values(parts, web).await;
        let report = named.get("id").map(|id| id.parse().map(ReportId));
        let report = report
            .transpose()
            .map_err(|_| web.client_said(&headers, StatusCode::NOT_FOUND, "not_theirs"))?;
        let unavailable = |error| web.client_unavailable(&headers, &error);
        if let Some(token) = named.get("token") {
            let found = match token.len() {
                TOKEN => customer::by_link(&web.desk, token).await.map_err(unavailable)?,
                _ => None,
            };
            let Some((customer, leads_to)) = found else {
                return Err(web.client_said(&headers, StatusCode::NOT_FOUND, "dead_link"));
            };
            let base = format!("/client/r/{token}");
            let report = Some(report.unwrap_or(leads_to));
            return Ok(Self { customer, base, report, by_link: true, headers });
        }
        let found = match cookie(&headers) {
            None => None,
            Some(token) => customer::session(&web.desk, &token).await.map_err(unavailable)?,
        };
        let Some(customer) = found else {
            return Err(web.client_said(&headers, StatusCode::UNAUTHORIZED, "sign_in"));
        };
        Ok(Self { customer, base: "/client".to_owned(), report, by_link: false, headers })
    }
}

/// A customer who has come in and wants to do something: the last part of the address.
pub(crate) struct Went {
    pub(super) door: Door,
    pub(super) deed: String,
}

impl FromRequestParts<Arc<Web>> for Went {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Response> {
        let (door, deed) = door_and("deed", parts, web).await?;
        Ok(Self { door, deed })
    }
}

/// A customer who has come in and wants a file or a message: the last part of the address.
pub(crate) struct Seeks {
    pub(super) door: Door,
    pub(super) named: String,
}

impl FromRequestParts<Arc<Web>> for Seeks {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Response> {
        let (door, named) = door_and("named", parts, web).await?;
        Ok(Self { door, named })
    }
}

/// Who has come in, and one value more of the address.
async fn door_and(
    name: &str,
    parts: &mut Parts,
    web: &Arc<Web>,
) -> Result<(Door, String), Response> {
    let door = Door::from_request_parts(parts, web).await?;
    Ok((door, values(parts, web).await.remove(name).unwrap_or_default()))
}

/// The values in the address, by their names in the route.
async fn values(parts: &mut Parts, web: &Arc<Web>) -> HashMap<String, String> {
    let found: Result<Path<HashMap<String, String>>, _> =
        Path::from_request_parts(parts, web).await;
    found.map(|Path(values)| values).unwrap_or_default()
}

/// The token of a session.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(name, _)| name.trim() == COOKIE);
    found.map(|(_, value)| value.trim().to_owned()).filter(|value| value.len() == TOKEN)
}
