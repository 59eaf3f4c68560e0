//! myNetWatchman: one source, and a table of what firewalls saw of it.

use super::super::document::{Document, lines};
use super::super::reading::{Allegation, Reading};
use super::super::{Category, address};
use super::{in_subject, labels, subject_begins};

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    subject_begins(document, "mynetwatchman incident").then_some("its subject")
}

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    reading.reporter.organisation = Some("myNetWatchman".to_owned());
    let labelled = labels::fields(&document.text)
        .find(|(label, _)| label == "source ip")
        .and_then(|(_, value)| address::refanged(value));
    let Some(source) = labelled.or_else(|| in_subject(document)) else { return };
    let reference = document.subject.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    reading.reporter.reference = reference.map(|(number, _)| number.to_owned());
    for (_, line) in lines(&document.text) {
        // Instant, destination, protocol, destination's port, what it is taken for, source's port, how often
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [when, destination, _, to, issue, port, count] = cells.as_slice() else { continue };
        let Some(when) = document.calendar().when(when) else { continue };
        let is_worm = issue.to_lowercase().contains("worm");
        let category = if is_worm { Category::Botnet } else { Category::PortScan };
        reading.allege(
            Allegation::ip(category, source)
                .port(port.parse().ok())
                .aimed_at(address::ip(destination), to.parse().ok())
                .observed(Some(when))
                .count(count.parse().unwrap_or(1)),
        );
    }
    if reading.is_empty() {
        reading.allege(Allegation::ip(Category::PortScan, source));
    }
}
