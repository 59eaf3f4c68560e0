//! Text from outside, made storable and showable.

/// Text that any database here can store: NUL becomes U+FFFD (PostgreSQL refuses NUL in text).
pub fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// Bytes as text: what is not UTF-8, and NUL, become U+FFFD.
pub fn storable_bytes(bytes: &[u8]) -> String {
    storable(&String::from_utf8_lossy(bytes))
}

/// One line of at most `limit` characters: control characters (line breaks, terminal escapes) become
/// spaces, so that the text can stand in a mail header, a log line, a terminal or a panel's reason.
pub fn one_line(text: &str, limit: usize) -> String {
    let line: String =
        text.chars().map(|c| if is_control(c) { ' ' } else { c }).collect::<String>();
    shorten(line.trim(), limit)
}

/// Several lines with no control character but the line break and tab.
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().map(|c| if is_control(c) && c != '\n' && c != '\t' { ' ' } else { c }).collect()
}

/// At most `limit` characters; an ellipsis says that something was cut.
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// C0, C1, line and paragraph separators, and the marks that turn the direction of text.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_has_no_line_break_and_no_escape() {
        assert_eq!(one_line("a\r\nBcc: x\u{1b}[31m\u{202E}", 99), "a  Bcc: x [31m");
        assert_eq!(one_line("abcdef", 4), "abc…");
    }

    #[test]
    fn nul_and_broken_utf8_become_the_replacement_character() {
        assert_eq!(storable_bytes(b"a\0b\xff"), "a\u{FFFD}b\u{FFFD}");
    }
}
