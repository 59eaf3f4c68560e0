//! The addresses in a text, and where they stand.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::complaint::{address, refang};

/// An address in a text, where it stands, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) ip: IpAddr,
    pub(super) begin: usize,
    pub(super) end: usize,
    /// It is the beginning of a prefix (`192.0.2.0/24`).
    pub(super) is_prefix: bool,
    pub(super) port: Option<u16>,
}

/// The addresses in a text that was refanged. What stands in a page's address is a part of that.
pub(super) fn addresses(text: &str) -> Vec<Found> {
    crate::complaint::steps::take(text.len());
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut from = 0;
    // Every address has one of these; most words have none.
    while let Some(sign) = memchr::memchr2(b'.', b':', &bytes[from..]) {
        let sign = from + sign;
        let end = end_of_chunk(text, sign);
        from = end;
        if !may_hold(&bytes[sign..end]) {
            continue;
        }
        let begin = begin_of_chunk(text, sign);
        let length = refang::scheme_sign(&bytes[begin..end]).unwrap_or(end - begin);
        in_chunk(&text[..begin + length], begin, text, &mut found);
    }
    found
}

/// Whether what has its first dot or colon at its beginning has as many of them as an address.
fn may_hold(bytes: &[u8]) -> bool {
    let (mut dots, mut colons, mut is_double, mut last) = (0, 0, false, 0);
    for byte in bytes {
        dots += usize::from(*byte == b'.');
        colons += usize::from(*byte == b':');
        is_double |= *byte == b':' && last == b':';
        last = *byte;
    }
    // Without two colons side by side, IPv6 has seven of them; a time has two.
    dots >= 3 || colons >= 7 || is_double
}

/// Where the blank stands at which what goes on at a place ends.
fn end_of_chunk(text: &str, at: usize) -> usize {
    for (length, byte) in text.as_bytes()[at..].iter().enumerate() {
        if byte.is_ascii_whitespace() || *byte == 0x0b {
            return at + length;
        }
        if !byte.is_ascii() {
            let rest = &text[at + length..];
            return at + length + rest.find(char::is_whitespace).unwrap_or(rest.len());
        }
    }
    text.len()
}

/// Where what stands before a place begins: behind a blank.
fn begin_of_chunk(text: &str, at: usize) -> usize {
    for (length, byte) in text.as_bytes()[..at].iter().rev().enumerate() {
        if byte.is_ascii_whitespace() || *byte == 0x0b {
            return at - length;
        }
        if !byte.is_ascii() {
            let before = &text[..at - length];
            let blank = before.char_indices().rev().find(|(_, c)| c.is_whitespace());
            return blank.map_or(0, |(at, c)| at + c.len_utf8());
        }
    }
    0
}

fn is_end(c: char) -> bool {
    if c.is_ascii_alphanumeric() {
        return false;
    }
    c.is_whitespace()
        || matches!(
            c,
            '(' | ')'
                | '<'
                | '>'
                | '{'
                | '}'
                | ','
                | ';'
                | '|'
                | '='
                | '\''
                | '"'
                | '*'
                | '`'
                | '/'
                | '?'
                | '&'
                | '!'
        )
        || matches!(c, '«' | '»' | '“' | '”' | '‘' | '’')
}

/// The prefix that begins with an address.
pub(super) fn net_at(text: &str, found: &Found) -> Option<IpNet> {
    let rest = text[found.begin..].get(found.end - found.begin..)?;
    let bits: String = rest.strip_prefix('/')?.chars().take_while(char::is_ascii_digit).collect();
    let net = address::net(&format!("{}/{bits}", found.ip))?;
    (net.prefix_len() < net.max_prefix_len()).then_some(net)
}

/// The addresses from a place to the end of `part`, which `whole` begins with.
fn in_chunk(part: &str, begin: usize, whole: &str, found: &mut Vec<Found>) {
    let mut at = begin;
    while at < part.len() {
        let rest = &part[at..];
        at += rest.find(|c: char| !is_end(c)).unwrap_or(rest.len());
        let rest = &part[at..];
        let length = rest.find(is_end).unwrap_or(rest.len());
        if let Some(mut one) = in_word(&rest[..length], at) {
            let behind = whole[at + length..].strip_prefix('/').unwrap_or_default();
            let bits: String = behind.chars().take_while(char::is_ascii_digit).take(4).collect();
            let most = if one.ip.is_ipv4() { 32 } else { 128 };
            // `/32` is the address, and a larger number its port.
            one.is_prefix = bits.parse().is_ok_and(|bits: u16| bits < most);
            found.push(one);
        } else if let Some(one) = with_dotted_port(&rest[..length], at, &whole[at + length..], part)
        {
            found.push(one);
        }
        at += length;
    }
}

/// `192.0.2.1.4711 > 198.51.100.7.22:`, as programs that watch packets write it.
fn with_dotted_port(word: &str, at: usize, behind: &str, part: &str) -> Option<Found> {
    let bare = word.trim_end_matches(':');
    let is_beside_arrow = behind.trim_start().starts_with("> ")
        || part[..at].trim_end().ends_with('>') && word.ends_with(':');
    let (host, port) = bare.rsplit_once('.').filter(|_| is_beside_arrow)?;
    let ip = address::ip(host).filter(IpAddr::is_ipv4)?;
    let port = port.parse().ok()?;
    Some(Found { ip, begin: at, end: at + bare.len(), is_prefix: false, port: Some(port) })
}

/// The address that a word is, without marks around it.
fn in_word(word: &str, at: usize) -> Option<Found> {
    // Seven characters has the shortest IPv4 address, and two colons IPv6.
    let looks_like = word.bytes().filter(|b| *b == b'.').count() >= 3
        || word.bytes().filter(|b| *b == b':').count() >= 2;
    if !looks_like || word.len() > 80 {
        return None;
    }
    let begin = word.find(|c: char| c.is_ascii_hexdigit() || c == ':')?;
    let bare = word[begin..].trim_end_matches(['.', ',', ']', ')', ':', '!', '?', '-', '…']);
    let begin = at + begin;
    let make = |ip, length, port| Found { ip, begin, end: begin + length, is_prefix: false, port };
    if let Some(ip) = address::ip(bare).filter(|_| bare != "::") {
        return Some(make(ip, bare.len(), None));
    }
    // `192.0.2.1:22`, `192.0.2.1]:`, `ip:192.0.2.1`
    let (host, port) = bare.rsplit_once(':')?;
    if let Some(ip) = address::ip(port).filter(std::net::IpAddr::is_ipv4) {
        return Some(Found {
            ip,
            begin: begin + host.len() + 1,
            end: begin + bare.len(),
            is_prefix: false,
            port: None,
        });
    }
    let host_ip =
        address::ip(host.trim_end_matches(']')).filter(|ip| ip.is_ipv4() || host.ends_with(']'))?;
    let port = port.parse().ok()?;
    Some(make(host_ip, bare.len(), Some(port)))
}
