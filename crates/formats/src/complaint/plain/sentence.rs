//! What a sentence says an address is.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::addresses::Found;
use super::roles::{ATTACKED, BESIDE, DENIED, DOING, ELSEWHERE, OWNED};

/// What an address is in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is complained about.
    Source,
    /// It was attacked, or is the reporter's.
    Victim,
    /// It is there for another reason, or nothing says why.
    Mention,
}

/// Words of a sentence before an address that are looked at, from the address back.
const MOST_WORDS: usize = 9;

/// Bytes of a sentence before an address that are looked at.
const LONGEST: usize = 120;

/// Words that say where something comes from, in lower case.
const FROM: &[&str] = &[
    "from",
    "source",
    "attacker",
    "attackers",
    "offending",
    "offender",
    "abuser",
    "your",
    "yours",
    "von",
    "aus",
    "ihre",
    "ihrer",
    "ihrem",
    "ihren",
    "ihr",
    "votre",
    "vos",
    "depuis",
    "provenant",
    "su",
    "sus",
    "desde",
    "tu",
    "seu",
    "sua",
    "vaší",
    "vasi",
    "vaše",
    "vasej",
    "vašej",
    "dalla",
    "dal",
    "vostro",
    "uw",
    "jouw",
    "vanaf",
    "od",
    "jūsų",
    "iš",
    "originating",
    "origin",
    "malicious",
    "abusive",
    "infected",
    "compromised",
    "infringing",
    "suspicious",
    "following",
    "blacklisted",
    "blocklisted",
    "quelle",
    "angreifer",
    "operated",
    "belonging",
    "concerning",
    "regarding",
    "about",
    "against_abuse",
    "src",
    "infringer",
    "customer's",
    "hosts",
    "hosting",
    "owned",
    "assigned",
    "offenders",
    "c2",
    "cnc",
    "controller",
    "útočí",
    "атакует",
    "blocked",
    "banned",
    "locked",
    "gesperrt",
    "ваш",
    "вашего",
    "вашей",
    "вашем",
    "вашу",
    "ваша",
    "państwa",
    "waszego",
    "waszej",
    "twojego",
    "vašeho",
    "vaším",
    "din",
    "ditt",
    "deres",
    "jeres",
    "sizin",
    "来自",
    "源自",
];

/// `By` in several languages: who did it, or who saw it.
const BY: &[&str] = &["by", "par", "door", "da"];

/// Words of place among them: what stands before them is not whose it is.
const PLACED: &[&str] = &["from", "von", "aus", "depuis", "desde", "od", "vanaf"];

/// Whose it is, where it is the reporter's.
const OURS: &[&str] =
    &["our", "my", "unser", "unsere", "notre", "nuestro", "nosso", "onze", "nostro"];

/// Who writes, right before an address of theirs.
const WE: &[&str] = &["we", "wir", "nous"];

/// What reporters do to find out, before `from`.
const TESTING: &[&str] =
    &["query", "queries", "test", "tests", "tested", "checked", "verified", "probe"];

/// Words that deny what follows them.
const NOT: &[&str] = &["not", "never", "nicht", "pas", "nie", "ne", "не", "niet", "non", "no"];

/// Words that say who was attacked, in lower case.
const AT: &[&str] = &[
    "our",
    "ours",
    "my",
    "unser",
    "unsere",
    "unserer",
    "unserem",
    "unseren",
    "mein",
    "meine",
    "meinen",
    "notre",
    "nos",
    "mon",
    "nuestro",
    "nuestra",
    "mi",
    "nosso",
    "nossa",
    "naše",
    "naší",
    "onze",
    "ons",
    "mijn",
    "nostro",
    "against",
    "towards",
    "toward",
    "target",
    "targets",
    "targeted",
    "targeting",
    "victim",
    "victims",
    "destination",
    "dst",
    "attacked",
    "gegen",
    "contre",
    "contra",
    "tegen",
    "auf",
    "honeypot",
    "honeypots",
    "sensor",
    "hitting",
    "hit",
    "attacks",
    "scans",
    "floods",
    "attacking",
    "scanning",
    "scanned",
    "cible",
    "ziel",
    "protects",
    "protecting",
    "reporter's",
    "client's",
    "into",
    "contacted",
    "contacting",
    "connected",
    "connecting",
    "nasz",
    "nasze",
    "наш",
    "наша",
    "náš",
    "naši",
    "answer",
    "answers",
    "replies",
    "responds",
    "us",
    "nás",
    "нас",
    "uns",
    "nous",
];

