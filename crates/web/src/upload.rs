//! Forms with files: read a piece at a time, within limits that count while they arrive. The bytes of files go into
//! files without a name on disk, so that many that arrive at once do not fill the memory. A file that is not taken does
//! not lose what was written beside it.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::{HeaderMap, header};
use futures_util::{Stream, StreamExt};
use multer::{Field, Multipart};
use portreeve_app::attachment::{Receiving, Upload};
use portreeve_app::customer::Customer;
use portreeve_core::attachment::{FileName, Limits, Refused};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Web;
use crate::body::{self, DRAIN, Unread};
use crate::client::{InHand, Turn};
use crate::client_address::ClientAddress;
use crate::form;
use crate::memory::{Room, Sender};

/// Messages with files that may arrive at one time in this process; with them the disk that they can fill meanwhile
/// has a bound. Whoever comes beyond them keeps the text and is asked to try again.
const AT_ONCE: usize = 40;

/// How many of them customers may have: the others are kept for staff and scripts.
const FOR_CUSTOMERS: usize = 24;

/// How many of them people may have who complain and whom nobody knows: theirs are small.
const FOR_REPORTERS: usize = 8;

/// Those among them from one network.
const FOR_ONE_PLACE: usize = 2;

/// How long a form with files may take. Less than the time after which the connection is cut off (`server/pace.rs`), so
/// that whoever is too slow reads why.
const PATIENCE: Duration = Duration::from_secs(100);

/// The same for strangers, who send no files.
const PATIENCE_WITH_STRANGERS: Duration = Duration::from_secs(30);

/// Parts of a form at most: the fields of the largest one of ours, and as many files as a message may have.
const PARTS: usize = 64;

/// What may arrive without anything coming of it: the head of a part has no business to be longer.
const AHEAD: usize = 128 * 1024;

/// Who sends it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From<'a> {
    /// A customer.
    Customer(&'a Customer),
    /// A member of staff, or a script with a token.
    Staff,
    /// Somebody who complains by the public form, from this network. Their files have these limits.
    Reporter(ClientAddress, &'a Limits),
    /// Somebody whose session has ended, whose text is given back. Of files nothing is kept.
    Stranger,
}

impl From<'_> {
    fn sender(self) -> Sender {
        match self {
            Self::Customer(_) => Sender::Customer,
            Self::Staff => Sender::Staff,
            Self::Reporter(..) => Sender::Reporter,
            Self::Stranger => Sender::Stranger,
        }
    }

    fn patience(self) -> Duration {
        match self {
            Self::Customer(_) | Self::Staff | Self::Reporter(..) => PATIENCE,
            Self::Stranger => PATIENCE_WITH_STRANGERS,
        }
    }
}

/// A form that was read.
#[derive(Default)]
pub(crate) struct Sent {
    /// Its fields.
    pub(crate) fields: Vec<(String, String)>,
    /// Files that arrived whole.
    pub(crate) files: Vec<Upload>,
    /// The first file that is not taken, and why: then there are no files.
    pub(crate) refused: Option<(FileName, Refused)>,
    /// Why there is not more of it, for somebody who complains: what they typed so far is not lost.
    pub(crate) cut: Option<Unread>,
    /// The file that arrives.
    arriving: Option<FileName>,
    place: Option<Place>,
    /// What is kept of it in memory.
    pub(crate) room: Option<Room>,
}

