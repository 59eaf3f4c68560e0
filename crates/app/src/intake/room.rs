//! How much mail is taken. Whoever likes can send mail that shows no report's code, and whoever saw one notice has a code:
//! a desk whose disk is full takes no reports. What is not taken stays with the mail server or in the mailbox for later.

use std::sync::PoisonError;

use portreeve_core::ids::ReportId;
use portreeve_core::time::{Span, Timestamp};
use portreeve_store::{StoreError, StrangeMails, Tx};

use super::{Door, ReceiveError};
use crate::desk::Desk;

/// How long a count is good. What is taken meanwhile is added to it; other nodes and staff may have changed it.
const GOOD_FOR: Span = Span::from_secs(10);

/// The window of `intake.report_room`.
const HOUR: Span = Span::from_mins(60);

/// The public form fills this part of the room at the most: whoever floods it keeps nobody's mail out.
const PART_OF_FORM: u64 = 4;

/// What is about other networks, and what is only observed, has this many times the room: nobody has to do anything with
/// it, so that it is not to keep out what somebody has.
const TIMES_KEPT: u64 = 10;

/// How much waits, as it was counted last: bytes.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct MailRoom {
    counted_at: Option<Timestamp>,
    to_do: u64,
    by_form: u64,
    kept: u64,
}

/// Whether there is room for a mail of so many bytes that comes by this door and shows the code of a report, or none.
pub(super) async fn look(
    desk: &Desk,
    tx: &mut Tx,
    door: &Door,
    shows: Option<ReportId>,
    size: usize,
) -> Result<(), ReceiveError> {
    match shows {
        Some(report) if has_room_for(desk, tx, report).await? => Ok(()),
        Some(report) => Err(ReceiveError::NoRoomForReport(report)),
        // What an operator hands over is no stranger's.
        None if *door == Door::CommandLine => Ok(()),
        None if has_room_for_stranger(desk, tx, door, size).await? => Ok(()),
        None => Err(ReceiveError::NoRoom),
    }
}

/// The same, and counts the mail in if there is.
pub(super) async fn take(
    desk: &Desk,
    tx: &mut Tx,
    door: &Door,
    shows: Option<ReportId>,
    size: usize,
) -> Result<(), ReceiveError> {
    look(desk, tx, door, shows, size).await?;
    if shows.is_none() {
        let mut room = desk.mail_room.lock().unwrap_or_else(PoisonError::into_inner);
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        room.to_do = room.to_do.saturating_add(size);
        room.kept = room.kept.saturating_add(size);
        if *door == Door::Form {
            room.by_form = room.by_form.saturating_add(size);
        }
    }
    Ok(())
}

/// Whether more mail that shows the code of this report is taken now. The mail that fills the room is still taken: one
/// that is larger than what is left has to come in some day.
pub(super) async fn has_room_for(
    desk: &Desk,
    tx: &mut Tx,
    report: ReportId,
) -> Result<bool, StoreError> {
    let limit = desk.live().settings.report_room.0;
    if limit == 0 {
        return Ok(true);
    }
    let since = HOUR.before(desk.now()).as_millisecond();
    let taken = tx.size_of_mails_showing(report, since).await?;
    Ok(u64::try_from(taken).unwrap_or_default() < limit)
}

async fn has_room_for_stranger(
    desk: &Desk,
    tx: &mut Tx,
    door: &Door,
    size: usize,
) -> Result<bool, StoreError> {
    let limit = desk.live().settings.mail_room.0;
    if limit == 0 {
        return Ok(true);
    }
    let now = desk.now();
    let locked = || desk.mail_room.lock().unwrap_or_else(PoisonError::into_inner);
    let mut room = *locked();
    // A clock that went back makes a count no better.
    let is_good = |at: Timestamp| at <= now && Span::between(at, now) < GOOD_FOR;
    if !room.counted_at.is_some_and(is_good) {
        let StrangeMails { to_do, by_form, kept } = tx.size_of_strange_mails().await?;
        let [to_do, by_form, kept] =
            [to_do, by_form, kept].map(|bytes| u64::try_from(bytes).unwrap_or_default());
        room = MailRoom { counted_at: Some(now), to_do, by_form, kept };
        *locked() = room;
    }
    Ok(room.fits(door, u64::try_from(size).unwrap_or(u64::MAX), limit))
}

impl MailRoom {
    fn fits(&self, door: &Door, size: u64, limit: u64) -> bool {
        let by_form = self.by_form.saturating_add(size);
        self.to_do.saturating_add(size) <= limit
            && self.kept.saturating_add(size) <= limit.saturating_mul(TIMES_KEPT)
            && (*door != Door::Form || by_form <= limit / PART_OF_FORM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_to_do_anything_with_has_more_room_and_the_form_less() {
        let room = |to_do, by_form, kept| MailRoom { counted_at: None, to_do, by_form, kept };
        assert!(room(90, 0, 90).fits(&Door::Lmtp, 10, 100));
        assert!(!room(91, 0, 91).fits(&Door::Lmtp, 10, 100));
        assert!(room(0, 0, 990).fits(&Door::Lmtp, 10, 100));
        assert!(!room(0, 0, 991).fits(&Door::Lmtp, 10, 100));
        assert!(room(25, 15, 25).fits(&Door::Form, 10, 100));
        assert!(!room(25, 16, 25).fits(&Door::Form, 10, 100));
        assert!(room(25, 25, 25).fits(&Door::Lmtp, 10, 100));
    }
}
