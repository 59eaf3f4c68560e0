//! Putting the parts together: the only place that knows them all.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use portreeve_app::attachment::Scanner;
use portreeve_app::bridge::Bridge;
use portreeve_app::directory::{LiveDirectory, Source};
use portreeve_app::enforce::{Enforcer, Panel};
use portreeve_app::fraudrecord::Register;
use portreeve_app::intake::trust::SenderCheck;
use portreeve_app::intake::{Door, Mailbox};
use portreeve_app::notice::{self, Letters, Mail, Mailer};
use portreeve_app::payment::{Cashier, Provider};
use portreeve_app::time::SystemClock;
use portreeve_app::webhook::Webhook;
use portreeve_app::{Desk, DeskConfig, Ways, staff};
use portreeve_connect::authenticity::Dns;
use portreeve_connect::mail::{Folder, Maildir, Sender, Smtp};
use portreeve_connect::panel::{self, Exec, Recorder};
use portreeve_connect::payment::WebhookCashier;
use portreeve_connect::scan::ScanHook;
use portreeve_connect::sql;
use portreeve_connect::whmcs::{self, Access};
use portreeve_core::intake::OwnAddresses;
use portreeve_store::Db;

use crate::config::{
    Config, Database, DirectoryConfig, DirectoryKind, EnforcerConfig, EnforcerKind, FolderConfig,
    MailConfig, MailKind, MailboxConfig, PaymentConfig, PaymentKind, ScanConfig, SenderConfig,
    WebhookConfig,
};

/// A desk on an open database, with its settings read, and its clock.
pub(crate) async fn desk(config: &Config) -> Result<(Arc<Desk>, Arc<SystemClock>)> {
    let db = match &config.database {
        Database::Sqlite(file) => {
            make_data_dir(&config.data_dir)?;
            Db::open_sqlite(file).await?
        }
        Database::Postgres(url) => Db::open_postgres(url).await?,
    };
    let clock = Arc::new(SystemClock::default());
    follow_server_clock(&db, &clock).await?;
    let whmcs = whmcs_clients(config);
    let desk_config = desk_config(config);
    let panels = config.enforcers.iter().map(|one| panel(one, &whmcs)).collect();
    let mail = config.mail.as_ref().map(mail).transpose()?;
    let webhooks = config.webhooks.iter().map(webhook).collect();
    let directories = config.directories.iter().filter_map(|known| live(known, &whmcs)).collect();
    let bridges = config.directories.iter().filter_map(bridge).collect();
    let letters = Letters::with(&config.templates());
    let cashiers = config.payments.iter().map(|one| cashier(one, &whmcs)).collect();
    let register = |client| -> Box<dyn Register> { Box::new(client) };
    let fraudrecord = config.fraudrecord.clone().map(register);
    let scanner = config.scan.as_ref().map(scanner);
    let folders = config.mail_in.folders.iter().map(folder);
    let mailboxes = config.mail_in.mailboxes.iter().map(mailbox).chain(folders).collect();
    let ways = Ways {
        panels,
        mail,
        mailboxes,
        sender_check: config.mail_in.takes_mail().then(|| sender_check(config)).flatten(),
        webhooks,
        directories,
        bridges,
        cashiers,
        letters,
        fraudrecord,
        scanner,
    };
    let desk = Desk::new(db, Arc::<SystemClock>::clone(&clock), desk_config, ways);
    desk.refresh().await?;
    desk.refresh_letters().await?;
    Ok((Arc::new(desk), clock))
}

/// What the configuration says to the operations.
pub(crate) fn desk_config(config: &Config) -> DeskConfig {
    DeskConfig {
        directories: config.directories.iter().map(|known| known.name.clone()).collect(),
        amp_directory: config.amp_directory.clone(),
        public_url: config.public_url.clone(),
        answer_address: config.mail_in.address.clone(),
        own_addresses: own_addresses(config),
        takes_mail: config.mail_in.takes_mail(),
        trusted_authserv: config.mail_in.trusted_authserv.clone(),
    }
}

/// Whom notices are from, where answers go, and the mailboxes that are read under their addresses. Where answers to a
/// sender go instead (`reply_to`) people read.
fn own_addresses(config: &Config) -> OwnAddresses {
    let out = config.mail.iter();
    let from = out.flat_map(|mail| {
        std::iter::once(&mail.from).chain(mail.senders.iter().map(|sender| &sender.from))
    });
    let from: Vec<String> =
        from.filter_map(|from| Some(Sender::parse(from).ok()?.address())).collect();
    let mailboxes = config.mail_in.mailboxes.iter().map(|mailbox| mailbox.account.user.as_str());
    let answers = config.mail_in.address.as_deref().into_iter();
    OwnAddresses::new(from.iter().map(String::as_str).chain(answers).chain(mailboxes))
}

