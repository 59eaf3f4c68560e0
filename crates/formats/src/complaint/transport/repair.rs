//! What broken programs did to mails, undone.

use std::borrow::Cow;

/// Bytes at the beginning that are looked at to see what something is.
const LOOKED_AT: usize = 8 * 1024;

/// Headers of which one has to stand at the beginning of a mail.
const OF_MAILS: [&str; 24] = [
    "from",
    "to",
    "subject",
    "date",
    "received",
    "return-path",
    "message-id",
    "mime-version",
    "content-type",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "reply-to",
    "sender",
    "dkim-signature",
    "authentication-results",
    "arc-seal",
    "x-envelope-from",
    "cc",
    "delivery-date",
    "content-transfer-encoding",
    "x-apparently-to",
    "x-spam-status",
    "x-mailer",
];

/// Whether bytes begin as mails do: with a header that mails have, before anything that is none.
pub(crate) fn is_mail(bytes: &[u8]) -> bool {
    let bytes = without_envelope(bytes);
    let begin = &bytes[..bytes.len().min(LOOKED_AT)];
    let mut known = 0;
    for (at, line) in
        begin.split(|b| matches!(b, b'\n')).flat_map(|line| line.split(|b| *b == b'\r')).enumerate()
    {
        if line.is_empty() {
            // CR LF gives an empty piece behind each line.
            continue;
        }
        if at > 0 && matches!(line[0], b' ' | b'\t') {
            continue;
        }
        let Some(colon) = line.iter().position(|b| *b == b':') else { break };
        let name = line[..colon].trim_ascii_end();
        if name.is_empty() || name.iter().any(|b| !b.is_ascii_graphic()) {
            break;
        }
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if name == "reported-from" || name == "report-type" || name == "schema-url" {
            return false;
        }
        known += usize::from(OF_MAILS.contains(&name.as_str()));
        if known >= 2 {
            return true;
        }
    }
    // One header and a body: somebody's test, or what was left over.
    known == 1 && bytes.len() > 1
}

/// Without the line that mbox files have above each mail, and empty lines above that.
pub(super) fn without_envelope(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut rest = bytes.trim_ascii_start();
    while rest.starts_with(b"From ") || rest.starts_with(b">From ") {
        let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
        rest = rest[end..].trim_ascii_start();
    }
    rest
}

/// The mails of a mailbox (RFC 4155): each begins with a line `From address date` below an empty one, and a header follows.
pub(crate) fn mails_of(bytes: &[u8]) -> Vec<&[u8]> {
    crate::complaint::steps::take(bytes.len());
    let mut mails = Vec::new();
    let mut begin = 0;
    for at in memchr::memmem::find_iter(bytes, b"\nFrom ") {
        let above = bytes[..at].strip_suffix(b"\r").unwrap_or(&bytes[..at]);
        let line_end =
            memchr::memchr(b'\n', &bytes[at + 1..]).map_or(bytes.len(), |end| at + 1 + end);
        let line = bytes[at + 1..line_end].trim_ascii_end();
        let year = line.len().checked_sub(4).map(|year| &line[year..]);
        let ends_with_date = line.len() < 200
            && line.contains(&b':')
            && year.is_some_and(|year| year.iter().all(u8::is_ascii_digit));
        if above.ends_with(b"\n")
            && ends_with_date
            && is_mail(&bytes[line_end..bytes.len().min(line_end + LOOKED_AT)])
        {
            mails.push(&bytes[begin..at]);
            begin = at + 1;
        }
    }
    mails.push(&bytes[begin..]);
    mails
}

/// Lines that end with a carriage return alone, as old Macs wrote them, end as all others do.
pub(super) fn with_line_ends(bytes: &[u8]) -> Cow<'_, [u8]> {
    let begin = &bytes[..bytes.len().min(LOOKED_AT)];
    if begin.contains(&b'\n') || !begin.contains(&b'\r') {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(bytes.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect())
}

/// The mail with another name for its `Date`: the parser goes on into the next header where the zone is a name that it does not
/// know, and what it then misses can be how the parts are told apart. The date is read elsewhere.
pub(super) fn without_dates(mut raw: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let mut at = 0;
    loop {
        let line = &raw[at..];
        if line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"date:")) {
            raw.to_mut()[at] = b'X';
        }
        let Some(end) = memchr::memchr(b'\n', &raw[at..]) else { return raw };
        at += end + 1;
        if matches!(raw.get(at), None | Some(b'\n' | b'\r')) {
            return raw;
        }
    }
}

