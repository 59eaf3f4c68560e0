//! Who calls, also behind proxies.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;
use portreeve_core::text::one_line;

/// Characters of a header that are written to the log.
const SHOWN: usize = 200;

/// From where a request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ClientAddress {
    /// From this address.
    Known(IpAddr),
    /// It came through a trusted proxy that does not say for whom. It may be anybody: it is on no list of addresses
    /// that may do something, and all of them together are counted as one.
    Stranger,
}

impl ClientAddress {
    /// The address, where it is known.
    pub(crate) fn known(self) -> Option<IpAddr> {
        match self {
            Self::Known(address) => Some(address),
            Self::Stranger => None,
        }
    }

    /// Whether it is in one of these networks. A stranger is in none.
    pub(crate) fn is_in(self, networks: &[IpNet]) -> bool {
        self.known().is_some_and(|address| networks.iter().any(|net| net.contains(&address)))
    }

    /// What it is counted under: an IPv6 customer has at least a /64.
    pub(crate) fn network(self) -> Self {
        match self {
            Self::Known(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Self::Known(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
            }
            other => other,
        }
    }

    /// The wider network that one site or one small provider has: a /24, or a /48 of IPv6.
    pub(crate) fn neighbourhood(self) -> Self {
        match self {
            Self::Known(IpAddr::V4(address)) => {
                let [a, b, c, _] = address.octets();
                Self::Known(IpAddr::from([a, b, c, 0]))
            }
            Self::Known(IpAddr::V6(address)) => {
                let [a, b, c, ..] = address.segments();
                Self::Known(IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)))
            }
            Self::Stranger => Self::Stranger,
        }
    }

    /// The network that one provider has at least, where neighbourhoods are cheap: a /32 of IPv6.
    pub(crate) fn provider(self) -> Option<Self> {
        match self {
            Self::Known(IpAddr::V6(address)) => {
                let [a, b, ..] = address.segments();
                Some(Self::Known(IpAddr::V6(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0))))
            }
            _ => None,
        }
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(address) => address.fmt(f),
            Self::Stranger => f.write_str("unknown"),
        }
    }
}

/// The caller's address: the peer, or, when the peer is a trusted proxy, the last address in `X-Forwarded-For` or
/// `Forwarded` that is not one. What stands before that was written by the caller.
pub(crate) fn client_address(request: &Request, trusted: &[IpNet]) -> ClientAddress {
    address_of(request.headers(), request.extensions(), trusted)
}

/// The same, of the parts of a request.
pub(crate) fn address_of(
    headers: &HeaderMap,
    extensions: &Extensions,
    trusted: &[IpNet],
) -> ClientAddress {
    let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<SocketAddr>>() else {
        return ClientAddress::Stranger;
    };
    let peer = ClientAddress::Known(peer.ip().to_canonical());
    if !peer.is_in(trusted) {
        return peer;
    }
    match forwarded_for(headers, trusted) {
        Ok(address) => ClientAddress::Known(address),
        Err(unknown) => {
            tracing::warn!("{unknown}; the client counts as unknown");
            ClientAddress::Stranger
        }
    }
}

/// Why a trusted proxy does not say for whom it asks.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Unknown {
    #[error("a trusted proxy (server.trusted_proxies) sends neither X-Forwarded-For nor Forwarded")]
    Absent,
    #[error("a trusted proxy sends an unreadable {header}: {text:?}")]
    Unreadable { header: &'static str, text: String },
    #[error(
        "a trusted proxy sends an X-Forwarded-For and a Forwarded that differ, {x:?} and {forwarded:?}: have it remove \
         the one that it does not set"
    )]
    Differ { x: String, forwarded: String },
}

