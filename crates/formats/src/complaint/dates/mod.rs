//! Dates as complaints write them, and the zone that they are meant in.
//!
//! A value with an offset is believed. One without is understood by what a sentence says once for all, else by the zone
//! of the mail's `Date`, else as UTC; which of these it was goes with the instant.

mod calendar;
mod months;
mod zone;

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::document::Sent;

pub(crate) use calendar::Calendar;
use months::month;
use zone::zone;
pub(super) use zone::{ZONES, minutes, signed};

/// A date in the making is never longer than this, so that looking for one in a long line takes a pass only.
const LONGEST_DATE: usize = 64;

/// Years that somebody could complain about.
const YEARS: RangeInclusive<i16> = 1990..=2099;

/// How a day can be read otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    DayFirst(Date),
    MonthFirst(Date),
}

impl Other {
    fn day(self) -> Date {
        match self {
            Self::DayFirst(day) | Self::MonthFirst(day) => day,
        }
    }

    fn is_day_first(self) -> bool {
        matches!(self, Self::DayFirst(_))
    }
}

/// A date as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The day; of the year 2000 where no year stands there.
    date: Date,
    /// The other day that it can be: `02/03/2026` with day and month the other way round.
    other: Option<Other>,
    time: Option<Time>,
    offset: Option<Offset>,
    has_year: bool,
    is_counted: bool,
}

impl Stamp {
    /// Whether an offset or the name of a zone stands with it.
    pub(crate) fn has_zone(&self) -> bool {
        self.offset.is_some()
    }

    /// Whether it stands there as seconds since 1970.
    pub(crate) fn is_counted(&self) -> bool {
        self.is_counted
    }

    /// Whether a time of day stands with it.
    pub(crate) fn has_time(&self) -> bool {
        self.time.is_some()
    }

    /// The instant of a value that has its zone with it.
    pub(crate) fn exact(&self) -> Option<Timestamp> {
        self.offset.filter(|_| self.has_year)?.to_timestamp(self.civil()).ok()
    }

    /// Whether it is one day, however it is read.
    pub(crate) fn is_certain(&self) -> bool {
        self.has_year && self.other.is_none_or(|other| other.day() == self.date)
    }

    /// Day and time as they stand there; midnight without a time.
    pub(crate) fn civil(&self) -> DateTime {
        self.date.to_datetime(self.time.unwrap_or(Time::midnight()))
    }
}

/// The date with which a text begins, whatever follows.
pub(crate) fn read(text: &str) -> Option<Stamp> {
    let is_mark = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | '[' | '<');
    let text = text.trim_start_matches(is_mark);
    parse(text).map(|(stamp, _)| stamp).or_else(|| epoch(text))
}

/// The first date in a text, and where it ends. Looks at every word once.
pub(crate) fn find(text: &str) -> Option<(Stamp, usize)> {
    crate::complaint::steps::take(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let is_begin = at == 0
            || !bytes[at - 1].is_ascii_alphanumeric()
                && !matches!(bytes[at - 1], b'.' | b'-' | b'/' | b':');
        if is_begin
            && may_begin(bytes[at])
            && let Some((stamp, length)) = parse(&text[at..])
        {
            return Some((stamp, at + length));
        }
        at += 1;
    }
    None
}

/// Whether a date can begin with this: a digit, or what a day of the week or a month begins with.
fn may_begin(byte: u8) -> bool {
    byte.is_ascii_digit()
        || matches!(
            byte.to_ascii_lowercase(),
            b'a' | b'd' | b'e' | b'f' | b'g' | b'j' | b'm' | b'n' | b'o' | b's' | b't' | b'w'
        )
}

/// Seconds or milliseconds since 1970, in a value that is nothing else.
fn epoch(text: &str) -> Option<Stamp> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let ends_well =
        rest.chars().next().is_none_or(|c| c == '.' || c.is_whitespace() || "\"')],;".contains(c));
    let number: i64 = digits.parse().ok().filter(|_| ends_well)?;
    let instant = match digits.len() {
        9 | 10 => Timestamp::from_second(number).ok()?,
        13 => Timestamp::from_millisecond(number).ok()?,
        _ => return None,
    };
    let civil = Offset::UTC.to_datetime(instant);
    YEARS.contains(&civil.year()).then_some(Stamp {
        date: civil.date(),
        other: None,
        time: Some(civil.time()),
        offset: Some(Offset::UTC),
        has_year: true,
        is_counted: true,
    })
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A place in a text.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn blanks(&mut self) -> bool {
        let begin = self.at;
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        self.at > begin
    }

    /// A sign that is no ASCII.
    fn sign(&mut self, sign: char) -> bool {
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    /// A number, and of how many digits.
    fn number(&mut self) -> Option<(i64, usize)> {
        let begin = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) && self.at - begin < 10 {
            self.at += 1;
        }
        let digits = &self.text[begin..self.at];
        Some((digits.parse().ok()?, digits.len()))
    }

    /// A word of letters.
    fn word(&mut self) -> &'t str {
        let begin = self.at;
        let rest = self.rest();
        let ascii = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let end = match rest.as_bytes().get(ascii) {
            Some(byte) if !byte.is_ascii() => {
                rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())
            }
            _ => ascii,
        };
        self.at += end;
        &self.text[begin..self.at]
    }
}

