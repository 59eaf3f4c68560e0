//! Labels in texts: `Source IP: 192.0.2.1`, `| Host | 192.0.2.1 |`, `URL = http://…`. One table of words says what a label means.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use super::addresses;

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

const VICTIMS_WORDS: &[&str] = &[
    "destination",
    "dest",
    "dst",
    "target",
    "targets",
    "targeted",
    "victim",
    "victims",
    "attacked",
    "honeypot",
    "our",
    "my",
    "sensor",
    "local",
    "reporter",
    "reporting",
    "reporter's",
    "monitor",
    "complainant",
    "ziel",
    "zielip",
    "opfer",
    "unser",
    "unsere",
    "cible",
    "victime",
    "notre",
    "destino",
    "víctima",
    "victima",
    "nuestra",
    "alvo",
    "nosso",
    "doel",
    "slachtoffer",
    "onze",
    "detector",
    "collector",
    "client's",
    "receiving",
    "recipient",
    "proxied",
    "edge",
    "dstip",
    "impacted",
    "affected",
    "observer",
    "resolver",
    "nameserver",
    "relay",
    "upstream",
    "previous",
    "whois",
    "other",
    "scanner",
    "dstaddr",
    "daddr",
    "tracker",
    "gateway",
    "proxy",
    "hop",
    "cdn",
    "mx",
    "destinazione",
    "bersaglio",
    "docelowy",
    "docelowe",
    "docelowa",
    "cílová",
    "cílový",
    "cílové",
    "назначения",
    "цели",
    "жертвы",
    "mål",
    "målip",
    "kohde",
    "hedef",
    "cél",
    "célpont",
    "áldozat",
    "대상",
    "목적지",
    "피해자",
    "destinație",
    "destinatie",
    "țintă",
    "victimă",
    "cieľová",
    "cieľ",
    "odredište",
    "odredišna",
    "ciljna",
    "ciljni",
    "paskirties",
    "tikslo",
    "mērķa",
    "siht",
    "sihtkoha",
    "призначення",
    "целеви",
    "προορισμού",
    "στόχος",
    "tujuan",
    "sasaran",
    "đích",
    "目標",
    "目標ip",
    "目的地",
    "受害者",
    "宛先ip",
    "宛先ipアドレス",
    "送信先ip",
    "送信先ipアドレス",
    "目标ip",
    "目的ip",
    "目标ip地址",
    "目的ip地址",
];

/// Ports that are always those of whom was attacked.
const OF_VICTIMS_WORDS: &[&str] =
    &["dpt", "dport", "dstport", "service", "doelpoort", "målport", "宛先ポート", "目标端口"];

const GENUINE_WORDS: &[&str] = &[
    "official",
    "legitimate",
    "legit",
    "genuine",
    "original",
    "authentic",
    "real",
    "brand",
    "impersonated",
    "copyrighted",
    "authorized",
    "authorised",
    "protected",
    "licensed",
    "client",
    "customer",
    "company",
    "trademark",
    "homepage",
    "work",
    "works",
    "owner",
    "offizielle",
    "offiziell",
    "echte",
    "original-url",
    "officiel",
    "légitime",
    "legitime",
    "oficial",
    "legítimo",
    "officiële",
    "ufficiale",
    "holder",
    "rightful",
    "our",
    "my",
    "victim",
    "correct",
    "true",
    "valid",
    "organisation",
    "organization",
    "spoofed",
    "imitated",
    "targeted",
];

const ELSEWHERE_WORDS: &[&str] = &[
    "reference",
    "references",
    "proof",
    "screenshot",
    "screenshots",
    "more",
    "info",
    "information",
    "details",
    "portal",
    "documentation",
    "help",
    "contact",
    "unsubscribe",
    "policy",
    "faq",
    "blog",
    "whois",
    "evidence",
    "report",
    "statement",
    "ticket",
    "feedback",
    "download-report",
    "virustotal",
    "urlscan",
    "schema",
    "lookup",
    "delist",
    "removal",
    "advisory",
    "mitigation",
    "remediation",
    "licence",
    "license",
    "signature",
    "phone",
    "fax",
    "tel",
    "telephone",
    "email",
    "e-mail",
    "mail",
    "postal",
    "street",
];

/// What ports are called.
const PORTS_WORDS: &[&str] = &[
    "port",
    "ports",
    "dpt",
    "spt",
    "sport",
    "dport",
    "puerto",
    "porta",
    "srcport",
    "dstport",
    "poort",
    "bronpoort",
    "doelpoort",
    "källport",
    "målport",
    "порт",
    "ポート",
    "送信元ポート",
    "宛先ポート",
    "源端口",
    "目标端口",
    "端口",
];

/// What is no port, whatever stands beside it.
const NO_PORTS_WORDS: &[&str] = &["report", "scan"];

