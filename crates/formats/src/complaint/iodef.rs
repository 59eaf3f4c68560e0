//! IODEF (RFC 5070, RFC 7970): incidents as XML, from national centres and from networks upstream. A system says of itself
//! whether it is the source or the target; one that says nothing is neither.

use std::borrow::Cow;

use super::document::{Document, Part, PartRole};
use super::reading::{Allegation, Reading};
use super::xml::{self, Event};
use super::{Category, Subject, declared};

/// Systems of one incident.
const MOST_SYSTEMS: usize = 10_000;

pub(super) fn recognise(document: &Document) -> Option<&'static str> {
    texts(document).next().map(|_| "an IODEF document")
}

fn texts(document: &Document) -> impl Iterator<Item = Cow<'_, str>> {
    let is_it = |text: &str| {
        let mut names = memchr::memmem::find_iter(text.as_bytes(), b"IODEF-Document");
        names.any(|at| text[..at].ends_with(['<', ':']))
    };
    let shown = |part: &&Part| !matches!(part.role, PartRole::Evidence | PartRole::Container);
    document.parts.iter().filter(shown).map(Part::text).filter(move |text| is_it(text))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Source,
    Target,
    /// Sensors, relays, and what does not say.
    Other,
}

#[derive(Debug)]
struct System {
    role: Role,
    subjects: Vec<Subject>,
    port: Option<u16>,
}

/// What was read of one incident so far.
#[derive(Debug, Default)]
struct Incident {
    id: Option<String>,
    words: String,
    kind: Option<Category>,
    /// Best first: detected, started, reported.
    times: [Option<String>; 3],
    systems: Vec<System>,
}

#[derive(Debug)]
struct Open {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Open {
    fn get(&self, name: &str) -> &str {
        self.attributes.iter().find(|(its, _)| its == name).map_or("", |(_, value)| value.as_str())
    }
}

pub(super) fn read(document: &Document, reading: &mut Reading) {
    for text in texts(document) {
        let mut path: Vec<Open> = Vec::new();
        let mut incident = Incident::default();
        xml::read(&text, |event| match event {
            Event::Begin(name, attributes) => {
                let open = Open { name: name.to_owned(), attributes: attributes.to_vec() };
                incident.begin(&open);
                path.push(open);
            }
            Event::End(text) => {
                let Some(open) = path.pop() else { return };
                let outer = path.last().map_or("", |open| open.name.as_str());
                if open.name == "Incident" {
                    std::mem::take(&mut incident).allege(document, reading);
                } else {
                    incident.put(outer, &open, text);
                }
            }
        });
    }
}

impl Incident {
    fn begin(&mut self, open: &Open) {
        match open.name.as_str() {
            "System" if self.systems.len() < MOST_SYSTEMS => {
                let role = match open.get("category") {
                    "source" => Role::Source,
                    "target" => Role::Target,
                    _ => Role::Other,
                };
                self.systems.push(System { role, subjects: Vec::new(), port: None });
            }
            "Impact" | "SystemImpact" => self.kind = self.kind.or_else(|| kind(open.get("type"))),
            _ => {}
        }
    }

    fn put(&mut self, outer: &str, open: &Open, text: &str) {
        match (outer, open.name.as_str()) {
            ("Incident", "IncidentID") => {
                self.id.get_or_insert_with(|| text.to_owned());
            }
            (_, "DetectTime") => self.time(0, text),
            (_, "StartTime") => self.time(1, text),
            (_, "ReportTime" | "GenerationTime") => self.time(2, text),
            (_, "Description" | "Classification" | "Impact" | "ReferenceName")
                if self.words.len() < 2_000 =>
            {
                self.words.push_str(text);
                self.words.push(' ');
            }
            ("Node", "Address") if !matches!(open.get("category"), "asn" | "mac" | "ext-value") => {
                self.subject(text);
            }
            ("Node", "NodeName") | ("DomainData", "Name") => self.subject(text),
            ("Service", "Port") => {
                if let Some(system) = self.systems.last_mut() {
                    system.port = system.port.or_else(|| declared::port(text));
                }
            }
            _ => {}
        }
    }

    fn time(&mut self, rank: usize, text: &str) {
        self.times[rank].get_or_insert_with(|| text.to_owned());
    }

    fn subject(&mut self, text: &str) {
        if let (Some(system), Some(subject)) = (self.systems.last_mut(), declared::subject(text)) {
            system.subjects.push(subject);
        }
    }

