//! The inbox: what came in and no rule placed, one thing at a time as text, and what is done with it. Strangers wrote it:
//! nothing of it is shown as anything but text, and as it came it can only be downloaded.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use minijinja::Value;
use portreeve_app::inbox::{self, Filter, ItemView};
use portreeve_app::intake::{self, AttachAs, MailError};
use portreeve_app::report::{ActError, dossier, view};
use portreeve_app::reporter::{self, ReporterError};
use portreeve_app::{ReportFilter, ReportOrder};
use portreeve_core::ids::{MailId, ReportId, ServiceKey};
use portreeve_core::intake::{Because, Standing};
use portreeve_core::refusal::refusal;
use portreeve_core::report::Status;
use portreeve_core::settings::intake::Mode;
use portreeve_i18n as i18n;
use serde::Deserialize;

use super::reports::outcomes;
use super::session::{Form, Path, Query, Staff, Visitor};
use super::{Answered, Refusal, capped, to};
use crate::Web;
use crate::pages::context;
use crate::rights::{Answer, Close, Open, Right, SeeReporter, SeeReports};

/// Things on a page.
const PAGE: i64 = 25;

/// Things at a time.
const MOST: usize = 200;

/// What of the inbox is chosen in its address.
#[derive(Default, Deserialize)]
pub(crate) struct Chosen {
    state: Option<String>,
    /// Only what came from this reporter.
    reporter: Option<i64>,
    after: Option<i64>,
    before: Option<i64>,
}

impl From<MailError> for Refusal {
    fn from(error: MailError) -> Self {
        match error {
            MailError::NoMail(_) => Self::NotFound,
            MailError::Act(ActError::NoReport(id)) => Self::Bad(ActError::NoReport(id).refusal()),
            MailError::Act(error) => error.into(),
            other => Self::Bad(other.refusal()),
        }
    }
}

impl From<ReporterError> for Refusal {
    fn from(error: ReporterError) -> Self {
        match error {
            ReporterError::NoReporter(_) => Self::NotFound,
            ReporterError::Store(error) => error.into(),
        }
    }
}

/// The old address of queued reports.
pub(crate) async fn old_queue(_: Staff<SeeReports>) -> Answered {
    Ok(to("/admin/inbox?state=queued"))
}

/// The old address of the list.
pub(crate) async fn old_list(_: Staff<SeeReports>) -> Answered {
    Ok(to("/admin/inbox"))
}

/// The old address of one mail.
pub(crate) async fn old_one(_: Staff<SeeReports>, Path(id): Path<i64>) -> Answered {
    Ok(to(&format!("/admin/inbox/{id}")))
}

/// The old address of one mail as it came.
pub(crate) async fn old_raw(_: Staff<Answer>, Path(id): Path<i64>) -> Answered {
    Ok(to(&format!("/admin/inbox/{id}/raw")))
}

/// The list.
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Query(chosen): Query<Chosen>,
) -> Answered {
    let otherwise = if chosen.reporter.is_some() { "all" } else { "waiting" };
    let state = chosen.state.as_deref().unwrap_or(otherwise);
    if state == "queued" {
        return queued(&web, &staff, chosen.after).await;
    }
    let standing = Standing::from_code(state);
    if standing.is_none() && state != "all" {
        return Err(Refusal::NotFound);
    }
    let desk = &web.desk;
    let complainer = match chosen.reporter {
        Some(_) if !staff.may::<SeeReporter>() => {
            return Err(Refusal::NoRight(SeeReporter::NAME));
        }
        Some(id) => Some(reporter::show(desk, id).await?.ok_or(Refusal::NotFound)?),
        None => None,
    };
    let (items, next) = if let Some(one) = &complainer {
        let before = chosen.before.map(MailId);
        let items = inbox::of_reporter(desk, one.reference, before, PAGE).await?;
        let next = full(&items).map(|id| format!("reporter={}&before={id}", one.reference));
        (items, next)
    } else if standing == Some(Standing::Waiting) {
        // What waits longest comes first.
        let after = chosen.after.map(MailId);
        let items = inbox::list(desk, Filter { state: standing, after, limit: PAGE }).await?;
        let next = full(&items).map(|id| format!("after={id}"));
        (items, next)
    } else {
        let before = chosen.before.map(MailId);
        let items = inbox::latest(desk, standing, before, PAGE).await?;
        let next = full(&items).map(|id| format!("state={state}&before={id}"));
        (items, next)
    };
    let mut rows: Vec<Value> = Vec::with_capacity(items.len());
    for item in items {
        let may_read = may_read(&staff, &item);
        let (item, line) = if may_read {
            let line = inbox::first_line(desk, &item).await?;
            (item, line)
        } else {
            (item.without_reporter(), String::new())
        };
        rows.push(context! { item, line, may_read });
    }
    let is_first = chosen.after.is_none() && chosen.before.is_none();
    let more = context! {
        page => "inbox", state, rows, next, is_first, complainer,
        tabs => tabs(&web).await?,
        summary => summary(&web).await?,
        becauses => becauses(),
    };
    web.show(&staff, "inbox.html", more).await
}

