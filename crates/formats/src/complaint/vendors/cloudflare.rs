//! Reports that Cloudflare passes on to the host behind it. Free text in them may name addresses of anybody; what is declared
//! stands in the list of pages and in the sentence about the actual host.

use super::super::document::{Document, lines};
use super::super::reading::{Allegation, Reading};
use super::super::{Category, domain, refang};
use super::{addresses, labels, subject_has};

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    let is_theirs = || {
        document.is_by("cloudflare.com")
            || document
                .relay
                .as_ref()
                .is_some_and(|relay| relay.name.to_lowercase().contains("cloudflare"))
            || document.text.contains("The actual host for ")
    };
    (subject_has(document, "cloudflare received") && is_theirs())
        .then_some("its subject \"Cloudflare received …\"")
}

/// What the subject calls the kind of report, in lower case.
const KINDS: &[(&str, Category)] = &[
    ("phishing", Category::Phishing),
    ("malware", Category::Malware),
    ("dmca", Category::Copyright),
    ("copyright", Category::Copyright),
    ("trademark", Category::Trademark),
    ("child", Category::Csam),
    ("csam", Category::Csam),
    ("ncsei", Category::Harassment),
    ("threat", Category::Harassment),
    ("harass", Category::Harassment),
    ("doxing", Category::Harassment),
    ("spam", Category::Spam),
    ("scam", Category::Fraud),
    ("fraud", Category::Fraud),
];

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    let subject = document.whole_subject.to_lowercase();
    let kind = KINDS.iter().find(|(word, _)| subject.contains(word));
    let category = kind.map_or(Category::Other, |(_, category)| *category);
    let text = refang::text(&document.text);
    let mut hosts = Vec::new();
    let mut about = None;
    let mut pages: Vec<String> = Vec::new();
    let mut list = List::None;
    for (_, line) in lines(&text) {
        let line = line.trim();
        if labels::field(line).is_some_and(|(label, _)| label == "logs or evidence of abuse") {
            list = List::Evidence;
            continue;
        }
        // What is shown as evidence may have the look of the rest; it names the host only where nothing has before.
        if list == List::Evidence && (!hosts.is_empty() || !line.contains("actual host for ")) {
            continue;
        }
        if let Some(rest) = line.split_once("actual host for ").map(|(_, rest)| rest) {
            let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            about = domain::name(name);
            hosts.extend(addresses(rest));
            list = List::Hosts;
            continue;
        }
        if let Some((label, value)) = labels::field(line) {
            let is_list = label.ends_with("reported urls")
                || matches!(label.as_str(), "reported url" | "urls");
            list = if is_list { List::Pages } else { List::None };
            match (label.as_str(), value) {
                (_, "") => {}
                ("reporter's name" | "reporter", value) => {
                    reading.reporter.name = Some(value.to_owned());
                }
                ("reporter's email address" | "reporter's email", value) => {
                    reading.reporter.email = Some(value.to_owned());
                }
                ("reporter's company name", value) => {
                    reading.reporter.organisation = Some(value.to_owned());
                }
                _ => {}
            }
        }
        match list {
            List::Hosts if !line.contains("ost") => hosts.extend(addresses(line)),
            List::Pages => pages.extend(refang::urls(line)),
            _ => {}
        }
    }
    let reference = document.whole_subject.trim_start_matches(['[', ' ']);
    let reference = reference.split([']', ':']).next().unwrap_or_default();
    if reference.len() == 16 && reference.bytes().all(|b| b.is_ascii_hexdigit()) {
        reading.reporter.reference = Some(reference.to_owned());
    }
    reading.reporter.organisation.get_or_insert_with(|| "Cloudflare".to_owned());
    hosts.dedup();
    let only_host = hosts.first().copied().filter(|_| hosts.len() == 1);
    if hosts.len() > 1 {
        reading
            .defect("several_hosts", &format!("{} addresses are named as the host", hosts.len()));
    }
    for page in &pages {
        reading.allege(Allegation::url(category, page.as_str()).at(only_host));
    }
    if pages.is_empty() {
        match (about, hosts.as_slice()) {
            (Some(name), _) => reading.allege(Allegation::domain(category, name).at(only_host)),
            (None, hosts) => {
                for ip in hosts {
                    reading.allege(Allegation::ip(category, *ip));
                }
            }
        }
    }
}

/// Which list the lines belong to. Every other label ends it: free text of the reporter declares nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    None,
    /// Addresses of the host.
    Hosts,
    /// Pages that are reported.
    Pages,
    /// Whatever the reporter saw.
    Evidence,
}
