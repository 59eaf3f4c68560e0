//! Phrases by which formats are recognised, looked for all at once: one pass over a text, however many formats there are.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::{refang, zones};

/// One line each: the mark and its phrase, in lower case.
macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident = $phrase:literal,)*) => {
        /// A phrase that says something about the format of a text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Mark { $($(#[$doc])* $name,)* }

        const PHRASES: &[&str] = &[$($phrase,)*];
        const ALL: &[Mark] = &[$(Mark::$name,)*];
    };
}

marks! {
    /// SpamCop's first line.
    SpamcopVersion = "[ spamcop v",
    /// The same until 2004.
    OldSpamcopVersion = "- spamcop v",
    /// Copyright notices.
    Dmca = "dmca",
    /// The law that copyright notices name.
    Section512 = "512(c)",
    /// Copyright notices.
    Perjury = "penalty of perjury",
    /// Copyright notices.
    GoodFaith = "good faith belief",
    /// Copyright notices.
    CopyrightInfringement = "copyright infring",
    /// Copyright notices.
    CopyrightOwner = "copyright owner",
    /// Copyright notices.
    CopyrightedWork = "copyrighted work",
    /// Forms of search engines.
    UrlBox = "url_box",
    /// Forms for copyright notices.
    WorkField = "_copyrighted_work",
    /// Forms for copyright notices.
    InfringementField = "infringement_url",
    /// Forms for notices about marks.
    TrademarkField = "trademark2_",
    /// Forms of search engines.
    OtherLaw = "lr_legalother",
    /// Notices about marks.
    TrademarkInfringement = "trademark infring",
    /// Counter-notices.
    Jurisdiction = "consent to the jurisdiction",
    /// Counter-notices.
    ServiceOfProcess = "accept service of process",
    /// Counter-notices.
    Misidentification = "misidentification",
    /// Counter-notices.
    CounterNotice = "counter",
}

/// Bytes of a text that are looked at. Who hides what they are behind a megabyte is plain text.
const LOOKED_AT: usize = 1024 * 1024;

static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(PHRASES.iter().chain(refang::SIGNS).chain(zones::HINTS_OF_TIMES))
        .unwrap_or_else(|error| unreachable!("the phrases are constants: {error}"))
});

/// Which phrases stand in a text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Marks {
    found: u128,
    /// Something in it can be an address that was made harmless.
    may_be_defanged: bool,
    /// Something in it can say in which zone its times are.
    may_name_zone: bool,
}

impl Marks {
    /// Looks for them.
    pub(crate) fn in_either(subject: &str, text: &str) -> Self {
        let mut marks = Self::default();
        for text in [subject, text] {
            marks.may_be_defanged |= text.len() > LOOKED_AT;
            marks.may_name_zone |= text.len() > LOOKED_AT;
            let text = &text.as_bytes()[..text.len().min(LOOKED_AT)];
            for found in FINDER.find_overlapping_iter(text) {
                match found.pattern().as_usize() {
                    at if at < PHRASES.len() => marks.found |= 1 << at,
                    at if at < PHRASES.len() + refang::SIGNS.len() => marks.may_be_defanged = true,
                    _ => marks.may_name_zone = true,
                }
            }
        }
        marks
    }

    /// Whether something can be an address that was made harmless.
    pub(crate) fn may_be_defanged(self) -> bool {
        self.may_be_defanged
    }

    /// Whether something can say in which zone times are.
    pub(crate) fn may_name_zone(self) -> bool {
        self.may_name_zone
    }

    /// Whether this one stands there.
    pub(crate) fn has(self, mark: Mark) -> bool {
        ALL.iter().position(|one| *one == mark).is_some_and(|at| self.found & (1 << at) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_every_phrase_and_each_is_in_lower_case() {
        assert!(PHRASES.len() <= 128);
        for phrase in PHRASES {
            assert_eq!(*phrase, phrase.to_lowercase());
        }
    }

    #[test]
    fn phrases_are_found_in_whatever_case_and_inside_of_each_other() {
        let marks = Marks::in_either("", "x copyright INFRINGement y");
        assert!(marks.has(Mark::CopyrightInfringement));
        assert!(!marks.has(Mark::Dmca) && !marks.may_be_defanged() && !marks.may_name_zone());
        let marks = Marks::in_either("", "example[.]com, all Times are");
        assert!(marks.may_be_defanged() && marks.may_name_zone());
    }
}
