//! Mail that comes in: kept byte by byte before it is acknowledged, read by a job, and seen by staff where nothing
//! that the desk knows became of it.

mod about;
mod assess;
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

use portreeve_core::decision::Decision;
use portreeve_core::event::{Event, Job};
use portreeve_core::ids::{Actor, MailId, ReportId, ServiceKey};
use portreeve_core::intake::{Because, IncidentFate, Lane, MailState, Why, is_same_address};
use portreeve_core::refusal::{Refusal, refusal};
use portreeve_core::report::{Allegation, LONGEST_TEXT, SuspendMethod};
use portreeve_core::text::{one_line, shorten, storable};
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_formats::Mail;
use portreeve_formats::complaint::Incident;
use portreeve_i18n::{Language, english};
use portreeve_store::{IncidentRow, MailEnd, MailRow, NewMail, StoreError, Tx};
use serde::Serialize;

pub use complaint::{DestinationView, IncidentView, SubjectView, ToldReporter};
pub(crate) use complaint::{told, told_reporter};
pub use links::without_secret_links;
pub use mailbox::{MailSource, Mailbox, MailboxError, Taker, follow, states};
pub use position::{MOST_LEFT, Old, Opened, Position};
pub use read::{Read, give_up, read};
pub(crate) use room::MailRoom;
pub use token::{AnswerTokens, LONGEST_LOCAL_PART};

use place::{Came, Opening, Share};
use token::Shown;
use understood::Understood;

use crate::attachment::{Files, NewAttachment};
use crate::audit;
use crate::desk::Desk;
use crate::digest::sha256_hex;
use crate::record::{Record, to_row};
use crate::report::{Act, ActError, Conditions, act_in, counted};
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

/// As what staff attach a mail to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachAs {
    /// As what the customer wrote.
    Message,
    /// As a note for staff.
    Note,
}

/// Why something was not done with a mail.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum MailError {
    /// There is no such mail.
    NoMail(MailId),
    /// Something became of it already.
    DoesNotWait(MailId),
    /// It was not dismissed.
    NotDismissed(MailId),
    /// The desk stops.
    Stopping,
    /// The report did not take it.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl MailError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::NoMail(id) => refusal!("refusal-mail-missing", id = id.0.to_string()),
            Self::DoesNotWait(id) => refusal!("refusal-mail-does_not_wait", id = id.0.to_string()),
            Self::NotDismissed(id) => {
                refusal!("refusal-mail-not_dismissed", id = id.0.to_string())
            }
            Self::Stopping => refusal!("refusal-stopping"),
            Self::Act(error) => error.refusal(),
        }
    }
}

impl From<StoreError> for MailError {
    fn from(error: StoreError) -> Self {
        Self::Act(error.into())
    }
}

/// Staff attach a mail that waits to a report. It does what writing the same text there by hand does.
pub async fn attach(
    desk: &Desk,
    id: MailId,
    to: ReportId,
    how: AttachAs,
    by: &Actor,
) -> Result<(), MailError> {
    let (row, bytes) = row_and_bytes(desk, id).await?.ok_or(MailError::NoMail(id))?;
    let read = Understood::of(desk, bytes, row.envelope_from.clone()).await;
    let Understood { mail, message: text, .. } = read.map_err(|_| MailError::Stopping)?;
    let is_complaint = is_complaint(desk, &row, how, to).await?;
    // Who complains, and in which words, is for those who may see that: the inbox shows it to them.
    let wish = match how {
        _ if is_complaint => Act::Note(format!("Complaint {id} was attached.")),
        AttachAs::Message => Act::AnswerByMail(text, desk.now()),
        AttachAs::Note => {
            let from = mail.from.as_deref().unwrap_or("?");
            let head = format!("{from}: {}", mail.subject);
            Act::Note(shorten(&format!("{head}\n\n{text}"), LONGEST_TEXT))
        }
    };
    let files = if is_complaint { Files::default() } else { files_of(desk, &mail).await };
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    in_state(&mut tx, id, MailState::Waiting).await?;
    let done = act_in(&mut tx, desk, to, by, wish, &Conditions::default(), files).await?;
    let service = done.report.subject.as_ref().map(|subject| &subject.service);
    let mut record = Record::new(desk);
    record.add(to, service, by, &[Event::MailAttached { mail: id }], now);
    record.write(&mut tx, now).await?;
    end(&mut tx, desk, id, MailState::Attached, None, Some(to), by).await?;
    // What it alleges counts for the report.
    if is_complaint {
        let row = tx.mail(id).await?.ok_or(MailError::NoMail(id))?;
        let rows = tx.incidents(id, complaint::STORED).await?;
        let meant = all_meant(&rows);
        let share = Share::of(meant.iter().copied(), row.format.as_deref().unwrap_or_default());
        let settings = &desk.live().settings;
        place::count_in(&mut tx, to, &row, &share, Came::Joins, settings, now).await?;
        let numbers: Vec<i64> = meant.iter().map(|one| one.n).collect();
        tx.put_incidents_into(id, &numbers, IncidentFate::ByStaff, to).await?;
        if let Some(ended) = counted(&done.report) {
            tx.count_outcome(to, Some(ended)).await?;
        }
    }
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}

