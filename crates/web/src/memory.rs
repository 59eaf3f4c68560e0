//! Memory for bodies: every byte of one that is kept is counted first, for strangers, customers and staff apart, so that
//! many who send at once can fill neither the memory nor the room of those who are known.
//!
//! Heads are not counted here: they come before anybody is known, so that strangers could keep staff out with them.
//! `server::BUFFER` and the number of connections bound them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const MIB: usize = 1024 * 1024;

/// For bodies of strangers: 4,096 of the largest forms that they may send (`body::STRANGERS_FORM`), or 256 of an
/// addon's largest messages, whose signature can be checked at their end only.
const STRANGERS: usize = 64 * MIB;

/// For people who complain by the public form: what one with the largest files takes while a mail is made of it, and the
/// texts of a few more. Whoever signs in has no need to wait for them.
const REPORTERS: usize = 64 * MIB;

/// For customers, who are known by a link that anybody may have: the largest answers of 64 at once.
const CUSTOMERS: usize = 64 * MIB;

/// For staff and scripts with a credential: 64 of the largest forms of the staff area, 128 of the largest calls.
const STAFF: usize = 128 * MIB;

/// How long a body waits for room that others give back. Its sender waits no longer than that for a refusal.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whose body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// Anybody.
    Stranger,
    /// Somebody who complains by the public form.
    Reporter,
    /// A customer with a link or a session.
    Customer,
    /// A member of staff who is signed in, or a script with a credential.
    Staff,
}

/// The room for bodies in this process.
#[derive(Debug)]
pub(crate) struct Memory {
    strangers: Arc<Semaphore>,
    reporters: Arc<Semaphore>,
    customers: Arc<Semaphore>,
    staff: Arc<Semaphore>,
}

impl Memory {
    /// Room in which the largest body that the drop-in endpoint takes fits, too.
    pub(crate) fn new(largest: usize) -> Self {
        let pool = |bytes: usize| Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS)));
        Self {
            strangers: pool(STRANGERS),
            reporters: pool(REPORTERS),
            customers: pool(CUSTOMERS),
            staff: pool(STAFF.max(largest)),
        }
    }

    /// An account of what is kept of one body, at first nothing.
    pub(crate) fn room(&self, sender: Sender) -> Room {
        let pool = match sender {
            Sender::Stranger => &self.strangers,
            Sender::Reporter => &self.reporters,
            Sender::Customer => &self.customers,
            Sender::Staff => &self.staff,
        };
        Room { pool: Arc::clone(pool), held: None }
    }
}

/// What one body takes; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    pool: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Takes so many bytes more, after a short wait if need be. Whether there was room.
    pub(crate) async fn grow(&mut self, bytes: usize) -> bool {
        let Ok(bytes) = u32::try_from(bytes) else { return false };
        let asked = Arc::clone(&self.pool).acquire_many_owned(bytes);
        let Ok(Ok(more)) = tokio::time::timeout(PATIENCE, asked).await else { return false };
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_strangers_keep_has_a_bound_and_takes_nothing_from_those_who_are_known() {
        let memory = Memory::new(MIB);
        let mut rooms: Vec<Room> = (0..4).map(|_| memory.room(Sender::Stranger)).collect();
        for room in &mut rooms {
            assert!(room.grow(STRANGERS / 8).await && room.grow(STRANGERS / 8).await);
        }
        let mut late = memory.room(Sender::Stranger);
        assert!(!late.grow(1).await);
        for sender in [Sender::Reporter, Sender::Customer, Sender::Staff] {
            assert!(memory.room(sender).grow(MIB).await, "{sender:?}");
        }
        let waits = tokio::spawn(async move { late.grow(STRANGERS / 4).await });
        tokio::task::yield_now().await;
        drop(rooms.pop());
        assert!(waits.await.expect("it ends"), "what is given back goes to who waits");
    }

    #[tokio::test]
    async fn the_largest_body_that_is_allowed_finds_room() {
        let memory = Memory::new(300 * MIB);
        let mut room = memory.room(Sender::Staff);
        assert!(room.grow(300 * MIB).await);
    }
}
