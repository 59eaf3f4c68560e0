//! Hetzner's detection of scans: a table of packets, one a line, `time protocol source port => destination port`. Its times are
//! those of Berlin, which a sentence says.

use jiff::tz::TimeZone;

use super::super::document::{Document, lines};
use super::super::reading::{Allegation, Reading, When};
use super::super::{Category, Zone, address, dates};
use super::{in_subject, subject_has};

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    let is_it = subject_has(document, "abuseid:")
        && (subject_has(document, "netscan") || subject_has(document, "attack"));
    is_it.then_some("its subject with an AbuseID")
}

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    reading.reporter.organisation = Some("Hetzner".to_owned());
    let reference = document.whole_subject.split_once("[AbuseID:");
    let reference = reference.and_then(|(_, rest)| rest.split_once(']'));
    reading.reporter.reference = reference.map(|(reference, _)| reference.to_owned());
    let accused = in_subject(document);
    for (_, line) in lines(&document.text) {
        let Some((left, right)) = line.split_once("=>") else { continue };
        let mut words = left.split_whitespace().rev();
        let port = words.next().and_then(|word| word.parse::<u16>().ok());
        let source = words.next().and_then(address::ip);
        let Some(source) = source.filter(|ip| accused.is_none_or(|accused| accused == *ip)) else {
            continue;
        };
        let mut words = right.split_whitespace();
        let destination = words.next().and_then(address::ip);
        let to = words.next().and_then(|word| word.parse().ok());
        let when = dates::find(line).and_then(|(stamp, _)| in_berlin(document, stamp));
        let allegation = Allegation::ip(Category::PortScan, source).port(port);
        reading.allege(allegation.aimed_at(destination, to).observed(when));
    }
    if reading.is_empty()
        && let Some(ip) = accused
    {
        reading.allege(Allegation::ip(Category::PortScan, ip));
    }
}

/// A value without a zone is Berlin's, unless the text says another.
fn in_berlin(document: &Document, stamp: dates::Stamp) -> Option<When> {
    let when = document.calendar().instant(stamp)?;
    if matches!(when.zone, Zone::Value | Zone::Prose) {
        return Some(when);
    }
    let berlin = TimeZone::get("Europe/Berlin").ok()?;
    let at = berlin.to_ambiguous_timestamp(stamp.civil()).compatible().ok()?;
    Some(When { at, zone: Zone::Prose })
}
