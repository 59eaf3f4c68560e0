//! Options of incoming mail.

use std::path::PathBuf;

use portreeve_app::intake::LONGEST_LOCAL_PART;
use portreeve_connect::mail::{ImapAccount, ImapProtection, LmtpAddress, Sender};
use portreeve_core::time::{Span, Timestamp};

use super::{ConfigError, Section, bad};

/// Incoming mail.
#[derive(Debug, Clone, Default)]
pub(crate) struct MailInConfig {
    /// Where answers go; none: notices ask for none by mail.
    pub(crate) address: Option<String>,
    pub(crate) lmtp: Option<LmtpAddress>,
    pub(crate) mailboxes: Vec<MailboxConfig>,
    pub(crate) folders: Vec<FolderConfig>,
    /// The servers whose word counts about who a mail is from.
    pub(crate) trusted_authserv: Vec<String>,
}

impl MailInConfig {
    /// Whether mail comes in.
    pub(crate) fn takes_mail(&self) -> bool {
        self.lmtp.is_some() || !self.mailboxes.is_empty() || !self.folders.is_empty()
    }
}

/// A mailbox that is read.
#[derive(Debug, Clone)]
pub(crate) struct MailboxConfig {
    pub(crate) name: String,
    pub(crate) every: Span,
    pub(crate) account: ImapAccount,
}

/// A Maildir that is watched.
#[derive(Debug, Clone)]
pub(crate) struct FolderConfig {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) every: Span,
}

/// Mailboxes are looked at no more often than this.
const SHORTEST: Span = Span::from_secs(1);

/// Takes the section `mail.in`.
pub(super) fn mail_in(mail: &mut Section) -> Result<MailInConfig, ConfigError> {
    let mut section = mail.section("in")?;
    let key = section.key("address");
    let address = section.text("address")?;
    if let Some(address) = &address {
        is_base_of_answers(address).map_err(|why| bad(key, why))?;
    }
    let key = section.key("lmtp");
    let lmtp = section.text("lmtp")?.map(|text| LmtpAddress::parse(&text)).transpose();
    let lmtp = lmtp.map_err(|why| bad(key, why))?;
    let mut mailboxes: Vec<MailboxConfig> = Vec::new();
    for mut one in section.sections("imap")? {
        let key = one.key("name");
        let mailbox = mailbox(&mut one)?;
        one.end()?;
        if mailboxes.iter().any(|other| other.name == mailbox.name) {
            return Err(bad(key, format!("{:?} is used twice", mailbox.name)));
        }
        mailboxes.push(mailbox);
    }
    let mut folders: Vec<FolderConfig> = Vec::new();
    for mut one in section.sections("folder")? {
        let key = one.key("name");
        let folder = folder(&mut one)?;
        one.end()?;
        let others = folders.iter().map(|other| &other.name);
        let mut others = others.chain(mailboxes.iter().map(|mailbox| &mailbox.name));
        if others.any(|other| *other == folder.name) {
            return Err(bad(key, format!("{:?} is used twice", folder.name)));
        }
        folders.push(folder);
    }
    let trusted_authserv = authserv(&mut section)?;
    section.end()?;
    Ok(MailInConfig { address, lmtp, mailboxes, folders, trusted_authserv })
}

/// Names that stand first in `Authentication-Results`.
fn authserv(section: &mut Section) -> Result<Vec<String>, ConfigError> {
    let names = section.list("trusted_authserv")?.unwrap_or_default();
    let is_name = |name: &String| {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
        !name.is_empty() && name.len() <= 255 && name.chars().all(fits)
    };
    match names.iter().find(|name| !is_name(name)) {
        Some(name) => {
            let why = format!("{name:?} is no name of a server, such as mx.example.com");
            Err(bad(section.key("trusted_authserv"), why))
        }
        None => Ok(names.iter().map(|name| name.to_ascii_lowercase()).collect()),
    }
}

/// An address into which the number of a report can be put.
fn is_base_of_answers(address: &str) -> Result<(), String> {
    let is_bare = !address.contains(['<', '>', ' ', '"']);
    let parsed = Sender::parse(address).ok().filter(|_| is_bare);
    let local = parsed.and_then(|_| address.rsplit_once('@').map(|(local, _)| local));
    match local {
        None => Err(format!("{address:?} must be an address, such as abuse@example.com")),
        Some(local) if local.contains('+') => {
            Err("must not contain a +; it is added to tell reports apart".to_owned())
        }
        Some(local) if local.len() > LONGEST_LOCAL_PART => {
            Err(format!("must have at most {LONGEST_LOCAL_PART} characters before the @"))
        }
        Some(_) => Ok(()),
    }
}

fn name(section: &mut Section, usual: &str) -> Result<String, ConfigError> {
    let name = section.text("name")?.unwrap_or_else(|| usual.to_owned());
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.len() > 64 || !name.chars().all(fits) {
        let why = format!("{name:?} must consist of 1 to 64 letters, digits, dots and hyphens");
        return Err(bad(section.key("name"), why));
    }
    Ok(name)
}

fn missing(section: &Section, name: &str) -> ConfigError {
    bad(section.key(name), "is missing")
}

fn every(section: &mut Section, usual: Span) -> Result<Span, ConfigError> {
    let every = section.span("every", usual)?;
    if every < SHORTEST {
        return Err(bad(section.key("every"), format!("must be at least {SHORTEST}")));
    }
    Ok(every)
}

