//! Kinds of abuse, as they are printed, and what other vocabularies call them.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Kinds of abuse. One line each: the variant and its word.
macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// A kind of abuse.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub enum Category { $($(#[$doc])* $name,)* }

        impl Category {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its word, as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

categories! {
    /// Unsolicited mail, comments or messages.
    Spam = "spam",
    /// A page or mail that steals credentials.
    Phishing = "phishing",
    /// Malicious software is offered or hosted.
    Malware = "malware",
    /// Passwords are tried.
    LoginAttack = "login_attack",
    /// Ports or services are searched for.
    PortScan = "port_scan",
    /// Somebody is flooded.
    Ddos = "ddos",
    /// Part of a botnet: infected, or its controller.
    Botnet = "botnet",
    /// A server or an account that somebody took over.
    Compromised = "compromised",
    /// A service that anybody can reach and should not.
    OpenService = "open_service",
    /// Software with a known hole, or a dangerous configuration.
    Vulnerable = "vulnerable",
    /// Pages are copied by machines.
    Scraping = "scraping",
    /// Works are shared without permission.
    Copyright = "copyright",
    /// A mark or brand is used without permission.
    Trademark = "trademark",
    /// Deception for money.
    Fraud = "fraud",
    /// Images of child sexual abuse.
    Csam = "csam",
    /// Other sexual exploitation of children.
    ChildExploitation = "child_exploitation",
    /// Data that should not be public is.
    ExposedData = "exposed_data",
    /// On a block list.
    Blocklisted = "blocklisted",
    /// Threats, insults, doxxing.
    Harassment = "harassment",
    /// None of these, or nothing says which.
    #[default]
    Other = "other",
}

/// What other vocabularies call these kinds: XARF 4 and before, X-ARF, ARF, RSIT, `IntelMQ`, `AbuseIO`, n6, ACNS and the
/// feeds that are read. In lower case, words joined by `-`; a word stands once.
const WORDS: &[(Category, &str)] = &[
    // messaging/*, abusive-content/spam
    (
        Category::Spam,
        "spam bulk-messaging bulk-email unsolicited unsolicited-email spamming spammer spamtrap spam-trap trap",
    ),
    (
        Category::Spam,
        "comment-spam comment-spamming harvesting harvester email-harvesting spamvertised spamvertised-website",
    ),
    (
        Category::Spam,
        "spam-url spam-urls abuse-spam feedback-loop opt-out opt-out-list spam-infrastructure spam-source openrelay open-relay",
    ),
    (
        Category::Spam,
        "email-spam web-spam blog-spam dictionary-attack-spam forum-spam regbot mail-spam mailspam uce ube",
    ),
    // content/phishing, fraud/phishing
    (
        Category::Phishing,
        "phishing phish phishing-website phising-website phishing-site phishing-url phish-url phishing-attack web-phishing credential-phishing credential-theft phisher",
    ),
    // content/malware, malicious-code/malware-distribution
    (
        Category::Malware,
        "malware malware-distribution malware-url malware-urls malware-attack malware-hosting malware-download maliciousurl malicious-url malicious-urls mal-url malurl",
    ),
    (
        Category::Malware,
        "distribution-website malware-infection-website virus viruses malware-configuration dropzone exploit-kit exploit-url ransomware trojan",
    ),
    (
        Category::Malware,
        "drive-by drive-by-download malicious-code malicious-software web-inject malware-drop-server sandbox-url sandbox-conn malicious-content dropper payload-delivery webinject malware-action",
    ),
    // connection/login_attack, intrusion-attempts/brute-force
    (
        Category::LoginAttack,
        "login-attack loginattack brute-force bruteforce brute-force-attack dictionary-attack login login-attempt auth-failure auth auth-attack ssh-attack ssh sshd",
    ),
    (
        Category::LoginAttack,
        "sshpwauth sshauth sshclient telnetauth telnetlogin rdpauth smtpauth password-guessing credential-stuffing failed-login sip-registration sipregistration sipinvitation sipquery",
    ),
    (
        Category::LoginAttack,
        "vnc-bruteforce vncrfb ftp-brute-force iotlogin wplogin wp-login wordpress-login honeypot-brute-force ssh-bruteforce bruteforcelogin bruteforce-attack iotauth ssh-login",
    ),
    // connection/port_scan, reconnaissance, vulnerability_scan; information-gathering/scanner, intrusion-attempts/exploit
    (
        Category::PortScan,
        "port-scan portscan port-scanning port-probe portprobe scan scanner scanners scanning network-scan netscan reconnaissance recon probe darknet information-gathering",
    ),
    (
        Category::PortScan,
        "vulnerability-scan vulnerability-scanner vulnscan hack-attack hacking hack hacking-attempt exploit exploit-attempt exploits ids-alert intrusion-attempt intrusion-attempts",
    ),
    (
        Category::PortScan,
        "sql-injection sqlinjection web-attack webattack web-app-attack web-application-attack wpscanner wp-scanner sniffing honeypot-scan bad-web-bot attack attacks",
    ),
    (
        Category::PortScan,
        "dnsrd dnsrdany dnsversion proto41 icmp-scan udp-scan tcp-scan sipscan firewall-log firewall ntp-scan dnsscan smbscan server-exploit",
    ),
    // connection/ddos, availability/ddos
    (
        Category::Ddos,
        "ddos dos denial-of-service dos-attack ddos-attack ddos-sending-server ddos-source ddos-participant ddos-amplification amplification flooding flood syn-flood",
    ),
    (
        Category::Ddos,
        "memcached-amplification memcached-reflection memcached-ddos udp-flood availability ip-spoof ip-spoofing ip-spoofer honeypot-ddos honeypot-ddos-target reflection ddos-attacks dos-attacks dos-attacker ddos-attacker",
    ),
    // infrastructure/botnet, connection/infected_host, malicious-code/infected-system and c2-server
    (
        Category::Botnet,
        "botnet bot bots botnet-drone botnet-infection bot-infection grumbot-infection schadprogramm-infektion schadprogramm-infektionen infected infected-system infected-host infection zombie drone botnet-controller",
    ),
    (
        Category::Botnet,
        "botnet-cc botnet-c-c c-c cnc cnc-server c2 c2-server c2server c-c-server c-and-c command-and-control controller malware-infection malware-activity rpz-rewrite ircbot irc-bot",
    ),
    (
        Category::Botnet,
        "badbot-infection sinkhole sinkholedns dga dga-domain domain-generation-algorithm malware-c2 malware-cnc compromised-iot worm backdoor bot-activity iotmirai proxyget",
    ),
    (
        Category::Botnet,
        "cc-ip botnet-url microsoft-sinkhole sinkhole-http sinkhole-http-drone botnet-cnc fastflux fast-flux amplifier-bot conficker socks-bot proxy-bot post-exploitation-framework",
    ),
    // infrastructure/compromised_server, content/remote_compromise, intrusions/*
    (
        Category::Compromised,
        "compromised compromised-server compromised-host compromised-website compromised-site compromised-account hacked hacked-website hacked-site defacement defaced deface",
    ),
    (
        Category::Compromised,
        "web-hack webhack remote-compromise system-compromise application-compromise privileged-account-compromise unprivileged-account-compromise unauthorised-information-modification",
    ),
    (
        Category::Compromised,
        "unauthorized-information-modification potentiallycompromisedaccount intrusion intrusions webshell web-shell account-compromise compromised-iot6 burglary unauthorized-command unauthorized-login ransomware-victim synfulknock",
    ),
    // vulnerability/open_service
    (
        Category::OpenService,
        "open-service openservice open-services open exposed-service accessible-service potentially-unwanted-accessible ddos-amplifier amplifier information-disclosure",
    ),
    (
        Category::OpenService,
        "open-resolver open-dns-resolver openresolver dns-open-resolver open-proxy openproxy proxy open-smb open-chargen open-ldap open-ntp open-snmp open-ssdp open-redis open-mongodb",
    ),
    (
        Category::OpenService,
        "open-memcached memcached memcached-server memcached-servers offene-memcached offene-memcached-server open-portmapper open-netbios open-rdp open-telnet open-tftp open-mdns open-qotd open-elasticsearch open-database open-server accessible other-vulnerable-service",
    ),
    (
        Category::OpenService,
        "ntp-monitor ntp-version open-socks open-http-proxy open-ipmi open-vnc dns-amplification ntp-amplification accessible-rdp accessible-telnet accessible-smb",
    ),
    // vulnerability/cve, misconfiguration; vulnerable/*
    (
        Category::Vulnerable,
        "vulnerability vulnerable cve vulnerable-system vulnerable-service vulnerable-client vulnerable-device misconfiguration misconfigured weak-crypto outdated-dnssec",
    ),
    (
        Category::Vulnerable,
        "ssl-freak ssl-poodle freak-vulnerable-server sslv3-vulnerable-server heartbleed outdated outdated-software isakmp-vulnerable-device unpatched vulnerable-website vulnerable-webapp",
    ),
    // connection/scraping
    (
        Category::Scraping,
        "scraping scraper webcrawler web-crawler crawler crawling badbot bad-bot web-scraping",
    ),
    // copyright/*
    (
        Category::Copyright,
        "copyright copyright-infringement copyright-violation dmca p2p cyberlocker link-site ugc-platform usenet piracy bittorrent infringement",
    ),
    (
        Category::Trademark,
        "trademark trademark-infringement brand-infringement brand-abuse counterfeit",
    ),
    // content/fraud, fraud/masquerade
    (
        Category::Fraud,
        "fraud scam masquerade fake-shop fakeshop fake-store cryptocurrency-scam social-engineering suspicious-registration notice-and-takedown-request",
    ),
    (
        Category::Fraud,
        "unauthorised-use-of-resources unauthorized-use-of-resources fraud-voip investment-fraud impersonation crypto-scam advance-fee-fraud identity-theft identitytheft fraudulent",
    ),
    (
        Category::Csam,
        "csam childabuse child-abuse childsexualabusematerial child-sexual-abuse-material child-sexual-abuse child-pornography",
    ),
    (
        Category::ChildExploitation,
        "csem child-exploitation child-sexual-exploitation-material grooming",
    ),
    // content/exposed_data
    (
        Category::ExposedData,
        "exposed-data data-leak dataleak data-leakage data-loss leak leaked leaked-data leaked-credentials breach data-breach pii-leak unauthorised-information-access unauthorized-information-access",
    ),
    (
        Category::ExposedData,
        "have-i-been-pwned-domain-found credential-leak leaked-account exposure exposed information-content-security paste",
    ),
    // reputation/blocklist
    (
        Category::Blocklisted,
        "blocklist blocklisted blacklist blacklisted rbl-listed rbl dnsbl block-list black-list listed listing blacklisted-ip ip-reclamation reputation uceprotect spamhaus sbl",
    ),
    (
        Category::Harassment,
        "harassment harmful-speech violence doxing doxxing hate hate-speech ncii defamation stalking cyberbullying",
    ),
    (
        Category::Other,
        "other unknown undetermined unclassified default informational info private not-spam policy abuse-policy threat-intelligence device-id device-identification test tor tor-ip",
    ),
];

static BY_WORD: LazyLock<HashMap<&'static str, Category>> = LazyLock::new(|| {
    let words = WORDS
        .iter()
        .flat_map(|(category, words)| words.split(' ').map(move |word| (word, *category)));
    words.collect()
});

