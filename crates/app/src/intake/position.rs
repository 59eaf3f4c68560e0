//! How far a mailbox was read: by UIDVALIDITY and UID (RFC 9051 §2.3.1.1), never by a flag that others set too.
//!
//! What comes after the first look is new. What was there before is old: it is taken only from the day on that the
//! operator names. When the server numbers a mailbox anew, all of it becomes old, from the first look on: what was
//! taken is known by the hash of its bytes, and what came while the numbers changed is taken then.

use portreeve_core::time::from_millis;
use serde::{Deserialize, Serialize};

/// Mails that stay for later are known one by one, up to so many; behind them nothing is taken.
pub const MOST_LEFT: usize = 1_000;

/// Mails that were taken, but could be neither marked nor moved, of which that is tried again.
const MOST_UNMARKED: usize = 1_000;

/// How far the clock of a mail server may be behind ours, in milliseconds.
const SLACK: i64 = 10 * 60_000;

const DAY: i64 = 86_400_000;

/// What a mailbox says when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened<'a> {
    /// Whose it is, and which of theirs.
    pub place: &'a str,
    /// As long as it is the same, numbers stand for the same mails.
    pub validity: u32,
    /// The number that the next mail gets, or a greater one.
    pub next: u32,
    /// From when on mail is wanted that was there before the first look, milliseconds.
    pub since: Option<i64>,
    /// Now, milliseconds.
    pub now: i64,
}

/// Mails that were there before, of which some are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Old {
    /// Dealt with up to this number.
    pub up_to: u32,
    /// Those from this one on are new.
    pub before: u32,
    /// Wanted are those that came at this instant or later, milliseconds.
    since: i64,
    /// What came earlier than that, if only a little, is not wanted; else the day counts, as the server has it.
    is_exact: bool,
}

impl Old {
    /// The day from which on the server is asked, as in `SEARCH SINCE`. Servers look at the day in some zone of theirs.
    pub fn day(&self) -> String {
        let margin = if self.is_exact { DAY } else { 0 };
        let at = from_millis(self.since.saturating_sub(margin)).unwrap_or_default();
        at.strftime("%-d-%b-%Y").to_string()
    }

    /// Whether a mail is wanted that came at this instant, milliseconds; none: the server does not say when.
    pub fn wants(&self, came_at: Option<i64>) -> bool {
        !self.is_exact || came_at.is_none_or(|at| at >= self.since.saturating_sub(SLACK))
    }
}

/// How far a mailbox was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    place: String,
    validity: u32,
    /// When the first look was, milliseconds.
    first_at: i64,
    /// From when on old mail was wanted at any time.
    since: Option<i64>,
    /// Of the new mails, those up to this number were dealt with.
    pub up_to: u32,
    /// What is being looked for among the old ones.
    pub old: Option<Old>,
    /// Those among them that have to come again: there was no room for them, or they could not be read.
    pub left: Vec<u32>,
    /// Those that were taken, but could be neither marked nor moved away: only that is tried again.
    #[serde(default)]
    pub unmarked: Vec<u32>,
}

impl Position {
    /// Where to go on in a mailbox, and whether that is new.
    pub fn of(known: Option<Self>, opened: &Opened<'_>) -> (Self, bool) {
        let known = known.filter(|known| known.place == opened.place);
        let Some(mut position) = known else { return (Self::first(opened), true) };
        let before = position.clone();
        // A server that was set back gives numbers a second time.
        let is_renumbered = position.validity != opened.validity || opened.next <= position.up_to;
        if is_renumbered {
            position.validity = opened.validity;
            position.up_to = opened.next.saturating_sub(1);
            position.left = Vec::new();
            position.unmarked = Vec::new();
            let all_from =
                |since, is_exact| Some(Old { up_to: 0, before: opened.next, since, is_exact });
            position.old = match position.since {
                Some(since) if since <= position.first_at => all_from(since, false),
                _ => all_from(position.first_at, true),
            };
        }
        // Earlier mail is wanted than was before.
        let wanted = opened.since.filter(|&since| position.since.is_none_or(|known| since < known));
        if let Some(since) = wanted {
            let before = position.up_to.saturating_add(1);
            position.since = Some(since);
            let is_earlier = position.old.is_none_or(|old| since < old.since);
            if is_earlier {
                position.old = Some(Old { up_to: 0, before, since, is_exact: false });
            }
        }
        let is_changed = position != before;
        (position, is_changed)
    }

