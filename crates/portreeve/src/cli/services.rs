//! Services and the ledger.

use std::fs::File;
use std::io::{BufReader, IsTerminal};
use std::path::Path;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use portreeve_app::Desk;
use portreeve_app::directory::{
    self, BadRow, ImportError, Imported, Options, Place, Rows, Warning,
};
use portreeve_core::fields;
use portreeve_core::ids::ServiceKey;
use portreeve_core::time::Timestamp;
use serde::Serialize;

use super::args::{ServiceCommand, WhoHadArgs};
use super::output::{complain, json};
use super::{Output, failure, plain_failure, say};

/// Bad rows, and warnings, that are named one by one.
const NAMED: usize = 1_000;

/// A service as somebody names it.
pub(super) fn service_key(desk: &Desk, text: &str) -> Result<ServiceKey> {
    ServiceKey::parse(text, desk.config.default_directory()).map_err(|_| {
        let hint = "write the service id, or directory:id";
        failure(format!("{text:?} is not a service id"), hint)
    })
}

pub(super) async fn service(desk: &Desk, command: ServiceCommand) -> Result<()> {
    match command {
        ServiceCommand::Import { file, directory, complete, accept_shrink, json } => {
            let directory = directory.unwrap_or_else(|| desk.config.default_directory().to_owned());
            import(desk, &file, Options { directory, complete, accept_shrink }, json).await
        }
        ServiceCommand::List { page } => {
            let after = page.after.map(|id| service_key(desk, &id)).transpose()?;
            let list = directory::list(desk, after.as_ref(), page.limit).await?;
            if page.json {
                return json(&list);
            }
            if list.is_empty() {
                return say(
                    "There are no services yet. Import them with `portreeve service import`.",
                );
            }
            let mut output =
                Output::table(&["SERVICE", "CUSTOMER", "STATUS", "ADDRESS", "DOMAIN", "PRODUCT"]);
            for s in list {
                let status = if s.ended_at.is_some() { "ended" } else { s.status };
                output.row(vec![
                    format!("{}:{}", s.directory, s.service_id),
                    s.customer_id,
                    status.to_owned(),
                    s.dedicated_ip,
                    s.domain,
                    s.product,
                ]);
            }
            output.print()
        }
        ServiceCommand::Show { id, json: as_json } => {
            let key = service_key(desk, &id)?;
            let found = directory::show(desk, &key).await?;
            let s = found.ok_or_else(|| plain_failure(format!("there is no service {key}")))?;
            if as_json {
                return json(&s);
            }
            let mut output = Output::table(&["FIELD", "VALUE"]);
            for (name, value) in [
                ("service", key.to_string()),
                ("customer", format!("{} {}", s.customer_id, s.customer_name)),
                ("email", s.customer_email),
                ("language", s.language),
                ("product", s.product),
                ("domain", s.domain),
                ("username", s.username),
                ("server", s.server),
                ("status", s.status.to_owned()),
                ("protected", s.protected.to_string()),
                ("addresses", s.resources.unwrap_or_default().join(", ")),
                ("last seen", s.seen_at),
                ("ended", s.ended_at.unwrap_or_default()),
            ] {
                output.row(vec![name.to_owned(), value]);
            }
            output.print()
        }
    }
}

async fn import(desk: &Desk, path: &Path, options: Options, as_json: bool) -> Result<()> {
    let mut rows = read_file(path, &options.directory)?;
    rows.warn_of_own(&desk.config.own_addresses);
    let bar = progress_bar(u64::try_from(rows.len())?, "importing");
    let done = |count: usize| bar.set_position(u64::try_from(count).unwrap_or(u64::MAX));
    let imported = directory::import(desk, &rows, &options, done).await.map_err(|error| {
        let text = error.to_string();
        match error {
            ImportError::Live(name) => {
                failure(text, format!("sync it with `portreeve directory sync {name}`"))
            }
            other => other.into(),
        }
    })?;
    bar.finish_and_clear();
    if as_json {
        json(&Summary::of(&imported, &rows))?;
    } else {
        name(path, "", rows.bad.iter().map(|bad| (&bad.place, bad.why.as_str())));
        name(path, "warning: ", rows.warnings.iter().map(|one| (&one.place, one.why.as_str())));
        summary(&imported, &rows)?;
    }
    if let Some(why) = &imported.not_ended {
        return Err(plain_failure(format!("no service was ended: {why}")));
    }
    if rows.bad.is_empty() {
        return Ok(());
    }
    let count = rows.bad.len();
    Err(failure(
        format!("{count} {} not imported", if count == 1 { "row was" } else { "rows were" }),
        "correct them and import the file again; rows that were imported already do no harm",
    ))
}

