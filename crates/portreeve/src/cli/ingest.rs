//! Taking in files: each mail, and each file of an archive, is one item of the inbox.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use portreeve_app::Desk;
use portreeve_app::inbox::{self, ItemView};
use portreeve_app::intake::{self, Door, Incoming, MailEnvelope, Read};
use portreeve_core::ids::{MailId, ReportId};
use portreeve_formats::complaint;

use super::args::IngestArgs;
use super::complaints::gather;
use super::{complain, plain_failure, say};

/// Largest file that is taken apart. A mailbox of more has to be split by whoever has it.
const LARGEST_FILE: u64 = 1024 * 1024 * 1024;

/// Tries of reading what cannot be read yet.
const TRIES: u32 = 5;

/// Takes in all files; one that cannot be taken does not hold up the others.
pub(super) async fn ingest(desk: &Desk, args: IngestArgs) -> Result<()> {
    let given = if args.files.is_empty() { vec![PathBuf::from("-")] } else { args.files.clone() };
    let mut files = Vec::new();
    let mut failed = 0_usize;
    for path in given {
        failed += gather(path, 0, &mut files);
    }
    for file in &files {
        let shown = file.display().to_string();
        let bytes = match bytes_of(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                failed += 1;
                complain(&format!("error: {shown}: {error:#}"));
                continue;
            }
        };
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.filter(|name| name != "-").unwrap_or_default();
        let mut items: Vec<(String, Vec<u8>)> = Vec::new();
        complaint::apart(&name, &bytes, &mut |name, bytes| {
            items.push((name.to_owned(), bytes.to_vec()));
        });
        drop(bytes);
        for (name, raw) in items {
            if let Err(error) = one(desk, &args, &shown, &name, &raw).await {
                failed += 1;
                complain(&format!("error: {shown}: not accepted: {error:#}"));
            }
        }
    }
    match failed {
        0 => Ok(()),
        1 => Err(plain_failure("1 file or mail was not accepted")),
        failed => Err(plain_failure(format!("{failed} files or mails were not accepted"))),
    }
}

/// Takes in one item, reads it, and says what became of it.
async fn one(desk: &Desk, args: &IngestArgs, file: &str, name: &str, raw: &[u8]) -> Result<()> {
    let envelope = MailEnvelope::default();
    let incoming =
        Incoming { door: &Door::CommandLine, envelope: &envelope, name, lane: args.lane, raw };
    let received = intake::receive(desk, &incoming).await?;
    if received.known && args.again {
        inbox::again(desk, received.id, args.lane).await?;
    }
    if !args.no_wait {
        read(desk, received.id).await?;
    }
    let item = inbox::of(desk, received.id).await?.context("it is gone")?;
    if args.json {
        let mut line = serde_json::to_value(&item)?;
        if let Some(line) = line.as_object_mut() {
            line.insert("file".to_owned(), file.into());
            line.insert("known".to_owned(), received.known.into());
        }
        return say(line.to_string());
    }
    tell(file, &item, received.known)?;
    if args.explain {
        explain(desk, &item).await?;
    }
    Ok(())
}

/// The job does it as well; whoever waits at a terminal likes to see what became of it.
async fn read(desk: &Desk, id: MailId) -> Result<()> {
    for left in (0..TRIES).rev() {
        if intake::read(desk, id, left > 0).await? == Read::Done {
            break;
        }
    }
    Ok(())
}

/// A file, or standard input.
fn bytes_of(file: &Path) -> Result<Vec<u8>> {
    let mut raw = Vec::new();
    let limit = LARGEST_FILE + 1;
    if file == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut raw)?;
    } else {
        File::open(file)?.take(limit).read_to_end(&mut raw)?;
    }
    if u64::try_from(raw.len()).is_ok_and(|length| length > LARGEST_FILE) {
        anyhow::bail!("larger than 1 GiB");
    }
    Ok(raw)
}

fn tell(file: &str, item: &ItemView, known: bool) -> Result<()> {
    let before = if known { " (received before)" } else { "" };
    let reports: Vec<String> = item.reports.iter().map(|id| ReportId(*id).to_string()).collect();
    let reports = match reports.as_slice() {
        [] => String::new(),
        [one] => format!(", report {one}"),
        several => format!(", reports {}", several.join(" ")),
    };
    let reason = item.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let state = item.state.replace('_', " ");
    say(format!("{file}: {}{before}: {state}{reports}{reason}", item.id))
}

/// How it was recognised, and which rule decided about each allegation.
async fn explain(desk: &Desk, item: &ItemView) -> Result<()> {
    let raw = intake::raw(desk, MailId(item.id)).await?.unwrap_or_default();
    let name = item.file.clone().unwrap_or_default();
    let read = move || complaint::read(&name, &raw);
    for complaint in tokio::task::spawn_blocking(read).await? {
        for line in complaint.trace {
            say(format!("  {}", line.trim()))?;
        }
    }
    say(format!("  lane: {}", item.lane.unwrap_or("none")))?;
    for one in &item.incidents {
        let when = one.observed_at.as_deref().unwrap_or("no time");
        let whose = match (&one.service, &one.customer_id) {
            (Some(service), Some(customer)) => {
                let sure = one.certainty.as_deref().unwrap_or_default().replace('_', " ");
                format!("service {service} of customer {customer} ({sure})")
            }
            _ => "nobody here".to_owned(),
        };
        let why = one.why.map(|why| format!(": {}", why.replace('_', " "))).unwrap_or_default();
        let report = one.report_id.map(|id| format!(" {}", ReportId(id))).unwrap_or_default();
        say(format!(
            "  {} {} at {when}: {whose}; {}{report}{why}",
            one.category,
            one.subject.value,
            one.fate.replace('_', " "),
        ))?;
    }
    Ok(())
}