/// A date at the beginning, and how long it is.
fn parse(text: &str) -> Option<(Stamp, usize)> {
    crate::complaint::steps::take(1);
    let text = &text[..text.floor_char_boundary(LONGEST_DATE)];
    let mut cursor = Cursor { text, at: 0 };
    skip_weekday(&mut cursor);
    let first = cursor.peek()?;
    if first.is_ascii_digit() { numeric(cursor) } else { named(cursor) }
}

fn skip_weekday(cursor: &mut Cursor<'_>) {
    let mut look = *cursor;
    let word = look.word();
    let is = |begin: &str| WEEKDAYS.iter().any(|day| day.eq_ignore_ascii_case(begin));
    let is_weekday = word.len() >= 3
        && word.is_ascii()
        && is(&word[..3])
        && (word.len() == 3 || word[word.len() - 3..].eq_ignore_ascii_case("day"));
    if is_weekday {
        look.take(b'.');
        look.take(b',');
        look.blanks();
        *cursor = look;
    }
}

/// Begins with a number.
fn numeric(mut cursor: Cursor<'_>) -> Option<(Stamp, usize)> {
    let (first, length) = cursor.number()?;
    if length == 8 {
        return compact(cursor, first);
    }
    if length == 4 && cursor.rest().starts_with('年') {
        return in_ideographs(cursor, first);
    }
    let separator = cursor.peek()?;
    match (length, separator) {
        (4, b'-' | b'/' | b'.') => {
            cursor.at += 1;
            let month = if cursor.peek()?.is_ascii_digit() {
                small(cursor.number()?)?
            } else {
                month(cursor.word())?
            };
            if !cursor.take(separator) {
                return None;
            }
            let day = small(cursor.number()?)?;
            with_time(cursor, civil(first, month, day)?)
        }
        (1 | 2, b'-' | b'/' | b'.' | b' ') => {
            cursor.at += 1;
            cursor.blanks();
            if !cursor.peek()?.is_ascii_digit() {
                return day_first(cursor, first);
            }
            if separator == b' ' {
                return None;
            }
            let second = i64::from(small(cursor.number()?)?);
            if !cursor.take(separator) {
                return None;
            }
            let (year, digits) = cursor.number()?;
            let year = full_year(year, digits)?;
            let month_first = separator == b'/' && first <= 12 || second > 12;
            let (month, day) = if month_first { (first, second) } else { (second, first) };
            let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
            let (stamp, end) = with_time(cursor, civil(year, month, day)?)?;
            // Whoever writes dots means the day first.
            let other = civil(year, day, month)
                .filter(|other| separator != b'.' && *other != stamp.date)
                .map(if month_first { Other::DayFirst } else { Other::MonthFirst });
            Some((Stamp { other, ..stamp }, end))
        }
        _ => None,
    }
}

/// `2026年3月10日 18:30`, `2026年3月10日18時30分`: what follows the year.
fn in_ideographs(mut cursor: Cursor<'_>, year: i64) -> Option<(Stamp, usize)> {
    cursor.sign('年').then_some(())?;
    cursor.blanks();
    let month = small(cursor.number()?)?;
    cursor.sign('月').then_some(())?;
    cursor.blanks();
    let day = small(cursor.number()?)?;
    cursor.sign('日').then_some(())?;
    let date = civil(year, month, day)?;
    let mut look = cursor;
    look.blanks();
    let Some(time) = time(&mut look) else { return with_time(cursor, date) };
    let offset = zone(&mut look);
    Some((
        Stamp { date, other: None, time: Some(time), offset, has_year: true, is_counted: false },
        look.at,
    ))
}

