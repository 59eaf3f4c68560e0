//! Which addresses may be called. A name is looked up here, and the very addresses that come out are
//! judged and then connected to, so that a name which answers differently the next time is of no use.

use portreeve_core::reason::Finding;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use ipnet::{Ipv4Net, Ipv6Net};
use tokio::net::TcpStream;

use super::Endpoint;

/// How long one of several addresses may take, so that a dead one does not use up the time of the others.
const ONE_OF_SEVERAL: Duration = Duration::from_secs(5);

/// Not on the public Internet: this network, private, shared by a provider (CGNAT), loopback, link-local
/// (with the metadata services of clouds), documentation, benchmarks, multicast, reserved.
const NOT_PUBLIC_V4: [Ipv4Net; 15] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

/// All of the public IPv6 Internet is in here ...
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

/// ... but for protocols' own addresses (Teredo among them), documentation, and 6to4, which leads to IPv4.
const NOT_PUBLIC_V6: [Ipv6Net; 4] =
    [v6(0x2001, 0, 23), v6(0x2001, 0xdb8, 32), v6(0x2002, 0, 16), v6(0x3fff, 0, 20)];

/// Translated to IPv4 by the network; the last four bytes say whereto.
const NAT64: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

const fn v4(octets: [u8; 4], length: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: u16, second: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), length)
}

/// Whether an address is one of the public Internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !NOT_PUBLIC_V4.iter().any(|net| net.contains(&v4)),
        IpAddr::V6(v6) => {
            let last = |v6: Ipv6Addr| {
                let [.., a, b, c, d] = v6.octets();
                IpAddr::V4(Ipv4Addr::new(a, b, c, d))
            };
            match v6.to_ipv4_mapped() {
                Some(mapped) => is_public(IpAddr::V4(mapped)),
                None if NAT64.contains(&v6) => is_public(last(v6)),
                None => {
                    GLOBAL_V6.contains(&v6) && !NOT_PUBLIC_V6.iter().any(|net| net.contains(&v6))
                }
            }
        }
    }
}

/// Connects to an endpoint, or says why not; nothing was sent then.
pub(super) async fn connect(
    endpoint: &Endpoint,
    allow_private: bool,
) -> Result<TcpStream, Finding> {
    let host = endpoint.host();
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, endpoint.port()))
        .await
        .map_err(|error| Finding::NotLookedUp { host: host.to_owned(), said: error.to_string() })?
        .collect();
    let allowed: Vec<SocketAddr> =
        found.iter().filter(|at| allow_private || is_public(at.ip())).copied().collect();
    if let (Some(refused), true) = (found.first(), allowed.is_empty()) {
        return Err(Finding::NotPublic {
            host: host.to_owned(),
            address: refused.ip().to_string(),
        });
    }
    let mut failure = Finding::NoAddress { host: host.to_owned() };
    for address in &allowed {
        match connect_to(*address, allowed.len() > 1).await {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                let (address, said) = (address.to_string(), error.to_string());
                failure = Finding::NotConnected { address, said };
            }
        }
    }
    Err(failure)
}

async fn connect_to(address: SocketAddr, one_of_several: bool) -> io::Result<TcpStream> {
    let connecting = TcpStream::connect(address);
    let stream = if one_of_several {
        tokio::time::timeout(ONE_OF_SEVERAL, connecting).await??
    } else {
        connecting.await?
    };
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_off_the_public_internet_are_known_in_every_form() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().expect(text)), "{text}");
        }
        for text in [
            "1.1.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2a00::1",
            "64:ff9b::1.1.1.1",
            "::ffff:1.1.1.1",
        ] {
            assert!(is_public(text.parse().expect(text)), "{text}");
        }
    }

    #[tokio::test]
    async fn loopback_is_refused_in_whatever_way_it_is_written() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let port = listener.local_addr().expect("bound").port();
        for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]", "0"] {
            let endpoint = Endpoint::parse(&format!("http://{host}:{port}/")).expect(host);
            let refused = connect(&endpoint, false).await.expect_err(host);
            assert!(matches!(refused, Finding::NotPublic { .. }), "{host}: {refused:?}");
        }
        let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{port}/")).expect("good");
        assert!(connect(&endpoint, true).await.is_ok());
    }
}