/// What somewhere is that is complained about: `hosted at`, `located on`.
const THERE: &[&str] = &[
    "hosted",
    "located",
    "site",
    "sites",
    "website",
    "page",
    "content",
    "malware",
    "phishing",
    "running",
    "host",
    "server",
    "machine",
    "available",
    "found",
    "resolves",
    "resolving",
    "resolved",
    "resolve",
    "points",
    "pointing",
    "hébergé",
    "gehostet",
    "alojado",
    "hospedado",
    "hosting",
    "hostname",
    "activity",
    "service",
    "accessible",
    "infringement",
    "material",
    "botnet",
    "controller",
    "attack_source",
    "device",
    "computer",
    "system",
    "customer",
    "user",
    "infection",
    "issue",
    "vulnerability",
    "spam",
];

/// Words that say nothing themselves.
const PASSED_OVER: &[&str] = &[
    "the", "a", "an", "is", "are", "was", "were", "and", "und", "der", "die", "das", "dem", "den",
    "la", "le", "el", "of", "with", "this", "that", "these", "in", "number", "numbers", "block",
    "range", "one", "single", "l", "les", "los", "de", "des", "del", "di", "z", "ze", "s",
];

/// What addresses are called.
const CALLED: &[&str] = &[
    "ip",
    "ips",
    "ipv4",
    "ipv6",
    "ip's",
    "address",
    "addresses",
    "adresse",
    "adressen",
    "adresses",
    "adresy",
    "adresa",
    "dirección",
    "direccion",
    "endereço",
    "endereco",
    "indirizzo",
    "adres",
    "adresas",
    "adreso",
    "adresu",
    "adrese",
    "адрес",
    "адреса",
    "адресу",
    "ip-adresse",
    "ip-address",
];

/// What who saw it does, before `by`.
const WITNESSING: &[&str] = &[
    "reported",
    "detected",
    "seen",
    "observed",
    "monitored",
    "protected",
    "received",
    "logged",
    "recorded",
    "caught",
    "noticed",
    "blocked",
    "sent",
    "signalé",
    "détecté",
    "observé",
    "reçu",
    "bloqué",
    "vu",
    "gemeld",
    "gezien",
    "ontvangen",
    "gedetecteerd",
    "segnalato",
    "rilevato",
    "ricevuto",
    "bloccato",
    "visto",
];

/// Machines.
const MACHINES: &[&str] = &[
    "host",
    "server",
    "servers",
    "machines",
    "computers",
    "devices",
    "systems",
    "machine",
    "client",
    "computer",
    "system",
    "node",
    "device",
    "user",
    "customer",
    "rechner",
    "serveur",
    "servidor",
];

/// Whether words behind addresses, up to the end of the sentence, say that they are somebody else's affair.
pub(super) fn is_denied(behind: &str) -> bool {
    let behind = behind.get(..behind.floor_char_boundary(200)).unwrap_or_default().to_lowercase();
    let sentence = behind.split(". ").next().unwrap_or_default();
    let sentence = sentence.split(';').next().unwrap_or_default();
    sentence.contains(' ')
        && (ELSEWHERE_FINDER.is_match(sentence)
            || DENIED.iter().any(|words| sentence.contains(words)))
}

