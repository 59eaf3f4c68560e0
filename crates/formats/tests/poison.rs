//! Complaints made to incriminate somebody who has nothing to do with them: every trap in every format, and only what is
//! declared may come out.

use std::net::IpAddr;

use portreeve_formats::complaint::{self, Complaint, Subject};

/// Who is complained about, in every complaint here.
const SOURCE: &str = "192.0.2.66";

/// Who has nothing to do with it, wherever it stands.
const RIVAL: &str = "203.0.113.77";

/// The page that is complained about.
const PAGE: &str = "http://evil.example/login";

/// What a complaint is put together from.
struct Trap {
    what: &'static str,
    text: &'static str,
    headers: &'static str,
}

const fn in_text(what: &'static str, text: &'static str) -> Trap {
    Trap { what, text, headers: "" }
}

/// Each names the rival and does not declare it.
const TRAPS: &[Trap] = &[
    in_text(
        "another provider's",
        "The same came last week from 203.0.113.77 (another provider, already reported).",
    ),
    in_text(
        "a register's entry",
        "inetnum:        203.0.113.0 - 203.0.113.255\nnetname:        RIVAL-NET\ndescr:          Rival 203.0.113.77\ncountry:        ZZ\nsource:         RIPE",
    ),
    in_text(
        "another register's entry",
        "NetRange:       203.0.113.0 - 203.0.113.255\nCIDR:           203.0.113.0/24\nOrgName:        Rival, host 203.0.113.77\nCountry:        ZZ",
    ),
    in_text(
        "a route",
        "traceroute to the host, 30 hops max\n 1  gw.example.net (198.51.100.1)  0.4 ms  0.3 ms\n 2  rival.example (203.0.113.77)  1.2 ms  1.1 ms\n 3  * * *",
    ),
    in_text(
        "a mail as proof",
        "Return-Path: <spam@example.org>\nReceived: from rival.example (rival.example [203.0.113.77])\n\tby mx.example.com with ESMTP; Mon, 5 Jan 2026 08:00:00 +0000\nMessage-ID: <1@example.org>\nSubject: Source IP: 203.0.113.77\n\nSource IP: 203.0.113.77\nhttp://rival.example/buy",
    ),
    Trap {
        what: "headers of the mail",
        text: "",
        headers: "Received: from rival.example ([203.0.113.77]) by mx.example.com; Mon, 5 Jan 2026 09:00:00 +0000\nX-Originating-IP: [203.0.113.77]\nX-Source-IP: 203.0.113.77\n",
    },
    in_text("who was attacked", "Destination IP: 203.0.113.77\nDestination port: 22"),
    in_text("who was attacked, in a sentence", "Our server 203.0.113.77 was the target."),
    in_text("octal forms", "See also 0313.0.0161.0115 and 203.000.113.077 and 0xCB.0.0x71.0x4D."),
    in_text("masked victims", "Targets: 203.0.113.xxx, xxx.xxx.xxx.77, 203.0.x.x"),
    in_text(
        "a quotation",
        "> The attack came from 203.0.113.77\n> Source IP: 203.0.113.77\n> http://rival.example/",
    ),
    in_text("a resolver", "Our resolver 203.0.113.77 was used to look it up."),
    in_text("a relay", "It was relayed through 203.0.113.77, which is not involved."),
    in_text("who reports", "This was seen by our sensor 203.0.113.77.\nReporter IP: 203.0.113.77"),
    in_text(
        "a line of a log about another",
        "Jan  5 09:00:01 victim sshd[1]: Did not receive identification string, peer list: 203.0.113.77",
    ),
    in_text("an example", "Do not confuse it with hosts like 203.0.113.77, for example."),
    in_text(
        "what is not the source",
        "The host 203.0.113.77 is not the source and has nothing to do with this.",
    ),
    in_text(
        "the brand's own page",
        "Official site: https://bank.example/\nThe legitimate website is https://bank.example/login.",
    ),
    in_text(
        "further reading",
        "For more information see https://reading.example/203.0.113.77 or visit https://www.abuseipdb.com/check/203.0.113.77",
    ),
    in_text("a version", "Sent with Reporter Tool 203.0.113.77"),
];

