//! Mail from the mail server beside the desk, by LMTP (RFC 2033): each recipient is answered for, after the mail is on
//! disk. What cannot be stored is left with the mail server, which tries again.

mod body;
mod command;

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use portreeve_app::Desk;
use portreeve_app::intake::{self, Door, Incoming, LARGEST_MAIL, MailEnvelope, ReceiveError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use body::{Body, Fault};
use command::Command;

/// Conversations at a time. Each may hold one mail in memory, so that all of them together stay below half a gigabyte.
const CONVERSATIONS: usize = 16;

/// Recipients of one mail. Each is one more mail to be read; more come in a second conversation (RFC 5321 §4.5.3.1.10).
const RECIPIENTS: usize = 100;

/// Longest line of a command, in bytes. RFC 5321 asks for 512 and more for extensions.
const LONGEST_COMMAND: usize = 2_048;

/// Bytes that are read at once.
const AT_ONCE: usize = 16 * 1024;

/// Commands that make no sense, before the conversation ends.
const ODD_COMMANDS: usize = 20;

/// How long the other side may be silent (RFC 5321 §4.5.3.2.7).
const SILENCE: Duration = Duration::from_mins(5);

/// How long one mail may take.
const ONE_MAIL: Duration = Duration::from_mins(10);

/// How long mails that are on their way may take once the desk stops.
const LAST_MAILS: Duration = Duration::from_secs(5);

/// Pause after the system could not give us a connection.
const AFTER_ERROR: Duration = Duration::from_millis(200);

/// Where the mail server finds us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LmtpAddress {
    /// An address and port.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl LmtpAddress {
    /// Reads `127.0.0.1:2424` or `/run/portreeve/lmtp.sock`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with('/') {
            return Ok(Self::Unix(PathBuf::from(text)));
        }
        let wrong = |_| {
            format!(
                "{text:?} must be an address and port, such as 127.0.0.1:2424, or the path of a socket"
            )
        };
        text.parse().map(Self::Tcp).map_err(wrong)
    }
}

impl std::fmt::Display for LmtpAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A place that listens.
#[derive(Debug)]
pub enum LmtpListener {
    /// On an address and port.
    Tcp(TcpListener),
    /// On a socket in the file system, whose file is removed at the end.
    Unix(UnixListener, PathBuf),
}

impl LmtpListener {
    /// Listens. The file of a socket that nobody listens on any more is replaced.
    pub async fn bind(address: &LmtpAddress) -> io::Result<Self> {
        match address {
            LmtpAddress::Tcp(address) => Ok(Self::Tcp(TcpListener::bind(address).await?)),
            LmtpAddress::Unix(path) => {
                remove_left_over(path).await?;
                let listener = UnixListener::bind(path)?;
                // As open as a port of this machine would be: the mail server is another user.
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
                Ok(Self::Unix(listener, path.clone()))
            }
        }
    }

