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

/// Forwards in forwards that are taken off.
pub(crate) const DEEPEST: u8 = 4;

/// Complaints that one mail can hold, as a digest does.
pub(crate) const MOST_COMPLAINTS: usize = 100;

/// Parts of a mail that are looked at.
pub(crate) const MOST_PARTS: usize = 1_000;

/// The mails in a mailbox, or the bytes as they are. A file that is called a mail is one, whatever it quotes.
pub(crate) fn mailbox<'b>(name: &str, bytes: &'b [u8]) -> Vec<&'b [u8]> {
    let is_one = name.to_ascii_lowercase().ends_with(".eml");
    if is_one || !bytes.starts_with(b"From ") { vec![bytes] } else { repair::mails_of(bytes) }
}

/// The complaints in some bytes, each without its transport: mostly one. A container has those of its files.
pub(crate) fn unwrapped(name: &str, bytes: &[u8]) -> Vec<Document> {
    if repair::is_mail(bytes) {
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

/// The complaints in the files of a container.
fn contained(part: &Part) -> Vec<Document> {
    let (members, defects) = container::members(part);
    let mut found: Vec<Document> = Vec::new();
    for member in members {
        for bytes in mailbox(&member.name, member.bytes()) {
            if repair::is_mail(bytes) {
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
