//! Headers of tables, whoever made them: which column declares what. One list of names for CSV, spreadsheets, tables in
//! mails, and the fields of JSON and XML feeds.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Field {
    /// The source's address, or a prefix.
    Source,
    /// A controller, or whatever a bot was told to contact: the source where the table has no other, else what was
    /// contacted.
    Controller,
    ControllerPort,
    /// The source's port.
    Port,
    /// A page.
    Url,
    /// A domain of a page.
    Domain,
    /// A mail address.
    Email,
    /// When it was seen.
    Time,
    /// The day, where the time of day has a column of its own.
    Date,
    /// Either the whole time or the time of day.
    TimeOfDay,
    Destination,
    DestinationPort,
    /// How many events.
    Count,
    /// What kind of abuse.
    Kind,
    /// Something that tables of complaints have and that is not taken.
    Other,
}

/// Names of columns, in lower case and joined by `_`; those of a line are equally good, the better lines first.
const NAMES: &[(Field, &str)] = &[
    (
        Field::Source,
        "src_ip source_ip sourceip srcip ip_src attacker_ip attackerip attacking_ip offending_ip offender_ip abuser_ip abusive_ip infected_ip bot_ip source_ip_address sourceipaddress source_ip_s ip_source src_ip_address networksourceipv4 networksourceipv6 src_addr srcaddr source_address source_addr saddr reported_ip suspicious_ip malicious_ip compromised_ip affected_ip vulnerable_ip ip_vulneravel zdrojova_ip quell_ip quelle_ip ip_quelle src_ip_addr drone_ip spamming_ip",
    ),
    (
        Field::Source,
        "ip ip_address ipaddress ip_addr ipaddr ip_adresse ip_adress ipadresse endereco_ip direccion_ip adresse_ip indirizzo_ip adres_ip adresa_ip ip_adresa ip_adres ip_addresses ips ipv4 ipv6 ipv4_address ipv6_address ip_osoite address server_ip serverip server_inet host_ip hostip ip_host ipv4_addr details_ip_address ip_v4 ip_v6 ip_asset adressen source_ip_v4 ip_ip client_ip sender_ip source_network",
    ),
    (
        Field::Source,
        "network prefix cidr netblock ip_range ip_cidr subnet ip_block source_cidr ip_network",
    ),
    (
        Field::Source,
        "source src attacker offender host hosts ip_domain ip_or_domain indicator server quelle origen origem asset target_asset",
    ),
    (
        Field::Controller,
        "c_c cc cnc c2 c2_ip cc_ip cnc_ip controller controller_ip networkdestinationipv4 networkdestinationipv6",
    ),
    (Field::ControllerPort, "c_c_port cc_port cnc_port c2_port networkdestinationport"),
    (
        Field::Port,
        "src_port source_port sourceport srcport sport port_src udp_srcport tcp_srcport quellport local_port networksourceport source_port_s",
    ),
    (Field::Port, "port ports service_port server_port porta puerto port_number"),
    (
        Field::Url,
        "url urls uri full_url source_url src_url phishing_url phish_url malware_url malicious_url infringing_url abuse_url url_s reported_url offending_url spam_url domain_url direccion_url phishing_link mal_url optional_information",
    ),
    (
        Field::Domain,
        "domain domains fqdn domain_name source_fqdn source_domain_name src_fqdn http_host host_name_of_page domini dominio domaine domena webserver_host phishing_domain malicious_domain site website",
    ),
    (
        Field::Email,
        "email e_mail source_account account_email domainemails mail_address email_address compromised_account",
    ),
    (
        Field::Time,
        "timestamp time_source source_time event_time event_timestamp eventtime event_date_time event_datetime timestamp_utc time_stamp attack_time incident_time incident_date detection_time detection_date time_detected detected_at observed_at datetime date_time isotime utc ts _ts zeitstempel zeitpunkt fecha_hora fecha_y_hora data_hora data_e_hora data_do_teste horodatage datum_uhrzeit tijdstip cas laikas lastreporteddatetime datetimereceivedutc date_utc datetime_utc last_impact_timestamp log_time logtime occurred_at reported_at abuse_time date_of_incident date_of_detection timestamp_gmt",
    ),
    (
        Field::Time,
        "last_seen lastseen last_seen_utc last_seen_at lastseenat last_seen_time seen seen_at last_event last_observed last_activity latest ultima_vez letzte_sichtung last_online updated updated_at",
    ),
    (
        Field::Time,
        "submission_time discovered discovered_at discovery_date detected detection found found_at first_seen firstseen first_seen_utc first_seen_at first_seen_time firstseenat firstreporteddatetime first time_first start_time start add_date dateadded date_added added report_date reportdate reported reported_on created created_at verification_time observation_time valid_from breach_addeddate activity_start start_and_end_of_valid_time_utc",
    ),
    (Field::Date, "date event_date datum data fecha jour day dia paivamaara"),
    (Field::TimeOfDay, "time event_time_of_day uhrzeit zeit hora heure tijd hodina"),
    (
        Field::Destination,
        "dst_ip dest_ip destination_ip destinationip dstip ip_dst target_ip targetip victim_ip victimip destination_address dst_addr dstaddr dest_addr daddr tgt attacked_ip targeted_ip ziel_ip destination_ip_address dst_ip_address remote_ip target targets victim destination honeypot sensor target_address zielip ip_destino ip_de_destino destination_ip_s",
    ),
    (
        Field::DestinationPort,
        "dst_port dest_port destination_port destinationport dstport dport target_port targetport zielport port_dst victim_port tcp_dstport udp_dstport remote_port attacked_port puerto_destino porta_destino",
    ),
    (
        Field::Count,
        "count event_count attack_count attacks hits events occurrences number_of_events reports attempts num_events tries sum_count anzahl quantidade n_events",
    ),
    (
        Field::Kind,
        "classification_type category categories type threat_type threat_category abuse_type attack_type incident_type event_type classification infection report_type kategorie typ tipo categoria indicatorthreattype typ_incydentu codename reason attack abuse_category issue problem problema state_of_threat feed feed_name report classification_taxonomy tag threat malware_type",
    ),
    (
        Field::Other,
        "asn as_number as_name asname as geo country country_code cc_geo region city hostname host_name reverse_dns rdns ptr dns dns_name protocol proto ip_protocol transport application service naics sic sector severity description comment comments details info malware malware_name malware_family family botname botnet signature md5 sha1 sha256 hash user_agent agent status resultados result resultado provider isp network_name netname tlp confidence feed_code channel command asninfo no nr number id case_id reference ref optional issue_description name confidence_level last_impact_germantime earliest_expiretime_germantime plugin filename payload rir registrar abuse_contact server_name version vulnerability cve",
    ),
];

