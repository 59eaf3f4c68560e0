//! Which address in a line of a log did it. Programs write it in a few ways: with a word before it, on the left of an arrow, in
//! a field of its own, or alone.

use std::net::IpAddr;

use crate::complaint::Category;

use super::addresses::Found;
use super::lines;
use super::words;

/// Who did it, and to whom, where the line says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Logged {
    pub(super) source: IpAddr,
    pub(super) target: Option<IpAddr>,
}

/// Words right before who did it, in lower case.
const FROM: &[&str] = &[
    "src",
    "srcip",
    "source",
    "src_ip",
    "saddr",
    "srcaddr",
    "from",
    "rhost",
    "rip",
    "client",
    "client_ip",
    "remote",
    "remote_addr",
    "remote_ip",
    "attacker",
    "by",
    "offender",
    "peer",
    "for host",
    "host=",
    "ip=",
    "user@",
    "addr",
];

/// Words right before to whom, in lower case.
const TO: &[&str] = &[
    "dst",
    "dstip",
    "dst_ip",
    "destination",
    "daddr",
    "dstaddr",
    "dest",
    "dest_ip",
    "lip",
    "to",
    "on",
    "at",
    "local",
    "laddr",
    "server",
    "target",
    "against",
    "listen",
    "host",
    "into",
];

/// Arrows from who did it to whom.
const ARROWS: &[&str] = &["->", "-->", "=>", "==>", ">", "→", "to"];

/// What stands between an address and an arrow behind it.
const PROTOCOLS: &[&str] = &["tcp", "udp", "icmp", "(tcp)", "(udp)", "port"];

/// Logs of firewalls without names: who comes before to whom.
const SOURCE_FIRST: &[&str] = &["filterlog", "%ASA-", "ipfw:", "iptables", "[UFW BLOCK]"];

/// By the addresses in a line.
pub(super) fn of(line: &str, found: &[Found]) -> Option<Logged> {
    let first = found.first()?;
    let second = found.iter().find(|other| other.ip != first.ip);
    if line[..first.begin].trim_matches([' ', '"', '\'']).is_empty() && lines::has_access(line) {
        return Some(Logged { source: first.ip, target: None });
    }
    if let Some(pair) = found.windows(2).find(|two| is_arrow(&line[two[0].end..two[1].begin])) {
        return Some(Logged { source: pair[0].ip, target: Some(pair[1].ip) });
    }
    let target = found.iter().find(|one| has_before(line, one, TO)).map(|one| one.ip);
    let marked = found.iter().find(|one| has_before(line, one, FROM)).map(|one| one.ip);
    let left = || {
        let others: Vec<&Found> = found.iter().filter(|one| !has_before(line, one, TO)).collect();
        let only = others.first()?;
        let is_only = others.iter().all(|one| one.ip == only.ip);
        // Alone it is who did it where the line says that something was done.
        (is_only && words::category("", line) != Category::Other).then_some(only.ip)
    };
    let by_place = || {
        let second = second?;
        SOURCE_FIRST.iter().any(|name| line.contains(name)).then_some((first.ip, second.ip))
    };
    if let (None, Some((source, target))) = (marked, by_place()) {
        return Some(Logged { source, target: Some(target) });
    }
    let source = marked.or_else(left)?;
    Some(Logged { source, target: target.filter(|target| *target != source) })
}

fn is_arrow(between: &str) -> bool {
    let between = between.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
    let mut words = between.split_whitespace().filter(|word| !PROTOCOLS.contains(word));
    let mut word = words.next();
    // A port: `port 4711 -> `, `(4711) -> `, `/4711 ->`
    if word.is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit() || b"()/:".contains(&b))) {
        word = words.next();
    }
    let is_arrow = word.is_some_and(|word| ARROWS.contains(&word));
    is_arrow && between.len() < 40
}

