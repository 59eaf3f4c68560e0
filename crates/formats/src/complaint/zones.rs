//! The zone that a sentence names for all times of a complaint: "All times are UTC".

use jiff::tz::{Offset, TimeZone};

use super::dates::{self, Cursor, ZONES, minutes, signed};
use super::document::lines;

/// Words with which a sentence about all times begins, in lower case.
const ABOUT_TIMES: &[&str] = &[
    "time zone",
    "timezone",
    "times are",
    "all times",
    "times in",
    "times shown",
    "timestamps",
    "time stamps",
    "time is in",
    "dates are",
    "zeitzone",
    "zeitangaben",
    "zeiten sind",
    "uhrzeiten",
    "zeitstempel",
    "zeitraum",
    "fuseau horaire",
    "(heure de",
    "(hora de",
    "les heures",
    "zona horaria",
    "las horas",
    "fuso hor",
    "horários",
    "horarios",
    "tijdzone",
    "tijden zijn",
    "local time",
    "utc offset",
    "time offset",
];

/// Places and names of zones in sentences. The longer ones first, where one begins another.
const PLACES: &[(&str, &str)] = &[
    ("central european", "Europe/Berlin"),
    ("mitteleurop", "Europe/Berlin"),
    ("eastern european", "Europe/Bucharest"),
    ("berlin", "Europe/Berlin"),
    ("vienna", "Europe/Vienna"),
    ("zurich", "Europe/Zurich"),
    ("prague", "Europe/Prague"),
    ("paris", "Europe/Paris"),
    ("amsterdam", "Europe/Amsterdam"),
    ("london", "Europe/London"),
    ("madrid", "Europe/Madrid"),
    ("moscow", "Europe/Moscow"),
    ("tokyo", "Asia/Tokyo"),
    ("japan standard", "Asia/Tokyo"),
    ("us central", "America/Chicago"),
    ("us eastern", "America/New_York"),
    ("us pacific", "America/Los_Angeles"),
    ("us mountain", "America/Denver"),
    ("eastern standard", "America/New_York"),
    ("eastern time", "America/New_York"),
    ("eastern daylight", "America/New_York"),
    ("central time", "America/Chicago"),
    ("central standard", "America/Chicago"),
    ("pacific time", "America/Los_Angeles"),
    ("pacific standard", "America/Los_Angeles"),
    ("pacific daylight", "America/Los_Angeles"),
    ("mountain time", "America/Denver"),
    ("greenwich", "UTC"),
    ("universal", "UTC"),
    ("zulu", "UTC"),
    ("koordinierte", "UTC"),
    ("new york", "America/New_York"),
    ("chicago", "America/Chicago"),
    ("los angeles", "America/Los_Angeles"),
    ("singapore", "Asia/Singapore"),
    ("hong kong", "Asia/Hong_Kong"),
    ("sydney", "Australia/Sydney"),
    ("sao paulo", "America/Sao_Paulo"),
    ("são paulo", "America/Sao_Paulo"),
    ("brasilia", "America/Sao_Paulo"),
    ("brasília", "America/Sao_Paulo"),
];

/// How much of a sentence is looked at.
const LONGEST_SENTENCE: usize = 200;

