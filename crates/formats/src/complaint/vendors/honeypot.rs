//! Project Honey Pot's monitor reports: below a heading for each kind of abuse the addresses, and below each address (in the
//! paid reports) the instants at which it was seen.

use super::super::document::{Document, lines};
use super::super::reading::{Allegation, Reading};
use super::super::{Category, address};
use super::subject_has;

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    subject_has(document, "project honey pot monitor report").then_some("its subject")
}

/// Headings, in lower case. What is only "potentially suspicious" is alleged by nobody.
const HEADINGS: &[(&str, Option<Category>)] = &[
    ("ips engaged in harvesting", Some(Category::Spam)),
    ("ips engaged in email spamming", Some(Category::Spam)),
    ("ips engaged in dictionary attacks", Some(Category::Spam)),
    ("ips engaged in comment spamming", Some(Category::Spam)),
    ("other potentially suspicious ips", None),
];

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    reading.reporter.organisation = Some("Project Honey Pot".to_owned());
    // Without instants, an address was seen until the end of the time that the report is about.
    let (_, last) = document.subject.rsplit_once(" - ").unwrap_or_default();
    let until = document.calendar().when(last);
    let mut category = None;
    let mut open: Option<(std::net::IpAddr, bool)> = None;
    for (_, line) in lines(&document.text) {
        let line = line.trim();
        let lower = line.to_lowercase();
        if let Some((_, kind)) = HEADINGS.iter().find(|(heading, _)| lower.starts_with(heading)) {
            finish(reading, open.take(), category, until);
            category = *kind;
        } else if line.starts_with("----") {
            finish(reading, open.take(), category, until);
            category = None;
        } else if let Some(ip) = line.split_whitespace().next().and_then(address::ip) {
            finish(reading, open.take(), category, until);
            open = Some((ip, false));
        } else if let (Some((ip, dated)), Some(category), Some(event)) =
            (open.as_mut(), category, line.strip_prefix("- "))
            && let Some(when) = document.calendar().when(event)
        {
            *dated = true;
            reading.allege(Allegation::ip(category, *ip).observed(Some(when)));
        }
    }
    finish(reading, open, category, until);
}

/// An address without instants of its own.
fn finish(
    reading: &mut Reading,
    open: Option<(std::net::IpAddr, bool)>,
    category: Option<Category>,
    until: Option<super::super::reading::When>,
) {
    if let (Some((ip, false)), Some(category)) = (open, category) {
        reading.allege(Allegation::ip(category, ip).observed(until));
    }
}
