//! What a customer may see of a complaint: what it says of their own service, and nothing that tells who complained, what
//! others hold, or how to get into somebody's portal.
//!
//! Only what this module lets through is shown. What it does not understand, it leaves out.

use std::net::{IpAddr, Ipv4Addr};

use crate::text::{one_line, shorten};

/// Lines of a log that a customer sees of one complaint.
pub const MOST_LINES: usize = 20;

/// Longest line, in characters.
const LONGEST_LINE: usize = 300;

/// Longest page, in characters.
const LONGEST_PAGE: usize = 300;

/// What stands for something that is hidden.
pub const HIDDEN: &str = "[…]";

/// Letters and digits in a row that may be a secret: one-time tokens are at least so long.
const SECRET: usize = 16;

/// A page as text that nobody opens by mistake, without what stands behind `?` and `#`, and without names and passwords:
/// these may be somebody's.
pub fn page(url: &str) -> String {
    let url = one_line(url, LONGEST_PAGE * 2);
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", &url));
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (rest, is_cut) = (&rest[..end], end < rest.len());
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path: Vec<String> = path.split('/').map(without_secret).collect();
    let scheme = scheme.to_ascii_lowercase().replace("http", "hxxp");
    let more = if is_cut { "?[…]" } else { "" };
    let text = format!("{scheme}://{}{}{more}", host.replace('.', "[.]"), path.join("/"));
    shorten(&text, LONGEST_PAGE)
}

/// A domain in the same way.
pub fn domain(name: &str) -> String {
    one_line(name, LONGEST_PAGE).replace('.', "[.]")
}

/// The address of somebody else, so that its network shows and it does not.
pub fn masked(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.x")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}::x")
        }
    }
}

/// A part of a page's path. Whoever complains has links of their own: with their address in it, or a token.
fn without_secret(part: &str) -> String {
    let lower = part.to_ascii_lowercase();
    let is_token = part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=%.".contains(&b));
    let has_digit = part.bytes().any(|b| b.is_ascii_digit());
    let is_mixed = lower != part && part.to_ascii_uppercase() != part;
    let is_file = part.rsplit_once('.').is_some_and(|(_, end)| {
        (2..=5).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphabetic())
    });
    let is_secret = is_token && !is_file && part.len() >= SECRET && (has_digit || is_mixed);
    let is_hidden = is_secret || lower.contains('@') || lower.contains("%40");
    if is_hidden { HIDDEN.to_owned() } else { part.to_owned() }
}

/// The lines of a log in `text` that are about one of the customer's own addresses. Of their words only those are shown
/// that programs log (`WORDS_OF_LOGS`), with numbers, dates and times: every other word may be a name, of `names` (how
/// the reporter calls themselves) or of somebody else. Of other addresses the network shows.
pub fn log_lines(text: &str, own: &[IpAddr], names: &[String]) -> Vec<String> {
    let names: Vec<String> = names.iter().flat_map(|name| words_of(name)).collect();
    let lines = text.lines().filter(|line| line.len() <= 4_096 && is_of_a_log(line));
    let about = lines.filter(|line| tokens(line).any(|token| is_own(token, own)));
    let shown = about.filter_map(|line| shown_line(line, own, &names));
    shown.take(MOST_LINES).collect()
}

/// The words of a name that tell whose it is.
fn words_of(name: &str) -> impl Iterator<Item = String> + '_ {
    let word = |word: &str| word.to_lowercase();
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2).map(word)
}

/// Lines that a program wrote begin with a time, a number or an address. What people write does not.
fn is_of_a_log(line: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let line = line.trim_start_matches(['>', ' ', '\t', '[', '<', '"', '(']);
    let digits = line.chars().filter(char::is_ascii_digit).count();
    let begins = line.starts_with(|c: char| c.is_ascii_digit())
        || MONTHS.iter().chain(&DAYS).any(|word| line.starts_with(word));
    begins && digits >= 6
}

/// A part of a line: what stands between blanks and marks.
fn tokens(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || ".:-_".contains(c)))
}

fn address(token: &str) -> Option<IpAddr> {
    let token = token.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != ':');
    // A mark behind an address, but not the end of `2001:db8::`.
    let token = token.strip_suffix(':').filter(|rest| !rest.ends_with(':')).unwrap_or(token);
    let with_port = || {
        let (ip, port) = token.rsplit_once(['.', '-'])?;
        let is_port = port.bytes().all(|b| b.is_ascii_digit());
        is_port.then(|| ip.parse::<IpAddr>().ok()).flatten()
    };
    let with_colon = || {
        let (ip, port) = token.rsplit_once(':')?;
        let is_port = port.bytes().all(|b| b.is_ascii_digit());
        is_port.then(|| ip.parse::<Ipv4Addr>().ok()).flatten().map(IpAddr::V4)
    };
    let whole = token.parse::<IpAddr>().ok();
    whole.or_else(with_colon).or_else(with_port).map(|ip| ip.to_canonical())
}

