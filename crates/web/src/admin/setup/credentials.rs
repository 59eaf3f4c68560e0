//! Setup › Staff Management › Manage API Credentials, as the original's instructions go: a tab for API roles, a tab for
//! API credentials.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use minijinja::Value;

use crate::pages::context;
use portreeve_app::staff::{self, NewCredential, RIGHTS, StaffError};

use super::people::{shown_roles, ticked};
use crate::Web;
use crate::admin::reports::staff_names;
use crate::admin::session::{Form, Path, Staff, Visitor};
use crate::admin::{Answered, to};
use crate::rights::Setup;
use crate::routes::AMP_PATH;

/// Credentials on the page.
const MOST: i64 = 1_000;

/// The tab of roles.
pub(crate) async fn roles(State(web): State<Arc<Web>>, visitor: Staff<Setup>) -> Answered {
    roles_page(&web, &visitor, None).await
}

async fn roles_page(web: &Web, visitor: &Visitor, error: Option<String>) -> Answered {
    let rights: Vec<&str> = RIGHTS.iter().map(|(right, _)| *right).collect();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let more = context! { page => "setup", tab => "roles", roles => shown_roles(web).await?, rights, error };
    web.show_as(status, visitor, "credentials.html", more).await
}

/// Creates an API role.
pub(crate) async fn add_role(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    form: Form,
) -> Answered {
    match staff::add_role(&web.desk, &visitor.actor(), form.get("name"), &ticked(&form)).await {
        Ok(()) => Ok(to("/admin/setup/api-roles")),
        Err(StaffError::Store(error)) => Err(error.into()),
        Err(why) => roles_page(&web, &visitor, Some(why.to_string())).await,
    }
}

/// The tab of credentials.
pub(crate) async fn list(State(web): State<Arc<Web>>, visitor: Staff<Setup>) -> Answered {
    list_page(&web, &visitor, None).await
}

async fn list_page(web: &Web, visitor: &Visitor, error: Option<String>) -> Answered {
    let all = staff::credentials(&web.desk, 0, MOST).await?;
    let all: Vec<Value> = all
        .iter()
        .map(|one| {
            context! {
                id => one.id, staff => one.staff_name, role => one.role, description => one.description,
                allow => one.allow.replace(' ', ", "), created_at => one.created_at, revoked_at => one.revoked_at,
                staff_disabled => one.staff_disabled_at.is_some(), calls => one.calls, errors => one.errors,
                last_used_at => one.last_used_at,
            }
        })
        .collect();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let more = context! {
        page => "setup", tab => "credentials", all, error,
        roles => shown_roles(web).await?, staff_names => staff_names(web).await?,
    };
    web.show_as(status, visitor, "credentials.html", more).await
}

/// Generates a credential and shows its identifier, once.
pub(crate) async fn add(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    form: Form,
) -> Answered {
    let new = NewCredential {
        staff: form.get("staff").to_owned(),
        role: Some(form.get("role").to_owned()).filter(|role| !role.is_empty()),
        identifier: None,
        description: form.get("description").to_owned(),
        allow: form.get("allow").to_owned(),
    };
    match staff::add_credential(&web.desk, &visitor.actor(), &new).await {
        Ok((_, identifier)) => {
            let base = web
                .config
                .public_url
                .clone()
                .unwrap_or_else(|| "https://abuse.example.com".to_owned());
            let url = format!("{base}{AMP_PATH}");
            let more = context! { page => "setup", identifier, url };
            web.show_as(StatusCode::CREATED, &visitor, "credential.html", more).await
        }
        Err(StaffError::Store(error)) => Err(error.into()),
        Err(why) => list_page(&web, &visitor, Some(why.to_string())).await,
    }
}

async fn done(web: &Web, visitor: &Visitor, result: Result<(), StaffError>) -> Answered {
    match result {
        Ok(()) => Ok(to("/admin/setup/api-credentials")),
        Err(StaffError::Store(error)) => Err(error.into()),
        Err(why) => list_page(web, visitor, Some(why.to_string())).await,
    }
}

/// Says from where a credential may call.
pub(crate) async fn limit(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Path(reference): Path<i64>,
    form: Form,
) -> Answered {
    let set = staff::set_allowed(&web.desk, &visitor.actor(), reference, form.get("allow")).await;
    done(&web, &visitor, set).await
}

/// Revokes a credential.
pub(crate) async fn revoke(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Path(reference): Path<i64>,
    _: Form,
) -> Answered {
    let revoked = staff::revoke_credential(&web.desk, &visitor.actor(), reference).await;
    done(&web, &visitor, revoked).await
}
