//! What kind of abuse a text is about, by its words.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::complaint::Category;

use Category as C;

/// Words in lower case, how much each says, and what. Several languages; the longest that begins at a place counts.
const WORDS: &[(&str, u32, Category)] = &[
    ("phish", 6, C::Phishing),
    ("hameconnage", 5, C::Phishing),
    ("hameçonnage", 5, C::Phishing),
    ("credential harvest", 5, C::Phishing),
    ("fake login", 5, C::Phishing),
    ("social engineering url", 6, C::Phishing),
    ("cred.", 0, C::Phishing),
    ("spoofed site", 4, C::Phishing),
    ("spoof site", 4, C::Phishing),
    ("フィッシング", 6, C::Phishing),
    ("釣魚", 6, C::Phishing),
    ("钓鱼", 6, C::Phishing),
    ("фишинг", 6, C::Phishing),
    ("фішинг", 6, C::Phishing),
    ("Фишинг", 6, C::Phishing),
    ("Фішинг", 6, C::Phishing),
    ("ФИШИНГ", 6, C::Phishing),
    ("podvodná stránka", 5, C::Phishing),
    ("wyłudz", 4, C::Phishing),
    ("malware", 4, C::Malware),
    ("malicious software", 5, C::Malware),
    ("malicious content", 4, C::Malware),
    ("malicious file", 4, C::Malware),
    ("trojan", 3, C::Malware),
    ("ransomware", 3, C::Malware),
    ("virus", 1, C::Malware),
    ("drive-by", 4, C::Malware),
    ("web-inject", 5, C::Malware),
    ("brute force", 5, C::LoginAttack),
    ("brute-force", 5, C::LoginAttack),
    ("bruteforce", 5, C::LoginAttack),
    ("force brute", 5, C::LoginAttack),
    ("fuerza bruta", 5, C::LoginAttack),
    ("força bruta", 5, C::LoginAttack),
    ("forca bruta", 5, C::LoginAttack),
    ("forza bruta", 5, C::LoginAttack),
    ("hrubou silou", 5, C::LoginAttack),
    ("hrubé síly", 5, C::LoginAttack),
    ("総当たり攻撃", 5, C::LoginAttack),
    ("ブルートフォース", 5, C::LoginAttack),
    ("暴力破解", 5, C::LoginAttack),
    ("перебор парол", 5, C::LoginAttack),
    ("подбор парол", 5, C::LoginAttack),
    ("intentos de acceso", 4, C::LoginAttack),
    ("tentatives de connexion", 4, C::LoginAttack),
    ("tentativas de login", 4, C::LoginAttack),
    ("tentativas de acesso", 4, C::LoginAttack),
    ("inlogpoging", 4, C::LoginAttack),
    ("failed password", 4, C::LoginAttack),
    ("login attempt", 5, C::LoginAttack),
    ("login attack", 6, C::LoginAttack),
    ("login-attack", 6, C::LoginAttack),
    ("failed login", 5, C::LoginAttack),
    ("invalid user", 4, C::LoginAttack),
    ("authentication failure", 4, C::LoginAttack),
    ("ssh attack", 6, C::LoginAttack),
    ("dictionary attack", 5, C::LoginAttack),
    ("fail2ban", 3, C::LoginAttack),
    ("access attempts", 4, C::LoginAttack),
    ("xmlrpc.php", 4, C::LoginAttack),
    ("wp-login", 4, C::LoginAttack),
    ("sasl", 2, C::LoginAttack),
    ("unauthorized access", 3, C::LoginAttack),
    ("unauthorised access", 3, C::LoginAttack),
    ("failures of", 3, C::LoginAttack),
    ("tentativi di accesso", 4, C::LoginAttack),
    ("password guess", 4, C::LoginAttack),
    ("sshd", 3, C::LoginAttack),
    ("intrusion attempt", 3, C::LoginAttack),
    ("hacking attempt", 3, C::LoginAttack),
    ("hack attempt", 3, C::LoginAttack),
    ("anmeldeversuch", 4, C::LoginAttack),
    ("einbruchsversuch", 3, C::LoginAttack),
    ("port scan", 6, C::PortScan),
    ("portscan", 6, C::PortScan),
    ("port-scan", 6, C::PortScan),
    ("netscan", 6, C::PortScan),
    ("network scan", 6, C::PortScan),
    ("port probe", 5, C::PortScan),
    ("scanning", 3, C::PortScan),
    ("scanned", 3, C::PortScan),
    ("probing", 2, C::PortScan),
    ("ipfw deny", 3, C::PortScan),
    ("dpt=", 2, C::PortScan),
    ("syn urgp", 2, C::PortScan),
    ("scan attempt", 4, C::PortScan),
    ("varredura", 4, C::PortScan),
    ("escaneo de puertos", 6, C::PortScan),
    ("balayage de ports", 6, C::PortScan),
    ("scan de ports", 6, C::PortScan),
    ("scansione delle porte", 6, C::PortScan),
    ("сканирование портов", 6, C::PortScan),
    ("ポートスキャン", 6, C::PortScan),
    ("unsolicited connection", 4, C::PortScan),
    ("firewall", 1, C::PortScan),
    ("ddos", 6, C::Ddos),
    ("denial of service", 6, C::Ddos),
    ("denial-of-service", 6, C::Ddos),
    ("dos attack", 5, C::Ddos),
    ("amplification", 3, C::Ddos),
    ("flood", 3, C::Ddos),
    ("reflection attack", 5, C::Ddos),
    ("botnet", 6, C::Botnet),
    ("command and control", 6, C::Botnet),
    ("command & control", 6, C::Botnet),
    ("c&c", 5, C::Botnet),
    ("c2 server", 5, C::Botnet),
    ("malware-c2", 6, C::Botnet),
    ("infected with", 3, C::Botnet),
    ("infected host", 4, C::Botnet),
    ("sinkhole", 4, C::Botnet),
    ("zombie", 3, C::Botnet),
    ("attack source", 3, C::LoginAttack),
    ("has attacked one of our servers", 3, C::LoginAttack),
    ("worm", 2, C::Botnet),
    ("conficker", 4, C::Botnet),
    ("schadprogramm-infektion", 6, C::Botnet),
    ("schadprogramminfektion", 6, C::Botnet),
    ("malware infection", 6, C::Botnet),
    ("infected system", 5, C::Botnet),
    ("infected-system", 6, C::Botnet),
    ("compromised", 3, C::Compromised),
    ("hacked", 3, C::Compromised),
    ("defac", 4, C::Compromised),
    ("webshell", 5, C::Compromised),
    ("web shell", 5, C::Compromised),
    ("backdoor", 3, C::Compromised),
    ("kompromittiert", 3, C::Compromised),
    ("open resolver", 6, C::OpenService),
    ("open dns", 5, C::OpenService),
    ("openly accessible", 5, C::OpenService),
    ("publicly accessible", 4, C::OpenService),
    ("open memcached", 6, C::OpenService),
    ("open proxy", 5, C::OpenService),
    ("open relay", 4, C::OpenService),
    ("open ntp", 5, C::OpenService),
    ("memcached", 5, C::OpenService),
    ("openresolver", 6, C::OpenService),
    ("offener resolver", 6, C::OpenService),
    ("offene dns", 6, C::OpenService),
    ("offene", 2, C::OpenService),
    ("exposed service", 4, C::OpenService),
    ("öffentlich erreichbar", 5, C::OpenService),
    ("offen erreichbar", 5, C::OpenService),
    ("vulnerab", 4, C::Vulnerable),
    ("cve-", 4, C::Vulnerable),
    ("security issue", 3, C::Vulnerable),
    ("outdated version", 3, C::Vulnerable),
    ("unpatched", 4, C::Vulnerable),
    ("verwundbar", 4, C::Vulnerable),
    ("schwachstelle", 4, C::Vulnerable),
    ("scraping", 5, C::Scraping),
    ("scraper", 5, C::Scraping),
    ("crawling", 3, C::Scraping),
    ("bad bot", 4, C::Scraping),
    ("badbot", 4, C::Scraping),
    ("crawler", 3, C::Scraping),
    ("copyright", 4, C::Copyright),
    ("dmca", 6, C::Copyright),
    ("infring", 3, C::Copyright),
    ("piracy", 4, C::Copyright),
    ("anti-piracy", 4, C::Copyright),
    ("bittorrent", 4, C::Copyright),
    ("peer-to-peer", 4, C::Copyright),
    ("urheberrecht", 5, C::Copyright),
    ("droit d'auteur", 5, C::Copyright),
    ("illegal streaming", 5, C::Copyright),
    ("derechos de autor", 5, C::Copyright),
    ("direitos autorais", 5, C::Copyright),
    ("auteursrecht", 5, C::Copyright),
    ("intellectual property", 3, C::Copyright),
    ("trademark", 5, C::Trademark),
    ("counterfeit", 5, C::Trademark),
    ("trade mark", 5, C::Trademark),
    ("markenrecht", 5, C::Trademark),
    ("brand infringement", 6, C::Trademark),
    ("brand abuse", 5, C::Trademark),
    ("fraud", 3, C::Fraud),
    ("anti-fraud", 0, C::Other),
    ("antifraud", 0, C::Other),
    ("scam", 4, C::Fraud),
    ("fake shop", 6, C::Fraud),
    ("fake webshop", 6, C::Fraud),
    ("fakeshop", 6, C::Fraud),
    ("advance fee", 5, C::Fraud),
    ("betrug", 4, C::Fraud),
    ("impersonat", 3, C::Fraud),
    ("fraudul", 3, C::Fraud),
    ("fake pharmacy", 5, C::Fraud),
    ("investment fraud", 5, C::Fraud),
    ("child sexual", 12, C::Csam),
    ("csam", 12, C::Csam),
    ("child porn", 12, C::Csam),
    ("child abuse material", 12, C::Csam),
    ("kinderporno", 12, C::Csam),
    ("pédopornograph", 12, C::Csam),
    ("child exploitation", 12, C::ChildExploitation),
    ("grooming", 6, C::ChildExploitation),
    ("csem", 12, C::ChildExploitation),
    ("data leak", 5, C::ExposedData),
    ("exposed data", 6, C::ExposedData),
    ("leaked", 3, C::ExposedData),
    ("leakix", 4, C::ExposedData),
    ("pwned", 5, C::ExposedData),
    ("personal data", 2, C::ExposedData),
    ("exposed credentials", 5, C::ExposedData),
    (".git/config", 4, C::ExposedData),
    ("blocklist", 3, C::Blocklisted),
    ("blacklist", 3, C::Blocklisted),
    ("block list", 4, C::Blocklisted),
    ("black list", 3, C::Blocklisted),
    ("sbl notify", 8, C::Blocklisted),
    ("uceprotect", 6, C::Blocklisted),
    ("dnsbl", 5, C::Blocklisted),
    ("has been listed", 3, C::Blocklisted),
    ("is listed", 3, C::Blocklisted),
    ("harass", 5, C::Harassment),
    ("doxx", 6, C::Harassment),
    ("doxing", 6, C::Harassment),
    ("threaten", 3, C::Harassment),
    ("defamat", 4, C::Harassment),
    ("stalking", 5, C::Harassment),
    ("hate speech", 5, C::Harassment),
    ("revenge porn", 7, C::Harassment),
    ("spamming", 4, C::Spam),
    ("spamtrap", 5, C::Spam),
    ("spam trap", 5, C::Spam),
    ("unsolicited", 3, C::Spam),
    ("unwanted e-mail", 3, C::Spam),
    ("spam", 3, C::Spam),
    ("junk mail", 4, C::Spam),
    ("bulk e-mail", 4, C::Spam),
    ("bulk email", 4, C::Spam),
    ("comment spam", 5, C::Spam),
    ("спам", 3, C::Spam),
    ("Спам", 3, C::Spam),
    ("СПАМ", 3, C::Spam),
    ("スパム", 3, C::Spam),
    ("迷惑メール", 4, C::Spam),
    ("垃圾邮件", 4, C::Spam),
    // What templates of certificates say whatever it is about.
    ("spam and/or abuse", 0, C::Other),
    ("spam or abuse", 0, C::Other),
    ("harvesting", 4, C::Spam),
    ("spamvertised", 5, C::Spam),
    // Words that have the words above in them and say something else.
    ("anti-spam", 0, C::Other),
    ("antispam", 0, C::Other),
    ("spamhaus", 1, C::Blocklisted),
    ("spam folder", 0, C::Other),
    ("antivirus", 0, C::Other),
    ("blocklist.de", 0, C::Other),
    ("anti-virus", 0, C::Other),
    ("malwarebytes", 0, C::Other),
    ("anti-malware", 0, C::Other),
    ("anti-phishing", 0, C::Other),
    ("x-spam", 0, C::Other),
    ("phishtank", 1, C::Phishing),
    ("spamassassin", 0, C::Other),
];