fn is_own(token: &str, own: &[IpAddr]) -> bool {
    address(token).is_some_and(|ip| own.contains(&ip))
}

fn shown_line(line: &str, own: &[IpAddr], names: &[String]) -> Option<String> {
    let line = one_line(line.trim_start_matches(['>', ' ', '\t']), LONGEST_LINE * 2);
    let mut out: Vec<String> = Vec::new();
    for word in line.split(' ') {
        let shown = shown_word(word, own, names);
        // However much is hidden: it is said once.
        if shown != HIDDEN || out.last().is_none_or(|last| last != HIDDEN) {
            out.push(shown);
        }
    }
    let line = shorten(&out.join(" "), LONGEST_LINE);
    (!line.is_empty()).then_some(line)
}

fn is_time(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    word.matches(':').count() >= 2
        && word.starts_with(|c: char| c.is_ascii_digit())
        && word
            .bytes()
            .all(|b| b.is_ascii_digit() || b":-+./TZ".contains(&b) || MONTH_LETTERS.contains(&b))
        && address(word).is_none()
}

/// Letters of the names of months within a date such as `02/Jan/2026:03:04:05`.
const MONTH_LETTERS: &[u8] = b"JanFebMrApyulgSOctNovDe";

fn shown_word(word: &str, own: &[IpAddr], names: &[String]) -> String {
    if is_time(word) {
        return word.to_owned();
    }
    if word.contains('@') || word.contains("://") || word.contains("www.") {
        return HIDDEN.to_owned();
    }
    let mut out = String::with_capacity(word.len());
    let is_part = |c: char| c.is_alphanumeric() || ".:-_".contains(c);
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let is = is_part(c);
        let end = rest.find(|c: char| is_part(c) != is).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        out.push_str(&if is { shown_piece(piece, own, names) } else { piece.to_owned() });
        rest = after;
    }
    out
}

fn shown_piece(piece: &str, own: &[IpAddr], names: &[String]) -> String {
    if let Some(ip) = address(piece) {
        return if own.contains(&ip) { piece.to_owned() } else { masked(ip) };
    }
    let bare = piece.trim_matches(|c: char| !c.is_alphanumeric());
    let lower = bare.to_lowercase();
    let is_name = names.iter().any(|name| lower.contains(name.as_str()));
    let is_known = WORDS_OF_LOGS.contains(&lower.as_str());
    let is_harmless = bare.is_empty() || is_number(bare) || is_known && !is_name;
    if is_harmless { piece.to_owned() } else { HIDDEN.to_owned() }
}

