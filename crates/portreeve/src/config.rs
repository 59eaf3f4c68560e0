//! The configuration: a TOML file and the environment, parsed once into checked types.

mod attachments;
mod directory;
mod dns;
mod enforcer;
mod fraudrecord;
mod mail_in;
mod mail_out;
mod payment;
mod public_url;
mod sender;
mod webhook;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub(crate) use attachments::ScanConfig;
pub(crate) use directory::{DirectoryConfig, DirectoryKind};
pub(crate) use enforcer::{EnforcerConfig, EnforcerKind};
use ipnet::IpNet;
pub(crate) use mail_in::{FolderConfig, MailInConfig, MailboxConfig};
pub(crate) use mail_out::{MailConfig, MailKind};
pub(crate) use payment::{PaymentConfig, PaymentKind};
use portreeve_core::time::Span;
pub(crate) use sender::SenderConfig;
use toml::{Table, Value};
pub(crate) use webhook::WebhookConfig;

/// One option, for `config explain` and for naming the nearest of a mistyped one.
pub(crate) struct Option_ {
    pub(crate) key: &'static str,
    pub(crate) default: &'static str,
    pub(crate) meaning: &'static str,
}

const fn option(key: &'static str, default: &'static str, meaning: &'static str) -> Option_ {
    Option_ { key, default, meaning }
}

