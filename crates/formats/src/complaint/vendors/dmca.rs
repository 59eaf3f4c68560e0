//! Copyright and trademark notices in words (17 U.S.C. 512(c)(3), and forms of platforms). They name two kinds of pages: where
//! the original is, and where it is used without permission; only the second are complained about. Which is which is said by
//! the line that stands with a page, or by the last one above that says so.

use super::super::document::{Document, lines};
use super::super::marks::Mark;
use super::super::reading::{Allegation, Reading, When};
use super::super::{Category, address, refang};
use super::labels;

/// Phrases of such notices; two of them make one.
const PHRASES: [Mark; 8] = [
    Mark::Dmca,
    Mark::Section512,
    Mark::Perjury,
    Mark::GoodFaith,
    Mark::CopyrightInfringement,
    Mark::CopyrightOwner,
    Mark::CopyrightedWork,
    Mark::TrademarkInfringement,
];

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    let found = PHRASES.iter().filter(|mark| document.has(**mark)).count();
    (found >= 2).then_some("phrases that the law asks for")
}

/// What a line says about the pages in it or below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pages {
    /// Where the original is used without permission.
    Infringing,
    /// Where the original is.
    Original,
    /// Where the owner, the law or a help page is.
    Neither,
}

/// Words of a line, in lower case, and what they say; the first that fits.
const WORDS: &[(Pages, &[&str])] = &[
    (
        Pages::Neither,
        &[
            "good faith",
            "good-faith",
            "perjury",
            "sincerely",
            "regards",
            "thank you",
            "fair use",
            "learn more",
            "see our",
            "guide",
            "policy",
            "policies",
            "website:",
            "web site:",
            "contact us",
            "visit",
            "e-mail",
            "email",
            "phone",
            "technolog",
            "open source licen",
            "source:",
            "full-url",
            "referrer",
        ],
    ),
    (
        Pages::Infringing,
        &[
            "infringing url",
            "infringing file",
            "infringing link",
            "infringing content",
            "infringing material",
            "infringement_url",
            "infringing repositor",
            "is infringing",
            "hosted at",
            "located at",
            "hosted on your",
            "unauthorized cop",
            "unauthorised cop",
            "should be taken down",
            "were taken down",
            "url_box",
        ],
    ),
    (
        Pages::Original,
        &[
            "original",
            "copyrighted work",
            "copyright_work",
            "work_url",
            "copyrighted_work",
            "official",
            "legitimate",
            "authorized version",
            "genuine",
            "our work",
            "our site",
            "our product",
            "owned by us",
            "i am the owner",
            "represented_copyright",
        ],
    ),
    (
        Pages::Infringing,
        &[
            "infring",
            "unauthori",
            "illegal",
            "counterfeit",
            "pirat",
            "offending",
            "without permission",
            "remove",
            "take down",
            "takedown",
            "disable access",
            "violat",
            "link:",
            "links:",
            "url:",
            "urls:",
            "list of links",
            "usernam",
            "copies",
        ],
    ),
];

fn said(line: &str) -> Option<Pages> {
    WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|word| line.contains(word)))
        .map(|(pages, _)| *pages)
}

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    let is_mark = document.has(Mark::TrademarkInfringement) && !document.has(Mark::CopyrightedWork);
    let category = if is_mark { Category::Trademark } else { Category::Copyright };
    let machines = machines(document);
    let pages = pages(document);
    let only = machines.first().map(|machine| machine.ip).filter(|_| machines.len() == 1);
    for page in &pages {
        let observed = machines.first().and_then(|machine| machine.observed);
        let observed = observed.filter(|_| only.is_some());
        reading.allege(Allegation::url(category, page.as_str()).at(only).observed(observed));
    }
    if pages.is_empty() {
        for machine in machines {
            let allegation = Allegation::ip(category, machine.ip).port(machine.port);
            reading.allege(allegation.observed(machine.observed));
        }
    }
    for (label, value) in labels::fields(&document.text) {
        let is_number = matches!(
            label.as_str(),
            "notice id" | "case id" | "case #" | "reference" | "ref" | "notice #"
        );
        if is_number && reading.reporter.reference.is_none() && !value.is_empty() {
            reading.reporter.reference = Some(value.to_owned());
        }
    }
}

/// Pages on which the original is used without permission.
fn pages(document: &Document) -> Vec<String> {
    let text = refang::text(&document.text);
    let mut section = None;
    let mut found: Vec<String> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for (_, line) in lines(&text) {
        let words = without_pages(line).to_lowercase();
        let own = said(&words);
        section = own.or(section);
        if section == Some(Pages::Infringing) {
            found.extend(refang::urls(line).filter(|url| known.insert(url.clone())));
        }
    }
    found
}

/// A line without the words that are pages: what a page is called says nothing about it.
fn without_pages(line: &str) -> String {
    let words = line.split_whitespace().filter(|word| !word.contains("://"));
    words.collect::<Vec<_>>().join(" ")
}

/// A machine that shares what it may not, with what is said of it.
struct Machine {
    ip: std::net::IpAddr,
    port: Option<u16>,
    observed: Option<When>,
}

/// Machines by their labels: an address begins one, what follows belongs to it.
fn machines(document: &Document) -> Vec<Machine> {
    let mut found: Vec<Machine> = Vec::new();
    let mut before: Option<When> = None;
    for (label, value) in labels::fields(&document.text) {
        let label = label.replace('_', " ");
        let is_address = label.ends_with("ip address")
            || matches!(label.as_str(), "ip" | "infringer ip" | "source ip" | "host ip");
        if is_address
            && let Some(ip) = address::refanged(value.split_whitespace().next().unwrap_or_default())
        {
            if found.last().is_none_or(|last| last.ip != ip) {
                found.push(Machine { ip, port: None, observed: before.take() });
            }
        } else if label == "port" || label == "port id" || label.ends_with(" port") {
            let port = value.split_whitespace().next().and_then(|port| port.parse().ok());
            if let Some(last) = found.last_mut() {
                last.port = last.port.or(port);
            }
        } else if label.contains("timestamp")
            || label.contains("infringement date")
            || label.contains("date of infringement")
            || matches!(
                label.as_str(),
                "last seen"
                    | "recent infringement time"
                    | "initial infringement time"
                    | "date/time"
                    | "time of infringement"
            )
        {
            let when = document.calendar().when(value);
            match found.last_mut() {
                Some(last) if last.observed.is_none() => last.observed = when,
                Some(_) => {}
                None => before = before.or(when),
            }
        }
    }
    found
}
