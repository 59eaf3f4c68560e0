//! Running the desk: web, jobs, sweep, until it is told to stop.

use std::fs::File;
use std::future::IntoFuture;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::serve::ListenerExt;
use portreeve_app::time::SystemClock;
use portreeve_app::{Desk, jobs, report};
use portreeve_connect::mail::Sender;
use portreeve_web::{Web, WebConfig, router};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::{Config, Database};
use crate::wire;

/// How long requests that were taken may take to end after a stop signal.
const LAST_REQUESTS: Duration = Duration::from_secs(7);

/// How long the writer may take after the last request.
const LAST_WRITES: Duration = Duration::from_secs(2);

/// How often the clock is compared with the database server's.
const COMPARE_CLOCKS: Duration = Duration::from_secs(30);

/// A desk that runs.
pub(crate) struct Running {
    pub(crate) desk: Arc<Desk>,
    pub(crate) opener: report::Opener,
    pub(crate) address: SocketAddr,
    stop: watch::Sender<bool>,
    web: JoinHandle<()>,
    work: JoinHandle<()>,
    writer: JoinHandle<()>,
    followers: Vec<JoinHandle<()>>,
    _lock: Option<File>,
}

/// Starts the desk on a listener.
pub(crate) async fn start(config: &Config, listener: TcpListener) -> Result<Running> {
    let lock = match &config.database {
        Database::Sqlite(_) => Some(lock_data_dir(&config.data_dir)?),
        Database::Postgres(_) => None,
    };
    let (desk, clock) = wire::desk(config).await?;
    if lock.is_some() {
        // Nobody else runs jobs on this file: what the last process had claimed is free again.
        let mut tx = desk.db.write().await?;
        tx.release_leases(desk.now().as_millisecond()).await?;
        tx.commit().await?;
    }
    let counters = desk.load().await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);

    let (opener, writer) = report::opener();
    let writer = tokio::spawn(writer.run(Arc::clone(&desk)));
    let work = {
        let (desk, stopped) = (Arc::clone(&desk), stopped.clone());
        tokio::spawn(async move {
            tokio::join!(
                jobs::run(Arc::clone(&desk), stopped.clone()),
                jobs::sweep(&desk, stopped)
            );
        })
    };
    let followers = vec![
        tokio::spawn({
            let desk = Arc::clone(&desk);
            async move { desk.follow_changes(counters).await }
        }),
        tokio::spawn(compare_clocks(Arc::clone(&desk), clock)),
    ];
    let web = Web::new(
        Arc::clone(&desk),
        opener.clone(),
        WebConfig {
            public_url: config.public_url.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            max_body: config.max_body,
            abuse_address: abuse_address(config),
        },
    );
    let web = tokio::spawn(serve_web(listener, router(web), stopped));
    tracing::info!(%address, "the desk runs at http://{address}");
    Ok(Running { desk, opener, address, stop, web, work, writer, followers, _lock: lock })
}

impl Running {
    /// Accepts nothing new, ends what was taken, and closes the database.
    pub(crate) async fn stop(self) -> Result<()> {
        tracing::info!("stopping");
        let _ = self.stop.send(true);
        self.web.await.context("the web server ended badly")?;
        // The last opener goes, so the writer ends once everything is written.
        drop(self.opener);
        match tokio::time::timeout(LAST_WRITES, self.writer).await {
            Ok(ended) => ended.context("the writer ended badly")?,
            // A connection that was cut off may still hold the way in; what it had waits no more.
            Err(_) => tracing::warn!("a request that was cut off still held the writer"),
        }
        self.work.await.context("the jobs ended badly")?;
        for follower in &self.followers {
            follower.abort();
        }
        self.desk.db.close().await;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Where reports can be mailed to: the sender of our own mail.
fn abuse_address(config: &Config) -> Option<String> {
    let from = &config.mail.as_ref()?.from;
    Sender::parse(from).ok().map(|sender| sender.address())
}

async fn serve_web(
    listener: TcpListener,
    router: axum::Router,
    mut stopped: watch::Receiver<bool>,
) {
    let listener = listener.tap_io(|connection| {
        // Answers are small and waited for.
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!("cannot set TCP_NODELAY: {error}");
        }
    });
    let mut stop = stopped.clone();
    let until = async move {
        // An error means that the sender is gone: stop as well.
        drop(stop.wait_for(|stop| *stop).await);
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(until).into_future();
    let cut_off = async {
        drop(stopped.wait_for(|stop| *stop).await);
        tokio::time::sleep(LAST_REQUESTS).await;
    };
    tokio::select! {
        served = serving => {
            if let Err(error) = served {
                tracing::error!("the web server ended: {error}");
            }
        }
        () = cut_off => tracing::warn!("some requests did not end in time and were cut off"),
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
    let file = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => bail!(
            "another portreeve serves the data folder {}; for more than one process use PostgreSQL",
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
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let running = start(config, listener).await?;
    stop.wait().await;
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
