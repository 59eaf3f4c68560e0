use jiff::civil::date;

use super::*;
use crate::complaint::Zone;

fn calendar(text: &str, date: &str) -> Calendar {
    Calendar::of(text, sent(date), true)
}

#[test]
fn dates_of_every_shape_are_read() {
    let calendar = Calendar::default();
    for (text, instant) in [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.123+02:00", "2026-01-02T01:04:05Z"),
        ("2026-01-02 03:04:05 UTC", "2026-01-02T03:04:05Z"),
        ("2026-01-02 03:04:05 +0100", "2026-01-02T02:04:05Z"),
        ("2026/01/02 03:04", "2026-01-02T03:04:00Z"),
        ("20260102T030405Z", "2026-01-02T03:04:05Z"),
        ("Thu, 8 Mar 2005 14:00:00 EDT", "2005-03-08T18:00:00Z"),
        ("Thu, 02 Jul 26 18:55:38 UTC", "2026-07-02T18:55:38Z"),
        ("03 Apr 23 14:13 UTC", "2023-04-03T14:13:00Z"),
        ("18 Jan 2016", "2016-01-18T00:00:00Z"),
        ("Tue Aug 22 12:34:39 ALMT 2017", "2017-08-22T06:34:39Z"),
        ("Thu Jan  2 03:06:00 2025", "2025-01-02T03:06:00Z"),
        ("Thu Jan 02 03:06:00 2025 +0200", "2025-01-02T01:06:00Z"),
        ("[19/Apr/2026:07:18:38 +0200]", "2026-04-19T05:18:38Z"),
        ("01/31/2026 02:00:00 PM", "2026-01-31T14:00:00Z"),
        ("31/01/2026 12:30 am", "2026-01-31T00:30:00Z"),
        ("20.09.2024 04:14", "2024-09-20T04:14:00Z"),
        ("02-Jan-2026 03:04:05", "2026-01-02T03:04:05Z"),
        ("March 8, 2005 2:00 PM GMT-3", "2005-03-08T17:00:00Z"),
        ("1. März 2026, 10:00", "2026-03-01T10:00:00Z"),
        ("2026-01-02 03:04:05 (UTC+2)", "2026-01-02T01:04:05Z"),
        ("1726798443", "2024-09-20T02:14:03Z"),
        ("1726798443123", "2024-09-20T02:14:03.123Z"),
        ("2026-01-02 21: 09:11", "2026-01-02T21:09:11Z"),
        ("10.03.2026 um 09:15 Uhr MEZ.", "2026-03-10T08:15:00Z"),
        ("10.03.2026, 03:04:05 Uhr (MEZ)", "2026-03-10T02:04:05Z"),
        ("10.03.2026 05:00:00 - 05:30:00 (MEZ)", "2026-03-10T04:00:00Z"),
        ("10.03.2026 05:00:00-05:30:00", "2026-03-10T05:00:00Z"),
        ("10.03.2026 15:00 (МСК)", "2026-03-10T12:00:00Z"),
        ("10 mars 2026 à 03h04 UTC", "2026-03-10T03:04:00Z"),
        ("13/03/2026 ore 10:20 CET", "2026-03-13T09:20:00Z"),
        ("2026年3月10日 18:30 (JST)", "2026-03-10T09:30:00Z"),
        ("2026年3月10日18時30分", "2026-03-10T18:30:00Z"),
    ] {
        let found = calendar.when(text).map(|when| when.at.to_string());
        assert_eq!(found.as_deref(), Some(instant), "{text}");
    }
    for text in
        ["192.0.2.1", "2026-13-01", "1.2.3", "hello", "31.02.2026", "12345", "Marvin 12:00", ""]
    {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn the_zone_of_the_value_counts_before_prose_and_that_before_the_header() {
    let prose = "All timestamps are in Central European Time (Berlin).\n";
    let header = "Mon, 5 Jan 2026 10:00:00 -0500";
    for (text, date, value, instant, zone) in [
        (prose, header, "2026-01-02 03:04:05 UTC", "2026-01-02T03:04:05Z", Zone::Value),
        (prose, header, "2026-07-02 03:04:05", "2026-07-02T01:04:05Z", Zone::Prose),
        ("", header, "2026-01-02 03:04:05", "2026-01-02T08:04:05Z", Zone::Header),
        ("", "", "2026-01-02 03:04:05", "2026-01-02T03:04:05Z", Zone::Assumed),
        (
            "Note: Local timezone is +0200 (CEST)",
            header,
            "2026-01-02 03:04:05",
            "2026-01-02T01:04:05Z",
            Zone::Prose,
        ),
        ("All times are UTC", header, "2026-01-02 03:04:05", "2026-01-02T03:04:05Z", Zone::Prose),
        (
            "all times are US Central … UTC offset: -05:00",
            header,
            "2026-01-02 03:04:05",
            "2026-01-02T08:04:05Z",
            Zone::Prose,
        ),
    ] {
        let when = calendar(text, date).when(value).map(|when| (when.at.to_string(), when.zone));
        assert_eq!(when, Some((instant.to_owned(), zone)), "{text} {value}");
    }
}

#[test]
fn a_heading_names_the_zone_of_the_times_below_it() {
    for (text, instant) in [
        ("Horário (UTC-3):\n", "2026-01-02T06:04:05Z"),
        ("Horario (UTC-3)\n", "2026-01-02T06:04:05Z"),
        ("Zeitraum: 10.03.2026 05:00:00 - 05:30:00 (MEZ)", "2026-01-02T02:04:05Z"),
        ("Date de constatation : 02/01/2026 (heure de Paris)", "2026-01-02T02:04:05Z"),
    ] {
        let when = calendar(text, "").when("2026-01-02 03:04:05");
        let found = when.map(|when| (when.at.to_string(), when.zone));
        assert_eq!(found, Some((instant.to_owned(), Zone::Prose)), "{text}");
    }
}

#[test]
fn of_two_readings_of_a_day_the_one_shortly_before_the_mail_counts_then_the_language() {
    let spanish = "Desde la IP se están realizando ataques para los servidores";
    for (text, date, value, day) in [
        ("", "Tue, 10 Mar 2026 14:22:05 +0000", "10/03/2026 03:33", "2026-03-10"),
        ("", "Tue, 10 Mar 2026 14:22:05 +0000", "03/10/2026 03:33", "2026-03-10"),
        ("", "Tue, 10 Mar 2026 14:22:05 +0000", "09/03/2026 03:33", "2026-03-09"),
        ("", "Tue, 10 Mar 2026 14:22:05 +0000", "03-09-2026 03:33", "2026-03-09"),
        ("", "Tue, 10 Mar 2026 14:22:05 +0000", "05/02/2025 03:33", "2025-05-02"),
        (spanish, "Tue, 10 Mar 2026 14:22:05 +0000", "05/02/2025 03:33", "2025-02-05"),
        (spanish, "Tue, 10 Mar 2026 14:22:05 +0000", "03/10/2026 03:33", "2026-03-10"),
        (spanish, "", "03/04/2026 03:33", "2026-04-03"),
        ("", "", "03/04/2026 03:33", "2026-03-04"),
        // Dots mean the day first, whenever that was.
        ("", "Tue, 10 Mar 2026 14:22:05 +0000", "03.10.2026 03:33", "2026-10-03"),
    ] {
        let found = calendar(text, date).when(value).map(|when| when.at.to_string());
        assert_eq!(found, Some(format!("{day}T03:33:00Z")), "{text} {date} {value}");
    }
}

#[test]
fn a_log_line_without_a_year_was_written_in_the_month_before_the_mail() {
    let calendar = calendar("", "Mon, 5 Jan 2026 10:00:00 +0000");
    for (line, instant) in [
        ("Dec 15 03:04:05 host sshd", Some("2025-12-15T03:04:05Z")),
        ("Jan  4 03:04:05 host sshd", Some("2026-01-04T03:04:05Z")),
        ("Jun 15 03:04:05 host sshd", None),
    ] {
        let found = calendar.when(line).map(|when| when.at.to_string());
        assert_eq!(found.as_deref(), instant, "{line}");
    }
    assert_eq!(Calendar::default().when("Dec 15 03:04:05"), None);
}

#[test]
fn a_date_is_found_in_a_line() {
    let found = find("Failed from 192.0.2.1 on 2026-01-02 03:04:05 UTC, see below");
    assert_eq!(
        found.and_then(|(stamp, _)| stamp.exact()).map(|at| at.to_string()).as_deref(),
        Some("2026-01-02T03:04:05Z")
    );
    assert_eq!(find("no date at 192.0.2.1, port 22"), None);
}

#[test]
fn day_and_month_are_what_they_can_be() {
    assert_eq!(read("02/03/2026").map(|stamp| stamp.date), Some(date(2026, 2, 3)));
    assert_eq!(read("02-03-2026").map(|stamp| stamp.date), Some(date(2026, 3, 2)));
}
