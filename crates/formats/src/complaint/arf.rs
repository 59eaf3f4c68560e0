//! ARF: feedback reports (RFC 5965), of messages that failed authentication (RFC 6591), about mail that was no spam
//! (RFC 6430), and feedback loops that are older than these or do without the part that makes a report one.

use std::net::IpAddr;

use super::document::{Document, Headers, Part, PartRole};
use super::reading::{Allegation, Reading, When};
use super::transport::header_block;
use super::{Category, Subject, Zone, address, dates, domain, refang};

/// A feedback report, or mail of a loop that has none.
pub(crate) fn recognise(document: &Document) -> Option<&'static str> {
    if feedback(document).is_some() {
        return Some("it has a part with Feedback-Type");
    }
    message_from(document).map(|_| "a feedback loop's subject tells of a message")
}

pub(crate) fn read(document: &Document, reading: &mut Reading) {
    match feedback(document) {
        Some(part) => read_report(document, &Fields::of(&part.text()), reading),
        None => read_loop(document, reading),
    }
}

/// The part for programs.
fn feedback(document: &Document) -> Option<&Part> {
    let is_declared = |part: &Part| part.media_type == "message/feedback-report";
    let declared = document.part(|part| is_declared(part) && !part.begin().is_empty());
    declared.or_else(|| {
        document.part(|part| part.role != PartRole::Evidence && begins_as_feedback(part.begin()))
    })
}

fn begins_as_feedback(begin: &[u8]) -> bool {
    let begin = begin.strip_prefix(b"---").unwrap_or(begin).trim_ascii_start();
    begin.get(..14).is_some_and(|name| name.eq_ignore_ascii_case(b"feedback-type:"))
}

/// Longest part for programs that is looked at.
const LONGEST: usize = 256 * 1024;

/// Fields of a feedback part. Lines that are none are passed over, an empty line is not the end.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(text: &str) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in text[..text.floor_char_boundary(LONGEST)].lines() {
            if line.starts_with([' ', '\t'])
                && let Some((_, value)) = fields.last_mut()
            {
                value.push(' ');
                value.push_str(line.trim());
            } else if let Some((name, value)) = line.split_once(':')
                && name.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            {
                let value = value.trim().trim_matches(['"', '\'']);
                fields.push((name.trim().to_ascii_lowercase(), value.to_owned()));
            }
        }
        Self(fields)
    }

    fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0
            .iter()
            .filter(move |(its, value)| its == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    fn get<'f>(&'f self, name: &'f str) -> Option<&'f str> {
        self.all(name).next()
    }
}

/// Category of a type of feedback, in lower case.
fn category(kind: &str) -> Category {
    match kind {
        "fraud" => Category::Fraud,
        "phishing" | "phish" => Category::Phishing,
        "virus" | "malware" => Category::Malware,
        "auth-failure" | "other" | "dmarc" => Category::Other,
        // `spam`, `opt-out` and `opt-out-list` are older than the RFC; a type that is missing is what the loop is for.
        _ => Category::Spam,
    }
}

fn read_report(document: &Document, fields: &Fields, reading: &mut Reading) {
    let kind = fields.get("feedback-type").unwrap_or_default().to_ascii_lowercase();
    if kind.is_empty() {
        reading.defect("feedback_type_missing", "");
    }
    let category = fields
        .get("abuse-type")
        .map(str::to_ascii_lowercase)
        .filter(|kind| kind.contains("phish"))
        .map_or_else(|| category(&kind), |_| Category::Phishing);
    let source = source(document, fields, reading);
    let arrived = fields.get("arrival-date").or_else(|| fields.get("received-date"));
    let when = arrived
        .and_then(|date| document.calendar().when(date))
        .or_else(|| in_words(document).and_then(|words| words.when));
    if let Some(date) = arrived
        && when.is_none()
    {
        reading.defect("date_unreadable", date);
    }
    reading.reporter.reference =
        reading.reporter.reference.take().or_else(|| fields.get("report-id").map(str::to_owned));
    let domains: Vec<String> = fields
        .all("reported-domain")
        .flat_map(|value| value.split([',', ' ']))
        .filter_map(domain::name)
        .collect();
    let urls: Vec<String> = fields
        .all("reported-uri")
        .flat_map(|value| value.split([',', ' ']))
        .filter_map(refang::url)
        .collect();
    let subject = match (source, urls.first(), domains.first()) {
        (Some(ip), _, _) => Subject::Ip(ip),
        (None, Some(url), _) => Subject::Url(url.clone()),
        (None, None, Some(name)) => Subject::Domain(name.clone()),
        (None, None, None) => {
            reading.defect("source_missing", "");
            return;
        }
    };
    let count = fields.get("incidents").and_then(|count| count.parse().ok()).unwrap_or(1);
    let port = fields.get("source-port").and_then(|port| port.parse().ok());
    let mut allegation =
        Allegation::about(category, subject).port(port).observed(when).count(count);
    for url in urls {
        allegation = allegation.page(url);
    }
    for name in domains {
        allegation = allegation.name(name);
    }
    reading.allege(allegation);
}

