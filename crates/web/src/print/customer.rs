//! The customer's copy.

use portreeve_app::attachment::{CustomerAttachment, CustomerState};
use portreeve_app::copy::CustomerCopy;
use portreeve_app::customer::{CustomerFile, Stands};
use portreeve_core::report::Claim;
use portreeve_core::text::defang;
use portreeve_i18n as i18n;
use portreeve_print::{Block, Document, Entry, File, Line};

use super::room::Room;
use super::{document, facts, file};
use crate::pages::Viewer;

/// A report as its customer gets it on paper. Of what is for staff there is nothing in a [`CustomerCopy`].
pub fn customer_copy(viewer: &Viewer, copy: &CustomerCopy) -> Document {
    let report = &copy.file.report;
    let subtitle = viewer.word("print-customer");
    let mut document = document(viewer, report.id.0, &report.category, &subtitle, copy.made_at);
    let mut room = Room::new(viewer);
    let blocks = &mut document.blocks;
    blocks.push(facts(state(viewer, &copy.file)));
    blocks.extend(sentences(viewer, &copy.file).into_iter().map(Block::Text));
    blocks.push(Block::Heading(viewer.word("client-what")));
    if report.additional_info.is_empty() {
        blocks.push(Block::Text(viewer.word("client-no_evidence")));
    } else {
        blocks.push(Block::Evidence(room.take(&defang(&report.additional_info))));
        if report.additional_info.contains("://") {
            blocks.push(Block::Remark(viewer.word("client-defanged")));
        }
    }
    blocks.push(Block::Heading(viewer.word("client-conversation")));
    if copy.file.messages.is_empty() {
        blocks.push(Block::Text(viewer.word("report-no_messages")));
    }
    let entries = room.newest_first(&copy.file.messages, |room, message| {
        let who = if message.from_customer { "print-you" } else { "client-desk" };
        Block::Entry(Entry {
            who: viewer.word(who),
            when: message.at.map(|at| viewer.at(at)).unwrap_or_default(),
            text: room.take(&message.text),
            files: files(viewer, &message.attachments),
            ..Entry::default()
        })
    });
    blocks.extend(entries);
    blocks.push(Block::Heading(viewer.word("report-history")));
    let lines = copy.happened.iter().map(|(at, kind)| Line {
        when: viewer.at(*at),
        who: String::new(),
        what: i18n::history::for_customer(viewer.language, *kind),
    });
    blocks.push(Block::Lines(lines.collect()));
    blocks.extend(room.remark(copy.is_cut));
    document
}

/// The files that are still there.
fn files(viewer: &Viewer, attachments: &[CustomerAttachment]) -> Vec<File> {
    let kept = attachments.iter().filter(|one| one.state != CustomerState::Removed);
    let mark = |state| match state {
        CustomerState::Ready | CustomerState::Removed => None,
        CustomerState::BeingChecked => Some("client-file-being_checked"),
        CustomerState::Locked => Some("client-file-locked"),
    };
    kept.map(|one| file(viewer, &one.name, one.size, &one.sha256, mark(one.state))).collect()
}

fn state(viewer: &Viewer, file: &CustomerFile) -> Vec<(String, String)> {
    let report = &file.report;
    let number = viewer.words("client-service", &[("id", report.service.id.get().into())]);
    let named: Vec<&str> = [file.product.as_str(), file.domain.as_str()]
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect();
    let service =
        if named.is_empty() { number } else { format!("{} ({number})", named.join(", ")) };
    let mut state = vec![
        (viewer.word("filter-category"), report.category.clone()),
        (viewer.word("client-service-name"), service),
        (viewer.word("client-address"), report.service_ip.clone()),
        (viewer.word("column-opened"), viewer.at(report.opened_at)),
    ];
    if let Some(counters) = &file.counters {
        state.push((viewer.word("complaints-complaints"), counters.complaints.to_string()));
        for (key, at) in
            [("complaints-first", &counters.first_seen), ("complaints-last", &counters.last_seen)]
        {
            if let Some(at) = at.as_ref().and_then(|at| at.parse().ok()) {
                state.push((viewer.word(key), viewer.at(at)));
            }
        }
    }
    let status = viewer.word("print-state");
    match report.stands {
        Stands::Closed { at, outcome } => {
            let outcome = viewer.word(&format!("outcome-{}", outcome.as_str()));
            state.push((status, viewer.word("client-status-closed")));
            state.push((viewer.word("event-closed"), format!("{}: {outcome}", viewer.at(at))));
        }
        Stands::Open { your_turn, deadline, time_left } => {
            let whose = if your_turn { "client-status-yours" } else { "client-status-ours" };
            state.push((status, viewer.word(whose)));
            if let Some(deadline) = deadline {
                state.push((viewer.word("client-deadline"), viewer.at(deadline)));
            }
            if let Some(left) = time_left {
                let left = i18n::time::length(viewer.language, left.as_millis());
                let paused = format!("{} {left}", viewer.word("client-paused"));
                state.push((viewer.word("client-deadline"), paused));
            }
        }
    }
    state
}

/// What the page says above the report.
fn sentences(viewer: &Viewer, file: &CustomerFile) -> Vec<String> {
    let report = &file.report;
    let is_open = matches!(report.stands, Stands::Open { .. });
    let suspension = match file.suspension {
        "suspended" => Some("client-suspended"),
        "pending" => Some("client-pending"),
        "lifting" => Some("client-lifting"),
        "suspended_by_other" | "left_suspended" => Some("client-suspended_by_other"),
        "not_back_yet" => Some("client-not_back_yet"),
        _ => None,
    };
    let is_held = matches!(file.suspension, "lifting" | "lifted") && file.held_by_another;
    let warns = matches!(report.stands, Stands::Open { deadline: Some(_), .. });
    let claim = report.claim.filter(|_| is_open).map(|claim| match claim {
        Claim::Fixed => "client-claimed-fixed",
        Claim::Contested => "client-claimed-contested",
    });
    let keys = [
        suspension,
        is_held.then_some("client-held_by_another"),
        warns.then_some("client-deadline-what"),
        claim,
    ];
    let mut told: Vec<String> = keys.into_iter().flatten().map(|key| viewer.word(key)).collect();
    if let Some(wants) = report.wants {
        let wants = i18n::time::length(viewer.language, wants.as_millis());
        told.push(format!("{} {wants}", viewer.word("client-wants")));
    }
    told
}
