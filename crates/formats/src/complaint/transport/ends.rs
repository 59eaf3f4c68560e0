//! The ends that multiparts have not, as when a mail was cut off.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

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
    let mut missing: Vec<String> =
        ends.filter(|end| memchr::memmem::find(raw, end.as_bytes()).is_none()).collect();
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
