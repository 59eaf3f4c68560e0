//! Staff's copy: everything that the desk knows of a report.

use portreeve_app::attachment::AttachmentView;
use portreeve_app::report::dossier::{Dossier, Mail, ServiceFacts};
use portreeve_app::report::view::{EventView, ReportView, WholeReportView};
use portreeve_core::attachment::Size;
use portreeve_core::event::{Event, Kind};
use portreeve_core::text::defang;
use portreeve_core::time::{Timestamp, from_millis};
use portreeve_i18n as i18n;
use portreeve_print::{Block, Document, Entry, File, Line};

use super::room::Room;
use super::{document, facts, file};
use crate::pages::Viewer;

/// A report as staff get it on paper. It has their notes: it is not for customers.
pub fn staff_copy(viewer: &Viewer, dossier: &Dossier, made_at: Timestamp) -> Document {
    let whole = &dossier.whole;
    let report = &whole.report;
    let subtitle = viewer.word("print-staff");
    let mut document = document(viewer, report.id, &report.category, &subtitle, made_at);
    let mut room = Room::new(viewer);
    let blocks = &mut document.blocks;
    blocks.push(facts(state(viewer, dossier)));
    blocks.push(Block::Heading(viewer.word("report-service")));
    match &dossier.service {
        Some(known) => blocks.push(facts(service(viewer, known))),
        None => blocks.push(Block::Text(viewer.word("report-no_service"))),
    }
    if dossier.customer_changed {
        blocks.push(Block::Text(viewer.word("report-customer_changed")));
    }
    blocks.push(Block::Heading(viewer.word("report-evidence")));
    if report.additional_info.is_empty() {
        blocks.push(Block::Text(viewer.word("report-no_evidence")));
    } else {
        blocks.push(Block::Evidence(room.take(&defang(&report.additional_info))));
        blocks.push(Block::Remark(viewer.word("report-defanged")));
    }
    messages(viewer, whole, &mut room, blocks);
    notes(viewer, whole, &mut room, blocks);
    around(viewer, dossier, blocks);
    blocks.push(Block::Heading(viewer.word("report-history")));
    blocks.push(Block::Lines(history(viewer, whole)));
    blocks.extend(room.remark(whole.earlier.is_some()));
    document
}

fn state(viewer: &Viewer, dossier: &Dossier) -> Vec<(String, String)> {
    let report = &dossier.whole.report;
    let word = |key: &str| viewer.word(key);
    let at = |at: &Option<String>| at.as_deref().map(|at| viewer.at_text(at)).unwrap_or_default();
    let one_of = |family: &str, word: Option<&str>| {
        word.map(|word| viewer.word(&format!("{family}-{word}"))).unwrap_or_default()
    };
    let turn = one_of("turn", report.turn.filter(|_| report.status == "open"));
    let status = one_of("status", Some(report.status));
    let joined = [status, turn].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let left = report.time_left.as_deref();
    let left = left.map(|left| i18n::time::span_length(viewer.language, left));
    let claim = report.customer_claim.map(|claim| match claim {
        "fixed" => word("client-fixed"),
        _ => word("client-contest"),
    });
    let wanted = report.more_time_wanted.as_deref();
    let merged = dossier.merged.iter().map(|id| format!("#{id}")).collect::<Vec<_>>();
    let queued = report.queued_reason.as_ref();
    let queued = queued.map(|why| i18n::reason::queue(viewer.language, why));
    vec![
        (word("print-state"), joined.join(", ")),
        (word("report-queued"), queued.unwrap_or_default()),
        (word("filter-category"), report.category.clone()),
        (word("report-address"), report.service_ip.clone()),
        (word("column-opened"), viewer.at_text(&report.opened_at)),
        (word("event-closed"), at(&report.closed_at)),
        (word("report-outcome"), one_of("outcome", report.outcome)),
        (word("report-deadline"), at(&report.deadline_at)),
        (word("event-clock_paused"), left.unwrap_or_default()),
        (word("print-method"), one_of("method", Some(report.suspend_method))),
        (word("report-suspension"), suspension(viewer, report)),
        (word("print-panel"), dossier.panel.clone().unwrap_or_default()),
        (word("print-allow"), yes_or_no(viewer, report.allow_unsuspend)),
        (word("report-customer_claims"), claim.unwrap_or_default()),
        (
            word("report-customer_wants"),
            wanted.map(|span| i18n::time::span_length(viewer.language, span)).unwrap_or_default(),
        ),
        (word("filter-assignee"), report.assignee.clone().unwrap_or_default()),
        (
            word("report-merged_into"),
            report.merged_into.map(|into| format!("#{into}")).unwrap_or_default(),
        ),
        (word("report-merged"), merged.join(", ")),
    ]
}

fn suspension(viewer: &Viewer, report: &ReportView) -> String {
    let shown = &report.suspension;
    let mut parts = vec![viewer.word(&format!("suspension-{}", shown.state))];
    parts.extend(shown.since.as_deref().map(|since| viewer.at_text(since)));
    let tell =
        if shown.is_paused { i18n::reason::paused_suspension } else { i18n::reason::suspension };
    match shown.reason.as_ref().map(|reason| tell(viewer.language, reason)) {
        Some(detail) => format!("{}\n{detail}", parts.join(", ")),
        None => parts.join(", "),
    }
}

fn yes_or_no(viewer: &Viewer, is_so: bool) -> String {
    viewer.word(if is_so { "print-yes" } else { "print-no" })
}

