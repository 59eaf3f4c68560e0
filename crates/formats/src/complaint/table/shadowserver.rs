//! Shadowserver's reports: which there are, what they mean, and what in them is the source. After the published schema of
//! March 2026 and the names of before 2021; columns are found by the header, whose order is not fixed.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::complaint::Category;

/// What in a report is the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// The address.
    Address,
    /// The address and its pages.
    Pages,
    /// The page that sent people to a sinkhole.
    Referer,
    /// Nothing: who stands in it is a victim, or a name.
    Nothing,
}

/// A report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) category: Category,
    pub(super) takes: Takes,
}

/// Every report, without the digit of the address family (`event4_`, `scan6_`).
const REPORTS: &[(Category, Takes, &str)] = &[
    (Category::Blocklisted, Takes::Address, "blocklist blacklist"),
    (Category::Compromised, Takes::Address, "compromised_iot"),
    (
        Category::Compromised,
        Takes::Pages,
        "compromised_website comprimised_website hacked_webserver",
    ),
    (Category::Compromised, Takes::Nothing, "ransomware_victim"),
    (Category::ExposedData, Takes::Nothing, "compromised_account"),
    (Category::Malware, Takes::Pages, "malware_url cwsandbox_url botnet_url"),
    (Category::Malware, Takes::Address, "sandbox_conn sandbox_url sandbox_irc cwsandbox_irc"),
    (Category::Malware, Takes::Nothing, "sandbox_dns"),
    (Category::Phishing, Takes::Pages, "phish_url"),
    (Category::Spam, Takes::Pages, "spam_url"),
    (
        Category::LoginAttack,
        Takes::Address,
        "event_honeypot_brute_force drone_brute_force hp_brute_force",
    ),
    (
        Category::PortScan,
        Takes::Address,
        "event_honeypot_adb_scan event_honeypot_http_scan event_honeypot_ics_scan event_honeypot_ikev2_scan event_honeypot_rdp_scan \
         event_honeypot_rocketmq_scan event_honeypot_smb_scan event_honeypot_darknet darknet hp_http_scan hp_ics_scan botnet_scan",
    ),
    (
        Category::Ddos,
        Takes::Address,
        "event_ddos_participant event_honeypot_ddos event_honeypot_ddos_target event_ip_spoofer caida_ip_spoofer botnet_ddos",
    ),
    (
        Category::Ddos,
        Takes::Nothing,
        "event_honeypot_ddos_amp hp_ddos_amp amplification_ddos_victim",
    ),
    (
        Category::Botnet,
        Takes::Address,
        "event_sinkhole event_sinkhole_http event_sinkhole_dns event_microsoft_sinkhole event_microsoft_sinkhole_http \
         scan_post_exploitation_framework botnet_drone botnet_drone_hadoop botnet_ccip cc_ip botnet_cc botnet_click_fraud \
         sinkhole_http_drone microsoft_sinkhole sinkhole_dns sinkhole_drone drone irc_port",
    ),
    (Category::Compromised, Takes::Referer, "event_sinkhole_http_referer sinkhole_http_referer"),
    (
        Category::Vulnerable,
        Takes::Address,
        "scan_badsecrets scan_ssl_freak scan_ssl_poodle scan_exchange scan_http_vulnerable scan_smtp_vulnerable scan_imap_vulnerable \
         scan_pop3_vulnerable scan_netis_router scan_synfulknock scan_isakmp scan_loop_dos scan_cwmp special ssl_scan ssl_poodle \
         ssl_freak outdated_dnssec_key vulnerable_isakmp cisco_smart_install netis_router exchange",
    ),
    (Category::Other, Takes::Address, "device_id asn_summary"),
    (
        Category::OpenService,
        Takes::Address,
        "population_bgp population_http_proxy population_isakmp population_msmq population_ntrip scan_activemq scan_adb scan_afp \
         scan_amqp scan_ard scan_bgp scan_chargen scan_cisco_smart_install scan_coap scan_couchdb scan_db2 scan_ddos_middlebox \
         scan_dns scan_docker scan_dvr_dhcpdiscover scan_elasticsearch scan_epmd scan_ftp scan_gtp scan_hadoop scan_http \
         scan_http_proxy scan_ics scan_imap scan_ip_tunnel scan_ipmi scan_ipp scan_kubernetes scan_ldap scan_ldap_tcp scan_ldap_udp \
         scan_mdns scan_memcached scan_mongodb scan_mqtt scan_mqtt_anon scan_msrpc scan_mssql scan_mysql scan_nat_pmp scan_netbios \
         scan_ntp scan_ntpmonitor scan_pop3 scan_portmapper scan_postgres scan_qotd scan_quic scan_radmin scan_rdp scan_rdpeudp \
         scan_redis scan_rsync scan_sip scan_slp scan_smb scan_smtp scan_snmp scan_socks scan_ssdp scan_ssh scan_ssl scan_stun \
         scan_telnet scan_tftp scan_ubiquiti scan_vnc scan_ws_discovery scan_xdmcp dns_openresolver openresolver open_resolvers \
         open_proxy openproxy proxy ntp_monitor ntp_version open_chargen open_netbios open_redis open_ssdp open_snmp netbios snmp \
         ssdp chargen qotd ipmi open_mssql open_memcached open_mongodb open_natpmp open_portmapper",
    ),
];