    fn first(opened: &Opened<'_>) -> Self {
        let old = |since| Old { up_to: 0, before: opened.next, since, is_exact: false };
        Self {
            place: opened.place.to_owned(),
            validity: opened.validity,
            first_at: opened.now,
            since: opened.since,
            up_to: opened.next.saturating_sub(1),
            old: opened.since.map(old),
            left: Vec::new(),
            unmarked: Vec::new(),
        }
    }

    /// A mail stays for later.
    pub fn leave(&mut self, uid: u32) {
        if !self.left.contains(&uid) {
            self.left.push(uid);
        }
    }

    /// A mail need not come again.
    pub fn settle(&mut self, uid: u32) {
        self.left.retain(|&other| other != uid);
    }

    /// A mail that was taken could not be marked. Of very many some stay as they are.
    pub fn mark_later(&mut self, uid: u32) {
        self.unmarked.retain(|&other| other != uid);
        if self.unmarked.len() < MOST_UNMARKED {
            self.unmarked.push(uid);
        }
    }

    /// No more mails can be left for later.
    pub fn is_full(&self) -> bool {
        self.left.len() >= MOST_LEFT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_780_000_000_000;

    fn opened(validity: u32, next: u32, since: Option<i64>) -> Opened<'static> {
        Opened { place: "ann/INBOX", validity, next, since, now: NOON }
    }

    #[test]
    fn the_first_look_starts_with_what_comes_next() {
        let (first, is_new) = Position::of(None, &opened(7, 42, None));
        assert!(is_new && first.up_to == 41 && first.old.is_none());
        let (same, is_new) = Position::of(Some(first.clone()), &opened(7, 50, None));
        assert!(!is_new && same == first, "what came is beyond it");
        let (other, _) =
            Position::of(Some(first), &Opened { place: "ann/Abuse", ..opened(7, 50, None) });
        assert_eq!(other.up_to, 49, "another folder is looked at for the first time");
    }

    #[test]
    fn older_mail_is_taken_from_a_day_on_also_when_that_is_asked_for_later() {
        let new_year = 1_767_225_600_000;
        let (first, _) = Position::of(None, &opened(7, 42, Some(new_year)));
        let old = first.old.expect("there is some");
        assert_eq!((old.day().as_str(), old.before, first.up_to), ("1-Jan-2026", 42, 41));
        assert!(old.wants(Some(0)), "the day counts, as the server has it");
        let (without, _) = Position::of(None, &opened(7, 42, None));
        let (later, is_new) = Position::of(Some(without), &opened(7, 60, Some(new_year)));
        assert!(is_new && later.old == Some(old), "the new ones are no old ones");
        let (again, is_new) = Position::of(Some(later), &opened(7, 60, Some(new_year + DAY)));
        assert!(!is_new && again.old == Some(old));
    }

    #[test]
    fn a_mailbox_with_new_numbers_is_looked_through_from_the_first_look_on() {
        let (mut known, _) = Position::of(None, &opened(7, 42, None));
        known.leave(41);
        for (validity, next) in [(8, 10), (7, 41)] {
            let (now, is_new) = Position::of(Some(known.clone()), &opened(validity, next, None));
            let old = now.old.expect("all of it is old");
            assert!(is_new && now.left.is_empty());
            assert_eq!((now.up_to, old.up_to, old.before), (next - 1, 0, next));
            assert!(old.wants(Some(NOON)) && old.wants(None) && !old.wants(Some(NOON - DAY)));
        }
    }

    #[test]
    fn what_is_left_is_known_once() {
        let (mut known, _) = Position::of(None, &opened(7, 42, None));
        known.leave(5);
        known.leave(5);
        assert_eq!(known.left, [5]);
        known.settle(5);
        assert!(known.left.is_empty() && !known.is_full());
    }

    #[test]
    fn what_is_only_to_be_marked_makes_no_mailbox_full() {
        let (mut known, _) = Position::of(None, &opened(7, 42, None));
        let most = u32::try_from(MOST_UNMARKED).expect("a few");
        (0..most + 5).for_each(|uid| known.mark_later(uid));
        known.mark_later(0);
        assert_eq!((known.unmarked.len(), known.unmarked.last()), (MOST_UNMARKED, Some(&0)));
        assert!(!known.is_full());
        let before = serde_json::to_string(&known).expect("written");
        let before = before.split_once(",\"unmarked\"").expect("it is there").0.to_owned() + "}";
        let read: Position = serde_json::from_str(&before).expect("as it was written before");
        assert!(read.unmarked.is_empty());
    }
}
