//! Since when a service holds something.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::Field;
use crate::time::{Timestamp, to_whole_millis};

/// Since when a service holds what its row lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// The directory does not say.
    #[default]
    NotSaid,
    /// From this instant, in milliseconds.
    At(i64),
    /// It says so in a way that cannot be read.
    NotRead,
}

impl Start {
    /// The instant, where one is known.
    pub fn at(self) -> Option<i64> {
        match self {
            Self::At(at) => Some(at),
            Self::NotSaid | Self::NotRead => None,
        }
    }
}

/// Reads an instant. One without a zone, and a date alone (its first moment), are in UTC; a date of zeros, as `MySQL`
/// keeps it, is none.
pub fn start(text: &str) -> Field<Start> {
    let text = super::plain(text);
    if text.is_empty() || super::says_nothing(text) || is_zero(text) {
        return Field::whole(Start::NotSaid);
    }
    match instant(text, &TimeZone::UTC) {
        Some(at) => Field::whole(Start::At(to_whole_millis(at).as_millisecond())),
        None => Field::lost(
            Start::NotRead,
            format!(
                "{text:?} is no date that can be read (write 2026-01-31 or 2026-01-31T10:00:00Z); since when it holds \
                 this is not known"
            ),
        ),
    }
}

fn is_zero(text: &str) -> bool {
    text.starts_with("0000-00-00") && !text.contains(|c: char| matches!(c, '1'..='9'))
}

/// An instant as [`start`] reads one, in `zone` where it names none. None: the field says that there is none.
pub fn instant_in(text: &str, zone: &TimeZone) -> Result<Option<Timestamp>, NotAnInstant> {
    let text = super::plain(text);
    if text.is_empty() || super::says_nothing(text) || is_zero(text) {
        return Ok(None);
    }
    match instant(text, zone) {
        Some(at) => Ok(Some(to_whole_millis(at))),
        None => Err(NotAnInstant(text.to_owned())),
    }
}

/// A text that is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no date that can be read (write 2026-01-31 or 2026-01-31T10:00:00Z)")]
pub struct NotAnInstant(String);

fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = with_zone_attached(text);
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    // A text with a zone that cannot be read is not one without.
    let is_local = |text: &str| {
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | ' ' | 'T' | 't'))
            && text.matches('-').count() <= 2
    };
    let local: DateTime = if is_local(&text) { local(&text)? } else { return None };
    zone.to_timestamp(local).ok()
}

fn local(text: &str) -> Option<DateTime> {
    let by_day = |pattern: &str| DateTime::strptime(pattern, text).ok();
    text.parse::<DateTime>()
        .ok()
        .or_else(|| text.parse::<Date>().ok().map(DateTime::from))
        // Table programs of a good part of Europe write the day first, with full stops.
        .or_else(|| by_day("%d.%m.%Y %H:%M:%S"))
        .or_else(|| by_day("%d.%m.%Y %H:%M"))
        .or_else(|| Date::strptime("%d.%m.%Y", text).ok().map(DateTime::from))
}

/// One blank between date and time, none before the zone, and `Z` for its names in words.
fn with_zone_attached(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [rest @ .., "UTC" | "GMT" | "Z"] => format!("{}Z", rest.join(" ")),
        [rest @ .., zone] if zone.starts_with(['+', '-']) => format!("{}{zone}", rest.join(" ")),
        words => words.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_databases_and_table_programs_write_them() {
        let noon = "2026-01-31T10:00:00Z";
        let fraction = "2026-01-31T10:00:00.123Z";
        for (text, expected) in [
            ("2026-01-31T10:00:00Z", noon),
            ("2026-01-31 10:00:00", noon),
            ("  2026-01-31 10:00:00\t", noon),
            ("2026-01-31  10:00:00", noon),
            ("2026-01-31T10:00:00", noon),
            ("2026-01-31 10:00", noon),
            ("2026-01-31 10:00:00Z", noon),
            ("2026-01-31 10:00:00 UTC", noon),
            ("2026-01-31 10:00:00+00", noon),
            ("2026-01-31 12:00:00+02", noon),
            ("2026-01-31 12:00:00+0200", noon),
            ("2026-01-31 12:00:00 +02:00", noon),
            ("2026-01-31T05:00:00-05:00", noon),
            ("2026-01-31 10:00:00.123456", fraction),
            ("2026-01-31 10:00:00.123", fraction),
            ("2026-01-31T10:00:00.1239Z", fraction),
            ("31.01.2026 10:00", noon),
            ("31.01.2026 10:00:00", noon),
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            (" 2026-01-31 ", "2026-01-31T00:00:00Z"),
            ("31.01.2026", "2026-01-31T00:00:00Z"),
        ] {
            let expected: Timestamp = expected.parse().expect(expected);
            assert_eq!(start(text), Field::whole(Start::At(expected.as_millisecond())), "{text:?}");
        }
    }

    #[test]
    fn what_databases_write_for_no_date_is_none() {
        for text in [
            "",
            " ",
            "NULL",
            "null",
            "\\N",
            "-",
            "N/A",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "0000-00-00 00:00:00.000000",
            "0000-00-00T00:00:00Z",
        ] {
            assert_eq!(start(text), Field::whole(Start::NotSaid), "{text:?}");
        }
    }

    #[test]
    fn a_date_that_can_mean_two_things_or_none_is_not_guessed() {
        for text in [
            "01/02/2026",
            "2026-02-30",
            "2026-13-01",
            "2026-00-00",
            "2026-01-31 25:00:00",
            "2026-01-31 10:00:00 CEST",
            "2026-01-31 10:00:00 Europe/Berlin",
            "1769853600",
            "yesterday",
            "31.02.2026",
            "2026",
        ] {
            let read = start(text);
            assert_eq!((read.value, read.slips.len()), (Start::NotRead, 1), "{text:?}");
            assert!(read.slips[0].why.contains(text), "{read:?}");
        }
    }
}
