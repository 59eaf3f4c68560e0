//! Lists below a sentence: `The following hosts in your network attack us:`, and an address on each line.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::complaint::{address, refang};

use super::addresses;
use super::labels::Meaning;

/// Words that say that something comes below, in lower case.
const BELOW: &[&str] = &[
    "following",
    "below",
    "these",
    "folgende",
    "folgenden",
    "suivant",
    "suivants",
    "suivante",
    "suivantes",
    "siguiente",
    "siguientes",
    "seguinte",
    "seguintes",
    "seguente",
    "seguenti",
    "volgende",
    "następujące",
    "následující",
    "следующие",
    "следующих",
];

/// What is listed, in lower case.
const LISTED: &[&str] = &[
    "ip",
    "ips",
    "ipv4",
    "ipv6",
    "address",
    "addresses",
    "host",
    "hosts",
    "server",
    "servers",
    "machine",
    "machines",
    "system",
    "systems",
    "device",
    "devices",
    "systeme",
    "adressen",
    "ip-adressen",
    "rechner",
    "adresses",
    "systèmes",
    "serveurs",
    "direcciones",
    "sistemas",
    "servidores",
    "endereços",
    "indirizzi",
    "adresy",
    "adresů",
    "адреса",
    "адресов",
];

/// What the sentence says of whom the list names when they are no sources, in lower case.
const OTHERS: &[&str] = &[
    "were attacked",
    "was attacked",
    "have been attacked",
    "are attacked",
    "are being attacked",
    "are under attack",
    "were targeted",
    "were hit",
    "were scanned",
    "are affected by",
    "wurden angegriffen",
    "ont été attaqué",
    "fueron atacad",
    "foram atacad",
    "sono stati attaccat",
    "werden aangevallen",
    "are not ",
    "were not ",
    "not part of",
    "belong to us",
    "for reference",
    "for comparison",
    "as an example",
    "elsewhere",
    "whitelist",
    "clean",
    "other provider",
    "another provider",
];

/// Words around what is listed that say that it is the reporter's, in lower case.
const OURS: &[&str] = &[
    "our", "ours", "my", "unserer", "unsere", "notre", "nos", "nuestros", "nuestras", "nossos",
    "nostri", "onze", "nasze", "naše", "наши",
];

/// Words between what says that something comes below and what is listed.
const MOST_BETWEEN: usize = 5;

/// What a list below a paragraph is one of: of sources, or of whom nobody complains about. Nothing where the paragraph
/// announces none.
pub(super) fn announced(paragraph: &str) -> Option<Meaning> {
    crate::complaint::steps::take(paragraph.len());
    let lower = paragraph.to_lowercase();
    // `We were attacked by the following hosts` says who was attacked before it says who is listed.
    let begin = BELOW_FINDER.find(&lower)?.start();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| !word.is_empty())
        .collect();
    let is_listed = |word: &&str| LISTED.contains(word);
    let around =
        words.iter().enumerate().filter(|(_, word)| BELOW.contains(word)).map(|(at, _)| {
            let around = at.saturating_sub(1)..(at + 1 + MOST_BETWEEN).min(words.len());
            &words[around]
        });
    let announcing: Vec<&[&str]> = around.filter(|around| around.iter().any(is_listed)).collect();
    if announcing.is_empty() {
        return None;
    }
    let is_ours = |around: &&[&str]| around.iter().any(|word| OURS.contains(word));
    let is_of_others =
        OTHERS.iter().any(|words| lower[begin..].contains(words)) || announcing.iter().any(is_ours);
    Some(if is_of_others { Meaning::Victim } else { Meaning::Source })
}

static BELOW_FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let built = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostFirst)
        .kind(Some(AhoCorasickKind::DFA))
        .build(BELOW);
    built.unwrap_or_else(|error| unreachable!("the words are constants: {error}"))
});

/// Whether a line can have one of the words in it that say that something comes below.
pub(super) fn may_announce(line: &str) -> bool {
    // What is upper case beyond ASCII is looked at more closely.
    !line.is_ascii() || BELOW_FINDER.is_match(line)
}

/// Lines of a text that has nothing in it but what is complained about.
const MOST_ITEMS: usize = 1_000;

/// The lines of a text that has nothing in it but addresses, prefixes and pages.
pub(super) fn only(text: &str) -> Option<impl Iterator<Item = &str>> {
    let items = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_item = |line: &str| {
        let is_page = || {
            let url = refang::urls(line).next();
            url.is_some_and(|url| url.len() == line.len())
        };
        line.len() < 1_000 && (address::net(line).is_some() || is_page())
    };
    let is_one = items().next().is_some_and(is_item)
        && items().nth(MOST_ITEMS).is_none()
        && items().all(is_item);
    is_one.then(items)
}