/// `20260102T030405Z`: only with its time.
fn compact(mut cursor: Cursor<'_>, number: i64) -> Option<(Stamp, usize)> {
    let day = civil(
        number / 10_000,
        i8::try_from(number / 100 % 100).ok()?,
        i8::try_from(number % 100).ok()?,
    )?;
    if !matches!(cursor.peek()?, b'T' | b' ' | b'-') {
        return None;
    }
    let look = Cursor { at: cursor.at + 1, ..cursor };
    let mut digits = look;
    if let Some((number, 6)) = digits.number() {
        let part = |by: i64| i8::try_from(number / by % 100).ok();
        let time = Time::new(part(10_000)?, part(100)?, part(1)?, 0).ok()?;
        cursor.at = digits.at;
        let offset = zone(&mut cursor);
        return Some((
            Stamp {
                date: day,
                other: None,
                time: Some(time),
                offset,
                has_year: true,
                is_counted: false,
            },
            cursor.at,
        ));
    }
    let (stamp, end) = with_time(cursor, day)?;
    stamp.time.map(|_| (stamp, end))
}

/// `19/Apr/2026:07:18:38 +0200`, `8 Mar 2005 14:00:00 EDT`, `03 Apr 23 14:13 UTC`: what follows the day.
fn day_first(mut cursor: Cursor<'_>, day: i64) -> Option<(Stamp, usize)> {
    // `1. März 2026`, `8 de marzo de 2026`
    let mut word = cursor.word();
    if word.eq_ignore_ascii_case("de") {
        cursor.blanks();
        word = cursor.word();
    }
    let month = month(word)?;
    let mut look = cursor;
    look.take(b'.');
    look.take(b',');
    look.take(b'-');
    look.take(b'/');
    look.blanks();
    if look.rest().get(..3).is_some_and(|de| de.eq_ignore_ascii_case("de ")) {
        look.at += 3;
    }
    let (year, digits) = look.number()?;
    if look.peek() == Some(b':') && digits <= 2 {
        // `15 Dec 03:04:05`, without a year.
        let mut cursor = cursor;
        cursor.blanks();
        return without_year(cursor, month, i8::try_from(day).ok()?);
    }
    let year = full_year(year, digits)?;
    with_time(look, civil(year, month, i8::try_from(day).ok()?)?)
}

/// `Aug 22 12:34:39 ALMT 2017`, `Dec 15 03:04:05`, `March 8, 2005 2:00 PM`.
fn named(mut cursor: Cursor<'_>) -> Option<(Stamp, usize)> {
    let month = month(cursor.word())?;
    cursor.take(b'.');
    let has_gap = cursor.blanks() || cursor.take(b'-') || cursor.take(b'/');
    let day = small(cursor.number().filter(|_| has_gap)?)?;
    for ending in ["st", "nd", "rd", "th"] {
        if cursor.rest().starts_with(ending) {
            cursor.at += 2;
        }
    }
    let has_comma = cursor.take(b',') || cursor.take(b'-') || cursor.take(b'/');
    if !cursor.blanks() && !has_comma {
        return None;
    }
    let mut look = cursor;
    let (number, digits) = look.number()?;
    if digits == 4 && look.peek() != Some(b':') {
        return with_time(look, civil(number, month, day)?);
    }
    without_year(cursor, month, day)
}

/// The time comes next, and perhaps the year after it.
fn without_year(mut cursor: Cursor<'_>, month: i8, day: i8) -> Option<(Stamp, usize)> {
    let time = time(&mut cursor)?;
    let mut end = cursor;
    let offset = zone(&mut end);
    let mut look = end;
    look.blanks();
    if let Some((year, 4)) = look.number()
        && YEARS.contains(&i16::try_from(year).ok()?)
        && look.peek().is_none_or(|b| !b.is_ascii_alphanumeric() && b != b':')
    {
        let date = civil(year, month, day)?;
        let offset = offset.or_else(|| zone(&mut look));
        return Some((
            Stamp {
                date,
                other: None,
                time: Some(time),
                offset,
                has_year: true,
                is_counted: false,
            },
            look.at,
        ));
    }
    // 2000 had a 29th of February.
    let date = Date::new(2000, month, day).ok()?;
    Some((
        Stamp { date, other: None, time: Some(time), offset, has_year: false, is_counted: false },
        end.at,
    ))
}

fn small((number, digits): (i64, usize)) -> Option<i8> {
    i8::try_from(number).ok().filter(|_| digits <= 2)
}

fn full_year(year: i64, digits: usize) -> Option<i64> {
    match digits {
        4 => Some(year),
        2 if year < 70 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

fn civil(year: i64, month: i8, day: i8) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|year| YEARS.contains(year))?;
    Date::new(year, month, day).ok()
}

/// What stands between a day and its time, the longer ones first.
const BEFORE_TIMES: &[&str] = &[
    ", alle ore ",
    " alle ore ",
    " o godz. ",
    ", godz. ",
    " godz. ",
    " a las ",
    " alle ",
    ", ore ",
    " ore ",
    " às ",
    " as ",
    " om ",
    " at ",
    " um ",
    ", um ",
    " à ",
    " в ",
    " - ",
    " | ",
    "T",
    "t",
    ", ",
    ":",
    "_",
    "-",
    "/",
    " ",
];

