//! Copyright notices of the Automated Copyright Notice System, 0.6 to 1.3: XML in the text, signed or quoted, or as a file,
//! often both. Broken XML is read as far as it goes; what it does not say, the labels in the text may.

use std::borrow::Cow;

use super::document::{Document, PartRole};
use super::reading::{Allegation, Reading};
use super::xml::{self, Event};
use super::{Category, address, declared};

/// Notices of one mail.
const MOST_NOTICES: usize = 1_000;

/// Lines in which labels are looked for.
const MOST_LINES: usize = 5_000;

/// Longest prefix of a name, with its bracket, in bytes.
const LONGEST_PREFIX: usize = 32;

pub(super) fn recognise(document: &Document) -> Option<&'static str> {
    texts(document)
        .any(|text| begin(text.as_bytes()).is_some())
        .then_some("an element Infringement")
}

/// The texts that are shown or attached.
fn texts(document: &Document) -> impl Iterator<Item = Cow<'_, str>> {
    let shown = document.parts.iter().filter(|part| {
        !matches!(part.role, PartRole::Evidence | PartRole::Container)
            && (part.media_type.starts_with("text/")
                || part.media_type.contains("xml")
                || part.is_named(".xml"))
            && part.media_type != "text/html"
    });
    std::iter::once(Cow::Borrowed(document.text.as_str()))
        .chain(shown.map(super::document::Part::text))
}

/// Where a notice begins: also where it has a prefix, as `<acns:Infringement`.
fn begin(text: &[u8]) -> Option<usize> {
    let names = memchr::memmem::find_iter(text, b"nfringement");
    names.take(MOST_NOTICES).find_map(|at| {
        let before = text.get(at.checked_sub(1)?..at)?;
        let near = at.saturating_sub(LONGEST_PREFIX);
        let start =
            text[near..at - 1].iter().rposition(|b| !b.is_ascii_alphanumeric() && *b != b':')?
                + near;
        let follows = text.get(at + b"nfringement".len())?;
        let is_tag = text[start] == b'<'
            && before.eq_ignore_ascii_case(b"I")
            && matches!(follows, b' ' | b'>' | b'\n' | b'\r' | b'\t');
        is_tag.then_some(start)
    })
}

/// What a notice says, as far as it says it.
#[derive(Debug, Default)]
struct Notice {
    case: Option<String>,
    entity: Option<String>,
    contact: Option<String>,
    email: Option<String>,
    address: Option<String>,
    port: Option<String>,
    time: Option<String>,
    item_time: Option<String>,
    urls: Vec<String>,
}

impl Notice {
    fn of(text: &str) -> Self {
        let mut notice = Self::default();
        let mut path: Vec<String> = Vec::new();
        xml::read(text, |event| match event {
            Event::Begin(name, _) => path.push(name.to_ascii_lowercase()),
            Event::End(text) => {
                let outer = path.len().checked_sub(2).map_or("", |at| path[at].as_str()).to_owned();
                if let Some(name) = path.pop()
                    && !text.is_empty()
                {
                    notice.put(&outer, &name, text);
                }
            }
        });
        notice
    }

    /// A value of an element; the first of its kind counts.
    fn put(&mut self, outer: &str, name: &str, text: &str) {
        let field = match (outer, name) {
            ("case", "id") => &mut self.case,
            ("complainant", "entity") => &mut self.entity,
            ("complainant", "contact") => &mut self.contact,
            ("complainant", "email") => &mut self.email,
            ("source", "ip_address") => &mut self.address,
            ("source", "port") => &mut self.port,
            ("source", "timestamp") => &mut self.time,
            ("item", "timestamp") => &mut self.item_time,
            ("source", "url" | "url_base") | ("item", "url") => {
                self.urls.extend(declared::page(text));
                return;
            }
            _ => return,
        };
        field.get_or_insert_with(|| text.to_owned());
    }
}