/// What an address is, by the words of its sentence. `default` is what it is where they say nothing.
pub(super) fn role(text: &str, found: &Found, default: Role) -> Role {
    crate::complaint::steps::take(LONGEST);
    let before = sentence_before(text, found.begin).to_lowercase();
    let after = &text[found.end..];
    let after = &after[..after.floor_char_boundary(60)];
    let after = after.split("\n\n").next().unwrap_or_default().to_lowercase();
    let rest_of_sentence = after.split(['.', ';']).next().unwrap_or_default();
    if ELSEWHERE_FINDER.is_match(&before) || ELSEWHERE_FINDER.is_match(rest_of_sentence) {
        return Role::Mention;
    }
    let next = after.trim_start();
    if DENIED.iter().any(|words| next.trim_start_matches([')', ',', ' ']).starts_with(words))
        || is_quotation(&before, next)
    {
        return Role::Mention;
    }
    let bare = next.trim_start_matches([')', ',', ' ']);
    if OWNED.iter().any(|words| next.starts_with(words))
        || ATTACKED.iter().any(|words| bare.starts_with(words))
    {
        return Role::Victim;
    }
    if let Some(role) = by_particle(&before, next) {
        return role;
    }
    let by_words = by_words_before(&before);
    let is_doing = || {
        let after = after.trim_start_matches(|c: char| c.is_whitespace() || ")],:".contains(c));
        DOING.iter().any(|doing| after.starts_with(doing))
    };
    match by_words {
        Some(role) => role,
        None if is_doing() => Role::Source,
        None => default,
    }
}

/// What particles right behind an address say, in languages that have them there, and words right before it in those that
/// put nothing between words.
fn by_particle(before: &str, after: &str) -> Option<Role> {
    let after = after.trim_start_matches([')', '」', '）', '"', ' ']);
    let before = before.trim_end_matches(|c: char| c.is_ascii() || "（「：".contains(c));
    let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    let begins = |words: &[&str]| words.iter().any(|word| after.starts_with(word));
    if begins(&["への", "へ", "に対", "宛", "を攻撃"])
        || ends(&["当社サーバ", "弊社サーバ", "我们的服务器", "我方"])
    {
        return Some(Role::Victim);
    }
    (begins(&["から", "より", "による", "が", "对我", "向我", "正在"])
        || ends(&["来自", "源自", "贵公司的", "您的", "攻击者", "攻撃元"]))
    .then_some(Role::Source)
}

/// Whether an address ends a quotation that began before it: `"Source: 192.0.2.1" was typed`.
fn is_quotation(before: &str, after: &str) -> bool {
    let is_mark = |c: char| "\"“”„«»".contains(c);
    after.starts_with(is_mark)
        && !before.ends_with(is_mark)
        && before.chars().filter(|c| is_mark(*c)).count() % 2 == 1
}

/// The sentence up to here, on one line.
fn sentence_before(text: &str, at: usize) -> String {
    let from = text[..at].floor_char_boundary(at.saturating_sub(LONGEST));
    let before = &text[from..at];
    let begin = [". ", "! ", "? ", "\n\n", ".\n", ";\n", "; "]
        .iter()
        .filter_map(|end| Some(before.rfind(end)? + end.len()))
        .max()
        .unwrap_or(0);
    before[begin..].replace(['\n', '\t'], " ")
}

/// Lists in which each word before an address is looked up.
const LISTS: &[&[&str]] = &[CALLED, BESIDE, BY, AT, FROM, MACHINES, PASSED_OVER, THERE];

const CALLED_LIST: usize = 0;
const BESIDE_LIST: usize = 1;
const BY_LIST: usize = 2;
const AT_LIST: usize = 3;
const FROM_LIST: usize = 4;
const MACHINES_LIST: usize = 5;
const PASSED_OVER_LIST: usize = 6;
const THERE_LIST: usize = 7;

/// In which of the lists a word is, as bits.
static BY_WORD: LazyLock<HashMap<&'static str, u8>> = LazyLock::new(|| {
    let mut by_word = HashMap::new();
    for (at, list) in LISTS.iter().enumerate() {
        for word in *list {
            *by_word.entry(*word).or_insert(0) |= 1 << at;
        }
    }
    by_word
});

fn lists_of(word: &str) -> u8 {
    BY_WORD.get(word).copied().unwrap_or_default()
}

static ELSEWHERE_FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let built = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(ELSEWHERE);
    built.unwrap_or_else(|error| unreachable!("the words are constants: {error}"))
});

