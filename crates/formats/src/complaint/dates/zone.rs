//! The zone that stands with a time: an offset, or a short name.

use std::sync::LazyLock;

use jiff::tz::Offset;

use super::Cursor;

/// Names of zones. Where several use one name, the one that complaints come from.
pub(in crate::complaint) const ZONES: &[(&str, i32)] = &[
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("ut", 0),
    ("zulu", 0),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("met", 60),
    ("mez", 60),
    ("cest", 120),
    ("mest", 120),
    ("mesz", 120),
    ("eet", 120),
    ("sast", 120),
    ("eest", 180),
    ("msk", 180),
    ("мск", 180),
    ("trt", 180),
    ("gst", 240),
    ("msd", 240),
    ("pkt", 300),
    ("uzt", 300),
    ("ist", 330),
    ("almt", 360),
    ("ict", 420),
    ("wib", 420),
    ("sgt", 480),
    ("hkt", 480),
    ("awst", 480),
    ("pht", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("aest", 600),
    ("acdt", 630),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
    ("nst", -210),
    ("ndt", -150),
    ("brt", -180),
    ("art", -180),
    ("adt", -180),
    ("ast", -240),
    ("edt", -240),
    ("clt", -240),
    ("est", -300),
    ("cdt", -300),
    ("cot", -300),
    ("pet", -300),
    ("cst", -360),
    ("mdt", -360),
    ("mst", -420),
    ("pdt", -420),
    ("pst", -480),
    ("akdt", -480),
    ("akst", -540),
    ("hst", -600),
];

/// Bytes of the longest of them.
const LONGEST_ZONE: usize = 8;

pub(in crate::complaint) fn minutes(minutes: i32) -> Option<Offset> {
    Offset::from_seconds(minutes * 60).ok().filter(|_| minutes.abs() <= 14 * 60)
}

/// The names as numbers, which are compared at once.
static PACKED_ZONES: LazyLock<Vec<(u64, i32)>> =
    LazyLock::new(|| ZONES.iter().map(|(name, minutes)| (packed(name), *minutes)).collect());

/// A short word in lower case as a number.
fn packed(word: &str) -> u64 {
    let pack = |word: &str| {
        word.bytes().fold(0, |all, byte| all << 8 | u64::from(byte.to_ascii_lowercase()))
    };
    if word.is_ascii() { pack(word) } else { pack(&word.to_lowercase()) }
}

/// An offset or the name of a zone, if one comes next.
pub(super) fn zone(cursor: &mut Cursor<'_>) -> Option<Offset> {
    let mut look = *cursor;
    look.blanks();
    // `09:15 Uhr MEZ`
    let mut after = look;
    if matches!(after.word(), "Uhr" | "uhr" | "hrs" | "hours" | "uur") && after.blanks() {
        look = after;
    }
    let _ = look.take(b'(') || look.take(b'[');
    if matches!(look.peek()?, b'+' | b'-') {
        let offset = signed(&mut look)?;
        *cursor = look;
        return Some(offset);
    }
    let word = look.word();
    if word.is_empty() || word.len() > LONGEST_ZONE {
        return None;
    }
    let sought = packed(word);
    let named = PACKED_ZONES.iter().find(|(name, _)| *name == sought);
    let named = named.and_then(|(_, at)| minutes(*at))?;
    // `UTC+2`, `GMT -3`
    let mut after = look;
    after.blanks();
    if named == Offset::UTC
        && !word.eq_ignore_ascii_case("z")
        && matches!(after.peek(), Some(b'+' | b'-'))
        && let Some(offset) = signed(&mut after)
    {
        *cursor = after;
        return Some(offset);
    }
    *cursor = look;
    Some(named)
}

/// `+0200`, `-03:00`, `+2`.
pub(in crate::complaint) fn signed(cursor: &mut Cursor<'_>) -> Option<Offset> {
    let mut look = *cursor;
    let sign = if look.take(b'-') { -1 } else { i32::from(look.take(b'+')) };
    let (number, digits) = look.number()?;
    let number = i32::try_from(number).ok()?;
    let total = match digits {
        4 => number / 100 * 60 + number % 100,
        1 | 2 => {
            let mut after = look;
            match after.take(b':').then(|| after.number()).flatten() {
                Some((minute, 2)) => {
                    look = after;
                    number * 60 + i32::try_from(minute).ok()?
                }
                _ => number * 60,
            }
        }
        _ => return None,
    };
    // `05:00:00-05:30:00` is a span of time.
    let goes_on = look.peek() == Some(b':')
        && look.text.as_bytes().get(look.at + 1).is_some_and(u8::is_ascii_digit);
    if goes_on || look.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return None;
    }
    let offset = minutes(sign * total)?;
    *cursor = look;
    Some(offset)
}