static BY_NAME: LazyLock<HashMap<&'static str, Report>> = LazyLock::new(|| {
    let reports = REPORTS.iter().flat_map(|(category, takes, names)| {
        let report = Report { category: *category, takes: *takes };
        names.split_ascii_whitespace().map(move |name| (name, report))
    });
    reports.collect()
});

/// Words of a file's name that are looked at.
const MOST_WORDS: usize = 40;

/// The report that a file is, by its name: `2026-03-01-scan_smb-sample-asn.csv`, or any name in which one stands.
pub(super) fn report(file: &str) -> Option<Report> {
    let file = file.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let by_date = dated(&file).and_then(named);
    by_date.or_else(|| {
        let words: Vec<String> = file
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| without_family(word).to_owned())
            .take(MOST_WORDS)
            .collect();
        let lengths = (1..=words.len().min(5)).rev();
        let is_theirs = words.iter().any(|word| word == "shadowserver");
        lengths.flat_map(|length| words.windows(length)).find_map(|words| {
            // A word alone (`drone`) says nothing in names of others' files.
            let is_enough = words.len() > 1 || is_theirs;
            BY_NAME.get(words.join("_").as_str()).copied().filter(|_| is_enough)
        })
    })
}

/// What stands after the date: `^(\d{4}-\d{2}-\d{2})-([^-]+)-(.+)\.csv$`.
fn dated(file: &str) -> Option<&str> {
    let (date, rest) = file.split_at_checked(11)?;
    let is_date = date.bytes().enumerate().all(|(at, b)| match at {
        4 | 7 | 10 => b == b'-',
        _ => b.is_ascii_digit(),
    });
    let name = rest.split(['-', '.']).next()?;
    is_date.then_some(name)
}

fn named(name: &str) -> Option<Report> {
    let words: Vec<&str> = name.split('_').map(without_family).collect();
    BY_NAME.get(words.join("_").as_str()).copied()
}

/// `event4`, `scan6`, `website6` without the digit of the address family.
fn without_family(word: &str) -> &str {
    let kinds = ["event", "scan", "population", "iot", "website", "id", "sinkhole", "key"];
    let plain = word.trim_end_matches(['4', '6']);
    if kinds.contains(&plain) { plain } else { word }
}

/// Columns that hardly another table has together.
const SIGNS: [&[&str]; 3] = [&["timestamp"], &["asn", "src_asn"], &["geo", "src_geo"]];

/// Whether a header is one of theirs. The fourth sign is any of those that follow the place.
pub(super) fn is_header(position: impl Fn(&str) -> Option<usize>) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| position(name).is_some());
    SIGNS.iter().all(|names| has(names))
        && has(&["region", "src_region", "city", "naics", "sic", "md5hash", "severity"])
}

/// What a report is whose name is not known, by its header.
pub(super) fn by_header(position: impl Fn(&str) -> Option<usize>) -> Report {
    let has = |name: &str| position(name).is_some();
    let category = if has("infection") || has("cc_ip") || has("src_asn") {
        Category::Botnet
    } else if has("cve") || has("vulnerability") {
        Category::Vulnerable
    } else if has("port") && (has("protocol") || has("tag")) {
        Category::OpenService
    } else {
        Category::Other
    };
    Report { category, takes: Takes::Address }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_the_name_of_its_file() {
        for (file, category) in [
            ("2026-03-01-scan_smb-sample-asn.csv", Some(Category::OpenService)),
            ("2026-03-01-scan6_ssl_poodle-123-sample-asn.csv", Some(Category::Vulnerable)),
            ("2026-03-01-event4_honeypot_brute_force-sample.csv", Some(Category::LoginAttack)),
            ("2026-03-01-event6_sinkhole_http.json", Some(Category::Botnet)),
            ("old-shadowserver-drone.csv", Some(Category::Botnet)),
            ("report_event4_honeypot_ddos_target.csv", Some(Category::Ddos)),
            ("2015-01-01-dns_openresolver-sample-asn.csv", Some(Category::OpenService)),
            ("2026-03-01-zebra-sample.csv", None),
            ("proxy.csv", None),
        ] {
            assert_eq!(report(file).map(|report| report.category), category, "{file}");
        }
    }

    #[test]
    fn victims_are_nobodys_source() {
        for file in
            ["2026-03-01-event4_honeypot_ddos_amp-x.csv", "2026-03-01-ransomware_victim-x.csv"]
        {
            assert_eq!(report(file).expect("a report").takes, Takes::Nothing);
        }
    }
}
