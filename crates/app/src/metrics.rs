//! What an operator watches. Each number has one name, one unit and one place where it is counted; they are
//! rendered in the text formats that Prometheus reads. Counters are counted where
//! things happen. What only the database knows is looked up by a task every few seconds, so that asking
//! for the numbers costs the same at any size of the desk and works while the database is away.

use std::time::Duration;

use portreeve_core::enforcement::{Action, Answer, Observed};
use portreeve_store::{Engine, JobKind, NextTry, StoreError};
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::desk::Desk;
use crate::notice::Sent;

mod process;

use process::Process;

/// How often the database is asked.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What waits is counted up to this number; more is shown as this.
const BOUND: i64 = 10_000;

/// Answers of the drop-in endpoint, by the code that scripts see.
const AMP_CODES: [&str; 11] = [
    "success", "AMP001", "AMP002", "AMP003", "AMP009", "AMP101", "AMP102", "AMP103", "AMP104",
    "AMP105", "AMP106",
];

const ACTIONS: [Action; 2] = [Action::Suspend, Action::Unsuspend];
const ANSWERS: [&str; 6] = ["done", "was_so", "refused", "later", "failed", "lost"];
const SENT: [&str; 4] = ["sent", "refused", "later", "given_up"];
const POSTED: [&str; 3] = ["delivered", "later", "given_up"];
const STATES: [&str; 4] = ["due", "running", "later", "dead"];

/// One label with one of a few words.
type Word = [(&'static str, &'static str); 1];
/// Two such labels.
type Words = [(&'static str, &'static str); 2];
/// Labels with names from the configuration.
type Names = Vec<(&'static str, String)>;

/// How the numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `OpenMetrics` 1.0.
    OpenMetrics,
    /// The older text format of Prometheus, 0.0.4, which everything reads.
    Classic,
}