/// A format: a mail with a trap in its text.
struct Made {
    what: &'static str,
    make: fn(&Trap) -> String,
}

const FORMATS: &[Made] = &[
    Made { what: "arf", make: arf },
    Made { what: "xarf 4", make: xarf_v4 },
    Made { what: "x-arf 0.2", make: xarf_v0 },
    Made { what: "spamcop", make: spamcop },
    Made { what: "fail2ban", make: fail2ban },
    Made { what: "labels", make: labels },
    Made { what: "a sentence", make: sentence },
    Made { what: "html only", make: html },
    Made { what: "signed", make: signed },
    Made { what: "forwarded", make: forwarded },
    Made { what: "netcraft", make: netcraft },
    Made { what: "phishing", make: phishing },
    Made { what: "v4 in v6", make: mapped },
    Made { what: "subject only", make: subject_only },
];

fn mail(trap: &Trap, from: &str, subject: &str, more: &str, body: &str) -> String {
    format!(
        "{}From: {from}\nTo: abuse@example.net\nSubject: {subject}\nDate: Mon, 5 Jan 2026 10:00:00 +0000\nMIME-Version: 1.0\n{more}\n{body}",
        trap.headers
    )
}

const PARTS: &str = "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n";

fn arf(trap: &Trap) -> String {
    let body = format!(
        "--b\nContent-Type: text/plain\n\nAn abuse report.\n\n{}\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: t/1\nVersion: 1\nSource-IP: {SOURCE}\nArrival-Date: Mon, 5 Jan 2026 09:00:00 +0000\n--b\nContent-Type: message/rfc822\n\nReceived: from x ([{RIVAL}]) by y; Mon, 5 Jan 2026 09:00:00 +0000\nSubject: x\n\nhttp://rival.example/\n--b--\n",
        trap.text
    );
    mail(trap, "fbl@example.com", "report", PARTS, &body)
}

fn xarf_v4(trap: &Trap) -> String {
    let json = format!(
        r#"{{"xarf_version":"4.2.0","report_id":"550e8400-e29b-41d4-a716-446655440000","timestamp":"2026-01-05T09:00:00Z","reporter":{{"org":"R","contact":"r@example.com","domain":"example.com"}},"sender":{{"org":"R","contact":"r@example.com","domain":"example.com"}},"source_identifier":"{SOURCE}","category":"connection","type":"login_attack","first_seen":"2026-01-05T09:00:00Z","protocol":"tcp","destination_ip":"{RIVAL}","source_port":4711}}"#
    );
    let body = format!(
        "--b\nContent-Type: text/plain\n\n{}\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: xarf\nUser-Agent: t/1\nVersion: 1\n--b\nContent-Type: application/json; name=xarf.json\n\n{json}\n--b--\n",
        trap.text
    );
    mail(trap, "x@example.com", "report", PARTS, &body)
}

fn xarf_v0(trap: &Trap) -> String {
    let body = format!(
        "--b\nContent-Type: text/plain\n\n{}\n--b\nContent-Type: text/plain; name=report.txt\n\n---\nReported-From: r@example.com\nCategory: abuse\nReport-Type: login-attack\nUser-Agent: t\nReport-ID: 1@example.com\nDate: Mon, 5 Jan 2026 09:00:00 +0000\nSource: {SOURCE}\nSource-Type: ipv4\nAttachment: text/plain\nSchema-URL: https://example.com/s.json\n--b\nContent-Type: text/plain; name=logfile.log\n\nfrom {RIVAL}\n--b--\n",
        trap.text
    );
    mail(
        trap,
        "x@example.com",
        "abuse report",
        "X-XARF: PLAIN\nContent-Type: multipart/mixed; boundary=b\n",
        &body,
    )
}

