//! Directories: looking at them, and trying the way to them.

use anyhow::Result;
use indicatif::ProgressBar;
use portreeve_app::Desk;
use portreeve_app::directory::{self, Check, Progress, SyncError, Synced};
use portreeve_core::time::{from_millis, rfc3339};
use serde_json::{Value, json};

use super::args::{DirectoryCommand, Page};
use super::output::{complain, json};
use super::services::progress_bar;
use super::{Output, failure, plain_failure, say};

pub(super) async fn directory(desk: &Desk, command: DirectoryCommand) -> Result<()> {
    match command {
        DirectoryCommand::List { page } => list(desk, &page).await,
        DirectoryCommand::Sync { name, accept, json } => sync(desk, &name, accept, json).await,
        DirectoryCommand::Test { name, json } => test(desk, &name, json).await,
    }
}

async fn list(desk: &Desk, page: &Page<String>) -> Result<()> {
    let states = directory::states(desk).await?;
    let instant = |millis: Option<i64>| millis.and_then(from_millis).map(rfc3339);
    let names = desk.config.directories.iter();
    let after = page.after.as_ref();
    let names = names.skip_while(|name| after.is_some_and(|after| *name != after));
    let names = names.skip(usize::from(after.is_some())).take(usize::try_from(page.limit)?);
    let rows: Vec<Value> = names
        .map(|name| {
            let state = states.iter().find(|state| state.name == *name);
            json!({
                "name": name,
                "looked_at_by_itself": state.is_some(),
                "synced_at": state.and_then(|state| instant(state.synced_at)),
                "tried_at": state.and_then(|state| instant(state.tried_at)),
                "trouble": state.and_then(|state| state.trouble.clone()),
            })
        })
        .collect();
    if page.json {
        return json(&rows);
    }
    let mut output =
        Output::table(&["NAME", "SOURCE", "LAST FULL SYNC", "LAST ATTEMPT", "PROBLEM"]);
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let filled = if row["looked_at_by_itself"] == true { "synced" } else { "imported files" };
        let cells = vec![
            text("name"),
            filled.to_owned(),
            text("synced_at"),
            text("tried_at"),
            text("trouble"),
        ];
        output.row(cells);
    }
    output.print()
}

async fn sync(desk: &Desk, name: &str, accept: bool, as_json: bool) -> Result<()> {
    known(desk, name)?;
    let bar = progress_bar(0, "services");
    let result = directory::sync(desk, name, accept, |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    let synced = result.map_err(|error| explained(name, error))?;
    if as_json {
        return json(&synced);
    }
    say_what_came(&synced)
}

fn show(bar: &ProgressBar, progress: Progress) {
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    bar.set_length(number(progress.total.unwrap_or(progress.done)));
    bar.set_position(number(progress.done));
}

fn say_what_came(synced: &Synced) -> Result<()> {
    for line in &synced.odd {
        complain(line);
    }
    say(format!(
        "Services: {} (new: {}, changed: {}), ended: {}.",
        synced.services, synced.new, synced.changed, synced.ended
    ))
}

fn explained(name: &str, error: SyncError) -> anyhow::Error {
    let text = error.to_string();
    match error {
        SyncError::Shrunk { .. } => failure(
            text,
            format!("if that is correct, end them with `portreeve directory sync {name} --accept`"),
        ),
        SyncError::Source(_) => {
            failure(text, format!("find the cause with `portreeve directory test {name}`"))
        }
        SyncError::Busy(_) => failure(text, "wait until it has finished"),
        SyncError::NotLive(_) => failure(text, "import a file with `portreeve service import`"),
        SyncError::Store(error) => error.into(),
    }
}

async fn test(desk: &Desk, name: &str, as_json: bool) -> Result<()> {
    known(desk, name)?;
    let Some(live) = desk.live_directory(name) else {
        return Err(explained(name, SyncError::NotLive(name.to_owned())));
    };
    let checks = live.source.check().await;
    say_checks(&checks, as_json, &format!("the directory {name} is not ready"))
}

/// Prints what was tried; a failure with these words when something is missing.
pub(super) fn say_checks(checks: &[Check], as_json: bool, otherwise: &str) -> Result<()> {
    if as_json {
        json(&checks)?;
    } else {
        for check in checks {
            let mark = if check.good { "ok     " } else { "MISSING" };
            let detail =
                if check.detail.is_empty() { String::new() } else { format!(": {}", check.detail) };
            say(format!("{mark}  {}{detail}", check.what))?;
        }
    }
    if checks.iter().all(|check| check.good) { Ok(()) } else { Err(plain_failure(otherwise)) }
}

fn known(desk: &Desk, name: &str) -> Result<()> {
    if desk.config.directories.iter().any(|known| known == name) {
        return Ok(());
    }
    let known = desk.config.directories.join(", ");
    Err(failure(format!("there is no directory {name:?}"), format!("configured: {known}")))
}
