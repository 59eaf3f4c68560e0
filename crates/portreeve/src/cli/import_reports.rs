//! Taking over reports of another desk.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use portreeve_app::Desk;
use portreeve_app::report::import::{self, ForeignReports, Map, RowEnd, RowResult, Unreadable};
use portreeve_core::text::one_line;

use super::output::complain;
use super::services::progress_bar;
use super::{failure, operator, plain_failure, say};

/// Suspended services that are named at the end.
const NAMED: usize = 1_000;

/// What is to be imported, and how.
pub(super) struct Wanted {
    pub(super) file: PathBuf,
    pub(super) map: Option<PathBuf>,
    pub(super) dry_run: bool,
    pub(super) source: Option<String>,
    pub(super) directory: Option<String>,
    pub(super) json: bool,
}

pub(super) async fn import(desk: &Desk, wanted: Wanted) -> Result<()> {
    let map = wanted.map.as_deref().map(read_map).transpose()?.unwrap_or_default();
    for name in wanted.directory.iter().chain(&map.directory) {
        if !desk.config.directories.contains(name) {
            let hint = "see `portreeve directory list`";
            return Err(failure(format!("there is no directory {name:?}"), hint));
        }
    }
    if wanted.file == Path::new("-") {
        return import_from(desk, std::io::stdin().lock(), map, &wanted, ProgressBar::hidden())
            .await;
    }
    let path = wanted.file.display();
    let file = File::open(&wanted.file).with_context(|| format!("cannot open {path}"))?;
    let bar = progress_bar(file.metadata()?.len(), "importing");
    let reader = BufReader::with_capacity(256 * 1024, file);
    import_from(desk, reader, map, &wanted, bar).await
}

fn read_map(path: &Path) -> Result<Map> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Map::parse(&text).map_err(|error| {
        failure(format!("{}: {error}", path.display()), "docs/moving.md describes map files")
    })
}

async fn import_from(
    desk: &Desk,
    input: impl Read,
    mut map: Map,
    wanted: &Wanted,
    bar: ProgressBar,
) -> Result<()> {
    let directory = wanted.directory.as_deref().unwrap_or(desk.config.default_directory());
    map.directory = wanted.directory.clone().or(map.directory);
    let opened = ForeignReports::open(input, map, directory, wanted.source.clone());
    let mut reports = opened.map_err(|error| match error {
        Unreadable::Map(bad) => plain_failure(bad.to_string()),
        header @ Unreadable::Header(_) => {
            let hint = "name the file's own columns with --map; docs/moving.md describes both";
            failure(format!("{}: {header}", wanted.file.display()), hint)
        }
    })?;
    let mut account = Account::default();
    let mut broken = None;
    let actor = operator();
    let source = reports.source().to_owned();
    let done = import::import(desk, &mut reports, &actor, wanted.dry_run, |row, bytes| {
        bar.set_position(bytes);
        account.add(&row);
        let said = bar.suspend(|| print(&row, wanted));
        // Who reads the lines may have gone; what was taken over is, and the rest is as well.
        if let Err(error) = said {
            broken.get_or_insert(error);
        }
        Ok(())
    })
    .await;
    bar.finish_and_clear();
    done.context(
        "the import stopped; what was imported stays, and importing again goes on from there",
    )?;
    if let Some(error) = broken {
        return Err(error);
    }
    account.print(&source, wanted)?;
    match account.bad {
        0 => Ok(()),
        bad => Err(failure(
            format!("{bad} {} not imported", if bad == 1 { "row was" } else { "rows were" }),
            "correct them and import the file again; rows that were imported are skipped",
        )),
    }
}

/// One line about one row; what is wrong with it goes to standard error.
fn print(row: &RowResult, wanted: &Wanted) -> Result<()> {
    if wanted.json {
        return say(serde_json::to_string(row)?);
    }
    let file = wanted.file.display();
    for warning in &row.warnings {
        let why = one_line(&warning.why, 400);
        complain(&format!("warning: {file}: line {} ({}): {why}", row.line, warning.name));
    }
    let reference = one_line(row.reference.as_deref().unwrap_or("?"), 60);
    let why = one_line(row.why.as_deref().unwrap_or_default(), 400);
    let line = row.line;
    match row.result {
        RowEnd::Imported => {
            let id = row.report_id.unwrap_or_default();
            say(format!("line {line}: {reference} is report #{id} now{}", about(row)))
        }
        RowEnd::WouldImport => {
            say(format!("line {line}: {reference} would be imported{}", about(row)))
        }
        RowEnd::Skipped => say(format!("line {line}: {reference} was skipped: {why}")),
        RowEnd::Bad => {
            let column = row.column.map(|column| format!(", column {column}")).unwrap_or_default();
            let name = row.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            complain(&format!("{file}: line {line}{column}{name}: {why}"));
            Ok(())
        }
    }
}

fn about(row: &RowResult) -> String {
    let service = row.service.as_deref().unwrap_or_default();
    let off = if row.suspended { ", suspended" } else { "" };
    format!(" ({}, service {service}{off})", row.status.unwrap_or_default())
}

/// What the import comes to.
#[derive(Default)]
struct Account {
    taken: usize,
    skipped: usize,
    bad: usize,
    suspended: Vec<(Option<i64>, String, String)>,
}

impl Account {
    fn add(&mut self, row: &RowResult) {
        match row.result {
            RowEnd::Imported | RowEnd::WouldImport => self.taken += 1,
            RowEnd::Skipped => self.skipped += 1,
            RowEnd::Bad => self.bad += 1,
        }
        let is_taken = matches!(row.result, RowEnd::Imported | RowEnd::WouldImport);
        if row.suspended && is_taken {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            self.suspended.push((row.report_id, text(&row.service), text(&row.reference)));
        }
    }

    fn print(&self, source: &str, wanted: &Wanted) -> Result<()> {
        // Scripts read one object a row on standard output, and nothing else.
        let say = |line: String| {
            if wanted.json {
                complain(&line);
                return Ok(());
            }
            say(line)
        };
        let (taken, skipped, bad) = (self.taken, self.skipped, self.bad);
        let verb = if wanted.dry_run { "would be imported" } else { "imported" };
        say(format!("{taken} reports {verb} from {source}, {skipped} skipped, {bad} bad rows."))?;
        if self.suspended.is_empty() {
            return Ok(());
        }
        say("\nThese services are suspended. Where that was for the report, adopt it, so that the suspension ends with the \
             report:".to_owned())?;
        for (report, service, reference) in self.suspended.iter().take(NAMED) {
            let reference = one_line(reference, 60);
            say(match report {
                Some(id) => {
                    format!(
                        "  portreeve report adopt {id}    # service {service}, {reference} there"
                    )
                }
                None => format!("  service {service}, {reference} there"),
            })?;
        }
        match self.suspended.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => say(format!("  … and {more} more: see `portreeve report list --status open`")),
        }
    }
}
