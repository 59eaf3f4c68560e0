//! Connections: taking them in, how many, how long each may take, and ending them in order.
//!
//! Everything that a stranger can make us keep has a bound here: the number of connections, the buffers
//! of each, and the time for a TLS handshake, for a head, between two requests and for an answer.

mod connection;
mod pace;
mod refusal;
mod tls;
mod uri;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use hyper::server::conn::http1;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};

use portreeve_app::metrics::Metrics;

use connection::Connection;
use refusal::Refusals;
pub use tls::{Certificates, TlsError};

/// Connections that the kernel completes for us while we do not get to take them.
const BACKLOG: u32 = 4096;

/// How long requests that were taken may take to end after a stop signal.
const LAST_REQUESTS: Duration = Duration::from_secs(7);

/// How long nothing is accepted after an error such as "too many open files". Connections that end
/// meanwhile make room; without a pause the loop would spin, because what waits goes on waiting.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// How often such an error is written to the log at most.
const LOG_ERRORS_EVERY: Duration = Duration::from_secs(10);

/// The largest head of a request, and the most that is read ahead of a body, on one connection.
const BUFFER: usize = 16 * 1024;

/// How connections are served.
#[derive(Clone)]
pub struct ServerConfig {
    /// Connections at one time; whoever comes beyond them is told to come again.
    pub max_connections: u32,
    /// TLS in this process; none: plain HTTP.
    pub tls: Option<Arc<Certificates>>,
    /// Where connections are counted.
    pub metrics: Arc<Metrics>,
}

/// What all connections share.
struct Shared {
    router: Router,
    http: http1::Builder,
    config: ServerConfig,
    /// Connections that did not end in time after a stop signal.
    cut_off: AtomicUsize,
}

/// Listens on an address, with room for many that come at once.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart must not wait until the connections of the last run are forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until told to stop. Then nothing new is taken, connections without a request are closed at
/// once, and what was taken gets a few seconds to end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    config: ServerConfig,
    mut stopped: watch::Receiver<bool>,
) {
    let max_connections = config.max_connections;
    let open = Arc::new(Semaphore::new(usize::try_from(max_connections).unwrap_or(usize::MAX)));
    let shared = Arc::new(Shared {
        // Gives every route its state now instead of at each request.
        router: router.with_state(()),
        http: http(),
        config,
        cut_off: AtomicUsize::new(0),
    });
    let taking = take_in(&listener, &shared, &open, stopped.clone());
    tokio::select! {
        never = taking => match never {},
        // An error means that the sender is gone: stop as well.
        stop = stopped.wait_for(|stop| *stop) => drop(stop),
    }
    drop(listener);
    // Every connection ends itself in time, so this comes to an end.
    drop(open.acquire_many(max_connections).await);
    let cut_off = shared.cut_off.load(Ordering::Relaxed);
    if cut_off > 0 {
        tracing::warn!(
            "{cut_off} connections with an open request did not finish in time and were closed"
        );
    }
}

/// HTTP/1.1 as we speak it. Times are kept by `pace`, because hyper counts the idle time between two
/// requests as part of the head of the next.
fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.header_read_timeout(None).max_buf_size(BUFFER);
    http
}

async fn take_in(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    open: &Arc<Semaphore>,
    stopped: watch::Receiver<bool>,
) -> std::convert::Infallible {
    let refusals = Refusals::new();
    let metrics = &shared.config.metrics;
    let mut troubles = Troubles::default();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                troubles.wait_out(&error).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(open).try_acquire_owned() else {
            troubles.full(shared.config.max_connections);
            metrics.connections_refused.inc();
            // Speaking TLS to say no would cost more than to serve.
            if shared.config.tls.is_none() {
                refusals.refuse(stream);
            }
            continue;
        };
        without_delay(&stream);
        let connection = Connection::new(Arc::clone(shared), peer, stopped.clone());
        let counted = Counted::new(metrics);
        tokio::spawn(async move {
            connection.serve(stream).await;
            drop((counted, place));
        });
    }
}

/// An open connection among the numbers.
struct Counted(Arc<Metrics>);

impl Counted {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.connections.inc();
        Self(Arc::clone(metrics))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.connections.dec();
    }
}

fn without_delay(stream: &TcpStream) {
    // Answers are small and waited for.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("cannot set TCP_NODELAY: {error}");
    }
}

/// What goes wrong while connections are taken in, said once in a while.
#[derive(Default)]
struct Troubles {
    said: Option<Instant>,
}

impl Troubles {
    /// Waits a little where trying again at once would fail again.
    async fn wait_out(&mut self, error: &std::io::Error) {
        // The caller has hung up before its turn: its affair.
        let by_caller = [
            ErrorKind::ConnectionAborted,
            ErrorKind::ConnectionReset,
            ErrorKind::ConnectionRefused,
            ErrorKind::Interrupted,
        ];
        if by_caller.contains(&error.kind()) {
            return;
        }
        if self.may_say() {
            tracing::error!("cannot accept connections at the moment: {error}");
        }
        tokio::time::sleep(PAUSE_AFTER_ERROR).await;
    }

    fn full(&mut self, max_connections: u32) {
        if self.may_say() {
            tracing::warn!(
                "all {max_connections} connections (server.max_connections) are in use; \
                         further clients get a 503"
            );
        }
    }

    fn may_say(&mut self) -> bool {
        let may = self.said.is_none_or(|said| said.elapsed() >= LOG_ERRORS_EVERY);
        if may {
            self.said = Some(Instant::now());
        }
        may
    }
}