/// What pages are called.
const PAGES_WORDS: &[&str] = &[
    "url",
    "urls",
    "uri",
    "uris",
    "link",
    "links",
    "website",
    "websites",
    "webpage",
    "site",
    "sites",
    "page",
    "pages",
    "location",
    "locations",
    "material",
    "web",
    "webseite",
    "lien",
    "enlace",
    "sitio",
    "ссылка",
    "ioc",
    "iocs",
];

/// What addresses are called in short.
const IPS_WORDS: &[&str] = &["ip", "ips"];

/// What is said of pages that are complained about.
const BAD_WORDS: &[&str] = &[
    "infringing",
    "infringement",
    "phishing",
    "malicious",
    "fraudulent",
    "offending",
    "abusive",
    "malware",
    "fake",
    "illegal",
    "reported",
    "unauthorized",
    "violating",
    "infected",
    "payload",
    "scam",
    "impersonates",
    "impersonating",
    "imitates",
    "imitating",
    "mimics",
    "mimicking",
    "spoofs",
    "spoofing",
    "copies",
    "pretends",
];

/// What is said of pages that are not.
const GENUINE_PAGES_WORDS: &[&str] =
    &["official", "legitimate", "genuine", "original", "copyrighted", "authorized"];

/// What domains are called.
const DOMAINS_WORDS: &[&str] =
    &["domain", "domains", "fqdn", "domaine", "dominio", "domäne", "domainname"];

/// What addresses are called, and what has one.
const ADDRESSES_WORDS: &[&str] = &[
    "ip",
    "ips",
    "ip's",
    "ipv4",
    "ipv6",
    "source",
    "src",
    "attacker",
    "attackers",
    "offender",
    "abuser",
    "srcip",
    "sourceip",
    "adresse",
    "address",
    "addresses",
    "adresses",
    "adressen",
    "adresy",
    "adresa",
    "dirección",
    "direccion",
    "endereço",
    "endereco",
    "indirizzo",
    "adres",
    "host",
    "hosts",
    "server",
    "servers",
    "systems",
    "machines",
    "devices",
    "origin",
    "infringer",
    "cidr",
    "remote",
    "rhost",
    "quelle",
    "hosted",
    "resolves",
    "bot",
    "c2",
    "culprit",
    "machine",
    "subnet",
    "network",
    "adreso",
    "peer",
    "hosting",
    "device",
    "angreifer",
    "attaquant",
    "адрес",
    "адреса",
    "ipアドレス",
    "送信元ip",
    "送信元ipアドレス",
    "発信元ipアドレス",
    "攻撃元ip",
    "攻撃元ipアドレス",
    "宛先ip",
    "宛先ipアドレス",
    "送信先ip",
    "送信先ipアドレス",
    "目标ip",
    "目标ip地址",
    "目的ip",
    "目的ip地址",
    "源ip",
    "源ip地址",
    "来源ip",
    "攻击ip",
    "攻击者ip",
    "ip地址",
    "아이피",
    "srcaddr",
    "saddr",
    "dst",
    "dest",
    "dstip",
    "destination",
    "target",
    "victim",
    "daddr",
    "dstaddr",
    "scanner",
];

/// What has another kind of address, or none.
const NO_ADDRESSES_WORDS: &[&str] =
    &["email", "e-mail", "mail", "mac", "schema", "postal", "street", "dns", "agent", "name"];

/// What has a number of the reporter's.
const REFERENCES_WORDS: &[&str] = &[
    "reference",
    "ref",
    "ticket",
    "case",
    "incident",
    "notice",
    "report",
    "issue",
    "vorgang",
    "aktenzeichen",
];

/// What is such a number where nothing else stands there.
const LONE_REFERENCES_WORDS: &[&str] = &["reference", "ref", "ticket", "case"];

/// What says how many.
const COUNTS_WORDS: &[&str] =
    &["count", "attempts", "occurrences", "occurances", "hits", "events", "requests"];

/// Which of several times.
const ENDS_OF_TIMES_WORDS: &[&str] = &["first", "last"];

/// What says of what kind it is.
const KINDS_WORDS: &[&str] = &[
    "type",
    "category",
    "issue",
    "problem",
    "attack",
    "malware",
    "reason",
    "abuse",
    "threat",
    "classification",
    "kind",
    "tipo",
    "soort",
    "rodzaj",
    "typ",
    "тип",
    "内容",
    "类型",
    "art",
    "incident",
];

/// What times are called.
const TIMES_WORDS: &[&str] = &[
    "date",
    "time",
    "timestamp",
    "datetime",
    "timestamps",
    "zeit",
    "zeitpunkt",
    "datum",
    "zeitstempel",
    "uhrzeit",
    "fecha",
    "hora",
    "data",
    "heure",
    "seen",
    "detected",
    "discovered",
    "observed",
    "found",
    "occurred",
    "when",
    "tijd",
    "tijdstip",
    "start",
    "begin",
    "horário",
    "moment",
    "visto",
    "gesehen",
    "timeframe",
    "tested",
    "checked",
    "verified",
    "accessed",
    "время",
    "дата",
    "日時",
    "受信日時",
    "検知日時",
    "発生日時",
    "czas",
    "čas",
    "tidpunkt",
    "tidspunkt",
    "ora",
    "时间",
    "发生时间",
];

