//! `BitNinja`: a server attacks others. As text with labels, or as a page with a table of the same labels.

use super::super::Category;
use super::super::document::Document;
use super::super::reading::{Allegation, Reading};
use super::{in_subject, labels, subject_has};

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    subject_has(document, "has been registered as an attack source").then_some("its subject")
}

/// Kinds of attacks, by words in their name, in lower case.
const KINDS: &[(&str, Category)] = &[
    ("botnet", Category::Botnet),
    ("brute", Category::LoginAttack),
    ("login", Category::LoginAttack),
    ("dos", Category::Ddos),
    ("spam", Category::Spam),
    ("malware", Category::Malware),
    ("scan", Category::PortScan),
    ("honeypot", Category::PortScan),
];

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    reading.reporter.organisation = Some("BitNinja".to_owned());
    let Some(ip) = in_subject(document) else { return };
    let mut category = Category::Compromised;
    let mut observed = None;
    for (label, value) in labels::fields(&document.text) {
        if label.starts_with("attack type") || label == "type" {
            let value = value.to_lowercase();
            let kind = KINDS.iter().find(|(word, _)| value.contains(word));
            category = kind.map_or(category, |(_, category)| *category);
        } else if label.starts_with("timestamp") {
            let value =
                if label.contains("utc") { format!("{value} UTC") } else { value.to_owned() };
            observed = observed.or_else(|| document.calendar().when(&value));
        }
    }
    reading.allege(Allegation::ip(category, ip).observed(observed));
}
