//! Which instant a date is: by its zone, by what the text says of all times, and by when the mail was written.

use std::ops::RangeInclusive;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Stamp, read};
use crate::complaint::document::Sent;
use crate::complaint::reading::When;
use crate::complaint::{Zone, zones};

/// How many days before the mail something mostly happened: the window of a log line without a year, and of a day that can
/// be read in two ways.
const USUAL_AGE: i64 = 31;

/// How the times of one complaint are to be understood.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendar {
    prose: Option<TimeZone>,
    sent: Option<Sent>,
    /// Whether the text is in a language whose dates have the day first.
    day_first: bool,
}

impl Calendar {
    /// What the text says about its times, and the mail's `Date`.
    pub(crate) fn of(text: &str, sent: Option<Sent>) -> Self {
        Self { prose: zones::in_prose(text), sent, day_first: has_day_first(text) }
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
            (Some(offset), _, _) => (TimeZone::fixed(offset), Zone::Value),
            (None, Some(zone), _) => (zone.clone(), Zone::Prose),
            (None, None, Some(offset)) => (TimeZone::fixed(offset), Zone::Header),
            (None, None, None) => (TimeZone::UTC, Zone::Assumed),
        };
        let at = |civil: DateTime| zone.to_ambiguous_timestamp(civil).compatible().ok();
        if stamp.has_year {
            let civil = stamp.civil();
            let first = at(civil)?;
            let other = stamp.other.and_then(|other| at(other.day().to_datetime(civil.time())));
            let is_other = stamp.other.zip(other).is_some_and(|(how, other)| {
                self.prefers(other, first).unwrap_or(self.day_first && how.is_day_first())
            });
            return Some(When { at: other.filter(|_| is_other).unwrap_or(first), zone: from });
        }
        let sent = self.sent?.at;
        let years = (-1..=1)
            .filter_map(|by| i16::try_from(by).ok())
            .map(|by| zone.to_datetime(sent).year() + by);
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

/// Short words that a text is full of in languages whose dates have the day first, and that are none in English.
const DAY_FIRST_WORDS: &[&str] = &[
    "und", "der", "wir", "ist", "von", "mit", "nous", "vous", "est", "les", "une", "votre",
    "desde", "los", "para", "nuestro", "una", "não", "uma", "seu", "nosso", "della", "il", "che",
    "dal", "nostro", "het", "een", "wij", "jest", "nie", "dla", "och", "är", "som", "og", "fra",
];

/// Whether a text is in such a language: three of those words in its beginning.
fn has_day_first(text: &str) -> bool {
    let words = text[..text.floor_char_boundary(BEGINNING)].split(|c: char| !c.is_alphabetic());
    let telling = words.filter(|word| DAY_FIRST_WORDS.contains(&word.to_lowercase().as_str()));
    telling.take(3).count() == 3
}
