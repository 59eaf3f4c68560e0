//! Mail that comes in: kept byte by byte before it is acknowledged, read by a job, and seen by staff where nothing
//! that the desk knows became of it.

mod about;
mod assess;
mod by_staff;
mod complaint;
mod evidence;
pub mod form_complaint;
mod links;
mod mailbox;
mod place;
mod position;
mod read;
pub(crate) mod receipt;
mod room;
mod token;
pub mod trust;
mod understood;

use portreeve_core::event::Job;
use portreeve_core::ids::{MailId, ReportId};
use portreeve_core::intake::{Lane, Why};
use portreeve_core::text::{one_line, storable};
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_i18n::Language;
use portreeve_store::{MailRow, NewMail, StoreError, Tx};
use serde::Serialize;

pub use by_staff::{AttachAs, MailError, attach, dismiss, open, restore};
pub use complaint::{DestinationView, IncidentView, SubjectView, ToldReporter};
pub(crate) use complaint::{told, told_reporter};
pub use links::without_secret_links;
pub use mailbox::{MailSource, Mailbox, MailboxError, Taker, follow, states};
pub use position::{MOST_LEFT, Old, Opened, Position};
pub use read::{Read, give_up, read};
pub(crate) use room::MailRoom;
pub use token::{AnswerTokens, LONGEST_LOCAL_PART};

use token::Shown;
use understood::Understood;

use crate::desk::Desk;
use crate::digest::sha256_hex;
use crate::record::to_row;
use crate::work::BOUND;

/// Largest mail, in bytes. What mail servers usually take; larger ones belong elsewhere.
pub const LARGEST_MAIL: usize = 25 * 1024 * 1024;

/// Longest address in an envelope, in bytes (RFC 5321 §4.5.3.1.3, with the angle brackets).
pub const LONGEST_PATH: usize = 256;

/// How long the same bytes for the same recipient are known to have come already: servers try again for days, and
/// nobody writes the same mail, to the second, twice.
const SAME_WITHIN: Span = Span::from_mins(30 * 24 * 60);

/// Which way a mail came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// From the mail server.
    Lmtp,
    /// From the mailbox of this name.
    Imap(String),
    /// From the watched folder of this name.
    Folder(String),
    /// From a script at the REST interface.
    Api {
        /// The reference of its token.
        token: String,
    },
    /// From the public form.
    Form,
    /// From the command line.
    CommandLine,
}

/// The channel of a door as it is stored: `imap:abuse` came by `imap`.
pub fn channel(door: &str) -> &str {
    door.split(':').next().unwrap_or_default()
}

/// Something that came in, as it is handed over.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Which way it came.
    pub door: &'a Door,
    /// How it was addressed.
    pub envelope: &'a MailEnvelope,
    /// The name of the file that it was in; empty for none. It helps to tell what it is.
    pub name: &'a str,
    /// How far its sender is trusted, where whoever hands it over says so.
    pub lane: Option<Lane>,
    /// Its bytes, unchanged.
    pub raw: &'a [u8],
}

/// Longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 255;

impl Door {
    fn word(&self) -> String {
        match self {
            Self::Lmtp => "lmtp".to_owned(),
            Self::Imap(name) => format!("imap:{name}"),
            Self::Folder(name) => format!("folder:{name}"),
            Self::Api { .. } => "api".to_owned(),
            Self::Form => "form".to_owned(),
            Self::CommandLine => "ingest".to_owned(),
        }
    }
}

/// How a mail was addressed on its way here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailEnvelope {
    /// The sender: empty for nobody, none where there was no envelope.
    pub from: Option<String>,
    /// The recipient; empty where there was no envelope.
    pub to: String,
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// There is nothing in it.
    #[error("the mail is empty")]
    Empty,
    /// It is too large.
    #[error("the mail has more than 25 MiB ({LARGEST_MAIL} bytes)")]
    TooLarge,
    /// An address of its envelope is too long.
    #[error("an address of the envelope has more than {LONGEST_PATH} bytes")]
    BadEnvelope,
    /// Too much mail about no report waits already.
    #[error("too much unmatched mail is waiting; more is accepted after staff have handled it")]
    NoRoom,
    /// Too much mail with the code of this report came within an hour.
    #[error("too much mail about report {0} was received within an hour; more is accepted later")]
    NoRoomForReport(ReportId),
    /// Its idempotency key was used for something else.
    #[error("the idempotency key was used for another request")]
    KeyUsedForAnother,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A mail that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// Its number.
    pub id: MailId,
    /// It came before: nothing was done now.
    pub known: bool,
    /// The request that brought it was carried out before, under the same key.
    pub replayed: bool,
}

