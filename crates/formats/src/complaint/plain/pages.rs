//! Which pages in a text are complained about, and which are the brand's own, the work that was copied, or further reading.

use std::collections::HashSet;

use crate::complaint::domain::{self, Host};
use crate::complaint::refang;

use super::hosts::READING_HOSTS;
use super::{MOST, addresses, words};

/// What a page is in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It is complained about.
    Complained,
    /// It belongs to whom it was done to. Nothing else on its host is complained about either.
    Genuine,
    /// It is there for another reason, or nothing says why.
    Mention,
}

/// What the words before a page say, in lower case. The last of them counts.
const GENUINE: &[&str] = &[
    "official",
    "legitimate",
    "legit ",
    "genuine",
    "original",
    "copyrighted work",
    "authorized",
    "authorised",
    "our website",
    "our web site",
    "our site",
    "real site",
    "real website",
    "company website",
    "offizielle",
    "echte ",
    "officiel",
    "légitime",
    "oficial",
    "legítim",
    "ufficiale",
    "protected by",
    "licensed",
    "the work is",
    "work described",
    "available for purchase",
    "home page",
    "redirects to the real",
    "work can be found",
    "own website",
    "instead of",
    "correct address",
    "echter ",
    "echten ",
    "официальн",
    "настоящ",
    "prawdziw",
    "skutečn",
];

/// Who is imitated or wronged. Only a page right behind them is theirs: they are named in most sentences about bad pages.
const OWNERS: &[&str] = &[
    "our client",
    "our customer",
    "our company",
    "our clients",
    "our customers",
    "belongs to",
    "belonging to",
    "trademark",
    "on behalf of",
    "rights holder",
    "rightholder",
    "copyright owner",
    "owned by",
    "unsere",
    "unserer",
    "unseres",
    "notre",
    "appartenant à",
    "nuestro",
    "nuestra",
    "nosso",
    "nossa",
    "onze",
    "victim",
    "our platform",
    "represent",
    "client:",
    "brand:",
    "our brand",
    "against",
    "we own",
    "we operate",
    "we run",
    "owners of",
    "owner of",
];

/// Words between an owner and a page of theirs, in lower case.
const BETWEEN: &[&str] = &[
    "s",
    "site",
    "sites",
    "website",
    "web",
    "page",
    "homepage",
    "url",
    "domain",
    "is",
    "at",
    "the",
    "company",
    "brand",
    "bank",
    "seite",
    "webseite",
    "marke",
    "kunden",
    "client",
    "clients",
    "cliente",
    "banque",
    "banco",
    "klant",
    "customers",
    "customer",
    "own",
];

/// What imitates something else.
const IMITATING: &[&str] = &[
    "impersonat",
    "imitat",
    "mimic",
    "a copy of",
    "clone of",
    "pretending",
    "pretends",
    "copy of our",
    "copies our",
    "mirrors",
    "our brand",
    "targeting",
    "targets",
    "spoofing",
    "spoofed from",
    "posing as",
    "poses as",
    "looks like",
    "podszywa",
    "imite",
    "imitant",
    "imita ",
    "usurp",
    "se fait passer",
    "suplanta",
    "se hace pasar",
    "se faz passar",
    "si finge",
    "nachahm",
    "nachgeahm",
    "gibt sich als",
    "lijkt op",
    "napodob",
    "vydáv",
    "маскиру",
    "выдаёт себя",
    "выдает себя",
];

/// What a page does, right behind it, in lower case.
const DOING: &[&str] = &[
    "is phishing",
    "is a phish",
    "is used for phishing",
    "is being used for phishing",
    "is hosting a phish",
    "hosts a phish",
    "is a fake",
    "is fake",
    "is a scam",
    "is fraudulent",
    "is malicious",
    "serves malware",
    "is serving malware",
    "hosts malware",
    "is hosting malware",
    "distributes malware",
    "is distributing malware",
    "is infringing",
    "infringes",
    "violates",
    "was defaced",
    "has been defaced",
    "was hacked",
    "has been hacked",
    "is compromised",
    "was compromised",
    "impersonat",
    "imitat",
    "is a copy of",
    "is a clone of",
    "mimics",
    "looks like",
    "pretends",
    "is pretending",
    "poses as",
    "is posing as",
    "est une copie",
    "imite ",
    "usurpe",
    "napodob",
    "маскиру",
    "suplanta",
    "podszywa",
    "verletzt ",
    "gibt sich als",
];