    async fn accept(&self) -> io::Result<Box<dyn Wire>> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Self::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

async fn remove_left_over(path: &Path) -> io::Result<()> {
    let is_socket =
        std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    if is_socket && tokio::net::UnixStream::connect(path).await.is_err() {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Takes mail until `stop` turns true.
pub async fn serve(
    listener: LmtpListener,
    desk: Arc<Desk>,
    name: String,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONVERSATIONS));
    let mut conversations = JoinSet::new();
    while !*stop.borrow() {
        let wire = tokio::select! {
            wire = listener.accept() => wire,
            _ = stop.changed() => continue,
            Some(_) = conversations.join_next() => continue,
        };
        let mut wire = match wire {
            Ok(wire) => wire,
            Err(error) => {
                tracing::warn!("cannot accept a connection of the mail server: {error}");
                tokio::time::sleep(AFTER_ERROR).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            let busy = wire.write_all(b"421 4.3.2 too many conversations, come again\r\n");
            drop(timeout(AFTER_ERROR, busy).await);
            continue;
        };
        let session = Session::new(wire, Arc::clone(&desk), name.clone(), stop.clone());
        conversations.spawn(async move {
            let _place = place;
            if let Err(error) = session.run().await {
                tracing::debug!("a conversation with the mail server broke off: {error}");
            }
        });
    }
    if let LmtpListener::Unix(_, path) = &listener {
        drop(std::fs::remove_file(path));
    }
    let ended = async { while conversations.join_next().await.is_some() {} };
    // What is cut off here was not acknowledged, or is known when it comes again.
    drop(timeout(LAST_MAILS, ended).await);
}

/// What was said of the next mail.
#[derive(Default)]
struct Transaction {
    from: Option<String>,
    to: Vec<String>,
}

/// One conversation.
struct Session {
    wire: Box<dyn Wire>,
    /// What was read and not looked at.
    ahead: Vec<u8>,
    desk: Arc<Desk>,
    name: String,
    stop: watch::Receiver<bool>,
    greeted: bool,
    mail: Transaction,
    odd: usize,
}

impl Session {
    fn new(
        wire: Box<dyn Wire>,
        desk: Arc<Desk>,
        name: String,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let (ahead, mail) = (Vec::new(), Transaction::default());
        Self { wire, ahead, desk, name, stop, greeted: false, mail, odd: 0 }
    }

    async fn run(mut self) -> io::Result<()> {
        self.say(&format!("220 {} LMTP Portreeve", self.name)).await?;
        while let Some(line) = self.line().await? {
            let Some(answer) = self.obey(Command::parse(&line)).await? else { return Ok(()) };
            self.say(&answer).await?;
            if self.odd > ODD_COMMANDS {
                return self.say("421 4.7.0 too many commands that make no sense").await;
            }
        }
        Ok(())
    }

    /// What is answered to a command; nothing when the conversation is over.
    async fn obey(&mut self, command: Command) -> io::Result<Option<String>> {
        let answer = match command {
            Command::Lhlo => {
                self.greeted = true;
                self.mail = Transaction::default();
                format!(
                    "250-{}\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                     250 SIZE {LARGEST_MAIL}",
                    self.name
                )
            }
            Command::Helo => self.odd("500 5.5.1 this is LMTP: say LHLO"),
            Command::Mail { .. } if !self.greeted => self.odd("503 5.5.1 say LHLO first"),
            Command::Mail { .. } if self.mail.from.is_some() => {
                self.odd("503 5.5.1 the sender was named already")
            }
            Command::Mail { size: Some(size), .. } if size > LARGEST_MAIL => {
                format!("552 5.3.4 mails of more than {LARGEST_MAIL} bytes are not taken")
            }
            Command::Mail { from, .. } => {
                self.mail.from = Some(from);
                "250 2.1.0 go on".to_owned()
            }
            Command::Rcpt { .. } if self.mail.from.is_none() => {
                self.odd("503 5.5.1 name the sender first")
            }
            Command::Rcpt { .. } if self.mail.to.len() >= RECIPIENTS => {
                "452 4.5.3 too many recipients, send the others by themselves".to_owned()
            }
            Command::Rcpt { to } => {
                self.mail.to.push(to);
                "250 2.1.5 go on".to_owned()
            }
            Command::Data if self.mail.to.is_empty() => {
                self.odd("503 5.5.1 name a recipient first")
            }
            Command::Data => {
                self.say("354 end with a dot on a line of its own").await?;
                return self.data().await.map(Some);
            }
            Command::Rset => {
                self.mail = Transaction::default();
                "250 2.0.0 forgotten".to_owned()
            }
            Command::Noop => "250 2.0.0 ok".to_owned(),
            Command::Vrfy => "252 2.5.2 try it".to_owned(),
            Command::Quit => {
                self.say("221 2.0.0 bye").await?;
                return Ok(None);
            }
            Command::Bad(why) => self.odd(why),
        };
        Ok(Some(answer))
    }

    fn odd(&mut self, answer: &str) -> String {
        self.odd += 1;
        answer.to_owned()
    }

    /// Takes a mail and answers for each recipient (RFC 2033 §4.2).
    async fn data(&mut self) -> io::Result<String> {
        let body = self.body().await?;
        let mail = std::mem::take(&mut self.mail);
        let answers = match body.finish() {
            Ok(bytes) => {
                let mut answers = Vec::with_capacity(mail.to.len());
                for to in mail.to {
                    let envelope = MailEnvelope { from: mail.from.clone(), to };
                    answers.push(self.receive(&envelope, &bytes).await);
                }
                answers
            }
            Err(fault) => vec![refusal(fault); mail.to.len()],
        };
        Ok(answers.join("\r\n"))
    }

    async fn receive(&mut self, envelope: &MailEnvelope, bytes: &[u8]) -> String {
        let incoming = Incoming { door: &Door::Lmtp, envelope, name: "", lane: None, raw: bytes };
        match intake::receive(&self.desk, &incoming).await {
            Ok(received) => {
                tracing::debug!("took mail {} from the mail server", received.id);
                format!("250 2.0.0 taken as mail {}", received.id)
            }
            Err(ReceiveError::Store(error)) => {
                tracing::error!(
                    "a mail could not be stored and stays with the mail server: {error}"
                );
                "451 4.3.0 the mail could not be stored, try again later".to_owned()
            }
            Err(refused @ (ReceiveError::NoRoom | ReceiveError::NoRoomForReport(_))) => {
                tracing::warn!("a mail stays with the mail server: {refused}");
                format!("452 4.3.1 {refused}")
            }
            Err(ReceiveError::TooLarge) => refusal(Fault::TooLarge),
            Err(refused) => format!("554 5.6.0 {refused}"),
        }
    }

    async fn body(&mut self) -> io::Result<Body> {
        let deadline = Instant::now() + ONE_MAIL;
        let mut body = Body::new(LARGEST_MAIL);
        loop {
            if let Some(used) = body.take(&self.ahead) {
                self.ahead.drain(..used);
                return Ok(body);
            }
            self.ahead.clear();
            if body.is_endless() {
                return Err(io::Error::other("a mail without an end"));
            }
            let until = deadline.min(Instant::now() + SILENCE);
            self.read_until(until).await?;
        }
    }

    /// The next line of a command, without its end. Nothing when the other side has gone, or the desk stops.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = self.ahead.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.ahead.drain(..=end).collect();
                let Some(line) = line.strip_suffix(b"\r\n") else {
                    // Two programs that do not agree where a line ends can be made to disagree about mails.
                    self.say("554 5.5.2 lines end with CR and LF").await?;
                    return Ok(None);
                };
                return Ok(Some(line.to_vec()));
            }
            if self.ahead.len() > LONGEST_COMMAND {
                self.say("500 5.5.2 the line is too long").await?;
                return Ok(None);
            }
            if *self.stop.borrow() {
                self.say("421 4.3.2 the desk stops, come again").await?;
                return Ok(None);
            }
            let mut stop = self.stop.clone();
            tokio::select! {
                read = self.read_until(Instant::now() + SILENCE) => match read {
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                    read => read?,
                },
                _ = stop.changed() => {}
            }
        }
    }

    async fn read_until(&mut self, deadline: Instant) -> io::Result<()> {
        self.ahead.reserve(AT_ONCE);
        let read = timeout_at(deadline, self.wire.read_buf(&mut self.ahead)).await;
        match read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn say(&mut self, answer: &str) -> io::Result<()> {
        let said = async {
            self.wire.write_all(format!("{answer}\r\n").as_bytes()).await?;
            self.wire.flush().await
        };
        timeout(SILENCE, said).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }
}

fn refusal(fault: Fault) -> String {
    match fault {
        Fault::TooLarge => {
            format!("552 5.3.4 mails of more than {LARGEST_MAIL} bytes are not taken")
        }
        Fault::BareLineEnd => "554 5.6.0 a line ends with a bare CR or LF".to_owned(),
        Fault::LongLine => "554 5.6.0 a line is too long".to_owned(),
    }
}
