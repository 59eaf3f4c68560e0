//! How much fits a document. A report may have thousands of messages of 65,536 characters each; nobody reads ten
//! thousand pages, and nobody should be able to have them made.

use portreeve_print::Block;

use crate::pages::Viewer;

/// Characters that a document may have. About three hundred pages.
const ROOM: usize = 1_000_000;

/// What a line break takes: about the rest of a line.
const LINE: usize = 60;

/// The room that is left.
pub(super) struct Room<'a> {
    viewer: &'a Viewer,
    left: usize,
    /// Characters that were left out.
    cut: usize,
}

impl<'a> Room<'a> {
    pub(super) fn new(viewer: &'a Viewer) -> Self {
        Self { viewer, left: ROOM, cut: 0 }
    }

    /// As much of a text as fits, with a word about what is left out.
    pub(super) fn take(&mut self, text: &str) -> String {
        let mut fits = text.len();
        for (at, c) in text.char_indices() {
            let needs = if c == '\n' { LINE } else { 1 };
            if self.left < needs {
                fits = at;
                self.left = 0;
                break;
            }
            self.left -= needs;
        }
        let (taken, rest) = text.split_at(fits);
        if rest.is_empty() {
            return taken.to_owned();
        }
        let count = rest.chars().count();
        self.cut += count;
        let remark = self.viewer.words("print-cut", &[("n", count.into())]);
        format!("{taken}… [{remark}]")
    }

    /// Makes something of each of these, which come oldest first. Where not all of it fits, the newest does.
    pub(super) fn newest_first<T, B>(
        &mut self,
        all: &[T],
        mut make: impl FnMut(&mut Self, &T) -> B,
    ) -> Vec<B> {
        let mut made: Vec<B> = all.iter().rev().map(|one| make(self, one)).collect();
        made.reverse();
        made
    }

    /// What is said at the end where something was left out: of texts, or the beginning of a list.
    pub(super) fn remark(&self, is_list_cut: bool) -> Option<Block> {
        let key = match (self.cut > 0, is_list_cut) {
            (false, false) => return None,
            (true, _) => "print-not_whole-texts",
            (false, true) => "print-not_whole-lists",
        };
        Some(Block::Remark(self.viewer.word(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use portreeve_i18n::Language;

    #[test]
    fn what_does_not_fit_is_left_out_and_counted() {
        let viewer = Viewer { language: Language::English, zone: TimeZone::UTC, now: 0 };
        let mut room = Room::new(&viewer);
        assert_eq!(room.take("short"), "short");
        assert!(room.remark(false).is_none());
        assert!(room.remark(true).is_some());
        let cut = room.take(&"ä\n".repeat(ROOM));
        assert!(cut.chars().count() < ROOM / LINE * 3 && cut.contains("left out"), "{}", cut.len());
        assert!(room.take("ab").starts_with('…'), "nothing more fits");
        assert!(room.remark(false).is_some());
    }
}