/// Every option there is.
pub(crate) const OPTIONS: &[Option_] = &[
    option("data_dir", "./data", "folder for the database and lock files"),
    option("server.listen", "127.0.0.1:8080", "address and port of the web server"),
    option(
        "server.public_url",
        "",
        "public URL of the desk, such as https://abuse.example.com; a host name of its own, without a path",
    ),
    option(
        "server.trusted_proxies",
        "[]",
        "addresses or prefixes of proxies whose X-Forwarded-For or Forwarded header is trusted; clients that they don't name count as unknown",
    ),
    option(
        "server.metrics_allow",
        "[\"127.0.0.0/8\", \"::1\"]",
        "addresses or prefixes that may read /metrics",
    ),
    option(
        "server.metrics_listen",
        "",
        "second address and port, only for /metrics, /healthz and /readyz: for Prometheus on the same machine as a proxy; server.metrics_allow applies there too, and proxy headers are ignored",
    ),
    option("server.max_body", "1048576", "largest request body of the drop-in endpoint, in bytes"),
    option(
        "server.max_connections",
        "16384",
        "maximum number of open connections; further clients get a 503",
    ),
    option("server.tls.cert", "", "PEM file with the certificate chain; turns on HTTPS"),
    option("server.tls.key", "", "PEM file with the private key"),
    option("log.format", "text", "text or json"),
    option("log.level", "info", "error, warn, info, debug or trace"),
    option("database.url", "", "postgres://user:password@host/name; if absent, SQLite in data_dir"),
    option("database.url_file", "", "file that contains database.url"),
    option(
        "amp.directory",
        "(the first)",
        "directory whose service ids scripts use at the drop-in endpoint",
    ),
    option("directory[].name", "(its kind, or main)", "name of a service directory"),
    option(
        "directory[].kind",
        "file",
        "file (filled by `portreeve service import`), sql (a query) or whmcs (the API of WHMCS)",
    ),
    option("directory[].every", "15m", "sql, whmcs: time between two full syncs"),
    option("directory[].timeout", "30s", "sql, whmcs: timeout for an answer"),
    option(
        "directory[].url",
        "",
        "whmcs: its System URL, with or without /includes/api.php; sql: mysql:// or postgres://user:password@host/name",
    ),
    option("directory[].url_file", "", "sql: a file that has directory[].url"),
    option(
        "directory[].query",
        "",
        "sql: query whose columns are named like those of a directory file",
    ),
    option(
        "directory[].entities",
        "false",
        "sql: texts contain HTML entities, as in WHMCS's tables",
    ),
    option("directory[].identifier", "", "whmcs: identifier of an API credential"),
    option("directory[].identifier_file", "", "file that contains directory[].identifier"),
    option("directory[].secret", "", "whmcs: secret of that credential"),
    option("directory[].secret_file", "", "file that contains directory[].secret"),
    option("directory[].access_key", "", "whmcs: its $api_access_key, if it has one"),
    option("directory[].access_key_file", "", "file that contains directory[].access_key"),
    option("directory[].page", "250", "whmcs: services requested at a time"),
    option(
        "directory[].suspend_override",
        "ignore",
        "whmcs: what its \"do not suspend\" (overideautosuspend) means: ignore, or protect: nothing suspends the service without a person",
    ),
    option(
        "directory[].bridge_secret",
        "",
        "whmcs: secret shared with its addon, whsec_ followed by base64; several, separated by spaces, during rotation",
    ),
    option("directory[].bridge_secret_file", "", "file that contains directory[].bridge_secret"),
    option(
        "directory[].bridge_url",
        "<url>/modules/addons/portreeve/desk.php",
        "whmcs: URL of its addon",
    ),
    option("enforcer[].name", "(its kind)", "name of the enforcer"),
    option(
        "enforcer[].kind",
        "",
        "record (only records orders), exec (runs a command), webhook (posts to a URL) or whmcs",
    ),
    option("enforcer[].directories", "[] (all)", "directories it is used for"),
    option("enforcer[].command", "", "exec: list of path and arguments; no shell is used"),
    option(
        "enforcer[].url",
        "",
        "webhook: URL that orders are posted to; whmcs: its System URL [default: that of its directories]",
    ),
    option("enforcer[].identifier", "", "whmcs, with url: identifier of an API credential"),
    option("enforcer[].identifier_file", "", "file that contains enforcer[].identifier"),
    option("enforcer[].access_key", "", "whmcs, with url: its $api_access_key, if it has one"),
    option("enforcer[].access_key_file", "", "file that contains enforcer[].access_key"),
    option(
        "enforcer[].secret",
        "",
        "webhook: signing secret, whsec_ followed by base64; several, separated by spaces, during rotation; whmcs, with url: secret of the API credential",
    ),
    option("enforcer[].secret_file", "", "file that contains enforcer[].secret"),
    option(
        "enforcer[].allow_private",
        "false",
        "webhook: allow private, loopback and link-local addresses",
    ),
    option(
        "enforcer[].timeout",
        "30s",
        "exec, webhook, whmcs with url: timeout of one run or call",
    ),
    option("enforcer[].observe", "true", "exec, webhook: it can report the state of a service"),
    option("enforcer[].retry_min", "1s", "first delay before a retry"),
    option("enforcer[].retry_max", "15m", "longest delay between retries"),
    option("webhook[].name", "webhook", "name of the webhook"),
    option("webhook[].url", "", "URL that events are posted to"),
    option(
        "webhook[].secret",
        "",
        "signing secret, whsec_ followed by base64; several, separated by spaces, during rotation",
    ),
    option("webhook[].secret_file", "", "file that contains webhook[].secret"),
    option(
        "webhook[].events",
        "(all)",
        "events to send: opened, reminded, suspended, unsuspended, answered, closed",
    ),
    option("webhook[].timeout", "30s", "timeout of one call"),
    option("webhook[].allow_private", "false", "allow private, loopback and link-local addresses"),
    option(
        "payment[].name",
        "(its kind)",
        "name of the payment provider; part of its URL, /payments/v1/<name>/events",
    ),
    option(
        "payment[].kind",
        "",
        "whmcs (invoices in WHMCS; the default for directories of kind whmcs) or webhook (a program of yours)",
    ),
    option(
        "payment[].directories",
        "[] (all; whmcs: all of kind whmcs)",
        "directories it is used for",
    ),
    option(
        "payment[].payment_method",
        "(the customer's)",
        "whmcs: name of the payment method there",
    ),
    option("payment[].taxed", "false", "whmcs: add taxes to the amount"),
    option("payment[].url", "", "webhook: URL of the provider"),
    option(
        "payment[].secret",
        "",
        "webhook: secret that both sides sign with, whsec_ followed by base64; several, separated by spaces, during rotation",
    ),
    option("payment[].secret_file", "", "file that contains payment[].secret"),
    option("payment[].timeout", "30s", "webhook: timeout of one call"),
    option(
        "payment[].allow_private",
        "false",
        "webhook: allow private, loopback and link-local addresses",
    ),
    option(
        "fraudrecord.api_key",
        "",
        "API key of your FraudRecord account; without it nothing is ever sent there",
    ),
    option("fraudrecord.api_key_file", "", "file that contains fraudrecord.api_key"),
    option(
        "fraudrecord.url",
        "https://www.fraudrecord.com/api/",
        "URL of its API; https, unless it is on this machine",
    ),
    option("fraudrecord.timeout", "15s", "timeout of one call"),
    option("mail.out.kind", "", "smtp or folder; if absent, no mail is sent"),
    option("mail.out.from", "", "sender, such as Abuse desk <abuse@example.com>"),
    option("mail.out.path", "<data_dir>/mail", "folder: where .eml files are written"),
    option("mail.out.host", "", "smtp: host name of the mail server"),
    option("mail.out.port", "587 (465 with tls, 25 with none)", "smtp: port"),
    option("mail.out.tls", "starttls", "smtp: none, opportunistic, starttls or tls"),
    option("mail.out.user", "", "smtp: user name"),
    option("mail.out.password", "", "smtp: password"),
    option("mail.out.password_file", "", "file that contains mail.out.password"),
    option(
        "mail.out.sender[].from",
        "",
        "sender of notices to some customers instead of mail.out.from; the first matching [[mail.out.sender]] is used",
    ),
    option("mail.out.sender[].reply_to", "", "Reply-To of these notices [default: the sender]"),
    option(
        "mail.out.sender[].categories",
        "[] (all)",
        "categories it is used for; case does not matter",
    ),
    option("mail.out.sender[].directories", "[] (all)", "directories it is used for"),
    option(
        "attachments.scan",
        "",
        "command that scans attachments: list of path and arguments; no shell is used. It reads the file from standard input and exits with 0 (clean) or 1 (infected)",
    ),
    option("attachments.scan_timeout", "60s", "timeout of one scan"),
    option("attachments.scan_retry_min", "1s", "first delay before a failed scan is retried"),
    option("attachments.scan_retry_max", "10m", "longest delay between retries"),
    option(
        "mail.in.address",
        "",
        "address for replies; notices use it with +r<report>.<code> before the @. If absent, notices ask for no replies by mail",
    ),
    option(
        "mail.in.lmtp",
        "",
        "address and port, or path of a socket, where the mail server delivers by LMTP, such as 127.0.0.1:2424",
    ),
    option("mail.in.imap[].name", "mailbox", "name of the mailbox"),
    option("mail.in.imap[].host", "", "host name of the IMAP server"),
    option("mail.in.imap[].port", "993 (143 without tls)", "port"),
    option("mail.in.imap[].tls", "tls", "tls, starttls or none"),
    option("mail.in.imap[].user", "", "user name"),
    option("mail.in.imap[].password", "", "password"),
    option("mail.in.imap[].password_file", "", "file that contains mail.in.imap[].password"),
    option("mail.in.imap[].folder", "INBOX", "folder that is read"),
    option(
        "mail.in.imap[].done_folder",
        "",
        "folder that mails are moved to after they were read; if absent, they stay and are marked as seen",
    ),
    option(
        "mail.in.imap[].every",
        "30s",
        "time between two checks, where the server cannot say when mail comes (IDLE)",
    ),
    option(
        "mail.in.imap[].since",
        "",
        "day, such as 2026-01-01: mail that was there before the first check is taken from this day on; if absent, only what comes after it",
    ),
    option("mail.in.folder[].name", "folder", "name of the folder"),
    option(
        "mail.in.folder[].path",
        "",
        "path of a Maildir; mails in new and cur are taken, and move to cur with the flag z",
    ),
    option("mail.in.folder[].every", "2s", "time between two checks"),
    option(
        "mail.in.trusted_authserv",
        "[]",
        "names of your mail servers in Authentication-Results, such as [\"mx.example.com\"]: what they say about SPF, DKIM and DMARC counts",
    ),
    option(
        "dns.resolvers",
        "[] (those of the system)",
        "addresses and ports of DNS servers, such as [\"127.0.0.1:53\"], for checking who a mail is from",
    ),
];

