//! Mails in mails are not taken apart. The parser would follow them as deep as they go, and what it makes of a
//! million of them inside each other cannot even be dropped. So what they are called is changed before it looks:
//! they are parts like all others then, whose headers are read where that is of use.

use std::borrow::Cow;

use mail_parser::{MessagePart, MimeHeaders};

/// Subtypes whose content the parser takes for mails, and how they are called instead.
const NESTING: [(&[u8], &[u8]); 3] =
    [(b"rfc822", b"xfc822"), (b"global", b"xlobal"), (b"digest", b"xigest")];

const NAME: &[u8] = b"content-type";

/// The mail with other names for parts that are mails.
pub(crate) fn masked(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Cow::Borrowed(raw);
    let mut at = 0;
    while let Some(found) = find(&raw[at..], NAME) {
        let begin = at + found + NAME.len();
        let end = begin + end_of_field(&raw[begin..]);
        for (word, other) in NESTING {
            let mut from = begin;
            while let Some(found) = find(&raw[from..end], word) {
                let place = from + found..from + found + word.len();
                out.to_mut()[place.clone()].copy_from_slice(other);
                from = place.end;
            }
        }
        at = end;
    }
    out
}

/// Where a header that goes on over lines ends.
fn end_of_field(bytes: &[u8]) -> usize {
    let ends = |at: &usize| {
        bytes[*at] == b'\n' && !bytes.get(at + 1).is_some_and(|b| matches!(b, b' ' | b'\t'))
    };
    (0..bytes.len()).find(ends).unwrap_or(bytes.len())
}

/// The first place of `word`, which is in lower case, whatever case it has there.
fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word))
}

/// The subtype of a part in lower case, as it was called before.
pub(crate) fn subtype(part: &MessagePart<'_>) -> String {
    let kind = part.content_type().and_then(|kind| kind.subtype()).unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    let text = |bytes: &'static [u8]| std::str::from_utf8(bytes).unwrap_or_default();
    NESTING.iter().fold(kind, |kind, (word, other)| kind.replace(text(other), text(word)))
}
