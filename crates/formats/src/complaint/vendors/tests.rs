//! A sample of our own for each reporter: who says what about whom, and nothing else.

use crate::complaint::document::{Author, Document, Sent};
use crate::complaint::readers;
use crate::complaint::{Complaint, Subject};

/// A mail whose transport was taken off.
fn mail(from: &str, subject: &str, text: &str) -> Document {
    let at = "2026-03-02T12:00:00+01:00".parse().unwrap();
    Document {
        author: Author { name: String::new(), email: from.to_owned() },
        subject: subject.to_owned(),
        whole_subject: subject.to_owned(),
        sent: Some(Sent { at, offset: Some(jiff::tz::offset(1)) }),
        text: text.to_owned(),
        ..Document::default()
    }
}

/// `category subject ip:port observed`, one for each incident.
fn told(complaint: &Complaint) -> Vec<String> {
    let told = |incident: &crate::complaint::Incident| {
        let subject = match &incident.subject {
            Subject::Ip(ip) => ip.to_string(),
            Subject::Prefix(net) => net.to_string(),
            Subject::Domain(text) | Subject::Url(text) | Subject::Email(text) => text.clone(),
        };
        let ip = incident.ip.map(|ip| ip.to_string()).unwrap_or_default();
        let at = incident.observed_at.map(|at| at.to_string()).unwrap_or_default();
        format!("{} {subject} {ip} {at}", incident.category.as_str()).trim_end().to_owned()
    };
    complaint.incidents.iter().map(told).collect()
}

fn read(from: &str, subject: &str, text: &str) -> (&'static str, Vec<String>) {
    let complaint = readers::read(&mail(from, subject, text));
    (complaint.format.as_str(), told(&complaint))
}

#[test]
fn pages_of_a_safe_browsing_report_come_with_their_address_even_where_it_was_wrapped() {
    let (format, found) = read(
        "noreply@google.com",
        "Safe Browsing Report for AS64500 (EXAMPLE) on 03/01/2026",
        "Google detected 2 social engineering URLs on your network:\n\nhttp://shop .example.com/login/ (192.0.2.7)\nhttp://www .example.net/a-long-way/to/the/page\n(192.0.2.8)\n\nGoogle detected 1 malware URL:\n\nhttp://203.0.113.9/x\n\nLearn more at https://support.example.org/\n",
    );
    assert_eq!(format, "google_safe_browsing");
    assert_eq!(
        found,
        [
            "phishing http://shop.example.com/login/ 192.0.2.7 2026-02-28T23:00:00Z",
            "phishing http://www.example.net/a-long-way/to/the/page 192.0.2.8 2026-02-28T23:00:00Z",
            "malware http://203.0.113.9/x 203.0.113.9 2026-02-28T23:00:00Z",
        ]
    );
}

#[test]
fn cloudflare_declares_pages_and_their_host_and_no_address_of_the_free_text() {
    let (format, found) = read(
        "abuse@notify.cloudflare.com",
        "[0123456789abcdef]: Cloudflare received a phishing report regarding one of your customers",
        "Reporter's Name: A reporter\nReporter's Email Address: reporter@example.org\n\nReported URLs:\nhxxps://shop[.]example[.]com/login\nhxxps://shop[.]example[.]com/verify\n\nLogs or Evidence of Abuse:\nIt answers from 203.0.113.80, see https://genuine.example.org/.\n\nThe actual host for shop.example.com are the following IP addresses.\n192.0.2.44\n\nTo respond, see https://www.example.net/abuse\n",
    );
    assert_eq!(format, "cloudflare");
    assert_eq!(
        found,
        [
            "phishing https://shop.example.com/login 192.0.2.44",
            "phishing https://shop.example.com/verify 192.0.2.44",
        ]
    );
}

#[test]
fn spamhaus_names_an_address_or_a_prefix_in_both_of_its_forms() {
    let (format, found) = read(
        "sbl-notify@spamhaus.org",
        "SBL Notify: IP: 192.0.2.0/29 added to Spamhaus Block List (SBL)",
        "IP/cidr: 192.0.2.0/29\nProblem: spam source, relayed by 203.0.113.5\nSBL Ref: SBL000001\n",
    );
    assert_eq!(
        (format, found),
        ("spamhaus", vec!["blocklisted 192.0.2.0/29  2026-03-02T11:00:00Z".to_owned()])
    );
    let (_, found) = read(
        "no-reply@spamhaus.org",
        "Spamhaus Notification | 192.0.2.14 - Botnet C&C Activity",
        "IP address: 192.0.2.14\nPort: 443\nIssue: Botnet controller\nMalware: Example\nDetected: 2026-03-01 10:00 UTC\n",
    );
    assert_eq!(found, ["botnet 192.0.2.14 192.0.2.14 2026-03-01T10:00:00Z"]);
}

