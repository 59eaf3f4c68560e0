use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::complaint::{Category, Complaint, Format, Incident, Subject, read};

fn one(name: &str, text: &str) -> Complaint {
    read(name, text.as_bytes()).remove(0)
}

/// A mail with this in it, as text and as a part of this type.
fn mail(media_type: &str, text: &str) -> String {
    format!(
        "From: cert@example.org\nTo: abuse@example.com\nSubject: Incidents in your network\n\
         Date: Sun, 01 Mar 2026 12:00:00 +0000\nMIME-Version: 1.0\nContent-Type: {media_type}; charset=utf-8\n\n{text}\n"
    )
}

fn ips(complaint: &Complaint) -> Vec<String> {
    complaint.incidents.iter().filter_map(|one| Some(one.ip?.to_string())).collect()
}

#[test]
fn a_table_is_read_whatever_divides_its_cells_and_stands_before_it() {
    for divider in [",", ";", "\t", "|"] {
        let rows = [
            ["asn", "Source IP", "Source Port", "Detection time (UTC)", "Target IP", "type"],
            ["64500", "192.0.2.1", "4711", "2026-03-01 10:00:00", "203.0.113.9", "brute-force"],
            ["64500", "192.0.2.2", "", "2026-03-01 10:00:01", "203.0.113.9", "ddos"],
        ];
        let lines: Vec<String> = rows.iter().map(|row| row.join(divider)).collect();
        let text = format!("# Made for you\n# do not share\n{}\n", lines.join("\n"));
        let complaint = one("list.txt", &text);
        assert_eq!(complaint.format, Format::Table, "{divider:?}");
        assert_eq!(ips(&complaint), ["192.0.2.1", "192.0.2.2"]);
        let [first, second] = &complaint.incidents[..] else { panic!("two incidents") };
        assert_eq!((first.category, second.category), (Category::LoginAttack, Category::Ddos));
        assert_eq!((first.port, second.port), (Some(4711), None));
        assert_eq!(first.observed_at.expect("a time").to_string(), "2026-03-01T10:00:00Z");
        assert_eq!(
            first.destination.expect("a target").ip.expect("an address").to_string(),
            "203.0.113.9"
        );
    }
}

#[test]
fn a_type_says_more_than_its_class_and_a_text_more_than_malicious_pages() {
    let table = "time.source,source.ip,classification.taxonomy,classification.type\n2026-03-09T17:00:00+00:00,192.0.2.1,malicious-code,infected-system\n";
    let complaint = one("events.csv", table);
    assert_eq!(complaint.incidents[0].category, Category::Botnet);
    let mail = |subject: &str, text: &str| {
        let mail = format!(
            "From: r@example.org\nTo: abuse@example.com\nSubject: {subject}\nDate: Tue, 10 Mar 2026 14:22:05 +0000\n\n{text}\n\n| URL | IP | Detected (UTC) |\n|---|---|---|\n| hxxps[:]//login[.]example/a | 192[.]0[.]2[.]1 | 10/03/2026 01:00 |\n| hxxps[:]//login[.]example/b | 192[.]0[.]2[.]1 | 10/03/2026 02:00 |\n"
        );
        one("", &mail)
    };
    let text = "Please find listed below phishing URLs hosted on your infrastructure:";
    let complaint = mail("Takedown request: Malicious URLs", text);
    assert_eq!(complaint.incidents[0].category, Category::Phishing);
    let at = complaint.incidents[0].observed_at.map(|at| at.to_string());
    assert_eq!(at.as_deref(), Some("2026-03-10T01:00:00Z"), "not October");
    let complaint = mail("Takedown request: Malicious URLs", "Please remove these:");
    assert_eq!(complaint.incidents[0].category, Category::Malware);
    let complaint = mail("Open memcached servers", "Please close them:");
    assert_eq!(complaint.incidents[0].category, Category::OpenService);
}