/// What follows the day: a time and a zone, if they do.
fn with_time(mut cursor: Cursor<'_>, day: Date) -> Option<(Stamp, usize)> {
    if cursor.peek().is_some_and(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut look = cursor;
    let rest = look.rest();
    if let Some(separator) = BEFORE_TIMES.iter().find(|separator| rest.starts_with(**separator)) {
        look.at += separator.len();
        look.blanks();
        if let Some(time) = time(&mut look) {
            cursor = look;
            let offset = zone(&mut cursor).or_else(|| zone_after_the_end(&mut cursor));
            return Some((
                Stamp {
                    date: day,
                    other: None,
                    time: Some(time),
                    offset,
                    has_year: true,
                    is_counted: false,
                },
                cursor.at,
            ));
        }
    }
    Some((
        Stamp {
            date: day,
            other: None,
            time: None,
            offset: None,
            has_year: true,
            is_counted: false,
        },
        cursor.at,
    ))
}

/// `05:00 - 05:30 (CET)`: the zone of a span of time stands behind its end.
fn zone_after_the_end(cursor: &mut Cursor<'_>) -> Option<Offset> {
    let mut look = *cursor;
    look.blanks();
    let dashes = ['-', '–', '—'];
    let is_span = dashes.into_iter().any(|dash| look.sign(dash))
        || matches!(look.word(), "bis" | "to" | "until" | "a" | "à" | "do");
    look.blanks();
    time(&mut look).filter(|_| is_span)?;
    let offset = zone(&mut look)?;
    *cursor = look;
    Some(offset)
}

/// `03:04`, `3:04:05.123`, `2:00 PM`, `03h04`, `18時30分`.
fn time(cursor: &mut Cursor<'_>) -> Option<Time> {
    let mut look = *cursor;
    let hour = small(look.number()?)?;
    let is_spoken = ['h', '時', '时', '点'].into_iter().any(|sign| look.sign(sign));
    if !is_spoken && !look.take(b':') {
        return None;
    }
    // Anonymisers put blanks in: `21: 09:11`.
    look.blanks();
    let minute = small(look.number().filter(|(_, digits)| *digits == 2)?)?;
    let mut second = 0;
    if is_spoken {
        look.sign('分');
    }
    if look.peek() == Some(b':') {
        let mut after = Cursor { at: look.at + 1, ..look };
        if let Some((number, 2)) = after.number() {
            second = i8::try_from(number).ok()?;
            look = after;
            if matches!(look.peek(), Some(b'.' | b',')) {
                let mut fraction = Cursor { at: look.at + 1, ..look };
                if fraction.number().is_some() {
                    look = fraction;
                }
            }
        }
    }
    let hour = half_of_day(&mut look, hour)?;
    // A leap second is the second before it.
    let time = Time::new(hour, minute, second.min(59), 0).ok().filter(|_| second <= 60)?;
    *cursor = look;
    Some(time)
}

fn half_of_day(cursor: &mut Cursor<'_>, hour: i8) -> Option<i8> {
    let mut look = *cursor;
    look.blanks();
    if !matches!(look.peek(), Some(b'a' | b'A' | b'p' | b'P' | b'.' | b'm' | b'M')) {
        return Some(hour);
    }
    let word: String = look.rest().chars().take(4).filter(|c| *c != '.').take(2).collect();
    let half = word.to_ascii_lowercase();
    if half != "am" && half != "pm" {
        return Some(hour);
    }
    let length = if look.rest().get(1..2) == Some(".") { 4 } else { 2 };
    let after = look.rest().get(length..)?;
    if after.starts_with(|c: char| c.is_alphanumeric()) {
        return Some(hour);
    }
    look.at += length;
    *cursor = look;
    match (half.as_str(), hour) {
        ("am", 12) => Some(0),
        ("am", hour) => Some(hour),
        (_, 12) => Some(12),
        (_, hour) if hour < 12 => Some(hour + 12),
        (_, hour) => Some(hour),
    }
}

/// A mail's `Date`.
pub(crate) fn sent(value: &str) -> Option<Sent> {
    let stamp = read(value)?;
    let at = match stamp.exact() {
        Some(at) => at,
        None => Offset::UTC.to_timestamp(stamp.civil()).ok().filter(|_| stamp.has_year)?,
    };
    Some(Sent { at, offset: stamp.offset })
}

#[cfg(test)]
mod tests;
