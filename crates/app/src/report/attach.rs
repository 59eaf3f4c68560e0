//! Storing the files that come with what is written, in the transaction that stores what is written.

use portreeve_core::attachment::{FileName, Limits, Refused, Scan, Size};
use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::time::Timestamp;
use portreeve_store::{NewAttachmentRow, StoreError, Tx};

use super::refused::ActError;
use crate::attachment::{Files, Upload};

/// What a file is put beside.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner {
    /// A message, by its row: customer and staff see the file.
    Message(i64),
    /// A note, by its row: staff alone see it.
    Note(i64),
}

/// Where files go, and on whose behalf.
pub(super) struct Place<'a> {
    pub(super) report: ReportId,
    pub(super) owner: Owner,
    /// They come with what a customer said, whoever writes it down.
    pub(super) from_customer: bool,
    pub(super) actor: &'a Actor,
    pub(super) limits: &'a Limits,
    /// What is known of bytes that nobody had before.
    pub(super) scan: Scan,
    pub(super) now: Timestamp,
}

/// Stores files and returns what the history says about them.
pub(super) async fn attach(
    tx: &mut Tx,
    place: &Place<'_>,
    files: Files,
) -> Result<Vec<Event>, ActError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let attached = tx.attached_bytes(place.report).await?;
    let mut attached = u64::try_from(attached).unwrap_or_default();
    let from_outside = place.from_customer || files.are_of_a_mail();
    let mut events = Vec::new();
    let mut left_out = files.left_out;
    let mut n = 0;
    for upload in files.taken {
        match fits(place.limits, &upload, n, attached) {
            Ok(()) => {
                attached = attached.saturating_add(upload.size);
                let hash = upload.hash.clone();
                events.push(store(tx, place, upload, n, from_outside).await?);
                events.extend(found_before(tx, &hash).await?);
                n += 1;
            }
            Err(refused) if files.leave_out => left_out.push((upload.name, refused)),
            Err(refused) => return Err(ActError::File(upload.name, refused)),
        }
    }
    events.extend(left_out.into_iter().map(|(name, why)| left_out_event(&name, why)));
    Ok(events)
}

fn left_out_event(name: &FileName, why: Refused) -> Event {
    Event::AttachmentRefused { name: name.to_string(), why }
}

/// Looks once more, where nobody else is between: limits may have changed since the file came in.
fn fits(limits: &Limits, upload: &Upload, n: usize, attached: u64) -> Result<(), Refused> {
    limits.admit(&upload.name, n)?;
    if upload.size > limits.max_size.0 {
        return Err(Refused::TooLarge(limits.max_size));
    }
    if attached.saturating_add(upload.size) > limits.per_report.0 {
        return Err(Refused::ReportFull(limits.per_report));
    }
    Ok(())
}

async fn store(
    tx: &mut Tx,
    place: &Place<'_>,
    mut upload: Upload,
    n: usize,
    from_outside: bool,
) -> Result<Event, ActError> {
    let size = i64::try_from(upload.size).map_err(|_| StoreError::TooMany)?;
    let now = place.now.as_millisecond();
    if tx.keep_content(&upload.hash, size, place.scan, now).await? {
        write(tx, &mut upload).await?;
    }
    let (Owner::Message(owner) | Owner::Note(owner)) = place.owner;
    let row = NewAttachmentRow {
        id: format!("{:032x}", rand::random::<u128>()),
        report: place.report,
        owner,
        n: i64::try_from(n).map_err(|_| StoreError::TooMany)?,
        hash: upload.hash.clone(),
        name: upload.name.to_string(),
        size,
        author: place.actor.to_string(),
        from_outside,
        at: now,
    };
    let (hash, name) = (upload.hash, upload.name.to_string());
    match place.owner {
        Owner::Message(_) => {
            tx.add_message_attachment(&row).await?;
            Ok(Event::Attached { name, size: Size(upload.size), sha256: hash })
        }
        Owner::Note(_) => {
            tx.add_note_attachment(&row).await?;
            Ok(Event::NoteAttached { sha256: hash })
        }
    }
}

/// Bytes in which something was found are not scanned again, and staff of this report have to know, too.
async fn found_before(tx: &mut Tx, hash: &str) -> Result<Option<Event>, StoreError> {
    let known = tx.content(hash).await?.map(|known| known.scan);
    let infected = Event::AttachmentInfected { said: None, known_before: true };
    Ok((known == Some(Scan::Infected)).then_some(infected))
}

