//! The addresses in a text, and where they stand.

use std::net::IpAddr;

use crate::complaint::address;

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
    let mut found = Vec::new();
    let mut at = 0;
    for chunk in text.split_inclusive(char::is_whitespace) {
        let end = chunk.find("://").unwrap_or(chunk.len());
        in_chunk(&text[..at + end], at, text, &mut found);
        at += chunk.len();
    }
    found
}

/// The addresses from a place to the end of `part`, which `whole` begins with.
fn in_chunk(part: &str, begin: usize, whole: &str, found: &mut Vec<Found>) {
    let is_end = |c: char| c.is_whitespace() || "()<>{},;|='\"*`«»“”‘’/?&!".contains(c);
    let mut at = begin;
    while at < part.len() {
        let rest = &part[at..];
        at += rest.find(|c| !is_end(c)).unwrap_or(rest.len());
        let rest = &part[at..];
        let length = rest.find(is_end).unwrap_or(rest.len());
        if let Some(mut one) = in_word(&rest[..length], at) {
            let behind = whole[at + length..].strip_prefix('/').unwrap_or_default();
            let bits = behind.bytes().take_while(u8::is_ascii_digit).count();
            one.is_prefix = (1..=3).contains(&bits);
            found.push(one);
        }
        at += length;
    }
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
    let host_ip = address::ip(host.trim_end_matches(']')).filter(IpAddr::is_ipv4)?;
    let port = port.parse().ok()?;
    Some(make(host_ip, bare.len(), Some(port)))
}
