//! One signed post. What is known of a call that failed matters: whether it can have had an effect.

use std::time::SystemTime;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, LOCATION, RETRY_AFTER, USER_AGENT};
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use portreeve_core::text::one_line;
use portreeve_core::time::Span;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::client::TlsStream;

use super::{Endpoint, Secrets, reach};
use crate::tls;

/// Bytes of an answer that are read; the rest is left.
const ANSWER: usize = 64 * 1024;

/// Characters of an answer that go on record.
const WORDS: usize = 300;

/// A way to post to one endpoint: no redirects, no proxy, one connection a call.
#[derive(Debug, Clone)]
pub struct Poster {
    /// Whereto.
    pub endpoint: Endpoint,
    /// What it is signed with.
    pub secrets: Secrets,
    /// Time limit of a whole call.
    pub timeout: Span,
    /// Addresses that are not on the public Internet may be called.
    pub allow_private: bool,
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
    NotSent(String),
    /// It was sent, or part of it, and no answer was seen.
    NoAnswer(String),
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
    pub fn words(&self) -> String {
        if (300..400).contains(&self.status) {
            let place = self.location.as_deref().unwrap_or("elsewhere");
            let place = one_line(place, WORDS);
            return format!("status {}: redirects (to {place}) are not followed", self.status);
        }
        let said = self.said();
        if said.is_empty() {
            format!("status {}", self.status)
        } else {
            format!("status {}: {said}", self.status)
        }
    }

    /// The first line of the body that says something.
    pub fn said(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let first = text.lines().map(str::trim).find(|line| !line.is_empty());
        one_line(first.unwrap_or_default(), WORDS)
    }
}

impl Poster {
    /// Posts JSON under a message id.
    pub async fn post(&self, id: &str, body: &str) -> Outcome {
        let until = Instant::now() + self.timeout.to_std();
        match timeout_at(until, self.connect()).await {
            Ok(Ok(Way::Plain(stream))) => self.exchange(stream, id, body, until).await,
            Ok(Ok(Way::Tls(stream))) => self.exchange(*stream, id, body, until).await,
            Ok(Err(why)) => Outcome::NotSent(why),
            Err(_) => Outcome::NotSent(format!("no connection within {}", self.timeout)),
        }
    }

    async fn connect(&self) -> Result<Way, String> {
        let stream = reach::connect(&self.endpoint, self.allow_private).await?;
        if self.endpoint.tls() {
            let stream = tls::wrap(stream, self.endpoint.host()).await?;
            return Ok(Way::Tls(Box::new(stream)));
        }
        Ok(Way::Plain(stream))
    }

    async fn exchange(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        id: &str,
        body: &str,
        until: Instant,
    ) -> Outcome {
        let (mut sender, connection) = match http1::handshake(TokioIo::new(stream)).await {
            Ok(parts) => parts,
            Err(error) => return Outcome::NotSent(error.to_string()),
        };
        // Ends with this call, however that ends.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        match timeout_at(until, sender.send_request(self.request(id, body))).await {
            Ok(Ok(response)) => Outcome::Answered(read(response, until).await),
            Ok(Err(error)) => Outcome::NoAnswer(format!("the connection broke: {error}")),
            Err(_) => Outcome::NoAnswer(format!("no answer within {}", self.timeout)),
        }
    }

    fn request(&self, id: &str, body: &str) -> Request<Full<Bytes>> {
        let timestamp = unix_seconds();
        let signature = self.secrets.sign(id, timestamp, body.as_bytes());
        let mut request = Request::new(Full::new(Bytes::copy_from_slice(body.as_bytes())));
        *request.method_mut() = hyper::Method::POST;
        if let Ok(path) = self.endpoint.path_and_query().parse() {
            *request.uri_mut() = path;
        }
        let headers = [
            (HOST.as_str(), self.endpoint.authority()),
            (CONTENT_TYPE.as_str(), "application/json"),
            (USER_AGENT.as_str(), concat!("portreeve/", env!("CARGO_PKG_VERSION"))),
            ("webhook-id", id),
            ("webhook-timestamp", &timestamp.to_string()),
            ("webhook-signature", &signature),
        ];
        for (name, value) in headers {
            let name = hyper::header::HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, value.parse()) {
                request.headers_mut().insert(name, value);
            }
        }
        request
    }
}

/// Reads an answer whose head has come. The status counts, even where the body does not end.
async fn read(response: Response<Incoming>, until: Instant) -> Answered {
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
    while let Ok(Some(Ok(frame))) = timeout_at(until, body.frame()).await {
        let Ok(data) = frame.into_data() else { continue };
        let room = ANSWER.saturating_sub(answered.body.len());
        answered.body.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return answered;
        }
    }
    answered.whole = body.is_end_stream();
    answered
}