/// For whom a trusted proxy asks. Where both headers are there, one of them may be the caller's own: they must agree.
fn forwarded_for(headers: &HeaderMap, trusted: &[IpNet]) -> Result<IpAddr, Unknown> {
    let x = all_of(headers, "x-forwarded-for");
    let forwarded = all_of(headers, "forwarded");
    let of_x = || {
        last_stranger(split(&x, ',').into_iter(), trusted)
            .ok_or_else(|| Unknown::Unreadable { header: "X-Forwarded-For", text: shown(&x) })
    };
    let of_forwarded = || {
        let hops = split(&forwarded, ',').into_iter().map(named_for);
        last_stranger(hops, trusted)
            .ok_or_else(|| Unknown::Unreadable { header: "Forwarded", text: shown(&forwarded) })
    };
    match (x.is_empty(), forwarded.is_empty()) {
        (true, true) => Err(Unknown::Absent),
        (false, true) => of_x(),
        (true, false) => of_forwarded(),
        (false, false) => {
            let (one, other) = (of_x()?, of_forwarded()?);
            let differ = || Unknown::Differ { x: shown(&x), forwarded: shown(&forwarded) };
            (one == other).then_some(one).ok_or_else(differ)
        }
    }
}

fn shown(text: &str) -> String {
    one_line(text, SHOWN)
}

/// All values of a header as one, as RFC 9110 (5.3) joins them.
fn all_of(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter();
    let texts = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    texts.collect::<Vec<_>>().join(",").trim().to_owned()
}

/// From the end, the first address that is no trusted proxy's; if all are, the first one. Nothing where one before it
/// cannot be read.
fn last_stranger<'a>(
    hops: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &[IpNet],
) -> Option<IpAddr> {
    let mut client = None;
    // Elements of a list may be empty (RFC 9110, 5.6.1).
    for hop in hops.rev().map(str::trim).filter(|hop| !hop.is_empty()) {
        let address = node(hop)?;
        client = Some(address);
        if !ClientAddress::Known(address).is_in(trusted) {
            break;
        }
    }
    client
}

/// The parts of a text between separators that stand outside of quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if c == separator && !is_quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// What an element of `Forwarded` names as `for` (RFC 7239, 4); an element that names nobody cannot be read.
fn named_for(element: &str) -> &str {
    if element.trim().is_empty() {
        return "";
    }
    let pairs = split(element, ';').into_iter().filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    named.next().map_or("unknown", |(_, value)| value)
}

/// An address as proxies write it: bare, in quotes, with a port, in brackets (RFC 7239, 6, and what Azure and others
/// put into `X-Forwarded-For`).
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let text = inner.unwrap_or(text).trim();
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let is_end = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return address.parse::<Ipv6Addr>().ok().filter(|_| is_end).map(|v6| v6.to_canonical());
    }
    let (address, port) = text.split_once(':')?;
    let address = address.parse::<Ipv4Addr>().ok().filter(|_| is_port(port));
    address.map(IpAddr::V4)
}

