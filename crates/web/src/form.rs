//! Fields of forms, in the character set that they were written in.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use encoding_rs::{Encoding, WINDOWS_1252};
use portreeve_core::text::storable;

/// The character set that a `Content-Type` names.
pub(crate) fn charset_of(content_type: &str) -> Option<&'static Encoding> {
    let parameters = content_type.split(';').skip(1).filter_map(|one| one.split_once('='));
    let mut named = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    named.next().and_then(|(_, label)| charset(label))
}

/// The character set that the head of a request, or of a part of one, names.
pub(crate) fn charset_in(headers: &HeaderMap) -> Option<&'static Encoding> {
    charset_of(headers.get(CONTENT_TYPE)?.to_str().ok()?)
}

/// The character set of a name; none for one whose every text browsers replace by a single sign.
pub(crate) fn charset(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.trim().trim_matches('"').as_bytes())
}

/// Text from outside. What is UTF-8 is UTF-8, whatever was said of it; else it is in the character set that was named,
/// and without a good name in windows-1252, in which 8-bit editors write.
pub(crate) fn text(bytes: &[u8], named: Option<&'static Encoding>) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return storable(text);
    }
    let named = named.filter(|charset| *charset != encoding_rs::UTF_8).unwrap_or(WINDOWS_1252);
    storable(&named.decode_without_bom_handling(bytes).0)
}

/// The pairs of `application/x-www-form-urlencoded`, or of a query, in their order.
pub(crate) fn urlencoded(
    bytes: &[u8],
    named: Option<&'static Encoding>,
) -> impl Iterator<Item = (String, String)> {
    let pairs = bytes.split(|&b| b == b'&').filter(|pair| !pair.is_empty());
    pairs.map(move |pair| {
        let equals = pair.iter().position(|&b| b == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at(equals);
        (decoded(name, named), decoded(value.get(1..).unwrap_or_default(), named))
    })
}

fn decoded(bytes: &[u8], named: Option<&'static Encoding>) -> String {
    let spaced: Vec<u8> = bytes.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    let raw: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
    text(&raw, named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(body: &[u8], content_type: &str) -> String {
        let mut pairs = urlencoded(body, charset_of(content_type));
        pairs.next().expect("a pair").1
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_read_as_windows_1252_or_as_was_said() {
        let form = "application/x-www-form-urlencoded";
        for body in [
            &b"a=Mi%DFbrauch"[..],
            b"a=Mi\xDFbrauch",
            b"a=Mi%c3%9fbrauch",
            "a=Mißbrauch".as_bytes(),
        ] {
            for charset in
                ["", "; charset=utf-8", "; charset=\"ISO-8859-1\"", "; charset=iso-2022-kr"]
            {
                assert_eq!(value(body, &format!("{form}{charset}")), "Mißbrauch", "{charset}");
            }
        }
        assert_eq!(value(b"a=Mi%DFbrauch", &format!("{form}; charset=nonsense")), "Mißbrauch");
        assert_eq!(value(b"a=%80+%92", form), "€ ’");
        assert_eq!(value(b"a=%CC%D2", &format!("{form}; Charset=windows-1251")), "МТ");
        assert_eq!(value(b"a=%A4%A2%A4", &format!("{form}; charset=EUC-JP")), "あ\u{FFFD}");
    }

    #[test]
    fn pairs_are_taken_apart_as_browsers_join_them() {
        let all: Vec<_> = urlencoded(b"&a=b%2Bc+d&&e&f=g=h&=i&%zz=%4", None).collect();
        let pairs: Vec<_> = all.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(pairs, [("a", "b+c d"), ("e", ""), ("f", "g=h"), ("", "i"), ("%zz", "%4")]);
        assert_eq!(value(b"a=%00x%1B", ""), storable("\0x\u{1b}"));
    }
}
