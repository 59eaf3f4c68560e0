//! Who takes care of a report, and what it is about.

use super::{Moved, Report};
use crate::event::Event;

impl Report {
    /// Somebody else, or nobody, takes care of it from now on. Nothing happens when it was so already.
    pub fn hand_over(mut self, to: Option<String>) -> Moved {
        if self.assignee == to {
            return (self, Vec::new());
        }
        self.assignee.clone_from(&to);
        (self, vec![Event::HandedOver { to }])
    }

    /// Staff see that it is about another kind of abuse.
    pub fn change_category(mut self, to: String) -> Moved {
        if self.allegation.category == to {
            return (self, Vec::new());
        }
        let from = std::mem::replace(&mut self.allegation.category, to.clone());
        (self, vec![Event::CategoryChanged { from, to }])
    }
}
