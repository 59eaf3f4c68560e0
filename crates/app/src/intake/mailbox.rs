//! Mailboxes and folders that are read: the port to them, and the loop that looks. One node at a time reads one.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_store::{MailboxState, StoreError};
use rand::RngExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::position::Position;
use super::{Door, Incoming, MailEnvelope, ReceiveError, receive};
use crate::desk::Desk;

/// How long the place of the one who reads is ours without a sign of life. The largest mail has to come over a slow
/// line within it.
const LEASE: Span = Span::from_mins(5);

/// The same for one who waits until the server says that something came. When that one dies, another takes its place soon.
const LEASE_AT_REST: Span = Span::from_secs(15);

/// How often one who waits gives a sign of life.
const SIGN: Duration = Duration::from_secs(5);

/// How often it is looked whether a mailbox is due.
const POLL: Span = Span::from_secs(1);

/// Why a look came to nothing. What was taken stays taken.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The mailbox could not be read.
    #[error("{0}")]
    Server(String),
    /// Another process reads it by now.
    #[error("another process is reading the mailbox")]
    Busy,
    /// A mail could not be stored; it stays in the mailbox.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
}

/// Takes the mails of one look.
pub struct Taker<'a> {
    place: Place<'a>,
    door: &'a Door,
    every: Span,
    stop: watch::Receiver<bool>,
}

impl Taker<'_> {
    /// Whether a mail of so many bytes that begins with `head` has room now; else why it has none, and stays in the
    /// mailbox for later.
    pub async fn is_room_for(
        &self,
        head: &[u8],
        size: usize,
    ) -> Result<Result<(), ReceiveError>, MailboxError> {
        let room = super::is_room_for(self.place.desk, self.door, head, size).await;
        Ok(room.map_err(ReceiveError::from)?)
    }

    /// Takes a mail, unless it was taken before; whether it was not. It may leave the mailbox once this has returned.
    pub async fn take(&self, raw: &[u8]) -> Result<bool, MailboxError> {
        self.keep().await?;
        let envelope = MailEnvelope::default();
        let incoming = Incoming { door: self.door, envelope: &envelope, name: "", lane: None, raw };
        Ok(!receive(self.place.desk, &incoming).await?.known)
    }

    /// Goes on being the one who reads.
    pub async fn keep(&self) -> Result<(), MailboxError> {
        let ours = self.place.keep().await.map_err(ReceiveError::from)?;
        if ours { Ok(()) } else { Err(MailboxError::Busy) }
    }

    /// How far the mailbox was read.
    pub async fn position(&self) -> Result<Option<Position>, MailboxError> {
        let Place { desk, mailbox, .. } = self.place;
        let read = async || desk.db.read().await?.mailbox_position(mailbox).await;
        let text: Option<String> = read().await.map_err(ReceiveError::from)?;
        let bad = |error: serde_json::Error| {
            tracing::error!("how far the mailbox {mailbox} was read cannot be read: {error}");
            ReceiveError::from(StoreError::Inconsistent {
                table: "mailboxes",
                column: "position",
                id: mailbox.to_owned(),
            })
        };
        Ok(text.map(|text| serde_json::from_str(&text)).transpose().map_err(bad)?)
    }

    /// Writes down how far the mailbox was read. Only what was taken may be behind it.
    pub async fn put_position(&self, position: &Position) -> Result<(), MailboxError> {
        let text = serde_json::to_string(position).unwrap_or_default();
        let Place { desk, mailbox, lease } = &self.place;
        let write = async || {
            let mut tx = desk.db.write().await?;
            let ours = tx.put_mailbox_position(mailbox, lease, &text).await?;
            tx.commit().await.map(|()| ours)
        };
        let ours = write().await.map_err(ReceiveError::from)?;
        if ours { Ok(()) } else { Err(MailboxError::Busy) }
    }

    /// Goes on being the one who reads while it waits. It ends only when somebody else is by now.
    pub async fn stand_by(&self) -> MailboxError {
        loop {
            match self.place.keep_for(LEASE_AT_REST).await {
                Ok(true) => tokio::time::sleep(SIGN).await,
                Ok(false) => return MailboxError::Busy,
                Err(error) => return ReceiveError::from(error).into(),
            }
        }
    }

    /// Ends a look whose way stays open: so many mails were taken, and others could not be.
    pub async fn rest(&self, count: usize, trouble: Option<&str>) -> Result<(), MailboxError> {
        tell(self.place.mailbox, count, trouble);
        let Place { desk, mailbox, lease } = &self.place;
        let now = desk.now().as_millisecond();
        let write = async || {
            let mut tx = desk.db.write().await?;
            tx.put_mailbox_look(mailbox, lease, trouble, now).await?;
            tx.commit().await
        };
        Ok(write().await.map_err(ReceiveError::from)?)
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.place.desk.now()
    }

    /// How often the mailbox is looked at.
    pub fn every(&self) -> Span {
        self.every
    }

    /// The desk stops: a look ends soon.
    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits until the desk stops.
    pub async fn stopped(&self) {
        let mut stop = self.stop.clone();
        // Whoever would say so is gone, too.
        drop(stop.wait_for(|stop| *stop).await);
    }
}

