//! What came in and who complains.

use anyhow::Result;
use portreeve_app::inbox::{self, Filter, ItemView};
use portreeve_app::intake::{self, AttachAs};
use portreeve_app::{Desk, reporter};
use portreeve_core::ids::{MailId, ReportId};

use super::args::{InboxCommand, ReporterCommand};
use super::output::json;
use super::services::service_key;
use super::{Output, operator, plain_failure, say};

pub(super) async fn inbox(desk: &Desk, command: InboxCommand) -> Result<()> {
    match command {
        InboxCommand::List { state, page } => {
            let after = page.after.map(MailId);
            let filter = Filter { state: state.0, after, limit: page.limit };
            let list = inbox::list(desk, filter).await?;
            if page.json {
                return json(&list);
            }
            if list.is_empty() {
                return say("There is nothing.");
            }
            let mut output =
                Output::table(&["ID", "RECEIVED", "STATE", "FROM", "SUBJECT", "REPORTS", "REASON"]);
            for item in list {
                output.row(row(item));
            }
            output.print()
        }
        InboxCommand::Show { id, raw: true, .. } => {
            let bytes = intake::raw(desk, MailId(id)).await?.ok_or_else(|| nothing(id))?;
            let mut out = std::io::stdout().lock();
            std::io::Write::write_all(&mut out, &bytes)?;
            Ok(std::io::Write::flush(&mut out)?)
        }
        InboxCommand::Show { id, json: as_json, .. } => {
            let found = inbox::show(desk, MailId(id)).await?.ok_or_else(|| nothing(id))?;
            if as_json { json(&found) } else { show(&found) }
        }
        InboxCommand::Open { id, service } => {
            let service = service_key(desk, &service)?;
            let report = inbox::open(desk, MailId(id), &service, &operator()).await?;
            say(format!("Report {report} was opened."))
        }
        InboxCommand::Attach { id, report, note, message } => {
            let (mail, to) = (MailId(id), ReportId(report));
            match (note, message) {
                (true, _) => intake::attach(desk, mail, to, AttachAs::Note, &operator()).await?,
                (_, true) => intake::attach(desk, mail, to, AttachAs::Message, &operator()).await?,
                _ => inbox::attach(desk, mail, to, &operator()).await?,
            }
            say(format!("{id} was attached to report {to}."))
        }
        InboxCommand::Dismiss { id, because } => {
            inbox::dismiss(desk, MailId(id), because, &operator()).await?;
            say(format!("{id} was dismissed. Undo it with `portreeve inbox restore {id}`."))
        }
        InboxCommand::Restore { id } => {
            inbox::restore(desk, MailId(id), &operator()).await?;
            say(format!("{id} is waiting again."))
        }
    }
}

fn nothing(id: i64) -> anyhow::Error {
    plain_failure(format!("nothing came in under the number {id}"))
}

fn reports(item: &ItemView) -> String {
    let reports: Vec<String> = item.reports.iter().map(|id| ReportId(*id).to_string()).collect();
    reports.join(" ")
}

fn row(item: ItemView) -> Vec<String> {
    let reports = reports(&item);
    vec![
        item.id.to_string(),
        item.received_at,
        item.state.replace('_', " "),
        item.from,
        item.subject,
        reports,
        item.reason.unwrap_or_default(),
    ]
}

fn show(found: &inbox::WholeItem) -> Result<()> {
    let item = &found.item;
    let mut output = Output::table(&["ITEM", &item.id.to_string()]);
    for (name, value) in [
        ("State", item.state.replace('_', " ")),
        ("Reason", item.reason.clone().unwrap_or_default()),
        ("Reports", reports(item)),
        ("From", item.from.clone()),
        ("Subject", item.subject.clone()),
        ("Received", format!("{} via {}", item.received_at, item.door)),
        ("Format", item.format.clone().unwrap_or_default()),
        ("Lane", item.lane.unwrap_or_default().to_owned()),
    ] {
        output.row(vec![name.to_owned(), value]);
    }
    for one in &item.incidents {
        let whose = one.service.as_ref().map(|service| format!(", service {service}"));
        let why = one.why.map(|why| format!(" ({})", why.replace('_', " ")));
        let text = format!(
            "{} {}{}: {}{}",
            one.category,
            one.subject.value,
            whose.unwrap_or_default(),
            one.fate.replace('_', " "),
            why.unwrap_or_default(),
        );
        output.row(vec!["Incident".to_owned(), text]);
    }
    for part in &found.parts {
        let shown = format!("{} ({}, {} bytes)", part.name, part.media_type, part.size);
        output.row(vec!["Attachment".to_owned(), shown]);
    }
    output.print()?;
    say(format!("\n{}", found.text))
}

pub(super) async fn reporter(desk: &Desk, command: ReporterCommand) -> Result<()> {
    match command {
        ReporterCommand::List { page } => {
            let list = reporter::list(desk, "", page.after, page.limit).await?;
            if page.json {
                return json(&list);
            }
            let mut output = Output::table(&[
                "REF",
                "EMAIL",
                "LANE",
                "MUTED",
                "COMPLAINTS",
                "UPHELD",
                "UNFOUNDED",
                "LAST",
            ]);
            for one in list {
                output.row(vec![
                    one.reference.to_string(),
                    one.email,
                    one.lane.unwrap_or_default().to_owned(),
                    if one.muted { "yes" } else { "" }.to_owned(),
                    one.complaints.to_string(),
                    one.upheld.to_string(),
                    one.unfounded.to_string(),
                    one.last_at,
                ]);
            }
            output.print()
        }
        ReporterCommand::Show { reference, json: as_json } => {
            let found = reporter::show(desk, reference).await?;
            let found =
                found.ok_or_else(|| plain_failure(format!("there is no reporter {reference}")))?;
            if as_json {
                return json(&found);
            }
            let lane = found.lane.unwrap_or("by authentication");
            let muted = if found.muted { ", muted" } else { "" };
            say(format!(
                "{}: {lane}{muted}; {} complaints, {} upheld, {} unfounded",
                found.email, found.complaints, found.upheld, found.unfounded
            ))
        }
        ReporterCommand::Mute { reference } => {
            reporter::mute(desk, reference, &operator()).await?;
            say(format!("Complaints of reporter {reference} are set aside from now on."))
        }
        ReporterCommand::Unmute { reference } => {
            reporter::unmute(desk, reference, &operator()).await?;
            say(format!("Complaints of reporter {reference} are placed again."))
        }
        ReporterCommand::Trust { reference, lane } => {
            reporter::trust(desk, reference, Some(lane), &operator()).await?;
            say(format!("Reporter {reference} is {} from now on.", lane.code()))
        }
    }
}