fn by_words_before(before: &str) -> Option<Role> {
    let pieces = before.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-' && c != '.');
    let words: Vec<&str> = pieces
        .map(|word| word.trim_matches(['\'', '-', '.']))
        .filter(|word| !word.is_empty())
        .collect();
    let mut is_called = false;
    let mut is_machine = false;
    let back: Vec<&str> = words.iter().rev().take(MOST_WORDS).copied().collect();
    for (at, word) in back.iter().enumerate() {
        let further = &back[at + 1..];
        let lists = lists_of(word);
        let is_in = |list: usize| lists & (1 << list) != 0;
        if is_in(CALLED_LIST) || word.starts_with("ip-") && CALLED.contains(&without_ip(word)) {
            // `z adresu`, `с адреса`
            if further.first().is_some_and(|word| matches!(*word, "z" | "ze" | "с" | "со")) {
                return Some(Role::Source);
            }
            is_called = true;
            continue;
        }
        if is_in(BESIDE_LIST) && at < 4 {
            return Some(Role::Mention);
        }
        if is_in(BY_LIST) && *word != "by" {
            let is_witness = further.first().is_some_and(|word| WITNESSING.contains(word));
            return Some(if is_witness { Role::Mention } else { Role::Source });
        }
        if matches!(
            *word,
            "to" | "on"
                | "at"
                | "by"
                | "for"
                | "sur"
                | "en"
                | "em"
                | "op"
                | "bei"
                | "an"
                | "à"
                | "na"
                | "zu"
        ) {
            let is_witness = |word: &&str| WITNESSING.contains(word);
            return match (*word, where_it_is(further)) {
                ("by", _) if further.first().is_some_and(is_witness) => Some(Role::Mention),
                ("by", _) => Some(Role::Source),
                (_, Some(Role::Victim)) => Some(Role::Victim),
                ("to" | "zu" | "an" | "à", found) => Some(found.unwrap_or(Role::Victim)),
                (_, Some(role)) => Some(role),
                ("for", None) => Some(Role::Source),
                ("on", None) => Some(Role::Victim),
                (_, None) => is_called.then_some(Role::Source),
            };
        }
        if is_in(AT_LIST) {
            return Some(Role::Victim);
        }
        if at == 0 && WE.contains(word) {
            return Some(Role::Victim);
        }
        if is_in(FROM_LIST) {
            // `our origin`, `a query sent from`
            if !PLACED.contains(word) && further.first().is_some_and(|word| OURS.contains(word)) {
                return Some(Role::Victim);
            }
            if further.iter().take(4).any(|word| TESTING.contains(word)) {
                return Some(Role::Mention);
            }
            let is_denied = further.first().is_some_and(|word| NOT.contains(word));
            return Some(if is_denied { Role::Mention } else { Role::Source });
        }
        if is_in(MACHINES_LIST) {
            if further.first().is_some_and(|word| matches!(*word, "name" | "dns" | "ns")) {
                return Some(Role::Mention);
            }
            is_machine = true;
            continue;
        }
        if is_in(PASSED_OVER_LIST) {
            continue;
        }
        // An address before this one: a list, or another part of the sentence.
        if word.bytes().filter(|b| *b == b'.').count() == 3 {
            break;
        }
        if is_called && is_in(THERE_LIST) {
            return Some(Role::Source);
        }
        if at >= 5 {
            break;
        }
    }
    (is_called || is_machine).then_some(Role::Source)
}

/// `ip-адреса`, `ip-adresy`: what stands behind `ip-`.
fn without_ip(word: &str) -> &str {
    word.strip_prefix("ip-").unwrap_or(word)
}

