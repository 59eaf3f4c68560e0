//! Text from outside, made storable and showable.

use std::borrow::Cow;

/// Text that any database here can store: NUL becomes U+FFFD (PostgreSQL refuses NUL in text).
pub fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// Whether there is nothing to see in a text: spaces, controls, and signs that have no shape.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                c,
                '\u{AD}'
                    | '\u{34F}'
                    | '\u{61C}'
                    | '\u{115F}'
                    | '\u{1160}'
                    | '\u{17B4}'
                    | '\u{17B5}'
                    | '\u{180B}'..='\u{180F}'
                    | '\u{200B}'..='\u{200F}'
                    | '\u{202A}'..='\u{202E}'
                    | '\u{2060}'..='\u{206F}'
                    | '\u{2800}'
                    | '\u{3164}'
                    | '\u{FE00}'..='\u{FE0F}'
                    | '\u{FEFF}'
                    | '\u{FFA0}'
                    | '\u{E0000}'..='\u{E0FFF}'
            )
    })
}

/// JSON whose texts have no NUL. In JSON it can only stand as an escape, which has a twin of the same length.
pub fn storable_json(json: &mut [u8]) {
    let (nul, instead) = (b"\\u0000", b"\\ufffd");
    let mut at = 0;
    while let Some(found) = json[at..].iter().position(|byte| *byte == b'\\') {
        at += found;
        let escape = &mut json[at..];
        if escape.starts_with(nul) {
            escape[..instead.len()].copy_from_slice(instead);
        }
        // What is escaped begins no escape of its own.
        at = json.len().min(at + 2);
    }
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

/// One `@` with something on both sides, and nothing that a mail header could stumble over. Whether
/// somebody reads it, only a mail shows.
pub fn is_mail_address(text: &str) -> bool {
    let plain = text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let Some((local, domain)) = text.split_once('@') else { return false };
    let fits =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let odd = |c: char| matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')');
    plain && !local.is_empty() && !local.contains(odd) && domain.split('.').all(fits)
}

/// Longest domain in its letters that is looked at, in bytes: names of hosts have 253 letters of ASCII at the most
/// (RFC 1035 §2.3.4), and writing a long one in them takes far longer than it is.
const LONGEST_DOMAIN: usize = 1_024;

/// The address with its domain as the network has it: `info@xn--mller-kva.example.com` for `info@müller.example.com`.
/// What is no name of a host stays as it is.
pub fn with_ascii_domain(address: &str) -> Cow<'_, str> {
    match address.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() && domain.len() <= LONGEST_DOMAIN => {
            match idna::domain_to_ascii_strict(domain) {
                Ok(domain) => Cow::Owned(format!("{local}@{domain}")),
                Err(_) => Cow::Borrowed(address),
            }
        }
        _ => Cow::Borrowed(address),
    }
}

/// A domain as the network has it, in lower case. None where it is no name of a host, or where letters in it only stand
/// for others, such as wide ones or signs that programs take for letters: whoever writes those wants to be taken for
/// somebody else.
pub fn ascii_domain(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        return Some(domain.to_ascii_lowercase());
    }
    if domain.len() > LONGEST_DOMAIN {
        return None;
    }
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    let (letters, fine) = idna::domain_to_unicode(&ascii);
    let own: String = domain.chars().map(in_lower_case).collect();
    (fine.is_ok() && letters == own).then_some(ascii)
}

/// The small letter of a letter; no letter of ASCII for one that is none.
fn in_lower_case(c: char) -> char {
    let mut small = c.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) if one.is_ascii() == c.is_ascii() => one,
        _ => c,
    }
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

/// Longest word that is looked for, in characters; what is beyond is not looked at.
const LONGEST_WORD: usize = 64;

/// The words of a text as they are looked for: lower case, once each, in order. What holds addresses, names
/// of hosts and mail addresses together stays in a word (`mail.example.com`), and its parts are words
/// too. At most `limit` words.
pub fn words(text: &str, limit: usize) -> Vec<String> {
    let mut found = std::collections::BTreeSet::new();
    let chunks = text.split(|c: char| !(c.is_alphanumeric() || is_joint(c)));
    for chunk in chunks {
        if found.len() >= limit {
            break;
        }
        let whole = chunk.trim_matches(is_joint).to_lowercase();
        let parts = whole.split(is_joint).filter(|part| *part != whole);
        for word in parts.chain([whole.as_str()]).filter(|word| !word.is_empty()) {
            found.insert(word.chars().take(LONGEST_WORD).collect::<String>());
        }
    }
    found.into_iter().take(limit).collect()
}

/// The words that somebody looks for: as they are typed, in lower case, at most `limit`.
pub fn wanted_words(text: &str, limit: usize) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || is_joint(c)))
        .map(|chunk| chunk.trim_matches(is_joint).to_lowercase())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST_WORD).collect())
        .take(limit)
        .collect()
}

fn is_joint(c: char) -> bool {
    matches!(c, '.' | ':' | '_' | '@' | '/' | '+' | '-')
}

