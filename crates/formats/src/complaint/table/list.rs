//! Lists: one address, prefix, page or domain a line, and nothing else but comments.

use crate::complaint::dates::{self, Stamp};
use crate::complaint::{Subject, declared};

/// Entries of one list.
const MOST_ENTRIES: usize = 200_000;

/// Lines before the first entry in which a date is looked for.
const MOST_PREAMBLE: usize = 50;

/// Longest line, in bytes.
const LONGEST_LINE: usize = 4096;

/// The entries of a list. Nothing when a line is anything else.
pub(super) fn entries(text: &str) -> Option<Vec<Subject>> {
    let mut entries = Vec::new();
    for line in text.lines().take(MOST_ENTRIES).map(str::trim) {
        let is_comment =
            line.is_empty() || line.starts_with(['#', ';', '<']) || line.starts_with("//");
        if is_comment || entries.is_empty() && !is_entry(line) && is_preamble(line) {
            continue;
        }
        let line = line.split_once([';', '#']).map_or(line, |(entry, _)| entry.trim());
        entries.push(entry(line)?);
    }
    (!entries.is_empty()).then_some(entries)
}

/// When the list was made, where a line before its entries says it.
pub(super) fn date(text: &str) -> Option<Stamp> {
    let before = text
        .lines()
        .take(MOST_PREAMBLE)
        .map(str::trim)
        .take_while(|line| line.is_empty() || !is_entry(line));
    before.into_iter().find_map(|line| dates::find(line).map(|(stamp, _)| stamp))
}

fn is_entry(line: &str) -> bool {
    entry(line).is_some()
}

/// A title or a date before the first entry.
fn is_preamble(line: &str) -> bool {
    line.contains(' ') && line.len() < 200
}

fn entry(line: &str) -> Option<Subject> {
    if line.len() > LONGEST_LINE || line.contains(char::is_whitespace) {
        return None;
    }
    let subject = declared::subject(line);
    // Pages whose host is none are pages all the same to whoever made the list.
    subject.filter(|subject| !matches!(subject, Subject::Email(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_nothing_else_in_it() {
        let text = "# comment\nBad pages of today\n\n192.0.2.1\n198.51.100.0/24 ; SBL1\nhttps://example.com/x\n";
        assert_eq!(entries(text).expect("a list").len(), 3);
        assert_eq!(entries("192.0.2.1\nDear Sir or Madam,\n"), None);
        assert_eq!(entries("# nothing\n"), None);
    }
}
