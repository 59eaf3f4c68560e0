//! Google Safe Browsing's reports for networks, in their form as XML: lists of pages, each list of one kind.

use std::borrow::Cow;

use super::document::{Document, Part, PartRole};
use super::reading::{Allegation, Reading};
use super::xml::{self, Event};
use super::{Category, address, declared};

/// What the numbers of the lists mean.
const LISTS: [(&str, Category); 5] = [
    ("0", Category::Compromised),
    ("1", Category::Phishing),
    ("2", Category::Malware),
    ("3", Category::Malware),
    ("4", Category::Malware),
];

pub(super) fn recognise(document: &Document) -> Option<&'static str> {
    texts(document).next().map(|_| "a notification_message of Safe Browsing")
}

fn texts(document: &Document) -> impl Iterator<Item = Cow<'_, str>> {
    let shown = |part: &&Part| !matches!(part.role, PartRole::Evidence | PartRole::Container);
    let texts = document.parts.iter().filter(shown).map(Part::text);
    texts.filter_map(|text| {
        let at = memchr::memmem::find(text.as_bytes(), b"<notification_message")?;
        Some(Cow::Owned(text[at..].to_owned()))
    })
}

pub(super) fn read(document: &Document, reading: &mut Reading) {
    for text in texts(document) {
        let mut when = None;
        let mut category = Category::Malware;
        xml::read(&text, |event| {
            let Event::Begin(name, attributes) = event else { return };
            let get = |name: &str| {
                attributes
                    .iter()
                    .find(|(its, _)| its == name)
                    .map_or("", |(_, value)| value.as_str())
            };
            match name {
                "notification_message" => when = document.calendar().when(get("date")),
                "list" => {
                    let list = LISTS.iter().find(|(number, _)| *number == get("type"));
                    category = list.map_or(Category::Malware, |(_, category)| *category);
                }
                "url_info" => {
                    let ip = address::refanged(get("ip"));
                    let Some(url) = declared::page(get("url")) else {
                        reading.defect("source_unusable", get("url"));
                        return;
                    };
                    let ip = ip.or(declared::host(&url).0);
                    reading.allege(Allegation::url(category, url).at(ip).observed(when));
                }
                _ => {}
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::complaint::{Category, Format, read};

    #[test]
    fn each_list_is_of_its_kind() {
        let text = r#"<notification_message asn="64500" date="2026-03-01">
 <list type="0"><url_info url="http://example.com/a?b=1&amp;c=2" ip="192.0.2.1" /></list>
 <list type="1"><url_info url="http://192.0.2.2/login" /></list>
</notification_message>"#;
        let complaint = read("message.xml", text.as_bytes()).remove(0);
        assert_eq!(complaint.format, Format::GoogleSafeBrowsing);
        let found: Vec<_> = complaint
            .incidents
            .iter()
            .map(|one| (one.category, one.urls[0].as_str(), one.ip.map(|ip| ip.to_string())))
            .collect();
        assert_eq!(
            found,
            [
                (
                    Category::Compromised,
                    "http://example.com/a?b=1&c=2",
                    Some("192.0.2.1".to_owned())
                ),
                (Category::Phishing, "http://192.0.2.2/login", Some("192.0.2.2".to_owned())),
            ]
        );
    }
}
