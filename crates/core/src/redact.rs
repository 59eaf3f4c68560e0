//! What a customer may see of a complaint: what it says of their own service, and nothing that tells who complained, what
//! others hold, or how to get into somebody's portal.
//!
//! Only what this module lets through is shown. What it does not understand, it leaves out.

use std::net::IpAddr;

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

fn without_secret(part: &str) -> String {
    let has = |is: fn(&u8) -> bool| part.as_bytes().iter().any(is);
    let is_long = part.len() >= SECRET
        && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=%".contains(&b));
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let may_be_secret = is_long && (has(u8::is_ascii_digit) || is_mixed);
    // Whoever got the mail that is complained about may stand in its links.
    let may_be_address = part.contains('@') || part.to_ascii_lowercase().contains("%40");
    if may_be_secret || may_be_address { HIDDEN.to_owned() } else { part.to_owned() }
}

/// The lines of a log in `text` that are about one of the customer's own addresses. Everything in them is hidden that is
/// not known to be harmless: other addresses, hosts, mail addresses, pages, long tokens, and whatever of `names`
/// (how the reporter calls themselves) stands there.
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
    let whole = token.parse().ok();
    let with_port = || {
        let (ip, port) = token.rsplit_once([':', '.', '-'])?;
        port.bytes().all(|b| b.is_ascii_digit()).then(|| ip.parse::<std::net::Ipv4Addr>().ok())?
    };
    whole.or_else(|| with_port().map(IpAddr::V4)).map(|ip: IpAddr| ip.to_canonical())
}

fn is_own(token: &str, own: &[IpAddr]) -> bool {
    address(token).is_some_and(|ip| own.contains(&ip))
}

fn shown_line(line: &str, own: &[IpAddr], names: &[String]) -> Option<String> {
    let line = one_line(line.trim_start_matches(['>', ' ', '\t']), LONGEST_LINE * 2);
    // After the time of a line of syslog stands the machine that wrote it.
    let mut is_next_a_host = false;
    let mut out = Vec::new();
    for (n, word) in line.split(' ').enumerate() {
        let is_clock = n < 4 && is_time(word);
        let shown = if is_next_a_host && !word.is_empty() && !is_own(word, own) && !is_zone(word) {
            HIDDEN.to_owned()
        } else {
            shown_word(word, own, names)
        };
        is_next_a_host = is_clock || (is_next_a_host && (word.is_empty() || is_zone(word)));
        out.push(shown);
    }
    let line = shorten(&out.join(" "), LONGEST_LINE);
    (!line.is_empty()).then_some(line)
}

fn is_time(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    word.matches(':').count() >= 2
        && word.starts_with(|c: char| c.is_ascii_digit())
        && address(word).is_none()
}

fn is_zone(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    matches!(bare, "UTC" | "GMT" | "Z")
        || (word.trim_start_matches('(').starts_with(['+', '-'])
            && bare.bytes().all(|b| b.is_ascii_digit()))
}

/// Words of programs that log, and of what they log. Others are hidden: they may be names.
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
        if is {
            out.push_str(&shown_piece(piece, own, names))
        } else {
            out.push_str(piece)
        }
        rest = after;
    }
    out
}

fn shown_piece(piece: &str, own: &[IpAddr], names: &[String]) -> String {
    if let Some(ip) = address(piece) {
        return if own.contains(&ip) { piece.to_owned() } else { masked(ip) };
    }
    let is_number = piece.bytes().all(|b| b.is_ascii_digit() || b".:-_".contains(&b));
    if is_number {
        return piece.to_owned();
    }
    let lower = piece.to_lowercase();
    let is_name = names.iter().any(|name| lower.contains(name.as_str()));
    // A dot between letters makes a host; a file of a page has one, too, and goes with it.
    let is_host = piece.trim_matches(|c: char| !c.is_alphanumeric()).contains('.');
    let is_secret = piece.chars().count() >= SECRET && piece.bytes().any(|b| b.is_ascii_digit());
    if is_name || is_host || is_secret { HIDDEN.to_owned() } else { piece.to_owned() }
}

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
        assert!(shown(&"x".repeat(100_000)).is_empty());
        assert_eq!(shown(&"2026-01-02 03:04:05 a 192.0.2.7\n".repeat(99)).len(), MOST_LINES);
    }
}
