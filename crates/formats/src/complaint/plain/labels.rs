//! Labels in texts: `Source IP: 192.0.2.1`, `| Host | 192.0.2.1 |`, `URL = http://…`. One table of words says what a label means.

use super::addresses;
use super::label_words::{
    ADDRESSES, BAD, COUNTS, DOMAINS, ELSEWHERE, ENDS_OF_TIMES, FIRST, GENUINE, GENUINE_PAGES, IPS,
    KINDS, LAST, LONE_REFERENCES, NO_ADDRESSES, NO_PORTS, NO_TIMES, OF_REPORTS, OF_VICTIMS, PAGES,
    PORTS, REFERENCES, TIMES, VICTIMS, lists_of, unknown,
};

/// What the value behind a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Where it came from.
    Source,
    /// The source's port.
    Port,
    /// Pages that are complained about.
    Page,
    /// Domains that are complained about.
    Domain,
    /// When; the higher, the better it is known to be of the event itself.
    When(u8),
    /// Who was attacked.
    Victim,
    /// The port that was attacked.
    VictimPort,
    /// What is not complained about: the brand's own page, the work that was copied, more about the case.
    Genuine,
    /// The reporter's own number.
    Reference,
    /// How many events.
    Count,
    /// What the complaint is about, in a word.
    Kind,
}

/// A label and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Labelled<'t> {
    pub(super) meaning: Meaning,
    /// What is in brackets behind the label, such as a zone.
    pub(super) hint: &'t str,
    /// A word stands in it that is in no list, for who knows that languages: stands for all of its words, and is 0 where every
    /// word is known.
    pub(super) unknown: u64,
    pub(super) value: &'t str,
}

/// Longest label, in bytes.
const LONGEST: usize = 70;

/// The label at the beginning of a line.
pub(super) fn read(line: &str) -> Option<Labelled<'_>> {
    crate::complaint::steps::take(line.len());
    let is_mark =
        |c: char| c.is_whitespace() || matches!(c, '-' | '*' | '•' | '|' | '>' | '#' | '·' | '–');
    let bare = line.trim().trim_start_matches(is_mark);
    let (label, value) = split(bare)?;
    // `X-Originating-IP` is a header of a mail that is shown as proof.
    let is_header = label.get(..2).is_some_and(|begin| begin.eq_ignore_ascii_case("x-"));
    if is_quoted(label) || is_header || label.contains("://") {
        return None;
    }
    let (label, hint) = match label.split_once('(') {
        Some((label, hint)) => (label, hint.trim_end().trim_end_matches(')')),
        None => (label, ""),
    };
    let value = value.trim().trim_matches(['|', '*', '`']).trim();
    let words = words(label);
    let meaning = of_value(meaning(&words, hint)?, value);
    Some(Labelled { meaning, hint, unknown: unknown(&words), value })
}

/// What a label means in view of its value: behind `IP address/port` both stand.
fn of_value(meaning: Meaning, value: &str) -> Meaning {
    let has_address = || addresses::addresses(value).first().is_some_and(|found| found.begin == 0);
    match meaning {
        Meaning::Port if has_address() => Meaning::Source,
        Meaning::VictimPort if has_address() => Meaning::Victim,
        other => other,
    }
}

/// Whether a quotation begins in a label and does not end there: somebody shows what was written elsewhere.
fn is_quoted(label: &str) -> bool {
    label.chars().filter(|c| "\"“”„«»".contains(*c)).count() % 2 == 1
}

/// Pairs that one line of a record needs at least, to be told from a label.
const FEWEST_PAIRS: usize = 2;

/// The pairs of a record in one line: `src=192.0.2.1 dst=198.51.100.7`, or a JSON object. Nothing where it is none.
pub(super) fn record(line: &str) -> Option<Vec<(String, String)>> {
    crate::complaint::steps::take(line.len());
    let bare = line.trim().trim_end_matches(',');
    let signs = || memchr::memchr_iter(b'=', bare.as_bytes()).take(FEWEST_PAIRS).count();
    if !bare.starts_with('{') && signs() < FEWEST_PAIRS {
        return None;
    }
    let pairs =
        if bare.starts_with('{') && bare.ends_with('}') { of_json(bare)? } else { of_signs(bare) };
    (pairs.len() >= FEWEST_PAIRS).then_some(pairs)
}

fn of_json(line: &str) -> Option<Vec<(String, String)>> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
    let pairs = object.into_iter().filter_map(|(key, value)| match value {
        serde_json::Value::String(text) => Some((key, text)),
        serde_json::Value::Number(number) => Some((key, number.to_string())),
        _ => None,
    });
    Some(pairs.collect())
}