/// What makes a request the same as one before.
#[derive(Debug, Clone)]
pub struct Once {
    /// Whose request it is.
    pub caller: String,
    /// Their key for it.
    pub key: String,
    /// Hash of the request, in hex.
    pub request_hash: String,
}

/// Takes a mail, or a complaint of whatever form. Returns only once it is on disk, so that whoever sent it may forget it.
pub async fn receive(desk: &Desk, incoming: &Incoming<'_>) -> Result<Received, ReceiveError> {
    let received = receive_all(desk, std::slice::from_ref(incoming), None).await?;
    received.first().copied().ok_or(ReceiveError::Empty)
}

/// Takes several at once: all of them, in their order, or none. With `once`, what came before under the same key is
/// returned again.
pub async fn receive_all(
    desk: &Desk,
    all: &[Incoming<'_>],
    once: Option<&Once>,
) -> Result<Vec<Received>, ReceiveError> {
    let tokens = tokens(desk).await?;
    let arrived = all.iter().map(|one| Arrived::of(one, tokens));
    let arrived = arrived.collect::<Result<Vec<_>, _>>()?;
    let now = desk.now();
    let since = SAME_WITHIN.before(now).as_millisecond();
    let mut tx = desk.db.write().await?;
    if let Some(once) = once
        && let Some(before) = taken_before(&mut tx, once, since).await?
    {
        return Ok(before);
    }
    // Before the bytes are written: what is not taken is to cost no writing.
    let mut new = Vec::new();
    for one in &arrived {
        if one.known(&mut tx, since).await?.is_none() {
            room::take(desk, &mut tx, one.incoming.door, one.shows_report, one.incoming.raw.len())
                .await?;
            new.push(one);
        }
    }
    // Of two that keep the same ones none waits for the other in turn.
    new.sort_by(|a, b| a.sha256.cmp(&b.sha256));
    for one in &new {
        tx.keep_raw_mail(&one.sha256, one.incoming.raw).await?;
    }
    let mut received = Vec::with_capacity(arrived.len());
    for one in &arrived {
        // Whoever kept the same bytes at the same time is done by now.
        let known = one.known(&mut tx, since).await?;
        received.push(match known {
            Some(id) => Received { id, known: true, replayed: false },
            None => Received { id: one.add(&mut tx, now).await?, known: false, replayed: false },
        });
    }
    if let Some(once) = once {
        let ids: Vec<i64> = received.iter().map(|one| one.id.0).collect();
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        let Once { caller, key, request_hash } = once;
        if !tx.add_complaint_key(caller, key, request_hash, &ids, now.as_millisecond()).await? {
            // Somebody else was faster, and is done.
            drop(tx);
            let mut tx = desk.db.read().await?;
            let before = taken_before(&mut tx, once, since).await?;
            return before.ok_or(ReceiveError::KeyUsedForAnother);
        }
    } else if received.iter().all(|one| one.known) {
        return Ok(received);
    }
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(received)
}

/// What was taken under this key.
async fn taken_before(
    tx: &mut Tx,
    once: &Once,
    since: i64,
) -> Result<Option<Vec<Received>>, ReceiveError> {
    let Some((hash, mails)) = tx.complaint_key(&once.caller, &once.key, since).await? else {
        return Ok(None);
    };
    if hash != once.request_hash {
        return Err(ReceiveError::KeyUsedForAnother);
    }
    let ids: Vec<i64> = serde_json::from_str(&mails).unwrap_or_default();
    let before = |id| Received { id: MailId(id), known: true, replayed: true };
    Ok(Some(ids.into_iter().map(before).collect()))
}

/// Something that came in, with what shows from outside.
struct Arrived<'a> {
    incoming: &'a Incoming<'a>,
    from: Option<String>,
    to: String,
    sha256: String,
    /// The report that its recipient's address shows.
    report: Option<ReportId>,
    /// The report whose code it shows.
    shows_report: Option<ReportId>,
}

impl<'a> Arrived<'a> {
    fn of(incoming: &'a Incoming<'a>, tokens: &AnswerTokens) -> Result<Self, ReceiveError> {
        let Incoming { envelope, raw, .. } = *incoming;
        if raw.is_empty() {
            return Err(ReceiveError::Empty);
        }
        if raw.len() > LARGEST_MAIL {
            return Err(ReceiveError::TooLarge);
        }
        let from = envelope.from.as_deref().map(storable);
        let to = storable(&envelope.to);
        if to.len() > LONGEST_PATH || from.as_ref().is_some_and(|from| from.len() > LONGEST_PATH) {
            return Err(ReceiveError::BadEnvelope);
        }
        // To whom it went says for certain which report it is about; what else shows a code is read later.
        let report = match tokens.shown(std::iter::once(to.as_str()), std::iter::empty()) {
            Shown::Report(report) => Some(report),
            Shown::Nothing | Shown::False => None,
        };
        let shows_report = report.or_else(|| tokens.shown_in_head(raw));
        Ok(Self { incoming, from, to, sha256: sha256_hex(raw), report, shows_report })
    }

