//! Complaints as they are stored and shown: who complains, and what about.

use portreeve_core::ids::MailId;
use portreeve_core::intake::{IncidentFate, Why};
use portreeve_core::ledger::Certainty;
use portreeve_core::text::{shorten, storable};
use portreeve_core::time::{from_millis, rfc3339};
use portreeve_formats::complaint::{Category, Complaint, Destination, Incident, Subject, Zone};
use portreeve_store::IncidentRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Allegations of one complaint that are stored.
pub(crate) const MOST_INCIDENTS: usize = 10_000;

/// The same, as a limit of a query.
pub(super) const STORED: i64 = 10_000;

/// Longest text out of a complaint that is stored beside it, in characters.
const LONGEST_WORD: usize = 200;

/// Longest subject: pages have long addresses.
const LONGEST_SUBJECT: usize = 400;

/// Oddities that are stored.
const MOST_DEFECTS: usize = 5;

/// Bytes that the pages, or the domains, of one allegation take at the most.
const DETAILS: usize = 300;

/// Who complains, in their words. None of it is authenticated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ToldReporter {
    /// A person's or program's name.
    pub name: Option<String>,
    /// Where answers go.
    pub email: Option<String>,
    /// The organisation.
    pub organisation: Option<String>,
    /// Their own number of this complaint.
    pub reference: Option<String>,
}

/// What is stored of a complaint beside its allegations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    pub(super) reporter: ToldReporter,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) defects: Vec<String>,
    /// Allegations that are not stored.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) left_out: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks like that")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Told {
    pub(super) fn of(complaint: &Complaint) -> Self {
        let word = |text: &Option<String>| text.as_ref().map(|text| clean(text, LONGEST_WORD));
        let reporter = &complaint.reporter;
        let defects = complaint.defects.iter().take(MOST_DEFECTS);
        Self {
            reporter: ToldReporter {
                name: word(&reporter.name),
                email: word(&reporter.email),
                organisation: word(&reporter.organisation),
                reference: word(&reporter.reference),
            },
            defects: defects.map(|defect| clean(&defect.to_string(), LONGEST_WORD)).collect(),
            left_out: complaint.incidents.len().saturating_sub(MOST_INCIDENTS),
        }
    }

    pub(super) fn read(json: Option<&str>) -> Self {
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}

/// Who complains, as it was stored with the complaint.
pub(crate) fn told_reporter(json: Option<&str>) -> ToldReporter {
    Told::read(json).reporter
}

/// Who complains and what was odd, as it was stored with the complaint.
pub(crate) fn told(json: Option<&str>) -> (ToldReporter, Vec<String>) {
    let told = Told::read(json);
    (told.reporter, told.defects)
}

fn clean(text: &str, most: usize) -> String {
    storable(&shorten(text, most))
}

/// What was attacked or contacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestinationView {
    /// Its address.
    pub ip: Option<String>,
    /// Its port.
    pub port: Option<u16>,
}

/// What does not stand in columns of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Details {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) urls: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) domains: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) destination: Option<DestinationView>,
    /// How sure it was whose it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) certainty: Option<String>,
}

/// The first of a list, as far as they take no more room than [`DETAILS`].
fn first_of(list: &[String], but: &str) -> Vec<String> {
    let mut room = DETAILS;
    let fits = |one: &&String| {
        let left = room.checked_sub(one.len());
        room = left.unwrap_or(0);
        left.is_some()
    };
    list.iter().filter(|one| *one != but).take_while(fits).map(|one| storable(one)).collect()
}

/// An allegation as it is stored, without what becomes of it.
pub(super) fn row_of(mail: MailId, n: usize, incident: &Incident) -> IncidentRow {
    let subject = incident.subject.to_string();
    let details = Details {
        urls: first_of(&incident.urls, &subject),
        domains: first_of(&incident.domains, &subject),
        destination: incident
            .destination
            .map(|to| DestinationView { ip: to.ip.map(|ip| ip.to_string()), port: to.port }),
        certainty: None,
    };
    IncidentRow {
        mail,
        n: i64::try_from(n).unwrap_or(i64::MAX),
        category: incident.category.as_str().to_owned(),
        subject_kind: incident.subject.kind().to_owned(),
        subject: clean(&subject, LONGEST_SUBJECT),
        ip: incident.ip.map(|ip| ip.to_string()),
        port: incident.port.map(i64::from),
        observed_at: incident.observed_at.map(jiff::Timestamp::as_millisecond),
        zone: incident.zone.as_str().to_owned(),
        count: i64::try_from(incident.count).unwrap_or(i64::MAX),
        details: serde_json::to_string(&details).unwrap_or_default(),
        directory: None,
        service_id: None,
        customer_id: None,
        fate: IncidentFate::Waits,
        why: None,
        report: None,
    }
}

