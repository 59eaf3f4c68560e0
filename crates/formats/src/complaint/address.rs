//! Addresses as complaints write them, read strictly: nothing is guessed.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// An address: dotted quads without leading zeros, or IPv6. Brackets and a zone (`fe80::1%eth0`) are taken off; v4-in-v6
/// becomes plain IPv4. Octal, hexadecimal and short forms are no addresses.
pub fn ip(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    Some(plain(text.parse().ok()?))
}

/// A prefix, or an address as the prefix that has only it. `192.0.2.1/24` is the network in which it is.
pub fn net(text: &str) -> Option<IpNet> {
    let text = text.trim();
    if let Some(ip) = ip(text) {
        return Some(IpNet::from(ip));
    }
    let (address, length) = text.split_once('/')?;
    let address = ip(address)?;
    let digits = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
    let length = length.parse().ok().filter(|_| digits)?;
    Some(IpNet::new(address, length).ok()?.trunc())
}

/// The address that a value declares, also where it was made harmless (`192[.]0[.]2[.]1`).
pub(crate) fn refanged(text: &str) -> Option<IpAddr> {
    ip(text).or_else(|| ip(&super::refang::text(text.trim())))
}

pub(crate) fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v4_within(v6).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

fn v4_within(address: Ipv6Addr) -> Option<std::net::Ipv4Addr> {
    address.to_ipv4_mapped()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_networks() {
        for (text, prefix) in [
            ("192.0.2.7/24", Some("192.0.2.0/24")),
            ("192.0.2.7", Some("192.0.2.7/32")),
            ("2001:db8::1/32", Some("2001:db8::/32")),
            ("192.0.2.0/33", None),
            ("192.0.2.0/+8", None),
            ("192.0.2/24", None),
        ] {
            assert_eq!(net(text).map(|net| net.to_string()).as_deref(), prefix, "{text}");
        }
        assert_eq!(refanged("192[.]0[.]2[.]1"), ip("192.0.2.1"));
    }

    #[test]
    fn only_the_plain_forms_are_addresses() {
        for (text, address) in [
            ("192.0.2.1", "192.0.2.1"),
            (" [2001:DB8:0:0::1] ", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("fe80::1%eth0", "fe80::1"),
        ] {
            assert_eq!(ip(text).map(|ip| ip.to_string()).as_deref(), Some(address), "{text}");
        }
        for text in ["192.0.2.010", "0xc0.0.2.1", "192.0.2", "3221225985", "192.0.2.1.", ""] {
            assert_eq!(ip(text), None, "{text}");
        }
    }
}
