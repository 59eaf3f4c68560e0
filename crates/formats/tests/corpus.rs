//! Real samples with what is known of them: runs where their folder is present (`PORTREEVE_CORPUS`, or `shared/data/corpus`
//! beside the workspace), and says how many of each format are as they should be.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use portreeve_formats::complaint::{self, Complaint};
use serde_json::Value;

/// Samples that are not as their authors have it, and why that is right.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("__sample3", "a newsletter, of which a picture was taken for what is complained about"),
    ("__received_1.txt", "a relay in a Received line is no source"),
    ("__sample1", "an address in a text that declares nothing is no source"),
    (
        "positive_3_potentially_compromised_sample.json",
        "it names whom it was done to and no source: there is no incident that could have a time",
    ),
    ("positive_development_potentially_compromised_sample.json", "the same"),
    ("__microsoft_bingmurls.json", "nobody can be at 127.5.9.48"),
    ("__openphish_feed.txt", "two dots in a row are in no name of a host"),
    (
        "__cymru_test_full_bogons_test_ipv4_events",
        "prefixes that nobody has: the time is that of the list",
    ),
    ("__cymru_test_full_bogons_test_ipv6_events", "the same"),
    ("__dshield_asdetailsascii.html", "a page of a site for people"),
    ("__fraunhofer_test_parser_dga_test_events", "the address is that of the name's server today"),
];

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/corpus");
    let folder = std::env::var_os("PORTREEVE_CORPUS").map_or(beside, PathBuf::from);
    folder.join("INDEX.tsv").is_file().then_some(folder)
}

/// What is known of a sample.
#[derive(Default, Debug)]
struct Known {
    sources: Vec<IpAddr>,
    times: Vec<Timestamp>,
    urls: Vec<String>,
    domains: Vec<String>,
    is_valid: Option<bool>,
    count: Option<u64>,
}

impl Known {
    fn of(facts: &Value) -> Self {
        let mut known = Self::default();
        known.add(facts);
        for list in ["events", "incidents"] {
            for event in facts[list].as_array().into_iter().flatten() {
                known.add(event);
            }
        }
        known.is_valid =
            facts["valid"].as_bool().or_else(|| facts["valid_against_4.2.0_schema"].as_bool());
        known.count = facts["incidents"].as_u64().filter(|count| *count > 1);
        known
    }

    fn add(&mut self, facts: &Value) {
        for key in ["ip", "source_ip", "SourceIp", "source_identifier", "source.ip"] {
            self.sources.extend(facts[key].as_str().and_then(address));
        }
        for key in ["ips", "ips_include"] {
            self.sources.extend(
                facts[key].as_array().into_iter().flatten().filter_map(|ip| address(ip.as_str()?)),
            );
        }
        for key in ["time", "time_epoch", "arrival_date", "Date", "timestamp", "time.source"] {
            self.times.extend(instant(&facts[key]));
        }
        for key in ["urls_include", "reported_uri"] {
            let urls = facts[key].as_array().into_iter().flatten().filter_map(|url| url.as_str());
            self.urls.extend(urls.filter(|url| url.starts_with("http")).map(str::to_owned));
        }
        for key in ["source.url", "SourceUrl"] {
            self.urls.extend(facts[key].as_str().map(str::to_owned));
        }
        let domains = facts["reported_domain"].as_array().into_iter().flatten();
        self.domains.extend(domains.filter_map(|name| name.as_str()).map(str::to_owned));
    }

    /// What of it is missing in what was read.
    fn missing(&self, read: &[Complaint]) -> Vec<String> {
        let incidents = || read.iter().flat_map(|one| &one.incidents);
        let ips: BTreeSet<IpAddr> = incidents().filter_map(|one| one.ip).collect();
        let times: BTreeSet<Timestamp> =
            incidents().filter_map(|one| one.observed_at).map(second).collect();
        let urls: BTreeSet<&str> =
            incidents().flat_map(|one| &one.urls).map(|url| url.trim_end_matches('/')).collect();
        let domains: BTreeSet<&str> =
            incidents().flat_map(|one| &one.domains).map(String::as_str).collect();
        let mut missing = Vec::new();
        missing.extend(
            self.sources.iter().filter(|ip| !ips.contains(ip)).map(|ip| format!("source {ip}")),
        );
        missing.extend(
            self.times.iter().filter(|at| !times.contains(at)).map(|at| format!("time {at}")),
        );
        missing.extend(
            self.urls
                .iter()
                .filter(|url| !urls.contains(url.trim_end_matches('/')))
                .map(|url| format!("page {url}")),
        );
        missing.extend(
            self.domains
                .iter()
                .filter(|name| !domains.contains(name.as_str()))
                .map(|name| format!("domain {name}")),
        );
        if self.count.is_some_and(|count| incidents().map(|one| one.count).sum::<u64>() != count) {
            missing.push("count".to_owned());
        }
        missing
    }
}