/// The source that the report declares: its field, the sentence above it, the server that took the message.
fn source(document: &Document, fields: &Fields, reading: &mut Reading) -> Option<IpAddr> {
    let mut declared = None;
    for value in fields.all("source-ip") {
        // `192.0.2.1 (mail.example.com)`
        let bare =
            value.split([' ', ',', ';', '(']).find(|word| !word.is_empty()).unwrap_or_default();
        match address::refanged(bare) {
            Some(ip) if declared.is_some_and(|known| known != ip) => {
                reading.defect("source_disagrees", "two fields Source-IP");
                return None;
            }
            Some(ip) => declared = Some(ip),
            None => reading.defect("source_unreadable", value),
        }
    }
    let in_words = in_words(document);
    if let Some(ip) = declared {
        reading.explain(format!("source: {ip}, from the field Source-IP"));
        if let Some(other) = in_words.filter(|words| words.ip != ip) {
            reading.defect(
                "source_disagrees",
                &format!("the text says {}, the field Source-IP {ip}", other.ip),
            );
        }
        return Some(ip);
    }
    if let Some(words) = in_words {
        reading.explain(format!("source: {}, from the sentence above the report", words.ip));
        return Some(words.ip);
    }
    let taken = took_the_message(document, fields)?;
    reading.explain(format!("source: {taken}, from the reporter's own Received line"));
    Some(taken)
}

/// What the text above a report says.
#[derive(Clone, Copy)]
struct Words {
    ip: IpAddr,
    when: Option<When>,
}

/// How the sentence goes that ARF's examples have and most senders copied, in lower case.
const SENTENCES: &[&str] = &[
    "received from ip",
    "received from the ip",
    "sent from ip",
    "from the ip address",
    "email from ip",
    "message from ip",
    "from ip address",
];

/// Longest text above a report in which the sentence is looked for.
const LONGEST_TEXT: usize = 16 * 1024;

/// `received from IP 192.0.2.1 on Thu, 8 Mar 2005 14:00:00 EDT`
fn in_words(document: &Document) -> Option<Words> {
    let text = &document.text[..document.text.floor_char_boundary(LONGEST_TEXT)];
    let lower = text.to_ascii_lowercase();
    let at = SENTENCES
        .iter()
        .filter_map(|sentence| Some(lower.find(sentence)? + sentence.len()))
        .min()?;
    let rest = text[at..].trim_start_matches(|c: char| c.is_whitespace() || c == ':');
    let rest = if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("address")) {
        rest[7..].trim_start_matches(|c: char| c.is_whitespace() || c == ':')
    } else {
        rest
    };
    let word = rest.split(|c: char| c.is_whitespace() || c == ',').next()?;
    let ip = address::refanged(word.trim_end_matches(['.', ';', ')']))?;
    let after = rest[word.len()..].trim_start_matches([' ', ',', '\n', '\r']);
    let when = after
        .strip_prefix("on ")
        .or_else(|| after.strip_prefix("at "))
        .and_then(|date| document.calendar().when(&date.replace('\n', " ")));
    Some(Words { ip, when })
}

/// Who handed the message to the reporter's own server: the top-most `Received` of the proof, if the server that wrote it is
/// the reporter's. Deeper ones anybody can write.
fn took_the_message(document: &Document, fields: &Fields) -> Option<IpAddr> {
    let proof = document.part(|part| part.role == PartRole::Evidence)?;
    let headers = header_block(proof.bytes());
    let received = headers.get("Received")?;
    let by = received
        .split(" by ")
        .nth(1)?
        .split([' ', ';', '('])
        .find(|word| !word.is_empty())?
        .to_ascii_lowercase();
    let mta = fields
        .get("reporting-mta")
        .map(|mta| mta.rsplit([';', ' ']).next().unwrap_or_default().to_ascii_lowercase());
    let reporter = document.author_domain();
    let is_own =
        mta.is_some_and(|mta| mta == by) || !reporter.is_empty() && end(&by) == end(&reporter);
    // One machine of the reporter's handed it to the next: who sent it stands further down, where anybody can write.
    is_own.then(|| handed_over(received)).flatten().filter(|ip| !is_inside(*ip))
}

