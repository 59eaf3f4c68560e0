//! What brought a complaint is taken off: transfer encodings, containers, forwards, lists, help desks, signatures. Never an
//! error: what was odd is a defect, and whatever is looked at, each look is one pass.

mod body;
mod desk;
mod ends;
mod forward;
mod links;
mod mail;
mod masked;
mod pgp;
mod repair;

use super::document::{Content, Document, Part, PartRole};
use super::{Defect, container};

pub(crate) use mail::header_block;
pub(crate) use repair::{is_mail, mails_of};

/// Forwards in forwards that are taken off.
pub(crate) const DEEPEST: u8 = 4;

/// Complaints that one mail can hold, as a digest does.
pub(crate) const MOST_COMPLAINTS: usize = 100;

/// Parts of a mail that are looked at.
pub(crate) const MOST_PARTS: usize = 1_000;

/// The mails in a mailbox, or the bytes as they are.
pub(crate) fn mailbox<'b>(name: &str, bytes: &'b [u8]) -> Vec<&'b [u8]> {
    if is_mailbox(name, bytes) { mails_of(bytes) } else { vec![bytes] }
}

/// Whether bytes begin as mailboxes do. A file that is called a mail is one, whatever it quotes.
pub(crate) fn is_mailbox(name: &str, bytes: &[u8]) -> bool {
    bytes.starts_with(b"From ") && !name.to_ascii_lowercase().ends_with(".eml")
}

/// The complaints in some bytes, each without its transport: mostly one. A container has those of its files.
pub(crate) fn unwrapped(name: &str, bytes: &[u8]) -> Vec<Document> {
    if is_mail(bytes) {
        let mut found = mail::documents(bytes);
        found.truncate(MOST_COMPLAINTS);
        return found;
    }
    let document = file(name, bytes);
    match document.parts.first().filter(|part| container::is_one(part)) {
        Some(part) => contained(part),
        None => vec![document],
    }
}

/// What comes in one file and is of several senders: the mails of a mailbox, the files of a container. Whatever else it is,
/// and a container of which not all can be taken out, stays as it is.
pub(crate) fn apart(name: &str, bytes: &[u8], take: &mut dyn FnMut(&str, &[u8])) {
    if is_mailbox(name, bytes) {
        for mail in mails_of(bytes) {
            // The line above a mail is the mailbox's.
            let begin = memchr::memchr(b'\n', mail).filter(|_| mail.starts_with(b"From "));
            take("", &mail[begin.map_or(0, |end| end + 1)..]);
        }
        return;
    }
    if !is_mail(bytes) {
        let document = file(name, bytes);
        if let Some(part) = document.parts.first().filter(|part| container::is_one(part)) {
            let (members, defects) = container::members(part);
            if defects.is_empty() && !members.is_empty() {
                for member in &members {
                    if is_mailbox(&member.name, member.bytes()) {
                        apart(&member.name, member.bytes(), take);
                    } else {
                        take(&member.name, member.bytes());
                    }
                }
                return;
            }
        }
    }
    take(name, bytes);
}

/// The complaints in the files of a container.
fn contained(part: &Part) -> Vec<Document> {
    let (members, defects) = container::members(part);
    let mut found: Vec<Document> = Vec::new();
    for member in members {
        for bytes in mailbox(&member.name, member.bytes()) {
            if is_mail(bytes) {
                found.extend(mail::documents(bytes));
            } else {
                found.push(file(&member.name, bytes));
            }
        }
    }
    if found.is_empty() {
        found.push(Document::default());
    }
    found[0].defects.extend(defects);
    found
}

/// A file that is no mail.
fn file(name: &str, bytes: &[u8]) -> Document {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (content, media_type) = match repair::text(bytes) {
        Some(text) => (Content::Text(text), "text/plain"),
        None => (Content::Bytes(bytes.to_vec()), "application/octet-stream"),
    };
    let part = Part {
        media_type: media_type.to_owned(),
        name: name.to_owned(),
        role: PartRole::File,
        content,
    };
    let text = match &part.content {
        Content::Text(text) => repair::lines(text),
        Content::Bytes(_) => String::new(),
    };
    Document { text, parts: vec![part], ..Document::default() }
}