    /// The same that came before. What was ever taken from a mailbox is not taken again, however long it stays there.
    async fn known(&self, tx: &mut Tx, since: i64) -> Result<Option<MailId>, StoreError> {
        // Nor does an operator take in twice what staff decided about, by whatever door it came.
        let (to, since) = match self.incoming.door {
            Door::CommandLine => (None, 0),
            Door::Imap(_) | Door::Folder(_) => (Some(self.to.as_str()), 0),
            Door::Lmtp | Door::Api { .. } | Door::Form => (Some(self.to.as_str()), since),
        };
        // What one caller sent is nothing to another.
        let credential = match self.incoming.door {
            Door::Api { token } => Some(token.as_str()),
            _ => None,
        };
        tx.same_mail(&self.sha256, to, credential, since).await
    }

    async fn add(&self, tx: &mut Tx, now: Timestamp) -> Result<MailId, StoreError> {
        let Incoming { door, name, lane, raw, .. } = *self.incoming;
        let mail = NewMail {
            sha256: self.sha256.clone(),
            size: i64::try_from(raw.len()).unwrap_or(i64::MAX),
            door: door.word(),
            envelope_from: self.from.clone(),
            envelope_to: self.to.clone(),
            received_at: now.as_millisecond(),
            report: self.report,
            shows_report: self.shows_report,
            name: storable(&one_line(name, LONGEST_NAME)),
            credential: match door {
                Door::Api { token } => Some(token.clone()),
                _ => None,
            },
            lane,
        };
        let id = tx.add_mail(&mail).await?;
        let job = to_row(&Job::ReadMail(id));
        if self.shows_report.is_some() {
            // A customer's answer does not wait behind what strangers send.
            tx.enqueue_urgent(&job, now.as_millisecond()).await?;
        } else {
            tx.enqueue(&[job], now.as_millisecond()).await?;
        }
        Ok(id)
    }
}

/// Whether a mail of so many bytes that begins with `head` would be taken now from a mailbox: so that one for which there
/// is no room need not be fetched.
async fn is_room_for(
    desk: &Desk,
    door: &Door,
    head: &[u8],
    size: usize,
) -> Result<Result<(), ReceiveError>, StoreError> {
    let shows_report = tokens(desk).await?.shown_in_head(head);
    let mut tx = desk.db.read().await?;
    match room::look(desk, &mut tx, door, shows_report, size).await {
        Err(ReceiveError::Store(error)) => Err(error),
        result => Ok(result),
    }
}

/// What makes and checks the tokens of this desk. Their secret is made at the first use; all nodes share it.
pub(crate) async fn tokens(desk: &Desk) -> Result<&AnswerTokens, StoreError> {
    let make = || async {
        if let Some(secret) = desk.db.read().await?.secret(token::SECRET).await? {
            return Ok(AnswerTokens::new(&secret));
        }
        let made = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
        let mut tx = desk.db.write().await?;
        // Of two nodes that make one at a time, one finds the other's.
        let now = desk.now().as_millisecond();
        let secret = tx.secret_or(token::SECRET, &made, now).await?;
        tx.commit().await?;
        Ok(AnswerTokens::new(&secret))
    };
    desk.answer_tokens.get_or_try_init(make).await
}

/// A mail as staff see it in lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailView {
    /// Its number.
    pub id: i64,
    /// What became of it.
    pub state: &'static str,
    /// Why it waits, as a word.
    pub why: Option<&'static str>,
    /// Why it waits, in words, in English.
    pub reason: Option<String>,
    /// The report that it belongs to, or seems to.
    pub report_id: Option<i64>,
    /// Whom it says that it is from; empty while nobody has read it, or when it does not say so.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// Whom its envelope has as the sender: empty for nobody.
    pub envelope_from: Option<String>,
    /// Whom its envelope has as the recipient.
    pub envelope_to: String,
    /// Which way it came: `lmtp`, `imap:<name>`, `folder:<name>`, `api`, `form`, `ingest`.
    pub door: String,
    /// Bytes.
    pub size: i64,
    /// Files that came with it.
    pub files: i64,
    /// When it came.
    pub received_at: String,
    /// The member of staff who decided about it.
    pub decided_by: Option<String>,
    /// Somebody may complain in it: only those may read it who may see who complains.
    #[serde(skip)]
    pub may_complain: bool,
}

