//! How fast complaints are read, each beside a library that does nothing but take the format apart.

use std::hint::black_box;
use std::time::{Duration, Instant};

use portreeve_formats::complaint::{self, Piece};
use serde::Serialize;

/// How long each is read in a round.
const ROUND: Duration = Duration::from_millis(300);

/// Rounds; in each, both are measured one after the other. The fastest of each counts, as others are disturbed.
const ROUNDS: u32 = 7;

/// Length of a mail.
const MAIL: usize = 5 * 1024;

/// Rows of a table. It is longer than what is read in one piece.
const ROWS: u32 = 60_000;

/// One kind of complaint.
#[derive(Debug, Serialize)]
pub(super) struct Reading {
    pub(super) what: &'static str,
    /// What stands beside it.
    pub(super) peer: &'static str,
    /// How many a second are read.
    pub(super) rate: f64,
    /// How many a second the other takes apart.
    pub(super) peer_rate: f64,
}

impl Reading {
    /// The part of the other's rate.
    pub(super) fn ratio(&self) -> f64 {
        self.rate / self.peer_rate
    }
}

pub(super) fn measure() -> Vec<Reading> {
    let arf = arf();
    let log = login_attack();
    let table = table();
    let read = |mail: &[u8]| {
        let found = complaint::read("a.eml", mail);
        assert_eq!(found[0].incidents.len(), 1, "the sample says one thing");
    };
    let parse = |mail: &[u8]| {
        black_box(mail_parser::MessageParser::new().parse(mail));
    };
    vec![
        compared(
            "a feedback report (ARF) of 5 kB",
            "mail-parser",
            1,
            || read(&arf),
            || parse(&arf),
        ),
        compared(
            "a mail about a login attack of 5 kB",
            "mail-parser",
            1,
            || read(&log),
            || parse(&log),
        ),
        compared(
            "a row of Shadowserver",
            "csv",
            ROWS,
            || read_table(&table),
            || parse_table(&table),
        ),
    ]
}

fn compared(
    what: &'static str,
    peer: &'static str,
    each: u32,
    ours: impl Fn(),
    theirs: impl Fn(),
) -> Reading {
    println!("bench: reading {what}");
    let (mut rate, mut peer_rate) = (0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        rate = rate.max(a_second(each, &ours));
        peer_rate = peer_rate.max(a_second(each, &theirs));
    }
    Reading { what, peer, rate, peer_rate }
}

fn a_second(each: u32, work: &impl Fn()) -> f64 {
    let began = Instant::now();
    let mut done = 0_u32;
    while began.elapsed() < ROUND {
        work();
        done += 1;
    }
    f64::from(done) * f64::from(each) / began.elapsed().as_secs_f64()
}

/// Text up to a length, of words as mails have them.
fn filled(mut text: String, to: usize, line: impl Fn(usize) -> String) -> String {
    for number in 0.. {
        if text.len() >= to {
            break;
        }
        text.push_str(&line(number));
    }
    text
}

fn arf() -> Vec<u8> {
    let head = "From: Feedback <fbl@example.org>\r\nTo: abuse@example.net\r\nSubject: Spam report\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThis is an email abuse report for an email message received from IP 192.0.2.1 on Mon, 2 Mar 2026 09:59:00 +0000.\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: Example/1.0\r\nVersion: 1\r\nOriginal-Mail-From: <news@example.com>\r\nOriginal-Rcpt-To: <user@example.org>\r\nArrival-Date: Mon, 2 Mar 2026 09:59:00 +0000\r\nSource-IP: 192.0.2.1\r\nReported-Domain: example.com\r\nAuthentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.com\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nReceived: from mail.example.com (mail.example.com [192.0.2.1])\r\n\tby mx.example.org with ESMTPS id 1; Mon, 2 Mar 2026 09:59:00 +0000\r\nFrom: News <news@example.com>\r\nTo: <user@example.org>\r\nSubject: Offers of the week\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    let mail = filled(head.to_owned(), MAIL, |number| {
        format!(
            "<p class=3D\"offer\">Offer {number}: everything for half the price, only today =E2=82=AC.</p>\r\n"
        )
    });
    (mail + "\r\n--b--\r\n").into_bytes()
}

fn login_attack() -> Vec<u8> {
    let head = "From: fail2ban@host.example.org\r\nTo: abuse@example.net\r\nSubject: Abuse from 192.0.2.1\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\nMessage-ID: <2@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDear Sir/Madam,\r\n\r\nWe have detected abuse from the IP address 192.0.2.1, which according to a whois lookup is on your network. We would appreciate if you would investigate and take action as appropriate.\r\n\r\nLog lines are given below, but please ask if you require any further information.\r\n\r\n(If you are not the correct person to contact about this please accept our apologies - your e-mail address was extracted from the whois record by an automated process. This mail was generated by Fail2Ban.)\r\n\r\nNote: Local timezone is +0100 (CET)\r\nLines containing failures of 192.0.2.1 (max 1000)\r\n";
    filled(head.to_owned(), MAIL, |number| {
        format!("Mar  2 09:{:02}:{:02} host sshd[{}]: Failed password for invalid user admin from 192.0.2.1 port {} ssh2\r\n", number / 60, number % 60, 1000 + number, 40000 + number)
    })
    .into_bytes()
}

fn table() -> Vec<u8> {
    let head = "\"timestamp\",\"severity\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\",\"region\",\"city\",\"naics\",\"sector\",\"hostname_source\",\"arch\",\"key\",\"smbv1_support\",\"smb_major_number\",\"smb_minor_number\",\"smb_revision\",\"smb_version_string\"\n";
    let mut text = head.to_owned();
    for number in 0..ROWS {
        text.push_str(&format!(
            "\"2026-03-02 04:{:02}:{:02}\",\"high\",\"192.0.2.{}\",\"tcp\",445,\"host-{number}.example.com\",\"smb\",64500,\"ZZ\",\"EXAMPLE REGION\",\"EXAMPLE CITY\",517311,\"Communications, Service Provider, and Hosting Service\",\"ptr\",,,\"Y\",2,1,,\"SMB 2.1\"\n",
            number / 60 % 60,
            number % 60,
            number % 250 + 1
        ));
    }
    text.into_bytes()
}

fn read_table(table: &[u8]) {
    let mut rows = 0_u32;
    let read = complaint::each_piece("2026-03-02-scan_smb-example-asn.csv", table, &mut |piece| {
        rows += u32::from(matches!(black_box(piece), Piece::One(_)));
        Ok(())
    });
    assert!(read.is_ok() && rows == ROWS, "every row of the sample says something");
}

fn parse_table(table: &[u8]) {
    let mut reader = csv::Reader::from_reader(table);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0_u32;
    while reader.read_byte_record(&mut record).is_ok_and(|more| more) {
        rows += u32::from(!black_box(&record).is_empty());
    }
    assert_eq!(rows, ROWS);
}
