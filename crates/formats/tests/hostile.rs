//! What strangers send to break whatever reads it: nothing panics, and the work grows no faster than the bytes.

use portreeve_formats::complaint::{self, Complaint};
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Vec<Complaint> {
    complaint::read("a.eml", bytes)
}

const HEAD: &str = "From: a@example.com\nTo: abuse@example.net\nSubject: Abuse from 192.0.2.1\nDate: Mon, 5 Jan 2026 10:00:00 +0000\nMIME-Version: 1.0\n";

/// Samples of every road through the readers, to be mutated.
fn samples() -> Vec<String> {
    vec![
        format!("{HEAD}\nSource IP: 192.0.2.1\nTime: 2026-01-05 09:00:00 (UTC+2)\nhxxp://evil[.]example/x [192.0.2.1]\n> quoted\n"),
        format!("{HEAD}Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nreceived from IP 192.0.2.1 on Mon, 5 Jan 2026 09:00:00 EDT\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nSource-IP: 192.0.2.1\nReported-URI: http://evil.example/\n--b\nContent-Type: message/rfc822\n\nReceived: from x ([192.0.2.1]) by y; Mon, 5 Jan 2026 09:00:00 +0000\n\nx\n--b--\n"),
        format!("{HEAD}\n-----Ursprüngliche Nachricht-----\nVon: R <r@example.com>\nGesendet: Montag, 5. Januar 2026 10:00\nAn: abuse@example.net\nBetreff: Missbrauch von 192.0.2.1\n\nAlle Zeitangaben in MEZ\nJan  5 09:00:00 h sshd[1]: Failed password from 192.0.2.1\n"),
        format!("{HEAD}\n[ SpamCop V4 ]\nSpamvertised web site: http://evil.example/\nhttp://evil.example/ is 192.0.2.1; Mon, 5 Jan 2026 09:00:00 GMT\n"),
        format!("{HEAD}Content-Type: text/html\n\n<table><tr><td>IP<td>192.0.2.1<tr><td>URL<td><a href=x>https://urldefense.com/v3/__http://evil.example/*x__;Iw!!a$</a></table>\n"),
        format!("{HEAD}\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n- ---Start ACNS XML\n<?xml version=\"1.0\"?><Infringement><Source><TimeStamp>2026-01-05T09:00:00Z</TimeStamp><IP_Address>192.0.2.1</IP_Address><Port>1</Port></Source></Infringement>\n-----BEGIN PGP SIGNATURE-----\n"),
        "{\"xarf_version\":\"4.2.0\",\"category\":\"connection\",\"type\":\"login_attack\",\"source_identifier\":\"192.0.2.1\"}".to_owned(),
        "timestamp,ip,port,tag\n2026-01-05 09:00:00,192.0.2.1,22,ssh\n".to_owned(),
        "asn|ip|timestamp\n64496|192.0.2.1|2026-01-05 09:00:00\n".to_owned(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in "[a-z]{0,3}\\.(eml|csv|json|xml|zip)") {
        complaint::read(&name, &bytes);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[ -~\\n\u{e4}\u{2026}\u{1F600}:.\\[\\]<>/|,;-]{0,300}") {
        read(format!("{HEAD}\n{text}").as_bytes());
        complaint::read("x.txt", text.as_bytes());
    }

    #[test]
    fn no_change_of_a_sample_makes_it_panic(which in 0..9_usize, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..12)) {
        let mut bytes = samples()[which].clone().into_bytes();
        for (place, byte, how) in changes {
            let at = place.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match how {
                0 if !bytes.is_empty() => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => bytes.insert(at.min(bytes.len()), byte),
                _ => {
                    let copy = bytes[at.min(bytes.len())..].to_vec();
                    bytes.extend(copy.into_iter().take(200));
                }
            }
        }
        complaint::read("a.eml", &bytes);
        complaint::read("a.csv", &bytes);
    }
}

#[test]
fn ten_thousand_parts_and_a_thousand_levels_are_read_as_far_as_is_sensible() {
    let parts = "--b\nContent-Type: text/plain\n\nx\n".repeat(10_000);
    let many = read(
        format!("{HEAD}Content-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n").as_bytes(),
    );
    assert!(
        many[0].defects.iter().any(|defect| defect.code == "too_many_parts"),
        "{:?}",
        many[0].defects
    );
    let mut deep = HEAD.to_owned();
    for level in 0..1_000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
    }
    deep.push_str("\nSource IP: 192.0.2.1\n");
    assert_eq!(read(deep.as_bytes()).len(), 1);
    let nested = format!("{HEAD}Content-Type: message/rfc822\n\n").repeat(1_000);
    assert!(!read(nested.as_bytes()).is_empty());
    let forwards = "-----Original Message-----\nFrom: a@example.com\nSent: x\nTo: abuse@example.net\nSubject: abuse\n\n".repeat(1_000);
    assert_eq!(read(format!("{HEAD}\n{forwards}").as_bytes()).len(), 1);
}

#[test]
fn entities_of_xml_are_not_expanded() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]><Infringement><Case><ID>&b;&c;</ID></Case><Source><IP_Address>192.0.2.1</IP_Address></Source></Infringement>";
    let read = complaint::read("a.xml", bomb.as_bytes());
    let reference = read[0].reporter.reference.clone().unwrap_or_default();
    assert!(!reference.contains("aaaa") && !reference.contains("root"), "{reference}");
}

/// Bytes that make a reader look for something again and again.
const UNITS: &[&str] = &[
    "192.0.2.1 ",
    "Source IP: 192.0.2.1\n",
    "http://evil.example/ ",
    "hxxp://a[.]b ",
    "[",
    "(",
    "<",
    "<a ",
    ">",
    "> ",
    "From: x\n",
    "-----Original Message-----\n",
    "https://urldefense.com/v3/__http://a",
    "\n-- \n",
    "2026-01-05 09:00:00 ",
    "Jan  5 09:00:00 h x\n",
    "time zone ",
    "a,b\n",
    "a|b\n",
    "\"",
    "{",
    "Received: from [192.0.2.1]\n",
    "URL:\n",
    "inetnum: 1\n",
    "is ",
    "://",
    "=?utf-8?q?",
    "- ",
    "Date: ",
    "é",
    "\r",
    "\t",
    ": ",
    "www.",
    "Email from 192.0.2.1 / x\n",
];

/// What looks again and again at what it has seen does not come to an end here.
#[test]
fn texts_that_repeat_are_read_to_their_end() {
    for unit in UNITS {
        let text = format!("{HEAD}\n{}", unit.repeat(128 * 1024 / unit.len()));
        assert_eq!(read(text.as_bytes()).len(), 1, "{unit:?}");
    }
}

#[test]
fn large_texts_are_read_to_their_limits() {
    let text = "Source IP: 192.0.2.1\n".repeat(20_000);
    let read = read(format!("{HEAD}\n{text}").as_bytes());
    assert!(!read[0].incidents.is_empty());
    let page = complaint::read(
        "x",
        format!("{HEAD}Content-Type: text/html\n\n{}", "<p>x".repeat(20_000)).as_bytes(),
    );
    assert_eq!(page.len(), 1);
    assert!(complaint::read("", b"").len() <= 1);
    let unwrapped = complaint::read("", b"\xff\xfe").first().map(|one| one.incidents.len());
    assert_eq!(unwrapped.unwrap(), 0);
}
