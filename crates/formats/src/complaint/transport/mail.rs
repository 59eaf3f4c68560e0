//! Mails: their parts with what each is for, and the complaints in them.

use std::borrow::Cow;

use mail_parser::parsers::MessageStream;
use mail_parser::{MessageParser, MessagePart, MimeHeaders, PartType};

use super::ends::with_missing_ends;
use super::masked::{masked, subtype, unmasked};
use crate::complaint::document::{Content, Document, Headers, Part, PartRole};
use crate::complaint::{Defect, address, container, dates};

use super::{
    DEEPEST, MOST_COMPLAINTS, MOST_PARTS, body, defect, desk, forward, links, pgp, repair,
};

/// The complaints in a mail: itself, or what it forwards.
pub(super) fn documents(raw: &[u8]) -> Vec<Document> {
    let mut done = Vec::new();
    // Mails that are yet to be looked at, with how deep they were.
    let mut todo = vec![(raw.to_vec(), 0_u8)];
    while let Some((raw, depth)) = todo.pop() {
        let Some(opened) = opened(&raw) else { continue };
        let inner = if depth < DEEPEST { opened.complaints() } else { Vec::new() };
        if inner.is_empty() || done.len() + todo.len() >= MOST_COMPLAINTS {
            done.push(opened.into_document(depth));
            continue;
        }
        // The first comes off the end first.
        todo.extend(inner.into_iter().rev().map(|inner| (inner, depth + 1)));
    }
    if done.is_empty() {
        done.push(Document { defects: vec![defect("unreadable")], ..Document::default() });
    }
    done
}

/// A mail with its parts.
struct Opened {
    headers: Headers,
    parts: Vec<Part>,
    /// Its parts are mails, one beside the other.
    is_digest: bool,
    /// Something in it is for programs: a feedback report, X-ARF, XARF.
    has_report: bool,
    /// What was odd about it and its containers.
    defects: Vec<Defect>,
}

/// Bytes that come out of all containers of a mail.
const MOST_UNPACKED: usize = 128 * 1024 * 1024;

/// What is in containers becomes parts; what was odd about them is told.
fn open_containers(parts: &mut Vec<Part>) -> Vec<Defect> {
    let mut defects = Vec::new();
    let mut unpacked = 0_usize;
    let mut found = Vec::new();
    for part in
        parts.iter_mut().filter(|part| part.role == PartRole::File && container::is_one(part))
    {
        if unpacked >= MOST_UNPACKED {
            defects.push(defect("container_too_large"));
            break;
        }
        let (members, odd) = container::members(part);
        unpacked += members.iter().map(|member| member.bytes().len()).sum::<usize>();
        part.role = PartRole::Container;
        found.extend(members.into_iter().map(|member| {
            let is_mail = member.is_named(".eml") && repair::is_mail(member.bytes());
            Part { role: if is_mail { PartRole::Evidence } else { member.role }, ..member }
        }));
        defects.extend(odd);
    }
    parts.extend(found);
    parts.truncate(MOST_PARTS);
    defects
}

fn opened(raw: &[u8]) -> Option<Opened> {
    let raw = repair::without_envelope(raw);
    let raw = repair::with_line_ends(raw);
    let headers = header_block(&raw);
    if let Some(text) = only_text(&raw, &headers) {
        let media_type = "text/plain".to_owned();
        let content = Content::Text(text.to_owned());
        let parts = vec![Part { media_type, name: String::new(), role: PartRole::Body, content }];
        return Some(settled(Opened {
            headers,
            parts,
            is_digest: false,
            has_report: false,
            defects: Vec::new(),
        }));
    }
    let raw = repair::without_dates(masked(&raw));
    let message = MessageParser::default().parse(raw.as_ref())?;
    let whole = with_missing_ends(&raw, &message);
    let again = whole.as_deref().and_then(|whole| MessageParser::default().parse(whole));
    let is_cut_off = again.is_some();
    let message = again.as_ref().unwrap_or(&message);
    let root = message.parts.first()?;
    let is_digest = subtype(root) == "digest";
    let mut parts: Vec<Part> =
        message.parts.iter().filter_map(|one| part(one, is_digest)).take(MOST_PARTS).collect();
    let mut defects = open_containers(&mut parts);
    if is_cut_off {
        defects.push(defect("cut_off"));
    }
    if message.parts.len() > MOST_PARTS {
        defects.push(defect("too_many_parts"));
    }
    Some(settled(Opened { headers, parts, is_digest, has_report: false, defects }))
}

