use crate::complaint::{Category, Complaint, Subject, Zone, read};

fn mail(subject: &str, text: &str) -> Complaint {
    let mail = format!(
        "From: Reporter <r@reporter.example>\nTo: abuse@example.net\nSubject: {subject}\nDate: Mon, 5 Jan 2026 10:00:00 +0100\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    );
    read("", mail.as_bytes()).remove(0)
}

fn sources(complaint: &Complaint) -> Vec<String> {
    complaint.incidents.iter().filter_map(|one| one.ip).map(|ip| ip.to_string()).collect()
}

#[test]
fn only_what_is_declared_is_a_source() {
    for (subject, text, found) in [
        ("Abuse from 192.0.2.1", "Hello", vec!["192.0.2.1"]),
        ("Abuse", "Source IP: 192.0.2.1\nDestination IP: 198.51.100.7", vec!["192.0.2.1"]),
        (
            "Abuse",
            "We saw attacks from 192.0.2.1 against our server 198.51.100.7.",
            vec!["192.0.2.1"],
        ),
        ("Abuse", "We have been attacked.\n\n192.0.2.1", vec![]),
        (
            "Abuse",
            "IP: 192.0.2.1\nTime: 2026-01-02 03:04:05 UTC\n\nIP: 192.0.2.2\nTime: 2026-01-03 03:04:05 UTC\n",
            vec!["192.0.2.1", "192.0.2.2"],
        ),
        (
            "Abuse",
            "The attacks come from 192.0.2.1, 192.0.2.2 and 192.0.2.3.",
            vec!["192.0.2.1", "192.0.2.2", "192.0.2.3"],
        ),
        (
            "Abuse",
            "Offending IPs:\n192.0.2.1\n192.0.2.2\n\nOur network: 198.51.100.0/24",
            vec!["192.0.2.1", "192.0.2.2"],
        ),
        (
            "Scan",
            "Jan  5 09:00:00 fw kernel: DROP IN=eth0 SRC=192.0.2.1 DST=198.51.100.7 PROTO=TCP SPT=1 DPT=22",
            vec!["192.0.2.1"],
        ),
        (
            "Abuse from 192.0.2.1",
            "Log:\nJan  5 09:00:00 h sshd[1]: Failed password from 203.0.113.9 port 1",
            vec!["192.0.2.1"],
        ),
        (
            "Abuse from 192.0.2.1",
            "inetnum: 203.0.113.0 - 203.0.113.255\nnetname: RIVAL\nsource: RIPE\n",
            vec!["192.0.2.1"],
        ),
        ("Abuse", "192.0.2.1\n", vec!["192.0.2.1"]),
        ("Question", "192.0.2.1\n", vec![]),
        (
            "IDS",
            "[**] [1:1:1] ET SCAN [**] {TCP} 192.0.2.1:1 -> 198.51.100.7:22",
            vec!["192.0.2.1"],
        ),
        (
            "Brute force",
            "Jan  5 09:00:00 mx dovecot: imap-login: auth failed, rip=192.0.2.1, lip=198.51.100.7",
            vec!["192.0.2.1"],
        ),
        (
            "Жалоба",
            "С вашего IP-адреса 192.0.2.1 идёт сканирование портов сервера.",
            vec!["192.0.2.1"],
        ),
        (
            "不正アクセス",
            "貴社のIPアドレス 192.0.2.1 から当社サーバ 198.51.100.7 への攻撃を確認しました。",
            vec!["192.0.2.1"],
        ),
        (
            "Botnet",
            "The host 192.0.2.1 is a controller. Infected clients such as 198.51.100.7 connect to it.",
            vec!["192.0.2.1"],
        ),
        ("Abuse", "The source is 192.0.2.010.", vec![]),
        ("Abuse", "The source is ::ffff:192.0.2.1.", vec!["192.0.2.1"]),
        ("Abuse", "Attack from xxx.xxx.xxx.105 at 198.51.100.xxx", vec![]),
        ("Scan", "src=192.0.2.1 dst=198.51.100.7 dpt=22", vec!["192.0.2.1"]),
        ("Scan", "Source=192.0.2.1;Destination=198.51.100.7;Port=22", vec!["192.0.2.1"]),
        (
            "Scan",
            "{\"src_ip\":\"192.0.2.1\",\"dst_ip\":\"198.51.100.7\",\"event\":\"scan\"}",
            vec!["192.0.2.1"],
        ),
        (
            "Abuse",
            "The following hosts in your network attack us:\n\n192.0.2.1\n192.0.2.2 2026-01-02 03:04:05 198.51.100.7\n\nOur network:\n\n198.51.100.8",
            vec!["192.0.2.1", "192.0.2.2"],
        ),
        ("Abuse", "IPs:\n\n192.0.2.1\n\nBye\n\n198.51.100.7", vec!["192.0.2.1"]),
        (
            "Abuse",
            "The following of our servers were attacked:\n\nIP, Timestamp, Port\n203.0.113.9, 2026-01-02 03:04:05, 22",
            vec![],
        ),
        (
            "Abuse",
            "Attackers: 198.51.100.7 is hosted elsewhere and not yours.\nYours: 192.0.2.1",
            vec!["192.0.2.1"],
        ),
        (
            "Abuse",
            "Attack from 192.0.2.1\n\n-- \nReporter IP: 198.51.100.7\nIP: 198.51.100.8",
            vec!["192.0.2.1"],
        ),
    ] {
        let complaint = mail(subject, text);
        assert_eq!(sources(&complaint), found, "{text}\n{complaint:#?}");
    }
}

#[test]
fn the_time_is_the_labels_then_the_logs_then_a_sentences_then_the_mails() {
    for (text, at, zone) in [
        (
            "IP: 192.0.2.1\nTimestamp (UTC): 2026-01-02 03:04:05",
            "2026-01-02T03:04:05Z",
            Zone::Value,
        ),
        (
            "IP: 192.0.2.1\nFirst seen: 2026-01-01 00:00:00 UTC\nLast seen: 2026-01-02 03:04:05 UTC",
            "2026-01-02T03:04:05Z",
            Zone::Value,
        ),
        (
            "Attack from 192.0.2.1\n192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] \"GET / HTTP/1.1\" 200",
            "2026-01-02T03:04:05Z",
            Zone::Value,
        ),
        (
            "This is a report about the IP address 192.0.2.1 generated at Fri Jan 2 03:04:05 UTC 2026",
            "2026-01-02T03:04:05Z",
            Zone::Value,
        ),
        (
            "All times are UTC.\nIP: 192.0.2.1\nTime: 2026-01-02 03:04:05",
            "2026-01-02T03:04:05Z",
            Zone::Prose,
        ),
        ("IP: 192.0.2.1\nTime: 2026-01-02 04:04:05", "2026-01-02T03:04:05Z", Zone::Header),
        ("IP: 192.0.2.1", "2026-01-05T09:00:00Z", Zone::Header),
    ] {
        let complaint = mail("Abuse", text);
        let found = complaint
            .incidents
            .first()
            .map(|one| (one.observed_at.map(|at| at.to_string()).unwrap_or_default(), one.zone));
        assert_eq!(found, Some((at.to_owned(), zone)), "{text}");
    }
}

#[test]
fn the_bad_page_is_named_and_the_brands_own_is_not() {
    let complaint = mail(
        "Phishing",
        "Phishing URL: hxxps://evil[.]example/login\nIP: 192.0.2.1\nOfficial site: https://www.bank.example/\nMore information: https://reporter.example/case/1",
    );
    assert_eq!(complaint.incidents.len(), 1, "{complaint:#?}");
    let incident = &complaint.incidents[0];
    assert_eq!(incident.subject, Subject::Url("https://evil.example/login".to_owned()));
    assert_eq!((incident.category, incident.urls.len()), (Category::Phishing, 1));
    assert_eq!(incident.ip.map(|ip| ip.to_string()).as_deref(), Some("192.0.2.1"));
}

#[test]
fn a_page_without_an_address_is_a_source_itself() {
    let complaint = mail(
        "DMCA notice",
        "Original work:\nhttps://studio.example/film\n\nInfringing material:\nhttp://pirate.example/film\nhttp://pirate.example/film2\n",
    );
    let urls: Vec<&str> =
        complaint.incidents.iter().flat_map(|one| &one.urls).map(String::as_str).collect();
    assert_eq!(
        urls,
        ["http://pirate.example/film", "http://pirate.example/film2"],
        "{complaint:#?}"
    );
}

#[test]
fn a_network_is_the_source_where_a_sentence_says_so_and_no_address_is() {
    for (text, found) in [
        ("We receive spam from your network 192.0.2.0/24.", vec!["192.0.2.0/24"]),
        (
            "We receive spam from your network 192.0.2.0/24, mostly from 192.0.2.1.",
            vec!["192.0.2.1"],
        ),
        ("Our network 198.51.100.0/24 receives spam.", vec![]),
        ("We receive spam from 192.0.2.1/32.", vec!["192.0.2.1"]),
    ] {
        let complaint = mail("Spam", text);
        let subjects: Vec<String> =
            complaint.incidents.iter().map(|one| one.subject.to_string()).collect();
        assert_eq!(subjects, found, "{text}");
    }
}

#[test]
fn a_page_that_the_sentence_is_about_is_complained_about_whatever_its_words() {
    for (subject, text, found) in [
        (
            "Urgent",
            "We were told of child sexual abuse material at https://img.example.com/a.jpg on your host.",
            vec!["https://img.example.com/a.jpg"],
        ),
        (
            "Doxxing",
            "A page on your server is used for harassment: https://forum.example.com/1",
            vec!["https://forum.example.com/1"],
        ),
        (
            "Trademark",
            "The shop https://shop.example.com/ sells counterfeit goods. We own https://brand.example.org/.",
            vec!["https://shop.example.com/"],
        ),
        (
            "Phishing",
            "A page targeting customers of a bank: http://evil.example.com/x",
            vec!["http://evil.example.com/x"],
        ),
        (
            "Phishing",
            "The domain login.example.com is used for phishing.",
            vec!["login.example.com"],
        ),
        (
            "Phishing",
            "http://evil.example.com/x imitates https://www.bank.example.org/a and https://bank.example.org/.",
            vec!["http://evil.example.com/x"],
        ),
    ] {
        let complaint = mail(subject, text);
        let subjects: Vec<String> =
            complaint.incidents.iter().map(|one| one.subject.to_string()).collect();
        assert_eq!(subjects, found, "{text}");
    }
}

#[test]
fn what_is_said_once_of_a_list_is_said_of_all_and_kinds_are_each_of_their_own() {
    let list = mail(
        "DDoS attack",
        "The following IPs of yours took part:\n\n192.0.2.1\n192.0.2.2\n\nTime: 2026-01-05 03:00 - 03:30 UTC\n",
    );
    let times: Vec<_> =
        list.incidents.iter().filter_map(|one| one.observed_at).map(|at| at.to_string()).collect();
    assert_eq!(times, ["2026-01-05T03:00:00Z", "2026-01-05T03:00:00Z"]);
    let kinds = mail(
        "Abuse report",
        "IP: 192.0.2.1\nType: port scan\n\nIP: 192.0.2.2\nType: ssh brute force\n",
    );
    let kinds: Vec<Category> = kinds.incidents.iter().map(|one| one.category).collect();
    assert_eq!(kinds, [Category::PortScan, Category::LoginAttack]);
}

#[test]
fn the_time_of_a_complaint_is_that_of_the_last_sighting_or_of_its_subject() {
    for (subject, text, at) in [
        (
            "Botnet",
            "The host 192.0.2.1 was first seen 2026-01-02 01:00:00 UTC, last seen 2026-01-05 03:04:05 UTC.",
            "2026-01-05T03:04:05Z",
        ),
        (
            "Spamtraphit by 192.0.2.1 Mon, 05 Jan 2026 03:04:05 +0000",
            "One of our traps was hit.",
            "2026-01-05T03:04:05Z",
        ),
        (
            "Ataque",
            "Ataques do IP 192.0.2.1.\nHorários em UTC-3.\nData: 05/01/2026 00:04:05",
            "2026-01-05T03:04:05Z",
        ),
    ] {
        let found = mail(subject, text).incidents[0].observed_at.map(|at| at.to_string());
        assert_eq!(found.as_deref(), Some(at), "{text}");
    }
}
