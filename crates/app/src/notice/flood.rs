//! A mailbox that gets more notices than anybody reads: what is beyond a number in an hour waits for one digest.
//!
//! The hour begins with the first notice after the last hour was over. All notices of a batch are counted with one
//! statement, whatever number of mailboxes they are for.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_core::notice::Notice;
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_store::{Gathered, JobKind, NewGathered, NewJob, StoreError, Tx};

use super::NoticeJob;
use crate::digest::sha256_hex;

/// How long notices of a mailbox are counted together.
pub(super) const HOUR: Span = Span::from_mins(60);

/// A deadline that comes this soon after the digest is told at once: a mail server may be slow, and people need time
/// to act.
const TIME_TO_ACT: Span = Span::from_mins(60);

/// The digest goes out so long after its hour, when all that was counted in it has been written down.
const AFTER: Span = Span::from_secs(5);

/// A notice that a mailbox is to get.
#[derive(Debug)]
pub(super) struct Asked {
    /// Which of the planned ones it is.
    pub(super) place: usize,
    /// Hash of the address.
    pub(super) mailbox: String,
    pub(super) notice: Notice,
    /// When the clock of its report runs out.
    pub(super) deadline: Option<Timestamp>,
}

impl Asked {
    /// Whether it must not wait for a digest of the hour that began at `since`.
    fn goes_at_once(&self, since: i64) -> bool {
        let digest_at = from_millis(since).map(|since| HOUR.after(since));
        let is_soon =
            |deadline: Timestamp| digest_at.is_none_or(|at| deadline < TIME_TO_ACT.after(at));
        matches!(self.notice, Notice::Suspended | Notice::Link)
            || self.deadline.is_some_and(is_soon)
    }
}

/// The name under which the mailbox of a customer is known here, or several that get the same mails.
pub(super) fn mailbox(addresses: &[String]) -> String {
    let addresses: Vec<&str> = addresses.iter().map(|address| address.trim()).collect();
    sha256_hex(addresses.join(", ").to_lowercase().as_bytes())
}

/// A notice as it waits for a digest.
pub(super) fn gathered(job: NoticeJob) -> Gathered {
    Gathered { report: job.report, notice: job.notice, at: job.at.as_millisecond() }
}

/// Counts notices, and says which of them are beyond `limit` in the hour of their mailbox and have to wait: their
/// places, their mailboxes, and when the hour began.
pub(super) async fn too_many(
    tx: &mut Tx,
    asked: &[Asked],
    limit: u32,
    now: Timestamp,
) -> Result<Vec<(usize, String, i64)>, StoreError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for one in asked {
        *counts.entry(&one.mailbox).or_default() += 1;
    }
    let wanted: Vec<(String, i64)> =
        counts.iter().map(|(mailbox, count)| ((*mailbox).to_owned(), *count)).collect();
    let hours = tx.ask_mailboxes(&wanted, now.as_millisecond(), HOUR.as_millis()).await?;
    // How many of each hour were there before each of these.
    let mut before: BTreeMap<&str, (i64, i64)> = hours
        .iter()
        .map(|hour| {
            let these = counts.get(hour.mailbox.as_str()).copied().unwrap_or_default();
            (hour.mailbox.as_str(), (hour.since, hour.asked - these))
        })
        .collect();
    let mut waiting = Vec::new();
    for one in asked {
        let Some((since, before)) = before.get_mut(one.mailbox.as_str()) else { continue };
        if *before >= i64::from(limit) && !one.goes_at_once(*since) {
            waiting.push((one.place, one.mailbox.clone(), *since));
        }
        *before += 1;
    }
    Ok(waiting)
}

/// Puts notices into their digests, and sees to it that these go out.
pub(super) async fn gather(
    tx: &mut Tx,
    notices: &[NewGathered],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.gather_notices(notices).await?;
    let digests: BTreeSet<(&str, i64)> =
        notices.iter().map(|one| (one.mailbox.as_str(), one.since)).collect();
    for (mailbox, since) in digests {
        let job = NewJob { kind: JobKind::SendDigest, key: key(mailbox, since) };
        // A clock that was wrong may have begun an hour in the future.
        let (now, whole) = (now.as_millisecond(), HOUR.as_millis() + AFTER.as_millis());
        let at = (since + whole).clamp(now, now + whole);
        tx.enqueue_for(&job, at, now).await?;
    }
    Ok(())
}

/// The key of the job that sends a digest.
fn key(mailbox: &str, since: i64) -> String {
    format!("{mailbox}:{since}")
}

/// What such a key says: the mailbox, and when its hour began.
pub(super) fn of_key(key: &str) -> Option<(&str, i64)> {
    let (mailbox, since) = key.split_once(':')?;
    Some((mailbox, since.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(notice: Notice, deadline_in_minutes: Option<i64>) -> Asked {
        let at = |minutes: i64| Span::from_mins(minutes).after(Timestamp::UNIX_EPOCH);
        Asked { place: 0, mailbox: String::new(), notice, deadline: deadline_in_minutes.map(at) }
    }

    #[test]
    fn what_cannot_wait_for_a_digest_goes_at_once() {
        assert!(!asked(Notice::Opened, None).goes_at_once(0));
        assert!(asked(Notice::Suspended, None).goes_at_once(0));
        assert!(asked(Notice::Link, None).goes_at_once(0));
        assert!(asked(Notice::Opened, Some(30)).goes_at_once(0), "before the digest");
        assert!(asked(Notice::Reminder, Some(119)).goes_at_once(0), "too soon after it");
        assert!(!asked(Notice::Opened, Some(120)).goes_at_once(0));
    }

    #[test]
    fn a_mailbox_is_the_same_however_its_address_is_written() {
        let ada = mailbox(&["ada@example.com".to_owned()]);
        assert_eq!(mailbox(&["Ada@Example.com ".to_owned()]), ada);
        assert_ne!(mailbox(&["ada@example.com".to_owned(), "ben@example.com".to_owned()]), ada);
        let key = key(&ada, 17);
        assert_eq!(of_key(&key), Some((ada.as_str(), 17)));
        assert_eq!(of_key("x"), None);
    }
}