/// Whether one of some words stands right before an address: `SRC=`, `from [`, `src outside:`.
fn has_before(line: &str, found: &Found, words: &[&str]) -> bool {
    let from = line.floor_char_boundary(found.begin.saturating_sub(LONGEST));
    let before = &line[from..found.begin];
    let before = before.trim_end_matches([' ', '[', '"', '\'', '=', ':', '(', '<', '@']);
    let ends = |before: &str| {
        let bytes = before.as_bytes();
        let Some(last) = bytes.last().map(u8::to_ascii_lowercase) else { return false };
        words.iter().any(|word| {
            let word = word.trim_end_matches(['=', '@']).as_bytes();
            let rest = bytes.len().checked_sub(word.len());
            word.last() == Some(&last)
                && rest.is_some_and(|rest| {
                    bytes[rest..].eq_ignore_ascii_case(word)
                        && !rest.checked_sub(1).is_some_and(|at| bytes[at].is_ascii_alphanumeric())
                })
        })
    };
    let interface = || {
        let (before, name) = before.rsplit_once(' ')?;
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let end = before.as_bytes().get(before.len().checked_sub(4)?..)?;
        let is_side = end.eq_ignore_ascii_case(b" src") || end.eq_ignore_ascii_case(b" dst");
        Some(is_name && is_side && ends(before))
    };
    ends(before) || interface().unwrap_or(false)
}

/// Bytes before an address that are looked at.
const LONGEST: usize = 40;

#[cfg(test)]
mod tests {
    use super::super::addresses::addresses;
    use super::*;

    #[test]
    fn a_line_of_a_log_names_who_did_it() {
        let source: IpAddr = "192.0.2.1".parse().expect("an address");
        let target: IpAddr = "198.51.100.7".parse().expect("an address");
        for (line, found) in [
            (
                "Jan  5 09:00:00 h sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2",
                None,
            ),
            ("192.0.2.1 - - [05/Jan/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200", None),
            (
                "%ASA-4-106023: Deny tcp src outside:192.0.2.1/1 dst inside:198.51.100.7/22",
                Some(target),
            ),
            ("[**] [1:1:1] SCAN [**] {TCP} 192.0.2.1:1 -> 198.51.100.7:22", Some(target)),
            ("03:04:05.1 IP 192.0.2.1.4711 > 198.51.100.7.22: Flags [S]", Some(target)),
            (
                "2026-01-05 09:00:00.1 0.000 TCP 192.0.2.1:1 ->   198.51.100.7:22 ....S.",
                Some(target),
            ),
            (
                "imap-login: Disconnected (auth failed): user=<a>, rip=192.0.2.1, lip=198.51.100.7",
                Some(target),
            ),
            (
                "postfix/smtpd[1]: warning: unknown[192.0.2.1]: SASL LOGIN authentication failed",
                None,
            ),
            ("login authenticator failed for (User) [192.0.2.1]: 535 Incorrect data", None),
            ("Access denied for user 'root'@'192.0.2.1' (using password: YES)", None),
            (
                "Registration from '\"1\" <sip:1@198.51.100.7>' failed for '192.0.2.1:5060'",
                Some(target),
            ),
            (
                "filterlog[1]: 4,,,1,em0,match,block,in,4,0x0,,244,1,0,none,6,tcp,40,192.0.2.1,198.51.100.7,1,22",
                Some(target),
            ),
            ("DROP IN=eth0 SRC=192.0.2.1 DST=198.51.100.7 PROTO=TCP", Some(target)),
            ("[UFW BLOCK] IN=eth0 SRC=192.0.2.1 DST=198.51.100.7", Some(target)),
            ("192.0.2.1 tcp 4711 -> 198.51.100.7 tcp 22", Some(target)),
            ("connection from 192.0.2.1 to 198.51.100.7 port 22", Some(target)),
        ] {
            let logged = of(line, &addresses(line));
            assert_eq!(logged.map(|logged| logged.source), Some(source), "{line}");
            if found.is_some() && !line.contains("<sip:") {
                assert_eq!(logged.and_then(|logged| logged.target), found, "{line}");
            }
        }
        for line in [
            "2026-01-05 09:00:00 192.0.2.1 198.51.100.7 22",
            "nothing",
            "to 198.51.100.7:22 at 198.51.100.8",
        ] {
            assert_eq!(of(line, &addresses(line)), None, "{line}");
        }
    }
}
