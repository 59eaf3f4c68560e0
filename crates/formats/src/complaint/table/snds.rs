//! Microsoft's Smart Network Data Services: two lists without headers. One names blocked addresses, the other counts the
//! mail of each address and says how much of it was spam.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Subnets};

use crate::complaint::dates::Calendar;
use crate::complaint::reading::{Allegation, Reading};
use crate::complaint::{Category, address};

/// Rows that are read.
const MOST_ROWS: usize = 100_000;

/// Prefixes that one range becomes.
const MOST_PREFIXES: usize = 64;

/// A row of either list.
enum Row<'r> {
    /// First and last address; whether they are blocked.
    Status(IpAddr, IpAddr, bool),
    /// An address, when its activity began, and how its mail was judged.
    Activity(IpAddr, &'r str, &'r str),
}

fn row(line: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> = line.split(',').map(str::trim).take(16).collect();
    let first = address::ip(cells.first()?)?;
    match cells.get(2).map(|cell| cell.to_ascii_lowercase()).as_deref() {
        Some(blocked @ ("yes" | "no")) => {
            Some(Row::Status(first, address::ip(cells[1])?, blocked == "yes"))
        }
        _ => {
            let judged =
                cells.get(6).filter(|cell| matches!(**cell, "GREEN" | "YELLOW" | "RED"))?;
            Some(Row::Activity(first, cells[1], judged))
        }
    }
}

fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST_ROWS)
}

/// Whether every row is one of such a list.
pub(super) fn is_one(text: &str) -> bool {
    let mut rows = rows(text).peekable();
    rows.peek().is_some() && rows.all(|line| row(line).is_some())
}

pub(super) fn read(text: &str, calendar: &Calendar, reading: &mut Reading) {
    for line in rows(text).filter_map(row) {
        match line {
            Row::Status(first, last, true) => {
                for net in range(first, last) {
                    reading.allege(Allegation::prefix(Category::Blocklisted, net));
                }
            }
            // Green is mail that is wanted.
            Row::Activity(ip, begin, "YELLOW" | "RED") => {
                reading.allege(Allegation::ip(Category::Spam, ip).observed(calendar.when(begin)));
            }
            Row::Status(..) | Row::Activity(..) => {}
        }
    }
}

fn range(first: IpAddr, last: IpAddr) -> Vec<IpNet> {
    match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) if first <= last => {
            Ipv4Subnets::new(first, last, 0).map(IpNet::V4).take(MOST_PREFIXES).collect()
        }
        _ => vec![IpNet::from(first)],
    }
}

#[cfg(test)]
mod tests {
    use crate::complaint::{Category, read};

    #[test]
    fn only_blocked_addresses_and_mail_that_was_spam_are_alleged() {
        let status = "192.0.2.1,192.0.2.1,Yes,Blocked due to user complaints\n192.0.2.4,192.0.2.7,Yes,Blocked\n192.0.2.9,192.0.2.9,No,Junked\n";
        let complaint = read("ipStatus.csv", status.as_bytes()).remove(0);
        let found: Vec<String> = complaint
            .incidents
            .iter()
            .map(|one| format!("{:?} {:?}", one.category, one.subject))
            .collect();
        assert_eq!(found, ["Blocklisted Ip(192.0.2.1)", "Blocklisted Prefix(192.0.2.4/30)"]);
        let data = "192.0.2.1,3/1/2026 1:00 AM,3/1/2026 11:00 PM,10,10,9,RED,< 0.1%,,,0,mail.example.com,a@example.com,\n\
                    192.0.2.2,3/1/2026 1:00 AM,3/1/2026 11:00 PM,10,10,9,GREEN,< 0.1%,,,0,mail.example.com,a@example.com,\n";
        let complaint = read("data.csv", data.as_bytes()).remove(0);
        assert_eq!(complaint.incidents.len(), 1);
        assert_eq!(complaint.incidents[0].category, Category::Spam);
        assert_eq!(
            complaint.incidents[0].observed_at.expect("a time").to_string(),
            "2026-03-01T01:00:00Z"
        );
    }
}