/// A way to a mailbox or a folder.
#[async_trait]
pub trait MailSource: Send + Sync {
    /// Hands all that is new to `taker`, and marks each mail as done after that was taken. How many there were. One that
    /// is told when something comes may stay, and say so with [`Taker::rest`].
    async fn look(&self, taker: &Taker<'_>) -> Result<usize, MailboxError>;
}

/// A mailbox that is read.
pub struct Mailbox {
    /// Its name.
    pub name: String,
    /// What its mails come by.
    pub door: Door,
    /// How often it is looked at.
    pub every: Span,
    /// The way to it.
    pub source: Box<dyn MailSource>,
}

/// The place of the one who reads a mailbox.
struct Place<'a> {
    desk: &'a Desk,
    mailbox: &'a str,
    lease: String,
}

impl<'a> Place<'a> {
    async fn take(desk: &'a Desk, mailbox: &'a str) -> Result<Option<Self>, StoreError> {
        let lease = format!("{:032x}", rand::rng().random::<u128>());
        let place = Self { desk, mailbox, lease };
        Ok(place.keep().await?.then_some(place))
    }

    async fn keep(&self) -> Result<bool, StoreError> {
        self.keep_for(LEASE).await
    }

    async fn keep_for(&self, span: Span) -> Result<bool, StoreError> {
        let now = self.desk.now();
        let until = span.after(now).as_millisecond();
        let mut tx = self.desk.db.write().await?;
        let ours = tx.claim_mailbox(self.mailbox, &self.lease, until, now.as_millisecond()).await?;
        tx.commit().await?;
        Ok(ours)
    }

    async fn give_back(&self, trouble: Option<&str>) -> Result<(), StoreError> {
        let now = self.desk.now().as_millisecond();
        let mut tx = self.desk.db.write().await?;
        tx.release_mailbox(self.mailbox, &self.lease, trouble, now).await?;
        tx.commit().await
    }
}

/// Reads all mailboxes whenever they are due, until `stop` turns true.
pub async fn follow(desk: &Arc<Desk>, stop: watch::Receiver<bool>) {
    // Each by itself: one whose disk is slow holds up no other.
    let mut readers = JoinSet::new();
    for number in 0..desk.mailboxes.len() {
        let (desk, stop) = (Arc::clone(desk), stop.clone());
        readers.spawn(async move { follow_one(&desk, &desk.mailboxes[number], stop).await });
    }
    readers.join_all().await;
}

async fn follow_one(desk: &Desk, mailbox: &Mailbox, mut stop: watch::Receiver<bool>) {
    let pause = POLL.min(mailbox.every).to_std();
    while !*stop.borrow() {
        match look_if_due(desk, mailbox, &stop).await {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(mailbox.name, "cannot check the mailbox {}: {error}", mailbox.name);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn look_if_due(
    desk: &Desk,
    mailbox: &Mailbox,
    stop: &watch::Receiver<bool>,
) -> Result<(), StoreError> {
    let known = desk.db.read().await?.mailboxes().await?;
    let last = known.iter().find(|state| state.name == mailbox.name);
    let tried_at = last.and_then(|state| state.tried_at).and_then(from_millis);
    let now = desk.now();
    // A clock that went back makes nobody wait.
    if tried_at.is_some_and(|at| at <= now && Span::between(at, now) < mailbox.every) {
        return Ok(());
    }
    // Somebody who stays with it: nobody needs to ask again and again.
    let held_until = last.and_then(|state| state.lease_until).and_then(from_millis);
    if held_until.is_some_and(|until| until >= now && Span::between(now, until) <= LEASE) {
        return Ok(());
    }
    let Some(place) = Place::take(desk, &mailbox.name).await? else { return Ok(()) };
    let (door, every) = (&mailbox.door, mailbox.every);
    let taker = Taker { place, door, every, stop: stop.clone() };
    let (count, trouble) = match mailbox.source.look(&taker).await {
        Ok(count) => (count, None),
        Err(error) => (0, Some(error.to_string())),
    };
    tell(&mailbox.name, count, trouble.as_deref());
    taker.place.give_back(trouble.as_deref()).await
}

/// Says in the log what came of a look.
fn tell(mailbox: &str, count: usize, trouble: Option<&str>) {
    if count > 0 {
        tracing::info!(mailbox, "received {count} mails from the mailbox {mailbox}");
    }
    if let Some(why) = trouble {
        tracing::warn!(mailbox, "the mailbox {mailbox} could not be read: {why}");
    }
}

/// How the mailboxes of the configuration stand.
pub async fn states(desk: &Desk) -> Result<Vec<MailboxState>, StoreError> {
    if desk.mailboxes.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = desk.db.read().await?.mailboxes().await?;
    known.retain(|state| desk.mailboxes.iter().any(|mailbox| mailbox.name == state.name));
    Ok(known)
}
