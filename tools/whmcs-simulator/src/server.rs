//! The simulator on a port. Connections are served by hyper itself, so that one can be closed without
//! an answer.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::seed::Seed;
use crate::world::World;
use crate::{api, control, page};

/// Largest body that is read.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// An answer, or none: then the connection is closed.
pub(crate) type Answer = Result<(StatusCode, &'static str, String), io::Error>;

/// A simulated WHMCS that listens. Ends when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    world: Arc<Mutex<World>>,
    serving: JoinHandle<()>,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Simulator {
    /// Listens on `address` (port 0: any free one) and answers from `seed`.
    pub async fn start(address: SocketAddr, seed: Seed) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let world = Arc::new(Mutex::new(World::new(seed)));
        let serving = tokio::spawn(serve(listener, Arc::clone(&world)));
        Ok(Self { address, world, serving })
    }

    /// Where it is, with a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What it knows, to look at and to change.
    pub fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }
}

pub(crate) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, world: Arc<Mutex<World>>) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else { continue };
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(Arc::clone(&world), peer, request));
            // A connection that breaks is what some faults are about.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

async fn answer(
    world: Arc<Mutex<World>>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(io::Error::other)?;
    let body = body.to_bytes();
    // A page of PHP goes on when its reader has gone, and so does this.
    let working = tokio::spawn(async move {
        match path.strip_prefix("/simulator/") {
            Some(rest) => Ok(control::answer(&world, &head.method, rest, &body)),
            None if path.ends_with("/includes/api.php") => {
                api::answer(&world, peer.ip(), &path, &body).await
            }
            None if path == "/viewinvoice.php" => Ok(page::invoice(&world, &head.method, &query)),
            None => Ok((StatusCode::NOT_FOUND, "text/html", "<h1>Not Found</h1>".to_owned())),
        }
    });
    let (status, kind, text) = working.await.map_err(io::Error::other)??;
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    Ok(response)
}
