//! Bytes that came in, as what people and programs meant by them. Reading never fails: what could not be
//! made out is left empty, and the caller keeps the bytes.
//!
//! Everything here is pure, knows nothing of the desk, and is made for strangers' mail: there is a limit on
//! all that is taken out of it, and nothing in it is nested deeper than this crate looks.

mod automatic;
mod body;
pub mod complaint;
mod delivery;
mod files;
mod headers;
mod html;
mod masked;
mod said;

use std::borrow::Cow;

use mail_parser::{Message, MessageParser};

pub use automatic::{Automatic, Strength};
pub use delivery::{Action, DeliveryReport, RecipientReport};
use headers::{addresses_in, all, first, ids_in};
use masked::masked;

/// Longest text that is taken out of a mail, in bytes. Several times what a message of a report can hold, so
/// that a quotation in it can still be seen to be one.
pub const LONGEST_TEXT: usize = 1024 * 1024;

/// Attached files that are named. Whoever sends more has them in the mail all the same.
pub const MOST_FILES: usize = 100;

/// Message-IDs that a mail refers to. Threads are longer, but ours is among the last.
pub const MOST_REFERENCES: usize = 100;

/// Addresses that a mail is addressed to.
pub const MOST_ADDRESSES: usize = 100;

/// Longest subject, in characters.
pub const LONGEST_LINE: usize = 255;

/// Longest name of a file, in characters. Long, because whoever shortens it for a disk has to see how it ends.
pub const LONGEST_FILE_NAME: usize = 2_000;

/// A mail, as it was meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// Who wrote it: the one address in the one `From`. None when there are none or several. What has no `@` is no
    /// address: names with a comma in them come in two.
    pub from: Option<String>,
    /// Subject, in one line.
    pub subject: String,
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The Message-IDs in `In-Reply-To` and `References`, without angle brackets; those answered first.
    pub refers_to: Vec<String>,
    /// Whom it is addressed to, as far as its headers say (`To`, `Cc`, `Delivered-To` and the like).
    pub addressed_to: Vec<String>,
    /// The text that a reader sees; HTML as plain text.
    pub text: String,
    /// The text without the quoted original and the signature; the same as `text` where that is not certain.
    pub said: String,
    /// Files that came with it.
    pub files: Vec<File>,
    /// Why it was not written by a person, if that shows.
    pub automatic: Option<Automatic>,
    /// What it says of the delivery of another mail, if that is what it is for.
    pub delivery: Option<DeliveryReport>,
}

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name as the sender has it: one line, not to be used as a path. Where the sender gave none, one after its
    /// type; empty where that says nothing.
    pub name: String,
    /// Its media type, such as `image/png`.
    pub media_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Reads a mail. `envelope_from` is whom the server that handed it over named as its sender: empty for nobody, as
/// with mail that came back; nothing where no server told, and then only a `Return-Path` can.
pub fn read(raw: &[u8], envelope_from: Option<&str>) -> Mail {
    let raw = masked(raw);
    let Some(message) = MessageParser::default().parse(raw.as_ref()) else {
        let text = bounded(&String::from_utf8_lossy(&raw)).into_owned();
        return Mail { said: text.clone(), text, ..Mail::default() };
    };
    let whole = body::with_missing_ends(&raw, &message);
    let again = whole.as_deref().and_then(|whole| MessageParser::default().parse(whole));
    meant(again.as_ref().unwrap_or(&message), envelope_from)
}

fn meant(message: &Message<'_>, envelope_from: Option<&str>) -> Mail {
    let (text, stray) = body::text(message);
    let said = said::without_quotation(&text).to_owned();
    let mut refers_to = ids_in(all(message, "In-Reply-To"));
    refers_to.extend(ids_in(all(message, "References")).into_iter().rev());
    refers_to.truncate(MOST_REFERENCES);
    let is_from_nobody = envelope_from == Some("") || has_null_return_path(message);
    let delivery = delivery::report(message, &text, is_from_nobody);
    Mail {
        from: author(message),
        subject: line(message.subject().unwrap_or_default(), LONGEST_LINE),
        message_id: ids_in(all(message, "Message-ID")).into_iter().next(),
        refers_to,
        addressed_to: addressed_to(message),
        files: files::files(message, stray),
        automatic: automatic::sign(message),
        delivery,
        text,
        said,
    }
}

/// The one address in the one `From`.
fn author(message: &Message<'_>) -> Option<String> {
    if all(message, "From").count() != 1 {
        return None;
    }
    let addresses = message.from()?.iter().filter_map(|one| one.address());
    let mut addresses = addresses.filter(|address| address.contains('@'));
    let only = addresses.next().filter(|_| addresses.next().is_none())?;
    Some(only.to_owned())
}

fn addressed_to(message: &Message<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"] {
        for value in all(message, name) {
            found.extend(addresses_in(value));
        }
    }
    found.truncate(MOST_ADDRESSES);
    found
}

/// Text of at most [`LONGEST_TEXT`] bytes.
fn bounded(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(&text[..text.floor_char_boundary(LONGEST_TEXT)])
}

/// One line of at most so many characters.
fn line(text: &str, longest: usize) -> String {
    let blank = |c: char| if c.is_control() { ' ' } else { c };
    text.trim().chars().map(blank).take(longest).collect()
}

/// Whether mail that comes back to its sender would go nowhere: the sender wants no answer (RFC 3834 §2).
fn has_null_return_path(message: &Message<'_>) -> bool {
    first(message, "Return-Path").is_some_and(|path| path.trim() == "<>")
}

#[cfg(test)]
mod tests;