/// Evidence as it can be read without harm: addresses of pages and mail in it are no links for anybody's
/// program (`hxxp://example[.]com`).
pub fn defang(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for piece in text.split_inclusive(char::is_whitespace) {
        if is_followed(piece) {
            let safe = piece
                .replace("http", "hxxp")
                .replace("HTTP", "HXXP")
                .replace("ftp://", "fxp://")
                .replace('.', "[.]")
                .replace('@', "[@]");
            // A full stop that ends a sentence is no part of an address.
            let trimmed = safe.trim_end();
            let end = &safe[trimmed.len()..];
            match trimmed.strip_suffix("[.]") {
                Some(rest) => out.push_str(&format!("{rest}.{end}")),
                None => out.push_str(&safe),
            }
        } else {
            out.push_str(piece);
        }
    }
    out
}

/// Whether somebody's program makes a link of a word, or of a part of it. Names of hosts alone and names of files stay
/// readable.
fn is_followed(word: &str) -> bool {
    word.contains("://")
        || word.contains('@')
        || word.to_ascii_lowercase().contains("www.")
        || word.match_indices('/').any(|(at, _)| is_host_at_the_end(&word[..at]))
}

/// Whether a text ends with the name of a host, or that and a port: what `/` and a path follow in the address of a page
/// (`(evil.example.com:8080`), and no folder in a path (`/srv/site.d`).
fn is_host_at_the_end(text: &str) -> bool {
    let without_port = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let text = without_port.strip_suffix(':').unwrap_or(text);
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let before = text.trim_end_matches(is_part);
    let labels: Vec<&str> = text[before.len()..].split('.').collect();
    let Some((last, others)) = labels.split_last() else { return false };
    let is_top = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
    !before.ends_with(['/', '\\'])
        && (is_top || last.to_ascii_lowercase().starts_with("xn--"))
        && others.last().is_some_and(|label| !label.is_empty())
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
    fn a_text_of_signs_without_a_shape_is_blank() {
        for blank in ["", " \n\t", "\u{200B}", "\u{2060}\u{AD}", "\u{FEFF} ", "\u{3164}"] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for text in ["x", "\u{200B}.", "ü", "한", "👍\u{FE0F}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn one_line_has_no_line_break_and_no_escape() {
        assert_eq!(one_line("a\r\nBcc: x\u{1b}[31m\u{202E}", 99), "a  Bcc: x [31m");
        assert_eq!(one_line("abcdef", 4), "abc…");
    }

    #[test]
    fn words_of_addresses_stay_together_and_their_parts_are_found_too() {
        let found = words("Mail from <a.b@mail.Example.com>, 192.0.2.7!", 100);
        for word in ["mail", "from", "a.b@mail.example.com", "example", "192.0.2.7", "192"] {
            assert!(found.contains(&word.to_owned()), "{word} in {found:?}");
        }
        assert_eq!(wanted_words("  192.0.2.7. Spam-", 9), ["192.0.2.7", "spam"]);
        assert_eq!(words("a b c d", 2), ["a", "b"]);
        assert!(words("... -- @", 9).is_empty());
    }

    #[test]
    fn links_in_evidence_are_no_links_any_more() {
        assert_eq!(
            defang("see http://evil.example.com/x.html.\nor mail a@example.com now. Fine."),
            "see hxxp://evil[.]example[.]com/x[.]html.\nor mail a[@]example[.]com now. Fine."
        );
        assert_eq!(
            defang("Oct 10 10:00:01 host sshd[1]: Failed"),
            "Oct 10 10:00:01 host sshd[1]: Failed"
        );
    }

    #[test]
    fn hosts_with_a_path_are_no_links_and_files_stay_readable() {
        for (text, safe) in [
            ("evil.example.com/path", "evil[.]example[.]com/path"),
            ("WWW.example.com", "WWW[.]example[.]com"),
            ("(www.example.com)", "(www[.]example[.]com)"),
            ("see:(evil.example.com:8080/a.php).", "see:(evil[.]example[.]com:8080/a[.]php)."),
            ("\"Evil.example.COM/\"", "\"Evil[.]example[.]COM/\""),
            ("müller.example/x", "müller[.]example/x"),
            ("a.xn--p1ai/x", "a[.]xn--p1ai/x"),
            ("x=1,evil.example.com/y", "x=1,evil[.]example[.]com/y"),
        ] {
            assert_eq!(defang(text), safe);
        }
        for same in [
            "mail.log",
            "mail.example.com",
            "/var/log/mail.log",
            "/srv/site.d/x",
            "192.0.2.0/24",
            "2001:db8::/32",
            "HTTP/1.1",
            "a/b",
            "1.5/2",
            "./x/y",
            "../x",
            "e.g. this/that",
            "...",
            "C:\\site.old/x",
            "10:00:01/x",
        ] {
            assert_eq!(defang(same), same);
        }
    }

    #[test]
    fn a_domain_is_written_as_the_network_has_it() {
        for (address, ascii) in [
            ("info@müller.example.com", "info@xn--mller-kva.example.com"),
            ("jörg@müller.example.com", "jörg@xn--mller-kva.example.com"),
            ("jörg@example.com", "jörg@example.com"),
            ("Ada@Example.com", "Ada@Example.com"),
            ("müller.example.com", "müller.example.com"),
            ("a@ü b", "a@ü b"),
        ] {
            assert_eq!(with_ascii_domain(address), ascii);
        }
    }

    #[test]
    fn nul_and_broken_utf8_become_the_replacement_character() {
        assert_eq!(storable_bytes(b"a\0b\xff"), "a\u{FFFD}b\u{FFFD}");
    }
}