/// Whether somebody may read it. A complaint says who complains.
fn may_read(staff: &Visitor, item: &ItemView) -> bool {
    !item.may_complain || staff.may::<SeeReporter>()
}

fn full(items: &[ItemView]) -> Option<i64> {
    let is_full = i64::try_from(items.len()).is_ok_and(|rows| rows >= PAGE);
    items.last().map(|last| last.id).filter(|_| is_full)
}

fn becauses() -> Vec<&'static str> {
    Because::ALL.iter().map(|one| one.code()).collect()
}

/// The parts of the inbox with their numbers.
async fn tabs(web: &Web) -> Result<Vec<Value>, Refusal> {
    let tabs = inbox::tabs(&web.desk).await?;
    let count = |standing: Standing| {
        let found = tabs.iter().find(|tab| tab.standing == standing);
        capped(found.map_or(0, |tab| tab.count))
    };
    let queued = web.numbers().await?.queue;
    let order = [
        Standing::Waiting,
        Standing::Unread,
        Standing::Placed,
        Standing::SetAside,
        Standing::Dismissed,
    ];
    let mut shown: Vec<Value> = order
        .iter()
        .map(|standing| context! { state => standing.code(), count => count(*standing) })
        .collect();
    shown.insert(1, context! { state => "queued", count => capped(queued) });
    shown.push(context! { state => "all", count => "" });
    Ok(shown)
}

/// What a desk that only observes has seen; nothing for one that works.
async fn summary(web: &Web) -> Result<Option<Value>, Refusal> {
    if web.desk.live().settings.intake.mode != Mode::Observe {
        return Ok(None);
    }
    let summary = inbox::summary(&web.desk).await?;
    let rows = |list: Vec<(String, i64)>| -> Vec<Value> {
        list.into_iter().map(|(name, count)| context! { name, count }).collect()
    };
    let by_reason = summary.by_reason.into_iter().map(|(why, n)| (why.to_owned(), n)).collect();
    Ok(Some(context! {
        total => summary.total, could => summary.could_be_placed,
        by_format => rows(summary.by_format), by_reason => rows(by_reason),
    }))
}

/// Reports that wait for their service.
async fn queued(web: &Web, staff: &Staff<SeeReports>, after: Option<i64>) -> Answered {
    let filter = ReportFilter {
        status: Some(Status::Queued),
        order: ReportOrder::Oldest,
        after: after.map(|id| ReportId(id).into()),
        limit: PAGE,
        ..ReportFilter::default()
    };
    let reports = view::list(&web.desk, &filter).await?;
    let mut rows: Vec<Value> = Vec::with_capacity(reports.len());
    for report in &reports {
        let candidates = dossier::candidates(&web.desk, report).await?;
        rows.push(context! { report, candidates });
    }
    let is_full = i64::try_from(reports.len()).is_ok_and(|rows| rows >= PAGE);
    let next = reports.last().map(|last| last.id).filter(|_| is_full);
    let more = context! {
        page => "inbox", state => "queued", rows, next, outcomes => outcomes(),
        tabs => tabs(web).await?,
        summary => summary(web).await?,
    };
    web.show(staff, "queue.html", more).await
}

/// One thing that came in.
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path(id): Path<i64>,
) -> Answered {
    let mut whole = inbox::show(&web.desk, MailId(id)).await?.ok_or(Refusal::NotFound)?;
    let may_read = may_read(&staff, &whole.item);
    if !may_read {
        whole.item = whole.item.without_reporter();
        (whole.text, whole.parts) = (String::new(), Vec::new());
    }
    let waits = whole.item.state == Standing::Waiting.code();
    let candidates =
        if waits { inbox::candidates(&web.desk, &whole.item).await? } else { Vec::new() };
    let held: Vec<&String> =
        whole.item.incidents.iter().filter_map(|one| one.service.as_ref()).collect();
    let reporter = match whole.item.reporter_ref {
        Some(id) if may_read => reporter::show(&web.desk, id).await?,
        _ => None,
    };
    let more = context! {
        page => "inbox", held, candidates, may_read,
        complainer => reporter,
        becauses => becauses(),
        m => whole,
    };
    web.show(&staff, "item.html", more).await
}