impl Format {
    /// What goes into `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Classic => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// The numbers.
pub struct Metrics {
    registry: Registry,
    process: Process,
    amp_calls: Family<Word, Counter>,
    amp_call_seconds: Histogram,
    batch: Histogram,
    callers_waiting: Gauge,
    /// Open connections of the web server.
    pub connections: Gauge,
    /// Connections that were turned away because too many were open.
    pub connections_refused: Counter,
    notices: Family<Word, Counter>,
    orders: Family<Names, Counter>,
    panel_up: Family<Names, Gauge>,
    directory_readable: Family<Names, Gauge>,
    directory_synced: Family<Names, Gauge>,
    mailbox_readable: Family<Names, Gauge>,
    deliveries: Family<Names, Counter>,
    deliveries_waiting: Family<Names, Gauge>,
    jobs: Family<Words, Gauge>,
    job_due_since: Family<Word, Gauge>,
    mail_unread: Gauge,
    mail_unread_since: Gauge,
    reports_due: Gauge,
    reports_due_since: Gauge,
    awaiting_approval: Gauge,
    database_up: Gauge,
    paused: Gauge,
    clock_suspect: Gauge,
    heartbeat: Gauge,
    looked: Gauge,
}

impl Metrics {
    /// All numbers at zero, with every label that they can have: what has not happened yet is 0, not
    /// missing.
    pub fn new(engine: Engine, panels: &[&str], webhooks: &[&str], directories: &[&str]) -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            process: Process::default(),
            amp_calls: Family::default(),
            amp_call_seconds: Histogram::new([
                0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
            ]),
            batch: Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]),
            callers_waiting: Gauge::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            notices: Family::default(),
            orders: Family::default(),
            panel_up: Family::default(),
            directory_readable: Family::default(),
            directory_synced: Family::default(),
            mailbox_readable: Family::default(),
            deliveries: Family::default(),
            deliveries_waiting: Family::default(),
            jobs: Family::default(),
            job_due_since: Family::default(),
            mail_unread: Gauge::default(),
            mail_unread_since: Gauge::default(),
            reports_due: Gauge::default(),
            reports_due_since: Gauge::default(),
            awaiting_approval: Gauge::default(),
            database_up: Gauge::default(),
            paused: Gauge::default(),
            clock_suspect: Gauge::default(),
            heartbeat: Gauge::default(),
            looked: Gauge::default(),
        };
        metrics.begin_at_zero(panels, webhooks, directories);
        metrics.register(engine);
        metrics
    }

    fn begin_at_zero(&self, panels: &[&str], webhooks: &[&str], directories: &[&str]) {
        for code in AMP_CODES {
            drop(self.amp_calls.get_or_create(&[("code", code)]));
        }
        for outcome in SENT {
            drop(self.notices.get_or_create(&[("outcome", outcome)]));
        }
        for panel in panels {
            // Nothing is known to be wrong with it.
            self.panel_up.get_or_create(&vec![("panel", (*panel).to_owned())]).set(1);
            for (action, answer) in ACTIONS.iter().flat_map(|a| ANSWERS.map(|b| (*a, b))) {
                drop(self.orders.get_or_create(&order(panel, action, answer)));
            }
        }
        for directory in directories {
            let names = vec![("directory", (*directory).to_owned())];
            self.directory_readable.get_or_create(&names).set(1);
            drop(self.directory_synced.get_or_create(&names));
        }
        for webhook in webhooks {
            drop(self.deliveries_waiting.get_or_create(&vec![("webhook", (*webhook).to_owned())]));
            for outcome in POSTED {
                drop(self.deliveries.get_or_create(&delivery(webhook, outcome)));
            }
        }
        for &kind in JobKind::ALL {
            drop(self.job_due_since.get_or_create(&[("kind", kind.as_str())]));
            for state in STATES {
                drop(self.jobs.get_or_create(&[("kind", kind.as_str()), ("state", state)]));
            }
        }
    }

    fn register(&mut self, engine: Engine) {
        self.process.register(&mut self.registry);
        let all = self.registry.sub_registry_with_prefix("portreeve");
        let engine = match engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgresql",
        };
        let build = Info::new([("version", env!("CARGO_PKG_VERSION")), ("engine", engine)]);
        all.register("build", "Version and database engine", build);
        let calls = self.amp_calls.clone();
        all.register("amp_calls", "Calls of the drop-in endpoint by the code of the answer", calls);
        let seconds = self.amp_call_seconds.clone();
        let help = "Time from the head of a drop-in call to its answer";
        all.register_with_unit("amp_call", help, Unit::Seconds, seconds);
        let help = "Requests in one commit";
        all.register("commit_requests", help, self.batch.clone());
        let waiting = self.callers_waiting.clone();
        all.register("callers_waiting", "Calls waiting for a commit", waiting);
        all.register("connections", "Open connections of the web server", self.connections.clone());
        let help = "Connections rejected because server.max_connections were open";
        all.register("connections_refused", help, self.connections_refused.clone());
        all.register("notices", "Attempts to send a notice, by outcome", self.notices.clone());
        let help = "Orders to panels, by answer";
        all.register("orders", help, self.orders.clone());
        let help = "1 if the panel answered last time, or was not asked yet";
        all.register("panel_up", help, self.panel_up.clone());
        let help = "1 if the last sync of the directory succeeded, or there was none yet";
        all.register("directory_readable", help, self.directory_readable.clone());
        let help = "Start of the last full sync of the directory, Unix time; 0: never";
        all.register_with_unit(
            "directory_synced",
            help,
            Unit::Seconds,
            self.directory_synced.clone(),
        );
        let help = "1 if the last look into the mailbox or folder succeeded, or there was none yet";
        all.register("mailbox_readable", help, self.mailbox_readable.clone());
        let help = "Attempts to deliver a message to a webhook, by outcome";
        all.register("webhook_tries", help, self.deliveries.clone());
        let waiting = self.deliveries_waiting.clone();
        all.register("webhook_waiting", "Waiting messages to a webhook", waiting);
        let help = "Background jobs that are not done; 10000 means 10000 or more";
        all.register("jobs", help, self.jobs.clone());
        let help = "When the oldest due job became due, Unix time; 0: none";
        all.register_with_unit("job_due_since", help, Unit::Seconds, self.job_due_since.clone());
        let help = "Unread incoming mails; 10000 means 10000 or more";
        all.register("mail_unread", help, self.mail_unread.clone());
        let help = "When the oldest unread mail was received, Unix time; 0: none";
        let since = self.mail_unread_since.clone();
        all.register_with_unit("mail_unread_since", help, Unit::Seconds, since);
        let help = "Reports whose reminder or deadline is due but not carried out";
        all.register("reports_due", help, self.reports_due.clone());
        let help = "When the oldest of them became due, Unix time; 0: none";
        all.register_with_unit(
            "reports_due_since",
            help,
            Unit::Seconds,
            self.reports_due_since.clone(),
        );
        let help = "Automatic suspensions held for approval";
        all.register("suspensions_awaiting_approval", help, self.awaiting_approval.clone());
        let help = "1 if the database answered last time";
        all.register("database_up", help, self.database_up.clone());
        let help = "1 while automatic orders are paused by staff";
        all.register("paused", help, self.paused.clone());
        let help = "1 while the clock is not trusted and automatic suspensions wait for `resume`";
        all.register("clock_suspect", help, self.clock_suspect.clone());
        let help = "Last heartbeat of the sweep, Unix time";
        all.register_with_unit("heartbeat", help, Unit::Seconds, self.heartbeat.clone());
        let help = "When these values were last read from the database, Unix time";
        all.register_with_unit("looked", help, Unit::Seconds, self.looked.clone());
    }

    /// All numbers as text.
    pub fn render(&self, format: Format) -> String {
        self.process.look();
        let mut page = String::new();
        // Writing to a string does not fail.
        if text::encode(&mut page, &self.registry).is_err() {
            tracing::error!("the metrics cannot be rendered");
        }
        match format {
            Format::OpenMetrics => page,
            Format::Classic => classic(&page),
        }
    }

    /// A drop-in call was answered with this code after so long.
    pub fn answered_amp_call(&self, code: &'static str, took: Duration) {
        self.amp_calls.get_or_create(&[("code", code)]).inc();
        self.amp_call_seconds.observe(took.as_secs_f64());
    }

    /// So many callers wait for one transaction from here on.
    pub(crate) fn begins_to_store(&self, requests: usize) {
        self.batch.observe(f64::from(u32::try_from(requests).unwrap_or(u32::MAX)));
        self.callers_waiting.inc_by(i64::try_from(requests).unwrap_or_default());
    }

    /// These callers have their answer.
    pub(crate) fn has_stored(&self, requests: usize) {
        self.callers_waiting.dec_by(i64::try_from(requests).unwrap_or_default());
    }

    /// Whether anybody waits for a report to be stored: they go before mails.
    pub(crate) fn callers_wait(&self) -> bool {
        self.callers_waiting.get() > 0
    }

    /// A try to send a notice ended.
    pub(crate) fn tried_notice(&self, sent: &Sent, given_up: bool) {
        let outcome = match sent {
            Sent::Nobody | Sent::Gathered { .. } => return,
            Sent::Taken(_) => "sent",
            Sent::Refused(..) => "refused",
            Sent::Later(..) if given_up => "given_up",
            Sent::Later(..) => "later",
        };
        self.notices.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// A panel answered an order, or did not.
    pub(crate) fn ordered(&self, panel: &str, action: Action, answer: &Answer) {
        let answer = match answer {
            Answer::Done => "done",
            Answer::WasSo => "was_so",
            Answer::Refused(_) => "refused",
            Answer::Later(_) => "later",
            Answer::Failed(_) => "failed",
            Answer::Lost => "lost",
        };
        self.orders.get_or_create(&order(panel, action, answer)).inc();
        let up = i64::from(answer != "lost");
        self.panel_up.get_or_create(&vec![("panel", panel.to_owned())]).set(up);
    }

    /// A panel was asked for the state of a service.
    pub(crate) fn looked_at_panel(&self, panel: &str, seen: &Observed) {
        let up = i64::from(!matches!(seen, Observed::Unknown { .. }));
        self.panel_up.get_or_create(&vec![("panel", panel.to_owned())]).set(up);
    }

    /// A try to deliver a message ended.
    pub(crate) fn tried_delivery(&self, webhook: &str, next: NextTry) {
        let outcome = match next {
            NextTry::Delivered => "delivered",
            NextTry::At(_) => "later",
            NextTry::GivenUp => "given_up",
        };
        self.deliveries.get_or_create(&delivery(webhook, outcome)).inc();
    }

    /// Looks up what only the database knows.
    async fn look(&self, desk: &Desk) -> Result<(), StoreError> {
        let now = desk.now().as_millisecond();
        let mut tx = desk.db.read().await?;
        for &kind in JobKind::ALL {
            let backlog = tx.job_backlog(kind, now, BOUND).await?;
            let numbers = [backlog.due, backlog.running, backlog.later, backlog.dead];
            let kind = kind.as_str();
            for (state, number) in STATES.into_iter().zip(numbers) {
                self.jobs.get_or_create(&[("kind", kind), ("state", state)]).set(number);
            }
            self.job_due_since.get_or_create(&[("kind", kind)]).set(unix(backlog.due_since));
        }
        let waiting = tx.delivery_backlog(BOUND).await?;
        for webhook in &desk.webhooks {
            let number = waiting.iter().find(|one| one.webhook == webhook.name);
            self.deliveries_waiting
                .get_or_create(&vec![("webhook", webhook.name.clone())])
                .set(number.map_or(0, |one| one.waiting));
        }
        for state in tx.directory_states().await? {
            if desk.live_directory(&state.name).is_some() {
                let names = vec![("directory", state.name)];
                let readable = i64::from(state.trouble.is_none());
                self.directory_readable.get_or_create(&names).set(readable);
                self.directory_synced.get_or_create(&names).set(unix(state.synced_at));
            }
        }
        let known = tx.mailboxes().await?;
        for mailbox in &desk.mailboxes {
            let state = known.iter().find(|state| state.name == mailbox.name);
            let readable = i64::from(state.is_none_or(|state| state.trouble.is_none()));
            let names = vec![("mailbox", mailbox.name.clone())];
            self.mailbox_readable.get_or_create(&names).set(readable);
        }
        let unread = tx.unread_mails(BOUND).await?;
        self.mail_unread.set(unread.count);
        self.mail_unread_since.set(unix(unread.since));
        let reports = tx.report_backlog(now, BOUND).await?;
        self.reports_due.set(reports.due);
        self.reports_due_since.set(unix(reports.due_since));
        self.awaiting_approval.set(reports.awaiting_approval);
        let state = tx.desk_state().await?;
        self.paused.set(i64::from(state.paused_at.is_some()));
        self.clock_suspect.set(i64::from(state.clock_suspect.is_some()));
        self.heartbeat.set(unix(state.heartbeat_at));
        self.looked.set(now / 1_000);
        Ok(())
    }
}