/// Whether what staff attach is a complaint: something is alleged in it, it has the form of one, or it is a note about
/// what somebody else wrote than the customer.
async fn is_complaint(
    desk: &Desk,
    row: &MailRow,
    how: AttachAs,
    to: ReportId,
) -> Result<bool, StoreError> {
    // The customer writes about their own service; perhaps they answer.
    if how == AttachAs::Message && row.why == Some(Why::NoCode) {
        return Ok(false);
    }
    let mut tx = desk.db.snapshot().await?;
    if !tx.incidents(row.id, 1).await?.is_empty() {
        return Ok(true);
    }
    let Some(format) = row.format.as_deref().filter(|_| row.not_a_report.is_none()) else {
        return Ok(false);
    };
    if format != portreeve_formats::complaint::Format::Plain.as_str() {
        return Ok(true);
    }
    let may_be = row.why == Some(Why::NoToken) && !row.from_address.is_empty();
    if how == AttachAs::Message || !may_be {
        return Ok(false);
    }
    let subject = tx.report(to).await?.and_then(|report| report.subject);
    let Some(subject) = subject else { return Ok(true) };
    let known = tx.service(&subject.service).await?;
    let mailboxes = known.map(|known| known.service.mailboxes()).unwrap_or_default();
    Ok(!mailboxes.iter().any(|one| is_same_address(one, &row.from_address)))
}

/// Whether nobody has decided about an allegation yet, neither the desk nor staff.
fn is_undecided(row: &IncidentRow) -> bool {
    let fates = [IncidentFate::Waits, IncidentFate::WouldOpen, IncidentFate::WouldJoin];
    row.report.is_none() && fates.contains(&row.fate)
}

/// The allegations that staff mean who decide about a complaint as a whole: those that wait. Where none does, they say
/// that what was passed over is to be looked at all the same.
fn all_meant(rows: &[IncidentRow]) -> Vec<&IncidentRow> {
    let waiting: Vec<&IncidentRow> = rows.iter().filter(|row| is_undecided(row)).collect();
    if waiting.is_empty() {
        rows.iter().filter(|row| row.report.is_none()).collect()
    } else {
        waiting
    }
}

/// The allegations that staff mean who open a report about a service: those about it. Nobody is told of what is about
/// others; where no holder is known, staff say whose it is.
fn meant_for<'r>(rows: &'r [IncidentRow], service: &ServiceKey) -> Vec<&'r IncidentRow> {
    let waiting = || rows.iter().filter(|row| is_undecided(row));
    let is_of = |row: &&IncidentRow| {
        row.directory.as_deref() == Some(service.directory.as_str())
            && row.service_id == Some(service.id.get())
    };
    let theirs: Vec<&IncidentRow> = waiting().filter(is_of).collect();
    if !theirs.is_empty() {
        return theirs;
    }
    let nobodys: Vec<&IncidentRow> = waiting().filter(|row| row.service_id.is_none()).collect();
    if nobodys.is_empty() { all_meant(rows) } else { nobodys }
}

