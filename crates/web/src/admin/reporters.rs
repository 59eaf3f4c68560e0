//! Who complains: how many of their complaints were right, how far they are trusted, and whether they are heard at all.

use std::sync::Arc;

use axum::extract::State;
use portreeve_app::reporter;
use portreeve_core::intake::Lane;
use portreeve_core::text::one_line;
use serde::Deserialize;

use super::session::{Form, Path, Query, Staff};
use super::{Answered, Refusal, to};
use crate::Web;
use crate::pages::context;
use crate::rights::{Close, SeeReporter, Setup};

/// Reporters on a page.
const PAGE: i64 = 50;

/// Longest text that is looked for.
const LONGEST: usize = 254;

/// What of the list is chosen in its address.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    after: Option<i64>,
    q: Option<String>,
}

/// The list.
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReporter>,
    Query(Chosen { after, q }): Query<Chosen>,
) -> Answered {
    let q = one_line(&q.unwrap_or_default(), LONGEST).trim().to_owned();
    let reporters = reporter::list(&web.desk, &q, after, PAGE).await?;
    let is_full = i64::try_from(reporters.len()).is_ok_and(|rows| rows >= PAGE);
    let next = reporters.last().map(|last| last.reference).filter(|_| is_full);
    let next = next.map(|id| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !q.is_empty() {
            query.append_pair("q", &q);
        }
        query.append_pair("after", &id.to_string()).finish()
    });
    let lanes: Vec<&str> = Lane::ALL.iter().map(|lane| lane.code()).collect();
    let is_first = after.is_none();
    let more = context! { page => "inbox", reporters, next, lanes, is_first, q };
    web.show(&staff, "reporters.html", more).await
}

/// The list with somebody at its head.
fn at(id: i64) -> String {
    format!("/admin/reporters?after={}", id.saturating_sub(1))
}

/// Mutes somebody, or lets them be heard again.
pub(crate) async fn mute(
    State(web): State<Arc<Web>>,
    staff: Staff<Close>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    if form.is_set("unmute") {
        reporter::unmute(&web.desk, id, &staff.actor()).await?;
    } else {
        reporter::mute(&web.desk, id, &staff.actor()).await?;
    }
    Ok(to(&at(id)))
}

/// Says how far somebody is trusted.
pub(crate) async fn trust(
    State(web): State<Arc<Web>>,
    staff: Staff<Setup>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    let lane = match form.get("lane") {
        "" => None,
        word => Some(Lane::from_code(word).ok_or(Refusal::Unreadable)?),
    };
    reporter::trust(&web.desk, id, lane, &staff.actor()).await?;
    Ok(to(&at(id)))
}
