//! Everything that goes through bytes of strangers, with inputs that were made to be dear: what `growth.rs` measures and
//! `fuzz.rs` tries.

use portreeve_app::intake::without_secret_links;
use portreeve_core::intake::is_same_address;
use portreeve_core::text;
use portreeve_formats::complaint::Complaint;
use portreeve_formats::{Circumstances, LONGEST_TEXT, MOST_FILES, Mail, Ours, Stop};
use portreeve_print::{Block, Document};

/// Something that reads.
pub struct Reader {
    /// How it is called.
    pub name: &'static str,
    /// Reads, and panics where what came out cannot be right.
    pub read: fn(&[u8]),
    /// Inputs: a beginning, and what follows it again and again.
    pub hostile: &'static [(&'static str, &'static str)],
}

/// Text that people could have made.
const TEXTS: &[(&str, &str)] = &[
    ("", "/client/r/"),
    ("", "%2fclient%2fr%2f0123456789abcdef"),
    ("/client/r/0123456789abcdef", "\n> 0"),
    ("", "a.b/"),
    ("a", "."),
    ("", "http://www.example.com/ "),
    ("", "a@"),
    ("", "1"),
    ("", "\r\n"),
    ("", "\u{202e}é"),
    ("x", "/"),
];

/// Complaints in words that nobody would write.
const COMPLAINTS: &[(&str, &str)] = &[
    ("Subject: abuse\n\n", "Source IP: 192.0.2.1\n"),
    ("Subject: abuse\n\n", "hxxp://example[.]com/ "),
    ("Subject: abuse\n\n", "http://a.bc/ "),
    ("Subject: abuse\n\n", "[[[["),
    ("Subject: DMCA\n\ngood faith, under penalty of perjury: infringing ", "phone "),
    ("Subject: DMCA\n\ngood faith, under penalty of perjury: infringing ", "phone http://a.bc/ "),
    ("Subject: phishing\n\nofficial ", "domain a.bc "),
    ("Subject: abuse\n\n", "the host 192.0.2.1 attacked 198.51.100.1, "),
    ("Subject: abuse\n\n", "2026-01-02 03:04:05 "),
    ("Subject: abuse\n\n", "a: b\n\n"),
    ("Subject: abuse\n\n", "| a | b |\n"),
    ("Subject: abuse\n\n", "> > From: a\n"),
    ("Subject: abuse\n\n", "<Infringement>"),
    ("Subject: abuse\n\n{", "\"a\":[{"),
    ("Content-Type: text/html\n\n", "<table><tr><td>192.0.2.1"),
    ("Content-Type: message/feedback-report\n\n", "Source-IP: 192.0.2.1\n"),
];

/// Tables that nobody would write.
const TABLES: &[(&str, &str)] = &[
    ("ip,timestamp\n", "192.0.2.1,2026-01-02 03:04:05\n"),
    ("ip;timestamp\n", "\"192.0.2.1\";\"\n"),
    ("", ","),
    ("\"", "\"\""),
    ("ip,timestamp\n\"", "x\n"),
];

/// Mails that nobody would write.
const MAILS: &[(&str, &str)] = &[
    ("Content-Type: text/plain;\n", " rfc822\n"),
    ("Content-Type: text/plain;", " a*0*=b;"),
    ("Content-Type: text/plain; name=\"", "=?a?q?="),
    ("Subject: ", "=?a?q?"),
    ("From: ", "(\"<a@b"),
    ("References: ", "<"),
    ("To: ", "a@b,"),
    ("", "A:b\n"),
    ("", "Content-Type: message/rfc822\n\n"),
    ("", "Content-Type: multipart/digest; boundary=b\n\n--b\n\n"),
    ("Content-Type: multipart/mixed; boundary=b\n\n", "--b\n"),
    (
        "Content-Type: multipart/mixed; boundary=b\n\n",
        "--b\nContent-Type: multipart/mixed; boundary=never\n\n",
    ),
    (
        "Content-Type: multipart/mixed; boundary=b\n\n",
        "--b\nContent-Transfer-Encoding: base64\n\n==\n",
    ),
    ("Content-Transfer-Encoding: quoted-printable\n\n", "=\n"),
    ("Content-Type: text/plain; charset=utf-7\n\n", "+A"),
    ("Content-Type: text/plain; charset=iso-2022-jp\n\n", "\u{1b}$B"),
    ("Content-Type: text/html\n\n", "<a \""),
    ("Content-Type: text/html\n\n", "<a '\">"),
    ("Content-Type: text/html\n\n", "<"),
    ("Content-Type: text/html\n\n", "&#1"),
    ("Content-Type: text/html\n\n", "<!--"),
    ("Content-Type: text/html\n\n", "<script></"),
    ("Content-Type: text/html\n\n", "<blockquote><br>x"),
    ("\n", "> \n"),
    ("\n", "-----x-----\n\n"),
    ("\n", "From: a\nSent: x\nTo: y\n\n"),
    ("\n", "From: abuse@example.org\nSent: x\n\n"),
    ("\n", "-- \n"),
    ("\n", "On 1 Jan, abuse@example.org wrote:\n> x\n\n"),
    ("\n", "a:\n"),
    ("Return-Path: <>\n\n", "<a@b>:\nMessage-ID: <x@y>\n"),
    ("Content-Type: message/delivery-status\n\n", "Action: failed\nFinal-Recipient: a;b\n\n"),
    ("Content-Type: message/delivery-status\n\n", " x\n"),
    ("Content-Type: message/disposition-notification\n\n", "Disposition: x\n"),
    ("Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n", "MIAwgDCA"),
    ("Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n", "JIAkgCSA"),
];

