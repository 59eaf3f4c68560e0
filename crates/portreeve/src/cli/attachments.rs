//! Files of messages and notes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use anyhow::{Context, Result};
use futures_util::TryStreamExt;
use portreeve_app::Desk;
use portreeve_app::attachment::{self, AttachmentView, FetchError, Files, Receiving};
use portreeve_core::attachment::{Refused, Size};
use portreeve_core::ids::ReportId;
use tokio::io::AsyncReadExt;

use super::output::json;
use super::{Output, failure, operator, plain_failure, say};

/// Bytes that are read at a time.
const PART: usize = 256 * 1024;

/// Reads files that are to go with what is written. One that is not taken stops everything.
pub(super) async fn read(desk: &Desk, paths: &[PathBuf]) -> Result<Files> {
    let limits = &desk.live().settings.attachments;
    let mut taken = Vec::new();
    for path in paths {
        let unread = || format!("cannot read {}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let begun = Receiving::begin(limits, taken.len(), &name, None);
        let refused = |why: Refused| {
            let why = portreeve_i18n::english(&why.refusal());
            plain_failure(format!("{}: {why}", path.display()))
        };
        let mut receiving = begun.map_err(|(_, why)| refused(why))?;
        let mut file = tokio::fs::File::open(path).await.with_context(unread)?;
        let mut part = vec![0; PART];
        while let count @ 1.. = file.read(&mut part).await.with_context(unread)? {
            receiving.take(&part[..count]).await.map_err(refused)?;
        }
        taken.push(receiving.end().await.map_err(refused)?);
    }
    Ok(Files::of(taken))
}

fn shown(file: &AttachmentView) -> String {
    let state = match &file.removed_by {
        Some(by) => format!("removed by {by}"),
        None => file.state.replace('_', " "),
    };
    if file.detail.is_empty() { state } else { format!("{state} ({})", file.detail) }
}

pub(super) async fn list(desk: &Desk, report: ReportId, as_json: bool) -> Result<()> {
    let Some(files) = attachment::list(desk, report).await? else {
        return Err(failure(format!("there is no report {report}"), "see `portreeve report list`"));
    };
    if as_json {
        return json(&files);
    }
    if files.is_empty() {
        return say("The report has no attachments.");
    }
    let mut output = Output::table(&["ID", "SIZE", "FROM", "TIME", "FOR", "STATE", "NAME"]);
    for file in files {
        output.row(vec![
            file.id.clone(),
            Size(file.size).to_string(),
            file.author.clone(),
            file.at.clone(),
            if file.for_staff { "staff" } else { "all" }.to_owned(),
            shown(&file),
            file.name.clone(),
        ]);
    }
    output.print()
}

/// The files of one message or note.
pub(super) fn print(files: &[AttachmentView]) -> Result<()> {
    for file in files {
        say(format!("  [{}] {} {} ({})", file.id, file.name, Size(file.size), shown(file)))?;
    }
    Ok(())
}

fn not_there(id: &str) -> anyhow::Error {
    failure(format!("there is no attachment {id:?}"), "see `portreeve report attachments ID`")
}

pub(super) async fn save(desk: &Arc<Desk>, id: &str, path: &Path) -> Result<()> {
    let report = attachment::report_of(desk, id).await?.ok_or_else(|| not_there(id))?;
    let file = match attachment::for_staff(desk, report, id, true).await {
        Ok(file) => file,
        Err(FetchError::NotThere) => return Err(not_there(id)),
        Err(locked) => return Err(locked.into()),
    };
    let pieces = file.pieces(Arc::clone(desk));
    if path == Path::new("-") {
        return write(pieces, std::io::stdout()).await;
    }
    let to = std::fs::File::create_new(path);
    let to = to.with_context(|| format!("cannot create {}", path.display()))?;
    if let Err(error) = write(pieces, to).await {
        // Half a file must not be taken for a whole one.
        drop(std::fs::remove_file(path));
        return Err(error);
    }
    say(format!("Saved to {}.", path.display()))
}

async fn write(
    pieces: impl futures_util::Stream<Item = Result<Vec<u8>, FetchError>>,
    mut to: impl Write,
) -> Result<()> {
    let mut pieces = pin!(pieces);
    while let Some(piece) = pieces.try_next().await? {
        to.write_all(&piece)?;
    }
    to.flush()?;
    Ok(())
}

pub(super) async fn remove(desk: &Desk, id: &str) -> Result<()> {
    let report = attachment::report_of(desk, id).await?.ok_or_else(|| not_there(id))?;
    if attachment::remove(desk, report, id, &operator()).await? {
        say(format!("The attachment was removed from report {report}."))
    } else {
        Err(plain_failure("the attachment was removed already"))
    }
}
