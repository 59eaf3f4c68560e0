//! Settings, staff, roles, credentials, jobs.

use std::io::{BufRead, IsTerminal, Read};

use anyhow::{Context, Result};
use portreeve_app::panel_account::{self, PanelAccount};
use portreeve_app::staff::{NewCredential, SAFE_IDENTIFIER};
use portreeve_app::{Desk, jobs, settings, staff};
use portreeve_connect::drop_in;
use portreeve_core::settings::SettingError;
use portreeve_core::time::{from_millis, rfc3339};
use serde_json::json;

use super::args::{
    CredentialCommand, JobCommand, Page, RoleCommand, SettingsCommand, StaffCommand,
};
use super::directories::say_checks;
use super::import_whmcs;
use super::notify;
use super::output::{complain, json};
use super::{Output, failure, operator, plain_failure, say};

fn instant(millis: i64) -> String {
    from_millis(millis).map(rfc3339).unwrap_or_default()
}

pub(super) async fn settings(desk: &Desk, command: SettingsCommand) -> Result<()> {
    match command {
        SettingsCommand::List { page } if page.json => {
            let list: Vec<_> = page_of_settings(desk, &page)
                .await?
                .into_iter()
                .map(|shown| {
                    json!({
                        "key": shown.key.name,
                        "value": shown.value,
                        "default": shown.key.default,
                        "meaning": shown.key.meaning,
                    })
                })
                .collect();
            json(&list)
        }
        SettingsCommand::List { page } => {
            let mut output = Output::table(&["SETTING", "VALUE", "MEANING"]);
            for shown in page_of_settings(desk, &page).await? {
                let meaning = shown.key.meaning.to_owned();
                output.row(vec![shown.key.name.to_owned(), shown.value, meaning]);
            }
            output.print()
        }
        SettingsCommand::Get { key } => {
            let list = settings::list(desk).await?;
            let shown = list.into_iter().find(|shown| shown.key.name == key);
            let shown = shown.ok_or_else(|| unknown_setting(&key))?;
            say(shown.value)
        }
        SettingsCommand::Set { key, value } => {
            match settings::set(desk, &operator(), &key, &value).await {
                Ok(()) => say(format!("{key} = {}", value.trim())),
                Err(settings::SetError::Setting(SettingError::UnknownKey(key))) => {
                    Err(unknown_setting(&key))
                }
                Err(error) => Err(error.into()),
            }
        }
    }
}

async fn page_of_settings(desk: &Desk, page: &Page<String>) -> Result<Vec<settings::Shown>> {
    let limit = usize::try_from(page.limit)?;
    let list = settings::list(desk).await?.into_iter();
    Ok(match &page.after {
        None => list.take(limit).collect(),
        Some(after) => {
            list.skip_while(|shown| shown.key.name != after).skip(1).take(limit).collect()
        }
    })
}

fn unknown_setting(key: &str) -> anyhow::Error {
    failure(format!("there is no setting {key:?}"), "see `portreeve settings list`")
}

