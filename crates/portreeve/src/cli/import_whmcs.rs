//! Taking over the API credentials of a WHMCS: scripts of Abuse Manager Pro send their identifier as `API_ID`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use portreeve_app::Desk;
use portreeve_app::staff::{self, NewCredential, SAFE_IDENTIFIER, StaffError};
use portreeve_connect::sql::Database;
use portreeve_core::text::one_line;
use portreeve_core::time::Span;
use serde_json::json;

use super::args::ImportWhmcsArgs;
use super::output::{complain, json as print_json};
use super::{failure, operator, plain_failure, say};

/// What is read of WHMCS's table. The secret is not: the drop-in API never asks for it.
const QUERY: &str =
    "SELECT d.identifier AS identifier, d.description AS description, a.username AS owner
    FROM tbldeviceauth d LEFT JOIN tbladmins a ON a.id = d.user_id
    WHERE d.is_admin = 1 AND d.deleted_at IS NULL ORDER BY d.id";

/// How long the database may take.
const PATIENCE: Span = Span::from_secs(30);

/// A credential as WHMCS has it.
struct Known {
    identifier: String,
    owner: String,
    description: String,
}

/// What became of them, a line each.
#[derive(Default)]
struct Came {
    taken: Vec<String>,
    there_already: usize,
    failed: Vec<String>,
}

pub(super) async fn import(desk: &Desk, args: ImportWhmcsArgs) -> Result<()> {
    let list = match (&args.database, &args.csv) {
        (_, Some(path)) => from_csv(path)?,
        (Some(url), None) => from_database(url).await?,
        (None, None) => return Err(plain_failure("name --database or --csv")),
    };
    let came = take(desk, &args, list).await?;
    if args.json {
        print_json(&json!({
            "taken_over": came.taken.len(),
            "there_already": came.there_already,
            "not_taken_over": came.failed,
        }))?;
    } else {
        for line in &came.taken {
            say(line)?;
        }
        let done = if args.dry_run { "would be imported" } else { "imported" };
        let (taken, failed) = (came.taken.len(), came.failed.len());
        say(format!(
            "{taken} credentials {done}, {} already present, {failed} failed.",
            came.there_already
        ))?;
    }
    for line in &came.failed {
        complain(line);
    }
    if came.failed.is_empty() || args.dry_run {
        return Ok(());
    }
    Err(failure(
        format!("{} credentials were not imported", came.failed.len()),
        "name an owner for credentials without one with --staff NAME; it is safe to run the import again",
    ))
}

async fn take(desk: &Desk, args: &ImportWhmcsArgs, list: Vec<Known>) -> Result<Came> {
    let mut came = Came::default();
    let members = members(desk).await?;
    for known in list {
        // Enough to tell them apart, not enough to use them.
        let begin: String = known.identifier.chars().take(4).collect();
        let shown = format!("{begin}… ({})", one_line(&known.description, 60));
        let Some(owner) = members.get(&known.owner.to_lowercase()).or(args.staff.as_ref()) else {
            let owner = one_line(&known.owner, 60);
            came.failed.push(format!("{shown}: there is no staff account {owner:?}"));
            continue;
        };
        if known.identifier.chars().count() < SAFE_IDENTIFIER {
            complain(&format!(
                "warning: {shown} has fewer than {SAFE_IDENTIFIER} characters and can be guessed"
            ));
        }
        if staff::is_identifier_known(desk, &known.identifier).await? {
            came.there_already += 1;
            continue;
        }
        if args.dry_run {
            came.taken.push(format!("{shown}, of {owner}"));
            continue;
        }
        let new = NewCredential {
            staff: owner.clone(),
            role: None,
            identifier: Some(known.identifier),
            description: known.description,
            allow: String::new(),
        };
        match staff::add_credential(desk, &operator(), &new).await {
            Ok((reference, _)) => {
                came.taken.push(format!("{shown}, of {owner}: credential {reference}"));
            }
            Err(StaffError::Taken { .. }) => came.there_already += 1,
            Err(StaffError::Store(error)) => return Err(error.into()),
            Err(error) => came.failed.push(format!("{shown}: {error}")),
        }
    }
    Ok(came)
}

/// All members of staff by their name in lower case.
async fn members(desk: &Desk) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = staff::list(desk, after, 1_000).await?;
        let Some(last) = page.last() else { return Ok(names) };
        after = last.id;
        names.extend(page.into_iter().map(|member| (member.name.to_lowercase(), member.name)));
    }
}

async fn from_database(url: &str) -> Result<Vec<Known>> {
    let database =
        Database::parse(url).map_err(|error| plain_failure(format!("--database {error}")))?;
    let rows = database.rows(QUERY, PATIENCE).await?;
    let known = |mut row: BTreeMap<String, String>| {
        let mut text = |name: &str| row.remove(name).unwrap_or_default();
        Known {
            identifier: text("identifier"),
            owner: text("owner"),
            description: text("description"),
        }
    };
    Ok(rows.into_iter().map(known).collect())
}

fn from_csv(path: &Path) -> Result<Vec<Known>> {
    let unusable = |why: String| plain_failure(format!("{}: {why}", path.display()));
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("cannot open {}", path.display()))?;
    let header = reader.headers().map_err(|error| unusable(error.to_string()))?.clone();
    let column = |name: &str| {
        let is_it =
            |known: &str| known.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(name);
        header.iter().position(is_it)
    };
    let identifier = column("identifier")
        .ok_or_else(|| unusable("the header has no column identifier".to_owned()))?;
    let (owner, description) = (column("owner"), column("description"));
    let mut list = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unusable(error.to_string()))?;
        let text = |at: Option<usize>| {
            at.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned()
        };
        list.push(Known {
            identifier: text(Some(identifier)),
            owner: text(owner),
            description: text(description),
        });
    }
    Ok(list)
}