fn spamcop(trap: &Trap) -> String {
    let body = format!(
        "[ SpamCop V4.8.6 ]\nThis message is brief for your comfort.\n\nEmail from {SOURCE} / Mon, 5 Jan 2026 09:00:00 +0000\nhttps://www.spamcop.net/w3m?i=z1z\n\n{}\n\n[ Offending message ]\nReceived: from [{RIVAL}]\n",
        trap.text
    );
    mail(trap, "1@reports.spamcop.net", &format!("[SpamCop ({SOURCE}) id:1]buy"), "", &body)
}

fn fail2ban(trap: &Trap) -> String {
    let body = format!(
        "Dear Sir/Madam,\n\nWe have detected abuse from the IP address {SOURCE}, which according to abusix.com is on your network.\n\n{}\n\nLines containing failures of {SOURCE} (max 1000)\nJan  5 09:00:00 h sshd[1]: Failed password for root from {SOURCE} port 4711 ssh2\n",
        trap.text
    );
    mail(trap, "fail2ban@example.com", &format!("Abuse from {SOURCE}"), "", &body)
}

fn labels(trap: &Trap) -> String {
    let body = format!(
        "Dear team,\n\nSource IP: {SOURCE}\nSource port: 4711\nTimestamp: 2026-01-05 09:00:00 UTC\nAttack type: port scan\n\n{}\n",
        trap.text
    );
    mail(trap, "soc@example.com", "Port scan", "", &body)
}

fn sentence(trap: &Trap) -> String {
    let body = format!(
        "Dear team,\n\nwe see brute force attacks from {SOURCE} against our systems since this morning.\n\n{}\n\nRegards\n",
        trap.text
    );
    mail(trap, "soc@example.com", "Attacks on our systems", "", &body)
}

fn html(trap: &Trap) -> String {
    let lines = |text: &str| text.replace('<', "&lt;").replace('\n', "<br>\n");
    let body = format!(
        "<html><body><p>Dear team,</p><table><tr><td>Source IP:</td><td>{SOURCE}</td></tr></table><p>They scan ports.</p><p>{}</p></body></html>\n",
        lines(trap.text)
    );
    mail(trap, "soc@example.com", "Port scan", "Content-Type: text/html\n", &body)
}

fn signed(trap: &Trap) -> String {
    let body = format!(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSource IP: {SOURCE}\nPort scan seen.\n\n{}\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n",
        trap.text
    );
    mail(trap, "cert@example.com", "Port scan", "", &body)
}

fn forwarded(trap: &Trap) -> String {
    let body = format!(
        "Please handle.\n\n-----Original Message-----\nFrom: Reporter <r@example.com>\nSent: Mon, 5 Jan 2026 09:30:00 +0000\nTo: abuse@example.net\nSubject: Abuse from {SOURCE}\n\nSource IP: {SOURCE}\n\n{}\n",
        trap.text
    );
    mail(trap, "noc@example.net", "Fwd: Abuse", "", &body)
}

fn netcraft(trap: &Trap) -> String {
    let body = format!(
        "Hello,\n\nWe have discovered a phishing attack on your network:\n\nhxxp://evil[.]example/login [{SOURCE}]\n\n{}\n\nNetcraft\n",
        trap.text
    );
    mail(
        trap,
        "takedown-response+1@netcraft.com",
        "Issue 1: Phishing attack at hxxp://evil[.]example/login",
        "",
        &body,
    )
}

fn phishing(trap: &Trap) -> String {
    let body =
        format!("Phishing URL: hxxp://evil[.]example/login\nIP: {SOURCE}\n\n{}\n", trap.text);
    mail(trap, "soc@example.com", "Phishing page", "", &body)
}

fn mapped(trap: &Trap) -> String {
    let body = format!("Source IP: ::ffff:{SOURCE}\nThey scan ports.\n\n{}\n", trap.text);
    mail(trap, "soc@example.com", "Port scan", "", &body)
}

