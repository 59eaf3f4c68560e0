//! Addresses that were made harmless, as they were: `hxxp://example[.]com` is `http://example.com`.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// What stands for a dot, a colon or an at sign, in lower case; the longer ones first.
const INSTEAD: &[(&str, &str)] = &[
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("<.>", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    ("[d0t]", "."),
    ("[punkt]", "."),
    ("[,]", "."),
    ("[://]", "://"),
    ("[:]//", "://"),
    ("[:/]/", "://"),
    ("[:]", ":"),
    ("[/]", "/"),
    ("[@]", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
    ("{at}", "@"),
    ("(@)", "@"),
];

/// Schemes that nobody has.
const SCHEMES: &[(&str, &str)] = &[
    ("hxxps", "https"),
    ("hxxp", "http"),
    ("hxtps", "https"),
    ("hxtp", "http"),
    ("htxps", "https"),
    ("htxp", "http"),
    ("h**ps", "https"),
    ("h**p", "http"),
    ("h__ps", "https"),
    ("h__p", "http"),
    ("hXXps", "https"),
    ("meows", "https"),
    ("meow", "http"),
    ("hzzps", "https"),
    ("hzzp", "http"),
    ("fxp", "ftp"),
];

/// Of what every address that was made harmless has some, in lower case. Most texts have none.
pub(super) const SIGNS: &[&str] = &[
    "[.", "(.)", "{.}", "<.>", ".]", "[dot", "(dot", "{dot", "[d0t", "[punkt", "[,]", "[:", "[/]",
    "[@", "[at", "(at)", "{at}", "(@)", "hxxp", "hxtp", "htxp", "h**p", "h__p", "hzzp", "meow",
    "fxp:", " .", ": //", "].", "\\.",
];

static SIGNS_FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let built = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(SIGNS);
    built.unwrap_or_else(|error| unreachable!("the signs are constants: {error}"))
});

/// A text with its addresses as they were. One pass.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    crate::complaint::steps::take(text.len());
    let bytes = text.as_bytes();
    if !SIGNS_FINDER.is_match(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    let mut at = 0;
    let mut in_url = false;
    while at < bytes.len() {
        let rest = &text[at..];
        let replaced = match bytes[at] {
            b'[' | b'(' | b'{' | b'<' => instead(rest)
                .or_else(|| octet(&text[..at], rest))
                .or_else(|| half_bracket(&text[..at], rest)),
            b'h' | b'H' | b'm' | b'f' if is_begin(bytes, at) => scheme(rest),
            b' ' => blank(&out, &text[kept..at], rest, in_url),
            b'\\' if rest.starts_with("\\.") && in_url => Some((2, ".")),
            _ => None,
        };
        if let Some((length, by)) = replaced {
            out.push_str(&text[kept..at]);
            out.push_str(by);
            at += length;
            kept = at;
            in_url |= by.starts_with("http") || by.starts_with("ftp");
            continue;
        }
        in_url = match bytes[at] {
            b':' if rest.starts_with("://") => true,
            b if b.is_ascii_whitespace() => false,
            _ => in_url,
        };
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

fn is_begin(bytes: &[u8], at: usize) -> bool {
    at == 0 || !bytes[at - 1].is_ascii_alphanumeric()
}

fn instead(rest: &str) -> Option<(usize, &'static str)> {
    let found = INSTEAD.iter().find(|(word, _)| {
        rest.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    })?;
    Some((found.0.len(), found.1))
}

/// `example[.com`: a bracket that nobody closes.
fn half_bracket(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    let inner = rest.strip_prefix('[')?;
    let before = before.chars().next_back();
    if inner.starts_with('.')
        && before.is_some_and(char::is_alphanumeric)
        && inner[1..].starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return Some((1, ""));
    }
    None
}

/// `[184].[107].[95].[1]`: every piece in brackets of its own.
fn octet<'t>(before: &str, rest: &'t str) -> Option<(usize, &'t str)> {
    let rest = rest.strip_prefix('[')?;
    // An octet has three digits at the most.
    let end = rest.bytes().take(4).position(|b| b == b']')?;
    let (inner, after) = (&rest[..end], &rest[end + 1..]);
    let is_octet = (1..=3).contains(&inner.len())
        && inner.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'x' | b'X'));
    let is_piece = after.starts_with(".[")
        || before.ends_with('.')
        || after
            .strip_prefix('.')
            .is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    (is_octet && is_piece).then_some((inner.len() + 2, inner))
}

fn scheme(rest: &str) -> Option<(usize, &'static str)> {
    let (word, scheme) = SCHEMES.iter().find(|(word, _)| {
        rest.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    })?;
    let after = &rest[word.len()..];
    let follows = ["://", "[:", ":\\\\", "[://", ": //", "(:", ":/", "[s]", "__"]
        .iter()
        .any(|sign| after.starts_with(sign));
    follows.then_some((word.len(), scheme))
}