fn address(text: &str) -> Option<IpAddr> {
    text.split('/').next()?.parse().ok()
}

fn second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap()
}

fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => Timestamp::from_second(number.as_i64()?).ok(),
        Value::String(text) => text.parse().ok().map(second),
        _ => None,
    }
}

#[derive(Default)]
struct Figures {
    samples: usize,
    right: usize,
    sources: (usize, usize),
    times: (usize, usize),
    verdicts: (usize, usize),
}

#[test]
fn samples_are_read_as_their_authors_say() {
    let Some(folder) = folder() else {
        eprintln!("no samples here: not run");
        return;
    };
    let index = std::fs::read_to_string(folder.join("INDEX.tsv")).unwrap();
    let mut figures: BTreeMap<String, Figures> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in index.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, format, _, _, _, facts, kind, ..] = fields.as_slice() else { continue };
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let read = complaint::read(file, &bytes);
        if *kind == "none" {
            continue;
        }
        let stored = std::fs::read_to_string(folder.join(format!("_expected/{file}.json")));
        let facts = serde_json::from_str(stored.as_deref().unwrap_or(facts)).unwrap_or(Value::Null);
        let known = Known::of(&facts);
        let figure = figures.entry((*format).to_owned()).or_default();
        figure.samples += 1;
        // Invalid XARF declares nothing that could be relied on, but it is said to be invalid.
        let mut missing =
            if known.is_valid == Some(false) { Vec::new() } else { known.missing(&read) };
        if let Some(is_valid) = known.is_valid {
            let has_defect = read.iter().any(|one| !one.defects.is_empty());
            figure.verdicts.1 += 1;
            figure.verdicts.0 += usize::from(is_valid != has_defect);
            if is_valid == has_defect {
                let defects: Vec<String> =
                    read.iter().flat_map(|one| &one.defects).map(ToString::to_string).collect();
                missing.push(format!("verdict: valid is {is_valid}, {defects:?}"));
            }
        }
        if known.is_valid != Some(false) {
            figure.sources.1 += known.sources.len();
            figure.sources.0 += known.sources.len()
                - missing.iter().filter(|what| what.starts_with("source ")).count();
            figure.times.1 += known.times.len();
            figure.times.0 +=
                known.times.len() - missing.iter().filter(|what| what.starts_with("time ")).count();
        }
        if missing.is_empty() {
            figure.right += 1;
        } else {
            let found: Vec<&str> = read.iter().map(|one| one.format.as_str()).collect();
            missing.truncate(6);
            wrong.push(((*file).to_owned(), format!("{found:?} misses {missing:?}")));
        }
    }
    eprintln!(
        "{:<18} {:>7} {:>7} {:>11} {:>11} {:>11}",
        "format", "samples", "right", "sources", "times", "verdicts"
    );
    for (format, one) in &figures {
        let of = |(right, all): (usize, usize)| format!("{right}/{all}");
        eprintln!(
            "{format:<18} {:>7} {:>7} {:>11} {:>11} {:>11}",
            one.samples,
            one.right,
            of(one.sources),
            of(one.times),
            of(one.verdicts)
        );
    }
    let is_excepted = |file: &str| EXCEPTIONS.iter().any(|(name, _)| file.ends_with(name));
    let unexpected: Vec<String> = wrong
        .iter()
        .filter(|(file, _)| !is_excepted(file))
        .map(|(file, why)| format!("{file}: {why}"))
        .collect();
    assert!(
        unexpected.is_empty(),
        "{} of the samples:\n{}",
        unexpected.len(),
        unexpected.join("\n")
    );
    for (name, why) in EXCEPTIONS {
        assert!(
            wrong.iter().any(|(file, _)| file.ends_with(name)),
            "{name} is as it should be; it is excepted because {why}"
        );
    }
}