/// What is said of a page behind it that is another's affair, in lower case.
const ELSEWHERE: &[&str] = &[
    "hosted at another",
    "hosted elsewhere",
    "hosted by another",
    "another provider",
    "different provider",
    "other provider",
    "reported separately",
    "anderen anbieter",
    "autre hébergeur",
    "not on your",
    "not yours",
];

/// What is said right behind a page that another imitates, where the language has the verb last.
const IMITATED: &[&str] = &["を騙", "になりすま", "を装", "を模倣"];

/// Where something is.
const PLACES: &[&str] = &[
    "located at",
    "hosted at",
    "hosted on",
    "found at",
    "available at",
    "accessible at",
    "reachable at",
    "under the address",
    "at the address",
    "at this address",
    "at the following",
    "site is at",
    "hosted here",
];

const COMPLAINED: &[&str] = &[
    "phishing",
    "phish",
    "malware",
    "malicious",
    "infring",
    "fraudul",
    "offending",
    "fraud",
    "scam",
    "fake",
    "following url",
    "following link",
    "following page",
    "following site",
    "following website",
    "following web",
    "following address",
    "following domain",
    "following location",
    "this url",
    "this link",
    "this page",
    "this site",
    "this website",
    "abusive",
    "unauthorized",
    "unauthorised",
    "illegal",
    "reported url",
    "url:",
    "urls:",
    "block this",
    "take down",
    "takedown",
    "remove the",
    "compromised",
    "defaced",
    "can be found here",
    "webshell",
    "spamvertised",
    "frauduleux",
    "site concern",
    "betrügerisch",
    "folgende",
    "unter der adresse",
    "suivant",
    "siguiente",
    "seguinte",
    "volgende",
    "violat",
    "pirated",
    "counterfeit",
    "exploit",
    "c&c",
    "botnet",
    "evidence of abuse at",
    "suspicious",
    "exposed at",
    "vulnerable",
    "attack url",
    "abuse url",
    "serving",
    "distribut",
    "download",
    "hameçonnage",
    "hameconnage",
    "podvodn",
    "oszust",
    "falsa",
    "фишинг",
    "мошенн",
    "вредонос",
    "フィッシング",
    "偽サイト",
];

/// What further reading is called, in lower case.
const READING: &[&str] = &[
    "more information",
    "more info",
    "further information",
    "for details",
    "further details",
    "see also",
    "visit ",
    "please see",
    "please visit",
    "our report",
    "our portal",
    "unsubscribe",
    "privacy",
    "policy",
    "for help",
    "about us",
    "contact us",
    "read more",
    "learn more",
    "documentation",
    "guide",
    "wikipedia",
    "faq",
    "weitere informationen",
    "plus d'informations",
    "más información",
    "mais informações",
    "meer informatie",
    "submit",
    "to request",
    "delist",
    "dispute",
    "click here",
    "log in",
    "login to",
    "view your",
    "view the",
    "proof",
    "screenshot",
    "reference",
    "whois",
    "lookup",
    "terms",
    "powered by",
    "sincerely",
    "regards",
    "format please see",
    "acknowledge",
    "status of",
    "confirm",
    "ticket",
    "this report",
    "phone",
    "subscribe",
    "statement",
    "respond",
    "our abuse",
    "how to",
    "advisory",
    "virustotal",
];

/// Whether a host is one for further reading, or the reporter's own.
pub(in crate::complaint) fn is_for_reading(url: &str, reporter: &str) -> bool {
    let Some(Host::Domain(host)) = domain::host(url) else { return false };
    let is_below = |domain: &str| {
        host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    };
    READING_HOSTS.iter().any(|host| is_below(host)) || is_of(&host, reporter)
}

/// Free mail providers say nothing about who writes from them.
const FREE: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "aol.com",
    "protonmail.com",
    "proton.me",
    "icloud.com",
    "live.com",
    "example.com",
];

