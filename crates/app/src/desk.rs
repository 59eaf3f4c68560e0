//! The desk: what every operation needs at hand.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use portreeve_core::ids::ServiceKey;
use portreeve_core::intake::OwnAddresses;
use portreeve_core::ledger::Ledger;
use portreeve_core::settings::Settings;
use portreeve_core::time::Timestamp;
use portreeve_i18n::english;
use portreeve_store::{ChangeCounters, Credential, Db, DeskState, StoreError};
use tokio::sync::{Notify, OnceCell};

use crate::attachment::Scanner;
use crate::bridge::Bridge;
use crate::directory::LiveDirectory;
use crate::enforce::Panel;
use crate::fraudrecord::Register;
use crate::intake::trust::SenderCheck;
use crate::intake::{AnswerTokens, MailRoom, Mailbox};
use crate::metrics::Metrics;
use crate::notice::{Letters, Mail};
use crate::payment::Cashier;
use crate::staff::Calls;
use crate::time::Clock;
use crate::token::Bearer;
use crate::webhook::Webhook;

/// How often a process looks whether another one changed something.
pub const POLL_CHANGES: Duration = Duration::from_millis(200);

/// Rows that are read at a time when the ledger is loaded.
const LEDGER_PAGE: i64 = 20_000;

/// What the configuration says to the operations.
#[derive(Debug, Clone)]
pub struct DeskConfig {
    /// Names of all directories; the first is the default.
    pub directories: Vec<String>,
    /// Whose ids the drop-in endpoint means.
    pub amp_directory: String,
    /// Where people reach the desk, without a final slash.
    pub public_url: Option<String>,
    /// Where answers by mail go; none: notices ask for none.
    pub answer_address: Option<String>,
    /// The addresses that the desk writes from and takes mail for: what goes there tells nobody.
    pub own_addresses: OwnAddresses,
    /// Mail comes in.
    pub takes_mail: bool,
    /// The operator's own mail servers, by their names in `Authentication-Results`, in lower case: what they say about
    /// who a mail is from counts.
    pub trusted_authserv: Vec<String>,
}

impl DeskConfig {
    /// Staff cannot be told at an address of the desk's own that it takes mail for: it would get its own notices.
    pub fn reads_what_goes_to(&self, address: &str) -> bool {
        self.takes_mail && self.own_addresses.have(address)
    }

    /// The directory that a bare service id means.
    pub fn default_directory(&self) -> &str {
        self.directories.first().map_or("main", String::as_str)
    }
}

/// Settings and credentials as of the last look, kept current while the desk runs.
#[derive(Debug, Default)]
pub struct Live {
    /// Desk settings.
    pub settings: Settings,
    /// Credentials that may call, by the hash of their identifier.
    pub credentials: HashMap<String, Credential>,
    /// Tokens that may call, by their hash.
    pub tokens: HashMap<String, Bearer>,
}

/// The desk.
pub struct Desk {
    /// Its data.
    pub db: Db,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// What the configuration says.
    pub config: DeskConfig,
    /// Its panels, in the order of the configuration.
    pub panels: Vec<Panel>,
    /// Outgoing mail; none: notices are written down as not sent.
    pub mail: Option<Mail>,
    /// Mailboxes that are read.
    pub mailboxes: Vec<Mailbox>,
    /// What checks who mails are from; none: nobody is authenticated by signatures.
    pub sender_check: Option<Box<dyn SenderCheck>>,
    /// Programs that are told what happens to reports.
    pub webhooks: Vec<Webhook>,
    /// Directories that are looked at by themselves.
    pub directories: Vec<LiveDirectory>,
    /// Addons of panels.
    pub bridges: Vec<Bridge>,
    /// Whoever takes customers' money, in the order of the configuration.
    pub cashiers: Vec<Cashier>,
    /// `FraudRecord`, where it is set up.
    pub fraudrecord: Option<Box<dyn Register>>,
    /// What files are scanned with; none: they are not.
    pub scanner: Option<Scanner>,
    /// Where the desk is reached, as long as the configuration does not say it: set once it listens.
    pub reached_at: OnceLock<String>,
    /// What an operator watches.
    pub metrics: Arc<Metrics>,
    /// Rung when there may be a job to do.
    pub work: Notify,
    /// Ends the reading of mails when the desk stops.
    pub stop_reading: portreeve_formats::Stop,
    /// What makes and checks tokens of answers by mail, once one was needed.
    pub(crate) answer_tokens: OnceCell<AnswerTokens>,
    /// How much mail about no report waits, as it was counted last.
    pub(crate) mail_room: Mutex<MailRoom>,
    /// How often credentials were used and it was not written down yet.
    pub(crate) calls: Mutex<Calls>,
    /// Categories that are known to be stored.
    pub(crate) known_categories: Mutex<HashSet<String>>,
    live: RwLock<Arc<Live>>,
    letters: RwLock<Arc<Letters>>,
    ledger: RwLock<Ledger>,
    /// Up to which change the ledger in memory is known to be complete.
    ledger_seen: AtomicI64,
}

