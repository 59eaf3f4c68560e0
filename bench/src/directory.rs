//! A service directory made on the fly.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// The range for benchmarks of networks (RFC 2544), 198.18.0.0/15: room for 131,072 addresses.
const FIRST_ADDRESS: u32 = 0xc612_0000;

/// Services at most: one address each.
pub const MOST_SERVICES: u64 = 131_072;

/// A directory file: services 1 to `count`, three to a customer, each with an address and a domain.
pub fn csv(count: u64) -> String {
    let mut text = String::from(
        "service_id,customer_id,customer_name,customer_email,product,domain,status,dedicated_ip\n",
    );
    for id in 1..=count.min(MOST_SERVICES) {
        let customer = id / 3 + 1;
        let _ = writeln!(
            text,
            "{id},{customer},Customer {customer},c{customer}@example.com,VPS,s{id}.example.com,\
             active,{}",
            address(id)
        );
    }
    text
}

/// The address of a service.
pub fn address(service: u64) -> Ipv4Addr {
    let offset = u32::try_from((service - 1) % MOST_SERVICES).unwrap_or_default();
    Ipv4Addr::from(FIRST_ADDRESS + offset)
}

/// A different service each time, all over the directory.
pub fn pick(number: u64, services: u64) -> u64 {
    // A prime that is far from any count of services that is used.
    number.wrapping_mul(7_919) % services + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_differ_for_as_long_as_there_are_others() {
        let mut seen = std::collections::HashSet::new();
        assert!((0..100_000).all(|n| seen.insert(pick(n, 100_000))));
        assert_eq!(address(1).to_string(), "198.18.0.0");
        assert_eq!(csv(3).lines().count(), 4);
    }
}
