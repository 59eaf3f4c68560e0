//! XARF before version 4: three shapes of one report, in our terms.

use serde_json::Value;

use super::schema;
use crate::complaint::json::{count, instant, port, text};
use crate::complaint::reading::{Allegation, Reading};
use crate::complaint::{Category, Subject, address, declared};

pub(super) fn read(whole: &Value, reading: &mut Reading) {
    schema::check_v3(whole, reading);
    let report = whole.get("Report").unwrap_or(&Value::Null);
    name_reporter(whole, report, reading);
    let class = text(report, "ReportClass").unwrap_or_default();
    let kind = text(report, "ReportType").unwrap_or_default();
    reading.explain(format!("kind: {class}/{kind}"));
    let category = category(class, kind);
    let source = Source::of(report);
    let Some(subject) = source.subject(category) else {
        if let Some(value) = source.unusable {
            reading.defect("source_unusable", value);
        }
        return;
    };
    let more = report.get("AdditionalInfo").unwrap_or(&Value::Null);
    let destination = text(report, "DestinationIp").or_else(|| text(more, "DestinationIP"));
    let mut allegation = Allegation::about(category, subject)
        .at(source.ip)
        .port(source.port)
        .observed(instant(report, "Date").or_else(|| instant(report, "FirstSeen")))
        .aimed_at(
            destination.and_then(address::ip),
            port(report, "DestinationPort").or_else(|| port(more, "DestinationPort")),
        )
        .count(count(report, "AttackCount").unwrap_or(1));
    for url in source.urls {
        allegation = allegation.page(url);
    }
    reading.allege(allegation);
}

/// Classes and types; where a word means two things, the class decides.
fn category(class: &str, kind: &str) -> Category {
    match (class, kind) {
        ("Activity", "Malware") => Category::Botnet,
        ("Activity", "PotentiallyCompromisedAccount") => Category::Compromised,
        ("Vulnerability", kind) => Category::from_word(kind).unwrap_or(Category::Vulnerable),
        (_, kind) => Category::from_word(kind).unwrap_or_default(),
    }
}

fn name_reporter(whole: &Value, report: &Value, reading: &mut Reading) {
    let reporter = whole.get("ReporterInfo").unwrap_or(&Value::Null);
    let mail =
        ["ReporterOrgEmail", "ReporterContactEmail"].iter().find_map(|name| text(reporter, name));
    reading.reporter.organisation = text(reporter, "ReporterOrg").map(str::to_owned);
    reading.reporter.name = text(reporter, "ReporterContactName").map(str::to_owned);
    reading.reporter.email = mail.map(str::to_owned);
    reading.reporter.reference = text(report, "ReporterCaseID").map(str::to_owned);
}

/// The fields in which the shapes name the source.
struct Source<'v> {
    ip: Option<std::net::IpAddr>,
    port: Option<u16>,
    urls: Vec<String>,
    other: Option<Subject>,
    unusable: Option<&'v str>,
}

impl<'v> Source<'v> {
    fn of(report: &'v Value) -> Self {
        let object = report.get("Source").unwrap_or(&Value::Null);
        let ip_text =
            text(report, "SourceIp").or_else(|| text(object, "IP")).or_else(|| text(object, "Ip"));
        let declared_as = ip_text.and_then(declared::subject);
        let urls = ["SourceUrl", "Url", "InfringingUrl"]
            .iter()
            .filter_map(|name| text(report, name))
            .chain(["URL", "Url"].iter().filter_map(|name| text(object, name)));
        let mut pages: Vec<String> = Vec::new();
        for page in urls.clone().filter_map(declared::page) {
            if !pages.contains(&page) {
                pages.push(page);
            }
        }
        let others = ["Domain", "Email", "Value"].iter().filter_map(|name| text(object, name));
        let account = report.get("Account").and_then(|account| text(account, "AccountEmail"));
        Self {
            ip: match declared_as {
                Some(Subject::Ip(ip)) => Some(ip),
                _ => None,
            },
            port: port(report, "SourcePort").or_else(|| port(object, "Port")),
            other: declared_as
                .clone()
                .or_else(|| others.chain(account).find_map(declared::subject)),
            unusable: ip_text.filter(|_| declared_as.is_none()).or_else(|| urls.clone().next()),
            urls: pages,
        }
    }

    /// Content is a page, activity comes from an address.
    fn subject(&self, category: Category) -> Option<Subject> {
        let page = self.urls.first().cloned().map(Subject::Url);
        let address = self.other.clone();
        let is_content = matches!(
            category,
            Category::Phishing
                | Category::Malware
                | Category::Copyright
                | Category::Trademark
                | Category::Csam
                | Category::Fraud
        );
        if is_content { page.or(address) } else { address.or(page) }
    }
}
