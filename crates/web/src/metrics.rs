//! The numbers that an operator watches, for those who may see them.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;
use portreeve_app::metrics::Format;

use crate::Web;
use crate::client_address::client_address;
use crate::routes::plain;

/// What proxies add. Behind one that is not known as such the caller may be anybody.
const SIGNS_OF_A_PROXY: [&str; 5] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

const REFUSED: &str = "These numbers are for the addresses in server.metrics_allow (loopback unless \
                       configured); behind a proxy, the proxy has to be in server.trusted_proxies and \
                       name the client. Prometheus on the same machine asks at server.metrics_listen.\n";

/// Answers with the numbers: as `OpenMetrics` to whoever accepts that, else in Prometheus' older format.
pub(crate) async fn metrics(State(web): State<Arc<Web>>, request: Request) -> Response {
    if !is_for_operators(&web, &request) {
        return plain(StatusCode::FORBIDDEN, REFUSED);
    }
    let accepted = request.headers().get_all(header::ACCEPT).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    let format = if accepted.any(|value| value.contains("application/openmetrics-text")) {
        Format::OpenMetrics
    } else {
        Format::Classic
    };
    let headers = [
        (header::CONTENT_TYPE, format.media_type()),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept"),
    ];
    (headers, web.desk.metrics.render(format)).into_response()
}

/// Marks what came in by `server.metrics_listen`, where no proxy stands before us and none is believed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnDoor;

/// Whether a caller may see what is for those who run the desk.
pub(crate) fn is_for_operators(web: &Web, request: &Request) -> bool {
    let is_own_door = request.extensions().get::<OwnDoor>().is_some();
    let proxies = if is_own_door { &[] } else { web.config.trusted_proxies.as_slice() };
    may_see(request, &web.config.metrics_allow, proxies)
}

/// Whether the caller's address is allowed. A proxy on this machine that we do not know would make
/// everybody look like loopback: what came through one is refused. Whom a known proxy does not name is nobody's
/// operator, either.
fn may_see(request: &Request, allowed: &[IpNet], proxies: &[IpNet]) -> bool {
    let peer = client_address(request, &[]);
    if !peer.is_in(proxies) && is_forwarded(request.headers()) {
        return false;
    }
    client_address(request, proxies).is_in(allowed)
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    SIGNS_OF_A_PROXY.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::body::Body;
    use axum::extract::ConnectInfo;

    use super::*;

    fn nets(list: &[&str]) -> Vec<IpNet> {
        list.iter().map(|net| net.parse().expect("a net")).collect()
    }

    fn asks(peer: &str, forwarded: &[(&str, &str)], allowed: &[&str], proxies: &[&str]) -> bool {
        let mut request = Request::builder();
        for (name, value) in forwarded {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        let peer: SocketAddr = format!("{peer}:1").parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        may_see(&request, &nets(allowed), &nets(proxies))
    }

    #[test]
    fn the_address_has_to_be_allowed() {
        let loopback = ["127.0.0.0/8", "::1/128"];
        assert!(asks("127.0.0.1", &[], &loopback, &[]));
        assert!(asks("[::1]", &[], &loopback, &[]));
        assert!(!asks("192.0.2.1", &[], &loopback, &[]));
        assert!(asks("192.0.2.1", &[], &["192.0.2.0/24"], &[]));
        assert!(!asks("127.0.0.1", &[], &[], &[]));
    }

    #[test]
    fn what_came_through_an_unknown_proxy_on_this_machine_is_refused() {
        let loopback = ["127.0.0.0/8"];
        for sign in SIGNS_OF_A_PROXY {
            assert!(!asks("127.0.0.1", &[(sign, "127.0.0.1")], &loopback, &[]), "{sign}");
        }
    }

    #[test]
    fn behind_a_known_proxy_the_client_counts() {
        let proxy = ["127.0.0.1/32"];
        let from = |client| [("x-forwarded-for", client)];
        assert!(asks("127.0.0.1", &from("192.0.2.7"), &["192.0.2.7/32"], &proxy));
        assert!(!asks("127.0.0.1", &from("203.0.113.9"), &["192.0.2.7/32"], &proxy));
        assert!(!asks("127.0.0.1", &from("203.0.113.9"), &["127.0.0.0/8"], &proxy));
    }

    #[test]
    fn whom_a_known_proxy_does_not_name_is_no_operator() {
        let (proxy, anybody) = (["127.0.0.1/32"], ["0.0.0.0/0", "::/0"]);
        assert!(!asks("127.0.0.1", &[], &anybody, &proxy));
        assert!(!asks("127.0.0.1", &[("x-forwarded-for", "unknown")], &anybody, &proxy));
        assert!(asks("127.0.0.1", &[("forwarded", "for=\"127.0.0.1:1\"")], &anybody, &proxy));
    }
}
