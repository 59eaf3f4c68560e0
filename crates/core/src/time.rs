//! Instants in UTC, and lengths of time as people write them.

use std::fmt;
use std::str::FromStr;

pub use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in whole milliseconds, never negative. Written `90s`, `1440m`, `24h`, `2d`,
/// `500ms`, or several of them (`1h30m`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    millis: i64,
}

const LONGEST_MS: i64 = 3_660 * 86_400_000;

const UNITS: [(&str, i64); 5] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

impl Span {
    /// The longest span that is read: ten years. More is a slip of the finger.
    pub const LONGEST: Self = Self { millis: LONGEST_MS };

    /// No time at all.
    pub const ZERO: Self = Self { millis: 0 };

    /// A span of milliseconds; negative counts as none.
    pub const fn from_millis(millis: i64) -> Self {
        Self { millis: if millis < 0 { 0 } else { millis } }
    }

    /// A span of seconds.
    pub const fn from_secs(secs: i64) -> Self {
        Self::from_millis(secs.saturating_mul(1_000))
    }

    /// A span of minutes.
    pub const fn from_mins(mins: i64) -> Self {
        Self::from_secs(mins.saturating_mul(60))
    }

    /// From `earlier` to `later`; none when they are the other way round.
    pub fn between(earlier: Timestamp, later: Timestamp) -> Self {
        Self::from_millis(later.as_millisecond().saturating_sub(earlier.as_millisecond()))
    }

    /// Whole milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.millis
    }

    /// Half of it, rounded down to a millisecond.
    pub const fn half(self) -> Self {
        Self { millis: self.millis / 2 }
    }

    /// Twice it, up to `limit`.
    pub fn doubled_up_to(self, limit: Self) -> Self {
        Self { millis: self.millis.saturating_mul(2).min(limit.millis) }
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Self {
        Self { millis: self.millis.saturating_add(other.millis) }
    }

    /// `at` plus this span; the end of time when it does not fit.
    pub fn after(self, at: Timestamp) -> Timestamp {
        at.saturating_add(SignedDuration::from_millis(self.millis)).unwrap_or(Timestamp::MAX)
    }

    /// `at` minus this span.
    pub fn before(self, at: Timestamp) -> Timestamp {
        at.saturating_sub(SignedDuration::from_millis(self.millis)).unwrap_or(Timestamp::MIN)
    }

    /// The same for the standard library's timers.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(u64::try_from(self.millis).unwrap_or(0))
    }
}

impl Span {
    /// As it is told to people: whole seconds, from an hour on whole minutes; never more than it is.
    pub fn told(self) -> Self {
        let unit = match self.millis {
            0..1_000 => 1,
            1_000..3_600_000 => 1_000,
            _ => 60_000,
        };
        Self { millis: self.millis - self.millis % unit }
    }
}

/// In JSON: whole seconds, never more than it is.
impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.millis / 1_000)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::from_secs)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.millis == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.millis;
        for (unit, size) in UNITS.iter().rev() {
            if rest >= *size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

/// A text that is no span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a duration such as 90s, 1440m, 24h or 2d (at most 3660d)")]
pub struct NotASpan;

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let mut rest = text.trim();
        let mut millis: i64 = 0;
        if rest.is_empty() {
            return Err(NotASpan);
        }
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let letters = rest.bytes().skip(digits).take_while(u8::is_ascii_alphabetic).count();
            let unit = &rest[digits..digits + letters];
            let (_, size) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(NotASpan)?;
            let count: i64 = rest[..digits].parse().map_err(|_| NotASpan)?;
            millis =
                count.checked_mul(*size).and_then(|m| m.checked_add(millis)).ok_or(NotASpan)?;
            rest = rest[digits + letters..].trim_start();
        }
        if millis > LONGEST_MS { Err(NotASpan) } else { Ok(Self { millis }) }
    }
}

/// The instant as RFC 3339 in UTC, whole milliseconds, with `Z`.
pub fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Instants in JSON, as [`rfc3339`] writes them.
pub(crate) mod as_rfc3339 {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Timestamp, rfc3339};

    pub(crate) fn serialize<S: Serializer>(
        at: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&rfc3339(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(from)
    }

    /// The same where there may be none.
    pub(crate) mod optional {
        use serde::{Deserialize, Deserializer, Serializer};

        use super::super::Timestamp;

        #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
        pub(crate) fn serialize<S: Serializer>(
            at: &Option<Timestamp>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match at {
                Some(at) => super::serialize(at, serializer),
                None => serializer.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Timestamp>, D::Error> {
            Option::deserialize(from)
        }
    }
}

/// The day of an instant in UTC, such as `2026-01-31`.
pub fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// An instant from stored milliseconds since 1970.
pub fn from_millis(millis: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(millis).ok()
}

/// The instant cut to whole milliseconds, which is what is stored.
pub fn to_whole_millis(at: Timestamp) -> Timestamp {
    from_millis(at.as_millisecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_told_without_what_nobody_reads() {
        for (millis, told) in
            [(429, "429ms"), (15_429, "15s"), (172_798_866, "1d23h59m"), (0, "0s")]
        {
            assert_eq!(Span::from_millis(millis).told().to_string(), told);
        }
    }

    #[test]
    fn spans_read_back_as_they_are_written() {
        for text in ["0s", "500ms", "2s", "1h30m", "1d", "3d12h"] {
            assert_eq!(text.parse::<Span>().expect(text).to_string(), text);
        }
        assert_eq!("1440m".parse::<Span>(), Ok(Span::from_mins(1440)));
        assert_eq!("2d 23h".parse::<Span>(), Ok(Span::from_mins(71 * 60)));
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in
            ["", "5", "m", "-1m", "1.5h", "1y", "9999999999999d", "1h-2m", "4000d", "2 d", "1h, 2m"]
        {
            assert!(text.parse::<Span>().is_err(), "{text:?} was taken");
        }
    }

    #[test]
    fn instants_are_shown_in_utc_with_z() {
        let at = from_millis(1_700_000_000_123).expect("in range");
        assert_eq!(rfc3339(at), "2023-11-14T22:13:20.123Z");
    }
}
