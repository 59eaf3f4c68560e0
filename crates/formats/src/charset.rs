//! Bytes as text, also where what is said of their character set is missing or false: then as mail programs do.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

/// Text in the character set that it was declared to be in, unless that is plainly false.
pub(crate) fn text(bytes: &[u8], declared: Option<&str>) -> String {
    let declared = declared.map(|name| name.trim().to_ascii_lowercase().replace('_', "-"));
    let declared = declared.as_deref().unwrap_or_default();
    // These can be neither ASCII nor UTF-8, whatever their bytes look like.
    let is_wide = declared.starts_with("utf-16") || declared.starts_with("utf-32");
    let is_seven_bit = declared.starts_with("iso-2022") || declared.starts_with("utf-7");
    let has_letters = !bytes.is_ascii();
    let is_utf8 = has_letters && std::str::from_utf8(bytes).is_ok();
    let Some(decode) = charset_decoder(declared.as_bytes()).filter(|_| is_known(declared)) else {
        return guessed(bytes);
    };
    if is_utf8 && !is_wide && !is_seven_bit && !has_many_bytes(declared) {
        return guessed(bytes);
    }
    let decoded = decode(bytes);
    if is_utf8 && decoded.contains('\u{FFFD}') { guessed(bytes) } else { decoded }
}

/// Character sets that say something. The others are what programs write that do not know.
fn is_known(declared: &str) -> bool {
    !matches!(declared, "" | "utf-8" | "utf8" | "us-ascii" | "ascii" | "ansi-x3.4-1968")
}

/// Character sets of several bytes a letter, whose texts can look like UTF-8 by chance.
fn has_many_bytes(declared: &str) -> bool {
    ["gb", "big5", "cn-big5", "euc", "shift", "sjis", "ks", "windows-949", "cp936", "hz", "cseuc"]
        .iter()
        .any(|begin| declared.starts_with(begin))
}

/// Text of which nothing is known: UTF-8, and what in it cannot be that is windows-1252.
pub(crate) fn guessed(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        let odd = chunk.invalid();
        if !odd.is_empty() {
            out.push_str(&windows_1252(odd));
        }
    }
    out
}

fn windows_1252(bytes: &[u8]) -> Cow<'static, str> {
    match charset_decoder(b"windows-1252") {
        Some(decode) => Cow::Owned(decode(bytes)),
        None => Cow::Borrowed("\u{FFFD}"),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_text_is_read_whatever_is_said_of_its_character_set() {
        let utf8 = "Gelöscht – „weg“".as_bytes();
        let western = b"Gel\xf6scht \x96 \x84weg\x93";
        for declared in
            [None, Some("utf-8"), Some("us-ascii"), Some("iso-8859-1"), Some("x-unknown"), Some("")]
        {
            assert_eq!(text(utf8, declared), "Gelöscht – „weg“", "{declared:?}");
        }
        for declared in [None, Some("utf-8"), Some("US-ASCII"), Some("unknown-8bit")] {
            assert_eq!(text(western, declared), "Gelöscht – „weg“", "{declared:?}");
        }
        assert_eq!(text(b"\xc3\xbc and \xfc", None), "ü and ü");
        assert_eq!(text(b"\xcd\xca", Some("koi8-r")), "мй");
        assert_eq!(
            text(b"\xc1\xaa\xcd\xa8", Some("gb2312")),
            "联通",
            "as UTF-8 it would be two letters"
        );
        assert_eq!(text(b"a\0b\0", Some("UTF-16LE")), "ab");
        assert_eq!(text(b"plain", Some("iso-8859-15")), "plain");
    }
}