/// The allegation of a row, as it is read today; where today's reading has another one in its place, as far as it is
/// stored.
pub(super) fn incident_of(row: &IncidentRow, complaint: &Complaint) -> Incident {
    let read = usize::try_from(row.n).ok().and_then(|n| complaint.incidents.get(n));
    let is_it = |incident: &&Incident| {
        let today = row_of(row.mail, 0, incident);
        today.subject_kind == row.subject_kind
            && today.subject == row.subject
            && today.ip == row.ip
            && today.observed_at == row.observed_at
    };
    if let Some(incident) = read.filter(is_it) {
        return incident.clone();
    }
    let details: Details = serde_json::from_str(&row.details).unwrap_or_default();
    let subject = row.subject.clone();
    let zones = [Zone::Value, Zone::Prose, Zone::Header];
    let destination = details
        .destination
        .map(|to| Destination { ip: to.ip.and_then(|ip| ip.parse().ok()), port: to.port });
    Incident {
        category: Category::from_word(&row.category).unwrap_or_default(),
        subject: match (row.subject_kind.as_str(), subject.parse(), subject.parse()) {
            ("ip", Ok(ip), _) => Subject::Ip(ip),
            ("prefix", _, Ok(net)) => Subject::Prefix(net),
            ("url", ..) => Subject::Url(subject),
            ("email", ..) => Subject::Email(subject),
            _ => Subject::Domain(subject),
        },
        ip: row.ip.as_deref().and_then(|ip| ip.parse().ok()),
        port: row.port.and_then(|port| u16::try_from(port).ok()),
        urls: details.urls,
        domains: details.domains,
        observed_at: row.observed_at.and_then(from_millis),
        zone: zones.into_iter().find(|zone| zone.as_str() == row.zone).unwrap_or_default(),
        destination,
        count: u64::try_from(row.count).unwrap_or(1),
    }
}

/// Puts on record how sure it was whose it was.
pub(super) fn with_certainty(row: &mut IncidentRow, certainty: Certainty) {
    let mut details: Details = serde_json::from_str(&row.details).unwrap_or_default();
    details.certainty = Some(certainty.as_str().to_owned());
    row.details = serde_json::to_string(&details).unwrap_or_default();
}

/// What an allegation is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectView {
    /// `ip`, `prefix`, `domain`, `url` or `email`.
    pub kind: String,
    /// The resource.
    pub value: String,
}

/// One allegation of a complaint, for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IncidentView {
    /// What kind of abuse.
    pub category: String,
    /// What it is about.
    pub subject: SubjectView,
    /// The source's address.
    pub ip: Option<String>,
    /// The source's port.
    pub port: Option<i64>,
    /// Pages; of many the first ones.
    pub urls: Vec<String>,
    /// Domains; of many the first ones.
    pub domains: Vec<String>,
    /// When it was observed.
    pub observed_at: Option<String>,
    /// Where the zone of that was taken from.
    pub zone: String,
    /// What was attacked or contacted.
    pub destination: Option<DestinationView>,
    /// How many events it stands for.
    pub count: i64,
    /// The service that held it then, as `directory:id`.
    pub service: Option<String>,
    /// Its customer then.
    pub customer_id: Option<String>,
    /// How sure that is: `exact`, `since_records_began` or `between_syncs`.
    pub certainty: Option<String>,
    /// What became of it: `opened`, `joined`, `by_staff`, `would_open`, `would_join`, `waits` or `passed`.
    pub fate: &'static str,
    /// Why it waits or was passed over, as a code.
    pub why: Option<&'static str>,
    /// The report into which it went.
    pub report_id: Option<i64>,
}

impl IncidentView {
    pub(crate) fn of(row: IncidentRow) -> Self {
        let details: Details = serde_json::from_str(&row.details).unwrap_or_default();
        // What stands as the subject stands among its pages or domains too, as it was read.
        let with_subject = |kind: &str, mut list: Vec<String>| {
            if row.subject_kind == kind {
                list.insert(0, row.subject.clone());
            }
            list
        };
        Self {
            urls: with_subject("url", details.urls),
            domains: with_subject("domain", details.domains),
            service: row.directory.zip(row.service_id).map(|(name, id)| format!("{name}:{id}")),
            observed_at: row.observed_at.and_then(from_millis).map(rfc3339),
            subject: SubjectView { kind: row.subject_kind, value: row.subject },
            category: row.category,
            ip: row.ip,
            port: row.port,
            zone: row.zone,
            destination: details.destination,
            count: row.count,
            customer_id: row.customer_id,
            certainty: details.certainty,
            fate: row.fate.code(),
            why: row.why.map(Why::code),
            report_id: row.report.map(|report| report.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allegation_takes_less_than_a_kilobyte_and_reads_back() {
        let text = "From: a@example.org\r\nSubject: abuse\r\n\r\nSource: 192.0.2.7\r\n";
        let complaint = portreeve_formats::complaint::read("a.eml", text.as_bytes()).remove(0);
        let mut incident = complaint.incidents.first().cloned().unwrap_or_else(|| {
            panic!("nothing declared: {:?}", complaint.trace);
        });
        incident.urls = vec![format!("https://example.com/{}", "x".repeat(90)); 900];
        incident.domains = vec!["example.com".to_owned(); 900];
        let row = row_of(MailId(1), 0, &incident);
        let size = row.details.len() + row.subject.len() + row.category.len();
        assert!(size < 900, "{size}");
        let view = IncidentView::of(row);
        assert_eq!(view.subject.value, "192.0.2.7");
        assert!(view.urls.len() > 1 && view.urls.len() < 10);
    }

    #[test]
    fn a_row_of_an_older_reading_is_not_taken_for_another_of_todays() {
        let text = "From: a@example.org\r\nSubject: abuse\r\n\r\nSource: 192.0.2.7\r\n";
        let mut complaint = portreeve_formats::complaint::read("a.eml", text.as_bytes()).remove(0);
        complaint.incidents[0].urls = vec!["https://example.com/a".to_owned()];
        let row = row_of(MailId(1), 0, &complaint.incidents[0]);
        assert_eq!(incident_of(&row, &complaint), complaint.incidents[0]);
        let before = complaint.incidents[0].clone();
        complaint.incidents[0].subject = Subject::Ip("192.0.2.8".parse().expect("an address"));
        complaint.incidents[0].ip = "192.0.2.8".parse().ok();
        assert_eq!(incident_of(&row, &complaint), before);
    }
}
