//! The zone that a sentence names for all times of a complaint: "All times are UTC".

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match};
use jiff::tz::{Offset, TimeZone};

use super::dates::{self, Cursor, ZONES, minutes, signed};

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
    crate::complaint::steps::take(text.len());
    let mut seen = 0;
    for found in HINTS.find_iter(text) {
        // One look for each line that has a word of times in it.
        if found.start() < seen {
            continue;
        }
        let range = line_around(text, found.start());
        seen = range.end;
        let line = text[range.clone()].trim_end_matches('\r');
        if let Some(zone) = in_heading(line) {
            return Some(zone);
        }
        if line.len() > 4 * LONGEST_SENTENCE {
            continue;
        }
        let lower = line.to_lowercase();
        let Some((at, phrase)) = about_times(&lower) else { continue };
        // The sentence may go on in the next line.
        let next =
            text[range.end..].trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default();
        let next = next[..next.floor_char_boundary(LONGEST_SENTENCE)].to_lowercase();
        let sentence = &lower[at + phrase..];
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

/// What every sentence about times and every heading of them has some of. Most lines have none.
pub(super) const HINTS_OF_TIMES: &[&str] =
    &["time", "tijd", "hor", "heure", "tc offset", "zeit", "zona", "dates are", "fus"];

static HINTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let built = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(HINTS_OF_TIMES);
    built.unwrap_or_else(|error| unreachable!("the words are constants: {error}"))
});

static ABOUT: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let built = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(ABOUT_TIMES);
    built.unwrap_or_else(|error| unreachable!("the words are constants: {error}"))
});

/// Where the first of the list stands in a line in lower case, and how long it is.
fn about_times(lower: &str) -> Option<(usize, usize)> {
    let found = ABOUT.find_overlapping_iter(lower).min_by_key(Match::pattern)?;
    Some((found.start(), found.len()))
}

/// The line in which something stands, without its end.
fn line_around(text: &str, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let begin = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
    begin..end
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
