//! Files of messages and notes, for staff.

use std::sync::Arc;

use axum::extract::State;
use portreeve_app::attachment::{self, FetchError};
use portreeve_core::ids::ReportId;

use super::report::keep_written;
use super::session::{Form, Path, Staff};
use super::{Answered, Refusal, to};
use crate::rights::{Answer, Close, Right, SeeReports};
use crate::{Web, download};
use portreeve_i18n::{self as i18n, Language};

/// Hands a file out.
pub(crate) async fn fetch(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path((id, name)): Path<(i64, String)>,
) -> Answered {
    let key =
        match attachment::for_staff(&web.desk, ReportId(id), &name, staff.may::<Answer>()).await {
            Ok(file) => return Ok(download::answer(&web, file)),
            Err(FetchError::Store(error)) => return Err(error.into()),
            Err(FetchError::NotThere) => return Err(Refusal::NotFound),
            Err(FetchError::NeedsAnswer) => {
                let language = staff.session.language.clone();
                return Err(Refusal::NoRight { right: Answer::NAME, language });
            }
            Err(FetchError::Removed) => "file-state-removed",
            Err(FetchError::BeingChecked) => "file-state-waiting",
            Err(FetchError::Infected) => "file-state-infected",
            Err(FetchError::Unscanned) => "file-state-failed",
        };
    let language = Language::choose(&staff.session.language, "");
    Err(Refusal::Bad(i18n::text!(language, key)))
}

/// Takes a file away.
pub(crate) async fn remove(
    State(web): State<Arc<Web>>,
    staff: Staff<Close>,
    Path((id, name)): Path<(i64, String)>,
    form: Form,
) -> Answered {
    keep_written(&web, &staff, id, &form).await?;
    let removed = attachment::remove(&web.desk, ReportId(id), &name, &staff.actor()).await?;
    if removed { Ok(to(&format!("/admin/reports/{id}"))) } else { Err(Refusal::NotFound) }
}
