//! One call by HTTP POST: no redirects, no proxy, one connection a call. What is known of a call that failed
//! matters: whether it can have had an effect.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderName, LOCATION, RETRY_AFTER, USER_AGENT};
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use portreeve_core::reason::Finding;
use portreeve_core::text::one_line;
use portreeve_core::time::Span;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::client::TlsStream;

use super::{Endpoint, reach};
use crate::tls;

/// Characters of an answer that go on record.
const WORDS: usize = 300;

/// One call.
pub(crate) struct Call<'a> {
    /// Whereto.
    pub(crate) endpoint: &'a Endpoint,
    /// Addresses that are not on the public Internet may be called.
    pub(crate) allow_private: bool,
    /// Time limit of the whole call.
    pub(crate) timeout: Span,
    /// Bytes of the answer that are read; the rest is left.
    pub(crate) largest: usize,
    /// Beside `host` and `user-agent`.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// What is sent.
    pub(crate) body: Bytes,
}

/// A connection.
enum Way {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// How a call ended.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing was sent: it had no effect.
    NotSent(Finding),
    /// It was sent, or part of it, and no answer was seen.
    NoAnswer(Finding),
    /// There was an answer.
    Answered(Answered),
}

/// An answer.
#[derive(Debug)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, where it is a number of seconds.
    pub retry_after: Option<Span>,
    /// Where a redirect points, which is not followed.
    pub location: Option<String>,
    /// The body, up to a bound.
    pub body: Vec<u8>,
    /// The body has ended within the bound and the time.
    pub whole: bool,
}

impl Answered {
    /// Status and first words, for the record. A redirect says that it was not followed.
    pub fn found(&self) -> Finding {
        let status = self.status;
        if (300..400).contains(&status) {
            let to = one_line(self.location.as_deref().unwrap_or_default(), WORDS);
            return Finding::Redirects { status, to };
        }
        Finding::Status { status, said: self.said() }
    }

    /// The first line of the body that says something.
    pub fn said(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let first = text.lines().map(str::trim).find(|line| !line.is_empty());
        one_line(first.unwrap_or_default(), WORDS)
    }
}

impl Call<'_> {
    /// Makes the call.
    pub(crate) async fn make(self) -> Outcome {
        let until = Instant::now() + self.timeout.to_std();
        match timeout_at(until, self.connect()).await {
            Ok(Ok(Way::Plain(stream))) => self.exchange(stream, until).await,
            Ok(Ok(Way::Tls(stream))) => self.exchange(*stream, until).await,
            Ok(Err(why)) => Outcome::NotSent(why),
            Err(_) => Outcome::NotSent(Finding::NoConnection { within: self.timeout }),
        }
    }

    async fn connect(&self) -> Result<Way, Finding> {
        let stream = reach::connect(self.endpoint, self.allow_private).await?;
        if self.endpoint.is_tls() {
            let host = self.endpoint.host();
            let no_tls = |said| Finding::NoTls { host: host.to_owned(), said };
            let stream = tls::wrap(stream, host).await.map_err(no_tls)?;
            return Ok(Way::Tls(Box::new(stream)));
        }
        Ok(Way::Plain(stream))
    }

    async fn exchange(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        until: Instant,
    ) -> Outcome {
        let (mut sender, connection) = match http1::handshake(TokioIo::new(stream)).await {
            Ok(parts) => parts,
            Err(error) => return Outcome::NotSent(Finding::BrokenOff { said: error.to_string() }),
        };
        // Ends with this call, however that ends.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let (timeout, largest) = (self.timeout, self.largest);
        match timeout_at(until, sender.send_request(self.request())).await {
            Ok(Ok(response)) => Outcome::Answered(read(response, until, largest).await),
            Ok(Err(error)) => Outcome::NoAnswer(Finding::BrokenOff { said: error.to_string() }),
            Err(_) => Outcome::NoAnswer(Finding::NoAnswer { within: timeout }),
        }
    }

    fn request(self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body));
        *request.method_mut() = hyper::Method::POST;
        if let Ok(path) = self.endpoint.path_and_query().parse() {
            *request.uri_mut() = path;
        }
        let ours = [
            (HOST.as_str(), self.endpoint.authority()),
            (USER_AGENT.as_str(), concat!("portreeve/", env!("CARGO_PKG_VERSION"))),
        ];
        for (name, value) in ours.iter().chain(self.headers) {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, value.parse()) {
                request.headers_mut().insert(name, value);
            }
        }
        request
    }
}

/// Reads an answer whose head has come. The status counts, even where the body does not end.
async fn read(response: Response<Incoming>, until: Instant, largest: usize) -> Answered {
    let headers = response.headers();
    let location = headers.get(LOCATION);
    let mut answered = Answered {
        status: response.status().as_u16(),
        retry_after: retry_after(headers),
        location: location.map(|place| String::from_utf8_lossy(place.as_bytes()).into_owned()),
        body: Vec::new(),
        whole: false,
    };
    let mut body = response.into_body();
    loop {
        let frame = match timeout_at(until, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            // Its end, by its length, its last chunk or a connection that was closed in order.
            Ok(None) => {
                answered.whole = true;
                return answered;
            }
            Ok(Some(Err(_))) | Err(_) => return answered,
        };
        let Ok(data) = frame.into_data() else { continue };
        let room = largest.saturating_sub(answered.body.len());
        answered.body.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return answered;
        }
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Span> {
    let seconds: i64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    (0..=86_400 * 365).contains(&seconds).then(|| Span::from_secs(seconds))
}
