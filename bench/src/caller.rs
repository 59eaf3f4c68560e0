//! One script: HTTP/1.1 over a connection that is kept, as little of it as a measurement needs.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a caller waits for an answer.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The path that scripts of the original know.
pub const AMP: &str = "/modules/addons/abusemanagerpro/includes/api.php";

/// Room for the head of an answer; ours are a few hundred bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What came back.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// It says when to come again.
    pub retry_after: bool,
    /// The body.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// The number of the report, when one was acknowledged.
    pub fn report(&self) -> Option<i64> {
        let success = self.status == 200 && find(self.body, b"\"success\"").is_some();
        success.then(|| number_after(self.body, b"\"report_id\":")).flatten()
    }

    /// The error code, when there is one.
    pub fn error_code(&self) -> Option<&str> {
        let at = find(self.body, b"\"error_code\":\"")?;
        let rest = &self.body[at + b"\"error_code\":\"".len()..];
        let end = rest.iter().position(|byte| *byte == b'"')?;
        std::str::from_utf8(&rest[..end]).ok()
    }
}

/// Why there was no answer. Whether the request was carried out is then unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// No connection could be made: it was surely not carried out.
    NotConnected,
    /// The connection broke.
    Broken,
    /// Nothing came for [`PATIENCE`].
    TooLate,
}

/// A caller with at most one connection.
#[derive(Debug)]
pub struct Caller {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Caller {
    /// A caller that is not connected yet.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::new() }
    }

    /// Sends a request and waits for its answer. Connects where there is no connection.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>, NoAnswer> {
        let asked = tokio::time::timeout(PATIENCE, self.ask_patiently(request)).await;
        let head = match asked.unwrap_or(Err(NoAnswer::TooLate)) {
            Ok(head) => head,
            Err(error) => {
                self.stream = None;
                return Err(error);
            }
        };
        if head.closes {
            self.stream = None;
        }
        let body = &self.buffer[head.body..head.body + head.length];
        Ok(Answer { status: head.status, retry_after: head.retry_after, body })
    }

    async fn ask_patiently(&mut self, request: &[u8]) -> Result<Head, NoAnswer> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(connect(self.address).await?),
        };
        stream.write_all(request).await.map_err(|_| NoAnswer::Broken)?;
        self.buffer.clear();
        loop {
            let read = stream.read_buf(&mut self.buffer).await.map_err(|_| NoAnswer::Broken)?;
            if let Some(head) = read_head(&self.buffer)
                && self.buffer.len() >= head.body + head.length
            {
                return Ok(head);
            }
            if read == 0 || self.buffer.len() > LONGEST_ANSWER {
                return Err(NoAnswer::Broken);
            }
        }
    }
}

async fn connect(address: SocketAddr) -> Result<TcpStream, NoAnswer> {
    let stream = TcpStream::connect(address).await.map_err(|_| NoAnswer::NotConnected)?;
    stream.set_nodelay(true).map_err(|_| NoAnswer::NotConnected)?;
    Ok(stream)
}

struct Head {
    status: u16,
    retry_after: bool,
    closes: bool,
    body: usize,
    length: usize,
}

/// The head of an answer, once all of it is there.
fn read_head(answer: &[u8]) -> Option<Head> {
    let end = find(answer, b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..end]).ok()?;
    let mut lines = text.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut head = Head { status, retry_after: false, closes: false, body: end + 4, length: 0 };
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            head.length = value.parse().ok()?;
        } else if name.eq_ignore_ascii_case("retry-after") {
            head.retry_after = true;
        } else if name.eq_ignore_ascii_case("connection") {
            head.closes = value.eq_ignore_ascii_case("close");
        }
    }
    Some(head)
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn number_after(text: &[u8], part: &[u8]) -> Option<i64> {
    let rest = &text[find(text, part)? + part.len()..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}

/// A request for a constant answer.
pub fn health() -> Vec<u8> {
    b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".to_vec()
}

/// What a script wants to report.
#[derive(Debug, Clone, Copy)]
pub struct Create<'a> {
    /// The script's identifier.
    pub api_id: &'a str,
    /// The service.
    pub service: u64,
    /// How to suspend.
    pub suspend_method: &'a str,
    /// Stands at the end of the additional information, so that the report can be found again.
    pub tag: u64,
    /// How many characters more the additional information has.
    pub padding: usize,
}

/// Writes a create as PHP's cURL sends the result of `http_build_query`.
pub fn create(into: &mut Vec<u8>, create: &Create<'_>) {
    let Create { api_id, service, suspend_method, tag, padding } = create;
    let body = format!(
        "action=create&service_id={service}&category=High+I%2FO&suspend_method={suspend_method}\
         &allow_unsuspend=1&additional_info={LINES}{:A<padding$}+{TAG}{tag}",
        "",
    );
    into.clear();
    into.extend_from_slice(
        format!(
            "POST {AMP} HTTP/1.1\r\nHost: billing.example.com\r\nAccept: */*\r\n\
             API_ID: {api_id}\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n",
            body.len()
        )
        .as_bytes(),
    );
    into.extend_from_slice(body.as_bytes());
}

/// Stands before the tag in the additional information.
pub const TAG: &str = "tag-";

/// About a dozen words and a piece of a log, as scripts send them.
const LINES: &str = "Your+service+wrote+far+more+than+its+share+to+the+disk.%0A%0A\
    2026-01-05+03%3A14%3A15+UTC+write+812+MB%2Fs%2C+9%2C400+operations+a+second%0A\
    2026-01-05+03%3A15%3A15+UTC+write+798+MB%2Fs%2C+9%2C120+operations+a+second%0A\
    2026-01-05+03%3A16%3A15+UTC+write+820+MB%2Fs%2C+9%2C655+operations+a+second%0A";

/// The tag of a report that was stored.
pub fn tag_of(additional_info: &str) -> Option<u64> {
    additional_info.rsplit_once(TAG)?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_once_all_of_it_is_there() {
        let text = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 2\r\n\
                     connection: Close\r\n\r\n{}";
        assert!(read_head(&text[..40]).is_none());
        let head = read_head(text).expect("whole");
        assert_eq!((head.status, head.length, head.body), (503, 2, text.len() - 2));
        assert!(head.retry_after && head.closes);
    }

    #[test]
    fn the_number_of_a_report_is_taken_from_a_success_only() {
        let body = br#"{"status":"success","report_id":92}"#;
        let answer = |status, body| Answer { status, retry_after: false, body };
        assert_eq!(answer(200, body).report(), Some(92));
        assert_eq!(answer(503, body).report(), None);
        let error = br#"{"status":"error","error_code":"AMP105","error_description":"x"}"#;
        assert_eq!(answer(503, error).report(), None);
        assert_eq!(answer(503, error).error_code(), Some("AMP105"));
    }

    #[test]
    fn a_create_carries_its_tag() {
        let mut request = Vec::new();
        let what =
            Create { api_id: "k", service: 7, suspend_method: "nosuspend", tag: 41, padding: 3 };
        create(&mut request, &what);
        let text = String::from_utf8(request).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a body");
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
        assert!(body.ends_with("AAA+tag-41"));
        assert_eq!(tag_of("some lines AAA tag-41"), Some(41));
        assert_eq!(tag_of("none"), None);
    }
}
