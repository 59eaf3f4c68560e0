//! Mail that came in: what waits for staff, one mail as text, and what is done with it. Strangers wrote these mails:
//! nothing of them is shown as anything but text, and as they came they can only be downloaded.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use portreeve_app::intake::{self, AttachAs, MailError};
use portreeve_app::report::ActError;
use portreeve_core::ids::{MailId, ReportId};
use portreeve_core::refusal::refusal;
use serde::Deserialize;

use super::session::{Form, Path, Query, Staff};
use super::{Answered, Refusal, to};
use crate::Web;
use crate::pages::context;
use crate::rights::{Answer, SeeReports};

/// Mails on a page.
const PAGE: i64 = 50;

/// Where the list goes on.
#[derive(Deserialize)]
pub(crate) struct After {
    after: Option<i64>,
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

/// Mails that wait.
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Query(After { after }): Query<After>,
) -> Answered {
    let mails = intake::waiting(&web.desk, after, PAGE).await?;
    let is_full = i64::try_from(mails.len()).is_ok_and(|rows| rows >= PAGE);
    let next = mails.last().map(|last| last.id).filter(|_| is_full);
    let more = context! { page => "mail", mails, next };
    web.show(&staff, "mails.html", more).await
}

/// One mail.
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path(id): Path<i64>,
) -> Answered {
    let mail = intake::show(&web.desk, MailId(id)).await?.ok_or(Refusal::NotFound)?;
    web.show(&staff, "mail.html", context! { page => "mail", m => mail }).await
}

/// One mail byte by byte, as a file. It may have a link in it by which its reader would act as the customer.
pub(crate) async fn raw(
    State(web): State<Arc<Web>>,
    _: Staff<Answer>,
    Path(id): Path<i64>,
) -> Answered {
    let bytes = intake::raw(&web.desk, MailId(id)).await?.ok_or(Refusal::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"mail-{id}.eml\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok::<Response, Refusal>((headers, bytes).into_response())
}

/// Attaches it to a report.
pub(crate) async fn attach(
    State(web): State<Arc<Web>>,
    staff: Staff<Answer>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    let number = form.get("report").trim_start_matches('#').parse().map(ReportId);
    let report = number.map_err(|_| Refusal::Bad(refusal!("refusal-name_report")))?;
    let how = match form.get("as") {
        "message" => AttachAs::Message,
        "note" => AttachAs::Note,
        _ => return Err(Refusal::Unreadable),
    };
    intake::attach(&web.desk, MailId(id), report, how, &staff.actor()).await?;
    Ok(to(&format!("/admin/mail/{id}")))
}

/// Wants nothing of it.
pub(crate) async fn dismiss(
    State(web): State<Arc<Web>>,
    staff: Staff<Answer>,
    Path(id): Path<i64>,
    _: Form,
) -> Answered {
    intake::dismiss(&web.desk, MailId(id), None, &staff.actor()).await?;
    Ok(to(&format!("/admin/mail/{id}")))
}

/// Takes that back.
pub(crate) async fn restore(
    State(web): State<Arc<Web>>,
    staff: Staff<Answer>,
    Path(id): Path<i64>,
    _: Form,
) -> Answered {
    intake::restore(&web.desk, MailId(id), &staff.actor()).await?;
    Ok(to(&format!("/admin/mail/{id}")))
}
