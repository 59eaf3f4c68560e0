use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::schema::{is_valid_v3, is_valid_v4};
use crate::complaint::document::Document;
use crate::complaint::reading::Reading;
use crate::complaint::{Category, Complaint, Subject, Zone, transport};

const V4: &str = include_str!("samples/v4.jsonl");
const V3: &str = include_str!("samples/v3.jsonl");

fn v4(text: &str) -> Complaint {
    let mut reading = Reading::default();
    super::each(text.as_bytes(), &mut reading, super::v4::read);
    reading.into_complaint()
}

fn v3(text: &str) -> Complaint {
    let mut reading = Reading::default();
    super::each(text.as_bytes(), &mut reading, super::v3::read);
    reading.into_complaint()
}

fn document(name: &str, text: &str) -> Document {
    transport::unwrapped(name, text.as_bytes()).remove(0)
}

#[test]
fn every_kind_of_xarf_4_is_valid_and_read() {
    for (number, line) in V4.lines().enumerate() {
        let complaint = v4(line);
        assert_eq!(complaint.defects, [], "{line}");
        let [incident] = &complaint.incidents[..] else { panic!("one incident in {line}") };
        assert_eq!(incident.ip.expect("an address").to_string(), format!("192.0.2.{}", number + 1));
        assert_eq!(incident.zone, Zone::Value);
        assert_eq!(incident.observed_at.expect("a time").to_string(), "2026-03-01T10:00:00Z");
        // Targets, genuine sites, places of forms and evidence are never what is complained about.
        let pages = ["https://www.example.com/page", "https://files.example.com/work.zip"];
        assert!(
            incident.urls.iter().all(|url| pages.contains(&url.as_str())),
            "{:?}",
            incident.urls
        );
        assert!(
            incident.domains.iter().all(|name| name == "example.com"),
            "{:?}",
            incident.domains
        );
        assert_eq!(complaint.reporter.email.as_deref(), Some("reports@example.org"));
    }
    assert_eq!(V4.lines().count(), 32);
}

#[test]
fn xarf_4_that_breaks_the_rules_has_a_defect_and_is_read_all_the_same() {
    let mut report: Value = serde_json::from_str(V4.lines().nth(2).expect("a line")).expect("JSON");
    report["type"] = json!("auth_failure");
    report.as_object_mut().expect("an object").remove("sender");
    let complaint = v4(&report.to_string());
    assert!(complaint.defects.iter().all(|defect| defect.code == "xarf_invalid"));
    assert!(!complaint.defects.is_empty());
    assert_eq!(complaint.incidents[0].category, Category::LoginAttack);
}

#[test]
fn json_that_is_broken_or_means_two_things_declares_nothing() {
    for text in [
        r#"{"xarf_version": "4.2.0", "source_identifier": "192.0.2.1" "type": "spam"}"#,
        r#"{"xarf_version": "4.2.0", "source_identifier": "192.0.2.1", "source_identifier": "192.0.2.2"}"#,
        r#"{"xarf_version": "4.2.0""#,
    ] {
        let complaint = v4(text);
        assert_eq!(complaint.defects[0].code, "json_broken", "{text}");
        assert_eq!(complaint.incidents, []);
    }
}

#[test]
fn what_a_source_cannot_be_is_no_source() {
    for source in ["192.0.2.010", "+1 555 0100", "127.0.0.1", "0.0.0.0/0", "192.0.2.1, 192.0.2.2"] {
        let mut report: Value =
            serde_json::from_str(V4.lines().next().expect("a line")).expect("JSON");
        report["source_identifier"] = json!(source);
        let complaint = v4(&report.to_string());
        assert_eq!(complaint.incidents, [], "{source}");
        assert!(
            complaint.defects.iter().any(|defect| defect.code == "source_unusable"),
            "{source}"
        );
    }
}

#[test]
fn the_three_shapes_before_version_4_are_read() {
    let complaint = v3(V3);
    assert_eq!(complaint.defects, []);
    let sources: Vec<String> =
        complaint.incidents.iter().filter_map(|one| Some(one.ip?.to_string())).collect();
    assert_eq!(
        sources,
        ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"]
    );
    let categories: Vec<&str> =
        complaint.incidents.iter().map(|one| one.category.as_str()).collect();
    assert_eq!(categories, ["spam", "phishing", "open_service", "spam", "login_attack", "botnet"]);
    assert_eq!(
        complaint.incidents[1].subject,
        Subject::Url("https://www.example.com/login".to_owned())
    );
    assert_eq!(complaint.incidents[4].count, 150);
    assert_eq!(complaint.incidents[5].destination.expect("a destination").port, Some(80));
}