/// The whole configuration.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<String>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) metrics_allow: Vec<IpNet>,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) max_body: usize,
    pub(crate) max_connections: u32,
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) log_json: bool,
    pub(crate) log_level: tracing::Level,
    pub(crate) database: Database,
    pub(crate) directories: Vec<DirectoryConfig>,
    pub(crate) amp_directory: String,
    pub(crate) enforcers: Vec<EnforcerConfig>,
    pub(crate) mail: Option<MailConfig>,
    pub(crate) mail_in: MailInConfig,
    pub(crate) webhooks: Vec<WebhookConfig>,
    pub(crate) payments: Vec<PaymentConfig>,
    pub(crate) fraudrecord: Option<portreeve_connect::fraudrecord::Client>,
    pub(crate) scan: Option<ScanConfig>,
    /// DNS servers to ask; none: those of the system.
    pub(crate) resolvers: Vec<SocketAddr>,
}

/// Certificate and key of the web server.
#[derive(Debug, Clone)]
pub(crate) struct TlsFiles {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// Where the data lives.
#[derive(Clone)]
pub(crate) enum Database {
    /// In a file of the data folder.
    Sqlite(PathBuf),
    /// On a server. May hold a password: never shown.
    Postgres(String),
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "Sqlite({})", path.display()),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is not valid TOML: {why}")]
    Toml { path: PathBuf, why: String },
    #[error("unknown option {key}{nearest}")]
    Unknown { key: String, nearest: String },
    #[error("{key}: {why}")]
    Bad { key: String, why: String },
}

