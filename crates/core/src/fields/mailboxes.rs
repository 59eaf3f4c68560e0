//! Where notices to a customer go.

use super::{Field, Slip, plain, says_nothing, with_line_breaks};
use crate::intake::is_same_address;
use crate::text::is_mail_address;

/// Mail addresses of one customer: each gets a mail of its own.
pub const MAILBOXES: usize = 10;

/// Reads mail addresses, separated by comma, semicolon, blank or line break, each perhaps with a name (`Ada Byron
/// <ada@example.com>`).
pub fn mailboxes(text: &str) -> Field<Vec<String>> {
    let mut read = Field::whole(Vec::<String>::new());
    let text = plain(text);
    if says_nothing(text) {
        return read;
    }
    let text = with_line_breaks(text).replace(['\u{200B}', '\u{FEFF}', '\u{2060}'], "");
    for part in parts(&text) {
        let part = part.trim();
        match addresses(part) {
            Some(found) => {
                for address in found {
                    if !read.value.iter().any(|known| is_same_address(known, address)) {
                        read.value.push(address.to_owned());
                    }
                }
            }
            None => read
                .slips
                .push(Slip::lost(format!("{part:?} is no mail address; nobody is told there"))),
        }
    }
    if read.value.len() > MAILBOXES {
        let why = format!(
            "has {} mail addresses; only the first {MAILBOXES} are notified",
            read.value.len()
        );
        read.slips.push(Slip::lost(why));
        read.value.truncate(MAILBOXES);
    }
    read
}

/// What stands between commas, semicolons and line breaks, but for those in a quoted name.
fn parts(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let ends = |c: char| {
        is_quoted ^= c == '"';
        matches!(c, ',' | ';' | '|' | '\n' | '\r') && !is_quoted
    };
    text.split(ends).filter(|part| !part.trim().is_empty()).collect()
}

/// The addresses of one part: the one in angle brackets, or words that all are one.
fn addresses(part: &str) -> Option<Vec<&str>> {
    let bare = |text| {
        let text: &str = text;
        let text = text.trim().trim_matches(['<', '>', '\'']);
        let text = text
            .get(..7)
            .filter(|head| head.eq_ignore_ascii_case("mailto:"))
            .map_or(text, |_| &text[7..]);
        text.strip_suffix('.').unwrap_or(text)
    };
    if let Some((_, rest)) = part.rsplit_once('<') {
        return rest
            .split_once('>')
            .map(|(inside, _)| bare(inside))
            .filter(|address| is_mail_address(address))
            .map(|address| vec![address]);
    }
    let part = without_comment(part);
    let is_between = |word: &&str| matches!(*word, "/" | "and" | "und" | "&");
    let words: Vec<&str> =
        part.split_whitespace().filter(|word| !is_between(word)).map(bare).collect();
    words.iter().all(|word| is_mail_address(word)).then_some(words)
}

/// Without a comment before or behind an address (`ada@example.com (Ada)`).
fn without_comment(part: &str) -> &str {
    let part = part.trim();
    let before = part.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let part = before.map_or(part, |(_, rest)| rest.trim());
    let behind = part.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    behind.map_or(part, |(rest, _)| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_a_field_is_told() {
        for (text, expected) in [
            ("", &[][..]),
            ("none", &[]),
            ("\\N", &[]),
            (" ada@example.com ", &["ada@example.com"]),
            ("ada@example.com, ben@example.com", &["ada@example.com", "ben@example.com"]),
            ("ada@example.com;ben@example.com;", &["ada@example.com", "ben@example.com"]),
            ("ada@example.com ben@example.com", &["ada@example.com", "ben@example.com"]),
            ("ada@example.com\r\nben@example.com\n", &["ada@example.com", "ben@example.com"]),
            ("ada@example.com<br/>ben@example.com", &["ada@example.com", "ben@example.com"]),
            ("Ada <ada@example.com>, ben@example.com", &["ada@example.com", "ben@example.com"]),
            ("\"Byron, Ada\" <ada@example.com>", &["ada@example.com"]),
            ("mailto:ada@example.com", &["ada@example.com"]),
            ("ada@example.com, Ada@EXAMPLE.com", &["ada@example.com"]),
            ("ada@example.com.", &["ada@example.com"]),
            ("ada@example.com (Ada)", &["ada@example.com"]),
            ("(Ada) ada@example.com", &["ada@example.com"]),
            ("\u{200b}ada@example.com\u{feff}", &["ada@example.com"]),
            ("ada@example.com | ben@example.com", &["ada@example.com", "ben@example.com"]),
            ("ada@example.com / ben@example.com", &["ada@example.com", "ben@example.com"]),
            ("ada@example.com and ben@example.com", &["ada@example.com", "ben@example.com"]),
            // Servers take these, whatever the standard says.
            ("a..b@example.com, b.@example.com", &["a..b@example.com", "b.@example.com"]),
            ("jörg@müller.example", &["jörg@müller.example"]),
        ] {
            let expected: Vec<String> = expected.iter().map(|&one| one.to_owned()).collect();
            assert_eq!(mailboxes(text), Field::whole(expected), "{text:?}");
        }
    }

    #[test]
    fn one_that_is_none_is_named_and_costs_itself_alone() {
        for text in [
            "ada@example.com, ben",
            "ada@example.com; ben at example.com",
            "ada@example.com; @example.com",
            "ada@example.com\nben@exa mple.com",
            "ada@example.com, Ben <ben@>",
        ] {
            let read = mailboxes(text);
            assert_eq!(
                (read.value.as_slice(), read.slips.len()),
                (&["ada@example.com".to_owned()][..], 1),
                "{text:?}"
            );
        }
        let many: Vec<String> = (0..12).map(|n| format!("a{n}@example.com")).collect();
        let read = mailboxes(&many.join(", "));
        assert_eq!((read.value.len(), read.slips.len()), (MAILBOXES, 1));
    }
}