fn is_of(host: &str, reporter: &str) -> bool {
    let reporter = last_two(reporter);
    !reporter.is_empty()
        && reporter.contains('.')
        && !FREE.contains(&reporter)
        && last_two(host) == reporter
}

/// The last two labels, or three where the last two are short, as in `example.co.uk`.
fn last_two(name: &str) -> &str {
    let dots: Vec<usize> = name.rmatch_indices('.').map(|(at, _)| at).take(3).collect();
    match dots.as_slice() {
        [last, second, rest @ ..] if last - second <= 4 && name.len() - last <= 3 => {
            rest.first().map_or(name, |at| &name[at + 1..])
        }
        [_, second, ..] => &name[second + 1..],
        _ => name,
    }
}

/// A page in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) url: String,
    pub(super) judgement: Judgement,
}

/// Which pages of a line were made harmless.
#[derive(Debug)]
pub(super) enum Defanged {
    /// All of them.
    All,
    /// All but these, which stood in the line as it came.
    But(HashSet<String>),
}

impl Defanged {
    /// Those that a line as it came does not have.
    pub(super) fn unlike(original: &str) -> Self {
        Self::But(refang::urls(original).collect())
    }

    fn has(&self, url: &str) -> bool {
        match self {
            Self::All => true,
            Self::But(others) => !others.contains(url),
        }
    }
}

/// The pages in a line, each judged by the words before and right behind it. `above` is what stands above the line, in lower
/// case; `defanged` says which somebody made harmless: nobody does that to a page that is not bad.
pub(super) fn in_line(line: &str, above: &str, defanged: &Defanged, reporter: &str) -> Vec<Page> {
    crate::complaint::steps::take(line.len() + above.len());
    let mut pages: Vec<Page> = Vec::new();
    for (url, place) in placed(line) {
        let around = Around {
            before: &place.before,
            behind: &place.behind,
            above,
            begin: &place.begin,
            is_behind_genuine: pages
                .last()
                .is_some_and(|last: &Page| last.judgement == Judgement::Genuine),
        };
        let judgement = judge(&url, &around, defanged.has(&url), reporter);
        pages.push(Page { url, judgement });
    }
    pages
}

/// The pages of a label's value behind its first, where more than a comma stands before them.
pub(super) fn beside(value: &str, defanged: &Defanged, reporter: &str) -> Vec<Page> {
    let judged = in_line(value, "", defanged, reporter);
    let between = placed(value).into_iter().map(|(_, place)| place.before);
    let others = judged.into_iter().zip(between).skip(1);
    others.filter(|(_, between)| !is_between_items(between)).map(|(page, _)| page).collect()
}

/// Whether words stand between two things of one kind: a comma, or `and`.
fn is_between_items(between: &str) -> bool {
    let mut words = between.split(|c: char| !c.is_alphanumeric());
    words.all(|word| matches!(word, "" | "and" | "und" | "et" | "y" | "e" | "en" | "or"))
}

/// Words around a page in its line, in lower case.
struct Place {
    /// From the page before it.
    before: String,
    /// To the page behind it, or the end of the sentence.
    behind: String,
    /// All of the line before it.
    begin: String,
}

/// Bytes behind a page that are looked at.
const LONGEST_BEHIND: usize = 80;

/// Bytes of a line before a page that are looked at for what the line is about.
const LONGEST_BEGIN: usize = 300;

fn placed(line: &str) -> Vec<(String, Place)> {
    let mut out = Vec::new();
    let mut from = 0;
    for (url, at) in refang::placed_urls(line).take(MOST) {
        let behind = &line[at.end..line.floor_char_boundary(at.end + LONGEST_BEHIND)];
        let behind = behind.split("://").next().unwrap_or_default();
        let behind = behind.split(". ").next().unwrap_or_default().to_lowercase();
        let begin = line.floor_char_boundary(at.start.saturating_sub(LONGEST_BEGIN));
        let begin = line[begin..at.start].to_lowercase();
        let before = line[from..at.start].to_lowercase();
        out.push((url, Place { before, behind, begin }));
        from = at.end;
    }
    out
}