pub(super) async fn staff(desk: &Desk, command: StaffCommand) -> Result<()> {
    match command {
        StaffCommand::Add { name, email, role, password_stdin, json: as_json } => {
            let password = if password_stdin { Some(read_secret("password")?) } else { None };
            let id =
                staff::add(desk, &operator(), &name, &email, &role, password.as_deref()).await?;
            if as_json {
                return json(&json!({ "id": id, "name": name, "email": email, "role": role }));
            }
            say(format!("Staff account {name} was added."))
        }
        StaffCommand::List { page } => {
            let list = staff::list(desk, page.after.unwrap_or(0), page.limit).await?;
            if page.json {
                let list: Vec<_> = list
                    .into_iter()
                    .map(|s| {
                        json!({
                            "id": s.id,
                            "name": s.name,
                            "email": s.email,
                            "role": s.role,
                            "created_at": instant(s.created_at),
                            "disabled_at": s.disabled_at.map(instant),
                        })
                    })
                    .collect();
                return json(&list);
            }
            if list.is_empty() {
                return say("There are no staff accounts yet. Add one with `portreeve staff add`.");
            }
            let mut output = Output::table(&["ID", "NAME", "ROLE", "EMAIL", "DISABLED"]);
            for s in list {
                let disabled = s.disabled_at.map(instant).unwrap_or_default();
                output.row(vec![s.id.to_string(), s.name, s.role, s.email, disabled]);
            }
            output.print()
        }
        StaffCommand::Disable { name } => {
            staff::set_disabled(desk, &operator(), &name, true).await?;
            say(format!("{name} is disabled; their sessions, API IDs and tokens no longer work."))
        }
        StaffCommand::Enable { name } => {
            staff::set_disabled(desk, &operator(), &name, false).await?;
            say(format!("{name} is enabled."))
        }
        StaffCommand::Password { name } => {
            let password = read_secret("password")?;
            staff::set_password(desk, &operator(), &name, &password).await?;
            say(format!("{name} has a new password; their sessions have ended."))
        }
        StaffCommand::RemoveSecondFactor { name } => {
            staff::remove_second_factor(desk, &operator(), &name).await?;
            say(format!("{name} now signs in with the password alone; their sessions have ended."))
        }
        StaffCommand::Link { name, account } => {
            panel_account::link(desk, &operator(), &name, &account).await?;
            say(format!("Whoever is signed in to {account} comes in as {name}."))
        }
        StaffCommand::Unlink { account } => {
            panel_account::unlink(desk, &operator(), &account).await?;
            say(format!("Nobody comes in by {account} any more. Sessions that were begun go on."))
        }
        StaffCommand::Links { json: as_json } => {
            let links = panel_account::list(desk).await?;
            if as_json {
                let shown = |link: &PanelAccount| json!({ "directory": link.directory, "account": link.account, "staff": link.staff });
                return json(&links.iter().map(shown).collect::<Vec<_>>());
            }
            let mut output = Output::table(&["ACCOUNT", "STAFF"]);
            for link in links {
                output.row(vec![format!("{}:{}", link.directory, link.account), link.staff]);
            }
            output.print()
        }
        StaffCommand::Notify(args) => notify::notify(desk, args).await,
    }
}

