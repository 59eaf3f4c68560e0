//! Instants and lengths of time as people read them.

use jiff::tz::TimeZone;
use portreeve_core::language;
use portreeve_core::time::{Span, from_millis};

use crate::{Language, text};

/// An instant in milliseconds as somebody in a zone reads it; nothing for one that no calendar has.
pub fn instant(language: Language, zone: &TimeZone, millis: i64) -> String {
    from_millis(millis).map(|at| language::instant(language, zone, at)).unwrap_or_default()
}

/// How far an instant is from now, in the largest unit that fits: `in 3 h`, `2 d ago`.
pub fn distance(language: Language, now: i64, at: i64) -> String {
    let ms = at.abs_diff(now);
    let (n, unit) = match ms / 1_000 {
        s @ 0..60 => (s, "time-s"),
        s @ 60..3_600 => (s / 60, "time-min"),
        s @ 3_600..172_800 => (s / 3_600, "time-h"),
        s => (s / 86_400, "time-d"),
    };
    let unit = text(language, unit, &[]);
    if at >= now {
        text!(language, "time-in", n = n, unit = unit)
    } else {
        text!(language, "time-ago", n = n, unit = unit)
    }
}

/// A length of time in at most two units: `1 h 30 min`.
pub fn length(language: Language, millis: i64) -> String {
    let unit = |n: i64, unit: &str| format!("{n} {}", text(language, unit, &[]));
    let seconds = millis / 1_000;
    match seconds {
        0..60 => unit(seconds, "time-s"),
        60..3_600 => unit(seconds / 60, "time-min"),
        3_600..86_400 => {
            let minutes = seconds % 3_600 / 60;
            let hours = unit(seconds / 3_600, "time-h");
            if minutes == 0 { hours } else { format!("{hours} {}", unit(minutes, "time-min")) }
        }
        _ => {
            let hours = seconds % 86_400 / 3_600;
            let days = unit(seconds / 86_400, "time-d");
            if hours == 0 { days } else { format!("{days} {}", unit(hours, "time-h")) }
        }
    }
}

/// A span as it was written (`1h 30m`) as a [`length`]; what is none stays as it is.
pub fn span_length(language: Language, span: &str) -> String {
    span.parse::<Span>().map_or_else(|_| span.to_owned(), |span| length(language, span.as_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_core::language::zone;

    #[test]
    fn instants_are_read_in_the_viewers_zone() {
        let berlin = zone("Europe/Berlin");
        let at = 1_700_000_000_123;
        assert_eq!(instant(Language::English, &berlin, at), "2023-11-14 23:13 CET");
        assert_eq!(instant(Language::German, &zone(""), at), "14.11.2023 22:13 UTC");
        assert_eq!(instant(Language::English, &zone("No/Where"), at), "2023-11-14 22:13 UTC");
        assert_eq!(instant(Language::English, &berlin, i64::MAX), "");
    }

    #[test]
    fn lengths_and_distances_are_told_in_their_largest_units() {
        let at = 1_700_000_000_123;
        assert_eq!(distance(Language::English, at, at + 3 * 3_600_000), "in 3 h");
        assert_eq!(distance(Language::German, at, at - 90_000), "vor 1 min");
        assert_eq!(length(Language::English, 90 * 60_000), "1 h 30 min");
        assert_eq!(span_length(Language::German, "2d"), "2 T.");
        assert_eq!(span_length(Language::German, "soon"), "soon");
    }
}