/// What is at an address, by the words before `at`, `on` or `to`, the nearest first: our server, or a page that is bad.
fn where_it_is(words: &[&str]) -> Option<Role> {
    let mut found = None;
    // An address before this one is another part of the sentence.
    let is_address = |word: &&str| word.bytes().filter(|b| *b == b'.').count() == 3;
    for word in words.iter().take(4).take_while(|word| !is_address(word)) {
        if AT.contains(word) {
            return Some(Role::Victim);
        }
        if MACHINES.contains(word) || PASSED_OVER.contains(word) || CALLED.contains(word) {
            found = found.or(MACHINES.contains(word).then_some(Role::Source));
        } else if THERE.contains(word) || matches!(*word, "you" | "your") {
            return Some(Role::Source);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_says_what_an_address_is() {
        use Role::{Mention, Source, Victim};
        for (text, roles) in [
            (
                "We have detected abuse to our IPv4 block 198.51.100.0/24 from the IP address 192.0.2.1, which appears to be on your network.",
                vec![Victim, Source],
            ),
            ("Our server at 198.51.100.20 was attacked by 192.0.2.1.", vec![Victim, Source]),
            ("Attacks against 198.51.100.20 come from 192.0.2.1", vec![Victim, Source]),
            ("192.0.2.1 attacked our server 198.51.100.20", vec![Source, Victim]),
            ("From 192.0.2.1 to 198.51.100.20", vec![Source, Victim]),
            (
                "The IP address 192.0.2.1, under your network responsibility, has generated attempts",
                vec![Source],
            ),
            ("z Vaší IP adresy 192.0.2.1 pravděpodobně probíhá spamming", vec![Source]),
            ("A phishing site is hosted at 192.0.2.1", vec![Source]),
            ("The domain example.org currently resolves to 192.0.2.1", vec![Source]),
            ("It was relayed through 192.0.2.1", vec![Mention]),
            ("Our resolver 192.0.2.1 saw it", vec![Mention]),
            ("The same came last year from 192.0.2.1", vec![Mention]),
            ("attacks as those of 192.0.2.1", vec![Mention]),
            ("Version 1.2.3.4", vec![Mention]),
            ("The attacks come from 192.0.2.1, not from 198.51.100.7", vec![Source, Mention]),
            ("Your server 192.0.2.1 talked to 198.51.100.7", vec![Source, Victim]),
            ("It answers for 198.51.100.7 (our resolver)", vec![Victim]),
            ("The host 198.51.100.7 is not involved", vec![Mention]),
            ("The host 198.51.100.7 is hosted elsewhere and not yours", vec![Mention]),
            ("\"Source: 198.51.100.7\" was typed by the attacker", vec![Mention]),
            ("Our PC 198.51.100.7 connects to the C2 server 192.0.2.1:443", vec![Victim, Source]),
            ("Notre serveur a été attaqué par 192.0.2.1", vec![Source]),
            ("Signalé par 192.0.2.1", vec![Mention]),
            ("Il nostro server è stato attaccato da 192.0.2.1", vec![Source]),
            ("Onze server werd aangevallen door 192.0.2.1", vec![Source]),
            ("Nasz serwer został zaatakowany z adresu 192.0.2.1", vec![Source]),
            ("Наш сервер атакован с адреса 192.0.2.1", vec![Source]),
            ("Na náš server 198.51.100.7 útočí 192.0.2.1", vec![Victim, Source]),
            ("The source 192.0.2.1 was reported by Example.", vec![Source]),
            ("The source is ::ffff:192.0.2.1.", vec![Source]),
            ("from 192.0.2.1:4711 and 2001:db8::1", vec![Source, Mention]),
            ("Name servers: 192.0.2.1", vec![Mention]),
            ("Attacks from 192.0.2.1 reached our origin 198.51.100.7", vec![Source, Victim]),
            ("Customer A (192.0.2.1) attacks customer B (198.51.100.7)", vec![Source, Victim]),
            ("We, 198.51.100.7, are flooded from 192.0.2.1", vec![Victim, Source]),
            ("We have blocked 192.0.2.1 because of attacks", vec![Source]),
            ("A query sent from 198.51.100.7 was answered", vec![Mention]),
            ("Please check 192.0.2.1: it sends spam", vec![Source]),
            (
                "The servers 192.0.2.1 and 192.0.2.2 of yours send spam to us (198.51.100.7)",
                vec![Source, Mention, Victim],
            ),
            ("The SIP server 198.51.100.7 is attacked by 192.0.2.1", vec![Victim, Source]),
            ("http://192.0.2.1/ 192.0.2.010 192.0.2.xxx", vec![]),
        ] {
            let found = super::super::addresses::addresses(text);
            let found: Vec<Role> = found.iter().map(|one| role(text, one, Mention)).collect();
            assert_eq!(found, roles, "{text}");
        }
    }
}