/// Words of fraud that say nothing of its kind.
const FRAUD_AT_ALL: &[&str] = &["fraud", "fraudul"];

/// How much more a word in the subject says.
const SUBJECT: u32 = 4;

/// Bytes of a text that are looked at: complaints say at once what they are about.
const LOOKED_AT: usize = 8 * 1024;

/// How often a word counts in one text.
const MOST: u32 = 3;

static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(WORDS.iter().map(|(word, _, _)| word))
        .unwrap_or_else(|error| unreachable!("the words are constants: {error}"))
});

/// The category that the words of a complaint say most about.
pub(crate) fn category(subject: &str, text: &str) -> Category {
    let mut seen = [0_u32; WORDS.len()];
    let mut counted = [0_u32; WORDS.len()];
    let mut score = [0_u32; Category::ALL.len()];
    for (text, by) in [(subject, SUBJECT), (text, 1)] {
        let text = &text.as_bytes()[..text.len().min(LOOKED_AT)];
        for found in FINDER.find_iter(text) {
            let at = found.pattern().as_usize();
            let (_, weight, category) = WORDS[at];
            if by > 1 || seen[at] < MOST {
                seen[at] += 1;
                counted[at] += weight * by;
                score[place(category)] += weight * by;
            }
        }
    }
    // Phishing is fraud: what is called both is phishing, unless another kind of fraud is named.
    if score[place(Category::Phishing)] > 0 {
        let general =
            WORDS.iter().zip(counted).filter(|((word, ..), _)| FRAUD_AT_ALL.contains(word));
        score[place(Category::Fraud)] -= general.map(|(_, counted)| counted).sum::<u32>();
    }
    let best = Category::ALL.iter().copied().filter(|one| score[place(*one)] > 0);
    // Of equals the first of the list, which is ordered by how definite they are.
    best.fold((Category::Other, 0), |best, one| {
        if score[place(one)] > best.1 { (one, score[place(one)]) } else { best }
    })
    .0
}