/// Reads a form in either encoding. Its fields together may have `largest` bytes. Of files only those in fields that
/// `takes` lets through are kept.
pub(crate) async fn read(
    web: &Web,
    headers: &HeaderMap,
    body: Body,
    largest: usize,
    from: From<'_>,
    takes: impl Fn(&str) -> bool,
) -> Result<Sent, Unread> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Ok(boundary) = multer::parse_boundary(kind.unwrap_or_default()) else {
        let body = body::read(body, largest, web.memory.room(from.sender())).await?;
        let fields = form::urlencoded(&body.bytes, form::charset_in(headers)).collect();
        return Ok(Sent { fields, room: Some(body.room), ..Sent::default() });
    };
    let live = web.desk.live();
    let limits = match from {
        From::Reporter(_, limits) => limits,
        From::Customer(_) | From::Staff | From::Stranger => &live.settings.attachments,
    };
    let most = usize::try_from(limits.max_size.0).unwrap_or(usize::MAX);
    let files = usize::try_from(limits.per_message).unwrap_or(0);
    let most = most.saturating_mul(files).saturating_add(largest).saturating_add(DRAIN);
    let mut room = web.memory.room(from.sender());
    if !room.grow(AHEAD).await {
        body::discard(body, most).await?;
        return Err(Unread::NoRoom);
    }
    let sip = Sip::new(body, most);
    let ahead = Arc::clone(&sip.ahead);
    let mut reading = Reading {
        web,
        limits,
        from,
        largest,
        ahead,
        read: 0,
        is_over: false,
        room,
        had_room: true,
    };
    let mut sent = Sent::default();
    let mut parts = Multipart::new(sip, boundary);
    let read =
        tokio::time::timeout(from.patience(), reading.all(&mut parts, &mut sent, takes)).await;
    let whole = read.unwrap_or(Err(Unread::Broken));
    if let (Err(_), Some(name)) = (whole, sent.arriving.take()) {
        sent.refuse(name, Refused::Broken);
    }
    // With a file that is not taken there is an answer that keeps the text, however the rest ended.
    match whole {
        Err(unread) if matches!(from, From::Reporter(..)) => {
            sent.files.clear();
            sent.cut = Some(unread);
        }
        whole if sent.refused.is_none() => whole?,
        _ => {}
    }
    sent.room = Some(reading.room);
    Ok(sent)
}

impl Sent {
    /// Nothing is done with a form whose file is not taken: the others need not be kept.
    fn refuse(&mut self, name: FileName, why: Refused) {
        self.files.clear();
        self.place = None;
        self.refused.get_or_insert((name, why));
    }
}

struct Reading<'a> {
    web: &'a Web,
    limits: &'a Limits,
    from: From<'a>,
    /// Bytes of all fields together at most, and kept so far.
    largest: usize,
    read: usize,
    /// Some were beyond that.
    is_over: bool,
    ahead: Arc<AtomicUsize>,
    room: Room,
    /// There was room for all of it so far.
    had_room: bool,
}

