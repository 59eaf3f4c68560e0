//! Directories, panels, mail and jobs: how they are, and tests that change nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use minijinja::Value;

use crate::pages::context;
use portreeve_app::{directory, enforce, intake, jobs, webhook};
use portreeve_core::ids::ServiceKey;
use portreeve_core::refusal::refusal;
use portreeve_i18n as i18n;

use crate::Web;
use crate::admin::session::{Form, Staff, Visitor};
use crate::admin::{Answered, Refusal, to};
use crate::rights::Setup;

/// How long a test may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Jobs that were given up on the page.
const DEAD: i64 = 50;

/// The page.
pub(crate) async fn connections(State(web): State<Arc<Web>>, visitor: Staff<Setup>) -> Answered {
    page(&web, &visitor, StatusCode::OK, None).await
}

async fn page(web: &Web, visitor: &Visitor, status: StatusCode, tested: Option<Value>) -> Answered {
    let desk = &web.desk;
    let states = directory::states(desk).await?;
    let directories: Vec<Value> = desk
        .config
        .directories
        .iter()
        .map(|name| {
            let live = desk.live_directory(name);
            let state = states.iter().find(|state| state.name == *name);
            context! {
                name, live => live.is_some(),
                every => live.map(|live| live.every.to_string()),
                synced_at => state.and_then(|state| state.synced_at),
                trouble => state.and_then(|state| state.trouble.clone()),
                served => desk.panels.iter().any(|panel| panel.serves(name)),
            }
        })
        .collect();
    let panels: Vec<Value> = desk
        .panels
        .iter()
        .map(|panel| context! { name => panel.name, directories => panel.directories })
        .collect();
    let webhooks: Vec<Value> = webhook::list(desk).await?.iter().map(crate::pages::value).collect();
    let dead: Vec<Value> = jobs::list(desk, true, 0, DEAD)
        .await?
        .into_iter()
        .map(|job| {
            context! { id => job.id, kind => job.kind, key => job.key, error => job.last_error, created_at => job.created_at }
        })
        .collect();
    let more = context! {
        page => "setup", directories, panels, webhooks, dead, tested, has_mail => desk.mail.is_some(),
        takes_mail => desk.config.takes_mail, unread => crate::pages::value(&intake::unread(desk).await?),
    };
    web.show_as(status, visitor, "connections.html", more).await
}

/// Tests a directory, or looks at a service in its panel. Nothing is changed.
pub(crate) async fn test(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    form: Form,
) -> Answered {
    let name = form.get("name").to_owned();
    let late = || i18n::text!(visitor.language(), "connections-late");
    let lines: Vec<(bool, String, String)> = if form.get("what") == "directory" {
        let live = web.desk.live_directory(&name).ok_or(Refusal::NotFound)?;
        match tokio::time::timeout(PATIENCE, live.source.check()).await {
            Ok(checks) => {
                checks.into_iter().map(|check| (check.good, check.what, check.detail)).collect()
            }
            Err(_) => vec![(false, name.clone(), late())],
        }
    } else {
        let key = ServiceKey::parse(form.get("service"), web.desk.config.default_directory())
            .map_err(|_| Refusal::Bad(refusal!("refusal-service_number")))?;
        let seen = tokio::time::timeout(PATIENCE, enforce::observe(&web.desk, &key)).await;
        let seen = seen.unwrap_or_else(|_| Ok(Err(late())))?;
        vec![match seen {
            Ok(state) => (true, key.to_string(), state),
            Err(why) => (false, key.to_string(), why),
        }]
    };
    let lines: Vec<Value> =
        lines.iter().map(|(good, what, detail)| context! { good, what, detail }).collect();
    page(&web, &visitor, StatusCode::OK, Some(context! { name, lines })).await
}

/// Tries a job once more that was given up.
pub(crate) async fn retry_job(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    form: Form,
) -> Answered {
    let id = form.get("id").parse().map_err(|_| Refusal::NotFound)?;
    if !jobs::retry(&web.desk, &visitor.actor(), id).await? {
        return Err(Refusal::NotFound);
    }
    Ok(to("/admin/setup/connections"))
}
