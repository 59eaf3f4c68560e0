//! Files that come with messages and notes: taking them in (`intake.rs`), scanning them (`scan.rs`), handing them out,
//! and taking them away.
//!
//! A file of a note is for staff alone. Its row stands in a table of its own, and nothing that a customer sees is made
//! from that table: [`for_customer`] and [`CustomerAttachment`] know files of messages only.

use portreeve_core::refusal::{Refusal, refusal};
use portreeve_i18n::english;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use futures_util::Stream;
use portreeve_core::attachment::{Scan, Size};
use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::time::{from_millis, rfc3339};
use portreeve_store::{AttachmentRow, StoreError, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use crate::customer::Customer;
use crate::desk::Desk;
use crate::record::Record;

mod intake;
mod scan;

pub use intake::{Files, NewAttachment, Receiving, Upload};
pub(crate) use scan::{After, scan};
pub use scan::{Scanned, Scanner, WayToScan};

/// Bytes of a piece: what is in memory of a file that is stored, scanned or handed out.
pub(crate) const CHUNK: usize = 256 * 1024;

/// Files that are shown at a time of one report, the latest. More than its size allows of files that anybody would look
/// through.
const SHOWN: i64 = 2_000;

/// Characters of the name of a file in addresses.
const ID: usize = 32;

/// A file as staff see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttachmentView {
    /// Its name in addresses.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// The SHA-256 of its bytes, in hex digits.
    pub sha256: String,
    /// Who sent it.
    pub author: String,
    /// When.
    pub at: String,
    /// It came with a note and is for staff only.
    pub for_staff: bool,
    /// `not_scanned`, `waiting`, `clean`, `infected`, `failed` (could not be scanned) or `removed`.
    pub state: &'static str,
    /// What the scan said.
    pub detail: String,
    /// Whoever may have it may have it now.
    pub downloadable: bool,
    /// Only who has the right `answer` may have it: it comes from a customer or out of a mail, and can have a link in it
    /// by which one acts as the customer.
    pub needs_answer: bool,
    /// Who took it away.
    pub removed_by: Option<String>,
}

/// A file of a message as the customer sees it.
#[derive(Debug, Clone)]
pub struct CustomerAttachment {
    /// Its name in addresses.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How large it is.
    pub size: Size,
    /// The SHA-256 of its bytes, in hex digits.
    pub sha256: String,
    /// Whether they can have it.
    pub state: CustomerState,
}

/// Whether a customer can have a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerState {
    /// Yes.
    Ready,
    /// Not yet: it is being checked.
    BeingChecked,
    /// No: something was found in it, or it could not be checked.
    Locked,
    /// No: staff took it away.
    Removed,
}

impl CustomerState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::BeingChecked => "being_checked",
            Self::Locked => "locked",
            Self::Removed => "removed",
        }
    }
}

/// What is known of a file's bytes. Bytes that are gone are locked.
fn scan_of(row: &AttachmentRow) -> Scan {
    row.scan.unwrap_or(Scan::Failed)
}

fn size_of(row: &AttachmentRow) -> u64 {
    u64::try_from(row.size).unwrap_or_default()
}

fn view(row: AttachmentRow, for_staff: bool) -> AttachmentView {
    let (scan, size) = (scan_of(&row), size_of(&row));
    let is_removed = row.removed_at.is_some();
    AttachmentView {
        size,
        for_staff,
        state: if is_removed { "removed" } else { scan.as_str() },
        downloadable: !is_removed && scan.lets_through(),
        needs_answer: row.from_outside,
        id: row.id,
        name: row.name,
        sha256: row.hash,
        author: row.author,
        at: from_millis(row.at).map(rfc3339).unwrap_or_default(),
        detail: row.scan_detail,
        removed_by: row.removed_by,
    }
}

/// Files by the row of their message or note.
pub(crate) type ByOwner<T> = HashMap<i64, Vec<T>>;

