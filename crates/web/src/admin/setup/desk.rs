//! The desk's own: settings, categories, quick replies, the audit log.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use minijinja::Value;

use crate::pages::context;
use portreeve_app::settings::SetError;
use portreeve_app::staff::StaffError;
use portreeve_app::{QuickReply, audit as log, settings as app, views};
use portreeve_core::settings::Severity;
use serde::Deserialize;

use crate::Web;
use crate::admin::session::{Form, Query, Staff, Visitor};
use crate::admin::{Answered, Refusal, to};
use crate::rights::Setup;
use portreeve_i18n::Language;

/// Lines of the audit log on a page.
const LINES: i64 = 100;

fn status(error: Option<&String>) -> StatusCode {
    if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// All settings.
pub(crate) async fn settings(State(web): State<Arc<Web>>, visitor: Staff<Setup>) -> Answered {
    settings_page(&web, &visitor, None, None).await
}

/// How a value is asked for.
fn choices(key: &str) -> &'static [&'static str] {
    match key {
        "time_limit.reminder"
        | "time_limit.require_notice"
        | "intake.auto_assign"
        | "staff.require_second_factor" => &["true", "false"],
        "time_limit.on_reply" => &["pause", "cancel", "ignore"],
        "client.lockdown" => &["no", "standard", "strict"],
        "intake.duplicates" => &["merge", "separate"],
        "intake.mode" => &["work", "observe"],
        "intake.suspend" => &["never", "trusted"],
        "intake.acknowledge" => &["never", "known", "all"],
        "amp.http_status" => &["always_200", "semantic"],
        "amp.missing_parameters_code" => &["AMP003", "AMP009"],
        _ => &[],
    }
}

async fn settings_page(
    web: &Web,
    visitor: &Visitor,
    tried: Option<(&str, &str)>,
    error: Option<String>,
) -> Answered {
    let list: Vec<Value> = app::list(&web.desk)
        .await?
        .into_iter()
        .filter(|shown| shown.key.name != "categories.plans")
        .map(|shown| {
            let tried = tried.filter(|(key, _)| *key == shown.key.name).map(|(_, value)| value.to_owned());
            context! {
                key => shown.key.name, default => shown.key.default, value => tried.clone().unwrap_or(shown.value.clone()),
                was => shown.value, choices => choices(shown.key.name),
                long => shown.key.default.len() > 40, wrong => tried.is_some(),
            }
        })
        .collect();
    let status = status(error.as_ref());
    web.show_as(status, visitor, "settings.html", context! { page => "setup", list, error }).await
}

/// Changes one setting, if it still is as the page showed it.
pub(crate) async fn set(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    form: Form,
) -> Answered {
    let (key, value, was) =
        (form.get("key").to_owned(), form.get("value").to_owned(), form.get("was").to_owned());
    match app::set_if(&web.desk, &visitor.actor(), &key, &value, |now| now == was).await {
        Ok(()) => Ok(to(&format!("/admin/setup/settings#{key}"))),
        Err(SetError::Store(error)) => Err(error.into()),
        Err(why) => {
            settings_page(
                &web,
                &visitor,
                Some((&key, &value)),
                Some(visitor.not_done(&why.refusal())),
            )
            .await
        }
    }
}

/// A category's plan as it is written in the setting.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
struct Plan {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    customer_text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    suspend_method: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    period: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    severity: String,
}

async fn plans(web: &Web) -> Result<(String, BTreeMap<String, Plan>), Refusal> {
    let stored = app::get(&web.desk, "categories.plans").await.map_err(refused)?.value;
    let plans = serde_json::from_str(&stored).unwrap_or_default();
    Ok((stored, plans))
}

fn refused(error: SetError) -> Refusal {
    match error {
        SetError::Store(error) => error.into(),
        other => Refusal::Bad(other.refusal()),
    }
}

/// The categories, and how each is treated.
pub(crate) async fn categories(State(web): State<Arc<Web>>, visitor: Staff<Setup>) -> Answered {
    categories_page(&web, &visitor, None).await
}

async fn categories_page(web: &Web, visitor: &Visitor, error: Option<String>) -> Answered {
    let (_, plans) = plans(web).await?;
    let offered = app::get(&web.desk, "categories").await.map_err(refused)?.value;
    let offered: Vec<String> = serde_json::from_str(&offered).unwrap_or_default();
    let further = plans.keys().filter(|name| !offered.contains(name)).cloned().collect::<Vec<_>>();
    let rows: Vec<Value> = offered
        .iter()
        .map(|name| (name, true))
        .chain(further.iter().map(|name| (name, false)))
        .map(|(name, is_offered)| {
            let plan = plans.get(name).cloned().unwrap_or_default();
            context! { name, is_offered, plan => crate::pages::value(&plan) }
        })
        .collect();
    let more = context! {
        page => "setup", rows, error,
        severities => Severity::ALL.map(Severity::as_str),
        period => app::get(&web.desk, "time_limit.period").await.map_err(refused)?.value,
    };
    web.show_as(status(error.as_ref()), visitor, "categories.html", more).await
}