/// The ways out of the desk.
#[derive(Default)]
pub struct Ways {
    /// To panels, in the order of the configuration.
    pub panels: Vec<Panel>,
    /// Outgoing mail.
    pub mail: Option<Mail>,
    /// To mailboxes that are read.
    pub mailboxes: Vec<Mailbox>,
    /// To the keys of those who sign mails.
    pub sender_check: Option<Box<dyn SenderCheck>>,
    /// To programs that are told what happens to reports.
    pub webhooks: Vec<Webhook>,
    /// To directories that are looked at by themselves.
    pub directories: Vec<LiveDirectory>,
    /// To the addons of panels.
    pub bridges: Vec<Bridge>,
    /// To whoever takes customers' money.
    pub cashiers: Vec<Cashier>,
    /// What letters to customers are written with.
    pub letters: Letters,
    /// To `FraudRecord`.
    pub fraudrecord: Option<Box<dyn Register>>,
    /// To what scans files.
    pub scanner: Option<Scanner>,
}

impl Desk {
    /// A desk on an open database. Its settings are read by [`Desk::refresh`].
    pub fn new(db: Db, clock: Arc<dyn Clock>, config: DeskConfig, ways: Ways) -> Self {
        let Ways {
            panels,
            mail,
            mailboxes,
            sender_check,
            webhooks,
            directories,
            bridges,
            cashiers,
            letters,
            fraudrecord,
            scanner,
        } = ways;
        let panel_names: Vec<&str> = panels.iter().map(|panel| panel.name.as_str()).collect();
        let webhook_names: Vec<&str> = webhooks.iter().map(|one| one.name.as_str()).collect();
        let directory_names: Vec<&str> = directories.iter().map(|one| one.name.as_str()).collect();
        let metrics =
            Arc::new(Metrics::new(db.engine(), &panel_names, &webhook_names, &directory_names));
        Self {
            db,
            clock,
            config,
            panels,
            mail,
            mailboxes,
            sender_check,
            webhooks,
            directories,
            bridges,
            cashiers,
            fraudrecord,
            scanner,
            reached_at: OnceLock::new(),
            metrics,
            work: Notify::new(),
            stop_reading: portreeve_formats::Stop::default(),
            answer_tokens: OnceCell::new(),
            mail_room: Mutex::default(),
            calls: Mutex::default(),
            known_categories: Mutex::default(),
            live: RwLock::default(),
            letters: RwLock::new(Arc::new(letters)),
            ledger: RwLock::default(),
            ledger_seen: AtomicI64::new(-1),
        }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Settings and credentials as of the last look.
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What letters to customers are written with, as of the last look.
    pub fn letters(&self) -> Arc<Letters> {
        Arc::clone(&self.letters.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the desk's own templates anew.
    pub async fn refresh_letters(&self) -> Result<(), StoreError> {
        let stored = self.db.read().await?.templates().await?;
        let own = stored.into_iter().map(|row| (row.name, row.text)).collect();
        let letters = self.letters().with_own(own);
        for fault in letters.faults() {
            tracing::warn!("a notice template is ignored: {fault}");
        }
        *self.letters.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(letters);
        Ok(())
    }

    /// Reads settings and credentials anew.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let mut tx = self.db.read().await?;
        let stored = tx.settings().await?;
        let pairs = stored.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let (settings, errors) = Settings::from_stored(pairs);
        for error in errors {
            let why = english(&error.refusal());
            tracing::warn!("a stored setting is invalid, using its default: {why}");
        }
        let mut credentials = HashMap::new();
        let mut after = 0;
        loop {
            let page = tx.credentials(after, 1_000).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for credential in page {
                if credential.revoked_at.is_none() && credential.staff_disabled_at.is_none() {
                    credentials.insert(credential.identifier_hash.clone(), credential);
                }
            }
        }
        let mut tokens = HashMap::new();
        let mut after = 0;
        loop {
            let page = tx.api_tokens(after, 1_000).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            let good = page
                .iter()
                .filter_map(|token| Some((token.token_hash.clone(), Bearer::of(token)?)));
            tokens.extend(good);
        }
        let live = Arc::new(Live { settings, credentials, tokens });
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
        Ok(())
    }

    /// Takes in the assignments that changed after the ledger's change `seq`.
    pub async fn refresh_ledger(&self, seq: i64) -> Result<(), StoreError> {
        let mut tx = self.db.read().await?;
        let mut after = 0;
        loop {
            let page = tx.assignments_changed(seq, after, LEDGER_PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            let mut ledger = self.ledger.write().unwrap_or_else(PoisonError::into_inner);
            for assignment in &page {
                ledger.put(assignment);
            }
        }
    }

    /// Brings the ledger in memory up to what is stored now, and says up to which change that is. What decides about
    /// customers asks for it: an address may have moved a moment ago.
    pub async fn ledger_of_now(&self) -> Result<i64, StoreError> {
        let now = self.db.read().await?.change_counters().await?.ledger;
        let seen = self.ledger_seen.load(Ordering::Acquire);
        if now > seen {
            self.refresh_ledger(seen).await?;
            self.ledger_seen.fetch_max(now, Ordering::AcqRel);
        }
        Ok(now)
    }

    /// The state of the desk as a whole: paused, its clock.
    pub async fn state(&self) -> Result<DeskState, StoreError> {
        self.db.read().await?.desk_state().await
    }

    /// Asks the ledger in memory.
    pub fn with_ledger<T>(&self, ask: impl FnOnce(&Ledger) -> T) -> T {
        ask(&self.ledger.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where people reach the desk, without a final slash: as configured, or where it listens. Nothing before it does.
    pub fn base_url(&self) -> Option<&str> {
        self.config.public_url.as_deref().or_else(|| self.reached_at.get().map(String::as_str))
    }

    /// The panel that serves a directory, if any.
    pub fn panel_for(&self, service: &ServiceKey) -> Option<&Panel> {
        self.panels.iter().find(|panel| panel.serves(&service.directory))
    }

    /// The directory of this name, if it is one that is looked at by itself.
    pub fn live_directory(&self, name: &str) -> Option<&LiveDirectory> {
        self.directories.iter().find(|live| live.name == name)
    }

    /// The addon in the panel of a directory, if there is one.
    pub fn bridge(&self, directory: &str) -> Option<&Bridge> {
        self.bridges.iter().find(|bridge| bridge.directory == directory)
    }

    /// Where customers of a directory pay, if anywhere.
    pub fn cashier_for(&self, directory: &str) -> Option<&Cashier> {
        self.cashiers.iter().find(|cashier| cashier.serves(directory))
    }

    /// The payment provider of this name.
    pub fn cashier(&self, name: &str) -> Option<&Cashier> {
        self.cashiers.iter().find(|cashier| cashier.name == name)
    }

    /// Keeps settings, credentials, templates and the ledger current until the task is dropped. What another
    /// process changed counts here within a second.
    pub async fn follow_changes(&self, mut seen: ChangeCounters) {
        loop {
            tokio::time::sleep(POLL_CHANGES).await;
            match self.catch_up(seen).await {
                Ok(now) => seen = now,
                Err(error) => tracing::warn!("cannot look for changes: {error}"),
            }
        }
    }

    /// Loads everything and returns the counters from which [`Desk::follow_changes`] goes on.
    pub async fn load(&self) -> Result<ChangeCounters, StoreError> {
        let counters = self.db.read().await?.change_counters().await?;
        self.refresh().await?;
        self.refresh_letters().await?;
        self.refresh_ledger(-1).await?;
        self.ledger_seen.fetch_max(counters.ledger, Ordering::AcqRel);
        Ok(counters)
    }

    async fn catch_up(&self, seen: ChangeCounters) -> Result<ChangeCounters, StoreError> {
        let now = self.db.read().await?.change_counters().await?;
        if (now.settings, now.people) != (seen.settings, seen.people) {
            self.refresh().await?;
        }
        if now.templates != seen.templates {
            self.refresh_letters().await?;
        }
        if now.ledger != seen.ledger {
            self.refresh_ledger(seen.ledger).await?;
        }
        Ok(now)
    }
}