impl MailView {
    fn of(row: MailRow) -> Self {
        let why = row.why;
        Self {
            may_complain: crate::inbox::may_complain(&row),
            id: row.id.0,
            reason: why.map(|why| portreeve_i18n::reason::mail_waits(Language::English, why)),
            state: row.state.code(),
            why: why.map(Why::code),
            report_id: row.report.map(|report| report.0),
            from: row.from_address,
            subject: without_secret_links(&row.subject),
            envelope_from: row.envelope_from,
            envelope_to: row.envelope_to,
            door: row.door,
            size: row.size,
            files: row.files,
            received_at: from_millis(row.received_at).map(|at| at.to_string()).unwrap_or_default(),
            decided_by: row.decided_by,
        }
    }
}

/// A mail with what is in it.
#[derive(Debug, Clone, Serialize)]
pub struct WholeMail {
    /// The mail.
    #[serde(flatten)]
    pub mail: MailView,
    /// Its text, without the customer's secret links. HTML as plain text.
    pub text: String,
    /// Its text without what it quotes.
    pub said: String,
    /// Files that came with it.
    pub attached: Vec<AttachedFile>,
}

/// A file that came with a mail.
#[derive(Debug, Clone, Serialize)]
pub struct AttachedFile {
    /// Its name, as the sender has it.
    pub name: String,
    /// Its media type, as the sender has it.
    pub media_type: String,
    /// Bytes.
    pub size: usize,
}

/// The mails that nobody has read.
#[derive(Debug, Clone, Serialize)]
pub struct UnreadView {
    /// How many, up to [`BOUND`].
    pub count: i64,
    /// When the oldest came.
    pub since: Option<String>,
    /// Staff were told that they are not read in time; deadlines are put off.
    pub is_behind: bool,
}

/// How much mail is not read.
pub async fn unread(desk: &Desk) -> Result<UnreadView, StoreError> {
    let mut tx = desk.db.read().await?;
    let unread = tx.unread_mails(BOUND).await?;
    let is_behind = tx.desk_state().await?.reading_behind_since.is_some();
    let since = unread.since.and_then(from_millis).map(|at| at.to_string());
    Ok(UnreadView { count: unread.count, since, is_behind })
}

/// Mails that wait for staff, the oldest first, after `after`.
pub async fn waiting(
    desk: &Desk,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<MailView>, StoreError> {
    let after = MailId(after.unwrap_or(0));
    let rows = desk.db.read().await?.waiting_mails(after, limit).await?;
    Ok(rows.into_iter().map(MailView::of).collect())
}

/// Mails that belong to a report or seem to, the newest first.
pub async fn of_report(
    desk: &Desk,
    report: ReportId,
    limit: i64,
) -> Result<Vec<MailView>, StoreError> {
    let rows = desk.db.read().await?.mails_of_report(report, limit).await?;
    Ok(rows.into_iter().map(MailView::of).collect())
}

/// A mail with what is in it.
pub async fn show(desk: &Desk, id: MailId) -> Result<Option<WholeMail>, StoreError> {
    let Some((row, bytes)) = row_and_bytes(desk, id).await? else { return Ok(None) };
    let read = Understood::of(desk, bytes, row.envelope_from.clone()).await.unwrap_or_default();
    let attached = read.mail.files.into_iter().map(|file| AttachedFile {
        size: file.bytes.len(),
        name: without_secret_links(&file.name),
        media_type: file.media_type,
    });
    Ok(Some(WholeMail {
        mail: MailView::of(row),
        attached: attached.collect(),
        text: read.text,
        said: read.said,
    }))
}

/// A mail byte by byte, with the links in it: for those who may answer for a customer.
pub async fn raw(desk: &Desk, id: MailId) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(row_and_bytes(desk, id).await?.map(|(_, bytes)| bytes))
}

async fn row_and_bytes(desk: &Desk, id: MailId) -> Result<Option<(MailRow, Vec<u8>)>, StoreError> {
    let mut tx = desk.db.read().await?;
    let Some(row) = tx.mail(id).await? else { return Ok(None) };
    let bytes = tx.raw_mail(&row.sha256).await?;
    let bytes = bytes.ok_or(StoreError::Inconsistent {
        table: "incoming_mails",
        column: "sha256",
        id: id.to_string(),
    })?;
    Ok(Some((row, bytes)))
}