fn place(category: Category) -> usize {
    Category::ALL.iter().position(|one| *one == category).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_it_is_about() {
        for (subject, text, found) in [
            (
                "Phishing site at example.org",
                "Please take it down, it is fraud.",
                Category::Phishing,
            ),
            (
                "Abuse from 192.0.2.1",
                "Lines containing failures of 192.0.2.1\nsshd[1]: Failed password",
                Category::LoginAttack,
            ),
            ("Netscan detected", "", Category::PortScan),
            ("DMCA notice", "infringing", Category::Copyright),
            ("Report", "Your address sends spam.", Category::Spam),
            ("Report", "Sent by our anti-spam team", Category::Other),
            ("UCEPROTECT Monitoring Report", "spamming", Category::Blocklisted),
            ("hello", "world", Category::Other),
            (
                "[blocklist.de] report",
                "your Server/Customer has attacked one of our servers/partners.",
                Category::LoginAttack,
            ),
            ("Attaque par force brute", "", Category::LoginAttack),
            ("ataque", "fuerza bruta SSH", Category::LoginAttack),
            ("Útok", "probíhá útok hrubou silou na SSH", Category::LoginAttack),
            ("不正アクセスについて", "SSH 総当たり攻撃を確認しました", Category::LoginAttack),
            ("フィッシングサイトに関するご連絡", "", Category::Phishing),
            ("Фишинговый сайт", "размещён фишинговый сайт", Category::Phishing),
            ("Жалоба на спам", "Получаю спам", Category::Spam),
            ("Notificação", "varreduras de portas", Category::PortScan),
            ("Schadprogramm-Infektionen in AS64500", "", Category::Botnet),
            (
                "Fraudulent site",
                "an anti-fraud company; activity that targets clients as fraud victims. We detected a page which is part of a Phishing attack",
                Category::Phishing,
            ),
            (
                "Takedown request: Malicious URLs",
                "Please find below phishing URLs hosted by you",
                Category::Phishing,
            ),
            (
                "Report",
                "We have received information regarding spam and/or abuse.\nOffene Memcached-Server",
                Category::OpenService,
            ),
        ] {
            assert_eq!(category(subject, text), found, "{subject} {text}");
        }
    }
}