fn subject_only(trap: &Trap) -> String {
    let body = format!("Dear team,\n\nplease look into this.\n\n{}\n", trap.text);
    mail(trap, "soc@example.com", &format!("Abuse from {SOURCE}"), "", &body)
}

/// Everything that the incidents of complaints accuse.
fn accused(read: &[Complaint]) -> Vec<String> {
    let incidents = read.iter().flat_map(|one| &one.incidents);
    incidents
        .flat_map(|one| {
            let ip = one.ip.map(|ip| ip.to_string());
            let own = [one.subject.to_string()];
            own.into_iter()
                .chain(ip)
                .chain(one.urls.iter().cloned())
                .chain(one.domains.iter().cloned())
        })
        .collect()
}

#[test]
fn nothing_but_what_is_declared_comes_out_of_any_trap_in_any_format() {
    let source: IpAddr = SOURCE.parse().unwrap();
    let mut tried = 0;
    let mut fell_for = Vec::new();
    for format in FORMATS {
        for trap in TRAPS {
            tried += 1;
            let read = complaint::read("a.eml", (format.make)(trap).as_bytes());
            let accused = accused(&read);
            let allowed = |one: &String| one == SOURCE || one == PAGE;
            let is_right = accused.iter().all(allowed)
                && read.iter().flat_map(|one| &one.incidents).any(|one| one.ip == Some(source));
            if !is_right {
                fell_for.push(format!(
                    "{} with {}: {accused:?}, {:?}",
                    format.what,
                    trap.what,
                    read.iter()
                        .map(|one| (one.format.as_str(), one.not_a_report))
                        .collect::<Vec<_>>()
                ));
            }
        }
    }
    assert!(tried >= 200, "only {tried} complaints");
    assert!(fell_for.is_empty(), "{} of {tried}:\n{}", fell_for.len(), fell_for.join("\n"));
}

#[test]
fn two_customers_are_two_incidents() {
    let trap = in_text("", "");
    let body = "Source IP: 192.0.2.66\nTimestamp: 2026-01-05 09:00:00 UTC\n\nSource IP: 192.0.2.67\nTimestamp: 2026-01-04 09:00:00 UTC\n";
    let read =
        complaint::read("", mail(&trap, "soc@example.com", "Port scan", "", body).as_bytes());
    let found: Vec<(String, String)> = read[0]
        .incidents
        .iter()
        .map(|one| (one.ip.unwrap().to_string(), one.observed_at.unwrap().to_string()))
        .collect();
    let pair = |ip: &str, at: &str| (ip.to_owned(), at.to_owned());
    assert_eq!(
        found,
        [pair("192.0.2.66", "2026-01-05T09:00:00Z"), pair("192.0.2.67", "2026-01-04T09:00:00Z")]
    );
}

#[test]
fn nothing_is_guessed_where_nothing_is_declared() {
    let trap = in_text("", "");
    for text in [
        "We have been attacked. 203.0.113.77",
        "203.0.113.77",
        "Our server 203.0.113.77 is down.",
        "The source is 203.000.113.077.",
        "Please see the attached log.\n\ntraceroute to x\n 1  a (203.0.113.77)  1 ms",
        "Hello, I have a question about my invoice, my IP is 203.0.113.77",
    ] {
        let read = complaint::read("", mail(&trap, "soc@example.com", "Help", "", text).as_bytes());
        assert_eq!(accused(&read), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_brands_own_page_is_no_ones_fault_and_not_a_subject() {
    let trap = in_text("", "");
    let body = "We represent Bank (https://bank.example/).\n\nThe phishing site http://evil.example/login impersonates https://bank.example/login.\nIt is hosted at 192.0.2.66.\n";
    let read =
        complaint::read("", mail(&trap, "soc@brandcare.example", "Phishing", "", body).as_bytes());
    let subjects: Vec<&Subject> = read[0].incidents.iter().map(|one| &one.subject).collect();
    assert_eq!(subjects, [&Subject::Url(PAGE.to_owned())]);
    assert!(accused(&read).iter().all(|one| !one.contains("bank.example")), "{read:#?}");
}
