//! One value that somebody typed into a field of its own: what it names, and which instant it is. Here nothing is looked
//! for in a text: a value that is more or something else is refused, so that its writer can say it better.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::{Subject, Zone, dates, declared};

/// Longest instant that is looked at, in bytes.
const LONGEST_INSTANT: usize = 100;

/// What a value names: an address, a prefix, a page, a mail address or a domain, also where it was made harmless
/// (`hxxp://example[.]com`). People leave out the scheme of a page: `example.com/login` is one.
pub fn subject(value: &str) -> Option<Subject> {
    declared::subject(value).or_else(|| {
        let value = value.trim();
        let (host, _) = value.split_once('/')?;
        let is_domain = matches!(declared::subject(host), Some(Subject::Domain(_)));
        declared::subject(&format!("http://{value}")).filter(|_| is_domain)
    })
}

/// The host of a page: an address or a domain.
pub fn host_of(url: &str) -> Option<String> {
    let (ip, domain) = declared::host(url);
    domain.or_else(|| ip.map(|ip| ip.to_string()))
}

/// The instant of a value as people write it and browsers send it: `2026-01-02T03:04:05Z`, `2026-01-02 03:04 +0100`,
/// `2026-01-02T03:04 Europe/Berlin`. Without a zone of its own it is meant in `otherwise`, and without that in UTC, which
/// is then assumed. A day without a time is its noon in UTC, assumed: whoever reckons with the other zones has the whole
/// day. Nothing for a day that can be read in two ways, and for one without a year.
pub fn instant(value: &str, otherwise: Option<&TimeZone>) -> Option<(Timestamp, Zone)> {
    let value = value.trim();
    if value.len() > LONGEST_INSTANT {
        return None;
    }
    let (value, named) = zone_behind(value);
    let stamp = dates::read(value).filter(dates::Stamp::is_certain)?;
    if let Some(at) = stamp.exact() {
        return Some((at, Zone::Value));
    }
    if !stamp.has_time() {
        let noon = stamp.civil().date().to_datetime(Time::constant(12, 0, 0, 0));
        let at = TimeZone::UTC.to_timestamp(noon).ok()?;
        return Some((at, Zone::Assumed));
    }
    let (zone, from) = match named.as_ref().or(otherwise) {
        Some(zone) => (zone.clone(), Zone::Value),
        None => (TimeZone::UTC, Zone::Assumed),
    };
    let at = zone.to_ambiguous_timestamp(stamp.civil()).compatible().ok()?;
    Some((at, from))
}

/// A value without the name of a zone behind it, and the zone.
fn zone_behind(value: &str) -> (&str, Option<TimeZone>) {
    let bare = value.strip_suffix(']').unwrap_or(value);
    let Some(at) = bare.rfind([' ', '[']) else { return (value, None) };
    let (before, name) = (bare[..at].trim_end(), &bare[at + 1..]);
    // `CET` and the like are read with the value; here are only names such as `Europe/Berlin`.
    match TimeZone::get(name).ok().filter(|_| name.contains('/')) {
        Some(zone) => (before, Some(zone)),
        None => (value, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str, otherwise: &str) -> Option<(String, &'static str)> {
        let zone = TimeZone::get(otherwise).ok();
        instant(value, zone.as_ref()).map(|(at, zone)| (at.to_string(), zone.as_str()))
    }

    #[test]
    fn an_instant_keeps_how_sure_its_zone_is() {
        for (value, otherwise, at, zone) in [
            ("2026-01-02T03:04:05Z", "", "2026-01-02T03:04:05Z", "value"),
            ("2026-01-02T03:04:05+01:00", "Asia/Tokyo", "2026-01-02T02:04:05Z", "value"),
            ("2026-01-02 03:04 +0100", "", "2026-01-02T02:04:00Z", "value"),
            ("2026-01-02T03:04", "", "2026-01-02T03:04:00Z", "assumed"),
            ("2026-07-02T03:04", "Europe/Berlin", "2026-07-02T01:04:00Z", "value"),
            ("2026-07-02 03:04 Europe/Berlin", "", "2026-07-02T01:04:00Z", "value"),
            ("2026-07-02T03:04+02:00[Europe/Berlin]", "", "2026-07-02T01:04:00Z", "value"),
            ("2 Jan 2026 03:04 CET", "", "2026-01-02T02:04:00Z", "value"),
            ("2026-01-02", "Europe/Berlin", "2026-01-02T12:00:00Z", "assumed"),
        ] {
            assert_eq!(read(value, otherwise), Some((at.to_owned(), zone)), "{value}");
        }
        let long = "2026-01-02 ".repeat(20);
        for value in ["yesterday", "02/03/2026 10:00", "Jan 2 03:04", "", long.as_str()] {
            assert_eq!(read(value, ""), None, "{value}");
        }
    }

    #[test]
    fn a_value_names_one_thing() {
        let kind = |value: &str| subject(value).map(|subject| subject.kind());
        for (value, named) in [
            ("192.0.2.7", Some("ip")),
            ("2001:db8::/48", Some("prefix")),
            ("hxxps://shop[.]example/login", Some("url")),
            ("Shop.Example", Some("domain")),
            ("shop[.]example/login", Some("url")),
            ("192.0.2.0/33", None),
            ("either/or", None),
            ("my neighbour", None),
            ("192.0.2.7 and 192.0.2.8", None),
        ] {
            assert_eq!(kind(value), named, "{value}");
        }
    }
}
