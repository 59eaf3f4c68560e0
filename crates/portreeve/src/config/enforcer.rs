//! `[[enforcer]]`: the ways to panels.

use portreeve_connect::outbound::Poster;
use portreeve_connect::whmcs::Access;
use portreeve_core::time::Span;

use super::{ConfigError, DirectoryConfig, DirectoryKind, Section, bad, directory, webhook};

/// A way to a panel.
#[derive(Debug, Clone)]
pub(crate) struct EnforcerConfig {
    pub(crate) name: String,
    pub(crate) directories: Vec<String>,
    pub(crate) retry_min: Span,
    pub(crate) retry_max: Span,
    pub(crate) kind: EnforcerKind,
}

/// What kind of way.
#[derive(Debug, Clone)]
pub(crate) enum EnforcerKind {
    Record,
    Exec {
        command: Vec<String>,
        timeout: Span,
        observe: bool,
    },
    Webhook {
        poster: Box<Poster>,
        observe: bool,
    },
    /// None: what the directories say that it serves.
    Whmcs(Option<Box<Access>>),
}

/// Takes all `[[enforcer]]` sections.
pub(super) fn enforcers(
    root: &mut Section,
    directories: &[DirectoryConfig],
) -> Result<Vec<EnforcerConfig>, ConfigError> {
    let mut list = Vec::new();
    for mut section in root.sections("enforcer")? {
        let kind_name = section.text("kind")?.unwrap_or_default();
        let kind = match kind_name.as_str() {
            "record" => EnforcerKind::Record,
            "exec" => {
                let command = section.list("command")?.unwrap_or_default();
                if command.is_empty() {
                    return Err(bad(section.key("command"), "must name a program"));
                }
                EnforcerKind::Exec {
                    command,
                    timeout: section.span("timeout", Span::from_secs(30))?,
                    observe: section.parsed("observe", "true or false")?.unwrap_or(true),
                }
            }
            "webhook" => EnforcerKind::Webhook {
                poster: Box::new(webhook::poster(&mut section)?),
                observe: section.parsed("observe", "true or false")?.unwrap_or(true),
            },
            "whmcs" => match section.text("url")? {
                None => EnforcerKind::Whmcs(None),
                Some(url) => {
                    EnforcerKind::Whmcs(Some(Box::new(directory::access(&mut section, &url)?)))
                }
            },
            _ => return Err(bad(section.key("kind"), "must be record, exec, webhook or whmcs")),
        };
        let mut served = section.list("directories")?.unwrap_or_default();
        let is_there = |name: &String| directories.iter().any(|known| known.name == *name);
        if let Some(missing) = served.iter().find(|name| !is_there(name)) {
            return Err(bad(
                section.key("directories"),
                format!("there is no directory {missing:?}"),
            ));
        }
        match kind {
            EnforcerKind::Whmcs(None) => {
                served = whmcs_directories(&section, served, directories)?;
            }
            EnforcerKind::Whmcs(Some(_)) if served.is_empty() => {
                served = directories.iter().map(|known| known.name.clone()).collect();
            }
            _ => {}
        }
        let retry_min = section.span("retry_min", Span::from_secs(1))?;
        let retry_max = section.span("retry_max", Span::from_mins(15))?;
        if retry_min == Span::ZERO || retry_max < retry_min {
            return Err(bad(
                section.key("retry_min"),
                "must be more than 0s and at most retry_max",
            ));
        }
        let name = section.text("name")?.unwrap_or(kind_name);
        section.end()?;
        list.push(EnforcerConfig { name, directories: served, retry_min, retry_max, kind });
    }
    Ok(list)
}

/// The directories that an enforcer of kind `whmcs` serves when it has no address of its own: those whose
/// address and credential it uses.
fn whmcs_directories(
    section: &Section,
    named: Vec<String>,
    directories: &[DirectoryConfig],
) -> Result<Vec<String>, ConfigError> {
    let is_whmcs = |d: &&DirectoryConfig| matches!(d.kind, DirectoryKind::Whmcs { .. });
    let whmcs: Vec<String> =
        directories.iter().filter(is_whmcs).map(|known| known.name.clone()).collect();
    if let Some(other) = named.iter().find(|name| !whmcs.contains(name)) {
        let why = format!("is missing: the directory {other:?} is not of kind whmcs");
        return Err(bad(section.key("url"), why));
    }
    match (named.is_empty(), whmcs.is_empty()) {
        (false, _) => Ok(named),
        (true, false) => Ok(whmcs),
        (true, true) => {
            Err(bad(section.key("url"), "is missing: there is no directory of kind whmcs"))
        }
    }
}