fn by_owner<T>(rows: Vec<AttachmentRow>, shown: impl Fn(AttachmentRow) -> T) -> ByOwner<T> {
    let mut found = ByOwner::new();
    for row in rows {
        found.entry(row.owner).or_default().push(shown(row));
    }
    found
}

/// Rows of messages or notes, from the first to the last that are shown.
pub(crate) type Owners = RangeInclusive<i64>;

/// All rows there can be.
const ALL: Owners = 0..=i64::MAX;

/// The files of these messages of a report and those of these notes, for staff.
pub(crate) async fn of_report(
    tx: &mut Tx,
    report: ReportId,
    messages: Owners,
    notes: Owners,
) -> Result<(ByOwner<AttachmentView>, ByOwner<AttachmentView>), StoreError> {
    let of_messages = tx.message_attachments(report, messages, SHOWN).await?;
    let of_notes = tx.note_attachments(report, notes, SHOWN).await?;
    Ok((by_owner(of_messages, |row| view(row, false)), by_owner(of_notes, |row| view(row, true))))
}

/// The files of these messages of a report, for its customer.
pub(crate) async fn of_messages(
    tx: &mut Tx,
    report: ReportId,
    messages: Owners,
) -> Result<ByOwner<CustomerAttachment>, StoreError> {
    let rows = tx.message_attachments(report, messages, SHOWN).await?;
    Ok(by_owner(rows, |row| {
        let state = match scan_of(&row) {
            _ if row.removed_at.is_some() => CustomerState::Removed,
            scan if scan.lets_through() => CustomerState::Ready,
            Scan::Waiting => CustomerState::BeingChecked,
            _ => CustomerState::Locked,
        };
        let size = Size(size_of(&row));
        CustomerAttachment { size, sha256: row.hash, id: row.id, name: row.name, state }
    }))
}

/// All files of a report, for staff; nothing when there is no such report.
pub async fn list(
    desk: &Desk,
    report: ReportId,
) -> Result<Option<Vec<AttachmentView>>, StoreError> {
    let mut tx = desk.db.read().await?;
    if tx.report(report).await?.is_none() {
        return Ok(None);
    }
    let of_messages = tx.message_attachments(report, ALL, SHOWN).await?;
    let of_notes = tx.note_attachments(report, ALL, SHOWN).await?;
    let of_messages = of_messages.into_iter().map(|row| view(row, false));
    Ok(Some(of_messages.chain(of_notes.into_iter().map(|row| view(row, true))).collect()))
}

/// Why somebody does not get a file.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum FetchError {
    /// There is no such file of this report.
    NotThere,
    /// It may have a link in it by which one acts as the customer: it is for those who may answer for them anyway.
    NeedsAnswer,
    /// Staff took it away.
    Removed,
    /// It is being scanned.
    BeingChecked,
    /// Something was found in it.
    Infected,
    /// It could not be scanned.
    Unscanned,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FetchError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::NotThere => refusal!("refusal-fetch-not_there"),
            Self::NeedsAnswer => refusal!("refusal-fetch-needs_answer"),
            Self::Removed => refusal!("refusal-fetch-removed"),
            Self::BeingChecked => refusal!("refusal-fetch-being_checked"),
            Self::Infected => refusal!("refusal-fetch-infected"),
            Self::Unscanned => refusal!("refusal-fetch-unscanned"),
            Self::Store(_) => refusal!("refusal-unavailable"),
        }
    }
}

/// A file that somebody may have.
#[derive(Debug, Clone)]
pub struct Download {
    /// What it is called: harmless as a name on a disk and in a header.
    pub name: String,
    /// Bytes.
    pub size: u64,
    hash: String,
}