/// What the judgement of a page goes by.
struct Around<'t> {
    before: &'t str,
    behind: &'t str,
    begin: &'t str,
    above: &'t str,
    is_behind_genuine: bool,
}

fn judge(url: &str, around: &Around<'_>, was_defanged: bool, reporter: &str) -> Judgement {
    let by_line = by_words(around.before);
    let behind = around.behind.trim_start();
    let is_imitated = IMITATED.iter().any(|words| behind.starts_with(words));
    if by_line == Some(Judgement::Genuine) || is_imitated {
        return Judgement::Genuine;
    }
    if is_for_reading(url, reporter) {
        return Judgement::Mention;
    }
    if is_elsewhere(around.behind) {
        return Judgement::Mention;
    }
    let is_doing = || DOING.iter().any(|words| around.behind.contains(words));
    if by_line == Some(Judgement::Complained) || by_line.is_none() && is_doing() {
        return Judgement::Complained;
    }
    let stands_alone = around
        .before
        .trim_matches(|c: char| {
            c.is_whitespace() || c.is_ascii_digit() || ":/-*•.)(>[]|#–hxtps".contains(c)
        })
        .is_empty();
    if stands_alone && was_defanged && is_below_genuine(around.above) {
        return Judgement::Genuine;
    }
    if was_defanged || by_line.is_some() {
        return by_line.unwrap_or(Judgement::Complained);
    }
    if around.is_behind_genuine && is_between_items(around.before) {
        return Judgement::Genuine;
    }
    // `a fake of our website https://… at http://…`
    let is_place = matches!(around.before.trim(), "at" | "on" | "is at" | "under" | "unter");
    if is_place
        && around.is_behind_genuine
        && [COMPLAINED, IMITATING].iter().any(|words| last(around.begin, words).is_some())
    {
        return Judgement::Complained;
    }
    if stands_alone {
        return by_words(around.above).unwrap_or(Judgement::Mention);
    }
    // Nothing else is said of it than what the sentence is about.
    let before = around.begin.rsplit(". ").next().unwrap_or_default();
    match words::category("", &format!("{before} {}", around.behind)) {
        category if category.is_about_pages() => Judgement::Complained,
        _ => Judgement::Mention,
    }
}

/// Whether it is said right behind a page, and not of an address between, that it is another's affair.
fn is_elsewhere(behind: &str) -> bool {
    let place = ELSEWHERE.iter().find_map(|words| behind.find(words));
    place.is_some_and(|at| addresses::addresses(&behind[..at]).is_empty())
}

/// Whether what stands above a page says last that it is the genuine one: `Legitimate site:`.
fn is_below_genuine(above: &str) -> bool {
    let genuine = last(above, GENUINE);
    genuine.is_some()
        && [COMPLAINED, IMITATING, PLACES].iter().all(|words| last(above, words) < genuine)
}

/// Where the last of some words begins.
fn last(text: &str, words: &[&str]) -> Option<usize> {
    words.iter().filter_map(|word| text.rfind(word)).max()
}

/// What the last telling word says. A place (`located at`) says nothing of its own, but what is said to imitate something is
/// where the place is: `a site that imitates our brand, located at …`.
pub(super) fn by_words(text: &str) -> Option<Judgement> {
    let found = [
        (last(text, GENUINE), Judgement::Genuine),
        (last(text, IMITATING), Judgement::Genuine),
        (last_owner(text), Judgement::Genuine),
        (last(text, COMPLAINED), Judgement::Complained),
        (last(text, READING), Judgement::Mention),
    ];
    let imitating = found[1].0;
    let place = last(text, PLACES);
    let known = found.into_iter().filter_map(|(at, judgement)| Some((at?, judgement)));
    let Some((at, judgement)) = known.max_by_key(|(at, _)| *at) else {
        return place.map(|_| Judgement::Complained);
    };
    // `A page that imitates our brand: http://…`, `…, located at http://…`
    let is_announced = text.trim_end().ends_with(':') && text.len() - at > 20;
    let is_place_of_imitation = imitating == Some(at) && (place > imitating || is_announced);
    Some(if is_place_of_imitation { Judgement::Complained } else { judgement })
}

