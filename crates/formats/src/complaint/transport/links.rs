//! Links that gateways rewrote, as their authors wrote them.

use std::borrow::Cow;

/// Longest link that is decoded.
const LONGEST: usize = 8 * 1024;

/// How a rewritten link begins, and how what it was is got out of it.
type Decoder = fn(&str) -> Option<String>;

const GATEWAYS: &[(&str, Decoder)] = &[
    ("urldefense.com/v3/__", urldefense_v3),
    ("urldefense.us/v3/__", urldefense_v3),
    ("urldefense.proofpoint.com/v2/url?", urldefense_v2),
    ("urldefense.proofpoint.com/v1/url?", parameter_u),
    (".safelinks.protection.outlook.com/", parameter_url),
];

/// The text with its links as they were.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    let has = |name: &str| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some();
    if !has("urldefense.") && !has(".safelinks.protection.") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("http") {
        let (before, link) = rest.split_at(at);
        out.push_str(before);
        let end =
            link.find(|c: char| c.is_whitespace() || "<>\"'".contains(c)).unwrap_or(link.len());
        let (link, after) = link.split_at(end);
        out.push_str(&original(link).map_or(Cow::Borrowed(link), Cow::Owned));
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn original(link: &str) -> Option<String> {
    let (_, rest) = link.split_once("://").filter(|_| link.len() <= LONGEST)?;
    let (path, decode) = GATEWAYS.iter().find_map(|(gateway, decode)| {
        let at = if gateway.starts_with('.') {
            rest.find(gateway)?
        } else {
            rest.starts_with(gateway).then_some(0)?
        };
        Some((&rest[at + gateway.len()..], decode))
    })?;
    decode(path).filter(|url| url.contains("://"))
}

/// `URL__;replacements!!…`: each `*` stands for a character of the replacements, which are base64.
fn urldefense_v3(path: &str) -> Option<String> {
    let (url, rest) = path.split_once("__;")?;
    let replacements = rest.split("!!").next().unwrap_or_default();
    // A slash of the scheme gets lost: `https:/example.com`.
    let url = match url.split_once(":/") {
        Some((scheme, host)) if !host.starts_with('/') => Cow::Owned(format!("{scheme}://{host}")),
        _ => Cow::Borrowed(url),
    };
    if replacements.is_empty() {
        return Some(url.into_owned());
    }
    let standard = replacements.replace('-', "+").replace('_', "/");
    let bytes = mail_parser::decoders::base64::base64_decode(standard.as_bytes())?;
    let mut letters = String::from_utf8(bytes).ok()?.chars().collect::<Vec<_>>().into_iter();
    let mut out = String::with_capacity(url.len());
    let mut chars = url.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '*' {
            out.push(c);
        } else if chars.peek() == Some(&'*') {
            // `**A` stands for several: A is two, B three, and so on.
            chars.next();
            let length =
                chars.next().and_then(|c| u32::from(c).checked_sub(u32::from('A'))).unwrap_or(0)
                    + 2;
            out.extend(letters.by_ref().take(usize::try_from(length.min(64)).unwrap_or(2)));
        } else {
            out.push(letters.next().unwrap_or('*'));
        }
    }
    Some(out)
}

/// `u=https-3A__example.com_x&…`
fn urldefense_v2(query: &str) -> Option<String> {
    let value = parameter(query, "u")?;
    let mut out = Vec::with_capacity(value.len());
    let bytes = value.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'_' => out.push(b'/'),
            b'-' => match hex(bytes.get(at + 1..at + 3)) {
                Some(byte) => {
                    out.push(byte);
                    at += 2;
                }
                None => out.push(b'-'),
            },
            byte => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).ok()
}

fn parameter_u(query: &str) -> Option<String> {
    percent_decoded(parameter(query, "u")?)
}

fn parameter_url(path: &str) -> Option<String> {
    percent_decoded(parameter(path.split_once('?')?.1, "url")?)
}

fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    // HTML that was taken for text.
    let mut pairs = query.split('&').map(|pair| pair.strip_prefix("amp;").unwrap_or(pair));
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn percent_decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let decoded = if bytes[at] == b'%' { hex(bytes.get(at + 1..at + 3)) } else { None };
        out.push(decoded.unwrap_or(bytes[at]));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).ok()
}

fn hex(digits: Option<&[u8]>) -> Option<u8> {
    let digits = std::str::from_utf8(digits?)
        .ok()
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_as_their_authors_wrote_them() {
        for (rewritten, link) in [
            (
                "see <https://urldefense.com/v3/__http://example.com/a?b=c__;!!abc!def$>.",
                "see <http://example.com/a?b=c>.",
            ),
            (
                "https://urldefense.com/v3/__https:/example.com/*x__;Iw!!abc$ y",
                "https://example.com/#x y",
            ),
            (
                "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.com_x&d=D",
                "https://example.com/x",
            ),
            (
                "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fx%3Fy&data=05",
                "https://example.com/x?y",
            ),
            (
                "https://eur01.safelinks.protection.outlook.com/ap/?data=1&amp;url=http%3A%2F%2Fexample.com",
                "http://example.com",
            ),
            ("https://example.com/ urldefense.", "https://example.com/ urldefense."),
            ("https://urldefense.com/v3/broken", "https://urldefense.com/v3/broken"),
        ] {
            assert_eq!(decoded(rewritten), link, "{rewritten}");
        }
    }
}
