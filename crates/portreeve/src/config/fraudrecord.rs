//! Options of `FraudRecord`.

use portreeve_connect::fraudrecord::{ADDRESS, Client};
use portreeve_core::time::Span;

use super::{ConfigError, Section, bad};

/// The longest that somebody at a page may have to wait for it.
const LONGEST: Span = Span::from_secs(60);

/// Takes the section `[fraudrecord]`; without it the desk knows nothing of the register.
pub(super) fn fraudrecord(root: &mut Section) -> Result<Option<Client>, ConfigError> {
    let mut section = root.section("fraudrecord")?;
    if section.table.is_empty() {
        return Ok(None);
    }
    let api_key = section.secret("api_key")?;
    let api_key = api_key.ok_or_else(|| bad("fraudrecord.api_key", "is missing"))?;
    if api_key.len() > 64 || !api_key.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return Err(bad("fraudrecord.api_key", "must consist of at most 64 letters and digits"));
    }
    let address = section.text("url")?.unwrap_or_else(|| ADDRESS.to_owned());
    let timeout = section.span("timeout", Span::from_secs(15))?;
    if timeout == Span::ZERO || timeout > LONGEST {
        let why = format!("must be more than 0s and at most {LONGEST}");
        return Err(bad("fraudrecord.timeout", why));
    }
    section.end()?;
    let client = Client::new(&address, api_key, timeout);
    client.map(Some).map_err(|why| bad("fraudrecord.url", why))
}

#[cfg(test)]
mod tests {
    use super::super::{Config, ConfigError};

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text.parse().expect("good TOML"))
    }

    #[test]
    fn it_is_off_until_there_is_a_key_which_is_never_shown() {
        assert!(parse("").expect("good").fraudrecord.is_none());
        let config = parse("[fraudrecord]\napi_key='0123456789abcdef'").expect("good");
        assert!(config.fraudrecord.is_some());
        assert!(!format!("{config:?}").contains("0123456789abcdef"));
        for (text, said) in [
            ("url='https://example.com/'", "fraudrecord.api_key: is missing"),
            ("api_key='a b'", "fraudrecord.api_key: must consist of"),
            ("api_key='a'\nurl='http://example.com/'", "fraudrecord.url: must begin with https"),
            ("api_key='a'\ntimeout='2m'", "fraudrecord.timeout: must be"),
            ("api_key='a'\nkey='a'", "unknown option fraudrecord.key"),
        ] {
            let error = parse(&format!("[fraudrecord]\n{text}")).expect_err(text).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
