//! Who calls, also behind proxies.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// The caller's address: the peer, or, when the peer is a trusted proxy, the last address in
/// `X-Forwarded-For` that is not one. What stands before that was written by the caller.
pub(crate) fn client_address(request: &Request, trusted: &[IpNet]) -> IpAddr {
    address_of(request.headers(), request.extensions(), trusted)
}

/// The same, of the parts of a request.
pub(crate) fn address_of(
    headers: &HeaderMap,
    extensions: &Extensions,
    trusted: &[IpNet],
) -> IpAddr {
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip().to_canonical());
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if !is_trusted(&peer) {
        return peer;
    }
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let mut client = peer;
    for hop in forwarded.iter().rev() {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !is_trusted(&client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn ask(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut request = Request::builder()
            .header("x-forwarded-for", forwarded)
            .body(Body::empty())
            .expect("a request");
        let peer: SocketAddr = format!("{peer}:1").parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().expect("a net")).collect();
        client_address(&request, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_what_they_added() {
        assert_eq!(ask("192.0.2.1", "203.0.113.9", &[]), "192.0.2.1");
        assert_eq!(ask("192.0.2.1", "203.0.113.9", &["192.0.2.0/24"]), "203.0.113.9");
        assert_eq!(ask("192.0.2.1", "10.0.0.1, 203.0.113.9", &["192.0.2.0/24"]), "203.0.113.9");
        assert_eq!(ask("192.0.2.1", "203.0.113.9, 192.0.2.7", &["192.0.2.0/24"]), "203.0.113.9");
        assert_eq!(ask("192.0.2.1", "nonsense", &["192.0.2.0/24"]), "192.0.2.1");
    }
}
