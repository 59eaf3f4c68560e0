//! Reading complaints from the command line: no desk, no database, no configuration.
#![expect(clippy::unwrap_used, reason = "a test that fails shows where")]

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const ONE: &str = "From: Reporter <r@example.com>\nTo: abuse@example.net\nSubject: Port scan\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n\nSource IP: 192.0.2.1\nSource port: 4711\nDestination IP: 198.51.100.7\nTimestamp: 2026-01-05 09:00:00 UTC\n";

fn run(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portreeve"));
    command.env_clear().current_dir(folder).args(["ingest", "--dry-run"]).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_complaint_is_one_line_of_json_as_it_is_promised() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.eml"), ONE).unwrap();
    let output = run(folder.path(), &["--json", "a.eml"], b"");
    assert!(output.status.success());
    let found = lines(&output);
    let promised = serde_json::json!([{
        "file": "a.eml", "format": "plain", "not_a_report": null,
        "reporter": {"name": "Reporter", "email": "r@example.com", "organisation": null, "reference": null},
        "incidents": [{
            "category": "port_scan", "subject": {"kind": "ip", "value": "192.0.2.1"}, "ip": "192.0.2.1", "port": 4711,
            "urls": [], "domains": [], "observed_at": "2026-01-05T09:00:00Z", "zone": "value",
            "destination": {"ip": "198.51.100.7", "port": null}, "count": 1
        }],
        "defects": []
    }]);
    assert_eq!(Value::Array(found), promised);
}

#[test]
fn files_folders_mailboxes_maildirs_and_standard_input_are_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["box", "mail/cur", "mail/new", "mail/tmp"] {
        std::fs::create_dir_all(at(name)).unwrap();
    }
    std::fs::write(at("b.eml"), ONE).unwrap();
    std::fs::write(at("two.mbox"), format!("From r@example.com Mon Jan  5 10:00:00 2026\n{ONE}\nFrom r@example.com Mon Jan  5 11:00:00 2026\n{ONE}")).unwrap();
    std::fs::write(at("mail/cur/1:2,S"), ONE).unwrap();
    std::fs::write(at("mail/new/2"), ONE).unwrap();
    std::fs::write(at("mail/tmp/3"), ONE).unwrap();
    let output = run(folder.path(), &["--json", "b.eml", "two.mbox", "mail", "-"], ONE.as_bytes());
    assert!(output.status.success());
    let files: Vec<String> =
        lines(&output).iter().map(|line| line["file"].as_str().unwrap().to_owned()).collect();
    assert_eq!(files, ["b.eml", "two.mbox", "two.mbox", "mail/cur/1:2,S", "mail/new/2", "-"]);
    assert_eq!(output.stderr, b"");
}

#[test]
fn a_file_that_cannot_be_opened_is_named_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.eml"), ONE).unwrap();
    std::fs::write(folder.path().join("noise"), [0xff; 100]).unwrap();
    let output = run(folder.path(), &["--json", "missing.eml", "a.eml", "noise"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output).len(), 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("missing.eml"));
    assert!(run(folder.path(), &["--json", "noise"], b"").status.success());
}

#[test]
fn people_are_told_how_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["--explain"], ONE.as_bytes());
    let text = String::from_utf8(output.stdout).unwrap();
    for said in ["192.0.2.1", "labels", "r@example.com", "zone: value", "against 198.51.100.7"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let short = run(folder.path(), &[], ONE.as_bytes());
    assert_eq!(String::from_utf8(short.stdout).unwrap(), "-: plain, port_scan 192.0.2.1\n");
}

#[test]
fn a_table_of_any_length_is_one_line_of_json_and_never_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let banner = "x".repeat(1_000);
    let rows = 20_000;
    let mut child = Command::new(env!("CARGO_BIN_EXE_portreeve"))
        .env_clear()
        .current_dir(folder.path())
        .args(["ingest", "--dry-run", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        text
    });
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"timestamp,ip,port,banner,asn,geo,region\n").unwrap();
    for number in 0..rows {
        let (host, port) = (number % 250 + 1, number + 1);
        let row = format!("2026-01-02 03:04:05,192.0.2.{host},{port},{banner},64500,ZZ,X\n");
        stdin.write_all(row.as_bytes()).unwrap();
    }
    // All but what is in the pipe was read by now.
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(stdin);
    let text = reading.join().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(text.lines().count(), 1);
    let found: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&found["format"], &found["file"]), (&"shadowserver".into(), &"-".into()));
    assert_eq!(found["incidents"].as_array().unwrap().len(), rows);
    assert_eq!(found["incidents"][rows - 1]["port"], rows);
    assert_eq!(found["defects"], Value::Array(Vec::new()));
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kib < 100_000, "{kib} KiB");
}
