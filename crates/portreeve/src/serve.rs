//! Running the desk: web, jobs, sweep, until it is told to stop.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use portreeve_app::time::SystemClock;
use portreeve_app::{Desk, directory, intake, jobs, metrics, report, staff, work};
use portreeve_connect::mail::{LmtpListener, Sender, serve_lmtp};
use portreeve_web::{Certificates, ServerConfig, Web, WebConfig, operators_router, router};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::{Config, Database, TlsFiles};
use crate::{log, supervisor, wire};

/// How long the writer may take after the last request.
const LAST_WRITES: Duration = Duration::from_secs(2);

/// How often the files of certificate and key are looked at.
const LOOK_AT_CERTIFICATES: Duration = Duration::from_mins(1);

/// Open files that are left for the database, hooks and mail.
const OTHER_FILES: u64 = 512;

/// Connections at `server.metrics_listen`: of a few programs that watch.
const WATCHERS: u32 = 64;

/// How often the clock is compared with the database server's.
const COMPARE_CLOCKS: Duration = Duration::from_secs(30);

/// A desk that runs.
pub(crate) struct Running {
    pub(crate) desk: Arc<Desk>,
    pub(crate) opener: report::Opener,
    pub(crate) address: SocketAddr,
    stop: watch::Sender<bool>,
    web: JoinHandle<()>,
    watchers: Option<JoinHandle<()>>,
    work: JoinHandle<()>,
    writer: JoinHandle<()>,
    followers: Vec<JoinHandle<()>>,
    _lock: Option<File>,
}

/// Starts the desk on a listener.
pub(crate) async fn start(config: &Config, listener: TcpListener) -> Result<Running> {
    let certificates = certificates(config)?;
    // From here on SIGHUP does not end the process, whether there is something to read again or not.
    let hang_up = signal(SignalKind::hangup())?;
    let lock = match &config.database {
        Database::Sqlite(_) => Some(lock_data_dir(&config.data_dir)?),
        Database::Postgres(_) => None,
    };
    let lmtp = lmtp(config).await?;
    let watchers = config.metrics_listen.map(listen_for_watchers).transpose()?;
    let (desk, clock) = wire::desk(config).await?;
    if lock.is_some() {
        // Nobody else runs jobs on this file: what the last process had claimed is free again.
        let mut tx = desk.db.write().await?;
        tx.release_leases(desk.now().as_millisecond()).await?;
        tx.release_deliveries(desk.now().as_millisecond()).await?;
        tx.release_directories().await?;
        tx.release_mailboxes().await?;
        tx.commit().await?;
    }
    let counters = desk.load().await?;
    if !staff::told_nowhere(&desk.db, &desk.config).await?.is_empty() {
        tracing::warn!(
            "staff notifications go to an address that the desk receives mail for: see `portreeve config check`"
        );
    }
    let address = listener.local_addr()?;
    let scheme = if certificates.is_some() { "https" } else { "http" };
    // Links in notices lead somewhere even where nobody has said where the desk is reached.
    drop(desk.reached_at.set(format!("{scheme}://{address}")));
    let (stop, stopped) = watch::channel(false);

    let (opener, writer) = report::opener();
    let writer = tokio::spawn(writer.run(Arc::clone(&desk)));
    let work = {
        let (desk, stopped) = (Arc::clone(&desk), stopped.clone());
        let name = host_name(config);
        tokio::spawn(async move {
            tokio::join!(
                take_mail(lmtp, Arc::clone(&desk), name, stopped.clone()),
                intake::follow(&desk, stopped.clone()),
                jobs::run(Arc::clone(&desk), stopped.clone()),
                jobs::sweep(&desk, stopped.clone()),
                directory::follow(&desk, stopped.clone()),
                work::by_the_way(&desk, stopped)
            );
        })
    };
    let mut followers = vec![
        tokio::spawn({
            let desk = Arc::clone(&desk);
            async move { desk.follow_changes(counters).await }
        }),
        tokio::spawn(compare_clocks(Arc::clone(&desk), clock)),
        tokio::spawn({
            let desk = Arc::clone(&desk);
            async move { metrics::watch(&desk).await }
        }),
        tokio::spawn(log::follow()),
    ];
    let web = Arc::new(Web::new(
        Arc::clone(&desk),
        opener.clone(),
        WebConfig {
            public_url: config.public_url.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            metrics_allow: config.metrics_allow.clone(),
            max_body: config.max_body,
            tls: certificates.is_some(),
            abuse_address: abuse_address(config),
            spool: spool(config),
        },
    ));
    if let Some(certificates) = &certificates {
        followers.push(tokio::spawn(follow_certificates(Arc::clone(certificates), hang_up)));
    }
    let server = ServerConfig {
        max_connections: room_for_connections(config.max_connections),
        tls: certificates,
        metrics: Arc::clone(&desk.metrics),
    };
    let watchers = watchers.map(|listener| {
        let server = ServerConfig { max_connections: WATCHERS, tls: None, ..server.clone() };
        let router = operators_router(Arc::clone(&web));
        tokio::spawn(portreeve_web::serve(listener, router, server, stopped.clone()))
    });
    let web = tokio::spawn(portreeve_web::serve(listener, router(web), server, stopped));
    tracing::info!(%address, "the desk is running at {scheme}://{address}");
    Ok(Running { desk, opener, address, stop, web, watchers, work, writer, followers, _lock: lock })
}

