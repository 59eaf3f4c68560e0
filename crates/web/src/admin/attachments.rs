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

/// Hands a file out.
pub(crate) async fn fetch(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path((id, name)): Path<(i64, String)>,
) -> Answered {
    match attachment::for_staff(&web.desk, ReportId(id), &name, staff.may::<Answer>()).await {
        Ok(file) => Ok(download::answer(&web, file)),
        Err(FetchError::Store(error)) => Err(error.into()),
        Err(FetchError::NotThere) => Err(Refusal::NotFound),
        Err(FetchError::NeedsAnswer) => Err(Refusal::NoRight(Answer::NAME)),
        Err(locked) => Err(Refusal::Bad(locked.refusal())),
    }
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