#[test]
fn urlhaus_and_feodo_have_a_block_for_each() {
    let (format, found) = read(
        "report@example.org",
        "[URLhaus] abuse report: malware distribution site(s) on 192.0.2.154",
        "URL: hXXp://192[.]0.2.154/wget\nProof: https://urlhaus.example.org/url/1/\n\nURL: hXXp://shop[.]example[.]com/a.exe\nProof: https://urlhaus.example.org/url/2/\n",
    );
    assert_eq!(format, "abuse_ch");
    assert_eq!(
        found,
        [
            "malware http://192.0.2.154/wget 192.0.2.154",
            "malware http://shop.example.com/a.exe 192.0.2.154",
        ]
    );
    let (_, found) = read(
        "report@example.org",
        "[Feodo Tracker] botnet controllers in your network",
        "IP address: 192.0.2.3\nPort: 449\nHostname: a.example.com\nMalware: Example\nFirst seen (UTC): 2026-02-28 20:01:02\nProof: https://feodo.example.org/192.0.2.3/\n\nIP address: 192.0.2.4\nPort: 443\n",
    );
    assert_eq!(
        found,
        ["botnet 192.0.2.3 192.0.2.3 2026-02-28T20:01:02Z", "botnet 192.0.2.4 192.0.2.4"]
    );
}

#[test]
fn a_honey_pot_report_lists_addresses_below_their_kind_and_suspects_are_not_alleged() {
    let (format, found) = read(
        "monitor@example.org",
        "Project Honey Pot Monitor Report (02/20/2026 - 02/28/2026)",
        "Malicious IPs : 2\n\nIPs Engaged In Harvesting On Your Network:\n\n192.0.2.9 (H)\n  - Mon, 23 Feb 2026 11:00AM PST\n  - Tue, 24 Feb 2026 11:00AM PST\n\nIPs Engaged In Comment Spamming On Your Network:\n\n192.0.2.10\n\nIPs Engaged In Email Spamming On Your Network:\n\nnone\n\nOther Potentially Suspicious IPs On Your Network:\n\n192.0.2.11\n\n---------------\n\n203.0.113.1 sent this.\n",
    );
    assert_eq!(format, "project_honeypot");
    assert_eq!(
        found,
        [
            "spam 192.0.2.9 192.0.2.9 2026-02-23T19:00:00Z",
            "spam 192.0.2.9 192.0.2.9 2026-02-24T19:00:00Z",
            "spam 192.0.2.10 192.0.2.10 2026-02-27T23:00:00Z",
        ]
    );
}

