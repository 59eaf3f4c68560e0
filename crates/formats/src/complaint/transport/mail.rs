//! Mails, also broken ones.

use std::borrow::Cow;

use mail_parser::parsers::MessageStream;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::complaint::dates;
use crate::complaint::document::{Author, Content, Document, Headers, Part, PartRole};
use crate::masked::{masked, subtype, unmasked};

/// Whether bytes begin as mails do.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let _ = bytes;
    true
}

/// A mail as a complaint.
pub(super) fn document(raw: &[u8]) -> Document {
    let raw = masked(raw);
    let Some(message) = MessageParser::default().parse(raw.as_ref()) else {
        return Document::default();
    };
    let headers = headers(&message);
    let author = headers.get("From").map(author).unwrap_or_default();
    let sent = headers.get("Date").and_then(dates::sent);
    let subject = headers.get("Subject").unwrap_or_default().to_owned();
    let text = message.body_text(0).unwrap_or_default().into_owned();
    Document {
        author,
        sent,
        whole_subject: subject.clone(),
        subject,
        text,
        parts: message.parts.iter().filter_map(part).collect(),
        headers,
        ..Document::default()
    }
}

fn headers(message: &Message<'_>) -> Headers {
    Headers(
        message
            .headers_raw()
            .map(|(name, value)| (name.trim().to_owned(), decoded(value)))
            .collect(),
    )
}

fn decoded(value: &str) -> String {
    let value = value.trim();
    if value.contains("=?") {
        let with_end = format!("{value}\n");
        if let Some(text) = MessageStream::new(with_end.as_bytes()).parse_unstructured().as_text() {
            return text.to_owned();
        }
    }
    value.replace("\r\n", "").replace('\n', "")
}

fn author(value: &str) -> Author {
    match value.rsplit_once('<') {
        Some((name, address)) => Author {
            name: name.trim().trim_matches('"').to_owned(),
            email: address.split('>').next().unwrap_or_default().trim().to_owned(),
        },
        None => Author { name: String::new(), email: value.trim().to_owned() },
    }
}

fn part(part: &MessagePart<'_>) -> Option<Part> {
    let content = match &part.body {
        PartType::Text(text) | PartType::Html(text) => Content::Text(text.clone().into_owned()),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            Content::Bytes(unmasked(bytes).into_owned())
        }
        _ => return None,
    };
    let main = part
        .content_type()
        .map_or(Cow::Borrowed("text"), |kind| Cow::Owned(kind.ctype().to_ascii_lowercase()));
    let kind = subtype(part);
    Some(Part {
        media_type: format!("{main}/{}", if kind.is_empty() { "plain" } else { &kind }),
        name: part.attachment_name().unwrap_or_default().to_owned(),
        role: PartRole::Body,
        content,
    })
}
