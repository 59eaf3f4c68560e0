//! Senders of notices to some customers.

use portreeve_connect::mail::Sender;

use super::{ConfigError, DirectoryConfig, Section, bad};

/// One `[[mail.out.sender]]`.
#[derive(Debug, Clone)]
pub(crate) struct SenderConfig {
    pub(crate) from: String,
    pub(crate) reply_to: Option<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) directories: Vec<String>,
}

pub(super) fn senders(
    out: &mut Section,
    known: &[DirectoryConfig],
) -> Result<Vec<SenderConfig>, ConfigError> {
    out.sections("sender")?.into_iter().map(|section| sender(section, known)).collect()
}

fn sender(mut section: Section, known: &[DirectoryConfig]) -> Result<SenderConfig, ConfigError> {
    let from = section.text("from")?.ok_or_else(|| bad(section.key("from"), "is missing"))?;
    Sender::parse(&from).map_err(|why| bad(section.key("from"), why))?;
    let reply_to = section.text("reply_to")?;
    if let Some(reply_to) = &reply_to {
        Sender::parse(reply_to).map_err(|why| bad(section.key("reply_to"), why))?;
    }
    let categories = section.list("categories")?.unwrap_or_default();
    let directories = section.list("directories")?.unwrap_or_default();
    let is_known = |name: &&String| known.iter().any(|directory| directory.name == **name);
    if let Some(odd) = directories.iter().find(|name| !is_known(name)) {
        return Err(bad(section.key("directories"), format!("there is no directory {odd:?}")));
    }
    section.end()?;
    Ok(SenderConfig { from, reply_to, categories, directories })
}