/// Where the last owner is named, if a page of theirs comes right behind: nothing but `website` and the like stands between
/// them, or the page stands in brackets and nothing says where something bad is.
fn last_owner(text: &str) -> Option<usize> {
    let (at, word) = OWNERS
        .iter()
        .filter_map(|word| Some((text.rfind(word)?, *word)))
        .max_by_key(|(at, word)| (*at, word.len()))?;
    let between = &text[at + word.len()..];
    let is_direct = between
        .split(|c: char| !c.is_alphanumeric())
        .all(|word| word.is_empty() || BETWEEN.contains(&word));
    let is_in_brackets = between.trim_end().ends_with(['(', '[', '<'])
        && last(between, PLACES).is_none()
        && !between.contains("hosted");
    (is_direct || is_in_brackets).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_before_a_page_say_what_it_is() {
        use Judgement::{Complained, Genuine, Mention};
        for (line, above, defanged, judgements) in [
            (
                "The phishing site http://evil.example/ imitates https://bank.example/",
                "",
                false,
                vec![Complained, Genuine],
            ),
            (
                "A site that imitates our brand, located at http://evil.example/",
                "",
                false,
                vec![Complained],
            ),
            ("Malware http://evil.example/x", "", false, vec![Complained]),
            (
                "http://evil.example/x",
                "the following urls are infringing:",
                false,
                vec![Complained],
            ),
            ("http://bank.example/x", "the original work can be found at:", false, vec![Genuine]),
            ("http://evil.example/x", "", true, vec![Complained]),
            ("For more information see https://vendor.example/x", "", false, vec![Mention]),
            ("phishing, see https://www.phishtank.com/1", "", false, vec![Mention]),
            ("phishing, see https://www.reporter.example/1", "", false, vec![Mention]),
            ("http://evil.example/x", "", false, vec![Mention]),
            (
                "A site against one of our clients, Example Bank, hosted at: http://evil.example/",
                "",
                false,
                vec![Complained],
            ),
            (
                "The site http://evil.example/ is phishing our customers (https://bank.example).",
                "",
                false,
                vec![Complained, Genuine],
            ),
            (
                "http://evil.example/a is a copy of https://bank.example/ .",
                "",
                false,
                vec![Complained, Genuine],
            ),
            (
                "We found a fake of our website https://bank.example at https://evil.example/",
                "",
                false,
                vec![Genuine, Complained],
            ),
            (
                "Site d'hameçonnage : http://evil.example/a imitant https://bank.example",
                "",
                false,
                vec![Complained, Genuine],
            ),
            (
                "strona phishingowa podszywająca się pod Example (https://bank.example)",
                "",
                true,
                vec![Genuine],
            ),
            (
                "フィッシング http://evil.example/a は https://bank.example を騙っています",
                "",
                false,
                vec![Complained, Genuine],
            ),
            ("https://bank.example/", "legitimate site:", true, vec![Genuine]),
            ("http://evil.example/", "a site imitating our brand:", true, vec![Complained]),
            (
                "The site http://evil.example/x (192.0.2.1) was defaced. Mirror: https://www.zone-h.org/mirror/id/1",
                "",
                false,
                vec![Complained, Mention],
            ),
            (
                "It infringes our client's trademark EXAMPLE. The site is at https://evil.example/",
                "",
                false,
                vec![Complained],
            ),
            (
                "Der unter https://evil.example/ erreichbare Shop verletzt die Marke (echter Shop: https://bank.example)",
                "",
                false,
                vec![Complained, Genuine],
            ),
        ] {
            let defanged = if defanged { Defanged::All } else { Defanged::unlike(line) };
            let found: Vec<Judgement> = in_line(line, above, &defanged, "mail.reporter.example")
                .into_iter()
                .map(|page| page.judgement)
                .collect();
            assert_eq!(found, judgements, "{line}");
        }
    }

    #[test]
    fn the_house_of_a_name_is_its_last_labels() {
        for (name, house) in [
            ("a.b.example.com", "example.com"),
            ("a.example.co.uk", "example.co.uk"),
            ("example.com", "example.com"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(last_two(name), house);
        }
    }
}
