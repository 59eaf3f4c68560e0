//! From whom customers get mail: a host with several brands writes under each one's name.

use std::sync::Arc;

use super::Mail;

/// A sender of notices to some customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Such as `Brand abuse desk <abuse@brand.example.com>`; its address is the sender on the envelope, too.
    pub from: String,
    /// Where answers go, if not there.
    pub reply_to: Option<String>,
    /// What stands behind the `@`.
    pub domain: String,
    /// For reports of these categories, in any case of letters; none: of all.
    pub categories: Vec<String>,
    /// For services of these directories; none: of all.
    pub directories: Vec<String>,
}

impl Sender {
    fn fits(&self, directory: &str, category: &str) -> bool {
        let category = category.trim().to_lowercase();
        let is_category = |known: &String| known.trim().to_lowercase() == category;
        (self.directories.is_empty() || self.directories.iter().any(|known| known == directory))
            && (self.categories.is_empty() || self.categories.iter().any(is_category))
    }
}

impl Mail {
    /// The sender for a report about a service of `directory`: the first that fits. None: the usual one.
    pub(super) fn sender(&self, directory: &str, category: &str) -> Option<Arc<Sender>> {
        self.senders.iter().find(|sender| sender.fits(directory, category)).cloned()
    }

    /// Whether Message-IDs of ours may have this right side.
    pub(crate) fn has_domain(&self, domain: &str) -> bool {
        self.domain == domain || self.senders.iter().any(|sender| sender.domain == domain)
    }

    /// The right side of the Message-IDs of a sender.
    pub(super) fn domain_of<'a>(&'a self, sender: Option<&'a Sender>) -> &'a str {
        sender.map_or(&self.domain, |sender| &sender.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_fits_what_it_names_and_everything_where_it_names_nothing() {
        let sender = |categories: &[&str], directories: &[&str]| Sender {
            from: "abuse@brand.example.com".into(),
            reply_to: None,
            domain: "brand.example.com".into(),
            categories: categories.iter().map(|&one| one.to_owned()).collect(),
            directories: directories.iter().map(|&one| one.to_owned()).collect(),
        };
        assert!(sender(&[], &[]).fits("main", "Spam"));
        assert!(sender(&["spam "], &["main"]).fits("main", "Spam"));
        assert!(!sender(&["spam"], &["us"]).fits("main", "Spam"));
        assert!(!sender(&["phishing"], &[]).fits("main", "Spam"));
    }
}
