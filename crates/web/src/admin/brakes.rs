//! The brakes: pausing all automatic orders, and taking back what somebody or something did.

use std::sync::Arc;

use crate::pages::context;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::DateTime;
use portreeve_app::report::view;
use portreeve_app::{pause, staff, undo};
use portreeve_core::ids::ReportId;
use portreeve_core::language::zone;
use portreeve_core::time::Timestamp;
use serde::Deserialize;

use super::session::{Form, Query, Staff, Visitor};
use super::{Answered, to};
use crate::Web;
use crate::rights::{Approve, Setup};
use portreeve_i18n as i18n;

/// Suspensions that are listed one by one before the desk is resumed.
const LISTED: i64 = 200;

/// The page.
pub(crate) async fn brakes(State(web): State<Arc<Web>>, staff: Staff<Approve>) -> Answered {
    page(&web, &staff, StatusCode::OK, None).await
}

async fn page(web: &Web, staff: &Visitor, status: StatusCode, error: Option<String>) -> Answered {
    let (_, waiting) = pause::what_would_fire(&web.desk, ReportId(0), LISTED).await?;
    let ids: Vec<i64> = waiting.iter().map(|id| id.0).collect();
    let would_fire = view::of_ids(&web.desk, &ids).await?;
    let on_their_way = pause::orders_on_their_way(&web.desk, LISTED).await?;
    let more = context! {
        page => "brakes",
        would_fire, on_their_way, error,
        actors => actors(web).await?,
    };
    web.show_as(status, staff, "brakes.html", more).await
}

/// Everybody whose acts could be taken back, as the history writes them.
async fn actors(web: &Web) -> Result<Vec<minijinja::Value>, super::Refusal> {
    let mut all = Vec::new();
    for one in staff::list(&web.desk, 0, 1_000).await? {
        all.push(context! { actor => format!("staff:{}", one.name), name => one.name });
    }
    for one in staff::credentials(&web.desk, 0, 1_000).await? {
        let name = format!("API {} ({}, {})", one.id, one.staff_name, one.description);
        all.push(context! { actor => format!("api:{}", one.id), name });
    }
    for one in portreeve_app::token::list(&web.desk, 0, 1_000).await? {
        let name = format!("token {} ({}, {})", one.id, one.staff_name, one.description);
        all.push(context! { actor => format!("token:{} ({})", one.id, one.staff_name), name });
    }
    Ok(all)
}

/// Stops automatic orders.
pub(crate) async fn pause(State(web): State<Arc<Web>>, staff: Staff<Approve>, _: Form) -> Answered {
    pause::pause(&web.desk, &staff.actor()).await?;
    Ok(to("/admin/brakes"))
}

/// Starts them again.
pub(crate) async fn resume(
    State(web): State<Arc<Web>>,
    staff: Staff<Approve>,
    _: Form,
) -> Answered {
    pause::resume(&web.desk, &staff.actor()).await?;
    Ok(to("/admin/brakes"))
}

/// Whose acts, and since when in the viewer's zone.
#[derive(Deserialize)]
pub(crate) struct Since {
    actor: String,
    since: String,
}

fn since(staff: &Visitor, text: &str) -> Option<Timestamp> {
    let local: DateTime = text.parse().ok()?;
    let zone = zone(&staff.session.time_zone);
    local.to_zoned_datetime(zone).ok().map(|zoned| zoned.timestamp())
}

/// What taking back would do.
pub(crate) async fn undo_preview(
    State(web): State<Arc<Web>>,
    staff: Staff<Setup>,
    Query(asked): Query<Since>,
) -> Answered {
    let Some(from) = since(&staff, &asked.since) else {
        return bad_time(&web, &staff).await;
    };
    let list = undo::preview(&web.desk, &asked.actor, from).await?;
    let rows: Vec<minijinja::Value> = list
        .iter()
        .map(|one| context! { id => one.report.0, done => one.done.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(), step => one.step.as_str() })
        .collect();
    let to_do = list.iter().filter(|one| one.step != undo::Step::Nothing).count();
    let more = context! {
        page => "brakes", rows, to_do, actor => asked.actor, since => asked.since,
        must_prove => !portreeve_app::sign_in::is_proved(&staff.session, web.desk.now()),
    };
    web.show(&staff, "undo.html", more).await
}

async fn bad_time(web: &Web, staff: &Visitor) -> Answered {
    let language = staff.language();
    let error = i18n::text!(language, "undo-bad_time");
    page(web, staff, StatusCode::UNPROCESSABLE_ENTITY, Some(error)).await
}

/// Takes it back.
pub(crate) async fn undo(State(web): State<Arc<Web>>, staff: Staff<Setup>, form: Form) -> Answered {
    let asked = Since { actor: form.get("actor").to_owned(), since: form.get("since").to_owned() };
    let Some(from) = since(&staff, &asked.since) else {
        return bad_time(&web, &staff).await;
    };
    let (done, left) = undo::carry_out(&web.desk, &staff.actor(), &asked.actor, from).await?;
    let more = context! { page => "brakes", carried_out => true, done, left, actor => asked.actor, rows => Vec::<i64>::new(), since => asked.since };
    web.show(&staff, "undo.html", more).await
}