/// Looks at the database every few seconds until the task is dropped.
pub async fn watch(desk: &Desk) {
    loop {
        // A database that does not answer must not make the last numbers look fresh.
        let looked = tokio::time::timeout(LOOK_EVERY, desk.metrics.look(desk)).await;
        desk.metrics.database_up.set(i64::from(matches!(looked, Ok(Ok(())))));
        match looked {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("cannot read the values of /metrics: {error}"),
            Err(_) => tracing::warn!("the database took too long for the values of /metrics"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The same in the older format: it has no units, no end mark and no type `info`, and names a counter with its
/// `_total`.
fn classic(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    let mut help = "";
    for line in page.lines() {
        if line.starts_with("# UNIT ") || line == "# EOF" {
            continue;
        }
        if line.starts_with("# HELP ") {
            help = line;
            continue;
        }
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|l| l.split_once(' ')) {
            let (end, kind) = match kind {
                "counter" => ("_total", kind),
                "info" => ("_info", "gauge"),
                kind => ("", kind),
            };
            let words = help.splitn(4, ' ').nth(3).unwrap_or_default();
            text += &format!("# HELP {name}{end} {words}\n# TYPE {name}{end} {kind}\n");
        } else {
            text += line;
            text.push('\n');
        }
    }
    text
}

fn unix(millis: Option<i64>) -> i64 {
    millis.map_or(0, |millis| millis / 1_000)
}

fn order(panel: &str, action: Action, answer: &str) -> Names {
    vec![
        ("panel", panel.to_owned()),
        ("action", action.as_str().to_owned()),
        ("answer", answer.to_owned()),
    ]
}

fn delivery(webhook: &str, outcome: &str) -> Names {
    vec![("webhook", webhook.to_owned()), ("outcome", outcome.to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_format_names_counters_in_full_and_has_no_units() {
        let page = "# HELP a_b Some words.\n# TYPE a_b counter\n# UNIT a_b seconds\na_b_total 1\n\
                    # HELP c About.\n# TYPE c info\nc_info{v=\"1\"} 1\n# EOF\n";
        let expected = "# HELP a_b_total Some words.\n# TYPE a_b_total counter\na_b_total 1\n\
                        # HELP c_info About.\n# TYPE c_info gauge\nc_info{v=\"1\"} 1\n";
        assert_eq!(classic(page), expected);
    }
}
