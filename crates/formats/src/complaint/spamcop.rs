//! SpamCop: about who sent a message, or about the site that it advertises.

use std::net::IpAddr;

use super::document::{Document, lines};
use super::marks::Mark;
use super::reading::{Allegation, Reading, When};
use super::{Category, address, refang};

/// Lines that are looked at: what SpamCop says stands above the message.
const MOST_LINES: usize = 200;

pub(crate) fn recognise(document: &Document) -> Option<&'static str> {
    let is_by = document.is_by("spamcop.net");
    let has_line = document.has(Mark::SpamcopVersion) || document.has(Mark::OldSpamcopVersion);
    let has_subject = document.whole_subject.trim_start().starts_with("[SpamCop (");
    if !(is_by || has_line || has_subject || document.whole_subject.contains("[SpamCop (")) {
        return None;
    }
    said(document).any().then_some("SpamCop's line names a source")
}

/// What the lines above the message say.
#[derive(Debug, Default)]
struct Said {
    /// `Email from 192.0.2.1 / DATE`
    senders: Vec<(IpAddr, Option<When>)>,
    /// `Spamvertised web site: URL`, then `URL is 192.0.2.1; DATE`
    sites: Vec<Site>,
}

#[derive(Debug)]
struct Site {
    url: String,
    ip: Option<IpAddr>,
    when: Option<When>,
}

impl Said {
    fn any(&self) -> bool {
        !self.senders.is_empty() || !self.sites.is_empty()
    }
}

fn said(document: &Document) -> Said {
    let mut said = Said::default();
    for (_, line) in lines(&document.text).take(MOST_LINES) {
        let line = line.trim();
        let lower = line.get(..60.min(line.len())).unwrap_or_default().to_ascii_lowercase();
        if lower.contains("offending message") {
            break;
        }
        if let Some(rest) = lower.strip_prefix("email from ").map(|_| &line[11..]) {
            let (ip, date) = rest.split_once(['/', ';', ',']).unwrap_or((rest, ""));
            if let Some(ip) = address::refanged(ip) {
                said.senders.push((ip, document.calendar().when(date)));
            }
        } else if lower.starts_with("spamvertised") || lower.starts_with("website:") {
            let Some((_, url)) = line.split_once(':') else { continue };
            if let Some(url) = refang::url(url) {
                said.sites.push(Site { url, ip: None, when: None });
            }
        } else if let Some((url, rest)) = line.split_once(" is ")
            && let Some(site) = said.sites.last_mut()
            && url.contains("://")
        {
            let (ip, date) = rest.split_once([';', '/']).unwrap_or((rest, ""));
            site.ip = site.ip.or_else(|| address::refanged(ip));
            site.when = site.when.or_else(|| document.calendar().when(date));
        }
    }
    said
}

pub(crate) fn read(document: &Document, reading: &mut Reading) {
    let said = said(document);
    reading.reporter.organisation = Some("SpamCop".to_owned());
    reading.reporter.reference = reference(&document.whole_subject);
    for (ip, when) in said.senders {
        reading.explain(format!("source: {ip}, from the line \"Email from\""));
        reading.allege(Allegation::ip(Category::Spam, ip).observed(when));
    }
    for Site { url, ip, when } in said.sites {
        reading.explain(format!("source: {url}, an advertised site"));
        if ip.is_none() {
            reading.defect("source_missing", "nothing says where the site is");
        }
        reading.allege(Allegation::url(Category::Spam, url).at(ip).observed(when));
    }
}

/// The number in `[SpamCop (192.0.2.1) id:123]`.
fn reference(subject: &str) -> Option<String> {
    let (_, rest) = subject.split_once("id:")?;
    let number: String = rest.chars().take_while(char::is_ascii_digit).take(20).collect();
    (!number.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use crate::complaint::{Complaint, Format, Subject, read};

    fn mail(text: &str) -> Complaint {
        let mail = format!(
            "From: 123@reports.spamcop.net\nTo: abuse@example.net\nSubject: [SpamCop (192.0.2.1) id:123]buy\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n\n{text}"
        );
        read("", mail.as_bytes()).remove(0)
    }

    #[test]
    fn the_sender_is_the_source() {
        let complaint = mail(
            "[ SpamCop V4.8.6 ]\nThis message is brief for your comfort.\n\nEmail from 192.0.2.1 / Mon, 5 Jan 2026 09:00:00 -0400\nhttps://www.spamcop.net/w3m?i=z1z\n\n[ Offending message ]\nReceived: from [203.0.113.9]\nEmail from 203.0.113.9 / x\n",
        );
        assert_eq!(complaint.format, Format::Spamcop);
        assert_eq!(complaint.reporter.reference.as_deref(), Some("123"));
        let sources: Vec<_> = complaint
            .incidents
            .iter()
            .map(|one| (one.ip.map(|ip| ip.to_string()), one.observed_at.map(|at| at.to_string())))
            .collect();
        assert_eq!(
            sources,
            [(Some("192.0.2.1".to_owned()), Some("2026-01-05T13:00:00Z".to_owned()))]
        );
    }

    #[test]
    fn the_advertised_site_is_where_the_line_says_it_is() {
        let complaint = mail(
            "[ SpamCop V4.8.6 ]\n\nSpamvertised web site: http://example.org/buy\nhttps://www.spamcop.net/w3m?i=z1z\nhttp://example.org/buy is 198.51.100.7; Mon, 5 Jan 2026 09:00:00 GMT\n",
        );
        assert_eq!(complaint.incidents.len(), 1, "{complaint:?}");
        let incident = &complaint.incidents[0];
        assert_eq!(incident.subject, Subject::Url("http://example.org/buy".to_owned()));
        assert_eq!(incident.ip.map(|ip| ip.to_string()).as_deref(), Some("198.51.100.7"));
        assert!(incident.observed_at.is_some());
    }
}