/// Warns where staff are told at addresses that the desk takes mail for, as far as its database can be looked at: it is
/// neither made nor changed.
pub(crate) async fn addresses_that_tell_nobody(config: &Config) -> Result<Vec<String>> {
    let db = match &config.database {
        Database::Sqlite(file) if !file.exists() => return Ok(Vec::new()),
        Database::Sqlite(file) => Db::look_at_sqlite(file).await?,
        Database::Postgres(url) => Db::look_at_postgres(url).await?,
    };
    let found = staff::told_nowhere(&db, &desk_config(config)).await;
    db.close().await;
    Ok(found?)
}

/// Sets the clock after the database server's, where there is one: on every node the same instant
/// decides.
pub(crate) async fn follow_server_clock(db: &Db, clock: &SystemClock) -> Result<()> {
    if let Some(millis) = db.read().await?.server_time().await? {
        clock.follow(millis);
    }
    Ok(())
}

/// One way to each WHMCS, shared by directory and enforcer: it is called by one of them at a time.
type WhmcsClients = HashMap<String, Arc<whmcs::Client>>;

fn whmcs_clients(config: &Config) -> WhmcsClients {
    let client = |known: &DirectoryConfig| match &known.kind {
        DirectoryKind::Whmcs { access, .. } => {
            Some((known.name.clone(), Arc::new(whmcs::Client::new(access.clone()))))
        }
        DirectoryKind::File | DirectoryKind::Sql { .. } => None,
    };
    config.directories.iter().filter_map(client).collect()
}

fn live(config: &DirectoryConfig, clients: &WhmcsClients) -> Option<LiveDirectory> {
    let name = config.name.clone();
    let (every, source): (_, Box<dyn Source>) = match &config.kind {
        DirectoryKind::File => return None,
        DirectoryKind::Sql { every, database, query, entities, timeout } => {
            let (database, name) = (database.clone(), name.clone());
            (*every, Box::new(sql::Directory::new(name, database, query, *entities, *timeout)))
        }
        DirectoryKind::Whmcs { every, page, overrides, .. } => {
            let client = Arc::clone(clients.get(&name)?);
            (*every, Box::new(whmcs::Directory::new(name.clone(), client, *page, *overrides)))
        }
    };
    Some(LiveDirectory::new(name, every, source))
}

fn bridge(config: &DirectoryConfig) -> Option<Bridge> {
    let DirectoryKind::Whmcs { bridge: Some(poster), overrides, .. } = &config.kind else {
        return None;
    };
    Some(Bridge {
        directory: config.name.clone(),
        secrets: poster.secrets.clone(),
        receiver: Box::new((**poster).clone()),
        rows: Box::new(whmcs::BridgeRows { overrides: *overrides }),
    })
}

/// The WHMCS of each directory that an enforcer serves.
fn whmcs_enforcer(
    config: &EnforcerConfig,
    access: Option<&Access>,
    clients: &WhmcsClients,
) -> whmcs::Enforcer {
    let own = access.map(|access| Arc::new(whmcs::Client::new(access.clone())));
    let way = |directory: &String| {
        let (client, same_customers) = match &own {
            Some(own) => (Arc::clone(own), false),
            None => (Arc::clone(clients.get(directory)?), true),
        };
        Some((directory.clone(), whmcs::Way { client, same_customers }))
    };
    whmcs::Enforcer { ways: config.directories.iter().filter_map(way).collect() }
}

fn panel(config: &EnforcerConfig, clients: &WhmcsClients) -> Panel {
    let enforcer: Box<dyn Enforcer> = match &config.kind {
        EnforcerKind::Record => Box::new(Recorder),
        EnforcerKind::Exec { command, timeout, observe } => {
            Box::new(Exec { command: command.clone(), timeout: *timeout, observe: *observe })
        }
        EnforcerKind::Webhook { poster, observe } => {
            Box::new(panel::Webhook { poster: (**poster).clone(), observe: *observe })
        }
        EnforcerKind::Whmcs(access) => Box::new(whmcs_enforcer(config, access.as_deref(), clients)),
    };
    Panel {
        name: config.name.clone(),
        directories: config.directories.clone(),
        retry_min: config.retry_min,
        retry_max: config.retry_max,
        enforcer,
    }
}