/// What a name means, and how good it is: 0 is best.
static BY_NAME: LazyLock<HashMap<&'static str, (Field, u8)>> = LazyLock::new(|| {
    let mut by_name = HashMap::new();
    for (rank, (field, names)) in (0..).zip(NAMES) {
        for name in names.split(' ') {
            by_name.entry(name).or_insert((*field, rank));
        }
    }
    by_name
});

/// Zones that people write behind the name of a column of times.
const ZONES: [&str; 4] = ["_utc", "_gmt", "_cet", "_cest"];

/// Longest name of a column, in bytes.
const LONGEST_NAME: usize = 48;

/// Columns that are looked at.
const MOST_COLUMNS: usize = 512;

/// Known names that make a header, however many others stand beside them.
const ENOUGH: usize = 5;

/// What a name of a column means.
pub(super) fn field(name: &str) -> Option<(Field, u8)> {
    BY_NAME.get(key(name)?.as_str()).copied()
}

/// Whether two names mean something, without which cells are no header.
pub(super) fn are_known<'c>(cells: impl Iterator<Item = &'c str>) -> bool {
    cells.take(MOST_COLUMNS).filter(|cell| is_known(cell)).nth(1).is_some()
}

/// Whether a name means something. The same as asking for what, without making anything in most cases.
fn is_known(name: &str) -> bool {
    let bare = name.trim();
    if bare.len() > LONGEST_NAME || !bare.is_ascii() || bare.starts_with(['#', ';']) {
        return field(name).is_some();
    }
    let mut key_of = [0_u8; LONGEST_NAME];
    let mut length = 0;
    for byte in bare.bytes() {
        if byte.is_ascii_alphanumeric() {
            key_of[length] = byte.to_ascii_lowercase();
            length += 1;
        } else if length > 0 && key_of[length - 1] != b'_' {
            key_of[length] = b'_';
            length += 1;
        }
    }
    let Ok(key) = std::str::from_utf8(&key_of[..length]) else { return false };
    let key = key.trim_end_matches('_');
    let without_zone = || ZONES.iter().find_map(|zone| key.strip_suffix(zone));
    BY_NAME.contains_key(key) || without_zone().is_some_and(|key| BY_NAME.contains_key(key))
}

