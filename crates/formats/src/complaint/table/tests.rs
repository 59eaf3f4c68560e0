use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::complaint::{Complaint, Incident, Subject, read};

/// Where samples of others are, on machines that have them.
fn corpus(folder: &str) -> Option<Vec<PathBuf>> {
    let root = std::env::var_os("PORTREEVE_SAMPLES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("corpus").join(folder))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    Some(files)
}

/// What the authors of a sample expect: sources and times.
fn expected(file: &PathBuf) -> Option<Vec<(BTreeSet<String>, Option<String>)>> {
    let folder = file.parent()?;
    let name = format!("{}.json", file.file_name()?.to_str()?);
    let path = folder.parent()?.join("_expected").join(folder.file_name()?).join(name);
    let facts: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let events = facts["events"].as_array()?;
    let text = |event: &Value, name: &str| event[name].as_str().map(str::to_lowercase);
    let of = |event: &Value| {
        let names = ["source.ip", "source.url", "source.fqdn", "source.network", "source.account"];
        let sources = names.iter().filter_map(|name| text(event, name)).collect();
        (sources, text(event, "time.source").map(|time| time.replace("+00:00", "z")))
    };
    Some(events.iter().map(of).collect())
}

fn sources(incident: &Incident) -> BTreeSet<String> {
    let subject = match &incident.subject {
        Subject::Ip(ip) => ip.to_string(),
        Subject::Prefix(net) => net.to_string(),
        Subject::Domain(text) | Subject::Url(text) | Subject::Email(text) => text.clone(),
    };
    let mut all = BTreeSet::from([subject]);
    all.extend(incident.ip.map(|ip| ip.to_string()));
    all.extend(incident.urls.iter().chain(&incident.domains).cloned());
    all.into_iter().map(|source| source.to_lowercase()).collect()
}

fn time(incident: &Incident) -> Option<String> {
    Some(incident.observed_at?.to_string().to_lowercase())
}

/// How many of the events expected of a file were read: with one of their sources, and at their time.
fn agreement(file: &PathBuf, complaint: &Complaint) -> Option<(usize, usize, usize)> {
    let events = expected(file)?;
    let found: Vec<_> = complaint.incidents.iter().map(|one| (sources(one), time(one))).collect();
    let (mut by_source, mut by_time) = (0, 0);
    for (sources, time) in &events {
        let mut same = found.iter().filter(|(found, _)| !found.is_disjoint(sources)).peekable();
        by_source += usize::from(sources.is_empty() || same.peek().is_some());
        let is_same = |found: &Option<String>| match (found, time) {
            (Some(found), Some(time)) => found.get(..19) == time.get(..19),
            (_, None) => true,
            (None, Some(_)) => false,
        };
        by_time += usize::from(same.any(|(_, found)| is_same(found)) || sources.is_empty());
    }
    Some((events.len(), by_source, by_time))
}

#[test]
fn feeds_and_reports_of_others_are_read_as_their_authors_read_them() {
    let folders = [
        "shadowserver-csv",
        "feed-anubis",
        "feed-cert-eu",
        "feed-cleanmx",
        "feed-cymru",
        "feed-cznic",
        "feed-dataplane",
        "feed-hibp",
        "feed-microsoft",
        "feed-n6",
        "feed-openphish",
        "feed-other",
        "feed-phishtank",
        "feed-spamhaus",
        "feed-zoneh",
    ];
    for folder in folders {
        let Some(files) = corpus(folder) else { return };
        let mut sum = (0, 0, 0);
        for file in files {
            let name = file.file_name().expect("a name").to_str().expect("text");
            let complaint = read(name, &fs::read(&file).expect("a file")).remove(0);
            let Some((events, by_source, by_time)) = agreement(&file, &complaint) else {
                eprintln!(
                    "   {name}: {} {} incidents",
                    complaint.format.as_str(),
                    complaint.incidents.len()
                );
                continue;
            };
            if by_source < events || by_time < events {
                eprintln!(
                    "  {name}: {} {events} {by_source} {by_time} {} {:?}",
                    complaint.format.as_str(),
                    complaint.incidents.len(),
                    complaint.defects
                );
            }
            sum = (sum.0 + events, sum.1 + by_source, sum.2 + by_time);
        }
        eprintln!("{folder}: {sum:?}");
    }
}
