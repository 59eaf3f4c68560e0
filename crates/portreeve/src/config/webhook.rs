//! Options of outgoing posts: the `webhook` enforcer.

use portreeve_connect::outbound::{Endpoint, Poster, Secrets};
use portreeve_core::time::Span;

use super::{ConfigError, Section, bad};

/// The longest that a call may take: whoever needs more answers at once and works afterwards.
const LONGEST: Span = Span::from_mins(5);

/// Takes `url`, `secret`, `timeout` and `allow_private` from a section.
pub(super) fn poster(section: &mut Section) -> Result<Poster, ConfigError> {
    let key = section.key("url");
    let url = section.text("url")?.ok_or_else(|| bad(&*key, "is missing"))?;
    let endpoint = Endpoint::parse(&url).map_err(|error| bad(key, error.to_string()))?;
    let key = section.key("secret");
    let secret = section.secret("secret")?.unwrap_or_default();
    let secrets = Secrets::parse(&secret).map_err(|error| bad(key, error.to_string()))?;
    let key = section.key("timeout");
    let timeout = section.span("timeout", Span::from_secs(30))?;
    if timeout == Span::ZERO || timeout > LONGEST {
        return Err(bad(key, format!("must be more than 0s and at most {LONGEST}")));
    }
    let allow_private = section.parsed("allow_private", "true or false")?.unwrap_or(false);
    Ok(Poster { endpoint, secrets, timeout, allow_private })
}

#[cfg(test)]
mod tests {
    use super::super::{Config, EnforcerKind};

    const GOOD: &str = "[[enforcer]]\nkind='webhook'\nurl='https://panel.example.com/hook?key=hunter2'\n\
                        secret='whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'\n";

    fn parse(text: &str) -> Result<Config, super::ConfigError> {
        Config::parse(text.parse().expect("good TOML"))
    }

    #[test]
    fn a_webhook_enforcer_is_read_and_its_secrets_are_not_shown() {
        let config = parse(GOOD).expect("good");
        let EnforcerKind::Webhook { poster, observe } = &config.enforcers[0].kind else {
            panic!("another kind");
        };
        assert!(*observe && !poster.allow_private);
        assert_eq!(poster.timeout.to_string(), "30s");
        let shown = format!("{config:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("MfKQ"), "{shown}");
    }

    #[test]
    fn what_does_not_fit_names_its_option() {
        for (from, to, said) in [
            ("url=", "x=", "enforcer.url: is missing"),
            ("https://", "ftp://", "enforcer.url: must begin with"),
            ("https://", "https://me:hunter2@", "enforcer.url: must not have a user"),
            ("secret=", "x=", "enforcer.secret: is missing"),
            (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "hunter2!",
                "enforcer.secret: must be whsec_",
            ),
            ("kind=", "timeout='6m'\nkind=", "enforcer.timeout: must be"),
            ("kind=", "timeout='0s'\nkind=", "enforcer.timeout: must be"),
            ("kind=", "allow_private='perhaps'\nkind=", "enforcer.allow_private"),
        ] {
            let error = parse(&GOOD.replace(from, to)).expect_err(to).to_string();
            assert!(error.contains(said), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
