//! Mail from a mailbox, by IMAP: for desks whose mail lives with somebody else. Servers that can say when something
//! comes (IDLE) are waited for, others are asked every now and then. What was read is known by UIDVALIDITY and UID;
//! a mail is marked or moved only after it is on disk here.

use std::time::Duration;

use async_imap::{Client, Session};
use async_trait::async_trait;
use futures_util::TryStreamExt;
use portreeve_app::intake::{
    LARGEST_MAIL, MOST_LEFT, MailSource, MailboxError, Old, Opened, Position, ReceiveError, Taker,
};
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

/// How long a server is waited for that says when something comes. Servers hang up after 29 minutes (RFC 2177 §3), routers
/// on the way far earlier, and the place of the one who reads has to be kept.
const IDLE: Duration = Duration::from_mins(2);

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
    /// From when on mail is wanted that was there before the first look, milliseconds.
    pub since: Option<i64>,
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
        let session = timeout(LOGIN, self.log_in()).await;
        let mut session =
            session.unwrap_or_else(|_| Err(trouble("the server did not answer in time".into())))?;
        let abilities = limited(COMMAND, async { said(session.capabilities().await) }).await?;
        let (can_move, can_expunge) = (abilities.has_str("MOVE"), abilities.has_str("UIDPLUS"));
        let mut look = Look { account: self, session, can_move, can_expunge };
        let stays = abilities.has_str("IDLE");
        loop {
            let looked = look.take_all(taker).await;
            let looked = match looked {
                Ok(looked) if stays && !taker.is_stopping() => looked,
                other => {
                    // A server that does not hear a goodbye misses nothing.
                    drop(timeout(LOGIN, look.session.logout()).await);
                    return other?.into_result();
                }
            };
            taker.rest(looked.taken, looked.trouble.as_deref()).await?;
            if !looked.is_cut_short {
                // What stays for later is tried again.
                let every = taker.every().to_std();
                let wait = if looked.trouble.is_some() { IDLE.min(every) } else { IDLE };
                look = look.idle(taker, wait).await?;
            }
            taker.keep().await?;
        }
    }
}

/// What came of a look.
#[derive(Default)]
struct Looked {
    taken: usize,
    /// Why mails stay.
    trouble: Option<String>,
    /// There may be more to take.
    is_cut_short: bool,
}

impl Looked {
    fn into_result(self) -> Result<usize, MailboxError> {
        self.trouble.map_or(Ok(self.taken), |why| Err(trouble(why)))
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
    can_move: bool,
    can_expunge: bool,
}

/// Which list a mail is on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    /// It was left for later.
    Left,
    /// It is new.
    New,
    /// It was there before the first look.
    Old(Old),
}

