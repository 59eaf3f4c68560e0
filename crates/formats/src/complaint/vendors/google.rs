//! Google's Safe Browsing reports for network administrators, as text: headings, and below each its pages with the address
//! they are on. (Until 2016 they were XML.)

use super::super::document::{Document, lines};
use super::super::reading::{Allegation, Reading};
use super::super::{Category, address, domain, refang};
use super::subject_begins;

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    let is_it = subject_begins(document, "safe browsing report")
        && document.text.to_lowercase().contains("google detected");
    is_it.then_some("its subject and its headings")
}

/// What Google calls a kind of page, in lower case.
const KINDS: &[(&str, Category)] = &[
    ("social engineering", Category::Phishing),
    ("phishing", Category::Phishing),
    ("deceptive", Category::Phishing),
    ("compromised", Category::Compromised),
    ("hacked", Category::Compromised),
    ("malware", Category::Malware),
    ("unwanted software", Category::Malware),
    ("attack", Category::Malware),
    ("landing", Category::Malware),
    ("intermediary", Category::Malware),
    ("harmful", Category::Malware),
];

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    let (_, date) = document.subject.rsplit_once(" on ").unwrap_or_default();
    let observed = document.calendar().when(date);
    let mut category = Category::Other;
    let mut page: Option<String> = None;
    let mut finish = |page: &mut Option<String>, category, ip| {
        let Some(url) = page.take().and_then(|page| refang::url(&page)) else { return };
        let host = match domain::host(&url) {
            Some(domain::Host::Ip(ip)) => Some(ip),
            _ => None,
        };
        reading.allege(Allegation::url(category, url).at(ip).at(host).observed(observed));
    };
    for (_, line) in lines(&document.text) {
        let line = line.trim();
        let lower = line.to_lowercase();
        if lower.contains("detected") {
            finish(&mut page, category, None);
            let kind = KINDS.iter().find(|(word, _)| lower.contains(word));
            category = kind.map_or(Category::Other, |(_, category)| *category);
        } else if lower.starts_with("http") || lower.starts_with("hxxp") {
            finish(&mut page, category, None);
            page = Some(line.to_owned());
        } else if let Some(begun) = &mut page {
            if line.is_empty() {
                finish(&mut page, category, None);
            } else {
                // The line was wrapped before the address.
                begun.push(' ');
                begun.push_str(line);
            }
        }
        let address = page.as_deref().and_then(|page| {
            let (url, rest) = page.rsplit_once('(')?;
            Some((url.trim().replace(" .", "."), address::ip(rest.strip_suffix(')')?)?))
        });
        if let Some((url, ip)) = address {
            page = Some(url);
            finish(&mut page, category, Some(ip));
        }
    }
    finish(&mut page, category, None);
}