    fn allege(self, document: &Document, reading: &mut Reading) {
        if let Some(id) = self.id {
            reading.reporter.reference.get_or_insert(id);
        }
        let topic = || {
            Category::in_words(&self.words).or_else(|| Category::in_words(&document.whole_subject))
        };
        let category = self.kind.or_else(topic).unwrap_or_default();
        let when = self.times.iter().flatten().find_map(|time| document.calendar().when(time));
        let target = self.systems.iter().find(|system| system.role == Role::Target);
        let target_ip = target.and_then(|target| target.subjects.iter().find_map(address));
        for system in self.systems.iter().filter(|system| system.role == Role::Source) {
            // A node has names beside its address; the address is what is known of it.
            let by_address = system
                .subjects
                .iter()
                .find(|subject| matches!(subject, Subject::Ip(_) | Subject::Prefix(_)));
            let Some(subject) = by_address.or(system.subjects.first()) else { continue };
            reading.allege(
                Allegation::about(category, subject.clone())
                    .port(system.port)
                    .observed(when)
                    .aimed_at(target_ip, target.and_then(|target| target.port)),
            );
        }
    }
}

fn address(subject: &Subject) -> Option<std::net::IpAddr> {
    match subject {
        Subject::Ip(ip) => Some(*ip),
        _ => None,
    }
}

/// The kinds of impact that RFC 5070 names.
fn kind(word: &str) -> Option<Category> {
    match word {
        "dos" => Some(Category::Ddos),
        "recon" => Some(Category::PortScan),
        "social-engineering" => Some(Category::Fraud),
        "admin" | "user" | "file" => Some(Category::Compromised),
        "info-leak" => Some(Category::ExposedData),
        "extortion" => Some(Category::Fraud),
        "misconfiguration" => Some(Category::Vulnerable),
        "policy" | "other" | "unknown" | "ext-value" | "" => None,
        word => Category::from_word(word),
    }
}

#[cfg(test)]
mod tests {
    use crate::complaint::{Category, Format, read};

    #[test]
    fn only_systems_that_are_called_the_source_are_alleged() {
        let text = r#"<?xml version="1.0"?>
<iodef:IODEF-Document version="1.00" xmlns:iodef="urn:ietf:params:xml:ns:iodef-1.0">
 <iodef:Incident purpose="reporting">
  <iodef:IncidentID name="cert.example.org">77</iodef:IncidentID>
  <iodef:ReportTime>2026-03-01T12:00:00Z</iodef:ReportTime>
  <iodef:Assessment><iodef:Impact type="dos"/></iodef:Assessment>
  <iodef:EventData>
   <iodef:DetectTime>2026-03-01T10:00:00+00:00</iodef:DetectTime>
   <iodef:Flow>
    <iodef:System category="source"><iodef:Node><iodef:NodeName>host.example.com</iodef:NodeName>
     <iodef:Address category="asn">64500</iodef:Address><iodef:Address category="ipv4-addr">192.0.2.1</iodef:Address></iodef:Node>
     <iodef:Service><iodef:Port>53</iodef:Port></iodef:Service></iodef:System>
    <iodef:System category="target"><iodef:Node><iodef:Address category="ipv4-addr">203.0.113.9</iodef:Address></iodef:Node></iodef:System>
    <iodef:System category="sensor"><iodef:Node><iodef:Address category="ipv4-addr">198.51.100.7</iodef:Address></iodef:Node></iodef:System>
   </iodef:Flow>
  </iodef:EventData>
 </iodef:Incident>
</iodef:IODEF-Document>"#;
        let complaint = read("incident.xml", text.as_bytes()).remove(0);
        assert_eq!(complaint.format, Format::Iodef);
        let [incident] = &complaint.incidents[..] else { panic!("one incident: {complaint:?}") };
        assert_eq!((incident.category, incident.port), (Category::Ddos, Some(53)));
        assert_eq!(incident.ip.expect("an address").to_string(), "192.0.2.1");
        assert_eq!(incident.observed_at.expect("a time").to_string(), "2026-03-01T10:00:00Z");
        assert_eq!(
            incident.destination.expect("a target").ip.expect("an address").to_string(),
            "203.0.113.9"
        );
        assert_eq!(complaint.reporter.reference.as_deref(), Some("77"));
    }
}