fn folder(section: &mut Section) -> Result<FolderConfig, ConfigError> {
    let name = name(section, "folder")?;
    let path = section.text("path")?.ok_or_else(|| missing(section, "path"))?;
    let every = every(section, Span::from_secs(2))?;
    Ok(FolderConfig { name, path: path.into(), every })
}

/// The first instant of a day in UTC, milliseconds.
fn since(section: &mut Section) -> Result<Option<i64>, ConfigError> {
    let Some(day) = section.text("since")? else { return Ok(None) };
    let at = format!("{day}T00:00:00Z").parse::<Timestamp>();
    let why = || format!("{day:?} must be a day, such as 2026-01-01");
    let at = at.map_err(|_| bad(section.key("since"), why()))?;
    Ok(Some(at.as_millisecond()))
}

fn mailbox(section: &mut Section) -> Result<MailboxConfig, ConfigError> {
    let name = name(section, "mailbox")?;
    let host = section.text("host")?.ok_or_else(|| missing(section, "host"))?;
    let protection = match section.text("tls")?.as_deref() {
        None | Some("tls") => ImapProtection::Implicit,
        Some("starttls") => ImapProtection::StartTls,
        Some("none") => ImapProtection::None,
        Some(_) => return Err(bad(section.key("tls"), "must be tls, starttls or none")),
    };
    let usual = if protection == ImapProtection::Implicit { 993 } else { 143 };
    let port = section.parsed("port", "a port")?.unwrap_or(usual);
    let user = section.text("user")?.ok_or_else(|| missing(section, "user"))?;
    let password = section.secret("password")?.ok_or_else(|| missing(section, "password"))?;
    let folder = section.text("folder")?.unwrap_or_else(|| "INBOX".into());
    let done_folder = section.text("done_folder")?;
    if done_folder.as_ref() == Some(&folder) {
        return Err(bad(section.key("done_folder"), "must differ from folder"));
    }
    let since = since(section)?;
    let every = every(section, Span::from_secs(30))?;
    let account =
        ImapAccount { host, port, protection, user, password, folder, done_folder, since };
    Ok(MailboxConfig { name, every, account })
}

#[cfg(test)]
mod tests {
    use super::super::{Config, ConfigError};

    const GOOD: &str = "[mail.in]\naddress='abuse@example.com'\nlmtp='127.0.0.1:2424'\n\
                        [[mail.in.imap]]\nhost='imap.example.com'\nuser='u'\npassword='hunter2'\n";

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text.parse().expect("good TOML"))
    }

    #[test]
    fn incoming_mail_is_read_and_its_passwords_are_not_shown() {
        assert!(parse("").expect("good").mail_in.lmtp.is_none());
        let config = parse(GOOD).expect("good");
        let [mailbox] = &config.mail_in.mailboxes[..] else { panic!("not one") };
        assert_eq!((mailbox.name.as_str(), mailbox.account.port), ("mailbox", 993));
        assert!(!format!("{config:?}").contains("hunter2"));
        let socket = GOOD.replace("127.0.0.1:2424", "/run/portreeve/lmtp.sock");
        parse(&socket).expect("good");
        let more = GOOD.replace("user=", "since='2026-01-01'\nuser=")
            + "[[mail.in.folder]]\npath='/var/mail/abuse'\n";
        let config = parse(&more).expect("good");
        assert_eq!(config.mail_in.mailboxes[0].account.since, Some(1_767_225_600_000));
        assert_eq!(config.mail_in.folders[0].name, "folder");
        let same = more.replace("path=", "name='mailbox'\npath=");
        assert!(parse(&same).expect_err("twice").to_string().contains("is used twice"));
    }

    #[test]
    fn what_does_not_fit_names_its_option() {
        for (from, to, said) in [
            ("abuse@example.com", "Abuse <abuse@example.com>", "mail.in.address"),
            ("abuse@example.com", "abuse+x@example.com", "mail.in.address: must not contain a +"),
            (
                "abuse@example.com",
                "abuse-desk-of-example@example.com",
                "mail.in.address: must have at most 18",
            ),
            ("127.0.0.1:2424", "2424", "mail.in.lmtp"),
            ("host=", "hots=", "mail.in.imap.host: is missing"),
            ("password=", "pass=", "mail.in.imap.password: is missing"),
            ("user=", "tls='perhaps'\nuser=", "mail.in.imap.tls"),
            ("user=", "every='0s'\nuser=", "mail.in.imap.every: must be at least 1s"),
            ("user=", "done_folder='INBOX'\nuser=", "mail.in.imap.done_folder"),
            ("user=", "since='yesterday'\nuser=", "mail.in.imap.since"),
            ("[[", "[[mail.in.folder]]\nname='x'\n[[", "mail.in.folder.path: is missing"),
            ("[[", "trusted_authserv=['a b']\n[[", "mail.in.trusted_authserv"),
            (
                "user=",
                "foldr='x'\nuser=",
                "unknown option mail.in.imap.foldr; did you mean mail.in.imap.folder",
            ),
        ] {
            let error = parse(&GOOD.replace(from, to)).expect_err(to).to_string();
            assert!(error.contains(said), "{error}");
        }
        let twice = format!("{GOOD}{}", &GOOD[GOOD.find("[[").expect("there")..]);
        assert!(parse(&twice).expect_err("twice").to_string().contains("is used twice"));
    }
}
