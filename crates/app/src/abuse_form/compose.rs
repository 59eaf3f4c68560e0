//! The mail that a complaint by the form is kept as. Whatever was typed is encoded, so that nothing in it can be a header
//! or the end of a part.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::FormComplaint;
use crate::attachment::Upload;

/// The media type of the part that has the fields. It is believed only of a mail that came by the form.
pub const MEDIA_TYPE: &str = "application/vnd.portreeve.form+json";

/// Bytes of a line of base64 (RFC 2045, 6.8), before they are encoded.
const LINE: usize = 57;

/// Bytes of an encoded word (RFC 2047, 2), before they are encoded.
const WORD: usize = 42;

/// The mail. `token_hash` tells it from all others; the same form sent twice is the same mail.
pub(super) async fn mail(
    complaint: &FormComplaint,
    json: &[u8],
    files: &mut [Upload],
    token_hash: &str,
) -> std::io::Result<Vec<u8>> {
    let FormComplaint { category, places, name, email, .. } = complaint;
    // Base64 has no hyphen.
    let boundary = format!("-{token_hash}");
    let mut head = String::new();
    if !email.is_empty() {
        let _ = writeln!(head, "From: {} <{email}>", words(name));
    }
    let place = places.first().map_or("", String::as_str);
    let _ = writeln!(head, "Subject: {}", words(&format!("Abuse form: {category}, {place}")));
    let _ = writeln!(head, "Message-ID: <{}@abuse-form.invalid>", &token_hash[..32]);
    let _ = writeln!(head, "MIME-Version: 1.0");
    let _ = writeln!(head, "Content-Type: multipart/mixed; boundary=\"{boundary}\"");
    let mut out = head.replace('\n', "\r\n").into_bytes();
    let text = readable(complaint);
    part(&mut out, &boundary, "text/plain; charset=utf-8", "");
    encode(&mut out, text.as_bytes());
    part(&mut out, &boundary, MEDIA_TYPE, "");
    encode(&mut out, json);
    for file in files {
        let name = format!("attachment; filename*=UTF-8''{}", percent(file.name.as_str()));
        part(&mut out, &boundary, "application/octet-stream", &name);
        file.rewind().await?;
        let mut bytes = Vec::new();
        loop {
            let piece = file.piece(bytes.len()).await?;
            if piece.is_empty() {
                break;
            }
            bytes.extend_from_slice(&piece);
        }
        encode(&mut out, &bytes);
    }
    out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    Ok(out)
}

/// What was typed, for people.
fn readable(complaint: &FormComplaint) -> String {
    let mut text = format!("Category: {}\n\nWhere:\n", complaint.category);
    for place in &complaint.places {
        let _ = writeln!(text, "{place}");
    }
    match complaint.observed_at {
        Some(at) if complaint.zone == "value" => {
            let _ = writeln!(text, "\nWhen: {at}");
        }
        Some(at) => {
            let _ = writeln!(text, "\nWhen: {at} (no time zone was given: UTC was assumed)");
        }
        None => text.push_str("\nWhen: not stated\n"),
    }
    let _ = writeln!(text, "\nReason:\n{}", complaint.reason);
    if !complaint.evidence.is_empty() {
        let _ = writeln!(text, "\nEvidence:\n{}", complaint.evidence);
    }
    if complaint.email.is_empty() {
        let _ = writeln!(
            text,
            "\nReported by: {}",
            if complaint.name.is_empty() { "anonymous" } else { &complaint.name }
        );
    } else {
        let _ = writeln!(
            text,
            "\nReported by: {} <{}> (not verified)",
            complaint.name, complaint.email
        );
    }
    text.push_str("They believe in good faith that this is accurate and complete.\n");
    text
}

/// A text in a header: encoded words, each with whole characters, on lines of their own.
fn words(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.floor_char_boundary(WORD);
        if end == 0 {
            end = rest.len();
        }
        let (word, after) = rest.split_at(end);
        words.push(format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
        rest = after;
    }
    words.join("\n ")
}

fn part(out: &mut Vec<u8>, boundary: &str, kind: &str, disposition: &str) {
    let mut head = format!("\r\n--{boundary}\r\nContent-Type: {kind}\r\n");
    if !disposition.is_empty() {
        head.push_str(&format!("Content-Disposition: {disposition}\r\n"));
    }
    head.push_str("Content-Transfer-Encoding: base64\r\n\r\n");
    out.extend_from_slice(head.as_bytes());
}

fn encode(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() / LINE * 78 + 128);
    let mut line = [0; 80];
    for piece in bytes.chunks(LINE) {
        if let Ok(length) = STANDARD.encode_slice(piece, &mut line) {
            out.extend_from_slice(&line[..length]);
            out.extend_from_slice(b"\r\n");
        }
    }
}

fn percent(name: &str) -> String {
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint() -> FormComplaint {
        FormComplaint {
            category: "phishing".to_owned(),
            places: vec!["https://shop.example/login".to_owned(), "192.0.2.7".to_owned()],
            observed_at: None,
            zone: "assumed".to_owned(),
            reason: "Line one\n--form-x--\nFrom: nobody".to_owned(),
            evidence: String::new(),
            name: "Zoë \"Ünlü\" Müller, with a name that is rather longer than one word".to_owned(),
            email: "zoe@example.org".to_owned(),
            language: "de".to_owned(),
        }
    }

    #[tokio::test]
    async fn what_was_typed_comes_out_of_the_mail_as_it_was() {
        let complaint = complaint();
        let json = serde_json::to_vec(&complaint).expect("json");
        let hash = "0123456789abcdef".repeat(4);
        let raw = mail(&complaint, &json, &mut [], &hash).await.expect("a mail");
        assert!(raw.is_ascii());
        let longest = raw.split(|&b| b == b'\n').map(<[u8]>::len).max();
        assert!(longest.is_some_and(|longest| longest < 200), "{longest:?}");
        let (ours, stop) = (portreeve_formats::Ours::default(), portreeve_formats::Stop::default());
        let known =
            portreeve_formats::Circumstances { envelope_from: None, ours: &ours, stop: &stop };
        let read = portreeve_formats::read(&raw, known).expect("readable");
        assert_eq!(read.from.as_deref(), Some("zoe@example.org"));
        assert_eq!(read.subject, "Abuse form: phishing, https://shop.example/login");
        assert!(read.text.contains("Line one\n--form-x--\nFrom: nobody"), "{}", read.text);
        let [file] = &read.files[..] else { panic!("{:?}", read.files) };
        assert_eq!((file.media_type.as_str(), &file.bytes), (MEDIA_TYPE, &json));
    }
}