#[test]
fn a_report_of_lines_is_read_wherever_it_stands() {
    let mail = include_str!("samples/login-attack.eml");
    let block = &mail[mail.find("---\nReported").expect("a block")
        ..mail
            .find("--sample\nContent-Type: text/plain; charset=utf-8; name=\"logfile")
            .expect("an end")];
    let inline = format!("Dear all,\n\nlook at 198.51.100.9: it is bad.\n\n{block}\n\nregards: we");
    for text in [block.to_owned(), inline, block.replace('\n', "\r\n"), block.replace("---\n", "")]
    {
        let document = document("x.txt", &text);
        assert!(super::recognise_v0(&document).is_some());
        let mut reading = Reading::default();
        super::read_v0(&document, &mut reading);
        let complaint = reading.into_complaint();
        assert_eq!(complaint.defects, []);
        let [incident] = &complaint.incidents[..] else { panic!("one incident") };
        assert_eq!(incident.ip.expect("an address").to_string(), "192.0.2.1");
        assert_eq!(incident.category, Category::LoginAttack);
        assert_eq!(incident.observed_at.expect("a time").to_string(), "2026-03-01T09:00:00Z");
        assert_eq!(incident.count, 7);
        let destination = incident.destination.expect("a destination");
        assert_eq!(
            (destination.ip.expect("an address").to_string().as_str(), destination.port),
            ("203.0.113.9", Some(22))
        );
        assert_eq!(complaint.reporter.reference.as_deref(), Some("1@example.org"));
    }
}

#[test]
fn two_sources_in_one_block_are_none() {
    let text =
        "Reported-From: a@example.org\nReport-Type: spam\nSource: 192.0.2.1\nSource: 192.0.2.2\n";
    let document = document("report.txt", text);
    let mut reading = Reading::default();
    super::read_v0(&document, &mut reading);
    let complaint = reading.into_complaint();
    assert_eq!(complaint.incidents, []);
    assert_eq!(complaint.defects[0].code, "field_twice");
}

/// Where samples and, beside them, schemas of others are, on machines that have them.
fn shared(path: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/corpus");
    let corpus = std::env::var_os("PORTREEVE_CORPUS").map_or(beside, PathBuf::from);
    Some(corpus.join("..").join(path)).filter(|path| path.exists())
}

fn json_files(folder: &PathBuf) -> Vec<(String, Value)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let read = |path: &PathBuf| {
        Some((path.display().to_string(), serde_json::from_slice(&fs::read(path).ok()?).ok()?))
    };
    files.iter().filter_map(read).collect()
}

/// A report with one field gone or changed, for every field, however deep.
fn mutations(report: &Value) -> Vec<Value> {
    let others = [
        json!(null),
        json!(""),
        json!(0),
        json!(-1),
        json!(70000),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
        json!("zebra"),
        json!("2026-13-01T00:00:00Z"),
        json!("2026-03-01 10:00:00"),
        json!("http://x y"),
        json!("a".repeat(1200)),
        json!("192.0.2.1"),
        json!("999.1.1.1"),
        json!("2001:db8::1"),
        json!("smtp"),
        json!(["x"]),
        json!({"a": 1}),
        json!("a@example.org"),
        json!("-x.example"),
    ];
    let mut pointers = Vec::new();
    walk(report, "", &mut pointers);
    let mut all = Vec::new();
    for pointer in &pointers {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let mut without = report.clone();
        match without.pointer_mut(parent) {
            Some(Value::Object(object)) => drop(object.remove(name)),
            Some(Value::Array(list)) => drop(list.remove(name.parse().expect("a number"))),
            _ => unreachable!("the pointers are of this report"),
        }
        all.push(without);
        for other in &others {
            let mut changed = report.clone();
            *changed.pointer_mut(pointer).expect("a place") = other.clone();
            all.push(changed);
        }
    }
    all
}

fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            found.push(format!("{at}/{name}"));
            walk(value, &format!("{at}/{name}"), found);
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(number, value)| {
            found.push(format!("{at}/{number}"));
            walk(value, &format!("{at}/{number}"), found);
        }),
        _ => {}
    }
}

#[test]
fn our_rules_of_xarf_4_say_what_the_published_ones_say() {
    let Some(folder) = shared("schemas/xarf-spec/schemas/v4") else { return };
    let mut published = json_files(&folder);
    published.extend(json_files(&folder.join("types")));
    let mut registry = jsonschema::Registry::new();
    for (_, schema) in &published {
        registry = registry
            .add(schema["$id"].as_str().expect("an id"), schema.clone())
            .expect("a resource");
    }
    let registry = registry.prepare().expect("a registry");
    let master = published
        .iter()
        .find(|(path, _)| path.ends_with("master.json"))
        .expect("the master schema");
    let theirs = jsonschema::draft202012::options()
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&master.1)
        .expect("their rules");
    let mut reports: Vec<Value> =
        V4.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    reports.extend(shared("corpus/xarf-v4").iter().flat_map(json_files).map(|(_, report)| report));
    for (_, schema) in &published {
        reports.extend(schema["examples"].as_array().into_iter().flatten().cloned());
    }
    let (mut compared, mut valid) = (0, 0);
    for report in &reports {
        for report in std::iter::once(report.clone()).chain(mutations(report)) {
            let verdict = theirs.is_valid(&report);
            assert_eq!(is_valid_v4(&report), verdict, "{report}");
            compared += 1;
            valid += usize::from(verdict);
        }
    }
    assert!(compared > 20_000 && valid > 5_000, "{compared} compared, {valid} valid");
}

#[test]
fn our_rules_of_xarf_before_4_say_what_its_authors_tests_say() {
    let Some(folder) = shared("corpus/xarf-v3") else { return };
    let mut compared = 0;
    for (path, report) in json_files(&folder) {
        let is_valid = !path.contains("__negative_");
        assert_eq!(is_valid_v3(&report), is_valid, "{path}");
        compared += 1;
    }
    assert!(compared > 100);
}
