//! One connection, from its handshake to its end.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, header};
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tower_service::Service;

use super::pace::{Pace, Paced};
use super::{LAST_REQUESTS, Shared, uri};

/// For a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How often a connection's pace is looked at. One timer for the whole connection costs a busy one nothing,
/// where a timer for each request would.
const LOOK: Duration = Duration::from_secs(5);

/// Over TLS browsers come back by TLS alone, for a year.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

pub(super) struct Connection {
    shared: Arc<Shared>,
    peer: SocketAddr,
    stopped: watch::Receiver<bool>,
}

impl Connection {
    pub(super) fn new(
        shared: Arc<Shared>,
        peer: SocketAddr,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self { shared, peer, stopped }
    }

    pub(super) async fn serve(mut self, stream: TcpStream) {
        let Some(certificates) = &self.shared.config.tls else {
            return self.speak(stream).await;
        };
        let handshake = timeout(HANDSHAKE, certificates.acceptor().accept(stream));
        let shaken = tokio::select! {
            shaken = handshake => shaken,
            _ = self.stopped.wait_for(|stop| *stop) => return,
        };
        match shaken {
            // Boxed, so that a plain connection does not keep room for a TLS one.
            Ok(Ok(stream)) => Box::pin(self.speak(stream)).await,
            Ok(Err(error)) => tracing::debug!("no TLS handshake: {error}"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn speak<S: AsyncRead + AsyncWrite + Unpin>(mut self, stream: S) {
        let pace = Arc::new(Pace::new());
        let io = TokioIo::new(Paced { stream, pace: Arc::clone(&pace) });
        let (router, peer) = (&self.shared.router, self.peer);
        let over_tls = self.shared.config.tls.is_some();
        let service = {
            let pace = Arc::clone(&pace);
            service_fn(move |request| answer(router, peer, over_tls, Arc::clone(&pace), request))
        };
        let mut connection = pin!(self.shared.http.serve_connection(io, service));
        let mut look = pin!(sleep(LOOK));
        {
            let mut stop = pin!(self.stopped.wait_for(|stop| *stop).map(drop));
            loop {
                tokio::select! {
                    biased;
                    ended = connection.as_mut() => {
                        if let Err(error) = ended {
                            tracing::debug!("a connection ended badly: {error}");
                        }
                        return;
                    }
                    () = look.as_mut() => {
                        if let Some(what) = pace.too_slow() {
                            tracing::debug!(what, "a connection was too slow and is cut off");
                            return;
                        }
                        look.as_mut().reset(Instant::now() + LOOK);
                    }
                    () = stop.as_mut() => break,
                }
            }
        }
        // Closes it at once when it waits for a request, else after its answer.
        connection.as_mut().graceful_shutdown();
        if timeout(LAST_REQUESTS, connection).await.is_err() {
            self.shared.cut_off.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Hands a request to its route, and keeps the pace.
fn answer(
    router: &Router,
    peer: SocketAddr,
    over_tls: bool,
    pace: Arc<Pace>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<axum::response::Response, std::convert::Infallible>> + use<> {
    pace.request();
    let mut request = request.map(Body::new);
    if let Some(storable) = uri::storable(request.uri()) {
        *request.uri_mut() = storable;
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    router.clone().call(request).map(move |answered| {
        pace.answer();
        answered.map(|mut response| {
            if over_tls {
                response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
            }
            response
        })
    })
}
