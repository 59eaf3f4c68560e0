//! Where people reach the desk.

use super::{ConfigError, bad};

/// The address without a final slash. All pages, forms, cookies and links begin at the root of a host name, so that
/// one with a path would lead into nothing.
pub(super) fn parse(url: &str) -> Result<String, ConfigError> {
    let refuse = |why: String| Err(bad("server.public_url", format!("{url:?} {why}")));
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else {
        return refuse("must begin with https:// or http://".to_owned());
    };
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (host, more) = rest.split_at(end);
    if host.contains('@') {
        // The address is not repeated: it may have a password.
        return Err(bad("server.public_url", "must have no user name and no password"));
    }
    let is_host = |c: char| c.is_alphanumeric() || "-._:[]".contains(c);
    if host.is_empty() || host.starts_with(':') || !host.chars().all(is_host) {
        return refuse("must name a host, such as https://abuse.example.com".to_owned());
    }
    let after_name = host.rsplit(']').next().unwrap_or_default();
    if let Some((_, port)) = after_name.split_once(':')
        && !port.parse::<u16>().is_ok_and(|port| port > 0)
    {
        return refuse("must have a port between 1 and 65535, or none".to_owned());
    }
    if !more.trim_matches('/').is_empty() {
        return refuse(format!(
            "must end after the host name: the desk works at the root of a host name only, not below {more:?}; give it \
             a name of its own, such as https://abuse.example.com, and let the proxy hand all of its paths over unchanged"
        ));
    }
    let scheme = &url[..url.len() - rest.len()];
    Ok(format!("{scheme}{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_reach_the_desk_at_the_root_of_a_host_name() {
        for good in ["https://abuse.example.com", "http://192.0.2.1:8080", "https://[2001:db8::1]"]
        {
            assert_eq!(parse(good).expect(good), good);
            assert_eq!(parse(&format!("{good}/")).expect(good), good);
        }
        for (odd, why) in [
            ("https://abuse.example.com/desk", "a name of its own"),
            ("https://abuse.example.com/desk/", "\"/desk/\""),
            ("https://abuse.example.com?x=1", "a name of its own"),
            ("https://abuse.example.com/#top", "a name of its own"),
            ("https://staff:hunter2@abuse.example.com", "no user name"),
            ("https://abuse.example.com:99999", "between 1 and 65535"),
            ("https://[2001:db8::1]:0", "between 1 and 65535"),
            ("https://abuse.example.com:", "between 1 and 65535"),
            ("https://abuse.example.com:80:80", "between 1 and 65535"),
            ("https://", "name a host"),
            ("https:///desk", "name a host"),
            ("https://abuse example.com", "name a host"),
            ("abuse.example.com", "https://"),
        ] {
            let error = parse(odd).expect_err(odd).to_string();
            assert!(error.contains("server.public_url") && error.contains(why), "{odd}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