/// What has times that say nothing of the event.
const NO_TIMES_WORDS: &[&str] = &[
    "zone",
    "timezone",
    "birth",
    "registration",
    "expiry",
    "expires",
    "registered",
    "response",
    "deadline",
    "transfer",
    "breach",
    "file",
];

/// The last time.
const LAST_WORDS: &[&str] = &["last", "latest", "recent", "end", "zuletzt", "most"];

/// The time of a report.
const OF_REPORTS_WORDS: &[&str] =
    &["report", "reported", "sent", "generated", "received", "created", "notice"];

/// The first time.
const FIRST_WORDS: &[&str] = &["first", "start", "begin", "zuerst"];

/// Every list, so that a word is looked up once and not in each.
const LISTS: &[&[&str]] = &[
    VICTIMS_WORDS,
    OF_VICTIMS_WORDS,
    GENUINE_WORDS,
    ELSEWHERE_WORDS,
    PORTS_WORDS,
    NO_PORTS_WORDS,
    PAGES_WORDS,
    IPS_WORDS,
    BAD_WORDS,
    GENUINE_PAGES_WORDS,
    DOMAINS_WORDS,
    ADDRESSES_WORDS,
    NO_ADDRESSES_WORDS,
    REFERENCES_WORDS,
    LONE_REFERENCES_WORDS,
    COUNTS_WORDS,
    ENDS_OF_TIMES_WORDS,
    KINDS_WORDS,
    TIMES_WORDS,
    NO_TIMES_WORDS,
    LAST_WORDS,
    OF_REPORTS_WORDS,
    FIRST_WORDS,
];

const VICTIMS: usize = 0;
const OF_VICTIMS: usize = 1;
const GENUINE: usize = 2;
const ELSEWHERE: usize = 3;
const PORTS: usize = 4;
const NO_PORTS: usize = 5;
const PAGES: usize = 6;
const IPS: usize = 7;
const BAD: usize = 8;
const GENUINE_PAGES: usize = 9;
const DOMAINS: usize = 10;
const ADDRESSES: usize = 11;
const NO_ADDRESSES: usize = 12;
const REFERENCES: usize = 13;
const LONE_REFERENCES: usize = 14;
const COUNTS: usize = 15;
const ENDS_OF_TIMES: usize = 16;
const KINDS: usize = 17;
const TIMES: usize = 18;
const NO_TIMES: usize = 19;
const LAST: usize = 20;
const OF_REPORTS: usize = 21;
const FIRST: usize = 22;

/// In which of the lists a word is, as bits.
static BY_WORD: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
    let mut by_word = HashMap::new();
    for (at, list) in LISTS.iter().enumerate() {
        for word in *list {
            *by_word.entry(*word).or_insert(0) |= 1 << at;
        }
    }
    by_word
});

/// Words that labels of sources have beside what an address is called, and small words.
const BESIDE: &[&str] = &[
    "second",
    "third",
    "additional",
    "your",
    "the",
    "of",
    "de",
    "la",
    "der",
    "von",
    "customer's",
    "suspicious",
    "attacking",
    "abuser",
    "spammer",
    "infected",
    "compromised",
    "vulnerable",
    "affected",
    "hacker",
    "client",
    "internet",
    "public",
    "external",
    "full",
    "complete",
    "user",
    "subscriber",
    "or",
    "and",
    "und",
    "et",
    "y",
    "e",
    "ihre",
    "votre",
    "su",
    "number",
    "list",
    "system",
    "involved",
    "current",
    "range",
    "block",
    "s",
    "origen",
    "origem",
    "herkunft",
    "zdrojová",
    "źródłowy",
    "kaynak",
    "käll",
    "bron",
    "forrás",
    "공격자",
    "출발지",
    "источника",
    "атакующего",
    "attaquante",
    "atacante",
    "aanvaller",
    "attaccante",
    "sorgente",
];

/// The words of a label as a number, if one of them is in no list; else 0.
fn unknown(words: &[String]) -> u64 {
    let is_known = |word: &String| {
        BY_WORD.contains_key(word.as_str()) || BESIDE.contains(&word.as_str()) || word.len() > 24
    };
    if words.iter().all(is_known) {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish() | 1
}

/// In which of the lists one of some words is.
fn lists_of(words: &[String]) -> u32 {
    words.iter().filter_map(|word| BY_WORD.get(word.as_str())).fold(0, |all, lists| all | lists)
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
