//! Labels in texts: `Source IP: 192.0.2.1`, `| Host | 192.0.2.1 |`, `URL = http://…`. One table of words says what a label means.

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
    pub(super) value: &'t str,
}

/// Longest label, in bytes.
const LONGEST: usize = 70;

/// The label at the beginning of a line.
pub(super) fn read(line: &str) -> Option<Labelled<'_>> {
    let bare =
        line.trim().trim_start_matches(|c: char| c.is_whitespace() || "-*•|>#·–".contains(c));
    let (label, value) = split(bare)?;
    let (label, hint) = match label.split_once('(') {
        Some((label, hint)) => (label, hint.trim_end().trim_end_matches(')')),
        None => (label, ""),
    };
    let value = value.trim().trim_matches(['|', '*', '`']).trim();
    let words = words(label);
    Some(Labelled { meaning: meaning(&words, hint)?, hint, value })
}

/// Label and value: a colon, an equals sign, a cell of a table, a run of dots or a tab between them.
fn split(line: &str) -> Option<(&str, &str)> {
    let begin = &line[..line.floor_char_boundary(LONGEST)];
    let sign = begin.char_indices().find(|(at, c)| match c {
        // Not within `http://` and IPv6.
        ':' => {
            !line[at + 1..].starts_with("//")
                && !begin[..*at].ends_with(|c: char| c.is_ascii_digit())
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

fn words(label: &str) -> Vec<String> {
    let pieces = label.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    pieces
        .filter(|word| !word.is_empty() && !word.bytes().all(|b| b.is_ascii_digit()))
        .map(str::to_lowercase)
        .collect()
}

const VICTIMS: &[&str] = &[
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
];

const GENUINE: &[&str] = &[
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

const ELSEWHERE: &[&str] = &[
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

fn meaning(words: &[String], hint: &str) -> Option<Meaning> {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let ends = |list: &[&str]| words.last().is_some_and(|word| list.contains(&word.as_str()));
    let is = |text: &str| words.join(" ") == text;
    let hint_is_ip = hint.to_lowercase().contains("ip") && hint.len() < 12;
    if words.is_empty() || words.len() > 7 {
        return None;
    }
    if has(&[
        "port", "ports", "dpt", "spt", "sport", "dport", "puerto", "porta", "srcport", "dstport",
    ]) && !has(&["report", "scan"])
    {
        return Some(if has(VICTIMS) || has(&["dpt", "dport", "dstport", "service"]) {
            Meaning::VictimPort
        } else {
            Meaning::Port
        });
    }
    if let Some(rank) = when(words) {
        return Some(Meaning::When(rank));
    }
    if has(&[
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
    ]) && !hint_is_ip
        && !has(&["ip", "ips"])
    {
        if has(&[
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
        ]) {
            return (!has(&[
                "official",
                "legitimate",
                "genuine",
                "original",
                "copyrighted",
                "authorized",
            ]))
            .then_some(Meaning::Page)
            .or(Some(Meaning::Genuine));
        }
        return Some(if has(GENUINE) || has(ELSEWHERE) { Meaning::Genuine } else { Meaning::Page });
    }
    if has(&["domain", "domains", "fqdn", "domaine", "dominio", "domäne", "domainname"])
        || is("hostname")
        || is("host name")
    {
        return Some(if has(GENUINE) || has(ELSEWHERE) || has(VICTIMS) {
            Meaning::Genuine
        } else {
            Meaning::Domain
        });
    }
    let is_address = has(&[
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
    ]) || hint_is_ip;
    if is_address
        && !has(&[
            "email", "e-mail", "mail", "mac", "schema", "postal", "street", "dns", "agent", "name",
        ])
    {
        return Some(if has(VICTIMS) { Meaning::Victim } else { Meaning::Source });
    }
    if has(&[
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
    ]) && (ends(&["id", "number", "no", "nr", "reference", "ref", "ticket", "case", "nummer"])
        || words.len() == 1 && has(&["reference", "ref", "ticket", "case"]))
    {
        return Some(Meaning::Reference);
    }
    if has(&["count", "attempts", "occurrences", "occurances", "hits", "events", "requests"])
        && !has(&["first", "last"])
    {
        return Some(Meaning::Count);
    }
    (has(&[
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
        "incident",
    ]) && words.len() <= 3)
        .then_some(Meaning::Kind)
}

/// How well a label says when: of the event before of its report, the last before the first.
fn when(words: &[String]) -> Option<u8> {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let is_time = has(&[
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
    ]);
    if !is_time
        || words.len() > 6
        || has(&[
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
        ])
    {
        return None;
    }
    Some(if has(&["last", "latest", "recent", "end", "zuletzt", "most"]) {
        5
    } else if has(&["report", "reported", "sent", "generated", "received", "created", "notice"]) {
        2
    } else if has(&["first", "start", "begin", "zuerst"]) {
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
            "",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
        assert_eq!(read("Timestamp (UTC): x").map(|found| found.hint), Some("UTC"));
    }
}
