//! How much of what takes place or time one customer may have done at once. Their link may be in many hands, and in those
//! of a program.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use portreeve_app::customer::Customer;

/// Forms of one customer that may arrive at one time, with the files that come with them.
const FORMS: usize = 2;

/// Documents that are made for one customer at one time.
const DOCUMENTS: usize = 1;

/// What customers have in hand.
#[derive(Debug)]
pub(crate) struct Busy {
    /// Forms that arrive.
    pub(super) forms: InHand,
    /// Documents that are made.
    pub(super) documents: InHand,
}

impl Default for Busy {
    fn default() -> Self {
        Self { forms: InHand::new(FORMS), documents: InHand::new(DOCUMENTS) }
    }
}

/// Counts by customer, up to a number for each.
#[derive(Debug)]
pub(super) struct InHand {
    most: usize,
    counts: Mutex<HashMap<Customer, usize>>,
}

impl InHand {
    fn new(most: usize) -> Self {
        Self { most, counts: Mutex::default() }
    }

    /// One more for a customer until the turn is dropped; nothing when they have as many as they may.
    pub(super) fn begin(&self, customer: &Customer) -> Option<Turn<'_>> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(customer.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Turn { of: self, customer: customer.clone() })
    }
}

/// One thing in hand.
pub(super) struct Turn<'a> {
    of: &'a InHand,
    customer: Customer,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut counts = self.of.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.customer) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.customer);
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
            masquerading: false,
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