pub(super) fn read(document: &Document, reading: &mut Reading) {
    let mut seen = Vec::new();
    for text in texts(document) {
        let text = unquoted(&text);
        let mut rest: &str = &text;
        for _ in 0..MOST_NOTICES {
            let Some(start) = begin(rest.as_bytes()) else { break };
            let (notice, after) =
                rest[start..].split_at(end(&rest[start..]).unwrap_or(rest.len() - start));
            read_notice(document, notice, &mut seen, reading);
            rest = after;
        }
    }
    if reading.is_empty() {
        reading.defect("xml_broken", "");
        let labelled = labelled(&document.text);
        allege(document, labelled, &mut seen, reading);
    }
}

fn end(text: &str) -> Option<usize> {
    let at = memchr::memmem::find_iter(text.as_bytes(), b"nfringement>").find(|at| {
        let near = &text.as_bytes()[at.saturating_sub(LONGEST_PREFIX)..*at];
        memchr::memrchr(b'<', near).is_some_and(|tag| near[tag..].starts_with(b"</"))
    })?;
    Some(at + b"nfringement>".len())
}

/// A text without the marks of quotation at its lines.
fn unquoted(text: &str) -> Cow<'_, str> {
    let is_quoted = text.lines().any(|line| line.starts_with('>') && line.contains("nfringement"));
    if !is_quoted {
        return Cow::Borrowed(text);
    }
    let lines: Vec<&str> = text.lines().map(|line| line.trim_start_matches(['>', ' '])).collect();
    Cow::Owned(lines.join("\n"))
}

fn read_notice(
    document: &Document,
    text: &str,
    seen: &mut Vec<(String, String, String)>,
    reading: &mut Reading,
) {
    let notice = Notice::of(text);
    let reporter = &mut reading.reporter;
    reporter.organisation = reporter.organisation.take().or(notice.entity);
    reporter.name = reporter.name.take().or(notice.contact);
    reporter.email =
        reporter.email.take().or_else(|| notice.email.filter(|email| email.contains('@')));
    reporter.reference = reporter.reference.take().or(notice.case);
    let what = Alleged {
        address: notice.address.unwrap_or_default(),
        port: notice.port.unwrap_or_default(),
        time: notice.time.or(notice.item_time).unwrap_or_default(),
        urls: notice.urls,
    };
    allege(document, what, seen, reading);
}

/// What a notice alleges, in its own words.
#[derive(Debug, Default)]
struct Alleged {
    address: String,
    port: String,
    time: String,
    urls: Vec<String>,
}

/// The same said in lines of the text: `Infringer's IP Address: 192.0.2.1`.
fn labelled(text: &str) -> Alleged {
    let mut found = Alleged::default();
    for (label, value) in text.lines().take(MOST_LINES).filter_map(|line| line.split_once(':')) {
        let label = label.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
        let value = value.trim();
        let field = match label.as_str() {
            "ip address"
            | "ip"
            | "infringer's ip address"
            | "infringing ip address"
            | "infringers ip address" => &mut found.address,
            "port" | "infringer's port" | "infringing port" | "port id" | "ip port" => {
                &mut found.port
            }
            "timestamp"
            | "infringement timestamp"
            | "initial infringement timestamp"
            | "last infringement timestamp"
            | "recent infringement timestamp"
            | "first found"
            | "date of infringement"
            | "evidence timestamp" => &mut found.time,
            _ => continue,
        };
        if field.is_empty() {
            value.clone_into(field);
        }
    }
    found
}

