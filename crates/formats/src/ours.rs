//! How mail of ours is known in what an answer quotes. Whose this program is, the caller says.

use crate::fields::addresses_in;

/// What mail of ours has that no other has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ours {
    /// Addresses that it comes from or is answered to. What stands behind a `+` in them counts as well.
    pub addresses: Vec<String>,
    /// Names that it comes from.
    pub names: Vec<String>,
    /// What stands in its subjects.
    pub tags: Vec<String>,
    /// What else stands in its texts, such as the way of a link.
    pub marks: Vec<String>,
}

impl Ours {
    /// Whether we are who is named in a header or in the line above a quotation: by an address where there is one, by a
    /// name where there is none.
    pub(crate) fn wrote(&self, value: &str) -> bool {
        let mut addresses = addresses_in(value).peekable();
        if addresses.peek().is_some() {
            return addresses.any(|address| self.has_address(&address));
        }
        self.names.iter().any(|name| has_words(value, name))
    }

    fn has_address(&self, address: &str) -> bool {
        let bare = |address: &str| {
            let (local, domain) = address.rsplit_once('@')?;
            let local = local.split('+').next().unwrap_or_default();
            Some(format!("{local}@{domain}").to_ascii_lowercase())
        };
        let asked = bare(address);
        asked.is_some() && self.addresses.iter().any(|known| bare(known) == asked)
    }

    /// Whether a subject is one of ours.
    pub(crate) fn has_tag(&self, subject: &str) -> bool {
        self.tags.iter().any(|tag| subject.contains(tag.as_str()))
    }

    /// Whether a text is quoted from mail of ours.
    pub(crate) fn has_marks(&self, text: &str) -> bool {
        self.last_mark(text).is_some()
    }

    /// Where the last thing stands in a text that only mail of ours has.
    pub(crate) fn last_mark(&self, text: &str) -> Option<usize> {
        let marks = self.tags.iter().chain(&self.marks).chain(&self.addresses);
        let marks = marks.filter(|mark| !mark.is_empty());
        marks.filter_map(|mark| text.rfind(mark.as_str())).max()
    }
}

/// Whether words stand in a text with nothing of a word beside them.
fn has_words(text: &str, words: &str) -> bool {
    let words = words.trim();
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !words.is_empty()
        && text.match_indices(words).any(|(at, found)| {
            is_end(text[..at].chars().next_back())
                && is_end(text[at + found.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::Ours;

    #[test]
    fn a_name_counts_where_no_address_says_whose_it_is() {
        let ours = Ours {
            addresses: vec!["abuse@example.org".into()],
            names: vec!["Abuse desk".into()],
            ..Ours::default()
        };
        for value in [
            "Abuse desk",
            "On Tuesday, Abuse desk wrote:",
            "\"X\" <Abuse+r92.ab@EXAMPLE.org>",
            "Abuse desk [mailto:abuse@example.org]",
        ] {
            assert!(ours.wrote(value), "{value}");
        }
        for value in
            ["Abuse desks", "Abuse desk <abuse@example.net>", "abuse", "", "xabuse@example.org"]
        {
            assert!(!ours.wrote(value), "{value}");
        }
    }
}
