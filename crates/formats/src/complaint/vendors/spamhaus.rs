//! Spamhaus tells that an address was put on a list, and what it is said to do.

use super::super::document::Document;
use super::super::reading::{Allegation, Reading};
use super::super::{Category, Subject, address, refang};
use super::{addresses, labels, subject_begins};

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    let is_it = subject_begins(document, "sbl notify")
        || subject_begins(document, "spamhaus notification")
        || document.is_by("spamhaus.org") && document.text.contains("SBL");
    is_it.then_some("its subject and sender")
}

/// What an issue is, by words in it; a listing where it says no more.
const ISSUES: &[(&str, Category)] = &[
    ("botnet", Category::Botnet),
    ("c&c", Category::Botnet),
    ("c2", Category::Botnet),
    ("malware", Category::Malware),
    ("phish", Category::Phishing),
];

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    let subject = refang::text(&document.subject);
    let mut resource = None;
    let mut port = None;
    let mut category = Category::Blocklisted;
    let mut observed = None;
    let mut first_seen = None;
    let is_new = subject_begins(document, "spamhaus notification");
    let named = |text: &str| {
        let text = text.to_lowercase();
        ISSUES.iter().find(|(word, _)| text.contains(word)).map(|(_, category)| *category)
    };
    if is_new {
        category = named(&subject).unwrap_or(category);
    }
    for (label, value) in labels::fields(&document.text) {
        match label.as_str() {
            "ip/cidr" | "ip address" | "ip" | "cidr" => {
                let value = refang::text(value);
                resource = resource.or_else(|| address::net(value.split_whitespace().next()?));
            }
            "issue" if is_new => category = named(value).unwrap_or(category),
            "port" => port = port.or(value.trim().parse().ok()),
            "sbl ref" | "ref" | "reference" | "ticket" => {
                reading.reporter.reference = Some(value.to_owned());
            }
            "detected" | "detection" | "last seen" | "timestamp" | "date" | "seen" => {
                observed = observed.or_else(|| document.calendar().when(value));
            }
            "first seen" => first_seen = first_seen.or_else(|| document.calendar().when(value)),
            _ => {}
        }
    }
    let observed = observed.or(first_seen);
    let resource = resource
        .or_else(|| subject.split(|c: char| c.is_whitespace() || c == '|').find_map(address::net));
    let resource = resource.or_else(|| addresses(&subject).next().map(Into::into));
    reading.reporter.organisation = Some("Spamhaus".to_owned());
    if let Some(net) = resource {
        let observed = observed.or_else(|| {
            let sent = document.sent?;
            Some(super::super::reading::When { at: sent.at, zone: super::super::Zone::Header })
        });
        let allegation = Allegation::about(category, Subject::Prefix(net));
        reading.allege(allegation.port(port).observed(observed));
    }
}