/// Bytes as text: UTF-8, UTF-16 with its mark, or the Windows character set where there are no control characters.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    if let Some(text) = wide(bytes) {
        return Some(text);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (!text.contains('\0')).then(|| text.to_owned());
    }
    let begin = &bytes[..bytes.len().min(LOOKED_AT)];
    let is_text = begin.iter().all(|b| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r' | 0x0c));
    is_text.then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// UTF-16, by its mark, or as every other byte is zero: what spreadsheets of the West write in it.
fn wide(bytes: &[u8]) -> Option<String> {
    let little: fn([u8; 2]) -> u16 = u16::from_le_bytes;
    let big: fn([u8; 2]) -> u16 = u16::from_be_bytes;
    let (rest, read) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, little),
        [0xfe, 0xff, rest @ ..] => (rest, big),
        _ => {
            let begin =
                bytes.get(..2 * SURELY_WIDE.min(bytes.len() / 2)).filter(|b| b.len() >= 8)?;
            let is_text = |b: u8| b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r');
            let are = |zero: usize| {
                begin.chunks_exact(2).all(|pair| pair[zero] == 0 && is_text(pair[1 - zero]))
            };
            (bytes, if are(1) { little } else { are(0).then_some(big)? })
        }
    };
    let units = rest.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// Letters after which there is no doubt.
const SURELY_WIDE: usize = 64;

/// Text with the line ends that everything here expects, and blanks that are blanks.
pub(super) fn lines(text: &str) -> String {
    crate::complaint::steps::take(text.len());
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'\r', b'\0', rest.as_bytes()) {
        push_visible(&mut out, &rest[..at]);
        let is_return = rest.as_bytes()[at] == b'\r';
        rest = &rest[at + 1..];
        if is_return && !rest.starts_with('\n') {
            out.push('\n');
        }
    }
    push_visible(&mut out, rest);
    out
}

/// What nobody sees is left out.
fn push_visible(out: &mut String, text: &str) {
    if text.is_ascii() {
        out.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}' => out.push(' '),
            '\u{feff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '\u{ad}' => {}
            c => out.push(c),
        }
    }
}

/// Shortest text that is taken for base64.
const SHORTEST: usize = 40;

/// What is in a text that is base64 all over, and something readable in it: some senders encode twice.
pub(super) fn encoded_again(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_alphabet = |b: &u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'\r' | b'\n' | b' ')
    };
    // Most texts have a blank or a colon soon.
    if bytes.len() < SHORTEST
        || !bytes[..SHORTEST].iter().all(is_alphabet)
        || !bytes.iter().all(is_alphabet)
    {
        return None;
    }
    let first_line = bytes.split(|b| *b == b'\n').next()?.trim_ascii();
    if first_line.contains(&b' ') || first_line.len() < SHORTEST.min(bytes.trim_ascii().len()) {
        return None;
    }
    let decoded = mail_parser::decoders::base64::base64_decode(bytes)?;
    let begin = decoded.get(..decoded.len().min(64))?;
    let is_readable =
        begin.len() >= 16 && begin.iter().all(|b| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r'));
    is_readable.then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_told_from_a_file() {
        for mail in [
            "From: a@example.com\nSubject: x\n\ny",
            "\n\nFrom a@example.com Thu Jan  1 00:00:00 2026\nReturn-Path: <>\nReceived: x\n\ny",
            "Received: from x\r\n by y\r\nSubject: z\r\n\r\n",
            "Subject: x\rFrom: a@example.com\r\ry",
        ] {
            assert!(is_mail(mail.as_bytes()), "{mail}");
        }
        for file in [
            "{\"Version\": 1}",
            "ip,port\n192.0.2.1,22\n",
            "---\nReported-From: a@example.com\n",
            "<x>",
            "",
            "Dear team,\nfrom: x",
        ] {
            assert!(!is_mail(file.as_bytes()), "{file}");
        }
    }

    #[test]
    fn a_mailbox_has_its_mails() {
        let one = "From a@example.com Mon Jan  5 10:00:00 2026\nFrom: a@example.com\nSubject: Abuse from 192.0.2.1\n\nFrom here on.\n\nFrom 2026\n\n";
        let read = crate::complaint::read("box", one.repeat(3).as_bytes());
        assert_eq!(read.len(), 3);
        assert!(read.iter().all(|one| one.incidents.len() == 1), "{read:#?}");
        assert_eq!(crate::complaint::read("a.eml", one.repeat(3).as_bytes()).len(), 1);
    }

    #[test]
    fn a_zone_that_nobody_knows_costs_no_header() {
        let mail = "Date: Mon, 5 Jan 2026 10:00:00 UT\nFrom: R <r@example.com>\nSubject: Abuse from 192.0.2.1\n\nx";
        let complaint = crate::complaint::read("", mail.as_bytes()).remove(0);
        assert_eq!(complaint.reporter.email.as_deref(), Some("r@example.com"));
        assert!(complaint.incidents[0].observed_at.is_some());
    }

    #[test]
    fn what_was_encoded_twice_is_decoded_again_and_words_are_not() {
        let json = br#"{"Version": "1", "ReporterInfo": {"ReporterOrg": "Example"}}"#;
        let twice =
            "eyJWZXJzaW9uIjogIjEiLCAiUmVwb3J0ZXJJbmZvIjogeyJSZXBvcnRlck9yZyI6ICJFeGFt\ncGxlIn19\n";
        assert_eq!(encoded_again(twice.as_bytes()).as_deref(), Some(&json[..]));
        assert_eq!(encoded_again(b"short"), None);
        assert_eq!(encoded_again("word ".repeat(20).as_bytes()), None);
    }
}
