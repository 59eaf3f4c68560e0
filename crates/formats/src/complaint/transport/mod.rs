//! What brought a complaint is taken off: transfer encodings, containers, forwards, lists, help desks, signatures. Never an
//! error: what was odd is a defect.

mod mail;

use super::document::{Content, Document, Part, PartRole};

/// A complaint without its transport.
pub(crate) fn unwrapped(name: &str, bytes: &[u8]) -> Document {
    if mail::is_one(bytes) { mail::document(bytes) } else { file(name, bytes) }
}

/// A file that is no mail.
pub(super) fn file(name: &str, bytes: &[u8]) -> Document {
    let (content, media_type) = match std::str::from_utf8(bytes) {
        Ok(text) => (Content::Text(text.to_owned()), "text/plain"),
        Err(_) => (Content::Bytes(bytes.to_vec()), "application/octet-stream"),
    };
    let part = Part {
        media_type: media_type.to_owned(),
        name: name.to_owned(),
        role: PartRole::File,
        content,
    };
    let text = part.text().into_owned();
    Document { text, parts: vec![part], ..Document::default() }
}
