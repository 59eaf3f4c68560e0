//! abuse.ch: URLhaus (pages that spread malware on one address) and the Feodo Tracker (controllers of botnets).

use super::super::document::Document;
use super::super::reading::{Allegation, Reading};
use super::super::{Category, address, refang};
use super::{in_subject, labels, subject_has};

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    let is_it = subject_has(document, "[urlhaus]") || subject_has(document, "[feodo");
    is_it.then_some("its subject")
}

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    reading.reporter.organisation = Some("abuse.ch".to_owned());
    if subject_has(document, "[urlhaus]") {
        urlhaus(document, reading);
    } else {
        feodo(document, reading);
    }
}

fn urlhaus(document: &Document, reading: &mut Reading) {
    let ip = in_subject(document);
    let mut open: Option<Allegation> = None;
    for (label, value) in labels::fields(&document.text) {
        match label.as_str() {
            "url" => {
                open.take().into_iter().for_each(|done| reading.allege(done));
                open = refang::url(value).map(|url| Allegation::url(Category::Malware, url).at(ip));
            }
            "first seen" | "date added" | "detected" | "dateadded" => {
                let when = document.calendar().when(value);
                open = open.map(|open| open.observed(when));
            }
            _ => {}
        }
    }
    if let Some(done) = open {
        reading.allege(done);
    }
}

fn feodo(document: &Document, reading: &mut Reading) {
    let mut open: Option<Allegation> = None;
    for (label, value) in labels::fields(&document.text) {
        match label.as_str() {
            "ip address" | "ip" => {
                open.take().into_iter().for_each(|done| reading.allege(done));
                open = address::refanged(value).map(|ip| Allegation::ip(Category::Botnet, ip));
            }
            "port" => open = open.map(|open| open.port(value.trim().parse().ok())),
            label if label.starts_with("first seen") || label.starts_with("last online") => {
                let value =
                    if label.contains("utc") { format!("{value} UTC") } else { value.to_owned() };
                let when = document.calendar().when(&value);
                open = open.map(|open| open.observed(when));
            }
            _ => {}
        }
    }
    if let Some(done) = open {
        reading.allege(done);
    }
}