/// The mail with its parts in their roles.
fn settled(mut opened: Opened) -> Opened {
    opened.has_report = opened.parts.iter().any(is_report)
        || opened.headers.get("X-XARF").is_some()
        || opened.headers.get("X-ARF").is_some();
    if opened.has_report {
        settle_report(&mut opened.parts);
    }
    opened
}

/// The text of a mail that is nothing else and needs no decoding: what programs send that watch logs. It is taken as it is;
/// whatever is odd about a mail is left to the parser.
fn only_text<'r>(raw: &'r [u8], headers: &Headers) -> Option<&'r str> {
    let mut at = 0;
    loop {
        let line = &raw[at..];
        let end = memchr::memchr(b'\n', line)? + 1;
        at += end;
        if matches!(&line[..end], b"\n" | b"\r\n") {
            break;
        }
        let line = line[..end].trim_ascii_end();
        if line.is_empty() {
            return None;
        }
        let is_continued = at > end && matches!(raw[at - end], b' ' | b'\t');
        let name = memchr::memchr(b':', line).map_or(&b""[..], |colon| &line[..colon]);
        let is_header = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
        if !is_continued && !is_header {
            return None;
        }
    }
    let (mut kinds, mut has_other) = (0, false);
    for (name, value) in &headers.0 {
        let bytes = name.as_bytes();
        let is_about_content =
            bytes.get(..8).is_some_and(|begin| begin.eq_ignore_ascii_case(b"content-"));
        if !is_about_content {
            continue;
        }
        if bytes.eq_ignore_ascii_case(b"content-type") {
            kinds += 1;
            has_other |= !is_plain(value);
        } else if bytes.eq_ignore_ascii_case(b"content-transfer-encoding") {
            has_other |= !matches!(value.trim(), "7bit" | "8bit" | "7BIT" | "8BIT");
        } else {
            has_other |= !bytes.eq_ignore_ascii_case(b"content-length");
        }
    }
    let is_ascii = kinds == 0;
    if has_other || kinds > 1 || headers.0.len() > MOST_HEADERS {
        return None;
    }
    let body = std::str::from_utf8(&raw[at..]).ok()?;
    (!body.is_empty()
        && (!is_ascii || body.is_ascii())
        && repair::encoded_again(body.as_bytes()).is_none())
    .then_some(body)
}

/// Headers of a mail that is taken as it is.
const MOST_HEADERS: usize = 200;

/// `text/plain` in UTF-8 or less, without a name.
fn is_plain(kind: &str) -> bool {
    let mut pieces = kind.split(';').map(str::trim);
    pieces.next().is_some_and(|kind| kind.eq_ignore_ascii_case("text/plain"))
        && pieces.all(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let value = value.trim_matches('"');
            let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
            piece.is_empty()
                || name.eq_ignore_ascii_case("charset") && is(&["utf-8"])
                || name.eq_ignore_ascii_case("format") && is(&["fixed", "flowed"])
        })
}

/// Whether a part is a report for programs, beside which mails are proof.
fn is_report(part: &Part) -> bool {
    part.media_type == "message/feedback-report"
        || part.is_named("report.txt")
        || part.is_named("xarf.json")
        || part.begin().get(..512.min(part.begin().len())).is_some_and(|begin| {
            let begin = String::from_utf8_lossy(begin).to_ascii_lowercase();
            begin.starts_with("feedback-type:")
                || begin.contains("reported-from:") && begin.contains("report-type:")
                || begin.starts_with('{')
                    && (begin.contains("xarf_version") || begin.contains("reporterinfo"))
        })
}

/// In a report, whatever is neither its text nor for programs is proof.
fn settle_report(parts: &mut [Part]) {
    let mut bodies = 0;
    for part in parts.iter_mut().filter(|part| part.role == PartRole::Body) {
        bodies += 1;
        if is_report(part) {
            part.role = PartRole::File;
        } else if bodies > 1 && !part.name.is_empty() {
            part.role = PartRole::Evidence;
        }
    }
}

