//! How complaints are placed.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::ledger::parse_net;
use crate::refusal::{Refusal, refusal};
use crate::report::LONGEST_CATEGORY;
use crate::time::Span;

/// Networks of the provider at most.
const MOST_NETWORKS: usize = 1_000;

/// How complaints are placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Intake {
    /// Whether it only looks.
    pub mode: Mode,
    /// Reports are opened without staff.
    pub auto_assign: bool,
    /// What becomes of a complaint about what a report is open for.
    pub duplicates: Duplicates,
    /// Categories of the desk, by the words of the readers.
    pub categories: BTreeMap<String, String>,
    /// Whether complaints can suspend.
    pub suspend: SuspendBy,
    /// Networks of the provider besides what the directories list.
    pub own_networks: Vec<IpNet>,
    /// Older incidents wait for staff.
    pub max_age: Span,
    /// To whom a receipt goes.
    pub acknowledge: Acknowledge,
    /// How often a customer is told of further complaints about one report.
    pub notice_every: Span,
}

impl Default for Intake {
    fn default() -> Self {
        Self {
            mode: Mode::Work,
            auto_assign: true,
            duplicates: Duplicates::Merge,
            categories: BTreeMap::new(),
            suspend: SuspendBy::Never,
            own_networks: Vec::new(),
            max_age: Span::ZERO,
            acknowledge: Acknowledge::Never,
            notice_every: Span::ZERO,
        }
    }
}

impl Intake {
    /// The desk's category for what a complaint is about.
    pub fn category(&self, word: &str) -> &str {
        match self.categories.get(word) {
            Some(category) => category,
            None => CATEGORIES.iter().find(|(kind, _)| *kind == word).map_or(OTHER, |(_, to)| to),
        }
    }
}

/// The category of what has none of its own.
const OTHER: &str = "Other";

/// What complaints can be about, in the words of the readers, and the categories that the desk has for it by default.
pub const CATEGORIES: [(&str, &str); 19] = [
    ("spam", "Spam"),
    ("phishing", "Phishing"),
    ("malware", "Malware"),
    ("login_attack", "Brute Force"),
    ("port_scan", "Port Scan"),
    ("ddos", "DDoS"),
    ("botnet", "Botnet"),
    ("compromised", "Hacking Attempts"),
    ("open_service", "Open Resolver"),
    ("vulnerable", OTHER),
    ("scraping", "Hacking Attempts"),
    ("copyright", "Copyright"),
    ("trademark", "Trademark"),
    ("fraud", "Fraud"),
    ("csam", "Illegal Content"),
    ("child_exploitation", "Illegal Content"),
    ("exposed_data", OTHER),
    ("blocklisted", "Spam"),
    ("harassment", OTHER),
];

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident($count:literal) { $($(#[$vdoc:meta])* $variant:ident = $word:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: [Self; $count] = [$(Self::$variant),*];

            /// The word of the setting.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

choices! {
    /// Whether complaints are placed or only looked at.
    Mode(2) {
        /// They are placed.
        Work = "work";
        /// They are shown with what would have been done.
        Observe = "observe";
    }
}

choices! {
    /// What becomes of a complaint about what a report is open for.
    Duplicates(2) {
        /// It joins that report.
        Merge = "merge";
        /// It opens another.
        Separate = "separate";
    }
}

choices! {
    /// Whether complaints can suspend.
    SuspendBy(2) {
        /// None can.
        Never = "never";
        /// Those of a trusted lane can, under the guards.
        Trusted = "trusted";
    }
}

choices! {
    /// To whom a receipt goes.
    Acknowledge(3) {
        /// To nobody.
        Never = "never";
        /// To authenticated senders.
        Known = "known";
        /// To everybody whose address may be theirs.
        All = "all";
    }
}

pub(super) fn categories(value: &str) -> Result<BTreeMap<String, String>, Refusal> {
    let map: BTreeMap<String, String> = serde_json::from_str(value)
        .map_err(|_| refusal!("refusal-no_json", example = r#"{"login_attack":"Brute Force"}"#))?;
    let words = || CATEGORIES.iter().map(|(word, _)| *word).chain(["other"]);
    for (word, category) in &map {
        if !words().any(|known| known == word) {
            let words: Vec<&str> = words().collect();
            return Err(refusal!("refusal-one_of", words = words.join(", ")));
        }
        if category.trim().is_empty() || category.chars().count() > LONGEST_CATEGORY {
            return Err(refusal!("refusal-bad_category", most = LONGEST_CATEGORY));
        }
    }
    Ok(map)
}

pub(super) fn networks(value: &str) -> Result<Vec<IpNet>, Refusal> {
    let bad = || refusal!("refusal-no_json", example = r#"["192.0.2.0/24"]"#);
    let list: Vec<String> = serde_json::from_str(value).map_err(|_| bad())?;
    if list.len() > MOST_NETWORKS {
        return Err(bad());
    }
    list.iter().map(|net| parse_net(net).map_err(|_| bad())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_its_own_category_or_that_of_the_desk_or_the_last() {
        let categories = categories(r#"{"login_attack":"Hacking"}"#).expect("good");
        let intake = Intake { categories, ..Intake::default() };
        assert_eq!(intake.category("login_attack"), "Hacking");
        assert_eq!(intake.category("spam"), "Spam");
        assert_eq!(intake.category("other"), "Other");
        assert_eq!(intake.category("no such"), "Other");
    }
}