#[test]
fn tables_in_mails_are_read_however_they_are_drawn() {
    let drawn = "+-----------+---------------------+\n| IP        | Timestamp           |\n+-----------+---------------------+\n\
                 | 192.0.2.1 | 2026-03-01 10:00:00 |\n| 192.0.2.2 | 2026-03-01 10:00:01 |\n+-----------+---------------------+";
    let blanks = "IP address     Timestamp              Port\n192.0.2.1      2026-03-01 10:00:00    22\n192.0.2.2      2026-03-01 10:00:01    22";
    let csv = "\"asn\",\"ip\",\"timestamp\"\n\"64500\",\"192.0.2.1\",\"2026-03-01 10:00:00\"\n\"64500\",\"192.0.2.2\",\"2026-03-01 10:00:01\"";
    for table in [drawn, blanks, csv] {
        let text = format!(
            "Dear all,\n\nthese have attacked 203.0.113.9:\n\n{table}\n\nOur server is 198.51.100.20.\nRegards"
        );
        let complaint = one("", &mail("text/plain", &text));
        assert_eq!(complaint.format, Format::Table, "{table}");
        assert_eq!(ips(&complaint), ["192.0.2.1", "192.0.2.2"], "{table}");
    }
    let html = "<p>Dear all<table><tr><th>IP</th><th>Time</th></tr><tr><td>192.0.2.1<td>2026-03-01 10:00:00</tr></table>203.0.113.9";
    assert_eq!(ips(&one("", &mail("text/html", html))), ["192.0.2.1"]);
    let record = "| Severity | high |\n| Discovered | 2026-03-01 10:00 UTC |\n| Host | 192.0.2.1 |";
    assert_eq!(ips(&one("", &mail("text/plain", record))), ["192.0.2.1"]);
}

#[test]
fn a_report_of_shadowservers_that_is_only_linked_to_is_one() {
    let mail = "From: autoreports@shadowserver.org\nTo: abuse@example.net\nSubject: [List] Shadowserver Example Open SMB Report: 2026-03-01\nDate: Sun, 1 Mar 2026 10:00:00 +0000\n\nThe report content can be obtained from the following link:\nhttps://dl.shadowserver.org/x?y\nThe report is 10 bytes and contains 2 events.\n";
    let complaint = one("", mail);
    assert_eq!((complaint.format, complaint.incidents.len()), (Format::Shadowserver, 0));
    assert_eq!(complaint.defects[0].code, "report_elsewhere");
}

#[test]
fn targets_are_never_the_source() {
    let only_targets = "time,dst_ip,dst_port\n2026-03-01 10:00:00,203.0.113.9,22\n";
    assert_eq!(one("log.csv", only_targets).incidents, []);
    let attack = "ip,timestamp,url,category\n192.0.2.1,2026-03-01 10:00:00,https://shop.example.org/login,brute-force\n";
    let complaint = one("log.csv", attack);
    assert_eq!(ips(&complaint), ["192.0.2.1"]);
    assert!(
        complaint.incidents[0].urls.is_empty(),
        "the page that was attacked is not complained about"
    );
    let victim = r#"{"source": "feed", "category": "dos-victim", "address": [{"ip": "203.0.113.9"}], "time": "2026-03-01T10:00:00Z", "ip": "203.0.113.9"}"#;
    assert_eq!(one("n6.json", victim).incidents, []);
}

#[test]
fn tables_of_ways_and_of_targets_allege_nothing() {
    let way = "Dear all,\n\nhop | ip | time\n1 | 203.0.113.1 | 2026-03-01 10:00:00\n2 | 203.0.113.2 | 2026-03-01 10:00:01\n";
    let targets = "The following of our servers were attacked:\n\nIP, Timestamp, Port\n203.0.113.9, 2026-03-01 10:00:00, 22\n";
    for text in [way, targets] {
        assert!(super::grid::in_text(text).is_empty(), "{text}");
    }
    let sources = "The following hosts have attacked our servers:\n\nIP, Timestamp, Port\n192.0.2.1, 2026-03-01 10:00:00, 22\n";
    assert_eq!(ips(&one("", &mail("text/plain", sources))), ["192.0.2.1"]);
}

#[test]
fn a_cell_is_addresses_or_nothing() {
    let rows = "ip,timestamp\n\"192.0.2.1 192.0.2.2\",2026-03-01 10:00:00\n192.0.2.xxx,2026-03-01 10:00:00\n\
                192.0.2.010,2026-03-01 10:00:00\nseen at 192.0.2.3,2026-03-01 10:00:00\n0.0.0.0,\n198.51.100.0/24,2026-03-01 10:00:00\n";
    let complaint = one("list.csv", rows);
    let subjects: Vec<String> =
        complaint.incidents.iter().map(|one| format!("{:?}", one.subject)).collect();
    assert_eq!(subjects, ["Ip(192.0.2.1)", "Ip(192.0.2.2)", "Prefix(198.51.100.0/24)"]);
}