/// Words of a sentence in which a kind is looked for.
const MOST_WORDS: usize = 60;

/// Words of the longest name that is looked for in sentences.
const LONGEST_NAME: usize = 4;

/// Longest word that is looked up, in bytes.
const LONGEST_WORD: usize = 64;

impl Category {
    /// Whether a page is the allegation, and an address beside it only where it is; otherwise a machine did something.
    pub(crate) fn is_about_pages(self) -> bool {
        matches!(
            self,
            Self::Phishing
                | Self::Malware
                | Self::Copyright
                | Self::Trademark
                | Self::Fraud
                | Self::Csam
                | Self::ChildExploitation
                | Self::Harassment
                | Self::ExposedData
                | Self::Compromised
        )
    }

    /// The kind that a word of another vocabulary means: `Login-Attack`, `open_service`, `malicious-code/c2-server`.
    /// Nothing when it is in none of them.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim();
        if word.is_empty() || word.len() > LONGEST_WORD {
            return None;
        }
        let known = |word: &str| BY_WORD.get(joined(word).as_str()).copied();
        known(word).or_else(|| {
            let (_, last) = word.rsplit_once(['/', ':'])?;
            known(last)
        })
    }

    /// The first kind that is named in a sentence, longer names before shorter ones: `open DNS resolver in your network`.
    pub fn in_words(text: &str) -> Option<Self> {
        let words: Vec<&str> = text
            .split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS)
            .collect();
        let names = (1..=LONGEST_NAME).rev().flat_map(|length| words.windows(length));
        let mut kinds =
            names.filter_map(|name| BY_WORD.get(joined(&name.join("-")).as_str()).copied());
        kinds.find(|kind| *kind != Self::Other)
    }

    /// A type of XARF 4 in its category. Types that the specification does not have are what their category mostly is.
    pub fn from_xarf(category: &str, kind: &str) -> Self {
        Self::from_word(kind).unwrap_or(match category {
            "messaging" => Self::Spam,
            "copyright" => Self::Copyright,
            "vulnerability" => Self::Vulnerable,
            "infrastructure" => Self::Botnet,
            "reputation" => Self::Blocklisted,
            _ => Self::Other,
        })
    }

    /// A type of the Reference Security Incident Taxonomy, or its class where the type says nothing.
    pub fn from_rsit(class: &str, kind: &str) -> Self {
        let vague = matches!(kind, "" | "other" | "undetermined" | "unknown");
        let by_kind = Self::from_word(kind).filter(|_| !vague);
        by_kind.or_else(|| Self::from_word(class)).unwrap_or_default()
    }
}

