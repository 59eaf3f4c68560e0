//! The fields of a directory as panels, databases and table programs write them: addresses, dates, states, mail addresses
//! and domains.
//!
//! A part that cannot be read costs that part alone. What was not taken as it stands is told as a [`Slip`], beside what
//! could be read. Directory files, SQL queries and WHMCS are all read here.

use std::fmt;

mod addresses;
mod hosts;
mod mailboxes;
mod start;

pub use addresses::{is_nobodys, nets};
pub use hosts::{domains, host_of, resource};
pub use mailboxes::{MAILBOXES, mailboxes};
pub use start::{NotAnInstant, Start, instant_in, start};

/// Something in a field that was not taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// What is wrong with it, and what became of it.
    pub why: String,
    /// Whether something is missing now.
    pub weight: Weight,
}

/// What a slip costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A part could not be read: nobody knows what the row was to say, so it ends nothing of its service.
    Lost,
    /// Everything is known, and somebody should have a look.
    Noted,
}

impl Slip {
    /// A part could not be read.
    pub fn lost(why: impl Into<String>) -> Self {
        Self { why: why.into(), weight: Weight::Lost }
    }

    /// Somebody should have a look.
    pub fn noted(why: impl Into<String>) -> Self {
        Self { why: why.into(), weight: Weight::Noted }
    }
}

impl fmt::Display for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// What a field says, and what of it was not taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<T> {
    /// What could be read.
    pub value: T,
    /// What could not.
    pub slips: Vec<Slip>,
}

impl<T> Field<T> {
    /// Everything was read.
    pub fn whole(value: T) -> Self {
        Self { value, slips: Vec::new() }
    }

    /// Nothing could be read; this takes its place.
    pub fn lost(value: T, why: impl Into<String>) -> Self {
        Self { value, slips: vec![Slip::lost(why)] }
    }
}

/// A field without what stands around it; empty where a database export writes that there is no value.
pub fn plain(text: &str) -> &str {
    match text.trim() {
        "NULL" | "\\N" => "",
        text => text,
    }
}

/// Words with which people say that there is nothing.
const NOTHING: [&str; 13] = [
    "-",
    "--",
    "n/a",
    "na",
    "n.a.",
    "nil",
    "null",
    "none",
    "no",
    "not",
    "assigned",
    "unassigned",
    "dhcp",
];

/// Whether a field only says that there is nothing.
fn says_nothing(text: &str) -> bool {
    text.split_whitespace().all(|word| NOTHING.contains(&word.to_lowercase().as_str()))
}

/// The fields of a list on lines of its own: what stands for a line break becomes one.
fn with_line_breaks(text: &str) -> String {
    let mut text = text.replace("\\r", "\n").replace("\\n", "\n");
    while let Some(start) = line_tag(&text) {
        let length = text[start..].find('>').map_or(text.len() - start, |end| end + 1);
        text.replace_range(start..start + length, "\n");
    }
    text
}

/// Where a tag of HTML that breaks a line begins: `<br>`, `<br/>`, `</p>` and the like, in any case.
fn line_tag(text: &str) -> Option<usize> {
    const TAGS: [&str; 6] = ["br", "/br", "p", "/p", "li", "/li"];
    text.match_indices('<').map(|(at, _)| at).find(|at| {
        let inside: String = text[at + 1..].chars().take_while(|c| *c != '>').take(8).collect();
        let name = inside.split([' ', '\t']).next().unwrap_or_default();
        let name = if name.len() > 1 { name.trim_end_matches('/') } else { name };
        TAGS.contains(&name.to_ascii_lowercase().as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_no_value_is_none() {
        for text in ["", " ", "NULL", " NULL ", "\\N"] {
            assert_eq!(plain(text), "", "{text:?}");
        }
        assert_eq!(plain(" Null "), "Null", "people are called so");
    }

    #[test]
    fn tags_that_break_lines_break_lines() {
        assert_eq!(with_line_breaks("a<br>b<BR />c<br/>d\\r\\ne"), "a\nb\nc\nd\n\ne");
        assert_eq!(with_line_breaks("<p>a</p>b <c@example.com>"), "\na\nb <c@example.com>");
        assert_eq!(with_line_breaks("a<br"), "a\n");
    }
}