fn bad(key: impl Into<String>, why: impl Into<String>) -> ConfigError {
    ConfigError::Bad { key: key.into(), why: why.into() }
}

/// Places where the file is looked for when none is named.
const DEFAULT_FILES: [&str; 2] = ["./portreeve.toml", "/etc/portreeve/portreeve.toml"];

impl Config {
    /// The folder in which a host puts templates of notices in the place of ours.
    pub(crate) fn templates(&self) -> PathBuf {
        self.data_dir.join("templates")
    }

    /// Reads the named file (else the first default one that is there) and the environment.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let found = match file {
            Some(file) => Some(file.to_owned()),
            None => DEFAULT_FILES.iter().map(PathBuf::from).find(|path| path.exists()),
        };
        let mut table = match &found {
            None => Table::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| ConfigError::Read { path: path.clone(), source })?;
                text.parse().map_err(|error: toml::de::Error| ConfigError::Toml {
                    path: path.clone(),
                    why: error.to_string().replace('\n', " "),
                })?
            }
        };
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            // Names that are not UTF-8 are not ours.
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        });
        overlay(&mut table, variables)?;
        Self::parse(table)
    }

    /// Checks a table of options.
    pub(crate) fn parse(table: Table) -> Result<Self, ConfigError> {
        let mut root = Section { path: String::new(), table };
        let data_dir = PathBuf::from(root.text("data_dir")?.unwrap_or_else(|| "./data".into()));
        let mut server = root.section("server")?;
        let listen = server.text("listen")?.unwrap_or_else(|| "127.0.0.1:8080".into());
        let listen = address_and_port("server.listen", &listen)?;
        let metrics_listen = server.text("metrics_listen")?;
        let metrics_listen = metrics_listen
            .map(|text| address_and_port("server.metrics_listen", &text))
            .transpose()?;
        if metrics_listen == Some(listen) {
            return Err(bad("server.metrics_listen", "must differ from server.listen"));
        }
        let public_url =
            server.text("public_url")?.map(|url| public_url::parse(&url)).transpose()?;
        let trusted_proxies = networks(&mut server, "trusted_proxies", &[])?;
        let metrics_allow = networks(&mut server, "metrics_allow", &["127.0.0.0/8", "::1"])?;
        let max_body = server.parsed("max_body", "a number of bytes")?.unwrap_or(1024 * 1024);
        let max_connections = max_connections(&mut server)?;
        let tls = tls(&mut server)?;
        server.end()?;

        let mut log = root.section("log")?;
        let log_json = match log.text("format")?.as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(_) => return Err(bad("log.format", "must be text or json")),
        };
        let log_level = log
            .parsed("level", "error, warn, info, debug or trace")?
            .unwrap_or(tracing::Level::INFO);
        log.end()?;

        let mut database = root.section("database")?;
        let database_url = database.secret("url")?;
        database.end()?;
        let database = match database_url {
            None => Database::Sqlite(data_dir.join("portreeve.db")),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Database::Postgres(url)
            }
            Some(_) => return Err(bad("database.url", "must begin with postgres://")),
        };

        let directories = directory::directories(&mut root)?;
        let mut amp = root.section("amp")?;
        let amp_directory = amp.text("directory")?.unwrap_or_else(|| directories[0].name.clone());
        amp.end()?;
        if !directories.iter().any(|directory| directory.name == amp_directory) {
            return Err(bad("amp.directory", format!("there is no directory {amp_directory:?}")));
        }
        let enforcers = enforcer::enforcers(&mut root, &directories)?;
        let (mail, mail_in) = mail(&mut root, &data_dir, &directories)?;
        let webhooks = webhook::webhooks(&mut root)?;
        let payments = payment::payments(&mut root, &directories)?;
        let fraudrecord = fraudrecord::fraudrecord(&mut root)?;
        let scan = attachments::scan(&mut root)?;
        let resolvers = dns::resolvers(&mut root)?;
        root.end()?;
        Ok(Self {
            data_dir,
            listen,
            public_url,
            trusted_proxies,
            metrics_allow,
            metrics_listen,
            max_body,
            max_connections,
            tls,
            log_json,
            log_level,
            database,
            directories,
            amp_directory,
            enforcers,
            mail,
            mail_in,
            webhooks,
            payments,
            fraudrecord,
            scan,
            resolvers,
        })
    }
}

