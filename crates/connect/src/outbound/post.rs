//! One signed post.

use std::time::SystemTime;

use bytes::Bytes;
use portreeve_core::time::Span;

use super::call::{Call, Outcome};
use super::{Endpoint, Secrets};

/// Bytes of an answer that are read; the rest is left.
const ANSWER: usize = 64 * 1024;

/// A way to post to one endpoint.
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

impl Poster {
    /// Posts JSON under a message id.
    pub async fn post(&self, id: &str, body: &str) -> Outcome {
        let timestamp = unix_seconds();
        let signature = self.secrets.sign(id, timestamp, body.as_bytes());
        let call = Call {
            endpoint: &self.endpoint,
            allow_private: self.allow_private,
            timeout: self.timeout,
            largest: ANSWER,
            headers: &[
                ("content-type", "application/json"),
                ("webhook-id", id),
                ("webhook-timestamp", &timestamp.to_string()),
                ("webhook-signature", &signature),
            ],
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        call.make().await
    }
}

fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::Answered;
    use super::*;
    use portreeve_core::reason::Finding;
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
        assert_eq!(answered.found(), Finding::Status { status: 200, said: "fine".into() });
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
        let to = "http://127.0.0.1:1/".to_owned();
        assert_eq!(answered.found(), Finding::Redirects { status: 307, to });
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
    async fn an_answer_is_whole_however_its_end_is_told() {
        for (head, body, whole) in [
            ("transfer-encoding: chunked\r\n", "4\r\nfine\r\n0\r\n\r\n", true),
            ("transfer-encoding: chunked\r\n", "4\r\nfine\r\n", false),
            ("", "fine", true),
        ] {
            let answered = answer_to(&format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}")).await;
            assert_eq!((&answered.body[..], answered.whole), (&b"fine"[..], whole), "{head}{body}");
        }
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
