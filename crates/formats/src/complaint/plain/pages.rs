//! Which pages in a text are complained about, and which are the brand's own, the work that was copied, or further reading.

use crate::complaint::domain::{self, Host};
use crate::complaint::refang;

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
    "our client",
    "our customer",
    "our company",
    "belongs to",
    "belonging to",
    "real site",
    "real website",
    "trademark",
    "on behalf of",
    "rights holder",
    "rightholder",
    "copyright owner",
    "owned by",
    "company website",
    "offizielle",
    "echte ",
    "unsere ",
    "officiel",
    "notre ",
    "appartenai",
    "légitime",
    "oficial",
    "nuestr",
    "legítim",
    "noss",
    "ufficiale",
    "onze ",
    "protected by",
    "licensed",
    "the work is",
    "work described",
    "available for purchase",
    "home page",
    "client:",
    "redirects to the real",
    "brand:",
    "victim",
    "our platform",
    "represent",
    "work can be found",
    "own website",
    "instead of",
    "correct address",
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
];

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

/// Hosts that complaints name for further reading.
const READING_HOSTS: &[&str] = &[
    "x-arf.org",
    "xarf.org",
    "spamcop.net",
    "abuseipdb.com",
    "virustotal.com",
    "urlscan.io",
    "phishtank.com",
    "phishtank.org",
    "openphish.com",
    "wikipedia.org",
    "ripe.net",
    "arin.net",
    "apnic.net",
    "lacnic.net",
    "afrinic.net",
    "abuse.ch",
    "blocklist.de",
    "spamhaus.org",
    "uceprotect.net",
    "w3.org",
    "mozilla.org",
    "projecthoneypot.org",
    "shadowserver.org",
    "team-cymru.org",
    "team-cymru.com",
    "abusix.com",
    "abusix.org",
    "cert-bund.de",
    "bsi.bund.de",
    "us-cert.gov",
    "cisa.gov",
    "mitre.org",
    "nist.gov",
    "ietf.org",
    "rfc-editor.org",
    "mipassoc.org",
    "antiphishing.org",
    "apwg.org",
    "stopbadware.org",
    "netcraft.com",
    "bitninja.com",
    "bitninja.io",
    "leakix.net",
    "shodan.io",
    "censys.io",
    "rfc-ignorant.org",
    "fail2ban.org",
    "whois.com",
    "domaintools.com",
    "senderscore.net",
    "returnpath.com",
    "returnpath.net",
    "schemas.microsoft.com",
    "law.cornell.edu",
    "copyright.gov",
    "abuse.net",
    "badips.com",
    "stopforumspam.com",
    "dnsstuff.com",
    "mxtoolbox.com",
    "talosintelligence.com",
    "haveibeenpwned.com",
    "archive.org",
    "imdb.com",
    "prnt.sc",
    "imgur.com",
    "safebrowsing.google.com",
    "transparencyreport.google.com",
    "searchguide.level3.com",
    "nomoreransom.org",
    "no-more-ransom.org",
    "malware.wicar.org",
];

/// Whether a host is one for further reading, or the reporter's own.
pub(super) fn is_for_reading(url: &str, reporter: &str) -> bool {
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

/// The pages in a line, each judged by the words before it. `above` is what stands above the line, in lower case; `was_defanged`
/// says whether somebody made addresses in it harmless: nobody does that to a page that is not bad.
pub(super) fn in_line(line: &str, above: &str, was_defanged: bool, reporter: &str) -> Vec<Page> {
    let mut pages = Vec::new();
    let lower = line.to_lowercase();
    let mut from = 0;
    for url in refang::urls(line) {
        // The scheme may be in capitals there.
        let rest = &url[url.find("://").map_or(0, |at| at)..];
        let at = line[from..].find(rest).map_or(from, |at| from + at);
        let before =
            lower.get(from.min(lower.len())..lower.floor_char_boundary(at)).unwrap_or_default();
        let judgement = judge(&url, before, above, was_defanged, reporter);
        from = (at + rest.len()).min(line.len());
        pages.push(Page { url, judgement });
    }
    pages
}

fn judge(url: &str, before: &str, above: &str, was_defanged: bool, reporter: &str) -> Judgement {
    let by_line = by_words(before);
    if by_line == Some(Judgement::Genuine) {
        return Judgement::Genuine;
    }
    if is_for_reading(url, reporter) {
        return Judgement::Mention;
    }
    if was_defanged || by_line.is_some() {
        return by_line.unwrap_or(Judgement::Complained);
    }
    let stands_alone = before
        .trim_matches(|c: char| {
            c.is_whitespace() || c.is_ascii_digit() || ":/-*•.)(>[]|#–hxtps".contains(c)
        })
        .is_empty();
    if stands_alone { by_words(above).unwrap_or(Judgement::Mention) } else { Judgement::Mention }
}

/// What the last telling word says. A place (`located at`) says nothing of its own, but what is said to imitate something is
/// where the place is: `a site that imitates our brand, located at …`.
pub(super) fn by_words(text: &str) -> Option<Judgement> {
    let last = |words: &[&str]| words.iter().filter_map(|word| text.rfind(word)).max();
    let found = [
        (last(GENUINE), Judgement::Genuine),
        (last(IMITATING), Judgement::Genuine),
        (last(COMPLAINED), Judgement::Complained),
        (last(READING), Judgement::Mention),
    ];
    let imitating = found[1].0;
    let place = last(PLACES);
    let known = found.into_iter().filter_map(|(at, judgement)| Some((at?, judgement)));
    let Some((at, judgement)) = known.max_by_key(|(at, _)| *at) else {
        return place.map(|_| Judgement::Complained);
    };
    let is_place_of_imitation = imitating == Some(at) && place > imitating;
    Some(if is_place_of_imitation { Judgement::Complained } else { judgement })
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
        ] {
            let found: Vec<Judgement> = in_line(line, above, defanged, "mail.reporter.example")
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