/// Longest header of columns, in bytes.
const LONGEST_HEADER: usize = 60;

/// Whether a line names the columns of a list: `IP, time, port`.
pub(super) fn is_header(line: &str) -> bool {
    let bare = line.trim();
    let cells =
        || bare.split([',', ';', '|', '\t']).flat_map(|cell| cell.split("  ")).map(str::trim);
    let is_short = |cell: &str| cell.split_whitespace().count() <= 2;
    let is_address = |cell: &str| LISTED.contains(&cell.to_lowercase().as_str());
    bare.len() <= LONGEST_HEADER
        && !bare.ends_with([':', '.', '!', '?'])
        && !bare.bytes().any(|b| b.is_ascii_digit())
        && cells().all(is_short)
        && cells().any(|cell| cell.split_whitespace().any(is_address))
}

/// The addresses with which a line of a list begins. What stands behind them is about them, and declares no other.
pub(super) fn item(line: &str) -> Option<&str> {
    let found = addresses::addresses(line);
    let first = found.first().filter(|first| first.begin == 0)?;
    let mut end = first.end;
    for pair in found.windows(2) {
        let is_beside = line[pair[0].end..pair[1].begin].trim() == ",";
        if !is_beside {
            break;
        }
        end = pair[1].end;
    }
    // The bits of a prefix.
    let rest = &line[end..];
    let length = rest.find(|c: char| c.is_whitespace() || ",;(".contains(c)).unwrap_or(rest.len());
    Some(&line[..end + length])
}

/// What stands above a list: the last lines that say something.
pub(super) fn heading(above: &str, line: &str) -> String {
    let line = &line[..line.floor_char_boundary(300)];
    let is_heading = line.ends_with(':') || line.starts_with('#') || line.starts_with("**");
    let lower = line.to_lowercase();
    if is_heading || above.len() > 600 { lower } else { format!("{above} {lower}") }
}

/// The number with which a value begins.
pub(super) fn leading_number(value: &str) -> Option<u64> {
    let digits: String = value
        .trim_start_matches(['+', ' ', '#'])
        .chars()
        .take_while(char::is_ascii_digit)
        .take(12)
        .collect();
    digits.parse().ok()
}

/// Whether nothing but a comma or `and` stands between two addresses.
pub(super) fn is_between_items(between: &str) -> bool {
    let bare = between.trim_matches(|c: char| c.is_whitespace() || ",;&-*•".contains(c));
    matches!(bare, "" | "and" | "und" | "et" | "y" | "e" | "a" | "en" | "ir" | "or")
        && !between.contains("\n\n")
        && between.len() < 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_announces_a_list_of_who_is_at_fault() {
        for text in [
            "The following hosts in your network took part in a DDoS attack:",
            "the following IP addresses have been attacking our honeypots. All times are UTC.",
            "Les systèmes suivants, hébergés sur votre réseau, sont vulnérables :",
            "Folgende IP-Adressen greifen uns an:",
            "We are being attacked by the following hosts in your network. Please stop them:",
        ] {
            assert_eq!(announced(text), Some(Meaning::Source), "{text}");
        }
        for text in [
            "The following of our servers were attacked:",
            "The following hosts were attacked:",
            "The following addresses are not part of this report:",
            "These are our servers:",
        ] {
            assert_eq!(announced(text), Some(Meaning::Victim), "{text}");
        }
        assert_eq!(announced("We have been attacked."), None);
    }

    #[test]
    fn a_text_may_have_nothing_in_it_but_what_it_is_about() {
        assert_eq!(only("192.0.2.1\n\nhttp://example.com/x\n").map(Iterator::count), Some(2));
        for text in ["", "Hello\n192.0.2.1", "192.0.2.1 is it", "see http://example.com/x"] {
            assert!(only(text).is_none(), "{text}");
        }
    }

    #[test]
    fn columns_may_have_names_above_a_list() {
        for (line, is_one) in [
            ("IP, Timestamp, Port", true),
            ("IP | Source port", true),
            ("IP", true),
            ("Our address has changed lately, sorry", false),
            ("192.0.2.1", false),
            ("Kind regards", false),
        ] {
            assert_eq!(is_header(line), is_one, "{line}");
        }
    }

    #[test]
    fn data_behind_an_item_is_no_item() {
        for (line, found) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1, 192.0.2.2", Some("192.0.2.1, 192.0.2.2")),
            ("192.0.2.1 198.51.100.7 22/tcp", Some("192.0.2.1")),
            ("192.0.2.1 (port 443), seen from 198.51.100.7", Some("192.0.2.1")),
            ("192.0.2.0/24 x", Some("192.0.2.0/24")),
            ("seen 192.0.2.1", None),
            ("", None),
        ] {
            assert_eq!(item(line), found, "{line}");
        }
    }
}
