//! XARF 4: what it declares, in our terms.

use serde_json::Value;

use super::schema;
use crate::complaint::json::{count, instant, port, text};
use crate::complaint::reading::{Allegation, Reading};
use crate::complaint::{Category, Subject, address, declared, domain};

/// Kinds that say of themselves how many events they stand for.
const COUNTS: &[&str] = &["attempts_count", "attempt_count", "event_count", "incident_count"];

pub(super) fn read(report: &Value, reading: &mut Reading) {
    schema::check_v4(report, reading);
    name_reporter(report, reading);
    let category = text(report, "category").unwrap_or_default();
    let kind = text(report, "type").or_else(|| text(report, "class")).unwrap_or_default();
    reading.explain(format!("kind: {category}/{kind}"));
    let Some(source) = text(report, "source_identifier") else { return };
    let Some(subject) = declared::subject(source) else {
        reading.defect("source_unusable", source);
        return;
    };
    reading.explain(format!("source: source_identifier {source}"));
    let count = COUNTS.iter().find_map(|name| count(report, name)).unwrap_or(1);
    let mut allegation = Allegation::about(Category::from_xarf(category, kind), subject.clone())
        .port(port(report, "source_port"))
        .observed(instant(report, "timestamp").or_else(|| instant(report, "first_seen")))
        .aimed_at(
            text(report, "destination_ip").and_then(address::ip),
            port(report, "destination_port"),
        )
        .count(count);
    for page in pages(report, category) {
        allegation = allegation.page(page);
    }
    if let (Subject::Ip(_), Some(name)) = (&subject, name(report, category)) {
        allegation = allegation.name(name);
    }
    reading.allege(allegation);
}

fn name_reporter(report: &Value, reading: &mut Reading) {
    let reporter = report.get("reporter").unwrap_or(&Value::Null);
    reading.reporter.organisation = text(reporter, "org").map(str::to_owned);
    reading.reporter.email = text(reporter, "contact").map(str::to_owned);
    reading.reporter.reference = text(report, "report_id").map(str::to_owned);
}

/// The pages that are complained about. Targets, the genuine site and where a form is sent to are none.
fn pages(report: &Value, category: &str) -> Vec<String> {
    let names: &[&str] = match category {
        "content" => &["url"],
        "copyright" => &["infringing_url"],
        _ => &[],
    };
    names.iter().filter_map(|name| declared::page(text(report, name)?)).collect()
}

/// The domain of what is complained about.
fn name(report: &Value, category: &str) -> Option<String> {
    domain::name(text(report, "domain")?).filter(|_| category == "content")
}
