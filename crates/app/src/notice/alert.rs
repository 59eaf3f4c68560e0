//! What staff are told of the desk as a whole, once when it begins: incoming mail is not read in time. The same jobs send
//! receipts to those who complain.

use portreeve_core::intake::{Reading, reading};
use portreeve_core::time::{Timestamp, from_millis};
use portreeve_store::{DeskState, JobKind, NewJob, StoreError};

use super::staff::{Reader, Told};
use super::to_staff::{ReadingBehind, reading_behind};
use super::{Envelope, MailError, flood, message_id_of};
use crate::desk::Desk;
use crate::intake::receipt;
use crate::work::BOUND;

/// Looks how far the reading of incoming mail is behind. When it falls behind, staff are told, on all nodes together
/// once; and once more only after it has caught up.
pub(crate) async fn watch_reading(desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = desk.db.read().await?;
    let oldest = tx.unread_mails(1).await?.since.and_then(from_millis);
    let state = tx.desk_state().await?;
    drop(tx);
    if reading(oldest, state.reading_behind_since.is_some(), now) == Reading::AsBefore {
        return Ok(());
    }
    let mut tx = desk.db.write().await?;
    // Another node may have seen it by now.
    let state = tx.desk_state_alone().await?;
    let since = match reading(oldest, state.reading_behind_since.is_some(), now) {
        Reading::AsBefore => return Ok(()),
        Reading::CaughtUp => {
            tracing::info!("incoming mail is read in time again");
            None
        }
        Reading::FellBehind => {
            tracing::warn!("incoming mail is not read in time; deadlines are put off meanwhile");
            let live = desk.live();
            let told = Told::read(&mut tx, &live.settings.staff_addresses).await?;
            let readers = told.of_alert();
            let job = |reader| NewJob { kind: JobKind::SendAlert, key: key(now, reader) };
            let jobs: Vec<NewJob> = readers.iter().map(job).collect();
            tx.enqueue(&jobs, now.as_millisecond()).await?;
            Some(now.as_millisecond())
        }
    };
    tx.put_desk_state(&DeskState { reading_behind_since: since, ..state }).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}

/// The key of the job that tells somebody. It has no address in it, as jobs are shown to operators.
fn key(begun: Timestamp, reader: &Reader) -> String {
    format!(
        "reading:{}:{}",
        begun.as_millisecond(),
        &flood::mailbox(std::slice::from_ref(&reader.to))[..16]
    )
}

/// Tells whom a job's key names. A second run sends it again under the same Message-ID. Nothing: the key cannot be
/// read.
pub(crate) async fn send(
    desk: &Desk,
    key_: &str,
) -> Result<Option<Result<(), String>>, StoreError> {
    if let Some(mail) = receipt::mail_of(key_) {
        return Ok(Some(receipt::send(desk, mail).await?));
    }
    let rest = key_.strip_prefix("reading:").and_then(|rest| rest.split_once(':'));
    let Some(begun) = rest.and_then(|(begun, _)| from_millis(begun.parse().ok()?)) else {
        return Ok(None);
    };
    let Some(mail) = &desk.mail else { return Ok(Some(Ok(()))) };
    let live = desk.live();
    let mut tx = desk.db.read().await?;
    let told = Told::read(&mut tx, &live.settings.staff_addresses).await?;
    // Whoever does not want it any more does not get it.
    let reader = told.of_alert().into_iter().find(|reader| key(begun, reader) == key_);
    let unread = tx.unread_mails(BOUND).await?;
    drop(tx);
    let Some(reader) = reader else { return Ok(Some(Ok(()))) };
    // It has caught up before anybody could be told.
    let Some(oldest) = unread.since.and_then(from_millis) else { return Ok(Some(Ok(()))) };
    let of = ReadingBehind { unread: unread.count, bound: BOUND, oldest };
    let link = desk.base_url().map(|base| format!("{base}/admin"));
    let id = |id: &str| message_id_of(id, &mail.domain);
    let envelope = Envelope {
        letter: reading_behind(reader.language, of, &reader.zone, link.as_deref()),
        to: reader.to,
        message_id: id(&format!("alert.{}", key_.replace(':', "."))),
        references: id("alert"),
        date: begun,
        sender: None,
        answers_to: None,
        is_reply: false,
    };
    Ok(Some(match mail.mailer.send(&envelope).await {
        Ok(()) => Ok(()),
        Err(MailError::Later(why) | MailError::Refused(why)) => Err(why),
    }))
}
