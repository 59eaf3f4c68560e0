//! `[dns]`: which servers are asked.

use std::net::{IpAddr, SocketAddr};

use super::{ConfigError, Section, bad};

/// DNS servers: addresses, with a port that is not 53.
pub(super) fn resolvers(root: &mut Section) -> Result<Vec<SocketAddr>, ConfigError> {
    let mut dns = root.section("dns")?;
    let named = dns.list("resolvers")?.unwrap_or_default();
    dns.end()?;
    let resolver = |text: &String| {
        let address = || text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
        let why = || format!("{text:?} must be an address and port, such as 127.0.0.1:53");
        text.parse().or_else(|_| address()).map_err(|_| bad("dns.resolvers", why()))
    };
    named.iter().map(resolver).collect()
}