/// `Source IP (UTC)` as `source_ip_utc`; without what people write behind.
fn key(name: &str) -> Option<String> {
    let name = name.trim().trim_start_matches(['#', ';', '\u{feff}']).trim();
    if name.is_empty() || name.len() > LONGEST_NAME {
        return None;
    }
    let mut key = String::with_capacity(name.len());
    for c in name.chars().flat_map(plain) {
        if c.is_ascii_alphanumeric() {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with('_') {
            key.push('_');
        }
    }
    key.truncate(key.trim_end_matches('_').len());
    let is_known = BY_NAME.contains_key(key.as_str());
    for zone in ZONES {
        if !is_known && let Some(rest) = key.strip_suffix(zone) {
            return Some(rest.to_owned());
        }
    }
    (!key.is_empty()).then_some(key)
}

/// A letter without its accent, in lower case.
fn plain(c: char) -> impl Iterator<Item = char> {
    let lower = c.to_lowercase().next().unwrap_or(c);
    let plain = match lower {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'ě' => 'e',
        'í' | 'ì' | 'î' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'ů' => 'u',
        'ç' | 'č' => 'c',
        'ñ' => 'n',
        'ý' => 'y',
        'š' => 's',
        'ž' => 'z',
        'ř' => 'r',
        other => other,
    };
    std::iter::once(plain)
}

/// Which column declares what, best first.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    pub(super) source: Vec<usize>,
    pub(super) controller: Vec<usize>,
    pub(super) controller_port: Vec<usize>,
    pub(super) port: Vec<usize>,
    pub(super) url: Vec<usize>,
    pub(super) domain: Vec<usize>,
    pub(super) email: Vec<usize>,
    pub(super) time: Vec<usize>,
    pub(super) date: Option<usize>,
    pub(super) time_of_day: Option<usize>,
    pub(super) destination: Vec<usize>,
    pub(super) destination_port: Vec<usize>,
    pub(super) count: Vec<usize>,
    pub(super) kind: Vec<usize>,
    /// Whether the header says that times are in UTC.
    pub(super) is_utc: bool,
    /// Names of the header, as they are looked up.
    names: Vec<String>,
    /// Whether the source is called so, rather than `IP` or `host`.
    pub(super) is_explicit: bool,
    known: usize,
}