fn read_secret(what: &str) -> Result<String> {
    let mut text = String::new();
    if std::io::stdin().is_terminal() {
        complain(&format!("Type the {what} and press Enter (it is visible)."));
        std::io::stdin().lock().read_line(&mut text)?;
        return Ok(text.trim_end_matches(['\n', '\r']).to_owned());
    }
    std::io::stdin()
        .take(4_096)
        .read_to_string(&mut text)
        .with_context(|| format!("cannot read the {what} from standard input"))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

pub(super) async fn role(desk: &Desk, command: RoleCommand) -> Result<()> {
    match command {
        RoleCommand::List { page } => {
            let after = page.after.unwrap_or_default();
            let limit = usize::try_from(page.limit)?;
            let roles = staff::roles(desk).await?;
            let roles = roles.into_iter().filter(|role| role.name > after).take(limit);
            if page.json {
                let list: Vec<_> = roles
                    .map(|role| {
                        let rights: Vec<&str> = role.rights.split_whitespace().collect();
                        json!({ "name": role.name, "rights": rights, "built_in": role.built_in })
                    })
                    .collect();
                return json(&list);
            }
            let mut output = Output::table(&["NAME", "RIGHTS"]);
            for role in roles {
                output.row(vec![role.name, role.rights]);
            }
            output.print()
        }
        RoleCommand::Add { name, rights, json: as_json } => {
            staff::add_role(desk, &operator(), &name, &rights).await.map_err(
                |error| match error {
                    staff::StaffError::Missing { what: staff::Thing::Right, .. } => {
                        let known: Vec<&str> =
                            staff::RIGHTS.iter().map(|(right, _)| *right).collect();
                        failure(error.to_string(), format!("rights are {}", known.join(", ")))
                    }
                    other => other.into(),
                },
            )?;
            if as_json {
                return json(&json!({ "name": name, "rights": rights, "built_in": false }));
            }
            say(format!("Role {name} was added."))
        }
    }
}

pub(super) async fn credential(desk: &Desk, command: CredentialCommand) -> Result<()> {
    match command {
        CredentialCommand::Add { staff, role, identifier, description, allow, json: as_json } => {
            if identifier.as_ref().is_some_and(|id| id.chars().count() < SAFE_IDENTIFIER) {
                complain(&format!(
                    "warning: an identifier of fewer than {SAFE_IDENTIFIER} characters can be guessed"
                ));
            }
            let new = NewCredential { staff, role, identifier, description, allow };
            let (reference, identifier) = staff::add_credential(desk, &operator(), &new).await?;
            if as_json {
                return json(&json!({ "ref": reference, "identifier": identifier }));
            }
            say(&identifier)?;
            complain(&format!(
                "Credential {reference} was created. Copy its identifier (above) now: it can't be shown again."
            ));
            Ok(())
        }
        CredentialCommand::Check { url, identifier, identifier_stdin: _, json: as_json } => {
            let identifier = match identifier {
                Some(identifier) => identifier,
                None => read_secret("API ID")?,
            };
            let checks = drop_in::check(&url, &identifier)
                .await
                .map_err(|error| plain_failure(format!("the URL {error}")))?;
            say_checks(&checks, as_json, "scripts can't call the desk at this URL")
        }
        CredentialCommand::ImportWhmcs(args) => import_whmcs::import(desk, args).await,
        CredentialCommand::List { page } => {
            let list = staff::credentials(desk, page.after.unwrap_or(0), page.limit).await?;
            if page.json {
                let list: Vec<_> = list
                    .into_iter()
                    .map(|c| {
                        json!({
                            "ref": c.id,
                            "staff": c.staff_name,
                            "role": c.role,
                            "description": c.description,
                            "created_at": instant(c.created_at),
                            "revoked_at": c.revoked_at.map(instant),
                            "allow": c.allow.split_whitespace().collect::<Vec<_>>(),
                            "calls": c.calls,
                            "errors": c.errors,
                            "last_used_at": c.last_used_at.map(instant),
                            "staff_disabled_at": c.staff_disabled_at.map(instant),
                        })
                    })
                    .collect();
                return json(&list);
            }
            if list.is_empty() {
                return say(
                    "There are no credentials. Create one with `portreeve credential add`.",
                );
            }
            let mut output =
                Output::table(&["REF", "STAFF", "ROLE", "STATE", "CREATED", "DESCRIPTION"]);
            for c in list {
                let state = match (c.revoked_at, c.staff_disabled_at) {
                    (Some(_), _) => "revoked",
                    (None, Some(_)) => "staff disabled",
                    (None, None) => "active",
                };
                let role = c.role.unwrap_or_else(|| "(no actions)".to_owned());
                let made = instant(c.created_at);
                let cells =
                    vec![c.id.to_string(), c.staff_name, role, state.into(), made, c.description];
                output.row(cells);
            }
            output.print()
        }
        CredentialCommand::Revoke { reference } => {
            staff::revoke_credential(desk, &operator(), reference).await?;
            say(format!("Credential {reference} was revoked."))
        }
    }
}

pub(super) async fn job(desk: &Desk, command: JobCommand) -> Result<()> {
    match command {
        JobCommand::List { dead, page } => {
            let list = jobs::list(desk, dead, page.after.unwrap_or(0), page.limit).await?;
            if page.json {
                let list: Vec<_> = list
                    .into_iter()
                    .map(|job| {
                        json!({
                            "id": job.id,
                            "kind": job.kind,
                            "key": job.key,
                            "dead": job.dead,
                            "tries": job.tries,
                            "last_error": job.last_error,
                            "run_at": instant(job.run_at),
                            "created_at": instant(job.created_at),
                        })
                    })
                    .collect();
                return json(&list);
            }
            if list.is_empty() {
                return say("No jobs found.");
            }
            let mut output =
                Output::table(&["ID", "KIND", "KEY", "STATE", "TRIES", "RUNS AT", "LAST ERROR"]);
            for job in list {
                let state = if job.dead { "failed" } else { "waiting" };
                output.row(vec![
                    job.id.to_string(),
                    job.kind,
                    job.key,
                    state.to_owned(),
                    job.tries.to_string(),
                    instant(job.run_at),
                    job.last_error.unwrap_or_default(),
                ]);
            }
            output.print()
        }
        JobCommand::Retry { id } => {
            if jobs::retry(desk, &super::operator(), id).await? {
                say(format!("Job {id} will be retried."))
            } else {
                Err(plain_failure(format!("there is no failed job {id}")))
            }
        }
    }
}