/// Writes the bytes, a piece at a time.
async fn write(tx: &mut Tx, upload: &mut Upload) -> Result<(), ActError> {
    let unread = |name: &FileName, error: &std::io::Error| {
        tracing::error!("an uploaded file cannot be read: {error}");
        ActError::File(name.clone(), Refused::NoRoom)
    };
    let name = upload.name.clone();
    upload.rewind().await.map_err(|error| unread(&name, &error))?;
    let (mut n, mut written) = (0, 0);
    loop {
        let piece = upload.piece(written).await.map_err(|error| unread(&name, &error))?;
        if piece.is_empty() {
            break;
        }
        tx.add_content_chunk(&upload.hash, n, &piece).await?;
        written += piece.len();
        n += 1;
    }
    if u64::try_from(written) == Ok(upload.size) {
        Ok(())
    } else {
        Err(ActError::File(name, Refused::Broken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attachment::NewAttachment;
    use portreeve_core::reason::QueueReason;
    use portreeve_core::report::{Allegation, Report, SuspendMethod};
    use portreeve_core::settings::Settings;
    use portreeve_core::time::Timestamp;
    use portreeve_store::{Db, NewMessage, NewReport};

    /// A message to which files can belong, in a report of its own.
    async fn stored_message(tx: &mut Tx, report: ReportId) -> i64 {
        let (at, author) = (Timestamp::UNIX_EPOCH, Actor::Customer.to_string());
        let allegation = Allegation {
            category: "Spam".into(),
            service_ip: "192.0.2.1".into(),
            additional_info: String::new(),
            suspend_method: SuspendMethod::NoSuspend,
            allow_unsuspend: false,
            pay_to_unsuspend: false,
        };
        let why = QueueReason::NoService;
        let (report, _) = Report::queue(report, None, allegation, why, at);
        let id = report.id;
        let new = NewReport { report, opened_by: author.clone() };
        tx.add_reports(&[new]).await.expect("the report is stored");
        let message = NewMessage { at: 0, author, from_customer: true, body: "see there".into() };
        tx.add_message(id, &message).await.expect("the message is stored")
    }

    /// Stores three files of 8 bytes in a report that has room for 20 bytes.
    async fn store_three(
        files: impl AsyncFnOnce(&Limits, Vec<NewAttachment>) -> Files,
    ) -> (Result<Vec<String>, ActError>, usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open_sqlite(&folder.path().join("x.db")).await.expect("opens");
        let limits = Limits { per_report: Size(20), ..Settings::default().attachments };
        let new = ["a", "b", "c"].map(|name| NewAttachment {
            name: format!("{name}.txt"),
            bytes: format!("bytes {name}.").into_bytes(),
        });
        let files = files(&limits, new.to_vec()).await;
        let mut tx = db.write().await.expect("a transaction");
        let (report, actor) = (ReportId(1), Actor::Customer);
        let message = stored_message(&mut tx, report).await;
        let place = Place {
            report,
            owner: Owner::Message(message),
            from_customer: true,
            actor: &actor,
            limits: &limits,
            scan: Scan::NotScanned,
            now: Timestamp::UNIX_EPOCH,
        };
        let events = attach(&mut tx, &place, files).await;
        let stored = tx.message_attachments(report, 0..=message, 9).await.expect("a list").len();
        let tell = |event: &Event| {
            portreeve_i18n::history::sentence(
                portreeve_i18n::Language::English,
                &jiff::tz::TimeZone::UTC,
                event,
            )
        };
        (events.map(|events| events.iter().map(tell).collect()), stored)
    }

    #[tokio::test]
    async fn of_a_mail_what_the_report_has_no_room_for_is_left_out_and_named() {
        let (said, stored) = store_three(Files::of_mail).await;
        assert_eq!(stored, 2);
        assert_eq!(
            said.expect("the message is stored all the same"),
            [
                "File “a.txt” attached (8 B)",
                "File “b.txt” attached (8 B)",
                "File “c.txt” of a mail not accepted: all files of a report can have at most 20 B together"
            ]
        );
    }

    #[tokio::test]
    async fn who_can_be_asked_is_told_which_file_has_no_room() {
        let refused = async |limits: &Limits, new| Files {
            leave_out: false,
            ..Files::of_mail(limits, new).await
        };
        let (said, _) = store_three(refused).await;
        let error = said.expect_err("it does not fit");
        assert!(
            matches!(&error, ActError::File(name, Refused::ReportFull(_)) if name.as_str() == "c.txt")
        );
    }
}
