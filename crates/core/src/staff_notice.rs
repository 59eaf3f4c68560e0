//! Which mails members of staff want: notices about reports, and the summary of a day.

use crate::notice::Notice;

/// The notices that staff get.
pub const TO_STAFF: [Notice; 4] =
    [Notice::Opened, Notice::Queued, Notice::Answered, Notice::NeedsStaff];

/// The word for somebody who wants notices only about reports that they take care of.
const ONLY_MINE: &str = "mine";

/// The word for somebody who wants the summary.
const SUMMARY: &str = "summary";

/// What a member of staff wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// These notices.
    pub notices: Vec<Notice>,
    /// Only about reports that they take care of.
    pub only_mine: bool,
    /// The summary of each day.
    pub summary: bool,
}

impl Wishes {
    /// Everything.
    pub fn all() -> Self {
        Self { notices: TO_STAFF.to_vec(), only_mine: false, summary: true }
    }

    /// Nothing.
    pub fn nothing() -> Self {
        Self { notices: Vec::new(), only_mine: false, summary: false }
    }

    /// What counts for somebody: what they chose; for who has not chosen everything, or nothing where the desk has
    /// addresses of its own for what staff are told.
    pub fn of(chosen: Option<&str>, desk_has_addresses: bool) -> Self {
        match chosen {
            Some(words) => Self::parse(words),
            None if desk_has_addresses => Self::nothing(),
            None => Self::all(),
        }
    }

    /// Reads the words of [`Wishes::words`]; what is no word of ours says nothing.
    pub fn parse(words: &str) -> Self {
        let has = |wanted: &str| words.split_whitespace().any(|word| word == wanted);
        Self {
            notices: TO_STAFF.into_iter().filter(|notice| has(notice.as_str())).collect(),
            only_mine: has(ONLY_MINE),
            summary: has(SUMMARY),
        }
    }

    /// The words that stand for it, separated by blanks.
    pub fn words(&self) -> String {
        let mut words: Vec<&str> = self.notices.iter().map(|notice| notice.as_str()).collect();
        words.extend(self.only_mine.then_some(ONLY_MINE));
        words.extend(self.summary.then_some(SUMMARY));
        words.join(" ")
    }

    /// Whether they want this notice about a report that they take care of, or do not.
    pub fn want(&self, notice: Notice, is_mine: bool) -> bool {
        self.notices.contains(&notice) && (is_mine || !self.only_mine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_read_back_from_their_words() {
        let some = Wishes { notices: vec![Notice::Answered], only_mine: true, summary: false };
        for wishes in [Wishes::all(), Wishes::nothing(), some] {
            assert_eq!(Wishes::parse(&wishes.words()), wishes);
        }
        assert_eq!(Wishes::parse("opened tea"), Wishes::parse("opened"));
    }

    #[test]
    fn who_has_not_chosen_gets_all_unless_the_desk_has_addresses_of_its_own() {
        assert_eq!(Wishes::of(None, false), Wishes::all());
        assert_eq!(Wishes::of(None, true), Wishes::nothing());
        let chosen = Wishes::of(Some("opened mine"), true);
        assert!(chosen.want(Notice::Opened, true) && !chosen.want(Notice::Opened, false));
        assert!(!chosen.want(Notice::Queued, true) && !chosen.summary);
    }
}
