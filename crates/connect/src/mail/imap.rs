//! Mail from a mailbox, by IMAP: for desks whose mail lives with somebody else. It is looked at every now and then;
//! a mail is marked or moved only after it is on disk here.

use std::time::Duration;

use async_imap::{Client, Session};
use async_trait::async_trait;
use futures_util::TryStreamExt;
use portreeve_app::intake::{LARGEST_MAIL, MailSource, MailboxError, ReceiveError, Taker};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::tls;

/// Mails that are taken in one look; the others follow in the next.
const AT_ONCE: usize = 200;

/// As much of a mail's head is looked at before it is fetched, in bytes: enough to see which report it is about.
const HEAD: usize = 64 * 1024;

/// How long it may take until we are logged in.
const LOGIN: Duration = Duration::from_secs(30);

/// How long one command may take; one of them brings the largest mail.
const COMMAND: Duration = Duration::from_mins(3);

/// How the connection to a mailbox is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImapProtection {
    /// Not at all: for a server on the same machine.
    None,
    /// STARTTLS, or no login.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// A mailbox.
#[derive(Clone)]
pub struct ImapAccount {
    /// Name or address of the server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// TLS.
    pub protection: ImapProtection,
    /// Login.
    pub user: String,
    /// Password. Never shown.
    pub password: String,
    /// The folder that is read.
    pub folder: String,
    /// Where mails go that were taken; none: they stay and are marked as seen.
    pub done_folder: Option<String>,
}

impl std::fmt::Debug for ImapAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ImapAccount({}:{} {})", self.host, self.port, self.folder)
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Wire for T {}

type Stream = Box<dyn Wire>;

#[async_trait]
impl MailSource for ImapAccount {
    async fn look(&self, taker: &Taker<'_>) -> Result<usize, MailboxError> {
        let session = limited(LOGIN, async { self.log_in().await }).await?;
        let mut look = Look { account: self, session };
        let taken = look.take_all(taker).await;
        // A server that does not hear a goodbye misses nothing.
        drop(timeout(LOGIN, look.session.logout()).await);
        taken
    }
}

impl ImapAccount {
    async fn log_in(&self) -> Result<Session<Stream>, MailboxError> {
        let host = &self.host;
        let no_way = |why: String| trouble(format!("cannot reach {host}: {why}"));
        let stream = TcpStream::connect((host.as_str(), self.port)).await;
        let stream = stream.map_err(|error| no_way(error.to_string()))?;
        stream.set_nodelay(true).map_err(|error| no_way(error.to_string()))?;
        let client = match self.protection {
            ImapProtection::None => greeted(Box::new(stream)).await?,
            ImapProtection::Implicit => {
                greeted(Box::new(tls::wrap(stream, host).await.map_err(no_way)?)).await?
            }
            ImapProtection::StartTls => {
                let mut plain = Client::new(stream);
                greeting(plain.read_response().await)?;
                let upgraded = plain.run_command_and_check_ok("STARTTLS", None).await;
                upgraded.map_err(|error| no_way(format!("STARTTLS: {error}")))?;
                let stream = tls::wrap(plain.into_inner(), host).await.map_err(no_way)?;
                let stream: Stream = Box::new(stream);
                Client::new(stream)
            }
        };
        let session = client.login(quoted_bytes(&self.user)?, quoted_bytes(&self.password)?).await;
        session.map_err(|(error, _)| trouble(format!("{host} did not let us in: {error}")))
    }
}

/// What the library puts between quotes. Line ends would end the command.
fn quoted_bytes(text: &str) -> Result<&str, MailboxError> {
    let is_bad = text.chars().any(|c| matches!(c, '\r' | '\n' | '\0'));
    if is_bad { Err(trouble("user or password has a line break".to_owned())) } else { Ok(text) }
}

async fn greeted(stream: Stream) -> Result<Client<Stream>, MailboxError> {
    let mut client = Client::new(stream);
    greeting(client.read_response().await)?;
    Ok(client)
}

fn greeting<T>(read: std::io::Result<Option<T>>) -> Result<(), MailboxError> {
    match read {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(trouble("the server hung up without a word".to_owned())),
        Err(error) => Err(trouble(format!("no greeting came: {error}"))),
    }
}

/// One look into a mailbox.
struct Look<'a> {
    account: &'a ImapAccount,
    session: Session<Stream>,
}

