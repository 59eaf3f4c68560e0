//! Where a call goes, read once from the configuration.

use hyper::Uri;

/// An `http` or `https` address without credentials.
#[derive(Clone)]
pub struct Endpoint {
    tls: bool,
    host: String,
    port: u16,
    uri: Uri,
}

/// A text that is no address to call. Does not repeat the text, which may hold a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// It cannot be read.
    #[error("must be an address such as https://panel.example.com/hook")]
    Unreadable,
    /// Neither `http` nor `https`.
    #[error("must begin with https:// or http://")]
    Scheme,
    /// A user or password stands in it.
    #[error(
        "must not have a user or password in it: what is sent is signed, so that the receiver knows \
         who calls"
    )]
    Credentials,
    /// A part that is never sent.
    #[error("must not have a part behind #, which is never sent")]
    Fragment,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Endpoint {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, BadUrl> {
        if text.contains('#') {
            return Err(BadUrl::Fragment);
        }
        let uri: Uri = text.parse().map_err(|_| BadUrl::Unreadable)?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) => return Err(BadUrl::Scheme),
            None => return Err(BadUrl::Unreadable),
        };
        let authority = uri.authority().ok_or(BadUrl::Unreadable)?;
        if authority.as_str().contains('@') {
            return Err(BadUrl::Credentials);
        }
        let port = match authority.port() {
            Some(port) => port.as_u16(),
            None if tls => 443,
            None => 80,
        };
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || port == 0 || authority.as_str().ends_with(':') {
            return Err(BadUrl::Unreadable);
        }
        Ok(Self { tls, host, port, uri })
    }

    /// Whether it is reached by TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.tls
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let address: Result<std::net::IpAddr, _> = self.host.parse();
        address.map_or(self.host == "localhost", |address| address.is_loopback())
    }

    /// Name or address, without brackets.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The value of the `Host` header.
    pub(super) fn authority(&self) -> &str {
        self.uri.authority().map_or("", |authority| authority.as_str())
    }

    /// What stands in the request's first line.
    pub(super) fn path_and_query(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    /// For people: without the query, which may hold a token.
    pub fn shown(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let query = if self.uri.query().is_some() { "?…" } else { "" };
        format!("{scheme}://{}{}{query}", self.authority(), self.uri.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let plain = Endpoint::parse("https://panel.example.com/hook?key=1").expect("good");
        assert!(plain.is_tls());
        assert_eq!((plain.host(), plain.port()), ("panel.example.com", 443));
        assert_eq!(plain.path_and_query(), "/hook?key=1");
        assert_eq!(plain.shown(), "https://panel.example.com/hook?…");
        assert!(!format!("{plain:?}").contains("key"));
        let literal = Endpoint::parse("http://[2001:db8::1]:8080").expect("good");
        assert_eq!((literal.host(), literal.port()), ("2001:db8::1", 8080));
        assert_eq!((literal.authority(), literal.path_and_query()), ("[2001:db8::1]:8080", "/"));
    }

    #[test]
    fn what_cannot_be_called_is_refused() {
        for (text, error) in [
            ("", BadUrl::Unreadable),
            ("/hook", BadUrl::Unreadable),
            ("panel.example.com", BadUrl::Unreadable),
            ("https://", BadUrl::Unreadable),
            ("https:///hook", BadUrl::Unreadable),
            ("https://a b.example.com/", BadUrl::Unreadable),
            ("https://panel.example.com:0/", BadUrl::Unreadable),
            ("https://panel.example.com:/", BadUrl::Unreadable),
            ("ftp://panel.example.com/", BadUrl::Scheme),
            ("https://user:secret@panel.example.com/", BadUrl::Credentials),
            ("https://user@panel.example.com/", BadUrl::Credentials),
            ("https://panel.example.com/#top", BadUrl::Fragment),
        ] {
            assert_eq!(Endpoint::parse(text).err(), Some(error), "{text:?}");
        }
    }
}