/// What an import did, as JSON.
#[derive(Serialize)]
struct Summary<'a> {
    services: usize,
    new: usize,
    ended: usize,
    /// Why nothing was ended although the file is said to be complete.
    not_ended: Option<&'a str>,
    bad_rows: usize,
    /// No more than the first thousand.
    bad: &'a [BadRow],
    warning_count: usize,
    /// No more than the first thousand.
    warnings: &'a [Warning],
}

impl<'a> Summary<'a> {
    fn of(imported: &'a Imported, rows: &'a Rows) -> Self {
        Self {
            services: imported.services,
            new: imported.new,
            ended: imported.ended,
            not_ended: imported.not_ended.as_deref(),
            bad_rows: rows.bad.len(),
            bad: &rows.bad[..rows.bad.len().min(NAMED)],
            warning_count: rows.warnings.len(),
            warnings: &rows.warnings[..rows.warnings.len().min(NAMED)],
        }
    }
}

fn read_file(path: &Path, directory: &str) -> Result<Rows> {
    let unusable =
        |bad: BadRow| plain_failure(format!("{}: {}: {}", path.display(), bad.place, bad.why));
    if path == Path::new("-") {
        return directory::read_csv(std::io::stdin().lock(), directory, |_| {}).map_err(unusable);
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let bar = progress_bar(file.metadata()?.len(), "reading");
    let reader = BufReader::with_capacity(256 * 1024, file);
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let rows = if is_json {
        directory::read_json(reader, directory, |_| {})
    } else {
        directory::read_csv(reader, directory, |bytes| bar.set_position(bytes))
    };
    bar.finish_and_clear();
    rows.map_err(unusable)
}

/// A bar on a terminal; nothing elsewhere.
pub(super) fn progress_bar(length: u64, what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} [{bar:40}] {percent}% {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(what)
}

fn name<'a>(path: &Path, kind: &str, list: impl ExactSizeIterator<Item = (&'a Place, &'a str)>) {
    let more = list.len().saturating_sub(NAMED);
    for (place, why) in list.take(NAMED) {
        let why = portreeve_core::text::one_line(why, 400);
        complain(&format!("{kind}{}: {place}: {why}", path.display()));
    }
    if more > 0 {
        complain(&format!("{kind}... and {more} more"));
    }
}

fn summary(imported: &Imported, rows: &Rows) -> Result<()> {
    say(format!(
        "Services imported: {} (new: {}), ended: {}. Rows not imported: {}. Warnings: {}.",
        imported.services,
        imported.new,
        imported.ended,
        rows.bad.len(),
        rows.warnings.len(),
    ))
}

pub(super) async fn who_had(desk: &Desk, ask: WhoHadArgs) -> Result<()> {
    let resource =
        fields::resource(&ask.address).map_err(|error| plain_failure(error.to_string()))?;
    let at: Timestamp = match &ask.at {
        None => desk.now(),
        Some(text) => text.parse().map_err(|_| {
            failure(format!("{text:?} is not a time"), "write it as 2026-01-31T10:00:00Z")
        })?,
    };
    let list = directory::who_had(desk, &resource, at).await?;
    if ask.json {
        return json(&list);
    }
    if list.is_empty() {
        return say(format!("No service is known to have held {resource} then."));
    }
    let mut output = Output::table(&["SERVICE", "CUSTOMER", "RESOURCE", "FROM", "TO", "CERTAINTY"]);
    for h in list {
        output.row(vec![
            format!("{}:{}", h.directory, h.service_id),
            h.customer_id,
            h.resource,
            h.from.unwrap_or_else(|| "before records began".to_owned()),
            h.to.unwrap_or_else(|| "now".to_owned()),
            h.certainty.replace('_', " "),
        ]);
    }
    output.print()
}