#[test]
fn a_report_of_shadowserver_is_read_by_its_header() {
    let report = include_str!("samples/2026-03-01-scan_smb-sample-asn.csv");
    let complaint = one("2026-03-01-scan_smb-sample-asn.csv", report);
    assert_eq!(complaint.format, Format::Shadowserver);
    assert_eq!(ips(&complaint), ["192.0.2.1", "192.0.2.2"]);
    assert!(
        complaint
            .incidents
            .iter()
            .all(|one| one.category == Category::OpenService && one.domains.is_empty())
    );
    assert_eq!(complaint.incidents[0].port, Some(445));
    assert_eq!(
        complaint.incidents[0].observed_at.expect("a time").to_string(),
        "2026-03-01T10:00:00Z"
    );
    // The same by its header alone.
    assert_eq!(one("x.csv", report).format, Format::Shadowserver);
    let spam = "timestamp,url,host,ip,asn,geo,region,src,src_asn\n2026-03-01 10:00:00,http://www.example.com/,www.example.com,192.0.2.1,64500,ZZ,X,198.51.100.7,64501\n";
    let complaint = one("2026-03-01-spam_url-sample.csv", spam);
    assert_eq!(ips(&complaint), ["192.0.2.1"], "who sent the mail is not whose page it is");
    assert_eq!(complaint.incidents[0].urls, ["http://www.example.com/"]);
}

#[test]
fn victims_in_reports_of_shadowserver_are_nobodys_fault() {
    let header =
        "timestamp,protocol,src_ip,src_port,src_asn,src_geo,src_region,dst_ip,dst_port,infection";
    let row = "2026-03-01 10:00:00,udp,192.0.2.1,53,64500,ZZ,X,203.0.113.9,53,x";
    let text = format!("{header}\n{row}\n");
    assert_eq!(one("2026-03-01-event4_honeypot_ddos_amp-sample.csv", &text).incidents, []);
    assert_eq!(ips(&one("2026-03-01-event4_honeypot_ddos-sample.csv", &text)), ["192.0.2.1"]);
}

#[test]
fn numbers_of_abuseipdb_are_kinds() {
    let text = "IP,Categories,ReportDate,Comment\n192.0.2.1,\"15,22\",2026-03-01T10:00:00+00:00,\"from 198.51.100.7, port 22\"\n192.0.2.2,14,2026-03-01T10:00:00+00:00,\n";
    let complaint = one("report.csv", text);
    assert_eq!(ips(&complaint), ["192.0.2.1", "192.0.2.2"]);
    assert_eq!(complaint.incidents[0].category, Category::LoginAttack);
    assert_eq!(complaint.incidents[1].category, Category::PortScan);
}

#[test]
fn machine_records_are_read_as_rows_are() {
    let event = r#"{"source.ip": "192.0.2.1", "source.port": 4711, "time.source": "2026-03-01T10:00:00+00:00", "classification.type": "infected-system", "destination.ip": "203.0.113.9"}"#;
    let nested = r#"{"source": {"ip": "192.0.2.1", "port": 4711}, "time": {"source": "2026-03-01T10:00:00+00:00"}, "classification": {"type": "infected-system"}, "destination": {"ip": "203.0.113.9"}}"#;
    for text in [
        event.to_owned(),
        format!("{event}\n"),
        format!("[{event}]"),
        nested.to_owned(),
        format!("{event}\n{{broken"),
    ] {
        let complaint = one("events.jsonl", &text);
        let [incident] = &complaint.incidents[..] else {
            panic!("one incident in {text}: {complaint:?}")
        };
        assert_eq!(incident.ip.expect("an address").to_string(), "192.0.2.1");
        assert_eq!((incident.port, incident.category), (Some(4711), Category::Botnet));
    }
    let xml = "<output><entries><entry><first>1772359200</first><phishtank>7</phishtank><url><![CDATA[http://www.example.com/x]]></url><ip>192.0.2.1</ip></entry></entries></output>";
    let complaint = one("feed", xml);
    assert_eq!(complaint.incidents[0].subject, Subject::Url("http://www.example.com/x".to_owned()));
    assert_eq!(complaint.incidents[0].category, Category::Phishing);
}

#[test]
fn lists_and_rows_without_a_header_count_only_where_they_are_all_there_is() {
    assert_eq!(
        one("bad.txt", "# phishing\n192.0.2.1\nhttps://www.example.com/x\n").incidents.len(),
        2
    );
    assert_eq!(
        ips(&one(
            "feed.txt",
            "# feed\n64500 | NAME | 192.0.2.1 | 2026-03-01 10:00:00 | sshpwauth\n"
        )),
        ["192.0.2.1"]
    );
    let attached = "--s\nContent-Type: text/plain\n\nPlease look at it.\n--s\nContent-Type: text/plain; name=\"log.txt\"\n\
                    Content-Disposition: attachment; filename=\"log.txt\"\n\n203.0.113.9\n--s--\n";
    let text = mail("multipart/mixed; boundary=s", attached);
    assert_eq!(one("", &text).incidents, [], "a file of addresses in a mail may be anything");
}

