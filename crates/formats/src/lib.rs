//! Bytes that came in, as what people and programs meant by them. What could not be made out is left empty, and the
//! caller keeps the bytes; only what would cost more than any real mail is not read at all (`budget.rs`).
//!
//! Everything here is pure, knows nothing of the desk, and is made for strangers' mail: it goes through the bytes a
//! fixed number of times, there is a limit on all that is taken out of them, and nothing in them is nested deeper than
//! this crate looks.

mod absence;
mod authentication;
mod automatic;
mod body;
mod budget;
mod charset;
mod cms;
pub mod complaint;
mod delivery;
mod fields;
mod files;
mod html;
mod mime;
mod ours;
mod receipt;
mod said;
mod sender;
mod transfer;

use std::borrow::Cow;

pub use authentication::{
    Authentication, MOST_SIGNATURES, MOST_SIGNED_FIELDS, Said, SaidResult, Signature,
    authentication, authentication_results,
};
pub use automatic::{Automatic, Strength};
use budget::Budget;
pub use budget::{
    DEEPEST_PART, LONGEST_DESCRIPTION, LONGEST_FIELD, MOST_FIELDS, MOST_PARTS, MOST_STEPS, Stop,
    Unreadable,
};
pub use delivery::{Action, DeliveryReport, RecipientReport};
use fields::{Fields, addresses_in, from_header, ids_in, outer_ids_in};
use mime::Part;
pub use ours::Ours;
pub use receipt::{Disposition, Receipt};

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
    /// Who wrote it: the one address in the one `From`. None when there are none or several, or when it is written so
    /// that programs read it differently.
    pub from: Option<String>,
    /// What looks like addresses in `From`, `Sender` and `Reply-To`: any of them may have written it.
    pub perhaps_from: Vec<String>,
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
    /// The text without what it quotes of ours and the signature; the same as `text` where that is not certain.
    pub said: String,
    /// Files that came with it.
    pub files: Vec<File>,
    /// Why it was not written by a person, if that shows.
    pub automatic: Option<Automatic>,
    /// What it says of the delivery of another mail, if that is what it is for.
    pub delivery: Option<DeliveryReport>,
    /// What a mail program says became of another mail, if that stands in it.
    pub receipt: Option<Receipt>,
    /// It reads like a note that somebody is away. Only words say so, which people use, too.
    pub is_absence_note: bool,
    /// What somebody wrote in it, or a part of that, can be read only by who has a key.
    pub is_encrypted: bool,
}

impl Mail {
    /// Whether nobody says anything with it: no word of its own, and no file.
    pub fn is_silent(&self) -> bool {
        self.files.iter().all(File::is_wrapping) && said::is_silent(&self.said)
    }
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

impl File {
    /// Whether programs send it without anybody having attached it: what Outlook makes of a mail for itself, or the answer
    /// of a calendar.
    fn is_wrapping(&self) -> bool {
        let is_outlooks = self.name.eq_ignore_ascii_case("winmail.dat")
            || matches!(
                self.media_type.as_str(),
                "application/ms-tnef" | "application/vnd.ms-tnef"
            );
        is_outlooks || self.media_type == "text/calendar"
    }
}

/// What is to be known for reading a mail.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// Whom the server that handed it over named as its sender: empty for nobody, as with mail that came back; nothing
    /// where no server told, and then only a `Return-Path` can.
    pub envelope_from: Option<&'a str>,
    /// How mail of ours is known in what it quotes.
    pub ours: &'a Ours,
    /// Ends the reading.
    pub stop: &'a Stop,
}

/// Reads a mail, within what any mail may cost ([`MOST_STEPS`] and the other bounds).
pub fn read(raw: &[u8], known: Circumstances<'_>) -> Result<Mail, Unreadable> {
    read_within(raw, known, &Budget::new(known.stop))
}

/// What the header of a mail says that cannot be read otherwise, as far as that can be had: who wrote it, and what it
/// refers to.
pub fn read_header(raw: &[u8]) -> Mail {
    let stop = Stop::default();
    let budget = Budget::new(&stop);
    let fields = Fields::leading(&from_header(raw), &budget);
    let subject = fields.words("Subject", &budget).unwrap_or_default();
    Mail { subject: line(&subject, LONGEST_LINE), ..headed(&fields) }
}

fn headed(fields: &Fields) -> Mail {
    let mut refers_to = ids_in(fields.all("In-Reply-To"));
    refers_to.truncate(MOST_REFERENCES / 2);
    let references = outer_ids_in(fields.all("References"), MOST_REFERENCES - refers_to.len());
    refers_to.extend(references.into_iter().rev());
    Mail {
        from: author(fields),
        perhaps_from: perhaps_from(fields),
        message_id: ids_in(fields.all("Message-ID")).into_iter().next(),
        refers_to,
        addressed_to: addressed_to(fields),
        automatic: automatic::sign(fields),
        ..Mail::default()
    }
}

fn read_within(
    raw: &[u8],
    known: Circumstances<'_>,
    budget: &Budget<'_>,
) -> Result<Mail, Unreadable> {
    budget.spend(raw.len())?;
    let whole = Part::mail(&from_header(raw), budget)?;
    let fields = &whole.fields;
    let body::Content { text, files, is_encrypted } = body::content(&whole, known.ours, budget)?;
    // Each of a few looks goes through it once or twice.
    budget.spend(12 * text.len())?;
    let said = said::without_quotation(&text, known.ours).to_owned();
    let mail = headed(fields);
    let is_from_nobody = known.envelope_from == Some("") || has_null_return_path(fields);
    let is_by_a_server = mail
        .from
        .as_deref()
        .is_some_and(|from| from.to_ascii_lowercase().starts_with("mailer-daemon@"));
    let parts = whole.all();
    let receipt = receipt::receipt(&whole);
    let delivery = match &receipt {
        Some(_) => None,
        None => delivery::report(&parts, fields, &text, is_from_nobody || is_by_a_server, budget)?,
    };
    let subject = line(&fields.words("Subject", budget)?, LONGEST_LINE);
    Ok(Mail {
        files: files::files(&files),
        is_absence_note: absence::is_note(&subject, &said),
        is_encrypted,
        subject,
        delivery,
        receipt,
        text,
        said,
        ..mail
    })
}

/// The one address in the one `From`.
fn author(fields: &Fields) -> Option<String> {
    let mut all = fields.all("From");
    let only = all.next().filter(|_| all.next().is_none())?;
    sender::only_address(only)
}

/// Senders that are looked at, besides the one that counts.
const MOST_SENDERS: usize = 10;

fn perhaps_from(fields: &Fields) -> Vec<String> {
    let values = ["From", "Sender", "Reply-To"].into_iter().flat_map(|name| fields.all(name));
    values.flat_map(addresses_in).take(MOST_SENDERS).collect()
}

fn addressed_to(fields: &Fields) -> Vec<String> {
    let names =
        ["Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To", "Resent-To", "To", "Cc"];
    let values = names.into_iter().flat_map(|name| fields.all(name));
    values.flat_map(addresses_in).take(MOST_ADDRESSES).collect()
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
fn has_null_return_path(fields: &Fields) -> bool {
    fields.first("Return-Path").is_some_and(|path| path.trim() == "<>")
}

#[cfg(test)]
mod tests;