/// The zone that a sentence names for all times.
pub(super) fn in_prose(text: &str) -> Option<TimeZone> {
    for (range, line) in lines(text) {
        if let Some(zone) = in_heading(line) {
            return Some(zone);
        }
        if line.len() > 4 * LONGEST_SENTENCE || !mentions_time(line) {
            continue;
        }
        let lower = line.to_lowercase();
        let Some((at, phrase)) =
            ABOUT_TIMES.iter().find_map(|phrase| Some((lower.find(phrase)?, phrase)))
        else {
            continue;
        };
        // The sentence may go on in the next line.
        let next =
            text[range.end..].trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default();
        let next = next[..next.floor_char_boundary(LONGEST_SENTENCE)].to_lowercase();
        let sentence = &lower[at + phrase.len()..];
        let before = &lower[..at];
        let found = in_sentence(sentence).or_else(|| in_sentence(before)).or_else(|| {
            let goes_on = !line.trim_end().ends_with(['.', '!']) && dates::read(&next).is_none();
            goes_on.then(|| in_sentence(&next)).flatten()
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

/// What the heading of a list of times can be called, in lower case.
const HEADINGS: &[&str] = &[
    "time",
    "times",
    "date/time",
    "date and time",
    "timestamp",
    "log time",
    "zeit",
    "uhrzeit",
    "horário",
    "horario",
    "hora",
    "data e hora",
    "fecha y hora",
    "heure",
    "date et heure",
];

/// `Horário (UTC-3):`, with nothing behind it.
fn in_heading(line: &str) -> Option<TimeZone> {
    let (name, zone) = line.trim_end().trim_end_matches(':').strip_suffix(')')?.split_once('(')?;
    let name = name.trim();
    if name.len() > LONGEST_HEADING || !HEADINGS.contains(&name.to_lowercase().as_str()) {
        return None;
    }
    in_sentence(&zone.to_lowercase())
}

/// Bytes of the longest of them.
const LONGEST_HEADING: usize = 16;

/// Cheap, for every line.
fn mentions_time(line: &str) -> bool {
    let bytes = line.as_bytes();
    let hours = || memchr::memchr_iter(b'H', bytes);
    memchr::memchr3_iter(b't', b'T', b'h', bytes).chain(hours()).any(|at| {
        let word = &bytes[at..];
        let begins = |name: &[u8]| {
            word.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
        };
        begins(b"time")
            || begins(b"tijd")
            || begins(b"hor")
            || begins(b"heure")
            || begins(b"tc offset")
    }) || memchr::memchr3_iter(b'z', b'Z', b'd', bytes).any(|at| {
        let word = &bytes[at..];
        let begins = |name: &[u8]| {
            word.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
        };
        begins(b"zeit") || begins(b"zona") || begins(b"dates are")
    }) || line.contains("fus")
}

/// The zone that a sentence in lower case names: an offset, a name of the zone database, a place, a short name.
fn in_sentence(sentence: &str) -> Option<TimeZone> {
    let sentence = &sentence[..sentence.floor_char_boundary(LONGEST_SENTENCE)];
    // A date in it is a value, not a statement about all of them.
    if let Some(offset) = offset_in(sentence) {
        return Some(TimeZone::fixed(offset));
    }
    if let Some(name) = sentence
        .split(|c: char| c.is_whitespace() || "()[],;\"'".contains(c))
        .find(|word| word.contains('/'))
        && let Ok(zone) = TimeZone::get(name.trim_end_matches('.'))
    {
        return Some(zone);
    }
    if let Some((_, zone)) = PLACES.iter().find(|(place, _)| sentence.contains(place)) {
        return TimeZone::get(zone).ok();
    }
    let words = sentence.split(|c: char| !c.is_alphanumeric());
    let named = |word: &str| ZONES.iter().find(|(name, _)| *name == word && word.len() > 2);
    words.filter_map(named).find_map(|(_, at)| minutes(*at)).map(TimeZone::fixed)
}

/// An offset in a sentence: `+0200`, `-05:00`, `utc+2`.
fn offset_in(sentence: &str) -> Option<Offset> {
    for (at, byte) in sentence.bytes().enumerate() {
        if !matches!(byte, b'+' | b'-') {
            continue;
        }
        let before = sentence[..at].chars().next_back();
        let stands_free = before.is_none_or(|c| c.is_whitespace() || "(:[=".contains(c))
            || sentence[..at].ends_with("utc")
            || sentence[..at].ends_with("gmt");
        if stands_free && let Some(offset) = signed(&mut Cursor { text: sentence, at }) {
            return Some(offset);
        }
    }
    None
}
