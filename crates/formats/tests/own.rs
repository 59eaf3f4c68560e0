//! Complaints of our own of many kinds, with what each declares: `own/complaints.txt`.

use portreeve_formats::complaint::{self, Incident, Subject};

const COMPLAINTS: &str = include_str!("own/complaints.txt");

/// What is wanted of one incident: `key=value` pairs.
fn misses(wanted: &str, incident: Option<&Incident>) -> Vec<String> {
    let Some(incident) = incident else { return vec![format!("no incident for {wanted}")] };
    let shown = |pair: &&str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let text = |ip: Option<std::net::IpAddr>| ip.map(|ip| ip.to_string());
        let found = match key {
            "ip" => text(incident.ip),
            "prefix" | "domain" | "url" => {
                (incident.subject.kind() == key).then(|| incident.subject.to_string())
            }
            "port" => incident.port.map(|port| port.to_string()),
            "at" => incident.observed_at.map(|at| at.to_string()),
            "category" => Some(incident.category.as_str().to_owned()),
            "destination" => text(incident.destination.and_then(|to| to.ip)),
            other => panic!("{other} is nothing that is wanted of an incident"),
        };
        found.as_deref() != Some(value)
    };
    wanted.split(' ').filter(shown).map(|pair| format!("{pair} in {incident:?}")).collect()
}

#[test]
fn what_is_declared_comes_out_and_nothing_else() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for complaint in COMPLAINTS.split("=== ").skip(1) {
        let (what, rest) = complaint.split_once('\n').expect("a heading");
        let mail = rest.split_inclusive('\n').skip_while(|line| line.starts_with("! "));
        let mail = mail.collect::<String>();
        let wanted: Vec<&str> = rest.lines().map_while(|line| line.strip_prefix("! ")).collect();
        let read = complaint::read("a.eml", mail.as_bytes());
        count += 1;
        let [only] = read.as_slice() else {
            wrong.push(format!("{what}: {} complaints", read.len()));
            continue;
        };
        let found = only.not_a_report.map(|reason| format!("not_a_report={}", reason.as_str()));
        let mut missed = Vec::new();
        match (wanted.as_slice(), found) {
            (["nothing"], None) => {}
            ([reason], found) if reason.starts_with("not_a_report=") => {
                missed.extend((found.as_deref() != Some(*reason)).then(|| format!("{found:?}")));
            }
            (_, Some(found)) => missed.push(found),
            (incidents, None) => {
                for (at, wanted) in incidents.iter().enumerate() {
                    missed.extend(misses(wanted, only.incidents.get(at)));
                }
            }
        }
        let most = wanted.iter().filter(|one| one.contains("category=")).count();
        if only.incidents.len() > most {
            missed.push(format!("more than {most}: {:?}", only.incidents));
        }
        // Nobody else's address comes out, whatever is wanted.
        for incident in &only.incidents {
            let text = match &incident.subject {
                Subject::Ip(ip) => ip.to_string(),
                other => other.to_string(),
            };
            let has_other =
                |text: &str| text.contains("203.0.113.") || text.contains("198.51.100.");
            if has_other(&text) || incident.ip.is_some_and(|ip| has_other(&ip.to_string())) {
                missed.push(format!("somebody else: {incident:?}"));
            }
        }
        wrong.extend(missed.into_iter().map(|miss| format!("{what}: {miss}")));
    }
    assert!(count >= 60, "{count} complaints");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