fn defect(code: &'static str) -> Defect {
    Defect { code, detail: String::new() }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use crate::complaint::{Complaint, read};

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(bytes).expect("bytes");
        writer.finish().expect("a file")
    }

    fn base64(bytes: &[u8]) -> String {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    fn sources(read: &[Complaint]) -> Vec<String> {
        read.iter()
            .flat_map(|one| &one.incidents)
            .filter_map(|one| Some(one.ip?.to_string()))
            .collect()
    }

    fn mail(ip: &str) -> String {
        format!(
            "From: fail2ban@example.com\nTo: abuse@example.net\nSubject: Abuse from {ip}\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n\nLines containing failures of {ip}\n"
        )
    }

    #[test]
    fn every_mail_of_a_packed_mailbox_is_read() {
        let envelope = "From a@example.com Mon Jan  5 10:00:00 2026\n";
        let mails = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(mail);
        let mailbox = mails.map(|mail| format!("{envelope}{mail}\n")).concat();
        let found = read("box.mbox.gz", &gzip(mailbox.as_bytes()));
        assert_eq!(sources(&found), ["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    }

    #[test]
    fn a_packed_mail_that_is_attached_is_read_as_a_mail() {
        let packed = base64(&gzip(mail("192.0.2.1").as_bytes()));
        let outer = format!(
            "From: r@example.com\nTo: abuse@example.net\nSubject: Fwd: Abuse\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n--b\nContent-Type: application/gzip; name=\"one.eml.gz\"\nContent-Disposition: attachment; filename=\"one.eml.gz\"\nContent-Transfer-Encoding: base64\n\n{packed}\n--b--\n"
        );
        let found = read("", outer.as_bytes());
        assert_eq!(sources(&found), ["192.0.2.1"]);
        assert_eq!(found[0].reporter.email.as_deref(), Some("fail2ban@example.com"));
    }

    #[test]
    fn a_table_in_wide_letters_is_read_with_and_without_its_mark() {
        let table = "timestamp;ip;type\r\n2026-03-10T01:00:00Z;192.0.2.1;spam\r\n";
        let little: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = table.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = [b"\xff\xfe".as_slice(), &little].concat();
        for bytes in [little, big, marked] {
            assert_eq!(sources(&read("table.csv", &bytes)), ["192.0.2.1"]);
        }
    }

    #[test]
    fn where_the_plain_text_only_points_to_the_page_beside_it_the_page_is_read() {
        let with = |plain: &str| {
            let mail = format!(
                "From: r@example.com\nTo: abuse@example.net\nSubject: Abuse\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\n{plain}\n--c\nContent-Type: text/html\n\n<p>Brute force attack.</p><p>IP: 192.0.2.1</p>\n--c--\n"
            );
            sources(&read("", mail.as_bytes()))
        };
        assert_eq!(with("Please view in HTML"), ["192.0.2.1"]);
        assert_eq!(with("Brute force attack.\nIP: 192.0.2.9"), ["192.0.2.9"]);
    }

    #[test]
    fn a_complaint_that_is_quoted_below_a_note_is_read() {
        let noted = "From: a@example.org\nTo: abuse@example.net\nSubject: Fwd: report\n\nFYI\n\n>Hello Abuse-Team,\n>\n>your Server/Customer with the IP: *192.0.2.1* has attacked one of our servers/partners.\n>The attackers used the method/service: *imap* on: *Tue, 10 Mar 2026 04:00:01 +0100*.\n";
        let marked = "From: a@example.org\nTo: abuse@example.net\nSubject: Fwd: AbuseNormal: Abuse from 192.0.2.1\nDate: Tue, 10 Mar 2026 14:22:05 +0000\n\nWe have received a complaint. Please see below.\n\n-----Begin of forwarded message-----\n> From: fail2ban@example.com\n> Subject: Abuse from 192.0.2.1\n> Date: Tue, 10 Mar 2026 03:20:00 +0000\n>\n> Note: Local timezone is +0000 (UTC)\n> Lines containing failures of 192.0.2.1 (max 1000)\n> Mar 10 03:00:01 srv sshd[1234]: Failed password for root from 192.0.2.1 port 50122 ssh2\n";
        for mail in [noted, marked] {
            let found = read("", mail.as_bytes());
            assert_eq!(sources(&found), ["192.0.2.1"], "{mail}");
            let at = found[0].incidents[0].observed_at.map(|at| at.to_string());
            assert_eq!(at.as_deref(), Some("2026-03-10T03:00:01Z"), "{mail}");
        }
    }
}