impl Look<'_> {
    async fn take_all(&mut self, taker: &Taker<'_>) -> Result<Looked, MailboxError> {
        let mut position = self.open(taker).await?;
        let wanted = self.wanted(&position).await?;
        if !(wanted.is_empty() && position.unmarked.is_empty())
            && let Some(done) = &self.account.done_folder
        {
            // It is there already, most of the time; a move says it if it is not.
            drop(timeout(COMMAND, self.session.create(done)).await);
        }
        let before = position.clone();
        let mut result = self.take(taker, &wanted, &mut position).await;
        if let Ok(looked) = &mut result {
            // Whatever has room again comes before anything is waited for.
            looked.is_cut_short |= before.is_full() && !position.is_full();
        }
        // Also after trouble: what was taken before it is behind us.
        if position != before {
            taker.put_position(&position).await?;
        }
        result
    }

    /// Opens the folder, and finds out where to go on. That is on disk before anything is taken.
    async fn open(&mut self, taker: &Taker<'_>) -> Result<Position, MailboxError> {
        let ImapAccount { folder, user, since, .. } = self.account;
        let mailbox = limited(COMMAND, async { said(self.session.select(folder).await) }).await?;
        let next = match mailbox.uid_next {
            Some(next) => next,
            None => self.search("ALL").await?.last().map_or(1, |last| last.saturating_add(1)),
        };
        let place = format!("{user}/{folder}");
        let opened = Opened {
            place: &place,
            validity: mailbox.uid_validity.unwrap_or_default(),
            next,
            since: *since,
            now: taker.now().as_millisecond(),
        };
        let (position, is_new) = Position::of(taker.position().await?, &opened);
        if is_new {
            taker.put_position(&position).await?;
        }
        Ok(position)
    }

    /// What is to be taken, in the order of its taking.
    async fn wanted(&mut self, position: &Position) -> Result<Vec<(u32, List)>, MailboxError> {
        let left = position.left.iter().map(|&uid| (uid, List::Left));
        if position.is_full() {
            return Ok(left.collect());
        }
        let first = position.up_to.saturating_add(1);
        // The last mail belongs to such a range whatever its number is (RFC 9051 §6.4.4).
        let mut new = self.search(&format!("UID {first}:* UNDELETED")).await?;
        new.retain(|&uid| uid >= first);
        let mut wanted: Vec<_> = new.into_iter().map(|uid| (uid, List::New)).collect();
        if let Some(old) = position.old {
            let (from, to) = (old.up_to.saturating_add(1), old.before.saturating_sub(1));
            if from <= to {
                let day = old.day();
                let found = self.search(&format!("UID {from}:{to} UNDELETED SINCE {day}")).await?;
                wanted.extend(found.into_iter().map(|uid| (uid, List::Old(old))));
            }
        }
        // Last: one that cannot be fetched must not keep the others waiting.
        wanted.extend(left);
        Ok(wanted)
    }

    /// Numbers of mails, the smallest first.
    async fn search(&mut self, what: &str) -> Result<Vec<u32>, MailboxError> {
        let found = limited(COMMAND, async { said(self.session.uid_search(what).await) }).await?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        uids.sort_unstable();
        Ok(uids)
    }

    async fn take(
        &mut self,
        taker: &Taker<'_>,
        wanted: &[(u32, List)],
        position: &mut Position,
    ) -> Result<Looked, MailboxError> {
        let mut looked = Looked::default();
        let (mut too_large, mut unreadable) = (0, 0);
        let mut no_room = Left::default();
        let mut is_full = false;
        let mut unmarked = self.mark(position).await.err();
        for (number, &(uid, list)) in wanted.iter().enumerate() {
            if number >= AT_ONCE + MOST_LEFT || looked.taken >= AT_ONCE || taker.is_stopping() {
                looked.is_cut_short = true;
                break;
            }
            if list != List::Left && position.is_full() {
                is_full = true;
                break;
            }
            let fetched = limited(COMMAND, self.fetch(uid, list, taker)).await;
            if fetched.is_err() {
                // Perhaps it is this one: behind the others, the next time.
                position.settle(uid);
                position.leave(uid);
                pass(position, uid, list);
            }
            let settled = match fetched? {
                Fetched::Mail(raw) => match taker.take(&raw).await {
                    // On disk: whatever becomes of it there, it need not come again.
                    Ok(is_new) => {
                        looked.taken += usize::from(is_new);
                        if unmarked.is_none() {
                            unmarked = limited(COMMAND, self.put_away(uid)).await.err();
                        }
                        if unmarked.is_some() {
                            position.mark_later(uid);
                        }
                        true
                    }
                    // Others may have taken the room meanwhile.
                    Err(MailboxError::Receive(why)) if is_about_room(&why) => {
                        no_room.add(why);
                        false
                    }
                    // Larger than the server said.
                    Err(MailboxError::Receive(ReceiveError::TooLarge)) => {
                        too_large += 1;
                        false
                    }
                    // Nothing that could be taken, now or later.
                    Err(MailboxError::Receive(ReceiveError::Empty)) => true,
                    Err(error) => return Err(error),
                },
                Fetched::TooLarge => {
                    too_large += 1;
                    false
                }
                Fetched::NoRoom(why) => {
                    no_room.add(why);
                    false
                }
                Fetched::Unreadable => {
                    unreadable += 1;
                    false
                }
                Fetched::Nothing => true,
            };
            if settled {
                position.settle(uid);
            } else {
                position.leave(uid);
            }
            pass(position, uid, list);
        }
        let folder = &self.account.folder;
        looked.trouble = if let Some(why) = no_room.why {
            let count = no_room.count;
            Some(format!("{count} mails stay in the folder {folder} for now: {why}"))
        } else if too_large > 0 {
            Some(format!(
                "{too_large} mails of more than {LARGEST_MAIL} bytes stay in the folder {folder}; see to them there"
            ))
        } else if unreadable > 0 {
            Some(format!(
                "the server does not hand out {unreadable} mails of the folder {folder}; see to them there"
            ))
        } else {
            unmarked
                .map(|error| format!("mails that were taken cannot be marked or moved: {error}"))
        };
        if is_full || position.is_full() {
            let why = looked.trouble.take().unwrap_or_default();
            let most = MOST_LEFT;
            looked.trouble = Some(format!(
                "nothing more is taken from the folder {folder} before some of the {most} mails that stay there have gone: {why}"
            ));
        }
        Ok(looked)
    }

    /// Fetches a mail if it is wanted and there is room for it, which its date, its size and its head tell.
    async fn fetch(
        &mut self,
        uid: u32,
        list: List,
        taker: &Taker<'_>,
    ) -> Result<Fetched, MailboxError> {
        let uid = uid.to_string();
        let (size, came_at, head) = {
            let wanted = format!("(RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.{HEAD}>)");
            let answers = said(self.session.uid_fetch(&uid, wanted).await)?;
            let answers: Vec<_> = said(answers.try_collect().await)?;
            let head = answers.iter().find_map(|answer| answer.header()).unwrap_or_default();
            let came_at = answers.iter().find_map(async_imap::types::Fetch::internal_date);
            let came_at = came_at.map(|at| at.timestamp_millis());
            (answers.iter().find_map(|answer| answer.size), came_at, head.to_vec())
        };
        let Some(size) = size else { return Ok(Fetched::Nothing) };
        if matches!(list, List::Old(old) if !old.wants(came_at)) {
            return Ok(Fetched::Nothing);
        }
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
        Ok(match raw {
            Some(raw) => Fetched::Mail(raw.to_vec()),
            None if size == 0 => Fetched::Nothing,
            None => Fetched::Unreadable,
        })
    }

    /// Marks what was taken at an earlier look and could not be marked. The first one that cannot be is the last one that
    /// is tried, and the last one the next time.
    async fn mark(&mut self, position: &mut Position) -> Result<(), MailboxError> {
        for uid in position.unmarked.clone() {
            let marked = limited(COMMAND, self.put_away(uid)).await;
            position.unmarked.retain(|&other| other != uid);
            if let Err(error) = marked {
                position.mark_later(uid);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Marks a mail that was taken, or moves it away.
    async fn put_away(&mut self, uid: u32) -> Result<(), MailboxError> {
        let uid = uid.to_string();
        let Some(done) = &self.account.done_folder else {
            return self.flag(&uid, "+FLAGS.SILENT (\\Seen)").await;
        };
        if self.can_move {
            return said(self.session.uid_mv(&uid, done).await);
        }
        said(self.session.uid_copy(&uid, done).await)?;
        // Without UIDPLUS, expunging would take other programs' mails along: it is left to them.
        self.flag(&uid, "+FLAGS.SILENT (\\Seen \\Deleted)").await?;
        if self.can_expunge {
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

    /// Waits until the server says that something changed, the desk stops, or it is time to ask.
    async fn idle(self, taker: &Taker<'_>, wait: Duration) -> Result<Self, MailboxError> {
        let Self { account, session, can_move, can_expunge } = self;
        let mut idle = session.idle();
        limited(COMMAND, async { said(idle.init().await) }).await?;
        {
            let (waiting, _wakes_when_dropped) = idle.wait_with_timeout(wait);
            tokio::select! {
                woken = waiting => drop(said(woken)?),
                () = taker.stopped() => {}
                lost = taker.stand_by() => return Err(lost),
            }
        }
        let session = limited(COMMAND, async { said(idle.done().await) }).await?;
        Ok(Self { account, session, can_move, can_expunge })
    }
}

/// Goes on behind a mail.
fn pass(position: &mut Position, uid: u32, list: List) {
    match (list, &mut position.old) {
        (List::New, _) => position.up_to = position.up_to.max(uid),
        (List::Old(_), Some(old)) => old.up_to = old.up_to.max(uid),
        (List::Old(_), None) | (List::Left, _) => {}
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
    /// It is there, but the server does not hand it out.
    Unreadable,
    /// Somebody else took it away meanwhile, or it is not wanted.
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