impl Reading<'_> {
    async fn all(
        &mut self,
        parts: &mut Multipart<'_>,
        sent: &mut Sent,
        takes: impl Fn(&str) -> bool,
    ) -> Result<(), Unread> {
        let mut count = 0;
        while let Some(mut part) = parts.next_field().await.map_err(unread)? {
            self.ahead.store(0, Ordering::Relaxed);
            count += 1;
            match part.file_name().map(str::to_owned) {
                _ if count > PARTS => self.skip(&mut part).await?,
                // A form in which no file was chosen has a part without a name and without bytes.
                Some(name) if name.is_empty() => self.skip(&mut part).await?,
                Some(_) if !takes(part.name().unwrap_or_default()) => self.skip(&mut part).await?,
                Some(name) => self.file(&mut part, &name, sent).await?,
                None => self.field(&mut part, sent).await?,
            }
        }
        // What is too much was read to its end and dropped, so that its sender sees the answer.
        match (count > PARTS || self.is_over, self.had_room) {
            (true, _) => Err(Unread::TooLarge),
            (false, false) => Err(Unread::NoRoom),
            (false, true) => Ok(()),
        }
    }

    async fn next(&self, part: &mut Field<'_>) -> Result<Option<Bytes>, Unread> {
        let bytes = part.chunk().await.map_err(unread)?;
        self.ahead.store(0, Ordering::Relaxed);
        Ok(bytes)
    }

    async fn skip(&self, part: &mut Field<'_>) -> Result<(), Unread> {
        while self.next(part).await?.is_some() {}
        Ok(())
    }

    async fn field(&mut self, part: &mut Field<'_>, sent: &mut Sent) -> Result<(), Unread> {
        let name = part.name().unwrap_or_default().to_owned();
        let charset = form::charset_in(part.headers());
        let mut text = Vec::new();
        let mut is_whole = true;
        while let Some(bytes) = self.next(part).await? {
            let fits = self.read + bytes.len() <= self.largest;
            self.is_over |= !fits;
            self.had_room = self.had_room && (!fits || self.room.grow(bytes.len()).await);
            is_whole = is_whole && fits && self.had_room;
            if is_whole {
                self.read += bytes.len();
                text.extend_from_slice(&bytes);
            }
        }
        sent.fields.push((name, form::text(&text, charset)));
        Ok(())
    }

    /// Reads a file. Of one that is not taken the rest is read and dropped, so that what follows it is read too.
    async fn file(
        &mut self,
        part: &mut Field<'_>,
        name: &str,
        sent: &mut Sent,
    ) -> Result<(), Unread> {
        if sent.refused.is_none() {
            sent.arriving = Some(FileName::clean(name));
            match self.receive(part, name, sent).await? {
                Ok(upload) => sent.files.push(upload),
                Err((name, why)) => sent.refuse(name, why),
            }
            sent.arriving = None;
        }
        self.skip(part).await
    }

    /// A place, if one is free for such a sender.
    fn take_place(&self) -> Option<Place> {
        let uploads = &self.web.uploads;
        match self.from {
            From::Customer(customer) => {
                uploads.for_customer(self.web.customers.with_files.begin(customer))
            }
            From::Reporter(place, _) => uploads.for_reporter(place),
            From::Staff | From::Stranger => uploads.for_staff(),
        }
    }

    async fn receive(
        &mut self,
        part: &mut Field<'_>,
        name: &str,
        sent: &mut Sent,
    ) -> Result<Result<Upload, (FileName, Refused)>, Unread> {
        let clean = FileName::clean(name);
        if let Err(why) = self.limits.admit(&clean, sent.files.len()) {
            return Ok(Err((clean, why)));
        }
        if sent.place.is_none() {
            let Some(place) = self.take_place() else {
                return Ok(Err((clean, Refused::Busy)));
            };
            sent.place = Some(place);
        }
        let Ok(spool) = spool(&self.web.config.spool).await else {
            return Ok(Err((clean, Refused::NoRoom)));
        };
        let begun = Receiving::begin(self.limits, sent.files.len(), name, Some(spool));
        let mut receiving = match begun {
            Ok(receiving) => receiving,
            Err(refused) => return Ok(Err(refused)),
        };
        while let Some(bytes) = self.next(part).await? {
            if let Err(why) = receiving.take(&bytes).await {
                return Ok(Err((clean, why)));
            }
        }
        Ok(receiving.end().await.map_err(|why| (clean, why)))
    }
}

/// A file without a name: it is gone with its last user, however that ends.
async fn spool(folder: &Path) -> std::io::Result<std::fs::File> {
    let path = folder.to_owned();
    let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(path)).await;
    let made = made.map_err(std::io::Error::other).and_then(|made| made);
    made.inspect_err(|error| {
        tracing::error!("cannot create a file in {} for an upload: {error}", folder.display());
    })
}

/// What a body that cannot be read on is to its sender.
fn unread(error: multer::Error) -> Unread {
    match error {
        multer::Error::StreamReadFailed(inner) if inner.is::<TooMuch>() => Unread::TooLarge,
        _ => Unread::Broken,
    }
}

/// The body is over its limit.
#[derive(Debug, thiserror::Error)]
#[error("the body is too large")]
struct TooMuch;

/// The sender has broken off, or sends a head without an end.
#[derive(Debug, thiserror::Error)]
#[error("the body cannot be read on")]
struct Stuck;

/// A body that is handed over in sips. The reader of parts takes all that it gets into its memory before it looks at
/// it, so that after each piece it is sent to look.
struct Sip {
    body: BodyDataStream,
    read: usize,
    most: usize,
    /// Bytes since something last came of them.
    ahead: Arc<AtomicUsize>,
    has_given: bool,
    /// A head has no end: the rest is read and dropped, so that its sender sees the answer.
    is_stuck: bool,
}

impl Sip {
    fn new(body: Body, most: usize) -> Self {
        let body = body.into_data_stream();
        Self { body, read: 0, most, ahead: Arc::default(), has_given: false, is_stuck: false }
    }
}

