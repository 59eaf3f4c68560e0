//! What a field of a structured format declares: one value, one resource.

use std::net::IpAddr;

use super::domain::Host;
use super::{Subject, address, domain, refang};

/// Longest value of a field in which a resource is looked for, in bytes.
const LONGEST_VALUE: usize = 8 * 1024;

/// The resource that a value is: an address, a prefix, a page, a mail address or a domain, also where it was made
/// harmless. Nothing when it is something else, or more than one.
pub(crate) fn subject(value: &str) -> Option<Subject> {
    let value = value.trim().trim_matches(['"', '\'']);
    if value.is_empty() || value.len() > LONGEST_VALUE {
        return None;
    }
    if let Some(ip) = address::ip(value) {
        return Some(Subject::Ip(ip));
    }
    let value = refang::text(value);
    let value = value.trim();
    if let Some(ip) = address::ip(value) {
        return Some(Subject::Ip(ip));
    }
    if let Some(net) = address::net(value) {
        let is_one = net.prefix_len() == net.max_prefix_len();
        return Some(if is_one { Subject::Ip(net.addr()) } else { Subject::Prefix(net) });
    }
    if value.contains("://") {
        return page(value).map(Subject::Url);
    }
    if value.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    if let Some((user, host)) = value.rsplit_once('@') {
        let is_user = !user.is_empty() && !user.contains(['@', '<', '>', ',', ';']);
        return domain::name(host)
            .filter(|_| is_user)
            .map(|host| Subject::Email(format!("{user}@{host}")));
    }
    if is_masked_address(value) {
        return None;
    }
    if let Some(name) = domain::name(value) {
        return Some(Subject::Domain(name));
    }
    address_with_port(value).map(|(ip, _)| Subject::Ip(ip))
}

/// `192.0.2.xxx`: there is a domain `xxx`, but this is none.
pub(crate) fn is_masked_address(value: &str) -> bool {
    let is_octet = |piece: &str| {
        let is_number = !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_digit());
        is_number || (1..=3).contains(&piece.len()) && piece.bytes().all(|b| b"xX*?".contains(&b))
    };
    value.split('.').count() == 4 && value.split('.').all(is_octet)
}

/// The page that a value is. A user and a password in it stay, they are how it is reached.
pub(crate) fn page(value: &str) -> Option<String> {
    let value = value.trim();
    if value.len() > LONGEST_VALUE {
        return None;
    }
    let value = refang::text(value);
    let url = refang::urls(&value).next();
    url.filter(|_| !value.trim().contains(char::is_whitespace))
}

/// The host of a page, as an address or a domain.
pub(crate) fn host(url: &str) -> (Option<IpAddr>, Option<String>) {
    match domain::host(url) {
        Some(Host::Ip(ip)) => (Some(ip), None),
        Some(Host::Domain(name)) => (None, Some(name)),
        None => (None, None),
    }
}

/// `192.0.2.1:22`, `[2001:db8::1]:22`.
pub(crate) fn address_with_port(value: &str) -> Option<(IpAddr, Option<u16>)> {
    let value = value.trim();
    if let Some(ip) = address::ip(value) {
        return Some((ip, None));
    }
    let (ip, port) = value.rsplit_once(':')?;
    let is_enclosed = !ip.contains(':') || ip.starts_with('[') && ip.ends_with(']');
    Some((address::ip(ip).filter(|_| is_enclosed)?, Some(port.parse().ok()?)))
}

/// A port: a number, never zero.
pub(crate) fn port(value: &str) -> Option<u16> {
    let value = value.trim();
    let value = value.strip_suffix("/tcp").or_else(|| value.strip_suffix("/udp")).unwrap_or(value);
    if !value.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    value.parse().ok().filter(|port| *port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_resource_or_none() {
        for (value, expected) in [
            ("192.0.2.1", "Ip(192.0.2.1)"),
            ("::ffff:192.0.2.1", "Ip(192.0.2.1)"),
            ("192[.]0[.]2[.]1", "Ip(192.0.2.1)"),
            ("198.51.100.0/24", "Prefix(198.51.100.0/24)"),
            ("hxxps://shop[.]example[.]com/x", "Url(\"https://shop.example.com/x\")"),
            ("Shop.Example.COM", "Domain(\"shop.example.com\")"),
            ("Someone@Example.com", "Email(\"Someone@example.com\")"),
            ("192.0.2.1:8080", "Ip(192.0.2.1)"),
        ] {
            assert_eq!(
                format!("{:?}", subject(value).expect(value)),
                format!("{expected}"),
                "{value}"
            );
        }
        for value in [
            "",
            "192.0.2.010",
            "0x7f.0.0.1",
            "+1 555 0100",
            "192.0.2.1 and 192.0.2.2",
            "localhost",
            "1.2.3",
            "a@b@example.com",
        ] {
            assert_eq!(subject(value), None, "{value}");
        }
    }
}
