//! One mail server, and the connections to it that are kept.
//!
//! The conversation is lettre's. The sockets are ours, because they have to send without delay
//! (`TCP_NODELAY`): the end of a mail is a small packet of its own, which would otherwise wait for the
//! acknowledgement of the one before, and many servers hold that back for 40 ms.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::{ClientId, Extension};
use portreeve_app::notice::{Envelope, MailError, Mailer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::{Sender, build};
use crate::tls;

/// Conversations with the mail server at a time.
const CONNECTIONS: usize = 4;

/// How long it may take until the server listens to us.
const GREETING: Duration = Duration::from_secs(30);

/// How long a server may take over one mail. Long, because a mail whose end it acknowledges too late for us
/// is sent a second time (RFC 5321, 4.5.3.2.6).
const ONE_MAIL: Duration = Duration::from_mins(2);

/// A connection that rested longer is asked whether it still is one.
const FRESH: Duration = Duration::from_secs(1);

/// A connection that rested longer is closed.
const REST: Duration = Duration::from_secs(20);

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Not at all: for a server on the same machine.
    None,
    /// STARTTLS where the server offers it.
    Opportunistic,
    /// STARTTLS, or no mail.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// TLS.
    pub protection: Protection,
    /// User and password.
    pub login: Option<(String, String)>,
}

/// Sends by SMTP.
pub struct Smtp {
    from: Mailbox,
    server: SmtpServer,
    starttls: TlsParameters,
    places: Semaphore,
    kept: Arc<Kept>,
}

/// A connection that rests, and since when.
type Resting = (AsyncSmtpConnection, Instant);

/// Connections that rest between two mails.
#[derive(Default)]
struct Kept {
    resting: Mutex<Vec<Resting>>,
    watched: AtomicBool,
}

impl Smtp {
    /// A way to a mail server. Connects when the first mail goes out.
    pub fn new(from: Sender, server: SmtpServer) -> Result<Self, String> {
        let starttls = TlsParameters::new(server.host.clone())
            .map_err(|error| format!("TLS to {}: {error}", server.host))?;
        let places = Semaphore::new(CONNECTIONS);
        Ok(Self { from: from.0, server, starttls, places, kept: Arc::default() })
    }

    async fn deliver(&self, message: &Message) -> Result<(), MailError> {
        // The places are never closed.
        let _place = self.places.acquire().await.ok();
        let mut connection = match self.kept.take().await {
            Some(connection) => connection,
            None => limited(GREETING, self.connect()).await?,
        };
        if let Some(address) = not_taken_here(&connection, message) {
            self.kept.keep(connection);
            return Err(MailError::Refused(format!(
                "the mail server takes no address like {address}: it has no SMTPUTF8 (RFC 6531)"
            )));
        }
        let bytes = message.formatted();
        let sent = async {
            let sent = connection.send(message.envelope(), &bytes).await;
            sent.map_err(|error| judge(&error))
        };
        limited(ONE_MAIL, sent).await?;
        self.kept.keep(connection);
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let SmtpServer { host, port, .. } = &self.server;
        let no_way = |why: String| later(format!("cannot reach the mail server {host}: {why}"));
        let stream = TcpStream::connect((host.as_str(), *port)).await;
        let stream = stream.and_then(|stream| stream.set_nodelay(true).map(|()| stream));
        let stream = stream.map_err(|error| no_way(error.to_string()))?;
        let stream: Box<dyn AsyncTokioStream> = if self.server.protection == Protection::Implicit {
            Box::new(Encrypted(tls::wrap(stream, host).await.map_err(no_way)?))
        } else {
            Box::new(stream)
        };
        let us = ClientId::default();
        let greeted = AsyncSmtpConnection::connect_with_transport(stream, &us).await;
        let mut connection = greeted.map_err(|error| unfinished(&error))?;
        let upgrade = match self.server.protection {
            Protection::None | Protection::Implicit => false,
            Protection::Opportunistic => connection.can_starttls(),
            // Fails where the server does not offer it.
            Protection::StartTls => true,
        };
        if upgrade {
            connection.starttls(self.starttls.clone(), &us).await.map_err(|e| unfinished(&e))?;
        }
        if let Some((user, password)) = &self.server.login {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection
                .auth(DEFAULT_MECHANISMS, &credentials)
                .await
                .map_err(|error| unfinished(&error))?;
        }
        Ok(connection)
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, envelope: &Envelope) -> Result<(), MailError> {
        let message = build(&self.from, envelope)?;
        self.deliver(&message).await
    }
}

impl Kept {
    /// A connection that still is one.
    async fn take(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let (mut connection, since) = self.all().pop()?;
            let rested = since.elapsed();
            if rested < FRESH {
                return Some(connection);
            }
            let alive = timeout(GREETING, connection.test_connected()).await;
            if rested < REST && alive.is_ok_and(|alive| alive) {
                return Some(connection);
            }
        }
    }

    fn keep(self: &Arc<Self>, connection: AsyncSmtpConnection) {
        self.all().push((connection, Instant::now()));
        if !self.watched.swap(true, Ordering::AcqRel) {
            tokio::spawn(watch(Arc::clone(self)));
        }
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<Resting>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says goodbye on connections that rested for long, until none is left.
async fn watch(kept: Arc<Kept>) {
    loop {
        tokio::time::sleep(REST).await;
        let tired: Vec<_> = kept.all().extract_if(.., |(_, at)| at.elapsed() >= REST).collect();
        for (mut connection, _) in tired {
            if timeout(GREETING, connection.quit()).await.is_err() {
                tracing::debug!("the mail server did not answer a goodbye");
            }
        }
        // Announced before the look, so that whoever keeps one after the look starts another watch.
        kept.watched.store(false, Ordering::Release);
        if kept.all().is_empty() || kept.watched.swap(true, Ordering::AcqRel) {
            return;
        }
    }
}

async fn limited<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, MailError>>,
) -> Result<T, MailError> {
    timeout(limit, work).await.unwrap_or_else(|_| {
        Err(later(format!("the mail server took longer than {} s", limit.as_secs())))
    })
}

fn later(why: String) -> MailError {
    MailError::Later(why)
}

/// The addressee whose name before the `@` has letters that this server does not take. It does not learn to take them,
/// so that trying again would only keep from everybody that nobody was told.
fn not_taken_here(connection: &AsyncSmtpConnection, message: &Message) -> Option<String> {
    if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
        return None;
    }
    let odd = message.envelope().to().iter().find(|to| !AsRef::<str>::as_ref(to).is_ascii());
    odd.map(ToString::to_string)
}

/// What a failed conversation means for this mail.
fn judge(error: &Error) -> MailError {
    if error.is_permanent() && !is_about_login(error) {
        MailError::Refused(format!("the mail server refused it: {error}"))
    } else {
        unfinished(error)
    }
}

/// Nothing that is the mail's fault: it can be mended, and then the mail goes out.
fn unfinished(error: &Error) -> MailError {
    later(format!("the mail server did not take it: {error}"))
}

/// "Log in first" is the desk's fault, not the addressee's.
fn is_about_login(error: &Error) -> bool {
    error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538))
}

/// A connection that speaks TLS from its first byte.
#[derive(Debug)]
struct Encrypted(TlsStream<TcpStream>);

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