/// `C&C Server` as `c-c-server`.
fn joined(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_word_of_another_vocabulary_means_one_kind() {
        let mut seen = HashSet::new();
        for (_, words) in WORDS {
            for word in words.split(' ') {
                assert_eq!(joined(word), word);
                assert!(seen.insert(word), "{word} stands twice");
            }
        }
    }

    #[test]
    fn our_own_words_mean_themselves() {
        for category in Category::ALL {
            assert_eq!(Category::from_word(category.as_str()), Some(*category));
        }
    }

    #[test]
    fn words_of_other_vocabularies_are_understood_however_they_are_spelt() {
        for (word, category) in [
            ("Login-Attack", Category::LoginAttack),
            ("LoginAttack", Category::LoginAttack),
            ("open_service", Category::OpenService),
            ("malicious-code/c2-server", Category::Botnet),
            ("COPYRIGHT_INFRINGEMENT", Category::Copyright),
            ("C&C Server", Category::Botnet),
            ("ChildSexualAbuseMaterial", Category::Csam),
        ] {
            assert_eq!(Category::from_word(word), Some(category), "{word}");
        }
        assert_eq!(Category::from_word("zebra"), None);
        assert_eq!(Category::from_xarf("messaging", "social_zebra"), Category::Spam);
        assert_eq!(Category::from_rsit("intrusions", "other"), Category::Compromised);
    }
}