impl Download {
    fn of(row: AttachmentRow) -> Result<Self, FetchError> {
        if row.removed_at.is_some() {
            return Err(FetchError::Removed);
        }
        match scan_of(&row) {
            Scan::NotScanned | Scan::Clean => {}
            Scan::Waiting => return Err(FetchError::BeingChecked),
            Scan::Infected => return Err(FetchError::Infected),
            Scan::Failed => return Err(FetchError::Unscanned),
        }
        Ok(Self { size: size_of(&row), name: row.name, hash: row.hash })
    }

    /// Its bytes, a piece at a time, each with a look of its own: whoever reads slowly keeps no connection to the
    /// database. Fails when the bytes are taken away meanwhile, so that half a file is not taken for a whole one.
    pub fn pieces(self, desk: Arc<Desk>) -> impl Stream<Item = Result<Vec<u8>, FetchError>> + Send {
        let Self { hash, size, .. } = self;
        futures_util::stream::try_unfold((0, 0), move |(n, sent)| {
            let (desk, hash) = (Arc::clone(&desk), hash.clone());
            async move {
                if sent == size {
                    return Ok(None);
                }
                let piece = desk.db.read().await?.content_chunk(&hash, n).await?;
                let piece = piece.ok_or(FetchError::NotThere)?;
                let sent = sent + u64::try_from(piece.len()).unwrap_or(u64::MAX);
                Ok(Some((piece, (n + 1, sent))))
            }
        })
    }
}

/// A file of a message of a customer's own report. That of another one is not there.
pub async fn for_customer(
    desk: &Desk,
    customer: &Customer,
    report: ReportId,
    id: &str,
) -> Result<Download, FetchError> {
    let mut tx = desk.db.read().await?;
    let is_theirs = tx.report(report).await?.is_some_and(|report| customer.owns(&report));
    if !is_theirs || !is_id(id) {
        return Err(FetchError::NotThere);
    }
    let row = tx.message_attachment(report, id).await?;
    Download::of(row.ok_or(FetchError::NotThere)?)
}

/// A file of a report, for staff: those who may answer, or others, who get what comes from staff.
pub async fn for_staff(
    desk: &Desk,
    report: ReportId,
    id: &str,
    may_answer: bool,
) -> Result<Download, FetchError> {
    if !is_id(id) {
        return Err(FetchError::NotThere);
    }
    let mut tx = desk.db.read().await?;
    let row = match tx.message_attachment(report, id).await? {
        Some(row) => Some(row),
        None => tx.note_attachment(report, id).await?,
    };
    let row = row.ok_or(FetchError::NotThere)?;
    if row.from_outside && !may_answer {
        return Err(FetchError::NeedsAnswer);
    }
    Download::of(row)
}

/// The report of a file, for staff who have nothing but the file's name in addresses.
pub async fn report_of(desk: &Desk, id: &str) -> Result<Option<ReportId>, StoreError> {
    if !is_id(id) {
        return Ok(None);
    }
    desk.db.read().await?.report_of_attachment(id).await
}

/// Whether a text can be the name of a file in addresses: what else comes there is no question for the database.
fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Takes a file away for good: nobody can have it any more, and its bytes are forgotten when no other file has the
/// same. That it was there, and who took it away, stays on record. Whether there was such a file.
pub async fn remove(
    desk: &Desk,
    report: ReportId,
    id: &str,
    actor: &Actor,
) -> Result<bool, StoreError> {
    let now = desk.now();
    let (by, at) = (actor.to_string(), now.as_millisecond());
    let mut tx = desk.db.write().await?;
    let Some(found) = tx.report_alone(report).await? else { return Ok(false) };
    let name = match tx.remove_message_attachment(report, id, &by, at).await? {
        Some(name) => Some(name),
        None => match tx.remove_note_attachment(report, id, &by, at).await? {
            Some(_) => None,
            None => return Ok(false),
        },
    };
    let mut record = Record::new(desk);
    let service = found.subject.as_ref().map(|subject| &subject.service);
    record.add(report, service, actor, &[Event::AttachmentRemoved { name }], now);
    record.write(&mut tx, now).await?;
    tx.commit().await?;
    Ok(true)
}