#[test]
fn spreadsheets_are_read_cell_by_cell() {
    let sheet = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
        <row r="1"><c r="A1" t="inlineStr"><is><t>IP Address</t></is></c><c r="B1" t="inlineStr"><is><t>Timestamp</t></is></c></row>
        <row r="2"><c r="A2" t="inlineStr"><is><t>192.0.2.1</t></is></c><c r="B2" t="inlineStr"><is><t>2026-03-01 10:00:00</t></is></c></row>
        <row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#;
    let files = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a file");
        writer.write_all(text.as_bytes()).expect("text");
    }
    let bytes = writer.finish().expect("an archive").into_inner();
    let complaint = read("hosts.xlsx", &bytes).remove(0);
    assert_eq!(ips(&complaint), ["192.0.2.1"]);
    assert_eq!(
        complaint.incidents[0].observed_at.expect("a time").to_string(),
        "2026-03-01T10:00:00Z"
    );
    let broken = read("hosts.xlsx", &bytes[..bytes.len() - 100]).remove(0);
    assert_eq!(broken.incidents, []);
}

#[test]
fn a_table_that_is_streamed_says_what_it_says_in_memory() {
    let mut text = String::from("timestamp,ip,port,asn,geo,region,tag\n");
    for number in 0..10_000 {
        text.push_str(&format!(
            "2026-03-01 10:00:00,192.0.2.{},{},64500,ZZ,X,smb\n",
            number % 250 + 1,
            number + 1
        ));
    }
    let mut streamed = Vec::new();
    let name = "2026-03-01-scan_smb-sample.csv";
    let table = super::Table::open(name, text.as_bytes()).expect("a table");
    let broken = table.read(text.as_bytes(), |incident| {
        streamed.push(incident);
        true
    });
    assert_eq!(broken.expect("no file fails here"), 0);
    assert_eq!(table.format(), Format::Shadowserver);
    assert_eq!(streamed, one(name, &text).incidents);
    assert!(super::Table::open("x", b"Dear all,\n").is_none());
}

#[test]
fn what_is_no_table_takes_one_look() {
    let long =
        ["a|b\n", "<table><tr><td>", "ip,\n", "\"", "| a | b |\n", "[", "{\"a\":", "1  2\n", "<a>"];
    for piece in long {
        let text = piece.repeat(20_000);
        let complaint = one("x.csv", &text);
        assert_eq!(complaint.incidents, [], "{piece}");
        assert_eq!(one("", &mail("text/plain", &text)).incidents, []);
    }
}

/// The samples of others, on machines that have them.
fn corpus(folder: &str) -> Option<Vec<PathBuf>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/corpus");
    let root = std::env::var_os("PORTREEVE_CORPUS").map_or(beside, PathBuf::from);
    let entries = fs::read_dir(root.join(folder)).ok()?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    Some(files)
}

/// What the authors of a sample expect: sources and times.
fn expected(file: &Path) -> Option<Vec<(BTreeSet<String>, Option<String>)>> {
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
fn agreement(file: &Path, complaint: &Complaint) -> Option<(usize, usize, usize)> {
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
    // What is missing: bogons (prefixes of whole continents are no source), pages with a host that is none, addresses with
    // leading zeros, and layout tables of a web page.
    let folders = [
        ("shadowserver-csv", 100),
        ("feed-anubis", 100),
        ("feed-cert-eu", 100),
        ("feed-cleanmx", 100),
        ("feed-cymru", 90),
        ("feed-cznic", 100),
        ("feed-dataplane", 100),
        ("feed-hibp", 100),
        ("feed-microsoft", 100),
        ("feed-n6", 100),
        ("feed-openphish", 60),
        ("feed-other", 70),
        ("feed-phishtank", 100),
        ("feed-spamhaus", 100),
        ("feed-zoneh", 100),
    ];
    for (folder, at_least) in folders {
        let Some(files) = corpus(folder) else { return };
        let (mut events, mut by_source, mut by_time) = (0, 0, 0);
        for file in files {
            let name = file.file_name().expect("a name").to_str().expect("text");
            let complaint = read(name, &fs::read(&file).expect("a file")).remove(0);
            let Some(agreement) = agreement(&file, &complaint) else { continue };
            events += agreement.0;
            by_source += agreement.1;
            by_time += agreement.2;
        }
        eprintln!("{folder}: {events} events, {by_source} by source, {by_time} by time");
        assert!(
            by_source * 100 >= events * at_least && by_time * 100 >= events * at_least,
            "{folder}"
        );
    }
}
