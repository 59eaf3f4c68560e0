//! `NFOservers`: a machine took part in an attack, mostly as an open reflector. Lines of tcpdump show it; who was attacked is
//! masked in them.

use super::super::document::{Document, lines};
use super::super::reading::{Allegation, Reading};
use super::super::{Category, dates};
use super::{addresses, in_subject, subject_has};

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    let is_it = document.is_by("nfoservers.com")
        || subject_has(document, "used for an attack")
        || subject_has(document, "participating in an attack");
    is_it.then_some("its sender or its subject \"… used for an attack\"")
}

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    let Some(ip) = in_subject(document) else { return };
    let is_reflector = ["open ", "exploitable", "misconfigured", "vulnerable", "reflect"]
        .iter()
        .any(|word| subject_has(document, word));
    let category = if is_reflector { Category::OpenService } else { Category::Ddos };
    let shown = lines(&document.text)
        .map(|(_, line)| line)
        .filter(|line| {
            line.contains(" > ") && addresses(&with_ports_cut(line)).any(|one| one == ip)
        })
        .find_map(|line| document.calendar().instant(dates::find(line)?.0));
    reading.allege(Allegation::ip(category, ip).observed(shown));
}

/// `192.0.2.1.53 >` as `192.0.2.1 >`: tcpdump writes the port like a fifth number.
fn with_ports_cut(line: &str) -> String {
    let cut = |word: &str| {
        let dots = word.matches('.').count();
        let cut =
            word.rsplit_once('.').filter(|_| dots == 4).map(|(address, _)| address.to_owned());
        cut.unwrap_or_else(|| word.to_owned())
    };
    line.split_whitespace().map(cut).collect::<Vec<_>>().join(" ")
}
