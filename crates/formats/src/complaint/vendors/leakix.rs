//! `LeakIX`: what a public scanner could read on an address.

use super::super::document::{Document, lines};
use super::super::reading::{Allegation, Reading};
use super::super::{Category, address};
use super::{in_subject, labels, subject_has};

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    subject_has(document, "[leakix]").then_some("its subject")
}

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    reading.reporter.organisation = Some("LeakIX".to_owned());
    if rows(document, reading) {
        return;
    }
    let (mut ip, mut observed, mut port) = (None, None, None);
    for (label, value) in labels::fields(&document.text) {
        match label.as_str() {
            "ip" | "host" => ip = ip.or_else(|| address::refanged(value)),
            "port" => port = port.or(value.parse().ok()),
            "discovered" | "seen" | "date" => {
                observed = observed.or_else(|| document.calendar().when(value));
            }
            _ => {}
        }
    }
    if let Some(ip) = ip.or_else(|| in_subject(document)) {
        reading.allege(Allegation::ip(Category::ExposedData, ip).port(port).observed(observed));
    }
}

/// The form with a row for each host: `| Host | Ip | Discovered | Plugin |`.
fn rows(document: &Document, reading: &mut Reading) -> bool {
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut header: Option<Vec<String>> = None;
    for (_, line) in lines(&document.text).filter(|(_, line)| line.trim().starts_with('|')) {
        let row = cells(line);
        let Some(names) = &header else {
            let names: Vec<String> = row.iter().map(|name| name.to_lowercase()).collect();
            if names.iter().any(|name| name == "ip") && names.len() > 2 {
                header = Some(names);
            }
            continue;
        };
        let cell = |name: &str| {
            let at = names.iter().position(|known| known == name)?;
            row.get(at).map(String::as_str)
        };
        let Some(ip) = cell("ip").and_then(address::refanged) else { continue };
        let observed = cell("discovered").and_then(|date| document.calendar().when(date));
        let port = cell("port").and_then(|port| port.parse().ok());
        reading.allege(Allegation::ip(Category::ExposedData, ip).port(port).observed(observed));
    }
    !reading.is_empty()
}
