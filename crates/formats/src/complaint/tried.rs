//! Every reader with bytes that were made to break it: what the fuzzer and the tests of strangers' input go through. Not for
//! use elsewhere.

use super::large::each_small_piece;
use super::readers;
use super::reading::MOST_INCIDENTS;
use super::transport;
use super::{Complaint, Piece, Subject, read};

/// Ways in that are no format of their own: by what a file is called, and as the text or the page of a mail.
const WAYS: [&str; 8] = ["mail", "csv", "json", "xml", "archive", "text", "page", "pieces"];

/// What can be tried: ways in, and every format by its place in the table.
pub fn names() -> Vec<String> {
    let formats = readers::words().enumerate().map(|(at, word)| format!("{at:02}-{word}"));
    WAYS.into_iter().map(str::to_owned).chain(formats).collect()
}

const HEAD: &str = "From: Reporter <r@example.com>\nTo: abuse@example.net\nSubject: Abuse from 192.0.2.1\nDate: Mon, 5 Jan 2026 10:00:00 +0000\nMIME-Version: 1.0\n";

/// Reads bytes in one way; a format by its reader, whether it would be recognised or not. Panics where what comes out cannot be
/// right, or where there is no such way.
pub fn read_as(name: &str, bytes: &[u8]) {
    let below = |head: &str| [HEAD.as_bytes(), head.as_bytes(), b"\n", bytes].concat();
    let found = match name {
        "mail" => read("a.eml", bytes),
        "csv" => read("2026-01-05-scan_smb-example-asn.csv", bytes),
        "json" => read("a.json", bytes),
        "xml" => read("a.xml", bytes),
        "archive" => read("a.zip", bytes),
        "text" => read("a.eml", &below("")),
        "page" => read("a.eml", &below("Content-Type: text/html; charset=utf-8\n")),
        "pieces" => return pieces(bytes),
        format => {
            let at = format.split('-').next().and_then(|at| at.parse().ok());
            let Some(at) = at else { panic!("nothing is called {name:?}") };
            let mail = if transport::is_mail(bytes) { bytes.to_vec() } else { below("") };
            let documents = transport::unwrapped("a.eml", &mail);
            documents.iter().map(|document| readers::read_as(at, document)).collect()
        }
    };
    found.iter().for_each(check);
}

fn pieces(bytes: &[u8]) {
    let mut left = 1_000_u32;
    let end = each_small_piece("a", bytes, &mut |piece| {
        if let Piece::Whole(complaint) = &piece {
            check(complaint);
        }
        left -= 1;
        if left == 0 { Err(std::io::Error::other("enough")) } else { Ok(()) }
    });
    // Only whoever takes the pieces can have enough of them.
    assert!(end.is_ok() || left == 0);
}

fn check(complaint: &Complaint) {
    assert!(complaint.not_a_report.is_none() || complaint.incidents.is_empty());
    assert!(complaint.incidents.len() <= MOST_INCIDENTS);
    for incident in &complaint.incidents {
        assert!(incident.count > 0 && incident.port != Some(0));
        assert!(incident.urls.iter().chain(&incident.domains).all(|text| !text.is_empty()));
        match &incident.subject {
            Subject::Ip(ip) => assert!(!ip.is_loopback() && !ip.is_multicast()),
            Subject::Prefix(net) => assert!(net.prefix_len() < net.max_prefix_len()),
            Subject::Url(url) => assert!(url.contains("://")),
            Subject::Domain(name) => assert!(name.contains('.')),
            Subject::Email(address) => assert!(address.contains('@')),
        }
    }
}