impl Opened {
    /// The mails in it that are complaints themselves.
    fn complaints(&self) -> Vec<Vec<u8>> {
        let is_mail = |part: &&Part| {
            part.role == PartRole::Evidence
                && matches!(part.media_type.as_str(), "message/rfc822" | "message/global")
        };
        if self.is_digest {
            return self.parts.iter().filter(is_mail).map(|part| part.bytes().to_vec()).collect();
        }
        if self.has_report || !self.parts.iter().any(|part| is_mail(&part)) {
            return Vec::new();
        }
        let note = body::richest(&self.parts);
        if !forward::is_covering(&note) {
            return Vec::new();
        }
        let subject = desk::bare_subject(self.headers.get("Subject").unwrap_or_default());
        let mails = self.parts.iter().filter(is_mail).map(Part::bytes);
        mails.filter(|mail| is_complaint(mail, subject)).map(<[u8]>::to_vec).collect()
    }

    fn into_document(mut self, depth: u8) -> Document {
        let (mut author, mut relay) = desk::original_author(&self.headers);
        let sent = self.headers.get("Date").and_then(dates::sent);
        let whole_subject = self.headers.get("Subject").unwrap_or_default().to_owned();
        let reply_to =
            self.headers.get("Reply-To").map(desk::author).filter(|to| to.email.contains('@'));
        let defects = std::mem::take(&mut self.defects);
        let mut trace = Vec::new();
        if depth > 0 {
            trace.push(format!("taken out of a mail that forwards it ({depth} deep)"));
        }
        let text = body::richest(&self.parts);
        let text = links::decoded(&text);
        let text = pgp::without_armour(&text);
        let text = desk::without_footer(&text);
        let (requestor, text) =
            desk::without_ticket_notice(text).unwrap_or_else(|| (author.clone(), text));
        if requestor.email.contains('@')
            && !requestor.email.eq_ignore_ascii_case(&author.email)
            && relay.is_none()
        {
            relay = Some(std::mem::replace(&mut author, requestor));
        }
        let mut document = Document {
            subject: desk::bare_subject(&whole_subject).to_owned(),
            whole_subject,
            author,
            relay,
            reply_to,
            sent,
            text: text.to_owned(),
            depth,
            defects,
            trace,
            ..Document::default()
        };
        self.parts.retain(|part| !part.bytes().is_empty());
        document.parts = self.parts;
        document.headers = self.headers;
        if !self.has_report {
            take_forwards_off(&mut document);
        }
        document
    }
}

/// Whether a mail that came as an attachment is itself a complaint, and not what is complained about. Below a subject that
/// names an address, it is proof, if it has not the same subject.
fn is_complaint(raw: &[u8], outer: &str) -> bool {
    let headers = header_block(repair::without_envelope(raw));
    let subject = desk::bare_subject(headers.get("Subject").unwrap_or_default());
    if names_an_address(outer) && subject != outer {
        return false;
    }
    let to = ["To", "Delivered-To", "X-Original-To", "Cc", "Envelope-To"];
    let is_to_a_desk = to.iter().flat_map(|name| headers.all(name)).any(forward::is_to_a_desk);
    let is_report = headers
        .get("Content-Type")
        .is_some_and(|kind| kind.to_ascii_lowercase().contains("feedback-report"))
        || headers.get("X-XARF").is_some()
        || headers.get("X-ARF").is_some();
    is_report || is_to_a_desk && forward::is_complaining(subject)
}

fn names_an_address(subject: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || "()[]<>,;".contains(c);
    subject.split(ends).any(|word| address::refanged(word.trim_end_matches([':', '.'])).is_some())
}

/// Forwards within the text: a complaint that was forwarded takes the place of the mail; a mail that is shown as proof is
/// taken out of the text.
fn take_forwards_off(document: &mut Document) {
    while document.depth < DEEPEST {
        let is_forward = desk::is_forward(&document.whole_subject);
        if let Some(quoted) = forward::wholly_quoted(&document.text, is_forward) {
            document.text = quoted;
            document.depth += 1;
            document.trace.push("everything in it is quoted".to_owned());
            continue;
        }
        let Some(found) = forward::inline(&document.text) else { return };
        let is_complaint = forward::is_covering(found.note)
            && (forward::is_to_a_desk(&found.to)
                || forward::is_complaining(&found.subject)
                || forward::is_complaining(&document.subject) && found.note.trim().is_empty());
        let note = found.note.trim_end().to_owned();
        let text = found.text.into_owned();
        if !is_complaint {
            document.parts.push(Part {
                media_type: "text/plain".to_owned(),
                name: String::new(),
                role: PartRole::Evidence,
                content: Content::Text(text),
            });
            document.text = note;
            document.trace.push("a mail that is quoted in the text is proof".to_owned());
            return;
        }
        document.trace.push(format!("forwarded by {}", document.author.email));
        if found.author.email.contains('@') || !found.author.name.is_empty() {
            let by = std::mem::replace(&mut document.author, found.author);
            document.relay = Some(by);
            document.reply_to = None;
        }
        if !found.subject.is_empty() {
            document.subject = desk::bare_subject(&found.subject).to_owned();
            document.whole_subject = found.subject;
        }
        document.sent = found.sent.or(document.sent);
        document.text = pgp::without_armour(&text).into_owned();
        document.depth += 1;
    }
}

