//! What the public form sends: a mail of several parts, one of which has the fields.

use portreeve_core::ledger::{Resource, parse_net};
use portreeve_core::text::one_line;
use portreeve_core::time::Timestamp;
use portreeve_formats::Mail;
use portreeve_formats::complaint::{Category, Complaint, Incident, Reporter, Subject, Zone};
use serde::Deserialize;

/// The media type of the part with the fields.
pub const FIELDS: &str = "application/vnd.portreeve.form+json";

/// Sources that one form names at the most.
pub const MOST_SOURCES: usize = 100;

/// Longest source, in characters.
const LONGEST_SOURCE: usize = 2_000;

/// The fields, as far as they say what happened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    category: String,
    /// One a line, or a list.
    #[serde(rename = "where")]
    places: Places,
    when: Option<String>,
    /// Where the zone of that is from: `value` or `assumed`.
    zone: String,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Places {
    Lines(String),
    List(Vec<String>),
}

impl Default for Places {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// The complaint in a mail that came by the form. Only there is that part trusted: by mail anybody could send one.
pub(super) fn read(mail: &Mail) -> Option<Complaint> {
    let file = mail.files.iter().find(|file| file.media_type.eq_ignore_ascii_case(FIELDS))?;
    let fields: Fields = serde_json::from_slice(&file.bytes).ok()?;
    let places = match &fields.places {
        Places::Lines(text) => text.lines().map(str::to_owned).collect(),
        Places::List(list) => list.clone(),
    };
    let category = Category::from_word(&fields.category).unwrap_or_default();
    let observed_at: Option<Timestamp> =
        fields.when.as_deref().and_then(|when| when.trim().parse().ok());
    let is_sure = observed_at.is_some() && fields.zone != Zone::Assumed.as_str();
    let zone = if is_sure { Zone::Value } else { Zone::Assumed };
    let about = |subject: Subject| Incident {
        category,
        ip: match &subject {
            Subject::Ip(ip) => Some(*ip),
            _ => None,
        },
        port: None,
        urls: match &subject {
            Subject::Url(url) => vec![url.clone()],
            _ => Vec::new(),
        },
        domains: match &subject {
            Subject::Domain(name) => vec![name.clone()],
            _ => Vec::new(),
        },
        subject,
        observed_at,
        zone,
        destination: None,
        count: 1,
    };
    let subjects = places.iter().filter_map(|place| subject(place)).take(MOST_SOURCES);
    let some = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Some(Complaint {
        reporter: Reporter {
            name: some(fields.name),
            email: some(fields.email),
            ..Reporter::default()
        },
        incidents: subjects.map(about).collect(),
        trace: vec!["the fields of the form".to_owned()],
        ..Complaint::default()
    })
}

/// What somebody typed as the place: an address, a network, a page or a domain, however they keep it from being opened.
fn subject(text: &str) -> Option<Subject> {
    let text = one_line(text, LONGEST_SOURCE);
    let text = text.trim().trim_matches(['<', '>', '"', ',', ';']);
    let text = text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":");
    if text.is_empty() {
        return None;
    }
    if let Ok(net) = parse_net(&text) {
        let is_one = net.prefix_len() == net.max_prefix_len();
        return Some(if is_one { Subject::Ip(net.addr()) } else { Subject::Prefix(net) });
    }
    let lower = text.to_ascii_lowercase();
    if let Some(rest) = lower.strip_prefix("hxxp") {
        return Some(Subject::Url(format!("http{}", &text[text.len() - rest.len()..])));
    }
    if lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("ftp://")
    {
        return Some(Subject::Url(text));
    }
    if let Some((name, _)) = text.split_once('/') {
        return Resource::parse(name).is_ok().then(|| Subject::Url(format!("http://{text}")));
    }
    match Resource::parse(&text) {
        Ok(Resource::Domain(name)) => Some(Subject::Domain(name)),
        // A mail address, for one.
        _ => portreeve_formats::complaint::subject(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_people_type_them() {
        for (text, is) in [
            (" 192.0.2.7 ", Some("ip 192.0.2.7")),
            ("192.0.2.0/24", Some("prefix 192.0.2.0/24")),
            ("2001:db8::7", Some("ip 2001:db8::7")),
            ("hxxps://example[.]com/a", Some("url https://example.com/a")),
            ("example.com/login", Some("url http://example.com/login")),
            ("Example.COM", Some("domain example.com")),
            ("my neighbour", None),
            ("", None),
        ] {
            let found = subject(text).map(|one| format!("{} {one}", one.kind()));
            assert_eq!(found.as_deref(), is, "{text}");
        }
    }
}
