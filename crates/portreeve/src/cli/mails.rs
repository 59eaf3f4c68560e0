//! Mail that comes in: taking it from files, and what waits for staff.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use portreeve_app::Desk;
use portreeve_app::intake::{self, AttachAs, Door, Incoming, LARGEST_MAIL, MailEnvelope, MailView};
use portreeve_core::ids::{MailId, ReportId};
use serde::Serialize;

use super::args::{IngestArgs, MailCommand};
use super::output::json;
use super::{Output, complain, operator, plain_failure, say};

/// What became of one file.
#[derive(Serialize)]
struct Ingested {
    file: String,
    /// Number of the mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    mail: Option<i64>,
    /// It had come before.
    known: bool,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report_id: Option<i64>,
    /// Why it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Takes each file as a mail.
pub(super) async fn ingest(desk: &Desk, args: IngestArgs) -> Result<()> {
    let stdin = vec![PathBuf::from("-")];
    let files = if args.files.is_empty() { stdin } else { args.files };
    let mut results = Vec::with_capacity(files.len());
    let mut failed = 0;
    for file in &files {
        let result = ingest_one(desk, file).await;
        failed += usize::from(result.is_err());
        let shown = file.display().to_string();
        let result = result.unwrap_or_else(|error| Ingested {
            file: shown,
            mail: None,
            known: false,
            state: None,
            report_id: None,
            reason: None,
            error: Some(format!("{error:#}")),
        });
        if !args.json {
            tell(&result)?;
        }
        results.push(result);
    }
    if args.json {
        json(&results)?;
    }
    match failed {
        0 => Ok(()),
        failed => {
            Err(plain_failure(format!("{failed} of {} mails were not accepted", files.len())))
        }
    }
}

async fn ingest_one(desk: &Desk, file: &Path) -> Result<Ingested> {
    let raw = bytes_of(file)?;
    let envelope = MailEnvelope::default();
    let incoming =
        Incoming { door: &Door::CommandLine, envelope: &envelope, name: "", lane: None, raw: &raw };
    let received = intake::receive(desk, &incoming).await?;
    // The job does it as well; whoever waits at a terminal likes to see what became of it.
    intake::read(desk, received.id, true).await?;
    let found = intake::show(desk, received.id).await?.context("the mail is gone")?;
    let mail = found.mail;
    Ok(Ingested {
        file: file.display().to_string(),
        mail: Some(mail.id),
        known: received.known,
        reason: mail.reason.filter(|_| mail.state == "waiting"),
        state: Some(mail.state.to_owned()),
        report_id: mail.report_id,
        error: None,
    })
}

/// A file, or standard input; no more than is taken anyway.
fn bytes_of(file: &Path) -> Result<Vec<u8>> {
    let limit = u64::try_from(LARGEST_MAIL).unwrap_or(u64::MAX).saturating_add(1);
    let mut raw = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut raw)?;
    } else {
        std::fs::File::open(file)?.take(limit).read_to_end(&mut raw)?;
    }
    Ok(raw)
}

fn tell(result: &Ingested) -> Result<()> {
    let Ingested { file, mail, known, state, report_id, reason, error } = result;
    if let Some(error) = error {
        complain(&format!("{file}: not accepted: {error}"));
        return Ok(());
    }
    let id = mail.unwrap_or_default();
    let before = if *known { " (received before)" } else { "" };
    let report = report_id.map(|id| format!(", report {}", ReportId(id))).unwrap_or_default();
    let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let state = state.as_deref().unwrap_or_default();
    say(format!("{file}: mail {id}{before}: {state}{report}{reason}"))
}

pub(super) async fn mail(desk: &Desk, command: MailCommand) -> Result<()> {
    match command {
        MailCommand::List { page } => {
            let list = intake::waiting(desk, page.after, page.limit).await?;
            if page.json {
                return json(&list);
            }
            if list.is_empty() {
                return say("There is no unmatched mail.");
            }
            let mut output =
                Output::table(&["ID", "RECEIVED", "FROM", "SUBJECT", "REPORT", "REASON"]);
            for mail in list {
                output.row(row(mail));
            }
            output.print()
        }
        MailCommand::Show { id, raw: true, .. } => {
            let bytes = intake::raw(desk, MailId(id)).await?.ok_or_else(|| no_mail(id))?;
            let mut out = std::io::stdout().lock();
            std::io::Write::write_all(&mut out, &bytes)?;
            Ok(std::io::Write::flush(&mut out)?)
        }
        MailCommand::Show { id, json: as_json, .. } => {
            let found = intake::show(desk, MailId(id)).await?.ok_or_else(|| no_mail(id))?;
            if as_json { json(&found) } else { show(&found) }
        }
        MailCommand::Attach { id, report, note } => {
            let how = if note { AttachAs::Note } else { AttachAs::Message };
            intake::attach(desk, MailId(id), ReportId(report), how, &operator()).await?;
            say(format!("Mail {id} was attached to report {}.", ReportId(report)))
        }
        MailCommand::Dismiss { id } => {
            intake::dismiss(desk, MailId(id), None, &operator()).await?;
            say(format!("Mail {id} was dismissed. Undo it with `portreeve mail restore {id}`."))
        }
        MailCommand::Restore { id } => {
            intake::restore(desk, MailId(id), &operator()).await?;
            say(format!("Mail {id} is waiting again."))
        }
    }
}

fn no_mail(id: i64) -> anyhow::Error {
    plain_failure(format!("there is no mail {id}"))
}

fn row(mail: MailView) -> Vec<String> {
    let report = mail.report_id.map(|id| ReportId(id).to_string()).unwrap_or_default();
    let why = mail.reason.unwrap_or_default();
    vec![mail.id.to_string(), mail.received_at, mail.from, mail.subject, report, why]
}

fn show(found: &intake::WholeMail) -> Result<()> {
    let mail = &found.mail;
    let mut output = Output::table(&["MAIL", &mail.id.to_string()]);
    let report = mail.report_id.map(|id| ReportId(id).to_string()).unwrap_or_default();
    for (name, value) in [
        ("State", mail.state.to_owned()),
        ("Reason", mail.reason.clone().unwrap_or_default()),
        ("Report", report),
        ("From", mail.from.clone()),
        ("Subject", mail.subject.clone()),
        ("Received", format!("{} via {}", mail.received_at, mail.door)),
    ] {
        output.row(vec![name.to_owned(), value]);
    }
    for file in &found.attached {
        let shown = format!("{} ({}, {} bytes)", file.name, file.media_type, file.size);
        output.row(vec!["Attachment".to_owned(), shown]);
    }
    output.print()?;
    say(format!("\n{}", found.text))
}