impl Columns {
    /// The columns of a header. Nothing when the cells are no header: less than two names that tables of complaints have,
    /// or none of a source.
    pub(super) fn of<'c>(
        cells: impl IntoIterator<Item = &'c str, IntoIter: Clone>,
    ) -> Option<Self> {
        let cells = cells.into_iter();
        if !are_known(cells.clone()) {
            return None;
        }
        let columns = Self::named(cells);
        let has_source = !columns.source.is_empty() || columns.names_something_else();
        let is_known = columns.known >= ENOUGH || 4 * columns.known > columns.names.len();
        (has_source && columns.known >= 2 && is_known && !columns.is_of_ways()).then_some(columns)
    }

    /// Whether it is a table of the way that packets or mails took, or of who serves names: nobody in it did anything.
    fn is_of_ways(&self) -> bool {
        const WAYS: [&str; 10] = [
            "hop",
            "hops",
            "rtt",
            "traceroute",
            "resolver",
            "relay",
            "nameserver",
            "name_server",
            "next_hop",
            "gateway",
        ];
        self.names.iter().any(|name| WAYS.contains(&name.as_str()))
    }

    fn names_something_else(&self) -> bool {
        !(self.controller.is_empty()
            && self.url.is_empty()
            && self.domain.is_empty()
            && self.email.is_empty())
    }

    /// The columns of names that are known to be such.
    pub(super) fn named<'c>(cells: impl IntoIterator<Item = &'c str>) -> Self {
        let mut columns = Self::default();
        let mut ranked: Vec<(Field, u8, usize)> = Vec::new();
        for (at, cell) in cells.into_iter().enumerate().take(MOST_COLUMNS) {
            columns.names.push(key(cell).unwrap_or_default());
            let Some((field, rank)) = field(cell) else { continue };
            columns.known += 1;
            if matches!(field, Field::Time | Field::TimeOfDay | Field::Date) {
                let cell = cell.to_ascii_lowercase();
                columns.is_utc |= cell.contains("utc") || cell.contains("gmt");
            }
            ranked.push((field, rank, at));
        }
        ranked.sort_by_key(|(_, rank, at)| (*rank, *at));
        for (field, rank, at) in ranked {
            columns.is_explicit |= field == Field::Source && rank == 0;
            columns.add(field, at);
        }
        // A type says more than the class in which it is: `malicious-code`, `infected-system`.
        columns.kind.sort_by_key(|at| columns.names[*at].ends_with("taxonomy"));
        columns
    }

    pub(super) fn add(&mut self, field: Field, at: usize) {
        match field {
            Field::Source => self.source.push(at),
            Field::Controller => self.controller.push(at),
            Field::ControllerPort => self.controller_port.push(at),
            Field::Port => self.port.push(at),
            Field::Url => self.url.push(at),
            Field::Domain => self.domain.push(at),
            Field::Email => self.email.push(at),
            Field::Time => self.time.push(at),
            Field::Date => self.date = self.date.or(Some(at)),
            Field::TimeOfDay => self.time_of_day = self.time_of_day.or(Some(at)),
            Field::Destination => self.destination.push(at),
            Field::DestinationPort => self.destination_port.push(at),
            Field::Count => self.count.push(at),
            Field::Kind => self.kind.push(at),
            Field::Other => {}
        }
    }

    /// Where a name stands in the header.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|its| its == name)
    }

    /// Whether a column has this name.
    pub(super) fn is_named(&self, at: usize, name: &str) -> bool {
        self.names.get(at).is_some_and(|its| its == name)
    }

    /// How many columns the header has.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_however_they_are_spelt() {
        for (name, expected) in [
            ("Source IP", Field::Source),
            ("ip.src", Field::Source),
            ("Endereço IP", Field::Source),
            ("#ip", Field::Source),
            ("First seen (UTC)", Field::Time),
            ("udp.srcport", Field::Port),
            ("C&C", Field::Controller),
            ("Data do Teste", Field::Time),
            ("dst_ip", Field::Destination),
        ] {
            assert_eq!(field(name).map(|(field, _)| field), Some(expected), "{name}");
        }
        assert_eq!(field("the address 192.0.2.1"), None);
    }

    #[test]
    fn prose_is_no_header() {
        for line in
            [["Dear Sir", " we have seen", " your server"], ["Source", " the web", " is open"]]
        {
            assert!(Columns::of(line).is_none(), "{line:?}");
        }
        assert!(Columns::of(["asn", "ip", "timestamp", "malware"]).is_some());
        assert!(Columns::of(["destination ip", "time"]).is_none());
    }
}