/// `22`, `0.25`, `2026-01-02`, `03:04`: not what could be an address in another way of writing.
fn is_number(piece: &str) -> bool {
    let parts: Vec<&str> = piece.split(['.', ':', '-']).collect();
    let are_digits = parts
        .iter()
        .all(|part| (1..=10).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    let is_date = || {
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        matches!(lengths[..], [4, 2, 2] | [2, 2, 4])
    };
    are_digits && (parts.len() <= 2 || is_date())
}

/// Words that programs log, in lower case. Others may be names of people, machines or companies.
const WORDS_OF_LOGS: &[&str] = &[
    // Times.
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "utc",
    "gmt",
    "z",
    "cet",
    "cest",
    "est",
    "edt",
    "pst",
    "pdt",
    // Programs.
    "sshd",
    "ssh",
    "ssh2",
    "dovecot",
    "postfix",
    "smtpd",
    "smtp",
    "submission",
    "imap",
    "imaps",
    "imap-login",
    "pop3",
    "pop3s",
    "pop3-login",
    "ftp",
    "ftpd",
    "vsftpd",
    "proftpd",
    "pure-ftpd",
    "nginx",
    "apache",
    "apache2",
    "httpd",
    "kernel",
    "iptables",
    "ufw",
    "named",
    "asterisk",
    "exim",
    "exim4",
    "sasl",
    "telnet",
    "rdp",
    "sip",
    "mysql",
    "mysqld",
    "fail2ban",
    "pam_unix",
    "pam",
    "sudo",
    "wordpress",
    "joomla",
    "modsecurity",
    "cron",
    "dns",
    "ntp",
    "snmp",
    "ldap",
    "smb",
    "vnc",
    "http",
    "https",
    "tls",
    "ssl",
    // What they say.
    "failed",
    "failure",
    "fail",
    "fails",
    "password",
    "publickey",
    "keyboard-interactive",
    "none",
    "login",
    "logins",
    "auth",
    "authentication",
    "authenticating",
    "authenticator",
    "plain",
    "cram-md5",
    "mechanism",
    "invalid",
    "illegal",
    "unknown",
    "user",
    "username",
    "root",
    "admin",
    "test",
    "guest",
    "for",
    "from",
    "to",
    "by",
    "at",
    "on",
    "in",
    "out",
    "of",
    "and",
    "or",
    "the",
    "a",
    "with",
    "not",
    "no",
    "is",
    "was",
    "port",
    "ports",
    "preauth",
    "connection",
    "connections",
    "connect",
    "connected",
    "connecting",
    "disconnect",
    "disconnected",
    "disconnecting",
    "closed",
    "close",
    "reset",
    "received",
    "bye",
    "error",
    "errors",
    "warning",
    "info",
    "notice",
    "alert",
    "debug",
    "maximum",
    "max",
    "attempt",
    "attempts",
    "exceeded",
    "too",
    "many",
    "refused",
    "rejected",
    "reject",
    "denied",
    "deny",
    "drop",
    "dropped",
    "block",
    "blocked",
    "accept",
    "accepted",
    "ban",
    "banned",
    "unban",
    "jail",
    "found",
    "detected",
    "lost",
    "timeout",
    "timed",
    "session",
    "opened",
    "started",
    "ended",
    "message",
    "repeated",
    "times",
    "last",
    "did",
    "receive",
    "identification",
    "string",
    "bad",
    "protocol",
    "version",
    "possible",
    "break-in",
    "check",
    "pass",
    "request",
    "requests",
    "response",
    "query",
    "queries",
    "recursion",
    "client",
    "server",
    "host",
    "remote",
    "local",
    "peer",
    "address",
    "addr",
    "ip",
    "ips",
    "ip4",
    "ip6",
    "ipv4",
    "ipv6",
    "source",
    "destination",
    "src",
    "dst",
    "src_ip",
    "dst_ip",
    "src_port",
    "dst_port",
    "srcip",
    "dstip",
    "spt",
    "dpt",
    "sport",
    "dport",
    "proto",
    "tcp",
    "udp",
    "icmp",
    "syn",
    "ack",
    "fin",
    "rst",
    "psh",
    "urg",
    "urgp",
    "flags",
    "len",
    "length",
    "ttl",
    "id",
    "df",
    "tos",
    "prec",
    "window",
    "res",
    "mac",
    "mark",
    "rule",
    "rules",
    "packet",
    "packets",
    "pkts",
    "bytes",
    "size",
    "flow",
    "flows",
    "count",
    "total",
    "rate",
    "scan",
    "scans",
    "scanned",
    "scanning",
    "portscan",
    "flood",
    "attack",
    "attacks",
    "attacker",
    "brute",
    "force",
    "bruteforce",
    "brute-force",
    "spam",
    "abuse",
    "exploit",
    "malware",
    "botnet",
    "probe",
    "status",
    "method",
    "type",
    "reason",
    "code",
    "level",
    "severity",
    "category",
    "rhost",
    "ruser",
    "tty",
    "uid",
    "euid",
    "logname",
    "pid",
    "proxy",
    "relay",
    "helo",
    "ehlo",
    "mail",
    "rcpt",
    "data",
    "quit",
    "dsn",
    "delay",
    "queue",
    // Requests to web servers.
    "get",
    "post",
    "head",
    "put",
    "delete",
    "options",
    "patch",
    "trace",
    "propfind",
    "http/1.0",
    "http/1.1",
    "1.0",
    "1.1",
    "wp-login.php",
    "xmlrpc.php",
    "wp-admin",
    "wp-content",
    "wp-includes",
    "admin-ajax.php",
    "phpmyadmin",
    "index.php",
    "login.php",
    "cgi-bin",
    "env",
    "git",
    "robots.txt",
    "favicon.ico",
    "mozilla",
    "curl",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cannot_be_opened_and_have_no_secrets() {
        for (url, shown) in [
            ("http://example.com/a/b.php", "hxxp://example[.]com/a/b.php"),
            ("HTTPS://www.example.com", "hxxps://www[.]example[.]com"),
            ("https://u:p@example.com/x?mail=ada@example.net", "hxxps://example[.]com/x?[…]"),
            ("https://example.com/reset/0123456789abcdef0123", "hxxps://example[.]com/reset/[…]"),
            ("https://example.com/#token", "hxxps://example[.]com/?[…]"),
            ("https://example.com/u/ada@example.net", "hxxps://example[.]com/u/[…]"),
            ("https://example.com/u/ada%40example.net/x", "hxxps://example[.]com/u/[…]/x"),
            ("https://example.com/YWRhQGV4YW1wbGUu", "hxxps://example[.]com/[…]"),
            (
                "https://example.com/wp-content/Login-Example-Bank.html",
                "hxxps://example[.]com/wp-content/Login-Example-Bank.html",
            ),
        ] {
            assert_eq!(page(url), shown);
        }
        assert_eq!(domain("www.example.com"), "www[.]example[.]com");
    }

    #[test]
    fn addresses_of_others_show_their_network_alone() {
        for (ip, shown) in [
            ("203.0.113.77", "203.0.113.x"),
            ("2001:db8:1:2::3", "2001:db8:1::x"),
            ("::ffff:203.0.113.77", "203.0.113.x"),
        ] {
            assert_eq!(masked(ip.parse().expect("good")), shown);
        }
    }

    #[test]
    fn only_lines_of_the_own_address_are_shown_and_nobody_else_in_them() {
        let own: Vec<IpAddr> = vec!["192.0.2.7".parse().expect("good")];
        let names = ["Acme Networks GmbH".to_owned(), "abuse@acme.example".to_owned()];
        let shown = |text: &str| log_lines(text, &own, &names);
        let text = "\
Acme Networks detected 192.0.2.7 on 2026-01-02 03:04:05
Jan  2 03:04:05 honeypot3 sshd[123]: Failed password for root from 192.0.2.7 port 22 ssh2
2026-01-02T03:04:05Z 192.0.2.77 -> 203.0.113.9:22
2026-01-02 03:04:06 UTC mx1.acme.example 192.0.2.7:51000 -> 203.0.113.9:22 to ada@acme.example
192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] \"GET /x?token=1 HTTP/1.1\" 404 https://acme.example/unsubscribe/1
> 2026-01-02 03:04:07 acme-gw blocked 192.0.2.7 case deadbeef0123456789";
        let lines = shown(text);
        assert_eq!(lines.len(), 4, "{lines:#?}");
        assert_eq!(
            lines[0],
            "Jan  2 03:04:05 […] sshd[123]: Failed password for root from 192.0.2.7 port 22 ssh2"
        );
        assert_eq!(lines[1], "2026-01-02 03:04:06 UTC […] 192.0.2.7:51000 -> 203.0.113.x to […]");
        for line in &lines {
            let lower = line.to_lowercase();
            for secret in ["acme", "honeypot", "203.0.113.9", "ada", "unsubscribe", "deadbeef"] {
                assert!(!lower.contains(secret), "{secret}: {line}");
            }
        }
        for (line, hidden) in [
            (
                "192.0.2.7 attacked the server of Klinik Sonnenberg on 2026-01-02",
                vec!["Klinik", "Sonnenberg"],
            ),
            (
                "Fri Jan  2 03:04:05 2026 honeypot3 sshd[1]: Invalid user jsmith from 192.0.2.7",
                vec!["honeypot3", "jsmith"],
            ),
            ("1767323045.1 honeypot3 192.0.2.7 scan", vec!["honeypot3"]),
            ("2026-01-02 03:04:05 192.0.2.7 to 2001:db8:2::9: refused", vec!["2::9"]),
            ("2026-01-02 03:04:05 192.0.2.7 > 2001:db8:2::9.443: tcp", vec!["2::9"]),
            ("2026-01-02 03:04:05 192.0.2.7 to 203-0-113-9 and ip-203-0-113-9", vec!["113-9"]),
            (
                "2026-01-02 03:04:05 192.0.2.7 Call +49 30 12345678901 and ask for Bob",
                vec!["Bob", "12345678901"],
            ),
        ] {
            let lines = shown(line);
            assert_eq!(lines.len(), 1, "{line}");
            assert!(lines[0].contains("192.0.2.7"), "{lines:?}");
            for secret in hidden {
                assert!(!lines[0].contains(secret), "{secret}: {lines:?}");
            }
        }
        let known = "2026-01-02 03:04:05 kernel: DROP IN=eth0 SRC=192.0.2.7 DST=203.0.113.9 LEN=40 TTL=50 PROTO=TCP SPT=1024 DPT=22 SYN";
        assert_eq!(
            shown(known),
            [
                "2026-01-02 03:04:05 kernel: DROP IN=[…] SRC=192.0.2.7 DST=203.0.113.x LEN=40 TTL=50 PROTO=TCP SPT=1024 DPT=22 SYN"
            ]
        );
        assert!(shown(&"x".repeat(100_000)).is_empty());
        assert_eq!(shown(&"2026-01-02 03:04:05 a 192.0.2.7\n".repeat(99)).len(), MOST_LINES);
    }
}