fn allege(
    document: &Document,
    what: Alleged,
    seen: &mut Vec<(String, String, String)>,
    reading: &mut Reading,
) {
    let Alleged { address, port, time, urls } = what;
    // The same notice is in the text and in a file.
    let key = (address, port, time);
    if seen.contains(&key) {
        return;
    }
    let (address, port, time) = &key;
    let ip = address::refanged(address);
    if ip.is_none() && !address.is_empty() {
        reading.defect("source_unusable", address);
    }
    let mut allegation = match (ip, urls.first()) {
        (Some(ip), _) => Allegation::ip(Category::Copyright, ip),
        (None, Some(url)) => {
            Allegation::url(Category::Copyright, url.clone()).at(declared::host(url).0)
        }
        (None, None) => return,
    };
    for url in urls {
        allegation = allegation.page(url);
    }
    reading.explain(format!("source: {address}, port {port}, time {time}"));
    reading.allege(allegation.port(declared::port(port)).observed(document.calendar().when(time)));
    seen.push(key);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complaint::{Complaint, Format, read};

    const NOTICE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Infringement xmlns="http://www.acns.net/ACNS" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <Case><ID>1234</ID><Status>Open</Status></Case>
 <Complainant><Entity>Example Films & Sons</Entity><Contact>Rights</Contact><Email>rights@example.org</Email></Complainant>
 <Service_Provider><Entity>Example Host</Entity><Email>abuse@example.com</Email></Service_Provider>
 <Source>
  <TimeStamp>2026-03-01T10:00:00.37Z</TimeStamp><IP_Address>192.0.2.1</IP_Address><Port>51413</Port>
  <DNS_Name>host.example.com</DNS_Name><Type>BitTorrent</Type>
 </Source>
 <Content><Item><TimeStamp>2026-03-01T09:00:00Z</TimeStamp><Title>A work</Title></Item></Content>
 <History><Notice ID="1" TimeStamp="2026-02-01T10:00:00Z">198.51.100.7</Notice></History>
</Infringement>
"#;

    fn one(text: &str) -> Complaint {
        let complaint = read("notice.xml", text.as_bytes()).remove(0);
        assert_eq!(complaint.format, Format::Acns);
        complaint
    }

    #[test]
    fn a_notice_is_read_however_it_was_brought() {
        let quoted: String = format!("> {}", NOTICE.trim_end().replace('\n', "\n> "));
        let without_namespace = NOTICE.replace(" xmlns=\"http://www.acns.net/ACNS\"", "");
        let prefixed = NOTICE
            .replace("<Infringement", "<a:Infringement")
            .replace("</Infringement", "</a:Infringement");
        let twice =
            format!("Dear all,\n- ---Start ACNS XML\n{NOTICE}\n- ---End ACNS XML\n\n{NOTICE}");
        for text in [NOTICE.to_owned(), quoted, without_namespace, prefixed, twice] {
            let complaint = one(&text);
            let [incident] = &complaint.incidents[..] else {
                panic!("one incident: {complaint:?}")
            };
            assert_eq!(incident.category, Category::Copyright);
            assert_eq!(incident.ip.expect("an address").to_string(), "192.0.2.1");
            assert_eq!(incident.port, Some(51413));
            assert_eq!(incident.observed_at.expect("a time").to_string(), "2026-03-01T10:00:00Z");
            assert_eq!(complaint.reporter.reference.as_deref(), Some("1234"));
            assert_eq!(complaint.reporter.email.as_deref(), Some("rights@example.org"));
            assert_eq!(complaint.reporter.organisation.as_deref(), Some("Example Films & Sons"));
        }
    }

    #[test]
    fn xml_that_is_cut_off_says_what_it_said_so_far() {
        let cut = &NOTICE[..NOTICE.find("<DNS_Name").expect("a place")];
        assert_eq!(one(cut).incidents.len(), 1);
        let before = &NOTICE[..NOTICE.find("<Source").expect("a place")];
        let complaint = one(before);
        assert_eq!(complaint.incidents, []);
        assert_eq!(complaint.defects[0].code, "xml_broken");
        let complaint = one(&format!(
            "IP Address: 192.0.2.1\nPort: 51413\nTimestamp: 2026-03-01T10:00:00Z\n\n{before}"
        ));
        assert_eq!(complaint.incidents[0].port, Some(51413));
    }
}
