//! Netcraft's take-down mails: `Issue 123: phishing attack at hxxp://…`, with the pages and, behind the last of them, the address
//! that they are at. What is for programs in them (X-ARF until 2022, XARF since) is read before.

use std::net::IpAddr;

use super::document::{Document, lines};
use super::plain::words;
use super::reading::{Allegation, Reading, When};
use super::{Category, Zone, address, refang};

/// Pages of one mail.
const MOST: usize = 1_000;

pub(crate) fn recognise(document: &Document) -> Option<&'static str> {
    let is_by = || {
        document.is_by("netcraft.com")
            || document.text.contains("@netcraft.com")
                && document.text.contains("incident.netcraft.com")
    };
    (reference(&document.subject).is_some() && is_by())
        .then_some("Netcraft, with the number of an issue in the subject")
}

/// `Issue 123: …`
fn reference(subject: &str) -> Option<&str> {
    let (_, rest) = subject.split_once("Issue ").or_else(|| subject.split_once("issue "))?;
    let (number, _) = rest.split_once(':')?;
    (!number.is_empty() && number.len() <= 20 && number.bytes().all(|b| b.is_ascii_digit()))
        .then_some(number)
}

pub(crate) fn read(document: &Document, reading: &mut Reading) {
    reading.reporter.organisation = Some("Netcraft".to_owned());
    reading.reporter.reference = reference(&document.subject).map(str::to_owned);
    let text = refang::text(&document.text);
    let subject = refang::text(&document.subject);
    let category = match words::category(&subject, &text) {
        Category::Other => Category::Fraud,
        category => category,
    };
    let (pages, ip) = pages(&text, &subject);
    let when = document.sent.map(|sent| When {
        at: sent.at,
        zone: if sent.offset.is_some() { Zone::Header } else { Zone::Assumed },
    });
    let Some(first) = pages.first() else {
        // `server involved in fraud at 192.0.2.1`
        let ip = ip.or_else(|| {
            subject
                .split_whitespace()
                .filter_map(|word| address::ip(word.trim_end_matches('.')))
                .next_back()
        });
        if let Some(ip) = ip {
            reading.explain(format!("source: {ip}, from the subject"));
            reading.allege(Allegation::ip(category, ip).observed(when));
        }
        return;
    };
    reading.explain(format!("source: {first}, the first page below the greeting"));
    let mut allegation = Allegation::url(category, first.clone()).at(ip).observed(when);
    for page in &pages {
        allegation = allegation.page(page.clone());
    }
    reading.allege(allegation);
}

/// The pages that stand in lines of their own, and the address in brackets behind or below them. Further reading stands in
/// sentences.
fn pages(text: &str, subject: &str) -> (Vec<String>, Option<IpAddr>) {
    let mut pages: Vec<String> = Vec::new();
    let mut ip = None;
    for (_, line) in lines(text) {
        let bare = line.trim();
        if bare.starts_with("http") {
            if let Some(url) =
                refang::url(bare).filter(|url| pages.len() < MOST && !url.contains("netcraft.com/"))
            {
                pages.push(url);
            }
        } else if !pages.is_empty() && !bare.is_empty() && !bare.starts_with('[') {
            break;
        }
        ip = ip.or_else(|| {
            bare.split('[').skip(1).find_map(|rest| address::ip(rest.split(']').next()?))
        });
    }
    if pages.is_empty() {
        pages.extend(refang::urls(subject));
    }
    (pages, ip)
}

#[cfg(test)]
mod tests {
    use crate::complaint::{Format, Subject, read};

    #[test]
    fn pages_in_lines_of_their_own_are_the_sources() {
        let mail = "From: Netcraft Takedown Service <takedown-response+1@netcraft.com>\nSubject: Re: Issue 1234567: Phishing attack at hxxps://evil[.]example/x\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n\nHello,\n\nWe have discovered a phishing attack on your network:\n\nhxxps://evil[.]example/x [192.0.2.1]\nhxxps://evil[.]example/y [192.0.2.1]\n\nThis attack targets our customer, Bank, https://bank.example/.\nhttps://incident.netcraft.com/abc/\n";
        let complaint = read("", mail.as_bytes()).remove(0);
        assert_eq!(complaint.format, Format::Netcraft);
        assert_eq!(complaint.reporter.reference.as_deref(), Some("1234567"));
        assert_eq!(complaint.incidents.len(), 1);
        let incident = &complaint.incidents[0];
        assert_eq!(incident.subject, Subject::Url("https://evil.example/x".to_owned()));
        assert_eq!(incident.urls, ["https://evil.example/x", "https://evil.example/y"]);
        assert_eq!(incident.ip.map(|ip| ip.to_string()).as_deref(), Some("192.0.2.1"));
    }
}
