//! What reading one mail may cost. Bytes are counted as they are gone through; whoever makes a mail that takes more than
//! any real one has it looked at by people instead.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes that are gone through for one mail, each as often as it is. A mail of 25 MiB takes a tenth of it; all of it
/// is a few seconds of a processor.
pub const MOST_STEPS: u64 = 1 << 30;

/// Parts of one mail, those in other parts included.
pub const MOST_PARTS: usize = 1_000;

/// Parts in parts. Forwarding by people nests a few; each level is gone through once more.
pub const DEEPEST_PART: usize = 20;

/// Fields of one header. Mail that went through many hands has a hundred.
pub const MOST_FIELDS: usize = 2_000;

/// Longest field of a header, in bytes: a thousand recipients in `To` are not longer.
pub const LONGEST_FIELD: usize = 256 * 1024;

/// Longest field that describes a part, in bytes, and its parameters. A name of a file is the longest thing in it.
pub const LONGEST_DESCRIPTION: usize = 32 * 1024;
pub(crate) const MOST_PARAMETERS: usize = 200;

/// Why a mail was not read. Its bytes are for people to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It has more than [`MOST_PARTS`].
    TooManyParts,
    /// Its parts are deeper in each other than [`DEEPEST_PART`].
    TooDeep,
    /// A header has more than [`MOST_FIELDS`].
    TooManyFields,
    /// A field is longer than [`LONGEST_FIELD`] or [`LONGEST_DESCRIPTION`], or has too many parameters.
    TooLongAField,
    /// It takes more than [`MOST_STEPS`].
    TooMuchWork,
    /// Nobody waits for it any more: it can be read at another time.
    Stopped,
}

/// Ends what is being read, from any thread.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends it.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is to end.
    pub fn is_now(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What one mail has cost so far.
pub(crate) struct Budget<'a> {
    stop: &'a Stop,
    spent: Cell<u64>,
    parts: Cell<usize>,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(stop: &'a Stop) -> Self {
        Self { stop, spent: Cell::new(0), parts: Cell::new(0) }
    }

    /// Accounts for going through so many bytes, before it is done.
    pub(crate) fn spend(&self, steps: usize) -> Result<(), Unreadable> {
        if self.stop.is_now() {
            return Err(Unreadable::Stopped);
        }
        let spent = self.spent.get().saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
        self.spent.set(spent);
        if spent > MOST_STEPS { Err(Unreadable::TooMuchWork) } else { Ok(()) }
    }

    /// Accounts for one more part.
    pub(crate) fn one_more_part(&self) -> Result<(), Unreadable> {
        self.parts.set(self.parts.get() + 1);
        if self.parts.get() > MOST_PARTS { Err(Unreadable::TooManyParts) } else { Ok(()) }
    }

    /// What was spent.
    #[cfg(test)]
    pub(crate) fn spent(&self) -> u64 {
        self.spent.get()
    }
}
