//! What of a mail a reader sees as its text, and what is a file.

use crate::budget::{Budget, Unreadable};
use crate::mime::{Body, Part};
use crate::ours::Ours;
use crate::{LONGEST_TEXT, bounded, charset, html, said};

/// Bytes of one part in which text is looked for. Pages have several bytes for each letter that is read.
const LONGEST_SOURCE: usize = 4 * LONGEST_TEXT;

/// How a PGP message begins (RFC 9580 §6.2).
const PGP_MESSAGE: &[u8] = b"-----BEGIN PGP MESSAGE-----";

/// What is in a mail, for a reader.
#[derive(Default)]
pub(crate) struct Content<'m> {
    /// Its text; HTML as plain text.
    pub(crate) text: String,
    /// Parts that are files.
    pub(crate) files: Vec<&'m Part>,
    /// Something in it can be read only by who has a key.
    pub(crate) is_encrypted: bool,
}

/// What is in a mail.
pub(crate) fn content<'m>(
    mail: &'m Part,
    ours: &Ours,
    budget: &Budget<'_>,
) -> Result<Content<'m>, Unreadable> {
    let mut content = Content::default();
    let reader = Reader { ours, budget };
    reader.add(mail, true, &mut content)?;
    if content.text.trim().is_empty() && !content.is_encrypted {
        reader.take_stray(&mut content)?;
    }
    let has_pgp_file = |part: &&Part| part.bytes().trim_ascii_start().starts_with(PGP_MESSAGE);
    content.is_encrypted |= has_pgp_message(&content.text)
        || (said::is_silent(&content.text) && content.files.iter().any(has_pgp_file));
    Ok(content)
}

struct Reader<'a> {
    ours: &'a Ours,
    budget: &'a Budget<'a>,
}

impl Reader<'_> {
    fn add<'m>(
        &self,
        part: &'m Part,
        is_first: bool,
        content: &mut Content<'m>,
    ) -> Result<(), Unreadable> {
        match &part.body {
            Body::Sealed(_) => {
                content.is_encrypted = true;
                content.files.push(part);
            }
            Body::Parts(parts) if part.sub == "alternative" => {
                self.add_richest(parts, content)?;
            }
            Body::Parts(parts) if part.sub == "encrypted" => {
                content.is_encrypted = true;
                add_files(parts, content);
            }
            Body::Parts(parts) if part.sub == "related" => {
                if let Some((page, others)) = parts.split_first() {
                    self.add(page, true, content)?;
                    // What belongs to a page is no text below it.
                    add_files(others, content);
                }
            }
            Body::Parts(parts) => {
                for (at, inner) in parts.iter().enumerate() {
                    self.add(inner, is_first && at == 0, content)?;
                }
            }
            Body::Bytes(_) if is_shown(part, is_first) => {
                let text = self.words(part)?;
                append(&mut content.text, &text);
            }
            Body::Bytes(_) if is_file(part) => content.files.push(part),
            Body::Bytes(_) => {}
        }
        Ok(())
    }

    /// Of several ways to say the same, the plain one, unless another one says far more: then the plain one is a hint that
    /// there is another, what a list put below, or nothing at all.
    fn add_richest<'m>(
        &self,
        parts: &'m [Part],
        content: &mut Content<'m>,
    ) -> Result<(), Unreadable> {
        let mut ways = Vec::new();
        for part in parts {
            let mut way = Content::default();
            self.add(part, true, &mut way)?;
            self.budget.spend(2 * way.text.len())?;
            let own = said::without_quotation(&way.text, self.ours);
            let letters = own.chars().filter(|c| c.is_alphanumeric()).count();
            content.files.append(&mut way.files);
            content.is_encrypted |= way.is_encrypted;
            ways.push((letters, part.sub == "plain", way.text));
        }
        let most = ways.iter().map(|(letters, ..)| *letters).max().unwrap_or_default();
        let suffices = |(letters, is_plain, _): &&(usize, bool, String)| {
            (*is_plain && 2 * letters >= most) || *letters == most
        };
        if let Some((.., text)) = ways.iter().find(suffices) {
            append(&mut content.text, text);
        }
        Ok(())
    }

    /// The text that a reader sees where no part wants to be one: a file without a name.
    fn take_stray(&self, content: &mut Content<'_>) -> Result<(), Unreadable> {
        for at in 0..content.files.len() {
            let part = content.files[at];
            if part.name.is_none() && is_text(part) {
                let text = self.words(part)?;
                if !text.trim().is_empty() {
                    content.files.remove(at);
                    content.text = text;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What can be read in a part; HTML as plain text.
    fn words(&self, part: &Part) -> Result<String, Unreadable> {
        let bytes = part.bytes();
        let bytes = &bytes[..bytes.len().min(LONGEST_SOURCE)];
        self.budget.spend(4 * bytes.len())?;
        let text = charset::text(bytes, part.charset.as_deref());
        let text = if part.sub == "html" { html::text(&text) } else { text };
        Ok(bounded(&text).replace("\r\n", "\n").replace('\r', "\n"))
    }
}

fn add_files<'m>(parts: &'m [Part], content: &mut Content<'m>) {
    let all = parts.iter().flat_map(Part::all);
    content.files.extend(all.filter(|part| !matches!(part.body, Body::Parts(_)) && is_file(part)));
}

/// Puts a text below another, within [`LONGEST_TEXT`].
fn append(text: &mut String, more: &str) {
    if text.len() > LONGEST_TEXT || more.trim().is_empty() {
        return;
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(more);
    text.truncate(text.floor_char_boundary(LONGEST_TEXT));
}

/// Text for readers, and all that stands below a header which promises parts and does not say how they are told apart.
fn is_text(part: &Part) -> bool {
    match part.main.as_str() {
        // These are for programs.
        "text" => {
            !matches!(part.sub.as_str(), "calendar" | "vcard" | "x-vcard" | "directory" | "rtf")
                && !part.sub.ends_with("headers")
        }
        "" | "multipart" => true,
        _ => false,
    }
}

/// Whether a part is shown, and is no file: a text that does not want to be one. The first part has no name that would
/// make it one.
fn is_shown(part: &Part, is_first: bool) -> bool {
    let is_usual = matches!(part.sub.as_str(), "" | "plain" | "html") || part.main != "text";
    let is_shown =
        if is_usual { is_first || part.name.is_none() } else { is_first && part.name.is_none() };
    is_text(part) && !part.is_attached && is_shown
}

/// Parts for programs, which nobody would call an attached file.
fn is_file(part: &Part) -> bool {
    let is_machinery = part.sub.ends_with("delivery-status")
        || part.sub.ends_with("disposition-notification")
        || matches!(
            part.sub.as_str(),
            "pgp-signature" | "pkcs7-signature" | "x-pkcs7-signature" | "pgp-encrypted"
        );
    !is_machinery
}

/// PGP in the text itself (RFC 9580 §6.2), which is no answer that anybody here can read.
fn has_pgp_message(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "-----BEGIN PGP MESSAGE-----")
}