fn address_and_port(key: &str, text: &str) -> Result<SocketAddr, ConfigError> {
    let why = || format!("{text:?} must be an address and port, such as 127.0.0.1:8080");
    text.parse().map_err(|_| bad(key, why()))
}

/// Addresses and prefixes of the section `server`.
fn networks(server: &mut Section, name: &str, default: &[&str]) -> Result<Vec<IpNet>, ConfigError> {
    let configured = server.list(name)?;
    let list = configured.unwrap_or_else(|| default.iter().map(|&net| net.to_owned()).collect());
    let network = |text: &String| {
        let address = || text.parse::<std::net::IpAddr>().map(IpNet::from);
        text.parse::<IpNet>().or_else(|_| address()).map_err(|_| {
            bad(format!("server.{name}"), format!("{text:?} is not an address or prefix"))
        })
    };
    list.iter().map(network).collect()
}

fn max_connections(server: &mut Section) -> Result<u32, ConfigError> {
    let number = server.parsed("max_connections", "a number of connections")?.unwrap_or(16_384);
    if (1..=1_000_000).contains(&number) {
        Ok(number)
    } else {
        Err(bad("server.max_connections", "must be between 1 and 1000000"))
    }
}

fn tls(server: &mut Section) -> Result<Option<TlsFiles>, ConfigError> {
    let mut tls = server.section("tls")?;
    let files = match (tls.text("cert")?, tls.text("key")?) {
        (None, None) => None,
        (Some(cert), Some(key)) => Some(TlsFiles { cert: cert.into(), key: key.into() }),
        (None, Some(_)) => {
            return Err(bad("server.tls.cert", "is missing; server.tls.key needs it"));
        }
        (Some(_), None) => {
            return Err(bad("server.tls.key", "is missing; server.tls.cert needs it"));
        }
    };
    tls.end()?;
    Ok(files)
}