/// A port, or the made-up name of one.
fn is_port(text: &str) -> bool {
    match text.strip_prefix('_') {
        Some(name) => !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()),
        None => text.parse::<u16>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    const PROXY: &str = "192.0.2.1";

    fn asked(peer: &str, headers: &[(&str, &str)], trusted: &[&str]) -> ClientAddress {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        let peer: SocketAddr = format!("{peer}:1").parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().expect("a net")).collect();
        client_address(&request, &trusted)
    }

    fn x(forwarded: &str) -> String {
        asked(PROXY, &[("x-forwarded-for", forwarded)], &["192.0.2.0/24"]).to_string()
    }

    fn forwarded(value: &str) -> String {
        asked(PROXY, &[("forwarded", value)], &["192.0.2.0/24"]).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_what_they_added() {
        let of = asked(PROXY, &[("x-forwarded-for", "203.0.113.9")], &[]);
        assert_eq!(of.to_string(), PROXY);
        assert_eq!(x("203.0.113.9"), "203.0.113.9");
        assert_eq!(x("10.0.0.1, 203.0.113.9"), "203.0.113.9");
        assert_eq!(x("203.0.113.9, 192.0.2.7"), "203.0.113.9");
        assert_eq!(x("192.0.2.9, 192.0.2.7"), "192.0.2.9", "somebody among the proxies");
    }

    #[test]
    fn an_address_is_read_as_proxies_write_it() {
        for text in [
            "203.0.113.9",
            "203.0.113.9:51234",
            "198.51.100.7, 203.0.113.9:51234",
            "::ffff:203.0.113.9",
            "[::ffff:203.0.113.9]:80",
            "\"203.0.113.9\"",
            "\"203.0.113.9:51234\"",
            "203.0.113.9,",
            "203.0.113.9, ,",
            "unknown, 203.0.113.9",
            "203.0.113.9:_odd, 192.0.2.7:8080",
        ] {
            assert_eq!(x(text), "203.0.113.9", "{text}");
        }
        for text in ["2001:db8::9", "[2001:db8::9]", "[2001:db8::9]:443", "\"[2001:db8::9]:443\""] {
            assert_eq!(x(text), "2001:db8::9", "{text}");
        }
    }

    #[test]
    fn the_header_of_rfc_7239_is_read_too() {
        for value in [
            "for=203.0.113.9",
            "For=\"203.0.113.9:51234\"",
            "proto=https;for=203.0.113.9;by=203.0.113.43",
            "for=\"[2001:db8::1]\", for=203.0.113.9;host=\"a,b;for=x\"",
            "for=203.0.113.9, for=192.0.2.7",
            "for=_hidden, for=203.0.113.9",
        ] {
            assert_eq!(forwarded(value), "203.0.113.9", "{value}");
        }
        assert_eq!(forwarded("for=\"[2001:db8::9]:443\""), "2001:db8::9");
        for value in ["for=_hidden", "for=unknown", "proto=https", "for=203.0.113.9, by=192.0.2.1"]
        {
            assert_eq!(forwarded(value), "unknown", "{value}");
        }
    }

    #[test]
    fn whoever_a_proxy_does_not_name_is_a_stranger_and_never_the_proxy() {
        for odd in [
            "nonsense",
            "unknown",
            "203.0.113.9, unknown",
            "203.0.113.9:99999",
            "[2001:db8::9",
            "[203.0.113.9]",
            "[2001:db8::9]x",
            "203.0.113.9 192.0.2.7",
            "",
            ",",
        ] {
            assert_eq!(x(odd), "unknown", "{odd:?}");
        }
        let absent = asked(PROXY, &[], &["192.0.2.0/24"]);
        assert_eq!(absent, ClientAddress::Stranger);
        let everything = ["0.0.0.0/0".parse().expect("a net"), "::/0".parse().expect("a net")];
        assert!(!absent.is_in(&everything));
        assert_eq!(absent.network(), ClientAddress::Stranger);
    }

    #[test]
    fn two_headers_must_agree_because_one_of_them_may_be_the_callers_own() {
        let of = |x, forwarded| {
            let headers = [("x-forwarded-for", x), ("forwarded", forwarded)];
            asked(PROXY, &headers, &["192.0.2.0/24"]).to_string()
        };
        assert_eq!(of("203.0.113.9", "for=203.0.113.9"), "203.0.113.9");
        assert_eq!(of("127.0.0.1", "for=203.0.113.9"), "unknown");
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_counted_together() {
        let of = |text: &str| ClientAddress::Known(text.parse().expect("an address")).network();
        assert_eq!(of("2001:db8::1"), of("2001:db8::2:3"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        let near =
            |text: &str| ClientAddress::Known(text.parse().expect("an address")).neighbourhood();
        assert_eq!(near("192.0.2.1"), near("192.0.2.200"));
        assert_ne!(near("192.0.2.1"), near("192.0.3.1"));
        assert_eq!(near("2001:db8::1"), near("2001:db8:0:1::1"));
        assert_ne!(near("2001:db8::1"), near("2001:db8:1::1"));
        assert_eq!(near("2001:db8::1").provider(), near("2001:db8:1::1").provider());
        assert_ne!(near("2001:db8::1").provider(), near("2001:db9::1").provider());
        assert_eq!(near("192.0.2.1").provider(), None);
    }
}