/// Whether an address is one of a network that nobody sees from outside (RFC 1918, 4193, 6598, link-local).
fn is_inside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            v4.is_private()
                || v4.is_link_local()
                || v4.is_loopback()
                || first == 100 && (64..128).contains(&second)
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback(),
    }
}

/// The last two labels of a name: enough to see that two servers are of one house.
fn end(name: &str) -> &str {
    let mut dots = name.rmatch_indices('.').map(|(at, _)| at);
    dots.nth(1).map_or(name, |at| &name[at + 1..])
}

/// The address in a `Received` that the server saw, which stands in brackets before `by`.
fn handed_over(received: &str) -> Option<IpAddr> {
    let from = received.split(" by ").next()?;
    let in_brackets = from.split('[').skip(1).filter_map(|rest| rest.split(']').next());
    in_brackets.filter_map(|inner| address::ip(inner.strip_prefix("IPv6:").unwrap_or(inner))).last()
}

/// The address in the subject of a loop that sends messages without a report: `complaint about message from 192.0.2.1`.
fn message_from(document: &Document) -> Option<IpAddr> {
    let is_loops = ["hotmail.com", "outlook.com", "live.com", "microsoft.com"]
        .iter()
        .any(|domain| document.is_by(domain));
    let (_, rest) =
        document.whole_subject.split_once("complaint about message from").filter(|_| is_loops)?;
    address::refanged(rest.trim())
}

fn read_loop(document: &Document, reading: &mut Reading) {
    let Some(ip) = message_from(document) else { return };
    reading.explain(format!("source: {ip}, from the subject"));
    let when = document
        .part(|part| part.role == PartRole::Evidence)
        .and_then(|proof| arrived(&header_block(proof.bytes())));
    let when = when.or_else(|| {
        document.sent.map(|sent| When {
            at: sent.at,
            zone: if sent.offset.is_some() { Zone::Header } else { Zone::Assumed },
        })
    });
    reading.allege(Allegation::ip(Category::Spam, ip).observed(when));
}

/// When the reporter's own server took the message.
fn arrived(headers: &Headers) -> Option<When> {
    let (_, date) = headers.get("Received")?.rsplit_once(';')?;
    let at = dates::read(date)?.exact()?;
    Some(When { at, zone: Zone::Value })
}

#[cfg(test)]
mod tests {
    use crate::complaint::{Category, Complaint, Format, Incident, Subject, Zone};

    fn report(fields: &str) -> Complaint {
        with_text("This is an abuse report.", fields)
    }

    fn with_text(text: &str, fields: &str) -> Complaint {
        let mail = format!(
            "From: reporter@example.com\nTo: abuse@example.net\nSubject: report\nDate: Mon, 5 Jan 2026 10:00:00 +0100\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: message/feedback-report\n\n{fields}\n--b\nContent-Type: message/rfc822\n\nReceived: from x.example.org ([198.51.100.7]) by mx.example.com; Mon, 5 Jan 2026 09:00:00 +0000\nReceived: from y ([203.0.113.9]) by x.example.org; Mon, 5 Jan 2026 08:00:00 +0000\nSubject: buy\n\nspam http://example.org/\n--b--\n"
        );
        let mut read = crate::complaint::read("", mail.as_bytes());
        assert_eq!(read.len(), 1);
        read.remove(0)
    }

    fn only(complaint: &Complaint) -> &Incident {
        assert_eq!(complaint.incidents.len(), 1, "{complaint:?}");
        &complaint.incidents[0]
    }

