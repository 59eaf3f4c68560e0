//! Which instant a date is: by its zone, by what the text says of all times, and by when the mail was written.

use std::ops::RangeInclusive;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::{Stamp, read};
use crate::complaint::document::Sent;
use crate::complaint::reading::When;
use crate::complaint::{Zone, zones};

/// How many days before the mail something mostly happened: the window of a log line without a year, and of a day that can
/// be read in two ways.
const USUAL_AGE: i64 = 31;

/// A zone as it is needed for one instant. Most are an offset, with which it takes a few additions.
enum At<'z> {
    Offset(Offset),
    Zone(&'z TimeZone),
}

impl<'z> At<'z> {
    fn of(zone: &'z TimeZone) -> Self {
        zone.to_fixed_offset().map_or(Self::Zone(zone), Self::Offset)
    }

    fn instant(&self, civil: DateTime) -> Option<Timestamp> {
        match self {
            Self::Offset(offset) => offset.to_timestamp(civil).ok(),
            Self::Zone(zone) => zone.to_ambiguous_timestamp(civil).compatible().ok(),
        }
    }

    fn year(&self, at: Timestamp) -> i16 {
        match self {
            Self::Offset(offset) => offset.to_datetime(at).year(),
            Self::Zone(zone) => zone.to_datetime(at).year(),
        }
    }
}

/// How the times of one complaint are to be understood.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendar {
    prose: Option<TimeZone>,
    sent: Option<Sent>,
    /// The beginning of the text, by whose language days are understood that can be read in two ways.
    beginning: String,
}

impl Calendar {
    /// What the text says about its times, if it can say anything, and the mail's `Date`.
    pub(crate) fn of(text: &str, sent: Option<Sent>, may_name_zone: bool) -> Self {
        let prose = may_name_zone.then(|| zones::in_prose(text)).flatten();
        let beginning = text[..text.floor_char_boundary(BEGINNING)].to_owned();
        Self { prose, sent, beginning }
    }

    /// The same, where a header says that times are in UTC.
    pub(crate) fn in_utc(&self) -> Self {
        Self { prose: Some(TimeZone::UTC), ..self.clone() }
    }

    /// The instant of a date that begins a text.
    pub(crate) fn when(&self, text: &str) -> Option<When> {
        self.instant(read(text)?)
    }

    /// The instant of a date.
    pub(crate) fn instant(&self, stamp: Stamp) -> Option<When> {
        let (zone, from) = match (stamp.offset, &self.prose, self.sent.and_then(|sent| sent.offset))
        {
            (Some(offset), _, _) => (At::Offset(offset), Zone::Value),
            (None, Some(zone), _) => (At::of(zone), Zone::Prose),
            (None, None, Some(offset)) => (At::Offset(offset), Zone::Header),
            (None, None, None) => (At::Offset(Offset::UTC), Zone::Assumed),
        };
        let at = |civil: DateTime| zone.instant(civil);
        if stamp.has_year {
            let civil = stamp.civil();
            let first = at(civil)?;
            let other = stamp.other.and_then(|other| at(other.day().to_datetime(civil.time())));
            let is_other = stamp.other.zip(other).is_some_and(|(how, other)| {
                self.prefers(other, first)
                    .unwrap_or_else(|| how.is_day_first() && has_day_first(&self.beginning))
            });
            return Some(When { at: other.filter(|_| is_other).unwrap_or(first), zone: from });
        }
        let sent = self.sent?.at;
        let year = zone.year(sent);
        let years = year - 1..=year + 1;
        let candidates = years.filter_map(|year| {
            let day = Date::new(year, stamp.date.month(), stamp.date.day()).ok()?;
            at(day.to_datetime(stamp.time.unwrap_or(Time::midnight())))
        });
        let usual = usual(sent)?;
        let mut fitting = candidates.filter(|at| usual.contains(at));
        let only = fitting.next().filter(|_| fitting.next().is_none())?;
        Some(When { at: only, zone: from })
    }

    /// Whether one reading of a day is likelier than another: it was shortly before the mail, or not after it, as the other was
    /// not.
    fn prefers(&self, one: Timestamp, other: Timestamp) -> Option<bool> {
        let usual = usual(self.sent?.at)?;
        let by = |fits: &dyn Fn(Timestamp) -> bool| (fits(one) != fits(other)).then(|| fits(one));
        by(&|at| usual.contains(&at)).or_else(|| by(&|at| at <= *usual.end()))
    }
}

/// When things happened that a mail of this instant speaks of, mostly. Clocks differ, and zones that nobody names.
fn usual(sent: Timestamp) -> Option<RangeInclusive<Timestamp>> {
    let oldest = sent.checked_sub((USUAL_AGE * 24).hours()).ok()?;
    Some(oldest..=sent.checked_add(24.hours()).ok()?)
}

/// Bytes of a text by which its language is told.
const BEGINNING: usize = 4096;

/// Whether a word in lower case is a short one that a text is full of in a language whose dates have the day first, and that
/// is none in English.
fn is_day_first_word(word: &[u8]) -> bool {
    matches!(
        word,
        b"il"
            | b"och"
            | b"som"
            | b"og"
            | b"fra"
            | b"und"
            | b"der"
            | b"wir"
            | b"ist"
            | b"von"
            | b"mit"
            | b"est"
            | b"les"
            | b"une"
            | b"los"
            | b"una"
            | b"uma"
            | b"seu"
            | b"che"
            | b"dal"
            | b"het"
            | b"een"
            | b"wij"
            | b"nie"
            | b"dla"
            | b"nous"
            | b"vous"
            | b"para"
            | b"jest"
            | b"votre"
            | b"desde"
            | b"nosso"
            | b"della"
            | b"nostro"
            | b"nuestro"
    ) || word == "n\u{e3}o".as_bytes()
        || word == "\u{e4}r".as_bytes()
}

/// Bytes of the longest of them.
const LONGEST_WORD: usize = 7;

/// Whether a text is in such a language: three of those words in its beginning.
fn has_day_first(text: &str) -> bool {
    let is_telling = |word: &&str| {
        if !(2..=LONGEST_WORD).contains(&word.len()) {
            return false;
        }
        if word.is_ascii() {
            let mut lower = [0; LONGEST_WORD];
            let lower = &mut lower[..word.len()];
            lower.copy_from_slice(word.as_bytes());
            lower.make_ascii_lowercase();
            return is_day_first_word(lower);
        }
        is_day_first_word(word.to_lowercase().as_bytes())
    };
    words(text).filter(is_telling).nth(2).is_some()
}

/// The words of a text, and nothing between words that have a sign between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let bytes = rest.as_bytes();
            let length = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
            let length = match bytes.get(length) {
                Some(byte) if !byte.is_ascii() => {
                    rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())
                }
                Some(_) => length,
                None if length == 0 => return None,
                None => length,
            };
            let (word, behind) = rest.split_at(length);
            let mut chars = behind.chars();
            chars.next();
            rest = chars.as_str();
            if !word.is_empty() {
                return Some(word);
            }
        }
    })
}