impl Running {
    /// Accepts nothing new, ends what was taken, and closes the database.
    pub(crate) async fn stop(self) -> Result<()> {
        tracing::info!("stopping");
        let _ = self.stop.send(true);
        self.desk.stop_reading.now();
        self.web.await.context("the web server failed")?;
        if let Some(watchers) = self.watchers {
            watchers.await.context("the server at server.metrics_listen failed")?;
        }
        // The last opener goes, so the writer ends once everything is written.
        drop(self.opener);
        match tokio::time::timeout(LAST_WRITES, self.writer).await {
            Ok(ended) => ended.context("the writer failed")?,
            // A connection that was cut off may still hold the way in; what it had waits no more.
            Err(_) => tracing::warn!("a request that was cut off still held the writer"),
        }
        self.work.await.context("the jobs failed")?;
        for follower in &self.followers {
            follower.abort();
        }
        self.desk.db.close().await;
        log::say_what_was_left_out(Duration::ZERO);
        tracing::info!("stopped");
        Ok(())
    }
}

/// Where files are while they arrive: on the disk of the data folder, where there is one. (A folder for temporary files
/// may be in memory.)
fn spool(config: &Config) -> PathBuf {
    match wire::make_data_dir(&config.data_dir) {
        Ok(()) => config.data_dir.clone(),
        Err(error) => {
            tracing::warn!(
                "uploads are stored in the system's folder for temporary files: {error:#}"
            );
            std::env::temp_dir()
        }
    }
}

/// Listens at `server.metrics_listen`.
fn listen_for_watchers(address: SocketAddr) -> Result<TcpListener> {
    let listener = portreeve_web::listen(address);
    listener.with_context(|| format!("server.metrics_listen: cannot listen on {address}"))
}

/// Listens for the mail server, where it hands mail over.
async fn lmtp(config: &Config) -> Result<Option<LmtpListener>> {
    let Some(address) = &config.mail_in.lmtp else { return Ok(None) };
    let listener = LmtpListener::bind(address).await;
    let listener = listener.with_context(|| format!("mail.in.lmtp: cannot listen on {address}"))?;
    tracing::info!("accepting mail by LMTP at {address}");
    Ok(Some(listener))
}

async fn take_mail(
    listener: Option<LmtpListener>,
    desk: Arc<Desk>,
    name: String,
    stop: watch::Receiver<bool>,
) {
    if let Some(listener) = listener {
        serve_lmtp(listener, desk, name, stop).await;
    }
}

/// How the desk names itself to the mail server.
fn host_name(config: &Config) -> String {
    let address = config.mail_in.address.as_deref();
    let domain = address.and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain);
    domain.unwrap_or("localhost").to_owned()
}

/// Where reports can be mailed to: the sender of our own mail.
fn abuse_address(config: &Config) -> Option<String> {
    let from = &config.mail.as_ref()?.from;
    Sender::parse(from).ok().map(|sender| sender.address())
}

/// Lets this process open as many files as it may, and says for how many connections that is enough.
fn room_for_connections(wanted: u32) -> u32 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
    {
        tracing::debug!("cannot raise the limit of open files: {error}");
    }
    let Some(files) = getrlimit(Resource::Nofile).current else { return wanted };
    let room = u32::try_from(files - OTHER_FILES.min(files / 2)).unwrap_or(u32::MAX);
    if room < wanted {
        tracing::warn!(
            "the limit of {files} open files leaves room for {room} connections, not for the {wanted} of \
             server.max_connections; raise it (LimitNOFILE= in a systemd unit)"
        );
    }
    wanted.min(room)
}

/// Certificate and key as the configuration names them.
pub(crate) fn certificates(config: &Config) -> Result<Option<Arc<Certificates>>> {
    let load = |files: &TlsFiles| Certificates::load(files.cert.clone(), files.key.clone());
    let loaded = config.tls.as_ref().map(load).transpose().context("server.tls")?;
    Ok(loaded.map(Arc::new))
}

/// Takes over new certificates every minute, and at once on SIGHUP.
async fn follow_certificates(certificates: Arc<Certificates>, mut hang_up: Signal) {
    loop {
        tokio::select! {
            _ = hang_up.recv() => {}
            () = tokio::time::sleep(LOOK_AT_CERTIFICATES) => {}
        }
        match certificates.renew() {
            Ok(true) => tracing::info!("loaded a renewed certificate"),
            Ok(false) => {}
            Err(error) => tracing::error!("keeping the current certificate: {error}"),
        }
    }
}

async fn compare_clocks(desk: Arc<Desk>, clock: Arc<SystemClock>) {
    loop {
        tokio::time::sleep(COMPARE_CLOCKS).await;
        if let Err(error) = wire::follow_server_clock(&desk.db, &clock).await {
            tracing::warn!("cannot compare clocks with the database: {error}");
        }
    }
}

/// One `serve` on a data folder: two would both run its jobs.
fn lock_data_dir(data_dir: &Path) -> Result<File> {
    wire::make_data_dir(data_dir)?;
    let path = data_dir.join("serve.lock");
    let mut options = File::options();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => bail!(
            "another portreeve is already using the data folder {}; to run more than one, use PostgreSQL",
            data_dir.display()
        ),
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// Runs the desk until SIGTERM or SIGINT.
pub(crate) async fn serve(config: &Config) -> Result<()> {
    let mut stop = StopSignal::listen()?;
    let listener = portreeve_web::listen(config.listen)
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let running = start(config, listener).await?;
    supervisor::ready();
    stop.wait().await;
    supervisor::stopping();
    running.stop().await
}

/// Whether the process was asked to stop. From [`StopSignal::listen`] on a signal does not end the
/// process by itself, so whoever starts something that has to be ended in order listens before it.
pub(crate) struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    /// Begins to listen for SIGTERM and SIGINT.
    pub(crate) fn listen() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Returns when a signal came, also one from before the call.
    pub(crate) async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
