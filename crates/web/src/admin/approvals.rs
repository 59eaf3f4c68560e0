//! What waits for a decision: suspensions that a guard held back.

use std::sync::Arc;

use axum::extract::State;

use crate::pages::context;
use portreeve_app::report::{dossier, view};
use portreeve_app::{ReportFilter, ReportOrder, SuspensionFilter};
use portreeve_core::ids::ReportId;
use serde::Deserialize;

use super::Answered;
use super::session::{Query, Staff};
use crate::Web;
use crate::rights::SeeReports;

/// Reports on a page.
const PAGE: i64 = 25;

/// Where a list goes on.
#[derive(Deserialize)]
pub(crate) struct After {
    after: Option<i64>,
}

fn oldest(after: Option<i64>) -> ReportFilter {
    ReportFilter {
        order: ReportOrder::Oldest,
        after: after.map(|id| ReportId(id).into()),
        limit: PAGE,
        ..ReportFilter::default()
    }
}

fn next(reports: &[view::ReportView]) -> Option<i64> {
    let is_full = i64::try_from(reports.len()).is_ok_and(|rows| rows >= PAGE);
    reports.last().map(|last| last.id).filter(|_| is_full)
}

/// Suspensions that wait for approval.
pub(crate) async fn approvals(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Query(After { after }): Query<After>,
) -> Answered {
    let filter = ReportFilter { suspension: Some(SuspensionFilter::Waiting), ..oldest(after) };
    let reports = view::list(&web.desk, &filter).await?;
    let manual = ReportFilter { suspension: Some(SuspensionFilter::Trouble), ..oldest(None) };
    let trouble = view::list(&web.desk, &manual).await?;
    let stuck = ReportFilter { attention: true, ..oldest(None) };
    let attention = view::list(&web.desk, &stuck).await?;
    let more = context! {
        page => "approvals",
        next => next(&reports),
        protected => dossier::protected_among(&web.desk, &reports).await?,
        more_trouble => next(&trouble).is_some(),
        more_attention => next(&attention).is_some(),
        reports, trouble, attention,
        limit => web.desk.live().settings.suspensions_per_hour,
    };
    web.show(&staff, "approvals.html", more).await
}
