//! Options of outgoing posts: the `webhook` enforcer, and the webhooks that are told of events.

use portreeve_connect::outbound::{Endpoint, Poster, Secrets};
use portreeve_core::time::Span;
use portreeve_core::webhook::Topic;

use super::{ConfigError, Section, bad};

/// A program that is told what happens to reports.
#[derive(Debug, Clone)]
pub(crate) struct WebhookConfig {
    pub(crate) name: String,
    pub(crate) topics: Vec<Topic>,
    pub(crate) poster: Poster,
}

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

/// Takes `name`, which may stand in addresses, or its default.
pub(super) fn name(section: &mut Section, default: &str) -> Result<String, ConfigError> {
    let name = section.text("name")?.unwrap_or_else(|| default.to_owned());
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        let why = format!("{name:?} must consist of 1 to 64 letters, digits, dots and hyphens");
        return Err(bad(section.key("name"), why));
    }
    Ok(name)
}

/// Takes all `[[webhook]]` sections.
pub(super) fn webhooks(root: &mut Section) -> Result<Vec<WebhookConfig>, ConfigError> {
    let mut list: Vec<WebhookConfig> = Vec::new();
    for mut section in root.sections("webhook")? {
        let name = name(&mut section, "webhook")?;
        if list.iter().any(|other| other.name == name) {
            return Err(bad(section.key("name"), format!("{name:?} is used twice")));
        }
        let poster = poster(&mut section)?;
        let topics = topics(&mut section)?;
        section.end()?;
        list.push(WebhookConfig { name, topics, poster });
    }
    Ok(list)
}

fn topics(section: &mut Section) -> Result<Vec<Topic>, ConfigError> {
    let key = section.key("events");
    let Some(words) = section.list("events")? else { return Ok(Topic::all()) };
    let known = || Topic::all().into_iter().map(Topic::as_str).collect::<Vec<_>>().join(", ");
    let parse = |word: &String| {
        let unknown = || bad(&*key, format!("{word:?} is not an event; there are {}", known()));
        Topic::parse(word).ok_or_else(unknown)
    };
    let mut topics = words.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    topics.sort_unstable();
    topics.dedup();
    if topics.is_empty() {
        return Err(bad(key, format!("must name some of {}", known())));
    }
    Ok(topics)
}

#[cfg(test)]
mod tests {
    use super::super::{Config, EnforcerKind};
    use super::Topic;

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

    const TOLD: &str = "[[webhook]]\nname='crm'\nurl='https://crm.example.com/hook?key=hunter2'\n\
                        secret='whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'\n";

    #[test]
    fn webhooks_are_told_all_or_what_they_name() {
        assert!(parse("").expect("good").webhooks.is_empty());
        let config = parse(TOLD).expect("good");
        let [crm] = &config.webhooks[..] else { panic!("not one") };
        assert_eq!((crm.name.as_str(), crm.topics.len()), ("crm", 6));
        let shown = format!("{config:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("MfKQ"), "{shown}");
        let two =
            format!("{TOLD}events=['closed','opened','closed']\n{}", TOLD.replace("crm", "b"));
        let config = parse(&two).expect("good");
        let named = |word| Topic::parse(word).expect("a topic");
        assert_eq!(config.webhooks[0].topics, [named("opened"), named("closed")]);
        for (text, said) in [
            (TOLD.repeat(2), "webhook.name: \"crm\" is used twice"),
            (TOLD.replace("'crm'", "'c r m'"), "webhook.name"),
            (TOLD.replace("url=", "uri="), "webhook.url: is missing"),
            (TOLD.replace("secret=", "#"), "webhook.secret: is missing"),
            (format!("{TOLD}events=['noted']"), "webhook.events: \"noted\" is not an event"),
            (format!("{TOLD}events=[]"), "webhook.events: must name"),
            (format!("{TOLD}event=['closed']"), "unknown option webhook.event; did you mean"),
        ] {
            let error = parse(&text).expect_err(&text).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