/// `example .com` in a page and `http: //example.com`; blanks around `[dot]` are part of it.
fn blank(out: &str, kept: &str, rest: &str, in_url: bool) -> Option<(usize, &'static str)> {
    let next = rest.trim_start_matches(' ');
    let skipped = rest.len() - next.len();
    let last = kept.chars().next_back().or_else(|| out.chars().next_back());
    if in_url
        && skipped == 1
        && next.starts_with('.')
        && next[1..].starts_with(|c: char| c.is_ascii_alphanumeric())
        && last.is_some_and(char::is_alphanumeric)
    {
        return Some((1, ""));
    }
    if skipped == 1
        && next.starts_with("//")
        && last == Some(':')
        && (kept.ends_with("http:") || kept.ends_with("https:"))
    {
        return Some((1, ""));
    }
    if let Some((length, by)) =
        instead(next).filter(|(length, _)| *length >= 4 && last.is_some_and(char::is_alphanumeric))
    {
        let behind = next[length..].trim_start_matches(' ');
        let blanks = next.len() - length - behind.len();
        if blanks <= 1 && skipped <= 1 && behind.starts_with(char::is_alphanumeric) {
            return Some((skipped + length + blanks, by));
        }
    }
    None
}

/// The page that a value declares: refanged, with a scheme that pages have.
pub(crate) fn url(value: &str) -> Option<String> {
    let value = text(value.trim());
    let found = urls(&value).next()?;
    Some(found)
}

/// Longest address of a page.
const LONGEST_URL: usize = 4096;

/// Pages in a text that was refanged.
pub(crate) fn urls(text: &str) -> impl Iterator<Item = String> {
    placed_urls(text).map(|(url, _)| url)
}

/// Where the sign behind a scheme stands: `://`.
pub(crate) fn scheme_sign(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b':', bytes).find(|at| bytes[at + 1..].starts_with(b"//"))
}

/// The same, and where they stand.
pub(crate) fn placed_urls(text: &str) -> impl Iterator<Item = (String, Range<usize>)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + scheme_sign(&text.as_bytes()[from..])?;
            crate::complaint::steps::take(at + 3 - from);
            from = at + 3;
            let Some(name) = scheme_before(&text[..at]) else { continue };
            let rest = &text[at + 3..];
            let rest = &rest[..rest.floor_char_boundary(LONGEST_URL)];
            let end = rest
                .find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`{}|^".contains(c))
                .unwrap_or(rest.len());
            crate::complaint::steps::take(end);
            let rest = without_punctuation(&rest[..end]);
            from = at + 3 + rest.len();
            let url = format!("{name}://{rest}");
            if super::domain::host(&url).is_some() {
                return Some((url, at - name.len()..from));
            }
        }
    })
}

/// The scheme with which a text ends.
fn scheme_before(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    ["https", "http", "ftp"].into_iter().find(|scheme| {
        let begin = bytes.len().checked_sub(scheme.len());
        begin.is_some_and(|at| {
            bytes[at..].eq_ignore_ascii_case(scheme.as_bytes()) && is_begin(bytes, at)
        })
    })
}

/// Without what ends the sentence rather than the address.
fn without_punctuation(url: &str) -> &str {
    let mut url = url;
    // Brackets that are open at the end of it, as they are counted once.
    let mut open = [('(', ')'), ('[', ']')].map(|(begin, end)| {
        let (begins, ends) = (url.matches(begin).count(), url.matches(end).count());
        (end, ends.saturating_sub(begins))
    });
    loop {
        let shorter =
            url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '»', '”', '’', '…']);
        let last = shorter.chars().next_back();
        let is_closed = open.iter_mut().any(|(end, left)| {
            let is_one = last == Some(*end) && *left > 0;
            *left -= usize::from(is_one);
            is_one
        });
        let shorter = if is_closed { &shorter[..shorter.len() - 1] } else { shorter };
        if shorter.len() == url.len() {
            return url;
        }
        url = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_were_made_harmless_are_as_they_were() {
        for (defanged, plain) in [
            ("hxxp://example[.]com/x", "http://example.com/x"),
            ("hXXps[:]//www[.]example[.]com", "https://www.example.com"),
            ("hxxps[://]example[dot]com", "https://example.com"),
            ("example (dot) com and abuse [at] host.example", "example.com and abuse@host.example"),
            ("178[.]128.161.154", "178.128.161.154"),
            ("http://example .com .br/x", "http://example.com.br/x"),
            ("http: //example.com", "http://example.com"),
            ("h**p://example.com", "http://example.com"),
            ("see [1] and (this) at noon", "see [1] and (this) at noon"),
            ("the host .com is", "the host .com is"),
            ("[184].[107].[95].[1] and [2] a. [3]", "184.107.95.1 and [2] a. [3]"),
            ("hxx", "hxx"),
            ("é[.]example", "é.example"),
        ] {
            assert_eq!(text(defanged), plain, "{defanged}");
        }
    }

    #[test]
    fn a_page_ends_where_its_sentence_goes_on() {
        let found: Vec<String> = urls("(see HTTP://example.com/a(b)), <https://example.org/?q=1>. javascript://x ftp://192.0.2.1/f; http://[2001:db8::1]/].").collect();
        assert_eq!(
            found,
            [
                "http://example.com/a(b)",
                "https://example.org/?q=1",
                "ftp://192.0.2.1/f",
                "http://[2001:db8::1]/"
            ]
        );
    }
}
