//! Mails in mails are not taken apart. The parser would follow them as deep as they go, and what it makes of a
//! million of them inside each other cannot even be dropped. So what they are called is changed before it looks:
//! they are parts like all others then, whose headers are read where that is of use.

use std::borrow::Cow;
use std::ops::Range;

use mail_parser::{MessagePart, MimeHeaders};

/// Subtypes whose content the parser takes for mails, and how they are called instead.
const NESTING: [(&[u8], &[u8]); 3] =
    [(b"rfc822", b"xfc822"), (b"global", b"xlobal"), (b"digest", b"xigest")];

const NAME: &[u8] = b"content-type";

/// The mail with other names for parts that are mails.
pub(crate) fn masked(raw: &[u8]) -> Cow<'_, [u8]> {
    renamed(raw, NESTING)
}

/// What came out of a mail that was masked, as it was before.
pub(crate) fn unmasked(bytes: &[u8]) -> Cow<'_, [u8]> {
    renamed(bytes, NESTING.map(|(word, other)| (other, word)))
}

fn renamed<'r>(raw: &'r [u8], names: [(&[u8], &[u8]); 3]) -> Cow<'r, [u8]> {
    crate::complaint::steps::take(raw.len());
    let mut out = Cow::Borrowed(raw);
    let mut at = 0;
    while let Some(found) = find(&raw[at..], NAME) {
        let begin = at + found + NAME.len();
        let end = begin + end_of_field(&raw[begin..]);
        for part in outside_values(&raw[begin..end]) {
            let mut from = begin + part.start;
            while from < begin + part.end {
                let other =
                    names.iter().find(|(word, _)| begins_with(&raw[from..begin + part.end], word));
                let Some((_, other)) = other else {
                    from += 1;
                    continue;
                };
                out.to_mut()[from..from + other.len()].copy_from_slice(other);
                from += other.len();
            }
        }
        at = end;
    }
    out
}

/// Whether a text begins with a word, which is in lower case, whatever case it has there.
fn begins_with(bytes: &[u8], word: &[u8]) -> bool {
    bytes.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

/// What of a field is no value of a parameter: boundaries and names of files stay what they are. Comments may have
/// anything in them and are no parameters.
fn outside_values(field: &[u8]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut begin, mut comment, mut is_parameter) = (Some(0), 0_u32, false);
    let mut quoted = false;
    for (at, byte) in field.iter().enumerate() {
        match (begin, byte) {
            (Some(_), b'(') => comment += 1,
            (Some(_), b')') => comment = comment.saturating_sub(1),
            (Some(_), b';') if comment == 0 => is_parameter = true,
            (Some(from), b'=') if comment == 0 && is_parameter => {
                parts.push(from..at);
                begin = None;
            }
            (None, b'"') => quoted = !quoted,
            (None, b';') if !quoted => begin = Some(at),
            _ => {}
        }
    }
    parts.extend(begin.map(|from| from..field.len()));
    parts
}

/// Where a header that goes on over lines ends.
fn end_of_field(bytes: &[u8]) -> usize {
    let ends = |at: &usize| {
        bytes[*at] == b'\n' && !bytes.get(at + 1).is_some_and(|b| matches!(b, b' ' | b'\t'))
    };
    (0..bytes.len()).find(ends).unwrap_or(bytes.len())
}

/// The first place of a header's name, whatever case it has there.
fn find(bytes: &[u8], name: &[u8]) -> Option<usize> {
    let dash = name.iter().position(|b| *b == b'-')?;
    memchr::memchr_iter(b'-', bytes).find_map(|at| {
        let begin = at.checked_sub(dash)?;
        begins_with(&bytes[begin..], name).then_some(begin)
    })
}

/// The subtype of a part in lower case, as it was called before.
pub(crate) fn subtype(part: &MessagePart<'_>) -> String {
    let kind = part.content_type().and_then(|kind| kind.subtype()).unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    let text = |bytes: &'static [u8]| std::str::from_utf8(bytes).unwrap_or_default();
    NESTING.iter().fold(kind, |kind, (word, other)| kind.replace(text(other), text(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        String::from_utf8_lossy(&masked(text.as_bytes())).into_owned()
    }

    #[test]
    fn mails_in_mails_get_another_name_and_nothing_else_does() {
        assert_eq!(shown("Content-Type: message/rfc822\n\nx"), "Content-Type: message/xfc822\n\nx");
        assert_eq!(
            shown("content-type:\n multipart/Digest; boundary=x"),
            "content-type:\n multipart/xigest; boundary=x"
        );
        assert_eq!(shown("Content-Type: (;=) message/global"), "Content-Type: (;=) message/xlobal");
        assert_eq!(shown("Content-Type: (;= message/rfc822"), "Content-Type: (;= message/xfc822");
        for same in [
            "Content-Type: multipart/report; boundary=\"1/mx1.globalhost.example\"",
            "Content-Type: text/plain; name=digest.pdf; boundary=\"a;rfc822\"",
            "Subject: rfc822 and digest",
        ] {
            assert_eq!(shown(same), same);
        }
    }

    #[test]
    fn what_was_masked_is_had_back() {
        let mail =
            "x\nContent-Type: message/rfc822; name=xfc822\n\nContent-Type: multipart/digest\n";
        let back = unmasked(&masked(mail.as_bytes())).into_owned();
        assert_eq!(String::from_utf8_lossy(&back), mail);
    }
}
