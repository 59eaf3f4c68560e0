//! Addresses as they come in. No database of ours can store NUL, and no path or query means it: it is made storable here,
//! before anything is read out of them.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// NUL in an address, and what stands for it wherever texts come in: U+FFFD.
const NUL: &str = "%00";
const INSTEAD: &str = "%EF%BF%BD";

/// The address without NUL; nothing when there is none in it.
pub(super) fn storable(uri: &Uri) -> Option<Uri> {
    let path = uri.path_and_query().filter(|path| path.as_str().contains(NUL))?;
    let path: PathAndQuery = path.as_str().replace(NUL, INSTEAD).parse().ok()?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_replaced_wherever_it_stands_in_an_address_and_nothing_else_is() {
        let after = |uri: &str| storable(&uri.parse().expect(uri)).map(|uri| uri.to_string());
        assert_eq!(
            after("/a%00b?c=%00&d=%2500&%00=1").as_deref(),
            Some("/a%EF%BF%BDb?c=%EF%BF%BD&d=%2500&%EF%BF%BD=1")
        );
        assert_eq!(
            after("http://desk.example.com/x?y=%00").as_deref(),
            Some("http://desk.example.com/x?y=%EF%BF%BD")
        );
        for whole in ["/", "/a?b=%30%0", "/%20%01"] {
            assert_eq!(after(whole), None, "{whole}");
        }
    }
}
