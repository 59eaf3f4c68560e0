//! Domains and the hosts of pages, strictly.

use std::net::IpAddr;

use super::address;

/// Longest name in the domain name system (RFC 1035 §2.3.4).
const LONGEST_NAME: usize = 253;

/// A domain in lower case and `xn--` form: at least two labels, the last no number.
pub(crate) fn name(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.');
    if text.len() > 4 * LONGEST_NAME || !text.contains('.') {
        return None;
    }
    let name = if text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) {
        text.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(text).ok()?
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = name.rsplit('.').next()?;
    let ends_well = last.starts_with("xn--")
        || (last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic()));
    (name.len() <= LONGEST_NAME && name.split('.').all(is_label) && ends_well).then_some(name)
}

/// Where a page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    /// An address stands in it.
    Ip(IpAddr),
    /// A domain.
    Domain(String),
}

/// The host of a page.
pub(crate) fn host(url: &str) -> Option<Host> {
    let (_, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split_once(']')?.0,
        None => authority.split(':').next()?,
    };
    match address::ip(host) {
        Some(ip) => Some(Host::Ip(ip)),
        None => name(host).map(Host::Domain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_lower_case_and_of_the_network() {
        for (text, domain) in [
            ("Example.COM.", Some("example.com")),
            ("bücher.example", Some("xn--bcher-kva.example")),
            ("192.0.2.1", None),
            ("localhost", None),
            ("a..example", None),
            ("-a.example", None),
        ] {
            assert_eq!(name(text).as_deref(), domain, "{text}");
        }
    }

    #[test]
    fn the_host_of_a_page_is_what_stands_after_the_user() {
        assert_eq!(
            host("https://bank.example@evil.example:8080/x"),
            Some(Host::Domain("evil.example".to_owned()))
        );
        assert_eq!(host("http://[2001:db8::1]/"), address::ip("2001:db8::1").map(Host::Ip));
        assert_eq!(host("http://192.0.2.1/x"), address::ip("192.0.2.1").map(Host::Ip));
        assert_eq!(host("http:///x"), None);
    }
}
