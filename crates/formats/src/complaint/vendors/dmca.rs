//! Copyright and trademark notices in words (17 U.S.C. 512(c)(3), and forms of platforms). They name two kinds of pages: where
//! the original is, and where it is used without permission; only the second are complained about. Which is which is said by
//! the line that stands with a page, or by the last one above that says so.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::super::document::{Document, lines};
use super::super::marks::Mark;
use super::super::plain::is_for_reading;
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

/// Fields of forms of platforms; one of them is enough.
const FIELDS: [Mark; 4] =
    [Mark::UrlBox, Mark::WorkField, Mark::InfringementField, Mark::TrademarkField];

pub(in super::super) fn recognise(document: &Document) -> Option<&'static str> {
    if FIELDS.iter().any(|mark| document.has(*mark)) {
        return Some("a field of a form for such notices");
    }
    let found = PHRASES.iter().filter(|mark| document.has(**mark)).count();
    (found >= 2).then_some("phrases that the law asks for")
}

/// What words say about the pages behind or below them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pages {
    /// Where the original is used without permission.
    Infringing,
    /// Where the original is.
    Original,
    /// Where the owner, the law or a help page is.
    Neither,
    /// A place, of whatever was spoken of last.
    Place,
}

use Pages::{Infringing, Neither, Original, Place};

/// Phrases in lower case and what they say. Of several before a page the last counts, of two at one place the longer.
const PHRASES_OF_PAGES: &[(Pages, &[&str])] = &[
    (
        Neither,
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
            "contact us",
            "visit",
            "e-mail",
            "email",
            "phone",
            "technological",
            "licence",
            "license",
            "full-url",
            "referrer",
            "edit link",
            "related to",
            "imageid",
            "trademark registration",
            "readme",
            "processed against",
        ],
    ),
    (
        Infringing,
        &[
            "infring",
            "infringed url",
            "infringed link",
            "infringed material",
            "infringed content",
            "infringed page",
            "infringed site",
            "unauthori",
            "illegal",
            "counterfeit",
            "pirat",
            "offending",
            "without permission",
            "without our",
            "without my",
            "without authori",
            "without consent",
            "taken down",
            "take down",
            "takedown",
            "remove",
            "removal",
            "disable access",
            "violat",
            "copied from",
            "has taken",
            "copies of",
            "copy of",
            "clone of",
            "stolen",
            "found our",
            "found my",
            "url_box",
            "list of links",
            "usernam",
            "in question",
            "reported content",
            "reported url",
            "hosted on your",
        ],
    ),
    (
        Original,
        &[
            "original",
            "copyrighted work",
            "copyright_work",
            "copyrighted_work",
            "work_url",
            "work at issue",
            "official",
            "legitimate",
            "authorized version",
            "authorised version",
            "authorized copy",
            "genuine",
            "our work",
            "our site",
            "our website",
            "our web site",
            "our product",
            "our store",
            "my work",
            "my website",
            "my site",
            "owned by us",
            "owned by my",
            "owned by our",
            "i am the owner",
            "represented_copyright",
            "for sale",
            "on sale",
            "purchased",
            "is infringed",
            "be infringed",
            "being infringed",
            "been infringed",
            "been allegedly infringed",
            "allegedly been infringed",
            "was infringed",
            "were infringed",
            "allegedly infringed",
            "infringed work",
            "infringed copyright",
            "text that appears on",
            "product that appears on",
            "description of",
        ],
    ),
    (
        Place,
        &[
            "link:",
            "links:",
            "url:",
            "urls:",
            "hosted at",
            "hosted on",
            "posted at",
            "posted on",
            "published at",
            "uploaded to",
            "located at",
            "located here",
            "found at",
            "found here",
            "available at",
            "following url",
            "following link",
            "following page",
            "following location",
        ],
    ),
];

static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(PHRASES_OF_PAGES.iter().flat_map(|(_, phrases)| *phrases))
        .unwrap_or_else(|error| unreachable!("the phrases are constants: {error}"))
});

static SAYS: LazyLock<Vec<Pages>> = LazyLock::new(|| {
    let says = PHRASES_OF_PAGES.iter();
    says.flat_map(|(says, phrases)| phrases.iter().map(|_| *says)).collect()
});

/// What a text in lower case says of a page right behind it. Nothing where it says nothing.
fn said(text: &str) -> Option<Pages> {
    let mut last = None;
    // Something infringing was spoken of in this sentence; what was looked through for its end.
    let mut is_infringing = false;
    let mut seen = 0;
    for found in FINDER.find_iter(text) {
        let says = SAYS[found.pattern().as_usize()];
        is_infringing &= !text[seen..found.start()].contains(". ");
        seen = found.end();
        match says {
            Infringing => is_infringing = true,
            // `Copies of our work are at …`
            Original if is_infringing && is_owned(&text[..found.start()]) => continue,
            // What is at the place was said before it.
            Place if last.is_some() => continue,
            Original | Neither | Place => {}
        }
        last = Some(says);
    }
    last
}