    #[test]
    fn the_fields_of_a_report_are_read() {
        let complaint = report(
            "Feedback-Type: abuse\nUser-Agent: Test/1\nVersion: 1\nSource-IP: 192.0.2.1\nSource-Port: 4711\nArrival-Date: Thu, 8 Mar 2005 14:00:00 EDT\nReported-Domain: Example.NET\nReported-Uri: http://example.net/x\nReported-Uri: mailto:user@example.com\nIncidents: 3",
        );
        assert_eq!(complaint.format, Format::Arf);
        let incident = only(&complaint);
        assert_eq!(incident.subject, Subject::Ip("192.0.2.1".parse().unwrap_or_else(|_| panic!())));
        assert_eq!(
            (incident.category, incident.port, incident.count),
            (Category::Spam, Some(4711), 3)
        );
        assert_eq!(incident.domains, ["example.net"]);
        assert_eq!(incident.urls, ["http://example.net/x"]);
        assert_eq!(
            incident.observed_at.map(|at| at.to_string()).as_deref(),
            Some("2005-03-08T18:00:00Z")
        );
        assert_eq!(incident.zone, Zone::Value);
        assert_eq!(complaint.defects, []);
    }

    #[test]
    fn a_source_that_is_not_in_its_field_is_taken_from_the_sentence_then_from_the_reporters_server()
    {
        let text =
            "an email received from IP\n192.0.2.7 on Thu, 8 Mar 2005 14:00:00 EDT. See below.";
        let in_words = with_text(text, "Feedback-Type: abuse");
        assert_eq!(only(&in_words).ip.map(|ip| ip.to_string()).as_deref(), Some("192.0.2.7"));
        assert_eq!(
            only(&in_words).observed_at.map(|at| at.to_string()).as_deref(),
            Some("2005-03-08T18:00:00Z")
        );
        let received = report("Feedback-Type: abuse");
        assert_eq!(only(&received).ip.map(|ip| ip.to_string()).as_deref(), Some("198.51.100.7"));
    }

    #[test]
    fn a_machine_within_the_reporters_network_is_no_source() {
        for inner in ["10.0.0.1", "172.16.3.4", "100.64.0.9", "169.254.1.1", "IPv6:fd00::1"] {
            let mail = format!(
                "From: reporter@example.com\nSubject: report\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b\nContent-Type: message/rfc822\n\nReceived: from x.example.com ([{inner}]) by mx.example.com; Mon, 5 Jan 2026 09:00:00 +0000\nReceived: from y ([203.0.113.9]) by x.example.com; Mon, 5 Jan 2026 08:00:00 +0000\nSubject: buy\n\nspam\n--b--\n"
            );
            let complaint = crate::complaint::read("", mail.as_bytes()).remove(0);
            assert_eq!(complaint.incidents, [], "{inner}");
            assert_eq!(complaint.defects[0].code, "source_missing");
        }
    }

    #[test]
    fn sources_that_cannot_be_read_or_disagree_are_defects() {
        for (fields, code, found) in [
            (
                "Feedback-Type: abuse\nSource-IP: 192.0.2.010",
                "source_unreadable",
                Some("198.51.100.7"),
            ),
            (
                "Feedback-Type: abuse\nSource-IP: 192.0.2.1\nSource-IP: 192.0.2.2",
                "source_disagrees",
                None,
            ),
        ] {
            let complaint = report(fields);
            assert!(complaint.defects.iter().any(|defect| defect.code == code), "{complaint:?}");
            let ip = complaint
                .incidents
                .first()
                .and_then(|incident| incident.ip)
                .map(|ip| ip.to_string());
            assert_eq!(ip.as_deref(), found);
        }
        let complaint = with_text(
            "received from IP 192.0.2.9 on x",
            "Feedback-Type: abuse\nSource-IP: ::ffff:192.0.2.1",
        );
        assert_eq!(only(&complaint).ip.map(|ip| ip.to_string()).as_deref(), Some("192.0.2.1"));
        assert_eq!(complaint.defects[0].code, "source_disagrees");
    }

    #[test]
    fn older_loops_need_no_report() {
        let mail = "From: <staff@hotmail.com>\nSubject: complaint about message from 192.0.2.1\nTo: abuse@example.net\nDate: Mon, 5 Jan 2026 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: x\nReceived: from x ([203.0.113.5]) by y.hotmail.com; Sun, 4 Jan 2026 10:00:00 +0000\nSubject: abuse\nTo: abuse@example.org\n\nspam\n--b--\n";
        let read = crate::complaint::read("", mail.as_bytes());
        assert_eq!(read[0].format, Format::Arf);
        assert_eq!(only(&read[0]).ip.map(|ip| ip.to_string()).as_deref(), Some("192.0.2.1"));
        assert_eq!(
            only(&read[0]).observed_at.map(|at| at.to_string()).as_deref(),
            Some("2026-01-04T10:00:00Z")
        );
    }
}