/// Pairs with equals signs. A value goes on up to the next key, so that it may have spaces in it.
fn of_signs(line: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for piece in line.split(|c: char| c.is_whitespace() || ";,|".contains(c)) {
        let pair = piece.split_once('=').filter(|(key, value)| is_key(key) && !value.is_empty());
        match (pair, pairs.last_mut()) {
            (Some((key, value)), _) => {
                pairs.push((key.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
            }
            (None, Some((_, value))) if !piece.is_empty() => {
                value.push(' ');
                value.push_str(piece.trim_end_matches(['"', '\'']));
            }
            (None, _) => {}
        }
    }
    pairs
}

fn is_key(key: &str) -> bool {
    (1..=24).contains(&key.len())
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

/// What a key of a record means; one word and a colon make a label of it.
pub(super) fn of_pair<'t>(key: &str, value: &'t str) -> Option<Labelled<'t>> {
    let words = words(key);
    let meaning = of_value(meaning(&words, "")?, value);
    Some(Labelled { meaning, hint: "", unknown: 0, value })
}

/// Label and value: a colon, an equals sign, a cell of a table, a run of dots or a tab between them.
fn split(line: &str) -> Option<(&str, &str)> {
    let begin = &line[..line.floor_char_boundary(LONGEST)];
    let sign = begin.char_indices().find(|(at, c)| match c {
        // Not within `http://` and IPv6.
        ':' => {
            !line[at + 1..].starts_with("//")
                && !is_number_before(&begin[..*at], &line[at + 1..])
                && !line[at + 1..].starts_with(':')
        }
        '=' | '|' | '\t' => true,
        _ => false,
    });
    let (at, sign) = sign?;
    let label = line[..at].trim_end_matches(['.', ' ', '*', '_']);
    let is_label = !label.is_empty() && label.split_whitespace().count() <= 8;
    let value = line[at + sign.len_utf8()..].trim_start_matches([':', '=', ' ', '*', '\t']);
    is_label.then_some((label, value))
}

/// Whether a colon belongs to a time, a port or IPv6: what stands before it ends with a digit, and is no name such as `C2`.
fn is_number_before(before: &str, after: &str) -> bool {
    let word = before.split(|c: char| !c.is_alphanumeric()).next_back().unwrap_or_default();
    let is_name =
        word.starts_with(|c: char| c.is_alphabetic()) && after.starts_with(char::is_whitespace);
    before.ends_with(|c: char| c.is_ascii_digit()) && !is_name
}

fn words(label: &str) -> Vec<String> {
    let pieces = label.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    pieces
        .filter(|word| !word.is_empty() && !word.bytes().all(|b| b.is_ascii_digit()))
        .map(str::to_lowercase)
        .collect()
}

fn meaning(words: &[String], hint: &str) -> Option<Meaning> {
    let ends = |list: &[&str]| words.last().is_some_and(|word| list.contains(&word.as_str()));
    let hint_is_ip = hint.len() < 12 && hint.to_lowercase().contains("ip");
    if words.is_empty() || words.len() > 7 {
        return None;
    }
    let lists = lists_of(words);
    if lists == 0 && !hint_is_ip && words[0] != "hostname" {
        return None;
    }
    let is = |text: &str| words.join(" ") == text;
    let has = |list: usize| lists & (1 << list) != 0;
    if has(PORTS) && !has(NO_PORTS) {
        return Some(if has(VICTIMS) || has(OF_VICTIMS) {
            Meaning::VictimPort
        } else {
            Meaning::Port
        });
    }
    if let Some(rank) = when(words, lists) {
        return Some(Meaning::When(rank));
    }
    if has(PAGES) && !hint_is_ip && !has(IPS) {
        if has(BAD) {
            return (!has(GENUINE_PAGES)).then_some(Meaning::Page).or(Some(Meaning::Genuine));
        }
        return Some(if has(GENUINE) || has(ELSEWHERE) { Meaning::Genuine } else { Meaning::Page });
    }
    if has(DOMAINS) || is("hostname") || is("host name") {
        return Some(if has(GENUINE) || has(ELSEWHERE) || has(VICTIMS) {
            Meaning::Genuine
        } else {
            Meaning::Domain
        });
    }
    let is_address = has(ADDRESSES) || hint_is_ip;
    if is_address && !has(NO_ADDRESSES) {
        return Some(if has(VICTIMS) { Meaning::Victim } else { Meaning::Source });
    }
    if has(REFERENCES)
        && (ends(&["id", "number", "no", "nr", "reference", "ref", "ticket", "case", "nummer"])
            || words.len() == 1 && has(LONE_REFERENCES))
    {
        return Some(Meaning::Reference);
    }
    if has(COUNTS) && !has(ENDS_OF_TIMES) {
        return Some(Meaning::Count);
    }
    (has(KINDS) && words.len() <= 3).then_some(Meaning::Kind)
}

/// How well a label says when: of the event before of its report, the last before the first.
fn when(words: &[String], lists: u32) -> Option<u8> {
    let has = |list: usize| lists & (1 << list) != 0;
    let is_time = has(TIMES);
    if !is_time || words.len() > 6 || has(NO_TIMES) {
        return None;
    }
    Some(if has(LAST) {
        5
    } else if has(OF_REPORTS) {
        2
    } else if has(FIRST) {
        3
    } else {
        4
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_mean_what_their_words_say() {
        for (line, meaning, value) in [
            ("Source IP: 192.0.2.1", Meaning::Source, "192.0.2.1"),
            ("* IP Address .....: 192.0.2.1", Meaning::Source, "192.0.2.1"),
            ("| Host       | 192.0.2.1       |", Meaning::Source, "192.0.2.1"),
            ("**Attacker:** 192.0.2.1", Meaning::Source, "192.0.2.1"),
            ("Adresse IP : 192.0.2.1", Meaning::Source, "192.0.2.1"),
            ("Our server IP: 192.0.2.1", Meaning::Victim, "192.0.2.1"),
            ("Destination address = 192.0.2.1", Meaning::Victim, "192.0.2.1"),
            ("Destination port: 22", Meaning::VictimPort, "22"),
            ("Source port: 4711", Meaning::Port, "4711"),
            ("Phishing URL: http://example.org/", Meaning::Page, "http://example.org/"),
            ("Official site: https://example.com/", Meaning::Genuine, "https://example.com/"),
            ("Site concerné : http://example.org/", Meaning::Page, "http://example.org/"),
            ("Timestamp (UTC): 2026-01-02 03:04:05", Meaning::When(4), "2026-01-02 03:04:05"),
            ("Last seen: 2026-01-02", Meaning::When(5), "2026-01-02"),
            ("Case ID: 7", Meaning::Reference, "7"),
            ("Domain: example.org", Meaning::Domain, "example.org"),
            ("C2: 192.0.2.1:443", Meaning::Source, "192.0.2.1:443"),
            ("IOC: 192.0.2.1:443", Meaning::Page, "192.0.2.1:443"),
            ("Reported Source IP Address/Port: 192.0.2.1:7", Meaning::Source, "192.0.2.1:7"),
            ("送信元IPアドレス: 192.0.2.1", Meaning::Source, "192.0.2.1"),
            ("IP-адрес: 192.0.2.1", Meaning::Source, "192.0.2.1"),
            ("Adres IP docelowy: 192.0.2.1", Meaning::Victim, "192.0.2.1"),
            ("Cílová IP adresa: 192.0.2.1", Meaning::Victim, "192.0.2.1"),
            ("宛先IPアドレス: 192.0.2.1", Meaning::Victim, "192.0.2.1"),
            ("Порт источника: 4711", Meaning::Port, "4711"),
            ("Bronpoort: 4711", Meaning::Port, "4711"),
            ("Doelpoort: 22", Meaning::VictimPort, "22"),
            ("Scanner address: 192.0.2.1", Meaning::Victim, "192.0.2.1"),
            ("\"src_ip\": \"192.0.2.1\"", Meaning::Source, "\"192.0.2.1\""),
        ] {
            let found = read(line).map(|found| (found.meaning, found.value));
            assert_eq!(found, Some((meaning, value)), "{line}");
        }
        for line in [
            "Dear team: hello",
            "http://example.com/",
            "2001:db8::1 is it",
            "Phone: 1",
            "no label",
            "X-Originating-IP: 192.0.2.1",
            "\"Source: 192.0.2.1\" was typed",
            "- http://example.org/a (IP: 192.0.2.1)",
            "",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
        assert_eq!(read("Timestamp (UTC): x").map(|found| found.hint), Some("UTC"));
    }

    #[test]
    fn a_record_in_one_line_is_split_into_its_pairs() {
        for line in [
            "src=192.0.2.1 dst=198.51.100.7",
            "src=192.0.2.1;dst=198.51.100.7",
            "Log: src=\"192.0.2.1\", dst=\"198.51.100.7\"",
            "{\"src\":\"192.0.2.1\",\"dst\":\"198.51.100.7\",\"tags\":[]}",
        ] {
            let mut pairs = record(line).expect("a record");
            pairs.sort();
            let found: Vec<(&str, &str)> =
                pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            assert_eq!(found, [("dst", "198.51.100.7"), ("src", "192.0.2.1")], "{line}");
        }
        for line in ["IP = 192.0.2.1", "http://example.org/?a=1&b=2", "Hello", "{}", ""] {
            assert_eq!(record(line), None, "{line}");
        }
        let meaning = |key| of_pair(key, "192.0.2.1").map(|found| found.meaning);
        assert_eq!(meaning("src_ip"), Some(Meaning::Source));
        assert_eq!(meaning("dst"), Some(Meaning::Victim));
        assert_eq!(meaning("proto"), None);
    }
}
