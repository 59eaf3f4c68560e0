//! A mail as it was understood, with all that is made of its texts. It is made away from the threads that answer callers
//! and outside of transactions: whoever writes a mail chooses how much work it is.

use portreeve_core::report::LONGEST_TEXT;
use portreeve_core::text::{lines, one_line, storable};
use portreeve_formats::{Circumstances, Mail, Ours, Unreadable};
use portreeve_store::MailReading;

use super::links::without_secret_links;
use crate::desk::Desk;
use crate::digest::sha256_hex;

/// What stands in subjects of ours.
const TAG: &str = "[abuse #";

/// What stands in links of ours.
const LINK: &str = "/client/r/";

/// A mail, and what is made of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Understood {
    /// The mail. Where it could not be read, what its header says.
    pub(super) mail: Mail,
    /// It could not be read.
    pub(super) is_unreadable: bool,
    /// Its text, without the links by which the customer comes in.
    pub(super) text: String,
    /// The same of what was said in it.
    pub(super) said: String,
    /// What somebody wrote, as a message of a report.
    pub(super) message: String,
    /// Hash of what was written and sent along, whatever servers did to the mail on its way.
    content_sha256: String,
}

/// The desk stops, so that nothing is read any more.
#[derive(Debug)]
pub(super) struct Stopped;

impl Understood {
    /// Reads bytes away from the threads that answer callers.
    pub(super) async fn of(
        desk: &Desk,
        bytes: Vec<u8>,
        envelope_from: Option<String>,
    ) -> Result<Self, Stopped> {
        let (ours, stop) = (ours(desk), desk.stop_reading.clone());
        let read = move || {
            let known =
                Circumstances { envelope_from: envelope_from.as_deref(), ours: &ours, stop: &stop };
            match portreeve_formats::read(&bytes, known) {
                Ok(mail) => Ok(Self::made_of(mail)),
                Err(Unreadable::Stopped) => Err(Stopped),
                Err(why) => {
                    tracing::warn!("a mail could not be read: {why:?}");
                    let mail = portreeve_formats::read_header(&bytes);
                    Ok(Self { is_unreadable: true, ..Self::made_of(mail) })
                }
            }
        };
        tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| {
            tracing::error!("a mail could not be read: {error}");
            Ok(Self { is_unreadable: true, ..Self::default() })
        })
    }

    fn made_of(mail: Mail) -> Self {
        Self {
            is_unreadable: false,
            text: without_secret_links(&lines(&mail.text)),
            said: without_secret_links(&lines(&mail.said)),
            message: message(&mail),
            content_sha256: content(&mail),
            mail,
        }
    }

    /// What is written down of it.
    pub(super) fn reading(&self) -> MailReading {
        let Mail { message_id, from, subject, files, .. } = &self.mail;
        MailReading {
            message_id: message_id.as_deref().map(|id| storable(&one_line(id, 998))),
            from_address: storable(&one_line(from.as_deref().unwrap_or_default(), 320)),
            subject: storable(&one_line(subject, portreeve_formats::LONGEST_LINE)),
            files: i64::try_from(files.len()).unwrap_or(i64::MAX),
            content_sha256: self.content_sha256.clone(),
        }
    }
}

/// What somebody wrote, as a message: without the quotation, where something is left, and without the links by which
/// the customer comes in; and what is not in it.
fn message(mail: &Mail) -> String {
    let written = [&mail.said, &mail.text].into_iter().find(|text| !text.trim().is_empty());
    let shown = |text: &String| without_secret_links(&lines(text));
    let mut text = written.map_or_else(|| "[A mail without text.]".to_owned(), shown);
    let too_long = "\n\n[The mail is longer. The abuse desk has all of it.]";
    if text.trim().chars().count() > LONGEST_TEXT {
        text = text.trim().chars().take(LONGEST_TEXT - too_long.chars().count()).collect();
        text.push_str(too_long);
    }
    storable(text.trim())
}

/// Hash of the words and the files of a mail. How lines are broken, servers change on the way.
fn content(mail: &Mail) -> String {
    let written = if mail.said.trim().is_empty() { &mail.text } else { &mail.said };
    let mut content = String::with_capacity(written.len());
    for word in written.split_whitespace() {
        content.push_str(word);
        content.push(' ');
    }
    for file in &mail.files {
        content.push('\0');
        content.push_str(&sha256_hex(&file.bytes));
    }
    sha256_hex(content.as_bytes())
}

/// How mail of this desk is known where it is quoted.
fn ours(desk: &Desk) -> Ours {
    let senders = desk.mail.iter().flat_map(|mail| {
        let others =
            mail.senders.iter().flat_map(|sender| [Some(&sender.from), sender.reply_to.as_ref()]);
        others.flatten().chain([&mail.from])
    });
    let (mut addresses, mut names) = (Vec::new(), Vec::new());
    for written in senders.map(String::as_str).chain(desk.config.answer_address.as_deref()) {
        let (name, address) = name_and_address(written);
        addresses.push(address.to_owned());
        names.extend((!name.is_empty()).then(|| name.to_owned()));
    }
    Ours { addresses, names, tags: vec![TAG.to_owned()], marks: vec![LINK.to_owned()] }
}

/// `Abuse desk <abuse@example.com>`, or the address alone.
fn name_and_address(written: &str) -> (&str, &str) {
    match written.trim().strip_suffix('>').and_then(|written| written.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address.trim()),
        None => ("", written.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(said: &str, text: &str) -> Mail {
        Mail { said: said.into(), text: text.into(), ..Mail::default() }
    }

    #[test]
    fn a_message_has_what_was_written_and_says_what_it_has_not() {
        assert_eq!(message(&mail(" Done.\r\n", "x")), "Done.");
        assert_eq!(message(&mail("", "> only quoted\n")), "> only quoted");
        assert_eq!(message(&mail(" ", "")), "[A mail without text.]");
        assert_eq!(message(&mail("a\0b", "")), "a b");
        let long = message(&mail(&"ü".repeat(LONGEST_TEXT + 1), ""));
        assert!(long.chars().count() == LONGEST_TEXT && long.ends_with("has all of it.]"));
        assert_eq!(message(&mail(&"ü".repeat(LONGEST_TEXT), "")), "ü".repeat(LONGEST_TEXT));
    }

    #[test]
    fn the_same_content_is_the_same_however_its_lines_are_broken() {
        let file = |bytes: &[u8]| portreeve_formats::File {
            name: "a.txt".into(),
            media_type: "text/plain".into(),
            bytes: bytes.to_vec(),
        };
        let with = |said: &str, files: Vec<_>| content(&Mail { files, ..mail(said, "") });
        let one = with("It is\r\ngone. ", vec![file(b"x")]);
        assert_eq!(one, with("It is gone.", vec![file(b"x")]));
        for other in [
            with("It is gone", vec![file(b"x")]),
            with("It is gone.", vec![file(b"y")]),
            with("It is gone.", vec![]),
            with("It is gone.", vec![file(b"x"), file(b"x")]),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn senders_have_a_name_and_an_address() {
        for (written, name, address) in [
            ("Abuse desk <abuse@example.com>", "Abuse desk", "abuse@example.com"),
            ("\"Abuse: x\" <abuse@example.com>", "Abuse: x", "abuse@example.com"),
            ("abuse@example.com", "", "abuse@example.com"),
        ] {
            assert_eq!(name_and_address(written), (name, address));
        }
    }
}