impl Look<'_> {
    async fn take_all(&mut self, taker: &Taker<'_>) -> Result<usize, MailboxError> {
        let ImapAccount { folder, done_folder, .. } = self.account;
        limited(COMMAND, async { said(self.session.select(folder).await) }).await?;
        let wanted = if done_folder.is_some() { "UNDELETED" } else { "UNSEEN UNDELETED" };
        let found = limited(COMMAND, async { said(self.session.uid_search(wanted).await) }).await?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        uids.sort_unstable();
        if !uids.is_empty()
            && let Some(done) = done_folder
        {
            // It is there already, most of the time; a move says it if it is not.
            drop(timeout(COMMAND, self.session.create(done)).await);
        }
        let mut taken = 0;
        let mut too_large = 0;
        let mut no_room = Left::default();
        // One mail that the server does not let go must not keep the others waiting: it is tried again next time.
        let mut stuck: Option<MailboxError> = None;
        for uid in uids {
            match limited(COMMAND, self.fetch(uid, taker)).await? {
                Fetched::Mail(raw) => {
                    match taker.take(&raw).await {
                        Ok(()) => {}
                        // Others may have taken the room meanwhile.
                        Err(MailboxError::Receive(why)) if is_about_room(&why) => {
                            no_room.add(why);
                            continue;
                        }
                        Err(error) => return Err(error),
                    }
                    if let Err(error) = limited(COMMAND, self.put_away(uid)).await {
                        stuck.get_or_insert(error);
                    }
                    taken += 1;
                    if taken >= AT_ONCE {
                        break;
                    }
                }
                Fetched::TooLarge => too_large += 1,
                Fetched::NoRoom(why) => no_room.add(why),
                Fetched::Nothing => {}
            }
        }
        if let Some(why) = no_room.why {
            let count = no_room.count;
            return Err(trouble(format!(
                "{count} mails stay in the folder {folder} for now: {why}"
            )));
        }
        if too_large > 0 {
            let why = format!(
                "{too_large} mails of more than {LARGEST_MAIL} bytes stay in the folder {folder}; see to them there"
            );
            return Err(trouble(why));
        }
        stuck.map_or(Ok(taken), Err)
    }

    /// Fetches a mail if there is room for it, which its size and its head tell.
    async fn fetch(&mut self, uid: u32, taker: &Taker<'_>) -> Result<Fetched, MailboxError> {
        let uid = uid.to_string();
        let (size, head) = {
            let wanted = format!("(RFC822.SIZE BODY.PEEK[HEADER]<0.{HEAD}>)");
            let answers = said(self.session.uid_fetch(&uid, wanted).await)?;
            let answers: Vec<_> = said(answers.try_collect().await)?;
            let head = answers.iter().find_map(|answer| answer.header()).unwrap_or_default();
            (answers.iter().find_map(|answer| answer.size), head.to_vec())
        };
        let Some(size) = size else { return Ok(Fetched::Nothing) };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > LARGEST_MAIL {
            return Ok(Fetched::TooLarge);
        }
        if let Err(why) = taker.is_room_for(&head, size).await? {
            return Ok(Fetched::NoRoom(why));
        }
        let answers = said(self.session.uid_fetch(&uid, "BODY.PEEK[]").await)?;
        let answers: Vec<_> = said(answers.try_collect().await)?;
        let raw = answers.iter().find_map(|answer| answer.body()).filter(|raw| !raw.is_empty());
        Ok(raw.map_or(Fetched::Nothing, |raw| Fetched::Mail(raw.to_vec())))
    }

    /// Marks a mail that was taken, or moves it away.
    async fn put_away(&mut self, uid: u32) -> Result<(), MailboxError> {
        let uid = uid.to_string();
        let Some(done) = &self.account.done_folder else {
            return self.flag(&uid, "+FLAGS.SILENT (\\Seen)").await;
        };
        let abilities = said(self.session.capabilities().await)?;
        if abilities.has_str("MOVE") {
            return said(self.session.uid_mv(&uid, done).await);
        }
        said(self.session.uid_copy(&uid, done).await)?;
        // Without UIDPLUS, expunging would take other programs' mails along: it is left to them.
        self.flag(&uid, "+FLAGS.SILENT (\\Seen \\Deleted)").await?;
        if abilities.has_str("UIDPLUS") {
            let gone = said(self.session.uid_expunge(&uid).await)?;
            let _: Vec<_> = said(gone.try_collect().await)?;
        }
        Ok(())
    }

    async fn flag(&mut self, uid: &str, flags: &str) -> Result<(), MailboxError> {
        let changed = said(self.session.uid_store(uid, flags).await)?;
        let _: Vec<_> = said(changed.try_collect().await)?;
        Ok(())
    }
}

/// Mails for which there is no room now: how many, and why the first of them was left.
#[derive(Default)]
struct Left {
    count: usize,
    why: Option<ReceiveError>,
}

impl Left {
    fn add(&mut self, why: ReceiveError) {
        self.count += 1;
        self.why.get_or_insert(why);
    }
}

fn is_about_room(why: &ReceiveError) -> bool {
    matches!(why, ReceiveError::NoRoom | ReceiveError::NoRoomForReport(_))
}

enum Fetched {
    Mail(Vec<u8>),
    TooLarge,
    NoRoom(ReceiveError),
    /// Somebody else took it away meanwhile.
    Nothing,
}

fn trouble(why: String) -> MailboxError {
    MailboxError::Server(why)
}

fn said<T>(result: async_imap::error::Result<T>) -> Result<T, MailboxError> {
    result.map_err(|error| trouble(error.to_string()))
}

async fn limited<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, MailboxError>>,
) -> Result<T, MailboxError> {
    timeout(limit, work).await.unwrap_or_else(|_| {
        Err(trouble(format!("the server took longer than {} s", limit.as_secs())))
    })
}