/// Whether words end with `of our` and the like.
fn is_owned(before: &str) -> bool {
    let mut words = before.split_whitespace().rev();
    words.by_ref().find(|word| !ARTICLES.contains(word)).is_some_and(|word| {
        matches!(
            word,
            "of" | "from" | "infringe" | "infringes" | "infringing" | "violate" | "violates"
        )
    })
}

const ARTICLES: &[&str] =
    &["the", "our", "my", "this", "these", "their", "a", "an", "its", "client's", "protected"];

pub(in super::super) fn read(document: &Document, reading: &mut Reading) {
    let is_mark = document.has(Mark::TrademarkInfringement) || document.has(Mark::TrademarkField);
    let category = match is_mark && !document.has(Mark::CopyrightedWork) {
        true => Category::Trademark,
        // A form of a search engine for whatever else is against a law.
        false if document.has(Mark::OtherLaw) => Category::Other,
        false => Category::Copyright,
    };
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
    let reporter = document.author_domain();
    let is_form = is_form(&text);
    let mut section = Place;
    // What was said in this paragraph behind its last page.
    let mut open = String::new();
    let mut originals = HashSet::new();
    let mut found = Vec::new();
    for (_, line) in lines(&text) {
        // A question of a form speaks of pages, and has those of the form's owner in it.
        if line.trim().is_empty() {
            open.clear();
            continue;
        }
        if is_question(line) {
            open.clear();
            section = said(&without_pages(line).to_lowercase()).unwrap_or(Neither);
            continue;
        }
        if is_form && is_field(line) {
            open.clear();
            section = Neither;
        }
        let mut from = 0;
        for (url, place) in refang::placed_urls(line) {
            open.push_str(&end_of(&line[from..place.start], LONGEST_BEFORE).to_lowercase());
            let before = said(&open);
            open.clear();
            let behind = &line[place.end..line.floor_char_boundary(place.end + LONGEST_BEHIND)];
            let behind = behind.split("://").next().unwrap_or_default();
            let is_link_of_words = line[..place.start].ends_with("](");
            from = place.end;
            let judged = match before {
                Some(Place) | None if section == Original => Original,
                Some(Place) => Infringing,
                None | Some(Neither) if is_copy(behind) => Infringing,
                None => section,
                Some(said) => said,
            };
            section = before.map_or(section, |_| judged);
            match judged {
                Original => {
                    originals.insert(url);
                }
                Infringing if !is_link_of_words && !is_for_reading(&url, &reporter) => {
                    found.push(url);
                }
                Infringing | Neither | Place => {}
            }
        }
        open.push_str(&end_of(&line[from..], LONGEST_BEFORE).to_lowercase());
        open.push(' ');
        open.drain(..open.len() - end_of(&open, LONGEST_BEFORE).len());
        section = match (said(&open), section) {
            (None | Some(Place), Original) => Original,
            (Some(Place), _) => Infringing,
            (None, section) => section,
            (Some(said), _) => said,
        };
    }
    let mut known = HashSet::new();
    found.retain(|url| !originals.contains(url) && known.insert(url.clone()));
    found
}

/// Bytes behind a page that are looked at.
const LONGEST_BEHIND: usize = 200;

/// Bytes of a paragraph that are kept for the pages in its next line.
const LONGEST_BEFORE: usize = 400;

/// The last bytes of a text, at most so many.
fn end_of(text: &str, most: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(most))..]
}

/// Whether what is said of a page behind it, in the same sentence, is that it should not be there.
fn is_copy(behind: &str) -> bool {
    let sentence = behind.split(". ").next().unwrap_or_default().to_lowercase();
    let bare = sentence.trim_start_matches(['-', '–', ',', '(', ' ']);
    ["infring", "is a copy", "is a clone", "contains", "a fork"]
        .iter()
        .any(|words| bare.starts_with(words))
        || ["infringes", "is infringing", "are infringing", "not authori", "unauthori", "violates"]
            .iter()
            .any(|words| bare.contains(words))
}

/// A question of a form in bold letters, with nothing of the answer.
fn is_question(line: &str) -> bool {
    let bare = line.trim();
    ["**", "__"].iter().any(|mark| bare.len() > 4 && bare.starts_with(mark) && bare.ends_with(mark))
        || bare.starts_with('#') && bare.trim_start_matches('#').starts_with(' ')
}

/// Fields that make a text the print of a web form.
const FEWEST_FIELDS: usize = 3;

fn is_form(text: &str) -> bool {
    text.lines().filter(|line| is_field(line)).take(FEWEST_FIELDS).count() == FEWEST_FIELDS
}

/// `url_box_1: …`, `auto-full-url:`: a name that a program gave.
fn is_field(line: &str) -> bool {
    let Some((name, _)) = line.split_once(':') else { return false };
    (3..=60).contains(&name.len())
        && name.contains(['_', '-'])
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
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
