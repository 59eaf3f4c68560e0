//! One act on many reports: first a page that says what it would do, then the act, then what became of each, with a way
//! back where there is one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use minijinja::Value;

use crate::pages::context;
use portreeve_app::report::{Act, ActError, Conditions, Protected, act_if, dossier, view};
use portreeve_app::sign_in;
use portreeve_core::ids::ReportId;
use portreeve_core::refusal::refusal;
use portreeve_core::report::Outcome;
use portreeve_i18n as i18n;

use super::confirm::prove;
use super::session::{Form, Staff, Visitor};
use super::{Answered, Refusal};
use crate::Web;
use crate::rights::{Answer, Approve, Close, Right, SeeReports, Suspend};

/// Reports at a time.
const MOST: usize = 200;

/// What is to be done to each.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wish {
    Close(Outcome),
    Reopen,
    HandOver,
    ChangeCategory,
    Approve,
    Refuse,
    Release,
}

impl Wish {
    fn read(form: &Form) -> Option<Self> {
        Some(match form.get("act") {
            "close" => Self::Close(Outcome::parse(form.get("outcome"))?),
            "reopen" => Self::Reopen,
            "hand_over" => Self::HandOver,
            "category" => Self::ChangeCategory,
            "approve" => Self::Approve,
            "refuse" => Self::Refuse,
            "release" => Self::Release,
            _ => return None,
        })
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Close(_) => "close",
            Self::Reopen => "reopen",
            Self::HandOver => "hand_over",
            Self::ChangeCategory => "category",
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Release => "release",
        }
    }

    fn right(&self) -> &'static str {
        match self {
            Self::Close(_) | Self::Reopen => Close::NAME,
            Self::HandOver | Self::ChangeCategory => Answer::NAME,
            Self::Approve | Self::Refuse => Approve::NAME,
            Self::Release => Suspend::NAME,
        }
    }

    fn is_allowed(&self, staff: &Visitor) -> Result<(), Refusal> {
        let may = match self {
            Self::Close(_) | Self::Reopen => staff.may::<Close>(),
            Self::HandOver | Self::ChangeCategory => staff.may::<Answer>(),
            Self::Approve | Self::Refuse => staff.may::<Approve>(),
            Self::Release => staff.may::<Suspend>(),
        };
        if may { Ok(()) } else { Err(Refusal::NoRight(self.right())) }
    }

    /// Services are suspended or freed by it, or customers written to.
    fn has_effect_outside(&self) -> bool {
        !matches!(self, Self::HandOver | Self::ChangeCategory)
    }

    /// The act on one report. `form` may have a value for it alone.
    fn act(&self, form: &Form, id: i64) -> Act {
        let own = format!("to_{id}");
        let value = form.all(&own).next().unwrap_or_else(|| form.get("value")).trim().to_owned();
        match self {
            Self::Close(outcome) => Act::Close { outcome: *outcome, keep_suspended: false },
            Self::Reopen => Act::Reopen,
            Self::HandOver => Act::HandOver(Some(value).filter(|name| !name.is_empty())),
            Self::ChangeCategory => Act::ChangeCategory(value),
            Self::Approve => {
                let confirmed = form.is_set(&format!("protected_{id}"));
                Act::Approve(Protected::confirmed(confirmed))
            }
            Self::Refuse => Act::Refuse,
            Self::Release => Act::Release,
        }
    }

    /// What takes it back, if anything does.
    fn way_back(&self) -> Option<&'static str> {
        match self {
            Self::Close(_) => Some("reopen"),
            Self::HandOver => Some("hand_over"),
            Self::ChangeCategory => Some("category"),
            Self::Reopen | Self::Approve | Self::Refuse | Self::Release => None,
        }
    }
}

fn chosen(form: &Form) -> Result<Vec<i64>, Refusal> {
    let mut ids: Vec<i64> = form.all("id").filter_map(|id| id.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > MOST {
        return Err(Refusal::Bad(refusal!("refusal-too_many_reports", most = MOST)));
    }
    Ok(ids)
}

/// What would be done.
pub(crate) async fn preview(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    form: Form,
) -> Answered {
    page(&web, &staff, &form, StatusCode::OK, None).await
}

async fn page(
    web: &Web,
    staff: &Visitor,
    form: &Form,
    status: StatusCode,
    error: Option<String>,
) -> Answered {
    let wish = Wish::read(form).ok_or(Refusal::Unreadable)?;
    wish.is_allowed(staff)?;
    let ids = chosen(form)?;
    let reports = view::of_ids(&web.desk, &ids).await?;
    let back = back(form);
    let must_prove =
        wish.has_effect_outside() && !sign_in::is_proved(&staff.session, web.desk.now());
    let own: Vec<Value> = ids
        .iter()
        .filter_map(|id| {
            form.all(&format!("to_{id}"))
                .next()
                .map(|value| context! { name => format!("to_{id}"), value })
        })
        .collect();
    let protected = match wish {
        Wish::Approve => dossier::protected_among(&web.desk, &reports).await?,
        _ => Vec::new(),
    };
    let more = context! {
        page => "reports",
        protected,
        act => wish.word(), outcome => form.get("outcome"), value => form.get("value"),
        reports, back, must_prove, error, own,
        effect => wish.has_effect_outside(),
    };
    web.show_as(status, staff, "bulk.html", more).await
}

/// Where the choice was made; only lists of ours.
fn back(form: &Form) -> String {
    let back = form.get("back");
    if back.starts_with("/admin/") && !back.contains("//") {
        back.to_owned()
    } else {
        "/admin/reports".to_owned()
    }
}

/// Does it.
pub(crate) async fn carry_out(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    form: Form,
) -> Answered {
    let wish = Wish::read(&form).ok_or(Refusal::Unreadable)?;
    wish.is_allowed(&staff)?;
    if wish.has_effect_outside()
        && let Some(error) = prove(&web, &staff, &form).await?
    {
        return page(&web, &staff, &form, StatusCode::UNPROCESSABLE_ENTITY, Some(error)).await;
    }
    let ids = chosen(&form)?;
    let before = view::of_ids(&web.desk, &ids).await?;
    let mut done: Vec<Value> = Vec::new();
    let mut left: Vec<Value> = Vec::new();
    for report in &before {
        let id = report.id;
        let seen = form.get(&format!("revision_{id}")).parse().ok();
        let conditions = Conditions { revision: seen.or(Some(-1)), ..Conditions::default() };
        let act = wish.act(&form, id);
        match act_if(&web.desk, ReportId(id), &staff.actor(), act, &conditions).await {
            Ok(after) => {
                let was = match wish {
                    Wish::HandOver => report.assignee.clone().unwrap_or_default(),
                    Wish::ChangeCategory => report.category.clone(),
                    _ => String::new(),
                };
                done.push(context! { id, was, revision => after.report.revision });
            }
            // Some may be done already: what was done and what is left is said for each.
            Err(ActError::Store(error)) => {
                tracing::error!("a bulk action stopped at report {id}: {error}");
                let why = i18n::text!(staff.language(), "refused-database");
                left.push(context! { id, why });
            }
            Err(ActError::Protected(..)) => {
                let why = i18n::text!(staff.language(), "bulk-protected-left");
                left.push(context! { id, why });
            }
            Err(why) => {
                let why = i18n::refusal(staff.language(), &why.reason());
                left.push(context! { id, why });
            }
        }
    }
    let more = context! {
        page => "reports", act => wish.word(), way_back => wish.way_back(), done, left, back => back(&form),
    };
    web.show(&staff, "done.html", more).await
}