/// Staff open a report about a service for what waits. It suspends nobody: whoever wants that presses for it on the
/// report.
pub async fn open(
    desk: &Desk,
    id: MailId,
    service: &ServiceKey,
    by: &Actor,
) -> Result<ReportId, MailError> {
    let now = desk.now();
    let (row, bytes) = row_and_bytes(desk, id).await?.ok_or(MailError::NoMail(id))?;
    let complaint = assess::complaint(desk, &row, bytes).await.map_err(|_| MailError::Stopping)?;
    let live = desk.live();
    let settings = &live.settings;
    let mut tx = desk.db.write().await?;
    let row = in_state(&mut tx, id, MailState::Waiting).await?;
    let known = tx.service(service).await?.filter(|known| known.ended_at.is_none());
    let known = known.ok_or_else(|| ActError::NoService(service.clone()))?;
    let rows = tx.incidents(id, complaint::STORED).await?;
    let meant = meant_for(&rows, service);
    let incidents: Vec<Incident> =
        meant.iter().map(|row| complaint::incident_of(row, &complaint)).collect();
    let incidents: Vec<&Incident> = incidents.iter().collect();
    let first = incidents.first();
    let category = settings.intake.category(first.map_or("other", |one| one.category.as_str()));
    let ip = incidents.iter().find_map(|one| one.ip).map(|ip| ip.to_string());
    let language = place::language_of(&known.service, settings);
    let allegation = Allegation {
        category: category.to_owned(),
        service_ip: ip.unwrap_or_else(|| known.service.default_ip().to_owned()),
        additional_info: evidence::told(language, None, &incidents, &[]),
        suspend_method: SuspendMethod::NoSuspend,
        allow_unsuspend: false,
        pay_to_unsuspend: false,
    };
    let complained = Event::Complained { mail: id, decision: Decision::of_staff() };
    let opening = Opening { known: &known, allegation, complained };
    let opened = place::open(&mut tx, desk, vec![opening], by, now).await?;
    let report = opened.first().copied().ok_or(StoreError::TooMany)?;
    let format = row.format.clone().unwrap_or_default();
    let share = Share::of(meant.iter().copied(), &format);
    place::count_in(&mut tx, report, &row, &share, Came::Opens, settings, now).await?;
    let numbers: Vec<i64> = meant.iter().map(|one| one.n).collect();
    tx.put_incidents_into(id, &numbers, IncidentFate::ByStaff, report).await?;
    // What is about others waits on.
    let left = rows.iter().find(|row| is_undecided(row) && !numbers.contains(&row.n));
    let (state, why) = match left {
        Some(left) => (MailState::Waiting, left.why),
        None => (MailState::Placed, None),
    };
    end(&mut tx, desk, id, state, why, None, by).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(report)
}

/// The files of a mail, as far as they are taken.
async fn files_of(desk: &Desk, mail: &Mail) -> Files {
    let file = |file: &portreeve_formats::File| NewAttachment {
        name: file.name.clone(),
        bytes: file.bytes.clone(),
    };
    let files = mail.files.iter().map(file).collect();
    Files::of_mail(&desk.live().settings.attachments, files).await
}

/// Staff want nothing of a mail that waits. It is kept.
pub async fn dismiss(
    desk: &Desk,
    id: MailId,
    because: Option<Because>,
    by: &Actor,
) -> Result<(), MailError> {
    let mut tx = desk.db.write().await?;
    let row = in_state(&mut tx, id, MailState::Waiting).await?;
    end(&mut tx, desk, id, MailState::Dismissed, None, row.report, by).await?;
    tx.put_because(id, because).await?;
    audit::log(&mut tx, desk.now(), by, "mail_dismissed", &format!("mail {id}")).await?;
    Ok(tx.commit().await?)
}

/// Takes dismissing back: the mail waits again.
pub async fn restore(desk: &Desk, id: MailId, by: &Actor) -> Result<(), MailError> {
    let mut tx = desk.db.write().await?;
    let row = in_state(&mut tx, id, MailState::Dismissed).await?;
    tx.put_because(id, None).await?;
    end(&mut tx, desk, id, MailState::Waiting, None, row.report, by).await?;
    audit::log(&mut tx, desk.now(), by, "mail_restored", &format!("mail {id}")).await?;
    Ok(tx.commit().await?)
}

async fn in_state(tx: &mut Tx, id: MailId, state: MailState) -> Result<MailRow, MailError> {
    let row = tx.mail_alone(id).await?.ok_or(MailError::NoMail(id))?;
    match (row.state == state, state) {
        (true, _) => Ok(row),
        (false, MailState::Dismissed) => Err(MailError::NotDismissed(id)),
        (false, _) => Err(MailError::DoesNotWait(id)),
    }
}

/// Writes down what staff decided. Without a new reason, why the mail waited stays, for when it waits again.
async fn end(
    tx: &mut Tx,
    desk: &Desk,
    id: MailId,
    state: MailState,
    why: Option<Why>,
    report: Option<ReportId>,
    by: &Actor,
) -> Result<(), StoreError> {
    let why = match why {
        Some(why) => Some(why),
        None => tx.mail(id).await?.and_then(|row| row.why),
    };
    let by = by.to_string();
    let end = MailEnd { state, why, report, by: Some(&by) };
    tx.end_mail(id, &end, desk.now().as_millisecond()).await
}
