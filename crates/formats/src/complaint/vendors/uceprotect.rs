//! UCEPROTECT's monitor, also passed on by hosts: a table of addresses with their last impact, or a sentence with them.

use super::super::document::{Document, lines};
use super::super::reading::{Allegation, Reading, When};
use super::super::{Category, Zone, address};
use super::{addresses, in_subject, subject_has};

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    subject_has(document, "uceprotect").then_some("its subject")
}

/// Words of a sentence that declares whose addresses they are, in lower case.
const OURS: &[&str] = &[
    "z vaší ip",
    "z vašich ip",
    "your ip",
    "from ip",
    "ihre ip",
    "following ip",
    "ip address",
    "ip adresy",
];

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    let sent = document.sent.map(|sent| When { at: sent.at, zone: Zone::Header });
    for (_, line) in lines(&document.text) {
        let mut cells = line.split([',', ';']).map(str::trim);
        let (Some(ip), Some(last)) = (cells.next().and_then(address::ip), cells.next()) else {
            continue;
        };
        // Lists begin with a line of nothing.
        let last = if last.is_empty() { None } else { document.calendar().when(last) };
        if !ip.is_unspecified() {
            reading.allege(Allegation::ip(Category::Blocklisted, ip).observed(last.or(sent)));
        }
    }
    if !reading.is_empty() {
        return;
    }
    let mut found: Vec<_> = lines(&document.text)
        .map(|(_, line)| line)
        .filter(|line| OURS.iter().any(|words| line.to_lowercase().contains(words)))
        .flat_map(addresses)
        .collect();
    if found.is_empty() {
        found.extend(in_subject(document));
    }
    found.sort_unstable();
    found.dedup();
    for ip in found {
        reading.allege(Allegation::ip(Category::Blocklisted, ip).observed(sent));
    }
}