fn mail(
    root: &mut Section,
    data_dir: &Path,
    directories: &[DirectoryConfig],
) -> Result<(Option<MailConfig>, MailInConfig), ConfigError> {
    let mut mail = root.section("mail")?;
    let mail_in = mail_in::mail_in(&mut mail)?;
    let out = mail.section("out")?;
    mail.end()?;
    Ok((mail_out::mail_out(out, data_dir, directories)?, mail_in))
}

/// Lays `PORTREEVE_<SECTION>__<KEY>` over the file. Other variables that begin with `PORTREEVE_` and have
/// no `__` (such as those that a hook sees) are not options.
fn overlay(
    table: &mut Table,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(), ConfigError> {
    for (name, value) in variables {
        let Some(rest) = name.strip_prefix("PORTREEVE_") else { continue };
        if rest != "DATA_DIR" && !rest.contains("__") {
            continue;
        }
        let path: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
        let Some((last, parents)) = path.split_last() else { continue };
        let mut at = &mut *table;
        for parent in parents {
            let entry = at.entry(parent.clone()).or_insert_with(|| Value::Table(Table::new()));
            at = entry.as_table_mut().ok_or_else(|| bad(&*name, "is not the name of an option"))?;
        }
        at.insert(last.clone(), Value::String(value));
    }
    Ok(())
}

/// A part of the file from which known keys are taken; what is left at the end is unknown.
struct Section {
    path: String,
    table: Table,
}

impl Section {
    fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn section(&mut self, name: &str) -> Result<Section, ConfigError> {
        let path = self.key(name);
        match self.table.remove(name) {
            None => Ok(Section { path, table: Table::new() }),
            Some(Value::Table(table)) => Ok(Section { path, table }),
            Some(_) => Err(bad(path, "must be a section")),
        }
    }

    fn sections(&mut self, name: &str) -> Result<Vec<Section>, ConfigError> {
        let path = self.key(name);
        let list = match self.table.remove(name) {
            None => Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(bad(path, format!("must be written as [[{name}]]"))),
        };
        list.into_iter()
            .map(|value| match value {
                Value::Table(table) => Ok(Section { path: path.clone(), table }),
                _ => Err(bad(&*path, format!("must be written as [[{name}]]"))),
            })
            .collect()
    }

    /// A text, number or boolean as text; empty counts as absent.
    fn text(&mut self, name: &str) -> Result<Option<String>, ConfigError> {
        let text = match self.table.remove(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text,
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Boolean(flag)) => flag.to_string(),
            Some(_) => return Err(bad(self.key(name), "must be a string")),
        };
        let text = text.trim().to_owned();
        Ok((!text.is_empty()).then_some(text))
    }

    fn parsed<T: std::str::FromStr>(
        &mut self,
        name: &str,
        what: &str,
    ) -> Result<Option<T>, ConfigError> {
        let key = self.key(name);
        let parse =
            |text: String| text.parse().map_err(|_| bad(key, format!("{text:?} must be {what}")));
        self.text(name)?.map(parse).transpose()
    }

    fn span(&mut self, name: &str, default: Span) -> Result<Span, ConfigError> {
        let key = self.key(name);
        match self.text(name)? {
            None => Ok(default),
            Some(text) => text.parse().map_err(|error| bad(key, format!("{error}"))),
        }
    }

    /// A list of texts; from the environment, separated by commas.
    fn list(&mut self, name: &str) -> Result<Option<Vec<String>>, ConfigError> {
        let key = self.key(name);
        match self.table.remove(name) {
            None => Ok(None),
            Some(Value::Array(list)) => list
                .into_iter()
                .map(|value| match value {
                    Value::String(text) => Ok(text),
                    _ => Err(bad(&*key, "must be a list of strings")),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(Value::String(text)) => {
                let parts = text.split(',').map(|part| part.trim().to_owned());
                Ok(Some(parts.filter(|part| !part.is_empty()).collect()))
            }
            Some(_) => Err(bad(key, "must be a list of strings")),
        }
    }

    /// A secret: the value, or the file that has it.
    fn secret(&mut self, name: &str) -> Result<Option<String>, ConfigError> {
        let file_key = format!("{name}_file");
        match (self.text(name)?, self.text(&file_key)?) {
            (Some(_), Some(_)) => Err(bad(
                self.key(name),
                format!("is set together with {file_key}; remove one of them"),
            )),
            (Some(value), None) => Ok(Some(value)),
            (None, None) => Ok(None),
            (None, Some(path)) => {
                let path = PathBuf::from(path);
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| ConfigError::Read { path: path.clone(), source })?;
                Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
            }
        }
    }

    fn end(self) -> Result<(), ConfigError> {
        let Some(name) = self.table.keys().next() else { return Ok(()) };
        let key = self.key(name);
        let nearest =
            nearest(&key).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        Err(ConfigError::Unknown { key, nearest })
    }
}

/// The known key that is most like this one.
fn nearest(key: &str) -> Option<String> {
    let known: BTreeSet<String> = OPTIONS.iter().map(|o| o.key.replace("[]", "")).collect();
    let by_likeness = |a: &String, b: &String| {
        strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b))
    };
    known.into_iter().max_by(by_likeness)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text.parse().expect("good TOML"))
    }

    #[test]
    fn nothing_at_all_is_a_good_configuration() {
        let config = parse("").expect("defaults");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.directories.len(), 1);
        assert_eq!(config.directories[0].name, "main");
        assert!(
            matches!(config.database, Database::Sqlite(path) if path.ends_with("data/portreeve.db"))
        );
    }

    #[test]
    fn an_unknown_key_is_named_with_the_nearest_known_one() {
        for (text, key, near) in [
            ("[server]\nlisen = 'x'", "server.lisen", "server.listen"),
            ("datadir = 'x'", "datadir", "data_dir"),
            ("[[enforcer]]\nkind='record'\nobserv=true", "enforcer.observ", "enforcer.observe"),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(key) && error.contains(near), "{error}");
        }
    }

    #[test]
    fn the_environment_lies_over_the_file() {
        let mut table: Table = "[server]\nlisten = '127.0.0.1:1'".parse().expect("good TOML");
        let vars = [
            ("PORTREEVE_SERVER__LISTEN", "127.0.0.1:2"),
            ("PORTREEVE_DATA_DIR", "/tmp/d"),
            ("PORTREEVE_ACTION", "suspend"),
            ("PORTREEVE_SERVER__TRUSTED_PROXIES", "192.0.2.1, 198.51.100.0/24"),
        ];
        overlay(&mut table, vars.map(|(k, v)| (k.into(), v.into())).into_iter()).expect("good");
        let config = Config::parse(table).expect("good");
        assert_eq!(config.listen.to_string(), "127.0.0.1:2");
        assert_eq!(config.data_dir, PathBuf::from("/tmp/d"));
        assert_eq!(config.trusted_proxies.len(), 2);
    }

    #[test]
    fn a_whole_file_is_read() {
        let config = parse(
            "[[directory]]\nname='eu'\n[[directory]]\nname='us'\nkind='file'\n[amp]\ndirectory='us'\n\
             [[enforcer]]\nkind='exec'\ncommand=['/bin/true','x']\ntimeout='5s'\nobserve=false\n\
             directories=['eu']\n[mail.out]\nkind='smtp'\nfrom='abuse@example.com'\nhost='127.0.0.1'\n\
             port=2525\ntls='none'\n",
        )
        .expect("good");
        assert_eq!((config.directories.len(), config.amp_directory.as_str()), (2, "us"));
        assert!(matches!(&config.enforcers[0].kind, EnforcerKind::Exec { observe: false, .. }));
        assert!(matches!(config.mail.map(|m| m.kind), Some(MailKind::Smtp(s)) if s.port == 2525));
    }

    #[test]
    fn an_enforcer_of_whmcs_serves_the_directories_that_are_whmcs() {
        let whmcs = "[[directory]]\nname='NAME'\nkind='whmcs'\nurl='https://b.example.com/'\n\
                     identifier='i'\nsecret='s'\n";
        let (eu, us) = (whmcs.replace("NAME", "eu"), whmcs.replace("NAME", "us"));
        let all = format!("{eu}{us}[[directory]]\nname='files'\n[[enforcer]]\nkind='whmcs'\n");
        let config = parse(&all).expect("good");
        assert_eq!(config.enforcers[0].directories, ["eu", "us"]);
        assert!(!format!("{config:?}").contains("secret: \"s\""));
        let files = format!("{all}directories=['files']\n");
        let error = parse(&files).expect_err("no address").to_string();
        assert!(error.contains("enforcer.url"), "{error}");
        let own = format!("{files}url='https://b.example.com'\nidentifier='i'\nsecret='s'\n");
        assert!(parse(&own).is_ok());
    }

    #[test]
    fn secrets_may_come_from_files_and_are_never_shown() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("url");
        std::fs::write(&file, "postgres://desk:hunter2@db/desk\n").expect("written");
        let config = parse(&format!("[database]\nurl_file = '{}'", file.display())).expect("good");
        assert!(matches!(&config.database, Database::Postgres(url) if url.contains("hunter2")));
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn bad_values_name_their_key() {
        for (text, key) in [
            ("[server]\nlisten = 'here'", "server.listen"),
            ("[server]\nmetrics_listen = '9090'", "server.metrics_listen"),
            ("[server]\nmetrics_listen = '127.0.0.1:8080'", "server.metrics_listen"),
            ("[[enforcer]]\nkind='exec'", "enforcer.command"),
            ("[[enforcer]]\nkind='whmcs'", "enforcer.url"),
            ("[[enforcer]]\nkind='whmcs'\nurl='https://b.example.com'", "enforcer.identifier"),
            ("[[directory]]\nkind='ldap'", "directory.kind"),
            ("[[directory]]\nkind='whmcs'", "directory.url"),
            ("[[directory]]\nkind='whmcs'\nurl='b.example.com'", "directory.url"),
            ("[[directory]]\nkind='whmcs'\nurl='https://b.example.com'", "directory.identifier"),
            ("[[directory]]\nkind='sql'\nurl='mysql://h/d'", "directory.query"),
            ("[[directory]]\nkind='sql'\nurl='oracle://h/d'\nquery='x'", "directory.url"),
            ("[[enforcer]]\nkind='record'\ndirectories=['x']", "enforcer.directories"),
            ("[mail.out]\nkind='folder'\nfrom='nobody'", "mail.out.from"),
            (
                "[mail.out]\nkind='folder'\nfrom='a@example.com'\n[[mail.out.sender]]",
                "mail.out.sender.from",
            ),
            (
                "[mail.out]\nkind='folder'\nfrom='a@example.com'\n[[mail.out.sender]]\nfrom='b@example.com'\ndirectories=['x']",
                "mail.out.sender.directories",
            ),
            (
                "[mail.out]\nkind='folder'\nfrom='a@example.com'\n[[mail.out.sender]]\nfrom='b@example.com'\nreply_to='x'",
                "mail.out.sender.reply_to",
            ),
            ("[database]\nurl='mysql://x'", "database.url"),
            ("[amp]\ndirectory='x'", "amp.directory"),
            ("[server]\nmax_body='big'", "server.max_body"),
            ("[server]\nmax_connections=0", "server.max_connections"),
            ("[server.tls]\ncert='chain.pem'", "server.tls.key"),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(key), "{error}");
        }
    }
}
