//! Taking in files: each mail, and each file of an archive, is one item of the inbox.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use portreeve_app::Desk;
use portreeve_app::inbox::{self, ItemView};
use portreeve_app::intake::{self, Door, Incoming, MailEnvelope, Read};
use portreeve_core::ids::{MailId, ReportId};
use portreeve_core::intake::Why;
use portreeve_formats::complaint::{self, Complaint};
use portreeve_i18n::Language;
use portreeve_i18n::reason::mail_waits;
use serde_json::json;

use super::args::IngestArgs;
use super::complaints::{Shown, gather};
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
            if let Err(error) = one(desk, &args, &shown, &name, raw).await {
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
async fn one(desk: &Desk, args: &IngestArgs, file: &str, name: &str, raw: Vec<u8>) -> Result<()> {
    if raw.is_empty() {
        return nothing(args, file);
    }
    let envelope = MailEnvelope::default();
    let incoming = Incoming {
        door: &Door::CommandLine,
        envelope: &envelope,
        name,
        lane: args.lane,
        raw: &raw,
    };
    let received = intake::receive(desk, &incoming).await?;
    if received.known && args.again {
        inbox::again(desk, received.id, args.lane).await?;
    }
    if !args.no_wait {
        read(desk, received.id).await?;
    }
    let item = inbox::of(desk, received.id).await?.context("it is gone")?;
    if !args.json && !args.explain {
        return tell(file, &item, received.known);
    }
    let name = name.to_owned();
    let complaints = tokio::task::spawn_blocking(move || complaint::read(&name, &raw)).await?;
    if args.json {
        return lines(file, &item, received.known, &complaints);
    }
    tell(file, &item, received.known)?;
    explain(&item, &complaints)
}

/// A file in which there is nothing: it is opened, and nothing is stored.
fn nothing(args: &IngestArgs, file: &str) -> Result<()> {
    if !args.json {
        return say(format!("{file}: empty: set aside"));
    }
    let read = complaint::read(file, b"").pop().unwrap_or_default();
    let mut line = serde_json::to_value(Shown::of(file, &read))?;
    if let Some(line) = line.as_object_mut() {
        let more = json!({"id": null, "state": "set_aside", "why": "no_report", "reports": []});
        line.extend(more.as_object().cloned().unwrap_or_default());
    }
    say(line.to_string())
}

/// What each complaint declares, as it is read without a desk, and what became of it. Several of one mail have the number
/// of that one.
fn lines(file: &str, item: &ItemView, known: bool, complaints: &[Complaint]) -> Result<()> {
    let of_item = serde_json::to_value(item)?;
    let empty = [Complaint::default()];
    let complaints = if complaints.is_empty() { &empty } else { complaints };
    // All allegations of one mail are numbered together.
    let mut placed = item.incidents.iter();
    for complaint in complaints {
        let mut line = serde_json::to_value(Shown::of(file, complaint))?;
        for incident in line["incidents"].as_array_mut().into_iter().flatten() {
            let Some(became) = placed.next() else { break };
            if incident["subject"]["kind"] != became.subject.kind.as_str() {
                // It was read in another way when it came.
                placed = [].iter();
                break;
            }
            incident["service"] = json!(became.service);
            incident["customer_id"] = json!(became.customer_id);
            incident["certainty"] = json!(became.certainty);
            incident["fate"] = json!(became.fate);
            incident["why"] = json!(became.why);
            incident["report_id"] = json!(became.report_id);
        }
        if let Some(line) = line.as_object_mut() {
            for (key, value) in of_item.as_object().into_iter().flatten() {
                line.entry(key.clone()).or_insert_with(|| value.clone());
            }
            line.insert("known".to_owned(), known.into());
        }
        say(line.to_string())?;
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
fn explain(item: &ItemView, complaints: &[Complaint]) -> Result<()> {
    for complaint in complaints {
        for line in &complaint.trace {
            say(format!("  {}", line.trim()))?;
        }
    }
    if let Some(lane) = item.lane {
        say(format!("  lane: {lane}"))?;
    }
    for one in &item.incidents {
        let when = one.observed_at.as_deref().unwrap_or("no time");
        let whose = match (&one.service, &one.customer_id) {
            (Some(service), Some(customer)) => {
                let sure = one.certainty.as_deref().unwrap_or_default().replace('_', " ");
                format!("service {service} of customer {customer} ({sure})")
            }
            _ => "nobody here".to_owned(),
        };
        let why = one.why.and_then(Why::from_code);
        let why = why.map(|why| format!(": {}", mail_waits(Language::English, why)));
        let report = one.report_id.map(|id| format!(" {}", ReportId(id))).unwrap_or_default();
        say(format!(
            "  {} {} at {when}: {whose}; {}{report}{}",
            one.category,
            one.subject.value,
            became(one.fate),
            why.unwrap_or_default(),
        ))?;
    }
    Ok(())
}

/// What became of an allegation, in words.
fn became(fate: &str) -> &str {
    match fate {
        "opened" => "opened report",
        "joined" => "joined report",
        "by_staff" => "put by staff into report",
        "would_open" => "would open a report",
        "would_join" => "would join a report",
        "waits" => "waits for staff",
        "passed" => "left alone",
        other => other,
    }
}
