//! What a customer is told of a complaint, in their language: facts of their own service, made by [`redact`].

use portreeve_core::intake::Lane;
use portreeve_core::redact;
use portreeve_formats::complaint::{Incident, Subject};
use portreeve_i18n::{Language, text};

/// Allegations that are told one by one.
const TOLD: usize = 10;

/// Pages of one allegation that are told.
const PAGES: usize = 5;

/// What was reported, one allegation after the other, and lines of logs.
pub(super) fn told(
    language: Language,
    lane: Option<Lane>,
    incidents: &[&Incident],
    lines: &[String],
) -> String {
    let mut out = Vec::new();
    for incident in incidents.iter().take(TOLD) {
        out.push(one(language, incident).join("\n"));
    }
    if let Some(more) = incidents.len().checked_sub(TOLD).filter(|more| *more > 0) {
        out.push(text!(language, "evidence-more", count = more));
    }
    if !lines.is_empty() {
        out.push(format!("{}\n{}", text!(language, "evidence-log"), lines.join("\n")));
    }
    // What staff decide is not decided by a machine.
    match lane {
        Some(Lane::Trusted | Lane::Known) => out.push(text!(language, "evidence-by-known")),
        Some(Lane::Untrusted) => out.push(text!(language, "evidence-by-anybody")),
        None => {}
    }
    out.join("\n\n")
}

fn one(language: Language, incident: &Incident) -> Vec<String> {
    let line = |key: &str, value: String| text!(language, key, value = value);
    let mut out = Vec::new();
    if let Some(at) = incident.observed_at {
        // To the second and in UTC, as it is looked for in logs.
        out.push(line("evidence-observed", at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()));
    }
    match (&incident.subject, incident.ip) {
        (Subject::Prefix(net), _) => out.push(line("evidence-address", net.to_string())),
        (_, Some(ip)) => {
            let port = incident.port.map(|port| format!(" ({port})")).unwrap_or_default();
            out.push(line("evidence-address", format!("{ip}{port}")));
        }
        _ => {}
    }
    let mut pages: Vec<&String> = incident.urls.iter().collect();
    if let Subject::Url(url) = &incident.subject
        && !pages.contains(&url)
    {
        pages.insert(0, url);
    }
    for url in pages.into_iter().take(PAGES) {
        out.push(line("evidence-page", redact::page(url)));
    }
    if let Subject::Domain(name) = &incident.subject {
        out.push(line("evidence-domain", redact::domain(name)));
    }
    if let Some(to) = incident.destination {
        let ip = to.ip.map(redact::masked).unwrap_or_default();
        let port = to.port.map(|port| format!(" ({port})")).unwrap_or_default();
        out.push(line("evidence-target", format!("{ip}{port}").trim().to_owned()));
    }
    if incident.count > 1 {
        out.push(text!(language, "evidence-count", count = incident.count));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allegation_is_told_to_the_second_and_in_the_readers_language() {
        let text = "From: a@example.org\r\nSubject: abuse\r\n\r\nSource: 192.0.2.7\r\nDate: 2026-01-02 03:04:05 UTC\r\n";
        let read = portreeve_formats::complaint::read("a.eml", text.as_bytes()).remove(0);
        let incidents: Vec<&Incident> = read.incidents.iter().collect();
        let told = told(Language::German, None, &incidents, &[]);
        assert_eq!(told, "Beobachtet: 2026-01-02 03:04:05 UTC\nAdresse: 192.0.2.7");
    }
}