/// All of them.
pub const READERS: &[Reader] = &[
    Reader { name: "a mail", read: mail, hostile: MAILS },
    Reader { name: "the header of a mail", read: header, hostile: MAILS },
    Reader { name: "a complaint by mail", read: complaint, hostile: MAILS },
    Reader { name: "a complaint in words", read: complaint, hostile: COMPLAINTS },
    Reader { name: "a complaint as a table", read: table, hostile: TABLES },
    Reader { name: "links in a text", read: links, hostile: TEXTS },
    Reader { name: "lines", read: lines, hostile: TEXTS },
    Reader { name: "one line", read: one_line, hostile: TEXTS },
    Reader { name: "words", read: words, hostile: TEXTS },
    Reader { name: "links made harmless", read: defang, hostile: TEXTS },
    Reader {
        name: "mail addresses",
        read: addresses,
        hostile: &[("a@", "ü"), ("", "a@"), ("a@", "x.")],
    },
    Reader {
        name: "a document on paper",
        read: paper,
        hostile: &[("", "word "), ("", "\u{5d0}a "), ("", "x"), ("", "e\u{301}")],
    },
];

fn mail(bytes: &[u8]) {
    let ours = Ours {
        addresses: vec!["abuse@example.org".into()],
        names: vec!["Abuse desk".into()],
        tags: vec!["[abuse #".into()],
        marks: vec!["/client/r/".into()],
    };
    let stop = Stop::default();
    for envelope_from in [None, Some("")] {
        let known = Circumstances { envelope_from, ours: &ours, stop: &stop };
        if let Ok(mail) = portreeve_formats::read(bytes, known) {
            is_bounded(&mail);
        }
    }
}

fn header(bytes: &[u8]) {
    is_bounded(&portreeve_formats::read_header(bytes));
}

fn complaint(bytes: &[u8]) {
    for complaint in portreeve_formats::complaint::read("a.eml", bytes) {
        is_declared(&complaint);
    }
}

fn table(bytes: &[u8]) {
    for complaint in portreeve_formats::complaint::read("a.csv", bytes) {
        is_declared(&complaint);
    }
}

fn is_declared(complaint: &Complaint) {
    assert!(complaint.not_a_report.is_none() || complaint.incidents.is_empty());
    assert!(complaint.incidents.iter().all(|incident| incident.count > 0));
}

fn is_bounded(mail: &Mail) {
    assert!(mail.text.len() <= LONGEST_TEXT && mail.files.len() <= MOST_FILES);
    assert!(mail.text.starts_with(&mail.said), "what was said stands at the beginning");
    assert!(mail.from.as_deref().is_none_or(|from| from.split('@').count() == 2));
}

fn shown(bytes: &[u8]) -> String {
    text::storable_bytes(bytes)
}

fn links(bytes: &[u8]) {
    let hidden = without_secret_links(&shown(bytes));
    assert_eq!(without_secret_links(&hidden), hidden, "all are hidden at once");
}

fn lines(bytes: &[u8]) {
    let lines = text::lines(&shown(bytes));
    assert!(!lines.contains(['\r', '\0']));
}

fn one_line(bytes: &[u8]) {
    let line = text::one_line(&shown(bytes), 100);
    assert!(!line.contains('\n') && line.chars().count() <= 100);
}

fn words(bytes: &[u8]) {
    let shown = shown(bytes);
    assert!(text::words(&shown, 1_000).len() <= 1_000);
    assert!(text::wanted_words(&shown, 10).len() <= 10);
}

fn defang(bytes: &[u8]) {
    let safe = text::defang(&shown(bytes));
    assert!(!safe.contains("http://") && !safe.contains("https://"));
}

fn addresses(bytes: &[u8]) {
    let shown = shown(bytes);
    text::is_mail_address(&shown);
    if is_same_address(&shown, "ada@example.com") {
        assert!(shown.trim().eq_ignore_ascii_case("ada@example.com"), "{shown:?}");
    }
}

fn paper(bytes: &[u8]) {
    let text = shown(bytes);
    let document = Document {
        title: "Report".into(),
        subtitle: String::new(),
        head: String::new(),
        foot: String::new(),
        language: "en",
        made_at: jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0),
        about_boxes: "Boxes".into(),
        blocks: vec![Block::Text(text.clone()), Block::Evidence(text)],
    };
    // A document that is too long is refused.
    drop(portreeve_print::pdf(&document));
}
