//! Staff and roles.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use minijinja::Value;

use crate::pages::context;
use portreeve_app::notice;
use portreeve_app::staff::{self, RIGHTS, StaffError};

use crate::Web;
use crate::admin::session::{Form, Path, Staff, Visitor};
use crate::admin::{Answered, Refusal, to, told};
use crate::rights::Setup;

/// Staff on the page.
const MOST: i64 = 1_000;

/// All staff.
pub(crate) async fn staff(State(web): State<Arc<Web>>, visitor: Staff<Setup>) -> Answered {
    staff_page(&web, &visitor, None).await
}

async fn staff_page(web: &Web, visitor: &Visitor, error: Option<String>) -> Answered {
    let all = staff::list(&web.desk, 0, MOST).await?;
    let all: Vec<Value> = all
        .iter()
        .map(|one| {
            context! {
                name => one.name, email => one.email, role => one.role, created_at => one.created_at,
                disabled_at => one.disabled_at, has_password => one.has_password,
                has_second_factor => one.has_second_factor, told => told::shown(web, one),
            }
        })
        .collect();
    let roles: Vec<String> =
        staff::roles(&web.desk).await?.into_iter().map(|role| role.name).collect();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    web.show_as(
        status,
        visitor,
        "staff.html",
        context! { page => "setup", all, roles, error, kinds => told::kinds() },
    )
    .await
}

async fn staff_done(web: &Web, visitor: &Visitor, result: Result<(), StaffError>) -> Answered {
    match result {
        Ok(()) => Ok(to("/admin/setup/staff")),
        Err(StaffError::Store(error)) => Err(error.into()),
        Err(why) => staff_page(web, visitor, Some(visitor.not_done(&why.refusal()))).await,
    }
}

/// Adds a member of staff.
pub(crate) async fn add(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    form: Form,
) -> Answered {
    let password = form.all("password").next().filter(|password| !password.is_empty());
    let (name, email, role) = (form.get("name"), form.get("email"), form.get("role"));
    let added = staff::add(&web.desk, &visitor.actor(), name, email, role, password).await;
    staff_done(&web, &visitor, added.map(drop)).await
}

/// Changes a member of staff: mail and role, password, second factor, disabled or not.
pub(crate) async fn change(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Path(name): Path<String>,
    form: Form,
) -> Answered {
    let (desk, actor) = (&web.desk, visitor.actor());
    let done = match form.get("act") {
        "change" => staff::change(desk, &actor, &name, form.get("email"), form.get("role")).await,
        "password" => {
            let password = form.all("password").next().unwrap_or_default();
            staff::set_password(desk, &actor, &name, password).await
        }
        "told" => notice::choose(desk, &actor, &name, &told::choice(&form)).await,
        "told_usual" => notice::choose(desk, &actor, &name, &told::usual()).await,
        "second_factor" => staff::remove_second_factor(desk, &actor, &name).await,
        "disable" => staff::set_disabled(desk, &actor, &name, true).await,
        "enable" => staff::set_disabled(desk, &actor, &name, false).await,
        _ => return Err(Refusal::Unreadable),
    };
    staff_done(&web, &visitor, done).await
}

/// All roles.
pub(crate) async fn roles(State(web): State<Arc<Web>>, visitor: Staff<Setup>) -> Answered {
    roles_page(&web, &visitor, None).await
}

/// Roles as pages show them: the rights one by one.
pub(super) async fn shown_roles(web: &Web) -> Result<Vec<Value>, Refusal> {
    let roles = staff::roles(&web.desk).await?;
    let shown = roles.iter().map(|role| {
        let rights: Vec<&str> = RIGHTS
            .iter()
            .map(|(right, _)| *right)
            .filter(|right| staff::has_right(&role.rights, right))
            .collect();
        context! { name => role.name, rights, built_in => role.built_in }
    });
    Ok(shown.collect())
}

async fn roles_page(web: &Web, visitor: &Visitor, error: Option<String>) -> Answered {
    let rights: Vec<&str> = RIGHTS.iter().map(|(right, _)| *right).collect();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let more = context! { page => "setup", roles => shown_roles(web).await?, rights, error };
    web.show_as(status, visitor, "roles.html", more).await
}

async fn roles_done(web: &Web, visitor: &Visitor, result: Result<(), StaffError>) -> Answered {
    match result {
        Ok(()) => Ok(to("/admin/setup/roles")),
        Err(StaffError::Store(error)) => Err(error.into()),
        Err(why) => roles_page(web, visitor, Some(visitor.not_done(&why.refusal()))).await,
    }
}

/// The rights that are ticked.
pub(super) fn ticked(form: &Form) -> Vec<String> {
    form.all("right").map(ToOwned::to_owned).collect()
}

/// Adds a role.
pub(crate) async fn add_role(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    form: Form,
) -> Answered {
    let added =
        staff::add_role(&web.desk, &visitor.actor(), form.get("name"), &ticked(&form)).await;
    roles_done(&web, &visitor, added).await
}

/// Changes or deletes a role.
pub(crate) async fn change_role(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Path(name): Path<String>,
    form: Form,
) -> Answered {
    let (desk, actor) = (&web.desk, visitor.actor());
    let done = match form.get("act") {
        "delete" => staff::delete_role(desk, &actor, &name).await,
        _ => staff::change_role(desk, &actor, &name, &ticked(&form)).await,
    };
    roles_done(&web, &visitor, done).await
}
