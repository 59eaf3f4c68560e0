//! Forms that pages of others send. A browser says where a form comes from: in `Sec-Fetch-Site`, or in `Origin` where it
//! knows no better.

use axum::http::HeaderMap;

/// Whether a request was made by a page that is none of ours. Ours are at the host that the request names, and at
/// `public_url`, whatever a proxy makes of the host. Programs that are no browsers say nothing.
pub(crate) fn is_from_elsewhere(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else { return false };
    let named = host(origin);
    let ours = [text("host"), public_url.map(host)];
    !ours.into_iter().flatten().any(|ours| ours.eq_ignore_ascii_case(named))
}

/// Host and port of an address.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split_once('/').map_or(rest, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(headers: &[(&'static str, &str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| {
            (axum::http::HeaderName::from_static(name), value.parse().expect("a value"))
        });
        is_from_elsewhere(&headers.collect(), Some("https://abuse.example.com"))
    }

    #[test]
    fn a_form_of_another_site_is_known_by_what_the_browser_says() {
        let host = ("host", "127.0.0.1:8080");
        for ours in [
            &[host][..],
            &[host, ("origin", "http://127.0.0.1:8080")],
            &[host, ("origin", "https://Abuse.example.com")],
            &[host, ("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[host, ("sec-fetch-site", "none")],
        ] {
            assert!(!refused(ours), "{ours:?}");
        }
        for elsewhere in [
            &[host, ("origin", "https://evil.example.net")][..],
            &[("origin", "https://evil.example.net")],
            &[host, ("origin", "https://abuse.example.com.evil.example.net")],
            &[host, ("origin", "http://127.0.0.1:8081")],
            &[host, ("origin", "null")],
            &[host, ("origin", "")],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")],
        ] {
            assert!(refused(elsewhere), "{elsewhere:?}");
        }
    }
}