fn cashier(config: &PaymentConfig, clients: &WhmcsClients) -> Cashier {
    let (secrets, provider): (_, Box<dyn Provider>) = match &config.kind {
        PaymentKind::Whmcs { payment_method, taxed } => {
            let client = |name: &String| Some((name.clone(), Arc::clone(clients.get(name)?)));
            let clients = config.directories.iter().filter_map(client).collect();
            let payment_method = payment_method.clone();
            (None, Box::new(whmcs::Cashier { clients, payment_method, taxed: *taxed }))
        }
        PaymentKind::Webhook(poster) => {
            let poster = (**poster).clone();
            (Some(poster.secrets.clone()), Box::new(WebhookCashier { poster }))
        }
    };
    let (name, directories) = (config.name.clone(), config.directories.clone());
    Cashier { name, directories, secrets, provider }
}

fn scanner(config: &ScanConfig) -> Scanner {
    let ScanConfig { command, timeout, retry_min, retry_max } = config.clone();
    Scanner { way: Box::new(ScanHook { command, timeout }), retry_min, retry_max }
}

fn webhook(config: &WebhookConfig) -> Webhook {
    Webhook {
        name: config.name.clone(),
        topics: config.topics.clone(),
        receiver: Box::new(config.poster.clone()),
    }
}

fn mailbox(config: &MailboxConfig) -> Mailbox {
    Mailbox {
        name: config.name.clone(),
        door: Door::Imap(config.name.clone()),
        every: config.every,
        source: Box::new(config.account.clone()),
    }
}

fn sender_check(config: &Config) -> Option<Box<dyn SenderCheck>> {
    match Dns::new(&config.resolvers) {
        Ok(dns) => Some(Box::new(dns)),
        Err(error) => {
            tracing::warn!("signatures of mails are not checked, the DNS cannot be used: {error}");
            None
        }
    }
}

fn folder(config: &FolderConfig) -> Mailbox {
    Mailbox {
        name: config.name.clone(),
        door: Door::Folder(config.name.clone()),
        every: config.every,
        source: Box::new(Maildir::new(config.path.clone())),
    }
}

fn mail(config: &MailConfig) -> Result<Mail> {
    let from = Sender::parse(&config.from).map_err(anyhow::Error::msg)?;
    let domain = from.domain().to_owned();
    let senders = config.senders.iter().map(sender).collect::<Result<_>>()?;
    let mailer: Box<dyn Mailer> = match &config.kind {
        MailKind::Folder(path) => Box::new(Folder::new(from, path.clone())),
        MailKind::Smtp(server) => {
            Box::new(Smtp::new(from, server.clone()).map_err(anyhow::Error::msg)?)
        }
    };
    Ok(Mail { mailer, from: config.from.clone(), domain, senders })
}

fn sender(config: &SenderConfig) -> Result<Arc<notice::Sender>> {
    let from = Sender::parse(&config.from).map_err(anyhow::Error::msg)?;
    Ok(Arc::new(notice::Sender {
        from: config.from.clone(),
        reply_to: config.reply_to.clone(),
        domain: from.domain().to_owned(),
        categories: config.categories.clone(),
        directories: config.directories.clone(),
    }))
}

/// Makes the data folder, readable for its owner only. One that is there already becomes so, and so does what it has of
/// the desk: customers, texts and secrets are in there.
pub(crate) fn make_data_dir(path: &Path) -> Result<()> {
    if path.is_dir() {
        close_to_others(path, 0o700)?;
        for name in PRIVATE {
            close_to_others(&path.join(name), 0o600)?;
        }
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .with_context(|| format!("cannot create the data folder {}", path.display()))
}

/// What others have no business with, in the data folder. New files of the database get the rights of the database.
const PRIVATE: [&str; 5] = [
    "portreeve.db",
    "portreeve.db-wal",
    "portreeve.db-shm",
    "portreeve.migrate.lock",
    "serve.lock",
];

/// Takes from everybody but its owner what they may do with a file or folder, if it is there.
#[cfg(unix)]
fn close_to_others(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
    let was = found.permissions().mode() & 0o7777;
    if was & !0o077 == was {
        return Ok(());
    }
    let shown = path.display();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).with_context(|| {
        format!(
            "{shown} is accessible to other users of this machine (mode {was:04o}), and this user may not change that; \
             run `chmod {mode:o} {shown}` as its owner, or set data_dir to a new folder in it"
        )
    })?;
    tracing::warn!(
        "{shown} was accessible to other users of this machine (mode {was:04o}); its mode is now {mode:04o}"
    );
    Ok(())
}

#[cfg(not(unix))]
fn close_to_others(_: &Path, _: u32) -> Result<()> {
    Ok(())
}