#[test]
fn uceprotect_comes_as_a_table_or_as_a_sentence() {
    let (format, found) = read(
        "support@example.org",
        "UCEPROTECT Monitoring Report (192.0.2.60)",
        "Hello,\n\nIP,LAST IMPACT TIMESTAMP,LAST IMPACT GermanTime\n0.0.0.0,,01.01.1970 01:00\n192.0.2.60,1726798443,20.09.2024 04:14\n",
    );
    assert_eq!(
        (format, found),
        ("uceprotect", vec!["blocklisted 192.0.2.60 192.0.2.60 2024-09-20T02:14:03Z".to_owned()])
    );
    let (_, found) = read(
        "support@example.org",
        "UCEPROTECT Monitoring Report",
        "Your IP addresses 192.0.2.10, 192.0.2.20 are listed.\nOur server 203.0.113.1 wrote this.\n",
    );
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn leakix_has_one_host_with_labels_or_a_row_for_each() {
    let (format, found) = read(
        "guardian@example.org",
        "[LeakIX] Critical security issue for 192.0.2.42",
        "| Severity   | Critical            |\n| Discovered | 02 Jan 26 03:04 UTC |\n| Host       | 192.0.2.42          |\n",
    );
    assert_eq!(
        (format, found),
        ("leakix", vec!["exposed_data 192.0.2.42 192.0.2.42 2026-01-02T03:04:00Z".to_owned()])
    );
    let (_, found) = read(
        "guardian@example.org",
        "[LeakIX] Critical security issues",
        "| Host | Ip | Discovered | Plugin |\n|------|----|------------|--------|\n| a.example.com | 192.0.2.42 | 03 Apr 25 14:13 UTC | DotEnv |\n| b.example.com | 192.0.2.43 | 03 Apr 25 14:14 UTC | DotEnv |\n",
    );
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn the_source_of_an_attack_is_the_address_in_the_subject() {
    let (format, found) = read(
        "info@example.org",
        "Your server 192.0.2.42 has been registered as an attack source",
        "Timestamp (UTC): 2026-01-02 03:04:05\nAttack type: http-botnet\nTarget: 203.0.113.4\n",
    );
    assert_eq!(
        (format, found),
        ("bitninja", vec!["botnet 192.0.2.42 192.0.2.42 2026-01-02T03:04:05Z".to_owned()])
    );
    let (format, found) = read(
        "ddos-response@nfoservers.com",
        "Open recursive resolver used for an attack: 192.0.2.53",
        "All times are UTC.\n2026-03-01 10:00:01.123456 IP 192.0.2.53.53 > 203.0.113.x.80: UDP, length 4096\n2026-03-01 10:00:02.123456 IP 198.51.100.9.53 > 203.0.113.x.80: UDP\n",
    );
    assert_eq!(
        (format, found),
        ("nfoservers", vec!["open_service 192.0.2.53 192.0.2.53 2026-03-01T10:00:01Z".to_owned()])
    );
}

#[test]
fn rows_of_a_scan_are_in_the_time_of_berlin_and_of_the_accused_only() {
    let (format, found) = read(
        "abuse@example.org",
        "[AbuseID:47F979:1E]: NetscanInLevel: Netscan detected from 192.0.2.66",
        "time                protocol src_ip src_port          dest_ip dest_port\n----\nSun Mar  1 11:00:00 2026 TCP   192.0.2.66 50123 =>    203.0.113.1 22\nSun Mar  1 11:00:01 2026 TCP   198.51.100.7 50123 =>    203.0.113.2 22\n",
    );
    assert_eq!(
        (format, found),
        ("hetzner", vec!["port_scan 192.0.2.66 192.0.2.66 2026-03-01T10:00:00Z".to_owned()])
    );
}

#[test]
fn each_event_of_a_watchman_is_one_of_its_source() {
    let (format, found) = read(
        "updates@example.org",
        "myNetWatchman Incident [0000000001] Src:(192.0.2.200) Targets:2",
        "Source IP: 192.0.2.200\nTime Zone: UTC\n\nEvent Date Time, Destination IP, IP Protocol, Target Port, Issue Description, Source Port, Event Count\n30 Oct 2025 22:10:04, 203.0.x.x, 6, 137, Example Worm?, 1038, 1\n30 Oct 2025 20:23:36, 203.0.x.x, 17, 137, Probe, 1037, 3\n",
    );
    assert_eq!(format, "mynetwatchman");
    assert_eq!(
        found,
        [
            "botnet 192.0.2.200 192.0.2.200 2025-10-30T22:10:04Z",
            "port_scan 192.0.2.200 192.0.2.200 2025-10-30T20:23:36Z",
        ]
    );
}

#[test]
fn a_copyright_notice_is_about_the_pages_that_infringe_and_not_about_the_original() {
    let (format, found) = read(
        "legal@example.org",
        "DMCA notice",
        "I am the copyright owner. The original work is at:\n\nhttps://genuine.example.org/book\n\nThe infringing material is located at:\n\nhttps://copy.example.com/book.pdf\nhttps://copy.example.com/book.epub\n\nI have a good faith belief that this use is not authorized. I swear, under penalty of perjury, that this is accurate.\n\nSincerely,\nhttps://www.example.org/\n",
    );
    assert_eq!(format, "dmca");
    assert_eq!(
        found,
        [
            "copyright https://copy.example.com/book.pdf",
            "copyright https://copy.example.com/book.epub"
        ]
    );
}

#[test]
fn which_pages_a_copyright_notice_is_about_is_said_before_them_however_it_is_written() {
    let law = "I am the copyright owner and have a good faith belief that this use is not authorized by the law. I swear, under penalty of perjury, that this is accurate.";
    for (text, pages) in [
        (
            "The content that is being infringed is our book, located here:\n\nhttps://shop.example.org/book\n\nThe infringing copy of this content is located at the following URLs:\nhttps://copy.example.com/1\nhttps://copy.example.com/2\n",
            vec!["https://copy.example.com/1", "https://copy.example.com/2"],
        ),
        (
            "Unauthorized copies of our work can be found at https://copy.example.com/a while our website is https://shop.example.org/.",
            vec!["https://copy.example.com/a"],
        ),
        (
            "**Please describe the original copyrighted work that has allegedly been infringed. If possible, include a URL to where it is posted online.**\n\nURL: https://shop.example.org/a\n\nURL: https://shop.example.org/b\n\n**What files should be taken down? Please provide URLs for each file.**\n\nhttps://copy.example.com/x\n\n**Is it licensed? See our <a href=\"https://docs.example.net/guide\">guide</a>.**\n\nNo, see https://licences.example.org/\n",
            vec!["https://copy.example.com/x"],
        ),
        (
            "*Identification of Copyrighted Work*\n\nThe copyrighted work at issue is the text that appears on\nhttps://shop.example.org/intro\n\n*Identification of Infringed Material*\n\nThe following paragraphs have been allegedly copied from the copyrighted work:\n\nhttps://copy.example.com/readme\n",
            vec!["https://copy.example.com/readme"],
        ),
        (
            "Our plugin is on sale on our website at\n\nhttps://shop.example.org/plugin\n\nHere are few links where I had found our plugin:\n\nhttps://copy.example.com/1\nhttps://copy.example.com/2\n\nIt was purchased on our website at https://shop.example.org/plugin.\n",
            vec!["https://copy.example.com/1", "https://copy.example.com/2"],
        ),
        (
            "IssueType: lr_dmca\nfull_name: A\nlocation_of_copyrighted_work: It is on\nhttps://shop.example.org/dvd\nrepresented_copyright_holder: B\nurl_box_1: A shop has it under the name of our\nproduct -\nhttps://copy.example.com/1\nurl_box_2:\nhttps://copy.example.com/2\nauto-full-url:\nhttps://form.example.net/x\n\nedit link: <http://form.example.net/edit>\n",
            vec!["https://copy.example.com/1", "https://copy.example.com/2"],
        ),
    ] {
        let (format, found) = read("legal@example.org", "DMCA notice", &format!("{text}\n{law}\n"));
        let pages: Vec<String> = pages.iter().map(|page| format!("copyright {page}")).collect();
        assert_eq!((format, found), ("dmca", pages), "{text}");
    }
}

#[test]
fn a_notice_about_sharing_has_address_port_and_time() {
    let (format, found) = read(
        "p2p@example.org",
        "Notice of Claimed Infringement",
        "Dear Sir or Madam, this is a DMCA notice of copyright infringement, under penalty of perjury.\n\nInfringed Work: Example\nIP Address: 192.0.2.77\nPort: 51413\nInfringement Timestamp: 2026-02-28 21:00:00 GMT\nProtocol: BitTorrent\n",
    );
    assert_eq!(
        (format, found),
        ("dmca", vec!["copyright 192.0.2.77 192.0.2.77 2026-02-28T21:00:00Z".to_owned()])
    );
}

#[test]
fn what_cloudflare_shows_as_evidence_declares_nothing_whatever_it_looks_like() {
    let (_, found) = read(
        "abuse@notify.cloudflare.com",
        "[0123456789abcdef]: Cloudflare received a phishing report regarding one of your customers",
        "The actual host for shop.example.com are the following IP addresses. 192.0.2.44.\n\nReported URLs:\nhttps://shop.example.com/login\n\nLogs or Evidence of Abuse:\nReported URLs:\nhttps://rival.example/z\nThe actual host for rival.example are the following IP addresses. 203.0.113.80.\n",
    );
    assert_eq!(found, ["phishing https://shop.example.com/login 192.0.2.44"]);
}

#[test]
fn a_vendors_mail_of_another_layout_is_read_for_its_table() {
    let (format, found) = read(
        "noreply@urlhaus.example",
        "[URLhaus] Malware URLs on your network (AS64500)",
        "The following URLs on your network are used for malware distribution:\n\nDateadded (UTC),URL,Status,Threat,Host,IPaddress\n2026-03-01 00:01:02,http://192.0.2.7/mips,online,malware_download,192.0.2.7,192.0.2.7\n2026-03-01 00:02:02,http://dl.example.net/a,online,malware_download,dl.example.net,192.0.2.8\n",
    );
    assert_eq!(format, "abuse_ch");
    assert_eq!(
        found,
        [
            "malware http://192.0.2.7/mips 192.0.2.7 2026-03-01T00:01:02Z",
            "malware http://dl.example.net/a 192.0.2.8 2026-03-01T00:02:02Z",
        ]
    );
}

#[test]
fn spamhaus_may_say_only_when_it_was_first_seen() {
    let (_, found) = read(
        "noreply@spamhaus.example",
        "Spamhaus notification: botnet",
        "IP address: 192.0.2.7\nIssue: Botnet C&C\nFirst seen: 2026-03-01 00:01:02 UTC\n",
    );
    assert_eq!(found, ["botnet 192.0.2.7 192.0.2.7 2026-03-01T00:01:02Z"]);
}
