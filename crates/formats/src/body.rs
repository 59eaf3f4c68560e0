//! The text of a mail, also of one that is broken: what a reader's program shows has to be read here, too.

use std::borrow::Cow;

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::masked::subtype;
use crate::{LONGEST_TEXT, bounded, html};

/// Multiparts whose ends are looked for. Whoever puts more of them into each other is no mail program.
const MOST_MULTIPARTS: usize = 8;

/// Longest boundary that is looked for; RFC 2046 §5.1.1 allows 70 characters.
const LONGEST_BOUNDARY: usize = 200;

/// The mail with the ends that its multiparts have not, as when it was cut off. None when nothing is missing: without
/// its end, the last part is no part for the parser, and is not decoded.
pub(crate) fn with_missing_ends(raw: &[u8], message: &Message<'_>) -> Option<Vec<u8>> {
    if !message.parts.iter().any(|part| part.is_encoding_problem) {
        return None;
    }
    let boundaries = message.parts.iter().filter_map(boundary).take(MOST_MULTIPARTS);
    let ends = boundaries.map(|boundary| format!("--{boundary}--"));
    let mut missing: Vec<String> = ends.filter(|end| !contains(raw, end.as_bytes())).collect();
    // What began last ends first.
    missing.reverse();
    if missing.is_empty() {
        return None;
    }
    Some([raw, b"\r\n", missing.join("\r\n").as_bytes(), b"\r\n"].concat())
}

/// The boundary of a part that has parts.
fn boundary<'m>(part: &'m MessagePart<'_>) -> Option<&'m str> {
    let has_parts = matches!(part.body, PartType::Multipart(_));
    let boundary = part.content_type()?.attribute("boundary")?;
    (has_parts && boundary.len() <= LONGEST_BOUNDARY).then_some(boundary)
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// The text that a reader sees, and the part that it was found in where that would be a file otherwise.
pub(crate) fn text<'m>(message: &'m Message<'m>) -> (String, Option<&'m MessagePart<'m>>) {
    let shown = tidy(&joined(message));
    if !shown.trim().is_empty() {
        return (shown, None);
    }
    match message.parts.iter().find(|part| is_stray(part)) {
        Some(part) => (tidy(&words(part).unwrap_or_default()), Some(part)),
        None => (shown, None),
    }
}

fn joined(message: &Message<'_>) -> String {
    let mut text = String::new();
    for more in message.text_bodies().filter_map(words) {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&more);
        if text.len() > LONGEST_TEXT {
            break;
        }
    }
    text
}

fn tidy(text: &str) -> String {
    bounded(text).replace("\r\n", "\n").replace('\r', "\n")
}

/// What can be read in a part; HTML as plain text.
fn words<'m>(part: &'m MessagePart<'_>) -> Option<Cow<'m, str>> {
    match &part.body {
        PartType::Text(text) if subtype(part) != "html" => Some(Cow::Borrowed(text)),
        PartType::Text(page) | PartType::Html(page) => Some(Cow::Owned(html::text(&bounded(page)))),
        // All that stands below headers that promise parts and do not say how they are told apart.
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) if is_multipart(part) => {
            Some(String::from_utf8_lossy(bytes))
        }
        _ => None,
    }
}

fn is_multipart(part: &MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("multipart"))
}

/// Text that nobody would call a file: it has no name, or it stands where parts should be.
fn is_stray(part: &MessagePart<'_>) -> bool {
    let is_text = part.content_type().is_none_or(|kind| {
        kind.ctype().eq_ignore_ascii_case("text")
            && matches!(subtype(part).as_str(), "" | "plain" | "html")
    });
    (is_text || is_multipart(part))
        && part.attachment_name().is_none()
        && words(part).is_some_and(|text| !text.trim().is_empty())
}