/// A header's value on one line, encoded words as they were meant.
fn decoded(value: &str) -> String {
    let value = value.trim();
    if value.contains("=?") {
        let with_end = format!("{value}\n");
        if let Some(text) = MessageStream::new(with_end.as_bytes()).parse_unstructured().as_text() {
            return text.to_owned();
        }
    }
    value.to_owned()
}

/// Bytes as UTF-8. Nearly all of them are, which is found out far faster than what is wrong with others.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Longest block of headers that is looked at.
const LONGEST_HEADERS: usize = 256 * 1024;

/// The headers with which bytes begin, such as those of a mail that is shown as proof.
pub(crate) fn header_block(raw: &[u8]) -> Headers {
    crate::complaint::steps::take(raw.len().min(LONGEST_HEADERS));
    let text = &raw[..raw.len().min(LONGEST_HEADERS)];
    // What follows the first empty line is not looked at.
    let end = memchr::memmem::find(text.trim_ascii_start(), b"\n\n")
        .into_iter()
        .chain(memchr::memmem::find(text.trim_ascii_start(), b"\n\r\n"))
        .min();
    let skipped = text.len() - text.trim_ascii_start().len();
    let text = lossy(&text[..end.map_or(text.len(), |end| skipped + end + 1)]);
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.trim_start_matches(['\r', '\n']).lines() {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = found.last_mut()
        {
            value.push(' ');
            value.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':') {
            found.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    for (_, value) in found.iter_mut().filter(|(_, value)| value.contains("=?")) {
        *value = decoded(value);
    }
    Headers(found)
}

/// Parts that are there to prove something.
const PROOF: [&str; 7] = [
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "text/rfc822-header",
    "message/rfc822-headers",
    "message/rfc822-header",
    "message/partial",
];

fn part(part: &MessagePart<'_>, in_digest: bool) -> Option<Part> {
    let is_multipart = matches!(part.body, PartType::Multipart(_) | PartType::Message(_));
    if is_multipart {
        return None;
    }
    let declared = part.content_type();
    let main = declared.map_or_else(|| "text".to_owned(), |kind| kind.ctype().to_ascii_lowercase());
    let kind = subtype(part);
    let kind = if kind.is_empty() { "plain" } else { &kind };
    let mut media_type = format!("{main}/{kind}");
    if in_digest && declared.is_none() {
        "message/rfc822".clone_into(&mut media_type);
    }
    let name = part.attachment_name().unwrap_or_default().to_owned();
    let mut content = match &part.body {
        PartType::Text(text) | PartType::Html(text) => Content::Text(text.clone().into_owned()),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            Content::Bytes(unmasked(bytes).into_owned())
        }
        PartType::Multipart(_) | PartType::Message(_) => return None,
    };
    let is_proof = PROOF.contains(&media_type.as_str());
    let bytes = match &content {
        Content::Text(text) => text.as_bytes(),
        Content::Bytes(bytes) => bytes,
    };
    if !is_proof && let Some(again) = repair::encoded_again(bytes) {
        content = Content::Bytes(again);
    }
    let is_attachment =
        part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment);
    let is_shown = !is_attachment
        && (main == "text" && matches!(kind, "plain" | "html" | "plan") || main == "multipart");
    let role = match &content {
        _ if is_proof || in_digest => PartRole::Evidence,
        Content::Text(_) if is_shown && (name.is_empty() || !has_ending(&name)) => PartRole::Body,
        Content::Text(_) if main == "multipart" => PartRole::Body,
        _ => PartRole::File,
    };
    // Bytes that are text after all; parts for programs are mostly declared as `application/…`.
    if let Content::Bytes(bytes) = &content
        && let Some(text) = repair::text(bytes)
    {
        content = Content::Text(text);
    }
    if main == "multipart" {
        "text/plain".clone_into(&mut media_type);
    }
    Some(Part { media_type, name, role, content })
}

/// Whether a name ends as names of files do.
fn has_ending(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| {
        (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}