/// Adds a category, changes its plan, or takes it out of the list.
pub(crate) async fn set_category(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    form: Form,
) -> Answered {
    match change_category(&web, &visitor, &form).await {
        Ok(()) => Ok(to("/admin/setup/categories")),
        Err(SetError::Store(error)) => Err(error.into()),
        Err(why) => categories_page(&web, &visitor, Some(visitor.not_done(&why.refusal()))).await,
    }
}

async fn change_category(web: &Web, visitor: &Visitor, form: &Form) -> Result<(), SetError> {
    let name = form.get("name").to_owned();
    let actor = visitor.actor();
    let before = app::get(&web.desk, "categories").await?.value;
    let mut offered: Vec<String> = serde_json::from_str(&before).unwrap_or_default();
    let was_offered = offered.contains(&name);
    let json = |offered: &[String]| serde_json::to_string(offered).unwrap_or_default();
    let is_taken_out = form.get("act") == "remove";
    if is_taken_out {
        offered.retain(|one| *one != name);
    } else if !was_offered {
        offered.push(name.clone());
    }
    if json(&offered) != before {
        app::set_if(&web.desk, &actor, "categories", &json(&offered), |now| now == before).await?;
    }
    let stored = app::get(&web.desk, "categories.plans").await?.value;
    let mut plans: BTreeMap<String, Plan> = serde_json::from_str(&stored).unwrap_or_default();
    let plan = Plan {
        customer_text: form.get("customer_text").replace("\r\n", "\n"),
        suspend_method: form.get("suspend_method").to_owned(),
        period: form.get("period").to_owned(),
        severity: form.get("severity").to_owned(),
    };
    let is_usual = plan.customer_text.is_empty()
        && plan.suspend_method.is_empty()
        && plan.period.is_empty()
        && matches!(plan.severity.as_str(), "" | "normal");
    if is_taken_out || is_usual {
        plans.remove(&name);
    } else {
        plans.insert(name, plan);
    }
    let json = serde_json::to_string(&plans).unwrap_or_default();
    app::set_if(&web.desk, &actor, "categories.plans", &json, |now| now == stored).await
}

/// The quick replies.
pub(crate) async fn replies(State(web): State<Arc<Web>>, visitor: Staff<Setup>) -> Answered {
    replies_page(&web, &visitor, None).await
}

async fn replies_page(web: &Web, visitor: &Visitor, error: Option<String>) -> Answered {
    let all: Vec<Value> = views::quick_replies(&web.desk)
        .await?
        .into_iter()
        .map(|one| {
            context! { id => one.id, name => one.name, category => one.category, language => one.language, body => one.body }
        })
        .collect();
    let more = context! {
        page => "setup", all, error, categories => web.desk.live().settings.categories,
        languages => Language::ALL.map(|one| context! { tag => one.tag(), name => one.name() }).to_vec(),
    };
    web.show_as(status(error.as_ref()), visitor, "replies.html", more).await
}

/// Adds, changes or deletes a quick reply.
pub(crate) async fn put_reply(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    form: Form,
) -> Answered {
    let id = form.get("id").parse().unwrap_or(0);
    let done = if form.get("act") == "delete" {
        views::delete_quick_reply(&web.desk, &visitor.actor(), id).await
    } else {
        let reply = QuickReply {
            id,
            name: form.get("name").to_owned(),
            category: form.get("category").to_owned(),
            language: form.get("language").to_owned(),
            body: form.get("body").replace("\r\n", "\n"),
        };
        views::put_quick_reply(&web.desk, &visitor.actor(), &reply).await
    };
    match done {
        Ok(()) => Ok(to("/admin/setup/quick-replies")),
        Err(StaffError::Store(error)) => Err(error.into()),
        Err(why) => replies_page(&web, &visitor, Some(visitor.not_done(&why.refusal()))).await,
    }
}

/// Where the log goes on.
#[derive(Deserialize)]
pub(crate) struct Before {
    before: Option<i64>,
}

/// The audit log.
pub(crate) async fn audit(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Query(Before { before }): Query<Before>,
) -> Answered {
    let rows = log::list(&web.desk, before, LINES).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= LINES);
    let next = rows.last().map(|last| last.id).filter(|_| is_full);
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| context! { at => row.at, actor => row.actor, action => row.action, detail => row.detail })
        .collect();
    web.show(&visitor, "audit.html", context! { page => "setup", rows, next }).await
}
