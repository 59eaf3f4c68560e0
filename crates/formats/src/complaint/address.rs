//! Addresses as complaints write them, read strictly: nothing is guessed.

use std::net::{IpAddr, Ipv6Addr};

/// An address: dotted quads without leading zeros, or IPv6. Brackets and a zone (`fe80::1%eth0`) are taken off; v4-in-v6
/// becomes plain IPv4. Octal, hexadecimal and short forms are no addresses.
pub fn ip(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    Some(plain(text.parse().ok()?))
}

fn plain(address: IpAddr) -> IpAddr {
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
