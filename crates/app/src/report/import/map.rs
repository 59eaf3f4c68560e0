//! How the table of another desk is to be read: which of its columns are ours, and what its words mean.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use portreeve_core::report::{Outcome, Turn};
use serde::Deserialize;

/// The columns of a table of reports.
pub const COLUMNS: [&str; 16] = [
    "reference",
    "service_id",
    "customer_id",
    "category",
    "status",
    "turn",
    "outcome",
    "opened_at",
    "closed_at",
    "service_ip",
    "additional_info",
    "admin_notes",
    "customer_message",
    "staff_message",
    "allow_unsuspend",
    "suspended",
];

/// What stands for "yes" and "no" in a column that is one or the other.
const FLAGS: [&str; 8] = ["1", "true", "on", "yes", "0", "false", "off", "no"];

/// Longest name of another desk, in characters.
const LONGEST_SOURCE: usize = 100;

/// A map file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Map {
    /// What the other desk is called in the history.
    pub source: Option<String>,
    /// Of which directory its services are.
    pub directory: Option<String>,
    /// Texts are kept sanitised for HTML.
    pub entities: bool,
    /// Fields are not quoted; `\n`, `\t` and `\\` stand for what they mean, as `mysql --batch` writes them.
    pub escapes: bool,
    /// In which zone instants are that name none.
    zone: Option<String>,
    /// Our columns by what they are called there.
    columns: BTreeMap<String, String>,
    /// What the words of a column mean.
    words: BTreeMap<String, BTreeMap<String, String>>,
    /// What stands for an empty field, or for a column that is not there.
    defaults: BTreeMap<String, String>,
}

/// Why a map cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadMap(String);

impl Map {
    /// Reads a map file.
    pub fn parse(text: &str) -> Result<Self, BadMap> {
        let map: Self = toml::from_str(text).map_err(|error| BadMap(error.to_string()))?;
        let sections = [
            ("columns", map.columns.keys().collect::<Vec<_>>()),
            ("words", map.words.keys().collect()),
            ("defaults", map.defaults.keys().collect()),
        ];
        for (section, names) in sections {
            if let Some(odd) = names.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
                let known = COLUMNS.join(", ");
                return Err(BadMap(format!("[{section}] has {odd:?}; columns are: {known}")));
            }
        }
        for (column, meanings) in &map.words {
            for word in meanings.values() {
                check_word(column, word)
                    .map_err(|why| BadMap(format!("[words.{column}]: {why}")))?;
            }
        }
        for (column, word) in &map.defaults {
            check_word(column, word).map_err(|why| BadMap(format!("[defaults]: {why}")))?;
        }
        if let Some(source) = &map.source {
            check_source(source)?;
        }
        map.time_zone()?;
        Ok(map)
    }

    /// The zone of instants that name none.
    pub(super) fn time_zone(&self) -> Result<TimeZone, BadMap> {
        let Some(name) = &self.zone else { return Ok(TimeZone::UTC) };
        TimeZone::get(name)
            .map_err(|_| BadMap(format!("{name:?} is no time zone (write Europe/Berlin, say)")))
    }

    /// What a column of ours is called in the table, in lower case.
    pub(super) fn header(&self, column: &str) -> String {
        self.columns
            .get(column)
            .map_or_else(|| column.to_owned(), |name| name.trim().to_lowercase())
    }

    /// The map names this column of ours.
    pub(super) fn names(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// What a field means, in our words; what the map does not know stays as it is.
    pub(super) fn meaning<'a>(&'a self, column: &str, field: &'a str) -> &'a str {
        let meanings = self.words.get(column);
        let found = meanings.and_then(|meanings| {
            let means = |word: &&String| word.trim().eq_ignore_ascii_case(field);
            let known = meanings.keys().find(means)?;
            meanings.get(known)
        });
        match found {
            Some(meaning) => meaning,
            None if field.is_empty() => self.defaults.get(column).map_or("", String::as_str),
            None => field,
        }
    }
}

/// Whether another desk may be called this.
pub(super) fn check_source(source: &str) -> Result<(), BadMap> {
    let length = source.trim().chars().count();
    if !(1..=LONGEST_SOURCE).contains(&length) || source.chars().any(char::is_control) {
        return Err(BadMap(format!(
            "source must have 1 to {LONGEST_SOURCE} characters on one line"
        )));
    }
    Ok(())
}

/// Whether a word may stand in a column.
pub(super) fn check_word(column: &str, word: &str) -> Result<(), String> {
    let choices: Vec<&str> = match column {
        "status" => vec!["open", "closed"],
        "turn" => vec![Turn::Customer.as_str(), Turn::Staff.as_str()],
        "outcome" => Outcome::ALL.into_iter().map(Outcome::as_str).collect(),
        "allow_unsuspend" | "suspended" => FLAGS.to_vec(),
        _ => return Ok(()),
    };
    if choices.iter().any(|choice| choice.eq_ignore_ascii_case(word)) {
        return Ok(());
    }
    Err(format!("{word:?} is none of {}", choices.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_says_what_columns_and_words_mean() {
        let map = Map::parse(
            "source = \"Abuse Manager Pro\"\nzone = \"Europe/Berlin\"\n[columns]\nreference = \"Id\"\n\
             [words.status]\n\"Closed/Resolved\" = \"closed\"\n[defaults]\ncategory = \"Other\"\n",
        )
        .expect("good");
        assert_eq!((map.header("reference"), map.header("status")), ("id".into(), "status".into()));
        assert_eq!(map.meaning("status", "closed/resolved"), "closed");
        assert_eq!(map.meaning("status", "Pending"), "Pending", "whoever reads it says that");
        assert_eq!(map.meaning("category", ""), "Other");
    }

    #[test]
    fn a_map_with_something_that_nobody_knows_is_refused_and_says_what() {
        for (text, expected) in [
            ("sauce = \"x\"", "sauce"),
            ("[columns]\nservice = \"id\"", "service"),
            ("[words.status]\nDone = \"finished\"", "finished"),
            ("[defaults]\noutcome = \"gone\"", "gone"),
            ("zone = \"Mars/Olympus\"", "Mars/Olympus"),
            ("source = \"\"", "source"),
        ] {
            let error = Map::parse(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