impl Stream for Sip {
    type Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.has_given) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            let Poll::Ready(next) = self.body.poll_next_unpin(cx) else { return Poll::Pending };
            let bytes = match next {
                None if !self.is_stuck => return Poll::Ready(None),
                None | Some(Err(_)) => return Poll::Ready(Some(Err(Stuck.into()))),
                Some(Ok(bytes)) => bytes,
            };
            self.read = self.read.saturating_add(bytes.len());
            if self.read > self.most {
                return Poll::Ready(Some(Err(TooMuch.into())));
            }
            self.is_stuck |= self.ahead.fetch_add(bytes.len(), Ordering::Relaxed) > AHEAD;
            if !self.is_stuck {
                self.has_given = true;
                return Poll::Ready(Some(Ok(bytes)));
            }
        }
    }
}

/// Places for messages with files.
#[derive(Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    customers: Arc<Semaphore>,
    reporters: Arc<Semaphore>,
    from_one_place: InHand<ClientAddress>,
}

impl Places {
    pub(crate) fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(AT_ONCE)),
            customers: Arc::new(Semaphore::new(FOR_CUSTOMERS)),
            reporters: Arc::new(Semaphore::new(FOR_REPORTERS)),
            from_one_place: InHand::new(FOR_ONE_PLACE),
        }
    }

    /// A place for a customer whose turn it is.
    fn for_customer(&self, turn: Option<Turn>) -> Option<Place> {
        self.take(Some((free(&self.customers)?, Whose::Customer(turn?))))
    }

    /// A place for somebody who complains.
    fn for_reporter(&self, from: ClientAddress) -> Option<Place> {
        let turn = self.from_one_place.begin(&from)?;
        self.take(Some((free(&self.reporters)?, Whose::Reporter(turn))))
    }

    /// A place for staff.
    fn for_staff(&self) -> Option<Place> {
        self.take(None)
    }

    fn take(&self, of_some: Option<(OwnedSemaphorePermit, Whose)>) -> Option<Place> {
        Some(Place { _one: free(&self.all)?, _of_some: of_some })
    }
}

fn free(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(places).try_acquire_owned().ok()
}

/// Whose turn it is, until this is dropped.
enum Whose {
    Customer(#[expect(dead_code, reason = "held until it is dropped")] Turn),
    Reporter(#[expect(dead_code, reason = "held until it is dropped")] Turn<ClientAddress>),
}

/// A place that is taken until this is dropped.
struct Place {
    _one: OwnedSemaphorePermit,
    _of_some: Option<(OwnedSemaphorePermit, Whose)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Busy;

    #[test]
    fn one_place_has_few_uploads_at_a_time() {
        let places = Places::new();
        let here = ClientAddress::Known([192, 0, 2, 1].into());
        let taken: Vec<_> = std::iter::from_fn(|| places.for_reporter(here)).collect();
        assert_eq!(taken.len(), FOR_ONE_PLACE);
        assert!(places.for_reporter(ClientAddress::Stranger).is_some());
    }

    #[test]
    fn some_places_are_kept_for_staff() {
        let (places, busy) = (Places::new(), Busy::default());
        let mut id = 0;
        let mut of_another_customer = || {
            id += 1;
            let customer = Customer {
                directory: "main".to_owned(),
                customer_id: id.to_string(),
                only: None,
                reads_only: false,
            };
            places.for_customer(busy.with_files.begin(&customer))
        };
        let customers: Vec<_> = std::iter::from_fn(&mut of_another_customer).collect();
        let mut octet = 0;
        let from_another_place = || {
            octet += 1;
            places.for_reporter(ClientAddress::Known([192, 0, 2, octet].into()))
        };
        let reporters: Vec<_> = std::iter::from_fn(from_another_place).collect();
        let staff: Vec<_> = std::iter::from_fn(|| places.for_staff()).collect();
        assert_eq!((customers.len(), reporters.len()), (FOR_CUSTOMERS, FOR_REPORTERS));
        assert_eq!(staff.len(), AT_ONCE - FOR_CUSTOMERS - FOR_REPORTERS);
        drop(customers);
        assert!(of_another_customer().is_some());
    }
}
