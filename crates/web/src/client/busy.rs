//! How much of what takes place or time one customer may have done at once. Their link may be in many hands, and in those
//! of a program.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use portreeve_app::customer::Customer;

/// Forms of one customer that may arrive at one time: a quarter of the room that there is for all customers.
const FORMS: usize = 16;

/// Those among them that may have files, which are on disk meanwhile. Beyond them the text is kept and the file is not.
const WITH_FILES: usize = 2;

/// Documents that are made for one customer at one time.
const DOCUMENTS: usize = 1;

/// What customers have in hand.
#[derive(Debug)]
pub(crate) struct Busy {
    /// Forms that arrive.
    pub(super) forms: InHand,
    /// Those of them that have files.
    pub(crate) with_files: InHand,
    /// Documents that are made.
    pub(super) documents: InHand,
}

impl Default for Busy {
    fn default() -> Self {
        Self {
            forms: InHand::new(FORMS),
            with_files: InHand::new(WITH_FILES),
            documents: InHand::new(DOCUMENTS),
        }
    }
}

/// Counts by customer, or by whoever else `K` is, up to a number for each.
#[derive(Debug)]
pub(crate) struct InHand<K: Eq + Hash = Customer> {
    most: usize,
    counts: Arc<Mutex<HashMap<K, usize>>>,
}

impl<K: Eq + Hash + Clone> InHand<K> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, counts: Arc::new(Mutex::new(HashMap::new())) }
    }

    /// One more for somebody until the turn is dropped; nothing when they have as many as they may.
    pub(crate) fn begin(&self, whose: &K) -> Option<Turn<K>> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(whose.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Turn { counts: Arc::clone(&self.counts), whose: whose.clone() })
    }
}

/// One thing in hand.
#[derive(Debug)]
pub(crate) struct Turn<K: Eq + Hash = Customer> {
    counts: Arc<Mutex<HashMap<K, usize>>>,
    whose: K,
}

impl<K: Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.whose);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_customer_has_so_many_in_hand_and_no_more() {
        let customer = |id: &str| Customer {
            directory: "main".to_owned(),
            customer_id: id.to_owned(),
            only: None,
            reads_only: false,
        };
        let in_hand = InHand::new(2);
        let first = in_hand.begin(&customer("11"));
        let second = in_hand.begin(&customer("11"));
        assert!(first.is_some() && second.is_some());
        assert!(in_hand.begin(&customer("11")).is_none());
        assert!(in_hand.begin(&customer("12")).is_some());
        drop(first);
        assert!(in_hand.begin(&customer("11")).is_some());
        drop(second);
        assert!(in_hand.counts.lock().expect("whole").is_empty(), "nothing stays behind");
    }
}