fn service(viewer: &Viewer, known: &ServiceFacts) -> Vec<(String, String)> {
    let word = |key: &str| viewer.word(key);
    let mut stands = vec![known.key.clone(), word(&format!("service-{}", known.status))];
    stands.extend(known.protected.then(|| word("service-protected")));
    stands.extend(known.ended.then(|| word("service-ended")));
    let mail = if known.customer_email.is_empty() {
        word("service-no_mail")
    } else {
        known.customer_email.clone()
    };
    let customer = [known.customer_name.as_str(), known.customer_id.as_str()];
    let customer: Vec<&str> = customer.into_iter().filter(|part| !part.is_empty()).collect();
    vec![
        (word("filter-service"), stands.join(", ")),
        (word("service-product"), known.product.clone()),
        (word("service-domain"), known.domain.clone()),
        (word("service-username"), known.username.clone()),
        (word("service-server"), known.server.clone()),
        (word("service-dedicated_ip"), known.dedicated_ip.clone()),
        (word("filter-customer"), customer.join(", ")),
        (word("service-mail"), mail),
    ]
}

fn messages(viewer: &Viewer, whole: &WholeReportView, room: &mut Room, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(viewer.word("report-conversation")));
    if whole.messages.is_empty() {
        blocks.push(Block::Text(viewer.word("report-no_messages")));
    }
    let entries = room.newest_first(&whole.messages, |room, message| {
        let side = if message.from_customer { "report-from_customer" } else { "report-from_staff" };
        Block::Entry(Entry {
            who: format!(
                "{} ({})",
                viewer.word(side),
                i18n::history::actor(viewer.language, &message.author)
            ),
            when: viewer.at_text(&message.at),
            text: room.take(&defang(&message.text)),
            files: files(viewer, &message.attachments),
            ..Entry::default()
        })
    });
    blocks.extend(entries);
}

fn files(viewer: &Viewer, attachments: &[AttachmentView]) -> Vec<File> {
    let kept = attachments.iter().filter(|one| one.removed_by.is_none());
    kept.map(|one| {
        let mark = format!("file-state-{}", one.state);
        file(viewer, &one.name, Size(one.size), &one.sha256, Some(&mark))
    })
    .collect()
}

/// Each note says that it is for staff only, so that a page that is taken out of the pile does, too.
fn notes(viewer: &Viewer, whole: &WholeReportView, room: &mut Room, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(viewer.word("report-notes")));
    let mark = viewer.word("print-staff_only");
    if !whole.admin_notes.is_empty() {
        blocks.push(Block::Entry(Entry {
            who: viewer.word("event-opened"),
            when: viewer.at_text(&whole.report.opened_at),
            mark: mark.clone(),
            text: room.take(&defang(&whole.admin_notes)),
            ..Entry::default()
        }));
    } else if whole.notes.is_empty() {
        blocks.push(Block::Text(viewer.word("report-no_notes")));
    }
    let entries = room.newest_first(&whole.notes, |room, note| {
        Block::Entry(Entry {
            who: i18n::history::actor(viewer.language, &note.author),
            when: viewer.at_text(&note.at),
            mark: mark.clone(),
            text: room.take(&defang(&note.text)),
            files: files(viewer, &note.attachments),
        })
    });
    blocks.extend(entries);
}

/// Who held the address, other reports, the mails.
fn around(viewer: &Viewer, dossier: &Dossier, blocks: &mut Vec<Block>) {
    let mut list = |title: &str, lines: Vec<Line>| {
        if !lines.is_empty() {
            blocks.push(Block::Heading(viewer.word(title)));
            blocks.push(Block::Lines(lines));
        }
    };
    let holders = dossier.holders.iter().map(|held| Line {
        when: held.resource.clone(),
        who: format!("{}:{}", held.directory, held.service_id),
        what: format!(
            "{}, {}",
            viewer.words("report-customer_number", &[("id", held.customer_id.as_str().into())]),
            viewer.word(&format!("certainty-{}", held.certainty))
        ),
    });
    list("report-held_by", holders.collect());
    let other = |other: &ReportView| Line {
        when: viewer.at_text(&other.opened_at),
        who: format!("#{}", other.id),
        what: format!("{}, {}", other.category, viewer.word(&format!("status-{}", other.status))),
    };
    list("report-of_service", dossier.of_service.iter().map(other).collect());
    list("report-of_customer", dossier.of_customer.iter().map(other).collect());
    let mails = dossier.mails.iter().map(|mail| Line {
        when: from_millis(mail.at).map(|at| viewer.at(at)).unwrap_or_default(),
        who: viewer.word(&format!("audience-{}", mail.audience)),
        what: format!(
            "{}: {} ({})",
            viewer.word(&format!("notice-{}", mail.notice)),
            viewer.word(if mail.taken { "mail-taken" } else { "mail-failed" }),
            outcome(viewer, mail)
        ),
    });
    list("report-mails", mails.collect());
}

/// To whom a notice went, or why nobody got it.
fn outcome(viewer: &Viewer, mail: &Mail) -> String {
    let to = mail.recipients.iter().map(|one| match &one.error {
        Some(error) => format!("{}: {error}", one.address),
        None => one.address.clone(),
    });
    let why = mail.why.as_ref().map(|why| i18n::reason::not_delivered(viewer.language, why));
    to.chain(why).collect::<Vec<_>>().join(", ")
}

fn history(viewer: &Viewer, whole: &WholeReportView) -> Vec<Line> {
    let tell = |event: &EventView| {
        let kind = Kind::parse(event.kind)?;
        let event = Event::read(kind, &event.data.to_string()).ok()?;
        Some(i18n::history::sentence(viewer.language, &viewer.zone, &event))
    };
    let lines = whole.events.iter().map(|event| Line {
        when: viewer.at_text(&event.at),
        who: i18n::history::actor(viewer.language, &event.actor),
        what: tell(event).unwrap_or_default(),
    });
    lines.collect()
}
