//! Texts that are signed inside of themselves (RFC 9580 §7): the armour off, dashes as they were.

use std::borrow::Cow;

const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const END: &str = "-----BEGIN PGP SIGNATURE-----";

/// The text without the armour of a signature, where there is one.
pub(super) fn without_armour(text: &str) -> Cow<'_, str> {
    let begin = memchr::memmem::find(text.as_bytes(), BEGIN.as_bytes());
    let Some(begin) = begin else { return Cow::Borrowed(text) };
    let before = &text[..begin];
    let signed = text[begin + BEGIN.len()..].trim_start_matches([' ', '\t', '\r']);
    let signed = signed.strip_prefix('\n').unwrap_or(signed);
    // `Hash: SHA256` and the empty line below it.
    let is_armour_header = |line: &str| {
        line.split_once(": ")
            .is_some_and(|(name, _)| matches!(name, "Hash" | "Comment" | "Charset" | "Version"))
    };
    let headers: usize =
        signed.split_inclusive('\n').take_while(|line| is_armour_header(line)).map(str::len).sum();
    let signed = &signed[headers..];
    let (signed, after) = signed.split_once(END).unwrap_or((signed, ""));
    let after = after.split_once("-----END PGP SIGNATURE-----").map_or("", |(_, after)| after);
    let mut out = String::with_capacity(text.len());
    out.push_str(before);
    for line in signed.split_inclusive('\n') {
        out.push_str(line.strip_prefix("- ").unwrap_or(line));
    }
    out.push_str(after);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_armour_is_taken_off_and_dashes_are_as_they_were() {
        let signed = "Hello\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n- ---Start ACNS XML\nx - y\n- -----\n-----BEGIN PGP SIGNATURE-----\nVersion: x\n\niQ==\n-----END PGP SIGNATURE-----\nfooter\n";
        assert_eq!(without_armour(signed), "Hello\n\n---Start ACNS XML\nx - y\n-----\n\nfooter\n");
        assert_eq!(without_armour("- not signed"), "- not signed");
    }
}
