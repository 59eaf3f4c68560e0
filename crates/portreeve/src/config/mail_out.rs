//! `[mail.out]`: where notices go.

use std::path::{Path, PathBuf};

use portreeve_connect::mail::{Protection, Sender, SmtpServer};

use super::{ConfigError, DirectoryConfig, Section, SenderConfig, bad, sender};

/// Outgoing mail.
#[derive(Debug, Clone)]
pub(crate) struct MailConfig {
    pub(crate) from: String,
    pub(crate) senders: Vec<SenderConfig>,
    pub(crate) kind: MailKind,
}

/// Where mail goes.
#[derive(Clone)]
pub(crate) enum MailKind {
    Folder(PathBuf),
    Smtp(SmtpServer),
}

impl std::fmt::Debug for MailKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "Folder({})", path.display()),
            Self::Smtp(server) => write!(f, "Smtp({}:{})", server.host, server.port),
        }
    }
}

/// Takes the section; nothing when there is none.
pub(super) fn mail_out(
    mut out: Section,
    data_dir: &Path,
    directories: &[DirectoryConfig],
) -> Result<Option<MailConfig>, ConfigError> {
    if out.table.is_empty() {
        return Ok(None);
    }
    let from = out.text("from")?.ok_or_else(|| bad("mail.out.from", "is missing"))?;
    Sender::parse(&from).map_err(|why| bad("mail.out.from", why))?;
    let senders = sender::senders(&mut out, directories)?;
    let kind = match out.text("kind")?.as_deref() {
        Some("folder") => {
            let path = out.text("path")?.map_or_else(|| data_dir.join("mail"), PathBuf::from);
            MailKind::Folder(path)
        }
        Some("smtp") => MailKind::Smtp(smtp(&mut out)?),
        _ => return Err(bad("mail.out.kind", "must be smtp or folder")),
    };
    out.end()?;
    Ok(Some(MailConfig { from, senders, kind }))
}

fn smtp(out: &mut Section) -> Result<SmtpServer, ConfigError> {
    let host = out.text("host")?.ok_or_else(|| bad("mail.out.host", "is missing"))?;
    let protection = match out.text("tls")?.as_deref() {
        None | Some("starttls" | "required") => Protection::StartTls,
        Some("none" | "off" | "no" | "false") => Protection::None,
        Some("opportunistic") => Protection::Opportunistic,
        Some("tls" | "implicit" | "smtps" | "wrapper" | "true") => Protection::Implicit,
        Some(_) => return Err(bad("mail.out.tls", "must be none, opportunistic, starttls or tls")),
    };
    let usual = match protection {
        Protection::Implicit => 465,
        Protection::None => 25,
        Protection::StartTls | Protection::Opportunistic => 587,
    };
    let port = out.parsed("port", "a port")?.unwrap_or(usual);
    let login = match (out.text("user")?, out.secret("password")?) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => return Err(bad("mail.out.user", "must be set together with password")),
    };
    Ok(SmtpServer { host, port, protection, login })
}
