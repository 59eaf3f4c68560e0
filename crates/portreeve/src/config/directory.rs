//! `[[directory]]`: where services are listed, and `[[enforcer]]` of kind `whmcs`, which calls the same WHMCS.

use portreeve_app::signature::Secrets;
use portreeve_connect::outbound::{Endpoint, Poster};
use portreeve_connect::sql::Database;
use portreeve_connect::whmcs::{self, Access, Override};
use portreeve_core::time::Span;

use super::{ConfigError, Section, bad};

/// Most services that are asked for at a time.
const LARGEST_PAGE: usize = 5_000;

/// A directory.
#[derive(Debug, Clone)]
pub(crate) struct DirectoryConfig {
    pub(crate) name: String,
    pub(crate) kind: DirectoryKind,
}

/// What kind of directory.
#[derive(Debug, Clone)]
pub(crate) enum DirectoryKind {
    /// Filled by `service import`.
    File,
    /// A query.
    Sql { every: Span, database: Database, query: String, entities: bool, timeout: Span },
    /// WHMCS's API.
    Whmcs {
        every: Span,
        access: Access,
        page: usize,
        overrides: Override,
        bridge: Option<Box<Poster>>,
    },
}

/// All directories; without one, a file directory `main`.
pub(super) fn directories(root: &mut Section) -> Result<Vec<DirectoryConfig>, ConfigError> {
    let mut list: Vec<DirectoryConfig> = Vec::new();
    for mut section in root.sections("directory")? {
        let word = section.text("kind")?.unwrap_or_else(|| "file".into());
        let kind = match word.as_str() {
            "file" => DirectoryKind::File,
            "sql" => sql(&mut section)?,
            "whmcs" => whmcs(&mut section)?,
            _ => return Err(bad(section.key("kind"), "must be file, sql or whmcs")),
        };
        let name = section.text("name")?.unwrap_or(word);
        section.end()?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
            return Err(bad(
                "directory.name",
                format!("{name:?} must consist of 1 to 64 letters, digits, dots and hyphens"),
            ));
        }
        if list.iter().any(|known| known.name == name) {
            return Err(bad("directory.name", format!("{name:?} is used twice")));
        }
        list.push(DirectoryConfig { name, kind });
    }
    if list.is_empty() {
        list.push(DirectoryConfig { name: "main".to_owned(), kind: DirectoryKind::File });
    }
    Ok(list)
}

fn every(section: &mut Section) -> Result<Span, ConfigError> {
    let every = section.span("every", Span::from_mins(15))?;
    if every < Span::from_secs(1) {
        return Err(bad(section.key("every"), "must be at least 1s"));
    }
    Ok(every)
}

fn timeout(section: &mut Section) -> Result<Span, ConfigError> {
    let timeout = section.span("timeout", Span::from_secs(30))?;
    if timeout == Span::ZERO {
        return Err(bad(section.key("timeout"), "must be more than 0s"));
    }
    Ok(timeout)
}

fn required(section: &Section, name: &str, value: Option<String>) -> Result<String, ConfigError> {
    value.ok_or_else(|| bad(section.key(name), "is missing"))
}

fn sql(section: &mut Section) -> Result<DirectoryKind, ConfigError> {
    let url = section.secret("url")?;
    let url = required(section, "url", url)?;
    let database =
        Database::parse(&url).map_err(|error| bad(section.key("url"), error.to_string()))?;
    let query = section.text("query")?;
    let query = required(section, "query", query)?;
    Ok(DirectoryKind::Sql {
        every: every(section)?,
        database,
        query,
        entities: section.parsed("entities", "true or false")?.unwrap_or(false),
        timeout: timeout(section)?,
    })
}

fn whmcs(section: &mut Section) -> Result<DirectoryKind, ConfigError> {
    let address = section.text("url")?;
    let address = required(section, "url", address)?;
    let access = access(section, &address)?;
    let page = section.parsed("page", "a number of services")?.unwrap_or(250);
    if !(1..=LARGEST_PAGE).contains(&page) {
        return Err(bad(section.key("page"), format!("must be 1 to {LARGEST_PAGE}")));
    }
    let bridge = bridge(section, &address, access.timeout)?;
    let overrides = match section.text("suspend_override")?.as_deref() {
        None | Some("ignore") => Override::Ignored,
        Some("protect") => Override::Protects,
        Some(_) => return Err(bad(section.key("suspend_override"), "must be ignore or protect")),
    };
    Ok(DirectoryKind::Whmcs { every: every(section)?, access, page, overrides, bridge })
}

/// How to call a WHMCS at `address`.
pub(super) fn access(section: &mut Section, address: &str) -> Result<Access, ConfigError> {
    let endpoint =
        whmcs::endpoint(address).map_err(|error| bad(section.key("url"), error.to_string()))?;
    let (identifier, secret) = (section.secret("identifier")?, section.secret("secret")?);
    Ok(Access {
        endpoint,
        identifier: required(section, "identifier", identifier)?,
        secret: required(section, "secret", secret)?,
        access_key: section.secret("access_key")?,
        timeout: timeout(section)?,
    })
}

/// The addon in that WHMCS, when both have a secret.
fn bridge(
    section: &mut Section,
    address: &str,
    timeout: Span,
) -> Result<Option<Box<Poster>>, ConfigError> {
    let url = section.text("bridge_url")?;
    let Some(secret) = section.secret("bridge_secret")? else {
        return match url {
            Some(_) => Err(bad(section.key("bridge_secret"), "is missing; bridge_url needs it")),
            None => Ok(None),
        };
    };
    let secrets = Secrets::parse(&secret)
        .map_err(|error| bad(section.key("bridge_secret"), error.to_string()))?;
    let base = address.trim().trim_end_matches('/').trim_end_matches("/includes/api.php");
    let url = url.unwrap_or_else(|| format!("{base}/modules/addons/portreeve/desk.php"));
    let endpoint =
        Endpoint::parse(&url).map_err(|error| bad(section.key("bridge_url"), error.to_string()))?;
    Ok(Some(Box::new(Poster { endpoint, secrets, timeout, allow_private: true })))
}
