//! What the words of labels mean: lists of them, and one look-up for all.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

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

pub(super) const VICTIMS: usize = 0;
pub(super) const OF_VICTIMS: usize = 1;
pub(super) const GENUINE: usize = 2;
pub(super) const ELSEWHERE: usize = 3;
pub(super) const PORTS: usize = 4;
pub(super) const NO_PORTS: usize = 5;
pub(super) const PAGES: usize = 6;
pub(super) const IPS: usize = 7;
pub(super) const BAD: usize = 8;
pub(super) const GENUINE_PAGES: usize = 9;
pub(super) const DOMAINS: usize = 10;
pub(super) const ADDRESSES: usize = 11;
pub(super) const NO_ADDRESSES: usize = 12;
pub(super) const REFERENCES: usize = 13;
pub(super) const LONE_REFERENCES: usize = 14;
pub(super) const COUNTS: usize = 15;
pub(super) const ENDS_OF_TIMES: usize = 16;
pub(super) const KINDS: usize = 17;
pub(super) const TIMES: usize = 18;
pub(super) const NO_TIMES: usize = 19;
pub(super) const LAST: usize = 20;
pub(super) const OF_REPORTS: usize = 21;
pub(super) const FIRST: usize = 22;

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
pub(super) fn unknown(words: &[String]) -> u64 {
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
pub(super) fn lists_of(words: &[String]) -> u32 {
    words.iter().filter_map(|word| BY_WORD.get(word.as_str())).fold(0, |all, lists| all | lists)
}