fn retry_after(headers: &HeaderMap) -> Option<Span> {
    let seconds: i64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    (0..=86_400 * 365).contains(&seconds).then(|| Span::from_secs(seconds))
}

fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A server that answers one call with these bytes, or goes away, and a way to it.
    async fn server(answer: Option<Vec<u8>>) -> (Poster, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let port = listener.local_addr().expect("bound").port();
        let seen = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a call");
            let mut seen = Vec::new();
            while !seen.ends_with(b"{}") {
                let mut part = [0; 1024];
                let count = stream.read(&mut part).await.expect("read");
                seen.extend_from_slice(&part[..count]);
            }
            if let Some(answer) = answer {
                drop(stream.write_all(&answer).await);
            }
            String::from_utf8(seen).expect("text")
        });
        (poster(&format!("http://127.0.0.1:{port}/hook?a=b")), seen)
    }

    fn poster(url: &str) -> Poster {
        Poster {
            endpoint: Endpoint::parse(url).expect("good"),
            secrets: Secrets::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("good"),
            timeout: Span::from_millis(1_500),
            allow_private: true,
        }
    }

    async fn answer_to(answer: &str) -> Answered {
        let (poster, _) = server(Some(answer.as_bytes().to_vec())).await;
        match poster.post("msg_1", "{}").await {
            Outcome::Answered(answered) => answered,
            other => panic!("no answer: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_call_is_signed_and_its_answer_read() {
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfine\n";
        let (poster, seen) = server(Some(ok.as_bytes().to_vec())).await;
        let Outcome::Answered(answered) = poster.post("msg_1", "{}").await else {
            panic!("no answer");
        };
        assert_eq!((answered.status, answered.whole), (200, true));
        assert_eq!(answered.words(), "status 200: fine");
        let seen = seen.await.expect("seen").to_lowercase();
        assert!(seen.starts_with("post /hook?a=b http/1.1\r\n"), "{seen}");
        for header in ["host: 127.0.0.1:", "webhook-id: msg_1", "webhook-signature: v1,"] {
            assert!(seen.contains(&format!("\r\n{header}")), "{seen}");
        }
        assert!(seen.contains("\r\ncontent-length: 2\r\n"), "{seen}");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed_and_says_so() {
        let moved = "HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\n\r\n";
        let answered = answer_to(moved).await;
        assert!(answered.words().contains("not followed"), "{}", answered.words());
    }

    #[tokio::test]
    async fn when_to_come_again_is_read() {
        let busy = "HTTP/1.1 503 Busy\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(answer_to(busy).await.retry_after, Some(Span::from_secs(120)));
        let dated = busy.replace("120", "Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(answer_to(&dated).await.retry_after, None);
    }

    #[tokio::test]
    async fn a_long_answer_is_cut_and_its_status_counts() {
        let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(200_000));
        let answered = answer_to(&long).await;
        assert_eq!((answered.status, answered.body.len(), answered.whole), (200, ANSWER, false));
        let endless = "HTTP/1.1 208 OK\r\ncontent-length: 9\r\n\r\nhalf";
        let answered = answer_to(endless).await;
        assert_eq!((answered.status, answered.whole), (208, false));
    }

    #[tokio::test]
    async fn what_is_known_of_a_failure_is_told_apart() {
        let (gone, _) = server(None).await;
        assert!(matches!(gone.post("msg_1", "{}").await, Outcome::NoAnswer(_)));
        let nobody = poster("http://127.0.0.1:1/");
        assert!(matches!(nobody.post("msg_1", "{}").await, Outcome::NotSent(_)));
        let private = Poster { allow_private: false, ..nobody };
        assert!(matches!(private.post("msg_1", "{}").await, Outcome::NotSent(_)));
        let nowhere = poster("http://nothing.invalid/");
        assert!(matches!(nowhere.post("msg_1", "{}").await, Outcome::NotSent(_)));
        // A server that takes the connection and says nothing has the call.
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let silent = poster(&format!("http://{}/", listener.local_addr().expect("bound")));
        assert!(matches!(silent.post("msg_1", "{}").await, Outcome::NoAnswer(_)));
        // With TLS the handshake does not end, so that nothing was sent.
        let tls = poster(&format!("https://{}/", listener.local_addr().expect("bound")));
        assert!(matches!(tls.post("msg_1", "{}").await, Outcome::NotSent(_)));
    }
}