/// It byte by byte, as a file. It may have a link in it by which its reader would act as the customer.
pub(crate) async fn raw(
    State(web): State<Arc<Web>>,
    staff: Staff<Answer>,
    Path(id): Path<i64>,
) -> Answered {
    let item = inbox::of(&web.desk, MailId(id)).await?.ok_or(Refusal::NotFound)?;
    if !may_read(&staff, &item) {
        return Err(Refusal::NoRight(SeeReporter::NAME));
    }
    let bytes = intake::raw(&web.desk, MailId(id)).await?.ok_or(Refusal::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"mail-{id}.eml\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok::<Response, Refusal>((headers, bytes).into_response())
}

/// The service that a form names.
fn service(web: &Web, form: &Form) -> Result<ServiceKey, Refusal> {
    let key = ServiceKey::parse(form.get("service"), web.desk.config.default_directory());
    key.map_err(|_| Refusal::Bad(refusal!("refusal-service_number")))
}

/// The report that a form names.
fn report(form: &Form) -> Result<ReportId, Refusal> {
    let number = form.get("report").trim_start_matches('#').parse().map(ReportId);
    number.map_err(|_| Refusal::Bad(refusal!("refusal-name_report")))
}

/// Opens a report for it.
pub(crate) async fn open(
    State(web): State<Arc<Web>>,
    staff: Staff<Open>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    let service = service(&web, &form)?;
    let report = inbox::open(&web.desk, MailId(id), &service, &staff.actor()).await?;
    Ok(to(&format!("/admin/reports/{}", report.0)))
}

/// Attaches it to a report.
pub(crate) async fn attach(
    State(web): State<Arc<Web>>,
    staff: Staff<Answer>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    let report = report(&form)?;
    let how = match form.get("as") {
        "message" => AttachAs::Message,
        "note" => AttachAs::Note,
        _ => return Err(Refusal::Unreadable),
    };
    intake::attach(&web.desk, MailId(id), report, how, &staff.actor()).await?;
    Ok(to(&format!("/admin/inbox/{id}")))
}

/// Wants nothing of it.
pub(crate) async fn dismiss(
    State(web): State<Arc<Web>>,
    staff: Staff<Answer>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    let because = Because::from_code(form.get("because"));
    inbox::dismiss(&web.desk, MailId(id), because, &staff.actor()).await?;
    Ok(to(&format!("/admin/inbox/{id}")))
}

/// Takes that back.
pub(crate) async fn restore(
    State(web): State<Arc<Web>>,
    staff: Staff<Answer>,
    Path(id): Path<i64>,
    _: Form,
) -> Answered {
    inbox::restore(&web.desk, MailId(id), &staff.actor()).await?;
    Ok(to(&format!("/admin/inbox/{id}")))
}

/// Mutes whoever sent it, or lets them be heard again.
pub(crate) async fn mute(
    State(web): State<Arc<Web>>,
    staff: Staff<Close>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    let item = inbox::of(&web.desk, MailId(id)).await?.ok_or(Refusal::NotFound)?;
    let reporter = item.reporter_ref.ok_or(Refusal::NotFound)?;
    let by = staff.actor();
    if form.is_set("unmute") {
        reporter::unmute(&web.desk, reporter, &by).await?;
    } else {
        reporter::mute(&web.desk, reporter, &by).await?;
    }
    Ok(to(&format!("/admin/inbox/{id}")))
}

/// One act on many. What was done and what was not is said for each.
pub(crate) async fn bulk(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    form: Form,
) -> Answered {
    let mut ids: Vec<i64> = form.all("id").filter_map(|id| id.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > MOST {
        return Err(Refusal::Bad(refusal!("refusal-too_many_reports", most = MOST)));
    }
    let by = staff.actor();
    let act = form.get("act");
    // The report that all of them go into: the one that is named, or the first one's own.
    let mut into = match act {
        "open" if !staff.may::<Open>() => return Err(Refusal::NoRight(Open::NAME)),
        "attach" | "dismiss" | "restore" if !staff.may::<Answer>() => {
            return Err(Refusal::NoRight(Answer::NAME));
        }
        "attach" => Some(report(&form)?),
        "open" | "dismiss" | "restore" => None,
        _ => return Err(Refusal::Unreadable),
    };
    let about = if act == "open" { Some(service(&web, &form)?) } else { None };
    let because = Because::from_code(form.get("because"));
    let (mut done, mut left): (Vec<i64>, Vec<Value>) = (Vec::new(), Vec::new());
    for id in ids {
        let mail = MailId(id);
        let result = match (act, into, &about) {
            ("restore", ..) => inbox::restore(&web.desk, mail, &by).await,
            (_, Some(report), _) => inbox::attach(&web.desk, mail, report, &by).await,
            (_, None, Some(service)) => {
                let opened = inbox::open(&web.desk, mail, service, &by).await;
                opened.map(|report| into = Some(report))
            }
            (_, None, None) => inbox::dismiss(&web.desk, mail, because, &by).await,
        };
        match result {
            Ok(()) => done.push(id),
            // Some may be done already: what was done and what is left is said for each.
            Err(MailError::Act(ActError::Store(error))) => {
                tracing::error!("a bulk action stopped at {id} of the inbox: {error}");
                let why = i18n::text!(staff.language(), "refused-database");
                left.push(context! { id, why });
            }
            Err(error) => {
                let why = i18n::refusal(staff.language(), &error.refusal());
                left.push(context! { id, why });
            }
        }
    }
    let back = match form.get("state") {
        state if Standing::from_code(state).is_some() => format!("/admin/inbox?state={state}"),
        _ => "/admin/inbox".to_owned(),
    };
    let more = context! {
        page => "inbox", act, done, left, back, report => into.map(|report| report.0),
    };
    web.show(&staff, "inbox-done.html", more).await
}
